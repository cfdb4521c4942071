//! A line that somebody types.

use super::ask::{Asker, Press};
use crate::error::Result;
use dialoguer::console::{Key, style};
use unicode_width::UnicodeWidthChar;

/// What was typed so far, and where the cursor is.
#[derive(Default)]
pub struct Typed {
    chars: Vec<char>,
    at: usize,
}

impl Typed {
    /// A text with the cursor behind it.
    pub fn new(text: &str) -> Typed {
        let chars: Vec<char> = text.chars().collect();
        Typed { at: chars.len(), chars }
    }

    /// The text.
    pub fn text(&self) -> String {
        self.chars.iter().collect()
    }

    /// Does what a key does to a line. Says whether the text is another now.
    pub fn press(&mut self, key: &Key) -> bool {
        match key {
            Key::Char('\u{15}') => {
                self.chars.clear();
                self.at = 0;
                return true;
            }
            Key::Char(c) if !c.is_control() => {
                self.chars.insert(self.at, *c);
                self.at += 1;
                return true;
            }
            Key::Backspace if self.at > 0 => {
                self.at -= 1;
                self.chars.remove(self.at);
                return true;
            }
            Key::Del if self.at < self.chars.len() => {
                self.chars.remove(self.at);
                return true;
            }
            Key::ArrowLeft => self.at = self.at.saturating_sub(1),
            Key::ArrowRight => self.at = (self.at + 1).min(self.chars.len()),
            Key::Home => self.at = 0,
            Key::End => self.at = self.chars.len(),
            _ => {}
        }
        false
    }

    /// As much of it as has room, with the cursor in it.
    pub fn shown(&self, room: usize) -> String {
        let wide = |c: char| c.width().unwrap_or(0);
        let mut from = 0;
        while self.chars[from..self.at].iter().map(|c| wide(*c)).sum::<usize>() > room {
            from += 1;
        }
        let before: String = self.chars[from..self.at].iter().collect();
        let under = self.chars.get(self.at).copied().unwrap_or(' ');
        let after: String = self.chars.iter().skip(self.at + 1).collect();
        format!("{before}{}{after}", style(under).for_stderr().reverse())
    }
}

impl Asker {
    /// A text, which begins as `initial`; `check` says what is wrong with it.
    pub fn text(&self, prompt: &str, initial: &str, check: impl Fn(&str) -> Result<()>) -> Result<Option<String>> {
        let mut state = (Typed::new(initial), Vec::new());
        let answer = self.drawn(
            &mut state,
            |(typed, wrong): &(Typed, Vec<String>), (_, width)| {
                [self.typed(prompt, typed, width)].into_iter().chain(wrong.iter().cloned()).collect()
            },
            |(typed, wrong), key| {
                match key {
                    Key::Escape => return Ok(Press::Back),
                    Key::Enter => match check(typed.text().trim()) {
                        Ok(()) => return Ok(Press::Answer(typed.text().trim().to_owned())),
                        Err(error) => {
                            let said = [Some(error.message), error.hint].into_iter().flatten();
                            *wrong = said.map(|line| format!("  {}", style(line).for_stderr().red())).collect();
                        }
                    },
                    key => {
                        typed.press(&key);
                        wrong.clear();
                    }
                }
                Ok(Press::Again)
            },
        )?;
        if let Some(answer) = &answer {
            self.answered(prompt, answer);
        }
        Ok(answer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_edited_where_the_cursor_is() {
        let mut typed = Typed::new("äb");
        for key in [Key::ArrowLeft, Key::Char('x'), Key::Home, Key::Del, Key::End, Key::Backspace, Key::Char('漢')] {
            typed.press(&key);
        }
        assert_eq!(typed.text(), "x漢");
        // The cursor stands behind it, and has room there.
        assert_eq!(dialoguer::console::strip_ansi_codes(&typed.shown(2)), "漢 ");
        typed.press(&Key::Char('\u{15}'));
        assert_eq!(typed.text(), "");
        assert!(!typed.press(&Key::Backspace) && !typed.press(&Key::Del) && !typed.press(&Key::Char('\u{7}')));
    }
}
