//! Progress on standard error: a line, or several.

use super::output::Ui;
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

impl Ui {
    /// A progress line on standard error, where it is shown.
    pub fn progress(&self) -> ProgressBar {
        let bar = ProgressBar::with_draw_target(None, self.progress_target());
        if let Ok(style) = ProgressStyle::with_template("{spinner} {prefix} {msg}") {
            bar.set_style(style);
        }
        if !bar.is_hidden() {
            bar.enable_steady_tick(std::time::Duration::from_millis(120));
        }
        bar
    }

    /// Several progress lines, each made by [`Ui::waiting`].
    pub fn lines(&self) -> MultiProgress {
        MultiProgress::with_draw_target(self.progress_target())
    }

    /// A progress line among several, of something that has not begun.
    pub fn waiting(&self, lines: &MultiProgress, name: &str) -> ProgressBar {
        let bar = lines.add(ProgressBar::no_length());
        if let Ok(style) = ProgressStyle::with_template("{spinner} {prefix}  {msg}") {
            bar.set_style(style);
        }
        bar.set_prefix(name.to_owned());
        bar.set_message("waiting");
        bar
    }

    fn progress_target(&self) -> ProgressDrawTarget {
        if self.shows_progress() { ProgressDrawTarget::stderr_with_hz(8) } else { ProgressDrawTarget::hidden() }
    }
}

/// How many lines the terminal has.
pub fn height() -> usize {
    rustix::termios::tcgetwinsize(std::io::stderr()).map_or(24, |size| usize::from(size.ws_row).max(1))
}
