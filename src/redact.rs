//! Taking passwords out of text before it is stored or shown.

use std::fmt::Write;

/// Knows the passwords that must not be seen, in every form that a database or a runner may write them in.
#[derive(Clone, Default)]
pub struct Redactor {
    forms: Vec<String>,
}

/// What stands in a password's place.
const MASK: &str = "********";

/// A password with fewer characters is hidden only where it stands alone: within words it would tell more than it hides.
const SHORT: usize = 4;

/// So much of a password is hidden where a text was cut in the middle of it, or where one of its lines stands alone.
const PIECE: usize = 6;

impl Redactor {
    /// Adds a password.
    pub fn add(&mut self, secret: &str) {
        // An error may show a line of SQL, and so a line of a password.
        let lines = secret.lines().filter(|line| line.chars().count() >= PIECE);
        for text in std::iter::once(secret).chain(lines) {
            for form in forms(text) {
                if !form.is_empty() && !self.forms.contains(&form) {
                    self.forms.push(form);
                }
            }
        }
        // The longest first, so that a password within another does not leave the rest of it.
        self.forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
    }

    /// `text` without the passwords.
    pub fn clean(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for form in &self.forms {
            if form.chars().count() < SHORT {
                text = without_word(&text, form);
            } else if text.contains(form) {
                text = text.replace(form, MASK);
            }
        }
        for mark in ["…", "..."] {
            if text.contains(mark) {
                text = self.forms.iter().fold(text, |text, form| without_beginning(&text, form, mark));
            }
        }
        text
    }
}

/// A text as it is, and quoted by the rules of SQL, of JSON, of COPY and of URLs.
fn forms(text: &str) -> [String; 8] {
    let backslashes = text.replace('\\', "\\\\");
    let copy = backslashes.replace('\n', "\\n").replace('\r', "\\r").replace('\t', "\\t");
    let json = serde_json::Value::from(text).to_string();
    let (mut upper, mut lower) = (String::new(), String::new());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            upper.push(char::from(byte));
            lower.push(char::from(byte));
        } else {
            // Writing to a String can't fail.
            let _ = write!(upper, "%{byte:02X}");
            let _ = write!(lower, "%{byte:02x}");
        }
    }
    [
        text.to_owned(),
        text.replace('\'', "''"),
        text.replace('"', "\"\""),
        backslashes.replace('\'', "''"),
        copy,
        json.trim_start_matches('"').strip_suffix('"').unwrap_or_default().to_owned(),
        upper,
        lower,
    ]
}

/// Hides `word` where no letter or digit stands beside it.
fn without_word(text: &str, word: &str) -> String {
    let (mut out, mut at) = (String::new(), 0);
    for (start, _) in text.match_indices(word) {
        let end = start + word.len();
        let beside = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        if !beside(text[..start].chars().next_back()) && !beside(text[end..].chars().next()) {
            out.push_str(&text[at..start]);
            out.push_str(MASK);
            at = end;
        }
    }
    out + &text[at..]
}

/// Hides the beginning of `form` that stands before `mark`, where a text was cut.
fn without_beginning(text: &str, form: &str, mark: &str) -> String {
    let beginnings: Vec<&str> = form.char_indices().skip(PIECE).map(|(end, _)| &form[..end]).collect();
    let pieces: Vec<String> = text
        .split(mark)
        .map(|piece| {
            let kept = beginnings.iter().rev().find_map(|beginning| piece.strip_suffix(beginning));
            kept.map_or_else(|| piece.to_owned(), |kept| format!("{kept}{MASK}"))
        })
        .collect();
    pieces.join(mark)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cleaned(secrets: &[&str], text: &str) -> String {
        let mut redactor = Redactor::default();
        secrets.iter().for_each(|secret| redactor.add(secret));
        redactor.clean(text)
    }

    #[test]
    fn the_longest_goes_first() {
        assert_eq!(cleaned(&["abcd", "abcdef", ""], "x abcdef y abcd z"), "x ******** y ******** z");
    }

    #[test]
    fn every_form_is_hidden() {
        let secret = "it's a \"b\\c\"\t$%ü";
        for text in [
            secret.to_owned(),
            "it''s a \"b\\c\"\t$%ü".to_owned(),
            "E'it''s a \"b\\\\c\"\t$%ü'".to_owned(),
            "it's a \"\"b\\c\"\"\t$%ü".to_owned(),
            r#""it's a \"b\\c\"\t$%ü""#.to_owned(),
            "it's a \"b\\\\c\"\\t$%ü".to_owned(),
            "it%27s%20a%20%22b%5Cc%22%09%24%25%C3%BC".to_owned(),
            "it%27s%20a%20%22b%5cc%22%09%24%25%c3%bc".to_owned(),
        ] {
            let clean = cleaned(&[secret], &format!("<{text}>"));
            assert!(!clean.contains('b') && clean.contains(MASK), "{text}: {clean}");
        }
    }

    #[test]
    fn lines_and_beginnings_are_hidden() {
        let secret = "first line\nsecond line";
        assert_eq!(cleaned(&[secret], "LINE 1: second line"), "LINE 1: ********");
        assert_eq!(cleaned(&[secret], "column v: \"first li...\""), "column v: \"********...\"");
        assert_eq!(cleaned(&["long-and-secret"], "'x long-and-se…' and long…"), "'x ********…' and long…");
    }

    #[test]
    fn a_short_one_is_hidden_where_it_stands_alone() {
        assert_eq!(cleaned(&["a"], "a password: 'a', and cat=a"), "******** password: '********', and cat=********");
        assert_eq!(cleaned(&["é1"], "é1 é12 xé1 (é1)"), "******** é12 xé1 (********)");
    }
}
