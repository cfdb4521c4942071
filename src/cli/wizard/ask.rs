//! Asking a person: each question can be answered, left by Esc (`None`), or ended with the wizard by Ctrl-C.
//!
//! The terminal is raw while a question is open, and as it was before as soon as none is: whatever ends the wizard, its
//! cursor is shown and what is typed is seen again.

use crate::error::{Code, Error, Result};
use dialoguer::console::{self, Key, Term};
use dialoguer::theme::{ColorfulTheme, SimpleTheme, Theme};
use dialoguer::{Confirm, MultiSelect, Select};
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use std::io::{ErrorKind, IsTerminal};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The terminal, and how it is written to.
pub struct Asker {
    term: Term,
    theme: Box<dyn Theme>,
    now: Arc<Mutex<Now>>,
}

/// What goes on, for whoever gets a signal.
enum Now {
    /// Nothing is asked.
    Work,
    /// A question is open, and the terminal was in this mode before.
    Question(Box<Termios>),
    /// Somebody else sees to signals, or nobody needs to.
    Elsewhere,
}

/// Has the terminal in another mode. That it is gone is found out by reading from it.
fn set_mode(mode: &Termios) {
    let _ = tcsetattr(std::io::stdin(), OptionalActions::Drain, mode);
}

/// Ends the process at a signal, with the terminal as it was. What is asked is interrupted by most signals and ends in
/// order: one that came just before is seen to here.
fn watch(now: &Mutex<Now>, signals: &mut Signals) {
    for _ in signals.forever() {
        if matches!(*lock(now), Now::Question(_)) {
            std::thread::sleep(Duration::from_millis(300));
        }
        let now = lock(now);
        match &*now {
            Now::Elsewhere => continue,
            Now::Work => {}
            Now::Question(before) => {
                set_mode(before);
                let _ = Term::stderr().show_cursor();
            }
        }
        let _ = Term::stderr().write_line(&left().message);
        std::process::exit(130);
    }
}

fn lock(now: &Mutex<Now>) -> std::sync::MutexGuard<'_, Now> {
    now.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The error of a wizard that was left.
pub fn left() -> Error {
    Error::new(Code::Cancelled, "the wizard was left; nothing was created")
}

impl Asker {
    /// Looks whether there is somebody to ask.
    ///
    /// # Errors
    /// `Usage` where standard input or standard error is no terminal.
    pub fn new(coloured: bool) -> Result<Asker> {
        if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
            return Err(Error::new(Code::Usage, "the wizard asks people, and there is no terminal").hint(
                "`pipekit module propose --source CONNECTION --table TABLE` proposes the same without questions",
            ));
        }
        console::set_colors_enabled_stderr(coloured);
        let theme: Box<dyn Theme> = if coloured { Box::new(ColorfulTheme::default()) } else { Box::new(SimpleTheme) };
        let now = Arc::new(Mutex::new(Now::Work));
        let mut signals =
            Signals::new([SIGINT, SIGTERM, SIGHUP]).map_err(|e| Error::system("can't watch for signals", e))?;
        let seen = now.clone();
        std::thread::spawn(move || watch(&seen, &mut signals));
        Ok(Asker { term: Term::buffered_stderr(), theme, now })
    }

    /// Does what a signal must not end at once.
    pub fn undisturbed<T>(&self, work: impl FnOnce() -> T) -> T {
        *lock(&self.now) = Now::Elsewhere;
        let done = work();
        *lock(&self.now) = Now::Work;
        done
    }

    /// Has the terminal for a question.
    fn open<T>(&self, ask: impl FnOnce() -> Result<Option<T>>) -> Result<Option<T>> {
        let before = tcgetattr(std::io::stdin()).map_err(|e| Error::system("the terminal", e))?;
        let mut raw = before.clone();
        raw.make_raw();
        raw.output_modes = before.output_modes;
        *lock(&self.now) = Now::Question(Box::new(before.clone()));
        set_mode(&raw);
        let answer = ask();
        // From here on it is left by the error that is returned.
        *lock(&self.now) = if answer.is_err() { Now::Elsewhere } else { Now::Work };
        set_mode(&before);
        let _ = Term::stderr().show_cursor();
        answer
    }

    /// One key.
    fn key(&self) -> Result<Key> {
        match self.term.read_key_raw() {
            Ok(Key::CtrlC) => Err(left()),
            Ok(key) => Ok(key),
            Err(e) => Err(broken(&e)),
        }
    }

    /// The terminal's height and width.
    fn size(&self) -> (usize, usize) {
        let (rows, columns) = self.term.size();
        (usize::from(rows).max(8), usize::from(columns).max(40))
    }

    /// A question whose lines are drawn anew for each key, by `draw`, until `press` gives an answer.
    pub fn drawn<S, T>(
        &self,
        state: &mut S,
        draw: impl Fn(&S, (usize, usize)) -> Vec<String>,
        mut press: impl FnMut(&mut S, Key) -> Result<Press<T>>,
    ) -> Result<Option<T>> {
        self.open(|| {
            let terminal = |e: std::io::Error| broken(&e);
            self.term.hide_cursor().map_err(terminal)?;
            loop {
                let (rows, width) = self.size();
                let lines = draw(state, (rows, width));
                for line in &lines {
                    // A line that is broken by the terminal could not be taken away again.
                    self.term.write_line(&console::truncate_str(line, width - 1, "…")).map_err(terminal)?;
                }
                self.term.flush().map_err(terminal)?;
                let pressed = self.key().and_then(|key| press(state, key));
                self.term.clear_last_lines(lines.len()).and_then(|()| self.term.flush()).map_err(terminal)?;
                match pressed? {
                    Press::Again => {}
                    Press::Back => return Ok(None),
                    Press::Answer(answer) => return Ok(Some(answer)),
                }
            }
        })
    }

    /// Says what was answered, as the other prompts do.
    pub fn answered(&self, prompt: &str, answer: &str) {
        let mut line = String::new();
        if self.theme.format_input_prompt_selection(&mut line, prompt, answer).is_ok() {
            self.tell(&line);
        }
    }

    /// The line of a prompt with what is typed there, and the place of the cursor.
    pub fn typed(&self, prompt: &str, typed: &super::typing::Typed, width: usize) -> String {
        let mut line = String::new();
        // Writing to a String can't fail.
        let _ = self.theme.format_input_prompt(&mut line, prompt, None);
        let room = width.saturating_sub(console::measure_text_width(&line) + 2);
        line + &typed.shown(room)
    }

    /// Writes text to the person.
    pub fn tell(&self, text: &str) {
        // What can't be written now is found out by the next question.
        let _ = self.term.write_line(text).and_then(|()| self.term.flush());
    }

    /// One of several.
    pub fn pick(&self, prompt: &str, items: &[String], default: usize) -> Result<Option<usize>> {
        let items = self.fitted(items);
        let select = Select::with_theme(&*self.theme).with_prompt(prompt).items(&items).default(default);
        self.open(|| select.interact_on_opt(&self.term).map_err(ended))
    }

    /// Any of several.
    pub fn several(&self, prompt: &str, items: &[String], checked: &[bool]) -> Result<Option<Vec<usize>>> {
        let items: Vec<(String, bool)> = self.fitted(items).into_iter().zip(checked.iter().copied()).collect();
        let prompt = format!("{prompt} (space to choose, enter to go on)");
        let select = MultiSelect::with_theme(&*self.theme).with_prompt(prompt).items_checked(items);
        self.open(|| select.interact_on_opt(&self.term).map_err(ended))
    }

    /// Yes or no.
    pub fn yes(&self, prompt: &str) -> Result<Option<bool>> {
        let confirm = Confirm::with_theme(&*self.theme).with_prompt(prompt).default(true);
        self.open(|| confirm.interact_on_opt(&self.term).map_err(ended))
    }

    /// Items that the terminal does not break.
    fn fitted(&self, items: &[String]) -> Vec<String> {
        let (_, width) = self.size();
        items.iter().map(|item| console::truncate_str(item, width - 6, "…").into_owned()).collect()
    }
}

/// What a key comes to.
pub enum Press<T> {
    /// The question stays open.
    Again,
    /// It is left.
    Back,
    /// It is answered.
    Answer(T),
}

fn ended(error: dialoguer::Error) -> Error {
    let dialoguer::Error::IO(e) = error;
    broken(&e)
}

/// Ctrl-C and signals interrupt the reading of a key; else the terminal is gone.
fn broken(e: &std::io::Error) -> Error {
    if e.kind() == ErrorKind::Interrupted {
        return left();
    }
    let mut error = left();
    error.message = format!("the terminal: {e}; nothing was created");
    error
}
