//! Never 4: a password in the database, a log, an output, an error, a process list, or a runner's environment. What
//! people type into a wrong place is in `secrecy_places.rs`.

use super::support::postgres::{Database, password, user};
use super::support::{Plant, Signal, World, kill, until};

/// A login of the test's own, whose password is like no other text.
struct Login {
    pg: Database,
    name: String,
}

impl Login {
    fn new(secret: &str) -> Login {
        let mut pg = Database::new();
        let name = format!("keeper_{}", pg.name);
        pg.sql(&format!("CREATE ROLE {name} LOGIN SUPERUSER PASSWORD '{}'", secret.replace('\'', "''")));
        Login { pg, name }
    }

    /// Makes it the connection `name` of a world, with the secret KEPT.
    fn connect(&self, world: &World, name: &str) {
        world.postgresql(name, &self.pg.url(), &self.name, "$KEPT");
    }
}

impl Drop for Login {
    fn drop(&mut self) {
        let sql = format!("REASSIGN OWNED BY {0} TO {1}; DROP OWNED BY {0}; DROP ROLE {0}", self.name, user());
        let _ = self.pg.client.batch_execute(&sql);
    }
}

const SECRET: &str = "Zq7-kept$ecret-41x";

/// A world with a module `slow` from and to a database, whose query waits for the lock that the session given holds.
fn waiting(login: &mut Login, world: &World) -> postgres::Client {
    login.connect(world, "src");
    login.connect(world, "dst");
    login.pg.sql("CREATE TABLE s (id int); CREATE TABLE d (id int); INSERT INTO s VALUES (1)");
    world.module("slow", "src", "dst", "d", "full", "SELECT id FROM s, pg_advisory_lock(4)");
    let mut holder = login.pg.session();
    holder.batch_execute("SELECT pg_advisory_lock(4)").unwrap();
    holder
}

/// Waits until a query waits for that lock.
fn until_waiting(login: &mut Login) {
    let waits = "SELECT FROM pg_locks JOIN pg_database AS d ON d.oid = database
                 WHERE locktype = 'advisory' AND NOT granted AND datname = current_database()";
    until("a query waits", || !login.pg.rows(waits).is_empty());
}

/// Never 4: while a run goes on, and in all that it leaves; whether the password comes from the file or from the
/// environment, which goes on to nobody.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn a_password_is_in_no_command_line_environment_file_or_output() {
    for from_file in [true, false] {
        let (mut world, mut login) = (World::new(), Login::new(SECRET));
        match from_file {
            true => drop(world.call_with("secrets set KEPT", SECRET).ok()),
            false => drop(world.set("KEPT", SECRET)),
        }
        let holder = waiting(&mut login, &world);
        let plant = Plant::new(&world, SECRET);
        let run = world.start("run slow --json");
        until_waiting(&mut login);
        let caller = if from_file { vec![] } else { vec![run.pid()] };
        assert_eq!(plant.processes_that_show_it(&caller), Vec::<String>::new());
        assert!(world.processes().len() >= 2, "{:?}", world.processes());
        drop(holder);
        plant.wait(run).ok();
        for line in ["connection show src", "connection test src", "module preview slow", "connection tables src"] {
            plant.call(line).ok();
        }
        plant.look(&["slow"]);
        plant.is_nowhere(&["secrets.env"]);
    }
}

/// Never 4: what a crash leaves behind would hold the memory of the process.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn no_process_leaves_a_core() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    // Whoever starts it may want one.
    setrlimit(Resource::Core, Rlimit { current: Some(1 << 20), ..getrlimit(Resource::Core) }).unwrap();
    let (world, mut login) = (World::new(), Login::new(SECRET));
    world.call_with("secrets set KEPT", SECRET).ok();
    let holder = waiting(&mut login, &world);
    let run = world.start("run slow");
    until_waiting(&mut login);
    for pid in [run.pid(), world.runner()] {
        let limits = std::fs::read_to_string(format!("/proc/{pid}/limits")).unwrap();
        let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
        assert_eq!(core.split_whitespace().nth(4), Some("0"), "{core}");
    }
    drop(holder);
    run.wait().ok();
}

/// Never 4: errors are where passwords get out: by a wrong one, a wrong host, SQL that fails, a module that fails.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn an_error_does_not_tell_the_password() {
    let (world, login) = (World::new(), Login::new(SECRET));
    let wrong = "Wr0ng-$ecret-77y";
    world.with_sqlite("src", "CREATE TABLE t (id INTEGER); INSERT INTO t VALUES (1)");
    let (url, port) = (login.pg.url(), Database::port());
    for (n, (url, given, says)) in [
        (url.clone(), wrong, "password authentication failed"),
        ("jdbc:postgresql://127.0.0.1:1/x".to_owned(), SECRET, "127.0.0.1:1"),
        ("jdbc:postgresql://nowhere.invalid/x?connectTimeout=3".to_owned(), SECRET, "nowhere.invalid"),
        (format!("jdbc:postgresql://127.0.0.1:{port}/none"), SECRET, "does not exist"),
        (format!("{url}?options=-c%20nosuch=1"), SECRET, "nosuch"),
        (format!("{url}?sslmode=verify-full&sslrootcert=/none"), SECRET, "/none"),
        (url, SECRET, "there is no table nowhere"),
    ]
    .into_iter()
    .enumerate()
    {
        world.call_with("secrets set KEPT", given).ok();
        let (dest, module) = (format!("d{n}"), format!("m{n}"));
        world.postgresql(&dest, &url, &login.name, "$KEPT");
        world.module(&module, "src", &dest, "nowhere", "full", "SELECT id FROM t");
        let plant = Plant::new(&world, given);
        plant.call(&format!("run {module}")).code(1);
        plant.call(&format!("connection test {dest}"));
        plant.look(&[&module]);
        plant.is_nowhere(&["secrets.env"]);
        let run = world.log(&module).to_string();
        assert!(run.contains(says), "{module}: {says:?} is not in {run}");
    }
}

/// Passwords that are hard to hide: by what they are made of, and by how long they are.
const ODD: &[&str] = &[
    "it's a \"quoted\" one",
    r"back\slash\n.*[a-z]+(x|y)?$",
    "first-line\nsecond-line",
    "пароль-😀-ü",
    "50%25&x=y;z+",
    "  blanks around  ",
    "a-password-that-is-longer-than-what-a-server-repeats-of-a-value-which-is-a-hundred-characters-of-it-and-no-more-than-that",
];

/// Functions of the database that know the password, so that no SQL of ours has it.
fn traitors(login: &mut Login, secret: &str) {
    let literal = format!("'{}'", secret.replace('\'', "''"));
    login.pg.sql(&format!(
        "CREATE TABLE vault AS SELECT {literal}::text AS pw;
         CREATE TABLE s (id int); INSERT INTO s VALUES (1);
         CREATE TABLE d (id int); CREATE TABLE e (id int);
         CREATE FUNCTION tells() RETURNS void LANGUAGE plpgsql AS $$
           DECLARE p text := (SELECT pw FROM vault);
           BEGIN RAISE NOTICE '% and %', p, quote_literal(p) USING DETAIL = to_json(p)::text, HINT = quote_ident(p); END $$;
         CREATE FUNCTION fails() RETURNS int LANGUAGE plpgsql AS $$
           DECLARE p text := (SELECT pw FROM vault);
           BEGIN RAISE EXCEPTION '% and %', p, quote_literal(p) USING DETAIL = to_json(p)::text, HINT = quote_ident(p); END $$;
         CREATE FUNCTION fails_in_sql() RETURNS int LANGUAGE plpgsql AS $$
           BEGIN EXECUTE 'SELECT ' || quote_literal(pw) || '::int' FROM vault; RETURN 1; END $$;
         CREATE FUNCTION refuses() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM fails(); END $$;
         CREATE TRIGGER refuses BEFORE INSERT ON e FOR EACH ROW EXECUTE FUNCTION refuses()"
    ));
}

/// Never 4: a database that knows the password tells it in its errors, notices and rows; its data may hold it.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn what_a_database_tells_of_a_password_is_not_repeated() {
    std::thread::scope(|scope| ODD.iter().for_each(|secret| drop(scope.spawn(|| a_database_tells(secret)))));
}

fn a_database_tells(secret: &str) {
    let (world, mut login) = (World::new(), Login::new(secret));
    world.call_with("secrets set KEPT", &format!("{secret}\n")).ok();
    login.connect(&world, "pg");
    world.with_sqlite("lite", "CREATE TABLE d (id INTEGER) STRICT");
    traitors(&mut login, secret);
    let plant = Plant::new(&world, secret);
    plant.call("connection test pg").ok();

    let query = "SELECT id FROM s";
    world.module("resolver", "pg", "pg", "d", "full", "SELECT id FROM s WHERE id > {w}");
    world.call("watermark add resolver w --connection pg --sql 'SELECT fails()'").ok();
    world.module("source", "pg", "lite", "d", "full", "SELECT fails() FROM s");
    world.module("prepared", "pg", "lite", "d", "full", "SELECT 1; SELECT fails_in_sql() FROM s");
    world.module("value", "pg", "pg", "d", "full", "SELECT pw FROM vault");
    world.module("strict", "pg", "lite", "d", "full", "SELECT pw FROM vault");
    world.module("merge", "pg", "pg", "e", "full", query);
    let modules = ["resolver", "source", "prepared", "value", "strict", "merge"];
    for module in modules {
        let failed = plant.call(&format!("run {module}")).code(1);
        assert!(failed.stderr().contains("********"), "{module}: {}", failed.stderr());
    }
    plant.look(&modules);
    for line in ["watermark resolve resolver", "module preview resolver", "connection query pg 'SELECT fails()'"] {
        plant.call(line).code(1);
    }
    plant.call("module preview prepared");

    world.module("hooks", "pg", "pg", "d", "full", query);
    for sql in ["SELECT tells()", "SELECT pw FROM vault", "SELECT fails()", "SELECT fails_in_sql()"] {
        world.args(&["hook", "add", "hooks", "--connection", "pg", "--sql", sql]).ok();
    }
    plant.call("run hooks").ok();
    plant.look(&["hooks"]);
    let told = world.log("hooks").to_string();
    assert!(told.matches("********").count() >= 8, "{told}");
    plant.is_nowhere(&["secrets.env"]);
}

/// Never 4: one of a few characters can't be told from other text: it is hidden where it stands alone, and nothing else
/// is.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn a_short_password_is_hidden_where_it_stands_alone() {
    let (world, mut login) = (World::new(), Login::new("xk"));
    world.call_with("secrets set KEPT", "xk").ok();
    login.connect(&world, "pg");
    login.pg.sql(
        "CREATE TABLE d (id int);
         CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'xk, not taxkit or xk2'; END $$",
    );
    world.module("m", "pg", "pg", "d", "full", "SELECT f()");
    world.call("run m").fails(1, "********, not taxkit or xk2");
}

/// Never 4: another connection's password is hidden too: one database may speak of another.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn another_connection_s_password_is_hidden_too() {
    let (world, mut login) = (World::new(), Login::new(SECRET));
    world.call_with("secrets set KEPT", SECRET).ok();
    world.call_with("secrets set OTHER", "0ther-$ecret-99z").ok();
    login.connect(&world, "pg");
    world.postgresql("other", "jdbc:postgresql://127.0.0.1:1/x", "me", "$OTHER");
    traitors(&mut login, "0ther-$ecret-99z");
    world.module("m", "pg", "pg", "d", "full", "SELECT fails()");
    let plant = Plant::new(&world, "0ther-$ecret-99z");
    plant.call("run m").fails(1, "********");
    plant.look(&["m"]);
    plant.is_nowhere(&["secrets.env"]);
}

/// Never 4: a password that is changed while a run goes on, and a runner that is killed with it in its hands.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn neither_the_old_password_nor_the_new_one_is_told() {
    let (world, mut login) = (World::new(), Login::new(SECRET));
    world.call_with("secrets set KEPT", SECRET).ok();
    let holder = waiting(&mut login, &world);
    let new = "Aft3r-kept$ecret-42y";
    let (old, fresh) = (Plant::new(&world, SECRET), Plant::new(&world, new));
    let run = world.start("run slow");
    until_waiting(&mut login);
    let name = login.name.clone();
    login.pg.sql(&format!("ALTER ROLE {name} PASSWORD '{new}'"));
    fresh.heard(world.call_with("secrets set KEPT", new).ok());
    kill(world.runner(), Signal::KILL);
    old.wait(run).fails(1, "the runner process ended before it answered");
    drop(holder);
    until("the killed run's session is gone", || {
        login
            .pg
            .rows("SELECT FROM pg_stat_activity WHERE query LIKE '%pg_advisory_lock(4)%' AND pid <> pg_backend_pid()")
            .is_empty()
    });
    fresh.call("run slow").ok();
    for plant in [&old, &fresh] {
        plant.look(&["slow"]);
        plant.is_nowhere(&["secrets.env"]);
    }
}

/// Never 4: from a shell the password comes in the environment, and goes on to nobody.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn the_runner_in_a_shell_shows_it_to_nobody() {
    let (world, mut login) = (World::bare(), Login::new(SECRET));
    traitors(&mut login, SECRET);
    let mut holder = login.pg.session();
    holder.batch_execute("SELECT pg_advisory_lock(4)").unwrap();
    let plant = Plant::new(&world, SECRET);
    let (url, name) = (login.pg.url(), login.name.clone());
    let shell = |sql: &str| {
        let mut command = world.command();
        command.args(["jrunner", "-scu", &url, "-scn", &name, "-sq", &world.file("q.sql", sql)]);
        command.env("JRUNNER_SCP", SECRET);
        command
    };
    let mut running = shell("SELECT pg_advisory_lock(4)").stdout(std::process::Stdio::null()).spawn().unwrap();
    until_waiting(&mut login);
    assert_eq!(plant.processes_that_show_it(&[running.id()]), Vec::<String>::new());
    let arguments = std::fs::read(format!("/proc/{}/cmdline", running.id())).unwrap();
    assert!(!plant.is_in(&arguments));
    drop(holder);
    assert!(running.wait().unwrap().success());

    for sql in ["SELECT fails()", "SELECT fails_in_sql()"] {
        plant.heard(super::support::Call::of(sql, &mut shell(sql))).fails(1, "********");
    }
    plant.heard(super::support::Call::of("--help", shell("SELECT 1").arg("--help"))).ok();
    plant.is_nowhere(&[]);
    let call = world.print(&format!("{}?password=pl41n", login.pg.url()), "SELECT nosuch").code(1);
    assert!(!call.stderr().contains("pl41n"), "{}", call.stderr());
}

/// What libpq would pick up of the machine is not picked up here: a run must not work for one user and fail for another.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn no_password_of_the_machine_is_used() {
    let (mut world, pg) = (World::new(), Database::new());
    let line = format!("127.0.0.1:{}:*:{}:{}\n", Database::port(), user(), password());
    world.file(".pgpass", &line);
    std::fs::set_permissions(world.path(".pgpass"), std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    world.set("PGPASSWORD", &password()).set("PGPASSFILE", &line);
    world.args(&["connection", "add", "pg", "--driver", "postgresql", "--url", &pg.url(), "--user", &user()]).ok();
    world.call("connection test pg").fails(1, "password");
    let mut command = world.jrunner(&pg.url(), "SELECT 1");
    let call = super::support::Call::of("jrunner", command.env_remove("JRUNNER_SCP"));
    assert!(call.fails(1, "password").stdout().is_empty());
}
