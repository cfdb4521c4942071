//! How far back a watermark's resolver is to look, and the expression for it.

use crate::words::counted;
use std::fmt;

/// A distance between two values of a watermark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Overlap {
    /// Between numbers.
    Units(i128),
    /// Between dates.
    Days(i128),
    /// Between times, in nanoseconds.
    Nanos(i128),
}

const SECOND: i128 = 1_000_000_000;

impl Overlap {
    /// One that is longer, and that people would write: whole minutes, hours or days where it is some of them.
    pub fn rounded(self) -> Overlap {
        match self {
            Overlap::Units(n) => Overlap::Units(n + 1),
            Overlap::Days(n) => Overlap::Days(n + 1),
            Overlap::Nanos(n) => {
                let seconds = n / SECOND + 1;
                let step = match seconds {
                    ..120 => 1,
                    120..7_200 => 60,
                    7_200..172_800 => 3_600,
                    _ => 86_400,
                };
                Overlap::Nanos((seconds + step - 1) / step * step * SECOND)
            }
        }
    }

    /// How many of which unit: `2` and `hour`.
    fn parts(self) -> (i128, &'static str) {
        match self {
            Overlap::Units(n) => (n, ""),
            Overlap::Days(n) => (n, "day"),
            Overlap::Nanos(n) => match n / SECOND {
                s if s % 86_400 == 0 && s > 0 => (s / 86_400, "day"),
                s if s % 3_600 == 0 && s > 0 => (s / 3_600, "hour"),
                s if s % 60 == 0 && s > 0 => (s / 60, "minute"),
                s => (s, "second"),
            },
        }
    }

    /// What may be that SQL, the plainest first, for a value that is `now`. A time may be a text that ends in UTC's offset,
    /// as pipekit writes moments where there is no type for them: SQLite reads it with minutes alone and drops it, MySQL
    /// does not read it.
    pub fn forms(self, kind: &str, value: &str, now: &str) -> Vec<String> {
        let mut forms = vec![self.before(kind, value)];
        if !matches!((self, kind), (Overlap::Nanos(_), "sqlite" | "mysql")) {
            return forms;
        }
        let ends = now.trim().trim_matches('\'');
        let offset = ["+00:00", "+00", "Z"].into_iter().find(|offset| ends.ends_with(offset));
        let before = self.before(kind, &format!("replace({value}, '{}', '')", offset.unwrap_or("+00")));
        forms.push(match (offset, kind) {
            // What stands around it takes the offset away.
            (None, _) => before,
            (Some(offset), "mysql") => format!("CONCAT({before}, '{offset}')"),
            (Some(offset), _) => format!("({before} || '{offset}')"),
        });
        forms
    }

    /// SQL for what lies so far before `value`, in a database of this kind.
    pub fn before(self, kind: &str, value: &str) -> String {
        let (n, unit) = self.parts();
        let upper = unit.to_uppercase();
        match (self, kind) {
            (Overlap::Units(_), _) => format!("({value} - {n})"),
            (Overlap::Days(_), "postgresql") => format!("({value} - {n})"),
            (_, "postgresql") => format!("({value} - interval '{n} {unit}{}')", if n == 1 { "" } else { "s" }),
            (Overlap::Days(_), "sqlite") => format!("date({value}, '-{n} days')"),
            (_, "sqlite") => format!("datetime({value}, '-{n} {unit}s')"),
            (_, "mysql") => format!("({value} - INTERVAL {n} {upper})"),
            (_, "db2") => format!("({value} - {n} {upper}S)"),
            (_, "sqlserver") => format!("DATEADD({unit}, -{n}, {value})"),
            (_, "h2") => format!("DATEADD('{upper}', -{n}, {value})"),
            (_, "derby") => format!("{{fn TIMESTAMPADD(SQL_TSI_{upper}, -{n}, {value})}}"),
            _ => format!("({value} - INTERVAL '{n}' {upper})"),
        }
    }
}

/// A length of time in the units that people count it in, which are hours up to two days.
fn units(nanos: i128) -> Vec<String> {
    let (mut left, mut out) = (nanos / SECOND, Vec::new());
    let days = if left < 2 * 86_400 { 0 } else { 86_400 };
    for (size, unit) in [(days, "day"), (3_600, "hour"), (60, "minute")] {
        let n = left.checked_div(size).unwrap_or_default();
        if n != 0 {
            left -= n * size;
            out.push(counted(n, unit));
        }
    }
    if nanos % SECOND != 0 {
        out.push(format!("{:.3} seconds", (left * SECOND + nanos % SECOND) as f64 / SECOND as f64));
    } else if left != 0 || out.is_empty() {
        out.push(counted(left, "second"));
    }
    out
}

impl fmt::Display for Overlap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Overlap::Nanos(n) = *self
            && self.parts().1 != "day"
        {
            return write!(f, "{}", units(n).join(" "));
        }
        match self.parts() {
            (n, "") => write!(f, "{n}"),
            (1, unit) => write!(f, "1 {unit}"),
            (n, unit) => write!(f, "{n} {unit}s"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_database_looks_back_in_its_own_words() {
        let hours = Overlap::Nanos(7_201 * SECOND).rounded();
        assert_eq!(hours.to_string(), "3 hours");
        assert_eq!(Overlap::Nanos(1).rounded().to_string(), "1 second");
        assert_eq!(Overlap::Nanos(119 * SECOND).rounded().to_string(), "2 minutes");
        assert_eq!(Overlap::Units(7).rounded().before("sqlite", "max(id)"), "(max(id) - 8)");
        for (kind, expected) in [
            ("postgresql", "(max(at) - interval '3 hours')"),
            ("sqlite", "datetime(max(at), '-3 hours')"),
            ("mysql", "(max(at) - INTERVAL 3 HOUR)"),
            ("db2", "(max(at) - 3 HOURS)"),
            ("sqlserver", "DATEADD(hour, -3, max(at))"),
            ("h2", "DATEADD('HOUR', -3, max(at))"),
            ("derby", "{fn TIMESTAMPADD(SQL_TSI_HOUR, -3, max(at))}"),
            ("generic", "(max(at) - INTERVAL '3' HOUR)"),
        ] {
            assert_eq!(hours.before(kind, "max(at)"), expected);
        }
        let text = |kind, now| hours.forms(kind, "max(at)", now).remove(1);
        assert_eq!(
            text("sqlite", "2026-01-01 10:00:00+00"),
            "(datetime(replace(max(at), '+00', ''), '-3 hours') || '+00')"
        );
        assert_eq!(text("sqlite", "2026-01-01 10:00:00"), "datetime(replace(max(at), '+00', ''), '-3 hours')");
        assert_eq!(
            text("mysql", "2026-01-01 10:00:00+00:00"),
            "CONCAT((replace(max(at), '+00:00', '') - INTERVAL 3 HOUR), '+00:00')"
        );
        assert_eq!(hours.forms("postgresql", "max(at)", "2026-01-01 10:00:00+00").len(), 1);
        assert_eq!(Overlap::Days(2).before("postgresql", "max(d)"), "(max(d) - 2)");
        assert_eq!(Overlap::Days(2).before("sqlite", "max(d)"), "date(max(d), '-2 days')");
    }
}
