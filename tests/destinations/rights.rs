//! Rights: what the login may not, and what the server's settings and policies make of a load.

use super::case::{Case, Expect::*, On::*, PLAIN};

const DENIED: &str = "permission denied for table t";

/// A login that may do everything, and a policy by which it sees only some rows.
const POLICY: Case = Case {
    on: Postgres,
    then: "ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON t USING (id > 1)",
    grants: "GRANT ALL ON t TO {login}",
    full: Refused("row-level security may hide rows of t from this login"),
    incremental: Refused("row-level security may hide rows of t from this login"),
    ..PLAIN
};

pub const CASES: &[Case] = &[
    Case {
        what: "a login that may do what a load needs",
        on: Postgres,
        grants: "GRANT SELECT, INSERT, DELETE, TRUNCATE ON t TO {login}",
        ..PLAIN
    },
    Case {
        what: "a login that may not TRUNCATE",
        on: Postgres,
        grants: "GRANT SELECT, INSERT, DELETE ON t TO {login}",
        full: Refused("GRANT INSERT, TRUNCATE ON \"public\".\"t\" TO"),
        by_delete: Some(Model),
        ..PLAIN
    },
    Case {
        what: "a login that may not DELETE",
        on: Postgres,
        grants: "GRANT SELECT, INSERT, TRUNCATE ON t TO {login}",
        by_delete: Some(Refused("GRANT INSERT, DELETE ON \"public\".\"t\" TO")),
        incremental: Refused("GRANT SELECT, INSERT, DELETE ON \"public\".\"t\" TO"),
        ..PLAIN
    },
    Case { what: "a login that may not INSERT", on: Postgres, grants: "GRANT SELECT, DELETE, TRUNCATE ON t TO {login}", ..PLAIN }
        .refused("what the merge needs: GRANT "),
    Case {
        what: "a login that may INSERT only",
        on: Postgres,
        grants: "GRANT INSERT ON t TO {login}",
        full: Refused(DENIED),
        incremental: Refused(DENIED),
        ..PLAIN
    },
    Case {
        what: "a login that may not SELECT",
        on: Postgres,
        grants: "GRANT INSERT, DELETE, TRUNCATE ON t TO {login}",
        incremental: Refused(DENIED),
        ..PLAIN
    },
    Case {
        what: "a login that may write the columns that are filled",
        on: Postgres,
        make: "CREATE TABLE t (id integer, item varchar(9), qty integer, secret text DEFAULT 'x')",
        columns: &["id", "item", "qty"],
        grants: "GRANT INSERT (id, item, qty), SELECT (id), DELETE, TRUNCATE ON t TO {login}",
        ..PLAIN
    },
    Case {
        what: "a login that may not look into the schema",
        on: Postgres,
        make: "CREATE SCHEMA shop; CREATE TABLE shop.t (id integer, item varchar(9), qty integer)",
        seed: "INSERT INTO shop.t VALUES (1, 'old', 10)",
        table: "shop.t",
        grants: "GRANT ALL ON shop.t TO {login}",
        look: "SELECT * FROM shop.t",
        ..PLAIN
    }
    .refused("permission denied for schema shop"),
    Case {
        what: "a login that may not make pipekit's schema",
        on: Postgres,
        grants: "GRANT ALL ON t TO {login}; REVOKE CREATE ON DATABASE {database} FROM {login}",
        ..PLAIN
    }
    .refused("CREATE SCHEMA pipekit_staging AUTHORIZATION {login}"),
    Case {
        what: "pipekit's schema belongs to another login",
        on: Postgres,
        make: "CREATE TABLE t (id integer, item varchar(9), qty integer); CREATE SCHEMA pipekit_staging",
        grants: "GRANT ALL ON t TO {login}",
        ..PLAIN
    }
    .refused("GRANT USAGE, CREATE ON SCHEMA pipekit_staging TO {login}"),
    Case {
        what: "the staging table belongs to another login",
        on: Postgres,
        make: "CREATE TABLE t (id integer, item varchar(9), qty integer);
               CREATE SCHEMA pipekit_staging; CREATE TABLE pipekit_staging.{module} (id integer)",
        grants: "GRANT ALL ON t TO {login}; GRANT ALL ON SCHEMA pipekit_staging TO {login}",
        ..PLAIN
    }
    .refused("let its owner run: DROP TABLE IF EXISTS \"pipekit_staging\".\"{module}\""),
    Case { what: "a row-level policy that hides rows from the login", ..POLICY },
    Case {
        what: "a row-level policy that hides rows from the table's owner (FORCE)",
        grants: "ALTER TABLE t OWNER TO {login}; ALTER TABLE t FORCE ROW LEVEL SECURITY",
        ..POLICY
    },
    Case {
        what: "a row-level policy, and the login is the table's owner, whom it does not bind",
        grants: "ALTER TABLE t OWNER TO {login}",
        full: Model,
        incremental: Model,
        ..POLICY
    },
    Case {
        what: "a row-level policy, and a login with BYPASSRLS",
        grants: "GRANT ALL ON t TO {login}; ALTER ROLE {login} BYPASSRLS",
        full: Model,
        incremental: Model,
        ..POLICY
    },
    Case {
        what: "a row-level policy that a row which comes violates",
        then: "ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON t USING (id < 4)",
        append: Refused("new row violates row-level security policy for table \"t\""),
        ..POLICY
    },
    Case {
        what: "row-level security without a policy",
        then: "ALTER TABLE t ENABLE ROW LEVEL SECURITY",
        append: Refused("new row violates row-level security policy for table \"t\""),
        ..POLICY
    },
    Case {
        what: "a view of the rows that the login may have, of a table with row-level security",
        make: "CREATE TABLE t_base (id integer, item varchar(9), qty integer);
               CREATE VIEW t AS SELECT id, item, qty FROM t_base WHERE id > 1",
        seed: "INSERT INTO t_base VALUES (1, 'old', 10), (2, 'old', 20)",
        then: "ALTER TABLE t_base ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON t_base USING (false)",
        grants: "GRANT ALL ON t TO {login}",
        full: Refused("t is a view, and a view can't be truncated"),
        by_delete: Some(Model),
        incremental: Model,
        also: Some(("SELECT * FROM t_base WHERE id = 1", ["1|old|10"; 4])),
        ..POLICY
    },
    Case {
        what: "a database whose transactions only read (default_transaction_read_only)",
        on: Postgres,
        then: "ALTER DATABASE {database} SET default_transaction_read_only = on",
        undo: "SET transaction_read_only = off; ALTER DATABASE {database} RESET default_transaction_read_only",
        ..PLAIN
    }
    .refused("in a read-only transaction"),
    Case {
        what: "a file that is opened to be read only",
        on: Sqlite,
        url: "open_mode=1",
        ..PLAIN
    }
    .refused("attempt to write a readonly database"),
    Case {
        what: "a database whose transactions are SERIALIZABLE by default",
        on: Postgres,
        then: "ALTER DATABASE {database} SET default_transaction_isolation = 'serializable'",
        undo: "ALTER DATABASE {database} RESET default_transaction_isolation",
        ..PLAIN
    },
    Case {
        what: "a database with odd settings of text and time",
        on: Postgres,
        then: "ALTER DATABASE {database} SET standard_conforming_strings = off;
               ALTER DATABASE {database} SET backslash_quote = off; ALTER DATABASE {database} SET DateStyle = 'German';
               ALTER DATABASE {database} SET bytea_output = 'escape'; ALTER DATABASE {database} SET row_security = off;
               ALTER DATABASE {database} SET plpgsql.variable_conflict = 'use_variable';
               ALTER DATABASE {database} SET plpgsql.extra_errors = 'all'",
        undo: "ALTER DATABASE {database} RESET ALL",
        ..PLAIN
    },
    Case {
        what: "a limit of time on statements, and a trigger that takes longer",
        on: Postgres,
        then: "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(30); RETURN NULL; END $$;
               CREATE TRIGGER x AFTER INSERT ON t FOR EACH STATEMENT EXECUTE FUNCTION slow()",
        url: "options=-c%20statement_timeout=300ms",
        ..PLAIN
    }
    .refused("canceling statement due to statement timeout"),
    Case {
        what: "an event trigger that forbids tables to be made",
        on: Postgres,
        then: "CREATE FUNCTION frozen() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no DDL in office hours'; END $$;
               CREATE EVENT TRIGGER frozen ON ddl_command_start WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION frozen()",
        undo: "DROP EVENT TRIGGER frozen",
        ..PLAIN
    }
    .refused("no DDL in office hours"),
    Case {
        what: "an event trigger that writes down which tables are made",
        on: Postgres,
        then: "CREATE TABLE ddl (tag text);
               CREATE FUNCTION told() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO public.ddl VALUES (tg_tag); END $$;
               CREATE EVENT TRIGGER told ON ddl_command_end EXECUTE FUNCTION told()",
        undo: "DROP EVENT TRIGGER told",
        ..PLAIN
    },
];
