//! The words of a script: quotes, variables, substitutions.

use super::parse::Parser;
use super::{Change, Part, Unreadable, Word};

/// Characters that end a word where they are not quoted.
pub(super) fn ends_word(c: char) -> bool {
    c.is_ascii_whitespace() || matches!(c, ';' | '&' | '|' | '<' | '>' | '(' | ')')
}

/// Where a text stands, which says what is special in it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Between blanks.
    Bare,
    /// Between double quotes.
    Quoted,
    /// The body of a here-document.
    Document,
    /// Within `${NAME:-…}`, up to the brace.
    Brace,
    /// Within `${NAME/…/…}`, up to the slash or the brace.
    Pattern,
}

impl Parser<'_> {
    /// A word that begins here.
    pub(super) fn word(&mut self) -> Result<Word, Unreadable> {
        self.parts(Place::Bare)
    }

    fn parts(&mut self, place: Place) -> Result<Word, Unreadable> {
        let mut parts: Vec<Part> = Vec::new();
        let quoted = matches!(place, Place::Quoted | Place::Document);
        while let Some(c) = self.peek() {
            match c {
                '"' if place == Place::Quoted => break,
                '}' if matches!(place, Place::Brace | Place::Pattern) => break,
                '/' if place == Place::Pattern => break,
                c if place == Place::Bare && ends_word(c) => {
                    if matches!(c, '<' | '>') && self.after(1) == Some('(') && parts.is_empty() {
                        self.advance(2);
                        let list = self.commands_to(')')?;
                        parts.push(if c == '<' { Part::Process(list) } else { Part::Unknown("`>(…)`") });
                        continue;
                    }
                    break;
                }
                '\\' => self.backslash(place, &mut parts),
                '\'' if !quoted => {
                    self.advance(1);
                    let text = self.up_to('\'')?;
                    parts.push(Part::Text(text, true));
                }
                '"' if !quoted => {
                    self.advance(1);
                    let inner = self.parts(Place::Quoted)?;
                    self.expect('"')?;
                    // An empty pair of quotes is a word too.
                    parts.push(Part::Text(String::new(), true));
                    parts.extend(inner.parts);
                }
                '$' => self.dollar(quoted, &mut parts)?,
                '`' => {
                    self.advance(1);
                    let list = self.backquoted()?;
                    parts.push(Part::Command(list, quoted));
                }
                _ => {
                    self.advance(1);
                    push(&mut parts, c, quoted);
                }
            }
        }
        Ok(Word { parts })
    }

    /// A backslash, and what it makes of the next character (POSIX.1, 2.2.1 and 2.2.3).
    fn backslash(&mut self, place: Place, parts: &mut Vec<Part>) {
        let next = self.after(1);
        let escapes = match place {
            Place::Quoted => matches!(next, Some('$' | '`' | '"' | '\\' | '\n')),
            Place::Document => matches!(next, Some('$' | '`' | '\\' | '\n')),
            _ => next.is_some(),
        };
        self.advance(1);
        match next {
            Some('\n') if escapes => self.advance(1),
            Some(c) if escapes => {
                self.advance(1);
                push(parts, c, true);
            }
            _ => push(parts, '\\', matches!(place, Place::Quoted | Place::Document)),
        }
    }

    fn dollar(&mut self, quoted: bool, parts: &mut Vec<Part>) -> Result<(), Unreadable> {
        let start = self.line();
        match self.after(1) {
            Some('(') if self.after(2) == Some('(') => {
                self.advance(3);
                self.arithmetic(start)?;
                parts.push(Part::Unknown("arithmetic"));
            }
            Some('(') => {
                self.advance(2);
                let list = self.commands_to(')')?;
                parts.push(Part::Command(list, quoted));
            }
            Some('{') => {
                self.advance(2);
                let part = self.braced(quoted)?;
                self.expect('}')?;
                parts.push(part);
            }
            Some('\'') if !quoted => {
                self.advance(2);
                let text = self.up_to('\'')?;
                match text.contains('\\') {
                    false => parts.push(Part::Text(text, true)),
                    true => parts.push(Part::Text(unescaped(&text), true)),
                }
            }
            Some('"') if !quoted => self.advance(1),
            Some(c) if c.is_ascii_alphabetic() || c == '_' => {
                self.advance(1);
                let name = self.name();
                parts.push(Part::Variable(name, None, quoted));
            }
            Some(c) if c.is_ascii_digit() || matches!(c, '@' | '*' | '#' | '?' | '$' | '!' | '-') => {
                self.advance(2);
                parts.push(Part::Variable(c.to_string(), None, quoted));
            }
            _ => {
                self.advance(1);
                push(parts, '$', quoted);
            }
        }
        Ok(())
    }

    /// What stands within `${…}`.
    fn braced(&mut self, quoted: bool) -> Result<Part, Unreadable> {
        self.deeper(|this| this.in_braces(quoted))
    }

    fn in_braces(&mut self, quoted: bool) -> Result<Part, Unreadable> {
        if matches!(self.peek(), Some('!')) || (self.peek() == Some('#') && self.after(1) != Some('}')) {
            self.skip_brace()?;
            return Ok(Part::Unknown("`${#…}` or `${!…}`"));
        }
        let name = match self.peek() {
            Some(c) if c.is_ascii_alphabetic() || c == '_' => self.name(),
            Some(c) if c.is_ascii_digit() => self.take_while(|c| c.is_ascii_digit()),
            Some(c) if matches!(c, '@' | '*' | '#' | '?' | '$' | '-') => {
                self.advance(1);
                c.to_string()
            }
            _ => return Err(self.unreadable("`${` without a name")),
        };
        // `${BASH_SOURCE[0]}` is the one element of an array that everybody uses.
        if self.peek() == Some('[') {
            let index = self.take_while(|c| c != ']' && c != '\n');
            self.expect(']')?;
            if index != "[0" {
                self.skip_brace()?;
                return Ok(Part::Unknown("an array"));
            }
        }
        let change = self.change()?;
        Ok(Part::Variable(name, change.map(Box::new), quoted))
    }

    fn change(&mut self) -> Result<Option<Change>, Unreadable> {
        let colon = self.peek() == Some(':') && matches!(self.after(1), Some('-' | '=' | '+' | '?'));
        if colon {
            self.advance(1);
        }
        let Some(sign) = self.peek() else { return Ok(None) };
        if sign == '}' {
            return Ok(None);
        }
        if !matches!(sign, '-' | '=' | '+' | '?' | '#' | '%' | '/') {
            self.skip_brace()?;
            return Ok(Some(Change::Other));
        }
        self.advance(1);
        let twice = matches!(sign, '#' | '%' | '/') && self.peek() == Some(sign);
        if twice {
            self.advance(1);
        }
        Ok(Some(match sign {
            '-' | '=' => Change::Default { word: self.parts(Place::Brace)?, assign: sign == '=', colon },
            '+' => Change::Alternative(self.parts(Place::Brace)?),
            '?' => {
                self.parts(Place::Brace)?;
                Change::Must
            }
            '#' => Change::WithoutStart(self.parts(Place::Brace)?, twice),
            '%' => Change::WithoutEnd(self.parts(Place::Brace)?, twice),
            _ => {
                let what = self.parts(Place::Pattern)?;
                let with = match self.peek() {
                    Some('/') => {
                        self.advance(1);
                        self.parts(Place::Brace)?
                    }
                    _ => Word::default(),
                };
                Change::Replace { what, with, all: twice }
            }
        }))
    }

    /// Goes to the brace that ends what is not understood.
    fn skip_brace(&mut self) -> Result<(), Unreadable> {
        let mut depth = 0;
        while let Some(c) = self.peek() {
            match c {
                '{' => depth += 1,
                '}' if depth == 0 => return Ok(()),
                '}' => depth -= 1,
                _ => {}
            }
            self.advance(1);
        }
        Err(self.unreadable("`${` does not end"))
    }

    /// The commands within backquotes, in which a backslash escapes a backquote, a dollar and itself.
    fn backquoted(&mut self) -> Result<super::List, Unreadable> {
        let line = self.line();
        let mut text = String::new();
        loop {
            match self.peek() {
                None => return Err(self.unreadable("a backquote does not end")),
                Some('`') => break,
                Some('\\') if matches!(self.after(1), Some('`' | '$' | '\\')) => {
                    text.extend(self.after(1));
                    self.advance(2);
                }
                Some(c) => {
                    text.push(c);
                    self.advance(1);
                }
            }
        }
        self.advance(1);
        self.within(&text, line).script()
    }

    /// The body of a here-document, in which variables and commands stand for their values.
    pub(super) fn document(&self, text: &str, line: usize) -> Result<Word, Unreadable> {
        let mut parser = self.within(text, line);
        let mut all = Word::default();
        loop {
            let word = parser.parts(Place::Document)?;
            all.parts.extend(word.parts);
            match parser.peek() {
                None => return Ok(all),
                Some(c) => {
                    parser.advance(1);
                    push(&mut all.parts, c, true);
                }
            }
        }
    }
}

/// `$'…'`: what its escapes stand for; those that are not among the usual stay as they are.
fn unescaped(text: &str) -> String {
    text.replace("\\n", "\n").replace("\\t", "\t").replace("\\r", "\r").replace("\\\\", "\\")
}

fn push(parts: &mut Vec<Part>, c: char, quoted: bool) {
    match parts.last_mut() {
        Some(Part::Text(text, q)) if *q == quoted => text.push(c),
        _ => parts.push(Part::Text(c.to_string(), quoted)),
    }
}
