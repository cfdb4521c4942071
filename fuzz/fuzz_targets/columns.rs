#![no_main]

#[path = "../../tests/columns/properties.rs"]
mod properties;
#[path = "../../tests/fuzz/columns.rs"]
mod target;

use pipekit::sql;

libfuzzer_sys::fuzz_target!(|data: &[u8]| target::hold(data));
