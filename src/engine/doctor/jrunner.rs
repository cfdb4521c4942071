//! jrunner and its JVM: where they are, and what was found out about them. Where nothing needs them, that they are not
//! there is no fault.

use super::Checks;
use crate::engine::external::{self, Found};
use crate::error::{Code, Result};
use crate::runner::jrunner::{Launch, Manners};
use crate::runner::jvm::{self, Refused};
use crate::store::connection::{self, Connection};
use crate::store::driver::{self, Driver};
use crate::store::{Store, module, setting};
use std::path::{Path, PathBuf};
use std::time::Duration;

const NO_JVM: &str = "install a Java runtime (Debian: `apt install default-jre-headless`), or set JAVA_HOME for whoever \
                      runs pipekit, the service too";

/// What there is to reach databases by, and who needs it.
pub struct Machine {
    /// The jrunner, where there is one.
    pub found: Option<Found>,
    /// The JVM and its version, where there is one that starts.
    pub java: Option<(PathBuf, String)>,
    /// Drivers with a jar.
    pub jars: Vec<Driver>,
    /// The names of those without.
    pub without_jar: Vec<String>,
    /// Connections of the runner that is built in.
    pub built_in: Vec<Connection>,
    /// Connections of jrunner.
    pub by_jrunner: Vec<Connection>,
}

impl Machine {
    /// Looks for jrunner and the JVM.
    ///
    /// # Errors
    /// Only where pipekit's own file can't be used.
    pub fn find(store: &Store, out: &mut Checks) -> Result<Machine> {
        let conn = store.read();
        let wanted = setting::get(conn, "runner")?;
        let (jars, others): (Vec<_>, Vec<_>) = driver::all(conn)?.into_iter().partition(|d| d.jar_file.is_some());
        let is_jrunners = |c: &Connection| match wanted.as_deref() {
            Some("jrunner") => true,
            Some("builtin") => false,
            _ => c.jar_file.is_some(),
        };
        let (by_jrunner, built_in): (Vec<_>, Vec<_>) = connection::all(conn)?.into_iter().partition(is_jrunners);
        let needed = !by_jrunner.is_empty();
        let found = match external::find(store, setting::get(conn, "timezone")?) {
            Ok(found) => Some(found),
            Err(error) if !needed && jars.is_empty() && error.code == Code::Runner => {
                out.note("program", "there is none, and nothing needs it");
                None
            }
            // A driver alone breaks nothing yet.
            Err(error) if !needed => {
                out.warning("program", error.message, error.hint.unwrap_or_default());
                None
            }
            Err(error) => {
                out.failed("program", error);
                None
            }
        };
        let java = match &found {
            Some(found) => program(found, needed, out),
            None => jvm::find().ok().and_then(|java| jvm::version(&java).ok().map(|version| (java, version))),
        };
        let without_jar = others.into_iter().map(|driver| driver.name).collect();
        Ok(Machine { found, java, jars, without_jar, built_in, by_jrunner })
    }

    /// The class path that jrunner is started with, where it is known.
    pub fn class_path(&self) -> Option<&str> {
        self.found.as_ref()?.jrunner.launch().class_path()
    }

    /// How long a database may take to answer by jrunner: the first to be asked is asked how it prints rows, too, by
    /// three starts more.
    pub fn patience(&self, patience: Duration) -> Duration {
        let asked = self.found.as_ref().is_some_and(|found| found.jrunner.manners.get().is_some());
        if asked { patience } else { patience * 3 }
    }

    /// What is known of how jrunner prints rows, after it was asked, and of the merges that a run has tried.
    ///
    /// # Errors
    /// Only where pipekit's own file can't be used.
    pub fn tell_probe(&self, store: &Store, out: &mut Checks) -> Result<()> {
        let Some(found) = &self.found else { return Ok(()) };
        for module in module::all(store.read())? {
            let Some(dest) = self.by_jrunner.iter().find(|c| c.id == module.dest_connection_id) else { continue };
            let name = format!("merge of {}", module.name);
            match external::known_of_merges(store, &found.program, dest, &module) {
                Ok(None) => {}
                Ok(Some(warning)) => out.warning(
                    &name,
                    warning,
                    format!("`pipekit module edit {} --allow-non-atomic false` has it refused", module.name),
                ),
                Err(error) => out.failed(&name, error),
            }
        }
        let Some(manners) = external::remembered::<Manners>(store, &found.program, "rows")? else {
            out.note("probe", "how it prints rows is found out at the first use, and is not known yet");
            return Ok(());
        };
        let header = if manners.header { "a header" } else { "no header" };
        let known =
            format!("prints rows with {header}, {:?} between columns, NULL as {:?}", manners.delimiter, manners.null);
        match manners.lossy.as_slice() {
            [] => out.ok("probe", known),
            lossy => out.warning(
                "probe",
                format!("{known}; what does not come through as it is: {}", lossy.join(", ")),
                "it matters for watermarks, and keeps rows from being loaded in bulk; another version of jrunner may do better",
            ),
        }
        Ok(())
    }
}

/// Tells of the program and its JVM, and gives the JVM and its version.
fn program(found: &Found, needed: bool, out: &mut Checks) -> Option<(PathBuf, String)> {
    let path = found.jrunner.program();
    out.ok("program", format!("{}, {}", path.display(), version_of(path)));
    let understood = Launch::java(path);
    if found.jrunner.shows_passwords()
        && needed
        && let Err(why) = &understood
        && jvm::find().is_ok()
    {
        out.warning(
            "start",
            format!(
                "it is started by its script, as {why}: every user of this machine sees the passwords while it runs"
            ),
            "have the script as Gradle wrote it; options belong into its DEFAULT_JVM_OPTS",
        );
    }
    let java = match jvm::find() {
        Ok(java) => java,
        Err(why) if !needed => {
            out.note("JVM", format!("{why}, and nothing needs it"));
            return None;
        }
        // The script looks for it as we do.
        Err(why) if understood.as_ref().is_err_and(|e| *e == why) => {
            out.error("JVM", format!("{why}, and jrunner needs it"), NO_JVM);
            return None;
        }
        Err(why) => {
            out.warning("JVM", format!("{why}: whether jrunner finds one by itself is not known"), NO_JVM);
            return None;
        }
    };
    match jvm::version(&java) {
        Ok(version) => {
            out.ok("JVM", format!("{}, version {version}", java.display()));
            starts(found.jrunner.launch(), &java, &version, out);
            Some((java, version))
        }
        Err(why) => {
            out.error("JVM", why, NO_JVM);
            None
        }
    }
}

/// Whether the program would start: its main class is loaded.
fn starts(launch: &Launch, java: &Path, version: &str, out: &mut Checks) {
    let (Some(class_path), Some(main)) = (launch.class_path(), launch.main_class()) else { return };
    match jvm::load(java, version, class_path, main) {
        Ok(()) => out.ok("start", format!("by the JVM, and its class {main} loads")),
        Err(refused) => {
            let why = match refused {
                Refused::Missing => "no jar of its lib folder has it".to_owned(),
                Refused::Broken(why) => why,
            };
            out.error(
                "start",
                format!("its class {main} can't be loaded: {why}"),
                "install jrunner anew: its `deploy.sh`",
            );
        }
    }
}

/// The version of a jrunner, which has no way to say it but the name of its jar; or else the day of its program.
fn version_of(program: &Path) -> String {
    let real = program.canonicalize().unwrap_or_else(|_| program.to_owned());
    let stem = real.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let lib = real.parent().and_then(Path::parent).map(|home| home.join("lib"));
    let jars = lib.and_then(|lib| std::fs::read_dir(lib).ok()).into_iter().flatten().flatten();
    let version = jars.filter_map(|jar| {
        let name = jar.file_name().into_string().ok()?;
        let version = name.strip_suffix(".jar")?.strip_prefix(&stem)?.strip_prefix('-')?.to_owned();
        version.starts_with(|c: char| c.is_ascii_digit()).then_some(version)
    });
    let changed = || {
        let changed =
            real.metadata().and_then(|file| file.modified()).ok().and_then(|at| jiff::Timestamp::try_from(at).ok());
        changed.map_or_else(
            || "of unknown age".to_owned(),
            |at| format!("of {} (it tells no version)", at.strftime("%Y-%m-%d")),
        )
    };
    version.max().map_or_else(changed, |version| format!("version {version}"))
}
