//! Definitions as files, one TOML text each: `modules/orders.toml`, and so for drivers, connections and groups.

use super::difference;
use super::set::{Definition, Definitions, Key, Kind, Origin};
use super::text::{self, Mistake};
use crate::error::{Code, Error, Result};
use serde::Serialize;
use std::fs::{self, Permissions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// What a folder has.
#[derive(Debug, Default)]
pub struct Folder {
    /// The definitions, and what is wrong with files.
    pub definitions: Definitions,
    /// TOML files that are none of a definition, as they are not where one is looked for.
    pub ignored: Vec<String>,
}

/// Where a definition's file is, below the folder.
fn file_of(key: &Key) -> String {
    format!("{}/{}.toml", folder_of(key.kind), key.name)
}

fn folder_of(kind: Kind) -> String {
    format!("{}s", kind.as_str())
}

/// Reads all definitions of a folder.
///
/// # Errors
/// `Usage` when it, or one of the four in it, can't be read. What is wrong with a file is in the definitions.
pub fn read(dir: &Path) -> Result<Folder> {
    let mut folder = Folder::default();
    for path in entries(dir)? {
        let name = name_of(&path);
        let kind = Kind::ALL.into_iter().find(|kind| folder_of(*kind) == name);
        if !path.is_dir() {
            folder.ignored.extend(is_toml(&path).then_some(name));
            continue;
        }
        for file in entries(&path)?.into_iter().filter(|file| is_toml(file)) {
            match kind {
                Some(kind) if file.is_file() => read_file(&mut folder.definitions, kind, &file),
                _ => folder.ignored.push(format!("{name}/{}", name_of(&file))),
            }
        }
    }
    Ok(folder)
}

/// What is in a folder, hidden files apart, in order.
fn entries(dir: &Path) -> Result<Vec<PathBuf>> {
    let fail = |e| Error::new(Code::Usage, format!("can't read the folder {}: {e}", dir.display()));
    let mut all: Vec<PathBuf> = fs::read_dir(dir)
        .map_err(fail)?
        .map(|entry| entry.map(|e| e.path()))
        .collect::<Result<_, _>>()
        .map_err(fail)?;
    all.retain(|path| !name_of(path).starts_with('.'));
    all.sort();
    Ok(all)
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn is_toml(path: &Path) -> bool {
    path.extension().is_some_and(|e| e == "toml")
}

fn read_file(into: &mut Definitions, kind: Kind, path: &Path) {
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let key = Key { kind, name };
    let text = fs::read_to_string(path);
    let read = match &text {
        Ok(text) => definition(&key, text),
        Err(e) => Err(Mistake { line: 1, message: format!("it can't be read: {e}") }),
    };
    into.origins.insert(key.clone(), Origin { file: path.display().to_string(), text: text.unwrap_or_default() });
    match read {
        Ok(definition) => into.put(definition),
        Err(mistake) => drop(into.broken.insert(key, mistake)),
    }
}

/// The definition that a file is: of the file's name, and with names where ids would be another database's.
fn definition(key: &Key, text: &str) -> Result<Definition, Mistake> {
    let wrong = |message: String| Mistake { line: text::line_about(text, &message), message };
    let definition = Definition::read(key.kind, text)?;
    let name = definition.key().name;
    if name != key.name {
        return Err(wrong(format!(
            "the name `{name}` is not the file's: either {name}.toml, or `name = \"{}\"`",
            key.name
        )));
    }
    match definition.references().into_iter().find(|name| name.parse::<i64>().is_ok()) {
        Some(id) => Err(wrong(format!("`{id}` is an id: a file names what it needs by its name"))),
        None => Ok(definition),
    }
}

/// What became of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// It is new.
    Added,
    /// It said something else.
    Changed,
    /// It says the same, and was not touched.
    Unchanged,
    /// There is no such thing any more.
    Removed,
    /// There is no such thing, and the file stays.
    Kept,
}

/// A file of a definition.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct File {
    /// Where it is, below the folder.
    pub file: String,
    /// What became of it.
    pub fate: Fate,
    /// In which fields it said something else.
    pub fields: Vec<String>,
}

/// Writes definitions into a folder, each file whole or not at all. A file that says the same is not touched. With
/// `prune`, files of what is not among them are removed; nothing else ever is. With `dry_run` nothing is written.
///
/// # Errors
/// `Invalid` for a file that would be written anew and is not understood, as it may be somebody's work, and where every
/// file would be removed. `System` when the folder can't be written.
pub fn write(dir: &Path, definitions: &Definitions, prune: bool, dry_run: bool) -> Result<Vec<File>> {
    let present = if dir.exists() { read(dir)?.definitions } else { Definitions::default() };
    if let Some((key, mistake)) = present.broken.iter().find(|(key, _)| definitions.all.contains_key(*key)) {
        let error = present.place(key, Error::invalid(&mistake.message));
        return Err(
            error.hint(format!("mend {}, or remove it so that it is written anew", dir.join(file_of(key)).display()))
        );
    }
    if prune && definitions.all.is_empty() && !present.all.is_empty() {
        return Err(Error::invalid("nothing is defined in the database, and every file would be removed")
            .hint("is it the right database? --db or $PIPEKIT_DB names it"));
    }
    let mut files = Vec::new();
    for (key, definition) in &definitions.all {
        let old = present.all.get(key);
        let fate = match old {
            None => Fate::Added,
            Some(old) if old == definition => Fate::Unchanged,
            Some(_) => Fate::Changed,
        };
        let fields = old.map(|old| difference::between(old, definition)).unwrap_or_default();
        files.push(File { file: file_of(key), fate, fields: fields.into_iter().map(|d| d.field).collect() });
        if fate != Fate::Unchanged && !dry_run {
            write_file(&dir.join(file_of(key)), &definition.write()?)?;
        }
    }
    for key in present.origins.keys().filter(|key| !definitions.all.contains_key(*key)) {
        let (path, goes) = (dir.join(file_of(key)), prune && present.all.contains_key(key));
        if goes && !dry_run {
            fs::remove_file(&path).map_err(|e| Error::system(format_args!("can't remove {}", path.display()), e))?;
        }
        let fate = if goes { Fate::Removed } else { Fate::Kept };
        files.push(File { file: file_of(key), fate, fields: Vec::new() });
    }
    Ok(files)
}

/// Writes a file beside its place, then puts it there. It is what the umask makes of it, as any file.
fn write_file(path: &Path, text: &str) -> Result<()> {
    let fail = |e: std::io::Error| Error::system(format_args!("can't write {}", path.display()), e);
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder).map_err(fail)?;
    let present = fs::metadata(path).map(|m| m.permissions()).ok();
    let mode = Permissions::from_mode(0o666);
    let mut file = tempfile::Builder::new().prefix(".pipekit-").permissions(mode).tempfile_in(folder).map_err(fail)?;
    file.write_all(text.as_bytes()).map_err(fail)?;
    if let Some(present) = present {
        file.as_file().set_permissions(present).map_err(fail)?;
    }
    file.persist(path).map_err(|e| fail(e.error))?;
    Ok(())
}
