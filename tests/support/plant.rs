//! A password that is planted somewhere, and the search for it everywhere else.

use super::{Call, Running, World};
use std::cell::RefCell;
use std::collections::BTreeSet;

/// A password, and all that was said since it was planted.
pub struct Plant<'w> {
    world: &'w World,
    secret: String,
    said: RefCell<Vec<(String, Vec<u8>)>>,
}

impl Plant<'_> {
    /// Nothing was said yet.
    pub fn new<'w>(world: &'w World, secret: &str) -> Plant<'w> {
        Plant { world, secret: secret.to_owned(), said: RefCell::default() }
    }

    /// Keeps what a call said.
    pub fn heard(&self, call: Call) -> Call {
        let output = [&call.output.stdout[..], &call.output.stderr].concat();
        self.said.borrow_mut().push((call.said.clone(), output));
        call
    }

    /// Calls the program in several ways of talking, and gives the plain call.
    pub fn call(&self, line: &str) -> Call {
        self.heard(self.world.call(&format!("{line} --json")));
        self.heard(self.world.call(&format!("-v {line}")));
        self.heard(self.world.call(line))
    }

    /// Waits for a call's end, and keeps what it said.
    pub fn wait(&self, run: Running) -> Call {
        self.heard(run.wait())
    }

    /// Has everything told of modules and their newest runs that there is to tell.
    pub fn look(&self, modules: &[&str]) {
        for module in modules {
            for command in ["log show", "log follow", "module show"] {
                // To follow a run is to end as it ended.
                let looked = self.call(&format!("{command} {module}"));
                assert!(!looked.stdout().is_empty(), "{command} {module}: {}", looked.stderr());
            }
        }
        for line in ["log", "status", "connection list", "secrets list"] {
            self.call(line).ok();
        }
    }

    /// Every form that a program may write the password in.
    fn forms(&self) -> BTreeSet<String> {
        let raw = &self.secret;
        let json = serde_json::Value::from(raw.as_str()).to_string();
        let percent: String = raw.bytes().map(|b| format!("%{b:02X}")).collect();
        let url: String = raw
            .bytes()
            .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
            .collect();
        let forms = [
            raw.clone(),
            raw.replace('\'', "''"),
            raw.replace('\\', "\\\\"),
            raw.replace('\\', "\\\\").replace('\'', "''"),
            json[1..json.len() - 1].to_owned(),
            serde_json::Value::from(&json[1..json.len() - 1]).to_string().trim_matches('"').to_owned(),
            percent,
            url,
        ];
        let mut forms: BTreeSet<String> = forms.into_iter().collect();
        // What is cut in the middle of a long one tells too much as well.
        if raw.len() > 80 {
            forms.insert(raw.chars().take(40).collect());
        }
        forms
    }

    /// Whether the password stands in these bytes, in whatever form.
    pub fn is_in(&self, bytes: &[u8]) -> bool {
        self.forms().iter().any(|form| bytes.windows(form.len()).any(|window| window == form.as_bytes()))
    }

    /// Looks through all that was said and through every file of the world, but those named.
    #[track_caller]
    pub fn is_nowhere(&self, but: &[&str]) {
        let said = self.said.borrow();
        assert!(!said.is_empty(), "nothing was said");
        for (line, output) in &*said {
            assert!(
                !self.is_in(output),
                "pipekit {line} tells {:?}:\n{}",
                self.secret,
                String::from_utf8_lossy(output)
            );
        }
        for form in self.forms() {
            let files = self.world.holds(&form, but);
            assert!(files.is_empty(), "{:?} as {form:?} is in {files:?}", self.secret);
        }
    }

    /// Every process of the world that has the password in its arguments or its environment, but those of `but`.
    pub fn processes_that_show_it(&self, but: &[u32]) -> Vec<String> {
        let shows = |pid: u32| {
            ["cmdline", "environ"]
                .iter()
                .any(|file| self.is_in(&std::fs::read(format!("/proc/{pid}/{file}")).unwrap_or_default()))
        };
        let found = self.world.processes().into_iter().filter(|(pid, _)| !but.contains(pid) && shows(*pid));
        found.map(|(pid, line)| format!("{pid} {line}")).collect()
    }
}
