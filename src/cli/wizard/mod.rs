//! `pipekit wizard`: the questions in their order, each of which can be gone back to. All that it knows is the engine's
//! proposal; all that it makes is one module.

mod ask;
mod catalog;
mod columns;
mod draft;
mod find;
mod last;
mod questions;
mod typing;

use super::Context;
use super::browse::Within;
use crate::definition::module::Strategy;
use crate::definition::split_names;
use crate::engine::propose::Wanted;
use crate::error::{Code, Error, Result};
use crate::store::{Store, connection};
use ask::Asker;
use catalog::Catalog;
use clap::Args;
use draft::{Draft, Given};

/// Make a module by answering questions: source, columns, destination, preview
///
/// Tables are found by typing. Every question has an answer ready; Esc goes back, and Ctrl-C leaves. Nothing is written
/// before the last question. What is said by a flag is not asked.
#[derive(Args)]
#[command(after_help = "Example:\n  pipekit wizard\n  pipekit wizard --source erp --table orders")]
pub struct Wizard {
    /// The connection of the source
    #[arg(long, value_name = "CONNECTION")]
    source: Option<String>,
    /// The table there, as TABLE, SCHEMA.TABLE and so on
    #[arg(long)]
    table: Option<String>,
    #[command(flatten)]
    within: Within,
    /// The connection of the destination
    #[arg(long, value_name = "CONNECTION")]
    dest: Option<String>,
    /// The table there
    #[arg(long, value_name = "TABLE")]
    dest_table: Option<String>,
    /// The module's name
    #[arg(long)]
    name: Option<String>,
    /// How the rows come in
    #[arg(long, value_enum)]
    strategy: Option<Strategy>,
    /// The columns that an incremental merge deletes by, with commas
    #[arg(long, value_name = "COLUMNS")]
    key: Option<String>,
    /// Load what is new by this column (several: with commas)
    #[arg(long, value_name = "COLUMNS")]
    watermark: Option<String>,
}

/// A talk with a person.
struct Talk<'a> {
    context: &'a Context,
    asker: Asker,
    store: Store,
    catalog: Catalog,
    draft: Draft,
    /// The exit code, once the module is there.
    code: u8,
}

impl Talk<'_> {
    /// Does what takes its time, and says so while it does.
    fn waiting<T>(&mut self, what: &str, work: impl FnOnce(&mut Self) -> T) -> T {
        let bar = self.context.ui.progress();
        bar.set_message(what.to_owned());
        let done = work(self);
        bar.finish_and_clear();
        done
    }
}

/// What became of a question.
enum Came {
    /// It was answered.
    Answered,
    /// There was nothing to ask.
    NotAsked,
    /// The person wants to go back.
    Back,
}

impl Came {
    fn answered(was: bool) -> Came {
        if was { Came::Answered } else { Came::Back }
    }
}

impl Wizard {
    pub fn run(self, context: &Context) -> Result<u8> {
        if context.ui.json {
            return Err(Error::new(Code::Usage, "the wizard asks people, and prints no JSON").hint(
                "`pipekit module propose --source CONNECTION --table TABLE` prints the module that it would begin with",
            ));
        }
        let asker = Asker::new(context.ui.is_coloured())?;
        let store = context.store()?;
        let (wanted, given) = self.said();
        check(&store, &wanted)?;
        let draft = Draft::new(wanted, given);
        let mut talk = Talk { context, asker, store, catalog: Catalog::default(), draft, code: 0 };
        talk.go()?;
        Ok(talk.code)
    }

    fn said(self) -> (Wanted, Given) {
        let list = |names: &Option<String>| names.as_ref().map(|names| split_names(names)).unwrap_or_default();
        let (key, watermarks) = (list(&self.key), list(&self.watermark));
        let within = self.within.qualifiers();
        let given = Given {
            source: self.source.is_some(),
            table: self.table.is_some(),
            within: within != crate::dialect::Qualifiers::default(),
            dest: self.dest.is_some(),
            dest_table: self.dest_table.is_some(),
            name: self.name.is_some(),
            strategy: self.strategy.is_some(),
            key: self.key.is_some(),
            watermarks: self.watermark.is_some(),
        };
        let wanted = Wanted {
            source: self.source.unwrap_or_default(),
            table: self.table.unwrap_or_default(),
            within,
            dest: self.dest,
            dest_table: self.dest_table,
            name: self.name,
            strategy: self.strategy,
            key,
            watermarks,
        };
        (wanted, given)
    }
}

/// Refuses what nobody could mend by an answer.
fn check(store: &Store, wanted: &Wanted) -> Result<()> {
    let named = [Some(&wanted.source).filter(|name| !name.is_empty()), wanted.dest.as_ref()];
    for name in named.into_iter().flatten() {
        connection::find(store.read(), name)?;
    }
    wanted.name.as_ref().map_or(Ok(()), |name| questions::check_new_name(store, name))
}

impl Talk<'_> {
    /// Asks all questions. What fails is told, and leads to the question before it.
    fn go(&mut self) -> Result<()> {
        let (mut asked, mut at) = (Vec::new(), 0);
        while let Some(question) = questions::QUESTIONS.get(at) {
            match question(self) {
                Ok(Came::Answered) => {
                    asked.push(at);
                    at += 1;
                }
                Ok(Came::NotAsked) => at += 1,
                Ok(Came::Back) => at = asked.pop().ok_or_else(ask::left)?,
                Err(error) if error.code == Code::Cancelled => return Err(error),
                Err(error) => match asked.pop() {
                    None => return Err(error),
                    Some(before) => {
                        self.context.ui.error(&error);
                        at = before;
                    }
                },
            }
        }
        Ok(())
    }
}
