//! Text between databases of different encodings.

/// The source's encoding, the value as its SQL writes it, the destination's encoding, and what arrives, or the error.
pub type Case = (&'static str, &'static str, &'static str, Result<&'static str, &'static str>);

pub const LITE: &str = "SQLite";
pub const LITE_16: &str = "SQLite in UTF-16";
pub const PG: &str = "PostgreSQL";
pub const LATIN1: &str = "PostgreSQL in LATIN1";
pub const ASCII: &str = "PostgreSQL in SQL_ASCII";

pub const CASES: &[Case] = &[
    (LITE, "'grüße'", LATIN1, Ok("grüße")),
    (LITE, "'€'", LATIN1, Err("has no equivalent in encoding \"LATIN1\"")),
    (LITE, "'grüße 😀'", LITE_16, Ok("grüße 😀")),
    (LITE, "'grüße 😀'", ASCII, Ok("grüße 😀")),
    (LITE, "CAST(x'41ff' AS TEXT)", LITE_16, Err(r"\x41ff does not fit TEXT: it is not UTF-8")),
    (LITE, "CAST(x'41ff' AS TEXT)", ASCII, Err(r"\x41ff does not fit text: it is not UTF-8")),
    (LITE_16, "'grüße 😀 漢字'", LITE, Ok("grüße 😀 漢字")),
    (LITE_16, "'grüße 😀 漢字'", LITE_16, Ok("grüße 😀 漢字")),
    (LITE_16, "'grüße 😀 漢字'", PG, Ok("grüße 😀 漢字")),
    (LITE_16, "'a' || char(0) || 'b'", LITE, Ok("a\0b")),
    (LITE_16, "CAST(x'00d8' AS TEXT)", PG, Err(r"\xeda080 does not fit text: it is not UTF-8")),
    (PG, "'grüße 😀'", LITE_16, Ok("grüße 😀")),
    (PG, "'grüße'", LATIN1, Ok("grüße")),
    (PG, "'漢'", LATIN1, Err("has no equivalent in encoding \"LATIN1\"")),
    (PG, "'grüße'", ASCII, Ok("grüße")),
    (LATIN1, "'grüße'", PG, Ok("grüße")),
    (LATIN1, "'grüße'", LATIN1, Ok("grüße")),
    (LATIN1, "'grüße'", LITE, Ok("grüße")),
    (LATIN1, "'grüße'", LITE_16, Ok("grüße")),
    (ASCII, "'grüße'", PG, Ok("grüße")),
    (ASCII, "'grüße'", LITE, Ok("grüße")),
    (ASCII, "'grüße'", LATIN1, Ok("grüße")),
    (
        ASCII,
        r"convert_from('\xff', 'SQL_ASCII')",
        PG,
        Err("invalid byte sequence for encoding \"UTF8\": 0xff\nthe source gave 0 rows"),
    ),
    (
        ASCII,
        r"convert_from('\xff', 'SQL_ASCII')",
        LITE,
        Err("invalid byte sequence for encoding \"UTF8\": 0xff\nthe source gave 0 rows"),
    ),
];
