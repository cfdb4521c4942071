//! Types that hold less than what comes, and types of a shop's own.

use super::case::{Case, On::*, PLAIN};

/// `t (id, v)`, and for `v` the text `$v` comes.
macro_rules! holds {
    ($what:literal, $make:literal, $old:literal, $v:literal, $shown:literal) => {
        Case {
            what: $what,
            on: Postgres,
            make: $make,
            seed: concat!("INSERT INTO t VALUES (1, '", $old, "'), (2, '", $old, "')"),
            source: concat!(
                "CREATE TABLE s (id INTEGER, v TEXT); INSERT INTO s VALUES (2, '",
                $v,
                "'), (3, '",
                $v,
                "')"
            ),
            query: "SELECT id, v FROM s",
            look: "SELECT id, v FROM t",
            new: &[concat!("2|", $shown), concat!("3|", $shown)],
            ..PLAIN
        }
    };
}

pub const CASES: &[Case] = &[
    holds!("numeric(5,2), and what fits", "CREATE TABLE t (id integer, v numeric(5,2))", "1", "-999.990", "-999.99"),
    holds!("numeric(5,2), and a decimal too many", "CREATE TABLE t (id integer, v numeric(5,2))", "1", "1.239", "")
        .refused("row 1, column v: '1.239' does not fit numeric(5,2)"),
    holds!("numeric(5,2), and a digit too many", "CREATE TABLE t (id integer, v numeric(5,2))", "1", "1000", "")
        .refused("row 1, column v: '1000' does not fit numeric(5,2)"),
    holds!("smallint, and what is too large", "CREATE TABLE t (id integer, v smallint)", "1", "32768", "")
        .refused("row 1, column v: '32768' does not fit smallint"),
    holds!("smallint, and a fraction", "CREATE TABLE t (id integer, v smallint)", "1", "1.5", "")
        .refused("row 1, column v: '1.5' does not fit smallint"),
    holds!("real, and digits too many", "CREATE TABLE t (id integer, v real)", "1", "16777217", "")
        .refused("row 1, column v: '16777217' does not fit real"),
    holds!(
        "timestamp(0), and what fits",
        "CREATE TABLE t (id integer, v timestamp(0))",
        "2020-01-01",
        "2026-02-28 23:59:59.000",
        "2026-02-28 23:59:59"
    ),
    holds!(
        "timestamp(0), and a fraction of a second",
        "CREATE TABLE t (id integer, v timestamp(0))",
        "2020-01-01",
        "2026-02-28 23:59:59.5",
        ""
    )
    .refused("row 1, column v: '2026-02-28 23:59:59.5' does not fit timestamp(0)"),
    holds!(
        "timestamptz(3), and microseconds",
        "CREATE TABLE t (id integer, v timestamptz(3))",
        "2020-01-01",
        "2026-02-28 23:59:59.1234+01",
        ""
    )
    .refused("row 1, column v: '2026-02-28 23:59:59.1234+01' does not fit timestamptz(3)"),
    holds!("date, and a time of day", "CREATE TABLE t (id integer, v date)", "2020-01-01", "2026-02-28 10:00:00", "")
        .refused("row 1, column v: '2026-02-28 10:00:00' does not fit date"),
    holds!("time(0), and a fraction of a second", "CREATE TABLE t (id integer, v time(0))", "10:00", "10:00:00.5", "")
        .refused("row 1, column v: '10:00:00.5' does not fit time(0)"),
    holds!("interval(0), and a fraction of a second", "CREATE TABLE t (id integer, v interval(0))", "1 s", "1.5 s", "")
        .refused("row 1, column v: '1.5 s' does not fit interval(0)"),
    holds!("varchar(3), and what fits", "CREATE TABLE t (id integer, v varchar(3))", "o", "äöü", "äöü"),
    holds!("varchar(3), and a letter too many", "CREATE TABLE t (id integer, v varchar(3))", "o", "äöüß", "")
        .refused("row 1, column v: 'äöüß' does not fit varchar(3)"),
    holds!("varchar(3), and a blank too many", "CREATE TABLE t (id integer, v varchar(3))", "o", "abc ", "")
        .refused("row 1, column v: 'abc ' does not fit varchar(3)"),
    holds!("char(3), which fills up with blanks", "CREATE TABLE t (id integer, v char(3))", "o", "é", "é  "),
    holds!("char(3), and a letter too many", "CREATE TABLE t (id integer, v char(3))", "o", "abcd", "")
        .refused("row 1, column v: 'abcd' does not fit char(3)"),
    holds!("bit(3), and a bit too many", "CREATE TABLE t (id integer, v bit(3))", "000", "1111", "")
        .refused("bit string length 4 does not match type bit(3)"),
    holds!("varbit(3), and a bit too many", "CREATE TABLE t (id integer, v varbit(3))", "0", "1111", "")
        .refused("bit string too long for type bit varying(3)"),
    holds!("a uuid that is none", "CREATE TABLE t (id integer, v uuid)", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "x", "")
        .refused("row 1, column v: 'x' does not fit uuid"),
    holds!("an inet", "CREATE TABLE t (id integer, v inet)", "10.0.0.1", "10.0.0.0/8", "10.0.0.0/8"),
    holds!("a cidr with bits to the right of its mask", "CREATE TABLE t (id integer, v cidr)", "10.0.0.0/8", "10.0.0.1/8", "")
        .refused("invalid cidr value: \"10.0.0.1/8\""),
    holds!(
        "a domain with a CHECK, and what passes it",
        "CREATE DOMAIN few AS integer CHECK (VALUE < 10); CREATE TABLE t (id integer, v few)",
        "1",
        "9",
        "9"
    ),
    holds!(
        "a domain with a CHECK, and what does not pass it",
        "CREATE DOMAIN few AS integer CHECK (VALUE < 10); CREATE TABLE t (id integer, v few)",
        "1",
        "10",
        ""
    )
    .refused("value for domain few violates check constraint \"few_check\""),
    Case {
        query: "SELECT id, NULL FROM s",
        ..holds!(
            "a domain that is NOT NULL, and NULL",
            "CREATE DOMAIN must AS text NOT NULL; CREATE TABLE t (id integer, v must)",
            "1",
            "",
            ""
        )
    }
    .refused("domain must does not allow null values"),
    holds!(
        "a domain over a domain over numeric(5,2), and what fits",
        "CREATE DOMAIN euro AS numeric(5,2); CREATE DOMAIN price AS euro CHECK (VALUE > 0); CREATE TABLE t (id integer, v price)",
        "1",
        "9.9",
        "9.90"
    ),
    holds!(
        "a domain over a domain over numeric(5,2), and a decimal too many",
        "CREATE DOMAIN euro AS numeric(5,2); CREATE DOMAIN price AS euro; CREATE TABLE t (id integer, v price)",
        "1",
        "1.239",
        ""
    )
    .refused("row 1, column v: '1.239' does not fit numeric(5,2)"),
    Case {
        query: "SELECT id, NULL FROM s",
        ..holds!(
            "a domain over a domain that is NOT NULL, and NULL",
            "CREATE DOMAIN must AS text NOT NULL; CREATE DOMAIN more AS must; CREATE TABLE t (id integer, v more)",
            "1",
            "",
            ""
        )
    }
    .refused("domain more does not allow null values"),
    holds!(
        "an enum of another schema, with odd labels",
        "CREATE SCHEMA types; CREATE TYPE types.\"A mood\" AS ENUM ('so so', 'it''s'); CREATE TABLE t (id integer, v types.\"A mood\")",
        "so so",
        "it''s",
        "it's"
    ),
    holds!(
        "an enum, and a label that it doesn't have",
        "CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE TABLE t (id integer, v mood)",
        "ok",
        "glad",
        ""
    )
    .refused("invalid input value for enum mood: \"glad\""),
    holds!("an array", "CREATE TABLE t (id integer, v text[])", "{}", "{\"a,b\",NULL,\"\"}", "{\"a,b\",NULL,\"\"}"),
    holds!(
        "an array of two dimensions with bounds",
        "CREATE TABLE t (id integer, v integer[][])",
        "{}",
        "[0:1][2:3]={{1,2},{3,4}}",
        "[0:1][2:3]={{1,2},{3,4}}"
    ),
    holds!("an array of numeric(5,2), and a decimal too many", "CREATE TABLE t (id integer, v numeric(5,2)[])", "{}", "{1,1.239}", "")
        .refused("'1.239' does not fit numeric(5,2): it has 3 decimals"),
    holds!("an array of varchar(3), and a letter too many", "CREATE TABLE t (id integer, v varchar(3)[])", "{}", "{abcd}", "")
        .refused("'abcd' does not fit varchar(3)"),
    holds!(
        "an array of a domain over numeric(5,2), and what fits",
        "CREATE DOMAIN euro AS numeric(5,2) CHECK (VALUE > 0); CREATE TABLE t (id integer, v euro[])",
        "{}",
        "{1,2.50}",
        "{1.00,2.50}"
    ),
    holds!(
        "an array of a domain over numeric(5,2), and a decimal too many",
        "CREATE DOMAIN euro AS numeric(5,2); CREATE TABLE t (id integer, v euro[])",
        "{}",
        "{1.239}",
        ""
    )
    .refused("'1.239' does not fit numeric(5,2): it has 3 decimals"),
    holds!(
        "an array of a domain with a CHECK, and what does not pass it",
        "CREATE DOMAIN few AS integer CHECK (VALUE < 10); CREATE TABLE t (id integer, v few[])",
        "{}",
        "{1,10}",
        ""
    )
    .refused("value for domain few violates check constraint \"few_check\""),
    holds!(
        "a domain over an array of numeric(5,2), and a decimal too many",
        "CREATE DOMAIN prices AS numeric(5,2)[]; CREATE TABLE t (id integer, v prices)",
        "{}",
        "{1.239}",
        ""
    )
    .refused("'1.239' does not fit numeric(5,2): it has 3 decimals"),
    holds!(
        "a composite type, and what fits",
        "CREATE TYPE pair AS (a numeric(5,2), b text); CREATE TABLE t (id integer, v pair)",
        "(1,)",
        "(-1.5,\"a \"\"b\"\", c\")",
        "(-1.50,\"a \"\"b\"\", c\")"
    ),
    holds!(
        "a composite type with a numeric(5,2), and a decimal too many",
        "CREATE TYPE pair AS (a numeric(5,2), b text); CREATE TABLE t (id integer, v pair)",
        "(1,)",
        "(1.239,x)",
        ""
    )
    .refused("'1.239' does not fit numeric(5,2): it has 3 decimals"),
    holds!(
        "a composite type in a composite type in an array, and a decimal too many",
        "CREATE DOMAIN euro AS numeric(5,2); CREATE TYPE price AS (a euro, b text); CREATE TYPE pair AS (x integer, y price);
         CREATE TABLE t (id integer, v pair[])",
        "{}",
        "{\"(1,\\\"(2.5,x)\\\")\",\"(1,\\\"(1.239,x)\\\")\"}",
        ""
    )
    .refused("'1.239' does not fit numeric(5,2): it has 3 decimals"),
    holds!("a range", "CREATE TABLE t (id integer, v int4range)", "empty", "[1,3]", "[1,4)"),
    holds!("a multirange", "CREATE TABLE t (id integer, v int4multirange)", "{}", "{[1,3],[5,6]}", "{[1,4),[5,7)}"),
    holds!(
        "a range of a shop's own type",
        "CREATE TYPE fl AS RANGE (subtype = double precision); CREATE TABLE t (id integer, v fl)",
        "empty",
        "[1.5,2)",
        "[1.5,2)"
    ),
    holds!("jsonb", "CREATE TABLE t (id integer, v jsonb)", "{}", "{\"b\" : 1.50, \"a\": \"ü\"}", "{\"a\": \"ü\", \"b\": 1.50}"),
    holds!("a bytea of nothing", "CREATE TABLE t (id integer, v bytea)", "", "", "\\x"),
    Case {
        what: "VARCHAR(3), which limits nothing on SQLite",
        on: Sqlite,
        make: "CREATE TABLE t (id INTEGER, item VARCHAR(3), qty INTEGER)",
        query: "SELECT id, 'longer', qty FROM s",
        new: &["2|longer|20", "3|longer|30", "4|longer|40"],
        ..PLAIN
    },
    Case {
        what: "DECIMAL(5,2), and text of digits, which would come to a number of fewer of them",
        on: Sqlite,
        make: "CREATE TABLE t (id INTEGER, item VARCHAR(9), qty DECIMAL(5,2))",
        query: "SELECT id, item, '0.10000000000000000555' FROM s",
        ..PLAIN
    }
    .refused("row 1, column qty: '0.10000000000000000555' does not fit DECIMAL(5,2)"),
];
