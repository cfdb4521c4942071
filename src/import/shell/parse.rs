//! From the text of a script to its commands (POSIX.1, 2.10).

use super::simple::place_bodies;
use super::word::ends_word;
use super::{Command, Item, Join, Kind, List, Part, Unreadable, Word};

/// Reads a script.
///
/// # Errors
/// The first thing that is no shell, or that is not known here.
pub fn parse(text: &str) -> Result<List, Unreadable> {
    Parser::at(text, 1).script()
}

/// A here-document whose body comes behind the line.
pub(super) struct Pending {
    pub(super) end: String,
    pub(super) expands: bool,
    pub(super) tabs: bool,
}

pub(super) struct Parser<'t> {
    pub(super) text: &'t str,
    pub(super) at: usize,
    line: usize,
    /// Here-documents that are announced, and the bodies of those that were read.
    pub(super) pending: Vec<Pending>,
    pub(super) bodies: Vec<Word>,
    depth: usize,
}

/// So deep may commands stand within commands.
const DEEPEST: usize = 60;

/// Words that end a list.
const ENDS: [&str; 8] = ["then", "else", "elif", "fi", "do", "done", "esac", "}"];

impl<'t> Parser<'t> {
    pub(super) fn at(text: &'t str, line: usize) -> Parser<'t> {
        Parser { text, at: 0, line, pending: Vec::new(), bodies: Vec::new(), depth: 0 }
    }

    /// For a text within this one.
    pub(super) fn within<'i>(&self, text: &'i str, line: usize) -> Parser<'i> {
        Parser { depth: self.depth + 1, ..Parser::at(text, line) }
    }

    /// Reads something that may have its like within.
    pub(super) fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, Unreadable>) -> Result<T, Unreadable> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(self.unreadable("commands within commands, too deep"));
        }
        let read = read(self);
        self.depth -= 1;
        read
    }

    pub(super) fn script(mut self) -> Result<List, Unreadable> {
        let list = self.list()?;
        match self.peek() {
            None => {
                self.read_documents()?;
                Ok(self.with_bodies(list))
            }
            Some(c) => Err(self.unreadable(&format!("`{}` stands where no command ends", c.escape_default()))),
        }
    }

    pub(super) fn line(&self) -> usize {
        self.line
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    pub(super) fn after(&self, n: usize) -> Option<char> {
        self.text[self.at..].chars().nth(n)
    }

    pub(super) fn advance(&mut self, n: usize) {
        for c in self.text[self.at..].chars().take(n) {
            self.at += c.len_utf8();
            self.line += usize::from(c == '\n');
        }
    }

    pub(super) fn unreadable(&self, why: &str) -> Unreadable {
        Unreadable { line: self.line, why: why.to_owned() }
    }

    pub(super) fn expect(&mut self, c: char) -> Result<(), Unreadable> {
        if self.peek() == Some(c) {
            self.advance(1);
            return Ok(());
        }
        Err(self.unreadable(&format!("`{c}` is missing")))
    }

    pub(super) fn take_while(&mut self, is: impl Fn(char) -> bool) -> String {
        let rest = &self.text[self.at..];
        let taken = rest[..rest.find(|c| !is(c)).unwrap_or(rest.len())].to_owned();
        self.advance(taken.chars().count());
        taken
    }

    pub(super) fn name(&mut self) -> String {
        self.take_while(|c| c.is_ascii_alphanumeric() || c == '_')
    }

    /// The text before the next `c`, and past that.
    pub(super) fn up_to(&mut self, c: char) -> Result<String, Unreadable> {
        let text = self.take_while(|d| d != c);
        self.expect(c)?;
        Ok(text)
    }

    /// Past the `))` that ends what is not looked at.
    pub(super) fn arithmetic(&mut self, line: usize) -> Result<(), Unreadable> {
        match self.text[self.at..].find("))") {
            Some(end) => {
                let n = self.text[self.at..self.at + end].chars().count();
                self.advance(n + 2);
                Ok(())
            }
            None => Err(Unreadable { line, why: "`((` does not end".to_owned() }),
        }
    }

    /// The commands up to a `)`, and past that.
    pub(super) fn commands_to(&mut self, end: char) -> Result<List, Unreadable> {
        let list = self.list()?;
        self.expect(end)?;
        Ok(list)
    }

    /// Past blanks, comments and continued lines; with `lines`, past ends of lines too.
    pub(super) fn blanks(&mut self, lines: bool) -> Result<(), Unreadable> {
        loop {
            match self.peek() {
                Some('\n') if lines => {
                    self.advance(1);
                    self.read_documents()?;
                }
                Some(c) if c.is_ascii_whitespace() && c != '\n' => self.advance(1),
                Some('\\') if self.after(1) == Some('\n') => self.advance(2),
                Some('#') => {
                    self.take_while(|c| c != '\n');
                }
                _ => return Ok(()),
            }
        }
    }

    /// Reads the bodies of the here-documents that the line before announced.
    fn read_documents(&mut self) -> Result<(), Unreadable> {
        for pending in std::mem::take(&mut self.pending) {
            let (first, mut body) = (self.line, String::new());
            loop {
                if self.at >= self.text.len() {
                    break;
                }
                let line = self.take_while(|c| c != '\n');
                self.advance(1);
                let line = if pending.tabs { line.trim_start_matches('\t') } else { &line };
                if line == pending.end {
                    break;
                }
                body.push_str(line);
                body.push('\n');
            }
            self.bodies.push(match pending.expands {
                true => self.document(&body, first)?,
                false => Word { parts: vec![Part::Text(body, true)] },
            });
        }
        Ok(())
    }

    /// Puts the bodies of here-documents where they were announced: there an index stands for each.
    fn with_bodies(&self, mut list: List) -> List {
        place_bodies(&mut list, &self.bodies);
        list
    }

    pub(super) fn list(&mut self) -> Result<List, Unreadable> {
        self.deeper(Parser::items)
    }

    fn items(&mut self) -> Result<List, Unreadable> {
        let mut list = Vec::new();
        let mut join = Join::Then;
        loop {
            self.blanks(true)?;
            if self.at_end_of_list() {
                break;
            }
            let (negated, pipeline) = self.pipeline()?;
            list.push(Item { join, pipeline, negated });
            self.blanks(false)?;
            join = match (self.peek(), self.after(1)) {
                (Some('&'), Some('&')) => {
                    self.advance(2);
                    Join::And
                }
                (Some('|'), Some('|')) => {
                    self.advance(2);
                    Join::Or
                }
                (Some(';'), Some(';')) => break,
                (Some(';' | '&' | '\n'), _) => {
                    if self.peek() != Some('\n') {
                        self.advance(1);
                    }
                    Join::Then
                }
                _ => break,
            };
        }
        Ok(list)
    }

    fn at_end_of_list(&self) -> bool {
        match self.peek() {
            None | Some(')') => true,
            Some(';') => self.after(1) == Some(';'),
            _ => ENDS.contains(&self.next_bare()),
        }
    }

    /// The letters that come next, where a word could be a keyword.
    pub(super) fn next_bare(&self) -> &'t str {
        let rest = &self.text[self.at..];
        &rest[..rest.find(ends_word).unwrap_or(rest.len())]
    }

    fn pipeline(&mut self) -> Result<(bool, Vec<Command>), Unreadable> {
        let mut negated = false;
        while self.next_bare() == "!" {
            self.advance(1);
            self.blanks(false)?;
            negated = !negated;
        }
        let mut commands = vec![self.command()?];
        loop {
            self.blanks(false)?;
            if self.peek() != Some('|') || self.after(1) == Some('|') {
                return Ok((negated, commands));
            }
            self.advance(if self.after(1) == Some('&') { 2 } else { 1 });
            self.blanks(true)?;
            commands.push(self.command()?);
        }
    }

    pub(super) fn command(&mut self) -> Result<Command, Unreadable> {
        let line = self.line;
        let keyword = self.next_bare();
        let kind = match (self.peek(), keyword) {
            (Some('('), _) if self.after(1) == Some('(') => {
                self.advance(2);
                self.arithmetic(line)?;
                Kind::Arithmetic
            }
            (Some('('), _) => {
                self.advance(1);
                Kind::Subshell(self.commands_to(')')?)
            }
            (_, "{") => {
                self.advance(1);
                let list = self.list()?;
                self.expect('}')?;
                Kind::Group(list)
            }
            (_, "if") => self.conditional()?,
            (_, "for" | "select") => self.each()?,
            (_, "while" | "until") => {
                self.advance(5);
                let condition = self.list()?;
                Kind::While { condition, body: self.body()? }
            }
            (_, "case") => self.case()?,
            (_, "[[") => {
                self.advance(2);
                Kind::Test(self.test()?)
            }
            (_, "function") => {
                self.advance(8);
                self.blanks(false)?;
                let name = self.next_bare().to_owned();
                self.advance(name.chars().count());
                self.blanks(false)?;
                if self.peek() == Some('(') {
                    self.advance(1);
                    self.blanks(false)?;
                    self.expect(')')?;
                }
                self.blanks(true)?;
                Kind::Function { name, body: Box::new(self.command()?) }
            }
            _ => return self.simple(line),
        };
        let mut redirects = Vec::new();
        loop {
            self.blanks(false)?;
            match self.redirect()? {
                Some(redirect) => redirects.push(redirect),
                None => return Ok(Command { line, kind, redirects }),
            }
        }
    }

    pub(super) fn keyword(&mut self, word: &str) -> Result<(), Unreadable> {
        self.blanks(true)?;
        if self.next_bare() == word {
            self.advance(word.len());
            return Ok(());
        }
        Err(self.unreadable(&format!("`{word}` is missing")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        let list = parse(text).unwrap_or_else(|e| panic!("{text}: {e:?}"));
        let told = list.iter().flat_map(|item| &item.pipeline).map(|command| match &command.kind {
            Kind::Simple { assignments, words } => {
                let names = assignments.iter().map(|a| format!("{}=", a.name));
                let words = words.iter().map(|w| w.literal().unwrap_or("?".to_owned()));
                names.chain(words).collect::<Vec<_>>().join(" ")
            }
            other => format!("{other:?}").split([' ', '(']).next().unwrap_or_default().to_owned(),
        });
        told.collect()
    }

    #[test]
    fn commands_end_where_the_shell_ends_them() {
        for (text, expected) in [
            ("a b; c\\\nd e \\\n f # g; h\ni", vec!["a b", "cd e f", "i"]),
            ("a 'b;c' \"d & e\" f\\ g#h", vec!["a b;c d & e f g#h"]),
            ("A=1 B='2' c D=3", vec!["A= B= c D=3"]),
            ("a && b || c | d & e", vec!["a", "b", "c", "d", "e"]),
            ("if a; then b; elif c; then d; else e; fi; f", vec!["If", "f"]),
            ("for x in a b; do c; done > /dev/null 2>&1\nd", vec!["For", "d"]),
            ("while a; do b; done < c; until d; do e; done", vec!["While", "While"]),
            ("case $x in a|b) c;; (d) e ;; *) f; esac; g", vec!["Case", "g"]),
            ("f() { a; }; function g { b; }; (c; d); { e; }", vec!["Function", "Function", "Subshell", "Group"]),
            ("cat <<A <<-'B' | c\n$(x\n)\nA\n\td\n\tB\ne", vec!["cat", "c", "e"]),
            ("[[ $a == b* && ( -n $c ) ]] && d", vec!["Test", "d"]),
            ("(( i++ )); a=(1 2 \"3\")", vec!["Arithmetic", "a="]),
            ("a ${b:-c d} ${e%/*} ${f//x/y} ${g[0]} ${#h} $'i\\n'", vec!["a ? ? ? ? ? i\n"]),
            ("", vec![]),
        ] {
            assert_eq!(words(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_shell_is_told_with_its_line() {
        for (text, line) in [
            ("a\nb 'c", 2),
            ("if a; then b", 1),
            ("a\n\n)", 3),
            ("for x in y; z", 1),
            ("for x in y & z", 1),
            ("a ${", 1),
            ("a\ncase x in", 2),
            ("echo `a", 1),
            ("f( x", 1),
        ] {
            assert_eq!(parse(text).map(|_| 0).map_err(|e| e.line), Err(line), "{text}");
        }
        let deep = [("$(", 1000), ("${a:-", 1000), ("( ", 1000), ("{ ", 1000), ("cat <<A\n$(", 1000), ("if ", 1000)];
        for (piece, n) in deep {
            assert!(parse(&piece.repeat(n)).is_err(), "{piece}");
        }
    }
}
