//! A list put together anew and back into its query.

use super::super::lexer::{Kind, Token, tokens_of};
use super::read::{Read, is_line_comment};
use super::{Declined, SelectList, declined};

/// A column of the list that is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// That column as it is.
    Kept(usize),
    /// That column with another text in its place, and its comments.
    Changed(usize, String),
    /// A column that was not there.
    New(String),
}

impl Piece {
    /// Which column it was.
    pub fn old(&self) -> Option<usize> {
        match self {
            Piece::Kept(i) | Piece::Changed(i, _) => Some(*i),
            Piece::New(_) => None,
        }
    }
}

/// A column with its comments, about to be written.
#[derive(Default)]
struct Part {
    before: String,
    /// Whether the comments before it stand on lines of their own.
    above: bool,
    core: String,
    after: String,
    post: String,
}

/// What stands before a comma and behind it.
type Gap = (String, String);

fn begins_line(text: &str) -> bool {
    text.trim_start_matches([' ', '\t']).starts_with(['\n', '\r'])
}

/// A gap without its comments.
fn bare(text: &str) -> String {
    match text.rfind('\n') {
        Some(at) => {
            let line_end = if text[..at].ends_with('\r') { at - 1 } else { at };
            let indent: String = text[at + 1..].chars().take_while(|c| c.is_whitespace()).collect();
            format!("{}{indent}", &text[line_end..=at])
        }
        None => text.chars().filter(|c| c.is_whitespace()).collect(),
    }
}

/// Puts a blank at the end where the next text would make one word of two.
fn part_words(out: &mut String, next: &str) {
    let word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '#' | '@' | '$') || !c.is_ascii();
    if out.ends_with(word) && next.starts_with(word) {
        out.push(' ');
    }
}

impl SelectList {
    /// The query with these columns in place of its own. Outside of the list every byte stays, and of columns that are
    /// kept: white space belongs to the place in the list, comments to the column. A column that goes takes its
    /// comments along. Where nothing stood between the list and the words around it, a blank may come there.
    ///
    /// # Errors
    /// Where ORDER BY or GROUP BY count to a column that would be another, and where what comes out would not be read
    /// as the list that was asked for: an expression that holds a comma, a FROM, or what is not closed.
    pub fn splice(&self, pieces: &[Piece]) -> Result<String, Declined> {
        self.keeps_ordinals(pieces)?;
        if pieces.is_empty() {
            return Err(declined("a query has at least one column"));
        }
        let text = |range: &std::ops::Range<usize>| self.sql[range.clone()].to_owned();
        let old = |i: usize| {
            let item = &self.items[i];
            let line = self.sql[..item.before.start].rfind('\n').map_or(0, |at| at + 1);
            let above = !item.before.is_empty() && self.sql[line..item.before.start].trim().is_empty();
            Part {
                before: text(&item.before),
                above,
                core: text(&item.core),
                after: text(&item.after),
                post: text(&item.post),
            }
        };
        let parts: Vec<Part> = pieces
            .iter()
            .map(|piece| match piece {
                Piece::Kept(i) => old(*i),
                Piece::Changed(i, core) => Part { core: core.clone(), ..old(*i) },
                Piece::New(core) => Part { core: core.clone(), ..Part::default() },
            })
            .collect();
        let gaps = self.gaps_for(pieces);
        let begin = self.items[0].before.start;
        let end = self.items.last().map_or(begin, |last| last.after.end);
        let mut out = self.sql[..begin].to_owned();
        for (i, part) in parts.iter().enumerate() {
            let line = out.rfind('\n').map_or(0, |at| at + 1);
            // Behind the comma of another column than before it would be a comment of that.
            let follows = i.checked_sub(1).is_some_and(|before| match (pieces[before].old(), pieces[i].old()) {
                (Some(a), Some(b)) => a + 1 != b,
                _ => true,
            });
            let breaks = |t: &Token| t.kind == Kind::Space && part.before[t.span.clone()].contains('\n');
            let ends_its_line = follows && tokens_of(&self.kind, &part.before).iter().any(breaks);
            // At the head of the list the line of SELECT's own comments goes on, as it may have before.
            let head = i == 0 && !self.sql[self.head_end..begin].trim().is_empty();
            if ((part.above && !head) || ends_its_line) && !out[line..].trim().is_empty() {
                out.push_str(self.line_end());
            }
            self.write(&mut out, &part.before);
            if i == 0 && pieces[0] != Piece::Kept(0) {
                part_words(&mut out, &part.core);
            }
            self.write(&mut out, &part.core);
            let Some((left, right)) = gaps.get(i) else {
                self.write(&mut out, &part.after);
                self.write(&mut out, &part.post);
                break;
            };
            // A comment that ends its line stands behind the comma, where the line ends there.
            let late = !begins_line(left) && begins_line(right);
            let runs_on = self.ends_in_line_comment(&part.after);
            if !(late && runs_on) {
                self.write(&mut out, &part.after);
            }
            if !begins_line(right) {
                self.write(&mut out, &part.post);
            }
            self.write(&mut out, left);
            self.write(&mut out, ",");
            if late && runs_on {
                out.push_str(&part.after);
            }
            if begins_line(right) {
                self.write(&mut out, &part.post);
            }
            self.write(&mut out, right);
        }
        if pieces.last() != Some(&Piece::Kept(self.items.len() - 1)) {
            part_words(&mut out, &self.sql[end..]);
        }
        self.write(&mut out, &self.sql[end..]);
        self.check(&out, pieces)?;
        Ok(out)
    }

    /// The list's lines as they are edited, and where they begin and end in the query.
    fn lines(&self) -> (usize, usize) {
        let begin = self.items[0].before.start;
        let lead = &self.sql[self.head_end..begin];
        let begin = lead.rfind('\n').map_or(begin, |at| self.head_end + at + 1);
        (begin, self.items.last().map_or(begin, |last| last.after.end))
    }

    /// The list as it stands in the query, for an editor.
    pub fn list_text(&self) -> &str {
        let (begin, end) = self.lines();
        &self.sql[begin..end]
    }

    /// The query with another text in place of [`SelectList::list_text`].
    ///
    /// # Errors
    /// Where that text is no list: what is behind it in the query would be read otherwise.
    pub fn with_list_text(&self, list: &str) -> Result<(String, SelectList), Declined> {
        let (begin, end) = self.lines();
        let mut out = self.sql[..begin].to_owned();
        let list = if list == &self.sql[begin..end] { list } else { list.trim_end() };
        let changed = list != &self.sql[begin..end];
        if changed {
            part_words(&mut out, list);
        }
        self.write(&mut out, list);
        if changed {
            part_words(&mut out, &self.sql[end..]);
        }
        self.write(&mut out, &self.sql[end..]);
        let read = self.read_again(&out)?;
        Ok((out, read))
    }

    /// A text as one column.
    ///
    /// # Errors
    /// Where it is none, or several.
    pub fn column(&self, text: &str) -> Result<SelectList, Declined> {
        let text = text.trim();
        let query = format!("SELECT\n{text}\n");
        let read = SelectList::parse(&self.kind, &query)?;
        if read.head_end != "SELECT".len() {
            return Err(declined(format!("it begins with what belongs to SELECT, not to a column: {text}")));
        }
        if read.items.len() > 1 {
            return Err(declined(format!("it holds {} columns, with commas between them", read.items.len())));
        }
        if read.list_end != query.len() {
            return Err(declined("it goes on behind the column"));
        }
        if read.comments(&read.items[0]).is_some() || read.items[0].core.len() != text.len() {
            return Err(declined("it begins or ends with a comment"));
        }
        let words = Read::new(&self.kind, text)?;
        let count = |word| (0..words.toks.len()).filter(|at| words.keyword(*at, &[word])).count();
        if count("CASE") > count("END") {
            return Err(declined("a CASE in it has no END"));
        }
        Ok(read)
    }

    /// What stands between the new columns: gaps stay in their places; one goes with a column that goes, and one like
    /// its neighbour comes with a column that comes.
    fn gaps_for(&self, pieces: &[Piece]) -> Vec<Gap> {
        let text = |range: &std::ops::Range<usize>| self.sql[range.clone()].to_owned();
        let mut gaps: Vec<Gap> = self.gaps.iter().map(|(left, right)| (text(left), text(right))).collect();
        let gone = (0..self.items.len()).rev().filter(|i| !pieces.iter().any(|p| p.old() == Some(*i)));
        for i in gone {
            if gaps.is_empty() {
                break;
            }
            let last = i >= gaps.len();
            let (left, right) = gaps.remove(if last { gaps.len() - 1 } else { i });
            // Comments of nobody stay.
            if !(left.trim().is_empty() && right.trim().is_empty()) {
                let neighbour =
                    if last { gaps.len().checked_sub(1) } else { i.checked_sub(1).or((!gaps.is_empty()).then_some(0)) };
                if let Some(neighbour) = neighbour {
                    gaps[neighbour].1 = format!("{}{left}{right}", gaps[neighbour].1);
                }
            }
        }
        let mut there = pieces.iter().filter(|p| p.old().is_some()).count();
        for (i, piece) in pieces.iter().enumerate() {
            if piece.old().is_some() {
                continue;
            }
            if there > 0 {
                let like = gaps.get(i.min(gaps.len().saturating_sub(1))).map(|(left, right)| (bare(left), bare(right)));
                gaps.insert(i.min(gaps.len()), like.unwrap_or_else(|| self.first_gap()));
            }
            there += 1;
        }
        gaps
    }

    /// What stands between two columns where there was one: as it began, on lines of their own or on one.
    fn first_gap(&self) -> Gap {
        let lead = &self.sql[self.head_end..self.items[0].before.start];
        (String::new(), if lead.contains('\n') { bare(lead) } else { " ".to_owned() })
    }

    /// Appends a text, so that no comment runs into it.
    fn write(&self, out: &mut String, text: &str) {
        if text.is_empty() {
            return;
        }
        let line = &out[out.rfind('\n').map_or(0, |at| at + 1)..];
        if !begins_line(text) && (line.contains("--") || line.contains('#')) {
            let both = tokens_of(&self.kind, &format!("{out}{text}"));
            let across = |t: &Token| t.kind == Kind::Comment && t.span.start < out.len() && t.span.end > out.len();
            if both.iter().any(|t| across(t) && is_line_comment(&out[t.span.start..])) {
                out.push_str(self.line_end());
            }
        }
        out.push_str(text);
    }

    fn line_end(&self) -> &'static str {
        if self.sql.contains("\r\n") { "\r\n" } else { "\n" }
    }

    fn ends_in_line_comment(&self, text: &str) -> bool {
        let last = tokens_of(&self.kind, text).pop();
        last.is_some_and(|t| t.kind == Kind::Comment && is_line_comment(&text[t.span]))
    }

    /// Whether an ORDER BY 2 goes on meaning the same column.
    ///
    /// # Errors
    /// Where it would not.
    pub fn keeps_ordinals(&self, pieces: &[Piece]) -> Result<(), Declined> {
        let stars = self.items.iter().any(|item| item.parts.star);
        let moved = pieces.len() != self.items.len() || pieces.iter().enumerate().any(|(i, p)| p.old() != Some(i));
        for (place, what) in &self.ordinals {
            let at = place.checked_sub(1);
            let stays =
                at.is_some_and(|at| at >= self.items.len() || pieces.get(at).is_some_and(|p| p.old() == Some(at)));
            if if stars { moved } else { !stays } {
                return Err(declined(format!(
                    "{what} {place} counts the columns, and would count to another one: name the column there first"
                )));
            }
        }
        Ok(())
    }

    /// Reads what was put together: the list must be where it was, and what is around it the same.
    fn read_again(&self, sql: &str) -> Result<SelectList, Declined> {
        let read = SelectList::parse(&self.kind, sql)?;
        let (head, tail) = (&self.sql[..self.head_end], &self.sql[self.list_end..]);
        let same = read.sql[..read.head_end] == *head && read.sql[read.list_end..] == *tail;
        if same {
            Ok(read)
        } else {
            Err(declined("it would no longer be one list of columns before what comes behind it"))
        }
    }

    fn check(&self, sql: &str, pieces: &[Piece]) -> Result<(), Declined> {
        let read = self.read_again(sql)?;
        let wanted = |piece: &Piece| match piece {
            Piece::Kept(i) => self.text(&self.items[*i]).to_owned(),
            Piece::Changed(_, core) | Piece::New(core) => core.clone(),
        };
        let same = read.items.len() == pieces.len()
            && read.items.iter().zip(pieces).all(|(item, piece)| read.text(item) == wanted(piece));
        if same { Ok(()) } else { Err(declined("its columns would not be read as the ones that were asked for")) }
    }
}
