//! Never 4: a password in the database, a log, an output, an error, a process list, or a runner's environment.

use super::support::World;
use super::support::postgres::{Database, password, user};
use std::path::PathBuf;

/// A login of the test's own, whose password is like no other text.
fn login(pg: &mut Database) -> (String, &'static str) {
    let (name, secret) = (format!("keeper_{}", pg.name), "Zq7-kept$ecret-41x");
    pg.sql(&format!("CREATE ROLE {name} LOGIN SUPERUSER PASSWORD '{secret}'"));
    (name, secret)
}

fn gone(mut pg: Database, name: &str) {
    pg.sql(&format!("REASSIGN OWNED BY {name} TO {}; DROP OWNED BY {name}; DROP ROLE {name}", user()));
}

fn connect(world: &World, name: &str, url: &str, login: &str) {
    world.postgresql(name, url, login, "$KEPT");
}

/// Every command line and environment of the world's processes, by what they are.
fn seen(world: &World) -> Vec<(String, Vec<u8>, Vec<u8>)> {
    let read = |pid: u32, file: &str| std::fs::read(format!("/proc/{pid}/{file}")).unwrap_or_default();
    world.processes().into_iter().map(|(pid, line)| (line, read(pid, "cmdline"), read(pid, "environ"))).collect()
}

fn has(bytes: &[u8], secret: &str) -> bool {
    bytes.windows(secret.len()).any(|window| window == secret.as_bytes())
}

#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn a_password_is_in_no_command_line_environment_file_or_output() {
    let (world, mut pg) = (World::new(), Database::new());
    let (name, secret) = login(&mut pg);
    world.call_with("secrets set KEPT", secret).ok();
    connect(&world, "src", &pg.url(), &name);
    connect(&world, "dst", &pg.url(), &name);
    pg.sql("CREATE TABLE s (id int, v text); CREATE TABLE d (id int, v text); INSERT INTO s VALUES (1, 'a')");
    world.call("module add slow --source src --dest dst --table d --strategy full --query 'SELECT id, v FROM s, pg_sleep(1.5)'").ok();
    let run = world.start("run slow --json");
    let (mut looked, mut sessions) = (0, 0);
    let mut run = run;
    while !run.has_ended() {
        for (line, arguments, environment) in seen(&world) {
            assert!(!has(&arguments, secret), "{line}: its arguments");
            assert!(!has(&environment, secret), "{line}: its environment");
            looked += 1;
            sessions += usize::from(line.contains("--session"));
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    assert!(looked > 20 && sessions > 20, "{looked} {sessions}");
    let mut said = run.wait().ok().stdout();
    for line in [
        "log show slow --json",
        "log --json",
        "connection list --json",
        "connection show src --json",
        "connection test src --json",
        "module show slow --json",
        "module preview slow --json",
        "status --json",
        "secrets list --json",
    ] {
        let call = world.call(line);
        said += &call.stdout();
        said += &call.stderr();
    }
    assert!(!said.contains(secret), "{said}");
    assert_eq!(world.holds(secret, &["secrets.env"]), Vec::<PathBuf>::new());
    gone(pg, &name);
}

/// Errors are where passwords get out: by a wrong one, a wrong host, SQL that fails, a module that fails.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn an_error_does_not_tell_the_password() {
    let (world, mut pg) = (World::new(), Database::new());
    let (name, secret) = login(&mut pg);
    let wrong = "Wr0ng-$ecret-77y";
    world.with_sqlite("src", "CREATE TABLE t (id INTEGER); INSERT INTO t VALUES (1)");
    let port = Database::port();
    let nowhere = ["jdbc:postgresql://127.0.0.1:1/x", "jdbc:postgresql://nowhere.invalid/x?connectTimeout=3"];
    for (n, (url, login, given, says)) in [
        (pg.url(), name.as_str(), wrong, "password authentication failed"),
        (nowhere[0].to_owned(), &name, secret, "127.0.0.1:1"),
        (nowhere[1].to_owned(), &name, secret, "nowhere.invalid"),
        (format!("jdbc:postgresql://127.0.0.1:{port}/none"), &name, secret, "does not exist"),
        (format!("{}?options=-c%20nosuch=1", pg.url()), &name, secret, "nosuch"),
        (format!("{}?sslmode=verify-full&sslrootcert=/none", pg.url()), &name, secret, "/none"),
        (pg.url(), &name, secret, "there is no table nowhere"),
    ]
    .into_iter()
    .enumerate()
    {
        world.call_with("secrets set KEPT", given).ok();
        let (dest, module) = (format!("d{n}"), format!("m{n}"));
        connect(&world, &dest, &url, login);
        world
            .args(&[
                "module",
                "add",
                &module,
                "--source",
                "src",
                "--dest",
                &dest,
                "--table",
                "nowhere",
                "--strategy",
                "full",
                "--query",
                "SELECT id FROM t",
            ])
            .ok();
        for line in [format!("run {module} --json"), format!("run {module}"), format!("connection test {dest}")] {
            let call = world.call(&line);
            let said = call.stdout() + &call.stderr();
            assert!(!said.contains(given) && !said.contains("ecret"), "{line}: {said}");
        }
        let run = world.log(&module).to_string();
        assert!(run.contains(says), "{module}: {says:?} is not in {run}");
        assert!(!run.contains(given), "{module}: {run}");
    }
    for given in [secret, wrong] {
        assert_eq!(world.holds(given, &["secrets.env"]), Vec::<PathBuf>::new());
    }
    gone(pg, &name);
}

/// From a shell the password comes in the environment, and goes on to nobody.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn the_runner_in_a_shell_shows_it_to_nobody() {
    let (world, pg) = (World::bare(), Database::new());
    let mut child =
        world.jrunner(&pg.url(), "SELECT pg_sleep(0.5)").stdout(std::process::Stdio::null()).spawn().unwrap();
    while child.try_wait().unwrap().is_none() {
        for (line, arguments, _) in seen(&world) {
            assert!(!has(&arguments, &password()), "{line}");
        }
    }
    let call = world.print("jdbc:postgresql://127.0.0.1:1/x?password=pl41n", "SELECT 1").code(1);
    assert!(!call.stderr().contains("pl41n"), "{}", call.stderr());
}
