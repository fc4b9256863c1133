//! A disk that forgets: what a power cut may leave of files that were written and perhaps made durable.
//!
//! The model is POSIX at its strictest, but for one thing: what was done to a file and not made durable may be there,
//! be missing, or be torn at a sector, in any combination; names that were made, changed or removed since their
//! directory was last made durable are there up to any one of them, in their order, as every journal keeps it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::trace::Call;

/// What a disk writes at one go.
const SECTOR: usize = 512;

/// What promises to be durable is left out: a disk, or a program, that does less than it should.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Without {
    /// Nothing is left out.
    Nothing,
    /// Syncs of files with this ending do nothing.
    SyncOf(&'static str),
    /// Syncs of directories do nothing.
    SyncOfDirectories,
}

#[derive(Debug, Clone)]
enum Change {
    Write { offset: usize, bytes: Vec<u8> },
    Len(usize),
}

#[derive(Debug, Clone)]
enum Naming {
    Bind(PathBuf, usize),
    Rename(PathBuf, PathBuf),
    Unlink(PathBuf),
}

/// Files by number, and their names.
#[derive(Debug, Clone, Default)]
struct Files {
    contents: BTreeMap<usize, Vec<u8>>,
    names: BTreeMap<PathBuf, usize>,
}

impl Files {
    fn change(&mut self, file: usize, change: &Change) {
        let content = self.contents.entry(file).or_default();
        match change {
            Change::Len(len) => content.resize(*len, 0),
            Change::Write { offset, bytes } => {
                let end = offset + bytes.len();
                if content.len() < end {
                    content.resize(end, 0);
                }
                content[*offset..end].copy_from_slice(bytes);
            }
        }
    }

    fn name(&mut self, naming: &Naming) {
        match naming {
            Naming::Bind(path, file) => {
                self.names.insert(path.clone(), *file);
            }
            Naming::Rename(from, to) => {
                if let Some(file) = self.names.remove(from) {
                    self.names.insert(to.clone(), file);
                }
            }
            Naming::Unlink(path) => {
                self.names.remove(path);
            }
        }
    }
}

/// A disk at one moment.
#[derive(Debug, Clone)]
pub(super) struct Disk {
    /// What is there whatever happens.
    durable: Files,
    /// Names as the running program sees them.
    seen: BTreeMap<PathBuf, usize>,
    /// Changes since each file was last made durable, with the number of the call.
    unsynced: BTreeMap<usize, Vec<(usize, Change)>>,
    /// The same of each directory.
    unnamed: BTreeMap<PathBuf, Vec<(usize, Naming)>>,
    next: usize,
    without: Without,
}

impl Disk {
    /// A disk that holds what a directory holds now, all of it durable.
    pub(super) fn of(home: &Path) -> Self {
        let mut disk = Self {
            durable: Files::default(),
            seen: BTreeMap::new(),
            unsynced: BTreeMap::new(),
            unnamed: BTreeMap::new(),
            next: 0,
            without: Without::Nothing,
        };
        disk.load(home);
        disk
    }

    /// The same disk, with something left out from now on.
    pub(super) fn without(mut self, without: Without) -> Self {
        self.without = without;
        self
    }

    fn load(&mut self, dir: &Path) {
        for entry in fs::read_dir(dir).expect("a directory") {
            let path = entry.expect("an entry").path();
            // It holds nothing, and thousands of copies of it would fill the memory.
            if path.ends_with("ballast") {
                continue;
            }
            if path.is_dir() {
                self.load(&path);
            } else if let Ok(bytes) = fs::read(&path) {
                self.durable.contents.insert(self.next, bytes);
                self.durable.names.insert(path.clone(), self.next);
                self.seen.insert(path, self.next);
                self.next += 1;
            }
        }
    }

    /// Does what a program did as its call of this number.
    pub(super) fn apply(&mut self, number: usize, call: &Call) {
        match call {
            Call::Open { path, truncates } => match self.seen.get(path) {
                Some(file) if *truncates => self.change(*file, number, Change::Len(0)),
                Some(_) => {}
                None => {
                    let file = self.next;
                    self.next += 1;
                    self.durable.contents.insert(file, Vec::new());
                    self.seen.insert(path.clone(), file);
                    self.name(path, number, Naming::Bind(path.clone(), file));
                }
            },
            Call::Write {
                path,
                offset,
                bytes,
            } => {
                let change = Change::Write {
                    offset: *offset,
                    bytes: bytes.clone(),
                };
                if let Some(file) = self.seen.get(path) {
                    self.change(*file, number, change);
                }
            }
            Call::Truncate { path, len } => {
                if let Some(file) = self.seen.get(path) {
                    self.change(*file, number, Change::Len(*len));
                }
            }
            Call::Sync { path, begun } => self.sync(path, *begun),
            Call::Rename { from, to } => {
                if let Some(file) = self.seen.remove(from) {
                    self.seen.insert(to.clone(), file);
                }
                self.name(to, number, Naming::Rename(from.clone(), to.clone()));
            }
            Call::Unlink { path } => {
                self.seen.remove(path);
                self.name(path, number, Naming::Unlink(path.clone()));
            }
            Call::Say { .. } => {}
        }
    }

    fn change(&mut self, file: usize, number: usize, change: Change) {
        self.unsynced
            .entry(file)
            .or_default()
            .push((number, change));
    }

    fn name(&mut self, path: &Path, number: usize, naming: Naming) {
        let dir = path.parent().expect("a file in a directory").to_owned();
        self.unnamed.entry(dir).or_default().push((number, naming));
    }

    fn sync(&mut self, path: &Path, begun: usize) {
        let left_out = match self.without {
            Without::Nothing => false,
            Without::SyncOf(ending) => path.to_string_lossy().ends_with(ending),
            Without::SyncOfDirectories => !self.seen.contains_key(path),
        };
        if left_out {
            return;
        }
        if let Some(file) = self.seen.get(path) {
            let changes = self.unsynced.entry(*file).or_default();
            let done = changes.partition_point(|(number, _)| *number < begun);
            for (_, change) in changes.drain(..done) {
                self.durable.change(*file, &change);
            }
        } else if let Some(names) = self.unnamed.get_mut(path) {
            let done = names.partition_point(|(number, _)| *number < begun);
            for (_, naming) in names.drain(..done) {
                self.durable.name(&naming);
            }
        }
    }

    /// Whether a power cut now could leave more than one state.
    pub(super) fn is_open(&self) -> bool {
        self.unsynced.values().any(|changes| !changes.is_empty())
            || self.unnamed.values().any(|names| !names.is_empty())
    }

    /// One state that a power cut may leave. `fate` is asked for numbers below its argument: what is lost, and where it
    /// is torn.
    pub(super) fn cut(&self, fate: &mut impl FnMut(usize) -> usize) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut left = self.durable.clone();
        for (file, changes) in &self.unsynced {
            for (_, change) in changes {
                match fate(4) {
                    0 => {}
                    1 => left.change(*file, &torn(change, fate)),
                    _ => left.change(*file, change),
                }
            }
        }
        for names in self.unnamed.values() {
            let kept = fate(names.len() + 1);
            for (_, naming) in names.iter().take(kept) {
                left.name(naming);
            }
        }
        let Files {
            mut contents,
            names,
        } = left;
        let files = names.into_iter();
        let files = files.map(|(path, file)| (path, contents.remove(&file).unwrap_or_default()));
        files.collect()
    }
}

/// The first sectors of a change, or the last.
fn torn(change: &Change, fate: &mut impl FnMut(usize) -> usize) -> Change {
    let Change::Write { offset, bytes } = change else {
        return change.clone();
    };
    let cut = (fate(bytes.len() / SECTOR + 1) * SECTOR).min(bytes.len());
    if fate(2) == 0 {
        return Change::Write {
            offset: *offset,
            bytes: bytes[..cut].to_vec(),
        };
    }
    Change::Write {
        offset: offset + cut,
        bytes: bytes[cut..].to_vec(),
    }
}
