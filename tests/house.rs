//! What can drift, checked: help, files generated, files forgotten.

use super::support::project;

/// Every file beside `main.rs` is a module of it: a forgotten one would never run.
#[test]
fn no_test_file_is_forgotten() {
    let main = std::fs::read_to_string(project().join("tests/main.rs")).unwrap();
    for entry in std::fs::read_dir(project().join("tests")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if let Some(module) = name.strip_suffix(".rs").filter(|m| *m != "main") {
            assert!(main.contains(&format!("mod {module};")), "tests/main.rs does not have {name}");
        }
    }
}
