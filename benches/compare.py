"""Times pipekit beside the plain pipes of the databases' own tools. Called by benches/run.sh.

Each pair runs in turn, A B A B …, so that a machine that slows down slows both. What is shown is the median of each, the
ratio of pipekit to the pipe (the median of the rounds' ratios), and the largest process's peak memory.
"""

import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import time

WORK, PIPEKIT = sys.argv[1], sys.argv[2]
ROWS = int(sys.argv[3]) if len(sys.argv) > 3 else 1_000_000
ROUNDS = int(sys.argv[4]) if len(sys.argv) > 4 else 5
# The binary itself: Debian's wrapper costs 25 ms a call.
PSQL = f"{os.environ['PG_BIN']}/psql -X -q"
URL = f"jdbc:postgresql://127.0.0.1:{os.environ['PGPORT']}/bench"
# pgloader speaks MySQL without TLS only.
MY_URL = f"jdbc:mariadb://127.0.0.1:{os.environ['MY_PORT']}/bench?sslMode=disabled"
MARIADB = f"mariadb --no-defaults --skip-ssl -h 127.0.0.1 -P {os.environ['MY_PORT']} -u admin --local-infile=1"
ENV = dict(os.environ, PIPEKIT_DB=f"{WORK}/pipekit.db", PIPEKIT_SECRETS=f"{WORK}/secrets.env", PGDATABASE="bench",
           JRUNNER_SCP=os.environ["PGPASSWORD"], JRUNNER_DCP=os.environ["PGPASSWORD"])

# 25 columns as an ERP has them: PostgreSQL's type, SQLite's type, and how row i is made in either dialect.
COLUMNS = [
    ("id", "bigint", "INTEGER", "i", "i"),
    ("order_no", "integer", "INTEGER", "i / 4", "i / 4"),
    ("line_no", "integer", "INTEGER", "i % 4 + 1", "i % 4 + 1"),
    ("customer", "varchar(8)", "VARCHAR(8)", "'C' || lpad((i % 5000)::text, 7, '0')", "printf('C%07d', i % 5000)"),
    ("item", "varchar(20)", "VARCHAR(20)", "'ITEM-' || i % 20000", "'ITEM-' || (i % 20000)"),
    ("description", "text", "TEXT", "'Valve, brass, ' || i % 977 || ' mm, with seal'", "'Valve, brass, ' || (i % 977) || ' mm, with seal'"),
    ("quantity", "numeric(9,0)", "DECIMAL(9,0)", "i % 100", "i % 100"),
    ("price", "numeric(15,4)", "DECIMAL(15,4)", "(i % 1000003) / 10000.0", "(i % 1000003) / 10000.0"),
    ("amount", "numeric(15,2)", "DECIMAL(15,2)", "(i * 37 % 10000019) / 100.0", "(i * 37 % 10000019) / 100.0"),
    ("cost", "numeric(15,4)", "DECIMAL(15,4)", "(i * 17 % 1000003) / 10000.0", "(i * 17 % 1000003) / 10000.0"),
    ("discount", "numeric(5,2)", "DECIMAL(5,2)", "(i % 3000) / 100.0", "(i % 3000) / 100.0"),
    ("ordered", "date", "DATE", "DATE '2020-01-01' + (i % 2000)::int", "date('2020-01-01', (i % 2000) || ' days')"),
    ("shipped", "date", "DATE", "CASE WHEN i % 10 > 0 THEN DATE '2020-01-03' + (i % 2000)::int END",
     "CASE WHEN i % 10 > 0 THEN date('2020-01-03', (i % 2000) || ' days') END"),
    ("changed", "timestamp(0)", "TIMESTAMP", "TIMESTAMP '2020-01-01' + i * INTERVAL '1 second'",
     "datetime('2020-01-01', i || ' seconds')"),
    ("status", "char(1)", "CHAR(1)", "substr('ABCX', (i % 4 + 1)::int, 1)", "substr('ABCX', i % 4 + 1, 1)"),
    ("active", "boolean", "BOOLEAN", "i % 7 > 0", "i % 7 > 0"),
    ("warehouse", "varchar(4)", "VARCHAR(4)", "'W' || i % 12", "'W' || (i % 12)"),
    ("region", "text", "TEXT", "CASE i % 3 WHEN 0 THEN 'north' WHEN 1 THEN 'south' ELSE 'west' END",
     "CASE i % 3 WHEN 0 THEN 'north' WHEN 1 THEN 'south' ELSE 'west' END"),
    ("weight", "double precision", "DOUBLE", "i * 0.125", "i * 0.125"),
    ("note", "text", "TEXT", "CASE WHEN i % 5 = 0 THEN 'see order ' || i END", "CASE WHEN i % 5 = 0 THEN 'see order ' || i END"),
    ("reference", "text", "TEXT", "'REF/' || i * 7", "'REF/' || (i * 7)"),
    ("batch", "integer", "INTEGER", "i % 365", "i % 365"),
    ("printed", "integer", "INTEGER", "i % 3", "i % 3"),
    ("changes", "integer", "INTEGER", "i % 11", "i % 11"),
    ("user_name", "varchar(10)", "VARCHAR(10)", "'USER' || i % 40", "'USER' || (i % 40)"),
]


def sh(command, **kwargs):
    """Runs a command by bash and gives its seconds and the peak memory (MiB) of its largest process."""
    since = time.perf_counter()
    process = subprocess.Popen(["bash", "-c", "set -eo pipefail; " + command], env=ENV, stdout=subprocess.DEVNULL, cwd=WORK,
                               **kwargs)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - since
    if status != 0:
        sys.exit(f"failed: {command}")
    return seconds, usage.ru_maxrss / 1024


def pipekit(arguments):
    sh(f"{PIPEKIT} -q {arguments}")


def pg(sql):
    sh(f"{PSQL} -v ON_ERROR_STOP=1 <<'SQL'\n{sql}\nSQL")


def type_of(column, of):
    if of == "lite":
        return column[2]
    return MY_TYPES.get(column[1], column[1]) if of == "my" else column[1]


# Where MariaDB's type has another name than PostgreSQL's.
MY_TYPES = {"timestamp(0)": "datetime", "boolean": "tinyint(1)"}


def table(name, of, extra=""):
    return f"CREATE TABLE {name} (" + ", ".join(f"{c[0]} {type_of(c, of)}" for c in COLUMNS) + f"{extra})"


def prepare():
    """The data, and a module for each pair."""
    sh(f"PGDATABASE=postgres {PSQL} -c 'CREATE DATABASE bench'")
    values = ", ".join(c[3] for c in COLUMNS)
    pg(table("src", "pg") + ";" + table("dst", "pg") + ";" + table("small", "pg") + ";" + table("small_dst", "pg") +
       f"; INSERT INTO src SELECT {values} FROM generate_series(1, {ROWS}) AS n (i);"
       f"INSERT INTO small SELECT * FROM src LIMIT 1000; VACUUM ANALYZE")
    lite = sqlite3.connect(f"{WORK}/src.db")
    lite.execute(table("src", "lite"))
    values = ", ".join(c[4] for c in COLUMNS)
    lite.execute(f"WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {ROWS}) INSERT INTO src SELECT {values} FROM n")
    lite.commit()
    lite.close()
    sh(f"{MARIADB} -e 'CREATE DATABASE bench CHARACTER SET utf8mb4; USE bench; {table('src', 'my')}; {table('dst', 'my')}'")
    sh(f"{COPY_FOR_MY} | {LOAD_MY.replace('dst', 'src')}")
    open(f"{WORK}/pgloader.load", "w").write(f"""
        LOAD DATABASE FROM mysql://admin:{os.environ['MYSQL_PWD']}@127.0.0.1:{os.environ['MY_PORT']}/bench
        INTO postgresql://postgres:{os.environ['PGPASSWORD']}@127.0.0.1:{os.environ['PGPORT']}/bench
        WITH data only, batch size = 20MB, prefetch rows = 50000
        CAST type tinyint to boolean using tinyint-to-boolean
        INCLUDING ONLY TABLE NAMES MATCHING 'src'
        ALTER SCHEMA 'bench' RENAME TO 'public'
        ALTER TABLE NAMES MATCHING 'src' RENAME TO 'dst';""")
    pipekit("init")
    sh(f"printf %s \"$PGPASSWORD\" | {PIPEKIT} -q secrets set PGPW")
    pipekit(f"connection add pg --driver postgresql --url {URL} --user postgres --password '$PGPW'")
    pipekit(f"connection add lite --driver sqlite --url jdbc:sqlite:{WORK}/src.db")
    for name, source, target in [("whole", "pg", "dst"), ("small", "pg", "small_dst")]:
        query = "src" if name == "whole" else "small"
        pipekit(f"module add {name} --source {source} --dest pg --table {target} --strategy full --query 'SELECT * FROM {query}'")
    pipekit(f"module add direct --source pg --dest pg --table dst --strategy full --load direct --query 'SELECT * FROM src'")
    pg(table("staged", "pg").replace("CREATE TABLE", "CREATE UNLOGGED TABLE"))
    pipekit("watermark add small last --connection pg --sql 'SELECT max(id) FROM small' --default 0")
    open(f"{WORK}/src.sql", "w").write("SELECT * FROM src")
    shutil.copy(f"{WORK}/pipekit.db", f"{WORK}/many.db")
    subprocess.run([sys.executable, os.path.join(os.path.dirname(__file__), "many.py"), f"{WORK}/many.db"], check=True)


def empty_lite():
    for suffix in ("", "-journal", "-wal", "-shm"):
        if os.path.exists(f"{WORK}/dst.db{suffix}"):
            os.remove(f"{WORK}/dst.db{suffix}")
    conn = sqlite3.connect(f"{WORK}/dst.db")
    conn.execute(table("dst", "lite"))
    conn.commit()
    conn.close()


def empty_pg():
    pg("TRUNCATE dst; CHECKPOINT")


def empty_my():
    sh(f"{MARIADB} bench -e 'TRUNCATE dst'")


JRUNNER = f"{PIPEKIT} jrunner -scn postgres -dcn postgres"
TO_PG = f"-dcu {URL} -dt dst"
COPY_OUT = f"{PSQL} -c 'COPY (SELECT * FROM src) TO STDOUT (FORMAT binary)'"
COPY_IN = f"{PSQL} -c 'COPY dst FROM STDIN (FORMAT binary)'"

# What a staged run does: into a table that is not logged, and from there in one transaction.
HAND = f"{PSQL} -c 'TRUNCATE staged'; {COPY_OUT} | {PSQL} -c 'COPY staged FROM STDIN (FORMAT binary)'; " \
    f"{PSQL} -c 'BEGIN' -c 'TRUNCATE dst' -c 'INSERT INTO dst SELECT * FROM staged' -c 'COMMIT'"

# COPY's text form suits LOAD DATA, but for booleans.
COPY_FOR_MY = PSQL + " -c 'COPY (SELECT " + ", ".join("active::int" if c[0] == "active" else c[0] for c in COLUMNS) + \
    " FROM src) TO STDOUT'"
LOAD_MY = f"{MARIADB} bench -e \"LOAD DATA LOCAL INFILE '/dev/stdin' INTO TABLE dst CHARACTER SET utf8mb4\""
MY_OUT = f"{PIPEKIT} jrunner -scn admin -dcn postgres -scu '{MY_URL}' -sq src.sql {TO_PG}"
MY_PW = f"JRUNNER_SCP={os.environ['MYSQL_PWD']}"

# What is measured: its name, pipekit's command, the pipe's, and what is done before each.
PAIRS = [
    ("transfer, PostgreSQL to PostgreSQL", f"{JRUNNER} -scu {URL} -sq src.sql {TO_PG}", f"{COPY_OUT} | {COPY_IN}", empty_pg),
    ("transfer, SQLite to PostgreSQL", f"{JRUNNER} -scu jdbc:sqlite:src.db -sq src.sql {TO_PG}",
     f"sqlite3 -csv src.db 'SELECT * FROM src' | {PSQL} -c 'COPY dst FROM STDIN (FORMAT csv)'", empty_pg),
    ("transfer, PostgreSQL to SQLite", f"{JRUNNER} -scu {URL} -sq src.sql -dcu jdbc:sqlite:dst.db -dt dst",
     f"{PSQL} -c 'COPY (SELECT * FROM src) TO STDOUT (FORMAT csv)' | sqlite3 -csv dst.db '.import /dev/stdin dst'", empty_lite),
    ("transfer, MariaDB to PostgreSQL", f"{MY_PW} {MY_OUT}",
     f"{MARIADB} bench -B -N --quick -e 'SELECT * FROM src' | {PSQL} -c \"COPY dst FROM STDIN (NULL 'NULL')\"", empty_pg),
    ("transfer, MariaDB to PostgreSQL, beside pgloader", f"{MY_PW} {MY_OUT}",
     "pgloader --quiet --no-ssl-cert-verification pgloader.load", empty_pg),
    ("transfer, PostgreSQL to MariaDB",
     f"JRUNNER_DCP={os.environ['MYSQL_PWD']} {PIPEKIT} jrunner -scn postgres -dcn admin -scu {URL} -sq src.sql -dcu '{MY_URL}' -dt dst",
     f"{COPY_FOR_MY} | {LOAD_MY}", empty_my),
    ("whole run (full, staged, logged), PostgreSQL to PostgreSQL", f"{PIPEKIT} -q run whole", f"{COPY_OUT} | {COPY_IN}",
     empty_pg),
    ("the same, beside its steps by hand in psql", f"{PIPEKIT} -q run whole", HAND, empty_pg),
    ("whole run (full, direct), beside the steps by hand of a staged one", f"{PIPEKIT} -q run direct", HAND, empty_pg),
    ("whole run of 1,000 rows", f"{PIPEKIT} -q run small",
     f"{PSQL} -c 'COPY (SELECT * FROM small) TO STDOUT (FORMAT binary)' | {PSQL} -c 'TRUNCATE small_dst' -c 'COPY small_dst FROM STDIN (FORMAT binary)'",
     None),
    ("one `watermark resolve`", f"{PIPEKIT} -q watermark resolve small", f"{PSQL} -c 'SELECT max(id) FROM small'", None),
]
ALONE = [("`status`, 10,000 modules and 1,000,000 runs", f"{PIPEKIT} --db many.db status"),
         ("`log`, the same", f"{PIPEKIT} --db many.db log --limit 25"),
         ("`log --errors --since 24h`, the same", f"{PIPEKIT} --db many.db log --errors --since 24h")]


def main():
    prepare()
    print(f"{ROWS:,} rows of {len(COLUMNS)} columns, medians of {ROUNDS} rounds in turn\n")
    print("| what | pipekit | plain pipe | ratio | peak memory |\n|---|---|---|---|---|")
    for name, ours, pipe, before in PAIRS:
        mine, theirs, memory = [], [], 0
        for _ in range(ROUNDS):
            if before:
                before()
            seconds, peak = sh(ours)
            mine.append(seconds)
            memory = max(memory, peak)
            if before:
                before()
            theirs.append(sh(pipe)[0])
        ratio = statistics.median(a / b for a, b in zip(mine, theirs))
        a, b = statistics.median(mine), statistics.median(theirs)
        print(f"| {name} | {a:.3f} s | {b:.3f} s | {ratio:.2f} | {memory:.0f} MiB |", flush=True)
    for name, ours in ALONE:
        runs = [sh(ours) for _ in range(ROUNDS * 2)]
        print(f"| {name} | {statistics.median(r[0] for r in runs) * 1000:.0f} ms | | | {max(r[1] for r in runs):.0f} MiB |")


main()
