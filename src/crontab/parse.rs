//! From text to the sets of the fields, or to what is wrong with it.

use super::Crontab;
use cron::{Schedule, TimeUnitSpec};
use jiff::civil::Date;

/// A field of an expression: crontab(5)'s table.
struct Field {
    name: &'static str,
    first: u32,
    last: u32,
    /// Where its numbers have names, those from `first` on.
    names: &'static [&'static str],
}

const MONTHS: &[&str] = &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const WEEKDAYS: &[&str] = &["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

const FIELDS: [Field; 5] = [
    Field { name: "minute", first: 0, last: 59, names: &[] },
    Field { name: "hour", first: 0, last: 23, names: &[] },
    Field { name: "day of month", first: 1, last: 31, names: &[] },
    Field { name: "month", first: 1, last: 12, names: MONTHS },
    // Sunday is 0 and 7.
    Field { name: WEEKDAY, first: 0, last: 7, names: WEEKDAYS },
];

const WEEKDAY: &str = "day of week";

/// The names that stand for five fields.
const NICKNAMES: [(&str, &str); 7] = [
    ("@hourly", "0 * * * *"),
    ("@daily", "0 0 * * *"),
    ("@midnight", "0 0 * * *"),
    ("@weekly", "0 0 * * 0"),
    ("@monthly", "0 0 1 * *"),
    ("@yearly", "0 0 1 1 *"),
    ("@annually", "0 0 1 1 *"),
];

/// A range of a field's numbers, each `step`th of it.
struct Range {
    first: u32,
    last: u32,
    step: u32,
}

/// Reads an expression.
pub(super) fn crontab(text: &str) -> Result<Crontab, String> {
    let text = text.trim();
    if let Some((_, fields)) = NICKNAMES.iter().find(|(name, _)| *name == text) {
        return crontab(fields);
    }
    if text.starts_with('@') {
        return Err(nickname(text));
    }
    let texts: Vec<&str> = text.split([' ', '\t']).filter(|field| !field.is_empty()).collect();
    let Ok(texts) = <[&str; 5]>::try_from(texts.as_slice()) else { return Err(not_five(&texts)) };
    let mut ranges = Vec::new();
    for (field, text) in FIELDS.iter().zip(texts) {
        ranges.push(text.split(',').map(|piece| range(field, piece, text)).collect::<Result<Vec<_>, _>>()?);
    }
    let sets: Vec<String> = FIELDS.iter().zip(&ranges).map(|(field, ranges)| translated(field, ranges)).collect();
    // Its first field is the second.
    let fields: Schedule = format!("0 {}", sets.join(" ")).parse().map_err(|e| format!("`{}`: {e}", short(text)))?;
    let [minute, hour, day, _, weekday] = texts.map(|text| text.starts_with('*'));
    let crontab = Crontab { fields, wildcard: minute || hour, either_day: !day && !weekday };
    if !crontab.comes() {
        let (day, month) = (short(texts[2]), short(texts[3]));
        return Err(format!("it never comes: no month of `{month}` has a day of `{day}`"));
    }
    Ok(crontab)
}

impl Crontab {
    /// Whether there ever is a day of its own. The days of a week all come, and on each of them a 29 February.
    fn comes(&self) -> bool {
        let leap = |month| i8::try_from(month).ok().and_then(|month| Date::new(2000, month, 1).ok());
        self.either_day
            || self.fields.months().iter().filter_map(leap).any(|month| {
                let days = u32::from(month.days_in_month().unsigned_abs());
                self.fields.days_of_month().range(..=days).next().is_some()
            })
    }
}

/// The ranges of a field as the `cron` crate reads them. Its weekdays go from Sunday, 1, to Saturday, 7.
fn translated(field: &Field, ranges: &[Range]) -> String {
    let texts: Vec<String> = if field.name == WEEKDAY {
        let days = ranges.iter().flat_map(|r| (r.first..=r.last).step_by(r.step as usize));
        days.map(|day| (day % 7 + 1).to_string()).collect()
    } else {
        ranges.iter().map(|r| format!("{}-{}/{}", r.first, r.last, r.step)).collect()
    };
    texts.join(",")
}

/// Reads a piece of a field: `*`, `5`, `1-5`, with `/2` after a range.
fn range(field: &Field, piece: &str, text: &str) -> Result<Range, String> {
    let Field { first, last, .. } = *field;
    let wrong = |why: String| format!("{} `{}`: {why}", field.name, short(if piece.is_empty() { text } else { piece }));
    let (numbers, step) = match piece.split_once('/') {
        Some((numbers, step)) => (numbers, Some(step)),
        None => (piece, None),
    };
    let range = match numbers.split_once('-') {
        _ if numbers == "*" => Range { first, last, step: 1 },
        Some((from, to)) => {
            let (from, to) = (number(field, from).map_err(wrong)?, number(field, to).map_err(wrong)?);
            // cronie has `fri-sun` so: a week ends with the Sunday that it can begin with.
            let to = if field.name == WEEKDAY && to == 0 && from > 0 { last } else { to };
            if from > to {
                // Saturday is the last day that is not Sunday again.
                let end = if field.name == WEEKDAY { 6 } else { last };
                let write = if from > end { format!("{first}-{to}") } else { format!("{from}-{end},{first}-{to}") };
                return Err(wrong(format!("a range goes upwards; around the end, write `{write}`")));
            }
            Range { first: from, last: to, step: 1 }
        }
        None => {
            let at = number(field, numbers).map_err(wrong)?;
            if let Some(step) = step {
                let write = format!("`{at}-{last}/{}`", short(step));
                return Err(wrong(format!("a step follows `*` or a range; from {at} on, write {write}")));
            }
            Range { first: at, last: at, step: 1 }
        }
    };
    let Some(step) = step else { return Ok(range) };
    if step.is_empty() || !step.bytes().all(|b| b.is_ascii_digit()) {
        return Err(wrong("a step is a number, as in `*/5`".into()));
    }
    let span = range.last - range.first;
    match step.parse() {
        Ok(0) => Err(wrong("a step is at least 1".into())),
        Ok(step) if step == 1 || step <= span => Ok(Range { step, ..range }),
        _ => {
            let only = range.first;
            Err(wrong(format!(
                "the step is wider than its range, {only} to {}; for {only} alone, write `{only}`",
                range.last
            )))
        }
    }
}

/// Reads a number or a name of a field.
fn number(field: &Field, text: &str) -> Result<u32, String> {
    let Field { first, last, names, .. } = *field;
    if text.is_empty() {
        return Err("a number is missing".into());
    }
    if text.bytes().all(|b| b.is_ascii_digit()) {
        let number = text.parse().ok().filter(|number| (first..=last).contains(number));
        return number.ok_or_else(|| format!("it is a number from {first} to {last}"));
    }
    if let Some(at) = (first..).zip(names).find_map(|(at, name)| name.eq_ignore_ascii_case(text).then_some(at)) {
        return Ok(at);
    }
    // Of `friday`, `day`; of `friL` and `15W`, what only other dialects have.
    let lower = text.to_ascii_lowercase();
    let name = names.iter().find(|name| lower.starts_with(**name));
    let rest = name.map_or(&*lower, |name| &lower[name.len()..]).trim_matches(|c: char| c.is_ascii_digit());
    let foreign = ["l", "w", "lw", "h"].into_iter().find(|sign| *sign == rest);
    if let Some(name) = name
        && foreign.is_none()
        && rest.chars().all(char::is_alphabetic)
    {
        return Err(format!("names are the first three letters: `{name}`"));
    }
    Err(match (foreign, text.chars().find(|c| "*-~?#".contains(*c))) {
        (Some(sign), _) => format!("crontab(5) has no `{}`", sign.to_uppercase()),
        (_, Some('*')) => "`*` stands alone, or before a step: `*/5`".into(),
        (_, Some('-')) => "a range has two ends: `1-5`".into(),
        (_, Some('~')) => "`~` draws a number, and each process would draw another: write the number".into(),
        (_, Some('?')) => "crontab(5) has no `?`: write `*`".into(),
        (_, Some(_)) => "crontab(5) has no `#`".into(),
        _ => match names {
            [] => format!("it is a number from {first} to {last}"),
            [name, ..] => format!("it is a number from {first} to {last}, or a name such as `{name}`"),
        },
    })
}

/// What is wrong with a word that begins with `@`.
fn nickname(text: &str) -> String {
    let names = NICKNAMES.map(|(name, _)| name).join(" ");
    match text {
        "@reboot" => "`@reboot` is no time: a schedule says when, and nothing is run at a start".into(),
        _ => format!("`{}` is none of {names}", short(text)),
    }
}

/// How long an expression is at most that an error shows whole, in bytes.
const MOST_SHOWN: usize = 200;

/// What is wrong with some fields that are not five.
fn not_five(texts: &[&str]) -> String {
    let names = FIELDS.map(|field| field.name).join(", ");
    let five = format!("an expression has five fields ({names})");
    if texts.is_empty() {
        return format!("it is empty: {five}, as `0 6 * * mon-fri`, or is a name, as `@daily`");
    }
    if texts.len() < 5 {
        return format!("{five}, and `{}` has {}", short(&texts.join(" ")), texts.len());
    }
    if texts[0].contains('=') {
        return format!("`{}` is not part of it: {five}, and a schedule's time zone is set beside it", short(texts[0]));
    }
    let year = texts[5].len() == 4 && texts[5].bytes().all(|b| b.is_ascii_digit());
    let is_weekday = |c: char| c.is_ascii_digit() || "*?".contains(c);
    let command = !texts[5].starts_with(is_weekday) && crontab(&texts[1..].join(" ")).is_err();
    if texts.len() > 6 || command {
        return format!("{five}, and nothing after them: `{}` is too much", short(&texts[5..].join(" ")));
    }
    let fewer = if year { &texts[..5] } else { &texts[1..] }.join(" ");
    // What is read without the blanks around it is shown so: a line end is one of them.
    let fewer = fewer.trim();
    // Cut it would be another expression.
    let write = if fewer.len() <= MOST_SHOWN && crontab(fewer).is_ok() {
        format!("; without the {}, it is `{fewer}`", if year { "year" } else { "seconds" })
    } else {
        String::new()
    };
    format!("{five}, and this has six: there are no seconds and no years{write}")
}

/// Text for an error: on one line, and not too long.
fn short(text: &str) -> String {
    let shown: String = text.chars().take(40).flat_map(char::escape_debug).collect();
    if text.chars().nth(40).is_some() { shown + "…" } else { shown }
}
