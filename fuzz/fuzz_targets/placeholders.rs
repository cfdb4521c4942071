#![no_main]

#[path = "../../tests/fuzz/fields.rs"]
mod fields;
#[path = "../../tests/fuzz/placeholders.rs"]
mod target;

libfuzzer_sys::fuzz_target!(|data: &[u8]| target::hold(data));
