//! Progress on standard error: a line, or several.

use super::output::Ui;
use crate::words::duration;
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle, TermLike};
use std::io::{Result, Write};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

impl Ui {
    /// A progress line on standard error, where it is shown, of something that begins now.
    pub fn progress(&self) -> ProgressBar {
        let bar = ProgressBar::with_draw_target(None, self.progress_target());
        self.begins(&bar);
        bar
    }

    /// Several progress lines, each made by [`Ui::waiting`].
    pub fn lines(&self) -> MultiProgress {
        MultiProgress::with_draw_target(self.progress_target())
    }

    /// A progress line among several, of something that has not begun.
    pub fn waiting(&self, lines: &MultiProgress, name: &str) -> ProgressBar {
        let bar = lines.add(ProgressBar::no_length());
        if let Ok(style) = ProgressStyle::with_template("{spinner} {prefix}  {wide_msg}") {
            bar.set_style(style);
        }
        bar.set_prefix(name.to_owned());
        bar.set_message("waiting");
        bar
    }

    /// Has a line say how long it goes on from now, and move whether or not there is any news.
    pub fn begins(&self, bar: &ProgressBar) {
        let time = |state: &ProgressState, out: &mut dyn std::fmt::Write| {
            // Nowhere is left to say that a line can't be made up.
            let _ = out.write_str(&duration(i64::try_from(state.elapsed().as_millis()).unwrap_or(i64::MAX)));
        };
        if let Ok(style) = ProgressStyle::with_template("{spinner} {prefix}  {time:>6}  {wide_msg}") {
            bar.set_style(style.with_key("time", time));
        }
        bar.reset_elapsed();
        if self.shows_progress() {
            bar.enable_steady_tick(Duration::from_millis(120));
        }
    }

    fn progress_target(&self) -> ProgressDrawTarget {
        if self.shows_progress() {
            ProgressDrawTarget::term_like_with_hz(Box::<Screen>::default(), 8)
        } else {
            ProgressDrawTarget::hidden()
        }
    }
}

/// How many lines the terminal has.
pub fn height() -> usize {
    rustix::termios::tcgetwinsize(std::io::stderr()).map_or(24, |size| usize::from(size.ws_row).max(1))
}

/// How many columns at the end of each line stay free: the cursor waits there, and the `^C` that the terminal writes
/// when somebody types it, twice even, must not go on to the next line, from where the lines above could not be found
/// again.
const MARGIN: u16 = 5;

/// The terminal behind standard error, less its last columns. Its sequences are those of ECMA-48.
#[derive(Debug, Default)]
struct Screen(Mutex<Picture>);

/// What is to be written at once.
#[derive(Debug, Default)]
struct Picture {
    text: String,
    /// A line is done, and whatever follows begins another.
    ended: bool,
}

impl Screen {
    fn picture(&self) -> std::sync::MutexGuard<'_, Picture> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, piece: &str) -> Result<()> {
        let mut picture = self.picture();
        picture.ended = false;
        picture.text.push_str(piece);
        Ok(())
    }

    fn move_by(&self, n: usize, to: char) -> Result<()> {
        if n == 0 { Ok(()) } else { self.keep(&format!("\u{1b}[{n}{to}")) }
    }
}

impl TermLike for Screen {
    fn width(&self) -> u16 {
        let columns = rustix::termios::tcgetwinsize(std::io::stderr()).map_or(0, |size| size.ws_col);
        if columns == 0 { 80 - MARGIN } else { columns.saturating_sub(MARGIN).max(1) }
    }

    fn height(&self) -> u16 {
        u16::try_from(height()).unwrap_or(u16::MAX)
    }

    fn move_cursor_up(&self, n: usize) -> Result<()> {
        self.move_by(n, 'A')
    }

    fn move_cursor_down(&self, n: usize) -> Result<()> {
        self.move_by(n, 'B')
    }

    fn move_cursor_right(&self, n: usize) -> Result<()> {
        self.move_by(n, 'C')
    }

    fn move_cursor_left(&self, n: usize) -> Result<()> {
        self.move_by(n, 'D')
    }

    fn write_line(&self, text: &str) -> Result<()> {
        self.keep(&format!("{text}\n"))
    }

    /// A line, or the blanks by which indicatif fills it up to the last column, from where the terminal itself would
    /// go on to the next line: the next line begins with a line feed instead.
    fn write_str(&self, text: &str) -> Result<()> {
        let mut picture = self.picture();
        if text.chars().all(|c| c == ' ') {
            picture.ended = true;
            return Ok(());
        }
        if std::mem::take(&mut picture.ended) {
            picture.text.push('\n');
        }
        picture.text.push_str(text);
        Ok(())
    }

    fn clear_line(&self) -> Result<()> {
        self.keep("\r\u{1b}[2K")
    }

    fn flush(&self) -> Result<()> {
        let picture = std::mem::take(&mut *self.picture());
        let mut out = std::io::stderr().lock();
        out.write_all(picture.text.as_bytes())?;
        out.flush()
    }
}
