//! From SQLite to SQLite. What arrives is shown as SQLite quotes it.

use super::{Arrivals, Big, Refusals};

pub const ARRIVES: Arrivals = &[
    ("INTEGER", "9223372036854775807", "9223372036854775807"),
    ("INTEGER", "-9223372036854775808", "-9223372036854775808"),
    ("TEXT", "9223372036854775807", "'9223372036854775807'"),
    ("REAL", "9007199254740992", "9007199254740992.0"),
    ("REAL", "0.1", "0.1"),
    ("REAL", "4.9e-324", "5e-324"),
    ("REAL", "9e999", "inf"),
    ("REAL", "-9e999", "-inf"),
    ("TEXT", "9e999", "'Inf'"),
    ("INTEGER", "1e18", "1000000000000000000"),
    ("INTEGER", "1e300", "1e300"),
    ("", "-0.0", "-0.0"),
    ("TEXT", "-0.0", "'-0.0'"),
    ("REAL", "-0.0", "0.0"),
    ("INTEGER", "-0.0", "0"),
    ("", "1.0", "1.0"),
    ("BLOB", "1", "1"),
    ("TEXT", "1.0", "'1.0'"),
    ("TEXT", "1e15", "'1.0e+15'"),
    ("TEXT", "0.30000000000000004", "'0.30000000000000004'"),
    ("INTEGER", "2.5", "2.5"),
    ("INTEGER", "2.0", "2"),
    ("NUMERIC", "2.0", "2"),
    ("INTEGER", "'abc'", "'abc'"),
    ("INTEGER", "'7'", "7"),
    ("REAL", "'7'", "7.0"),
    ("REAL", "'7.0'", "7.0"),
    ("NUMERIC", "'1.5'", "1.5"),
    ("NUMERIC", "'0x10'", "'0x10'"),
    ("NUMERIC", "'12,5'", "'12,5'"),
    ("TEXT", "'007'", "'007'"),
    ("", "'007'", "'007'"),
    ("DATE", "'2026-01-02'", "'2026-01-02'"),
    ("DATETIME", "'2026-01-02 03:04:05.1234567'", "'2026-01-02 03:04:05.1234567'"),
    ("DATETIME", "1700000000", "1700000000"),
    ("DATETIME", "2460000.5", "2460000.5"),
    ("BOOLEAN", "'true'", "'true'"),
    ("BOOLEAN", "2", "2"),
    ("TEXT", "''", "''"),
    ("INTEGER", "''", "''"),
    ("TEXT", "NULL", "NULL"),
    ("TEXT", "x'00ff'", "x'00ff'"),
    ("INTEGER", "x''", "x''"),
    ("INTEGER", "x'37'", "x'37'"),
    ("TEXT", "'a' || char(0) || 'b'", "'a\0b'"),
    ("TEXT", "'😀' || char(10, 9, 13) || '\\.'", "'😀\n\t\r\\.'"),
    ("TEXT", "'e' || char(769, 65279, 65535, 1114111)", "'e\u{301}\u{feff}\u{ffff}\u{10ffff}'"),
    ("TEXT", "hex(CAST(CAST(x'41ff' AS TEXT) AS BLOB))", "'41FF'"),
];

pub const REFUSED: Refusals = &[
    ("INTEGER", "'007'", "'007' does not fit INTEGER: the column makes it the number 7"),
    ("INTEGER", "' 7'", "' 7' does not fit INTEGER: the column makes it the number 7"),
    ("INTEGER", "'9223372036854775808'", "'9223372036854775808' does not fit INTEGER: the column makes it the number"),
    ("NUMERIC", "'1.50'", "'1.50' does not fit NUMERIC: the column makes it the number 1.5"),
    ("NUMERIC", "'1e3'", "'1e3' does not fit NUMERIC: the column makes it the number 1000"),
    ("REAL", "'-0'", "'-0' does not fit REAL: the column makes it the number 0"),
    ("REAL", "9007199254740993", "9007199254740993 does not fit REAL: the column makes it a double"),
    ("REAL", "'1e400'", "'1e400' does not fit REAL: the column makes it the number Inf"),
    ("INTEGER", "CAST(x'37ff' AS TEXT)", r"\x37ff does not fit INTEGER: it is not UTF-8"),
    ("TEXT NOT NULL DEFAULT 'x'", "NULL", "NOT NULL constraint failed: t.v; the row has v = NULL"),
    ("TEXT CHECK (v <> 'bad')", "'bad'", "CHECK constraint failed: v <> 'bad'; the row has id = 701, v = 'bad'"),
];

/// In a STRICT table.
pub const STRICT: Arrivals = &[
    ("ANY", "'007'", "'007'"),
    ("ANY", "x'00'", "x'00'"),
    ("TEXT", "'007'", "'007'"),
    ("TEXT", "1.5", "'1.5'"),
    ("REAL", "7", "7.0"),
    ("INTEGER", "7.0", "7"),
    ("INT", "'7'", "7"),
    ("BLOB", "x'00'", "x'00'"),
];

pub const STRICT_REFUSED: Refusals = &[
    ("BLOB", "'text'", "cannot store TEXT value in BLOB column"),
    ("TEXT", "x'00'", "cannot store BLOB value in TEXT column"),
    ("INTEGER", "1.5", "cannot store REAL value in INTEGER column"),
    ("INTEGER", "'007'", "'007' does not fit INTEGER: the column makes it the number 7"),
];

pub const BIG: Big = &[
    (
        "TEXT",
        "replace(hex(zeroblob(25000000)), '0', 'ä')",
        "length(CAST(v AS BLOB)) = 100000000 AND v = replace(hex(zeroblob(25000000)), '0', 'ä')",
    ),
    ("BLOB", "zeroblob(100000000)", "v = zeroblob(100000000)"),
];
