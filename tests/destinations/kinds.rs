//! Kinds of tables, and things that are none.

use super::case::{Case, Expect::*, On::*, PLAIN};

/// Something that is not a table.
const NONE: Case = Case { seed: "", look: "SELECT 1", ..PLAIN };

const PARTITIONED: &str = "CREATE TABLE t (id integer, item varchar(9), qty integer) PARTITION BY RANGE (qty);
    CREATE TABLE t_low PARTITION OF t FOR VALUES FROM (0) TO (25);";

const WITH_A_CHILD: Case = Case {
    on: Postgres,
    make: "CREATE TABLE t (id integer, item varchar(9), qty integer); CREATE TABLE t_child () INHERITS (t)",
    seed: "INSERT INTO t VALUES (1, 'old', 10); INSERT INTO t_child VALUES (2, 'old', 20)",
    ..PLAIN
};

pub const CASES: &[Case] = &[
    Case {
        what: "partitions by range, and none for a row that comes",
        on: Postgres,
        make: PARTITIONED,
        ..PLAIN
    }
    .refused("no partition of relation \"t\" found for row"),
    Case {
        what: "partitions by range, and a default one",
        on: Postgres,
        make: "CREATE TABLE t (id integer, item varchar(9), qty integer) PARTITION BY RANGE (qty);
             CREATE TABLE t_low PARTITION OF t FOR VALUES FROM (0) TO (25); CREATE TABLE t_rest PARTITION OF t DEFAULT",
        ..PLAIN
    },
    Case {
        what: "partitions by list, NULL among them, with columns in other orders",
        on: Postgres,
        make: "CREATE TABLE t (id integer, item varchar(9), qty integer) PARTITION BY LIST (item);
               CREATE TABLE t_old (qty integer, gone text, item varchar(9), id integer);
               ALTER TABLE t_old DROP COLUMN gone; ALTER TABLE t ATTACH PARTITION t_old FOR VALUES IN ('old');
               CREATE TABLE t_new PARTITION OF t FOR VALUES IN ('new', 'ünï', NULL)",
        ..PLAIN
    },
    Case {
        what: "partitions by hash, and partitions of those",
        on: Postgres,
        make: "CREATE TABLE t (id integer, item varchar(9), qty integer) PARTITION BY HASH (id);
               CREATE TABLE t0 PARTITION OF t FOR VALUES WITH (MODULUS 2, REMAINDER 0) PARTITION BY RANGE (qty);
               CREATE TABLE t0_low PARTITION OF t0 FOR VALUES FROM (MINVALUE) TO (25);
               CREATE TABLE t0_high PARTITION OF t0 FOR VALUES FROM (25) TO (MAXVALUE);
               CREATE TABLE t1 PARTITION OF t FOR VALUES WITH (MODULUS 2, REMAINDER 1)",
        ..PLAIN
    },
    Case {
        what: "a partition itself, and rows that belong into another",
        on: Postgres,
        make: PARTITIONED,
        table: "t_low",
        ..PLAIN
    }
    .refused("violates partition constraint"),
    Case {
        what: "a table with a child that inherits from it, whose rows a deletion reaches",
        full: Refused("t can't be truncated: t_child refers to it (it inherits from t)"),
        by_delete: Some(Refused("deleting from t would reach t_child (it inherits from t)")),
        incremental: Refused("deleting from t would reach t_child (it inherits from t)"),
        ..WITH_A_CHILD
    },
    Case {
        what: "a table with a child that inherits from it, allowed",
        cascades: true,
        full: Refused("t can't be truncated: t_child refers to it (it inherits from t)"),
        by_delete: Some(Model),
        ..WITH_A_CHILD
    },
    Case {
        what: "a table that inherits from another",
        on: Postgres,
        make: "CREATE TABLE other (id integer, item varchar(9)); CREATE TABLE t (qty integer) INHERITS (other);
               INSERT INTO other VALUES (2, 'stays')",
        ..PLAIN
    },
    Case {
        what: "an unlogged table",
        on: Postgres,
        make: "CREATE UNLOGGED TABLE t (id integer, item varchar(9), qty integer)",
        ..PLAIN
    },
    Case {
        what: "a foreign table of another PostgreSQL server (postgres_fdw)",
        on: Postgres,
        make: "CREATE TABLE t_there (id integer, item varchar(9), qty integer);
               CREATE EXTENSION postgres_fdw;
               CREATE SERVER there FOREIGN DATA WRAPPER postgres_fdw
                 OPTIONS (host '127.0.0.1', port '{port}', dbname '{database}');
               CREATE USER MAPPING FOR CURRENT_USER SERVER there OPTIONS (user '{user}', password '{password}');
               CREATE FOREIGN TABLE t (id integer, item varchar(9), qty integer) SERVER there OPTIONS (table_name 't_there')",
        ..PLAIN
    },
    Case {
        what: "a foreign table whose other end refuses a row (postgres_fdw)",
        on: Postgres,
        make: "CREATE TABLE t_there (id integer, item varchar(9), qty integer CHECK (qty < 40));
               CREATE EXTENSION postgres_fdw;
               CREATE SERVER there FOREIGN DATA WRAPPER postgres_fdw
                 OPTIONS (host '127.0.0.1', port '{port}', dbname '{database}');
               CREATE USER MAPPING FOR CURRENT_USER SERVER there OPTIONS (user '{user}', password '{password}');
               CREATE FOREIGN TABLE t (id integer, item varchar(9), qty integer) SERVER there OPTIONS (table_name 't_there')",
        ..PLAIN
    }
    .refused("violates check constraint \"t_there_qty_check\""),
    Case {
        what: "a foreign table that is a file (file_fdw)",
        on: Postgres,
        make: "CREATE EXTENSION file_fdw; CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;
               CREATE FOREIGN TABLE t (id integer, item varchar(9), qty integer) SERVER files OPTIONS (filename '/dev/null')",
        seed: "",
        full: Refused("cannot truncate foreign table \"t\""),
        by_delete: Some(Refused("cannot delete from foreign table \"t\"")),
        incremental: Refused("cannot delete from foreign table \"t\""),
        append: Refused("cannot insert into foreign table \"t\""),
        ..PLAIN
    },
    Case {
        what: "a table that is published, without a replica identity",
        on: Postgres,
        then: "CREATE PUBLICATION p FOR TABLE t",
        undo: "DROP PUBLICATION p",
        by_delete: Some(Refused("does not have a replica identity and publishes deletes")),
        incremental: Refused("does not have a replica identity and publishes deletes"),
        ..PLAIN
    },
    Case {
        what: "a materialized view",
        on: Postgres,
        make: "CREATE MATERIALIZED VIEW t AS SELECT 1 AS id, 'old'::varchar(9) AS item, 10 AS qty",
        ..NONE
    }
    .refused("t is a materialized view"),
    Case { what: "a sequence", on: Postgres, make: "CREATE SEQUENCE t", ..NONE }.refused("t is a sequence"),
    Case {
        what: "an index",
        on: Postgres,
        make: "CREATE TABLE other (id integer); CREATE INDEX t ON other (id)",
        ..NONE
    }
    .refused("t is an index"),
    Case { what: "a type", on: Postgres, make: "CREATE TYPE t AS (id integer, item varchar(9), qty integer)", ..NONE }
        .refused("t is a type"),
    Case { what: "nothing of that name", make: "CREATE TABLE other (id INTEGER)", ..NONE }
        .refused("there is no table t on dst"),
    Case {
        what: "a table of the database's own catalog",
        on: Postgres,
        make: "",
        table: "pg_description",
        query: "SELECT 1, 1, 1, 'x'",
        key: &["objoid"],
        ..NONE
    }
    .refused("pg_description is the database's own"),
    Case {
        what: "a table of the database's own catalog",
        on: Sqlite,
        make: "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT)",
        table: "sqlite_sequence",
        query: "SELECT 't', 7",
        key: &["name"],
        ..NONE
    }
    .refused("sqlite_sequence is the database's own"),
    Case {
        what: "a table in pipekit's own schema",
        on: Postgres,
        make: "CREATE SCHEMA pipekit_staging; CREATE TABLE pipekit_staging.other (id integer, item varchar(9), qty integer)",
        seed: "INSERT INTO pipekit_staging.other VALUES (1, 'old', 10)",
        table: "pipekit_staging.other",
        look: "SELECT id, item, qty FROM pipekit_staging.other",
        ..PLAIN
    }
    .refused("pipekit_staging.other is pipekit's own"),
    Case {
        what: "the module's own staging table, found through the search path",
        on: Postgres,
        make: "CREATE SCHEMA pipekit_staging; CREATE TABLE pipekit_staging.{module} (id integer, item varchar(9), qty integer)",
        seed: "INSERT INTO pipekit_staging.{module} VALUES (1, 'old', 10)",
        table: "{module}",
        url: "currentSchema=pipekit_staging",
        look: "SELECT id, item, qty FROM pipekit_staging.{module}",
        ..PLAIN
    }
    .refused("{module} is pipekit's own"),
    Case {
        what: "the module's own staging table",
        on: Sqlite,
        make: "CREATE TABLE pipekit_staging_{module} (id INTEGER, item TEXT, qty INTEGER)",
        seed: "INSERT INTO pipekit_staging_{module} VALUES (1, 'old', 10)",
        table: "main.Pipekit_Staging_{module}",
        look: "SELECT id, item, qty FROM pipekit_staging_{module}",
        ..PLAIN
    }
    .refused("main.Pipekit_Staging_{module} is pipekit's own"),
    Case {
        what: "a table called like pipekit's receipt",
        make: "CREATE TABLE pipekit_receipt (id INTEGER, item VARCHAR(9), qty INTEGER)",
        seed: "INSERT INTO pipekit_receipt VALUES (1, 'old', 10), (2, 'old', 20)",
        table: "pipekit_receipt",
        look: "SELECT id, item, qty FROM pipekit_receipt",
        ..PLAIN
    },
    Case {
        what: "WITHOUT ROWID",
        on: Sqlite,
        make: "CREATE TABLE t (item TEXT, id INTEGER, qty INTEGER, PRIMARY KEY (id)) WITHOUT ROWID",
        columns: &["id", "item", "qty"],
        fresh: true,
        ..PLAIN
    },
    Case { what: "STRICT", on: Sqlite, make: "CREATE TABLE t (id INT, item TEXT, qty INTEGER) STRICT", ..PLAIN },
    Case {
        what: "STRICT, with a column of any type: text of digits stays text",
        on: Sqlite,
        make: "CREATE TABLE t (id INT, item ANY, qty INTEGER) STRICT",
        query: "SELECT id, CASE WHEN id = 2 THEN '007' ELSE 7 END, qty FROM s",
        look: "SELECT id, typeof(item) || ' ' || item, qty FROM t",
        new: &["2|text 007|20", "3|integer 7|30", "4|integer 7|40"],
        ..PLAIN
    },
    Case {
        what: "STRICT, and text for a number",
        on: Sqlite,
        make: "CREATE TABLE t (id INT, item TEXT, qty INTEGER) STRICT",
        query: "SELECT id, item, 'many' FROM s",
        ..PLAIN
    }
    .refused("cannot store TEXT value in INTEGER column"),
    Case {
        what: "a full-text index (FTS5)",
        on: Sqlite,
        make: "CREATE VIRTUAL TABLE t USING fts5 (id, item, qty)",
        also: Some(("SELECT count(*) FROM t WHERE t MATCH 'new'", ["1"; 4])),
        ..PLAIN
    },
    Case {
        what: "a full-text index without content (FTS5): its rows can't be read",
        on: Sqlite,
        make: "CREATE VIRTUAL TABLE t USING fts5 (id, item, qty, content='')",
        look: "SELECT count(*) FROM t",
        ..PLAIN
    }
    .refused("t is an index without content of its own"),
    Case {
        what: "a full-text index over a table beside it (FTS5), which a load would leave out of step with that",
        on: Sqlite,
        make: "CREATE TABLE other (id, item, qty);
               CREATE VIRTUAL TABLE t USING fts5 (id, item, qty, content = 'other', content_rowid = 'rowid')",
        seed: "",
        ..PLAIN
    }
    .refused("t is an index without content of its own"),
    Case {
        what: "a box index (R*Tree)",
        on: Sqlite,
        make: "CREATE VIRTUAL TABLE t USING rtree (id, low, high)",
        seed: "INSERT INTO t VALUES (1, 1, 2), (2, 2, 3)",
        query: "SELECT id, qty, qty + 1 FROM s",
        look: "SELECT id, low, high FROM t",
        new: &["2|20.0|21.0", "3|30.0|31.0", "4|40.0|41.0"],
        fresh: true,
        ..PLAIN
    },
    Case {
        what: "a column without a type, and with one that looks like SQL",
        on: Sqlite,
        make: "CREATE TABLE t (id, item \"TEXT); DROP TABLE t --\", qty \"NOT NULL\")",
        ..PLAIN
    },
    Case {
        what: "a schema's name in front, in capitals",
        on: Sqlite,
        table: "MAIN.T",
        ..PLAIN
    },
    Case { what: "a schema that is not there", on: Postgres, table: "nowhere.t", ..PLAIN }
        .refused("there is no table nowhere.t on dst"),
    Case { what: "a schema that is not there", on: Sqlite, table: "nowhere.t", ..PLAIN }
        .refused("no such table: nowhere.sqlite_schema"),
    Case { what: "the schema of temporary tables", on: Sqlite, table: "temp.t", ..PLAIN }
        .refused("there is no table temp.t on dst"),
    Case { what: "the schema of temporary tables", on: Postgres, table: "pg_temp.t", ..PLAIN }
        .refused("there is no table pg_temp.t on dst"),
];
