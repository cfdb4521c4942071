//! Too few files may be open, or there is too little memory, for pipekit and its runner: it works, or it says that it
//! does not.

use super::support::aftermath::LOADS;

on_each! {
    /// Never 3, never 13.
    fn too_few_files_may_be_open(pair) {
        let mut pair = pair.loading(LOADS[2], "");
        let ends = pair.sweep(LOADS[2], 3..28, |world, n| {
            world.call_within(&format!("--nofile={n}"), "run orders")
        });
        // With three the program itself can't be loaded.
        assert_eq!(ends.first(), Some(&Some(127)));
        assert!(ends[1..].iter().all(|end| matches!(end, Some(0 | 1))), "{ends:?}");
        assert!(ends[1] == Some(1) && ends.last() == Some(&Some(0)), "{ends:?}");
    }

    /// Never 3, never 13: whatever the lack of memory does to which process.
    fn there_is_too_little_memory(pair) {
        let mut pair = pair.loading(LOADS[2], "");
        let ends = pair.sweep(LOADS[2], (14..44).step_by(2).chain([200]), |world, megabytes| {
            world.call_within(&format!("--as={megabytes}000000"), "run orders")
        });
        assert!(ends[0] != Some(0) && ends.last() == Some(&Some(0)), "{ends:?}");
    }
}
