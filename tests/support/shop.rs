//! A module with a model of what its destination must hold, whatever happens to its runs.

use super::random::Random;
use super::{ENDLESS, Pair, until};
use std::collections::BTreeSet;

/// How a shop's module merges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Truncate,
    Delete,
    Incremental,
    Append,
    /// The same as without `Direct`, into the table itself.
    DirectTruncate,
    DirectDelete,
    DirectAppend,
}

/// Those that stage.
pub const STAGED: [Way; 4] = [Way::Truncate, Way::Delete, Way::Incremental, Way::Append];

pub const WAYS: [Way; 7] = [
    Way::Truncate,
    Way::Delete,
    Way::Incremental,
    Way::Append,
    Way::DirectTruncate,
    Way::DirectDelete,
    Way::DirectAppend,
];

impl Way {
    fn flags(self) -> &'static str {
        match self {
            Way::Truncate => "--strategy full",
            Way::Delete => "--strategy full --full-by delete",
            Way::Incremental => "--strategy incremental --key id",
            Way::Append => "--strategy append",
            Way::DirectTruncate => "--strategy full --load direct",
            Way::DirectDelete => "--strategy full --full-by delete --load direct",
            Way::DirectAppend => "--strategy append --load direct",
        }
    }

    /// Whether nothing is staged.
    pub fn is_direct(self) -> bool {
        self != self.staged()
    }

    /// The way that has the same rows come in through staging.
    fn staged(self) -> Way {
        match self {
            Way::DirectTruncate => Way::Truncate,
            Way::DirectDelete => Way::Delete,
            Way::DirectAppend => Way::Append,
            staged => staged,
        }
    }

    /// Whether a watermark is asked for first.
    pub fn asks(self) -> bool {
        self.cursor().is_some()
    }

    /// The cursor column of its watermark, and how the query compares with it.
    fn cursor(self) -> Option<(&'static str, &'static str)> {
        match self.staged() {
            Way::Truncate | Way::Delete => None,
            Way::Incremental => Some(("changed", ">=")),
            Way::Append => Some(("id", ">")),
            direct => unreachable!("{direct:?} is not staged"),
        }
    }
}

/// `id`, `item`, `qty`, `changed`.
type Row = (i64, Option<String>, Option<i64>, i64);

/// The module `orders` from `src` to `dst`, with a hook that counts the successes, and the model: plain rows.
pub struct Shop {
    pub pair: Pair,
    pub way: Way,
    source: Vec<Row>,
    /// What the destination held when last looked at.
    dest: Vec<Row>,
    /// How often the hook must have run.
    told: usize,
    /// The newest run that was seen.
    last_run: i64,
    at: i64,
    next_id: i64,
    /// Numbers below `next_id` that no row has had.
    skipped: Vec<i64>,
    /// How far below the newest row's time an incremental run begins.
    overlap: i64,
}

/// What a run that something happened to came to: its status (`none` where it had not begun), and what it says.
#[derive(Clone, Debug)]
pub struct Verdict {
    pub status: String,
    pub said: String,
}

impl Shop {
    /// A shop with a few rows at the source, and some of them at the destination already. No key at the destination
    /// would keep a row from being there twice.
    pub fn new(pair: Pair, way: Way) -> Shop {
        Shop::with_overlap(pair, way, 0)
    }

    /// As [`Shop::new`], where an incremental run begins so far below the newest row's time.
    pub fn with_overlap(mut pair: Pair, way: Way, overlap: i64) -> Shop {
        let table = "CREATE TABLE orders (id INTEGER, item VARCHAR(40), qty INTEGER, changed INTEGER)";
        pair.src(table);
        pair.dst(&format!("{table}; CREATE TABLE told (n INTEGER)"));
        let filter = way.cursor().map(|(column, than)| format!("WHERE {column} {than} {{since}}")).unwrap_or_default();
        let query = format!("SELECT id, item, qty, changed FROM orders {filter}");
        pair.module("orders", &format!("--table orders {} --query '{query}'", way.flags()));
        if let Some((column, _)) = way.cursor() {
            let less = if way == Way::Incremental { overlap } else { 0 };
            let sql = format!("SELECT coalesce(max({column}), 0) - {less} FROM orders");
            pair.call(&format!("watermark add orders since --connection dst --sql '{sql}'")).ok();
        }
        pair.call("hook add orders --connection dst --sql 'INSERT INTO told VALUES (1)'").ok();
        let (source, dest, skipped) = Default::default();
        let mut shop = Shop { pair, way, source, dest, told: 0, last_run: 0, at: 1, next_id: 1, skipped, overlap };
        for _ in 0..3 {
            shop.insert(Some("first".to_owned()), Some(1));
        }
        shop.goes_on("the first run");
        shop.change(&mut Random(1));
        shop
    }

    fn insert(&mut self, item: Option<String>, qty: Option<i64>) {
        let row = (self.next_id, item, qty, self.at);
        self.next_id += 1;
        self.pair.src(&format!("INSERT INTO orders VALUES ({})", self.sql(&row)));
        self.source.push(row);
    }

    /// A row as the source's SQL spells it.
    fn sql(&self, row: &Row) -> String {
        let null = || "NULL".to_owned();
        // In a text of MariaDB a backslash is the first of two.
        let backslash = if self.pair.is_from_mariadb() { r"\\" } else { r"\" };
        let text =
            row.1.as_ref().map_or_else(null, |t| format!("'{}'", t.replace('\'', "''").replace('\\', backslash)));
        let qty = row.2.map_or_else(null, |n| n.to_string());
        format!("{}, {text}, {qty}, {}", row.0, row.3)
    }

    /// Changes the source: new rows, changed rows, rows of the same time, late ones, deleted ones.
    pub fn change(&mut self, random: &mut Random) {
        self.at += 1;
        let mut texts = Vec::new();
        for _ in 0..1 + random.below(4) {
            let item = match random.below(5) {
                0 => None,
                1 => Some(String::new()),
                2 => Some(r"\N\.'	😀".to_owned()),
                n => Some(format!("item {n}")),
            };
            let late = i64::from(random.once_in(5));
            let row = (self.id(random), item, (!random.once_in(4)).then_some(self.at), self.at - late);
            texts.push(format!("INSERT INTO orders VALUES ({})", self.sql(&row)));
            self.source.push(row);
        }
        if self.source.len() > 3 {
            for _ in 0..random.below(3) {
                let at = random.below(self.source.len());
                let now = self.at;
                let row = &mut self.source[at];
                (row.2, row.3) = (Some(now), now);
                texts.push(format!("UPDATE orders SET qty = {now}, changed = {now} WHERE id = {}", row.0));
            }
            if random.once_in(3) {
                let gone = self.source.remove(random.below(self.source.len()));
                texts.push(format!("DELETE FROM orders WHERE id = {}", gone.0));
            }
        }
        self.pair.src(&format!("BEGIN; {}; COMMIT", texts.join(";")));
    }

    /// The number of a new row: the next one, or one that comes late.
    fn id(&mut self, random: &mut Random) -> i64 {
        if random.once_in(6) {
            self.skipped.push(self.next_id);
            self.next_id += 1;
        } else if random.once_in(6)
            && let Some(late) = self.skipped.pop()
        {
            return late;
        }
        self.next_id += 1;
        self.next_id - 1
    }

    /// Many new rows at the source.
    pub fn grow(&mut self, rows: usize) {
        let mut texts = Vec::new();
        for _ in 0..rows {
            let row = (self.next_id, Some("many".to_owned()), Some(1), self.at);
            self.next_id += 1;
            texts.push(format!("({})", self.sql(&row)));
            self.source.push(row);
        }
        self.pair.src(&format!("INSERT INTO orders VALUES {}", texts.join(",")));
    }

    /// Makes the source's query give its rows and go on for ever, or end again.
    pub fn source_ends(&self, ends: bool) {
        let is_view = !self.pair.world.rows("src", "SELECT 1 FROM sqlite_schema WHERE type = 'view'").is_empty();
        if ends && is_view {
            self.pair.src("DROP VIEW orders; ALTER TABLE base RENAME TO orders");
        } else if !ends {
            self.pair.src(&format!(
                "ALTER TABLE orders RENAME TO base;
                 CREATE VIEW orders AS SELECT * FROM base UNION ALL SELECT i, 'x', i, i FROM ({ENDLESS})"
            ));
        }
    }

    /// The time that the next incremental run begins with.
    fn since(&self) -> i64 {
        self.dest.iter().map(|row| row.3).max().unwrap_or(0) - self.overlap
    }

    /// What the destination holds once this source has been merged into it.
    fn due(&self) -> Vec<Row> {
        let mut due = match self.way.staged() {
            Way::Truncate | Way::Delete => self.source.clone(),
            Way::Append => {
                let since = self.dest.iter().map(|row| row.0).max().unwrap_or(0);
                let new = self.source.iter().filter(|row| row.0 > since);
                self.dest.iter().chain(new).cloned().collect()
            }
            Way::Incremental => {
                let since = self.since();
                let new: Vec<&Row> = self.source.iter().filter(|row| row.3 >= since).collect();
                let keys: BTreeSet<i64> = new.iter().map(|row| row.0).collect();
                let stays = self.dest.iter().filter(|row| !keys.contains(&row.0));
                stays.chain(new).cloned().collect()
            }
            direct => unreachable!("{direct:?} is not staged"),
        };
        due.sort();
        due
    }

    /// The destination as it is.
    #[track_caller]
    fn found(&mut self) -> Vec<String> {
        let mut rows = self.pair.rows("SELECT id, item, qty, changed FROM orders");
        rows.sort();
        rows
    }

    /// Right after a fault, before anybody looked: the destination holds what it held or what was due, and no mixture.
    #[track_caller]
    pub fn is_whole(&mut self, what: &str) {
        let found = self.found();
        let (old, new) = (shown(&self.dest), shown(&self.due()));
        assert!(
            found == old || found == new,
            "{what}: the destination is neither as it was nor as it is due:\n{found:#?}\nwas {old:#?}\ndue {new:#?}"
        );
    }

    /// The destination holds what is due.
    #[track_caller]
    pub fn holds_what_is_due(&mut self) {
        let due = shown(&self.due());
        assert_eq!(self.found(), due);
    }

    /// Settles what a fault left behind, and holds the log against the destination: what it says is what is there,
    /// nothing is locked, and nothing is left running.
    #[track_caller]
    pub fn settled(&mut self, what: &str) -> Verdict {
        self.pair.world.until_quiet();
        let mut run = serde_json::Value::Null;
        // On a machine that is very busy the destination may not answer in the time that a look gives it.
        until("the end is known", || {
            run = self.pair.call("log show orders --json").ok().json();
            run["status"] != "unknown"
        });
        let new = run["id"].as_i64().unwrap() != self.last_run;
        let status = if new { run["status"].as_str().unwrap() } else { "none" }.to_owned();
        self.last_run = run["id"].as_i64().unwrap();
        let said = format!("{} {}", run["error"].as_str().unwrap_or_default(), run["warnings"]);
        let own = self.pair.world.own("SELECT running FROM module");
        assert_eq!(own, "0", "{what}: the module is not free");
        assert_ne!(run["finished_at"], serde_json::Value::Null, "{what}: {run:#}");
        let open = self.pair.world.own("SELECT count(*) FROM run_step WHERE duration_ms IS NULL");
        assert_eq!(open, "0", "{what}: a step is open");
        match status.as_str() {
            "success" => {
                let (deleted, inserted) = self.counts();
                // MariaDB has no count of a statement whose answer found no client any more: it stays unknown.
                let unknown = |n: &serde_json::Value| self.pair.is_mariadb() && n.is_null();
                if !unknown(&run["rows_inserted"]) {
                    assert_eq!(run["rows_inserted"], inserted, "{what}: rows_inserted");
                }
                if !unknown(&run["rows_deleted"]) {
                    assert_eq!(run["rows_deleted"], deleted, "{what}: rows_deleted");
                }
                self.dest = self.due();
                let told = self.pair.rows("SELECT * FROM told").len();
                let missed = usize::try_from(run["hooks_failed"].as_i64().unwrap()).unwrap();
                // A hook that died before its end was written down may have run or not, and nobody can say.
                assert!(
                    told == self.told + 1 || (missed == 1 && told == self.told),
                    "{what}: the hook ran {told} times, {missed} missed"
                );
                self.told = told;
            }
            "none" => {}
            "error" | "cancelled" => assert!(!said.trim().is_empty(), "{what}: no reason"),
            other => panic!("{what}: the run says {other}"),
        }
        let (found, expected) = (self.found(), shown(&self.dest));
        assert_eq!(found, expected, "{what}: the log says {status} ({said})");
        Verdict { status, said }
    }

    /// After several runs at once, of which those that came after the first had nothing new to do: all succeeded.
    #[track_caller]
    pub fn all_succeeded(&mut self, what: &str) {
        self.pair.world.until_quiet();
        let ran = self
            .pair
            .world
            .rows("pipekit", &format!("SELECT id, status, hooks_failed FROM run_log WHERE id > {}", self.last_run));
        assert!(!ran.is_empty() && ran.iter().all(|row| row.ends_with("|'success'|0")), "{what}: {ran:?}");
        self.last_run += i64::try_from(ran.len()).unwrap();
        self.told += ran.len();
        for _ in &ran {
            self.dest = self.due();
        }
        assert_eq!(self.found(), shown(&self.dest), "{what}");
        assert_eq!(self.pair.rows("SELECT * FROM told").len(), self.told, "{what}: the hook");
    }

    /// How many rows a merge now deletes and inserts; a TRUNCATE does not count.
    fn counts(&self) -> (serde_json::Value, usize) {
        let (before, after) = (self.dest.len(), self.due().len());
        let new = match self.way.staged() {
            Way::Truncate | Way::Delete => after,
            Way::Append => after - before,
            Way::Incremental => {
                let since = self.since();
                self.source.iter().filter(|row| row.3 >= since).count()
            }
            direct => unreachable!("{direct:?} is not staged"),
        };
        let deleted = before + new - after;
        let counted = self.way.staged() != Way::Truncate || !self.pair.is_postgres();
        (if counted { deleted.into() } else { serde_json::Value::Null }, new)
    }

    /// The next run succeeds, and brings the destination to what is due; nothing is left lying about.
    #[track_caller]
    pub fn goes_on(&mut self, what: &str) {
        let run = self.pair.call("run orders --json");
        assert_eq!(run.output.status.code(), Some(0), "{what}: the next run: {}{}", run.stdout(), run.stderr());
        self.last_run = run.json()["id"].as_i64().unwrap();
        (self.dest, self.told) = (self.due(), self.told + 1);
        assert_eq!(self.found(), shown(&self.dest), "{what}: after the next run");
        assert_eq!(self.pair.rows("SELECT * FROM told").len(), self.told, "{what}: the hook");
        self.pair.world.until_quiet();
        let left: Vec<String> = self.pair.world.files();
        let known = |name: &str| {
            ["pipekit.db", "pipekit.db-wal", "pipekit.db-shm", "secrets.env", "src.db", "dst.db"].contains(&name)
                || name.starts_with("pipekit.db.locks/")
        };
        assert_eq!(left.iter().filter(|name| !known(name)).collect::<Vec<_>>(), [""; 0], "{what}: files are left");
        until("no session is left", || self.pair.sessions().is_empty());
    }
}

/// Rows as [`Pair::rows`] gives them.
fn shown(rows: &[Row]) -> Vec<String> {
    let null = || "NULL".to_owned();
    let show = |row: &Row| {
        format!(
            "{}|{}|{}|{}",
            row.0,
            row.1.clone().unwrap_or_else(null),
            row.2.map_or_else(null, |n| n.to_string()),
            row.3
        )
    };
    let mut shown: Vec<String> = rows.iter().map(show).collect();
    shown.sort();
    shown
}
