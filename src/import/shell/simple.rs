//! Simple commands: assignments, words, redirections, and the here-documents that are announced among them.

use super::parse::{Parser, Pending};
use super::word::ends_word;
use super::{Assignment, Command, Item, Join, Kind, List, Part, Redirect, Unreadable, Word};

impl Parser<'_> {
    pub(super) fn simple(&mut self, line: usize) -> Result<Command, Unreadable> {
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

    pub(super) fn redirect(&mut self) -> Result<Option<Redirect>, Unreadable> {
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

/// Puts the bodies of here-documents where they were announced: there a number stands for each.
pub(super) fn place_bodies(list: &mut List, bodies: &[Word]) {
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
