//! Source and destination in one place, and a query that reads what it loads into.

use super::case::{Case, On::*, PLAIN};

/// The rows are the destination's own.
const OWN: Case =
    Case { same: true, query: "SELECT id, 'again', qty FROM t", new: &["1|again|10", "2|again|20"], ..PLAIN };

pub const CASES: &[Case] = &[
    Case { what: "source and destination in one database", same: true, ..PLAIN },
    Case {
        what: "source and destination in one file, with a write-ahead log",
        on: Sqlite,
        make: "PRAGMA journal_mode = wal; CREATE TABLE t (id INTEGER, item TEXT, qty INTEGER)",
        same: true,
        ..PLAIN
    },
    Case { what: "the destination is the source", ..OWN },
    Case {
        what: "the destination is the source, with a write-ahead log",
        on: Sqlite,
        make: "PRAGMA journal_mode = wal; CREATE TABLE t (id INTEGER, item TEXT, qty INTEGER)",
        ..OWN
    },
    Case {
        what: "the query reads the destination beside the source",
        same: true,
        query: "SELECT s.id, s.item, s.qty FROM s WHERE s.id = 2 AND s.id IN (SELECT id FROM t)
                UNION ALL SELECT id, item, qty FROM s WHERE id > 2",
        ..PLAIN
    },
];
