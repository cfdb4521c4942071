//! Changes to the columns of a module's query, and what they do to where the columns go.

use super::Columns;
use crate::definition::module::Module;
use crate::error::{Error, Result};
use crate::sql::columns::{Declined, Piece, SelectList, plain};

/// Where a column goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// There, from 1.
    At(usize),
    /// Before that one.
    Before(String),
    /// After that one.
    After(String),
    /// Behind the last one.
    End,
}

/// A change to the columns. Columns are meant by name, by position, or by expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Another expression, another name, or both.
    Set {
        /// Which.
        column: String,
        /// Another expression, which may have a name behind it.
        expression: Option<String>,
        /// Another name.
        name: Option<String>,
    },
    /// One more.
    Add {
        /// Its expression, which may have a name behind it.
        expression: String,
        /// Its name.
        name: Option<String>,
        /// Where it goes.
        place: Place,
        /// The destination's column that it fills, where the module names those.
        dest_column: Option<String>,
    },
    /// These go.
    Drop(Vec<String>),
    /// One moves.
    Move {
        /// Which.
        column: String,
        /// Where to.
        place: Place,
    },
    /// The list as somebody wrote it, as a text.
    Rewrite(String),
}

/// What a change comes to. Nothing is saved yet.
#[derive(Debug)]
pub struct Changed {
    /// The module, with another query and perhaps other destination columns.
    pub module: Module,
    /// What was done, a line each; none where nothing was changed.
    pub done: Vec<String>,
    /// What to look at.
    pub warnings: Vec<String>,
}

impl Columns {
    /// What a change comes to.
    ///
    /// # Errors
    /// `NotFound` for a column that is not there; `Invalid` for one that could be two, for what is no expression, and
    /// where the change can't be made without another; nothing is changed then.
    pub fn change(&self, change: &Change) -> Result<Changed> {
        match change {
            Change::Set { column, expression, name } => self.set(column, expression.as_deref(), name.as_deref()),
            Change::Add { expression, name, place, dest_column } => {
                self.add(expression, name.as_deref(), place, dest_column.as_deref())
            }
            Change::Drop(columns) => self.drop(columns),
            Change::Move { column, place } => self.moved(column, place),
            Change::Rewrite(text) => self.rewrite(text),
        }
    }

    fn index(&self, place: &Place, count: usize) -> Result<usize> {
        match place {
            Place::End => Ok(count),
            Place::Before(column) => self.find(column),
            Place::After(column) => Ok(self.find(column)? + 1),
            Place::At(position) => match position.checked_sub(1) {
                Some(i) if i <= count => Ok(i),
                _ => Err(Error::invalid(format!("there is no place {position}: they go from 1 to {}", count + 1))),
            },
        }
    }

    fn set(&self, column: &str, expression: Option<&str>, name: Option<&str>) -> Result<Changed> {
        let i = self.find(column)?;
        let item = &self.list.items()[i];
        if name == Some("") {
            return Err(Error::invalid("the name is empty"));
        }
        let (mut spelled, mut text) = (name.map(|name| self.spelled(name)), None);
        let mut called = item.name().map(str::to_owned);
        if let Some(expression) = expression {
            let (read, given) = self.given(expression, name)?;
            let new = &read.items()[0];
            spelled = given;
            if !item.is_named() {
                called = if new.is_named() { None } else { new.name().map(str::to_owned) };
                // A column that is called as what it was keeps its name.
                if spelled.is_none() && !new.is_star() {
                    spelled = item.name().map(|name| self.spelled(name));
                }
            }
            text = Some(read.expression(new).to_owned());
        }
        let spelled = spelled.filter(|name| called.as_deref() != Some(&*plain(name)));
        let core = self.list.with(item, text.as_deref(), spelled.as_deref()).map_err(refused)?;
        if core == self.list.text(item) {
            return Ok(Changed { module: self.module.clone(), done: Vec::new(), warnings: Vec::new() });
        }
        let mut warnings = Vec::new();
        if spelled.is_some() {
            warnings.extend(self.mentioned(i));
        }
        let mut pieces = self.kept();
        pieces[i] = Piece::Changed(i, core.clone());
        self.finish(pieces, &[], vec![format!("column {} is now {core}", i + 1)], warnings)
    }

    fn add(&self, expression: &str, name: Option<&str>, place: &Place, dest_column: Option<&str>) -> Result<Changed> {
        let (read, spelled) = self.given(expression, name)?;
        let item = &read.items()[0];
        let name = spelled.as_deref().map(plain);
        let beside = spelled.filter(|_| !item.is_named());
        let core = read.with(item, None, beside.as_deref()).map_err(refused)?;
        let at = self.index(place, self.list.items().len())?;
        let dest = dest_column.map(str::to_owned).or(name).or_else(|| item.name().map(str::to_owned));
        if self.module.dest_columns.is_none() && dest_column.is_some() {
            return Err(Error::invalid(
                "the module fills all columns of its table in order, so that --dest-column means nothing",
            )
            .hint(format!(
                "`pipekit module edit {} --columns …` names the columns that are filled",
                self.module.name
            )));
        }
        if self.dest_columns().is_some() && dest.is_none() {
            return Err(Error::invalid("the module names the columns that it fills, and this one has no name").hint(
                "--dest-column says which column of the table it fills, or --name, where they are called alike",
            ));
        }
        let mut pieces = self.kept();
        pieces.insert(at, Piece::New(core.clone()));
        self.finish(pieces, &[dest], vec![format!("added column {}: {core}", at + 1)], self.distinct())
    }

    fn drop(&self, columns: &[String]) -> Result<Changed> {
        let gone = columns.iter().map(|column| self.find(column)).collect::<Result<Vec<usize>>>()?;
        let (mut done, mut warnings) = (Vec::new(), self.distinct());
        for i in (0..self.list.items().len()).filter(|i| gone.contains(i)) {
            let item = &self.list.items()[i];
            let comment = self.list.comments(item).map(|c| format!(", with its comment {c}")).unwrap_or_default();
            done.push(format!("dropped column {}: {}{comment}", i + 1, self.list.text(item)));
            warnings.extend(self.mentioned(i));
        }
        let pieces: Vec<Piece> =
            self.kept().into_iter().filter(|p| !p.old().is_some_and(|i| gone.contains(&i))).collect();
        if pieces.is_empty() {
            return Err(Error::invalid("that would leave the query without a column"));
        }
        self.finish(pieces, &[], done, warnings)
    }

    fn moved(&self, column: &str, place: &Place) -> Result<Changed> {
        let from = self.find(column)?;
        let count = self.list.items().len();
        let to = match place {
            Place::At(_) => self.index(place, count - 1)?,
            // Behind itself, or where it leaves, it is one less.
            _ => self.index(place, count).map(|to| if to > from { to - 1 } else { to })?,
        };
        let mut pieces = self.kept();
        let piece = pieces.remove(from);
        pieces.insert(to, piece);
        let done = if from == to {
            Vec::new()
        } else {
            vec![format!("moved {} from {} to {}", self.called(from), from + 1, to + 1)]
        };
        self.finish(pieces, &[], done, Vec::new())
    }

    fn rewrite(&self, text: &str) -> Result<Changed> {
        let (sql, new) = self.list.with_list_text(text).map_err(refused)?;
        let pieces = self.matched(&new);
        self.list.keeps_ordinals(&pieces).map_err(refused)?;
        let added: Vec<Option<String>> = pieces
            .iter()
            .zip(new.items())
            .filter(|(piece, _)| piece.old().is_none())
            .map(|(_, item)| item.name().map(str::to_owned))
            .collect();
        if self.dest_columns().is_some() && added.contains(&None) {
            return Err(Error::invalid("the module names the columns that it fills, and a new one here has no name")
                .hint("give it one, by AS: the column of the table that it fills"));
        }
        let mut warnings = if pieces.len() == self.list.items().len() { Vec::new() } else { self.distinct() };
        for (i, item) in self.list.items().iter().enumerate() {
            let at = pieces.iter().position(|piece| piece.old() == Some(i));
            if at.is_none_or(|at| new.items()[at].name() != item.name()) {
                warnings.extend(self.mentioned(i));
            }
        }
        let mut changed = self.land(sql, &pieces, &added, warnings);
        changed.done.insert(0, format!("the query has {} columns now", new.items().len()));
        Ok(changed)
    }

    /// Which columns of a list that somebody wrote are which of this one: those of the same text, those of the same name,
    /// and those in the same place.
    fn matched(&self, new: &SelectList) -> Vec<Piece> {
        let old = self.list.items();
        let mut of: Vec<Option<usize>> = vec![None; new.items().len()];
        let same_text = |i: usize, j: usize| self.list.text(&old[i]) == new.text(&new.items()[j]);
        let same_name = |i: usize, j: usize| old[i].name().is_some() && old[i].name() == new.items()[j].name();
        let same_place = |i: usize, j: usize| i == j && old.len() == new.items().len();
        for same in [&same_text as &dyn Fn(usize, usize) -> bool, &same_name, &same_place] {
            for j in 0..of.len() {
                if of[j].is_none() {
                    let free = |i: &usize| !of.contains(&Some(*i)) && same(*i, j);
                    of[j] = Some(j).filter(|j| *j < old.len() && free(j)).or_else(|| (0..old.len()).find(free));
                }
            }
        }
        let texts = new.items().iter().map(|item| new.text(item).to_owned());
        of.into_iter()
            .zip(texts)
            .map(|(i, text)| i.map_or(Piece::New(text.clone()), |i| Piece::Changed(i, text)))
            .collect()
    }

    fn kept(&self) -> Vec<Piece> {
        (0..self.list.items().len()).map(Piece::Kept).collect()
    }

    fn finish(
        &self,
        pieces: Vec<Piece>,
        added: &[Option<String>],
        done: Vec<String>,
        warnings: Vec<String>,
    ) -> Result<Changed> {
        let sql = self.list.splice(&pieces).map_err(refused)?;
        let mut changed = self.land(sql, &pieces, added, warnings);
        if done.is_empty() {
            changed.warnings.clear();
            changed.done.clear();
        }
        changed.done.splice(0..0, done);
        Ok(changed)
    }

    /// The module with that query, and what that does to where the columns go.
    fn land(&self, sql: String, pieces: &[Piece], added: &[Option<String>], mut warnings: Vec<String>) -> Changed {
        let mut module = Module { source_query: sql, ..self.module.clone() };
        let mut done = Vec::new();
        let stays =
            pieces.len() == self.list.items().len() && pieces.iter().enumerate().all(|(i, p)| p.old() == Some(i));
        let preview = format!("`pipekit module preview {}` shows what goes where", module.name);
        match (self.dest_columns(), &self.module.dest_columns) {
            _ if stays => {}
            (Some(names), _) => {
                let mut added = added.iter().flatten();
                let new = pieces.iter().filter_map(|p| p.old().map(|i| &names[i]).or_else(|| added.next()));
                let new: Vec<String> = new.cloned().collect();
                done.push(format!("fills, in the same order: {}", new.join(", ")));
                module.dest_columns = Some(new);
            }
            (None, Some(names)) => warnings.push(format!(
                "the module names {} columns that it fills, which are as they were: by position, each may take another \
                 now; {preview}",
                names.len()
            )),
            (None, None) => {
                let first = pieces.iter().enumerate().position(|(i, p)| p.old() != Some(i)).unwrap_or(pieces.len());
                let (count, before) = (pieces.len(), self.list.items().len());
                let starred = self.list.items().iter().any(|item| item.is_star());
                let does = if starred {
                    "with a `*` in it the query gives as many as there are, and now one more or less".to_owned()
                } else if first < before.min(count) {
                    format!("from column {} on, what the query gives goes into another one than before", first + 1)
                } else {
                    format!("the query gives {count} now, so that it must have {count}, or `--columns` name as many")
                };
                let table = &module.dest_table;
                warnings.push(format!("the columns of {table} are filled in the table's order: {does}; {preview}"));
            }
        }
        Changed { module, done, warnings }
    }

    fn distinct(&self) -> Vec<String> {
        let text = "it is a SELECT DISTINCT: with other columns, other rows count as equal";
        if self.list.is_distinct() { vec![text.to_owned()] } else { Vec::new() }
    }

    /// A warning where a name that goes stands behind the list too.
    fn mentioned(&self, i: usize) -> Option<String> {
        let item = &self.list.items()[i];
        let name = item.name().filter(|name| item.is_named() && self.list.mentions(name))?;
        Some(format!(
            "`{name}` stands behind the list too: if an ORDER BY or the like means this column, change it there"
        ))
    }
}

/// A change that can't be made.
fn refused(declined: Declined) -> Error {
    Error::invalid(format!("nothing was changed: {declined}"))
}
