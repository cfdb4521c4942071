//! What a run would do, to the byte: the same function makes it for `preview`, for a dry run, and for the run itself.

use super::databases::{Databases, dialect_of};
use super::direct::{self, Way};
use super::ledger::{Came, Ledger};
use super::mover::{self, Mover};
use super::streams::{self, Streams};
use super::watermark::{self, Resolved};
use super::{external, filled};
use crate::definition::lint;
use crate::definition::module::Strategy;
use crate::dialect::{Column, Described, Destination, Emptying, Fill, Merge, Relation, TableName};
use crate::error::{Code, Error, Result};
use crate::runner::{Runner, Target};
use crate::sql::{columns::only_table, lexer, placeholders};
use crate::store::connection::{self, Connection};
use crate::store::module::{self, Module};
use crate::store::{Store, hook, run, watermark as watermarks};

/// A module with all that it refers to, read once at the start of a run.
pub struct Definition {
    /// The module.
    pub module: Module,
    /// Where the query runs.
    pub source: Connection,
    /// Where the rows go.
    pub dest: Connection,
    /// Its watermarks and where they resolve.
    pub watermarks: Vec<(watermarks::Watermark, Connection)>,
    /// Its hooks and where they run.
    pub hooks: Vec<(hook::Hook, Connection)>,
    /// Whether its watermarks stand where they do for an empty destination, as far as they say where that is.
    pub from_start: bool,
}

impl Definition {
    /// Reads the module of that name or id.
    ///
    /// # Errors
    /// `NotFound` where there is none.
    pub fn read(store: &Store, name_or_id: &str) -> Result<Definition> {
        let conn = store.read();
        let module = module::find(conn, name_or_id)?;
        let watermarks = watermarks::of_module(conn, module.id)?
            .into_iter()
            .map(|w| Ok((connection::get(conn, w.connection_id)?, w)).map(|(c, w)| (w, c)))
            .collect::<Result<_>>()?;
        let hooks = hook::of_module(conn, module.id)?
            .into_iter()
            .map(|h| Ok((connection::get(conn, h.connection_id)?, h)).map(|(c, h)| (h, c)))
            .collect::<Result<_>>()?;
        Ok(Definition {
            source: connection::get(conn, module.source_connection_id)?,
            dest: connection::get(conn, module.dest_connection_id)?,
            module,
            watermarks,
            hooks,
            from_start: false,
        })
    }

    /// The merge strategy.
    pub fn strategy(&self) -> Strategy {
        Strategy::of(&self.module.merge_strategy)
    }

    /// Whether its query gives all rows that there are: from the start, by watermarks that say where that is.
    pub fn comes_whole(&self) -> bool {
        self.from_start && self.watermarks.iter().all(|(w, _)| watermark::start_of(w).is_some())
    }

    /// The placeholders that its watermarks declare.
    fn declared(&self) -> Vec<&str> {
        self.watermarks.iter().map(|(w, _)| &*w.name).collect()
    }

    /// Refuses a query with a placeholder that no watermark declares.
    ///
    /// # Errors
    /// `Invalid`, with the names.
    pub fn check_placeholders(&self) -> Result<()> {
        let missing = placeholders::undeclared(&self.module.source_query, &self.declared());
        let Some(first) = missing.first() else { return Ok(()) };
        let names: Vec<String> = missing.iter().map(|m| format!("{{{m}}}")).collect();
        Err(Error::invalid(format!(
            "the query of module {} has {}, and no watermark of that name",
            self.module.name,
            names.join(", ")
        ))
        .hint(format!("`pipekit watermark add {} {first} --connection C --sql SQL`", self.module.name)))
    }

    /// Refuses a destination that a load can't fill, or whose rows it can't see.
    fn refuse_destination(&self, dest: &Described, truncates: bool) -> Result<()> {
        let table = &self.module.dest_table;
        let full = self.strategy() == Strategy::Full;
        match dest.relation {
            Relation::Unfit(what) => {
                return Err(Error::invalid(format!("{table} is {what}: no rows can be loaded into it"))
                    .hint(format!("`pipekit connection tables {}` shows what there is", self.dest.name)));
            }
            Relation::View if full && truncates => {
                return Err(Error::invalid(format!("{table} is a view, and a view can't be truncated"))
                    .hint(format!("`pipekit module edit {} --full-by delete`", self.module.name)));
            }
            _ => {}
        }
        // A row that can't be seen is not deleted by its key, and not missed when all are gone.
        if dest.hides && self.strategy() != Strategy::Append {
            return Err(Error::new(
                Code::Failed,
                format!(
                    "row-level security may hide rows of {table} from this login, and what is hidden is not replaced"
                ),
            )
            .hint(
                "give the login BYPASSRLS, or load into a view of the rows that are the module's to replace \
                 (CREATE VIEW … WHERE …)",
            ));
        }
        Ok(())
    }

    /// Says which columns lose what they hold when a row is replaced.
    fn what_is_lost(&self, dest: &Described, filled: &[Column]) -> Option<String> {
        let others = dest.columns.iter().filter(|c| c.fill != Fill::Computed && !filled.contains(c));
        let names: Vec<&str> = others.map(|c| &*c.name).collect();
        (self.strategy() == Strategy::Incremental && !names.is_empty()).then(|| {
            format!(
                "a row that is replaced comes with what is filled and no more: {} begin anew (their default, or NULL)",
                names.join(", ")
            )
        })
    }
}

/// What a run would do.
pub struct Plan {
    /// What the watermarks resolved to, and what was odd about them.
    pub resolved: Resolved,
    /// The query as it runs on the source.
    pub source_sql: String,
    /// Where to connect for it.
    pub source: Target,
    /// Where to connect for the destination.
    pub dest: Target,
    /// The destination's dialect.
    pub dialect: &'static dyn Destination,
    /// The destination, in the schema that it was found in.
    pub table: TableName,
    /// What it is.
    pub described: Described,
    /// The staging table.
    pub staging: TableName,
    /// The columns that are filled, in order, as the catalog spells them.
    pub columns: Vec<Column>,
    /// The merge key, as the catalog spells it.
    pub merge_key: Vec<String>,
    /// The columns that must not repeat, as the catalog spells them.
    pub unique_key: Vec<String>,
    /// Whether a full merge empties by TRUNCATE.
    pub truncates: bool,
    /// The staging table's DDL.
    pub staging_sql: String,
    /// The merge, or all that happens at the destination where nothing is staged.
    pub merge_sql: String,
    /// How the rows get there.
    pub way: Way,
    /// In how many streams.
    pub streams: Streams,
    /// Who moves them.
    pub mover: Mover,
    /// What an operator should know of the merge.
    pub remarks: Vec<String>,
    /// What gives the destination's login the rights that the merge needs, where there are rights.
    pub grant: Option<String>,
}

impl Plan {
    /// What SQL over the staged rows is made from, with what goes first.
    pub fn merge<'a>(&'a self, definition: &'a Definition, emptying: Emptying<'a>) -> Merge<'a> {
        Merge {
            module: &definition.module.name,
            dest: &self.table,
            described: &self.described,
            staging: &self.staging,
            columns: &self.columns,
            emptying,
        }
    }

    /// A query at the destination that does not wait for a lock for ever. An external runner gives the rows of one statement.
    pub fn patiently(&self, sql: &str) -> String {
        match self.dest.runner {
            Runner::Builtin => self.dialect.patiently(sql),
            Runner::Jrunner => sql.to_owned(),
        }
    }
}

/// Resolves the watermarks, reads the destination's catalog, and makes the SQL of a run.
///
/// # Errors
/// What a resolver or the catalog says; `Invalid` where the module's columns are not the destination's.
pub fn make(ledger: &mut Ledger<'_>, databases: &Databases, definition: &Definition) -> Result<Plan> {
    definition.check_placeholders()?;
    let module = &definition.module;
    let dialect = dialect_of(&definition.dest)?;
    dialect_of(&definition.source)?;
    let (source, dest) = (databases.target(&definition.source)?, databases.target(&definition.dest)?);
    let mut resolved = if definition.from_start {
        watermark::from_start(ledger, databases, &definition.watermarks)?
    } else {
        watermark::for_run(ledger, databases, definition)?
    };
    for word in placeholders::lookalikes(&module.source_query, &definition.declared()) {
        resolved.warnings.push(lint::lookalike(&module.name, word).message);
    }
    let value = |word: &str| resolved.values.get(word).map(String::as_str);
    if let Some(finding) = lint::unquoted(&module.name, &module.source_query, value).into_iter().next() {
        return Err(Error::invalid(finding.message).hint(finding.hint));
    }
    // A closing semicolon or remark can't go where the query goes, into a COPY (…): what is logged is what runs.
    let source_sql = lexer::without_tail(&placeholders::materialise(&module.source_query, &resolved.values)).to_owned();
    if let Some(run) = ledger.run() {
        let values = resolved.to_json();
        ledger.store().write(|tx| run::set_watermarks(tx, run, &values))?;
    }

    let mut table = dialect.parse_table(&module.dest_table).map_err(Error::invalid)?;
    let sql = dialect.describe(&table);
    external::learn_rows(ledger, databases, &definition.dest, &dest, dialect)?;
    let rows = ledger
        .step(
            "staging",
            "catalog",
            &definition.dest.name,
            &sql,
            || databases.runners().query(&dest, &sql, None),
            Came::of,
        )?
        .map_err(|f| databases.explain(&f, &definition.dest, "reading the catalog"))?;
    let Some(described) = dialect.read(&rows.rows) else {
        // One that a shell would read otherwise is not told.
        let plain = |name: &&str| name.chars().all(|c| c.is_ascii_alphanumeric() || "._/".contains(c));
        let from = only_table(&definition.source.kind, &module.source_query).filter(plain);
        return Err(Error::new(
            Code::Failed,
            format!("there is no table {} on {}", module.dest_table, definition.dest.name),
        )
        .hint(format!(
            "create it there first, as `pipekit connection columns {} {} --for {dest} --ddl` proposes; `pipekit connection \
             tables {dest}` shows what there is",
            definition.source.name,
            from.unwrap_or("TABLE"),
            dest = definition.dest.name
        )));
    };
    // By its schema, so that nothing that the merge sets off can turn the name into another table's.
    table.schema = table.schema.or_else(|| described.schema.clone());
    let query = (&*source_sql, Runner::of_transfer(&source, &dest));
    let Statements {
        columns,
        merge_key,
        unique_key,
        staging,
        truncates,
        staging_sql,
        merge_sql,
        way,
        streams,
        remarks,
        grant,
    } = statements(definition, dialect, &table, &described, query)?;
    let from = (&definition.source, &source, &*source_sql);
    let mover = mover::of(ledger, databases, from, &dest, (dialect, &columns))?;
    // No hidden generation: what would run is on the module for everyone to see, before it runs.
    let run = ledger.run();
    ledger.store().write(|tx| {
        if !definition.from_start {
            module::set_resolved(tx, module, &source_sql, &merge_sql)?;
        }
        run.map_or(Ok(()), |run| run::set_sql(tx, run, &source_sql, &merge_sql))
    })?;
    Ok(Plan {
        resolved,
        source_sql,
        source,
        dest,
        dialect,
        table,
        described,
        staging,
        merge_key,
        unique_key,
        truncates,
        staging_sql,
        merge_sql,
        way,
        streams,
        mover,
        remarks,
        grant,
        columns,
    })
}

/// What a module's SQL at the destination is, and what it is made from.
pub(super) struct Statements {
    pub(super) columns: Vec<Column>,
    merge_key: Vec<String>,
    unique_key: Vec<String>,
    staging: TableName,
    truncates: bool,
    pub(super) staging_sql: String,
    pub(super) merge_sql: String,
    way: Way,
    streams: Streams,
    pub(super) remarks: Vec<String>,
    grant: Option<String>,
}

/// The SQL of a module for a destination as the catalog describes it, or will.
///
/// # Errors
/// `Invalid` where the module's columns are not the destination's, or where nothing can be loaded into it.
pub(super) fn statements(
    definition: &Definition,
    dialect: &dyn Destination,
    table: &TableName,
    described: &Described,
    query: (&str, Runner),
) -> Result<Statements> {
    let module = &definition.module;
    let truncates = module.full_by == "truncate" && dialect.truncates();
    definition.refuse_destination(described, truncates)?;
    let columns = filled::filled(module, &described.columns)?;
    let merge_key = filled::spelled("merge key", &module.merge_key, &columns)?;
    let unique_key = filled::spelled("unique key", &module.unique_key, &columns)?;
    let staging = dialect.staging(&module.name);
    let merge = Merge {
        module: &module.name,
        dest: table,
        described,
        staging: &staging,
        columns: &columns,
        emptying: match definition.strategy() {
            Strategy::Full if truncates => Emptying::Truncate,
            Strategy::Full => Emptying::Delete,
            Strategy::Incremental => Emptying::ByKey(&merge_key),
            Strategy::Append => Emptying::Nothing,
        },
    };
    let way = direct::way(definition, dialect, &merge, &unique_key, query);
    let merge_sql = match &way {
        Way::Direct(direct) => direct::script(direct, &dialect.table(table)),
        _ => dialect.merge(&merge),
    };
    let mut remarks = dialect.remarks(&merge);
    let streams = streams::of(definition, query);
    remarks.extend(way.remark());
    remarks.extend(streams.remark());
    remarks.extend(definition.what_is_lost(described, &columns));
    let grant = definition.dest.username.as_deref().and_then(|login| dialect.grant(&merge, login));
    let staging_sql = dialect.create_staging(&staging, described.relation, &columns);
    Ok(Statements {
        columns,
        merge_key,
        unique_key,
        staging,
        truncates,
        staging_sql,
        merge_sql,
        way,
        streams,
        remarks,
        grant,
    })
}
