//! What must hold for any bytes that come to a parser. Each file is the body of the fuzz target of its name, which
//! `tests/fuzz.sh` runs; here each is given the inputs that are kept in `fuzz/corpus`.

mod columns;
mod crontab;
mod fields;
mod placeholders;
mod requests;
mod secrets;
mod tables;
mod urls;

use super::columns::properties;
use super::support::project;
use super::support::random::Random;

/// A target's name, and its property, which panics where it does not hold.
type Target = (&'static str, fn(&[u8]));

const TARGETS: [Target; 7] = [
    ("columns", columns::hold),
    ("crontab", crontab::hold),
    ("placeholders", placeholders::hold),
    ("requests", requests::hold),
    ("secrets", secrets::hold),
    ("tables", tables::hold),
    ("urls", urls::hold),
];

/// What the inputs of a target are, by name.
fn kept(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = format!("corpus/{target}");
    let read = |name: String| (std::fs::read(project().join("fuzz").join(&folder).join(&name)).unwrap(), name);
    names(&folder).into_iter().map(read).map(|(input, name)| (name, input)).collect()
}

fn names(folder: &str) -> Vec<String> {
    let entries = std::fs::read_dir(project().join("fuzz").join(folder)).unwrap();
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn the_inputs_that_are_kept_hold() {
    let mut failed = Vec::new();
    for (target, hold) in TARGETS {
        for (name, input) in kept(target) {
            if std::panic::catch_unwind(|| hold(&input)).is_err() {
                failed.push(format!("fuzz/corpus/{target}/{name}"));
            }
        }
    }
    assert!(failed.is_empty(), "do not hold: {failed:?}");
}

#[test]
fn every_target_is_replayed() {
    let targets = TARGETS.map(|(target, _)| target);
    assert_eq!(names("corpus"), targets);
    assert_eq!(names("fuzz_targets"), targets.map(|target| format!("{target}.rs")));
}

/// The same with some of their bytes changed, as a fuzzer begins.
#[test]
fn inputs_at_random_hold() {
    let seed = Random::seed();
    println!("seed {seed}");
    let mut random = Random(seed);
    for (target, hold) in TARGETS {
        let kept = kept(target);
        for _ in 0..200 {
            let (mut input, other) = (random.one_of(&kept).1.clone(), &random.one_of(&kept).1);
            input.truncate(2000);
            for _ in 0..=random.below(4) {
                let at = random.below(input.len() + 1);
                let end = (at + random.below(4)).min(input.len());
                let from = random.below(other.len() + 1);
                let piece = &other[from..(from + random.below(20)).min(other.len())];
                match random.below(3) {
                    0 => drop(input.splice(at..end, piece.iter().copied())),
                    1 => drop(input.splice(at..end, [u8::try_from(random.below(256)).unwrap()])),
                    _ => drop(input.drain(at..end)),
                }
            }
            let held = std::panic::catch_unwind(|| hold(&input));
            held.unwrap_or_else(|_| {
                panic!("seed {seed}: {target} has a finding: {:?}", input.escape_ascii().to_string())
            });
        }
    }
}
