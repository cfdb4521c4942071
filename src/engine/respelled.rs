//! Keys that come in another spelling than the destination has them: `abc ` for `abc`, where the column's collation takes the two for one. Whether the source has the one in place of the other or has both, an
//! incremental run can't know, as it reads a part. To replace the row might lose it, and to add one might double it.

use super::advice;
use super::databases::Databases;
use super::ledger::{Came, Ledger};
use super::plan::{Definition, Plan};
use crate::definition::module::Strategy;
use crate::dialect::Emptying;
use crate::error::{Code, Error, Result};

/// How many are told.
const SHOWN: usize = 3;
/// How many letters of a key are told.
const LETTERS: usize = 60;

/// Refuses such keys in a merge by key.
///
/// # Errors
/// `Gate`, with some of them; what the database says.
pub fn refuse(ledger: &mut Ledger<'_>, databases: &Databases, definition: &Definition, plan: &Plan) -> Result<()> {
    if definition.strategy() != Strategy::Incremental {
        return Ok(());
    }
    let merge = plan.merge(definition, Emptying::ByKey(&plan.merge_key));
    let Some(sql) = plan.dialect.respelled(&merge, &plan.merge_key, SHOWN + 1) else { return Ok(()) };
    let sql = plan.patiently(&sql);
    let dest = &definition.dest;
    let work = || databases.runners().query(&plan.dest, &sql, None);
    let rows = ledger.step("gate", "respelled", &dest.name, &sql, work, Came::of)?.map_err(|f| {
        let error = databases.explain(&f, dest, "comparing the staged keys with the destination's");
        advice::on_destination(error, &f, definition, plan)
    })?;
    if rows.rows.is_empty() {
        return Ok(());
    }
    let text = |row: &[Option<String>], at: usize| -> String {
        let text = row.get(at).cloned().flatten().unwrap_or_default();
        format!("'{}'", text.chars().take(LETTERS).collect::<String>())
    };
    let mut told: Vec<String> =
        rows.rows.iter().take(SHOWN).map(|row| format!("{} where it has {}", text(row, 1), text(row, 0))).collect();
    if rows.rows.len() > SHOWN {
        told.push("…".to_owned());
    }
    let (key, table, name) = (plan.merge_key.join(", "), &definition.module.dest_table, &definition.module.name);
    Err(Error::new(
        Code::Gate,
        format!(
            "keys are staged that {table} takes for others that it has, by the collation of {key}: {}; the source may have \
             the one in place of the other, or both",
            told.join(", ")
        ),
    )
    .hint(format!(
        "`pipekit module verify {name} --repair --delete` looks at the whole source, and brings {table} right; where a \
         unique key lets it hold but one of the two: ALTER TABLE … CONVERT TO CHARACTER SET utf8mb4 COLLATE \
         utf8mb4_nopad_bin (on MySQL utf8mb4_0900_bin) tells them apart"
    )))
}
