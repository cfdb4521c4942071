//! `pipekit import`: a shop's folder of sync scripts, read without running any of it.
//!
//! `sync/` is such a folder. What its scripts do is found out by running them, with bash, psql and the runner that is
//! built in as their jrunner; the modules that were read from them must do the same to the same tables.

mod declined;
mod proposals;
mod same;
mod secrets;

use super::support::{World, project};
use std::path::{Path, PathBuf};

/// Where the scripts of the folder say that they are.
const BASE: &str = "/opt/sync";

/// The `.env` of the folder: where its databases are.
pub struct Env<'e> {
    erp: &'e str,
    dw: &'e str,
    host: &'e str,
    port: &'e str,
    user: &'e str,
    password: &'e str,
}

/// Databases that are nowhere.
pub const NOWHERE: Env<'static> =
    Env { erp: "erp", dw: "dw", host: "pg.example.com", port: "5433", user: "sync", password: "pg-s3cret $x\"y" };

impl Env<'_> {
    fn text(&self) -> String {
        let Env { erp, dw, host, port, user, password } = self;
        let quoted = password.replace('\'', "'\\''");
        format!(
            "# where everything is\nERP_URL=jdbc:postgresql://{host}:{port}/{erp}\nERP_USER={user}\nERP_PW='{quoted}'\n\n\
             DW_HOST={host}\nDW_PORT=\"{port}\"\nDW_DB={dw}\nDW_USER={user}\nDW_PW='{quoted}'\n\
             export DW_URL=\"jdbc:postgresql://${{DW_HOST}}:$DW_PORT/$DW_DB\"\nexport PGPASSWORD=\"$DW_PW\"\n\
             PSQL=\"psql -X -q -h $DW_HOST -p $DW_PORT -U $DW_USER -d $DW_DB\"\n"
        )
    }
}

/// Copies the folder into a world, with that `.env`; where it is to be run, with the paths that it then has.
pub fn put(world: &World, name: &str, env: &Env<'_>, to_run: bool) -> PathBuf {
    let to = world.path(name);
    copy(&project().join("tests/import/sync"), &to, to_run.then(|| to.to_str().unwrap().to_owned()).as_deref());
    std::fs::write(to.join(".env"), env.text()).unwrap();
    to
}

/// Makes a folder `jars` with what is called like the JDBC drivers of IBM and Microsoft.
pub fn jars(world: &World) {
    std::fs::create_dir(world.path("jars")).unwrap();
    world.file("jars/jt400.jar", "");
    world.file("jars/mssql-jdbc-12.4.2.jre11.jar", "");
}

fn copy(from: &Path, to: &Path, base: Option<&str>) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target, base);
            continue;
        }
        std::fs::copy(&path, &target).unwrap();
        if let Some(base) = base {
            let text = std::fs::read_to_string(&path).unwrap();
            std::fs::write(&target, text.replace(BASE, base)).unwrap();
        }
    }
}

/// The modules that are to come over, and those that are not.
pub const COME: [&str; 28] = [
    "bom",
    "code",
    "cur",
    "cust",
    "dept",
    "disc",
    "event",
    "ffsbglr1",
    "gl",
    "gl_open",
    "inv",
    "item",
    "live_quotes",
    "name",
    "ordh",
    "ordl",
    "pickh",
    "pickl",
    "price",
    "qcrh",
    "quote_out",
    "rate",
    "ship",
    "slsp",
    "stat",
    "terms",
    "vend",
    "whse",
];
