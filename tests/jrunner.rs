//! `pipekit jrunner`: jrunner's flags, from a shell.

use super::support::World;
use super::support::postgres::Database;
use std::io::{BufRead, BufReader};
use std::process::Stdio;

fn world() -> World {
    let world = World::bare();
    world.lite_sql("src", "CREATE TABLE t (id INTEGER, v TEXT); INSERT INTO t VALUES (1, 'a'), (2, NULL), (3, '')");
    world.lite_sql("dst", "CREATE TABLE t (id INTEGER, v TEXT)");
    world
}

#[test]
fn every_flag_has_two_spellings() {
    let world = world();
    let (from, to, sql) = (world.lite("src"), world.lite("dst"), world.file("q.sql", "SELECT * FROM t"));
    for dash in ["-", "--"] {
        let line = format!(
            "jrunner {dash}scu {from} {dash}scn me {dash}scp pw {dash}dcu {to} {dash}dcn you {dash}dcp -pw2 \
             {dash}sq {sql} {dash}dt t"
        );
        assert_eq!(world.call(&line).ok().stdout(), "3 rows\n");
        assert_eq!(
            world.call(&format!("jrunner {dash}scu {from} {dash}sq {sql}")).ok().stdout(),
            "id,v\n1,a\n2,\n3,\"\"\n"
        );
    }
    assert_eq!(world.rows("dst", "SELECT count(*) FROM t"), ["6"]);
    world.call("jrunner -h").ok().prints("JRUNNER_SCP").prints("--dcu");
}

#[test]
fn what_is_missing_or_unknown_is_told() {
    let world = world();
    let (from, to, sql) = (world.lite("src"), world.lite("dst"), world.file("q.sql", "SELECT * FROM t"));
    for (line, code, says) in [
        (format!("jrunner -sq {sql}"), 2, "--scu"),
        (format!("jrunner -scu {from}"), 2, "--sq"),
        (format!("jrunner -scu {from} -sq {sql} -dcu {to}"), 2, "--dt"),
        (format!("jrunner -scu {from} -sq {sql} -dt t"), 2, "--dcu"),
        (format!("jrunner -scu {from} -sq {sql}.none"), 2, "can't read"),
        (format!("jrunner -scu {from}x -sq {sql}"), 1, "no such file"),
        (format!("jrunner -scu jdbc:oracle:thin:@h -sq {sql}"), 1, "speaks `jdbc:sqlite:PATH`"),
        (format!("jrunner -scu '{from}?colour=red' -sq {sql}"), 1, "unknown parameter `colour`"),
        (format!("jrunner -scu 'jdbc:postgresql://h/d?colour=red' -sq {sql}"), 1, "unknown parameter `colour`"),
        (format!("jrunner -scu {from} -sq {sql} -dcu {to} -dt nowhere"), 1, "no such table: nowhere"),
        (format!("jrunner -scu {from} -sq {sql} -dcu {to}x -dt t"), 1, "no such file"),
        (format!("jrunner -scu {from} -sq {sql} -dcu jdbc:postgresql://127.0.0.1:1/d -dt t"), 1, "127.0.0.1:1"),
    ] {
        let call = world.call(&line).fails(code, says);
        assert_eq!(call.stdout(), "", "{line}");
        if code == 1 {
            assert_eq!(call.stderr().lines().count(), 1, "{line}: {}", call.stderr());
        }
    }
    for (sql, says) in [
        ("SELECT id FROM t", "the query gives 1 columns, the table t has 2"),
        ("SELECT 1, 2, 3", "the query gives 3 columns, the table t has 2"),
        ("SELECT nope FROM t", "no such column: nope"),
        ("SELECT \"nope\", 1", "nope"),
        ("SELECT 1; SELEC 2", "syntax error"),
        ("", "no SQL statement"),
        ("-- nothing", "no SQL statement"),
        ("CREATE TABLE x (a)", "gives no columns"),
    ] {
        assert_eq!(world.copy(&from, sql, &to, "t").fails(1, says).stdout(), "", "{sql}");
    }
    assert_eq!(world.rows("dst", "SELECT count(*) FROM t"), ["0"]);
}

#[test]
fn csv_has_one_form() {
    let world = world();
    let sql = "SELECT 'a,b' AS \"x,y\", 'say \"hi\"' AS q, 'two' || char(10) || 'lines' AS n, char(13) AS r, NULL AS nil,
        '' AS e, ' edge ' AS s, 1.0 AS f, 1e100 AS big, x'00ff' AS b, '\\N' AS bs, 'grüße 😀' AS u, 9223372036854775807 AS i";
    let printed = world.print(&world.lite("src"), sql).ok().stdout();
    assert_eq!(
        printed,
        "\"x,y\",q,n,r,nil,e,s,f,big,b,bs,u,i\n\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\",\"\r\",,\"\",\" edge \",1.0,\
         1.0e+100,\\x00ff,\\N,grüße 😀,9223372036854775807\n"
    );
    let not_text = world.print(&world.lite("src"), "SELECT 'a' AS v UNION ALL SELECT CAST(x'ff' AS TEXT)");
    not_text.fails(1, "row 2, column v: the text is not UTF-8");
    assert_eq!(world.print(&world.lite("src"), "SELECT id, v FROM t WHERE 0").ok().stdout(), "id,v\n");
}

#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn csv_of_postgresql() {
    let (world, mut pg) = (world(), Database::new());
    pg.sql("CREATE TABLE log (n int)");
    let sql = "INSERT INTO log VALUES (1), (2); SELECT 'a,b' AS \"x,y\", NULL AS nil, '' AS e, E'\\\\.\\n\\t' AS n, 1.50 AS d,
        '\\x00ff'::bytea AS b, true AS t, '{1,NULL}'::int[] AS a, 'NaN'::float8 AS f, count(*) AS c FROM log; -- end";
    let printed = world.print(&pg.url(), sql).ok().stdout();
    assert_eq!(printed, "\"x,y\",nil,e,n,d,b,t,a,f,c\n\"a,b\",,\"\",\"\\.\n\t\",1.50,\\x00ff,t,\"{1,NULL}\",NaN,2\n");
    assert_eq!(world.print(&pg.url(), "SHOW integer_datetimes").ok().stdout(), "integer_datetimes\non\n");
    assert_eq!(world.print(&pg.url(), "CREATE TABLE x (a int); DROP TABLE x").ok().stdout(), "");
    // What fails takes the statements before it with it.
    world.print(&pg.url(), "INSERT INTO log VALUES (3); SELECT 1 / 0").fails(1, "division by zero");
    world.print(&pg.url(), "BEGIN; INSERT INTO log VALUES (3)").fails(1, "end it with COMMIT");
    world.print(&pg.url(), "BEGIN; INSERT INTO log VALUES (4); COMMIT; SELECT 1").ok();
    assert_eq!(pg.rows("SELECT n FROM log"), ["1", "2", "4"]);
    world.print(&pg.url(), "SELECT nope FROM log").fails(1, "column \"nope\" does not exist");
    world.print(&pg.url(), "SELECT 1;\nSELEC 2").fails(1, "syntax error");
}

#[test]
fn a_script_runs_and_its_last_statement_gives_the_rows() {
    let world = world();
    let script = "CREATE TABLE n (a); INSERT INTO n VALUES (1), (2); SELECT 'not printed'; SELECT sum(a) AS s FROM n; ";
    assert_eq!(world.print(&world.lite("src"), script).ok().stdout(), "s\n3\n");
    assert_eq!(world.print(&world.lite("src"), "DROP TABLE n").ok().stdout(), "");
    world.print(&world.lite("src"), "BEGIN; DELETE FROM t").fails(1, "end it with COMMIT");
    assert_eq!(world.rows("src", "SELECT count(*) FROM t"), ["3"]);
    let moved = world.copy(
        &world.lite("src"),
        "CREATE TEMP TABLE m AS SELECT 7 AS a; SELECT a, a FROM m",
        &world.lite("dst"),
        "t",
    );
    assert_eq!(moved.ok().stdout(), "1 rows\n");
    assert_eq!(world.rows("dst", "SELECT * FROM t"), ["7|'7'"]);
    // Rows are taken away with the load, or not at all.
    world.lite_sql("dst", "CREATE TABLE few (id INTEGER CHECK (id < 3), v TEXT)");
    let take = "DELETE FROM t RETURNING *";
    world.copy(&world.lite("src"), take, &world.lite("dst"), "few").fails(1, "CHECK");
    assert_eq!(world.rows("src", "SELECT count(*) FROM t"), ["3"]);
    world.copy(&world.lite("src"), take, &world.lite("dst"), "t").ok().prints("3 rows");
    assert_eq!(world.rows("src", "SELECT count(*) FROM t"), ["0"]);
}

#[test]
fn sql_comes_from_standard_input_too() {
    let world = world();
    let call = world.call_with(&format!("jrunner -scu {} -sq -", world.lite("src")), "SELECT count(*) AS n FROM t");
    assert_eq!(call.ok().stdout(), "n\n3\n");
}

/// `pipekit jrunner … | head -1`: no error, and it does not go on.
#[test]
fn a_reader_that_goes_away_ends_it() {
    let world = world();
    let sql = format!("{} LIMIT 100000000", super::support::ENDLESS.replace(" WHERE i < 0", ""));
    stop_after_a_line(&world, &world.lite("src"), &sql);
}

#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn a_reader_that_goes_away_ends_it_on_postgresql() {
    let (world, pg) = (world(), Database::new());
    stop_after_a_line(&world, &pg.url(), "SELECT generate_series(1, 1000000000), 'x'");
}

/// What changes rows goes on to its end, whoever reads.
#[test]
fn a_reader_that_goes_away_takes_no_change_back() {
    let world = world();
    world.lite_sql("src", "CREATE TABLE n (i)");
    let numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50000)";
    stop_after_a_line(&world, &world.lite("src"), &format!("{numbers} INSERT INTO n SELECT i FROM n RETURNING i"));
    assert_eq!(world.rows("src", "SELECT count(*) FROM n"), ["50000"]);
}

/// Few rows are written at the end only, and a full disk is an error then too.
#[test]
fn rows_that_cannot_be_written_are_an_error() {
    let world = world();
    for sql in ["SELECT 1", &format!("{} LIMIT 100000", super::support::ENDLESS.replace(" WHERE i < 0", ""))] {
        let mut command = world.jrunner(&world.lite("src"), sql);
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output = command.stdout(full).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{sql}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("the rows can't be written: No space left"), "{sql}");
    }
}

#[track_caller]
fn stop_after_a_line(world: &World, url: &str, sql: &str) {
    let mut command = world.jrunner(url, sql);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn passwords_come_by_the_environment() {
    let (world, mut pg) = (world(), Database::new());
    pg.sql("CREATE TABLE t (id int, v text)");
    world.copy(&world.lite("src"), "SELECT * FROM t", &pg.url(), "t").ok().prints("3 rows");
    world.copy(&pg.url(), "SELECT * FROM t", &world.lite("dst"), "t").ok().prints("3 rows");
    assert_eq!(world.rows("dst", "SELECT * FROM t ORDER BY id"), ["1|'a'", "2|NULL", "3|''"]);
    // By the flag too, whatever it begins with; wrong, it is told without it.
    for (flag, password) in [("-scp", "-wr0ng-pw"), ("--scp", "wr0ng-pw")] {
        let mut command = world.jrunner(&pg.url(), "SELECT 1");
        command.args([flag, password]);
        let call = super::support::Call::of("jrunner", &mut command).fails(1, "password authentication failed");
        assert!(!call.stderr().contains("wr0ng"), "{}", call.stderr());
    }
    let mut command = world.jrunner(&pg.url(), "SELECT 1");
    command.env_remove("JRUNNER_SCP");
    super::support::Call::of("jrunner", &mut command).fails(1, "password");
}

#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn a_table_or_a_shape_that_is_not_there_is_told_on_postgresql() {
    let (world, mut pg) = (world(), Database::new());
    pg.sql("CREATE TABLE t (id int, v text); CREATE VIEW w AS SELECT * FROM t WHERE random() < 2 LIMIT 1");
    for (sql, table, says) in [
        ("SELECT * FROM t", "nowhere", "relation \"nowhere\" does not exist"),
        ("SELECT id FROM t", "t", "the query gives 1 columns, the table t has 2"),
        ("SELECT * FROM t", "w", "cannot copy to view \"w\""),
    ] {
        world.copy(&world.lite("src"), sql, &pg.url(), table).fails(1, says);
        world.copy(&pg.url(), sql, &pg.url(), table).fails(1, says);
    }
    assert_eq!(pg.rows("SELECT count(*) FROM t"), ["0"]);
}
