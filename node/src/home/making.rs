//! Writing a home directory: what goes into one, and how it comes to be there whole or not at all.
//!
//! Everything is written into a fresh directory beside the final one and renamed into place.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use ed25519_dalek::SigningKey;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::Rng;
use streetlamp_proto::cell::Cell;
use streetlamp_proto::household::Me;
use streetlamp_proto::identity::{Card, DeviceCert, DeviceId, HouseholdId, Roles};
use streetlamp_proto::recipient::{Identity, Recipient};
use streetlamp_proto::signed::{PublicKey, Signed};
use streetlamp_proto::time::Timestamp;
use zeroize::Zeroizing;

use super::keys::DeviceKeys;
use super::{CARD, CELL, CERT, DEVICE_KEY, Home, READING, RECOVERY, SHEET};
use crate::error::{Error, ErrorKind, Result};

/// What a home directory is made of.
pub(super) struct Parts {
    pub(super) card: Signed<Card>,
    pub(super) cert: Signed<DeviceCert>,
    pub(super) device: DeviceKeys,
    pub(super) recovery: Recipient,
    /// The reading key behind its passphrase; a device that only records has none.
    pub(super) reading: Option<Vec<u8>>,
    /// Where the recovery sheet was written just now, if it was.
    pub(super) sheet: Option<PathBuf>,
    pub(super) cell: Option<Cell>,
}

impl Parts {
    /// What a device needs that cannot read.
    pub(super) fn of_a_device(me: Me) -> Self {
        Self {
            card: me.card,
            cert: me.cert,
            device: DeviceKeys {
                signing: me.device,
                sealing: me.sealing,
            },
            recovery: me.recovery,
            reading: None,
            sheet: None,
            cell: me.cell,
        }
    }

    /// Makes the home, with no database yet.
    ///
    /// # Errors
    /// The disk's; nothing is left of it then.
    pub(super) fn write(&self, dir: &Path, parent: &Path) -> Result<()> {
        write_home(dir, parent, |part| {
            make_dir(&part.join("clips"))?;
            write_new(&part.join(CARD), &self.card.to_bytes())?;
            write_new(&part.join(CERT), &self.cert.to_bytes())?;
            write_new(
                &part.join(RECOVERY),
                format!("{}\n", self.recovery).as_bytes(),
            )?;
            if let Some(protected) = &self.reading {
                write_new(&part.join(READING), protected)?;
            }
            if let Some(sheet) = &self.sheet {
                write_new(&part.join(SHEET), sheet.to_string_lossy().as_bytes())?;
            }
            if let Some(cell) = &self.cell {
                write_new(&part.join(CELL), cell.as_str().as_bytes())?;
            }
            write_new(&part.join(DEVICE_KEY), self.device.to_text().as_bytes())
        })
    }
}

impl DeviceKeys {
    /// New keys for a device.
    pub(super) fn fresh(rng: &mut ChaCha20Rng) -> Self {
        Self {
            signing: fresh_signing_key(rng),
            sealing: fresh_identity(rng),
        }
    }

    /// What the root is to certify of them.
    pub(super) fn to_certify(
        &self,
        household: HouseholdId,
        roles: Roles,
        serial: u32,
        now: Timestamp,
    ) -> DeviceCert {
        DeviceCert {
            household,
            device: DeviceId::from_bytes(*PublicKey::of(&self.signing).as_bytes()),
            sealing: self.sealing.recipient(),
            roles,
            issued: now,
            serial,
            ended: None,
        }
    }
}

/// The absolute path of a home that is to be made, and its parent, which exists.
///
/// # Errors
/// [`ErrorKind::Conflict`] if something is there already.
pub(super) fn place(dir: &Path) -> Result<(PathBuf, PathBuf)> {
    let dir = std::path::absolute(dir)
        .map_err(|e| Error::io(format!("{} is no place for a home", dir.display()), e))?;
    refuse_what_is_there(&dir)?;
    let parent = dir
        .parent()
        .ok_or_else(|| Error::new(ErrorKind::Invalid, "a home needs a directory of its own"))?
        .to_owned();
    fs::create_dir_all(&parent)
        .map_err(|e| Error::io(format!("{} cannot be made", parent.display()), e))?;
    Ok((dir, parent))
}

pub(crate) fn refuse_what_is_there(dir: &Path) -> Result<()> {
    if Home::exists(dir) {
        let message = format!(
            "there is a home in {} already: nothing was changed",
            dir.display()
        );
        return Err(Error::new(ErrorKind::Conflict, message));
    }
    match fs::read_dir(dir).map(|mut entries| entries.next().is_none()) {
        Ok(true) => Ok(()),
        Ok(false) => {
            let message = format!(
                "{} is not empty: name an empty or new directory",
                dir.display()
            );
            Err(Error::new(ErrorKind::Conflict, message))
        }
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(e) => Err(Error::io(
            format!("{} cannot be used as a home", dir.display()),
            e,
        )),
    }
}

/// Fills a directory beside `dir`, makes it durable and renames it into place.
pub(crate) fn write_home(
    dir: &Path,
    parent: &Path,
    fill: impl FnOnce(&Path) -> Result<()>,
) -> Result<()> {
    let mut name = dir.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    let part = parent.join(name);
    if part.exists() {
        // Left by a set-up that was cut off; nothing ever ran from it.
        fs::remove_dir_all(&part)
            .map_err(|e| Error::io(format!("{} cannot be removed", part.display()), e))?;
    }
    make_dir(&part)?;
    let filled = fill(&part).and_then(|()| sync_dir(&part)).and_then(|()| {
        fs::rename(&part, dir)
            .map_err(|e| Error::io(format!("{} cannot be made", dir.display()), e))?;
        sync_dir(parent)
    });
    if filled.is_err() {
        let _gone = fs::remove_dir_all(&part);
    }
    filled
}

fn make_dir(path: &Path) -> Result<()> {
    DirBuilder::new()
        .mode(0o700)
        .create(path)
        .map_err(|e| Error::io(format!("{} cannot be made", path.display()), e))
}

/// Writes a file that must not exist yet, readable by its owner only, and makes it durable.
pub(crate) fn write_new(path: &Path, bytes: &[u8]) -> Result<()> {
    let failed = |e| Error::io(format!("{} cannot be written", path.display()), e);
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(failed)?;
    file.write_all(bytes)
        .and_then(|()| file.sync_all())
        .map_err(failed)
}

/// Puts a file in the place of another one of the home, whole or not at all.
pub(super) fn replace(dir: &Path, name: &str, bytes: &[u8]) -> Result<()> {
    let (new, old) = (dir.join(format!("{name}.new")), dir.join(name));
    // What a crash left of an attempt before.
    let _gone = fs::remove_file(&new);
    write_new(&new, bytes)?;
    fs::rename(&new, &old)
        .map_err(|e| Error::io(format!("{} cannot be replaced", old.display()), e))?;
    sync_dir(dir)
}

pub(crate) fn sync_dir(dir: &Path) -> Result<()> {
    File::open(dir)
        .and_then(|d| d.sync_all())
        .map_err(|e| Error::io(format!("{} cannot be made durable", dir.display()), e))
}

pub(crate) fn fresh_signing_key(rng: &mut ChaCha20Rng) -> SigningKey {
    let mut secret = Zeroizing::new([0; 32]);
    rng.fill_bytes(&mut *secret);
    SigningKey::from_bytes(&secret)
}

pub(super) fn fresh_identity(rng: &mut ChaCha20Rng) -> Identity {
    let mut secret = Zeroizing::new([0; 32]);
    rng.fill_bytes(&mut *secret);
    Identity::from_secret_bytes(secret)
}
