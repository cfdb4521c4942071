//! What is no expression of crontab(5): refused, with the field, the piece and the reason.

use pipekit::crontab::Crontab;

#[track_caller]
fn refusal(text: &str) -> String {
    Crontab::parse(text).expect_err(&format!("`{text}` is taken"))
}

/// What refusals for another number of fields say.
const FIVE: &str = "an expression has five fields (minute, hour, day of month, month, day of week)";

/// Expressions, and what is said of them.
const REFUSED: &[(&str, &str)] = &[
    // The number of fields.
    ("", "it is empty: FIVE, as `0 6 * * mon-fri`, or is a name, as `@daily`"),
    ("0 6 * *", "FIVE, and `0 6 * *` has 4"),
    ("00***1**", "FIVE, and `00***1**` has 1"),
    (
        "0 0 6 * * 1",
        "FIVE, and this has six: there are no seconds and no years; without the seconds, it is `0 6 * * 1`",
    ),
    (
        "0 6 * * 1 2026",
        "FIVE, and this has six: there are no seconds and no years; without the year, it is `0 6 * * 1`",
    ),
    ("0 6 * * * /bin/true now", "FIVE, and nothing after them: `/bin/true now` is too much"),
    ("CRON_TZ=Japan 0 6 * * *", "`CRON_TZ=Japan` is not part of it: FIVE, and a schedule's time zone is set beside it"),
    // Names for all of it.
    ("@reboot", "`@reboot` is no time: a schedule says when, and nothing is run at a start"),
    ("@Daily", "`@Daily` is none of @hourly @daily @midnight @weekly @monthly @yearly @annually"),
    ("@every 5m", "`@every 5m` is none of @hourly @daily @midnight @weekly @monthly @yearly @annually"),
    // Numbers.
    ("60 * * * *", "minute `60`: it is a number from 0 to 59"),
    ("61 * * * *", "minute `61`: it is a number from 0 to 59"),
    ("0 24 * * *", "hour `24`: it is a number from 0 to 23"),
    ("0 0 0 * *", "day of month `0`: it is a number from 1 to 31"),
    ("0 0 32 * *", "day of month `32`: it is a number from 1 to 31"),
    ("0 0 1 0 *", "month `0`: it is a number from 1 to 12"),
    ("0 0 1 13 *", "month `13`: it is a number from 1 to 12"),
    ("0 0 * * 8", "day of week `8`: it is a number from 0 to 7"),
    ("99999999999999999999 * * * *", "minute `99999999999999999999`: it is a number from 0 to 59"),
    ("1.5 * * * *", "minute `1.5`: it is a number from 0 to 59"),
    ("+5 * * * *", "minute `+5`: it is a number from 0 to 59"),
    ("-5 * * * *", "minute `-5`: a number is missing"),
    ("٣ * * * *", "minute `٣`: it is a number from 0 to 59"),
    ("5- * * * *", "minute `5-`: a number is missing"),
    ("1-2-3 * * * *", "minute `1-2-3`: a range has two ends: `1-5`"),
    // Names.
    ("0 0 1 january *", "month `january`: names are the first three letters: `jan`"),
    ("0 0 * * Monday", "day of week `Monday`: names are the first three letters: `mon`"),
    ("0 0 1 mon *", "month `mon`: it is a number from 1 to 12, or a name such as `jan`"),
    ("0 0 * * jan", "day of week `jan`: it is a number from 0 to 7, or a name such as `sun`"),
    ("jan * * * *", "minute `jan`: it is a number from 0 to 59"),
    // Lists.
    ("1,,2 * * * *", "minute `1,,2`: a number is missing"),
    ("0 1, * * *", "hour `1,`: a number is missing"),
    ("0 , * * *", "hour `,`: a number is missing"),
    ("1,2,70,3 * * * *", "minute `70`: it is a number from 0 to 59"),
    // Ranges.
    ("5-1 * * * *", "minute `5-1`: a range goes upwards; around the end, write `5-59,0-1`"),
    ("0 22-6 * * *", "hour `22-6`: a range goes upwards; around the end, write `22-23,0-6`"),
    ("0 0 1 nov-feb *", "month `nov-feb`: a range goes upwards; around the end, write `11-12,1-2`"),
    ("0 0 * * fri-mon", "day of week `fri-mon`: a range goes upwards; around the end, write `5-6,0-1`"),
    ("0 0 * * 7-3", "day of week `7-3`: a range goes upwards; around the end, write `0-3`"),
    ("0 5-0 * * *", "hour `5-0`: a range goes upwards; around the end, write `5-23,0-0`"),
    ("0 0 20-40 * *", "day of month `20-40`: it is a number from 1 to 31"),
    ("** * * * *", "minute `**`: `*` stands alone, or before a step: `*/5`"),
    ("*5 * * * *", "minute `*5`: `*` stands alone, or before a step: `*/5`"),
    ("*-5 * * * *", "minute `*-5`: `*` stands alone, or before a step: `*/5`"),
    // Steps.
    ("*/0 * * * *", "minute `*/0`: a step is at least 1"),
    ("*/99 * * * *", "minute `*/99`: the step is wider than its range, 0 to 59; for 0 alone, write `0`"),
    ("*/60 * * * *", "minute `*/60`: the step is wider than its range, 0 to 59; for 0 alone, write `0`"),
    ("0 */24 * * *", "hour `*/24`: the step is wider than its range, 0 to 23; for 0 alone, write `0`"),
    ("10-20/11 * * * *", "minute `10-20/11`: the step is wider than its range, 10 to 20; for 10 alone, write `10`"),
    (
        "*/99999999999999999999 * * * *",
        "minute `*/99999999999999999999`: the step is wider than its range, 0 to 59; for 0 alone, write `0`",
    ),
    ("5/10 * * * *", "minute `5/10`: a step follows `*` or a range; from 5 on, write `5-59/10`"),
    ("*/ * * * *", "minute `*/`: a step is a number, as in `*/5`"),
    ("*/5/2 * * * *", "minute `*/5/2`: a step is a number, as in `*/5`"),
    ("*/-5 * * * *", "minute `*/-5`: a step is a number, as in `*/5`"),
    ("/5 * * * *", "minute `/5`: a number is missing"),
    ("0 0 * */feb *", "month `*/feb`: a step is a number, as in `*/5`"),
    // Other dialects.
    ("0 0 ? * 1", "day of month `?`: crontab(5) has no `?`: write `*`"),
    ("0 0 L * *", "day of month `L`: crontab(5) has no `L`"),
    ("0 0 15W * *", "day of month `15W`: crontab(5) has no `W`"),
    ("0 0 * * 5L", "day of week `5L`: crontab(5) has no `L`"),
    ("0 0 * * 5#3", "day of week `5#3`: crontab(5) has no `#`"),
    ("0 0 LW * *", "day of month `LW`: crontab(5) has no `LW`"),
    ("0 0 * * friL", "day of week `friL`: crontab(5) has no `L`"),
    ("0 0 * * fri#2", "day of week `fri#2`: crontab(5) has no `#`"),
    ("H * * * *", "minute `H`: crontab(5) has no `H`"),
    ("0~30 * * * *", "minute `0~30`: `~` draws a number, and each process would draw another: write the number"),
    ("0 6\n* * * *", r"hour `6\n*`: `*` stands alone, or before a step: `*/5`"),
    // Dates that never come.
    ("0 0 31 2 *", "it never comes: no month of `2` has a day of `31`"),
    ("0 0 30 feb *", "it never comes: no month of `feb` has a day of `30`"),
    ("0 0 31 4,jun,9,11 *", "it never comes: no month of `4,jun,9,11` has a day of `31`"),
    ("0 0 30-31 2 */2", "it never comes: no month of `2` has a day of `30-31`"),
];

#[test]
fn what_is_no_expression_is_refused_with_the_reason() {
    for (text, expected) in REFUSED {
        assert_eq!(refusal(text), expected.replace("FIVE", FIVE), "{text}");
    }
}

#[test]
fn a_refusal_is_one_line_and_short() {
    let long = refusal(&format!("{} * * * *", "x\u{1b}".repeat(10_000)));
    assert_eq!(long, format!("minute `{}…`: it is a number from 0 to 59", r"x\u{1b}".repeat(20)));
}

/// What looks odd and is crontab(5)'s all the same.
#[test]
fn what_is_an_expression_is_taken() {
    for text in [
        "* * * * *",
        "\t 0  6\t* * 1 \n",
        "00 06 01 001 07",
        "0-0 * * * *",
        "*/1 * * * *",
        "*/59 */23 */30 */11 */7",
        "5-5/1 * * * *",
        "0 0 31 2 1",
        "0 0 31 1-2 *",
        "0 0 29 2 mon",
        "0 0 29 2 */2",
        "0 0 * JaN-dEc mOn-SuN",
        "0 0 * * sun-sun",
        "0 0 * * 1-sun/2",
        "*,5 5,* * * *",
    ] {
        assert!(Crontab::parse(text).is_ok(), "{text}: {:?}", Crontab::parse(text));
    }
}
