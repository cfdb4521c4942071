//! A jrunner over real JDBC drivers, installed in a test's world, and the JDBC databases that it speaks to.
//!
//! The program is compiled once from `tests/jrunner`; a world has its own installation, so that it can have manners of
//! its own. H2 and Derby are servers in one JVM of the test program's, which also runs the tests' own SQL on them.

use super::World;
use std::hash::{Hash, Hasher};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, OnceLock};

/// Where Debian keeps the drivers.
const JARS: &str = "/usr/share/java";
/// Those on the class path, and the kinds and URLs that go with them.
const DRIVERS: [&str; 10] = [
    "h2.jar",
    "derby.jar",
    "derbyclient.jar",
    "derbynet.jar",
    "mariadb-java-client.jar",
    "postgresql.jar",
    "sqlite-jdbc.jar",
    "jtds.jar",
    "jt400.jar",
    "slf4j-api.jar",
];

/// The compiled program: in Cargo's own temporary folder, by what it was made from.
fn jar() -> &'static Path {
    static JAR: OnceLock<PathBuf> = OnceLock::new();
    JAR.get_or_init(|| {
        let names = ["Main", "Batch", "Values", "Literals", "Helper", "Archive"];
        let sources = names.map(|name| super::project().join(format!("tests/jrunner/{name}.java")));
        let mut hash = std::hash::DefaultHasher::new();
        sources.iter().for_each(|source| std::fs::read(source).unwrap().hash(&mut hash));
        let place = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let jar = place.join(format!("jrunner-{:x}.jar", hash.finish()));
        if jar.exists() {
            return jar;
        }
        let folder = tempfile::tempdir_in(place).unwrap();
        let classes = folder.path().join("classes");
        let path = ["h2.jar", "derbynet.jar", "derby.jar"].map(|jar| format!("{JARS}/{jar}")).join(":");
        let mut javac = Command::new("javac");
        run(javac.args(["-nowarn", "-classpath", &path, "-d"]).arg(&classes).args(&sources));
        let made = folder.path().join("jrunner.jar");
        run(Command::new("jar").args(["--create", "--file"]).arg(&made).arg("-C").arg(&classes).arg("."));
        // Another test program may do the same: whoever is last has made the same.
        std::fs::rename(made, &jar).unwrap();
        jar
    })
}

/// What is on the class path, as the JVM takes it.
fn joined() -> String {
    class_path().map(|jar| jar.to_str().unwrap().to_owned()).collect::<Vec<_>>().join(":")
}

/// What is on the class path: the program, and the drivers that there are.
fn class_path() -> impl Iterator<Item = PathBuf> {
    let drivers = DRIVERS.iter().map(|driver| Path::new(JARS).join(driver));
    std::iter::once(jar().to_owned()).chain(drivers.filter(|driver| driver.exists()))
}

/// The classes of all that is on the class path, as the JVM keeps them for others to begin with: hundreds are started.
fn archive() -> &'static Path {
    static ARCHIVE: OnceLock<PathBuf> = OnceLock::new();
    ARCHIVE.get_or_init(|| {
        let archive = jar().with_extension("jsa");
        if archive.exists() {
            return archive;
        }
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let made = folder.path().join("jrunner.jsa");
        let keep = format!("-XX:ArchiveClassesAtExit={}", made.display());
        let options = ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx256m", "-Xlog:disable", &keep];
        run(Command::new("java").args(options).args(["-classpath", &joined(), "Archive"]));
        std::fs::rename(made, &archive).unwrap();
        archive
    })
}

fn run(command: &mut Command) {
    let output = command.output().unwrap_or_else(|e| panic!("{command:?}: {e}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// A jrunner in a world.
pub struct Jdbc {
    home: PathBuf,
}

impl Jdbc {
    /// Installs one with these manners, tells pipekit where it is, and adds its drivers: `h2`, `derby`,
    /// `mariadb_jdbc`, `postgresql_jdbc`, `sqlite_jdbc`.
    pub fn install(world: &World, manners: &[&str]) -> Jdbc {
        let jdbc = Jdbc::put(world, manners);
        world.args(&["settings", "set", "jrunner_path", jdbc.program().to_str().unwrap()]).ok();
        for (name, kind, jar) in [
            ("h2", "h2", "h2"),
            ("derby", "derby", "derbyclient"),
            ("mariadb_jdbc", "mysql", "mariadb-java-client"),
            ("postgresql_jdbc", "postgresql", "postgresql"),
            ("sqlite_jdbc", "sqlite", "sqlite-jdbc"),
        ] {
            jdbc.driver(world, name, kind, jar);
        }
        jdbc
    }

    /// Puts one with these manners into a world, and tells pipekit nothing of it.
    pub fn put(world: &World, manners: &[&str]) -> Jdbc {
        let jdbc = Jdbc { home: world.path("jrunner") };
        for folder in ["bin", "lib"] {
            std::fs::create_dir_all(jdbc.home.join(folder)).unwrap();
        }
        let link =
            |from: &Path, name: &str| std::os::unix::fs::symlink(from, jdbc.home.join("lib").join(name)).unwrap();
        link(jar(), "jrunner.jar");
        let mut path = "$APP_HOME/lib/jrunner.jar".to_owned();
        for driver in class_path().skip(1) {
            let name = driver.file_name().unwrap().to_str().unwrap();
            link(&driver, name);
            path.push_str(&format!(":$APP_HOME/lib/{name}"));
        }
        let options = format!(r#""-Xmx64m" "-XX:SharedArchiveFile={}" "-Xlog:disable""#, archive().display());
        let script = include_str!("../jrunner/start.sh").replace("@CLASSPATH@", &path);
        let script = script.replace(r#""-Xmx64m""#, &options);
        let program = jdbc.program();
        // By another process: a file that this one has open for writing can't be run while a test beside it forks.
        let text = jdbc.home.join("script");
        std::fs::write(&text, script).unwrap();
        run(Command::new("install").args(["-m", "755"]).args([&text, &program]));
        jdbc.has(manners);
        jdbc
    }

    /// The folder that it is in.
    pub fn home(&self) -> &Path {
        &self.home
    }

    /// The start script.
    pub fn program(&self) -> PathBuf {
        self.home.join("bin/jrunner")
    }

    /// Adds a driver of this kind whose jar is another's: a stand-in for a database that can't be run here.
    pub fn driver(&self, world: &World, name: &str, kind: &str, jar: &str) {
        let jar = format!("{}/lib/{jar}.jar", self.home.display());
        world.args(&["driver", "add", name, "--kind", kind, "--jar", &jar]).ok();
    }

    /// From now on it has these manners, which it is not told by pipekit: what pipekit has found out may be wrong then.
    pub fn has(&self, manners: &[&str]) {
        std::fs::write(self.home.join("manners"), manners.join("\n")).unwrap();
    }

    /// It is another version from now on, with these manners: what pipekit has found out is of no use any more.
    pub fn becomes(&self, manners: &[&str]) {
        self.has(manners);
        let program = std::fs::File::open(self.program()).unwrap();
        let changed = program.metadata().unwrap().modified().unwrap() + std::time::Duration::from_secs(1);
        program.set_modified(changed).unwrap();
    }

    /// Whether it was started in this mode since it was last asked how it was.
    pub fn has_started(&self, mode: &str) -> bool {
        std::fs::read_to_string(self.home.join("starts")).unwrap_or_default().lines().any(|line| line.starts_with(mode))
    }

    /// How it was started since the last time this was asked: `query`, `transfer`.
    pub fn starts(&self) -> Vec<String> {
        let file = self.home.join("starts");
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        let _ = std::fs::remove_file(file);
        text.lines().map(|line| line.split(' ').next().unwrap_or_default().to_owned()).collect()
    }
}

/// The JVM with the servers.
struct Helper {
    _child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    h2: u16,
    derby: u16,
}

fn helper() -> &'static Mutex<Helper> {
    static HELPER: OnceLock<Mutex<Helper>> = OnceLock::new();
    HELPER.get_or_init(|| {
        // It ends with its input, and so with us.
        let mut child = Command::new("java")
            .args(["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx256m", "-classpath", &joined(), "Helper"])
            .arg(env!("CARGO_TARGET_TMPDIR"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (input, output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let mut output = BufReader::new(output);
        let mut ready = String::new();
        output.read_line(&mut ready).unwrap();
        let ports: Vec<u16> = ready.split_whitespace().map(|port| port.parse().unwrap()).collect();
        Mutex::new(Helper { _child: child, input, output, h2: ports[0], derby: ports[1] })
    })
}

/// A database that is reached by JDBC.
#[derive(Clone)]
pub struct JdbcDatabase {
    driver: String,
    url: String,
    user: String,
    password: String,
}

impl JdbcDatabase {
    /// A new one of H2, with these options of its URL, such as `;MODE=DB2`.
    pub fn h2(options: &str) -> JdbcDatabase {
        let port = helper().lock().unwrap().h2;
        let url = format!("jdbc:h2:tcp://127.0.0.1:{port}/mem:{};DB_CLOSE_DELAY=-1{options}", next());
        JdbcDatabase { driver: "h2".to_owned(), url, user: "sa".to_owned(), password: "H2-s3cret".to_owned() }
    }

    /// A new one of Derby.
    pub fn derby() -> JdbcDatabase {
        let port = helper().lock().unwrap().derby;
        let url = format!("jdbc:derby://127.0.0.1:{port}/memory:{};create=true", next());
        JdbcDatabase { driver: "derby".to_owned(), url, user: "app".to_owned(), password: "Derby-s3cret".to_owned() }
    }

    /// Any other, by the name of its driver in pipekit.
    pub fn of(driver: &str, url: &str, user: &str, password: &str) -> JdbcDatabase {
        JdbcDatabase {
            driver: driver.to_owned(),
            url: url.to_owned(),
            user: user.to_owned(),
            password: password.to_owned(),
        }
    }

    /// The same, as pipekit is to see it: by the name of another driver.
    pub fn taken_for(&self, driver: &str) -> JdbcDatabase {
        JdbcDatabase { driver: driver.to_owned(), ..self.clone() }
    }

    /// Makes it the connection `name` of a world, with its password as a secret.
    pub fn connect(&self, world: &World, name: &str) {
        let key = format!("{}_PASSWORD", name.to_uppercase());
        world.call_with(&format!("secrets set {key}"), &self.password).ok();
        let reference = format!("${key}");
        let add = ["connection", "add", name, "--driver", &self.driver, "--url", &self.url, "--user", &self.user];
        world.args(&[&add[..], &["--password", &reference]].concat()).ok();
    }

    /// Its URL.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Its password.
    pub fn password(&self) -> &str {
        &self.password
    }

    /// Runs SQL, and gives the last statement's rows, or the error.
    pub fn tries(&self, sql: &str) -> Result<Vec<String>, String> {
        Ok(self.ask(sql, "")?.lines().map(str::to_owned).collect())
    }

    /// Runs SQL by one call of the driver, as a runner does, and gives its rows, or the error.
    pub fn call(&self, sql: &str) -> Result<Vec<Vec<Option<String>>>, String> {
        let text = self.ask(sql, " 77")?;
        let field = |text: &str| (text != "\0").then(|| text.to_owned());
        let row = |text: &str| text.split_terminator('\u{1f}').map(field).collect();
        Ok(text.split_terminator('\u{1e}').map(row).collect())
    }

    fn ask(&self, sql: &str, how: &str) -> Result<String, String> {
        let mut helper = helper().lock().unwrap();
        let parts = [&*self.url, &self.user, &self.password, sql].map(hex);
        writeln!(helper.input, "{}{how}", parts.join(" ")).unwrap();
        let mut line = String::new();
        helper.output.read_line(&mut line).unwrap();
        let (word, text) = line.trim_end_matches('\n').split_once(' ').expect("the helper has gone");
        let text = unhex(text);
        if word == "ok" { Ok(text) } else { Err(text) }
    }

    /// Runs SQL, and gives the last statement's rows.
    #[track_caller]
    pub fn rows(&self, sql: &str) -> Vec<String> {
        self.tries(sql).unwrap_or_else(|e| panic!("{sql}: {e}"))
    }
}

fn next() -> String {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("test{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> String {
    let bytes = (0..text.len()).step_by(2).map(|i| u8::from_str_radix(&text[i..i + 2], 16).unwrap()).collect();
    String::from_utf8(bytes).unwrap()
}
