//! The modules, as `pipekit module check` sees them.

use super::Checks;
use crate::definition::{among, lint, module as definition};
use crate::error::Result;
use crate::store::{Store, module};

/// Checks each module by its text, and beside the others.
pub fn check(store: &Store, out: &mut Checks) -> Result<()> {
    let mut well = 0;
    for row in module::all(store.read())? {
        let (_, defined) = definition::load(store.read(), &row.name)?;
        let mut findings = among::check(store.read(), &row, &defined)?;
        findings.retain(|finding| finding.severity != lint::Severity::Note);
        findings.sort_by_key(|finding| finding.severity != lint::Severity::Error);
        let Some(first) = findings.first() else {
            well += 1;
            continue;
        };
        let name = &row.name;
        let (more, all) = match findings.len() - 1 {
            0 => (String::new(), String::new()),
            n => (format!(" (and {n} more)"), format!("; `pipekit module check {name}` shows all")),
        };
        let (message, hint) = (format!("{}{more}", first.message), format!("{}{all}", first.hint));
        match first.severity {
            _ if !row.enabled => out.note(name, format!("{message}; it is disabled")),
            lint::Severity::Error => out.error(name, message, hint),
            _ => out.warning(name, message, hint),
        }
    }
    match well {
        0 => {}
        1 => out.ok("module check", "1 module has no finding"),
        n => out.ok("module check", format!("{n} modules have no finding")),
    }
    Ok(())
}
