//! The connections that the scripts use: one for each URL and login, with a name, a driver and a key for its password.

use super::address::{Password, Place};
use super::report::{Secret, Told};
use crate::definition::check_name;
use crate::definition::connection::Connection;
use crate::definition::driver::Driver;
use crate::definition::scan;
use crate::error::Result;
use crate::runner::builtin;
use crate::secrets;
use crate::store::{connection as connections, driver as drivers};
use rusqlite::Connection as Sqlite;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// A connection of the scripts.
pub struct Entry {
    place: Place,
    /// What it is to be; `None` where the store has it.
    pub definition: Option<Connection>,
    /// Its name.
    pub name: String,
    /// How sure what is said of it is, and from what it was told.
    pub told: Vec<Told>,
    /// The key of its password.
    key: Option<String>,
    /// What the operator has to do before it can be used.
    need: Option<String>,
}

/// What the store has of which names and drivers depend.
pub struct Present {
    connections: Vec<connections::Connection>,
    drivers: Vec<drivers::Driver>,
    jars: Vec<Driver>,
}

impl Present {
    /// What a store has, and what JDBC jars a folder has beside.
    ///
    /// # Errors
    /// Where pipekit's own file or that folder can't be read.
    pub fn of(conn: &Sqlite, jars: Option<&Path>) -> Result<Present> {
        let jars = jars.map_or(Ok(Vec::new()), scan::drivers_in)?;
        Ok(Present { connections: connections::all(conn)?, drivers: drivers::all(conn)?, jars })
    }
}

/// All of them.
pub struct Connections {
    present: Present,
    /// Each.
    pub all: Vec<Entry>,
    /// Passwords, by the key that they get.
    pub secrets: BTreeMap<String, Secret>,
    /// Drivers that come with them.
    pub drivers: BTreeMap<String, Driver>,
}

impl Connections {
    /// None yet.
    pub fn new(present: Present) -> Connections {
        Connections { present, all: Vec::new(), secrets: BTreeMap::new(), drivers: BTreeMap::new() }
    }

    /// The name of the connection that a place is; it is made where there is none.
    ///
    /// # Errors
    /// Why there can't be one.
    pub fn of(&mut self, place: &Place) -> Result<String, String> {
        if let Some(entry) = self.all.iter().find(|entry| is_same(&entry.place, place)) {
            return Ok(entry.name.clone());
        }
        if let Some(why) = &place.unknown {
            // A client that does not say where it goes is where only one other goes.
            let fits: Vec<&Entry> =
                self.all.iter().filter(|entry| entry.place.address.can_be(&place.address)).collect();
            return match &fits[..] {
                [one] if !place.address.vendor.is_empty() && place.url.is_none() => Ok(one.name.clone()),
                _ => Err(why.clone()),
            };
        }
        self.add(place)
    }

    /// The kind of database that a connection is to; `None` where its driver is not there yet.
    pub fn kind_of(&self, name: &str) -> Option<String> {
        let made = self.all.iter().filter_map(|entry| entry.definition.as_ref()).find(|c| c.name == name);
        let driver = match made {
            Some(connection) => connection.driver.clone(),
            None => self.present.connections.iter().find(|row| row.name == name)?.driver.clone(),
        };
        let there = self.present.drivers.iter().find(|row| row.name == driver).map(|row| row.kind.clone());
        there.or_else(|| self.drivers.get(&driver).map(|driver| driver.kind.clone()))
    }

    fn add(&mut self, place: &Place) -> Result<String, String> {
        let url = place.url.clone().unwrap_or_default();
        if !url.starts_with("jdbc:") {
            return Err("the URL is no JDBC URL".to_owned());
        }
        if builtin::url::password_in(&url) {
            return Err("the URL has a password in it that can't be taken out".to_owned());
        }
        let same = |row: &&connections::Connection| {
            row.jdbc_url == url && (row.username == place.user || place.user.is_none())
        };
        let mut told = Vec::new();
        if let Some(row) = self.present.connections.iter().find(same) {
            let name = row.name.clone();
            // Its secret may be missing still: a connection that came by a file has none.
            let key = row.password.as_deref().and_then(secrets::key_of).map(str::to_owned);
            if let (Some(key), Password::Known(value, _)) = (&key, &place.password) {
                self.secrets.insert(key.clone(), Secret { value: Some(value.clone()) });
            }
            told.push(Told::sure("it is there already", "the same URL and login"));
            let place = place.clone();
            self.all.push(Entry { place, definition: None, name: name.clone(), told, key, need: None });
            return Ok(name);
        }
        let (name, from) = self.name(place);
        told.push(Told::likely(&format!("its name is {name}"), &from));
        let (driver, need) = self.driver(&url, &place.address.vendor, &mut told)?;
        let key = self.key(&name, &place.password, &mut told);
        let definition = Connection {
            name: name.clone(),
            driver,
            jdbc_url: url,
            username: place.user.clone(),
            password: key.as_ref().map(|key| format!("${key}")),
            default_dest_connection: None,
            default_dest_schema: None,
            max_runs: None,
            notes: None,
        };
        let place = place.clone();
        self.all.push(Entry { place, definition: Some(definition), name: name.clone(), told, key, need });
        Ok(name)
    }

    /// A name from the variable that held the URL, else from the server, else from the database.
    fn name(&self, place: &Place) -> (String, String) {
        let generic = [
            "src",
            "source",
            "dst",
            "dest",
            "destination",
            "target",
            "db",
            "scu",
            "dcu",
            "jdbc",
            "from",
            "to",
            "url",
            "",
        ];
        let mut named = Vec::new();
        if let Some(variable) = &place.variable {
            let mut prefix = variable.to_lowercase();
            while let Some(rest) =
                ["_url", "url", "_jdbc", "jdbc", "_conn", "_connection", "_cs", "_dsn", "_scu", "_dcu"]
                    .iter()
                    .find_map(|end| prefix.strip_suffix(end))
            {
                prefix = rest.to_owned();
            }
            if !generic.contains(&&*prefix) {
                named.push((prefix, format!("the variable {variable}")));
            }
        }
        let host = place.address.host.as_deref().and_then(|host| host.split('.').next()).unwrap_or_default();
        if !host.is_empty() && host != "localhost" && !host.starts_with(|c: char| c.is_ascii_digit()) {
            named.push((host.to_owned(), "the server in the URL".to_owned()));
        }
        if let Some(database) = &place.address.database {
            let file = Path::new(database).file_stem().unwrap_or_default().to_string_lossy().into_owned();
            named.push((file, "the database in the URL".to_owned()));
        }
        named.push((place.address.vendor.clone(), "the kind of database in the URL".to_owned()));
        let names: Vec<(String, String)> = named
            .into_iter()
            .map(|(name, from)| (legal("connection", &name), from))
            .filter(|(name, _)| !name.is_empty())
            .collect();
        let is_free = |name: &str| {
            !self.all.iter().any(|entry| entry.name == name)
                && !self.present.connections.iter().any(|row| row.name == name)
        };
        if let Some(free) = names.iter().find(|(name, _)| is_free(name)) {
            return free.clone();
        }
        let first = names.first().map_or("connection", |(name, _)| name);
        let free = (2..).map(|n| numbered(first, n)).find(|name| is_free(name));
        (free.unwrap_or_default(), "a number, as the names before are taken".to_owned())
    }

    /// The driver for a URL: one that is built in, one that is there, or one that a jar is found for; and what is needed
    /// where it is none of these.
    fn driver(&mut self, url: &str, vendor: &str, told: &mut Vec<Told>) -> Result<(String, Option<String>), String> {
        if builtin::url::speaks(url) {
            return match builtin::url::parse(url) {
                Ok(_) => Ok((vendor.to_owned(), None)),
                Err(failure) => Err(format!("the built-in runner can't use the URL: {}", failure.message)),
            };
        }
        let Some((kind, proposed)) = scan::driver_for(url) else {
            return Err(
                "no driver is known for the URL: `pipekit driver add` adds one, and `pipekit connection add` it"
                    .to_owned(),
            );
        };
        let scheme = url.split("//").next().unwrap_or(url).split('/').next().unwrap_or(url);
        let fits = |of: &str, jar: &Option<String>, template: &Option<String>| {
            of == kind && jar.is_some() && template.as_ref().is_some_and(|template| template.starts_with(scheme))
        };
        let mut there = self.present.drivers.iter();
        if let Some(row) = there.find(|row| fits(&row.kind, &row.jar_file, &row.url_template)) {
            told.push(Told::sure(&format!("its driver is {}", row.name), "it is there, and for such URLs"));
            return Ok((row.name.clone(), None));
        }
        let mut jars = self.present.jars.iter();
        if let Some(driver) = jars.find(|driver| fits(&driver.kind, &driver.jar_file, &driver.url_template)) {
            let jar = driver.jar_file.clone().unwrap_or_default();
            told.push(Told::sure(&format!("its driver is {}", driver.name), &format!("of {jar}")));
            self.drivers.insert(driver.name.clone(), driver.clone());
            return Ok((driver.name.clone(), None));
        }
        told.push(Told::likely(&format!("its driver is to be {proposed}"), "the name that `driver scan` gives it"));
        let need = format!(
            "a driver for {scheme} URLs: `--jars DIR` with the folder of its jar, or `pipekit driver scan DIR` first"
        );
        Ok((proposed.to_owned(), Some(need)))
    }

    /// Keeps those that are used, with what they need, and gives what the operator has to do for them.
    pub fn keep(&mut self, used: &BTreeSet<String>) -> Vec<String> {
        self.all.retain(|entry| used.contains(&entry.name));
        let keys: BTreeSet<&String> = self.all.iter().filter_map(|entry| entry.key.as_ref()).collect();
        self.secrets.retain(|key, _| keys.contains(key));
        let drivers: BTreeSet<&String> =
            self.all.iter().filter_map(|entry| entry.definition.as_ref()).map(|c| &c.driver).collect();
        self.drivers.retain(|name, _| drivers.contains(name));
        let needs: BTreeSet<String> = self.all.iter().filter_map(|entry| entry.need.clone()).collect();
        needs.into_iter().collect()
    }

    /// The key of a password: the variable that held it.
    fn key(&mut self, connection: &str, password: &Password, told: &mut Vec<Told>) -> Option<String> {
        let own = format!("{}_PASSWORD", connection.to_uppercase());
        let (value, variable) = match password {
            Password::None => return None,
            Password::Known(value, variable) => (Some(value.clone()), variable.clone()),
            Password::Named(variable) => (None, Some(variable.clone())),
            Password::Unknown => (None, None),
        };
        let from = match &variable {
            Some(variable) => format!("the variable {variable}"),
            None => "it is written out in the script".to_owned(),
        };
        let mut key = variable.filter(|name| secrets::is_key(name)).unwrap_or_else(|| own.clone());
        if self.secrets.get(&key).is_some_and(|other| other.value != value) {
            key = own;
        }
        told.push(Told::sure(&format!("its password is the secret {key}"), &from));
        self.secrets.insert(key.clone(), Secret { value });
        Some(key)
    }
}

/// Whether two places are one connection: the same URL and login, or what a client says of it that is no JDBC.
fn is_same(entry: &Place, place: &Place) -> bool {
    let plain = |place: &Place| place.url.as_ref().is_some_and(|url| !url.contains(['?', ';']));
    let one_url = match (&entry.url, &place.url) {
        (Some(one), Some(other)) if one == other => true,
        // The usual port may be said or not.
        _ if plain(entry) && plain(place) => entry.address == place.address,
        _ => place.by_client && entry.address.can_be(&place.address),
    };
    one_url && entry.same(place)
}

/// A name that can be one in pipekit; empty where nothing of it can.
pub fn legal(kind: &str, text: &str) -> String {
    let mut name = String::new();
    for c in text.to_lowercase().chars() {
        let c = if c.is_ascii_alphanumeric() { c } else { '_' };
        if !(c == '_' && (name.is_empty() || name.ends_with('_'))) {
            name.push(c);
        }
    }
    let mut name = name.trim_end_matches('_').to_owned();
    if name.starts_with(|c: char| c.is_ascii_digit()) {
        name = format!("{}_{name}", &kind[..1]);
    }
    name.truncate(40);
    let name = name.trim_end_matches('_').to_owned();
    if check_name(kind, &name).is_ok() { name } else { String::new() }
}

/// A name with a number behind it.
pub fn numbered(name: &str, n: usize) -> String {
    let end = format!("_{n}");
    let mut name = name.to_owned();
    name.truncate(40 - end.len());
    name + &end
}
