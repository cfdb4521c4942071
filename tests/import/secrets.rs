//! Passwords of the scripts go to the secrets and nowhere else, wherever they stand.

use super::super::support::World;
use serde_json::json;

const PASSWORDS: [&str; 10] = [
    "given-Gh3im",
    // What a name would be made of it.
    "given_gh3im",
    "in-env-Gh3im",
    "in-url-Gh3im",
    "written-out-Gh3im",
    "of-psql-Gh3im",
    "in-uri-Gh3im",
    "in-conninfo-Gh3im",
    "in-hook-Gh3im",
    "never-used-Gh3im",
];

/// Writes a folder whose scripts have passwords in every place where people put them.
fn put(world: &World) {
    for dir in ["shop", "shop/a", "shop/b", "shop/c", "shop/d"] {
        std::fs::create_dir(world.path(dir)).unwrap();
    }
    world.file("shop/.env", "SRC_PW=in-env-Gh3im\nOLD_PASSWORD='never-used-Gh3im'\n");
    for dir in ["a", "b", "c", "d"] {
        world.file(&format!("shop/{dir}/q.sql"), "SELECT a FROM t WHERE a >= 'SINCE'");
    }
    let flags = "-scu jdbc:postgresql://src/src -scn me -scp \"$SRC_PW\"";
    world.file(
        "shop/a/a.sh",
        &format!(
            "#!/bin/bash\n. ../.env\nPGPASSWORD=of-psql-Gh3im psql -h dw -U me -d dw -c 'TRUNCATE s.a'\n\
             jrunner {flags} -dcu 'jdbc:postgresql://dw/dw?user=me&password=in-url-Gh3im' -sq q.sql -dt s.a\n\
             psql postgresql://me:in-uri-Gh3im@dw/dw -c 'TRUNCATE d.a; INSERT INTO d.a SELECT * FROM s.a'\n"
        ),
    );
    world.file(
        "shop/b/b.sh",
        &format!(
            "#!/bin/bash\n. ../.env\nX=$(psql 'host=other dbname=x user=me password=in-conninfo-Gh3im' -At -c 'SELECT max(a) FROM t')\n\
             sed \"s/SINCE/$X/\" q.sql > p.sql\n\
             jrunner {flags} -dcu jdbc:sqlserver://ms -dcn me -dcp written-out-Gh3im -sq p.sql -dt d.b\n"
        ),
    );
    // One is in what would be stored: that module does not come over.
    world.file(
        "shop/c/c.sh",
        &format!(
            "#!/bin/bash\n. ../.env\njrunner {flags} -dcu jdbc:postgresql://dw/dw -dcn me -dcp in-hook-Gh3im -sq q.sql -dt d.c\n\
             psql -h dw -d dw -c \"SELECT dblink_exec('password=in-hook-Gh3im', 'x')\"\n"
        ),
    );
    // One is given to a script.
    world.file("shop/a/x.sh", "#!/bin/bash\njrunner -scu jdbc:postgresql://src/src -scn me -scp \"$2\" -dcu jdbc:sqlite:/x -sq \"${0%/*}/q.sql\" -dt \"$1\"\n");
    world.file("shop/all.sh", "#!/bin/bash\ncd \"${0%/*}\"\na/x.sh given given-Gh3im\n");
    world.file("shop/crontab", "1 2 * * * /srv/shop/a/x.sh given given-Gh3im\n");
    // And some are in what can't be read.
    world.file(
        "shop/d/d.sh",
        &format!(
            "#!/bin/bash\n. ../.env\nfrobnicate --password \"$SRC_PW\"\n\"$SRC_PW\" x\n./$OLD_PASSWORD.sh\n. ./$SRC_PW\n\
             jrunner {flags} -dcu \"jdbc:foo:$OLD_PASSWORD\" -sq \"$SRC_PW\" -dt \"$OLD_PASSWORD\"\n\
             jrunner -scu \"jdbc:postgresql://me:$OLD_PASSWORD@h/d\" -dcu jdbc:sqlite:/x -sq q.sql -dt d.d\n"
        ),
    );
}

/// Never 4: with passwords in every place where people write them into scripts.
#[test]
fn no_password_is_told_or_kept_elsewhere() {
    let world = World::new();
    super::jars(&world);
    put(&world);
    let mut said = String::new();
    for line in [
        "import shop --jars jars",
        "import shop --jars jars --json",
        "import shop",
        "import shop --apply",
        "import shop --to definitions --jars jars",
        "import shop/d/d.sh",
        "import shop --apply --jars jars --json",
        "import shop --apply",
        "import shop --json",
        "module list --json",
        "connection list --json",
    ] {
        let call = world.call(line);
        said += &format!("{}{}", call.stdout(), call.stderr());
    }
    for password in PASSWORDS {
        assert!(!said.contains(password), "{password} is told in\n{said}");
        assert!(!said.contains("never"), "a part of a password is told in\n{said}");
        let held = world.holds(password, &["secrets.env"]);
        let elsewhere: Vec<_> = held.iter().filter(|path| !path.starts_with(world.path("shop"))).collect();
        assert!(elsewhere.is_empty(), "{password} is in {elsewhere:?}");
    }
    // What a connection needs is there, by the name that it has among people.
    let secrets = std::fs::read_to_string(world.path("secrets.env")).unwrap();
    assert!(secrets.contains("SRC_PW=") && secrets.contains("in-env-Gh3im"), "{secrets}");
    assert!(secrets.contains("in-url-Gh3im") && secrets.contains("written-out-Gh3im"), "{secrets}");
    assert!(!secrets.contains("never-used-Gh3im"), "{secrets}");
    let connections = world.json("connection list");
    let url = |name: &str| {
        let all = connections.as_array().unwrap();
        all.iter()
            .find(|c| c["name"] == name)
            .map(|c| (c["jdbc_url"].clone(), c["username"].clone(), c["password"].clone()))
    };
    assert_eq!(url("dw"), Some((json!("jdbc:postgresql://dw/dw"), json!("me"), json!("$DW_PASSWORD"))));
    let modules = world.json("module list");
    let names: Vec<&str> = modules.as_array().unwrap().iter().map(|m| m["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["a", "b", "x_given"]);
}

/// A value is not split at its blanks where it is exported: its words would be taken for passwords, and be hidden wherever
/// they stand.
#[test]
fn a_password_of_two_words_is_one() {
    let world = World::new();
    std::fs::create_dir(world.path("shop")).unwrap();
    world.file(
        "shop/a.sh",
        "#!/bin/bash\nPW='the password'\nexport PGPASSWORD=$PW\npsql -h dw -U me -d dw -c 'TRUNCATE s.a'\n\
         jrunner -scu jdbc:postgresql://src/src -scn me -scp \"$PW\" -dcu jdbc:postgresql://dw/dw -dcn me -dcp \"$PW\" -sq q.sql -dt s.a\n",
    );
    world.file("shop/q.sql", "SELECT a FROM t");
    let said = world.call("import shop").ok().stdout();
    assert!(!said.contains("********"), "{said}");
    world.call("import shop --apply").ok();
    assert!(std::fs::read_to_string(world.path("secrets.env")).unwrap().contains("the password"));
}
