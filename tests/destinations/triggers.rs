//! Triggers: what a load sets off, and what they make of it.

use super::case::{Case, Expect::*, On::*, PLAIN};

/// A table of what triggers did, beside the destination.
const WITH_AUDIT: &str =
    "CREATE TABLE t (id INTEGER, item VARCHAR(9), qty INTEGER); CREATE TABLE audit (op VARCHAR(9), id INTEGER)";
const AUDIT: &str = "SELECT op, count(*) FROM audit GROUP BY op ORDER BY op";

/// Makes `does()`, a trigger function with this body.
macro_rules! function {
    ($body:literal) => {
        concat!("CREATE FUNCTION does() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ", $body, " END $$; ")
    };
}

/// Three came and the one with 30 did not get in.
const ONE_LESS: Case = Case {
    full: Decides { holds: &["2|new|20", "4|NULL|40"], counts: (Some(2), 2), says: KEPT_OUT },
    incremental: Decides { holds: &["1|old|10", "2|new|20", "4|NULL|40"], counts: (Some(1), 2), says: KEPT_OUT },
    append: Decides { holds: &["1|old|10", "2|old|20", "2|new|20", "4|NULL|40"], counts: (Some(0), 2), says: KEPT_OUT },
    ..PLAIN
};
const KEPT_OUT: &str = "3 rows were staged and 2 came into t";
const STILL_THERE: &str = "pipekit: rows that were to be deleted are still there";

/// The same on PostgreSQL, where a TRUNCATE has no count.
const ONE_LESS_PG: Case = Case {
    on: Postgres,
    full: Decides { holds: &["2|new|20", "4|NULL|40"], counts: (None, 2), says: KEPT_OUT },
    by_delete: Some(ONE_LESS.full),
    ..ONE_LESS
};

/// A deletion that comes to nothing is an error, as the rows would be there twice.
const NOT_DELETED_PG: Case =
    Case { on: Postgres, by_delete: Some(Refused(STILL_THERE)), incremental: Refused(STILL_THERE), ..PLAIN };

const NOT_DELETED_LITE: Case = Case {
    on: Sqlite,
    full: Refused("pipekit_rows_that_were_to_be_deleted_are_still_there"),
    incremental: Refused("pipekit_rows_that_were_to_be_deleted_are_still_there"),
    ..PLAIN
};

pub const CASES: &[Case] = &[
    Case {
        what: "an AFTER row trigger that writes into another table",
        on: Postgres,
        make: WITH_AUDIT,
        then: concat!(
            function!("INSERT INTO audit VALUES (TG_OP, coalesce(NEW.id, OLD.id)); RETURN NULL;"),
            "CREATE TRIGGER x AFTER INSERT OR DELETE ON t FOR EACH ROW EXECUTE FUNCTION does()"
        ),
        also: Some((AUDIT, ["INSERT|3", "DELETE|2; INSERT|3", "DELETE|1; INSERT|3", "INSERT|3"])),
        ..PLAIN
    },
    Case {
        what: "an AFTER row trigger that writes into another table",
        on: Sqlite,
        make: WITH_AUDIT,
        then: "CREATE TRIGGER i AFTER INSERT ON t BEGIN INSERT INTO audit VALUES ('INSERT', NEW.id); END;
               CREATE TRIGGER d AFTER DELETE ON t BEGIN INSERT INTO audit VALUES ('DELETE', OLD.id); END",
        also: Some((AUDIT, ["", "DELETE|2; INSERT|3", "DELETE|1; INSERT|3", "INSERT|3"])),
        ..PLAIN
    },
    Case {
        what: "statement triggers before and after, with transition tables",
        on: Postgres,
        make: WITH_AUDIT,
        then: concat!(
            function!("INSERT INTO audit SELECT 'came', id FROM news; RETURN NULL;"),
            "CREATE FUNCTION went() RETURNS trigger LANGUAGE plpgsql AS
               $$ BEGIN INSERT INTO audit VALUES (TG_OP); RETURN NULL; END $$;
             CREATE TRIGGER x AFTER INSERT ON t REFERENCING NEW TABLE AS news FOR EACH STATEMENT EXECUTE FUNCTION does();
             CREATE TRIGGER y BEFORE DELETE OR TRUNCATE ON t FOR EACH STATEMENT EXECUTE FUNCTION went()"
        ),
        also: Some((AUDIT, ["TRUNCATE|1; came|3", "DELETE|1; came|3", "DELETE|1; came|3", "came|3"])),
        ..PLAIN
    },
    Case {
        what: "a BEFORE row trigger that changes the rows",
        on: Postgres,
        then: concat!(
            function!("NEW.item := NEW.item || '!'; RETURN NEW;"),
            "CREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION does()"
        ),
        new: &["2|new!|20", "3|ünï!|30", "4|NULL|40"],
        ..PLAIN
    },
    Case {
        what: "an AFTER row trigger that changes the rows",
        on: Sqlite,
        then: "CREATE TRIGGER x AFTER INSERT ON t BEGIN UPDATE t SET item = item || '!' WHERE rowid = NEW.rowid; END",
        new: &["2|new!|20", "3|ünï!|30", "4|NULL|40"],
        ..PLAIN
    },
    Case {
        what: "a BEFORE row trigger that keeps a row out",
        then: concat!(
            function!("IF NEW.qty = 30 THEN RETURN NULL; END IF; RETURN NEW;"),
            "CREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION does()"
        ),
        ..ONE_LESS_PG
    },
    Case {
        what: "a BEFORE row trigger that keeps a row out, by RAISE(IGNORE)",
        on: Sqlite,
        then: "CREATE TRIGGER x BEFORE INSERT ON t WHEN NEW.qty = 30 BEGIN SELECT RAISE(IGNORE); END",
        ..ONE_LESS
    },
    Case {
        what: "a BEFORE row trigger that keeps every row out: a full load would leave nothing",
        on: Postgres,
        then: concat!(
            function!("RETURN NULL;"),
            "CREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION does()"
        ),
        full: Refused("pipekit: none of the 3 staged rows came in"),
        incremental: Decides { holds: &["1|old|10"], counts: (Some(1), 0), says: "3 rows were staged and 0 came into t" },
        append: Decides {
            holds: &["1|old|10", "2|old|20"],
            counts: (Some(0), 0),
            says: "3 rows were staged and 0 came into t",
        },
        ..PLAIN
    },
    Case {
        what: "a BEFORE row trigger that keeps every row out: a full load would leave nothing",
        on: Sqlite,
        then: "CREATE TRIGGER x BEFORE INSERT ON t BEGIN SELECT RAISE(IGNORE); END",
        full: Refused("pipekit_none_of_the_staged_rows_came_in"),
        incremental: Decides { holds: &["1|old|10"], counts: (Some(1), 0), says: "3 rows were staged and 0 came into t" },
        append: Decides {
            holds: &["1|old|10", "2|old|20"],
            counts: (Some(0), 0),
            says: "3 rows were staged and 0 came into t",
        },
        ..PLAIN
    },
    Case {
        what: "a BEFORE row trigger that puts the rows into child tables, as before there were partitions",
        on: Postgres,
        make: "CREATE TABLE t (id integer, item varchar(9), qty integer); CREATE TABLE t_child () INHERITS (t)",
        then: concat!(
            function!("INSERT INTO t_child VALUES (NEW.*); RETURN NULL;"),
            "CREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION does()"
        ),
        cascades: true,
        full: Refused("t can't be truncated: t_child refers to it (it inherits from t)"),
        by_delete: Some(Decides { holds: PLAIN.new, counts: (Some(2), 0), says: "3 rows were staged and 0 came into t" }),
        incremental: Decides {
            holds: &["1|old|10", "2|new|20", "3|ünï|30", "4|NULL|40"],
            counts: (Some(1), 0),
            says: "3 rows were staged and 0 came into t",
        },
        append: Decides {
            holds: &["1|old|10", "2|old|20", "2|new|20", "3|ünï|30", "4|NULL|40"],
            counts: (Some(0), 0),
            says: "3 rows were staged and 0 came into t",
        },
        ..PLAIN
    },
    Case {
        what: "a BEFORE row trigger that keeps rows from being deleted",
        then: concat!(
            function!("RETURN NULL;"),
            "CREATE TRIGGER x BEFORE DELETE ON t FOR EACH ROW EXECUTE FUNCTION does()"
        ),
        ..NOT_DELETED_PG
    },
    Case {
        what: "a BEFORE row trigger that keeps rows from being deleted",
        then: "CREATE TRIGGER x BEFORE DELETE ON t BEGIN SELECT RAISE(IGNORE); END",
        ..NOT_DELETED_LITE
    },
    Case {
        what: "a trigger that marks rows as deleted instead of deleting them",
        make: "CREATE TABLE t (id integer, item varchar(9), qty integer, gone boolean DEFAULT false)",
        columns: &["id", "item", "qty"],
        then: concat!(
            function!("UPDATE t SET gone = true WHERE id = OLD.id; RETURN NULL;"),
            "CREATE TRIGGER x BEFORE DELETE ON t FOR EACH ROW EXECUTE FUNCTION does()"
        ),
        ..NOT_DELETED_PG
    },
    Case {
        what: "a trigger on a partition that keeps rows from being deleted",
        make: "CREATE TABLE t (id integer, item varchar(9), qty integer) PARTITION BY RANGE (qty);
               CREATE TABLE t_low PARTITION OF t FOR VALUES FROM (0) TO (25);
               CREATE TABLE t_high PARTITION OF t DEFAULT",
        then: concat!(
            function!("RETURN NULL;"),
            "CREATE TRIGGER x BEFORE DELETE ON t_low FOR EACH ROW EXECUTE FUNCTION does()"
        ),
        ..NOT_DELETED_PG
    },
    Case {
        what: "a trigger that raises an error",
        on: Postgres,
        then: concat!(
            function!("IF NEW.qty = 40 THEN RAISE 'no forties'; END IF; RETURN NEW;"),
            "CREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION does()"
        ),
        ..PLAIN
    }
    .refused("no forties"),
    Case {
        what: "a trigger that raises an error, by ABORT",
        on: Sqlite,
        then: "CREATE TRIGGER x BEFORE INSERT ON t WHEN NEW.qty = 40 BEGIN SELECT RAISE(ABORT, 'no forties'); END",
        ..PLAIN
    }
    .refused("no forties"),
    Case {
        what: "a trigger that raises an error, by FAIL, which keeps the rows before it",
        on: Sqlite,
        then: "CREATE TRIGGER x BEFORE INSERT ON t WHEN NEW.qty = 40 BEGIN SELECT RAISE(FAIL, 'no forties'); END",
        ..PLAIN
    }
    .refused("no forties"),
    Case {
        what: "a trigger that raises an error, by ROLLBACK, which ends the transaction",
        on: Sqlite,
        then: "CREATE TRIGGER x BEFORE INSERT ON t WHEN NEW.qty = 40 BEGIN SELECT RAISE(ROLLBACK, 'no forties'); END",
        ..PLAIN
    }
    .refused("no forties"),
    Case {
        what: "a trigger that reads a table which is gone",
        on: Sqlite,
        then: "CREATE TRIGGER x AFTER INSERT ON t BEGIN INSERT INTO gone VALUES (NEW.id); END",
        ..PLAIN
    }
    .refused("no such table: main.gone"),
    Case {
        what: "a trigger that calls a function of somebody's application",
        on: Sqlite,
        then: "CREATE TRIGGER x AFTER INSERT ON t BEGIN SELECT app_notify(NEW.id); END",
        ..PLAIN
    }
    .refused("no such function: app_notify"),
    Case {
        what: "a constraint trigger that raises an error at the commit",
        on: Postgres,
        then: concat!(
            function!("IF NEW.qty = 40 THEN RAISE 'no forties'; END IF; RETURN NULL;"),
            "CREATE CONSTRAINT TRIGGER x AFTER INSERT ON t DEFERRABLE INITIALLY DEFERRED
               FOR EACH ROW EXECUTE FUNCTION does()"
        ),
        ..PLAIN
    }
    .refused("no forties"),
    Case {
        what: "a TRUNCATE trigger that raises an error",
        on: Postgres,
        then: concat!(
            function!("RAISE 'never truncate';"),
            "CREATE TRIGGER x BEFORE TRUNCATE ON t FOR EACH STATEMENT EXECUTE FUNCTION does()"
        ),
        full: Refused("never truncate"),
        by_delete: Some(Model),
        ..PLAIN
    },
    Case {
        what: "a trigger that is disabled, and one for replicas only",
        on: Postgres,
        then: concat!(
            function!("RAISE 'never';"),
            "CREATE TRIGGER x BEFORE INSERT OR DELETE ON t FOR EACH ROW EXECUTE FUNCTION does();
             CREATE TRIGGER y BEFORE INSERT OR DELETE ON t FOR EACH ROW EXECUTE FUNCTION does();
             ALTER TABLE t DISABLE TRIGGER x; ALTER TABLE t ENABLE REPLICA TRIGGER y"
        ),
        ..PLAIN
    },
    Case {
        what: "a trigger that adds rows to the same table: those are counted as no load's",
        on: Postgres,
        then: concat!(
            function!("INSERT INTO t VALUES (NEW.id, 'more', 0); RETURN NULL;"),
            "CREATE TRIGGER x AFTER INSERT ON t FOR EACH ROW WHEN (NEW.qty = 40) EXECUTE FUNCTION does()"
        ),
        full: Decides { holds: &["2|new|20", "3|ünï|30", "4|NULL|40", "4|more|0"], counts: (None, 3), says: "" },
        by_delete: Some(Decides {
            holds: &["2|new|20", "3|ünï|30", "4|NULL|40", "4|more|0"],
            counts: (Some(2), 3),
            says: "",
        }),
        incremental: Decides {
            holds: &["1|old|10", "2|new|20", "3|ünï|30", "4|NULL|40", "4|more|0"],
            counts: (Some(1), 3),
            says: "",
        },
        append: Decides {
            holds: &["1|old|10", "2|old|20", "2|new|20", "3|ünï|30", "4|NULL|40", "4|more|0"],
            counts: (Some(0), 3),
            says: "",
        },
        ..PLAIN
    },
    Case {
        what: "a trigger that adds rows to the same table, with recursive_triggers",
        on: Sqlite,
        url: "recursive_triggers=on",
        then: "CREATE TRIGGER x AFTER INSERT ON t WHEN NEW.qty > 30 BEGIN
                 INSERT INTO t VALUES (NEW.id, 'more', NEW.qty - 10);
               END",
        full: Decides { holds: &["2|new|20", "3|ünï|30", "4|NULL|40", "4|more|30"], counts: (Some(2), 3), says: "" },
        incremental: Decides {
            holds: &["1|old|10", "2|new|20", "3|ünï|30", "4|NULL|40", "4|more|30"],
            counts: (Some(1), 3),
            says: "",
        },
        append: Decides {
            holds: &["1|old|10", "2|old|20", "2|new|20", "3|ünï|30", "4|NULL|40", "4|more|30"],
            counts: (Some(0), 3),
            says: "",
        },
        ..PLAIN
    },
    Case {
        what: "a trigger that removes the older row of the same number",
        on: Postgres,
        then: concat!(
            function!("DELETE FROM t WHERE id = NEW.id; RETURN NEW;"),
            "CREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION does()"
        ),
        append: Decides { holds: &["1|old|10", "2|new|20", "3|ünï|30", "4|NULL|40"], counts: (Some(0), 3), says: "" },
        ..PLAIN
    },
    Case {
        what: "a trigger that removes the older row of the same number",
        on: Sqlite,
        then: "CREATE TRIGGER x BEFORE INSERT ON t BEGIN DELETE FROM t WHERE id = NEW.id; END",
        append: Decides { holds: &["1|old|10", "2|new|20", "3|ünï|30", "4|NULL|40"], counts: (Some(0), 3), says: "" },
        ..PLAIN
    },
    Case {
        what: "a trigger that changes the search path, to a schema with a table of the same name",
        on: Postgres,
        make: "CREATE TABLE t (id integer, item varchar(9), qty integer);
               CREATE SCHEMA trap; CREATE TABLE trap.t (id integer, item varchar(9), qty integer)",
        then: concat!(
            function!("PERFORM set_config('search_path', 'trap', true); RETURN NULL;"),
            "CREATE TRIGGER x BEFORE DELETE OR TRUNCATE ON t FOR EACH STATEMENT EXECUTE FUNCTION does()"
        ),
        look: "SELECT id, item, qty FROM public.t",
        also: Some(("SELECT count(*) FROM trap.t", ["0"; 4])),
        ..PLAIN
    },
];
