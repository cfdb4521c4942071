//! What a module's next run would do, as `module preview` and the API show it: to the byte.

use super::databases::Databases;
use super::ledger::Ledger;
use super::plan::{self, Definition, Plan};
use super::streams::{self, Streams};
use super::{external, filled};
use crate::definition::{lint, module as define};
use crate::dialect::Relation;
use crate::error::Result;
use crate::runner::Runner;
use crate::sql::lexer;
use crate::store::Store;
use serde_json::{Value, json};

/// What the next run would do.
pub struct Preview {
    /// The module.
    pub definition: Definition,
    /// Its SQL, with the watermarks as they are now.
    pub plan: Plan,
    /// The columns that the query gives; `None` where they are only known when it runs.
    pub output: Option<Vec<String>>,
    /// Whether the merge is one transaction for certain.
    pub atomic: bool,
    /// What is odd.
    pub warnings: Vec<String>,
}

/// Makes the preview of the module of that name or id. Nothing is moved; the watermarks are asked.
///
/// # Errors
/// `NotFound`, and what the databases say.
pub fn make(store: &mut Store, name: &str) -> Result<Preview> {
    let definition = Definition::read(store, name)?;
    let databases = Databases::open(store, None)?;
    let mut plan = plan::make(&mut Ledger::new(store, None, &databases), &databases, &definition)?;
    let mut warnings = plan.resolved.warnings.clone();
    let output = match databases.runners().describe(&plan.source, &plan.source_sql) {
        Ok(Some(output)) => {
            warnings.extend(filled::misplaced(&output, &plan.columns));
            Some(output)
        }
        Ok(None) => None,
        // The last of several statements may need what those before it make, and a preview makes nothing.
        Err(f) if lexer::statements(&plan.source_sql).len() > 1 => {
            warnings.push(format!(
                "which columns the query gives is only known when it runs: {}",
                databases.clean(&f.message)
            ));
            None
        }
        Err(f) => return Err(databases.explain(&f, &definition.source, "preparing the query")),
    };
    if let Streams::Several(count, by) = &plan.streams {
        let cut = streams::cut(&databases, &definition, &plan, by)?;
        let mut ledger = Ledger::new(store, None, &databases);
        if let Some(why) = streams::only_there(&mut ledger, &databases, &definition, &plan, &cut)? {
            plan.streams = Streams::OneBecause(*count, why.to_owned());
            plan.remarks.extend(plan.streams.remark());
        }
    }
    // What a foreign table's server makes of a transaction is up to it, and so it is with a runner from outside.
    let told = external::foretell(store, &databases, &definition.dest, &plan.dest, &definition.module)?;
    let atomic = plan.described.relation != Relation::Foreign && told.is_none();
    let (_, defined) = define::load(store.read(), name)?;
    warnings.extend(lint::check(&defined).into_iter().map(|f| format!("{} ({})", f.message, f.rule)));
    warnings.extend(plan.remarks.iter().cloned());
    warnings.extend(told);
    Ok(Preview { definition, plan, output, atomic, warnings })
}

impl Preview {
    /// The preview as JSON has it.
    pub fn document(&self) -> Value {
        let plan = &self.plan;
        let columns: Vec<_> = plan
            .columns
            .iter()
            .enumerate()
            .map(|(i, c)| json!({"output": self.output.as_ref().and_then(|output| output.get(i)), "column": c.name, "type": c.type_sql}))
            .collect();
        json!({
            "module": self.definition.module.name,
            "runner": Runner::of_transfer(&plan.source, &plan.dest).name(),
            "load": plan.way.name(),
            "streams": plan.streams.count(),
            "rows_by": plan.mover.name(),
            "rows_by_because": plan.mover.why(),
            "atomic": self.atomic,
            "watermark_values_json": plan.resolved.values,
            "resolved_source_sql": plan.source_sql,
            "staging_sql": (plan.way.name() == "staged").then_some(&plan.staging_sql),
            "merge_sql": plan.merge_sql,
            "columns": columns,
            "warnings": self.warnings,
        })
    }
}
