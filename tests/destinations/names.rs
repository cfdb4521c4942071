//! Names: whatever a database takes for a table, a schema and a column.

use super::case::{Case, On::*, PLAIN};

/// Two cases a name: as SQL spells it between double quotes, and as it is. On SQLite the table and its key are called so,
/// on PostgreSQL the schema too.
macro_rules! names {
    ($($what:literal: $sql:literal = $name:literal,)* ; $($more:expr,)*) => {
        pub const CASES: &[Case] = &[$(
            Case {
                what: $what,
                on: Sqlite,
                make: concat!("CREATE TABLE \"", $sql, "\" (\"", $sql, "\" INTEGER, item TEXT, qty INTEGER)"),
                seed: concat!("INSERT INTO \"", $sql, "\" VALUES (1, 'old', 10), (2, 'old', 20)"),
                query: concat!("SELECT id AS \"", $sql, "\", item, qty FROM s"),
                table: concat!("\"", $sql, "\""),
                key: &[$name],
                unique: &[$name],
                look: concat!("SELECT * FROM \"", $sql, "\""),
                ..PLAIN
            },
            Case {
                what: $what,
                on: Postgres,
                make: concat!(
                    "CREATE SCHEMA \"", $sql, "\"; CREATE TABLE \"", $sql, "\".\"", $sql, "\" (\"", $sql,
                    "\" integer, item varchar(9), qty integer)"
                ),
                seed: concat!("INSERT INTO \"", $sql, "\".\"", $sql, "\" VALUES (1, 'old', 10), (2, 'old', 20)"),
                query: concat!("SELECT id AS \"", $sql, "\", item, qty FROM s"),
                table: concat!("\"", $sql, "\".\"", $sql, "\""),
                key: &[$name],
                unique: &[$name],
                look: concat!("SELECT * FROM \"", $sql, "\".\"", $sql, "\""),
                ..PLAIN
            },
        )* $($more,)*];
    };
}

/// 63 letters, the longest name that PostgreSQL keeps.
macro_rules! longest {
    () => {
        "n23456789_123456789_123456789_123456789_123456789_123456789_123"
    };
}

names! {
    "a reserved word": "select" = "select",
    "a reserved word of one of them": "table" = "table",
    "mixed case and a blank": "Order Lines" = "Order Lines",
    "double quotes": "a \"\"b\"\" c" = "a \"b\" c",
    "single quotes": "it's ''so''" = "it's ''so''",
    "dots": "a.b.c" = "a.b.c",
    "semicolons and comments": "a; -- b /* c" = "a; -- b /* c",
    "percent signs": "100% %s %I" = "100% %s %I",
    "braces": "{since}" = "{since}",
    "dollars": "$$ $pipekit$ $1" = "$$ $pipekit$ $1",
    "backslashes": "a\\b\\n\\'" = "a\\b\\n\\'",
    "a line's end and a tab": "a\nb\tc" = "a\nb\tc",
    "blanks at both ends": "  x " = "  x ",
    "letters beyond ASCII": "Größe 尺寸 ﷼ 🦀" = "Größe 尺寸 ﷼ 🦀",
    "nothing but digits": "007" = "007",
    "a comma and brackets": "[a, b]`c`" = "[a, b]`c`",
    "an alias of the merge's own": "staged" = "staged",
    "another alias of the merge's own": "target" = "target",
    "an alias of the merge's own, in capitals": "STAGED" = "STAGED",
    "a variable of the merge's own": "pipekit_staged" = "pipekit_staged",
    "another variable of the merge's own": "pipekit_deleted" = "pipekit_deleted",
    "a column of the receipt": "state" = "state",
    "a temporary table's name": "temp" = "temp",
    "63 bytes": "n23456789_123456789_123456789_123456789_123456789_123456789_123"
        = "n23456789_123456789_123456789_123456789_123456789_123456789_123",
    "63 bytes of letters beyond ASCII": "ääääääääääääääääääääääääääääääa" = "ääääääääääääääääääääääääääääääa",
    ;
    Case {
        what: "more than 63 bytes",
        on: Sqlite,
        make: concat!("CREATE TABLE ", longest!(), "_and_more (", longest!(), "_and_more INTEGER, item TEXT, qty INTEGER)"),
        seed: concat!("INSERT INTO ", longest!(), "_and_more VALUES (1, 'old', 10), (2, 'old', 20)"),
        table: concat!(longest!(), "_and_more"),
        key: &[concat!(longest!(), "_and_more")],
        look: concat!("SELECT * FROM ", longest!(), "_and_more"),
        ..PLAIN
    },
    Case {
        what: "more than 63 bytes for a table: PostgreSQL cuts them off, here as there",
        on: Postgres,
        make: concat!("CREATE TABLE ", longest!(), "_and_more (id integer, item varchar(9), qty integer)"),
        seed: concat!("INSERT INTO ", longest!(), " VALUES (1, 'old', 10), (2, 'old', 20)"),
        table: concat!(longest!(), "_and_more"),
        look: concat!("SELECT * FROM ", longest!()),
        ..PLAIN
    },
    Case {
        what: "more than 63 bytes for a key: the column is called otherwise",
        on: Postgres,
        make: concat!("CREATE TABLE t (", longest!(), "_and_more integer, item varchar(9), qty integer)"),
        seed: "INSERT INTO t VALUES (1, 'old', 10), (2, 'old', 20)",
        key: &[concat!(longest!(), "_and_more")],
        look: "SELECT * FROM t",
        ..PLAIN
    }
    .refused("which is not among the columns that are filled"),
    Case {
        what: "a schema that is not in the search path",
        on: Postgres,
        make: "CREATE SCHEMA shop; CREATE TABLE shop.t (id integer, item varchar(9), qty integer)",
        seed: "INSERT INTO shop.t VALUES (1, 'old', 10), (2, 'old', 20)",
        table: "shop.t",
        look: "SELECT * FROM shop.t",
        ..PLAIN
    },
    Case {
        what: "a schema that is not in the search path, and a table named without it",
        on: Postgres,
        make: "CREATE SCHEMA shop; CREATE TABLE shop.t (id integer, item varchar(9), qty integer)",
        seed: "INSERT INTO shop.t VALUES (1, 'old', 10), (2, 'old', 20)",
        look: "SELECT * FROM shop.t",
        ..PLAIN
    }
    .refused("there is no table t on dst"),
    Case {
        what: "a table of the same name in two schemas: the search path's first",
        on: Postgres,
        make: "CREATE SCHEMA shop; CREATE TABLE shop.t (id integer, item varchar(9), qty integer);
               CREATE TABLE public.t (id integer, item varchar(9), qty integer); INSERT INTO public.t VALUES (2, 'stays', 0)",
        seed: "INSERT INTO shop.t VALUES (1, 'old', 10), (2, 'old', 20)",
        url: "currentSchema=nowhere,shop,public",
        look: "SELECT * FROM shop.t",
        also: Some(("SELECT * FROM public.t", ["2|stays|0"; 4])),
        ..PLAIN
    },
    Case {
        what: "a table of the same name in two schemas: the one that is named",
        on: Postgres,
        make: "CREATE SCHEMA shop; CREATE TABLE shop.t (id integer, item varchar(9), qty integer);
               CREATE TABLE public.t (id integer, item varchar(9), qty integer); INSERT INTO public.t VALUES (2, 'stays', 0)",
        seed: "INSERT INTO shop.t VALUES (1, 'old', 10), (2, 'old', 20)",
        table: "Shop.T",
        look: "SELECT * FROM shop.t",
        also: Some(("SELECT * FROM public.t", ["2|stays|0"; 4])),
        ..PLAIN
    },
    Case {
        what: "an empty search path, and a schema named",
        on: Postgres,
        table: "public.t",
        url: "options=-c%20search_path=",
        look: "SELECT * FROM public.t",
        ..PLAIN
    },
}
