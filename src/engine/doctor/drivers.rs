//! The drivers with a jar: whether it is there, and whether a JVM loads the class from where jrunner looks.

use super::jrunner::Machine;
use super::{Check, Checks, side_by_side};
use crate::definition::scan;
use crate::runner::jvm::{self, Refused};
use crate::store::driver::Driver;
use std::io::Read;
use std::path::Path;
use std::thread::available_parallelism;

/// Looks at each driver. A JVM that starts wants a processor, so that no more do at once than there are.
pub fn check(machine: &Machine, out: &mut Checks) {
    if !machine.without_jar.is_empty() {
        out.ok("built in", machine.without_jar.join(", "));
    }
    let at_once = available_parallelism().map_or(2, usize::from);
    let checks = side_by_side(&machine.jars, at_once, |driver| one(machine, driver));
    out.list.extend(checks.into_iter().flatten());
}

fn one(machine: &Machine, driver: &Driver) -> Vec<Check> {
    let mut out = Checks::of("drivers");
    look(machine, driver, &mut out);
    out.list
}

fn look(machine: &Machine, driver: &Driver, out: &mut Checks) {
    let (name, jar) = (&*driver.name, driver.jar_file.as_deref().unwrap_or_default());
    let another =
        format!("`pipekit driver edit {name} --jar FILE` names another, `pipekit driver scan DIR` looks for it");
    if let Err(why) = is_jar(Path::new(jar)) {
        return out.error(name, why, another);
    }
    let known = scan::class_of(Path::new(jar));
    let Some(class) = driver.class_name.as_deref().or(known) else {
        return out.note(
            name,
            format!("{jar} is there; which class it is is not said (`pipekit driver edit {name} --class CLASS`), and not tried"),
        );
    };
    let Some((java, version)) = &machine.java else {
        return out.note(name, format!("{jar} is there; without a JVM {class} can't be tried"));
    };
    let load = |class_path: &str| jvm::load(java, version, class_path, class);
    match machine.class_path() {
        Some(class_path) => match load(class_path) {
            Ok(()) => out.ok(name, format!("jrunner loads {class}")),
            // Somewhere else it may be: in the jar that jrunner does not look into.
            Err(Refused::Missing) => match load(&format!("{class_path}:{jar}")) {
                Ok(()) => out.error(
                    name,
                    format!("{class} is in {jar}, and jrunner does not look there"),
                    "put the jar into jrunner's lib folder and on the line CLASSPATH of its start script",
                ),
                Err(refused) => refuse(driver, jar, class, refused, out),
            },
            Err(refused) => refuse(driver, jar, class, refused, out),
        },
        None => match load(jar) {
            Ok(()) if machine.found.is_none() => out.ok(name, format!("a JVM loads {class} from {jar}")),
            Ok(()) => out.ok(name, format!("{class} loads from {jar}; which jars jrunner looks into is not known")),
            Err(refused) => refuse(driver, jar, class, refused, out),
        },
    }
}

/// What is wrong with a file as a jar, which is a ZIP file (JAR File Specification).
fn is_jar(jar: &Path) -> Result<(), String> {
    let mut magic = [0; 4];
    match std::fs::File::open(jar).and_then(|mut file| file.read_exact(&mut magic)) {
        Ok(()) if magic == *b"PK\x03\x04" => Ok(()),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Err(format!("its jar {} is not there", jar.display())),
        Err(e) if e.kind() != std::io::ErrorKind::UnexpectedEof => {
            Err(format!("its jar {} can't be read: {e}", jar.display()))
        }
        _ => Err(format!("{} is no jar", jar.display())),
    }
}

/// Why a class can't be loaded, and what to do about it.
fn refuse(driver: &Driver, jar: &str, class: &str, refused: Refused, out: &mut Checks) {
    let name = &driver.name;
    match refused {
        Refused::Missing => out.error(
            name,
            format!("{jar} has no class {class}"),
            format!("`unzip -l {jar} | grep Driver` shows what it has; `pipekit driver edit {name} --class CLASS` says which"),
        ),
        Refused::Broken(why) if why.contains("UnsupportedClassVersionError") => out.error(
            name,
            format!("{class} is for a newer Java: {why}"),
            "install that Java, or the vendor's jar for the one that is there (`jre8` or `jre11` in its name)",
        ),
        Refused::Broken(why) if why.contains("NoClassDefFoundError") || why.contains("ClassNotFoundException") => {
            out.error(
                name,
                format!("{class} needs what is not there: {why}"),
                "put the jar with that class into jrunner's lib folder and on the line CLASSPATH of its start script",
            );
        }
        Refused::Broken(why) => out.error(
            name,
            format!("{class} can't be loaded: {why}"),
            format!("try another version of the driver: `pipekit driver edit {name} --jar FILE`"),
        ),
    }
}
