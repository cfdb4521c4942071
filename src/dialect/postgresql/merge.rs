//! The merge: one `DO` block, so one transaction by any road. And what stands around a load into the table itself.

use super::super::{Around, Destination, Emptying, Fill, Merge, Relation, Source, literal};
use super::{PATIENCE, Postgresql, do_block, under_domains};

/// Has the transaction on the disk before the server says that it is committed, in PL/pgSQL: with `synchronous_commit =
/// off` a crash takes back what was told as done (PostgreSQL manual, 20.5.1).
const DURABLE: &str = "IF current_setting('synchronous_commit') = 'off' THEN\n    \
    PERFORM set_config('synchronous_commit', 'local', true);\n  END IF;\n";

/// The merge's script.
pub fn script(dialect: &Postgresql, merge: &Merge<'_>) -> String {
    let receipt = dialect.table(&dialect.receipt());
    let (dest, staging) = (dialect.table(merge.dest), dialect.table(merge.staging));
    let module = literal(merge.module);
    let columns: Vec<String> = merge.columns.iter().map(|c| dialect.quote(&c.name)).collect();
    let columns = columns.join(", ");
    let overriding = match merge.columns.iter().any(|c| c.fill == Fill::Identity) {
        true => " OVERRIDING SYSTEM VALUE",
        false => "",
    };
    // The rows are counted behind the lock, which it may take long to get.
    let lock = match merge.described.relation {
        Relation::Foreign => String::new(),
        _ => lock(&dest, merge.emptying),
    };
    let counted = "  GET DIAGNOSTICS pipekit_deleted = ROW_COUNT;\n";
    let still = |rows: &str| match merge.looks_back() {
        true => format!(
            "  IF EXISTS (SELECT FROM {rows}) THEN\n    \
             RAISE EXCEPTION 'pipekit: rows that were to be deleted are still there: a trigger or a rule keeps them';\n  END IF;\n"
        ),
        false => String::new(),
    };
    let empty = match merge.emptying {
        Emptying::Nothing => "  pipekit_deleted := 0;\n".to_owned(),
        // TRUNCATE does not say how many rows there were: that stays unknown.
        Emptying::Truncate => format!("  TRUNCATE TABLE {dest};\n"),
        Emptying::Delete => format!("  DELETE FROM {dest};\n{counted}{}", still(&dest)),
        Emptying::ByKey(key) => {
            let matching = dialect.matching(merge, key);
            format!("  DELETE FROM {matching};\n{counted}{}", still(&matching))
        }
    };
    let (before, after) = match merge.counts_rows() {
        true => (
            format!("  SELECT count(*) INTO pipekit_before FROM {dest};\n"),
            format!("  SELECT greatest(0, count(*) - pipekit_before) INTO pipekit_inserted FROM {dest};\n"),
        ),
        false => (String::new(), "  GET DIAGNOSTICS pipekit_inserted = ROW_COUNT;\n".to_owned()),
    };
    let filled = match merge.fills() {
        true => format!(
            "  IF pipekit_staged > 0 AND NOT EXISTS (SELECT FROM {dest}) THEN\n    \
             RAISE EXCEPTION 'pipekit: none of the % staged rows came in: a trigger or a rule keeps them out', pipekit_staged;\n  \
             END IF;\n"
        ),
        false => String::new(),
    };
    // Behind the INSERT, whose lock keeps the types as they are from then on. A domain is staged as what is under it,
    // and looks at values itself.
    let same_types = format!(
        "  IF EXISTS (\n    SELECT FROM pg_catalog.pg_attribute AS s\n    \
         JOIN pg_catalog.pg_attribute AS d ON d.attrelid = to_regclass({dest}) AND d.attname = s.attname\n    \
         JOIN pg_catalog.pg_type AS t ON t.oid = d.atttypid AND t.typtype <> 'd'\n    \
         WHERE s.attrelid = to_regclass({staging}) AND s.attnum > 0 AND NOT s.attisdropped\n      \
         AND (d.atttypid <> s.atttypid OR d.atttypmod <> s.atttypmod)) THEN\n    \
         RAISE EXCEPTION 'pipekit: a column was given another type since the rows were staged';\n  END IF;\n",
        dest = literal(&dest),
        staging = literal(&staging)
    );
    let take = take(&receipt, &module);
    // Columns win over variables of the same name; the variables' own names are no column's.
    do_block(&format!(
        "\n#variable_conflict use_column\nDECLARE\n  pipekit_expected bigint;\n  pipekit_staged bigint;\n  \
         pipekit_deleted bigint;\n  pipekit_before bigint;\n  pipekit_inserted bigint;\nBEGIN\n  \
         {take}\n    \
         RETURNING staged_rows INTO pipekit_expected;\n  \
         IF NOT FOUND THEN\n    \
         RAISE EXCEPTION 'pipekit: no rows are staged for this merge (its receipt is taken)';\n  END IF;\n\
         {lock}  \
         SELECT count(*) INTO pipekit_staged FROM {staging};\n  \
         IF pipekit_staged <> pipekit_expected THEN\n    \
         RAISE EXCEPTION 'pipekit: staging holds % rows, % were staged', pipekit_staged, pipekit_expected;\n  END IF;\n\
         {empty}{before}  \
         INSERT INTO {dest} ({columns}){overriding}\n    SELECT {columns} FROM {staging};\n\
         {after}{filled}{same_types}  \
         UPDATE {receipt} SET rows_deleted = pipekit_deleted, rows_inserted = pipekit_inserted\n    \
         WHERE module = {module};\nEND\n"
    ))
}

/// What stands around a load into the table itself.
pub fn direct(dialect: &Postgresql, merge: &Merge<'_>) -> Around {
    let receipt = dialect.table(&dialect.receipt());
    let (dest, module) = (dialect.table(merge.dest), literal(merge.module));
    let empty = match merge.emptying {
        Emptying::Nothing => "  pipekit_deleted := 0;\n".to_owned(),
        Emptying::Truncate => format!("  TRUNCATE TABLE {dest};\n"),
        Emptying::Delete | Emptying::ByKey(_) => {
            format!("  DELETE FROM {dest};\n  GET DIAGNOSTICS pipekit_deleted = ROW_COUNT;\n")
        }
    };
    let opening = do_block(&format!(
        "\n#variable_conflict use_column\nDECLARE\n  pipekit_deleted bigint;\nBEGIN\n  {};\n  \
         IF NOT FOUND THEN\n    \
         RAISE EXCEPTION 'pipekit: no rows are to be loaded (its receipt is taken)';\n  END IF;\n\
         {}{empty}  \
         UPDATE {receipt} SET rows_deleted = pipekit_deleted WHERE module = {module};\nEND\n",
        take(&receipt, &module),
        lock(&dest, merge.emptying)
    ));
    // Behind the rows, whose lock keeps the types as they are from then on: those by which the rows were written must
    // be those of the plan. A domain looks at values itself.
    let types = merge.columns.iter().map(|c| format!("({}, {})", literal(&c.name), literal(&c.type_sql)));
    let same_types = do_block(&format!(
        "\nBEGIN\n  IF (SELECT count(*) FROM pg_catalog.pg_attribute AS a\n{}    \
         WHERE a.attrelid = to_regclass({}) AND a.attnum > 0 AND NOT a.attisdropped\n    \
         AND (a.attname::text, format_type(under.type, under.modifier)) IN ({})) <> {} THEN\n    \
         RAISE EXCEPTION 'pipekit: a column was given another type since the load began';\n  END IF;\nEND\n",
        under_domains(&literal(&dest)),
        literal(&dest),
        types.collect::<Vec<_>>().join(", "),
        merge.columns.len()
    ));
    Around {
        opening: format!("BEGIN;\n{opening}"),
        closing: format!(
            "{same_types};\nUPDATE {receipt} SET rows_inserted = staged_rows WHERE module = {module};\nCOMMIT"
        ),
    }
}

/// Takes the receipt, in PL/pgSQL, with what must hold before that; a clause may follow.
fn take(receipt: &str, module: &str) -> String {
    format!(
        "IF current_setting('transaction_isolation') IN ('repeatable read', 'serializable') THEN\n    \
         RAISE EXCEPTION 'pipekit: a merge must see what others commit while it waits: it needs READ COMMITTED';\n  \
         END IF;\n  {PATIENCE}  {DURABLE}  \
         UPDATE {receipt} SET state = 'merged' WHERE module = {module} AND state = 'staged'"
    )
}

/// Locks other writers out where rows go. An append deletes nothing that another's rows could be lost with, and its
/// login may have no other right.
fn lock(dest: &str, emptying: Emptying<'_>) -> String {
    match emptying {
        Emptying::Nothing => String::new(),
        _ => format!("  LOCK TABLE {dest} IN SHARE ROW EXCLUSIVE MODE;\n"),
    }
}
