//! Step 4: all that would be made and run, and the making of it.

use super::{Came, Talk};
use crate::cli::editor;
use crate::cli::output::Tone;
use crate::cli::run::Run;
use crate::definition::module::{self as define, Module};
use crate::engine::propose::{self, Outlook};
use crate::error::{Error, Result};
use crate::store::module as table;

/// What can be done with a module that is ready.
#[derive(Clone, Copy, PartialEq)]
enum Todo {
    Create,
    CreateAndTry,
    CreateAndRun,
    EditQuery,
    EditAll,
    Back,
    Quit,
}

impl Todo {
    fn label(self) -> &'static str {
        match self {
            Todo::Create => "Create it",
            Todo::CreateAndTry => "Create it, and show what a run would do (a dry run)",
            Todo::CreateAndRun => "Create it, and run it now",
            Todo::EditQuery => "Edit the query in $EDITOR",
            Todo::EditAll => "Edit all of it in $EDITOR",
            Todo::Back => "Back",
            Todo::Quit => "Quit: nothing is created",
        }
    }
}

/// Shows what would be made, and asks what to do with it.
pub fn ask(talk: &mut Talk<'_>) -> Result<Came> {
    loop {
        let (mut built, proposal) = talk.draft.module(&talk.store)?;
        let looking = format!("looking at {}", built.dest_connection);
        let mut there = talk.waiting(&looking, |talk| propose::described(&talk.store, &built))?;
        propose::fit(&mut built, &proposal, there.as_ref());
        let Some(module) = edited_or(talk, &built)? else { return Ok(Came::Back) };
        let elsewhere = (&module.dest_connection, &module.dest_table) != (&built.dest_connection, &built.dest_table);
        let outlook = talk.waiting("looking ahead", |talk| {
            if elsewhere {
                there = propose::described(&talk.store, &module)?;
            }
            propose::outlook(&mut talk.store, &module, &proposal, there)
        });
        let able = match &outlook {
            Ok(outlook) => {
                show(talk, &module, outlook);
                &[Todo::Create, Todo::CreateAndTry, Todo::CreateAndRun][..]
            }
            Err(error) => {
                section(talk, "Source query", &module.source_query);
                talk.context.ui.error(error);
                &[]
            }
        };
        let todo: Vec<Todo> =
            able.iter().copied().chain([Todo::EditQuery, Todo::EditAll, Todo::Back, Todo::Quit]).collect();
        let labels: Vec<String> = todo.iter().map(|todo| todo.label().to_owned()).collect();
        match talk.asker.pick(&format!("Module {}", module.name), &labels, 0)?.map(|at| todo[at]) {
            None | Some(Todo::Back) => return Ok(Came::Back),
            Some(Todo::Quit) => return Err(super::ask::left()),
            Some(Todo::EditQuery) => edit(talk, built, module, true),
            Some(Todo::EditAll) => edit(talk, built, module, false),
            Some(create) => {
                let missing = outlook.ok().and_then(|outlook| outlook.missing);
                if make(talk, &module, missing)? {
                    talk.code = after(talk, &module.name, create);
                    return Ok(Came::Answered);
                }
            }
        }
    }
}

/// The module as it was edited, unless an answer since then gives another one and somebody wants that.
fn edited_or(talk: &mut Talk<'_>, built: &Module) -> Result<Option<Module>> {
    match &talk.draft.edited {
        None => Ok(Some(built.clone())),
        Some((before, edited)) if before == built => Ok(Some(edited.clone())),
        Some((_, edited)) => {
            let items = ["the new answers, without what was edited", "what was edited, without the new answers"];
            let picked = talk.asker.pick("What holds?", &items.map(str::to_owned), 0)?;
            let edited = edited.clone();
            match picked {
                None => return Ok(None),
                Some(0) => talk.draft.edited = None,
                Some(_) => talk.draft.edited = Some((built.clone(), edited.clone())),
            }
            Ok(Some(if picked == Some(0) { built.clone() } else { edited }))
        }
    }
}

/// Has the module edited as a text. What is wrong with it stands in the editor; if it is left so, nothing is changed.
fn edit(talk: &mut Talk<'_>, built: Module, module: Module, query_alone: bool) {
    let store = &mut talk.store;
    let mut tried = |module: &Module| store.rehearse(|tx| define::save(tx, None, module)).map(drop);
    let edited = talk.asker.undisturbed(|| match query_alone {
        true => {
            let with = |query: &str| Module { source_query: query.to_owned(), ..module.clone() };
            editor::edit_sql(&module.source_query, |query| tried(&with(query))).map(|query| query.map(|q| with(&q)))
        }
        false => editor::edit(&module, tried),
    });
    match edited {
        Ok(Some(edited)) => talk.draft.edited = Some((built, edited)),
        Ok(None) => {}
        Err(error) => talk.context.ui.error(&error),
    }
}

fn section(talk: &Talk<'_>, title: &str, sql: &str) {
    talk.asker.tell(&format!("\n{}\n{}", talk.context.ui.paint(title, Tone::Strong), sql.trim_end()));
}

fn show(talk: &Talk<'_>, module: &Module, outlook: &Outlook) {
    section(talk, "Source query", &module.source_query);
    for watermark in &module.watermarks {
        section(talk, &format!("{{{}}}, from {}", watermark.name, watermark.connection), &watermark.resolver_sql);
    }
    if let Some(missing) = &outlook.missing {
        section(talk, "The table, which is not there yet", &format!("{};", missing.join(";\n")));
    }
    section(talk, "Staging", &outlook.staging_sql);
    section(talk, "Merge", &outlook.merge_sql);
    talk.asker.tell("");
    outlook.warnings.iter().for_each(|warning| talk.context.ui.warn(warning));
}

/// Makes the table, where it is missing and somebody wants that, and then the module. Says whether the module is there.
fn make(talk: &mut Talk<'_>, module: &Module, missing: Option<Vec<String>>) -> Result<bool> {
    let mut made = false;
    if let Some(statements) = missing {
        let ask = format!("There is no table {} on {}. Make it?", module.dest_table, module.dest_connection);
        let Some(wanted) = talk.asker.yes(&ask)? else { return Ok(false) };
        if wanted {
            let done = talk.waiting("making the table", |talk| {
                propose::create_table(&mut talk.store, &module.dest_connection, &statements)
            });
            if let Err(error) = done {
                talk.context.ui.error(&error);
                return Ok(false);
            }
            made = true;
        }
    }
    match talk.store.write(|tx| define::save(tx, None, module)) {
        Ok(id) => {
            let added = table::get(talk.store.read(), id)?;
            crate::cli::said(talk.context, &added, &format!("added module {}", added.name));
            Ok(true)
        }
        Err(error) => {
            let there = format!("{}; the table {} was made", error.message, module.dest_table);
            let error = if made { Error { message: there, ..error } } else { error };
            talk.context.ui.error(&error);
            Ok(false)
        }
    }
}

/// What comes after the creation, and its exit code.
fn after(talk: &Talk<'_>, name: &str, create: Todo) -> u8 {
    if create == Todo::Create {
        talk.context.ui.note(format!("next: pipekit run {name}"));
        return 0;
    }
    // From now on signals are the run's: it ends in order.
    let ran = talk.asker.undisturbed(|| Run::of(name, create == Todo::CreateAndTry).run(talk.context));
    // The module is there, whatever became of its run.
    ran.unwrap_or_else(|error| {
        talk.context.ui.error(&error);
        error.code.exit()
    })
}
