//! PostgreSQL, 12 and later. The merge is one `DO` block: one statement, so one transaction by any road.

use super::{
    Column, Destination, Emptying, Fill, Merge, Relation, Source, TableName, double_quoted, literal, split_name,
};

pub(super) struct Postgresql;

/// Sets how long this transaction waits for others to let go of a table: what the session says, else 30 seconds. By
/// itself PostgreSQL waits for ever.
const LOCK_TIMEOUT: &str =
    "PERFORM set_config('lock_timeout', coalesce(nullif(current_setting('lock_timeout'), '0'), '30s'), true);";

/// The tables that inherit from one of a family, and are no partitions of it: they have rows of their own, which go with
/// the parent's.
const HEIRS: &str = "SELECT inhrelid::regclass::text, 'it inherits from ' || inhparent::regclass, 'CASCADE'\n\
                     FROM pg_catalog.pg_inherits WHERE inhparent IN (SELECT oid FROM family)\n  \
                     AND NOT (SELECT relispartition FROM pg_catalog.pg_class WHERE oid = inhrelid)";

/// A `DO` block with a dollar quote that its body does not contain: a column can be called anything.
fn do_block(body: &str) -> String {
    let mut tag = "$pipekit$".to_owned();
    while body.contains(&tag) {
        tag.insert(tag.len() - 1, '_');
    }
    format!("DO {tag}{body}{tag}")
}

/// `WITH` of a table and what a deletion from it reaches: its partitions, what inherits from it, and what a view reads.
fn family(table: &str) -> String {
    format!(
        "WITH RECURSIVE family (oid) AS (\n  SELECT to_regclass({})::oid UNION SELECT below.oid FROM family AS f, LATERAL (\n    \
         SELECT i.inhrelid FROM pg_catalog.pg_inherits AS i WHERE i.inhparent = f.oid UNION ALL\n    \
         SELECT d.refobjid FROM pg_catalog.pg_rewrite AS r JOIN pg_catalog.pg_depend AS d ON d.objid = r.oid\n      \
         AND d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass\n    \
         WHERE r.ev_class = f.oid AND r.ev_type = '1') AS below (oid))",
        literal(table)
    )
}

impl Source for Postgresql {
    fn list_tables(&self, schema: Option<&str>) -> String {
        let narrow = match schema {
            Some(schema) => format!("n.nspname = {}", literal(schema)),
            None => "n.nspname NOT IN ('pg_catalog', 'information_schema', 'pipekit_staging')\n  \
                     AND n.nspname NOT LIKE 'pg\\_toast%' AND n.nspname NOT LIKE 'pg\\_temp%'"
                .to_owned(),
        };
        format!(
            "SELECT n.nspname, c.relname,\n  \
             CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'f' THEN 'foreign table' ELSE 'table' END,\n  \
             obj_description(c.oid, 'pg_class')\n\
             FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace\n\
             WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition AND {narrow}\nORDER BY 1, 2"
        )
    }

    fn list_columns(&self, table: &TableName) -> String {
        format!(
            "SELECT a.attname, format_type(a.atttypid, a.atttypmod), CASE WHEN a.attnotnull THEN 0 ELSE 1 END,\n  \
             pg_get_expr(d.adbin, d.adrelid), array_position(k.conkey, a.attnum), col_description(a.attrelid, a.attnum)\n\
             FROM pg_catalog.pg_attribute a\n\
             LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum\n\
             LEFT JOIN pg_catalog.pg_constraint k ON k.conrelid = a.attrelid AND k.contype = 'p'\n\
             WHERE a.attrelid = to_regclass({}) AND a.attnum > 0 AND NOT a.attisdropped\nORDER BY a.attnum",
            literal(&self.table(table))
        )
    }

    fn quote(&self, name: &str) -> String {
        double_quoted(name)
    }

    // Bare names are folded to lower case (manual, 4.1.1).
    fn parse_table(&self, text: &str) -> Result<TableName, String> {
        split_name(text, str::to_lowercase)
    }
}

impl Destination for Postgresql {
    fn staging(&self, module: &str) -> TableName {
        TableName { schema: Some("pipekit_staging".to_owned()), name: module.to_owned() }
    }

    fn describe(&self, table: &TableName) -> String {
        // A domain is staged as its base type: its NOT NULL and CHECK are the destination's, and hold at the merge.
        format!(
            "SELECT a.attname,\n  \
             CASE WHEN t.typtype = 'd' THEN format_type(t.typbasetype, t.typtypmod) ELSE format_type(a.atttypid, a.atttypmod) END,\n  \
             a.attnotnull, a.attidentity, a.attgenerated, c.relkind,\n  \
             CASE WHEN a.attcollation <> t.typcollation THEN quote_ident(cn.nspname) || '.' || quote_ident(co.collname) END\n\
             FROM pg_catalog.pg_attribute a\n\
             JOIN pg_catalog.pg_class c ON c.oid = a.attrelid\n\
             JOIN pg_catalog.pg_type t ON t.oid = a.atttypid\n\
             LEFT JOIN pg_catalog.pg_collation co ON co.oid = a.attcollation\n\
             LEFT JOIN pg_catalog.pg_namespace cn ON cn.oid = co.collnamespace\n\
             WHERE a.attrelid = to_regclass({}) AND a.attnum > 0 AND NOT a.attisdropped\nORDER BY a.attnum",
            literal(&self.table(table))
        )
    }

    fn read_columns(&self, rows: &[Vec<Option<String>>]) -> (Relation, Vec<Column>) {
        let field = |row: &[Option<String>], i: usize| row.get(i).cloned().flatten().unwrap_or_default();
        let relation = match rows.first().map(|row| field(row, 5)).as_deref() {
            Some("v") => Relation::View,
            Some("f") => Relation::Foreign,
            _ => Relation::Table,
        };
        let columns = rows
            .iter()
            .map(|row| Column {
                name: field(row, 0),
                type_sql: field(row, 1),
                collation: row.get(6).cloned().flatten(),
                nullable: field(row, 2) != "t",
                fill: match (&*field(row, 3), &*field(row, 4)) {
                    (_, "s" | "v") => Fill::Computed,
                    ("a", _) => Fill::Identity,
                    _ => Fill::Plain,
                },
            })
            .collect();
        (relation, columns)
    }

    fn prepare(&self) -> String {
        let receipt = self.table(&self.receipt());
        // CREATE … IF NOT EXISTS fails when two sessions race, and CREATE SCHEMA needs a right even where the schema
        // is there: so it looks first, and takes turns.
        do_block(&format!(
            "\nBEGIN\n  IF to_regclass({}) IS NULL THEN\n    \
             PERFORM pg_advisory_xact_lock(hashtext('pipekit_staging'));\n    \
             IF to_regnamespace('pipekit_staging') IS NULL THEN\n      CREATE SCHEMA pipekit_staging;\n    END IF;\n    \
             CREATE TABLE IF NOT EXISTS {receipt} (\n      \
             module text PRIMARY KEY,\n      install text NOT NULL,\n      run_id bigint NOT NULL,\n      \
             state text NOT NULL CHECK (state IN ('staged', 'merged', 'abandoned')),\n      \
             staged_rows bigint,\n      rows_deleted bigint,\n      rows_inserted bigint\n    );\n  END IF;\nEND\n",
            literal(&receipt)
        ))
    }

    fn create_staging(&self, staging: &TableName, _relation: Relation, columns: &[Column]) -> String {
        let table = self.table(staging);
        let columns: Vec<String> = columns
            .iter()
            .map(|c| {
                let collation = c.collation.as_ref().map(|c| format!(" COLLATE {c}")).unwrap_or_default();
                format!("  {} {}{collation}", self.quote(&c.name), c.type_sql)
            })
            .collect();
        self.in_time(&format!(
            "DROP TABLE IF EXISTS {table};\nCREATE UNLOGGED TABLE {table} (\n{}\n)",
            columns.join(",\n")
        ))
    }

    fn in_time(&self, sql: &str) -> String {
        format!("{};\n{sql}", do_block(&format!("BEGIN {LOCK_TIMEOUT} END")))
    }

    fn fence(&self, module: &str, install: &str, run_id: i64) -> String {
        self.in_time(&format!(
            "UPDATE {} SET state = 'abandoned'\nWHERE module = {} AND install = {} AND run_id = {run_id} AND state = 'staged'",
            self.table(&self.receipt()),
            literal(module),
            literal(install)
        ))
    }

    fn cascades(&self, table: &TableName) -> String {
        format!(
            "{}\nSELECT conrelid::regclass::text, conname,\n  \
             CASE confdeltype WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL' ELSE 'SET DEFAULT' END\n\
             FROM pg_catalog.pg_constraint\n\
             WHERE contype = 'f' AND confrelid IN (SELECT oid FROM family) AND confdeltype IN ('c', 'n', 'd')\n\
             UNION ALL {HEIRS}\nORDER BY 1, 2",
            family(&self.table(table))
        )
    }

    fn forbids_truncate(&self, table: &TableName) -> Option<String> {
        Some(format!(
            "{}\nSELECT conrelid::regclass::text, conname, 'REFERENCES'\nFROM pg_catalog.pg_constraint\n\
             WHERE contype = 'f' AND confrelid IN (SELECT oid FROM family) AND conrelid NOT IN (SELECT oid FROM family)\n\
             UNION ALL {HEIRS}\nORDER BY 1, 2",
            family(&self.table(table))
        ))
    }

    fn truncates(&self) -> bool {
        true
    }

    fn merge(&self, merge: &Merge<'_>) -> String {
        let receipt = self.table(&self.receipt());
        let (dest, staging) = (self.table(merge.dest), self.table(merge.staging));
        let module = literal(merge.module);
        let columns: Vec<String> = merge.columns.iter().map(|c| self.quote(&c.name)).collect();
        let columns = columns.join(", ");
        let overriding = match merge.columns.iter().any(|c| c.fill == Fill::Identity) {
            true => " OVERRIDING SYSTEM VALUE",
            false => "",
        };
        // The rows are counted behind the lock, which it may take long to get. An append deletes nothing that another's
        // rows could be lost with, and its login may have no other right.
        let lock = match (merge.relation, merge.emptying) {
            (Relation::Foreign, _) | (_, Emptying::Nothing) => String::new(),
            _ => format!("  LOCK TABLE {dest} IN SHARE ROW EXCLUSIVE MODE;\n"),
        };
        let counted = "  GET DIAGNOSTICS pipekit_deleted = ROW_COUNT;\n";
        let empty = match merge.emptying {
            Emptying::Nothing => "  pipekit_deleted := 0;\n".to_owned(),
            // TRUNCATE does not say how many rows there were: that stays unknown.
            Emptying::Truncate => format!("  TRUNCATE TABLE {dest};\n"),
            Emptying::Delete => format!("  DELETE FROM {dest};\n{counted}"),
            Emptying::ByKey(key) => format!(
                "  DELETE FROM {dest} AS target WHERE EXISTS (\n    SELECT 1 FROM {staging} AS staged WHERE {});\n{counted}",
                key.iter().map(|k| format!("target.{0} = staged.{0}", self.quote(k))).collect::<Vec<_>>().join(" AND ")
            ),
        };
        // Columns win over variables of the same name; the variables' own names are no column's.
        do_block(&format!(
            "\n#variable_conflict use_column\nDECLARE\n  pipekit_expected bigint;\n  pipekit_staged bigint;\n  \
             pipekit_deleted bigint;\n  pipekit_inserted bigint;\nBEGIN\n  \
             IF current_setting('transaction_isolation') IN ('repeatable read', 'serializable') THEN\n    \
             RAISE EXCEPTION 'pipekit: a merge must see what others commit while it waits: it needs READ COMMITTED';\n  \
             END IF;\n  \
             {LOCK_TIMEOUT}\n  \
             UPDATE {receipt} SET state = 'merged' WHERE module = {module} AND state = 'staged'\n    \
             RETURNING staged_rows INTO pipekit_expected;\n  \
             IF NOT FOUND THEN\n    \
             RAISE EXCEPTION 'pipekit: no rows are staged for this merge (its receipt is taken)';\n  END IF;\n\
             {lock}  \
             SELECT count(*) INTO pipekit_staged FROM {staging};\n  \
             IF pipekit_staged <> pipekit_expected THEN\n    \
             RAISE EXCEPTION 'pipekit: staging holds % rows, % were staged', pipekit_staged, pipekit_expected;\n  END IF;\n\
             {empty}  \
             INSERT INTO {dest} ({columns}){overriding}\n    SELECT {columns} FROM {staging};\n  \
             GET DIAGNOSTICS pipekit_inserted = ROW_COUNT;\n  \
             UPDATE {receipt} SET rows_deleted = pipekit_deleted, rows_inserted = pipekit_inserted\n    \
             WHERE module = {module};\nEND\n"
        ))
    }

    fn remarks(&self, merge: &Merge<'_>) -> Vec<String> {
        let mut out = Vec::new();
        if merge.emptying == Emptying::Truncate {
            out.push(
                "TRUNCATE waits for every reader of the destination and holds later ones up, and a snapshot that is \
                 older than the merge (a pg_dump) sees it empty; `--full-by delete` avoids that"
                    .to_owned(),
            );
        }
        match merge.relation {
            Relation::View => {
                out.push(format!("{} is a view: its rules and triggers decide what the merge does", merge.dest));
            }
            Relation::Foreign => out.push(format!(
                "{} is a foreign table: other writers are not locked out, and whether the merge is atomic is up to \
                 its server",
                merge.dest
            )),
            Relation::Table | Relation::Strict => {}
        }
        out
    }
}
