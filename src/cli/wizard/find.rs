//! Finding one of very many by typing: each word that is typed is somewhere in it.

use super::ask::{Asker, Press};
use super::typing::Typed;
use crate::error::Result;
use dialoguer::console::{Key, style};

/// The most that are shown at once.
const SHOWN: usize = 12;

/// Something that can be found.
pub struct Findable {
    /// What is looked for first.
    pub name: String,
    /// What is shown of it.
    pub label: String,
    /// All that can be looked for, in lower case.
    text: String,
}

impl Findable {
    /// By its name, what is shown of it, and what else it is known by.
    pub fn new(name: &str, label: String, known_by: &str) -> Findable {
        Findable { text: format!("{label} {known_by}").to_lowercase(), name: name.to_lowercase(), label }
    }
}

/// What was found.
pub enum Found {
    /// The one at that place.
    Known(usize),
    /// None, and this was typed.
    Typed(String),
}

/// The places of those that have all words: first whose name begins with the first word, the shortest of them first.
fn matches(items: &[Findable], typed: &str) -> Vec<usize> {
    let typed = typed.to_lowercase();
    let words: Vec<&str> = typed.split_whitespace().collect();
    let Some(first) = words.first() else { return (0..items.len()).collect() };
    let mut found: Vec<(usize, usize, usize)> = Vec::new();
    for (at, item) in items.iter().enumerate() {
        if words.iter().all(|word| item.text.contains(word)) {
            let rank = match item.name.find(first) {
                Some(0) => 0,
                Some(_) => 1,
                None => 2,
            };
            found.push((rank, item.name.len(), at));
        }
    }
    found.sort_unstable();
    found.into_iter().map(|(_, _, at)| at).collect()
}

struct Finding {
    typed: Typed,
    found: Vec<usize>,
    at: usize,
}

impl Finding {
    fn lines(&self, asker: &Asker, prompt: &str, items: &[Findable], (rows, width): (usize, usize)) -> Vec<String> {
        let mut lines = vec![asker.typed(prompt, &self.typed, width)];
        let shown = SHOWN.min(rows - 4);
        let from = (self.at + 1).saturating_sub(shown);
        for (i, item) in self.found.iter().enumerate().skip(from).take(shown) {
            let label = &items[*item].label;
            lines.push(match i == self.at {
                true => format!("> {}", style(label).for_stderr().cyan().bold()),
                false => format!("  {label}"),
            });
        }
        let left = self.found.len().saturating_sub(from + shown);
        if left > 0 {
            let more = format!("  … and {} more: type more", crate::words::count(left));
            lines.push(style(more).for_stderr().dim().to_string());
        }
        if self.found.is_empty() {
            let none = match self.typed.text().trim() {
                "" => "  the catalog lists none here; type its name, or esc".to_owned(),
                typed => format!("  none has that; enter takes `{typed}` as its name"),
            };
            lines.push(style(none).for_stderr().dim().to_string());
        }
        lines
    }
}

/// Asks for one of `items`.
pub fn find(asker: &Asker, prompt: &str, items: &[Findable]) -> Result<Option<Found>> {
    let mut state = Finding { typed: Typed::default(), found: matches(items, ""), at: 0 };
    let found = asker.drawn(
        &mut state,
        |finding, size| finding.lines(asker, prompt, items, size),
        |finding, key| {
            match key {
                Key::Escape => return Ok(Press::Back),
                Key::Enter => match finding.found.get(finding.at) {
                    Some(item) => return Ok(Press::Answer(Found::Known(*item))),
                    None if finding.typed.text().trim().is_empty() => {}
                    None => return Ok(Press::Answer(Found::Typed(finding.typed.text().trim().to_owned()))),
                },
                Key::ArrowUp | Key::BackTab => finding.at = finding.at.saturating_sub(1),
                Key::ArrowDown | Key::Tab if finding.at + 1 < finding.found.len() => finding.at += 1,
                Key::PageUp => finding.at = finding.at.saturating_sub(SHOWN),
                Key::PageDown => finding.at = (finding.at + SHOWN).min(finding.found.len().saturating_sub(1)),
                key => {
                    if finding.typed.press(&key) {
                        finding.found = matches(items, &finding.typed.text());
                        finding.at = 0;
                    }
                }
            }
            Ok(Press::Again)
        },
    )?;
    match &found {
        Some(Found::Known(at)) => asker.answered(prompt, &items[*at].label),
        Some(Found::Typed(text)) => asker.answered(prompt, text),
        None => {}
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_comes_first() {
        let items: Vec<Findable> =
            [("OLD_ORDERS", ""), ("ORDERS_ARCHIVE", ""), ("ORDERS", ""), ("OCRH", "order heads")]
                .map(|(name, known)| Findable::new(name, format!("lgdat.{name}"), known))
                .into();
        for (typed, expected) in [
            ("ord", &[2, 1, 0, 3][..]),
            ("orders arch", &[1]),
            ("LGDAT orders", &[2, 0, 1]),
            ("heads", &[3]),
            ("nix", &[]),
            ("", &[0, 1, 2, 3]),
        ] {
            assert_eq!(matches(&items, typed), expected, "{typed}");
        }
    }
}
