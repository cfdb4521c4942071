//! Views and rules: what a load writes to is somewhere else.

use super::case::{Case, Expect::*, On::*, PLAIN};

const NO_TRUNCATE: &str = "t is a view, and a view can't be truncated";
const KEPT_OUT: &str = "3 rows were staged and 2 came into t";

const BASE: &str =
    "CREATE TABLE t_base (id INTEGER, item VARCHAR(9), qty INTEGER); CREATE VIEW t AS SELECT id, item, qty FROM t_base";
const SEED_BASE: &str = "INSERT INTO t_base (id, item, qty) VALUES (1, 'old', 10), (2, 'old', 20)";

/// A view on PostgreSQL, which can't be truncated.
const VIEW_PG: Case =
    Case { on: Postgres, make: BASE, seed: SEED_BASE, full: Refused(NO_TRUNCATE), by_delete: Some(Model), ..PLAIN };

const VIEW_LITE: Case = Case { on: Sqlite, make: BASE, seed: SEED_BASE, ..PLAIN };

/// Makes `does()`, a trigger function with this body, and has it done instead of these.
macro_rules! instead {
    ($of:literal, $body:literal) => {
        concat!(
            "CREATE FUNCTION does() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ",
            $body,
            " END $$; CREATE TRIGGER x INSTEAD OF ",
            $of,
            " ON t FOR EACH ROW EXECUTE FUNCTION does()"
        )
    };
}

pub const CASES: &[Case] = &[
    Case {
        what: "a view with INSTEAD OF triggers",
        then: instead!(
            "INSERT OR DELETE",
            "IF TG_OP = 'DELETE' THEN DELETE FROM t_base WHERE id = OLD.id; RETURN OLD; END IF;
             INSERT INTO t_base VALUES (NEW.id, NEW.item, NEW.qty); RETURN NEW;"
        ),
        ..VIEW_PG
    },
    Case {
        what: "a view with INSTEAD OF triggers",
        then:
            "CREATE TRIGGER i INSTEAD OF INSERT ON t BEGIN INSERT INTO t_base VALUES (NEW.id, NEW.item, NEW.qty); END;
               CREATE TRIGGER d INSTEAD OF DELETE ON t BEGIN DELETE FROM t_base WHERE id = OLD.id; END",
        ..VIEW_LITE
    },
    Case {
        what: "a view with an INSTEAD OF INSERT trigger only",
        make: "CREATE TABLE t_base (id integer, item varchar(9), qty integer);
               CREATE VIEW t AS SELECT DISTINCT id, item, qty FROM t_base",
        then: instead!("INSERT", "INSERT INTO t_base VALUES (NEW.id, NEW.item, NEW.qty); RETURN NEW;"),
        by_delete: Some(Refused("cannot delete from view \"t\"")),
        incremental: Refused("cannot delete from view \"t\""),
        ..VIEW_PG
    },
    Case {
        what: "a view with an INSTEAD OF INSERT trigger only",
        then: "CREATE TRIGGER i INSTEAD OF INSERT ON t BEGIN INSERT INTO t_base VALUES (NEW.id, NEW.item, NEW.qty); END",
        full: Refused("cannot modify t because it is a view"),
        incremental: Refused("cannot modify t because it is a view"),
        ..VIEW_LITE
    },
    Case {
        what: "an INSTEAD OF trigger that keeps a row out, though it says that it took it",
        then: instead!(
            "INSERT",
            "IF NEW.qty <> 30 THEN INSERT INTO t_base VALUES (NEW.id, NEW.item, NEW.qty); END IF; RETURN NEW;"
        ),
        by_delete: Some(Decides { holds: &["2|new|20", "4|NULL|40"], counts: (Some(2), 2), says: KEPT_OUT }),
        incremental: Decides { holds: &["1|old|10", "2|new|20", "4|NULL|40"], counts: (Some(1), 2), says: KEPT_OUT },
        append: Decides {
            holds: &["1|old|10", "2|old|20", "2|new|20", "4|NULL|40"],
            counts: (Some(0), 2),
            says: KEPT_OUT,
        },
        ..VIEW_PG
    },
    Case {
        what: "an INSTEAD OF trigger that keeps a row out",
        then: "CREATE TRIGGER i INSTEAD OF INSERT ON t WHEN NEW.qty <> 30 BEGIN
                 INSERT INTO t_base VALUES (NEW.id, NEW.item, NEW.qty);
               END;
               CREATE TRIGGER d INSTEAD OF DELETE ON t BEGIN DELETE FROM t_base WHERE id = OLD.id; END",
        full: Decides { holds: &["2|new|20", "4|NULL|40"], counts: (Some(2), 2), says: KEPT_OUT },
        incremental: Decides { holds: &["1|old|10", "2|new|20", "4|NULL|40"], counts: (Some(1), 2), says: KEPT_OUT },
        append: Decides {
            holds: &["1|old|10", "2|old|20", "2|new|20", "4|NULL|40"],
            counts: (Some(0), 2),
            says: KEPT_OUT,
        },
        ..VIEW_LITE
    },
    Case {
        what: "an INSTEAD OF trigger that deletes nothing",
        then: instead!("DELETE", "RETURN OLD;"),
        by_delete: Some(Refused("pipekit: rows that were to be deleted are still there")),
        incremental: Refused("pipekit: rows that were to be deleted are still there"),
        ..VIEW_PG
    },
    Case {
        what: "an INSTEAD OF trigger that deletes nothing",
        then:
            "CREATE TRIGGER i INSTEAD OF INSERT ON t BEGIN INSERT INTO t_base VALUES (NEW.id, NEW.item, NEW.qty); END;
               CREATE TRIGGER d INSTEAD OF DELETE ON t BEGIN SELECT 1; END",
        full: Refused("pipekit_rows_that_were_to_be_deleted_are_still_there"),
        incremental: Refused("pipekit_rows_that_were_to_be_deleted_are_still_there"),
        ..VIEW_LITE
    },
    Case { what: "a view that can be written to as it is", ..VIEW_PG },
    Case {
        what: "a view of a view, with other names",
        make: "CREATE TABLE t_base (a integer, b varchar(9), c integer);
               CREATE VIEW t_between AS SELECT c AS z, a AS x, b AS y FROM t_base;
               CREATE VIEW t AS SELECT x AS id, y AS item, z AS qty FROM t_between",
        seed: PLAIN.seed,
        ..VIEW_PG
    },
    Case {
        what: "a view of some rows only, which takes rows that it then does not show",
        make: "CREATE TABLE t_base (id integer, item varchar(9), qty integer);
               CREATE VIEW t AS SELECT id, item, qty FROM t_base WHERE qty < 35",
        by_delete: Some(Decides { holds: &["2|new|20", "3|ünï|30"], counts: (Some(2), 2), says: KEPT_OUT }),
        incremental: Decides { holds: &["1|old|10", "2|new|20", "3|ünï|30"], counts: (Some(1), 2), says: KEPT_OUT },
        append: Decides {
            holds: &["1|old|10", "2|old|20", "2|new|20", "3|ünï|30"],
            counts: (Some(0), 2),
            says: KEPT_OUT,
        },
        ..VIEW_PG
    },
    Case {
        what: "a view of some rows only, WITH CHECK OPTION",
        make: "CREATE TABLE t_base (id integer, item varchar(9), qty integer);
               CREATE VIEW t AS SELECT id, item, qty FROM t_base WHERE qty < 35 WITH CHECK OPTION",
        by_delete: Some(Refused("new row violates check option for view \"t\"")),
        incremental: Refused("new row violates check option for view \"t\""),
        append: Refused("new row violates check option for view \"t\""),
        ..VIEW_PG
    },
    Case {
        what: "a view that shows one module's share of a table: the other rows stay",
        make: "CREATE TABLE t_base (id integer, item varchar(9), qty integer, shop text DEFAULT 'ours');
               CREATE VIEW t AS SELECT id, item, qty FROM t_base WHERE shop = 'ours'",
        then: "INSERT INTO t_base VALUES (2, 'theirs', 1, 'theirs')",
        also: Some(("SELECT * FROM t_base WHERE shop = 'theirs'", ["2|theirs|1|theirs"; 4])),
        ..VIEW_PG
    },
    Case {
        what: "a view that can't be written to",
        make: "CREATE TABLE t_base (id integer, item varchar(9), qty integer);
               CREATE VIEW t AS SELECT id, max(item) AS item, sum(qty)::integer AS qty FROM t_base GROUP BY id",
        by_delete: Some(Refused("cannot delete from view \"t\"")),
        incremental: Refused("cannot delete from view \"t\""),
        append: Refused("cannot insert into view \"t\""),
        ..VIEW_PG
    },
    Case { what: "a view that can't be written to", ..VIEW_LITE }.refused("cannot modify t because it is a view"),
    Case {
        what: "a view of a table from which a deletion cascades",
        make: "CREATE TABLE t_base (id integer PRIMARY KEY, item varchar(9), qty integer);
               CREATE VIEW t_between AS SELECT * FROM t_base; CREATE VIEW t AS SELECT id, item, qty FROM t_between;
               CREATE TABLE other (id integer REFERENCES t_base ON DELETE CASCADE)",
        then: "INSERT INTO other VALUES (2)",
        fresh: true,
        by_delete: Some(Refused("deleting from t would reach other")),
        incremental: Refused("deleting from t would reach other"),
        ..VIEW_PG
    },
    Case {
        what: "a view with rules",
        then: "CREATE RULE i AS ON INSERT TO t DO INSTEAD INSERT INTO t_base VALUES (NEW.id, NEW.item, NEW.qty);
               CREATE RULE d AS ON DELETE TO t DO INSTEAD DELETE FROM t_base WHERE id = OLD.id",
        ..VIEW_PG
    },
    Case {
        what: "a rule that does something besides an INSERT",
        on: Postgres,
        make: "CREATE TABLE t (id integer, item varchar(9), qty integer); CREATE TABLE audit (id integer)",
        then: "CREATE RULE x AS ON INSERT TO t DO ALSO INSERT INTO audit VALUES (NEW.id)",
        also: Some(("SELECT count(*) FROM audit", ["3"; 4])),
        ..PLAIN
    },
    Case {
        what: "a rule that puts some rows elsewhere",
        on: Postgres,
        make: "CREATE TABLE t (id integer, item varchar(9), qty integer); CREATE TABLE audit (id integer)",
        then: "CREATE RULE x AS ON INSERT TO t WHERE NEW.qty = 30 DO INSTEAD INSERT INTO audit VALUES (NEW.id)",
        full: Decides { holds: &["2|new|20", "4|NULL|40"], counts: (None, 2), says: KEPT_OUT },
        by_delete: Some(Decides { holds: &["2|new|20", "4|NULL|40"], counts: (Some(2), 2), says: KEPT_OUT }),
        incremental: Decides { holds: &["1|old|10", "2|new|20", "4|NULL|40"], counts: (Some(1), 2), says: KEPT_OUT },
        append: Decides {
            holds: &["1|old|10", "2|old|20", "2|new|20", "4|NULL|40"],
            counts: (Some(0), 2),
            says: KEPT_OUT,
        },
        ..PLAIN
    },
    Case {
        what: "a rule by which an INSERT does nothing",
        on: Postgres,
        then: "CREATE RULE x AS ON INSERT TO t DO INSTEAD NOTHING",
        full: Refused("pipekit: none of the 3 staged rows came in"),
        incremental: Decides {
            holds: &["1|old|10"],
            counts: (Some(1), 0),
            says: "3 rows were staged and 0 came into t",
        },
        append: Decides {
            holds: &["1|old|10", "2|old|20"],
            counts: (Some(0), 0),
            says: "3 rows were staged and 0 came into t",
        },
        ..PLAIN
    },
    Case {
        what: "a rule by which a DELETE does nothing",
        on: Postgres,
        then: "CREATE RULE x AS ON DELETE TO t DO INSTEAD NOTHING",
        by_delete: Some(Refused("pipekit: rows that were to be deleted are still there")),
        incremental: Refused("pipekit: rows that were to be deleted are still there"),
        ..PLAIN
    },
];
