//! A terminal that the program is run in, and somebody who reads its screen and presses keys.

use super::World;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, Winsize, tcgetattr, tcsetwinsize};
use std::fs::File;
use std::io::{Read, Write};
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// The key that goes on.
pub const ENTER: &str = "\r";
/// The key that goes back.
pub const ESC: &str = "\u{1b}";
/// The key that leaves.
pub const CTRL_C: &str = "\u{3}";
/// The key to the next line of a list.
pub const DOWN: &str = "\u{1b}[B";
/// The key that empties a line.
pub const CTRL_U: &str = "\u{15}";

/// A program in a terminal of 40 lines and 120 columns.
pub struct Terminal {
    child: Child,
    keys: File,
    written: Arc<Mutex<Vec<u8>>>,
    /// Reads what is written, until nothing can be any more.
    reader: Option<JoinHandle<()>>,
    /// Up to where it was read.
    read: usize,
    /// How many keys were pressed beside those that type a name.
    pub pressed: usize,
}

impl Terminal {
    /// Starts the program in a terminal, which is its controlling one.
    pub fn start(world: &World, line: &str) -> Terminal {
        let mut command = world.command_under(&["setsid", "--ctty", "--wait"]);
        command.args(shell_words::split(line).unwrap());
        Terminal::with(command)
    }

    /// Starts another program in a terminal, for which pipekit is in `$PATH`.
    pub fn start_other(world: &World, words: &[&str]) -> Terminal {
        let plain = world.command();
        let folder = std::path::Path::new(plain.get_program()).parent().unwrap();
        let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap());
        let mut command = std::process::Command::new("setsid");
        command.args(["--ctty", "--wait"]).args(words).env_clear().current_dir(plain.get_current_dir().unwrap());
        command.envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?)))).env("PATH", path);
        Terminal::with(command)
    }

    fn with(mut command: std::process::Command) -> Terminal {
        let keys = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
        grantpt(&keys).unwrap();
        unlockpt(&keys).unwrap();
        let name = ptsname(&keys, Vec::new()).unwrap();
        tcsetwinsize(&keys, Winsize { ws_row: 40, ws_col: 120, ws_xpixel: 0, ws_ypixel: 0 }).unwrap();
        let open = || File::options().read(true).write(true).open(name.to_str().unwrap()).unwrap();
        command.env("TERM", "xterm");
        let child =
            command.stdin(Stdio::from(open())).stdout(Stdio::from(open())).stderr(Stdio::from(open())).spawn().unwrap();
        let keys = File::from(keys);
        let (mut screen, written) = (keys.try_clone().unwrap(), Arc::new(Mutex::new(Vec::new())));
        let into = written.clone();
        let reader = std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            // It ends with an error when the last program in the terminal has ended.
            while let Ok(n @ 1..) = screen.read(&mut buffer) {
                into.lock().unwrap().extend_from_slice(&buffer[..n]);
            }
        });
        Terminal { child, keys, written, reader: Some(reader), read: 0, pressed: 0 }
    }

    /// All that was written, colours and movements of the cursor among it.
    pub fn written(&self) -> String {
        String::from_utf8_lossy(&self.written.lock().unwrap()).into_owned()
    }

    /// Waits until this is written behind what was waited for last.
    #[track_caller]
    pub fn until(&mut self, text: &str) -> &mut Terminal {
        let end = Instant::now() + Duration::from_secs(60);
        loop {
            let plain = plain(&self.written.lock().unwrap());
            if let Some(at) = plain[self.read..].find(text) {
                self.read += at + text.len();
                return self;
            }
            assert!(Instant::now() < end, "{text:?} does not come behind {} in\n{plain}", self.read);
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Presses a key.
    pub fn press(&mut self, key: &str) -> &mut Terminal {
        self.pressed += 1;
        self.types(key)
    }

    /// Types a name.
    pub fn types(&mut self, text: &str) -> &mut Terminal {
        self.keys.write_all(text.as_bytes()).unwrap();
        self
    }

    /// Waits for a question, and presses a key.
    #[track_caller]
    pub fn at(&mut self, question: &str, key: &str) -> &mut Terminal {
        self.until(question).press(key)
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits for the program's end, and gives its exit code.
    #[track_caller]
    pub fn ends(&mut self) -> Option<i32> {
        let end = Instant::now() + Duration::from_secs(60);
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                // What it wrote last may not have been read.
                self.reader.take().into_iter().for_each(|reader| reader.join().unwrap());
                return status.code();
            }
            assert!(Instant::now() < end, "it does not end:\n{}", plain(&self.written.lock().unwrap()));
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Whether the cursor is shown, and the terminal in the mode that a shell expects.
    pub fn is_in_order(&self) -> bool {
        let written = self.written();
        let shown = written.rfind("\u{1b}[?25h").unwrap_or(0) >= written.rfind("\u{1b}[?25l").unwrap_or(0);
        let mode = tcgetattr(&self.keys).unwrap().local_modes;
        shown && mode.contains(LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG)
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What is written, without what only colours it and moves the cursor.
fn plain(written: &[u8]) -> String {
    let mut out = Vec::new();
    let mut bytes = written.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\x1b' if bytes.next_if_eq(&b'[').is_some() => {
                while bytes.next().is_some_and(|b| !(0x40..=0x7e).contains(&b)) {}
            }
            b'\r' => {}
            byte => out.push(byte),
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}
