//! How the operator's jrunner is started: by its start script, or, where that is Gradle's, by the same JVM without it,
//! so that the passwords are in a private file and not in every user's process list.
//!
//! Gradle's `application` plugin writes `bin/NAME` beside `lib/*.jar`. All that such a script decides is the class path,
//! the options, the main class and which `java` it is. Where one says anything that is not understood, it is run as it
//! is: an operator may have changed it.

use crate::runner::jvm;
use regex_lite::Regex;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Names that Gradle's scripts assign in capitals. One that assigns another was changed by hand.
const KNOWN: [&str; 10] = [
    "APP_NAME",
    "APP_BASE_NAME",
    "APP_HOME",
    "APP_ARGS",
    "DEFAULT_JVM_OPTS",
    "MAX_FD",
    "MAX_FD_LIMIT",
    "CLASSPATH",
    "JAVACMD",
    "PRG",
];

/// How to start it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Launch {
    /// The program itself, with everything in its arguments.
    Program(PathBuf),
    /// `java @FILE`.
    Java {
        /// The JVM.
        java: PathBuf,
        /// Options, class path and main class, in order.
        options: Vec<String>,
    },
}

impl Launch {
    /// By JVM, where the program is a start script that can be understood.
    ///
    /// # Errors
    /// Why it is not, in words.
    pub fn java(program: &Path) -> Result<Launch, String> {
        let real = program.canonicalize().map_err(|e| e.to_string())?;
        let size = std::fs::metadata(&real).map_err(|e| e.to_string())?.len();
        if size > 64 << 10 {
            return Err("it is too large for a start script".to_owned());
        }
        let text = std::fs::read_to_string(&real).map_err(|_| "it is not a start script".to_owned())?;
        let home = real.parent().and_then(Path::parent).ok_or("it is in no bin folder")?;
        let options = read(&text, home)?;
        for name in ["JAVA_OPTS", &own_options(&real)] {
            if std::env::var_os(name).is_some_and(|value| !value.is_empty()) {
                return Err(format!("${name} is set"));
            }
        }
        let java = jvm::find()?;
        Ok(Launch::Java { java, options })
    }

    /// The class path, where it is known.
    pub fn class_path(&self) -> Option<&str> {
        let Launch::Java { options, .. } = self else { return None };
        let flag = options.iter().position(|option| option == "-classpath")?;
        options.get(flag + 1).map(String::as_str)
    }

    /// The main class, where it is known.
    pub fn main_class(&self) -> Option<&str> {
        let Launch::Java { options, .. } = self else { return None };
        options.last().map(String::as_str)
    }

    /// The command line, where these are the program's arguments. The text, where there is one, goes into the file that
    /// `file` is the path of.
    pub fn command(&self, arguments: &[String], file: &Path) -> (Vec<OsString>, Option<String>) {
        match self {
            Launch::Program(path) => {
                (std::iter::once(path.into()).chain(arguments.iter().map(OsString::from)).collect(), None)
            }
            Launch::Java { java, options } => {
                let mut at = OsString::from("@");
                at.push(file);
                let lines: Vec<String> = options.iter().chain(arguments).map(|one| in_file(one)).collect();
                (vec![java.into(), at], Some(lines.join("\n")))
            }
        }
    }
}

/// The variable in which a start script takes options of its own: `JRUNNER_OPTS`.
pub fn own_options(program: &Path) -> String {
    let name = program.file_name().unwrap_or_default().to_string_lossy().to_uppercase();
    let name: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    format!("{name}_OPTS")
}

/// An argument as a line of a file for `java @FILE` (JDK tool specifications, `java`, "java Command-Line Argument Files").
fn in_file(argument: &str) -> String {
    let mut out = String::from('"');
    for c in argument.chars() {
        match c {
            '\\' | '"' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Options, class path and main class of a start script whose application is in `home`.
fn read(text: &str, home: &Path) -> Result<Vec<String>, String> {
    let one = |pattern: &str, what: &str| -> Result<String, String> {
        let pattern = Regex::new(pattern).map_err(|e| e.to_string())?;
        let mut found = pattern.captures_iter(text);
        match (found.next(), found.next()) {
            (Some(only), None) => Ok(only[1].to_owned()),
            (None, _) => Err(format!("it does not say {what} as Gradle does")),
            (Some(_), Some(_)) => Err(format!("it says {what} twice")),
        }
    };
    if !text.starts_with("#!") || !text.contains("APP_HOME") {
        return Err("it is not a start script of Gradle's".to_owned());
    }
    let assigned = Regex::new(r"(?m)^\s*(?:export\s+)?([A-Z][A-Z0-9_]*)=").map_err(|e| e.to_string())?;
    for name in assigned.captures_iter(text).map(|found| found[1].to_owned()) {
        if !KNOWN.contains(&&*name) {
            return Err(format!("it sets {name}, which Gradle's scripts do not"));
        }
    }
    let main = one(
        r#"-classpath\s+"(?:\\")?\$CLASSPATH(?:\\")?"\s+(?:\\\n\s*)?([A-Za-z_][\w.$]*)\s+(?:\\\n\s*)?"\$(?:@|APP_ARGS)""#,
        "its main class",
    )?;
    let class_path = one(r"(?m)^CLASSPATH=(\S+)$", "its class path")?;
    let defaults = one(r"(?m)^DEFAULT_JVM_OPTS=(.*)$", "its options")?;
    let mut jars = Vec::new();
    for jar in class_path.trim_matches('"').split(':') {
        let jar = jar.strip_prefix("$APP_HOME/").ok_or("its class path leads out of its folder")?;
        let jar = home.join(jar);
        // `lib/*` is the JVM's to expand.
        if !jar.exists() && jar.file_name() != Some("*".as_ref()) {
            return Err(format!("there is no {}", jar.display()));
        }
        jars.push(jar.to_str().ok_or("its folder has a name that is not UTF-8")?.to_owned());
    }
    let mut options = words(&defaults, home)?;
    options.extend(["-classpath".to_owned(), jars.join(":"), main]);
    Ok(options)
}

/// The words of `'"-Xmx64m" "-Da=$APP_HOME/b"'`.
fn words(defaults: &str, home: &Path) -> Result<Vec<String>, String> {
    let inner = defaults.trim();
    let inner = match inner.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
        Some(inner) => inner,
        None if inner.trim_matches('"').is_empty() => return Ok(Vec::new()),
        None => return Err("its options are not understood".to_owned()),
    };
    let plain = Regex::new(r#"^(?:\s*"([^"\\`]*)")*\s*$"#).map_err(|e| e.to_string())?;
    if !plain.is_match(inner) {
        return Err("its options are not understood".to_owned());
    }
    let home = home.to_str().ok_or("its folder has a name that is not UTF-8")?;
    inner
        .split('"')
        .skip(1)
        .step_by(2)
        .map(|word| {
            let word = word.replace("$APP_HOME", home).replace("'\\''", "'");
            if word.contains('$') { Err("its options are not understood".to_owned()) } else { Ok(word) }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEW: &str = "#!/bin/sh\nAPP_HOME=$( cd x ) || exit\nMAX_FD=maximum\nCLASSPATH=$APP_HOME/lib/a.jar:$APP_HOME/lib/b.jar\n\
        DEFAULT_JVM_OPTS='\"-Xmx64m\" \"-Da=$APP_HOME/c d\"'\nset -- \\\n        -classpath \"$CLASSPATH\" \\\n        \
        org.x.Main \\\n        \"$@\"\nexec \"$JAVACMD\" \"$@\"\n";
    const OLD: &str = "#!/usr/bin/env sh\nAPP_HOME=\"`pwd -P`\"\nDEFAULT_JVM_OPTS=\"\"\nCLASSPATH=$APP_HOME/lib/a.jar\n\
        eval set -- $DEFAULT_JVM_OPTS $JAVA_OPTS $A_OPTS -classpath \"\\\"$CLASSPATH\\\"\" org.x.Main \"$APP_ARGS\"\n";

    #[test]
    fn scripts_of_gradle_are_understood() {
        let home = tempfile::tempdir().unwrap();
        std::fs::create_dir(home.path().join("lib")).unwrap();
        for jar in ["a.jar", "b.jar"] {
            std::fs::write(home.path().join("lib").join(jar), "").unwrap();
        }
        let at = home.path().to_str().unwrap();
        let path = format!("{at}/lib/a.jar:{at}/lib/b.jar");
        let expected =
            ["-Xmx64m".to_owned(), format!("-Da={at}/c d"), "-classpath".to_owned(), path, "org.x.Main".to_owned()];
        assert_eq!(read(NEW, home.path()).unwrap(), expected);
        assert_eq!(read(OLD, home.path()).unwrap(), ["-classpath", &format!("{at}/lib/a.jar"), "org.x.Main"]);
        for (from, to) in [
            ("MAX_FD=maximum", "LD_LIBRARY_PATH=/x"),
            ("MAX_FD=maximum", "export JAVA_HOME=/x"),
            ("$APP_HOME/lib/b.jar", "/elsewhere/b.jar"),
            ("b.jar", "gone.jar"),
            ("-Xmx64m", "$(date)"),
            ("org.x.Main", "\"$MAIN\""),
            ("#!/bin/sh", "@echo off"),
        ] {
            assert!(read(&NEW.replace(from, to), home.path()).is_err(), "{to}");
        }
    }

    #[test]
    fn arguments_are_quoted_for_a_file() {
        assert_eq!(in_file("a b#$\\\"\n"), "\"a b#$\\\\\\\"\\n\"");
        assert_eq!(own_options(Path::new("/opt/x/bin/j-runner")), "J_RUNNER_OPTS");
    }
}
