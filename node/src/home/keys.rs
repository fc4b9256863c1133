//! Key files: this device's two keys, and the reading key behind the passphrase.

use std::io::{Read, Write};
use std::iter;

use age::secrecy::SecretString;
use data_encoding::HEXLOWER;
use ed25519_dalek::SigningKey;
use streetlamp_proto::clip::ReadingKeys;
use streetlamp_proto::recipient::Identity;
use zeroize::Zeroizing;

use crate::error::{Error, ErrorKind, Result};

/// First words of the device key file, so that nobody takes it for something else.
const TITLE: &str =
    "# Streetlamp device key. Keep it on this machine and out of backups of other things.";

/// Older keys that are read behind today's: each one is tried on every clip.
const OLDER_KEYS: usize = 4;

/// Strongest scrypt work factor that is tried when opening: about 4 GiB of memory would be 22.
const MAX_WORK_FACTOR: u8 = 20;

/// This device's two keys, as they lie on disk.
pub(super) struct DeviceKeys {
    pub(super) signing: SigningKey,
    pub(super) sealing: Identity,
}

impl DeviceKeys {
    /// The text of the key file.
    pub(super) fn to_text(&self) -> Zeroizing<String> {
        let signing = Zeroizing::new(HEXLOWER.encode(self.signing.as_bytes()));
        Zeroizing::new(format!(
            "{TITLE}\nED25519 {}\n{}\n",
            *signing,
            *self.sealing.expose()
        ))
    }

    /// Reads the text of the key file.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut lines = text
            .lines()
            .filter(|line| !line.starts_with('#') && !line.trim().is_empty());
        let signing = Zeroizing::new(
            HEXLOWER
                .decode(lines.next()?.strip_prefix("ED25519 ")?.as_bytes())
                .ok()?,
        );
        let sealing = lines.next()?.parse().ok()?;
        let signing = SigningKey::from_bytes(signing.as_slice().try_into().ok()?);
        lines.next().is_none().then_some(Self { signing, sealing })
    }
}

/// The reading keys, a line each with today's first, in a standard age file under a passphrase: `age -d reading.age`
/// opens it too, and what comes out is an identity file for `age -d -i`.
pub(super) fn protect(reading: &ReadingKeys, passphrase: &Zeroizing<String>) -> Result<Vec<u8>> {
    let failed = |e: std::io::Error| {
        Error::new(
            ErrorKind::Internal,
            "the reading key could not be protected",
        )
        .because(e)
    };
    let encryptor = age::Encryptor::with_user_passphrase(SecretString::from(passphrase.as_str()));
    let mut protected = Vec::new();
    let mut writer = encryptor.wrap_output(&mut protected).map_err(failed)?;
    for (n, identity) in reading.iter().enumerate() {
        let line_break = if n == 0 { "" } else { "\n" };
        writer
            .write_all(line_break.as_bytes())
            .and_then(|()| writer.write_all(identity.expose().as_bytes()))
            .map_err(failed)?;
    }
    writer.finish().map_err(failed)?;
    Ok(protected)
}

/// Opens what [`protect`] made.
pub(super) fn unprotect(protected: &[u8], passphrase: &Zeroizing<String>) -> Result<ReadingKeys> {
    let damaged = || {
        Error::new(
            ErrorKind::DataLoss,
            "reading.age is damaged: restore it from a backup; the recovery key of the sheet still opens every clip with 'age'",
        )
    };
    let decryptor = age::Decryptor::new(protected).map_err(|_| damaged())?;
    let mut identity = age::scrypt::Identity::new(SecretString::from(passphrase.as_str()));
    identity.set_max_work_factor(MAX_WORK_FACTOR);
    let mut reader = decryptor
        .decrypt(iter::once(&identity as &dyn age::Identity))
        .map_err(|error| match error {
            age::DecryptError::DecryptionFailed
            | age::DecryptError::NoMatchingKeys
            | age::DecryptError::KeyDecryptionFailed => Error::new(
                ErrorKind::Denied,
                "wrong passphrase: try again (it is on the recovery sheet if one was made for you)",
            ),
            _ => damaged(),
        })?;
    let mut text = Zeroizing::new(String::new());
    reader.read_to_string(&mut text).map_err(|_| damaged())?;
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let today = lines.next().and_then(|line| line.parse().ok());
    let older = lines.take(OLDER_KEYS).map(str::parse).collect();
    let older: std::result::Result<Vec<Identity>, _> = older;
    match (today, older) {
        (Some(today), Ok(older)) => Ok(ReadingKeys::new(today, older)),
        _ => Err(damaged()),
    }
}
