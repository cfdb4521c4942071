//! Foreign keys to the destination, and from it.

use super::case::{Case, Expect::*, On::*, PLAIN};

const WITH_KEY: &str = "CREATE TABLE t (id INTEGER PRIMARY KEY, item VARCHAR(9), qty INTEGER)";

/// A referenced table on PostgreSQL, which can't be truncated.
const REFERENCED: Case = Case {
    on: Postgres,
    make: WITH_KEY,
    fresh: true,
    full: Refused("t can't be truncated: other refers to it"),
    by_delete: Some(Model),
    ..PLAIN
};

const REFERENCED_LITE: Case = Case { on: Sqlite, make: WITH_KEY, url: "foreign_keys=on", fresh: true, ..PLAIN };

/// Rows go and come again, which a foreign key that is checked at once does not let go.
const REFUSED: Case = Case {
    by_delete: Some(Refused("violates foreign key constraint \"other_tid_fkey\"")),
    incremental: Refused("violates foreign key constraint \"other_tid_fkey\""),
    ..REFERENCED
};
const REFUSED_LITE: Case = Case {
    full: Refused("FOREIGN KEY constraint failed"),
    incremental: Refused("FOREIGN KEY constraint failed"),
    ..REFERENCED_LITE
};

/// A deletion would change the other table.
const REACHES: Case = Case {
    by_delete: Some(Refused("deleting from t would reach other")),
    incremental: Refused("deleting from t would reach other"),
    ..REFERENCED
};
const REACHES_LITE: Case = Case {
    full: Refused("deleting from t would reach other"),
    incremental: Refused("deleting from t would reach other"),
    ..REFERENCED_LITE
};

/// Rows of a tree: `qty` is the number of the row above.
const TREE: Case = Case {
    make: "CREATE TABLE t (id INTEGER PRIMARY KEY, item VARCHAR(9), qty INTEGER REFERENCES t (id))",
    seed: "INSERT INTO t VALUES (1, 'old', 1), (2, 'old', 1)",
    source: "CREATE TABLE s (id INTEGER, item TEXT, qty INTEGER);
             INSERT INTO s VALUES (2, 'new', 2), (3, 'ünï', 2), (4, NULL, 3)",
    new: &["2|new|2", "3|ünï|2", "4|NULL|3"],
    fresh: true,
    ..PLAIN
};

pub const CASES: &[Case] = &[
    Case {
        what: "a table that others refer to, none of its rows",
        then: "CREATE TABLE other (tid integer REFERENCES t)",
        ..REFERENCED
    },
    Case {
        what: "a table that others refer to, none of its rows",
        then: "CREATE TABLE other (tid INTEGER REFERENCES t)",
        ..REFERENCED_LITE
    },
    Case {
        what: "a row that is referred to goes and comes again: NO ACTION",
        then: "CREATE TABLE other (tid integer REFERENCES t); INSERT INTO other VALUES (2)",
        ..REFUSED
    },
    Case {
        what: "a row that is referred to goes and comes again: NO ACTION",
        then: "CREATE TABLE other (tid INTEGER REFERENCES t); INSERT INTO other VALUES (2)",
        ..REFUSED_LITE
    },
    Case {
        what: "a row that is referred to goes and comes again: RESTRICT",
        then: "CREATE TABLE other (tid integer REFERENCES t ON DELETE RESTRICT); INSERT INTO other VALUES (2)",
        ..REFUSED
    },
    Case {
        what: "a row that is referred to goes and comes again: RESTRICT",
        then: "CREATE TABLE other (tid INTEGER REFERENCES t ON DELETE RESTRICT); INSERT INTO other VALUES (2)",
        ..REFUSED_LITE
    },
    Case {
        what: "a row that is referred to goes and comes again: DEFERRABLE INITIALLY IMMEDIATE",
        then: "CREATE TABLE other (tid integer REFERENCES t DEFERRABLE); INSERT INTO other VALUES (2)",
        ..REFUSED
    },
    Case {
        what: "a row that is referred to goes and comes again: DEFERRABLE INITIALLY DEFERRED",
        then: "CREATE TABLE other (tid integer REFERENCES t DEFERRABLE INITIALLY DEFERRED); INSERT INTO other VALUES (2)",
        ..REFERENCED
    },
    Case {
        what: "a row that is referred to goes and comes again: DEFERRABLE INITIALLY DEFERRED",
        then: "CREATE TABLE other (tid INTEGER REFERENCES t DEFERRABLE INITIALLY DEFERRED); INSERT INTO other VALUES (2)",
        ..REFERENCED_LITE
    },
    Case {
        what: "a row that is referred to goes for good: DEFERRABLE INITIALLY DEFERRED",
        then: "CREATE TABLE other (tid integer REFERENCES t DEFERRABLE INITIALLY DEFERRED); INSERT INTO other VALUES (1)",
        by_delete: Some(Refused("violates foreign key constraint \"other_tid_fkey\"")),
        ..REFERENCED
    },
    Case {
        what: "a row that is referred to goes for good: DEFERRABLE INITIALLY DEFERRED",
        then: "CREATE TABLE other (tid INTEGER REFERENCES t DEFERRABLE INITIALLY DEFERRED); INSERT INTO other VALUES (1)",
        full: Refused("FOREIGN KEY constraint failed"),
        ..REFERENCED_LITE
    },
    Case {
        what: "ON DELETE CASCADE",
        then: "CREATE TABLE other (tid integer REFERENCES t ON DELETE CASCADE); INSERT INTO other VALUES (2)",
        ..REACHES
    },
    Case {
        what: "ON DELETE CASCADE",
        then: "CREATE TABLE other (tid INTEGER REFERENCES T ON DELETE CASCADE); INSERT INTO other VALUES (2)",
        ..REACHES_LITE
    },
    Case {
        what: "ON DELETE CASCADE, where foreign keys are off",
        then: "CREATE TABLE other (tid INTEGER REFERENCES t ON DELETE CASCADE); INSERT INTO other VALUES (2)",
        url: "",
        ..REFERENCED_LITE
    },
    Case {
        what: "ON DELETE SET NULL",
        then: "CREATE TABLE other (tid integer REFERENCES t ON DELETE SET NULL); INSERT INTO other VALUES (2)",
        ..REACHES
    },
    Case {
        what: "ON DELETE SET NULL",
        then: "CREATE TABLE other (tid INTEGER REFERENCES t ON DELETE SET NULL); INSERT INTO other VALUES (2)",
        ..REACHES_LITE
    },
    Case {
        what: "ON DELETE SET DEFAULT",
        then: "CREATE TABLE other (tid integer DEFAULT 1 REFERENCES t ON DELETE SET DEFAULT); INSERT INTO other VALUES (2)",
        ..REACHES
    },
    Case {
        what: "ON DELETE CASCADE, allowed",
        then: "CREATE TABLE lines (tid integer REFERENCES t ON DELETE CASCADE); INSERT INTO lines VALUES (1), (2)",
        cascades: true,
        full: Refused("t can't be truncated: lines refers to it"),
        also: Some(("SELECT tid FROM lines ORDER BY 1", ["", "", "1", "1; 2"])),
        ..REFERENCED
    },
    Case {
        what: "ON DELETE CASCADE, allowed",
        then: "CREATE TABLE lines (tid INTEGER REFERENCES t ON DELETE CASCADE); INSERT INTO lines VALUES (1), (2)",
        cascades: true,
        also: Some(("SELECT tid FROM lines ORDER BY 1", ["", "", "1", "1; 2"])),
        ..REFERENCED_LITE
    },
    Case {
        what: "ON DELETE CASCADE from one partition of it",
        make: "CREATE TABLE t (id integer, item varchar(9), qty integer) PARTITION BY RANGE (qty);
               CREATE TABLE t_low PARTITION OF t FOR VALUES FROM (0) TO (25);
               CREATE TABLE t_rest PARTITION OF t DEFAULT; ALTER TABLE t_low ADD PRIMARY KEY (id)",
        then: "CREATE TABLE other (tid integer REFERENCES t_low ON DELETE CASCADE); INSERT INTO other VALUES (2)",
        ..REACHES
    },
    Case {
        what: "ON DELETE CASCADE from a partitioned table, and the load goes into a partition",
        make: "CREATE TABLE t_whole (id integer PRIMARY KEY, item varchar(9), qty integer) PARTITION BY RANGE (id);
               CREATE TABLE t PARTITION OF t_whole FOR VALUES FROM (0) TO (9)",
        then: "CREATE TABLE other (tid integer REFERENCES t_whole ON DELETE CASCADE); INSERT INTO other VALUES (2)",
        ..REACHES
    },
    Case {
        what: "ON DELETE CASCADE from a child that inherits from it",
        make: "CREATE TABLE t (id integer, item varchar(9), qty integer); CREATE TABLE t_child (PRIMARY KEY (id)) INHERITS (t)",
        seed: "INSERT INTO t VALUES (1, 'old', 10); INSERT INTO t_child VALUES (2, 'old', 20)",
        then: "CREATE TABLE other (tid integer REFERENCES t_child ON DELETE CASCADE); INSERT INTO other VALUES (2)",
        ..REACHES
    },
    Case { what: "a table that refers to itself", on: Postgres, ..TREE },
    Case { what: "a table that refers to itself", on: Sqlite, url: "foreign_keys=on", ..TREE },
    Case {
        what: "a table that refers to itself, and a row that stays refers to one that is replaced",
        on: Postgres,
        seed: "INSERT INTO t VALUES (2, 'old', 2), (1, 'old', 2)",
        incremental: Refused("violates foreign key constraint \"t_qty_fkey\""),
        ..TREE
    },
    Case {
        what: "a table that refers to itself, and a row that stays refers to one that is replaced",
        on: Sqlite,
        url: "foreign_keys=on",
        seed: "INSERT INTO t VALUES (2, 'old', 2), (1, 'old', 2)",
        incremental: Refused("FOREIGN KEY constraint failed"),
        ..TREE
    },
    Case {
        what: "the same, DEFERRABLE INITIALLY DEFERRED",
        on: Postgres,
        make: "CREATE TABLE t (id INTEGER PRIMARY KEY, item VARCHAR(9),
                               qty INTEGER REFERENCES t (id) DEFERRABLE INITIALLY DEFERRED)",
        seed: "INSERT INTO t VALUES (2, 'old', 2), (1, 'old', 2)",
        ..TREE
    },
    Case {
        what: "a table that refers to itself with ON DELETE CASCADE: rows of its own would go that none replaces",
        on: Postgres,
        make: "CREATE TABLE t (id INTEGER PRIMARY KEY, item VARCHAR(9), qty INTEGER REFERENCES t (id) ON DELETE CASCADE)",
        by_delete: Some(Refused("deleting from t would reach t")),
        incremental: Refused("deleting from t would reach t"),
        ..TREE
    },
    Case {
        what: "a table that refers to itself with ON DELETE CASCADE: rows of its own would go that none replaces",
        on: Sqlite,
        url: "foreign_keys=on",
        make: "CREATE TABLE t (id INTEGER PRIMARY KEY, item VARCHAR(9), qty INTEGER REFERENCES t (id) ON DELETE CASCADE)",
        full: Refused("deleting from t would reach t"),
        incremental: Refused("deleting from t would reach t"),
        ..TREE
    },
    Case {
        what: "a table that refers to another, which has all that come",
        on: Both,
        make: "CREATE TABLE other (id INTEGER PRIMARY KEY); INSERT INTO other VALUES (10), (20), (30), (40);
               CREATE TABLE t (id INTEGER, item VARCHAR(9), qty INTEGER REFERENCES other)",
        ..PLAIN
    },
    Case {
        what: "a table that refers to another, which lacks one that comes",
        on: Postgres,
        make: "CREATE TABLE other (id INTEGER PRIMARY KEY); INSERT INTO other VALUES (10), (20), (30);
               CREATE TABLE t (id INTEGER, item VARCHAR(9), qty INTEGER REFERENCES other)",
        ..PLAIN
    }
    .refused("violates foreign key constraint \"t_qty_fkey\""),
    Case {
        what: "a table that refers to another, which lacks one that comes",
        on: Sqlite,
        url: "foreign_keys=on",
        make: "CREATE TABLE other (id INTEGER PRIMARY KEY); INSERT INTO other VALUES (10), (20), (30);
               CREATE TABLE t (id INTEGER, item VARCHAR(9), qty INTEGER REFERENCES other)",
        ..PLAIN
    }
    .refused("FOREIGN KEY constraint failed"),
    Case {
        what: "ON DELETE CASCADE, and rows that replace each other: an append would reach it too",
        make: "CREATE TABLE t (id INTEGER PRIMARY KEY ON CONFLICT REPLACE, item TEXT, qty INTEGER)",
        then: "CREATE TABLE other (tid INTEGER REFERENCES t ON DELETE CASCADE); INSERT INTO other VALUES (2)",
        fresh: false,
        ..REFERENCED_LITE
    }
    .refused("would reach other"),
];
