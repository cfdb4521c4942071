//! What a case is: a destination, the rows that come, and what must become of them.

/// A destination as some shop has it, and what each kind of load must do to it. Names beginning with `t` are the
/// destination and its parts; what is called `other…` stands beside it, and no load may change it.
#[derive(Clone, Copy)]
pub struct Case {
    /// What is odd about it.
    pub what: &'static str,
    /// Where it exists.
    pub on: On,
    /// Makes the destination. `{login}`, `{database}` and `{module}` are replaced, here and
    /// below.
    pub make: &'static str,
    /// Its rows before the load.
    pub seed: &'static str,
    /// What is put on it when the rows are there: triggers, rules, foreign keys.
    pub then: &'static str,
    /// Takes back what is not in a schema of the database.
    pub undo: &'static str,
    /// What the source has, in a table `s`.
    pub source: &'static str,
    /// Whether the source is the destination's own database.
    pub same: bool,
    /// The module's query.
    pub query: &'static str,
    /// The destination as the module names it.
    pub table: &'static str,
    /// The columns that it fills; all where it names none.
    pub columns: &'static [&'static str],
    /// Its merge key.
    pub key: &'static [&'static str],
    /// Columns that must not repeat among the staged rows.
    pub unique: &'static [&'static str],
    /// Its `allow_cascade`.
    pub cascades: bool,
    /// Parameters of the destination's URL.
    pub url: &'static str,
    /// What a login of its own may do there; the server's own user where there is nothing.
    pub grants: &'static str,
    /// What another session has done, in a transaction that is open as long as the run lasts.
    pub held: &'static str,
    /// Whether an append brings only rows with keys that are not there: it leaves out the source's `id = 2`.
    pub fresh: bool,
    /// The destination's rows.
    pub look: &'static str,
    /// The rows that come, as `look` gives them.
    pub new: &'static [&'static str],
    /// Where the merge key stands in them.
    pub key_at: &'static [usize],
    /// Whether two key values are equal as the destination compares them.
    pub equal: fn(&str, &str) -> bool,
    /// What must be so after a load that is not refused: a query, and its answer after a full load by TRUNCATE and by
    /// DELETE, an incremental one, and an append.
    pub also: Option<(&'static str, [&'static str; 4])>,
    /// A full load; by TRUNCATE where there is one.
    pub full: Expect,
    /// A full load by DELETE on PostgreSQL, where it differs.
    pub by_delete: Option<Expect>,
    /// An incremental load.
    pub incremental: Expect,
    /// An append.
    pub append: Expect,
}

/// The databases on which a case exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum On {
    All,
    /// SQLite and PostgreSQL.
    Both,
    Sqlite,
    Postgres,
    Mariadb,
}

/// What a load must come to.
#[derive(Clone, Copy, Debug)]
pub enum Expect {
    /// The destination equals the model: the rows before, without those that the new ones replace, and the new ones. The
    /// log counts them so, and there is no warning.
    Model,
    /// The same, and the run warns with these words.
    Warns(&'static str),
    /// The destination's own triggers, rules or constraints decide: it holds these rows, the log says that so many were
    /// deleted (where that is known) and inserted, and the run warns with these words where there are any.
    Decides { holds: &'static [&'static str], counts: (Option<i64>, i64), says: &'static str },
    /// An error with these words, before anything changed.
    Refused(&'static str),
    /// The same, in the words of SQLite, of PostgreSQL and of MariaDB.
    RefusedBy([&'static str; 3]),
}

/// A kind of load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Truncate,
    Delete,
    Incremental,
    Append,
}

impl Mode {
    /// Those that there are.
    pub fn on(place: On) -> &'static [Mode] {
        match place {
            // These have no TRUNCATE in a transaction: a full load deletes.
            On::Sqlite | On::Mariadb => &[Mode::Delete, Mode::Incremental, Mode::Append],
            _ => &[Mode::Truncate, Mode::Delete, Mode::Incremental, Mode::Append],
        }
    }
}

impl Case {
    /// Whether it exists on that database.
    pub fn is_on(&self, place: On) -> bool {
        self.on == On::All || self.on == place || self.on == On::Both && place != On::Mariadb
    }

    /// What a load of that kind must come to.
    pub fn expects(&self, place: On, mode: Mode) -> Expect {
        match mode {
            Mode::Delete if place == On::Postgres => self.by_delete.unwrap_or(self.full),
            Mode::Truncate | Mode::Delete => self.full,
            Mode::Incremental => self.incremental,
            Mode::Append => self.append,
        }
    }

    /// Every load is refused with these words.
    pub const fn refused(self, says: &'static str) -> Case {
        let no = Expect::Refused(says);
        Case { full: no, incremental: no, append: no, ..self }
    }

    /// Every load is refused, in the words of SQLite, of PostgreSQL and of MariaDB.
    pub const fn refused_by(self, says: [&'static str; 3]) -> Case {
        let no = Expect::RefusedBy(says);
        Case { full: no, incremental: no, append: no, ..self }
    }
}

/// A table without anything odd: three rows come, one of which replaces one of the two that are there.
pub const PLAIN: Case = Case {
    what: "a plain table",
    on: On::All,
    make: "CREATE TABLE t (id INTEGER, item VARCHAR(9), qty INTEGER)",
    seed: "INSERT INTO t (id, item, qty) VALUES (1, 'old', 10), (2, 'old', 20)",
    then: "",
    undo: "",
    source: "CREATE TABLE s (id INTEGER, item TEXT, qty INTEGER);
             INSERT INTO s VALUES (2, 'new', 20), (3, 'ünï', 30), (4, NULL, 40)",
    same: false,
    query: "SELECT id, item, qty FROM s",
    table: "t",
    columns: &[],
    key: &["id"],
    unique: &[],
    cascades: false,
    url: "",
    grants: "",
    held: "",
    fresh: false,
    look: "SELECT id, item, qty FROM t",
    new: &["2|new|20", "3|ünï|30", "4|NULL|40"],
    key_at: &[0],
    equal: |a, b| a == b,
    also: None,
    full: Expect::Model,
    by_delete: None,
    incremental: Expect::Model,
    append: Expect::Model,
};
