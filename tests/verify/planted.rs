//! Every planted difference is found, over each pair of databases, and nothing else.

use crate::support::{Pair, Side, mariadb, postgres};
use serde_json::Value;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Db {
    Sqlite,
    Postgres,
    Mariadb,
}

impl Db {
    fn side(self) -> Side {
        match self {
            Db::Sqlite => Side::Sqlite,
            Db::Postgres => Side::Postgres(Box::new(postgres::Database::new())),
            Db::Mariadb => Side::Mariadb(mariadb::Database::new()),
        }
    }

    fn of<T>(self, sqlite: T, postgres: T, mariadb: T) -> T {
        match self {
            Db::Sqlite => sqlite,
            Db::Postgres => postgres,
            Db::Mariadb => mariadb,
        }
    }

    fn table(self) -> String {
        let at = self.of("TIMESTAMP", "timestamp(6)", "datetime(6)");
        let raw = self.of("BLOB", "bytea", "varbinary(9)");
        let rate = self.of("REAL", "double precision", "double");
        let day = "DATE";
        format!(
            "CREATE TABLE t (id INTEGER, code VARCHAR(20), note VARCHAR(50), word VARCHAR(50), amount DECIMAL(12,4),
             rate {rate}, flag BOOLEAN, day {day}, at {at}, big BIGINT, raw {raw}, fixed CHAR(6))"
        )
    }

    fn bytes(self, hex: &str) -> String {
        match self {
            Db::Postgres => format!("'\\x{hex}'"),
            _ => format!("x'{hex}'"),
        }
    }
}

const ROWS: i64 = 700;

/// Rows of what databases keep in several ways, each id a row.
fn rows(db: Db) -> String {
    let row = |id: i64| {
        let note = match id {
            110 => "NULL".to_owned(),
            111 => "''".to_owned(),
            115 => "'caf\u{e9}'".to_owned(),
            116 => "'caf\u{e9}'".to_owned(),
            128 => "'a b'".to_owned(),
            131 => "'one'".to_owned(),
            132 => "'007'".to_owned(),
            133 => "NULL".to_owned(),
            _ => format!("'Note {id}, \u{6f22}\u{1f600}'"),
        };
        let word = if id == 131 { "'two'".to_owned() } else { format!("'w{}'", id % 7) };
        let rate = if id == 109 { "0.3".to_owned() } else { format!("{}.{}", id % 97, (id * 7919) % 10_000) };
        let amount = format!("{}{}.{:04}", if id % 3 == 0 { "-" } else { "" }, id * 37 + 1, (id * 31 + 1) % 10_000);
        let flag = ["TRUE", "FALSE", "NULL"][if id == 119 { 0 } else { (id % 3) as usize }];
        let flag = if id == 120 { "TRUE" } else { flag };
        let day = format!("'20{:02}-{:02}-{:02}'", id % 30, id % 12 + 1, id % 28 + 1);
        let at = match id % 4 {
            0 => "'2026-01-02 03:04:05'".to_owned(),
            1 => "'2026-01-02 03:04:05.1'".to_owned(),
            _ => "'2026-01-02 03:04:05.000123'".to_owned(),
        };
        let big = if id < 125 { -id } else { i64::MAX - (id - 125) * 1_000_003 };
        let raw = match id {
            127 => db.bytes(""),
            _ if id % 5 == 0 => "NULL".to_owned(),
            _ => db.bytes("00ff"),
        };
        format!(
            "({id}, 'k{id}', {note}, {word}, {amount}, {rate}, {flag}, {day}, {at}, {big}, {raw}, '{}')",
            ["ab", "abcdef", ""][(id % 3) as usize]
        )
    };
    let rows: Vec<String> = (1..=ROWS).map(row).collect();
    format!("INSERT INTO t VALUES {}", rows.join(", "))
}

/// What is changed at the destination, and what is found then: the id and how it differs. Where the destination takes
/// two texts for one key, a key that is another elsewhere is the same with another text.
fn planted(db: Db) -> Vec<(String, Vec<(&'static str, i64)>)> {
    let set = |what: &str, id: i64| (format!("UPDATE t SET {what} WHERE id = {id}"), vec![("different", id)]);
    let copy = |id: i64| {
        let columns = "code, note, word, amount, rate, flag, day, at, big, raw, fixed";
        (format!("INSERT INTO t (id, {columns}) SELECT {id}, {columns} FROM t WHERE id = 103"), vec![("extra", id)])
    };
    let key = |what: &str, id: i64| {
        let found = if db == Db::Mariadb { vec![("different", id)] } else { vec![("extra", id), ("missing", id)] };
        (format!("UPDATE t SET code = {what} WHERE id = {id}"), found)
    };
    vec![
        ("DELETE FROM t WHERE id = 1".to_owned(), vec![("missing", 1)]),
        ("DELETE FROM t WHERE id IN (101, 700)".to_owned(), vec![("missing", 101), ("missing", 700)]),
        copy(9001),
        copy(-5),
        copy(2_000_000_000),
        set("amount = amount + 0.0001", 107),
        set("amount = -amount", 108),
        set("rate = 0.30000000000000004", 109),
        set("note = ''", 110),
        set("note = NULL", 111),
        set("note = 'Note 112, \u{6f22}\u{1f600} '", 112),
        set("note = ' Note 113, \u{6f22}\u{1f600}'", 113),
        set("note = 'note 114, \u{6f22}\u{1f600}'", 114),
        set("note = 'cafe'", 115),
        set("note = 'cafe\u{301}'", 116),
        key("'K117'", 117),
        key("'k118 '", 118),
        set("flag = FALSE", 119),
        set("flag = NULL", 120),
        set("day = '2026-12-31'", 121),
        set("day = NULL", 122),
        set("at = '2026-01-02 03:04:05.000124'", 123),
        set("at = '2026-01-02 04:04:05'", 124),
        set("big = 9223372036854775806", 125),
        set(&format!("raw = {}", db.bytes("00fe")), 126),
        set("raw = NULL", 127),
        set("note = 'a\nb'", 128),
        (
            "UPDATE t SET amount = CASE id WHEN 129 THEN 4811.4031 ELSE -4774.4000 END WHERE id IN (129, 130)"
                .to_owned(),
            vec![("different", 129), ("different", 130)],
        ),
        set("note = 'two', word = 'one'", 131),
        set("note = '7'", 132),
        set("note = 'NULL'", 133),
        set("fixed = 'abc'", 134),
        set("amount = NULL", 135),
    ]
}

#[track_caller]
fn found(document: &Value) -> Vec<(String, i64)> {
    let all = document["differences"].as_array().unwrap();
    let mut found: Vec<_> = all
        .iter()
        .map(|d| (d["kind"].as_str().unwrap().to_owned(), d["key"]["id"].as_str().unwrap().parse().unwrap()))
        .collect();
    found.sort();
    found
}

fn case(from: Db, to: Db) {
    let mut pair = Pair::between(from.side(), to.side());
    pair.src(&format!("{}; {}", from.table(), rows(from)));
    pair.dst(&to.table());
    pair.module("t", "--table t --strategy full --query 'SELECT * FROM t' --unique-key id,code");
    pair.world.run("t");
    let same = pair.call("module verify t --json").ok().json();
    assert_eq!((&same["same"], &same["remarks"]), (&true.into(), &serde_json::json!([])), "{same}");
    assert_eq!(same["source_rows"], ROWS, "{same}");
    // By checksums: where both sides write a value in another form, all rows are read.
    assert!(same["source_rows_read"].as_i64().unwrap() < ROWS, "{same}");

    let plants = planted(to);
    assert!(plants.len() >= 30);
    for (sql, _) in &plants {
        pair.dst(sql);
    }
    pair.src("DELETE FROM t WHERE id = 105; INSERT INTO t (id, code) VALUES (9006, 'new')");
    let mut expected: Vec<(String, i64)> =
        plants.iter().flat_map(|(_, found)| found).map(|(kind, id)| ((*kind).to_owned(), *id)).collect();
    expected.extend([("extra".to_owned(), 105), ("missing".to_owned(), 9006)]);
    expected.sort();
    for key in ["id,code", "code,id"] {
        let told = pair.call(&format!("module verify t --json --limit 0 --key {key}")).code(1).json();
        assert_eq!(found(&told), expected, "{key}");
        assert_eq!(told["unsettled"], 0);
    }
    // It changed nothing, and left nothing.
    assert_eq!(pair.staged_apart(), [""; 0]);
}

macro_rules! pairs {
    ($($name:ident $from:ident $to:ident $(#[$needs:meta])?;)*) => {$(
        #[test]
        $(#[$needs])?
        fn $name() {
            case(Db::$from, Db::$to);
        }
    )*};
}

pairs! {
    sqlite_to_sqlite Sqlite Sqlite;
    sqlite_to_postgresql Sqlite Postgres #[ignore = "needs PostgreSQL: tests/run.sh"];
    sqlite_to_mariadb Sqlite Mariadb #[ignore = "needs MariaDB: tests/run.sh"];
    postgresql_to_sqlite Postgres Sqlite #[ignore = "needs PostgreSQL: tests/run.sh"];
    postgresql_to_postgresql Postgres Postgres #[ignore = "needs PostgreSQL: tests/run.sh"];
    postgresql_to_mariadb Postgres Mariadb #[ignore = "needs PostgreSQL and MariaDB: tests/run.sh"];
    mariadb_to_sqlite Mariadb Sqlite #[ignore = "needs MariaDB: tests/run.sh"];
    mariadb_to_postgresql Mariadb Postgres #[ignore = "needs PostgreSQL and MariaDB: tests/run.sh"];
    mariadb_to_mariadb Mariadb Mariadb #[ignore = "needs MariaDB: tests/run.sh"];
}
