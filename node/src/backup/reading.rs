//! Restoring a home from a backup: all of it or nothing, and never over another.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read};
use std::iter;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use streetlamp_proto::clip::ClipId;
use streetlamp_proto::household::Record;
use streetlamp_proto::recipient::Identity;
use streetlamp_proto::wire::limits::SEALED_BYTES;

use super::{CLIPS, DATABASE, FILES, Held, SEALED, not_a_backup};
use crate::error::{Error, ErrorKind, Result};
use crate::home::Home;
use crate::store::Store;
use crate::vault::Vault;

/// Largest key, card or certificate file, in bytes.
const SMALL_FILE: u64 = 64 * 1024;
/// Largest database, in bytes: far above what a street of two thousand households fills.
const LARGEST_DATABASE: u64 = 4 * 1024 * 1024 * 1024;

/// A directory in the making. Dropped before it got its name, nothing of it stays.
struct Part(PathBuf);

impl Drop for Part {
    fn drop(&mut self) {
        let _gone_already = fs::remove_dir_all(&self.0);
    }
}

/// Makes a home in `dir` from a backup, telling `progress` how many bytes of the archive were read.
///
/// # Errors
/// [`ErrorKind::Conflict`] if something is there already, [`ErrorKind::Denied`] if the backup is not to this key,
/// [`ErrorKind::DataLoss`] if it is damaged; the disk's errors. Nothing is left behind then.
pub fn restore(
    dir: &Path,
    backup: impl Read,
    recovery: &Identity,
    progress: impl Fn(u64),
) -> Result<Held> {
    let dir = std::path::absolute(dir)
        .map_err(|e| Error::io(format!("{} is no place for a home", dir.display()), e))?;
    refuse_what_is_there(&dir)?;
    let parent = dir.parent().unwrap_or(&dir);
    let unwritable = |e| Error::io(format!("{} cannot be written", dir.display()), e);
    fs::create_dir_all(parent).map_err(unwritable)?;
    let mut name = dir.clone().into_os_string();
    name.push(format!(".restore-{}", std::process::id()));
    let part = Part(name.into());
    let mut builder = DirBuilder::new();
    builder.mode(0o700);
    for made in [part.0.clone(), part.0.join(CLIPS)] {
        builder.create(made).map_err(unwritable)?;
    }

    crate::blocking::block(|| unpack(backup, recovery, &part.0, progress))?;
    let held = check(&part.0)?;
    for made in [part.0.join(CLIPS), part.0.clone()] {
        sync(&made).map_err(unwritable)?;
    }
    refuse_what_is_there(&dir)?;
    fs::rename(&part.0, &dir)
        .and_then(|()| sync(parent))
        .map_err(unwritable)?;
    Ok(held)
}

fn refuse_what_is_there(dir: &Path) -> Result<()> {
    // An empty directory may be a mount point that was made ready; a rename replaces it.
    let empty = fs::read_dir(dir).is_ok_and(|mut entries| entries.next().is_none());
    if !empty && fs::symlink_metadata(dir).is_ok() {
        let message = format!(
            "there is something in {} already: nothing was changed; name another place with --home DIR",
            dir.display()
        );
        return Err(Error::new(ErrorKind::Conflict, message));
    }
    Ok(())
}

fn unpack(
    backup: impl Read,
    recovery: &Identity,
    into: &Path,
    progress: impl Fn(u64),
) -> Result<()> {
    let decryptor = age::Decryptor::new(backup).map_err(|e| {
        Error::new(ErrorKind::Invalid, "this file is not a Streetlamp backup").because(e)
    })?;
    let identity: age::x25519::Identity = recovery
        .expose()
        .parse()
        .map_err(|e: &str| Error::new(ErrorKind::Internal, e))?;
    let opened = decryptor.decrypt(iter::once(&identity as &dyn age::Identity));
    let opened = opened.map_err(|e| {
        let message = "this backup is of another household: these are not its words";
        Error::new(ErrorKind::Denied, message).because(e)
    })?;
    let mut archive = tar::Archive::new(opened);
    let mut done = 0;
    for entry in archive.entries().map_err(not_a_backup)? {
        let mut entry = entry.map_err(not_a_backup)?;
        let path = entry.path().map_err(not_a_backup)?;
        let name = path.to_str().unwrap_or_default().to_owned();
        drop(path);
        let limit = limit(&name).ok_or_else(|| not_a_backup(format!("what is {name:?}?")))?;
        let len = entry.size();
        if !entry.header().entry_type().is_file() || len > limit {
            return Err(not_a_backup(format!("{name} is not as it should be")));
        }
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(into.join(&name));
        let mut file = file.map_err(|e| Error::io(format!("{name} cannot be written"), e))?;
        let copied = io::copy(&mut entry, &mut file).map_err(|e| match e.raw_os_error() {
            // A full disk is no fault of the backup.
            Some(_) => Error::io(format!("{name} cannot be kept"), e),
            None => not_a_backup(e),
        })?;
        if copied != len {
            return Err(not_a_backup(format!("{name} is cut short")));
        }
        file.sync_all()
            .map_err(|e| Error::io(format!("{name} cannot be kept"), e))?;
        done += len;
        progress(done);
    }
    // The end of an age file is authenticated; the archive ends before it.
    io::copy(&mut archive.into_inner(), &mut io::sink()).map_err(not_a_backup)?;
    Ok(())
}

/// How large a file of this name may be; nothing for names that no backup holds.
fn limit(name: &str) -> Option<u64> {
    if FILES.contains(&name) {
        return Some(SMALL_FILE);
    }
    if name == DATABASE {
        return Some(LARGEST_DATABASE);
    }
    let clip = name.strip_prefix(CLIPS)?.strip_suffix(SEALED)?;
    let clip: ClipId = clip.parse().ok()?;
    (name == format!("{CLIPS}{clip}{SEALED}")).then_some(SEALED_BYTES)
}

/// Looks whether what was unpacked is a whole home, and every clip in it what its name says.
fn check(dir: &Path) -> Result<Held> {
    let home = Home::open(dir)?;
    let store = Store::open(&home.store_path())?;
    if let Some(fault) = store.check()?.first() {
        return Err(not_a_backup(fault.clone()));
    }
    let vault = Vault::open(&home.clips_dir())?;
    let mut held = Held::default();
    for record in store.records()? {
        let manifest = match &record {
            Record::Alert { .. } => {
                held.alerts += 1;
                continue;
            }
            Record::Clip(label) => &label.manifest,
            Record::Received { parcel, .. } => &parcel.manifest,
            _ => continue,
        };
        let said = manifest.statement();
        match crate::blocking::block(|| vault.outboard(said.clip, said.sealed_len)) {
            Ok(_) => held.clips += 1,
            Err(error) if error.kind() == ErrorKind::NotFound => held.clips_without_bytes += 1,
            Err(error) => return Err(error),
        }
    }
    Ok(held)
}

fn sync(dir: &Path) -> io::Result<()> {
    File::open(dir).and_then(|dir| dir.sync_all())
}
