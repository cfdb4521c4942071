//! `if`, `for`, `case`, `[[ … ]]`: commands that hold others (POSIX.1, 2.9.4; bash(1)).

use super::parse::Parser;
use super::{Kind, List, Part, Unreadable, Word};

impl Parser<'_> {
    pub(super) fn conditional(&mut self) -> Result<Kind, Unreadable> {
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

    pub(super) fn body(&mut self) -> Result<List, Unreadable> {
        self.keyword("do")?;
        let body = self.list()?;
        self.keyword("done")?;
        Ok(body)
    }

    pub(super) fn each(&mut self) -> Result<Kind, Unreadable> {
        let keyword = self.next_bare().len();
        self.advance(keyword);
        self.blanks(false)?;
        if self.peek() == Some('(') {
            self.advance(2);
            self.arithmetic(self.line())?;
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

    pub(super) fn case(&mut self) -> Result<Kind, Unreadable> {
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
    pub(super) fn test(&mut self) -> Result<Vec<Word>, Unreadable> {
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
}
