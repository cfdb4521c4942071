"""The tables that are moved, in PostgreSQL, MariaDB, SQLite and H2, all with the same rows."""

import os
import sqlite3

# 25 columns as an ERP has them: PostgreSQL's type (MariaDB's and H2's are made from it), SQLite's type, and how row i is made.
COLUMNS = [
    ("id", "bigint", "INTEGER", "i"),
    ("order_no", "integer", "INTEGER", "i / 4"),
    ("line_no", "integer", "INTEGER", "i % 4 + 1"),
    ("customer", "varchar(8)", "VARCHAR(8)", "'C' || lpad((i % 5000)::text, 7, '0')"),
    ("item", "varchar(20)", "VARCHAR(20)", "'ITEM-' || i % 20000"),
    ("description", "text", "TEXT", "'Valve, brass, ' || i % 977 || ' mm, with seal'"),
    ("quantity", "numeric(9,0)", "DECIMAL(9,0)", "i % 100"),
    ("price", "numeric(15,4)", "DECIMAL(15,4)", "(i % 1000003) / 10000.0"),
    ("amount", "numeric(15,2)", "DECIMAL(15,2)", "(i * 37 % 10000019) / 100.0"),
    ("cost", "numeric(15,4)", "DECIMAL(15,4)", "(i * 17 % 1000003) / 10000.0"),
    ("discount", "numeric(5,2)", "DECIMAL(5,2)", "(i % 3000) / 100.0"),
    ("ordered", "date", "DATE", "DATE '2020-01-01' + (i % 2000)::int"),
    ("shipped", "date", "DATE", "CASE WHEN i % 10 > 0 THEN DATE '2020-01-03' + (i % 2000)::int END"),
    ("changed", "timestamp(0)", "TIMESTAMP", "TIMESTAMP '2020-01-01' + i * INTERVAL '1 second'"),
    ("status", "char(1)", "CHAR(1)", "substr('ABCX', (i % 4 + 1)::int, 1)"),
    ("active", "boolean", "BOOLEAN", "i % 7 > 0"),
    ("warehouse", "varchar(4)", "VARCHAR(4)", "'W' || i % 12"),
    ("region", "text", "TEXT", "CASE i % 3 WHEN 0 THEN 'north' WHEN 1 THEN 'south' ELSE 'west' END"),
    ("weight", "double precision", "DOUBLE", "i * 0.125"),
    ("note", "text", "TEXT", "CASE WHEN i % 5 = 0 THEN 'see order ' || i END"),
    ("reference", "text", "TEXT", "'REF/' || i * 7"),
    ("batch", "integer", "INTEGER", "i % 365"),
    ("printed", "integer", "INTEGER", "i % 3"),
    ("changes", "integer", "INTEGER", "i % 11"),
    ("user_name", "varchar(10)", "VARCHAR(10)", "'USER' || i % 40"),
]
# What else is moved: few columns of wide text, and narrow rows of integers.
WIDE = [("id", "bigint", "INTEGER", "i")] + [
    (f"t{n}", "text", "TEXT", f"repeat(md5((i * {n})::text), 16)") for n in range(1, 11)]
NARROW = [(name, "integer", "INTEGER", value) for name, value in [("id", "i"), ("a", "i % 1000"), ("b", "i % 65536")]]

# How many modules a shop has.
MANY = 90
# Where MariaDB's type has another name than PostgreSQL's.
MY_TYPES = {"timestamp(0)": "datetime", "boolean": "tinyint(1)"}


def table(name, of, columns=COLUMNS, more=""):
    """CREATE TABLE, `of` PostgreSQL (pg), MariaDB (my) or SQLite (lite)."""
    def type_of(column):
        if of == "lite":
            return column[2]
        return MY_TYPES.get(column[1], column[1]) if of == "my" else column[1]

    return f"CREATE TABLE {name} (" + ", ".join(f"{c[0]} {type_of(c)}" for c in columns) + f"{more})"


def copy_for_my(name):
    """COPY's text form suits LOAD DATA, but for booleans."""
    values = ", ".join(f"{c[0]}::int" if c[1] == "boolean" else c[0] for c in COLUMNS)
    return f"COPY (SELECT {values} FROM {name}) TO STDOUT"


def fill(bench, rows):
    """Makes all of them. `bench` runs commands and knows the servers."""
    bench.sh(f"PGDATABASE=postgres {bench.psql} -c 'CREATE DATABASE bench'")
    made = [("src", COLUMNS, rows), ("wide", WIDE, rows // 20), ("narrow", NARROW, rows * 3)]
    for name, columns, n in made:
        values = ", ".join(c[3] for c in columns)
        bench.pg(f"{table(name, 'pg', columns)}; {table(f'dst_{name}', 'pg', columns)};"
                 f"INSERT INTO {name} SELECT {values} FROM generate_series(1, {n}) AS n (i)")
    bench.pg("CREATE TABLE small AS SELECT * FROM src LIMIT 1000; CREATE TABLE dst_small (LIKE small); CREATE TABLE staged (LIKE src);"
             "ALTER TABLE staged SET UNLOGGED; ALTER TABLE src ADD PRIMARY KEY (id); CREATE INDEX ON src (changed);"
             "CREATE SCHEMA many; VACUUM ANALYZE")
    lite(bench)
    h2(bench)
    bench.my("CREATE DATABASE bench CHARACTER SET utf8mb4", "")
    bench.my(f"{table('src', 'my')}; {table('dst_src', 'my')}")
    bench.sh(f'{bench.psql} -c "{copy_for_my("src")}" | {bench.load_my("src")}')


def lite(bench):
    """SQLite's, from PostgreSQL's by CSV; NULL as it is there."""
    for name, columns in [("src", COLUMNS), ("wide", WIDE), ("narrow", NARROW)]:
        values = ", ".join(f"{c[0]}::int" if c[1] == "boolean" else c[0] for c in columns)
        nulls = "; ".join(f"UPDATE {name} SET {c[0]} = NULL WHERE {c[0]} = ''" for c in columns if c[0] in ("shipped", "note"))
        bench.sh(f'{bench.psql} -c "COPY (SELECT {values} FROM {name}) TO STDOUT (FORMAT csv)" > {name}.csv')
        bench.sh(f"sqlite3 -csv src.db '{table(name, 'lite', columns)}' '.import {name}.csv {name}'" + (f' "{nulls}"' if nulls else ""))
        os.remove(f"{bench.folder}/{name}.csv")


def empty_lite(bench, columns=COLUMNS):
    """A new SQLite file with the empty table `dst_src`."""
    for suffix in ("", "-journal", "-wal", "-shm"):
        if os.path.exists(f"{bench.folder}/dst.db{suffix}"):
            os.remove(f"{bench.folder}/dst.db{suffix}")
    conn = sqlite3.connect(f"{bench.folder}/dst.db")
    conn.execute(table("dst_src", "lite", columns))
    conn.commit()
    conn.close()


def h2(bench):
    """H2's, in a file, from PostgreSQL's by CSV."""
    bench.sh(f'{bench.psql} -c "COPY (SELECT * FROM src) TO STDOUT (FORMAT csv, HEADER)" > src.csv')
    types = ", ".join(f"{c[0]} {c[1].replace('text', 'varchar(200)')}" for c in COLUMNS)
    names = ", ".join(c[0] for c in COLUMNS)
    bench.sh(f"java -cp /usr/share/java/h2.jar org.h2.tools.Shell -url '{bench.h2_url}' -user sa -password '' "
             f"-sql \"CREATE TABLE src ({types}); INSERT INTO src SELECT {names} FROM CSVREAD('{bench.folder}/src.csv')\"")
    os.remove(f"{bench.folder}/src.csv")


def modules(bench):
    """The modules of the contests, in a pipekit database of their own."""
    b = bench
    b.call("init")
    b.sh(f'printf %s "$PGPASSWORD" | {b.pipekit} -q secrets set PGPW; printf %s "$MYSQL_PWD" | {b.pipekit} -q secrets set MYPW')
    b.call(f"settings set jrunner_path {b.jdbc}")
    for name, kind, jar in [("h2", "h2", "h2"), ("pg_jdbc", "postgresql", "postgresql")]:
        b.call(f"driver add {name} --kind {kind} --jar /usr/share/java/{jar}.jar")
    b.call(f"connection add pg --driver postgresql --url {b.pg_url} --user postgres --password '$PGPW'")
    b.call(f"connection add my --driver mysql --url '{b.my_url}' --user admin --password '$MYPW'")
    b.call(f"connection add lite --driver sqlite --url jdbc:sqlite:{b.folder}/src.db")
    b.call(f"connection add pg_jdbc --driver pg_jdbc --url {b.pg_url} --user postgres --password '$PGPW'")
    b.call(f"connection add h2 --driver h2 --url '{b.h2_url}' --user sa")

    def module(name, table="dst_src", query="SELECT * FROM src", source="pg", dest="pg", more="--strategy full"):
        b.call(f'module add {name} --source {source} --dest {dest} --table {table} --query "{query}" {more}')

    module("staged")
    module("direct", more="--strategy full --load direct")
    module("of_lite", source="lite")
    module("of_my", source="my")
    module("of_h2", source="h2")
    module("ten", query="SELECT src.* FROM src, generate_series(1, 10) AS n (i)")
    module("changes", "inc_pipekit", "SELECT * FROM src WHERE changed > '{since}'", more="--strategy incremental --key id")
    b.call("watermark add changes since --connection pg --sql 'SELECT max(changed) FROM inc_pipekit' --default 1970-01-01")
    module("small", "dst_small", "SELECT * FROM small")
    b.call("watermark add small last --connection pg --sql 'SELECT max(id) FROM small' --default 0")
    module("small_direct", "dst_small", "SELECT * FROM small", more="--strategy full --load direct")
    module("small_jdbc", "dst_small", "SELECT * FROM small", "pg_jdbc")
    names = range(1, MANY + 1)
    b.pg("; ".join(f"CREATE TABLE many.dst_{n} (LIKE small)" for n in names))
    for n in names:
        module(f"many_{n}", f"many.dst_{n}", "SELECT * FROM small")
        module(f"jdbc_{n}", f"many.dst_{n}", "SELECT * FROM small", "pg_jdbc")
    b.call("group add many --members " + ",".join(f"many_{n}" for n in names))
    b.call("group add many_at_once --max-parallel 4 --members " + "+".join(f"many_{n}" for n in names))
    b.call("group add many_jdbc --members " + ",".join(f"jdbc_{n}" for n in names))
