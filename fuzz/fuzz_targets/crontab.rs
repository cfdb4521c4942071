#![no_main]

#[path = "../../tests/fuzz/crontab.rs"]
mod target;

libfuzzer_sys::fuzz_target!(|data: &[u8]| target::hold(data));
