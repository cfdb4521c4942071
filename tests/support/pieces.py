"""The code that holds each line of "What must never happen", for tests/taken-out.py: what it is, how it is taken out,
and the tests that notice. A name without its database stands for both."""

from typing import NamedTuple


class Piece(NamedTuple):
    line: int
    what: str
    file: str
    changes: tuple
    tests: tuple


PIECES = []


def piece(line, what, file, *changes, tests):
    """Each change is old text, which the file must have once, and what stands there without the piece."""
    PIECES.append(Piece(line, what, file, changes, tuple(tests)))


GATE, PLAN, SYNC, MERGE = "src/engine/gate.rs", "src/engine/plan.rs", "src/engine/sync.rs", "src/engine/merge.rs"
RECEIPT, RECOVER, LEDGER = "src/engine/receipt.rs", "src/engine/recover.rs", "src/engine/ledger.rs"
WATERMARK, SESSION, SERVER = "src/engine/watermark.rs", "src/runner/session.rs", "src/runner/server.rs"
POSTGRESQL, PG_MERGE = "src/dialect/postgresql/mod.rs", "src/dialect/postgresql/merge.rs"
SQLITE, DIALECT, STAGE = "src/dialect/sqlite.rs", "src/dialect/mod.rs", "src/engine/stage.rs"
STORE, LOCK, CLI = "src/store/mod.rs", "src/store/lock.rs", "src/cli/mod.rs"
EXTERNAL, JRUNNER = "src/engine/external.rs", "src/runner/jrunner/"

# 1: the destination seen between the deletion and the insertion.
piece(1, "one transaction on SQLite", SQLITE,
      ("\"BEGIN IMMEDIATE;\\n\\\n             UPDATE {receipt} SET state = CASE\\n", "\"UPDATE {receipt} SET state = CASE\\n"), ("{staging};\\n{}COMMIT", "{staging};\\n{}SELECT 1"),
      tests=["atomic::what_was_deleted_comes_back_when_the_insertion_fails::on_sqlite",
             "cancel::a_merge_is_cancelled::on_sqlite"])
piece(1, "one transaction on PostgreSQL", PG_MERGE,
      ("{empty}{before}  \\", "{empty}  COMMIT;\\n{before}  \\"),
      tests=["atomic::what_was_deleted_comes_back_when_the_insertion_fails::on_postgresql",
             "atomic::postgresql_between_the_deletion_and_the_insertion_others_see_what_was_there"])
piece(1, "a preview that says where a merge may not be atomic", "src/engine/preview.rs",
      ("plan.described.relation != Relation::Foreign &&", "plan.described.relation != Relation::Strict &&"),
      tests=["atomic::a_preview_says_where_a_merge_may_not_be_atomic"])

piece(1, "the refusal of an external program that does not run scripts whole", EXTERNAL,
      ("let Some(why) = scripts.refusal() else {", "let Some(why) = scripts.refusal().filter(|_| false) else {"),
      tests=["jrunner_manners::scripts::a_program_that_does_not_run_scripts_whole_is_refused",
             "jrunner_manners::scripts::sqlites_driver_is_refused"])
piece(1, "the look whether single statements last", EXTERNAL,
      ("lost: refused.is_none() && first & 12 == 0,", "lost: refused.is_some() && false,"),
      tests=["jrunner_manners::scripts::a_program_that_does_not_run_scripts_whole_is_refused"])

# 2: two runs of one module at once.
piece(2, "the lock", LOCK,
      ("let taken = flock(&file, FlockOperation::NonBlockingLockExclusive).is_ok();", "let taken = true;"),
      tests=["locks::of_fifty_runs_at_once_one_runs"])
piece(2, "the claim in the row", "src/store/module.rs",
      ("lock_at = ?5\n         WHERE id = ?1 AND running = 0", "lock_at = ?5\n         WHERE id = ?1"),
      tests=["locks::a_claim_that_comes_second_is_none"])
piece(2, "one place for the locks, by whatever link", STORE,
      ("let path = place::real(path)?;", "let path = path.to_owned();"),
      tests=["locks::a_link_to_the_file_leads_to_the_same_locks"])

piece(2, "a lock that comes back when its file is removed", "src/engine/stop.rs",
      ("                    databases.keep_lock();\n", ""),
      tests=["holders::a_run_whose_lock_file_is_taken_away_lives_on_until_it_dies"])
piece(2, "a lock file that says what it proves", LOCK,
      ("claim.is_none_or(|claim| proves(&file, claim)) || Instant::now() > back", "claim.is_none() || claim.is_some()"),
      ("(proves(&file, claim) || Instant::now() > back)", "(proves(&file, claim) || back <= back)"),
      tests=["holders::a_run_whose_lock_file_is_taken_away_lives_on_until_it_dies"])

# 3: a dead run that says `running`, a lock that nobody holds, a dead run's process that writes.
piece(3, "the lock that a runner inherits", SESSION,
      ("            process::inherit(&mut command, file);", "            let _ = file;"),
      tests=["locks::a_lock_is_held_as_long_as_any_process_of_the_run_lives"])
piece(3, "settling dead runs at each look", CLI,
      ("let settled = recover::settle_dead(&store)?;", "let settled = 0;"),
      tests=["recovery::a_run_that_dies_in_its_transfer_is_settled_by_the_next_look"])
piece(3, "a dead group run that lives on in what runs its members", "src/engine/group/claim.rs",
      ("Some(_) if lives(store, &running)? => {", "Some(_) if lives(store, &running)? && false => {"),
      ("if lives(store, std::slice::from_ref(&run))? {", "if lives(store, std::slice::from_ref(&run))? && false {"),
      tests=["groups_parallel::a_dead_group_run_lives_as_long_as_what_runs_its_members"])
piece(3, "settling a dead run before the next", RECOVER,
      ("    if let Some(claim) = claim {\n", "    if let (Some(claim), false) = (claim, true) {\n"),
      tests=["doubt::a_run_that_dies_while_another_command_is_at_work_does_not_keep_it_out"])
piece(3, "closing each step of a dead run", RECOVER,
      ("filter(|s| s.duration_ms.is_none()).collect();", "filter(|s| s.duration_ms.is_none()).take(1).collect();"),
      tests=["ledger::what_a_run_was_at_when_it_was_killed_is_in_the_log"])
piece(3, "the release at the end", SYNC,
      ("        if ours && release {\n", "        if ours && release && false {\n"),
      tests=["locks::a_run_that_is_over_holds_nothing"])
piece(3, "a lock that lookers don't keep", LOCK,
      ("if flock(&file, FlockOperation::NonBlockingLockShared).is_err() || Instant::now() > patience {", "if true {"),
      tests=["locks::looking_never_keeps_a_run_out"])
piece(3, "the leash: what a runner stops when nobody holds it", SERVER,
      ("    let sent = shared.stop_all();\n", "    let sent: Vec<JoinHandle<()>> = Vec::new();\n"),
      tests=["doubt::the_query_of_a_dead_run_is_stopped_on_its_server"])

piece(3, "the guard, to which whoever loses its parent comes", "src/runner/guard.rs",
      ("    rustix::process::set_child_subreaper(Some(getpid()))?;\n", ""),
      tests=["guard::whatever_a_program_started_is_ended_with_it", "guard::what_a_program_leaves_behind_is_ended_too"])
piece(3, "the guard's last means", "src/runner/guard.rs",
      ("children().into_iter().for_each(|pid| send(pid, Signal::KILL));", "return status.ok_or_else(|| Errno::CHILD.into());"),
      tests=["guard::whatever_a_program_started_is_ended_with_it"])
piece(3, "a program that goes with its guard", "src/runner/guard.rs",
      ("    super::process::die_with_us(&mut command);\n", ""),
      tests=["guard::a_lock_is_not_free_while_something_of_a_killed_guard_lives"])

piece(3, "the end of an external program that is told to stop", JRUNNER + "mod.rs",
      ("            guarded.end();\n", "            let _ = guarded;\n"),
      tests=["jrunner_manners::ends::nothing_of_the_program_is_left"])

# 4: a secret in the file, a log, an error or a process list.
piece(4, "redaction", "src/redact.rs",
      ("                text = text.replace(form, MASK);", "                text = text.replace(form, form);"),
      tests=["redacted::what_a_database_says_back_is_masked"])
piece(4, "redaction of a step's error", LEDGER,
      ("end.error = Some(self.databases.clean(&failure.message))", "end.error = Some(failure.message.clone())"),
      tests=["redacted::what_a_database_says_back_is_masked"])
piece(4, "redaction of what is printed", LEDGER,
      ("let mut text = self.databases.clean(line);", "let mut text = line.to_owned();"),
      tests=["redacted::what_a_database_says_back_is_masked"])
piece(4, "a password as a reference only", "src/definition/connection.rs",
      ("            && secrets::key_of(password).is_none()", "            && password.is_empty()"),
      tests=["connections::a_literal_password_is_refused_and_nothing_is_stored"])
piece(4, "no password in a URL", "src/definition/connection.rs",
      ("        if builtin::url::password_in(&self.jdbc_url) {", "        if false {"),
      tests=["connections::a_password_inside_a_url_is_refused_and_not_repeated"])
piece(4, "a runner without its parent's environment", "src/runner/process.rs",
      (".arg0(\"pipekit\").env_clear()", ".arg0(\"pipekit\")"),
      tests=["redacted::the_environment_of_pipekit_does_not_go_on_to_the_runner"])

piece(4, "every form of a password", "src/redact.rs",
      ("            for form in forms(text) {", "            for form in forms(text).into_iter().take(1) {"),
      tests=["secrecy::what_a_database_tells_of_a_password_is_not_repeated"])
piece(4, "no core of a process that knows passwords", CLI,
      ("    let _ = rustix::process::setrlimit(rustix::process::Resource::Core, none);\n", "    let _ = none;\n"),
      tests=["secrecy::no_process_leaves_a_core"])

piece(4, "a JVM without the start script, whose arguments everybody sees", EXTERNAL,
      ("_ => Launch::java(&path).unwrap_or_else(|_| script()),", "_ => script(),"),
      tests=["jrunner_manners::private::no_process_list_has_the_password"])
piece(4, "files with arguments that are their owner's alone", JRUNNER + "folder.rs",
      (".create_new(true).mode(0o600)", ".create_new(true).mode(0o644)"),
      tests=["jrunner_manners::private::no_process_list_has_the_password"])

# 5: SQL that ran and is not in the log to the byte, a preview that differs.
piece(5, "writing down before doing", LEDGER,
      ("        let open = self.begin(kind, name, connection, sql)?;\n        let done = work();",
       "        let done = work();\n        let open = self.begin(kind, name, connection, sql)?;"),
      tests=["ledger::what_a_run_was_at_when_it_was_killed_is_in_the_log", "ledger::what_can_not_be_logged_is_not_run"])
piece(5, "the query's tail, cut before it is logged", PLAN,
      ("lexer::without_tail(&placeholders::materialise(&module.source_query, &resolved.values)).to_owned()",
       "placeholders::materialise(&module.source_query, &resolved.values)"),
      tests=["ledger::odd_queries_are_previewed_logged_and_run_alike", "runs::preview_log_and_run_agree_to_the_byte"])
piece(5, "the resolver's tail, cut before it is logged", WATERMARK,
      ("lexer::without_tail(&watermark.resolver_sql)", "&*watermark.resolver_sql"),
      tests=["ledger::odd_queries_are_previewed_logged_and_run_alike"])
piece(5, "the receipt's reading in the ledger", RECEIPT,
      ("    ledger.step(kind, name, &dest.name, &sql, work, came)\n", "    let _ = (ledger, kind, name, came);\n    Ok(work())\n"),
      tests=["ledger::every_statement_that_the_server_ran_is_in_the_log"])
piece(5, "the fence in the ledger", RECEIPT,
      ("if let Err(failure) = ledger.step(\"merge\", \"fence\", &dest.name, &sql, work, came)? {",
       "let _ = came;\n    if let Err(failure) = work() {"),
      tests=["ledger::every_statement_that_the_server_ran_is_in_the_log"])
piece(5, "what was resolved, forgotten with a change", "src/store/module.rs",
      ("enabled = :enabled, updated_at = :now,\n                next_resolved_query = NULL, next_merge_sql = NULL, next_resolved_at = NULL",
       "enabled = :enabled, updated_at = :now"),
      tests=["ledger::a_preview_of_what_was_since_changed_is_not_shown"])

piece(5, "what was resolved, kept of this definition only", "src/store/module.rs",
      ("WHERE id = ?1 AND updated_at = ?2", "WHERE id = ?1 AND ?2 <> ''"),
      tests=["ledger::what_is_changed_while_it_is_resolved_is_not_shown_either"])

# 6: a failed resolver taken for an empty one.
piece(6, "an error that is one whatever the default", WATERMARK,
      ("Err(databases.explain(failure, connection, &format!(\"the resolver of watermark {}\", watermark.name)))",
       "watermark.default_value.clone().ok_or_else(|| databases.explain(failure, connection, \"x\"))"),
      tests=["watermarks::a_resolver_that_fails_is_no_empty_one",
             "resolvers::a_resolver_that_can_not_be_asked_is_no_empty_one",
             "resolvers::a_resolver_that_fails_after_its_first_row_fails",
             "resolvers::one_resolver_that_fails_fails_the_run",
             "resolvers::a_resolver_that_is_stopped_is_no_empty_one"])
piece(6, "the error of any one resolver", WATERMARK,
      ("        Some(error) => Err(error),\n        None => Ok(resolved),", "        _ => Ok(resolved),"),
      tests=["resolvers::one_resolver_that_fails_fails_the_run"])
piece(6, "a resolver that is no query", WATERMARK,
      ("    if rows.columns.is_empty() {", "    if false {"),
      tests=["watermarks::a_resolver_that_fails_is_no_empty_one"])
piece(6, "a resolver that is run to its end", SERVER,
      ("first_rows(client, &sql, keep)", "client.query(&sql, Some(keep))"),
      tests=["resolvers::a_resolver_that_fails_after_its_first_row_fails"])

piece(6, "an external program's error among what would be rows", JRUNNER + "mod.rs",
      ("        if manners.errors_on_stdout {", "        if false {"),
      tests=["jrunner_manners::rows::an_error_is_told_from_no_rows"])
piece(6, "an external program that says nothing, which may be an error", JRUNNER + "manners.rs",
      ("            manners.silence_is_empty = header;\n", ""),
      tests=["jrunner_manners::rows::an_error_is_told_from_no_rows"])

# 7: rows lost between source and staging.
piece(7, "the gate's count", GATE,
      ("        && u64::try_from(staged) != Ok(moved)", "        && u64::try_from(staged) != Ok(moved) && false"),
      tests=["gate::postgresql_rows_that_staging_does_not_hold_are_missed",
             "counted::a_row_that_is_gone_before_the_gate_is_missed",
             "jrunner_manners::transfers::a_wrong_number_of_rows_stops_the_run"])
piece(7, "the merge's count on PostgreSQL", PG_MERGE,
      ("IF pipekit_staged <> pipekit_expected THEN", "IF false THEN"),
      tests=["counted::a_row_that_is_gone_after_the_gate_is_missed::on_postgresql",
             "counted::a_row_that_is_gone_while_the_merge_waits_is_missed",
             "recovery::a_merge_without_its_receipt_does_nothing"])
piece(7, "the merge's count on SQLite", SQLITE,
      ("WHEN state = 'staged' AND staged_rows = (SELECT count(*) FROM {staging}) THEN", "WHEN state = 'staged' THEN"),
      tests=["counted::a_row_that_is_gone_after_the_gate_is_missed::on_sqlite",
             "recovery::sqlite_a_merge_without_its_receipt_does_nothing"])
piece(7, "the look at the types that columns have by now", PG_MERGE,
      ("{after}{filled}{same_types}", "{after}{filled}"),
      tests=["counted::a_column_that_is_made_narrower_after_the_gate_stops_the_merge"])
piece(7, "the merge's count behind its lock", PG_MERGE,
      ("         {lock}  \\\n         SELECT count(*)", "             SELECT count(*)"), ("         {empty}{before}  \\", "             {lock}{empty}{before}  \\"),
      tests=["counted::a_row_that_is_gone_while_the_merge_waits_is_missed"])

piece(7, "an external program that ends without its summary", "src/engine/summary.rs",
      ("(None, _, Some(_)) if staged > 0 => Err(", "(None, _, Some(_)) if staged < 0 => Err("),
      tests=["jrunner_manners::transfers::a_transfer_that_breaks_off_is_an_error"])

piece(7, "the exit code of a jrunner whose rows all came", JRUNNER + "pour.rs",
      ("match (taken, ended.failure) {", "match (taken, ended.failure.filter(|_| false)) {"),
      tests=["jrunner_copy::a_stream_that_breaks_off_is_an_error"])
piece(7, "the line end behind the last of the rows that jrunner prints", JRUNNER + "csv.rs",
      ("if self.form.ends && inner.len() == text.len() {", "if self.form.ends && inner.len() > text.len() {"),
      tests=["jrunner_copy::a_stream_that_breaks_off_is_an_error"])
piece(7, "the look whether a JVM that is killed shows", "src/engine/exact.rs",
      ("(Ok(()), None) => return Ok(Some(\"it ends as if all were well when its JVM is killed\".to_owned())),", "(Ok(()), None) => {}"),
      tests=["jrunner_copy::a_program_that_loses_something_keeps_its_inserts"])
piece(7, "the look whether each value is printed as it is", "src/engine/exact.rs",
      ("if let Some((Sample { what, .. }, _)) = wrong {", "if let Some((Sample { what, .. }, _)) = wrong.filter(|_| false) {"),
      tests=["jrunner_copy::a_program_that_loses_something_keeps_its_inserts"])

# 8: NULL in a merge key; keys compared as the destination compares them.
piece(8, "each column of the key", GATE,
      ("for column in &plan.merge_key {", "for column in plan.merge_key.iter().take(1) {"),
      tests=["keys::null_in_any_column_of_a_key_is_refused", "gate::null_in_a_merge_key_is_refused"])
piece(8, "the gate's no to NULL", GATE,
      ("Count::NullKey(column) if n > 0 =>", "Count::NullKey(column) if n > 9 =>"),
      tests=["keys::null_in_any_column_of_a_key_is_refused", "gate::null_in_a_merge_key_is_refused"])
piece(8, "the collations of staging on PostgreSQL", POSTGRESQL,
      ("c.collation.as_ref().map(|c| format!(\" COLLATE {c}\")).unwrap_or_default()", "String::new()"),
      tests=["keys::postgresql_keys_are_compared_by_the_destinations_collation"])
piece(8, "the destination's side of the comparison on SQLite", SQLITE,
      ("{} WHERE {left} IN (", "{} WHERE {left} COLLATE BINARY IN ("),
      tests=["keys::sqlite_keys_are_compared_by_the_destinations_collation"])
piece(8, "the destination's comparison of keys that must not repeat, on SQLite", SQLITE,
      ("\"(SELECT {key} FROM {} WHERE 0 UNION ALL SELECT {key} FROM {}) AS staged\"", "\"(SELECT {key}, {} AS x FROM {}) AS staged\""),
      ("            self.table(dest),\n            self.table(staging)", "            i32::from(dest.name.is_empty()),\n            self.table(staging)"),
      tests=["gate::sqlite_compares_repeated_keys_as_the_destination_does",
             "keys::sqlite_keys_are_compared_by_the_destinations_collation"])

# 10: half a change to the definitions.
piece(10, "a transaction that is taken back", STORE,
      ("        let done = work(&tx)?;\n        tx.commit()?;\n        Ok(done)", "        let done = work(&tx);\n        tx.commit()?;\n        done"),
      tests=["module_json::a_bad_definition_is_refused_whole",
             "whole::a_change_that_is_refused_at_its_end_leaves_nothing_of_its_beginning",
             "whole::a_connection_whose_last_module_runs_keeps_all_its_modules"])
piece(10, "a module and its parts in one transaction", "src/definition/module.rs",
      ("    watermark::save_all(conn, id, &module.watermarks)?;",
       "    conn.execute_batch(\"COMMIT; BEGIN IMMEDIATE\")?;\n    watermark::save_all(conn, id, &module.watermarks)?;"),
      tests=["whole::a_change_that_is_killed_in_the_middle_did_not_happen", "whole::a_change_that_finds_no_room_did_not_happen"])
piece(10, "a connection and its modules in one transaction", "src/definition/connection.rs",
      ("    table::delete(conn, connection.id)?;", "    conn.execute_batch(\"COMMIT; BEGIN IMMEDIATE\")?;\n    table::delete(conn, connection.id)?;"),
      tests=["whole::a_change_that_is_killed_in_the_middle_did_not_happen"])
piece(10, "the editor's look at what it began with", CLI,
      ("        if load(tx)? != *before {", "        if load(tx)? != *before && false {"),
      tests=["editor::what_another_changed_meanwhile_is_not_overwritten",
             "columns::command::what_another_changed_meanwhile_is_not_overwritten"])
piece(10, "an edit that reads within its transaction", CLI,
      ("        true => store.write(|tx| {\n            let before = load(tx)?;",
       "        true => load(store.read()).and_then(|before| store.write(|tx| {"),
      ("            Ok(before != after)\n        })?,", "            Ok(before != after)\n        }))?,"),
      tests=["modules::two_who_edit_at_once_both_keep_their_change"])
piece(10, "a change of columns that reads within its transaction", "src/cli/module/columns.rs",
      ("        let (id, changed) = store.write(|tx| {\n            let (row, now) = define::load(tx, &module)?;",
       "        let (row, now) = define::load(store.read(), &module)?;\n        let (id, changed) = store.write(|tx| {"),
      tests=["columns::command::many_who_change_it_at_once_all_keep_their_change"])
piece(10, "all definitions of a folder in one transaction", "src/definition/plan.rs",
      ("conn.execute_batch(\"SAVEPOINT definition\")?;", "conn.execute_batch(\"COMMIT; BEGIN IMMEDIATE; SAVEPOINT definition\")?;"),
      tests=["files::whole::an_apply_that_is_killed_in_the_middle_changed_nothing",
             "files::whole::what_is_wrong_in_the_last_file_takes_back_the_others"])
piece(10, "the end of an apply whose transaction SQLite ended", "src/definition/plan.rs",
      ("        if error.code == Code::Store {", "        if error.code == Code::Store && false {"),
      tests=["files::whole::an_apply_that_finds_no_room_changed_nothing"])
piece(10, "the look whether a plan still holds", "src/definition/plan.rs",
      ("if carry_out(tx, wanted, plan.prune)? == *plan {", "if carry_out(tx, wanted, plan.prune).is_ok() {"),
      tests=["files::whole::what_is_changed_meanwhile_is_not_overwritten"])

# 11: a destination that is changed by a run that a check fails.
piece(11, "min_rows", GATE,
      ("Some(least) if staged < least =>", "Some(least) if staged < least - 99 =>"),
      tests=["gate::fewer_than_min_rows_are_refused", "cancel::tries_come_to_an_end"])
piece(11, "max_shrink_pct", GATE,
      ("    if shrink <= most {", "    if shrink <= most + 99.0 {"),
      tests=["gate::a_shrinking_full_load_is_refused"])
piece(11, "no full load of nothing", GATE,
      ("    if definition.strategy() == Strategy::Full && staged == 0 &&", "    if definition.strategy() == Strategy::Full && staged < 0 &&"),
      tests=["gate::a_full_load_of_nothing_is_refused"])
piece(11, "unique_key", GATE,
      ("Count::Repeated if n > 0 =>", "Count::Repeated if n > 99 =>"),
      tests=["gate::a_repeated_unique_key_is_refused"])
piece(11, "a staging table that is made anew on PostgreSQL", POSTGRESQL,
      ("DROP TABLE IF EXISTS {table};\\nCREATE UNLOGGED TABLE {table}", "CREATE UNLOGGED TABLE IF NOT EXISTS {table}"),
      tests=["gate::the_next_run_begins_with_an_empty_staging_table::on_postgresql"])
piece(11, "a staging table that is made anew on SQLite", SQLITE,
      ("DROP TABLE IF EXISTS {table};\\nCREATE TABLE {table}", "CREATE TABLE IF NOT EXISTS {table}"),
      tests=["gate::the_next_run_begins_with_an_empty_staging_table::on_sqlite"])
piece(11, "a receipt that each run takes back", DIALECT,
      ("DO UPDATE SET run_id = excluded.run_id, state = excluded.state\\n\\\n             WHERE held.install = excluded.install\"", "DO NOTHING\""),
      tests=["counted::what_the_gate_refused_nobody_can_merge"])

# 12: a resolver evaluated twice.
piece(12, "one evaluation", WATERMARK,
      ("scope.spawn(|| runners.resolve(target, sql, 2))", "scope.spawn(|| runners.resolve(target, sql, 2).and(runners.resolve(target, sql, 2)))"),
      tests=["resolvers::a_resolver_is_run_once_each_time", "watermarks::a_resolver_is_evaluated_once_a_run"])
piece(12, "a query that is described and not run", SERVER,
      ("client.describe(&sql).map(Answer::Columns)", "client.query(&sql, None).map(|rows| Answer::Columns(rows.columns))"),
      tests=["resolvers::the_query_is_run_once_and_by_a_run_alone"])

# 13: a merge that is reported wrongly, or done twice.
piece(13, "the fence", RECEIPT,
      ("if let Err(failure) = ledger.step(\"merge\", \"fence\", &dest.name, &sql, work, came)? {",
       "let _ = (work, came);\n    if let Err(failure) = Ok::<(), Failure>(()) {"),
      tests=["recovery::a_merge_that_outlives_its_runner_is_a_success_and_is_not_tried_again",
             "recovery::a_runner_that_dies_in_the_merge_leaves_no_doubt"])
piece(13, "a receipt that is of this installation", RECEIPT,
      ("r.run_id == run && r.install == install && r.state == \"merged\"", "r.run_id == run && r.state == \"merged\""),
      tests=["doubt::the_receipt_of_another_proves_nothing_and_stays_as_it_is"])
piece(13, "a receipt that is of this run", RECEIPT,
      ("r.run_id == run && r.install == install && r.state == \"merged\"", "r.install == install && r.state == \"merged\""),
      tests=["doubt::the_receipt_of_another_proves_nothing_and_stays_as_it_is"])
piece(13, "a receipt of this run that is abandoned", RECEIPT,
      ("r.run_id == run && r.install == install && r.state == \"abandoned\"", "r.install == install && r.state == \"abandoned\""),
      tests=["doubt::the_receipt_of_another_proves_nothing_and_stays_as_it_is"])
piece(13, "a receipt that is gone proves nothing", RECEIPT,
      ("_ => Fate::Unknown(format!(\"its receipt is gone from {}\", dest.name))", "_ => Fate::NotMerged"),
      tests=["recovery::a_doubt_without_a_receipt_stays_one",
             "doubt::the_receipt_of_another_proves_nothing_and_stays_as_it_is"])
piece(13, "a fence of one installation", DIALECT,
      ("WHERE module = {} AND install = {} AND run_id", "WHERE module = {} AND {} <> '' AND run_id"),
      tests=["doubt::the_receipt_of_another_proves_nothing_and_stays_as_it_is"])
piece(13, "no further try in doubt", SYNC,
      ("matches!(ended, Ended::Failed(_)) && !cancelled", "matches!(ended, Ended::Failed(_) | Ended::Unknown(_)) && !cancelled"),
      tests=["doubt::a_doubt_is_not_tried_again"])
piece(13, "a question that is not cut short", MERGE,
      ("        self.watch.hold();\n", ""),
      tests=["doubt::the_question_what_happened_is_not_cancelled"])
piece(13, "the receipt, and not the exit code", MERGE,
      ("            let read =\n                done.then(", "            if done {\n                return Ok(Fate::Merged { deleted: None, inserted: None });\n            }\n            let read =\n                done.then("),
      tests=["merge::a_full_load_replaces_everything", "runs::the_ledger_has_every_step_in_order_with_its_time"])
piece(13, "the receipt of a dead run's merge", RECOVER,
      ("        Some(merge) => ask(store, run, merge, patience)?,", "        Some(merge) => ask(store, run, merge, patience).map(|_| Fate::NotMerged)?,"),
      tests=["recovery::a_merge_that_outlives_everybody_is_found_to_be_a_success",
             "recovery::a_doubt_stays_one_until_the_destination_can_be_asked"])
piece(13, "no run while an earlier one is in doubt", RECOVER,
      ("        if still.status == \"unknown\" {", "        if false {"),
      tests=["recovery::a_doubt_stays_one_until_the_destination_can_be_asked", "doubt::a_doubt_is_not_tried_again"])
piece(13, "a module that stays where it is in doubt", "src/definition/module.rs",
      ("    refuse_in_doubt(conn, now)\n", "    refuse_in_doubt(conn, now).or(Ok(()))\n"),
      tests=["busy::a_module_in_doubt_stays_where_its_receipt_is"])
piece(13, "a receipt that is taken once, on PostgreSQL", PG_MERGE,
      ("IF NOT FOUND THEN\\n    \\\n         RAISE EXCEPTION 'pipekit: no rows are staged", "IF false THEN\\n    \\\n         RAISE EXCEPTION 'pipekit: no rows are staged"),
      tests=["recovery::a_merge_without_its_receipt_does_nothing",
             "counted::a_receipt_that_is_gone_after_the_gate_stops_the_merge::on_postgresql",
             "counted::what_the_gate_refused_nobody_can_merge::on_postgresql"])
piece(13, "a receipt that is taken once, on SQLite", SQLITE,
      ("ELSE 'refused' END\\n  WHERE", "ELSE 'merged' END\\n  WHERE"),
      tests=["recovery::sqlite_a_merge_without_its_receipt_does_nothing",
             "counted::what_the_gate_refused_nobody_can_merge::on_sqlite"])
piece(13, "a receipt that is there, on SQLite", SQLITE,
      ("WHERE NOT EXISTS (SELECT 1 FROM {receipt} WHERE module = {module});\\n\"", "WHERE 0;\\n\""),
      tests=["recovery::sqlite_a_merge_without_its_receipt_does_nothing",
             "counted::a_receipt_that_is_gone_after_the_gate_stops_the_merge::on_sqlite"])

piece(13, "a merge that is on the server's disk when it is told", PG_MERGE,
      ("{PATIENCE}  {DURABLE}  \\", "{PATIENCE}  \\"),
      tests=["crashes::a_server_that_commits_later_than_it_says_loses_no_merge"])
piece(13, "a look at what triggers and views made of a merge", "src/dialect/described.rs",
      ("self.described.decides || self.described.relation == Relation::View", "self.described.decides && !self.described.decides"),
      tests=["destinations::loads::triggers::on_postgresql", "destinations::loads::views"])

# 14: rows of another table, or of another module.
piece(14, "the lock on the destination", PG_MERGE,
      ("_ => format!(\"  LOCK TABLE {dest} IN SHARE ROW EXCLUSIVE MODE;\\n\")", "_ => String::new()"),
      tests=["locks::the_second_of_two_merges_waits_before_it_deletes"])
piece(14, "a merge that reads what others committed", "src/runner/builtin/postgresql/connect.rs",
      ("(\"default_transaction_isolation\", \"read committed\")", "(\"default_transaction_read_only\", \"off\")"),
      tests=["locks::two_modules_on_one_table_take_turns"])
piece(14, "a merge that refuses an old snapshot", PG_MERGE,
      ("IN ('repeatable read', 'serializable') THEN", "IN ('none') THEN"),
      tests=["locks::a_merge_refuses_a_snapshot_that_is_older_than_its_lock"])
piece(14, "the look at cascades", GATE,
      ("        _ => Some(plan.dialect.cascades(&plan.table)),", "        _ => None,"),
      tests=["gate::postgresql_a_cascade_is_refused", "gate::sqlite_a_cascade_is_refused_where_foreign_keys_are_on",
             "reach::a_cascade_within_the_table_is_refused", "reach::a_cascade_behind_a_view_is_refused"])
piece(14, "the look through partitions", POSTGRESQL,
      ("WHERE i.inhparent = f.oid UNION ALL", "WHERE false UNION ALL"),
      tests=["reach::a_cascade_from_a_partition_is_refused"])
piece(14, "the look through views", POSTGRESQL,
      ("AND r.ev_type IN ('1', '4')) AS below", "AND false) AS below"),
      tests=["reach::a_cascade_behind_a_view_is_refused"])
piece(14, "the look at what inherits", POSTGRESQL,
      ("AND NOT (SELECT relispartition", "AND false AND (SELECT relispartition"),
      tests=["reach::the_rows_of_a_table_that_inherits_are_not_taken_along"])
piece(14, "the look at what forbids a TRUNCATE", GATE,
      ("_ if truncate => plan.dialect.forbids_truncate(&plan.table)", "_ if truncate => None"),
      tests=["gate::postgresql_a_truncate_of_a_referenced_table_is_refused",
             "reach::the_rows_of_a_table_that_inherits_are_not_taken_along"])
piece(14, "a staging table that is another installation's", STAGE,
      ("owner.filter(|r| r.install != install)", "owner.filter(|r| r.install != install && install.is_empty())"),
      tests=["locks::another_installation_with_the_same_module_is_refused"])
piece(14, "the name, taken before anything is staged", STAGE,
      ("format!(\"{};\\n{claim}\", plan.dialect.prepare())", "format!(\"{};\\n-- {}\", plan.dialect.prepare(), claim.len())"),
      tests=["locks::of_two_installations_the_first_has_the_name_while_it_runs_for_the_first_time::on_postgresql"])
piece(14, "names that can't be taken for a table's", DIALECT,
      ("format!(\"target.{0} {operator} staged.{0}\", self.quote(k))", "format!(\"{0} {operator} staged.{0}\", self.quote(k))"),
      tests=["destinations::loads::names::on_postgresql"])
piece(14, "the name of the table of receipts, which no module has", "src/definition/check.rs",
      ("        if self.name == dialect::RECEIPT {", "        if self.name == dialect::RECEIPT && false {"),
      tests=["destinations::together::no_module_is_called_like_the_receipt"])

# Loads into the destination itself.
piece(1, "one transaction of a direct load", PG_MERGE,
      ("opening: format!(\"BEGIN;\\n{opening}\"),", "opening,"),
      tests=["direct::the_gate_takes_back_what_it_refuses::on_postgresql", "direct::nobody_sees_the_table_empty::on_postgresql"])
piece(11, "the gate of a direct load", "src/runner/builtin/transfer/within.rs",
      ("        if fits {", "        if fits || rows > 0 {"),
      tests=["direct::the_gate_takes_back_what_it_refuses"])
piece(7, "the look at the types that a direct load wrote by", PG_MERGE,
      ("IN ({})) <> {} THEN", "IN ({})) > {} THEN"),
      tests=["direct::postgresql_a_column_that_is_made_narrower_stops_the_load"])
piece(7, "one snapshot for all streams of a load", "src/runner/builtin/transfer/streams.rs",
      ("; SET TRANSACTION SNAPSHOT '{}'", "; SELECT '{}'"),
      tests=["streams::rows_that_move_between_ranges_come_once"])
piece(7, "the look whether rows are another server's", "src/dialect/ranges.rs",
      ("[\"Foreign Scan\", \"Custom Scan\"]", "[\"Custom Scan\"]"),
      tests=["streams::what_is_on_another_server_comes_in_one_stream"])
piece(7, "the range of those that have no value to be cut by", "src/dialect/ranges.rs",
      ("range(format!(\"{c} IS NULL\")", "range(format!(\"{c} IS NULL AND false\")"),
      tests=["streams::every_row_comes_once"])
piece(13, "what becomes of a direct load that was cut off", "src/engine/recover.rs",
      ("Some(merge) => ask(store, run, merge, patience)?,", "Some(_) => Fate::NotMerged,"),
      tests=["faults::killed_anywhere_in_a_direct_load::full_on_sqlite", "faults::killed_anywhere_in_a_full_run::on_sqlite"])
