//! Where a database is, as the arguments of jrunner, psql and the like say it.

use super::value::{Piece, Value};

/// A login at a database.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Place {
    /// Its JDBC URL, without a login; `None` where it is not known.
    pub url: Option<String>,
    /// The variable that held the URL.
    pub variable: Option<String>,
    /// The parts of the URL, or what else says where it is.
    pub address: Address,
    /// The login.
    pub user: Option<String>,
    /// Its password.
    pub password: Password,
    /// Why it can't be known.
    pub unknown: Option<String>,
    /// Whether another client than jrunner was told it: its URL is then made up of what that says.
    pub by_client: bool,
}

/// A password, as far as it is known.
#[derive(Clone, Default, PartialEq)]
pub enum Password {
    /// None is given.
    #[default]
    None,
    /// It is known, and was in this variable.
    Known(String, Option<String>),
    /// It is in this variable, and not known.
    Named(String),
    /// It can't be known.
    Unknown,
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password")
    }
}

impl Password {
    /// The password that an argument is.
    pub fn of(value: &Value) -> Password {
        let variable = value.variable().map(str::to_owned);
        match (value.known(), variable) {
            (Some(text), _) if text.is_empty() => Password::None,
            (Some(text), variable) => Password::Known(text, variable),
            (None, Some(variable)) => Password::Named(variable),
            (None, None) => Password::Unknown,
        }
    }
}

/// Where a database is; what is not said may be anything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Address {
    /// Whose database it is: `postgresql`, `sqlserver`, `as400` …
    pub vendor: String,
    /// The server.
    pub host: Option<String>,
    /// Its port, where it is not the usual one.
    pub port: Option<String>,
    /// The database.
    pub database: Option<String>,
}

impl Address {
    /// The parts of a JDBC URL.
    pub fn of_url(url: &str) -> Address {
        let mut parts = url.splitn(3, ':').skip(1);
        let mut vendor = parts.next().unwrap_or_default().to_ascii_lowercase();
        let mut rest = parts.next().unwrap_or_default();
        if vendor == "jtds" {
            rest = rest.split_once(':').map_or(rest, |(_, rest)| rest);
            vendor = "sqlserver".to_owned();
        }
        let Some(rest) = rest.split_once("//").map(|(_, rest)| rest) else {
            return Address { vendor, host: None, port: None, database: Some(rest.to_owned()) };
        };
        let place = rest.split([';', '?']).next().unwrap_or_default();
        let (server, path) = place.split_once('/').unwrap_or((place, ""));
        let (host, port) = server.rsplit_once(':').unwrap_or((server, ""));
        let parameter = |name: &str| {
            let pair = rest.split([';', '?', '&']).filter_map(|pair| pair.split_once('='));
            pair.into_iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
        };
        let database = parameter("databaseName").or(parameter("database")).or((!path.is_empty()).then_some(path));
        Address::at(&vendor, some(host), some(port), database)
    }

    /// An address of its parts.
    pub fn at(vendor: &str, host: Option<&str>, port: Option<&str>, database: Option<&str>) -> Address {
        let usual = match vendor {
            "postgresql" => "5432",
            "mysql" | "mariadb" => "3306",
            "sqlserver" => "1433",
            _ => "",
        };
        let host = host.map(|host| if matches!(host, "127.0.0.1" | "::1") { "localhost" } else { host });
        Address {
            vendor: if vendor == "mariadb" { "mysql" } else { vendor }.to_owned(),
            host: host.map(str::to_ascii_lowercase),
            port: port.filter(|port| *port != usual).map(str::to_owned),
            database: database.map(str::to_owned),
        }
    }

    /// Whether both can be the same database: what both say is the same.
    pub fn can_be(&self, other: &Address) -> bool {
        let agree = |a: &Option<String>, b: &Option<String>| a.is_none() || b.is_none() || a == b;
        let hosts = agree(&self.host, &other.host);
        let ports = self.host.is_none() || other.host.is_none() || self.port == other.port;
        self.vendor == other.vendor && hosts && ports && agree(&self.database, &other.database)
    }
}

fn some(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

impl Place {
    /// The login that a JDBC URL, a name and a password are.
    pub fn of_jdbc(url: &Value, user: Option<&Value>, password: Option<&Value>) -> Place {
        let mut place =
            Place { variable: url.whole.as_deref().or(url.variable()).map(str::to_owned), ..Place::default() };
        match url.known() {
            Some(text) => {
                let (text, inner) = without_login(&text);
                place.address = Address::of_url(&text);
                place.url = Some(text);
                place.user = inner.0;
                place.password = inner.1.map_or(Password::None, |password| Password::Known(password, None));
            }
            None => place.unknown = Some(why(url, "the URL")),
        }
        if let Some(user) = user.filter(|user| !user.is_empty()) {
            match user.known() {
                Some(user) => place.user = Some(user),
                None => place.unknown = place.unknown.or_else(|| Some(why(user, "the user's name"))),
            }
        }
        match password.map(Password::of) {
            None | Some(Password::None) => {}
            Some(password) => place.password = password,
        }
        place
    }

    /// The login of another client than jrunner.
    pub fn of_client(address: Address, user: Option<String>, password: Password) -> Place {
        let url = address.host.as_ref().zip(address.database.as_ref()).map(|(host, database)| {
            let port = address.port.as_ref().map(|port| format!(":{port}")).unwrap_or_default();
            match &*address.vendor {
                "sqlserver" => format!("jdbc:sqlserver://{host}{port};databaseName={database}"),
                vendor => format!("jdbc:{vendor}://{host}{port}/{database}"),
            }
        });
        let unknown = url.is_none().then(|| "the command does not say on which server or in which database".to_owned());
        Place { url, variable: None, address, user, password, unknown, by_client: true }
    }
}

/// Why a value is unknown, as a sentence about it.
fn why(value: &Value, what: &str) -> String {
    match value.why_unknown() {
        Some(why) => format!("{what} is not known: {why}"),
        None => format!("{what} is the result of a query"),
    }
}

/// A URL without the login in its parameters, and that login.
fn without_login(url: &str) -> (String, (Option<String>, Option<String>)) {
    let Some(start) = url.find(['?', ';']) else { return (url.to_owned(), (None, None)) };
    let (head, tail) = url.split_at(start);
    let sign = &tail[..1];
    let separator = if sign == "?" { '&' } else { ';' };
    let (mut user, mut password, mut kept) = (None, None, Vec::new());
    for pair in tail[1..].split(separator) {
        match pair.split_once('=').map(|(key, value)| (key.to_ascii_lowercase(), value)) {
            Some((key, value)) if matches!(&*key, "user" | "username") => user = Some(value.to_owned()),
            Some((key, value)) if matches!(&*key, "password" | "pwd") => password = Some(value.to_owned()),
            _ => kept.push(pair),
        }
    }
    let rest = kept.join(&separator.to_string());
    let url = if rest.is_empty() { head.to_owned() } else { format!("{head}{sign}{rest}") };
    (url, (user, password))
}

impl Place {
    /// Whether both are the same login at the same place, as far as they say it.
    pub fn same(&self, other: &Place) -> bool {
        self.address.can_be(&other.address) && (self.user.is_none() || other.user.is_none() || self.user == other.user)
    }
}

/// Whether some of a value's variables is one that people keep a password in.
pub fn is_secret_name(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    ["PASSWORD", "PASSWD", "PASS", "PWD", "PW", "SECRET", "TOKEN"].iter().any(|end| name.ends_with(end))
        || name.contains("PASSWORD")
}

/// Every text of a value that was in such a variable.
pub fn secrets_of(name: &str, value: &Value) -> Vec<String> {
    let texts = value.pieces.iter().filter_map(|piece| match piece {
        Piece::Text(text, _) if is_secret_name(name) => Some(text.clone()),
        _ => None,
    });
    texts.filter(|text| !text.is_empty()).collect()
}
