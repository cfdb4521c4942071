//! Never 4: passwords in places where people put them and should not.

use super::support::{Plant, World};
use std::os::unix::fs::{MetadataExt, PermissionsExt};

const SECRET: &str = "hunter2-Zq7$x";

/// Command lines with SECRET in a wrong place, and what is said to them.
const LINES: &[(&str, &str)] = &[
    ("secrets set DW 'SECRET'", "a secret is not given as an argument"),
    ("secrets set DW -- 'SECRET'", "a secret is not given as an argument"),
    ("secrets set DW=SECRET", "that can't be the name of a secret"),
    ("secrets set 'SECRET'", "that can't be the name of a secret"),
    ("secrets unset 'SECRET'", "that can't be the name of a secret"),
    ("secrets DW='SECRET'", "unrecognized subcommand"),
    ("secrets list 'SECRET'", "unexpected argument"),
    ("connection add x --driver postgresql --url jdbc:postgresql://h/d --password 'SECRET'", "must be a reference"),
    ("connection add x --driver postgresql --url jdbc:postgresql://h/d --password='SECRET'", "must be a reference"),
    ("connection add x --driver postgresql --url jdbc:postgresql://h/d --password my 'SECRET'", "unexpected argument"),
    ("connection add x --driver postgresql --url jdbc:postgresql://h/d --pasword 'SECRET'", "'--pasword'"),
    ("connection add x --driver postgresql --url jdbc:postgresql://h/d --pasword='SECRET'", "'--pasword'"),
    ("connection add x --driver postgresql --url jdbc:postgresql://h/d -password 'SECRET'", "'-p'"),
    ("connection add x --driver postgresql --url 'jdbc:postgresql://h/d?password=SECRET'", "has a password in it"),
    (
        "connection add x --driver postgresql --url 'jdbc:postgresql://h/d?user=a&PassWord=SECRET'",
        "has a password in it",
    ),
    ("connection add x --driver postgresql --url 'jdbc:postgresql://h/d?pass%77ord=SECRET'", "has a password in it"),
    ("connection add x --driver postgresql --url 'jdbc:postgresql://h/d?sslpassword=SECRET'", "has a password in it"),
    (
        "connection add x --driver postgresql --url 'jdbc:postgresql://h/d?passwrd=SECRET'",
        "unknown parameter `passwrd`",
    ),
    ("connection add x --driver postgresql --url 'jdbc:postgresql://h/d?pw=%SECRET'", "`%25`"),
    ("connection add x --driver postgresql --url 'jdbc:postgresql://u:SECRET@h/d'", "has a password in it"),
    ("connection add x --driver postgresql --url 'jdbc:postgresql:u:SECRET@h/d'", "has a password in it"),
    ("connection add x --driver postgresql --url 'postgresql://u:SECRET@h/d'", "is not a JDBC URL"),
    ("connection add x --driver sqlite --url 'jdbc:sqlite:/x.db?password=SECRET'", "has a password in it"),
    ("connection add x --driver other --url 'jdbc:oracle:thin:u/SECRET@h:1521:x'", "has a password in it"),
    ("connection add x --driver other --url 'jdbc:sqlserver://h;user=u;Pwd=SECRET'", "has a password in it"),
    ("connection add x --driver other --url 'jdbc:db2://h:1/d:user=u;password=SECRET;'", "has a password in it"),
    ("connection edit dw --password 'SECRET'", "must be a reference"),
    ("connection edit dw --url 'jdbc:postgresql://u:SECRET@h/d'", "has a password in it"),
    (
        "driver add x --kind db2 --jar /x.jar --url-template 'jdbc:db2://h/d:user=u;password=SECRET;'",
        "has a password in it",
    ),
    ("driver edit other --url-template 'jdbc:db2://u:SECRET@h/d'", "has a password in it"),
    ("jrunner -scu 'jdbc:postgresql://u:SECRET@h/d' -sq q.sql", "the login does not go before the host"),
    ("jrunner -scu 'jdbc:postgresql://127.0.0.1:1/d?password=SECRET' -sq q.sql", "127.0.0.1:1"),
    ("jrunner -scu 'jdbc:postgresql://h/d?password=%SECRET' -sq q.sql", "`%25`"),
    ("jrunner -scu jdbc:postgresql://127.0.0.1:1/d -scp 'SECRET' -sq q.sql", "127.0.0.1:1"),
    ("jrunner -scp 'SECRET'", "required arguments"),
    ("jrunner -scu jdbc:sqlite:x.db 'SECRET' -sq q.sql", "unexpected argument"),
];

#[test]
fn a_password_in_a_wrong_place_is_refused_and_not_repeated() {
    let world = World::erp();
    world.file("q.sql", "SELECT 1");
    world.call("driver add other --kind generic --jar /o.jar").ok();
    for (line, says) in LINES {
        let line = line.replace("SECRET", SECRET);
        let plant = Plant::new(&world, SECRET);
        let before = world.defined();
        let failed = plant.call(&line);
        assert_ne!(failed.output.status.code(), Some(0), "{line}");
        assert!(failed.stderr().contains(says), "{line}: {says:?} is not in\n{}", failed.stderr());
        plant.is_nowhere(&[]);
        assert_eq!(world.defined(), before, "{line}");
    }
}

/// Somebody writes the password itself into the editor, or breaks the line with it.
#[test]
fn a_password_typed_into_the_editor_is_kept_nowhere() {
    for line in [
        format!("password = \"{SECRET}\""),
        format!("password = {SECRET}"),
        format!("password = '{SECRET}"),
        format!("jdbc_url = \"jdbc:postgresql://u:{SECRET}@h/d\""),
        format!("jdbc_url = \"jdbc:postgresql://h/d?password={SECRET}"),
    ] {
        let mut world = World::new();
        world.call("connection add dw --driver postgresql --url jdbc:postgresql://h/d --password '$DW'").ok();
        std::fs::create_dir(world.path("tmp")).unwrap();
        let tmp = world.path("tmp").to_str().unwrap().to_owned();
        let key = line.split(' ').next().unwrap().to_owned();
        world.set("TMPDIR", &tmp).file("line", &line);
        // Once; the second time the editor is left as it is.
        world.editor(&format!("grep -q '^#!' $1 || {{ sed -i '/^{key}/d' $1; cat line >>$1; stat -c %a $1 >mode; }}"));
        let plant = Plant::new(&world, SECRET);
        plant.call("connection edit dw").fails(2, "nothing was changed").says("is kept in");
        plant.call("connection show dw").ok();
        plant.is_nowhere(&["line"]);
        assert_eq!(std::fs::read_to_string(world.path("mode")).unwrap(), "600\n");
        let kept = std::fs::read_dir(world.path("tmp")).unwrap().count();
        assert_eq!(kept, 3, "one for each call, and no other temporary file");
        for file in std::fs::read_dir(world.path("tmp")).unwrap() {
            let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
            assert!(text.contains(&format!("{key} = \"…\"")), "{text}");
        }
    }
}

/// What is not a reference to a secret is the password itself, whatever it looks like.
#[test]
fn only_a_name_behind_a_dollar_is_a_reference() {
    let world = World::erp();
    for password in ["$5ecret", "$a-b", "$$A", "${A", "%A%", "$A$B", " $A", "$"] {
        let refused = world.args(&["connection", "edit", "dw", "--password", password]);
        let said = refused.fails(2, "the password must be a reference").stderr();
        assert!(!said.contains(password) || password == "$", "{password}: {said}");
    }
}

/// The file is written in one step, by a temporary file that nobody else can read, and a warning tells of one that
/// everybody can.
#[test]
fn a_secrets_file_that_everybody_can_read_is_warned_of() {
    let world = World::new();
    let set = world.call_with("secrets set A", SECRET).ok();
    assert!(!set.stderr().contains("everybody"));
    let file = world.path("secrets.env");
    assert_eq!(std::fs::metadata(&file).unwrap().mode() & 0o777, 0o600);
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    world.call("secrets list").ok().says("everybody can read").says("chmod o-r");
    world.call_with("secrets set B", SECRET).ok().says("everybody can read");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).unwrap();
    assert_eq!(world.call("secrets list").ok().stderr(), "");
}
