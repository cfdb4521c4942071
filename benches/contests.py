"""What is measured, and who takes part."""


import data
from contest import Contest

NULLS = "count(*), count(note), sum(id)"


def _pg_one(bench, sql):
    """The answer of PostgreSQL to a query of one row, as text."""
    bench.sh(f"{bench.psql} -A -t -c '{sql}'")
    with open(f"{bench.folder}/said") as said:
        return said.read().strip()


def _same_in_pg(bench, dest, source="src", values=NULLS):
    """A check that a table of PostgreSQL holds what the source holds, NULL apart from empty."""
    expected = _pg_one(bench, f"SELECT {values} FROM {source}")

    def check(name):
        table = dest(name) if callable(dest) else dest
        found = _pg_one(bench, f"SELECT {values} FROM {table}")
        return "" if found == expected else f"not what it should be: {found}, not {expected}"

    return check


def full(bench):
    """A whole table, between each pair."""
    b, pg, lite = bench, bench.pg_url, f"jdbc:sqlite:{bench.folder}/src.db"
    lite_dest = f"jdbc:sqlite:{bench.folder}/dst.db"
    pg_uri, my_uri = b.pg_uri, b.my_uri

    def empty_pg(_name):
        b.pg("TRUNCATE dst_src; CHECKPOINT")

    same = _same_in_pg(b, "dst_src")
    # What a staged run does, by hand: into a table that is not logged, and from there in one transaction.
    by_hand = (f"{b.psql} -c 'TRUNCATE staged'; {b.copy('src', 'staged')}; "
               f"{b.psql} -c 'BEGIN' -c 'TRUNCATE dst_src' -c 'INSERT INTO dst_src SELECT * FROM staged' -c 'COMMIT'")
    yield Contest("pg-pg", "PostgreSQL to PostgreSQL", "COPY into COPY (binary)", {
        "COPY into COPY (binary)": b.copy("src", "dst_src"),
        "pipekit, transfer": b.transfer(pg, "src", pg, "dst_src"),
        "pipekit, run, direct": f"{b.pipekit} -q run direct",
        "pipekit, run, staged": f"{b.pipekit} -q run staged",
        "the staged run's steps by hand": by_hand,
        "sling": b.sling(b.sling_pg, "public.src", b.sling_pg, "public.dst_src"),
        "ingestr": b.ingestr(pg_uri, "public.src", pg_uri, "public.dst_src"),
        "pgloader": b.pgloader(pg_uri.replace("postgresql", "pgsql"), "src", "dst_src"),
        "JDBC program": b.transfer(pg, "src", pg, "dst_src", b.jdbc),
    }, empty_pg, same)
    yield Contest("lite-pg", "SQLite to PostgreSQL", "sqlite3 -csv into COPY", {
        "sqlite3 -csv into COPY": f"sqlite3 -csv src.db 'SELECT * FROM src' | {b.psql} -c 'COPY dst_src FROM STDIN (FORMAT csv)'",
        "pipekit, transfer": b.transfer(lite, "src", pg, "dst_src"),
        "pipekit, run, staged": f"{b.pipekit} -q run of_lite",
        "sling": b.sling(f"sqlite://{b.folder}/src.db", "main.src", b.sling_pg, "public.of_sling", "full-refresh"),
        "ingestr": b.ingestr(f"sqlite:///{b.folder}/src.db", "main.src", pg_uri, "public.of_ingestr"),
        "pgloader": b.pgloader(f"sqlite://{b.folder}/src.db", "src", "dst_src"),
    }, empty_pg, _same_in_pg(b, lambda name: f"of_{name}" if name in ("sling", "ingestr") else "dst_src", values="count(*), count(note)"))

    def lite_same(name):
        table = {"sling": "of_sling", "ingestr": "of_ingestr"}.get(name, "dst_src")
        b.sh(f"sqlite3 dst.db 'SELECT count(*), count(note) FROM {table}'")
        with open(f"{b.folder}/said") as said:
            found = said.read().strip()
        expected = f"{b.rows}|{b.rows // 5}"
        # The plain pipe writes empty texts for NULLs: it can't do better.
        return "" if found == expected or name.startswith("COPY") else f"not what it should be: {found}, not {expected}"

    yield Contest("pg-lite", "PostgreSQL to SQLite", "COPY (CSV) into .import", {
        "COPY (CSV) into .import": f"{b.psql} -c 'COPY src TO STDOUT (FORMAT csv)' | sqlite3 -csv dst.db '.import /dev/stdin dst_src'",
        "pipekit, transfer": b.transfer(pg, "src", lite_dest, "dst_src"),
        "sling": b.sling(b.sling_pg, "public.src", f"sqlite://{b.folder}/dst.db", "main.of_sling", "full-refresh"),
        "ingestr": b.ingestr(pg_uri, "public.src", f"sqlite:///{b.folder}/dst.db", "of_ingestr"),
    }, lambda _name: data.empty_lite(b), lite_same)
    yield Contest("my-pg", "MariaDB to PostgreSQL", "mariadb -B into COPY", {
        "mariadb -B into COPY": f"{b.mariadb} bench -B -N --quick -e 'SELECT * FROM src' | {b.psql} -c \"COPY dst_src FROM STDIN (NULL 'NULL')\"",
        "pipekit, transfer": b.transfer(b.my_url, "src", pg, "dst_src"),
        "pipekit, run, staged": f"{b.pipekit} -q run of_my",
        "sling": b.sling(my_uri, "bench.src", b.sling_pg, "public.of_sling", "full-refresh"),
        "ingestr": b.ingestr(my_uri, "bench.src", pg_uri, "public.of_ingestr"),
        "pgloader": b.pgloader(my_uri, "src", "dst_src"),
    }, empty_pg, _same_in_pg(b, lambda name: f"of_{name}" if name in ("sling", "ingestr") else "dst_src"))
    yield Contest("pg-my", "PostgreSQL to MariaDB", "COPY into LOAD DATA", {
        "COPY into LOAD DATA": f'{b.psql} -c "{data.copy_for_my("src")}" | {b.load_my("dst_src")}',
        "pipekit, transfer": b.transfer(pg, "src", b.my_url, "dst_src"),
        "sling": b.sling(b.sling_pg, "public.src", my_uri, "bench.of_sling", "full-refresh"),
        "ingestr": b.ingestr(pg_uri, "public.src", my_uri, "bench.of_ingestr"),
    }, lambda _name: b.my("TRUNCATE dst_src"))


def shapes(bench):
    """Other shapes of rows, from PostgreSQL to PostgreSQL and from SQLite."""
    b = bench
    for shape, title in [("wide", "wide rows of text"), ("narrow", "narrow rows of integers")]:
        lite = f"jdbc:sqlite:{b.folder}/src.db"
        same = _same_in_pg(b, f"dst_{shape}", shape, "count(*), sum(id)")
        empty = lambda _name, shape=shape: b.pg(f"TRUNCATE dst_{shape}; CHECKPOINT")
        yield Contest(f"{shape}-pg-pg", f"{title}, PostgreSQL to PostgreSQL", "COPY into COPY (binary)", {
            "COPY into COPY (binary)": b.copy(shape, f"dst_{shape}"),
            "pipekit, transfer": b.transfer(b.pg_url, shape, b.pg_url, f"dst_{shape}"),
            "sling": b.sling(b.sling_pg, f"public.{shape}", b.sling_pg, f"public.dst_{shape}"),
            "ingestr": b.ingestr(b.pg_uri, f"public.{shape}", b.pg_uri, f"public.dst_{shape}"),
        }, empty, same)
        yield Contest(f"{shape}-lite-pg", f"{title}, SQLite to PostgreSQL", "sqlite3 -csv into COPY", {
            "sqlite3 -csv into COPY": f"sqlite3 -csv src.db 'SELECT * FROM {shape}' | {b.psql} -c 'COPY dst_{shape} FROM STDIN (FORMAT csv)'",
            "pipekit, transfer": b.transfer(lite, shape, b.pg_url, f"dst_{shape}"),
            "sling": b.sling(f"sqlite://{b.folder}/src.db", f"main.{shape}", b.sling_pg, f"public.dst_{shape}"),
            "ingestr": b.ingestr(f"sqlite:///{b.folder}/src.db", f"main.{shape}", b.pg_uri, f"public.dst_{shape}"),
        }, empty, same)


def changes(bench):
    """The hundredth part of a table has changed since the last load."""
    b, turn = bench, [0]
    mine = {"pipekit, incremental run": "inc_pipekit", "sling": "inc_sling", "ingestr": "inc_ingestr", "by hand in psql": "inc_hand"}
    for table in mine.values():
        b.pg(f"CREATE TABLE {table} (LIKE src); INSERT INTO {table} SELECT * FROM src; ALTER TABLE {table} ADD PRIMARY KEY (id);"
             f"CREATE INDEX ON {table} (changed); ANALYZE {table}")
    b.pg("CREATE UNLOGGED TABLE inc_staged (LIKE src)")

    def change(_name):
        """Each begins with as many rows that it has not: those that it has are as old as its last turn."""
        turn[0] += 1
        b.pg(f"UPDATE src SET changed = TIMESTAMP '2040-01-01' + {turn[0]} * INTERVAL '1 minute', changes = {turn[0]} WHERE id % 100 = 0;"
             "VACUUM src; CHECKPOINT")

    def same(name):
        found = _pg_one(b, f"SELECT count(*), count(*) FILTER (WHERE changes = {turn[0]} AND changed > TIMESTAMP \"2040-01-01\") FROM {mine[name]}"
                        .replace('"', "'\\''"))
        expected = f"{b.rows}|{b.rows // 100}"
        return "" if found == expected else f"not what it should be: {found}, not {expected}"

    since = f"$({b.psql} -A -t -c 'SELECT max(changed) FROM inc_hand')"
    hand = (f"since={since}; {b.psql} -c 'TRUNCATE inc_staged'; "
            f"{b.psql} -c \"COPY (SELECT * FROM src WHERE changed > '$since') TO STDOUT (FORMAT binary)\" | "
            f"{b.psql} -c 'COPY inc_staged FROM STDIN (FORMAT binary)'; "
            f"{b.psql} -c 'BEGIN' -c 'DELETE FROM inc_hand USING inc_staged AS s WHERE inc_hand.id = s.id' "
            "-c 'INSERT INTO inc_hand SELECT * FROM inc_staged' -c 'COMMIT'")
    yield Contest("incremental", "incremental: the hundredth part of the rows has changed, PostgreSQL to PostgreSQL", "by hand in psql", {
        "by hand in psql": hand,
        "pipekit, incremental run": f"{b.pipekit} -q run changes",
        "sling": b.sling(b.sling_pg, "public.src", b.sling_pg, "public.inc_sling", "incremental", "--primary-key id --update-key changed"),
        "ingestr": b.ingestr(b.pg_uri, "public.src", b.pg_uri, "public.inc_ingestr", "merge",
                             "--primary-key id --incremental-key changed --interval-start "
                             f"\"$({b.psql} -A -t -c \"SELECT to_char(max(changed), 'YYYY-MM-DD\\\"T\\\"HH24:MI:SS') FROM inc_ingestr\")\""),
    }, change, same)


def small(bench):
    """Small tables: what a sync costs besides its rows."""
    b = bench
    pipe = (f"{b.psql} -c 'COPY small TO STDOUT (FORMAT binary)' | "
            f"{b.psql} -c 'TRUNCATE dst_small' -c 'COPY dst_small FROM STDIN (FORMAT binary)'")
    yield Contest("small", "full refresh of 1,000 rows, whole process, PostgreSQL to PostgreSQL", "psql into psql", {
        "psql into psql": pipe,
        "pipekit, run, staged": f"{b.pipekit} -q run small",
        "pipekit, run, direct": f"{b.pipekit} -q run small_direct",
        "sling": b.sling(b.sling_pg, "public.small", b.sling_pg, "public.dst_small"),
        "ingestr": b.ingestr(b.pg_uri, "public.small", b.pg_uri, "public.dst_small"),
        "pipekit, the source by the JDBC program": f"{b.pipekit} -q run small_jdbc",
    }, None, _same_in_pg(b, "dst_small", "small"))
    yield Contest("resolve", "one `watermark resolve`", "psql -c", {
        "psql -c": f"{b.psql} -c 'SELECT max(id) FROM small'",
        "pipekit": f"{b.pipekit} -q watermark resolve small",
    })


def shop(bench):
    """A night of many small modules."""
    b = bench
    every = f"for n in $(seq 1 {data.MANY}); do"
    pipe = (f"{b.psql} -c 'COPY small TO STDOUT (FORMAT binary)' | "
            f'{b.psql} -c "TRUNCATE many.dst_$n" -c "COPY many.dst_$n FROM STDIN (FORMAT binary)"')
    with open(f"{b.folder}/many.yaml", "w") as file:
        file.write(f"source: '{b.sling_pg}'\ntarget: '{b.sling_pg}'\ndefaults: {{mode: truncate}}\nstreams:\n")
        file.writelines(f"  s{n}: {{sql: SELECT * FROM small, object: many.dst_{n}}}\n" for n in range(1, data.MANY + 1))
    yield Contest("many", f"a group of {data.MANY} modules of 1,000 rows", "psql into psql", {
        "psql into psql": f"{every} {pipe}; done",
        "pipekit, group run": f"{b.pipekit} -q group run many",
        "pipekit, group run, four at once": f"{b.pipekit} -q group run many_at_once",
        "sling": "$SLING run -r many.yaml",
        "ingestr": f"{every} {b.ingestr(b.pg_uri, 'public.small', b.pg_uri, 'many.dst_$n')}; done",
        "pipekit, the source by the JDBC program": f"{b.pipekit} -q group run many_jdbc",
    })


def jdbc(bench):
    """A source that only JDBC reaches."""
    b = bench
    yield Contest("h2-pg", "H2 by a JVM to PostgreSQL", "the JDBC program's own INSERTs", {
        "the JDBC program's own INSERTs": b.transfer(b.h2_url, "src", b.pg_url, "dst_src", b.jdbc),
        "pipekit, run, staged": f"{b.pipekit} -q run of_h2",
    }, lambda _name: b.pg("TRUNCATE dst_src; CHECKPOINT"), _same_in_pg(b, "dst_src"))


def looks(bench):
    """Commands that only look, at 10,000 modules and 1,000,000 runs. The floor is the start of the program."""
    b = bench
    yield Contest("looks", "looking at 10,000 modules and 1,000,000 runs", "pipekit --version", {
        "pipekit --version": f"{b.pipekit} --version",
        "pipekit status": f"{b.pipekit} --db many.db status",
        "pipekit log": f"{b.pipekit} --db many.db log --limit 25",
        "pipekit log --errors --since 24h": f"{b.pipekit} --db many.db log --errors --since 24h",
    })


def ten_times(bench):
    """Ten times the rows, for memory's sake, once each."""
    b = bench
    query = "src, generate_series(1, 10) AS n (i)"
    with open(f"{b.folder}/ten.sql", "w") as file:
        file.write("SELECT src.* FROM " + query)
    to_lite = f"-dcu jdbc:sqlite:{b.folder}/dst.db -dcn sa -dt dst_src"
    run = f"JRUNNER_SCP=$PGPASSWORD JRUNNER_DCP=$PGPASSWORD {b.pipekit} jrunner -scu {b.pg_url} -scn postgres -sq ten.sql"

    def empty(_name):
        b.pg("TRUNCATE dst_src")
        data.empty_lite(b)

    yield Contest("ten-times", "ten times the rows, once", "pipekit, transfer to PostgreSQL", {
        "pipekit, transfer to PostgreSQL": f"{run} -dcu {b.pg_url} -dcn postgres -dt dst_src",
        "pipekit, run, staged": f"{b.pipekit} -q run ten",
        "pipekit, transfer to SQLite": f"{run} {to_lite}",
    }, empty)


GROUPS = [full, changes, small, jdbc, looks, ten_times, shop, shapes]
# Played once: only their memory is of interest.
ONCE = ("ten-times",)


def contests(bench, only):
    """Those whose key has a word of `only` in it, or all."""
    for group in GROUPS:
        for contest in group(bench):
            if not only or any(word in contest.key for word in only):
                yield contest
