//! What a database says back goes into the log and onto the screen without the passwords that the run knows, and no
//! password goes on to a process that does not need it.

use super::support::postgres::user;
use super::support::{Pair, World};
use std::path::PathBuf;

const PASSWORD: &str = "Vx3-t0ld$back-88q";

/// A destination that one logs in to with [`PASSWORD`], and whose functions tell it in each way there is.
fn with_a_talkative_destination() -> (Pair, String) {
    let mut pair = Pair::postgres().with_orders();
    let login = format!("talker_{}", pair.pg().name);
    pair.dst(&format!(
        "CREATE ROLE {login} LOGIN SUPERUSER PASSWORD '{PASSWORD}';
         CREATE TABLE known (v text); INSERT INTO known VALUES ('{PASSWORD}');
         CREATE FUNCTION shout() RETURNS int LANGUAGE plpgsql AS $$
           BEGIN RAISE EXCEPTION 'it is %', (SELECT v FROM known); END $$;
         CREATE FUNCTION mutter() RETURNS int LANGUAGE plpgsql AS $$
           BEGIN RAISE NOTICE 'it is %', (SELECT v FROM known); RETURN 1; END $$;
         CREATE FUNCTION checked() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM shout(); RETURN NEW; END $$"
    ));
    pair.world.call_with("secrets set KEPT", PASSWORD).ok();
    pair.world.args(&["connection", "edit", "dst", "--user", &login, "--password", "$KEPT"]).ok();
    (pair, login)
}

fn gone(mut pair: Pair, login: &str) {
    pair.dst(&format!("REASSIGN OWNED BY {login} TO {}; DROP OWNED BY {login}; DROP ROLE {login}", user()));
}

/// Never 4: errors, notices and rows that a database gives are stored and shown with the password masked.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn what_a_database_says_back_is_masked() {
    let (mut pair, login) = with_a_talkative_destination();
    let query = "SELECT id, item, qty FROM orders";
    let masked = |pair: &Pair, line: &str, code: i32| {
        for line in [line.to_owned(), format!("{line} --json")] {
            let call = pair.call(&line).code(code);
            let said = call.stdout() + &call.stderr();
            assert!(!said.contains(PASSWORD), "{line}: {said}");
            assert!(said.contains("********"), "{line}: {said}");
        }
        assert_eq!(pair.world.holds(PASSWORD, &["secrets.env"]), Vec::<PathBuf>::new(), "{line}");
    };
    pair.orders("--strategy full --full-by delete");
    // A resolver.
    pair.call("watermark add orders since --connection dst --sql 'SELECT shout()' --default 0").ok();
    masked(&pair, "run orders", 1);
    masked(&pair, "watermark resolve orders", 1);
    pair.call("watermark remove orders since").ok();
    // The query itself.
    pair.call("module edit orders --source dst --query 'SELECT shout(), NULL, 1'").ok();
    masked(&pair, "run orders", 1);
    masked(&pair, "connection query dst 'SELECT shout()'", 1);
    pair.world.args(&["module", "edit", "orders", "--source", "src", "--query", query]).ok();
    // The merge.
    pair.dst("CREATE TRIGGER checked BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION checked()");
    masked(&pair, "run orders", 1);
    pair.dst("DROP TRIGGER checked ON orders");
    // Hooks: what they give, remark, and fail with.
    for sql in ["SELECT v FROM known", "SELECT mutter()", "SELECT shout()"] {
        pair.call(&format!("hook add orders --connection dst --sql '{sql}'")).ok();
    }
    masked(&pair, "run orders", 0);
    masked(&pair, "log show orders --hooks", 0);
    let hooks = pair.call("log show orders --hooks").ok().stdout();
    assert_eq!(hooks.matches("********").count(), 3, "{hooks}");
    masked(&pair, "log show orders", 0);
    gone(pair, &login);
}

/// Never 4: the runner's process gets the passwords that it needs from its parent, and nothing of its parent's
/// environment, where others may be.
#[test]
fn the_environment_of_pipekit_does_not_go_on_to_the_runner() {
    let mut world = World::orders();
    world.set("OTHER_PASSWORD", PASSWORD).set("PGPASSWORD", PASSWORD);
    let source = world.sqlite("erp.db");
    source.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let run = world.start("run orders");
    world.until_in("transfer");
    let environment = std::fs::read(format!("/proc/{}/environ", world.runner())).unwrap();
    assert!(!String::from_utf8_lossy(&environment).contains(PASSWORD));
    drop(source);
    run.wait().ok();
}
