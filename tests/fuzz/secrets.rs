//! A secrets file, a name and a value: the file is read as systemd reads it, and a change of one name leaves the others'.

use super::fields::fields;
use pipekit::inside::{secret_changed, secret_quoted, secrets_in};
use pipekit::secrets::is_key;
use std::collections::BTreeMap;

pub fn hold(data: &[u8]) {
    let Some(&[text, key, value]) = fields(data).as_deref() else { return };
    if data.contains(&0) {
        return;
    }
    let before = secrets_in(text);
    assert_eq!(before, by_systemd(text), "{text:?}");
    let line = format!("K={}\n", secret_quoted(value));
    assert_eq!(secrets_in(&line).get("K").map(String::as_str), Some(value), "{line:?}");
    assert_eq!(by_systemd(&line), secrets_in(&line), "{line:?}");
    if !is_key(key) {
        return;
    }
    let line = format!("{key}={}\n", secret_quoted(value));
    if let Ok(set) = secret_changed(text, key, Some(value)) {
        let mut expected = before.clone();
        expected.insert(key.to_owned(), value.to_owned());
        assert_eq!(secrets_in(&set), expected, "{text:?} with {line:?} is {set:?}");
        assert_eq!(by_systemd(&set), expected, "{text:?} with {line:?} is {set:?}");
    }
    if let Ok(unset) = secret_changed(text, key, None) {
        let mut expected = before;
        expected.remove(key);
        assert_eq!(by_systemd(&unset), expected, "{text:?} without {key} is {unset:?}");
    }
}

/// The states of parse_env_file_internal() in systemd's src/basic/env-file.c, as of version 254.
#[derive(Clone, Copy, PartialEq)]
enum At {
    PreKey,
    Key,
    PreValue,
    Value,
    Escape,
    Single,
    Double,
    DoubleEscape,
    Comment,
}

fn by_systemd(text: &str) -> BTreeMap<String, String> {
    let newline = |c: char| matches!(c, '\n' | '\r');
    let blank = |c: char| matches!(c, ' ' | '\t' | '\n' | '\r');
    let mut all = BTreeMap::new();
    let (mut at, mut key, mut value) = (At::PreKey, String::new(), String::new());
    // How long the value was before the blanks at its end.
    let mut bare = None;
    let mut push = |key: &mut String, value: &mut String| {
        let name = key.trim_end_matches(blank);
        if is_key(name) {
            all.insert(name.to_owned(), value.clone());
        }
        key.clear();
        value.clear();
    };
    for c in text.chars() {
        at = match at {
            At::PreKey if matches!(c, '#' | ';') => At::Comment,
            At::PreKey if blank(c) => At::PreKey,
            At::PreKey | At::Key if c == '=' && at == At::Key => {
                bare = None;
                At::PreValue
            }
            At::Key if newline(c) => {
                key.clear();
                At::PreKey
            }
            At::PreKey | At::Key => {
                key.push(c);
                At::Key
            }
            At::PreValue | At::Value if newline(c) => {
                value.truncate(bare.unwrap_or(value.len()));
                push(&mut key, &mut value);
                At::PreKey
            }
            At::PreValue if c == '\'' => At::Single,
            At::PreValue if c == '"' => At::Double,
            At::PreValue | At::Value if c == '\\' => {
                bare = None;
                At::Escape
            }
            At::PreValue if blank(c) => At::PreValue,
            At::PreValue | At::Value => {
                bare = if blank(c) { bare.or(Some(value.len())) } else { None };
                value.push(c);
                At::Value
            }
            At::Escape => {
                if !newline(c) {
                    value.push(c);
                }
                At::Value
            }
            At::Single if c == '\'' => At::PreValue,
            At::Double if c == '"' => At::PreValue,
            At::Double if c == '\\' => At::DoubleEscape,
            At::Single | At::Double => {
                value.push(c);
                at
            }
            At::DoubleEscape => {
                if !matches!(c, '"' | '\\' | '`' | '$' | '\n') {
                    value.push('\\');
                }
                if c != '\n' {
                    value.push(c);
                }
                At::Double
            }
            At::Comment if newline(c) => At::PreKey,
            At::Comment => At::Comment,
        };
    }
    if !matches!(at, At::PreKey | At::Key | At::Comment) {
        if at == At::Value {
            value.truncate(bare.unwrap_or(value.len()));
        }
        push(&mut key, &mut value);
    }
    all
}
