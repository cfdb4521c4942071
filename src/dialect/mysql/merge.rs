//! The merge. Neither server has a block that a client can send, so it is a script of plain statements, stopped by the
//! first that fails: an UPDATE of the receipt writes words where a number belongs, which no strict mode takes.

use super::super::{Around, Column, Destination, Emptying, Fill, Merge, Source, TableName};
use super::{Mysql, PATIENCE, catalog, keys, literal, quote};

/// Values that are staged are merged as they are: dates that are none, and 0 where the server would count on. A trigger
/// has the modes that it was made with.
const MODES: &str =
    "SET sql_mode = 'STRICT_ALL_TABLES,NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES', sql_safe_updates = 0;\n";

/// REPEATABLE READ keeps others from putting rows between those that were deleted and looked for, by locks on the gaps
/// between keys; each statement of a merge locks what it reads, and so sees what was committed while it waited (MySQL
/// manual, 15.7.2.1 and 15.7.2.4).
const ISOLATION: &str = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ;\n";

/// What the merge says when it stops.
fn stop(words: &str) -> String {
    literal(&format!("pipekit: {words}"))
}

/// The script.
pub fn script(dialect: &Mysql, merge: &Merge<'_>) -> String {
    let receipt = dialect.table(&dialect.receipt());
    let (dest, staging) = (dialect.table(merge.dest), dialect.table(merge.staging));
    let module = literal(merge.module);
    let columns: Vec<String> = merge.columns.iter().map(|c| quote(&c.name)).collect();
    let columns = columns.join(", ");
    let note = |what: &str| format!("UPDATE {receipt} SET {what} WHERE module = {module};\n");
    let turn = turn(merge.dest);
    let taken = stop("no rows are staged for this merge (its receipt is taken)");
    let mut sql = format!(
        "{PATIENCE}{MODES}{ISOLATION}DO GET_LOCK({turn}, @@innodb_lock_wait_timeout);\n\
         START TRANSACTION;\n\
         UPDATE {receipt} SET staged_rows = CASE\n    \
         WHEN NOT (IS_USED_LOCK({turn}) <=> CONNECTION_ID()) THEN {}\n    \
         WHEN state <> 'staged' THEN {taken}\n    \
         WHEN staged_rows <> (SELECT count(*) FROM {staging}) THEN {}\n{}    \
         ELSE staged_rows END, state = 'merged' WHERE module = {module};\n\
         INSERT INTO {receipt} (module, install, run_id, state, staged_rows)\n  \
         SELECT {module}, '', 0, 'missing', {taken} FROM DUAL\n  \
         WHERE NOT EXISTS (SELECT 1 FROM {receipt} AS r WHERE r.module = {module});\n",
        stop("another merge into the table holds it"),
        stop("staging does not hold the rows that were staged"),
        clocks(merge, &staging),
    );
    let rows = match merge.emptying {
        Emptying::Nothing => None,
        Emptying::Truncate | Emptying::Delete => Some(("", dest.clone())),
        Emptying::ByKey(key) => Some((" target", keys::going(merge, key))),
    };
    match rows {
        None => sql.push_str(&note("rows_deleted = 0")),
        Some((target, rows)) => {
            let mut deleted = "NULLIF(ROW_COUNT(), -1)".to_owned();
            if merge.looks_back() {
                let still = stop("rows that were to be deleted are still there: the view keeps them");
                deleted = format!("CASE WHEN EXISTS (SELECT 1 FROM {rows}) THEN {still} ELSE {deleted} END");
            }
            sql.push_str(&format!("DELETE{target} FROM {rows};\n{}", note(&format!("rows_deleted = {deleted}"))));
        }
    }
    let mut inserted = "NULLIF(ROW_COUNT(), -1)".to_owned();
    if merge.counts_rows() {
        sql.push_str(&note(&format!("rows_inserted = (SELECT count(*) FROM {dest})")));
        inserted = format!("GREATEST(0, CAST((SELECT count(*) FROM {dest}) AS SIGNED) - rows_inserted)");
    }
    let none = match merge.fills() {
        true => format!(
            "    WHEN staged_rows > 0 AND NOT EXISTS (SELECT 1 FROM {dest}) THEN {}\n",
            stop("none of the staged rows came in")
        ),
        false => String::new(),
    };
    sql.push_str(&format!(
        "INSERT INTO {dest} ({columns})\n  SELECT {columns} FROM {staging};\n\
         UPDATE {receipt} SET rows_inserted = CASE\n{none}    \
         WHEN EXISTS ({}) THEN {}\n    ELSE {inserted} END WHERE module = {module};\n\
         COMMIT;\nDO RELEASE_LOCK({turn})",
        retyped(merge),
        stop("a column was given another type since the rows were staged"),
    ));
    sql
}

/// What stands around a load into the destination itself, which stops as the script does.
///
/// # Errors
/// Why the rows must be staged.
pub fn direct(dialect: &Mysql, merge: &Merge<'_>) -> Result<Around, &'static str> {
    if merge.columns.iter().any(is_clock) {
        return Err("a TIMESTAMP that is NOT NULL takes NULL for the time of the load");
    }
    if merge.columns.iter().any(|c| c.fill == Fill::Identity) {
        return Err("it fills an invisible column");
    }
    let receipt = dialect.table(&dialect.receipt());
    let dest = dialect.table(merge.dest);
    let (module, turn) = (literal(merge.module), turn(merge.dest));
    let taken = stop("no rows are to be loaded (its receipt is taken)");
    let note = |what: &str| format!("UPDATE {receipt} SET {what} WHERE module = {module}");
    let empty = match merge.emptying {
        Emptying::Nothing => note("rows_deleted = 0"),
        _ => format!("DELETE FROM {dest};\n{}", note("rows_deleted = NULLIF(ROW_COUNT(), -1)")),
    };
    let types = merge.columns.iter().map(|c| format!("({}, {})", literal(&c.name), literal(&c.type_sql)));
    let same = format!(
        "(SELECT count(*) FROM information_schema.COLUMNS AS d WHERE {}\n  AND (d.COLUMN_NAME, d.COLUMN_TYPE) IN ({})) = {}",
        catalog::is("d", merge.dest),
        types.collect::<Vec<_>>().join(", "),
        merge.columns.len()
    );
    Ok(Around {
        opening: format!(
            "{PATIENCE}SET sql_safe_updates = 0;\n{ISOLATION}DO GET_LOCK({turn}, @@innodb_lock_wait_timeout);\n\
             START TRANSACTION;\n\
             UPDATE {receipt} SET staged_rows = CASE\n    \
             WHEN NOT (IS_USED_LOCK({turn}) <=> CONNECTION_ID()) THEN {}\n    \
             WHEN state <> 'staged' THEN {taken}\n    ELSE staged_rows END, state = 'merged' WHERE module = {module};\n\
             INSERT INTO {receipt} (module, install, run_id, state, staged_rows)\n  \
             SELECT {module}, '', 0, 'missing', {taken} FROM DUAL\n  \
             WHERE NOT EXISTS (SELECT 1 FROM {receipt} AS r WHERE r.module = {module});\n\
             {empty}",
            stop("another merge into the table holds it"),
        ),
        closing: format!(
            "UPDATE {receipt} SET rows_inserted = CASE\n    WHEN {same} THEN staged_rows\n    ELSE {} END \
             WHERE module = {module};\nCOMMIT;\nDO RELEASE_LOCK({turn})",
            stop("a column was given another type since the load began")
        ),
    })
}

/// Whether NULL becomes the time of the load in it, by `explicit_defaults_for_timestamp = OFF` (MySQL manual, 5.1.8).
fn is_clock(column: &Column) -> bool {
    !column.nullable && column.type_sql.to_lowercase().starts_with("timestamp")
}

/// Stops where NULL comes for a TIMESTAMP that is NOT NULL: by `explicit_defaults_for_timestamp = OFF` it would become
/// the time of the merge (MySQL manual, 5.1.8).
fn clocks(merge: &Merge<'_>, staging: &str) -> String {
    let clocks = merge.columns.iter().filter(|c| is_clock(c));
    clocks
        .map(|c| {
            format!(
                "    WHEN EXISTS (SELECT 1 FROM {staging} AS s WHERE s.{} IS NULL) THEN {}\n",
                quote(&c.name),
                stop(&format!("NULL in {}, which is NOT NULL", c.name))
            )
        })
        .collect()
}

/// The columns that have another type now than those that are staged: some are rounded to their new type in silence, in
/// any mode. It stands behind the INSERT, from which on no definition changes.
fn retyped(merge: &Merge<'_>) -> String {
    format!(
        "SELECT 1 FROM information_schema.COLUMNS AS s JOIN information_schema.COLUMNS AS d ON d.COLUMN_NAME = s.COLUMN_NAME\n      \
         WHERE {}\n  AND {}\n  \
         AND NOT (d.COLUMN_TYPE = s.COLUMN_TYPE AND d.COLLATION_NAME <=> s.COLLATION_NAME)",
        catalog::is("s", merge.staging),
        catalog::is("d", merge.dest)
    )
}

/// The name by which merges into one table take turns, whoever does them: two that deleted by the same new key would lock
/// the same gap, and then each other out of it. A server may not tell tables apart by case; a name has 64 characters at
/// most (12.14).
fn turn(dest: &TableName) -> String {
    let name = format!("pipekit {dest}").to_lowercase();
    match name.chars().count() {
        ..=64 => literal(&name),
        _ => format!("CONCAT('pipekit ', MD5({}))", literal(&name)),
    }
}
