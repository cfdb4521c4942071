//! `kill -9` at every step of a run, of each of its processes in turn, and of the server's sessions: the destination
//! holds what the model says at once and after the next run, the log is true, and nothing is left behind.
//!
//! At each place one of those who can be killed is, another one in each way and on each database. With
//! `PIPEKIT_TEST_FAULTS=all` each of them is killed at each place, which takes some three times as long.

use super::support::fault::Victim;
use super::support::shop::{Shop, Way};
use super::support::steps::Place;
use super::support::{Pair, random::Random};

/// Every place and victim, one after the other on one shop.
fn kill_everywhere(pair: Pair, way: Way) {
    let mut shop = Shop::new(pair, way);
    let mut random = Random(7);
    let steps = shop.pair.world.steps("orders");
    let mut victims = vec![Victim::Pipekit, Victim::Runner, Victim::Both];
    if shop.pair.is_on_server() {
        victims.push(Victim::Backends);
    }
    let all = std::env::var_os("PIPEKIT_TEST_FAULTS").is_some();
    let mut lot = Random(way as u64 * 10 + shop.pair.by_kind(0, 1, 2));
    let mut struck = 0;
    // What comes before the gate is the same in every way that rows come in.
    let differs = |place: &Place| {
        let kind = place.step().0;
        way == Way::Incremental || matches!(kind, "gate" | "merge" | "") || way.is_direct() && kind == "transfer"
    };
    let places: Vec<Place> = Place::all(&steps).into_iter().filter(differs).collect();
    for place in &places {
        for victim in if all { &victims[..] } else { std::slice::from_ref(lot.one_of(&victims)) } {
            let what = format!("{way:?}, {place:?}, {victim:?}");
            let suffered = shop.suffer(&what, place, &mut random, |shop, held| victim.strike(shop, held));
            let Some((hit, verdict)) = suffered else { continue };
            // From its merge on a run is a success, and before it none whose pipekit died. In between either may be.
            let (kind, name) = place.step();
            let changes = (kind, name) == ("merge", "merge") || way.is_direct() && kind == "transfer";
            let merging = changes && !matches!(place, Place::Begin(..));
            let behind = way.is_direct() && kind == "gate" && matches!(name, "counts" | "loaded");
            let merged = behind || (kind, name) == ("merge", "receipt") || kind == "hook" || *place == Place::Close;
            if !hit || merged {
                assert_eq!(verdict.status, "success", "{what}: {}", verdict.said);
            } else if !merging && matches!(victim, Victim::Pipekit | Victim::Both) {
                assert_ne!(verdict.status, "success", "{what}: {}", verdict.said);
            }
            struck += usize::from(hit);
            shop.goes_on(&what);
        }
    }
    // Of the three places of each step at least two have each victim.
    let each = if all { victims.len() } else { 1 };
    assert!(struck > (places.len() - 3) / 3 * 2 * each, "few were struck: {struck} at {} places", places.len());
}

macro_rules! each_way {
    ($($(#[doc = $doc:literal])* $name:ident: $way:expr,)*) => {$(
        $(#[doc = $doc])*
        mod $name {
            use super::*;

            #[test]
            fn on_sqlite() {
                kill_everywhere(Pair::sqlite(), $way);
            }

            #[test]
            #[ignore = "needs PostgreSQL: tests/run.sh"]
            fn on_postgresql() {
                kill_everywhere(Pair::postgres(), $way);
            }

            #[test]
            #[ignore = "needs MariaDB: tests/run.sh"]
            fn on_mariadb() {
                kill_everywhere(Pair::mariadb(), $way);
            }
        }
    )*};
}

each_way! {
    /// Never 3, never 13: whoever is killed and wherever, no row is lost or doubled, and the log is true.
    killed_anywhere_in_a_full_run: Way::Delete,
    /// Never 3, never 13: the same of an incremental run.
    killed_anywhere_in_an_incremental_run: Way::Incremental,
    /// Never 3, never 13: the same of one that appends.
    killed_anywhere_in_an_append: Way::Append,
}

/// Never 3, never 13: the same of loads into the table itself.
mod killed_anywhere_in_a_direct_load {
    use super::*;

    #[test]
    fn full_on_sqlite() {
        kill_everywhere(Pair::sqlite(), Way::DirectDelete);
    }

    #[test]
    #[ignore = "needs PostgreSQL: tests/run.sh"]
    fn full_on_postgresql() {
        kill_everywhere(Pair::postgres(), Way::DirectTruncate);
    }

    #[test]
    #[ignore = "needs PostgreSQL: tests/run.sh"]
    fn append_on_postgresql() {
        kill_everywhere(Pair::postgres(), Way::DirectAppend);
    }

    #[test]
    #[ignore = "needs MariaDB: tests/run.sh"]
    fn full_on_mariadb() {
        kill_everywhere(Pair::mariadb(), Way::DirectDelete);
    }
}

/// Never 3, never 13: the same of a full run by TRUNCATE, which SQLite has not.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn killed_anywhere_in_a_full_run_by_truncate() {
    kill_everywhere(Pair::postgres(), Way::Truncate);
}
