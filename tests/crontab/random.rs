//! Random expressions, compared with a clock that ticks through every minute; and random junk.

use super::{at, next, zone};
use crate::support::random::Random;
use jiff::{SignedDuration, Timestamp, ToSpan, civil::DateTime, tz::TimeZone};
use pipekit::crontab::{Crontab, Due, Moved, Tally};

/// The clocks are set, in these zones around these times.
const CHANGES: &[(&str, &[&str])] = &[
    ("UTC", &["2026-03-01T00:00Z", "2028-02-29T12:00Z"]),
    ("Asia/Kolkata", &["2026-12-31T18:30Z"]),
    ("America/New_York", &["2026-03-08T07:00Z", "2026-11-01T06:00Z", "2040-03-11T07:00Z"]),
    ("Europe/London", &["2026-03-29T01:00Z", "2026-10-25T01:00Z"]),
    // The last is where zone files of 32 bits end.
    ("Australia/Lord_Howe", &["2026-04-04T15:00Z", "2026-10-03T15:30Z", "2038-01-19T03:14Z"]),
    ("America/Santiago", &["2026-04-05T03:00Z", "2026-09-06T04:00Z"]),
    ("Africa/Cairo", &["2026-04-23T22:00Z", "2026-10-29T21:00Z"]),
    ("Pacific/Apia", &["2011-12-30T10:00Z", "2012-03-31T14:00Z"]),
    // The same day twice.
    ("Pacific/Kwajalein", &["1969-09-30T13:00Z", "1993-08-20T12:00Z"]),
    ("America/St_Johns", &["2010-03-14T03:31Z", "2010-11-07T02:31Z"]),
    ("Antarctica/Troll", &["2026-03-29T01:00Z", "2026-10-25T01:00Z"]),
    ("Asia/Pyongyang", &["2015-08-14T15:00Z", "2018-05-04T15:00Z"]),
    // Both ways for Ramadan, a month apart.
    ("Africa/Casablanca", &["2026-02-15T02:00Z", "2026-03-22T02:00Z"]),
];

/// An expression as it was made up: what it includes is known without reading it.
struct Made {
    text: String,
    /// Minutes, hours, days of the month, months, days of the week (0 to 6).
    sets: [Vec<i8>; 5],
    stars: [bool; 5],
}

impl Made {
    fn random(random: &mut Random) -> Made {
        let mut made = Made { text: String::new(), sets: Default::default(), stars: [false; 5] };
        for (field, (first, last)) in [(0, 59), (0, 23), (1, 31), (1, 12), (0, 7)].into_iter().enumerate() {
            let pieces: Vec<String> = if random.once_in(2) && field > 0 {
                vec!["*".into()]
            } else {
                (0..=random.below(3)).map(|_| piece(random, first, last)).collect()
            };
            for piece in &pieces {
                let (range, step) = piece.split_once('/').unwrap_or((piece, "1"));
                let (from, to) = match range.split_once('-') {
                    Some((from, to)) => (from.parse().unwrap(), to.parse().unwrap()),
                    None if range == "*" => (first, last),
                    None => (range.parse().unwrap(), range.parse().unwrap()),
                };
                made.sets[field].extend((from..=to).step_by(step.parse().unwrap()));
            }
            made.stars[field] = pieces[0].starts_with('*');
            made.text += &format!("{} ", pieces.join(","));
        }
        made.sets[4].iter_mut().for_each(|day| *day %= 7);
        made
    }

    fn matches(&self, wall: DateTime) -> bool {
        let [minutes, hours, days, months, weekdays] = &self.sets;
        let (day, weekday) = (days.contains(&wall.day()), weekdays.contains(&wall.weekday().to_sunday_zero_offset()));
        let days = if self.stars[2] || self.stars[4] { day && weekday } else { day || weekday };
        days && minutes.contains(&wall.minute()) && hours.contains(&wall.hour()) && months.contains(&wall.month())
    }

    /// The times in a span by cron(8)'s own way: look at the clock each minute, and what it skipped is late.
    fn ticked(&self, after: Timestamp, until: Timestamp, zone: &TimeZone) -> Vec<Due> {
        let mut due = Vec::new();
        // What the clocks have shown: two days before, none of these zones set them.
        let mut now = after - SignedDuration::from_hours(72);
        let mut shown = zone.to_datetime(now);
        while now < until {
            now += SignedDuration::from_mins(1);
            let wall = zone.to_datetime(now);
            let wildcard = self.stars[0] || self.stars[1];
            let mut found = None;
            if self.matches(wall) && (wildcard || wall > shown) {
                found = Some(Due { at: now, moved: None });
            } else if !wildcard {
                let mut late = shown + 1.minute();
                while late < wall && found.is_none() {
                    found = self.matches(late).then_some(Due { at: now, moved: Some(Moved::Skipped(late)) });
                    late += 1.minute();
                }
            }
            due.extend(found.filter(|due| due.at > after));
            shown = shown.max(wall);
        }
        due
    }
}

/// A piece of a field, a step no wider than its range.
fn piece(random: &mut Random, first: i8, last: i8) -> String {
    let mut number =
        |from: i8, to: i8| from + i8::try_from(random.below(usize::try_from(to - from + 1).unwrap())).unwrap();
    let from = number(first, last);
    let to = number(from, last);
    let step = number(1, last - first);
    match number(0, 4) {
        0 => "*".into(),
        1 => format!("*/{step}"),
        2 if from < to => format!("{from}-{to}/{}", (step - 1) % (to - from) + 1),
        3 => format!("{from}-{to}"),
        _ => from.to_string(),
    }
}

#[test]
fn random_expressions_are_due_when_a_ticking_clock_says_so() {
    let seed = Random::seed();
    println!("seed {seed}");
    let mut random = Random(seed);
    let (mut compared, mut moved) = (0, 0);
    for _ in 0..400 {
        let (zone_name, changes) = random.one_of(CHANGES);
        let zone = zone(zone_name);
        let change = at(random.one_of::<&str>(changes));
        let after = change - SignedDuration::from_mins(i64::try_from(random.below(2000)).unwrap());
        let until = change + SignedDuration::from_mins(i64::try_from(random.below(2000)).unwrap());
        let made = Made::random(&mut random);
        let Ok(crontab) = Crontab::parse(&made.text) else {
            let impossible = |d: i8| (1..=12).all(|m| !made.sets[3].contains(&m) || d > days_in_leap_year(m));
            assert!(made.sets[2].iter().all(|d| impossible(*d)), "`{}` is refused", made.text);
            continue;
        };
        let what = format!("seed {seed}: `{}` in {zone_name} after {after}", made.text);
        let expected = made.ticked(after, until, &zone);
        let found: Vec<Due> = crontab.after(after, &zone).take_while(|due| due.at <= until).collect();
        // What comes twice looks like any other to a clock that ticks.
        let unmarked = |due: &Due| Due { moved: due.moved.filter(|m| *m != Moved::Repeated), ..*due };
        assert_eq!(found.iter().map(unmarked).collect::<Vec<_>>(), expected, "{what}");
        assert_eq!(crontab.tally(after, until, &zone), tally(&found), "{what}");
        for due in found.iter().filter(|due| due.moved == Some(Moved::Repeated)) {
            let wall = zone.to_datetime(due.at);
            let again = zone.to_ambiguous_timestamp(wall).later().unwrap();
            assert!(again > due.at && zone.to_datetime(again) == wall, "{what}: {due:?} does not come twice");
        }
        // Asked again after each, as a schedule is that fires.
        let mut asked = after;
        for due in found.iter().take(50) {
            assert_eq!(next(&crontab, asked, &zone, 1), [*due], "{what}, asked after {asked}");
            asked = due.at;
            let right_before = due.at - SignedDuration::from_nanos(1);
            assert_eq!(next(&crontab, right_before, &zone, 1), [*due], "{what}, asked after {right_before}");
        }
        compared += found.len();
        moved += found.iter().filter(|due| due.moved.is_some()).count();
    }
    assert!(compared > 1000 && moved > 10, "seed {seed}: too little was compared: {compared}, of which moved {moved}");
}

fn tally(found: &[Due]) -> Option<Tally> {
    let (first, last) = (*found.first()?, *found.last()?);
    Some(Tally { first, last, times: found.len().try_into().unwrap() })
}

fn days_in_leap_year(month: i8) -> i8 {
    jiff::civil::date(2000, month, 1).days_in_month()
}

/// Over years, in every zone that there is: in order, and at the time that the fields say.
#[test]
fn times_are_in_order_in_every_zone() {
    let seed = Random::seed();
    println!("seed {seed}");
    let mut random = Random(seed);
    let names: Vec<String> = jiff::tz::db().available().map(|name| name.to_string()).collect();
    assert!(names.len() > 400);
    for name in names {
        let Ok(zone) = TimeZone::get(&name) else { continue };
        let made = Made::random(&mut random);
        let Ok(crontab) = Crontab::parse(&made.text) else { continue };
        // From the local times of the cities, with their seconds, to the rules that are for good.
        let after = at("1840-01-01T00:00Z") + SignedDuration::from_hours(random.below(2_000_000).try_into().unwrap());
        let mut before = after;
        for due in next(&crontab, after, &zone, 300) {
            assert!(due.at > before, "seed {seed}: `{}` in {name}: {due:?} comes after {before}", made.text);
            before = due.at;
            let wall = match due.moved {
                Some(Moved::Skipped(wall)) => wall,
                _ => zone.to_datetime(due.at),
            };
            assert!(made.matches(wall), "seed {seed}: `{}` in {name}: {due:?} is not of it", made.text);
        }
    }
}

#[test]
fn the_ends_of_time_are_quiet() {
    let fixed = Crontab::parse("59 23 31 12 *").unwrap();
    let wildcard = Crontab::parse("* * * * *").unwrap();
    for name in ["America/New_York", "Pacific/Kiritimati"] {
        let zone = zone(name);
        assert_eq!(next(&fixed, Timestamp::MAX, &zone, 2), []);
        assert_eq!(next(&wildcard, Timestamp::MAX, &zone, 2), []);
        let hour_before = Timestamp::MAX - SignedDuration::from_hours(1);
        assert_eq!(next(&wildcard, hour_before, &zone, 100).len(), 60, "{name}");
        assert_eq!(next(&wildcard, Timestamp::MIN, &zone, 3).len(), 3, "{name}");
        // jiff's time begins in January of the year -9999 and ends on 30 December 9999.
        assert_eq!(next(&fixed, Timestamp::MIN, &zone, 20_000).len(), 19_998, "{name}");
    }
}

/// Any text is taken or refused, and what is taken has a next time.
#[test]
fn junk_does_no_harm() {
    let seed = Random::seed();
    println!("seed {seed}");
    let mut random = Random(seed);
    let signs = [
        "*",
        "*",
        " ",
        " ",
        " ",
        "/",
        "-",
        ",",
        "0",
        "1",
        "5",
        "31",
        "59",
        "mon",
        "FEB",
        "@",
        "daily",
        "?",
        "L",
        "#",
        "~",
        "\t",
        "\n",
        "\0",
        "é",
        "٣",
        "99999999999",
        "=",
        "%",
        "sun-",
        "* * * ",
    ];
    let zone = zone("America/New_York");
    let mut taken = 0;
    for _ in 0..10_000 {
        let mut text: String = (0..random.below(16)).map(|_| *random.one_of(&signs)).collect();
        if random.once_in(3) {
            text = format!("{} {text}", Made::random(&mut random).text);
        } else if random.once_in(2) {
            let mut made = Made::random(&mut random).text;
            made.insert_str(random.below(made.len()), random.one_of::<&str>(&signs));
            text = made;
        }
        if let Ok(crontab) = Crontab::parse(&text) {
            taken += 1;
            assert_eq!(next(&crontab, at("2026-01-01T00:00Z"), &zone, 1).len(), 1, "seed {seed}: {text:?}");
        }
    }
    assert!(taken > 100, "seed {seed}: of all junk hardly any was taken");
}

/// A date is found by its day, not minute by minute, and a month of minutes is counted at once.
#[test]
fn far_times_are_near() {
    let zone = zone("America/New_York");
    let from = at("2026-01-01T00:00Z");
    let begun = std::time::Instant::now();
    for _ in 0..100 {
        next(&Crontab::parse("0 0 29 2 */7").unwrap(), from, &zone, 2);
    }
    let rare = begun.elapsed();
    let month = Crontab::parse("* * * * *").unwrap().tally(from, at("2026-02-01T00:00Z"), &zone).unwrap();
    let all = begun.elapsed() - rare;
    println!("two leap days 100 times in {rare:?}, a month of minutes in {all:?}");
    assert_eq!(month.times, 31 * 24 * 60);
    // Generous, as others use the machine: minute by minute, 28 years would take a hundred times as long.
    assert!(rare.as_secs() < 10 && all.as_secs() < 10, "{rare:?} {all:?}");
}
