//! A folder that some recorder writes films to: which of its files are whole.
//!
//! A file is whole when its writer closed it or moved it here and it did not change since, or else when it did not
//! change for some seconds. What the system tells (inotify and its kin) makes that quick; a look at everything now and
//! then makes it sure, also on shares of other machines, where nothing is told.
//!
//! Links are not followed, in a folder that others may write to. Left to others: what is done with a file, and what was
//! done already.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use notify::event::{AccessKind, AccessMode, EventKind, ModifyKind, RenameMode};
use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use rustix::fs::OFlags;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until, timeout};

use crate::error::{Error, ErrorKind, Result};

/// A file that nobody said was closed is whole when it did not change for this long.
const SETTLED: Duration = Duration::from_secs(5);
/// Between two looks while files are still being written.
const SOON: Duration = Duration::from_secs(1);
/// Between two looks when nothing is told.
const NOW_AND_THEN: Duration = Duration::from_secs(30);
/// Things that were told and not looked at yet. What is more is found by the next look at everything.
const TOLD: usize = 1_024;
/// Most films in a folder and the folders in it.
const FILES: usize = 100_000;
/// Folders within folders. Recorders make one for the camera, year, month, day and hour.
const DEPTH: usize = 8;
/// Endings of films. MP4 is taken; the others are known, so that somebody is told who expects them to be taken.
const FILMS: [&str; 9] = [
    "mp4", "m4v", "mov", "mkv", "avi", "ts", "flv", "webm", "3gp",
];

/// A folder that is watched.
#[derive(Debug)]
pub struct Folder {
    root: PathBuf,
    /// Tells as long as it lives; nothing where the system does not tell.
    _watcher: Option<RecommendedWatcher>,
    told: mpsc::Receiver<Told>,
    /// Files that were told to be whole since the last look.
    closed: BTreeSet<PathBuf>,
    looks: BTreeMap<PathBuf, Look>,
    unsettled: bool,
}

/// What the system told.
#[derive(Debug)]
enum Told {
    /// Something changed.
    Changed,
    /// A file was closed by its writer, or moved here.
    Closed(PathBuf),
}

/// How a file was when it was last looked at.
#[derive(Debug)]
struct Look {
    print: Print,
    since: Instant,
    closed: bool,
}

/// By what a file is known again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Print {
    /// Its length in bytes.
    pub size: u64,
    /// When it was last changed, in nanoseconds since 1970.
    pub modified_ns: i64,
}

impl Print {
    fn of(metadata: &fs::Metadata) -> Self {
        let seconds = metadata.mtime().saturating_mul(1_000_000_000);
        Self {
            size: metadata.len(),
            modified_ns: seconds.saturating_add(metadata.mtime_nsec()),
        }
    }
}

/// A film in the folder.
#[derive(Debug, Clone)]
pub struct Found {
    /// Its path within the folder.
    pub path: PathBuf,
    /// By what it is known again.
    pub print: Print,
    /// Whether it is whole.
    pub whole: bool,
}

impl Folder {
    /// Watches the folder `root` and every folder in it.
    ///
    /// # Errors
    /// If it is no folder, or cannot be read.
    pub fn open(root: &Path) -> Result<Self> {
        let readable = fs::read_dir(root).map(drop);
        readable.map_err(|e| unreadable(root, e))?;
        let (tell, told) = mpsc::channel(TOLD);
        let watcher = notify::recommended_watcher(move |event| hear(&tell, event));
        let watcher = watcher.and_then(|mut watcher| {
            watcher.watch(root, RecursiveMode::Recursive)?;
            Ok(watcher)
        });
        let watcher = watcher
            .inspect_err(|error| {
                tracing::warn!(%error, "the system does not tell about a watched folder: it is looked at now and then");
            })
            .ok();
        Ok(Self {
            root: root.to_owned(),
            _watcher: watcher,
            told,
            closed: BTreeSet::new(),
            looks: BTreeMap::new(),
            unsettled: false,
        })
    }

    /// Every film in it, the oldest first.
    ///
    /// # Errors
    /// If the folder cannot be read any more, or holds too many films.
    pub fn look(&mut self) -> Result<Vec<Found>> {
        while let Ok(told) = self.told.try_recv() {
            self.note(told);
        }
        let closed = std::mem::take(&mut self.closed);
        let mut prints = BTreeMap::new();
        walk(&self.root, Path::new(""), DEPTH, &mut prints)?;
        self.looks.retain(|path, _| prints.contains_key(path));
        let now = Instant::now();
        let mut found = Vec::with_capacity(prints.len());
        self.unsettled = false;
        for (path, print) in prints {
            let look = self.looks.entry(path.clone()).or_insert(Look {
                print,
                since: now,
                closed: false,
            });
            if look.print != print {
                (look.print, look.since, look.closed) = (print, now, false);
            }
            look.closed |= closed.contains(&path);
            let whole = look.closed || now.duration_since(look.since) >= SETTLED;
            self.unsettled |= !whole;
            found.push(Found { path, print, whole });
        }
        found.sort_by_key(|found| found.print.modified_ns);
        Ok(found)
    }

    /// Waits until another look may show something.
    pub async fn changed(&mut self) {
        let patience = if self.unsettled { SOON } else { NOW_AND_THEN };
        let earliest = Instant::now() + SOON / 4;
        match timeout(patience, self.told.recv()).await {
            Ok(Some(told)) => {
                // Many things are told of one file: one look does for all of them.
                sleep_until(earliest).await;
                self.note(told);
            }
            Ok(None) => sleep_until(Instant::now() + patience).await,
            Err(_nothing_was_told) => {}
        }
    }

    fn note(&mut self, told: Told) {
        if let Told::Closed(path) = told
            && let Ok(path) = path.strip_prefix(&self.root)
        {
            self.closed.insert(path.to_owned());
        }
    }

    /// Opens a film that was found, if it is still what it was.
    ///
    /// # Errors
    /// If it cannot be read, or is another file by now.
    pub fn film(&self, found: &Found) -> Result<File> {
        let path = self.root.join(&found.path);
        // Not through a link, and without waiting for the other end of a pipe.
        let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits();
        let file = OpenOptions::new()
            .read(true)
            .custom_flags(flags.cast_signed())
            .open(&path)
            .map_err(|e| unreadable(&path, e))?;
        let metadata = file.metadata().map_err(|e| unreadable(&path, e))?;
        if metadata.is_file() && Print::of(&metadata) == found.print {
            return Ok(file);
        }
        let message = format!("{} changed while it was looked at", path.display());
        Err(Error::new(ErrorKind::Unavailable, message))
    }

    /// Deletes a film, unless it is another file by now.
    ///
    /// # Errors
    /// The disk's.
    pub fn delete(&self, found: &Found) -> Result<()> {
        drop(self.film(found)?);
        let path = self.root.join(&found.path);
        fs::remove_file(&path).map_err(|e| {
            Error::io(
                format!("{} was sealed, but cannot be deleted", path.display()),
                e,
            )
        })
    }
}

/// Passes on what matters of what the system tells.
fn hear(tell: &mpsc::Sender<Told>, event: notify::Result<notify::Event>) {
    let Ok(event) = event else {
        let _is_looked_at_later = tell.try_send(Told::Changed);
        return;
    };
    let closed = match event.kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write))
        | EventKind::Modify(ModifyKind::Name(RenameMode::To)) => event.paths.first(),
        EventKind::Modify(ModifyKind::Name(RenameMode::Both)) => event.paths.last(),
        EventKind::Access(_) => return,
        _ => None,
    };
    let told = closed.map_or(Told::Changed, |path| Told::Closed(path.clone()));
    let _is_looked_at_later = tell.try_send(told);
}

/// Collects the films below `root`.
fn walk(
    root: &Path,
    within: &Path,
    depth: usize,
    found: &mut BTreeMap<PathBuf, Print>,
) -> Result<()> {
    let dir = root.join(within);
    let entries = match fs::read_dir(&dir) {
        // A folder in it may go while it is looked at; not the folder itself.
        Err(error) if error.kind() == io::ErrorKind::NotFound && depth < DEPTH => return Ok(()),
        entries => entries.map_err(|e| unreadable(&dir, e))?,
    };
    for entry in entries {
        let entry = entry.map_err(|e| unreadable(&dir, e))?;
        let path = within.join(entry.file_name());
        let Ok(metadata) = fs::symlink_metadata(root.join(&path)) else {
            continue;
        };
        let hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
        if metadata.is_dir() && depth > 0 && !hidden {
            walk(root, &path, depth - 1, found)?;
        } else if metadata.is_file() && !hidden && is_film(&path) {
            if found.len() == FILES {
                let message = format!(
                    "{} holds more than {FILES} films: watch a folder in it, or move the old ones away",
                    root.display()
                );
                return Err(Error::new(ErrorKind::Invalid, message));
            }
            found.insert(path, Print::of(&metadata));
        }
    }
    Ok(())
}

fn is_film(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str());
    ending.is_some_and(|ending| FILMS.iter().any(|film| film.eq_ignore_ascii_case(ending)))
}

fn unreadable(path: &Path, error: io::Error) -> Error {
    Error::io(format!("{} cannot be read", path.display()), error)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn whole(folder: &mut Folder) -> Vec<String> {
        let found = folder.look().unwrap();
        let whole = found.into_iter().filter(|found| found.whole);
        whole
            .map(|found| found.path.display().to_string())
            .collect()
    }

    #[tokio::test]
    async fn a_film_is_whole_when_its_writer_closed_it_and_not_before() {
        let dir = tempfile::tempdir().unwrap();
        let mut folder = Folder::open(dir.path()).unwrap();
        let mut file = File::create(dir.path().join("porch.mp4")).unwrap();
        file.write_all(b"half").unwrap();
        folder.changed().await;
        assert!(whole(&mut folder).is_empty());
        file.write_all(b"the rest").unwrap();
        drop(file);
        while whole(&mut folder).is_empty() {
            folder.changed().await;
        }
        assert_eq!(whole(&mut folder), ["porch.mp4"]);
    }

    #[tokio::test]
    async fn a_film_that_was_moved_in_is_whole() {
        let dir = tempfile::tempdir().unwrap();
        let mut folder = Folder::open(dir.path()).unwrap();
        fs::create_dir(dir.path().join("today")).unwrap();
        folder.changed().await;
        fs::write(dir.path().join("today/porch.tmp"), b"film").unwrap();
        fs::rename(
            dir.path().join("today/porch.tmp"),
            dir.path().join("today/porch.mp4"),
        )
        .unwrap();
        while whole(&mut folder).is_empty() {
            folder.changed().await;
        }
        assert_eq!(whole(&mut folder), ["today/porch.mp4"]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_film_that_nobody_tells_about_is_whole_when_it_stays_as_it_is() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("old.mp4"), b"film").unwrap();
        let mut folder = Folder::open(dir.path()).unwrap();
        assert!(whole(&mut folder).is_empty());
        tokio::time::advance(SETTLED).await;
        assert_eq!(whole(&mut folder), ["old.mp4"]);
        fs::write(dir.path().join("old.mp4"), b"longer film").unwrap();
        folder.told.close();
        while folder.told.recv().await.is_some() {}
        assert!(whole(&mut folder).is_empty());
    }

    #[test]
    fn only_films_are_found_and_never_through_links() {
        let dir = tempfile::tempdir().unwrap();
        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("secret.mp4"), b"film").unwrap();
        for name in ["notes.txt", "thumb.jpg", ".hidden.mp4", "b.MP4", "c.mkv"] {
            fs::write(dir.path().join(name), b"film").unwrap();
        }
        std::os::unix::fs::symlink(outside.path(), dir.path().join("out")).unwrap();
        std::os::unix::fs::symlink(
            outside.path().join("secret.mp4"),
            dir.path().join("link.mp4"),
        )
        .unwrap();
        let mut found = BTreeMap::new();
        walk(dir.path(), Path::new(""), DEPTH, &mut found).unwrap();
        let found: Vec<_> = found
            .keys()
            .map(|path| path.display().to_string())
            .collect();
        assert_eq!(found, ["b.MP4", "c.mkv"]);
    }

    #[tokio::test]
    async fn a_film_that_was_exchanged_is_neither_opened_nor_deleted() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("a.mp4"), b"film").unwrap();
        let mut folder = Folder::open(dir.path()).unwrap();
        let found = folder.look().unwrap().remove(0);
        fs::write(dir.path().join("a.mp4"), b"another film").unwrap();
        assert!(folder.film(&found).is_err() && folder.delete(&found).is_err());
        assert!(dir.path().join("a.mp4").exists());
    }
}
