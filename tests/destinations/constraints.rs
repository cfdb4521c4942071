//! Constraints that the rows break, or that say themselves what becomes of them.

use super::case::{Case, Expect::*, On::*, PLAIN};

/// On SQLite, where a constraint can say that a row goes rather than the statement.
const LITE: Case = Case { on: Sqlite, ..PLAIN };

const ONE_LESS: &str = "3 rows were staged and 2 came into t";

pub const CASES: &[Case] = &[
    Case { what: "NOT NULL", make: "CREATE TABLE t (id INTEGER, item VARCHAR(9) NOT NULL, qty INTEGER)", ..PLAIN }
        .refused_by([
            "NOT NULL constraint failed: t.item",
            "null value in column \"item\" of relation \"t\"",
            "Column 'item' cannot be null",
        ]),
    Case {
        what: "CHECK",
        make: "CREATE TABLE t (id INTEGER, item VARCHAR(9), qty INTEGER, CONSTRAINT small CHECK (qty < 40))",
        ..PLAIN
    }
    .refused_by([
        "CHECK constraint failed: small",
        "violates check constraint \"small\"",
        "CONSTRAINT `small` failed",
    ]),
    Case {
        what: "CHECK, NOT VALID: it holds for what comes",
        on: Postgres,
        then: "ALTER TABLE t ADD CONSTRAINT small CHECK (qty > 10 AND qty < 40) NOT VALID",
        ..PLAIN
    }
    .refused("violates check constraint \"small\""),
    Case {
        what: "a primary key that is the merge key: an append of rows that are there",
        make: "CREATE TABLE t (id INTEGER PRIMARY KEY, item VARCHAR(9), qty INTEGER)",
        append: RefusedBy([
            "UNIQUE constraint failed: t.id",
            "violates unique constraint \"t_pkey\"",
            "Duplicate entry '2' for key 'PRIMARY'",
        ]),
        ..PLAIN
    },
    Case {
        what: "UNIQUE, broken by the rows among themselves",
        make: "CREATE TABLE t (id INTEGER, item VARCHAR(9), qty INTEGER UNIQUE)",
        query: "SELECT id, item, max(qty, 30) FROM s",
        ..PLAIN
    }
    .refused_by(["UNIQUE constraint failed: t.qty", "violates unique constraint \"t_qty_key\"", "for key 'qty'"]),
    Case {
        what: "UNIQUE, broken by a row that stays",
        make: "CREATE TABLE t (id INTEGER, item VARCHAR(9), qty INTEGER UNIQUE)",
        source: "CREATE TABLE s (id INTEGER, item TEXT, qty INTEGER);
                 INSERT INTO s VALUES (2, 'new', 20), (3, 'ünï', 10), (4, NULL, 40)",
        new: &["2|new|20", "3|ünï|10", "4|NULL|40"],
        incremental: RefusedBy([
            "UNIQUE constraint failed: t.qty",
            "violates unique constraint \"t_qty_key\"",
            "for key 'qty'",
        ]),
        append: RefusedBy([
            "UNIQUE constraint failed: t.qty",
            "violates unique constraint \"t_qty_key\"",
            "for key 'qty'",
        ]),
        ..PLAIN
    },
    Case {
        what: "UNIQUE, DEFERRABLE INITIALLY DEFERRED, broken by a row that stays",
        on: Postgres,
        make: "CREATE TABLE t (id integer, item varchar(9), qty integer UNIQUE DEFERRABLE INITIALLY DEFERRED)",
        source: "CREATE TABLE s (id INTEGER, item TEXT, qty INTEGER);
                 INSERT INTO s VALUES (2, 'new', 20), (3, 'ünï', 10), (4, NULL, 40)",
        new: &["2|new|20", "3|ünï|10", "4|NULL|40"],
        incremental: Refused("violates unique constraint \"t_qty_key\""),
        append: Refused("violates unique constraint \"t_qty_key\""),
        ..PLAIN
    },
    Case {
        what: "a unique index on an expression",
        on: Both,
        make: "CREATE TABLE t (id INTEGER, item VARCHAR(9), qty INTEGER); CREATE UNIQUE INDEX once ON t ((qty % 20))",
        ..PLAIN
    }
    .refused_by(["UNIQUE constraint failed: index 'once'", "violates unique constraint \"once\"", ""]),
    Case {
        what: "a unique index on some rows only",
        on: Both,
        make: "CREATE TABLE t (id INTEGER, item VARCHAR(9), qty INTEGER);
               CREATE UNIQUE INDEX once ON t (item) WHERE qty < 35",
        seed: "INSERT INTO t (id, item, qty) VALUES (1, 'new', 35), (2, 'new', 20)",
        append: RefusedBy(["UNIQUE constraint failed: t.item", "violates unique constraint \"once\"", ""]),
        ..PLAIN
    },
    Case {
        what: "EXCLUDE",
        on: Postgres,
        make: "CREATE TABLE t (id integer, item varchar(9), qty integer,
                               CONSTRAINT apart EXCLUDE USING gist (int4range(qty, qty + 15) WITH &&))",
        seed: "INSERT INTO t (id, item, qty) VALUES (1, 'old', -15), (2, 'old', 0)",
        ..PLAIN
    }
    .refused("violates exclusion constraint \"apart\""),
    Case {
        what: "UNIQUE ON CONFLICT IGNORE: a row that repeats another is left out",
        make: "CREATE TABLE t (id INTEGER UNIQUE ON CONFLICT IGNORE, item TEXT, qty INTEGER)",
        full: Model,
        append: Decides {
            holds: &["1|old|10", "2|old|20", "3|ünï|30", "4|NULL|40"],
            counts: (Some(0), 2),
            says: ONE_LESS,
        },
        ..LITE
    },
    Case {
        what: "UNIQUE ON CONFLICT REPLACE: a row takes the place of another, which no count of SQLite's tells",
        make: "CREATE TABLE t (id INTEGER UNIQUE on conflict replace, item TEXT, qty INTEGER)",
        url: "case_sensitive_like=on",
        append: Decides {
            holds: &["1|old|10", "2|new|20", "3|ünï|30", "4|NULL|40"],
            counts: (Some(0), 2),
            says: ONE_LESS,
        },
        ..LITE
    },
    Case {
        what: "UNIQUE ON CONFLICT REPLACE, among the rows that come and with one that stays",
        make: "CREATE TABLE t (id INTEGER, item TEXT, qty INTEGER UNIQUE ON CONFLICT REPLACE)",
        source: "CREATE TABLE s (id INTEGER, item TEXT, qty INTEGER);
                 INSERT INTO s VALUES (2, 'new', 10), (3, 'ünï', 30), (4, NULL, 30)",
        new: &["2|new|10", "3|ünï|30", "4|NULL|30"],
        full: Decides { holds: &["2|new|10", "4|NULL|30"], counts: (Some(2), 2), says: ONE_LESS },
        incremental: Decides {
            holds: &["2|new|10", "4|NULL|30"],
            counts: (Some(1), 1),
            says: "3 rows were staged and 1 came into t",
        },
        append: Decides {
            holds: &["2|old|20", "2|new|10", "4|NULL|30"],
            counts: (Some(0), 1),
            says: "3 rows were staged and 1 came into t",
        },
        ..LITE
    },
    Case {
        what: "UNIQUE ON CONFLICT FAIL, which keeps the rows before",
        make: "CREATE TABLE t (id INTEGER, item TEXT, qty INTEGER UNIQUE ON CONFLICT FAIL)",
        query: "SELECT id, item, max(qty, 30) FROM s",
        ..LITE
    }
    .refused("UNIQUE constraint failed: t.qty"),
    Case {
        what: "UNIQUE ON CONFLICT ROLLBACK, which ends the transaction",
        make: "CREATE TABLE t (id INTEGER, item TEXT, qty INTEGER UNIQUE ON CONFLICT ROLLBACK)",
        query: "SELECT id, item, max(qty, 30) FROM s",
        ..LITE
    }
    .refused("UNIQUE constraint failed: t.qty"),
    Case {
        what: "NOT NULL ON CONFLICT IGNORE",
        make: "CREATE TABLE t (id INTEGER, item TEXT NOT NULL ON CONFLICT IGNORE, qty INTEGER)",
        full: Decides { holds: &["2|new|20", "3|ünï|30"], counts: (Some(2), 2), says: ONE_LESS },
        incremental: Decides { holds: &["1|old|10", "2|new|20", "3|ünï|30"], counts: (Some(1), 2), says: ONE_LESS },
        append: Decides {
            holds: &["1|old|10", "2|old|20", "2|new|20", "3|ünï|30"],
            counts: (Some(0), 2),
            says: ONE_LESS,
        },
        ..LITE
    },
    Case {
        what: "NOT NULL ON CONFLICT REPLACE with a default, which stands in for NULL",
        make: "CREATE TABLE t (id INTEGER, item TEXT NOT NULL ON CONFLICT REPLACE DEFAULT 'none', qty INTEGER)",
        new: &["2|new|20", "3|ünï|30", "4|none|40"],
        ..LITE
    },
];
