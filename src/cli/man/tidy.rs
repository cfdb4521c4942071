//! What the generator of man pages leaves to be done, so that `mandoc -Tlint` has nothing to say: one place for all of it.

/// The longest line of a page's source, in bytes as [`bytes`] counts them.
const WIDTH: usize = 79;

/// Text as man pages have it: with dashes that can be copied, and nothing that is taken for a macro.
pub fn text(plain: &str) -> String {
    let text = plain.replace('\\', "\\e").replace('-', "\\-").replace('\'', "\\*(Aq");
    match text.starts_with('.') {
        true => format!("\\&{text}"),
        false => text,
    }
}

/// The section of what stands behind the options in a command's help: examples, line by line as they are, and a paragraph
/// for what is said about them.
pub fn examples(after_help: &str) -> String {
    let mut out = String::new();
    let mut exact = false;
    for line in after_help.lines().filter(|line| !line.trim().is_empty()) {
        if line == "Example:" {
            out += ".SH EXAMPLES\n";
            continue;
        }
        if line.starts_with(' ') != exact {
            exact = !exact;
            out += if exact { ".nf\n" } else { ".fi\n.PP\n" };
        }
        out += &format!("{}\n", text(line));
    }
    out + if exact { ".fi\n" } else { "" }
}

/// A whole page: no blanks at the ends of lines, no empty lines, and text that is filled anyway broken into shorter ones.
pub fn page(source: &str) -> String {
    // How values are listed: two breaks around an empty line, which are one bit of space.
    let source = source.replace(".br\n\n.br\n", ".sp\n");
    let mut out = String::new();
    let (mut exact, mut heading) = (false, false);
    for line in source.lines().map(str::trim_end).filter(|line| !line.is_empty()) {
        match line {
            ".nf" => exact = true,
            ".fi" => exact = false,
            _ => {}
        }
        if exact || heading || line.starts_with('.') {
            out += &format!("{line}\n");
        } else {
            wrap(line, &mut out);
        }
        // What is behind it is one line by definition.
        heading = line.starts_with(".TP");
    }
    out
}

/// How long text is when all but ASCII is written as `\[u2713]`, as roff and mandoc have it.
fn bytes(text: &str) -> usize {
    text.chars().map(|c| if c.is_ascii() { 1 } else { 9 }).sum()
}

fn wrap(line: &str, out: &mut String) {
    let mut length = 0;
    for word in line.split(' ') {
        // A word that would be a macro at the beginning of a line stays where it is.
        let breaks = length > 0 && length + 1 + bytes(word) > WIDTH && !word.starts_with(['.', '\'']);
        if length > 0 {
            out.push(if breaks { '\n' } else { ' ' });
        }
        length = if breaks { bytes(word) } else { length + usize::from(length > 0) + bytes(word) };
        out.push_str(word);
    }
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_stay_as_they_are() {
        let help = "Example:\n  pipekit run 'a'\n  .x\n\nA remark.";
        assert_eq!(examples(help), ".SH EXAMPLES\n.nf\n  pipekit run \\*(Aqa\\*(Aq\n  .x\n.fi\n.PP\nA remark.\n");
        assert_eq!(examples(""), "");
    }

    #[test]
    fn text_is_broken_and_headings_are_not() {
        let words = "word ".repeat(30);
        let tidied = page(&format!(".TP\n{words}\n{words}.x \n\n.nf\n  {words}\n.fi\n"));
        let lines: Vec<&str> = tidied.lines().collect();
        assert_eq!(lines[1], words.trim_end());
        assert!(lines[2..4].iter().all(|line| line.len() <= 80) && lines[3].ends_with(".x"), "{lines:?}");
        assert_eq!(lines[4..], [".nf", &*format!("  {}", words.trim_end()), ".fi"]);
    }
}
