//! The secrets file's form: `KEY=VALUE` lines as systemd reads them.

use std::collections::BTreeMap;
use std::ops::Range;
use std::str::Chars;

/// `text` without the assignments to `key`, and with `line` in the place of the first, or at the end.
pub fn replaced(text: &str, key: &str, line: &str) -> String {
    let mut out = String::new();
    let mut done = 0;
    let mut line = Some(line);
    for entry in entries(text).iter().filter(|e| e.key == key) {
        out.push_str(&text[done..entry.span.start]);
        out.push_str(line.take().unwrap_or_default());
        done = entry.span.end;
    }
    out.push_str(&text[done..]);
    if let Some(line) = line.filter(|l| !l.is_empty()) {
        if !out.is_empty() && !out.ends_with('\n') {
            out.push('\n');
        }
        out.push_str(line);
    }
    out
}

/// A value as systemd and [`parse`] both read it: in double quotes, with the four characters escaped that need it.
pub fn quote(value: &str) -> String {
    let mut out = String::from("\"");
    for c in value.chars() {
        if matches!(c, '"' | '\\' | '`' | '$') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('"');
    out
}

/// An assignment in the file, and where it stands: from the beginning of its line to the end of that.
struct Entry {
    key: String,
    value: String,
    span: Range<usize>,
}

/// What ends a line that no quote holds open.
fn ends_line(c: char) -> bool {
    matches!(c, '\n' | '\r')
}

/// A blank. Other white space is text.
fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t') || ends_line(c)
}

/// Reads `KEY=VALUE` lines by the rules of systemd's EnvironmentFile (systemd.exec(5), parse_env_file_internal() in its
/// src/basic/env-file.c): `#` and `;` begin a comment line, values may be quoted, quoted pieces join, a backslash escapes.
fn entries(text: &str) -> Vec<Entry> {
    let mut out = Vec::new();
    let mut chars = text.chars();
    let at = |chars: &Chars<'_>| text.len() - chars.as_str().len();
    'line: while let Some(first) = peek(&chars) {
        let start = at(&chars);
        chars.next();
        if is_blank(first) {
            continue;
        }
        let mut key = String::from(first);
        loop {
            match chars.next() {
                Some('=') if !matches!(first, '#' | ';') => break,
                Some(c) if !ends_line(c) => key.push(c),
                _ => continue 'line,
            }
        }
        let value = value(&mut chars);
        let key = key.trim_end_matches(is_blank);
        if super::is_key(key) {
            out.push(Entry { key: key.to_owned(), value, span: start..at(&chars) });
        }
    }
    out
}

/// What the file says, by key: the last assignment counts.
pub fn parse(text: &str) -> BTreeMap<String, String> {
    entries(text).into_iter().map(|e| (e.key, e.value)).collect()
}

fn peek(chars: &Chars<'_>) -> Option<char> {
    chars.clone().next()
}

/// Reads a value up to the end of its line.
fn value(chars: &mut Chars<'_>) -> String {
    let mut out = String::new();
    // Bare text loses the blanks around it; quoted text keeps them.
    let mut bare = false;
    let mut keep = 0;
    while let Some(c) = chars.next() {
        match c {
            c if ends_line(c) => {
                // The two characters that end a line on Windows are one end.
                if (c, peek(chars)) == ('\r', Some('\n')) {
                    chars.next();
                }
                break;
            }
            '\\' => {
                bare = true;
                if let Some(next) = chars.next().filter(|n| !ends_line(*n)) {
                    out.push(next);
                }
                keep = out.len();
            }
            '\'' if !bare => {
                out.extend(chars.by_ref().take_while(|c| *c != '\''));
                keep = out.len();
            }
            '"' if !bare => {
                while let Some(c) = chars.next().filter(|c| *c != '"') {
                    match (c, peek(chars)) {
                        ('\\', Some('"' | '\\' | '`' | '$')) => out.extend(chars.next()),
                        ('\\', Some('\n')) => {
                            chars.next();
                        }
                        ('\\', None) => {}
                        _ => out.push(c),
                    }
                }
                keep = out.len();
            }
            c if !bare && is_blank(c) => {}
            c => {
                bare = true;
                out.push(c);
                if !is_blank(c) {
                    keep = out.len();
                }
            }
        }
    }
    out.truncate(keep);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_systemd_reads() {
        let cases = [
            ("A=b", "b"),
            ("  A = b c  ", "b c"),
            ("A='b c'", "b c"),
            ("A='b'\"c\"", "bc"),
            ("A=\"b\\\"c\\\\d\\$e\\nf\"", "b\"c\\d$e\\nf"),
            ("A='b\\c'", "b\\c"),
            ("A=b\\ c", "b c"),
            ("A=it's", "it's"),
            ("A=", ""),
            ("A=\"two\nlines\"", "two\nlines"),
            ("#A=x\n;A=y\nA=z", "z"),
            ("A=b#c", "b#c"),
            ("A=1\nA=2", "2"),
            ("A=1\r\nB=2\r\n", "1"),
            ("A=1\rB=2", "1"),
            ("A=x\u{a0}", "x\u{a0}"),
            ("='x\nA=1'", "1'"),
            ("A=\"x\\", "x"),
        ];
        for (text, expected) in cases {
            assert_eq!(parse(text).get("A").map(String::as_str), Some(expected), "{text:?}");
        }
        assert!(parse("1A=x\nno line\n-=y\n# only=comment").is_empty());
    }

    #[test]
    fn what_is_written_reads_back() {
        for value in ["", " a b ", "'", "\"", "\\", "$x`y`", "a#b;c", "two\nlines", "pä§§=wörd", "\\n"] {
            let text = format!("K={}\nL=\"1\"\n", quote(value));
            assert_eq!(parse(&text).get("K").map(String::as_str), Some(value), "{text}");
            assert_eq!(parse(&text).get("L").map(String::as_str), Some("1"), "{text}");
        }
    }

    #[test]
    fn a_change_leaves_the_rest_as_it_is() {
        let text = "# of the warehouse\nA=1\n\nB='2' \n; the end\nA=\"3\n4\"\nno line";
        assert_eq!(replaced(text, "A", "A=\"9\"\n"), "# of the warehouse\nA=\"9\"\n\nB='2' \n; the end\nno line");
        assert_eq!(replaced(text, "B", ""), "# of the warehouse\nA=1\n\n; the end\nA=\"3\n4\"\nno line");
        assert_eq!(replaced("A=1", "C", "C=\"2\"\n"), "A=1\nC=\"2\"\n");
        assert_eq!(replaced("", "C", "C=\"2\"\n"), "C=\"2\"\n");
        assert_eq!(replaced("#A=1\n", "A", ""), "#A=1\n");
    }

    /// What systemd's own parser makes of files: what each has, or nothing where it refuses it.
    fn by_systemd(texts: &[String]) -> Vec<Option<BTreeMap<String, String>>> {
        let folder = tempfile::tempdir().unwrap();
        let files = texts.iter().enumerate().map(|(i, text)| {
            let file = folder.path().join(i.to_string());
            std::fs::write(&file, text).unwrap();
            file
        });
        let mut python = std::process::Command::new("python3");
        python.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/environment_file.py")).args(files);
        let output = python.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Draws a text of these characters.
    fn drawn(draws: &mut u64, alphabet: &[char], most: u64) -> String {
        let mut below = |n: u64| {
            *draws = draws.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (*draws >> 33) % n
        };
        (0..below(most)).map(|_| alphabet[usize::try_from(below(alphabet.len() as u64)).unwrap()]).collect()
    }

    /// Another one each time: what fails shows its text.
    fn seed() -> u64 {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        u64::from(now.subsec_nanos())
    }

    /// Files as somebody may write them, or mistype them.
    #[test]
    #[ignore = "needs systemd: tests/run.sh"]
    fn any_file_is_read_as_systemd_reads_it() {
        let mut draws = seed();
        let alphabet: Vec<char> = "AB_=='\"'\"'\"\\\\\\\\$`#; \t\n\n\nx1é\u{a0}\r\u{2003}\u{b}".chars().collect();
        let texts: Vec<String> = (0..3000).map(|_| drawn(&mut draws, &alphabet, 40)).collect();
        for (text, systemd) in texts.iter().zip(by_systemd(&texts)) {
            // Before 254 a comment went on in the next line behind a backslash.
            let mut lines = text.split(ends_line).map(|line| line.trim_start_matches(is_blank));
            if lines.any(|line| line.starts_with(['#', ';']) && line.contains('\\')) {
                continue;
            }
            let mut systemd = systemd.unwrap_or_else(|| panic!("refused: {text:?}"));
            systemd.retain(|key, _| super::super::is_key(key));
            assert_eq!(parse(text), systemd, "{text:?}");
        }
    }

    /// Values as `secrets set` writes them.
    #[test]
    #[ignore = "needs systemd: tests/run.sh"]
    fn any_value_that_is_written_is_read_back_by_systemd() {
        let mut draws = seed();
        let mut alphabet: Vec<char> = (1..128).map(char::from).collect();
        alphabet.extend("'\"\\$`#; \n\r\té\u{a0}\u{85}\u{2028}\u{feff}\u{fffd}𝒜💥".chars());
        let mut values: Vec<String> = (0..2000).map(|_| drawn(&mut draws, &alphabet, 30)).collect();
        values.extend(alphabet.iter().map(|c| format!("{c}")));
        values.extend(["\\".repeat(9), "$HOME ${HOME} $(id) `id` %h %%".to_owned(), " ".to_owned(), String::new()]);
        let texts: Vec<String> = values.iter().map(|value| format!("K={}\nL=\"1\"\n", quote(value))).collect();
        for ((value, text), systemd) in values.iter().zip(&texts).zip(by_systemd(&texts)) {
            super::super::check_value(value).unwrap();
            let expected = BTreeMap::from([("K".to_owned(), value.clone()), ("L".to_owned(), "1".to_owned())]);
            assert_eq!(systemd.as_ref(), Some(&expected), "{text:?}");
            assert_eq!(parse(text), expected, "{text:?}");
        }
    }

    /// What is refused would have kept the service from starting.
    #[test]
    #[ignore = "needs systemd: tests/run.sh"]
    fn what_systemd_can_not_read_is_refused() {
        let values = ["\u{fdd0}", "\u{fdef}", "\u{fffe}", "\u{ffff}", "\u{1fffe}", "\u{10ffff}"];
        let values = values.map(|c| format!("a{c}b"));
        let texts = values.clone().map(|value| format!("K={}\n", quote(&value)));
        for (value, systemd) in values.iter().zip(by_systemd(&texts)) {
            assert_eq!(systemd, None, "{value:?}");
            let error = super::super::check_value(value).unwrap_err();
            assert!(error.message.contains("is no character, so that systemd would refuse"), "{}", error.message);
        }
    }
}
