//! The files of the folder that is read: which there are, and what a path of a script means there.

use crate::error::{Code, Error, Result};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Component, Path, PathBuf};

/// No script and no query is as long as that; logs and data are.
const LONGEST: u64 = 2 << 20;
/// So many files are looked at.
const MOST: usize = 50_000;

/// The files.
pub struct Tree {
    /// Where files are looked for: what is read, or for a folder of one module the folder around it.
    root: PathBuf,
    /// What is read, with paths below the root.
    pub files: Vec<PathBuf>,
    /// Where the scripts say that the root is: `/opt/sync`, though a copy of it is read.
    base: Option<PathBuf>,
}

/// What a file of the tree is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A shell script.
    Script,
    /// A crontab.
    Crontab,
    /// Anything else: it is read where a script names it.
    Other,
}

impl Tree {
    /// Looks at a folder, or at one script.
    ///
    /// # Errors
    /// `Usage` where it can't be read.
    pub fn open(path: &Path) -> Result<Tree> {
        let fail = |e: std::io::Error| Error::new(Code::Usage, format!("can't read {}: {e}", path.display()));
        let path = path.canonicalize().map_err(fail)?;
        let folder = if path.is_dir() { path.clone() } else { path.parent().unwrap_or(&path).to_owned() };
        let mut files = Vec::new();
        match path.is_dir() {
            true => walk(&path, 0, &mut files).map_err(fail)?,
            false => files.push(path.clone()),
        }
        files.sort();
        // A folder of one module has its `.env` beside it or above.
        let is_one = !files.iter().any(|file| file.parent() != Some(&folder) && role(file) == Role::Script);
        let root = if is_one { folder.parent().unwrap_or(&folder).to_owned() } else { folder };
        let files = files.iter().filter_map(|file| file.strip_prefix(&root).ok().map(Path::to_owned)).collect();
        let mut tree = Tree { root, files, base: None };
        tree.base = tree.voted_base();
        Ok(tree)
    }

    /// What a file is. What has no name that tells is a script where it begins like one.
    pub fn role(&self, file: &Path) -> Role {
        role(&self.root.join(file))
    }

    /// A file's text, without a byte order mark and with line ends as they are.
    ///
    /// # Errors
    /// Why it can't be read.
    pub fn read(&self, file: &Path) -> Result<String, String> {
        let path = self.root.join(file);
        let about = fs::metadata(&path).map_err(|e| e.to_string())?;
        if !about.is_file() {
            return Err("it is no file".to_owned());
        }
        if about.len() > LONGEST {
            return Err(format!("it is longer than {LONGEST} bytes"));
        }
        let bytes = fs::read(&path).map_err(|e| e.to_string())?;
        let text = String::from_utf8(bytes).map_err(|e| {
            let line = e.as_bytes()[..e.utf8_error().valid_up_to()].iter().filter(|b| **b == b'\n').count() + 1;
            format!("line {line} is not UTF-8: `iconv -f latin1 -t utf-8` may mend it")
        })?;
        Ok(text.trim_start_matches('\u{feff}').to_owned())
    }

    /// Whether there is such a file.
    pub fn is_file(&self, path: &Path) -> bool {
        self.below(path).is_some_and(|file| self.root.join(file).is_file())
    }

    /// Whether there is such a folder.
    pub fn is_folder(&self, path: &Path) -> bool {
        self.below(path).is_some_and(|file| self.root.join(file).is_dir())
    }

    /// The path of a file or folder of the tree, as a script that runs there would see it.
    pub fn absolute(&self, file: &Path) -> PathBuf {
        self.root.join(file)
    }

    /// A path below the root; `None` where it is not there.
    pub fn below(&self, path: &Path) -> Option<PathBuf> {
        path.strip_prefix(&self.root).ok().map(Path::to_owned)
    }

    /// An absolute path, put into the tree where it is one of where the scripts say that the tree is.
    pub fn normal(&self, path: &Path) -> PathBuf {
        let mut plain = PathBuf::new();
        for part in path.components() {
            match part {
                Component::ParentDir => drop(plain.pop()),
                Component::CurDir => {}
                part => plain.push(part),
            }
        }
        match self.base.as_ref().and_then(|base| plain.strip_prefix(base).ok()) {
            Some(rest) if !plain.starts_with(&self.root) => self.root.join(rest),
            _ => plain,
        }
    }

    /// How a file is called in what is told.
    pub fn name(&self, path: &Path) -> String {
        self.below(path).unwrap_or_else(|| path.to_owned()).display().to_string()
    }

    /// What the root is called.
    pub fn name_of_root(&self) -> String {
        self.root.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// The folder to which most absolute paths in the scripts lead that are of a file here.
    fn voted_base(&self) -> Option<PathBuf> {
        let mut votes: BTreeMap<PathBuf, usize> = BTreeMap::new();
        for file in self.files.iter().filter(|file| self.role(file) != Role::Other) {
            let Ok(text) = self.read(file) else { continue };
            let is_path = |c: char| c.is_alphanumeric() || matches!(c, '/' | '.' | '_' | '-');
            for word in text.split(|c| !is_path(c)).filter(|word| word.starts_with('/') && word.len() > 1) {
                let word = Path::new(word);
                let mut base = PathBuf::new();
                for part in word.components() {
                    base.push(part);
                    let rest = word.strip_prefix(&base).unwrap_or(word);
                    if rest.components().next().is_some() && self.root.join(rest).exists() {
                        *votes.entry(base.clone()).or_default() += 1;
                    }
                }
            }
        }
        // As often, the longer one: it says more.
        votes.into_iter().max_by_key(|(base, votes)| (*votes, base.components().count())).map(|(base, _)| base)
    }
}

fn walk(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        let kind = entry.file_type()?;
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        // A link to a folder may lead around in a circle.
        if kind.is_dir() && !hidden && depth < 20 {
            walk(&path, depth + 1, files)?;
        } else if path.is_file() && files.len() < MOST {
            files.push(path);
        }
    }
    Ok(())
}

fn role(path: &Path) -> Role {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    let end = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    let folder = path.parent().and_then(Path::file_name).unwrap_or_default();
    if name.starts_with("crontab") || end == "cron" || end == "crontab" || folder == "cron.d" {
        return Role::Crontab;
    }
    match &*end {
        "sh" | "bash" | "ksh" => Role::Script,
        "" if is_script(path) => Role::Script,
        _ => Role::Other,
    }
}

fn is_script(path: &Path) -> bool {
    use std::io::Read;
    let mut start = [0; 64];
    let is_file = path.is_file();
    let Some(mut file) = is_file.then(|| fs::File::open(path).ok()).flatten() else { return false };
    let n = file.read(&mut start).unwrap_or(0);
    let first = String::from_utf8_lossy(&start[..n]);
    let first = first.lines().next().unwrap_or_default();
    first.starts_with("#!")
        && first.split(['/', ' ']).any(|word| matches!(word, "sh" | "bash" | "ksh" | "dash" | "zsh"))
}
