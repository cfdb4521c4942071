//! From MySQL to SQLite.

use super::{Arrivals, Refusals};

/// What arrives.
pub const ARRIVES: Arrivals = &[
    ("INTEGER", "-9223372036854775808::bigint", "-9223372036854775808"),
    ("INTEGER", "1::tinyint(1)", "1"),
    ("INTEGER", "b'1010'::bit(8)", "10"),
    ("INTEGER", "2026::year", "2026"),
    ("TEXT", "18446744073709551615::bigint unsigned", "'18446744073709551615'"),
    ("NUMERIC", "1.50::decimal(10,2)", "1.5"),
    ("TEXT", "1.50::decimal(10,2)", "'1.50'"),
    ("TEXT", "1234567890123456789.0123456789::decimal(38,10)", "'1234567890123456789.0123456789'"),
    ("REAL", "0.1::float", "0.1"),
    ("REAL", "0.1::double", "0.1"),
    ("TEXT", "'ä漢😀'::varchar(20)", "'ä漢😀'"),
    ("TEXT", "''::varchar(20)", "''"),
    ("TEXT", "'b'::enum('a','b')", "'b'"),
    ("TEXT", "'a,b'::set('a','b')", "'a,b'"),
    ("TEXT", r#"'{"a": 1}'::json"#, r#"'{"a": 1}'"#),
    ("BLOB", "x'00ff'::varbinary(10)", "x'00ff'"),
    ("BLOB", "x''::blob", "x''"),
    ("TEXT", "'2026-01-02'::date", "'2026-01-02'"),
    ("DATETIME", "'2026-01-02 03:04:05.060'::datetime(3)", "'2026-01-02 03:04:05.06'"),
    ("TIMESTAMP", "'2026-01-02 03:04:05'::timestamp NULL", "'2026-01-02 03:04:05+00'"),
    ("TEXT", "'-838:59:59'::time", "'-838:59:59'"),
    ("TEXT", "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid", "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'"),
    ("TEXT", "NULL::int", "NULL"),
];

/// What is refused.
pub const REFUSED: Refusals = &[
    (
        "INTEGER",
        "18446744073709551615::bigint unsigned",
        "18446744073709551615 does not fit INTEGER: it has 20 significant digits",
    ),
    (
        "NUMERIC",
        "1234567890.123456789::decimal(20,9)",
        "1234567890.123456789 does not fit NUMERIC: it has 19 significant digits",
    ),
    ("NUMERIC", "'007'::varchar(5)", "'007' does not fit NUMERIC: the column makes it the number 7"),
    ("TEXT", "'0000-00-00'::date", "0000-00-00 does not fit TEXT: there is no such day"),
];
