//! From the text of a script to its commands (POSIX.1, 2.10).

use super::word::ends_word;
use super::{Assignment, Command, Item, Join, Kind, List, Part, Redirect, Unreadable, Word};

/// Reads a script.
///
/// # Errors
/// The first thing that is no shell, or that is not known here.
pub fn parse(text: &str) -> Result<List, Unreadable> {
    Parser::at(text, 1).script()
}

/// A here-document whose body comes behind the line.
struct Pending {
    end: String,
    expands: bool,
    tabs: bool,
}

pub(super) struct Parser<'t> {
    text: &'t str,
    at: usize,
    line: usize,
    /// Here-documents that are announced, and the bodies of those that were read.
    pending: Vec<Pending>,
    bodies: Vec<Word>,
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
    fn blanks(&mut self, lines: bool) -> Result<(), Unreadable> {
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

    fn list(&mut self) -> Result<List, Unreadable> {
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
    fn next_bare(&self) -> &'t str {
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

    fn command(&mut self) -> Result<Command, Unreadable> {
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

    fn keyword(&mut self, word: &str) -> Result<(), Unreadable> {
        self.blanks(true)?;
        if self.next_bare() == word {
            self.advance(word.len());
            return Ok(());
        }
        Err(self.unreadable(&format!("`{word}` is missing")))
    }

    fn conditional(&mut self) -> Result<Kind, Unreadable> {
        let mut arms = Vec::new();
        self.advance(2);
        loop {
            let condition = self.list()?;
            self.keyword("then")?;
            arms.push((condition, self.list()?));
            match self.next_bare() {
                "elif" => self.advance(4),
                "else" => {
                    self.advance(4);
                    let otherwise = Some(self.list()?);
                    self.keyword("fi")?;
                    return Ok(Kind::If { arms, otherwise });
                }
                _ => {
                    self.keyword("fi")?;
                    return Ok(Kind::If { arms, otherwise: None });
                }
            }
        }
    }

    fn body(&mut self) -> Result<List, Unreadable> {
        self.keyword("do")?;
        let body = self.list()?;
        self.keyword("done")?;
        Ok(body)
    }

    fn each(&mut self) -> Result<Kind, Unreadable> {
        let keyword = self.next_bare().len();
        self.advance(keyword);
        self.blanks(false)?;
        if self.peek() == Some('(') {
            self.advance(2);
            self.arithmetic(self.line)?;
            self.blanks(false)?;
            if self.peek() == Some(';') {
                self.advance(1);
            }
            return Ok(Kind::For { name: String::new(), words: None, body: self.body()? });
        }
        let name = self.name();
        self.blanks(true)?;
        let mut words = None;
        if self.next_bare() == "in" {
            self.advance(2);
            let mut list = Vec::new();
            loop {
                self.blanks(false)?;
                match self.peek() {
                    Some(';' | '\n') | None => break,
                    _ => {
                        let word = self.word()?;
                        if word.parts.is_empty() {
                            return Err(self.unreadable("the names of a `for` do not end"));
                        }
                        list.push(word);
                    }
                }
            }
            words = Some(list);
        }
        if self.peek() == Some(';') {
            self.advance(1);
        }
        Ok(Kind::For { name, words, body: self.body()? })
    }

    fn case(&mut self) -> Result<Kind, Unreadable> {
        self.advance(4);
        self.blanks(false)?;
        let subject = self.word()?;
        self.keyword("in")?;
        let mut arms = Vec::new();
        loop {
            self.blanks(true)?;
            if self.next_bare() == "esac" {
                self.advance(4);
                return Ok(Kind::Case { subject, arms });
            }
            if self.peek() == Some('(') {
                self.advance(1);
            }
            let mut patterns = Vec::new();
            loop {
                self.blanks(false)?;
                patterns.push(self.word()?);
                self.blanks(false)?;
                match self.peek() {
                    Some('|') => self.advance(1),
                    _ => break,
                }
            }
            self.expect(')')?;
            arms.push((patterns, self.list()?));
            self.blanks(true)?;
            if self.peek() == Some(';') {
                self.advance(2);
            }
        }
    }

    /// The words up to `]]`.
    fn test(&mut self) -> Result<Vec<Word>, Unreadable> {
        let mut words = Vec::new();
        loop {
            self.blanks(true)?;
            if self.next_bare() == "]]" {
                self.advance(2);
                return Ok(words);
            }
            let mut sign = String::new();
            while let Some(c) = self.peek().filter(|c| matches!(c, '&' | '|' | '(' | ')' | '<' | '>')) {
                sign.push(c);
                self.advance(1);
            }
            if sign.is_empty() {
                let word = self.word()?;
                if word.parts.is_empty() {
                    return Err(self.unreadable("`]]` is missing"));
                }
                words.push(word);
            } else {
                words.push(Word { parts: vec![Part::Text(sign, false)] });
            }
        }
    }

    fn simple(&mut self, line: usize) -> Result<Command, Unreadable> {
        let (mut assignments, mut words, mut redirects) = (Vec::new(), Vec::new(), Vec::new());
        loop {
            self.blanks(false)?;
            if let Some(redirect) = self.redirect()? {
                redirects.push(redirect);
                continue;
            }
            match self.peek() {
                Some('(') if words.len() == 1 && assignments.is_empty() && redirects.is_empty() => {
                    let name = words.first().and_then(Word::literal).unwrap_or_default();
                    self.advance(1);
                    self.blanks(false)?;
                    self.expect(')')?;
                    self.blanks(true)?;
                    let body = Box::new(self.command()?);
                    return Ok(Command { line, kind: Kind::Function { name, body }, redirects });
                }
                None => break,
                // `<(…)` is a word.
                Some('<') => words.push(self.word()?),
                Some(c) if ends_word(c) => break,
                _ => match self.assignment(words.is_empty())? {
                    Some(assignment) => assignments.push(assignment),
                    None => {
                        let word = self.word()?;
                        words.push(word);
                    }
                },
            }
        }
        if assignments.is_empty() && words.is_empty() && redirects.is_empty() {
            let c = self.peek().map(|c| c.escape_default().to_string()).unwrap_or_default();
            return Err(self.unreadable(&format!("`{c}` stands where a command begins")));
        }
        Ok(Command { line, kind: Kind::Simple { assignments, words }, redirects })
    }

    /// `NAME=…` before the command's name.
    fn assignment(&mut self, first: bool) -> Result<Option<Assignment>, Unreadable> {
        let rest = &self.text[self.at..];
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
        let append = rest[end..].starts_with("+=");
        if !first
            || end == 0
            || rest.starts_with(|c: char| c.is_ascii_digit())
            || !(append || rest[end..].starts_with('='))
        {
            return Ok(None);
        }
        let name = rest[..end].to_owned();
        self.advance(end + 1 + usize::from(append));
        if self.peek() == Some('(') {
            self.advance(1);
            while self.peek().is_some_and(|c| c != ')') {
                self.blanks(true)?;
                if self.peek() != Some(')') {
                    let word = self.word()?;
                    if word.parts.is_empty() {
                        return Err(self.unreadable("an array does not end"));
                    }
                }
            }
            self.expect(')')?;
            return Ok(Some(Assignment { name, word: None, append }));
        }
        Ok(Some(Assignment { name, word: Some(self.word()?), append }))
    }

    fn redirect(&mut self) -> Result<Option<Redirect>, Unreadable> {
        let digits = self.text[self.at..].chars().take_while(char::is_ascii_digit).count();
        let sign = self.after(digits);
        if sign == Some('&') && self.after(digits + 1) == Some('>') {
            self.advance(if self.after(2) == Some('>') { 3 } else { 2 });
            self.blanks(false)?;
            return Ok(Some(Redirect::Out(self.word()?, true)));
        }
        if !matches!(sign, Some('<' | '>')) || self.after(digits + 1) == Some('(') {
            return Ok(None);
        }
        let number = self.text[self.at..self.at + digits].to_owned();
        self.advance(digits);
        let rest = &self.text[self.at..];
        let operator =
            ["<<<", "<<-", "<<", "<>", "<&", ">>", ">&", ">|", "<", ">"].into_iter().find(|o| rest.starts_with(o));
        let operator = operator.unwrap_or("<");
        self.advance(operator.len());
        self.blanks(false)?;
        let word = self.word()?;
        Ok(Some(match operator {
            "<<" | "<<-" => {
                let expands = word.is_bare() && !word.parts.is_empty();
                let end = word.literal().ok_or_else(|| self.unreadable("a here-document with an odd end"))?;
                self.pending.push(Pending { end, expands, tabs: operator == "<<-" });
                // The body comes later; until then its number stands for it.
                let index = self.bodies.len() + self.pending.len() - 1;
                Redirect::Text(Word { parts: vec![Part::Variable(format!("<<{index}"), None, true)] })
            }
            "<<<" => Redirect::Text(word),
            "<" if number.is_empty() || number == "0" => Redirect::In(word),
            ">" | ">|" | ">>" if number.is_empty() || number == "1" => Redirect::Out(word, operator == ">>"),
            _ => Redirect::Other,
        }))
    }
}

fn place_bodies(list: &mut List, bodies: &[Word]) {
    for command in list.iter_mut().flat_map(|item| &mut item.pipeline) {
        for redirect in &mut command.redirects {
            if let Redirect::Text(word) = redirect
                && let Some(Part::Variable(name, _, _)) = word.parts.first()
                && let Some(body) = name.strip_prefix("<<").and_then(|n| bodies.get(n.parse::<usize>().ok()?))
            {
                *word = body.clone();
            }
        }
        match &mut command.kind {
            Kind::Group(inner) | Kind::Subshell(inner) | Kind::For { body: inner, .. } => place_bodies(inner, bodies),
            Kind::If { arms, otherwise } => {
                for (condition, body) in arms {
                    place_bodies(condition, bodies);
                    place_bodies(body, bodies);
                }
                if let Some(inner) = otherwise {
                    place_bodies(inner, bodies);
                }
            }
            Kind::While { condition, body } => {
                place_bodies(condition, bodies);
                place_bodies(body, bodies);
            }
            Kind::Case { arms, .. } => arms.iter_mut().for_each(|(_, body)| place_bodies(body, bodies)),
            Kind::Function { body, .. } => {
                let mut one = vec![Item { join: Join::Then, pipeline: vec![(**body).clone()], negated: false }];
                place_bodies(&mut one, bodies);
                if let Some(command) = one.pop().and_then(|mut item| item.pipeline.pop()) {
                    **body = command;
                }
            }
            Kind::Simple { assignments, words } => {
                let words = words.iter_mut().chain(assignments.iter_mut().filter_map(|a| a.word.as_mut()));
                for part in words.flat_map(|word| &mut word.parts) {
                    if let Part::Command(inner, _) | Part::Process(inner) = part {
                        place_bodies(inner, bodies);
                    }
                }
            }
            Kind::Test(_) | Kind::Arithmetic => {}
        }
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
