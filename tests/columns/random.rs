//! Queries at random: pieces of SQL in a row, and queries of the corpus with bytes of them changed.

use super::super::support::random::Random;
use super::{corpus, properties};

/// Pieces that a query is put together of, with what is hard among them.
const PIECES: &[&str] = &[
    "SELECT ",
    "FROM ",
    "\nFROM t",
    ", ",
    ",",
    "\n, ",
    ",\n  ",
    " AS ",
    " as x",
    "a",
    "t.a",
    "\"b c\"",
    "`b`",
    "[b,c]",
    "'it''s'",
    "'a, FROM b'",
    "E'\\''",
    "$$ , $$",
    "$q$'$q$",
    "(",
    ")",
    "((a), b)",
    "(SELECT a, b FROM c)",
    "CASE WHEN a THEN b ELSE c END ",
    "CASE ",
    "END ",
    "-- x, FROM\n",
    "-- y\r\n",
    "--z",
    "/* , */",
    "/* FROM ' */",
    "/*! x */",
    "/* /* */",
    "# c\n",
    "*",
    "t.*",
    "count(*) ",
    "DISTINCT ",
    "DISTINCT ON (a, b) ",
    "TOP 5 ",
    "TOP (5) PERCENT ",
    "ALL ",
    "SQL_NO_CACHE ",
    "UNION ",
    "EXCEPT ",
    "INTO x ",
    "IS DISTINCT FROM b ",
    "EXTRACT(YEAR FROM d) ",
    "OVER (PARTITION BY a, b) ",
    "OVER w ",
    "WITH x AS (SELECT 1) ",
    "WITH UR",
    "WHERE a = '{w}' ",
    "{w}",
    "{fn f(a, b)}",
    "ORDER BY 1, 2",
    "GROUP BY a",
    "LIMIT 5",
    ";",
    ";\n",
    "::text ",
    "¬=",
    "CURRENT DATE - 1 DAY ",
    "@v ",
    "1.5e-3 ",
    "1x",
    "x = ",
    "ü",
    "\t",
    "\r\n",
    " ",
    "\n\n",
    "\u{a0}",
    "[",
    "]",
    "{",
    "}",
    "'",
    "\"",
    "`",
    "N'x' ",
    "interval '1' day ",
    "COLLATE \"C\" ",
    "FOR UPDATE ",
    "VALUES (1, 2)",
    "\\",
    "$",
    "|| ",
    "FETCH FIRST 1 ROWS ONLY ",
];

fn made(random: &mut Random, seeds: &[corpus::Case]) -> (&'static str, String) {
    if random.once_in(3) {
        let mut sql = "SELECT ".to_owned();
        for _ in 0..random.below(24) {
            let piece: &&str = random.one_of(PIECES);
            sql.push_str(piece);
        }
        return (*random.one_of(properties::KINDS), sql);
    }
    let case = random.one_of(seeds);
    let mut sql: Vec<char> = case.sql.chars().collect();
    for _ in 0..=random.below(4) {
        let at = random.below(sql.len() + 1);
        match random.below(4) {
            0 if at < sql.len() => drop(sql.remove(at)),
            1 => {
                let end = (at + random.below(12)).min(sql.len());
                let part: Vec<char> = sql[at..end].to_vec();
                let to = random.below(sql.len() + 1);
                sql.splice(to..to, part);
            }
            _ => drop(sql.splice(at..at, (*random.one_of(PIECES)).chars())),
        }
    }
    let kind = if random.once_in(4) { *random.one_of(properties::KINDS) } else { case.kind };
    (kind, sql.into_iter().collect())
}

fn try_out(random: &mut Random, seeds: &[corpus::Case]) -> bool {
    let (kind, sql) = made(random, seeds);
    let held = std::panic::catch_unwind(|| properties::hold(kind, &sql));
    held.unwrap_or_else(|_| panic!("{kind}: {sql:?}")).is_some()
}

#[test]
fn queries_at_random_come_back_and_take_every_edit() {
    let seed = Random::seed();
    println!("seed {seed}");
    let (mut random, seeds) = (Random(seed), corpus::all());
    let read = (0..1500).filter(|_| try_out(&mut random, &seeds)).count();
    assert!(read > 375, "only {read} were read, seed {seed}");
}
