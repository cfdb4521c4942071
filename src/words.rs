//! Numbers, sizes and times in the words that people are told them in.

/// A count with separators: `336,776`.
pub fn count(n: impl TryInto<i64>) -> String {
    let n = n.try_into().unwrap_or(i64::MAX);
    let digits = n.unsigned_abs().to_string();
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    if n < 0 { format!("-{out}") } else { out }
}

/// So many of something: `1 row`, `336,776 rows`.
pub fn counted(n: impl TryInto<i64>, one: &str) -> String {
    let n = n.try_into().unwrap_or(i64::MAX);
    format!("{} {one}{}", count(n), if n == 1 { "" } else { "s" })
}

/// A size for people.
pub fn size(bytes: u64) -> String {
    match bytes {
        0..1_000_000 => format!("{} kB", bytes.div_ceil(1000)),
        1_000_000..1_000_000_000 => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
        _ => format!("{}.{} GB", bytes / 1_000_000_000, bytes % 1_000_000_000 / 100_000_000),
    }
}

/// A length of time: `12ms`, `3.2s`, `4m05s`, `2h03m`.
pub fn duration(ms: i64) -> String {
    match ms {
        ..1_000 => format!("{ms}ms"),
        1_000..60_000 => format!("{:.1}s", ms as f64 / 1000.0),
        60_000..3_600_000 => format!("{}m{:02}s", ms / 60_000, ms / 1000 % 60),
        _ => format!("{}h{:02}m", ms / 3_600_000, ms / 60_000 % 60),
    }
}

/// The first line of a text, cut at `most` characters.
pub fn brief(text: &str, most: usize) -> String {
    let first = text.lines().next().unwrap_or_default();
    if first.chars().count() <= most { first.to_owned() } else { first.chars().take(most - 1).chain(['…']).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_times_for_people() {
        for (n, text) in [(0, "0"), (999, "999"), (1000, "1,000"), (336_776, "336,776"), (-1234, "-1,234")] {
            assert_eq!(count(n), text);
        }
        for (ms, text) in [(0, "0ms"), (999, "999ms"), (3_210, "3.2s"), (245_000, "4m05s"), (7_380_000, "2h03m")] {
            assert_eq!(duration(ms), text);
        }
        assert_eq!([0, 1, 2000].map(|n| counted(n, "row")), ["0 rows", "1 row", "2,000 rows"]);
        assert_eq!(brief("one\ntwo", 9), "one");
        assert_eq!(brief("abcdef", 4), "abc…");
    }
}
