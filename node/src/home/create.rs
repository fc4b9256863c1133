//! First use: words, root, device, reading key, and the recovery sheet.
//!
//! Everything is written into a fresh directory beside the final one and renamed into place, so that a home exists
//! whole or not at all. The sheet is durable before the home appears: there is never a home without its words on paper.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use ed25519_dalek::SigningKey;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::Rng;
use streetlamp_proto::cell::Cell;
use streetlamp_proto::identity::{Card, DeviceCert, DeviceId, HouseholdId, Name, Roles, Words};
use streetlamp_proto::recipient::Identity;
use streetlamp_proto::signed::PublicKey;
use streetlamp_proto::time::Timestamp;
use zeroize::Zeroizing;

use super::keys::{self, DeviceKeys};
use super::{CARD, CELL, CERT, DEVICE_KEY, Home, READING, RECOVERY, SHEET, sheet};
use crate::entropy::Entropy;
use crate::error::{Error, ErrorKind, Result};

/// Words of a passphrase that is made for a resident who gave none: 6 of 2,048 are 66 bits, behind scrypt.
const MADE_WORDS: usize = 6;

/// What a resident says at first use.
#[derive(Debug)]
pub struct NewHome {
    /// How neighbours will see the household.
    pub name: Name,
    /// Where it is, if it wants to say.
    pub cell: Option<Cell>,
    /// Protects the reading key. One is made and written on the sheet if there is none.
    pub passphrase: Option<Zeroizing<String>>,
    /// Where the recovery sheet goes; beside the home directory if nobody says.
    pub recovery_sheet: Option<PathBuf>,
    /// The wall time.
    pub now: Timestamp,
}

/// What was made.
#[derive(Debug, Clone)]
pub struct Created {
    /// The household.
    pub household: HouseholdId,
    /// Where its recovery sheet is.
    pub recovery_sheet: PathBuf,
    /// Whether a passphrase was made and stands on the sheet.
    pub passphrase_was_made: bool,
}

pub(super) fn create(dir: &Path, new: NewHome, entropy: &Entropy) -> Result<Created> {
    let dir = std::path::absolute(dir)
        .map_err(|e| Error::io(format!("{} is no place for a home", dir.display()), e))?;
    refuse_what_is_there(&dir)?;
    let parent = dir
        .parent()
        .ok_or_else(|| Error::new(ErrorKind::Invalid, "a home needs a directory of its own"))?;
    fs::create_dir_all(parent)
        .map_err(|e| Error::io(format!("{} cannot be made", parent.display()), e))?;
    let recovery_sheet = match new.recovery_sheet {
        Some(path) => std::path::absolute(&path).map_err(|e| Error::io(path.display(), e))?,
        None => beside(&dir),
    };
    if recovery_sheet.starts_with(&dir) {
        let message = "the recovery sheet must not lie inside the home: it opens every clip";
        return Err(Error::new(ErrorKind::Invalid, message));
    }

    let mut rng = entropy.generator()?;
    let words = Words::generate(&mut rng);
    let passphrase_was_made = new.passphrase.is_none();
    let passphrase = new.passphrase.unwrap_or_else(|| made_passphrase(&mut rng));
    let root = words.root();
    let device = DeviceKeys {
        signing: fresh_signing_key(&mut rng),
        sealing: fresh_identity(&mut rng),
    };
    let reading = fresh_identity(&mut rng);
    let card = root.sign_card(Card {
        household: root.household(),
        name: new.name.clone(),
        reading: reading.recipient(),
        issued: new.now,
    });
    let cert = root.certify(DeviceCert {
        household: root.household(),
        device: DeviceId::from_bytes(*PublicKey::of(&device.signing).as_bytes()),
        sealing: device.sealing.recipient(),
        roles: Roles::ALL,
        issued: new.now,
        serial: 1,
    });

    let protected = crate::blocking::block(|| keys::protect(&reading, &passphrase))?;
    let text = sheet::text(
        &words,
        &new.name,
        passphrase_was_made.then_some(&passphrase),
    );
    write_new(&recovery_sheet, text.as_bytes())?;

    let written = write_home(&dir, parent, |part| {
        make_dir(&part.join("clips"))?;
        write_new(&part.join(CARD), &card.to_bytes())?;
        write_new(&part.join(CERT), &cert.to_bytes())?;
        write_new(
            &part.join(RECOVERY),
            format!("{}\n", words.recovery().recipient()).as_bytes(),
        )?;
        write_new(&part.join(READING), &protected)?;
        write_new(
            &part.join(SHEET),
            recovery_sheet.to_string_lossy().as_bytes(),
        )?;
        if let Some(cell) = &new.cell {
            write_new(&part.join(CELL), cell.as_str().as_bytes())?;
        }
        write_new(&part.join(DEVICE_KEY), device.to_text().as_bytes())
    });
    if let Err(error) = written {
        // A sheet without its home would only confuse; its words were never used.
        let _gone = fs::remove_file(&recovery_sheet);
        return Err(error);
    }
    Ok(Created {
        household: root.household(),
        recovery_sheet,
        passphrase_was_made,
    })
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

pub(crate) fn sync_dir(dir: &Path) -> Result<()> {
    File::open(dir)
        .and_then(|d| d.sync_all())
        .map_err(|e| Error::io(format!("{} cannot be made durable", dir.display()), e))
}

fn beside(dir: &Path) -> PathBuf {
    let mut name = dir.file_name().unwrap_or_default().to_owned();
    name.push("-recovery-sheet.txt");
    dir.with_file_name(name)
}

pub(crate) fn fresh_signing_key(rng: &mut ChaCha20Rng) -> SigningKey {
    let mut secret = Zeroizing::new([0; 32]);
    rng.fill_bytes(&mut *secret);
    SigningKey::from_bytes(&secret)
}

fn fresh_identity(rng: &mut ChaCha20Rng) -> Identity {
    let mut secret = Zeroizing::new([0; 32]);
    rng.fill_bytes(&mut *secret);
    Identity::from_secret_bytes(secret)
}

fn made_passphrase(rng: &mut ChaCha20Rng) -> Zeroizing<String> {
    // The words of 32 fresh bytes are uniform over the list, but for the last, which carries the checksum.
    let words = Words::generate(rng).expose();
    Zeroizing::new(
        words
            .split(' ')
            .take(MADE_WORDS)
            .collect::<Vec<_>>()
            .join("-"),
    )
}
