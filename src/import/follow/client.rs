//! The programs that reach databases: jrunner, psql, sqlcmd, mysql, sqlite3. What they are told, by their flags.

use super::{Came, Follower};
use crate::import::address::{Address, Password, Place};
use crate::import::event::{Query, Transfer, What};
use crate::import::value::{Lookup, Piece, Value};
use crate::sql::lexer;
use std::rc::Rc;

/// What a client is told to run, and how its result comes out.
struct Told {
    place: Place,
    /// The statements, and their file where they are in one.
    sql: Vec<(Value, Option<String>)>,
    /// Why a result can't be taken as one value, or what is lost of it.
    result: Result<Option<&'static str>, &'static str>,
}

impl Follower<'_> {
    /// What a client of a database does; `None` where the program is none.
    pub(super) fn client(&mut self, program: &str, args: &[Value], input: Value) -> Option<Came> {
        let told = match program {
            "jrunner" => match self.jrunner(args) {
                Ok(told) => told,
                Err(came) => return Some(came),
            },
            "psql" => self.psql(args, input),
            "sqlcmd" => self.sqlcmd(args),
            "mysql" | "mariadb" => self.mysql(args, input),
            "sqlite3" => self.sqlite(args, input),
            _ => return None,
        };
        Some(self.told(told))
    }

    fn told(&mut self, told: Told) -> Came {
        if told.sql.is_empty() {
            return Came { status: super::Status::Well, out: Value::unknown("it is printed by a client without SQL") };
        }
        if let Password::Known(password, _) = &told.place.password {
            self.secrets.insert(password.clone());
        }
        let mut out = Value::default();
        for (sql, file) in told.sql {
            let query = sql.known().filter(|sql| self.captured && is_query(sql));
            let Some(query) = query else {
                self.event(What::Execute { place: Box::new(told.place.clone()), sql, file });
                out = Value::unknown("it is printed by a client of a database");
                continue;
            };
            let remark = match told.result {
                Ok(remark) => remark,
                Err(why) => {
                    out.extend(&Value::unknown(why));
                    continue;
                }
            };
            let sql = crate::import::sql::clean(lexer::without_tail(&query)).trim().to_owned();
            let query = Query { place: told.place.clone(), sql, site: self.site.clone(), remark };
            out.push(Piece::Lookup(Lookup { query: Rc::new(query), default: None, name: None }));
        }
        Came { status: super::Status::Well, out }
    }

    /// What a file that is named holds, and its name.
    fn sql_of(&mut self, path: &Value) -> (Value, Option<String>) {
        let name = path.known().map(|path| self.find(&path)).filter(|path| self.tree.is_file(path));
        (self.file(path), name.map(|path| self.tree.name(&path)))
    }

    /// jrunner: a transfer, or what it is told as a client.
    fn jrunner(&mut self, args: &[Value]) -> Result<Told, Came> {
        let mut given: Vec<(String, Value)> = Vec::new();
        let (mut flags, mut at) = (Vec::new(), 0);
        while let Some(arg) = args.get(at) {
            let flag = arg.known().unwrap_or_default();
            let next = args.get(at + 1);
            match flag.trim_start_matches('-') {
                name @ ("scu" | "scn" | "scp" | "dcu" | "dcn" | "dcp" | "sq" | "dt") if flag.starts_with('-') => {
                    given.push((name.to_owned(), next.cloned().unwrap_or_default()));
                    at += 1;
                }
                _ if flag.starts_with('-') => {
                    flags.push(flag);
                    at += usize::from(next.is_some_and(|next| !next.known().is_some_and(|next| next.starts_with('-'))));
                }
                _ => {}
            }
            at += 1;
        }
        let get = |name: &str| given.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value);
        for name in ["scp", "dcp"] {
            self.secrets.extend(get(name).and_then(Value::known).filter(|text| !text.is_empty()));
        }
        let Some(url) = get("scu") else {
            self.unread("jrunner is called without -scu");
            return Err(Came::well());
        };
        let source = Place::of_jdbc(url, get("scn"), get("scp"));
        let (sql, file) = match get("sq").cloned() {
            Some(path) => self.sql_of(&path),
            None => (Value::unknown("jrunner is called without -sq"), None),
        };
        let Some((url, table)) = get("dcu").zip(get("dt")) else {
            // The header of CSV is there in some versions, so a lookup takes the last line.
            return Ok(Told { place: source, sql: vec![(sql, file)], result: Ok(None) });
        };
        let dest = Place::of_jdbc(url, get("dcn"), get("dcp"));
        let table = table.clone();
        for place in [&source, &dest] {
            if let Password::Known(password, _) = &place.password {
                self.secrets.insert(password.clone());
            }
        }
        self.event(What::Transfer(Box::new(Transfer { source, dest, sql, file, table, flags })));
        Err(Came { status: super::Status::Well, out: Value::unknown("it is printed by jrunner") })
    }

    /// psql(1): `-c`, `-f` and standard input, in their order.
    fn psql(&mut self, args: &[Value], input: Value) -> Told {
        let args = apart(args, "hpUdcfvtAqXxzFRoLPwW1bEeanls");
        let (mut sql, mut names) = (Vec::new(), Vec::new());
        let (mut host, mut port, mut user, mut database) = (None, None, None, None);
        let (mut tuples, mut aligned, mut variables) = (false, true, false);
        let mut at = 0;
        while let Some(arg) = args.get(at) {
            let text = arg.known().unwrap_or_default();
            let (option, attached) = match text.strip_prefix("--").and_then(|long| long.split_once('=')) {
                Some((long, _)) => (format!("--{long}"), Some(without_start(arg, long.len() + 3))),
                None => (text.clone(), None),
            };
            let is_value = matches!(
                &*option,
                "-h" | "--host"
                    | "-p"
                    | "--port"
                    | "-U"
                    | "--username"
                    | "-d"
                    | "--dbname"
                    | "-c"
                    | "--command"
                    | "-f"
                    | "--file"
                    | "-v"
                    | "--set"
                    | "--variable"
                    | "-F"
                    | "-R"
                    | "-o"
                    | "-L"
                    | "-P"
                    | "-T"
            );
            let value = match (attached, is_value) {
                (Some(value), _) => value,
                (None, true) => {
                    at += 1;
                    args.get(at).cloned().unwrap_or_default()
                }
                _ => Value::default(),
            };
            match &*option {
                "-h" | "--host" => host = Some(value),
                "-p" | "--port" => port = Some(value),
                "-U" | "--username" => user = Some(value),
                "-d" | "--dbname" => database = Some(value),
                "-c" | "--command" => sql.push((value, None)),
                "-f" | "--file" if value.known().as_deref() == Some("-") => sql.push((input.clone(), None)),
                "-f" | "--file" => sql.push(self.sql_of(&value)),
                "-t" | "--tuples-only" => tuples = true,
                "-A" | "--no-align" => aligned = false,
                "-v" | "--set" | "--variable" => {
                    variables |=
                        !value.known().is_some_and(|v| v.starts_with("ON_ERROR") || v.starts_with("VERBOSITY"));
                }
                option if option.starts_with('-') && option.len() > 1 && arg.known().is_some() => {}
                _ => names.push(arg.clone()),
            }
            at += 1;
        }
        // Two names without options are the database and the user.
        let mut names = names.into_iter();
        if database.is_none() {
            database = names.next();
        }
        if user.is_none() {
            user = names.next();
        }
        if sql.is_empty() && !input.pieces.is_empty() {
            sql.push((input, None));
        }
        if variables {
            let has_variable = |sql: &Value| sql.known().is_none_or(|text| has_psql_variable(&text));
            for (sql, _) in sql.iter_mut().filter(|(sql, _)| has_variable(sql)) {
                *sql = Value::unknown("psql puts variables of `-v` into it");
            }
        }
        let place = self.postgresql(host, port, user, database);
        let result = match (tuples, aligned) {
            (false, _) => Err("psql prints it with a header: `-t` is missing"),
            (true, true) => Ok(Some("psql prints a blank before it, which is left out here")),
            (true, false) => Ok(None),
        };
        Told { place, sql, result }
    }

    /// Where psql connects to: what it is told, and the variables that libpq reads.
    fn postgresql(
        &self,
        host: Option<Value>,
        port: Option<Value>,
        user: Option<Value>,
        database: Option<Value>,
    ) -> Place {
        let libpq = |name: &str, told: Option<Value>| told.or_else(|| self.held(name));
        let password = self.held("PGPASSWORD").as_ref().map_or(Password::None, Password::of);
        let known = |value: Option<Value>| value.and_then(|value| value.known()).filter(|text| !text.is_empty());
        let text = database.as_ref().and_then(Value::known).unwrap_or_default();
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return uri(&text, password);
        }
        if text.contains('=') {
            let get = |name: &str| {
                let pair = text.split_whitespace().filter_map(|pair| pair.split_once('='));
                pair.into_iter().find(|(key, _)| *key == name).map(|(_, value)| value.trim_matches('\''))
            };
            let address = Address::at("postgresql", get("host"), get("port"), get("dbname"));
            let password = get("password").map_or(password, |p| Password::Known(p.to_owned(), None));
            return Place::of_client(address, get("user").map(str::to_owned), password);
        }
        let (host, port) = (known(libpq("PGHOST", host)), known(libpq("PGPORT", port)));
        let host = host.filter(|host| !host.starts_with('/'));
        let (user, database) = (known(libpq("PGUSER", user)), known(libpq("PGDATABASE", database)));
        let address = Address::at("postgresql", host.as_deref(), port.as_deref(), database.as_deref());
        Place::of_client(address, user, password)
    }

    fn sqlcmd(&mut self, args: &[Value]) -> Told {
        let args = apart(args, "SUPdiQqhWbsEIvr");
        let mut sql = Vec::new();
        let (mut server, mut user, mut password, mut database) = (None, None, Password::None, None);
        let mut at = 0;
        while let Some(arg) = args.get(at) {
            let value = args.get(at + 1).cloned().unwrap_or_default();
            match arg.known().as_deref() {
                Some("-S") => server = value.known(),
                Some("-U") => user = value.known(),
                Some("-P") => password = Password::of(&value),
                Some("-d") => database = value.known(),
                Some("-i") => sql.push(self.sql_of(&value)),
                Some("-Q" | "-q") => sql.push((value, None)),
                _ => at = at.wrapping_sub(1),
            }
            at = at.wrapping_add(2);
        }
        let (host, port) = match &server {
            Some(server) => server
                .trim_start_matches("tcp:")
                .split_once(',')
                .map_or((Some(&**server), None), |(h, p)| (Some(h), Some(p))),
            None => (None, None),
        };
        let address = Address::at("sqlserver", host, port, database.as_deref());
        Told { place: Place::of_client(address, user, password), sql, result: Err("sqlcmd prints it with a header") }
    }

    fn mysql(&mut self, args: &[Value], input: Value) -> Told {
        let (mut sql, mut words, mut silent) = (Vec::new(), Vec::new(), 0);
        let (mut host, mut port, mut user, mut database) = (None, None, None, None);
        let mut password = self.held("MYSQL_PWD").as_ref().map_or(Password::None, Password::of);
        let mut args = args.iter().peekable();
        while let Some(arg) = args.next() {
            let text = arg.known().unwrap_or_default();
            let long = text.strip_prefix("--").and_then(|long| long.split_once('='));
            let mut value = |short: &str| match long {
                Some((name, _)) => without_start(arg, name.len() + 3),
                None if text.len() > short.len() => without_start(arg, short.len()),
                None => args.next().cloned().unwrap_or_default(),
            };
            match text.as_str() {
                t if t.starts_with("-h") || t.starts_with("--host") => host = value("-h").known(),
                t if t.starts_with("-P") || t.starts_with("--port") => port = value("-P").known(),
                t if t.starts_with("-u") || t.starts_with("--user") => user = value("-u").known(),
                t if t.starts_with("--password=") => password = Password::of(&value("-p")),
                t if t.starts_with("-p") && t.len() > 2 => password = Password::of(&value("-p")),
                t if t.starts_with("-D") || t.starts_with("--database") => database = value("-D").known(),
                t if t == "-e" || t.starts_with("--execute") => sql.push((value("-e"), None)),
                t if t.starts_with('-') && t.len() > 1 => {
                    silent += usize::from(t.contains('N') || t.contains("skip-column-names"))
                }
                _ => words.push(arg.clone()),
            }
        }
        let database = database.or_else(|| words.first().and_then(Value::known));
        if sql.is_empty() {
            sql.push((input, None));
        }
        let address = Address::at("mysql", host.as_deref(), port.as_deref(), database.as_deref());
        let result = if silent > 0 { Ok(None) } else { Err("mysql prints it with a header: `-N` is missing") };
        Told { place: Place::of_client(address, user, password), sql, result }
    }

    fn sqlite(&mut self, args: &[Value], input: Value) -> Told {
        let mut words = args.iter().filter(|a| !a.known().is_some_and(|a| a.starts_with('-')));
        let path = words.next().and_then(Value::known);
        let sql = words.next().cloned().unwrap_or(input);
        let address = Address { vendor: "sqlite".to_owned(), database: path.clone(), ..Address::default() };
        let url = path.map(|path| format!("jdbc:sqlite:{path}"));
        let unknown = url.is_none().then(|| "the file is not known".to_owned());
        let place = Place { url, address, unknown, ..Place::default() };
        Told { place, sql: vec![(sql, None)], result: Ok(None) }
    }
}

/// A login at PostgreSQL written as a URI.
fn uri(text: &str, password: Password) -> Place {
    let rest = text.split_once("//").map_or("", |(_, rest)| rest);
    let (login, place) = rest.rsplit_once('@').unwrap_or(("", rest));
    let (server, database) = place.split_once('/').unwrap_or((place, ""));
    let database = database.split('?').next().unwrap_or_default();
    let (host, port) = server.rsplit_once(':').map_or((server, None), |(host, port)| (host, Some(port)));
    let (user, secret) = login.split_once(':').map_or((login, None), |(user, secret)| (user, Some(secret)));
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let address = Address::at("postgresql", some(host).as_deref(), port, some(database).as_deref());
    let password = secret.map_or(password, |secret| Password::Known(secret.to_owned(), None));
    Place::of_client(address, some(user), password)
}

/// Short options that are written together, one by one: `-Atc` as `-A -t -c`, `-hdw` as `-h dw`.
fn apart(args: &[Value], letters: &str) -> Vec<Value> {
    const WITH_VALUE: &str = "hpUdcfvFRoLPTSiQqVCl";
    let mut out = Vec::new();
    let mut is_value = false;
    for arg in args {
        let text = match arg.pieces.first() {
            Some(Piece::Text(text, _)) => text.clone(),
            _ => String::new(),
        };
        let chars = text.strip_prefix('-').unwrap_or_default().char_indices();
        if is_value || !text.starts_with('-') || text.starts_with("--") || text.len() < 2 {
            is_value = false;
            out.push(arg.clone());
            continue;
        }
        for (i, c) in chars {
            if !letters.contains(c) {
                break;
            }
            out.push(Value::text(format!("-{c}")));
            let takes =
                WITH_VALUE.contains(c) && !(c == 'q' && letters.contains('t')) && !(c == 'l' && letters.contains('t'));
            if takes {
                let rest = without_start(arg, i + 2);
                if rest.pieces.is_empty() || rest.is_empty() {
                    is_value = true;
                } else {
                    out.push(rest);
                }
                break;
            }
        }
    }
    out
}

/// A value without its first `n` bytes, which are text.
fn without_start(value: &Value, n: usize) -> Value {
    let mut value = value.clone();
    if let Some(Piece::Text(text, _)) = value.pieces.first_mut() {
        *text = text.get(n..).unwrap_or_default().to_owned();
        if text.is_empty() {
            value.pieces.remove(0);
        }
    }
    value
}

/// Whether SQL is one statement that gives rows and changes nothing.
fn is_query(sql: &str) -> bool {
    let sql = crate::import::sql::without_psql(sql).0;
    let statements = lexer::statements(&sql);
    let [one] = &statements[..] else { return false };
    let words: Vec<String> = lexer::tokens(one)
        .iter()
        .filter(|t| t.kind == lexer::Kind::Word)
        .map(|t| one[t.span.clone()].to_uppercase())
        .collect();
    let changes = words.iter().any(|w| matches!(w.as_str(), "INSERT" | "UPDATE" | "DELETE" | "INTO" | "MERGE"));
    matches!(words.first().map(String::as_str), Some("SELECT" | "WITH" | "VALUES" | "TABLE" | "SHOW")) && !changes
}

/// Whether psql would put a variable in: `:name`, `:'name'`, outside quotes, and not `::type`.
fn has_psql_variable(sql: &str) -> bool {
    let tokens = lexer::tokens(sql);
    tokens.windows(3).any(|w| {
        let text = |i: usize| &sql[w[i].span.clone()];
        text(1) == ":" && text(0) != ":" && (w[2].kind != lexer::Kind::Space && w[2].kind != lexer::Kind::Symbol)
    })
}
