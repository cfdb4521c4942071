//! Hooks: SQL after the merge. The merge is committed by then, so a hook that fails is counted, logged and warned of,
//! and changes nothing else.

use super::databases::Databases;
use super::external;
use super::ledger::{Came, Ledger};
use crate::error::Result;
use crate::runner::{Failure, FailureKind};
use crate::store::connection::Connection;
use crate::store::hook::Hook;
use crate::words::counted;

/// How a run ended, as far as hooks ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum After {
    /// The merge is committed.
    Success,
    /// The run failed, and nothing was merged.
    Failure,
    /// It was cancelled, or what it did is not known: only hooks that always run do.
    Other,
}

/// Runs the hooks that want to run after such an end, in order. Gives a warning for each that failed.
///
/// # Errors
/// Only where pipekit's own file can't be written.
pub fn run(
    ledger: &mut Ledger<'_>,
    databases: &Databases,
    hooks: &[(Hook, Connection)],
    after: After,
) -> Result<Vec<String>> {
    let mut failed = Vec::new();
    for (hook, connection) in hooks {
        let wanted = match hook.run_on.as_str() {
            "success" => after == After::Success,
            "failure" => after == After::Failure,
            _ => true,
        };
        if !wanted {
            continue;
        }
        let name = format!("hook {} on {}", hook.run_order, connection.name);
        let target = databases.target(connection).and_then(|target| {
            external::refuse_hook(ledger, databases, connection, &target, &hook.sql)?;
            Ok(target)
        });
        let work = || {
            let target = target.map_err(|e| Failure::new(FailureKind::Connect, e.message))?;
            databases.runners().script(&target, &hook.sql)
        };
        let done = ledger.step("hook", &hook.run_order.to_string(), &connection.name, &hook.sql, work, |o| {
            Came::moved(o.rows_affected)
        })?;
        match done {
            Ok(outcome) => {
                let rows = outcome.rows_affected.map(|n| format!(", {}", counted(n, "row"))).unwrap_or_default();
                ledger.print("hook_log", &format!("{name}: done{rows}"))?;
                for row in &outcome.rows.rows {
                    let values: Vec<&str> = row.iter().map(|v| v.as_deref().unwrap_or("NULL")).collect();
                    ledger.print("hook_log", &format!("{name}: {}", values.join("\t")))?;
                }
                for notice in outcome.notices {
                    ledger.print("hook_log", &format!("{name}: {notice}"))?;
                }
            }
            Err(failure) => {
                let why = databases.clean(&failure.message);
                let line = format!("{name} failed: {why}");
                ledger.print("hook_log", &line)?;
                failed.push(format!("{line} (`pipekit hook show {}`)", hook.id));
            }
        }
    }
    Ok(failed)
}
