//! TLS to PostgreSQL as `sslmode` means it: what was encrypted is asked of the server itself.

use super::support::World;
use super::support::postgres::Database;

/// The URL of the test's database by this host, with these parameters.
fn url(pg: &Database, host: &str, parameters: &str) -> String {
    format!("jdbc:postgresql://{host}:{}/{}?{parameters}", Database::port(), pg.name)
}

/// The certificate of the server, which signed itself.
fn authority() -> String {
    std::env::var("PIPEKIT_TEST_PG_CA").expect("PIPEKIT_TEST_PG_CA is not set: run tests/run.sh")
}

const USED: &str = "SELECT ssl, version FROM pg_stat_ssl WHERE pid = pg_backend_pid()";

#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn each_mode_encrypts_and_checks_what_it_says() {
    let (world, pg) = (World::bare(), Database::new());
    let ca = authority();
    for (host, parameters, encrypted) in [
        ("127.0.0.1", "sslmode=disable".to_owned(), false),
        ("127.0.0.1", "sslmode=allow".to_owned(), false),
        ("127.0.0.1", "sslmode=prefer".to_owned(), true),
        ("127.0.0.1", String::new(), true),
        ("127.0.0.1", "sslmode=require".to_owned(), true),
        ("127.0.0.1", format!("sslmode=require&sslrootcert={ca}"), true),
        ("127.0.0.1", format!("sslmode=verify-ca&sslrootcert={ca}"), true),
        ("localhost", format!("sslmode=verify-full&sslrootcert={ca}"), true),
        ("localhost", format!("ssl=true&sslrootcert={ca}"), true),
    ] {
        let printed = world.print(&url(&pg, host, &parameters), USED).ok().stdout();
        let expected = if encrypted { "ssl,version\nt,TLSv1.3\n" } else { "ssl,version\nf,\n" };
        assert_eq!(printed, expected, "{host} {parameters}");
    }
}

#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn a_certificate_that_is_not_the_right_one_is_refused() {
    let (world, pg) = (World::bare(), Database::new());
    let ca = authority();
    // Another authority of the same name, and a certificate that it signed.
    let made = std::process::Command::new("openssl")
        .args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"])
        .args(["-addext", "subjectAltName=DNS:localhost", "-keyout"])
        .arg(world.path("other.key"))
        .arg("-out")
        .arg(world.path("other.crt"))
        .output()
        .unwrap();
    assert!(made.status.success());
    let other = world.path("other.crt").display().to_string();
    let empty = world.file("empty.crt", "");
    for (host, parameters, says) in [
        ("127.0.0.1", format!("sslmode=verify-full&sslrootcert={ca}"), "certificate not valid for name"),
        ("127.0.0.1", format!("sslmode=require&sslrootcert={other}"), "certificate"),
        ("127.0.0.1", format!("sslmode=verify-ca&sslrootcert={other}"), "certificate"),
        ("localhost", format!("sslmode=verify-full&sslrootcert={other}"), "certificate"),
        ("localhost", "sslmode=verify-full&sslrootcert=/none.crt".to_owned(), "no certificate in /none.crt"),
        ("localhost", format!("sslmode=verify-full&sslrootcert={empty}"), "empty.crt"),
        ("localhost", "sslmode=very".to_owned(), "it takes disable, allow, prefer"),
        ("localhost", format!("sslmode=require&sslcert={ca}&sslkey=/none.key"), "/none.key"),
    ] {
        let failed = world.print(&url(&pg, host, &parameters), USED).fails(1, says);
        assert_eq!(failed.stdout(), "", "{host} {parameters}");
    }
}

/// A cancel goes the way the connection went, and a load does too.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn a_load_and_its_abandonment_are_encrypted_too() {
    let (world, mut pg) = (World::bare(), Database::new());
    pg.sql("CREATE TABLE t (id int, used boolean)");
    let url = url(&pg, "localhost", &format!("sslmode=verify-full&sslrootcert={}", authority()));
    let sql = "SELECT i, ssl FROM generate_series(1, 100000) i, pg_stat_ssl WHERE pid = pg_backend_pid()";
    world.copy(&url, sql, &url, "t").ok().prints("100000 rows");
    assert_eq!(pg.rows("SELECT used, count(*) FROM t GROUP BY used"), ["t|100000"]);
    let late = "SELECT CASE WHEN i = 70000 THEN 3000000000 ELSE i END, true FROM generate_series(1, 5000000) i";
    world.copy(&url, late, &url, "t").fails(1, "row 70000, column id: 3000000000 does not fit integer");
    let left = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
    super::support::until("nothing goes on at the server", || pg.rows(left).is_empty());
}
