//! Making a backup, beside a running node or without one.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::iter;
use std::path::{Path, PathBuf};

use streetlamp_proto::clip::ClipId;
use streetlamp_proto::household::Record;

use super::{CLIPS, DATABASE, FILES, Held, SEALED};
use crate::error::{Error, ErrorKind, Result};
use crate::home::Home;
use crate::store::Store;
use crate::vault::Vault;

/// A snapshot of the database that is gone when it is dropped.
struct Snapshot(PathBuf);

impl Snapshot {
    fn of(home: &Home) -> Result<Self> {
        let path = home
            .dir()
            .join(format!("backup-{}.part", std::process::id()));
        let _none_from_before = fs::remove_file(&path);
        let snapshot = Self(path);
        Store::open_read_only(&home.store_path())?.snapshot(&snapshot.0)?;
        Ok(snapshot)
    }
}

impl Drop for Snapshot {
    fn drop(&mut self) {
        let _gone_already = fs::remove_file(&self.0);
    }
}

/// Writes a backup of a home, telling `progress` bytes done and bytes in all.
///
/// # Errors
/// The disk's; [`ErrorKind::NotFound`] if the home has no database yet.
pub fn back_up(home: &Home, to: impl Write, progress: impl Fn(u64, u64)) -> Result<Held> {
    if !home.store_path().exists() {
        let message = "this home was never started, so there is nothing to back up";
        return Err(Error::new(ErrorKind::NotFound, message));
    }
    let snapshot = Snapshot::of(home)?;
    let records = Store::open_read_only(&snapshot.0)?.records()?;
    let database = File::open(&snapshot.0)
        .map_err(|e| Error::io("the snapshot of the database is gone", e))?;
    // The open file stays readable, and a backup that is cut off leaves no second database behind.
    drop(snapshot);
    let vault = Vault::open_read_only(&home.clips_dir());
    let mut held = Held::default();
    let mut clips: Vec<(ClipId, u64)> = Vec::new();
    let mut seen = BTreeSet::new();
    for record in &records {
        let (clip, len) = match record {
            Record::Alert { .. } => {
                held.alerts += 1;
                continue;
            }
            Record::Clip(label) => {
                let said = label.manifest.statement();
                (said.clip, said.sealed_len)
            }
            Record::Received { parcel, .. } => {
                let said = parcel.manifest.statement();
                (said.clip, said.sealed_len)
            }
            _ => continue,
        };
        if !seen.insert(clip) {
            continue;
        }
        match vault.sealed(clip, len) {
            Ok(_) => clips.push((clip, len)),
            Err(error) if error.kind() == ErrorKind::NotFound => held.clips_without_bytes += 1,
            Err(error) => return Err(error),
        }
    }
    let total = clips.iter().map(|(_, len)| len).sum();
    let write = || -> io::Result<()> {
        let recipient: age::x25519::Recipient = home
            .recovery()
            .to_string()
            .parse()
            .map_err(io::Error::other)?;
        let recipients = iter::once(&recipient as &dyn age::Recipient);
        let encryptor = age::Encryptor::with_recipients(recipients).map_err(io::Error::other)?;
        let mut archive = tar::Builder::new(encryptor.wrap_output(to)?);
        for name in FILES {
            if let Some(file) = open(&home.dir().join(name))? {
                add(&mut archive, name, file)?;
            }
        }
        add(&mut archive, DATABASE, database)?;
        let mut done = 0;
        for (clip, len) in &clips {
            let file = match vault.sealed(*clip, *len) {
                Ok(file) => file,
                // It was deleted just now.
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                Err(error) => return Err(io::Error::other(error)),
            };
            let name = format!("{CLIPS}{clip}{SEALED}");
            archive.append_data(&mut header(*len), name, file.take(*len))?;
            held.clips += 1;
            done += len;
            progress(done, total);
        }
        archive.into_inner()?.finish()?;
        Ok(())
    };
    crate::blocking::block(write).map_err(|e| Error::io("the backup could not be written", e))?;
    Ok(held)
}

/// A file that the home may lack.
fn open(path: &Path) -> io::Result<Option<File>> {
    match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        opened => opened.map(Some),
    }
}

fn add<W: Write>(archive: &mut tar::Builder<W>, name: &str, file: File) -> io::Result<()> {
    let len = file.metadata()?.len();
    archive.append_data(&mut header(len), name, file.take(len))
}

/// No owner, no date: nothing that the home does not say itself.
fn header(len: u64) -> tar::Header {
    let mut header = tar::Header::new_gnu();
    header.set_size(len);
    header.set_mode(0o600);
    header
}
