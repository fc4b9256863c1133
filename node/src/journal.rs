//! The ledger a second time: a file beside the database to which every entry is appended.
//!
//! What was granted stays granted when a database is lost. A home that began its ledger anew would contradict heads
//! that it signed before, and others hold them. The database decides; the journal follows it, and leads only where the
//! database is behind.
//!
//! ```text
//! length (4 bytes) || entry (CBOR) || length (4 bytes) || signed head        for each entry, big-endian lengths
//! ```

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use streetlamp_proto::ledger::{Entry, Head};
use streetlamp_proto::signed::Signed;
use streetlamp_proto::wire;

use crate::error::{Error, Result};

/// Largest entry or head that is read, in bytes.
const LARGEST: u32 = 16 * 1024;

/// An entry, and the head that closes the chain after it.
pub type Closed = (Entry, Signed<Head>);

/// The open file.
#[derive(Debug)]
pub struct Journal {
    file: File,
    /// Number of the last entry.
    last: u64,
}

impl Journal {
    /// Opens or makes the file, and gives every entry in it. What is torn at its end is cut off.
    ///
    /// # Errors
    /// The disk's.
    pub fn open(path: &Path) -> Result<(Self, Vec<Closed>)> {
        let failed = |e| Error::io(format!("{} cannot be used", path.display()), e);
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(path);
        let mut file = file.map_err(failed)?;
        let dir = path.parent().unwrap_or(path);
        File::open(dir)
            .and_then(|dir| dir.sync_all())
            .map_err(failed)?;
        let mut entries = Vec::new();
        let mut whole = 0;
        while let Some(closed) = next(&mut file).map_err(failed)? {
            whole = file.stream_position().map_err(failed)?;
            entries.push(closed);
        }
        file.set_len(whole)
            .and_then(|()| file.seek(SeekFrom::Start(whole)))
            .map_err(failed)?;
        let last = entries.last().map_or(0, |(entry, _)| entry.seq);
        Ok((Self { file, last }, entries))
    }

    /// Number of the last entry; 0 for an empty file.
    pub const fn last(&self) -> u64 {
        self.last
    }

    /// Appends the next entry, durable when this returns.
    ///
    /// # Errors
    /// The disk's; nothing of the entry is kept then.
    pub fn append(&mut self, entry: &Entry, head: &Signed<Head>) -> Result<()> {
        let mut bytes = Vec::new();
        for part in [wire::to_cbor(entry), head.to_bytes()] {
            let len = u32::try_from(part.len()).unwrap_or(u32::MAX);
            bytes.extend_from_slice(&len.to_be_bytes());
            bytes.extend_from_slice(&part);
        }
        let failed = |e| Error::io("the copy of the ledger could not be written", e);
        let here = self.file.stream_position().map_err(failed)?;
        let written = self
            .file
            .write_all(&bytes)
            .and_then(|()| self.file.sync_data());
        if let Err(error) = written {
            let _stays_torn = self
                .file
                .set_len(here)
                .and_then(|()| self.file.seek(SeekFrom::Start(here)));
            return Err(failed(error));
        }
        self.last = entry.seq;
        Ok(())
    }

    /// Empties the file.
    ///
    /// # Errors
    /// The disk's.
    pub fn clear(&mut self) -> Result<()> {
        self.last = 0;
        self.file
            .set_len(0)
            .and_then(|()| self.file.seek(SeekFrom::Start(0)))
            .map(drop)
            .map_err(|e| Error::io("the copy of the ledger could not be emptied", e))
    }
}

/// The next whole entry; nothing at the end of what can be read.
fn next(file: &mut File) -> io::Result<Option<Closed>> {
    let (Some(entry), Some(head)) = (part(file)?, part(file)?) else {
        return Ok(None);
    };
    let entry = wire::from_cbor(&entry).ok();
    Ok(entry.zip(Signed::from_bytes(&head).ok()))
}

fn part(file: &mut File) -> io::Result<Option<Vec<u8>>> {
    let mut len = [0; 4];
    let mut read = Vec::new();
    if file.take(4).read_to_end(&mut read)? < len.len() {
        return Ok(None);
    }
    len.copy_from_slice(&read);
    let len = u32::from_be_bytes(len);
    if len > LARGEST {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    let read = file.take(u64::from(len)).read_to_end(&mut bytes)?;
    Ok((read == usize::try_from(len).unwrap_or(usize::MAX)).then_some(bytes))
}
