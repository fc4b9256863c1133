//! The home directory: keys, card and certificate of one household's node, and the lock that keeps it to one node.
//!
//! ```text
//! household.card   the card, signed by the root          (public)
//! device.cert      this device's certificate             (public)
//! device.key       this device's signing and sealing keys (0600)
//! recovery.pub     the recovery recipient                 (public)
//! reading.age      the reading key, in a standard age file under the passphrase; a recorder has none
//! cell             where the home is, as a cell
//! recovery-sheet   where the recovery sheet was written, until it is confirmed as moved
//! streetlamp.db    what the home keeps                    (see `store`)
//! ledger.log       the ledger a second time               (see `journal`)
//! clips/           sealed clips                           (see `vault`)
//! kept/            sealed clips of neighbours             (see `vault`)
//! proofs/          proofs that a household closed two ledgers
//! page.pem         what the page shows to the house's network, with its key (0600; see `web::lan`)
//! node.lock        held by the running node
//! control.sock     the command line's way in
//! ```
//! The words, the root key and the recovery key are on the recovery sheet only, which lies outside.

mod adding;
mod create;
mod keys;
mod making;
mod restoring;
mod sheet;

use std::fs::{self, File, TryLockError};
use std::io::Read;
use std::path::{Path, PathBuf};

pub use adding::NewDevice;
pub use create::{Created, FromWords, NewHome, made_passphrase};
pub(crate) use making::{fresh_signing_key, refuse_what_is_there, sync_dir, write_home, write_new};
use streetlamp_proto::cell::Cell;
use streetlamp_proto::clip::ReadingKeys;
use streetlamp_proto::household::Me;
use streetlamp_proto::identity::{Card, DeviceCert, HouseholdId, Name};
use streetlamp_proto::recipient::Recipient;
use streetlamp_proto::signed::Signed;
use zeroize::Zeroizing;

use crate::error::{Error, ErrorKind, Result};
use crate::strength;

const CARD: &str = "household.card";
const CERT: &str = "device.cert";
const DEVICE_KEY: &str = "device.key";
const RECOVERY: &str = "recovery.pub";
const READING: &str = "reading.age";
const CELL: &str = "cell";
const SHEET: &str = "recovery-sheet";

/// Largest key, card or certificate file that is read, in bytes.
const SMALL_FILE: u64 = 64 * 1024;

/// A home directory that was opened and found whole.
#[derive(Debug, Clone)]
pub struct Home {
    dir: PathBuf,
    card: Signed<Card>,
    cert: Signed<DeviceCert>,
    recovery: Recipient,
    cell: Option<Cell>,
}

/// Held while a node runs from a home.
#[derive(Debug)]
pub struct HomeLock {
    _file: File,
}

/// Where a home lies when nobody says: `streetlamp` in the user's data directory.
///
/// # Errors
/// If the user has no home directory.
pub fn default_dir() -> Result<PathBuf> {
    let dirs = directories::ProjectDirs::from("", "", "streetlamp");
    let dirs = dirs.ok_or_else(|| {
        Error::new(
            ErrorKind::Invalid,
            "no place for a home: name one with --home DIR",
        )
    })?;
    Ok(dirs.data_dir().to_owned())
}

/// Keeps every other node out of a directory until the lock is dropped.
pub(crate) fn lock(dir: &Path) -> Result<HomeLock> {
    let path = dir.join("node.lock");
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path);
    let file = file.map_err(|e| {
        Error::io(
            format!("this home cannot be written: {}", path.display()),
            e,
        )
    })?;
    match file.try_lock() {
        Ok(()) => Ok(HomeLock { _file: file }),
        Err(TryLockError::WouldBlock) => Err(Error::new(
            ErrorKind::Conflict,
            format!(
                "a node is already running from {}: use it, or stop it first",
                dir.display()
            ),
        )),
        Err(TryLockError::Error(e)) => {
            Err(Error::io(format!("{} cannot be locked", path.display()), e))
        }
    }
}

impl Home {
    /// Whether there is a home in this directory, whole or not.
    pub fn exists(dir: &Path) -> bool {
        dir.join(CARD).exists() || dir.join(DEVICE_KEY).exists()
    }

    /// Opens a home and checks that its parts belong together.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] if there is none, [`ErrorKind::DataLoss`] if a part is missing or damaged.
    pub fn open(dir: &Path) -> Result<Self> {
        if !Self::exists(dir) {
            let message = format!(
                "there is no home in {}: make one with 'streetlamp init'",
                dir.display()
            );
            return Err(Error::new(ErrorKind::NotFound, message));
        }
        let read = |name: &str| read_small(&dir.join(name));
        let text =
            |name: &str| Ok::<_, Error>(String::from_utf8_lossy(&read(name)?).trim().to_owned());
        let home = Self {
            card: Signed::from_bytes(&read(CARD)?).map_err(|e| damaged(dir, CARD).because(e))?,
            cert: Signed::from_bytes(&read(CERT)?).map_err(|e| damaged(dir, CERT).because(e))?,
            recovery: text(RECOVERY)?
                .parse()
                .map_err(|_| damaged(dir, RECOVERY))?,
            cell: match dir.join(CELL).exists() {
                true => Some(
                    text(CELL)?
                        .parse()
                        .map_err(|e| damaged(dir, CELL).because(e))?,
                ),
                false => None,
            },
            dir: dir.to_owned(),
        };
        if !home.me()?.is_whole() {
            return Err(damaged(dir, DEVICE_KEY));
        }
        Ok(home)
    }

    /// Makes a home: all of it or nothing, and never over another.
    ///
    /// # Errors
    /// [`ErrorKind::Conflict`] if something is there already; the disk's errors.
    pub fn create(dir: &Path, new: NewHome, entropy: &crate::entropy::Entropy) -> Result<Created> {
        create::create(dir, new, entropy)
    }

    /// Makes a home out of words that the resident has on paper already: no sheet is written.
    ///
    /// # Errors
    /// As [`Home::create`].
    pub fn create_on_paper(
        dir: &Path,
        new: FromWords,
        entropy: &crate::entropy::Entropy,
    ) -> Result<HouseholdId> {
        create::create_on_paper(dir, new, entropy)
    }

    /// Makes the home directory of a device whose keys the caller holds. The household's words and its reading key stay
    /// with the caller: nothing here opens a clip.
    ///
    /// # Errors
    /// As [`Home::create`].
    pub fn settle(dir: &Path, me: Me) -> Result<Self> {
        let (dir, parent) = making::place(dir)?;
        making::Parts::of_a_device(me).write(&dir, &parent)?;
        Self::open(&dir)
    }

    /// Makes a home of a household again from its words alone: with a device, a reading key and a passphrase that are
    /// new.
    ///
    /// # Errors
    /// As [`Home::create`].
    pub fn create_again(
        dir: &Path,
        again: FromWords,
        entropy: &crate::entropy::Entropy,
    ) -> Result<HouseholdId> {
        restoring::create_again(dir, again, entropy)
    }

    /// Makes the home directory of another device of this household, to be carried to another machine.
    ///
    /// # Errors
    /// As [`Home::create`]; [`ErrorKind::Denied`] if the words are another household's.
    pub fn add_device(
        &self,
        dir: &Path,
        new: &NewDevice,
        entropy: &crate::entropy::Entropy,
    ) -> Result<Signed<DeviceCert>> {
        adding::add_device(self, dir, new, entropy)
    }

    /// Keeps every other node out of this home until the lock is dropped.
    ///
    /// # Errors
    /// [`ErrorKind::Conflict`] if a node runs from it; [`ErrorKind::Denied`] if the directory is read-only.
    pub fn lock(&self) -> Result<HomeLock> {
        lock(&self.dir)
    }

    /// Who this node is. Reads the device's keys.
    ///
    /// # Errors
    /// If the key file is missing, unreadable or damaged.
    pub fn me(&self) -> Result<Me> {
        let text = Zeroizing::new(read_small(&self.dir.join(DEVICE_KEY))?);
        let text = std::str::from_utf8(&text).map_err(|_| damaged(&self.dir, DEVICE_KEY))?;
        let keys = keys::DeviceKeys::parse(text).ok_or_else(|| damaged(&self.dir, DEVICE_KEY))?;
        Ok(Me {
            card: self.card.clone(),
            cert: self.cert.clone(),
            device: keys.signing,
            sealing: keys.sealing,
            recovery: self.recovery.clone(),
            cell: self.cell.clone(),
        })
    }

    /// Whether this device holds the reading key, behind its passphrase.
    pub fn reads(&self) -> bool {
        self.dir.join(READING).exists()
    }

    /// The reading keys, out of their passphrase file. Takes about a second on purpose.
    ///
    /// # Errors
    /// [`ErrorKind::Denied`] if the passphrase is wrong, [`ErrorKind::Invalid`] if this device was made without a reading
    /// key.
    pub fn reading_keys(&self, passphrase: &Zeroizing<String>) -> Result<ReadingKeys> {
        if !self.reads() {
            let message = "this device holds no reading key: open clips on the household's other device, or with the recovery sheet";
            return Err(Error::new(ErrorKind::Invalid, message));
        }
        let protected = read_small(&self.dir.join(READING))?;
        crate::blocking::block(|| keys::unprotect(&protected, passphrase))
    }

    /// Puts the reading keys behind another passphrase. A copy of the file from before still opens with the old one.
    ///
    /// # Errors
    /// As [`Home::reading_keys`] and [`Home::takes_passphrase`], and the disk's; the old passphrase holds then.
    pub fn change_passphrase(
        &self,
        current: &Zeroizing<String>,
        new: &Zeroizing<String>,
    ) -> Result<()> {
        self.takes_passphrase(new)?;
        let reading = self.reading_keys(current)?;
        let protected = crate::blocking::block(|| keys::protect(&reading, new))?;
        making::replace(&self.dir, READING, &protected)
    }

    /// Whether this may become the passphrase of this home.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] if it would be guessed.
    pub fn takes_passphrase(&self, new: &str) -> Result<()> {
        let judged = strength::judge(new, &[self.name().as_str()]);
        match judged.enough {
            true => Ok(()),
            false => Err(Error::new(ErrorKind::Invalid, judged.verdict)),
        }
    }

    /// Where the recovery sheet was written; nothing once it was confirmed as printed and moved.
    pub fn recovery_sheet(&self) -> Option<PathBuf> {
        fs::read_to_string(self.dir.join(SHEET))
            .ok()
            .map(|path| PathBuf::from(path.trim()))
    }

    /// The resident says that the recovery sheet is printed and moved.
    ///
    /// # Errors
    /// [`ErrorKind::Conflict`] if it still lies where it was written.
    pub fn confirm_recovery_sheet(&self) -> Result<()> {
        match self.recovery_sheet() {
            Some(path) if path.exists() => Err(Error::new(
                ErrorKind::Conflict,
                format!(
                    "the recovery sheet still lies at {}: print it, move it off this machine, then confirm",
                    path.display()
                ),
            )),
            Some(_) => fs::remove_file(self.dir.join(SHEET))
                .map_err(|e| Error::io("the confirmation could not be kept", e)),
            None => Ok(()),
        }
    }

    /// The recovery recipient: what is sealed to it opens with the recovery sheet.
    pub const fn recovery(&self) -> &Recipient {
        &self.recovery
    }

    /// The serial of this device's certificate.
    pub fn serial(&self) -> u32 {
        self.cert.statement().serial
    }

    /// The directory.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The socket of the command line.
    pub fn control_socket(&self) -> PathBuf {
        self.dir.join("control.sock")
    }

    /// The database.
    pub fn store_path(&self) -> PathBuf {
        self.dir.join("streetlamp.db")
    }

    /// The second copy of the ledger.
    pub fn journal_path(&self) -> PathBuf {
        self.dir.join("ledger.log")
    }

    /// The sealed clips.
    pub fn clips_dir(&self) -> PathBuf {
        self.dir.join("clips")
    }

    /// Sealed clips of neighbours.
    pub fn kept_dir(&self) -> PathBuf {
        self.dir.join("kept")
    }

    /// Proofs that a household closed two ledgers.
    pub fn proofs_dir(&self) -> PathBuf {
        self.dir.join("proofs")
    }

    /// The household.
    pub fn household(&self) -> HouseholdId {
        self.card.statement().household
    }

    /// Its name.
    pub fn name(&self) -> &Name {
        &self.card.statement().name
    }

    /// Where the home is, if it was said.
    pub const fn cell(&self) -> Option<&Cell> {
        self.cell.as_ref()
    }
}

fn damaged(dir: &Path, part: &str) -> Error {
    let message = format!(
        "the home in {} is damaged: {part} is missing or does not fit; restore it from a backup",
        dir.display()
    );
    Error::new(ErrorKind::DataLoss, message)
}

pub(crate) fn read_small(path: &Path) -> Result<Vec<u8>> {
    let part = path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let dir = path.parent().unwrap_or(path);
    let file = File::open(path).map_err(|e| match e.kind() {
        std::io::ErrorKind::NotFound => damaged(dir, &part),
        _ => Error::io(format!("{} cannot be read", path.display()), e),
    })?;
    let mut bytes = Vec::new();
    file.take(SMALL_FILE)
        .read_to_end(&mut bytes)
        .map_err(|e| Error::io(format!("{} cannot be read", path.display()), e))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests;
