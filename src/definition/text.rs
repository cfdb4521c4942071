//! A definition as TOML: the one layout of files and of the editor, in which a line of SQL is a line of the text.

use crate::error::{Error, Result};
use serde::{Serialize, de::DeserializeOwned};
use std::fmt::Write;
use toml::Value;
use toml::de::{DeTable, DeValue};

/// A definition's text. [`read`] gives the same definition back, to the byte.
///
/// # Errors
/// `System` for what TOML can't say, which no definition holds.
pub fn write(definition: &impl Serialize) -> Result<String> {
    let table = toml::Table::try_from(definition).map_err(|e| Error::system("can't write it as TOML", e))?;
    let mut text = String::new();
    fields(&mut text, &table);
    for (key, value) in &table {
        for part in tables(value) {
            let _ = writeln!(text, "\n[[{key}]]");
            fields(&mut text, part);
        }
    }
    Ok(text)
}

/// The parts of a definition: its watermarks, say.
fn tables(value: &Value) -> impl Iterator<Item = &toml::Table> {
    value.as_array().into_iter().flatten().filter_map(Value::as_table)
}

fn fields(text: &mut String, table: &toml::Table) {
    for (key, value) in table.iter().filter(|(_, value)| tables(value).next().is_none()) {
        let _ = match value {
            Value::String(string) => writeln!(text, "{key} = {}", quoted(string)),
            // One a line, so that a name that comes or goes is a line of a diff.
            Value::Array(list) if list.len() > 1 => {
                let lines: String = list.iter().map(|name| format!("    {name},\n")).collect();
                writeln!(text, "{key} = [\n{lines}]")
            }
            other => writeln!(text, "{key} = {other}"),
        };
    }
}

/// A string in quotes. Several lines stay lines, without escapes where that is possible: what is typed between `'''` is
/// what is meant, backslashes too.
fn quoted(string: &str) -> String {
    let plain = !string.chars().any(|c| c.is_ascii_control() && c != '\n' && c != '\t');
    if string.contains('\n') && plain && !string.contains("'''") && !string.ends_with('\'') {
        return format!("'''\n{string}'''");
    }
    Value::from(string).to_string()
}

/// What is wrong with a text, and in which line of it, from 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Mistake {
    /// The line.
    pub line: usize,
    /// What is wrong.
    pub message: String,
}

/// The definition that a text is.
///
/// # Errors
/// What is wrong with it, without repeating a password that somebody wrote out.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, Mistake> {
    toml::from_str(&lines(text)).map_err(|e| {
        let line = e.span().map_or(1, |span| line_of(text, span.start));
        let secret = text.lines().nth(line - 1).is_some_and(|l| l.trim_start().starts_with("password"));
        let message = if secret { "`password` must be text such as \"$KEY\"" } else { e.message() };
        Mistake { line, message: message.trim().replace('\n', ", ") }
    })
}

/// The text with its lines as they were written: git and editors of other systems end them with CR LF. A CR that is
/// meant is always written `\r`.
pub fn lines(text: &str) -> String {
    text.trim_start_matches('\u{feff}').replace("\r\n", "\n")
}

fn line_of(text: &str, offset: usize) -> usize {
    // The offset is one in the text without the CRs, and lines are the same in both.
    lines(text).bytes().take(offset).filter(|b| *b == b'\n').count() + 1
}

/// The line that an error is about, as far as its words tell: it names a value or a field. Else the first.
pub fn line_about(text: &str, message: &str) -> usize {
    let text = lines(text);
    let Ok(table) = DeTable::parse(&text) else { return 1 };
    let mut best = (0, 0);
    weigh(table.get_ref(), message, &mut best);
    line_of(&text, best.1)
}

/// Finds the field that a message speaks of most: how much, and where it stands.
fn weigh(table: &DeTable<'_>, message: &str, best: &mut (usize, usize)) {
    let names = |word: &str| {
        let word_ends = |c: Option<char>| !c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        message.match_indices(word).any(|(at, _)| {
            word_ends(message[..at].chars().next_back()) && word_ends(message[at + word.len()..].chars().next())
        })
    };
    for (key, value) in table {
        let (value, empty) = match value.get_ref() {
            DeValue::Array(list) => {
                for part in list.iter().filter_map(|part| part.get_ref().as_table()) {
                    weigh(part, message, best);
                }
                let named = list.iter().filter_map(|name| name.get_ref().as_str()).find(|name| names(name));
                (named.unwrap_or_default().to_owned(), list.is_empty())
            }
            DeValue::String(string) => (string.to_string(), string.trim().is_empty()),
            DeValue::Integer(number) => (number.to_string(), false),
            DeValue::Float(number) => (number.to_string(), false),
            _ => (String::new(), false),
        };
        let url = key.get_ref().ends_with("url") && names("URL");
        let key_named = names(key.get_ref()) || names(&key.get_ref().replace('_', " ")) || url;
        let weight = 8 * usize::from(empty && message.contains("empty"))
            + 4 * usize::from(!value.trim().is_empty() && names(&value))
            + 3 * usize::from(key_named);
        if weight > best.0 {
            *best = (weight, key.span().start);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Sql {
        sql: String,
    }

    #[test]
    fn a_string_comes_back_to_the_byte() {
        let pieces =
            ["\n", "\r\n", "\r", "\t", "'", "''", "'''", "\"", "\"\"\"", "\\", "\\n", " ", "a", "ü", "\0", "\u{7f}"];
        for first in pieces {
            for second in pieces {
                for third in pieces {
                    let sql = Sql { sql: [first, second, third].concat() };
                    let text = write(&sql).unwrap();
                    assert_eq!(read::<Sql>(&text).as_ref(), Ok(&sql), "{text}");
                    assert_eq!(read::<Sql>(&text.replace('\n', "\r\n")), Ok(sql), "with CR LF: {text}");
                }
            }
        }
    }

    #[test]
    fn lines_are_shown_as_they_are() {
        for (sql, shown) in [
            ("SELECT 1", "\"SELECT 1\""),
            ("SELECT \"a\"", "'SELECT \"a\"'"),
            ("SELECT '\\d'\n\tFROM t", "'''\nSELECT '\\d'\n\tFROM t'''"),
            ("a\n= ''''\n", "\"\"\"\na\n= ''''\n\"\"\""),
        ] {
            assert_eq!(quoted(sql), shown);
        }
    }

    #[test]
    fn a_mistake_has_its_line() {
        let text = "name = \"o\"\nretries = -7\nmerge_key = [\n    \"x\",\n]\n\n[[hooks]]\nconnection = \"dw\"\nsql = \" \"\n\
                    [[hooks]]\nconnection = \"nope\"\nsql = \"SELECT 1\"\n";
        for (message, line) in [
            ("retries is -7, and must be at least 0", 2),
            ("the merge key `x` is not among the destination columns", 3),
            ("the hook's SQL is empty", 9),
            ("there is no connection nope", 11),
            ("something else", 1),
        ] {
            assert_eq!(line_about(text, message), line, "{message}");
        }
        assert_eq!(read::<Sql>("sql = \"a\"\nsql = 1\n").unwrap_err().line, 2);
        assert_eq!(read::<Sql>("a = 1\n\nsql = 3\n").unwrap_err().line, 3);
    }
}
