//! The examples of README.md and of every page in docs/ are run, so that they stay true.
//!
//! - A block marked `sh` is run with bash, stopping at the first command that fails, with `pipekit` on PATH. The blocks
//!   under one `##` heading are typed into one shell, in their order; each heading begins in a folder of its own, with no
//!   database of pipekit's.
//! - `sh postgresql`, `sh mariadb` and `sh h2` (or several of these words) need servers, which the heading gets for
//!   itself: what the page calls `localhost:5432`, `localhost:3306` and `jdbc:h2:tcp://localhost/~/crm` is there,
//!   `/opt/jrunner` has a jrunner, and `sudo -u postgres psql` and `sudo mariadb` are the servers' administrators.
//! - Blocks marked `console` or `text`, or not at all, are only read, but the commands of pipekit in them are given to it
//!   with `--help` behind them, so that each is one that it has. What a block prints is compared with a block marked
//!   `console` right behind it where that begins with `# prints:`; times may differ, and the blanks that align a table.

use super::support::cluster::{Cluster, MariaCluster};
use super::support::jdbc::{Jdbc, JdbcDatabase};
use super::support::markdown::{Block, Page, blocks, pages};
use super::support::{World, project};
use std::net::TcpListener;
use std::process::{Command, Stdio};

/// The words behind `sh`, each a server.
const SERVERS: [&str; 3] = ["postgresql", "mariadb", "h2"];

/// Where the blocks of one heading are run.
struct Place {
    world: World,
    env: Vec<(String, String)>,
    /// What a page calls it, and what it is here.
    names: Vec<(String, String)>,
    _servers: (Option<Cluster>, Option<MariaCluster>),
}

impl Place {
    /// A place with these servers.
    fn with(needs: &[&str]) -> Place {
        let world = World::bare();
        let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let (mut env, mut names) = (Vec::new(), vec![("127.0.0.1:8321".to_owned(), free.to_string())]);
        let postgresql = needs.contains(&"postgresql").then(Cluster::start);
        if let Some(server) = &postgresql {
            let port = server.port();
            names.push(("localhost:5432".to_owned(), format!("127.0.0.1:{port}")));
            let login = [("HOST", "127.0.0.1"), ("PORT", port), ("USER", "postgres"), ("PASSWORD", server.password())];
            env.extend(login.map(|(name, value)| (format!("PG{name}"), value.to_owned())));
        }
        let mariadb = needs.contains(&"mariadb").then(MariaCluster::start);
        if let Some(server) = &mariadb {
            let (port, password) = (server.port(), server.password());
            names.push(("localhost:3306".to_owned(), format!("127.0.0.1:{port}")));
            let login = format!("[client]\nhost=127.0.0.1\nport={port}\nuser=admin\npassword={password}\n");
            world.file(".my.cnf", &login);
        }
        if needs.contains(&"h2") {
            let jrunner = Jdbc::put(&world, &[]);
            names.push(("/opt/jrunner".to_owned(), jrunner.home().display().to_string()));
            names.push(("jdbc:h2:tcp://localhost/~/crm".to_owned(), JdbcDatabase::h2("").url().to_owned()));
        }
        // The servers' administrators have a password here, and no user of their own.
        std::fs::create_dir(world.path("sudo")).unwrap();
        let sudo = world.path("sudo/sudo");
        let text = world.file("sudo/text", "#!/bin/sh\n[ \"$1\" = -u ] && shift 2\nexec \"$@\"\n");
        assert!(Command::new("install").args(["-m", "755", &text]).arg(sudo).status().unwrap().success());
        Place { world, env, names, _servers: (postgresql, mariadb) }
    }

    /// Runs blocks in one shell, as somebody types them, and gives what each printed.
    fn run(&self, page: &Page, blocks: &[&Block]) -> Vec<String> {
        let mut script = String::new();
        for (i, block) in blocks.iter().enumerate() {
            let (out, err) = (self.world.path(&format!("out.{i}")), self.world.path(&format!("err.{i}")));
            script += &format!("{{\n{}}} >{} 2>{}\n", block.text, out.display(), err.display());
        }
        for (there, here) in &self.names {
            script = script.replace(there, here);
        }
        let program = std::path::Path::new(env!("CARGO_BIN_EXE_pipekit")).parent().unwrap();
        let path = std::env::var("PATH").unwrap_or_default();
        let path = format!("{}:{}:{path}", program.display(), self.world.path("sudo").display());
        let status = Command::new("bash")
            .args(["-euo", "pipefail", "-c", &script])
            .env_clear()
            .env("PATH", path)
            .env("HOME", self.world.path(""))
            .env("TMPDIR", self.world.path(""))
            .env("TZ", "UTC")
            .env("PIPEKIT_DB", self.world.path("pipekit.db"))
            .env("PIPEKIT_SECRETS", self.world.path("secrets.env"))
            .envs(self.env.iter().map(|(name, value)| (name, value)))
            .current_dir(self.world.path(""))
            .stdin(Stdio::null())
            .status()
            .unwrap();
        let said = |what: &str, i: usize| std::fs::read_to_string(self.world.path(&format!("{what}.{i}")));
        let printed: Vec<String> = (0..blocks.len()).map_while(|i| said("out", i).ok()).collect();
        if !status.success() {
            let last = printed.len().saturating_sub(1);
            let Block { heading, line, text, .. } = blocks[last];
            let (out, err) = (&printed[last], said("err", last).unwrap());
            panic!("{}, line {line}, under {heading:?}: {status}\n{text}\n{out}{err}", page.name);
        }
        let as_read =
            |text: &String| self.names.iter().fold(text.clone(), |text, (there, here)| text.replace(here, there));
        printed.iter().map(as_read).collect()
    }
}

/// What is printed, without what is another at each run.
pub fn masked(text: &str) -> String {
    let mask = |text: &str, pattern: &str, by: &str| {
        regex_lite::Regex::new(pattern).unwrap().replace_all(text, by).into_owned()
    };
    // A point in time is an age in a terminal.
    let text = mask(text, r"\b[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}\b", "0s ago");
    let text = mask(&text, r"\b[0-9.]+ ?(ms|s|m)\b", "TIME");
    mask(&text, r" +", " ")
}

/// The blocks of a page by their headings, with the servers that these need.
fn sections(blocks: &[Block]) -> Vec<(Vec<&str>, &[Block])> {
    let needs = |section: &[Block]| {
        let words = |server: &str| section.iter().any(|b| b.language == "sh" && b.words.iter().any(|w| w == server));
        SERVERS.into_iter().filter(|server| words(server)).collect()
    };
    blocks.chunk_by(|one, next| one.heading == next.heading).map(|section| (needs(section), section)).collect()
}

/// Runs the headings of all pages that need servers, or those that need none, and says how many blocks were run.
fn run_all(with_servers: bool) -> usize {
    let pages = pages();
    let run_page = |page: &Page| {
        let (blocks, mut count) = (blocks(&page.text), 0);
        for (needs, section) in sections(&blocks) {
            if needs.is_empty() == with_servers || section.iter().all(|b| b.language != "sh") {
                continue;
            }
            let examples: Vec<&Block> = section.iter().filter(|b| b.language == "sh").collect();
            let printed = Place::with(&needs).run(page, &examples);
            count += printed.len();
            for (example, printed) in examples.into_iter().zip(printed) {
                let behind = section.iter().skip_while(|b| b.line <= example.line).take(1);
                let prints =
                    behind.filter(|b| b.language == "console").find_map(|b| b.text.strip_prefix("# prints:\n"));
                if let Some(expected) = prints {
                    assert_eq!(masked(&printed), masked(expected), "{}, line {}", page.name, example.line);
                }
            }
        }
        count
    };
    std::thread::scope(|scope| {
        let runs: Vec<_> = pages.iter().map(|page| scope.spawn(|| run_page(page))).collect();
        runs.into_iter().map(|run| run.join().expect("what is wrong is above")).sum()
    })
}

#[test]
fn every_example_that_needs_no_server_runs() {
    assert!(run_all(false) > 10);
}

#[test]
#[ignore = "needs PostgreSQL, MariaDB and H2: tests/run.sh"]
fn every_example_that_needs_a_server_runs() {
    assert!(run_all(true) > 0);
}

#[test]
fn every_block_is_of_a_kind_that_is_known() {
    for page in pages() {
        for block in blocks(&page.text) {
            let at = format!("{}, line {}", page.name, block.line);
            let kinds = ["sh", "console", "text", "sql", "toml", "json", "ini", ""];
            assert!(kinds.contains(&&*block.language), "{at}: {:?} is none of {kinds:?}", block.language);
            let servers: &[&str] = if block.language == "sh" { &SERVERS } else { &[] };
            let word = block.words.iter().find(|word| !servers.contains(&word.as_str()));
            assert_eq!(word, None, "{at}: what is behind `sh` is one of {SERVERS:?}");
        }
    }
}

/// The commands of pipekit in a line, without what they are piped into and written to, and without a comment.
fn commands(line: &str) -> Vec<String> {
    let line = line.strip_prefix("$ ").unwrap_or(line);
    let (mut pieces, mut quote, mut before) = (vec![String::new()], None, ' ');
    for c in line.chars() {
        match quote {
            Some(q) if c == q => quote = None,
            None if c == '\'' || c == '"' => quote = Some(c),
            None if c == '#' && before == ' ' => break,
            None if "|&;<>".contains(c) => {
                pieces.push(String::new());
                continue;
            }
            _ => {}
        }
        pieces.last_mut().unwrap().push(c);
        before = c;
    }
    let ours = |piece: &String| {
        let piece = piece.trim();
        let piece = piece.strip_prefix("sudo ").unwrap_or(piece).trim_start_matches("-u pipekit ");
        piece.strip_prefix("pipekit ").map(str::to_owned)
    };
    pieces.iter().filter_map(ours).collect()
}

#[test]
fn every_command_that_is_only_read_is_one_that_there_is() {
    let world = World::bare();
    let mut count = 0;
    for page in pages() {
        for block in blocks(&page.text).iter().filter(|b| ["console", "text", ""].contains(&&*b.language)) {
            let typed = |line: &&str| block.language != "console" || line.starts_with("$ ");
            for command in block.text.replace("\\\n", "").lines().filter(typed).flat_map(commands) {
                let call = world.call(&format!("{command} --help"));
                let at = format!("{}, line {}: pipekit {command}", page.name, block.line);
                assert!(call.output.status.success(), "{at}\n{}", call.stderr());
                count += 1;
            }
        }
    }
    assert!(count > 0);
}

#[test]
fn commands_are_found_in_a_line() {
    let found = commands("$ pipekit a 'b | c' | sudo -u pipekit pipekit d - >e && pipekit #f");
    assert_eq!(found, ["a 'b | c'", "d -"]);
    assert!(commands("$ sqlite3 pipekit.db").is_empty() && commands("pipekit: an error").is_empty());
}

#[test]
fn the_readme_leads_to_every_page() {
    let pages = pages();
    let (readme, docs) = (&pages[0].text, pages.iter().filter(|page| page.name.starts_with("docs/")));
    let alone: Vec<_> = docs.map(|page| &page.name).filter(|name| !readme.contains(&format!("({name})"))).collect();
    assert!(alone.is_empty(), "README.md has no link to {alone:?}");
    assert!(project().join(&pages[0].name).exists());
}
