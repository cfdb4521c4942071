//! Dialects as text: no name breaks out of any SQL, and the SQL parses where a parser knows the database's.

use pipekit::dialect::types::Type;
use pipekit::dialect::{self, Column, Described, Destination, Emptying, Fill, Merge, NewColumn, Relation, TableName};
use pipekit::sql::lexer::{self, Kind, Token};

const KINDS: [&str; 8] = ["db2", "derby", "generic", "h2", "mysql", "postgresql", "sqlite", "sqlserver"];

fn all() -> impl Iterator<Item = (&'static str, &'static dyn Destination)> {
    KINDS.iter().filter_map(|kind| Some((*kind, dialect::of(kind)?)))
}

/// Every SQL that a dialect gives, with its method's name, where everything that has a name is called by `name`.
fn every_sql(dialect: &dyn Destination, name: &str) -> Vec<(&'static str, String)> {
    let some = || Some(name.to_owned());
    let mut table = TableName { schema: some(), name: name.to_owned(), ..TableName::default() };
    for field in dialect.browse_fields() {
        match field.name {
            "server" => table.server = some(),
            "database" => table.database = some(),
            _ => {}
        }
    }
    let column = |fill| Column {
        name: name.to_owned(),
        type_sql: "INTEGER".to_owned(),
        collation: None,
        equals: None,
        nullable: true,
        fill,
    };
    let columns = [column(Fill::Plain), column(Fill::Identity)];
    let staging = dialect.staging("orders");
    let mut out = vec![
        ("list_tables", dialect.list_tables(&table.within())),
        ("list_columns", dialect.list_columns(&table)),
        ("default_expression", dialect.default_expression("char(7)", name)),
        ("default_expression", dialect.default_expression("date", name)),
        ("as_text", dialect.as_text("datetime2(7)", name)),
        ("newest", dialect.newest("datetimeoffset(7)", name)),
        ("text", dialect.text(Some(name), 32_000)),
        ("table", dialect.table(&table)),
        ("describe", dialect.describe(&table)),
        ("cascades", dialect.cascades(&table)),
        ("forbids_truncate", dialect.forbids_truncate(&table).unwrap_or_default()),
        ("has_rows", dialect.has_rows(&table)),
        ("create_staging", dialect.create_staging(&staging, Relation::Table, &columns)),
        ("staged_keys", dialect.staged_keys(&staging, &table, &[name.to_owned()])),
        ("holders", dialect.holders(&table).unwrap_or_default()),
        // A module's name is never another than this, and an installation's id is ours.
        ("claim", dialect.claim("orders", "me", 7)),
        ("stage", dialect.stage("orders", "me", 7, 9)),
        ("fence", dialect.fence("orders", "me", 7)),
        ("read_receipt", dialect.read_receipt("orders")),
    ];
    let new = NewColumn { name: name.to_owned(), type_sql: dialect.type_sql(&Type::Text(Some(7))), comment: some() };
    out.extend(dialect.create_table(&table, &[new]).into_iter().map(|sql| ("create_table", sql)));
    for kind in ["CHAR(10) CCSID 65535", "DECIMAL(7,0)", "DECIMAL(8,0)"] {
        // What hints at a date stands before the name and changes nothing of it.
        let offers = dialect.offers(kind, &format!("DAT{name}"));
        out.extend(offers.into_iter().map(|offer| ("offers", offer.expression)));
    }
    let key = [name.to_owned(), name.to_owned()];
    for relation in [Relation::Table, Relation::View, Relation::Foreign] {
        for emptying in [Emptying::Truncate, Emptying::Delete, Emptying::ByKey(&key), Emptying::Nothing] {
            let described = Described { relation, decides: true, displaces: true, ..Described::default() };
            let merge = Merge {
                module: "orders",
                dest: &table,
                described: &described,
                staging: &staging,
                columns: &columns,
                emptying,
            };
            out.push(("merge", dialect.merge(&merge)));
            out.push(("grant", dialect.grant(&merge, name).unwrap_or_default()));
        }
    }
    out
}

/// What SQL is made of, names and texts left out; a body in dollar quotes is SQL too.
fn shape(kind: &str, sql: &str) -> Vec<String> {
    let tokens = if kind == "sqlserver" { lexer::tokens_with_brackets(sql) } else { lexer::tokens(sql) };
    let mut out = Vec::new();
    let text = |token: &Token| sql[token.span.clone()].to_owned();
    for token in tokens {
        match token.kind {
            Kind::Space => {}
            Kind::String if text(&token).starts_with('$') => {
                let body = text(&token);
                out.extend(shape(
                    kind,
                    body.split('$').skip(2).collect::<Vec<_>>().join("$").trim_end_matches(['$', '_']),
                ));
            }
            Kind::Word | Kind::Symbol => out.push(text(&token)),
            other => out.push(format!("{other:?}")),
        }
    }
    out
}

#[test]
fn no_name_breaks_out_of_any_sql() {
    for hostile in [
        "a\"b",
        "a]b",
        "a[b",
        "a`b",
        "a'b",
        "a;b",
        "a\nb",
        "a\r\nb",
        "a--b",
        "a/*b",
        "a*/b",
        "\"",
        "]",
        "'",
        "`",
        "\\",
        "a\\",
        "\\'; DROP TABLE x; --",
        "'; DROP TABLE x; --",
        "\"; DROP TABLE x; --",
        "]; DROP TABLE x; --",
        "`; DROP TABLE x; --",
        "{since}",
        "a b",
        " ",
        "%",
        "_",
        "naïve ☃",
        "'' OR 1=1",
        "\"\"",
        "]]",
        "a.b/c",
        "#temp",
        "@x",
        "?",
    ] {
        for (kind, dialect) in all() {
            for ((method, plain), (_, sql)) in every_sql(dialect, "plain").iter().zip(every_sql(dialect, hostile)) {
                assert_eq!(shape(kind, &sql), shape(kind, plain), "{kind} {method} {hostile:?}:\n{sql}");
                // MySQL's own quotes and comments, in case a backslash means something.
                if kind == "mysql" {
                    let count = |sql: &str| lexer::statements_of_mysql(sql).len();
                    assert_eq!(count(&sql), count(plain), "{kind} {method} {hostile:?}:\n{sql}");
                }
            }
            let back =
                dialect.parse_table(&dialect.quote(hostile)).unwrap_or_else(|e| panic!("{kind} {hostile:?}: {e}"));
            assert_eq!(back.name, hostile, "{kind}");
        }
    }
}

#[test]
fn a_body_in_dollar_quotes_is_not_ended_by_a_name() {
    let dialect = dialect::of("postgresql").unwrap();
    for hostile in ["$pipekit$", "$pipekit_$ $pipekit$", "$pipekit$; DROP TABLE x; --"] {
        for (method, sql) in every_sql(dialect, hostile) {
            let of = |sql: &str| lexer::statements(sql).len();
            let plain = every_sql(dialect, "plain").into_iter().find(|(m, _)| *m == method).unwrap().1;
            assert_eq!(of(&sql), of(&plain), "{method} {hostile:?}:\n{sql}");
        }
    }
}

#[test]
fn a_name_that_is_none_is_refused_in_every_dialect() {
    for (kind, dialect) in all() {
        for text in
            ["", " ", ".", "a.", ".a", "a b", "a;b", "a'b", "a--b", "\"a", "a\"b\"", "a.b.c.d.e", "a(b)", "\"\""]
        {
            assert!(dialect.parse_table(text).is_err(), "{kind} takes {text:?}: {:?}", dialect.parse_table(text));
        }
        assert!(dialect.parse_table("\"a\0b\"").is_err(), "{kind}");
    }
}

#[test]
fn names_are_read_as_each_database_writes_them() {
    let read = |kind: &str, text: &str| {
        let dialect = dialect::of(kind).unwrap();
        dialect.table(&dialect.parse_table(text).unwrap())
    };
    for (kind, text, sql) in [
        ("db2", "lgdat.ocrh", "\"LGDAT\".\"OCRH\""),
        ("db2", "LGDAT/OCRH", "\"LGDAT\".\"OCRH\""),
        ("db2", "lgdat/\"a/b\"", "\"LGDAT\".\"a/b\""),
        ("db2", "DCORD#", "\"DCORD#\""),
        ("sqlserver", "Orders", "[Orders]"),
        ("sqlserver", "dbo.Orders", "[dbo].[Orders]"),
        ("sqlserver", "[My db].dbo.[a]]b]", "[My db].[dbo].[a]]b]"),
        ("sqlserver", "live..Orders", "[live].[dbo].[Orders]"),
        ("sqlserver", "ERP01.live.dbo.Orders", "[ERP01].[live].[dbo].[Orders]"),
        ("sqlserver", "ERP01.live..Orders", "[ERP01].[live].[dbo].[Orders]"),
        ("sqlserver", "ERP01...Orders", "[ERP01]..[dbo].[Orders]"),
        ("sqlserver", "\"a.b\".\"c\"", "[a.b].[c]"),
        ("h2", "Orders", "\"ORDERS\""),
        ("derby", "app.\"o\"", "\"APP\".\"o\""),
        ("generic", "a.b", "\"A\".\"B\""),
        ("postgresql", "Sales.Orders", "\"sales\".\"orders\""),
        ("sqlite", "Orders", "\"Orders\""),
    ] {
        assert_eq!(read(kind, text), sql, "{kind} {text}");
    }
}

/// Types as each source spells them, what they are, and what they become in PostgreSQL, SQL Server and SQLite.
#[test]
fn any_source_maps_to_any_destination() {
    let mut wrong = Vec::new();
    for (kind, text, expected) in [
        ("db2", "CHAR(40)", ["text", "nvarchar(80)", "TEXT"]),
        ("db2", "CHAR(10) CCSID 65535", ["bytea", "varbinary(10)", "BLOB"]),
        ("db2", "VARCHAR(32000)", ["text", "nvarchar(max)", "TEXT"]),
        ("db2", "GRAPHIC(10)", ["text", "nvarchar(20)", "TEXT"]),
        ("db2", "VARGRAPHIC(10)", ["text", "nvarchar(20)", "TEXT"]),
        ("db2", "DECIMAL(15,4)", ["numeric(15,4)", "decimal(15,4)", "DECIMAL(15,4)"]),
        ("db2", "NUMERIC(31,0)", ["numeric(31,0)", "decimal(31,0)", "TEXT"]),
        ("db2", "DECIMAL(63,2)", ["numeric(63,2)", "nvarchar(max)", "TEXT"]),
        ("db2", "DECFLOAT(34)", ["numeric", "nvarchar(max)", "TEXT"]),
        ("db2", "TIMESTAMP(6)", ["timestamp", "datetime2(6)", "TIMESTAMP"]),
        ("db2", "TIMESTAMP(12)", ["text", "nvarchar(40)", "TIMESTAMP"]),
        ("db2", "TIME", ["time", "time(0)", "TIME"]),
        ("db2", "DATE", ["date", "date", "DATE"]),
        ("db2", "ROWID", ["bytea", "varbinary(40)", "BLOB"]),
        ("db2", "DBCLOB(5000)", ["text", "nvarchar(max)", "TEXT"]),
        ("db2", "VARBINARY(9)", ["bytea", "varbinary(9)", "BLOB"]),
        ("db2", "BLOB(2147483647)", ["bytea", "varbinary(max)", "BLOB"]),
        ("db2", "MYLIB.MONEY", ["text", "nvarchar(max)", "TEXT"]),
        ("sqlserver", "bit", ["boolean", "bit", "BOOLEAN"]),
        ("sqlserver", "tinyint", ["smallint", "smallint", "INTEGER"]),
        ("sqlserver", "money", ["numeric(19,4)", "decimal(19,4)", "TEXT"]),
        ("sqlserver", "datetime", ["timestamp", "datetime2(3)", "TIMESTAMP"]),
        ("sqlserver", "datetime2(7)", ["text", "datetime2(7)", "TIMESTAMP"]),
        ("sqlserver", "datetimeoffset(7)", ["text", "datetimeoffset(7)", "TEXT"]),
        ("sqlserver", "datetimeoffset(3)", ["timestamptz", "datetimeoffset(3)", "TEXT"]),
        ("sqlserver", "time(7)", ["text", "time(7)", "TIME"]),
        ("sqlserver", "timestamp", ["bytea", "varbinary(8)", "BLOB"]),
        ("sqlserver", "uniqueidentifier", ["uuid", "uniqueidentifier", "TEXT"]),
        ("sqlserver", "nvarchar(max)", ["text", "nvarchar(max)", "TEXT"]),
        ("sqlserver", "nchar(5)", ["text", "nvarchar(10)", "TEXT"]),
        ("sqlserver", "varbinary(max)", ["bytea", "varbinary(max)", "BLOB"]),
        ("sqlserver", "float(53)", ["double precision", "float(53)", "REAL"]),
        ("sqlserver", "real", ["real", "real", "REAL"]),
        ("sqlserver", "sql_variant", ["text", "nvarchar(max)", "TEXT"]),
        ("h2", "CHARACTER VARYING(1048576)", ["text", "nvarchar(max)", "TEXT"]),
        ("h2", "TIMESTAMP(9) WITH TIME ZONE", ["text", "nvarchar(40)", "TEXT"]),
        ("h2", "DECFLOAT(100000)", ["numeric", "nvarchar(max)", "TEXT"]),
        ("derby", "CHAR (4) FOR BIT DATA", ["bytea", "varbinary(4)", "BLOB"]),
        ("derby", "TIMESTAMP", ["text", "nvarchar(40)", "TIMESTAMP"]),
        ("derby", "CLOB(2147483647)", ["text", "nvarchar(max)", "TEXT"]),
        ("postgresql", "numeric", ["numeric", "nvarchar(max)", "TEXT"]),
        ("postgresql", "numeric(3,-2)", ["numeric", "nvarchar(max)", "TEXT"]),
        ("postgresql", "numeric(2,5)", ["numeric(5,5)", "decimal(5,5)", "DECIMAL(5,5)"]),
        ("postgresql", "timestamp(3) with time zone", ["timestamptz", "datetimeoffset(3)", "TEXT"]),
        ("postgresql", "integer[]", ["text", "nvarchar(max)", "TEXT"]),
        ("postgresql", "jsonb", ["json", "nvarchar(max)", "TEXT"]),
        ("sqlite", "INTEGER", ["bigint", "bigint", "INTEGER"]),
        ("sqlite", "VARCHAR(3)", ["text", "nvarchar(max)", "TEXT"]),
        ("sqlite", "", ["text", "nvarchar(max)", "TEXT"]),
    ] {
        let mapped = dialect::of(kind).unwrap().map_type(text);
        let got = ["postgresql", "sqlserver", "sqlite"].map(|dest| dialect::of(dest).unwrap().type_sql(&mapped));
        if got != expected {
            wrong.push(format!("{kind} {text}: {got:?}, not {expected:?}"));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

/// What is proposed to select a column by: the opinions.
#[test]
fn expressions_are_proposed_by_type_and_name() {
    let by = |kind: &str| dialect::of(kind).unwrap();
    for (kind, text, column, expression) in [
        ("db2", "CHAR(40)", "DCORD#", "RTRIM(\"DCORD#\")"),
        ("db2", "GRAPHIC(4)", "G", "RTRIM(\"G\")"),
        ("db2", "VARCHAR(40)", "V", "\"V\""),
        ("db2", "CHAR(10) CCSID 65535", "RAW", "\"RAW\""),
        ("db2", "DATE", "D", "CASE WHEN \"D\" IN ('0001-01-01', '9999-12-31') THEN NULL ELSE \"D\" END"),
        ("db2", "DECIMAL(7,0)", "OCDAT", "\"OCDAT\""),
        ("sqlserver", "nchar(5)", "a]b", "RTRIM([a]]b])"),
        ("sqlserver", "datetime2(7)", "ts", "[ts]"),
        ("sqlite", "char(5)", "c", "\"c\""),
    ] {
        assert_eq!(by(kind).default_expression(text, column), expression, "{kind} {text}");
    }
    let offers = |text, column| by("db2").offers(text, column).into_iter().map(|o| o.expression).collect::<Vec<_>>();
    assert_eq!(
        offers("DECIMAL(7,0)", "OCDAT"),
        [
            "CASE WHEN \"OCDAT\" IN (0, 9999999) THEN NULL ELSE DATE(TIMESTAMP_FORMAT(DIGITS(DECIMAL(\"OCDAT\" + 19000000, 8, 0)), 'YYYYMMDD')) END"
        ]
    );
    assert_eq!(
        offers("NUMERIC(8,0)", "ORDDT#"),
        [
            "CASE WHEN \"ORDDT#\" IN (0, 99999999) THEN NULL ELSE DATE(TIMESTAMP_FORMAT(DIGITS(DECIMAL(\"ORDDT#\", 8, 0)), 'YYYYMMDD')) END"
        ]
    );
    assert_eq!(offers("DECIMAL(7,0)", "QTY"), Vec::<String>::new());
    assert_eq!(offers("DECIMAL(7,2)", "OCDAT"), Vec::<String>::new());
    assert_eq!(offers("CHAR(10) CCSID 65535", "RAW"), ["RTRIM(CAST(\"RAW\" AS CHAR(10) CCSID 37))"]);
    assert_eq!(by("sqlserver").newest("datetime2(7)", "ts"), "CONVERT(varchar(27), MAX([ts]), 126)");
    assert_eq!(by("sqlserver").newest("datetimeoffset(7)", "ts"), "CONVERT(varchar(34), MAX([ts]), 126)");
    assert_eq!(by("sqlserver").newest("int", "n"), "MAX([n])");
    assert_eq!(by("db2").newest("TIMESTAMP(12)", "ts"), "CAST(MAX(\"ts\") AS VARCHAR(32))");
}

/// The SQL of databases that can't be run here, by a parser that knows the dialect. What it does not know is left out.
#[test]
fn the_sql_parses() {
    use sqlparser::dialect::{Dialect, GenericDialect, MsSqlDialect};
    let parsers: [(&str, &dyn Dialect); 2] = [("db2", &GenericDialect {}), ("sqlserver", &MsSqlDialect {})];
    let (mut parsed, mut failed) = (0, Vec::new());
    for (kind, parser) in parsers {
        for (method, sql) in every_sql(dialect::of(kind).unwrap(), "Or der's") {
            if sql.is_empty()
                || [
                    "table",
                    "staged_keys",
                    "grant",
                    "holders",
                    "offers",
                    "default_expression",
                    "as_text",
                    "newest",
                    "text",
                ]
                .contains(&method)
            {
                continue;
            }
            for part in known(kind, &sql) {
                match sqlparser::parser::Parser::parse_sql(parser, &part) {
                    Ok(_) => parsed += 1,
                    Err(e) => failed.push(format!("{kind} {method}: {e}\n{part}")),
                }
            }
        }
    }
    assert!(parsed > 200 && failed.is_empty(), "{parsed} parsed, not:\n{}", failed.join("\n\n"));
}

/// What is one statement to the database is one to whoever cuts scripts for a runner that takes no more.
#[test]
fn db2_runs_one_statement_at_a_time() {
    let db2 = dialect::of("db2").unwrap();
    let prepare = db2.prepare();
    assert_eq!(lexer::statements(&format!("{prepare};\n{}", db2.claim("orders", "me", 7))).len(), 2, "{prepare}");
    for (method, sql) in every_sql(db2, "plain").iter().filter(|(_, sql)| !sql.is_empty()) {
        assert_eq!(lexer::statements(sql).len(), 1, "{method}: {sql}");
    }
    // What is quoted twice is one text.
    assert!(
        prepare.contains("EXECUTE IMMEDIATE 'CREATE TABLE \"PIPEKIT_STAGING\".\"PIPEKIT_RECEIPT\" (module"),
        "{prepare}"
    );
    assert!(prepare.contains("CHECK (state IN (''staged'', ''merged'', ''abandoned''))"), "{prepare}");
}

/// What the parser knows of a script: the statements of a compound or a batch one by one, conditions as queries.
fn known(kind: &str, sql: &str) -> Vec<String> {
    let sql = sql.replace(" CCSID 1208", "").replace(" ON REPLACE DELETE ROWS", "");
    let body = match kind {
        "db2" => sql.strip_prefix("BEGIN ATOMIC\n").and_then(|rest| rest.strip_suffix("\nEND")),
        "sqlserver" => Some(&*sql),
        _ => None,
    };
    let Some(body) = body else { return vec![sql] };
    let none = if kind == "db2" { " FROM SYSIBM.SYSDUMMY1" } else { "" };
    let mut out = Vec::new();
    for statement in lexer::statements(body) {
        let word = statement.split_whitespace().next().unwrap();
        match word {
            "IF" => {
                let condition = statement[3..].split(" THEN").next().unwrap().split("\n  BEGIN").next().unwrap();
                // What follows is on lines of its own.
                let (condition, rest) = condition.split_once("\n  UPDATE").unwrap_or((condition, ""));
                out.push(format!("SELECT 1{none} WHERE {condition}"));
                for part in rest.split("\nELSE\n  ").filter(|part| !part.is_empty()) {
                    out.push(if part.starts_with("INSERT") { part.to_owned() } else { format!("UPDATE{part}") });
                }
            }
            "SET" => out.extend(statement.split_once(" = ").map(|(_, value)| format!("SELECT {value}{none}"))),
            "GET" | "LOCK" | "END" | "BEGIN" | "THROW" | "COMMIT" => {}
            "DECLARE" if kind == "db2" => {}
            _ => out.push(statement.replace(" OVERRIDING SYSTEM VALUE", "")),
        }
    }
    out
}
