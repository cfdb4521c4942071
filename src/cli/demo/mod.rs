//! `pipekit demo`: the story of the program, told by running its own commands.

use super::output::{ColorWhen, Tone, Ui};
use super::{Cli, Context, dispatch};
use crate::error::{Code, Error, Result};
use crate::store::{Store, run};
use clap::{Args, Parser};
use std::path::{Path, PathBuf};

/// See it work: a small ERP, a warehouse, three syncs, and what each run did
///
/// Makes a folder with two SQLite databases, defines a full, an incremental and an append module, runs them, changes
/// the source, and runs them again. Run twice it starts over. Nothing outside the folder is touched.
#[derive(Args)]
#[command(after_help = "Example:\n  pipekit demo\n  pipekit demo --dir /tmp/try")]
pub struct Demo {
    /// The folder to make
    #[arg(long, default_value = "pipekit-demo")]
    dir: PathBuf,
}

/// Says that a folder is the demo's, which it may then empty.
const MARK: &str = ".pipekit-demo";

const FILES: &[(&str, &str)] = &[
    (MARK, ""),
    ("erp.sql", include_str!("erp.sql")),
    ("warehouse.sql", include_str!("warehouse.sql")),
    ("changes.sql", include_str!("changes.sql")),
    ("customers.sql", include_str!("customers.sql")),
    ("order_lines.sql", include_str!("order_lines.sql")),
    ("events.json", include_str!("events.json")),
    ("erp.db", ""),
    ("warehouse.db", ""),
];

impl Demo {
    pub fn run(self, context: &Context) -> Result<u8> {
        let folder = prepare(&self.dir)?;
        let stage = Stage { ui: &context.ui, folder: &folder };
        std::env::set_current_dir(&folder).map_err(|e| Error::system("can't go into the folder", e))?;
        let db = folder.join("pipekit.db");

        stage.say(&format!("A small ERP and an empty warehouse, both SQLite, in {}", self.dir.display()));
        stage.quietly(&["init"])?;
        stage.show(&["connection", "add", "erp", "--driver", "sqlite", "--url", "jdbc:sqlite:erp.db"])?;
        stage.show(&["connection", "add", "warehouse", "--driver", "sqlite", "--url", "jdbc:sqlite:warehouse.db"])?;
        stage.quietly(&["connection", "query", "erp", "@erp.sql"])?;
        stage.quietly(&["connection", "query", "warehouse", "@warehouse.sql"])?;

        stage.say("Three syncs: the whole of a table, what changed by two watermarks, and what is new");
        stage.show(&[
            "module",
            "add",
            "customers",
            "--source",
            "erp",
            "--dest",
            "warehouse",
            "--table",
            "customer",
            "--strategy",
            "full",
            "--query",
            "@customers.sql",
        ])?;
        stage.show(&[
            "module",
            "add",
            "order_lines",
            "--source",
            "erp",
            "--dest",
            "warehouse",
            "--table",
            "order_line",
            "--strategy",
            "incremental",
            "--key",
            "order_no",
            "--query",
            "@order_lines.sql",
        ])?;
        stage.show(&[
            "watermark",
            "add",
            "order_lines",
            "changed",
            "--connection",
            "warehouse",
            "--sql",
            "SELECT max(changed_at) FROM order_line",
            "--default",
            "1970-01-01",
        ])?;
        stage.show(&[
            "watermark",
            "add",
            "order_lines",
            "number",
            "--connection",
            "warehouse",
            "--sql",
            "SELECT max(order_no) FROM order_line",
            "--default",
            "0",
        ])?;
        stage.show(&["module", "add", "--json-file", "events.json"])?;

        stage.say("The first run loads everything");
        stage.show(&["run", "customers", "order_lines", "events"])?;

        stage.say("A day in the ERP: a new order, a changed one, a deleted line, a line that comes late");
        stage.quietly(&["connection", "query", "erp", "@changes.sql"])?;
        stage.show(&["run", "customers", "order_lines", "events"])?;

        stage.say("What happened");
        stage.show(&["status"])?;
        stage.show(&["log", "--limit", "6"])?;
        stage.show(&["watermark", "history", "order_lines"])?;

        if context.ui.json {
            let store = Store::open(&db)?;
            let runs = run::list(store.read(), &run::Filter::default())?;
            context.ui.document(&serde_json::json!({"dir": folder, "db": db, "runs": runs}));
        } else {
            stage.say("Try it on the same folder");
            let program = program();
            context.ui.line(format!("  cd {}", self.dir.display()));
            context.ui.line("  export PIPEKIT_DB=$PWD/pipekit.db");
            for (command, why) in [
                ("log show order_lines", "each statement of the last run, and its time"),
                ("module preview order_lines", "exactly what would run next"),
                ("module check", "what would lose rows without an error"),
                ("run order_lines", "run it again: nothing is lost, nothing doubled"),
                ("connection query warehouse 'SELECT * FROM event_count'", "what the hook made"),
            ] {
                context
                    .ui
                    .line(format!("  {program} {command:<40} {}", context.ui.paint(&format!("# {why}"), Tone::Faint)));
            }
        }
        Ok(0)
    }
}

/// The folder, with the demo's files as they are at its beginning. What somebody else put there stays.
fn prepare(dir: &Path) -> Result<PathBuf> {
    let fail = |e: std::io::Error| Error::system(format_args!("can't make {}", dir.display()), e);
    if dir.exists() {
        let ours = dir.join(MARK).exists();
        let empty = std::fs::read_dir(dir).map_err(fail)?.next().is_none();
        if !ours && !empty {
            return Err(Error::new(Code::Failed, format!("{} is there already and not the demo's", dir.display()))
                .hint("--dir names another folder"));
        }
        for name in FILES.iter().map(|(name, _)| *name).filter(|name| *name != MARK).chain(["pipekit.db"]) {
            for end in ["", "-wal", "-shm", "-journal"] {
                match std::fs::remove_file(dir.join(format!("{name}{end}"))) {
                    Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(fail(e)),
                    _ => {}
                }
            }
        }
    }
    std::fs::create_dir_all(dir).map_err(fail)?;
    let folder = dir.canonicalize().map_err(fail)?;
    for (name, text) in FILES {
        std::fs::write(folder.join(name), text).map_err(fail)?;
    }
    Ok(folder)
}

/// How to call this program from the demo's folder: by its name where the shell finds it so.
fn program() -> String {
    let Ok(this) = std::env::current_exe() else { return "pipekit".to_owned() };
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|p| p.join("pipekit")).find(|p| p.is_file());
    match found.and_then(|p| p.canonicalize().ok()) == Some(this.clone()) {
        true => "pipekit".to_owned(),
        false => this.display().to_string(),
    }
}

/// Where the story is told.
struct Stage<'a> {
    ui: &'a Ui,
    folder: &'a Path,
}

impl Stage<'_> {
    fn say(&self, text: &str) {
        if !self.ui.json {
            self.ui.heading(text);
        }
    }

    /// Shows a command as one would type it, and runs it.
    fn show(&self, args: &[&str]) -> Result<()> {
        if self.ui.json {
            return self.quietly(args);
        }
        let typed: Vec<String> = args.iter().map(|a| quoted(a)).collect();
        self.ui.line(self.ui.paint(&format!("$ pipekit {}", typed.join(" ")), Tone::Faint));
        self.command(args, false)
    }

    /// Runs a command that is not part of the story.
    fn quietly(&self, args: &[&str]) -> Result<()> {
        self.command(args, true)
    }

    fn command(&self, args: &[&str], muted: bool) -> Result<()> {
        let cli =
            Cli::try_parse_from([&["pipekit"], args].concat()).map_err(|e| Error::new(Code::Usage, e.to_string()))?;
        let color = if self.ui.is_coloured() { ColorWhen::Always } else { ColorWhen::Never };
        let ui = if muted { Ui::muted() } else { Ui::terse(color) };
        let context = Context { ui, db: self.folder.join("pipekit.db") };
        match dispatch(&context, cli.command)? {
            0 => Ok(()),
            _ => Err(Error::new(Code::Failed, format!("the demo's `pipekit {}` failed", args.join(" ")))),
        }
    }
}

/// An argument as a shell wants it.
fn quoted(arg: &str) -> String {
    let plain = arg.chars().all(|c| c.is_ascii_alphanumeric() || "-_.:@/=,".contains(c));
    if plain { arg.to_owned() } else { format!("'{arg}'") }
}
