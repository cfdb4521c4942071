//! What the service manager hears of a server (sd_notify(3)).

use super::super::support::{Signal, World};
use super::Server;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::time::Duration;

/// On a socket with a path, and on an abstract one: it is ready once it can be called, and says when it ends. What it
/// starts does not get the socket.
#[test]
fn it_says_when_it_is_ready_and_when_it_ends() {
    let name = format!("pipekit-{}", std::process::id());
    for abstract_one in [false, true] {
        let mut world = World::new();
        let path = world.path("notify");
        let socket = if abstract_one {
            world.set("NOTIFY_SOCKET", &format!("@{name}"));
            UnixDatagram::bind_addr(&SocketAddr::from_abstract_name(&name).unwrap()).unwrap()
        } else {
            world.set("NOTIFY_SOCKET", path.to_str().unwrap());
            UnixDatagram::bind(&path).unwrap()
        };
        socket.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        let hear = || {
            let mut bytes = [0; 4096];
            let n = socket.recv(&mut bytes).unwrap();
            String::from_utf8_lossy(&bytes[..n]).into_owned()
        };
        let told = world.path("told");
        world.args(&["settings", "set", "notify_command", &format!("env > {}", told.display())]).ok();
        let server = Server::start(&world);
        assert_eq!(hear(), format!("READY=1\nSTATUS=serving http://127.0.0.1:{}", server.port));
        server.health();
        server.signal(Signal::TERM);
        assert_eq!(hear(), "STOPPING=1\nSTATUS=ending; 0 runs go on, for 3 s at most");
        assert!(server.wait_no_longer_than(Duration::from_secs(10)).success());
        world.call("settings test").ok();
        let told = std::fs::read_to_string(told).unwrap();
        assert!(told.contains("PATH=") && !told.contains("NOTIFY_SOCKET"), "{told}");
    }
}

/// A manager that does not listen keeps nobody from serving.
#[test]
fn a_manager_that_is_gone_is_no_reason_to_end() {
    let mut world = World::new();
    world.set("NOTIFY_SOCKET", world.path("nowhere").to_str().unwrap());
    let server = Server::start(&world);
    server.health();
}
