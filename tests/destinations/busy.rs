//! Others at work on the destination: readers, writers, maintenance. A load waits for no longer than it is told to.

use super::case::{Case, Expect::*, On::*, PLAIN};

const LOCKED: &str = "canceling statement due to lock timeout";

/// On PostgreSQL, with a login that waits 300 ms for a lock, and not the merge's own 30 s.
const WAITS: Case = Case { on: Postgres, url: "options=-c%20lock_timeout=300ms", ..PLAIN };

/// Others have the table locked in a way that no writer gets in.
const KEEPS_OUT: Case = Case { full: Refused(LOCKED), incremental: Refused(LOCKED), ..WAITS };

const WAITS_LITE: Case = Case { on: Sqlite, url: "busy_timeout=300", ..PLAIN };

pub const CASES: &[Case] = &[
    Case {
        what: "a REPEATABLE READ reader (a pg_dump), open during the merge",
        held: "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM t",
        full: Refused(LOCKED),
        by_delete: Some(Model),
        ..WAITS
    },
    Case {
        what: "a reader whose transaction stays open for longer than a load waits",
        held: "BEGIN; SELECT count(*) FROM t",
        full: Refused("--full-by delete"),
        by_delete: Some(Model),
        ..WAITS
    },
    Case {
        what: "a writer with a row that is not committed",
        held: "BEGIN; INSERT INTO t VALUES (9, 'x', 9)",
        ..KEEPS_OUT
    },
    Case {
        what: "a writer with a row of the same key that is not committed",
        make: "CREATE TABLE t (id integer PRIMARY KEY, item varchar(9), qty integer)",
        held: "BEGIN; INSERT INTO t VALUES (3, 'x', 9)",
        fresh: true,
        ..KEEPS_OUT
    }
    .refused(LOCKED),
    Case {
        what: "a row that somebody has locked",
        held: "BEGIN; SELECT * FROM t WHERE id = 2 FOR UPDATE",
        ..KEEPS_OUT
    },
    Case {
        what: "maintenance that lets others write (VACUUM, CREATE INDEX CONCURRENTLY)",
        held: "BEGIN; LOCK TABLE t IN SHARE UPDATE EXCLUSIVE MODE",
        ..KEEPS_OUT
    },
    Case {
        what: "an ALTER TABLE that is not committed",
        held: "BEGIN; ALTER TABLE t ADD COLUMN more text",
        ..KEEPS_OUT
    }
    .refused(LOCKED),
    Case {
        what: "somebody looks at the staging table, in a transaction that stays open",
        make: "CREATE TABLE t (id integer, item varchar(9), qty integer);
               CREATE SCHEMA pipekit_staging; CREATE TABLE pipekit_staging.{module} (id integer)",
        held: "BEGIN; SELECT count(*) FROM pipekit_staging.{module}",
        ..WAITS
    }
    .refused(LOCKED),
    Case { what: "a reader of the file, with a rollback journal", held: "BEGIN; SELECT count(*) FROM t", ..WAITS_LITE }
        .refused("database is locked"),
    Case {
        what: "a reader of the file, with a write-ahead log",
        make: "PRAGMA journal_mode = wal; CREATE TABLE t (id INTEGER, item TEXT, qty INTEGER)",
        held: "BEGIN; SELECT count(*) FROM t",
        ..WAITS_LITE
    },
    Case { what: "a writer of the file", held: "BEGIN IMMEDIATE", ..WAITS_LITE }.refused("database is locked"),
    Case {
        what: "a writer of the file, with a write-ahead log",
        make: "PRAGMA journal_mode = wal; CREATE TABLE t (id INTEGER, item TEXT, qty INTEGER)",
        held: "BEGIN IMMEDIATE",
        ..WAITS_LITE
    }
    .refused("database is locked"),
];
