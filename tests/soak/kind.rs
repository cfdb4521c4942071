//! The databases of a soak: SQLite files, and servers of its own that may be killed.

use crate::support::Side;
use crate::support::cluster::{Cluster, MariaCluster};
use crate::support::proxy::Proxy;

/// A kind of database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Sqlite,
    Postgres,
    Mariadb,
}

pub const KINDS: [Kind; 3] = [Kind::Sqlite, Kind::Postgres, Kind::Mariadb];

/// The servers.
pub struct Servers {
    pub postgres: Cluster,
    pub mariadb: MariaCluster,
}

impl Servers {
    /// Starts them.
    pub fn start() -> Servers {
        let mariadb = std::thread::spawn(MariaCluster::start);
        Servers { postgres: Cluster::start(), mariadb: mariadb.join().unwrap() }
    }

    /// A new database, and where it is on a server a network before it with the URL behind it.
    pub fn side(&self, kind: Kind) -> (Side, Option<(Proxy, String)>) {
        let behind = |port: &str, url: String| {
            let net = Proxy::before(port.parse().unwrap());
            let url = url.replace(&format!(":{port}/"), &format!(":{}/", net.port()));
            Some((net, url))
        };
        match kind {
            Kind::Sqlite => (Side::Sqlite, None),
            Kind::Postgres => {
                let database = self.postgres.database();
                let net = behind(self.postgres.port(), database.url());
                (Side::Postgres(Box::new(database)), net)
            }
            Kind::Mariadb => {
                let database = self.mariadb.database();
                let net = behind(self.mariadb.port(), database.url());
                (Side::Mariadb(database), net)
            }
        }
    }
}
