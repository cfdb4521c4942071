//! Any text, read as a query of each kind: what is read is put back to the byte, and every edit gives the list that it
//! asked for and leaves the rest. `tests/fuzz.sh` runs it.

#![no_main]

// The files themselves, not the crate: they need nothing else of it, and build in seconds.
#[allow(dead_code)]
#[path = "../../src/sql/mod.rs"]
mod sql;

#[path = "../../tests/columns/properties.rs"]
mod properties;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((first, rest)) = data.split_first() else { return };
    let Ok(text) = std::str::from_utf8(rest) else { return };
    let kinds = properties::KINDS;
    properties::hold(kinds[usize::from(*first) % kinds.len()], text);
});
