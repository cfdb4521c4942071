//! Merge keys: rows equal only as the destination compares them are replaced, and never doubled.

use super::case::{Case, Expect::*, On::*, PLAIN};

/// `t (code, qty)`, where `b` is there and `B` comes.
const CODES: Case = Case {
    seed: "INSERT INTO t (code, qty) VALUES ('a', 10), ('b', 20)",
    source: "CREATE TABLE s (code TEXT, qty INTEGER); INSERT INTO s VALUES ('B', 20), ('c', 30), ('d', 40)",
    query: "SELECT code, qty FROM s",
    key: &["code"],
    look: "SELECT code, qty FROM t",
    new: &["B|20", "c|30", "d|40"],
    equal: |a, b| a.eq_ignore_ascii_case(b),
    ..PLAIN
};

/// Two that are one come at once.
const TWICE: &str = "CREATE TABLE s (code TEXT, qty INTEGER); INSERT INTO s VALUES ('B', 20), ('b', 30), ('d', 40)";

pub const CASES: &[Case] = &[
    Case {
        what: "COLLATE NOCASE",
        on: Sqlite,
        make: "CREATE TABLE t (code TEXT COLLATE NOCASE, qty INTEGER)",
        ..CODES
    },
    Case {
        what: "COLLATE NOCASE, the second of two columns",
        on: Sqlite,
        make: "CREATE TABLE t (qty INTEGER, code TEXT COLLATE NOCASE)",
        columns: &["code", "qty"],
        key: &["qty", "code"],
        key_at: &[0, 1],
        ..CODES
    },
    Case {
        what: "COLLATE NOCASE, and keys that must not repeat repeat",
        on: Sqlite,
        make: "CREATE TABLE t (code TEXT COLLATE NOCASE, qty INTEGER)",
        source: TWICE,
        unique: &["code"],
        ..CODES
    }
    .refused("1 values of the unique key (code) are staged more than once"),
    Case {
        what: "COLLATE RTRIM",
        on: Sqlite,
        make: "CREATE TABLE t (code TEXT COLLATE RTRIM, qty INTEGER)",
        source: "CREATE TABLE s (code TEXT, qty INTEGER); INSERT INTO s VALUES ('b  ', 20), ('c', 30), ('d', 40)",
        new: &["b  |20", "c|30", "d|40"],
        equal: |a, b| a.trim_end() == b.trim_end(),
        ..CODES
    },
    Case {
        what: "a collation that this SQLite doesn't have",
        on: Sqlite,
        make: "PRAGMA writable_schema = on;
               CREATE TABLE t (code TEXT, qty INTEGER); INSERT INTO t VALUES ('a', 10), ('b', 20);
               UPDATE sqlite_schema SET sql = 'CREATE TABLE t (code TEXT COLLATE dutch, qty INTEGER)' WHERE name = 't'",
        seed: "",
        incremental: Refused("no such collation sequence: dutch"),
        ..CODES
    },
    Case {
        what: "columns without a type: a number is no text of digits",
        on: Sqlite,
        make: "CREATE TABLE t (code, qty)",
        seed: "INSERT INTO t (code, qty) VALUES (1, 10), (2, 20), ('2', 21)",
        source: "CREATE TABLE s (code, qty); INSERT INTO s VALUES ('2', 22), (3, 30)",
        look: "SELECT typeof(code) || ' ' || code, qty FROM t",
        new: &["text 2|22", "integer 3|30"],
        ..CODES
    },
    Case {
        what: "a nondeterministic collation (ICU)",
        on: Postgres,
        make: concat!(
            "CREATE COLLATION ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false);",
            "CREATE TABLE t (code text COLLATE ci PRIMARY KEY, qty integer)"
        ),
        append: Refused("violates unique constraint \"t_pkey\""),
        ..CODES
    },
    Case {
        what: "a nondeterministic collation (ICU), and keys that must not repeat repeat",
        on: Postgres,
        make: concat!(
            "CREATE COLLATION ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false);",
            "CREATE TABLE t (code text COLLATE ci, qty integer)"
        ),
        source: TWICE,
        unique: &["code"],
        ..CODES
    }
    .refused("1 values of the unique key (code) are staged more than once"),
    Case {
        what: "a nondeterministic collation of a domain",
        on: Postgres,
        make: concat!(
            "CREATE COLLATION ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false);",
            "CREATE DOMAIN code AS text COLLATE ci; CREATE TABLE t (code code, qty integer)"
        ),
        ..CODES
    },
    Case {
        what: "citext",
        on: Postgres,
        make: "CREATE EXTENSION citext; CREATE TABLE t (code citext UNIQUE, qty integer)",
        append: Refused("violates unique constraint \"t_code_key\""),
        ..CODES
    },
    Case {
        what: "citext of a schema that is not in the search path",
        on: Postgres,
        make: "CREATE SCHEMA ext; CREATE EXTENSION citext SCHEMA ext; CREATE TABLE t (code ext.citext, qty integer)",
        ..CODES
    },
    Case {
        what: "a domain over citext of a schema that is not in the search path",
        on: Postgres,
        make: "CREATE SCHEMA ext; CREATE EXTENSION citext SCHEMA ext;
               CREATE DOMAIN code AS ext.citext; CREATE TABLE t (code code, qty integer)",
        ..CODES
    },
    Case {
        what: "char(n), which knows no blanks at the end",
        on: Postgres,
        make: "CREATE TABLE t (code char(3), qty integer)",
        source: "CREATE TABLE s (code TEXT, qty INTEGER); INSERT INTO s VALUES ('b', 20), ('c ', 30)",
        new: &["b  |20", "c  |30"],
        ..CODES
    },
    Case {
        what: "numeric, which is equal whatever its decimals",
        on: Postgres,
        make: "CREATE TABLE t (code numeric, qty integer)",
        seed: "INSERT INTO t (code, qty) VALUES (1.0, 10), (2.0, 20)",
        source: "CREATE TABLE s (code TEXT, qty INTEGER); INSERT INTO s VALUES ('2.000', 20), ('3', 30)",
        new: &["2.000|20", "3|30"],
        equal: |a, b| a.parse::<f64>().unwrap() == b.parse::<f64>().unwrap(),
        ..CODES
    },
    Case {
        what: "NaN, which PostgreSQL takes for equal to itself",
        on: Postgres,
        make: "CREATE TABLE t (code double precision, qty integer)",
        seed: "INSERT INTO t (code, qty) VALUES (1, 10), ('NaN', 20)",
        source: "CREATE TABLE s (code TEXT, qty INTEGER); INSERT INTO s VALUES ('NaN', 20), ('-Infinity', 30)",
        new: &["NaN|20", "-Infinity|30"],
        ..CODES
    },
    Case {
        what: "an array",
        on: Postgres,
        make: "CREATE TABLE t (code integer[], qty integer)",
        seed: "INSERT INTO t (code, qty) VALUES ('{1,2}', 10), ('{2,NULL}', 20)",
        source: "CREATE TABLE s (code TEXT, qty INTEGER); INSERT INTO s VALUES ('{2,null}', 20), ('{}', 30)",
        new: &["{2,NULL}|20", "{}|30"],
        ..CODES
    },
    Case {
        what: "an array of a domain",
        on: Postgres,
        make: "CREATE DOMAIN euro AS numeric(5,2); CREATE TABLE t (code euro[], qty integer)",
        seed: "INSERT INTO t (code, qty) VALUES ('{1,2}', 10), ('{2,NULL}', 20)",
        source: "CREATE TABLE s (code TEXT, qty INTEGER); INSERT INTO s VALUES ('{2.0,null}', 20), ('{}', 30)",
        new: &["{2.00,NULL}|20", "{}|30"],
        ..CODES
    },
    Case {
        what: "an enum",
        on: Postgres,
        make: "CREATE TYPE mood AS ENUM ('a', 'b', 'c'); CREATE TABLE t (code mood, qty integer)",
        source: "CREATE TABLE s (code TEXT, qty INTEGER); INSERT INTO s VALUES ('b', 20), ('c', 30)",
        new: &["b|20", "c|30"],
        ..CODES
    },
    Case {
        what: "json, which has no equality",
        on: Postgres,
        make: "CREATE TABLE t (code json, qty integer)",
        seed: "INSERT INTO t (code, qty) VALUES ('1', 10), ('2', 20)",
        source: "CREATE TABLE s (code TEXT, qty INTEGER); INSERT INTO s VALUES ('2', 20), ('3', 30)",
        new: &["2|20", "3|30"],
        incremental: Refused("operator does not exist: json = json"),
        ..CODES
    },
    Case {
        what: "NULL in a key",
        make: "CREATE TABLE t (code VARCHAR(9), qty INTEGER)",
        source: "CREATE TABLE s (code TEXT, qty INTEGER); INSERT INTO s VALUES ('b', 20), (NULL, 30)",
        new: &["b|20", "NULL|30"],
        incremental: Refused("1 of 2 staged rows have NULL in the merge key code"),
        ..CODES
    },
    Case {
        what: "NULL in the second column of a key",
        make: "CREATE TABLE t (code VARCHAR(9), qty INTEGER)",
        source: "CREATE TABLE s (code TEXT, qty INTEGER); INSERT INTO s VALUES ('b', 20), ('c', NULL)",
        new: &["b|20", "c|NULL"],
        key: &["code", "qty"],
        key_at: &[0, 1],
        incremental: Refused("1 of 2 staged rows have NULL in the merge key qty"),
        ..CODES
    },
    Case {
        what: "a key that repeats among what comes and what is there: an order's lines",
        make: "CREATE TABLE t (code VARCHAR(9), qty INTEGER)",
        seed: "INSERT INTO t (code, qty) VALUES ('a', 10), ('b', 20), ('b', 21), ('b', 22)",
        source: "CREATE TABLE s (code TEXT, qty INTEGER); INSERT INTO s VALUES ('b', 20), ('b', 30)",
        new: &["b|20", "b|30"],
        ..CODES
    },
    Case {
        what: "a key written in other letters than the column's name",
        on: Both,
        make: "CREATE TABLE t (code VARCHAR(9), \"Qty\" INTEGER)",
        seed: "INSERT INTO t VALUES ('a', 10), ('b', 20)",
        columns: &["CODE", "QTY"],
        key: &["qTy"],
        key_at: &[1],
        look: "SELECT code, \"Qty\" FROM t",
        ..CODES
    },
    Case {
        what: "columns whose names differ in case only",
        on: Postgres,
        make: "CREATE TABLE t (\"ID\" integer, id integer, \"Id\" integer)",
        seed: "INSERT INTO t VALUES (1, 2, 3), (4, 5, 6)",
        source: "CREATE TABLE s (a, b, c); INSERT INTO s VALUES (7, 2, 9)",
        query: "SELECT a, b, c FROM s",
        key: &["id"],
        look: "SELECT * FROM t",
        new: &["7|2|9"],
        key_at: &[1],
        ..PLAIN
    },
    Case {
        what: "columns whose names differ in case only, and a key that could be either",
        on: Postgres,
        make: "CREATE TABLE t (\"ID\" integer, \"Id\" integer)",
        seed: "INSERT INTO t VALUES (1, 2), (4, 5)",
        source: "CREATE TABLE s (a, b); INSERT INTO s VALUES (7, 2)",
        query: "SELECT a, b FROM s",
        key: &["id"],
        look: "SELECT * FROM t",
        ..PLAIN
    }
    .refused("the module's merge key names `id`, which is not among the columns that are filled"),
];
