//! Definitions at random, with whatever text may hold: each comes through files as it was.

use super::super::support::World;
use super::super::support::random::Random;
use super::{dump, files};
use rusqlite::types::Value;
use rusqlite::{Connection, params, params_from_iter};

const DRIVERS: usize = 15;
const CONNECTIONS: usize = 45;
const MODULES: usize = 400;
const GROUPS: usize = 40;

/// What is hard about text in files.
const PIECES: &[&str] = &[
    "SELECT 1",
    " FROM t",
    "\n",
    "\n",
    "\r\n",
    "\r",
    "\t",
    "  ",
    " \n",
    "'",
    "''",
    "'''",
    "''''",
    "\"",
    "\"\"",
    "\"\"\"",
    "\\",
    "\\n",
    "\\\n",
    "\\u0041",
    "{since}",
    "$KEY",
    "${KEY}",
    "# not a remark",
    "#! nor this",
    "[[hooks]]",
    "name = \"x\"",
    "ü",
    "日本",
    "\u{1F600}",
    "\u{301}",
    "\u{feff}",
    "\u{85}",
    "\u{2028}",
    "\u{a0}",
    "\u{1}",
    "\u{8}",
    "\u{c}",
    "\u{1b}",
    "\u{7f}",
    "-- x",
    "/* */",
    ";",
    "=",
    "%",
    "true",
    "1979-05-27",
];

struct Made(Random);

impl Made {
    /// Any text but one of white space alone.
    fn sql(&mut self) -> String {
        let pieces = self.0.below(12);
        let around = self.0.below(pieces + 1);
        let mut text: Vec<&str> = (0..pieces).map(|_| *self.0.one_of(PIECES)).collect();
        text.insert(around, "x");
        let mut text = text.concat();
        if self.0.once_in(100) {
            text = text.repeat(20_000);
        }
        text
    }

    /// Any text, or none.
    fn note(&mut self) -> Option<String> {
        match self.0.below(4) {
            0 => None,
            1 => Some(String::new()),
            2 => Some(format!("{}\0{}", self.0.one_of(PIECES), self.0.one_of(PIECES))),
            _ => Some(self.sql()),
        }
    }

    fn names(&mut self, least: usize) -> Vec<String> {
        let number = least + self.0.below(4);
        (0..number)
            .map(|i| format!("{}{i}", self.0.one_of(&["id", "Order No", "\"q\"", "ß", "a,b", "it's", "\\"])))
            .collect()
    }

    fn number(&mut self, least: i64) -> i64 {
        *self.0.one_of(&[least, least + 1, 30, 21_600, i64::MAX])
    }

    fn yes(&mut self) -> bool {
        self.0.once_in(2)
    }
}

/// Fills a store that has been made: past pipekit, so that what it reads is not what it wrote.
fn fill(conn: &Connection, made: &mut Made) {
    let at = "2026-01-01T00:00:00.000Z";
    let insert = |sql: &str, values: Vec<Value>| conn.execute(sql, params_from_iter(values)).unwrap();
    let text = |t: Option<String>| t.map_or(Value::Null, Value::Text);
    for i in 0..DRIVERS {
        let kind = *made.0.one_of(&["db2", "sqlserver", "postgresql", "mysql", "sqlite", "h2", "derby", "generic"]);
        conn.execute(
            "INSERT INTO driver (name, kind, jar_file, class_name, url_template, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?6, ?6)",
            params![format!("d{i}"), kind, format!("/{}", made.sql()), made.note(), made.note().filter(|t| !t.contains("pass")), at],
        )
        .unwrap();
    }
    let drivers: i64 = conn.query_row("SELECT max(id) FROM driver", [], |r| r.get(0)).unwrap();
    for i in 0..CONNECTIONS {
        // Half are SQLite's, which modules load into.
        let (driver, url) = match i % 2 {
            0 => ("(SELECT id FROM driver WHERE name = 'sqlite')".to_owned(), format!("jdbc:sqlite:/srv/ü/{i}.db")),
            _ => (
                format!("{}", drivers - i64::try_from(made.0.below(DRIVERS)).unwrap()),
                format!("jdbc:x:{}", made.sql()),
            ),
        };
        let password = made.yes().then(|| format!("$KEY_{i}"));
        conn.execute(
            &format!(
                "INSERT INTO connection (name, driver_id, jdbc_url, username, password, default_dest_schema, notes, created_at, updated_at)
                 VALUES (?, {driver}, ?, ?, ?, ?, ?, ?7, ?7)"
            ),
            params![format!("c{i}"), url, made.note(), password, made.note(), made.note(), at],
        )
        .unwrap();
    }
    // Some name each other, or themselves.
    for i in 0..CONNECTIONS {
        let other = if made.yes() { Value::Null } else { Value::Text(format!("c{}", made.0.below(CONNECTIONS))) };
        insert(
            "UPDATE connection SET default_dest_connection_id = (SELECT id FROM connection WHERE name = ?) WHERE name = ?",
            vec![other, Value::Text(format!("c{i}"))],
        );
    }
    let connection = |made: &mut Made| Value::Text(format!("c{}", made.0.below(CONNECTIONS)));
    for i in 0..MODULES {
        let strategy = *made.0.one_of(&["full", "incremental", "append"]);
        let key = made.names(usize::from(strategy == "incremental"));
        let columns = made.yes().then(|| [key.clone(), vec!["one more".to_owned()]].concat());
        let list = |names: &Vec<String>| Value::Text(serde_json::json!(names).to_string());
        let unique = made.names(0);
        let values = vec![
            Value::Text(format!("m{i}")),
            connection(made),
            Value::Text(format!("c{}", made.0.below(CONNECTIONS / 2) * 2)),
            Value::Text((*made.0.one_of(&["orders", "main.orders", "\"we ird\".\"ta\"\"ble\"", "ü"])).to_owned()),
            Value::Text(format!("pipekit_staging_m{i}")),
            Value::Text(made.sql()),
            Value::Text(strategy.to_owned()),
            list(&key),
            columns.as_ref().map_or(Value::Null, list),
            list(&unique),
            Value::Text((*made.0.one_of(&["truncate", "delete"])).to_owned()),
            Value::Integer(made.yes().into()),
            Value::Integer(made.yes().into()),
            Value::Integer(made.number(1)),
            Value::Integer(made.number(0)),
            Value::Integer(made.number(0)),
            if made.yes() { Value::Null } else { Value::Integer(made.number(0)) },
            if made.yes() {
                Value::Null
            } else {
                Value::Real(*made.0.one_of(&[0.0, 100.0, 12.5, 100.0 / 3.0, 1e-7, 5e-324]))
            },
            text(made.note()),
            Value::Integer(made.yes().into()),
            Value::Text(at.to_owned()),
        ];
        insert(
            "INSERT INTO module (name, source_connection_id, dest_connection_id, dest_table, staging_table, source_query,
                 merge_strategy, merge_key, dest_columns, unique_key, full_by, allow_cascade, allow_non_atomic, timeout_s,
                 retries, retry_delay_s, min_rows, max_shrink_pct, notes, enabled, created_at, updated_at, next_resolved_query)
             VALUES (?1, (SELECT id FROM connection WHERE name = ?2), (SELECT id FROM connection WHERE name = ?3), ?4, ?5,
                 ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?21, 'resolved')",
            values,
        );
        let module = conn.last_insert_rowid();
        for w in (0..made.0.below(4)).rev() {
            let values = vec![
                Value::Integer(module),
                Value::Text(format!("w{w}")),
                connection(made),
                Value::Text(made.sql()),
                text(made.note()),
            ];
            insert(
                "INSERT INTO watermark (module_id, name, connection_id, resolver_sql, default_value)
                 VALUES (?, ?, (SELECT id FROM connection WHERE name = ?), ?, ?)",
                values,
            );
        }
        for _ in 0..made.0.below(4) {
            let order = *made.0.one_of(&[1, 1, 2, -5, 0, i64::MAX, i64::MIN]);
            let on = *made.0.one_of(&["success", "failure", "always"]);
            insert(
                "INSERT INTO hook (module_id, run_order, connection_id, sql, run_on)
                 VALUES (?, ?, (SELECT id FROM connection WHERE name = ?), ?, ?)",
                vec![
                    Value::Integer(module),
                    Value::Integer(order),
                    connection(made),
                    Value::Text(made.sql()),
                    Value::Text(on.to_owned()),
                ],
            );
        }
    }
    for i in 0..GROUPS {
        conn.execute(
            "INSERT INTO grp (name, stop_on_failure, created_at, updated_at) VALUES (?, ?, ?3, ?3)",
            params![format!("g{i}"), made.yes(), at],
        )
        .unwrap();
        let group = conn.last_insert_rowid();
        for _ in 0..made.0.below(20) {
            let (module, order) = (1 + made.0.below(MODULES), made.0.below(9));
            conn.execute(
                "INSERT OR IGNORE INTO group_member (group_id, module_id, run_order) VALUES (?, ?, ?)",
                params![group, i64::try_from(module).unwrap(), i64::try_from(order).unwrap()],
            )
            .unwrap();
        }
        for _ in 0..made.0.below(4) {
            let cron = *made.0.one_of(&["0 3 * * *", "*/15 6-20 * * mon-fri", "@daily", "0 0 1,15 * 5"]);
            let zone = *made.0.one_of(&[None, Some("UTC"), Some("Europe/Berlin")]);
            conn.execute(
                "INSERT INTO schedule (group_id, cron_expr, timezone, catch_up_s, enabled, last_fired_at, created_at, updated_at)
                 VALUES (?, ?, ?, ?, ?, ?6, ?6, ?6)",
                params![group, cron, zone, made.number(0), made.yes(), at],
            )
            .unwrap();
        }
    }
}

/// All that is defined, by names: without ids and times.
fn meaning(world: &World) -> Vec<String> {
    [
        "SELECT name, kind, jar_file, class_name, url_template FROM driver ORDER BY name",
        "SELECT c.name, d.name, c.jdbc_url, c.username, c.password, x.name, c.default_dest_schema, c.notes
         FROM connection c JOIN driver d ON d.id = c.driver_id LEFT JOIN connection x ON x.id = c.default_dest_connection_id ORDER BY c.name",
        "SELECT m.name, s.name, d.name, dest_table, source_query, merge_strategy, merge_key, dest_columns, unique_key, full_by,
             allow_cascade, allow_non_atomic, timeout_s, retries, retry_delay_s, min_rows, max_shrink_pct, m.notes, enabled
         FROM module m JOIN connection s ON s.id = source_connection_id JOIN connection d ON d.id = dest_connection_id ORDER BY m.name",
        "SELECT m.name, w.name, c.name, resolver_sql, default_value FROM watermark w JOIN module m ON m.id = module_id
         JOIN connection c ON c.id = connection_id ORDER BY m.name, w.name",
        "SELECT m.name, run_order, c.name, sql, run_on FROM hook h JOIN module m ON m.id = module_id
         JOIN connection c ON c.id = connection_id ORDER BY m.name, run_order, h.id",
        "SELECT g.name, stop_on_failure FROM grp g ORDER BY g.name",
        "SELECT g.name, m.name FROM group_member p JOIN grp g ON g.id = group_id JOIN module m ON m.id = module_id
         ORDER BY g.name, run_order, p.id",
        "SELECT g.name, cron_expr, timezone, catch_up_s, enabled FROM schedule s JOIN grp g ON g.id = group_id ORDER BY 1, 2, 3, 4, 5",
    ]
    .iter()
    .flat_map(|sql| world.rows("pipekit", sql))
    .collect()
}

/// Export, apply to an empty database, export: 500 definitions are the same to the byte, in the files and in the
/// database. To apply what was exported to where it is from changes no byte of any row.
#[test]
fn five_hundred_definitions_come_back_to_the_byte() {
    let seed = std::env::var("PIPEKIT_TEST_SEED").ok().and_then(|s| s.parse().ok()).unwrap_or_else(Random::seed);
    println!("PIPEKIT_TEST_SEED={seed}");
    let world = World::new();
    fill(&world.sqlite("pipekit.db"), &mut Made(Random(seed)));
    world.call("export defs").ok();
    let first = files(&world, "defs");
    assert_eq!(first.len(), DRIVERS + CONNECTIONS + MODULES + GROUPS);

    let before = dump(&world);
    world.call("apply defs --prune").ok().prints("nothing to change\n");
    assert_eq!(dump(&world), before, "seed {seed}: it changed something");

    let other = World::new();
    let folder = world.path("defs").to_str().unwrap().to_owned();
    other.args(&["apply", &folder]).ok().prints("500 added, 0 changed, 0 removed\n");
    assert_eq!(meaning(&other), meaning(&world), "seed {seed}");
    other.call("export defs").ok();
    assert_eq!(files(&other, "defs"), first, "seed {seed}");
    other.args(&["apply", &folder, "--dry-run", "--expect-same", "--prune"]).ok().prints("nothing to change\n");
}
