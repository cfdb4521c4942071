//! PostgreSQL, 12 and later. The merge is one `DO` block: one statement, so one transaction by any road.

mod merge;

use super::types::{self, Type};
use super::{
    Around, Column, Described, Destination, Emptying, Fill, Merge, OF_THE_DATABASE, OURS, Qualifiers, Relation, Source,
    TableName, double_quoted, literal, split_name,
};

pub(super) struct Postgresql;

/// The tables that inherit from one of a family, and are no partitions of it: they have rows of their own, which go with
/// the parent's.
const HEIRS: &str = "SELECT inhrelid::regclass::text, 'it inherits from ' || inhparent::regclass, ''\n\
                     FROM pg_catalog.pg_inherits WHERE inhparent IN (SELECT oid FROM family)\n  \
                     AND NOT (SELECT relispartition FROM pg_catalog.pg_class WHERE oid = inhrelid)";

/// Sets how long what follows in the transaction waits for others to let go of a table, in PL/pgSQL: 30 seconds, unless
/// the login or the URL says (`options=-c lock_timeout=5min`).
const PATIENCE: &str = "IF current_setting('lock_timeout') = '0' THEN\n    \
    PERFORM set_config('lock_timeout', '30s', true);\n  END IF;\n";

/// The type `under` its domains of a table's column `a`, of which there can be several: their NOT NULL and CHECK are the
/// destination's, and hold at the merge. Of all columns at once: a recursion for each makes the server think so much of
/// the query that it compiles it (`jit`), which takes longer than all else of a small run.
fn under_domains(table: &str) -> String {
    format!(
        "LEFT JOIN (\n  WITH RECURSIVE step (oid, type, modifier, n) AS (\n    \
         SELECT t.oid, t.typbasetype, t.typtypmod, 1 FROM pg_catalog.pg_type AS t WHERE t.typtype = 'd' AND t.oid IN (\n      \
         SELECT atttypid FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass({table}) AND attnum > 0)\n    UNION ALL\n    \
         SELECT s.oid, t.typbasetype, t.typtypmod, n + 1 FROM step AS s\n    \
         JOIN pg_catalog.pg_type AS t ON t.oid = s.type AND t.typtype = 'd')\n  \
         SELECT DISTINCT ON (oid) oid, type, modifier FROM step ORDER BY oid, n DESC) AS d ON d.oid = a.atttypid\n\
         LEFT JOIN LATERAL (\n  \
         SELECT coalesce(d.type, a.atttypid), coalesce(d.modifier, a.atttypmod)) AS under (type, modifier) ON true\n"
    )
}

/// The equality of a column's type: an extension in a schema beyond the search path has one that a plain `=` is not.
const EQUALS: &str = "(SELECT 'OPERATOR(' || quote_ident(s.nspname) || '.' || o.oprname || ')'\n    \
    FROM pg_catalog.pg_opclass AS k\n    \
    JOIN pg_catalog.pg_am AS m ON m.oid = k.opcmethod AND m.amname = 'btree'\n    \
    JOIN pg_catalog.pg_amop AS p ON p.amopfamily = k.opcfamily AND p.amopstrategy = 3\n      \
    AND p.amoplefttype = k.opcintype AND p.amoprighttype = k.opcintype\n    \
    JOIN pg_catalog.pg_operator AS o ON o.oid = p.amopopr\n    \
    JOIN pg_catalog.pg_namespace AS s ON s.oid = o.oprnamespace AND s.nspname <> 'pg_catalog'\n    \
    WHERE k.opcdefault AND k.opcintype = base.oid)";

/// What belongs to a table.
#[derive(Clone, Copy)]
enum Through {
    /// Its partitions, and what inherits from it: their rows are its own.
    Children,
    /// Those, and the tables under a view or a rule, from which a DELETE deletes.
    Deletes,
}

/// A CTE `family` of a table and what belongs to it.
fn family(table: &str, through: Through) -> String {
    let below = match through {
        Through::Children => {
            "SELECT i.inhrelid FROM pg_catalog.pg_inherits AS i JOIN family AS f ON i.inhparent = f.oid"
        }
        Through::Deletes => {
            "SELECT below.oid FROM family AS f, LATERAL (\n      \
             SELECT i.inhrelid FROM pg_catalog.pg_inherits AS i WHERE i.inhparent = f.oid UNION ALL\n      \
             SELECT d.refobjid FROM pg_catalog.pg_rewrite AS r JOIN pg_catalog.pg_depend AS d ON d.objid = r.oid\n        \
             AND d.classid = 'pg_catalog.pg_rewrite'::regclass AND d.refclassid = 'pg_catalog.pg_class'::regclass\n      \
             WHERE r.ev_class = f.oid AND r.ev_type IN ('1', '4')) AS below (oid)"
        }
    };
    format!("WITH RECURSIVE family (oid) AS (\n    SELECT to_regclass({table})::oid UNION\n    {below})")
}

/// A `DO` block with a dollar quote that its body does not contain: a column can be called anything.
fn do_block(body: &str) -> String {
    let mut tag = "$pipekit$".to_owned();
    while body.contains(&tag) {
        tag.insert(tag.len() - 1, '_');
    }
    format!("DO {tag}{body}{tag}")
}

impl Source for Postgresql {
    fn list_tables(&self, within: &Qualifiers) -> String {
        let narrow = match &within.schema {
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

    fn map_type(&self, type_text: &str) -> Type {
        let (words, numbers) = types::split(type_text);
        // `timestamp(3)[]` would else be read as what it is an array of.
        match types::common(&words, &numbers, 6) {
            // A negative scale, which rounds before the point (manual, 8.1.2), is no one else's.
            Some(Type::Decimal(_)) if type_text.contains('-') => Type::Decimal(None),
            // A scale beyond the precision, for numbers below 1, neither.
            Some(Type::Decimal(Some((digits, scale)))) if scale > digits => Type::Decimal(Some((scale, scale))),
            Some(mapped) => mapped,
            None if words == "oid" => Type::BigInt,
            None => Type::Other(type_text.to_owned()),
        }
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
    // Text has no limit here that would be of use (manual, 8.3). A seventh digit of a second is not kept (8.5): such a
    // time is kept as text.
    fn type_sql(&self, mapped: &Type) -> String {
        match mapped {
            Type::Boolean => "boolean".to_owned(),
            Type::SmallInt => "smallint".to_owned(),
            Type::Integer => "integer".to_owned(),
            Type::BigInt => "bigint".to_owned(),
            Type::Decimal(Some((digits, scale))) if *digits <= 1000 => format!("numeric({digits},{scale})"),
            Type::Decimal(_) => "numeric".to_owned(),
            Type::Real => "real".to_owned(),
            Type::Double => "double precision".to_owned(),
            Type::Bytes(_) => "bytea".to_owned(),
            Type::Date => "date".to_owned(),
            Type::Time(digits) if *digits <= 6 => "time".to_owned(),
            Type::Timestamp(digits) if *digits <= 6 => "timestamp".to_owned(),
            Type::TimestampTz(digits) if *digits <= 6 => "timestamptz".to_owned(),
            Type::Uuid => "uuid".to_owned(),
            // `jsonb` would order the keys anew and drop those that repeat (8.14).
            Type::Json => "json".to_owned(),
            Type::Char(_)
            | Type::Text(_)
            | Type::Time(_)
            | Type::Timestamp(_)
            | Type::TimestampTz(_)
            | Type::Other(_) => "text".to_owned(),
        }
    }

    fn clock(&self, mapped: &Type, value: &str, utc: bool) -> Option<String> {
        let there = if utc { " AT TIME ZONE 'UTC'" } else { "" };
        matches!(mapped, Type::TimestampTz(_)).then(|| format!("to_char({value}{there}, 'YYYY-MM-DD HH24:MI:SS.US')"))
    }

    fn staging(&self, module: &str) -> TableName {
        TableName { schema: Some("pipekit_staging".to_owned()), name: module.to_owned(), ..TableName::default() }
    }

    fn describe(&self, table: &TableName) -> String {
        // Of triggers only those BEFORE each ROW (pg_trigger.tgtype) can keep a row in, or out.
        let table = literal(&self.table(table));
        format!(
            "SELECT a.attname, format_type(under.type, under.modifier), CASE WHEN a.attnotnull THEN 1 ELSE 0 END, a.attidentity, a.attgenerated,\n  \
             CASE n.nspname WHEN 'pipekit_staging' THEN 'ours' WHEN 'pg_catalog' THEN 'catalog'\n    \
             WHEN 'information_schema' THEN 'catalog' ELSE c.relkind::text END,\n  \
             CASE WHEN a.attcollation <> base.typcollation\n    \
             THEN quote_ident(cn.nspname) || '.' || quote_ident(co.collname) END,\n  \
             {EQUALS},\n  n.nspname, CASE WHEN row_security_active(c.oid) THEN 1 ELSE 0 END,\n  \
             CASE WHEN EXISTS (\n    {}\n    \
             SELECT FROM family AS f WHERE EXISTS (SELECT FROM pg_catalog.pg_trigger AS g\n      \
             WHERE g.tgrelid = f.oid AND g.tgtype & 3 = 3 AND g.tgenabled IN ('O', 'A'))\n    \
             OR EXISTS (SELECT FROM pg_catalog.pg_rewrite AS r WHERE r.ev_class = f.oid AND r.ev_type <> '1')) THEN 1 ELSE 0 END\n\
             FROM pg_catalog.pg_class AS c\n\
             JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace\n\
             LEFT JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped\n\
             {}\
             LEFT JOIN pg_catalog.pg_type AS base ON base.oid = under.type\n\
             LEFT JOIN pg_catalog.pg_collation AS co ON co.oid = a.attcollation\n\
             LEFT JOIN pg_catalog.pg_namespace AS cn ON cn.oid = co.collnamespace\n\
             WHERE c.oid = to_regclass({table})\nORDER BY a.attnum",
            family(&table, Through::Children),
            under_domains(&table)
        )
    }

    fn read(&self, rows: &[Vec<Option<String>>]) -> Option<Described> {
        // NULL and empty are the same in the CSV of some runners, and a truth has many spellings.
        let field = |row: &[Option<String>], i: usize| row.get(i).cloned().flatten().filter(|text| !text.is_empty());
        let is = |row: &[Option<String>], i: usize| matches!(field(row, i).as_deref(), Some("1" | "t" | "true"));
        let first = rows.first()?;
        let relation = match field(first, 5).as_deref() {
            Some("v") => Relation::View,
            Some("f") => Relation::Foreign,
            Some("r" | "p") => Relation::Table,
            Some("m") => Relation::Unfit("a materialized view"),
            Some("S") => Relation::Unfit("a sequence"),
            Some("i" | "I") => Relation::Unfit("an index"),
            Some("ours") => Relation::Unfit(OURS),
            Some("catalog") => Relation::Unfit(OF_THE_DATABASE),
            _ => Relation::Unfit("a type"),
        };
        let column = |row: &Vec<Option<String>>| {
            Some(Column {
                name: field(row, 0)?,
                type_sql: field(row, 1).unwrap_or_default(),
                collation: field(row, 6),
                equals: field(row, 7),
                nullable: !is(row, 2),
                fill: match (field(row, 3).as_deref(), field(row, 4).as_deref()) {
                    (_, Some("s" | "v")) => Fill::Computed,
                    (Some("a"), _) => Fill::Identity,
                    _ => Fill::Plain,
                },
            })
        };
        Some(Described {
            schema: field(first, 8),
            relation,
            // A table without a column has one row here, without a name.
            columns: rows.iter().filter_map(column).collect(),
            decides: is(first, 10),
            displaces: false,
            hides: is(first, 9),
            ..Described::default()
        })
    }

    fn prepare(&self) -> String {
        let receipt = self.table(&self.receipt());
        // CREATE … IF NOT EXISTS fails when two sessions race, and CREATE SCHEMA needs a right even where the schema
        // is there: so it looks first, and takes turns.
        do_block(&format!(
            "\nBEGIN\n  {PATIENCE}  IF to_regclass({}) IS NULL THEN\n    \
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
        self.patiently(&format!(
            "DROP TABLE IF EXISTS {table};\nCREATE UNLOGGED TABLE {table} (\n{}\n)",
            columns.join(",\n")
        ))
    }

    fn cascades(&self, table: &TableName) -> String {
        format!(
            "{}\nSELECT conrelid::regclass::text, conname,\n  \
             CASE confdeltype WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL' ELSE 'SET DEFAULT' END\n\
             FROM pg_catalog.pg_constraint\n\
             WHERE contype = 'f' AND confrelid IN (SELECT oid FROM family) AND confdeltype IN ('c', 'n', 'd')\n\
             UNION ALL {HEIRS}\nORDER BY 1, 2",
            family(&literal(&self.table(table)), Through::Deletes)
        )
    }

    fn forbids_truncate(&self, table: &TableName) -> Option<String> {
        Some(format!(
            "{}\nSELECT conrelid::regclass::text, conname, 'REFERENCES'\nFROM pg_catalog.pg_constraint\n\
             WHERE contype = 'f' AND confrelid IN (SELECT oid FROM family) AND conrelid NOT IN (SELECT oid FROM family)\n\
             UNION ALL {HEIRS}\nORDER BY 1, 2",
            family(&literal(&self.table(table)), Through::Children)
        ))
    }

    fn patiently(&self, sql: &str) -> String {
        format!("{};\n{sql}", do_block(&format!("\nBEGIN\n  {PATIENCE}END\n")))
    }

    fn grant(&self, merge: &Merge<'_>, login: &str) -> Option<String> {
        let reads = if merge.looks_back() || merge.counts_rows() { "SELECT, " } else { "" };
        let rights = match merge.emptying {
            Emptying::Nothing => format!("{reads}INSERT"),
            Emptying::Truncate => format!("{reads}INSERT, TRUNCATE"),
            Emptying::Delete => format!("{reads}INSERT, DELETE"),
            Emptying::ByKey(_) => "SELECT, INSERT, DELETE".to_owned(),
        };
        Some(format!("GRANT {rights} ON {} TO {}", self.table(merge.dest), self.quote(login)))
    }

    fn holders(&self, table: &TableName) -> Option<String> {
        Some(format!(
            "SELECT l.pid, a.usename, a.state, a.xact_start, a.query FROM pg_locks l JOIN pg_stat_activity a USING (pid) \
             WHERE l.relation = {}::regclass",
            literal(&self.table(table))
        ))
    }

    fn truncates(&self) -> bool {
        true
    }

    fn atomic(&self, statements: &[&str]) -> String {
        do_block(&format!("\nBEGIN\n  {};\nEND\n", statements.join(";\n  ")))
    }

    fn merge(&self, merge: &Merge<'_>) -> String {
        merge::script(self, merge)
    }

    fn direct(&self, merge: &Merge<'_>) -> Result<Around, &'static str> {
        Ok(merge::direct(self, merge))
    }

    // Every type has a text, and some (json, xml, point) have no equality.
    fn exactly(&self, column: &Column) -> String {
        format!("({})::text COLLATE \"C\"", self.quote(&column.name))
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
        match merge.described.relation {
            Relation::View => {
                out.push(format!("{} is a view: its rules and triggers decide what the merge does", merge.dest));
            }
            Relation::Foreign => out.push(format!(
                "{} is a foreign table: other writers are not locked out, and whether the merge is atomic is up to \
                 its server",
                merge.dest
            )),
            Relation::Table | Relation::Strict | Relation::Unfit(_) => {}
        }
        out
    }
}
