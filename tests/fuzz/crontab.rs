//! An instant and a zone, then an expression of crontab(5): another reader says whether it is one and what it includes.

use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{SignedDuration, Timestamp, ToSpan, civil::DateTime};
use pipekit::crontab::{Crontab, Moved};

const ZONES: [&str; 8] = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "America/Santiago",
    "Asia/Kolkata",
    "Africa/Casablanca",
];
const MONTHS: &str = "jan feb mar apr may jun jul aug sep oct nov dec";
const DAYS: &str = "sun mon tue wed thu fri sat";
const NICKNAMES: [(&str, &str); 7] = [
    ("@hourly", "0 * * * *"),
    ("@daily", "0 0 * * *"),
    ("@midnight", "0 0 * * *"),
    ("@weekly", "0 0 * * 0"),
    ("@monthly", "0 0 1 * *"),
    ("@yearly", "0 0 1 1 *"),
    ("@annually", "0 0 1 1 *"),
];

pub fn hold(data: &[u8]) {
    let Some((head, text)) = data.split_at_checked(6) else { return };
    let Ok(text) = std::str::from_utf8(text) else { return };
    let model = Model::read(text);
    let crontab = match Crontab::parse(text) {
        Ok(crontab) => crontab,
        Err(why) => {
            assert!(model.is_none(), "{text:?} is refused: {why}");
            assert!(
                !why.is_empty() && why.chars().count() < 600 && !why.contains(char::is_control),
                "{text:?}: {why:?}"
            );
            return;
        }
    };
    let model = model.unwrap_or_else(|| panic!("{text:?} is taken"));
    let zone = TimeZone::get(ZONES[usize::from(head[0]) % ZONES.len()]).unwrap();
    // From 1901 to 2173, to a half second.
    let seconds = i64::from(u32::from_le_bytes([head[1], head[2], head[3], head[4]])) * 2 - 2_177_452_800;
    let from = Timestamp::new(seconds, i32::from(head[5] % 2) * 500_000_000).unwrap();

    let mut asked = from;
    for _ in 0..3 {
        let what = format!("{text:?} after {asked} in {zone:?}");
        let Some(due) = crontab.after(asked, &zone).next() else {
            assert!(model.wildcard && model.falls_into_gaps(asked, &zone), "{what}: never");
            return;
        };
        assert!(due.at > asked, "{what}: {due:?}");
        let shown = zone.to_datetime(due.at);
        match due.moved {
            Some(Moved::Skipped(wall)) => {
                assert!(model.matches(wall) && zone.to_ambiguous_timestamp(wall).is_ambiguous(), "{what}: {due:?}");
                assert!(
                    shown > wall && zone.to_datetime(due.at - SignedDuration::from_nanos(1)) < wall,
                    "{what}: {due:?}"
                );
            }
            _ => assert!(model.matches(shown), "{what}: {due:?}, {shown}"),
        }
        let span = due.at.duration_since(asked);
        for part in [1, 2, 3, 7] {
            let between = asked + span / part - SignedDuration::from_nanos(1);
            if between >= asked {
                assert_eq!(crontab.after(between, &zone).next(), Some(due), "{what}: asked again after {between}");
            }
        }
        // No minute before it was one, unless the clocks showed it before.
        let mut minute = due.at;
        for _ in 0..200 {
            minute -= SignedDuration::from_mins(1);
            if minute <= asked {
                break;
            }
            let wall = zone.to_datetime(minute);
            let twice = zone.to_ambiguous_timestamp(wall).is_ambiguous();
            assert!(twice && !model.wildcard || !model.matches(wall), "{what}: {due:?}, though {wall} is one");
        }
        asked = due.at;
    }
}

/// What an expression includes.
struct Model {
    sets: [Vec<u8>; 5],
    either_day: bool,
    wildcard: bool,
}

impl Model {
    fn read(text: &str) -> Option<Model> {
        let text = text.trim();
        let text = NICKNAMES.iter().find(|(name, _)| *name == text).map_or(text, |(_, fields)| fields);
        let fields: Vec<&str> = text.split([' ', '\t']).filter(|field| !field.is_empty()).collect();
        let &[minute, hour, day, month, weekday] = fields.as_slice() else { return None };
        let mut days = set(weekday, 0, 7, DAYS)?;
        days.iter_mut().for_each(|day| *day %= 7);
        let sets =
            [set(minute, 0, 59, "")?, set(hour, 0, 23, "")?, set(day, 1, 31, "")?, set(month, 1, 12, MONTHS)?, days];
        let either_day = !day.starts_with('*') && !weekday.starts_with('*');
        let longest = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
        let comes = sets[3].iter().any(|month| sets[2].iter().any(|day| *day <= longest[usize::from(*month) - 1]));
        let wildcard = minute.starts_with('*') || hour.starts_with('*');
        (either_day || comes).then_some(Model { sets, either_day, wildcard })
    }

    fn matches(&self, wall: DateTime) -> bool {
        let has = |field: usize, value: i8| self.sets[field].contains(&value.unsigned_abs());
        let (day, weekday) = (has(2, wall.day()), has(4, wall.weekday().to_sunday_zero_offset()));
        let days = if self.either_day { day || weekday } else { day && weekday };
        days && has(0, wall.minute()) && has(1, wall.hour()) && has(3, wall.month()) && wall.second() == 0
    }

    /// Whether no clock of the zone shows a time of it in the forty years to come: where summer begins on the last Sunday of
    /// March, there is no half past two on a 30 March that is a Sunday.
    fn falls_into_gaps(&self, from: Timestamp, zone: &TimeZone) -> bool {
        let first = zone.to_datetime(from).date();
        let days = first.series(1.day()).take(40 * 366);
        days.skip(1).all(|day| {
            let mut times =
                self.sets[1].iter().flat_map(|hour| self.sets[0].iter().map(move |minute| (*hour, *minute)));
            times.all(|(hour, minute)| {
                let wall = day.at(hour.cast_signed(), minute.cast_signed(), 0, 0);
                let is_gap = || matches!(zone.to_ambiguous_timestamp(wall).offset(), AmbiguousOffset::Gap { .. });
                !self.matches(wall) || is_gap()
            })
        })
    }
}

/// What a field includes; none where it is no field.
fn set(text: &str, first: u8, last: u8, names: &str) -> Option<Vec<u8>> {
    let number = |text: &str| {
        let at = names.split(' ').position(|name| !name.is_empty() && name.eq_ignore_ascii_case(text));
        let digits = text.trim_start_matches('0');
        let value = match at {
            Some(at) => first + u8::try_from(at).ok()?,
            None if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) || digits.len() > 2 => return None,
            None => digits.bytes().fold(0, |all, digit| all * 10 + (digit - b'0')),
        };
        (first..=last).contains(&value).then_some(value)
    };
    let mut all = Vec::new();
    for piece in text.split(',') {
        let (range, step) = piece.split_once('/').map_or((piece, None), |(range, step)| (range, Some(step)));
        let (from, to) = match range.split_once('-') {
            _ if range == "*" => (first, last),
            Some((from, to)) => (number(from)?, number(to)?),
            None if step.is_some() => return None,
            None => (number(range)?, number(range)?),
        };
        // A week ends with the Sunday that it can begin with.
        let to = if last == 7 && to == 0 && from > 0 { 7 } else { to };
        let step = match step.map(|step| (step, step.trim_start_matches('0'))) {
            None => 1,
            Some((text, _)) if !text.bytes().all(|b| b.is_ascii_digit()) => return None,
            Some((_, digits)) if digits.is_empty() || digits.len() > 2 => return None,
            Some((_, digits)) => digits.bytes().fold(0, |all, digit| all * 10 + (digit - b'0')),
        };
        if from > to || step > 1 && step > to - from {
            return None;
        }
        all.extend((from..=to).step_by(usize::from(step)));
    }
    Some(all)
}
