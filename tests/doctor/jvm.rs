//! jrunner, its JVM, and the drivers that need them.

use super::super::support::World;
use super::super::support::jdbc::{Jdbc, JdbcDatabase};
use super::{look, shop};

#[test]
#[ignore = "needs Java: tests/run.sh"]
fn a_shop_with_a_jvm_is_well_or_it_is_told_what_is_not() {
    let mut world = shop();
    let jdbc = Jdbc::install(&world, &[]);
    let database = JdbcDatabase::h2("");
    database.connect(&world, "h2db");
    let seen = look(&world, "--timeout 30")
        .all_works()
        .finds("ok", "jrunner program", "it tells no version", "")
        .finds("ok", "jrunner JVM", ", version ", "")
        .finds("ok", "jrunner start", "its class Main loads", "")
        .finds("ok", "jrunner probe", "prints rows with a header, ',' between columns", "")
        .finds("ok", "drivers h2", "jrunner loads org.h2.Driver", "")
        .finds("ok", "drivers built in", "mysql, postgresql, sqlite", "")
        .finds("ok", "connections h2db", "answers", "");
    assert!(["note", "warning", "error"].iter().all(|status| seen.with(status).is_empty()), "{}", seen.text.stdout());
    assert!(
        !seen.text.stdout().contains(database.password()) && !seen.report.to_string().contains(database.password())
    );

    // All of them at once, and no others: each start of a JVM counts.
    for name in ["derby", "mariadb_jdbc", "postgresql_jdbc", "sqlite_jdbc"] {
        world.call(&format!("driver remove {name}")).ok();
    }
    let lib = |jar: &str| world.path("jrunner/lib").join(jar).to_str().unwrap().to_owned();
    world.args(&["driver", "add", "gone", "--kind", "generic", "--jar", "/opt/gone.jar", "--class", "a.B"]).ok();
    world.args(&["driver", "add", "typo", "--kind", "h2", "--jar", &lib("h2.jar"), "--class", "org.h2.Drivre"]).ok();
    let text = world.file("text.jar", "not a jar");
    world.args(&["driver", "add", "text", "--kind", "generic", "--jar", &text, "--class", "a.B"]).ok();
    world.args(&["driver", "add", "unsaid", "--kind", "generic", "--jar", &lib("slf4j-api.jar")]).ok();
    let aside = world.path("aside.jar").to_str().unwrap().to_owned();
    elsewhere(&world, &aside);
    let own = world.path("jrunner/lib/jrunner.jar");
    let whole = std::fs::read_link(&own).unwrap();
    let put = |jar: &std::path::Path| {
        std::fs::remove_file(&own).unwrap();
        std::os::unix::fs::symlink(jar, &own).unwrap();
    };
    put(std::path::Path::new(&lib("h2.jar")));
    world.args(&["driver", "add", "aside", "--kind", "generic", "--jar", &aside, "--class", "aside.Driver"]).ok();
    look(&world, "--timeout 30")
        .finds("error", "jrunner start", "its class Main can't be loaded: no jar", "install jrunner anew")
        .finds("error", "drivers gone", "its jar /opt/gone.jar is not there", "`pipekit driver edit gone --jar FILE`")
        .finds("error", "drivers typo", "has no class org.h2.Drivre", "`pipekit driver edit typo --class CLASS`")
        .finds("error", "drivers text", "text.jar is no jar", "`pipekit driver scan DIR`")
        .finds("error", "drivers aside", "and jrunner does not look there", "CLASSPATH of its start script")
        .finds("note", "drivers unsaid", "which class it is is not said", "")
        .finds("ok", "drivers h2", "jrunner loads org.h2.Driver", "");
    for name in ["gone", "typo", "text", "unsaid", "aside"] {
        world.call(&format!("driver remove {name}")).ok();
    }

    put(&whole);
    // A server that is silent: what was started for it is gone.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("jdbc:h2:tcp://{}/mem:x", silent.local_addr().unwrap());
    world.args(&["connection", "add", "silent", "--driver", "h2", "--url", &url]).ok();
    let said = world.call("doctor --timeout 4").code(1).stdout();
    assert!(said.contains("✗ silent  silent did not answer within 4 s\n"), "{said}");
    world.until_quiet();
    world.call("connection remove silent").ok();

    // Without a JVM, of which the script of Gradle's says nothing else.
    std::fs::create_dir(world.path("empty")).unwrap();
    let empty = world.path("empty").to_str().unwrap().to_owned();
    let path = std::env::var("PATH").unwrap();
    world.set("PATH", &empty);
    look(&world, "")
        .finds("error", "jrunner JVM", "there is no java in $PATH, and jrunner needs it", "default-jre-headless")
        .finds("note", "drivers h2", "without a JVM org.h2.Driver can't be tried", "")
        .finds("ok", "connections erp", "answers", "");
    world.set("PATH", &path).set("JAVA_HOME", "/opt/gone");
    look(&world, "").finds("error", "jrunner JVM", "there is no /opt/gone/bin/java", "JAVA_HOME");
    world.set("JAVA_HOME", "").set("JAVA_OPTS", "-Xmx65m");
    let says = "it is started by its script, as $JAVA_OPTS is set: every user of this machine sees the passwords";
    look(&world, "--timeout 30").all_works().finds("warning", "jrunner start", says, "DEFAULT_JVM_OPTS");
    world.set("JAVA_OPTS", "");

    std::fs::remove_file(jdbc.program()).unwrap();
    look(&world, "")
        .finds("error", "jrunner program", "there is no file ", "`pipekit settings set jrunner_path")
        .finds("error", "connections h2db", "there is no file ", "install jrunner");
}

/// A jar with the class `aside.Driver`, which is not on jrunner's class path.
fn elsewhere(world: &World, jar: &str) {
    let source = world.file("Driver.java", "package aside; public class Driver {}");
    let run = |program: &str, args: &[&str]| {
        let output = std::process::Command::new(program).args(args).output().unwrap();
        assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
    };
    let classes = world.path("classes").to_str().unwrap().to_owned();
    run("javac", &["-d", &classes, &source]);
    run("jar", &["--create", "--file", jar, "-C", &classes, "."]);
}

/// A driver alone breaks nothing; a connection that has it does.
#[test]
fn jrunner_is_missing_and_a_driver_needs_it() {
    let mut world = shop();
    std::fs::create_dir(world.path("empty")).unwrap();
    let empty = world.path("empty").to_str().unwrap().to_owned();
    world.set("PATH", &empty);
    std::fs::write(world.path("some.jar"), b"PK\x03\x04").unwrap();
    let jar = world.path("some.jar").to_str().unwrap().to_owned();
    world.args(&["driver", "add", "as400", "--kind", "db2", "--jar", &jar, "--class", "a.B"]).ok();
    look(&world, "").all_works().finds("warning", "jrunner program", "there is no jrunner in $PATH", "install jrunner");
    world.args(&["connection", "add", "ibm", "--driver", "as400", "--url", "jdbc:as400://h"]).ok();
    look(&world, "").finds("error", "jrunner program", "there is no jrunner in $PATH", "install jrunner");
}
