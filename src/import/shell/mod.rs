//! A shell script as it is written: commands, words and what they expand. POSIX.1 chapter 2, and of bash what people use.
//!
//! It is only read. What it does is followed in `run`, without running any of it.

mod compound;
mod parse;
mod simple;
mod word;

pub use parse::parse;

/// What can't be read, and in which line, from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// The line.
    pub line: usize,
    /// What is odd there.
    pub why: String,
}

/// A piece of a word.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// Text as it stands; whether it was in quotes.
    Text(String, bool),
    /// `$NAME`, `${NAME…}`; whether it was in quotes.
    Variable(String, Option<Box<Change>>, bool),
    /// `$(…)` or backquotes; whether it was in quotes.
    Command(List, bool),
    /// `<(…)`: a file with what the commands print.
    Process(List),
    /// What has no value that can be known: `$((…))`.
    Unknown(&'static str),
}

/// What is done with a variable's value: `${NAME:-word}` and the like.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// `:-`, `-`, `:=`, `=`: another value where it has none.
    Default {
        /// The other value.
        word: Word,
        /// Whether the variable gets it too.
        assign: bool,
        /// Whether an empty value is none.
        colon: bool,
    },
    /// `:+`, `+`: another value where it has one.
    Alternative(Word),
    /// `:?`, `?`: an error where it has none.
    Must,
    /// `#`, `##`: without what it begins with.
    WithoutStart(Word, bool),
    /// `%`, `%%`: without what it ends with.
    WithoutEnd(Word, bool),
    /// `/a/b`, `//a/b`: with `b` for `a`, the first or all.
    Replace {
        /// What is looked for.
        what: Word,
        /// What comes in its place.
        with: Word,
        /// Whether each of them is replaced.
        all: bool,
    },
    /// Anything else.
    Other,
}

/// A word.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Word {
    /// Its pieces.
    pub parts: Vec<Part>,
}

impl Word {
    /// The word, where it is text and nothing else.
    pub fn literal(&self) -> Option<String> {
        let texts = self.parts.iter().map(|part| match part {
            Part::Text(text, _) => Some(text.as_str()),
            _ => None,
        });
        texts.collect()
    }

    /// Whether no piece of it is quoted: only such a word can be a keyword or begin an assignment.
    pub fn is_bare(&self) -> bool {
        self.parts.iter().all(|part| matches!(part, Part::Text(_, false)))
    }
}

/// `NAME=word`, `NAME+=word`.
#[derive(Clone, Debug, PartialEq)]
pub struct Assignment {
    /// The variable.
    pub name: String,
    /// Its value; `None` for an array.
    pub word: Option<Word>,
    /// Whether it is put behind what is there.
    pub append: bool,
}

/// Where a command's input comes from or its output goes.
#[derive(Clone, Debug, PartialEq)]
pub enum Redirect {
    /// `< file`
    In(Word),
    /// `> file`, `>> file` of standard output.
    Out(Word, bool),
    /// `<<END`, `<<<word`: the text.
    Text(Word),
    /// Of anything else than standard input and output.
    Other,
}

/// A command in a list, and when it runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// How it hangs on the one before.
    pub join: Join,
    /// The commands that a pipe joins.
    pub pipeline: Vec<Command>,
    /// Whether `!` stands before it.
    pub negated: bool,
}

/// How a command hangs on the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Join {
    /// It runs after it.
    Then,
    /// It runs where that was well.
    And,
    /// It runs where that was not.
    Or,
}

/// Commands one after the other.
pub type List = Vec<Item>;

/// A command with its redirections.
#[derive(Clone, Debug, PartialEq)]
pub struct Command {
    /// The line in which it begins, from 1.
    pub line: usize,
    /// What it is.
    pub kind: Kind,
    /// Its redirections.
    pub redirects: Vec<Redirect>,
}

/// What a command is.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)]
pub enum Kind {
    Simple { assignments: Vec<Assignment>, words: Vec<Word> },
    Group(List),
    Subshell(List),
    If { arms: Vec<(List, List)>, otherwise: Option<List> },
    For { name: String, words: Option<Vec<Word>>, body: List },
    While { condition: List, body: List },
    Case { subject: Word, arms: Vec<(Vec<Word>, List)> },
    Function { name: String, body: Box<Command> },
    Test(Vec<Word>),
    Arithmetic,
}
