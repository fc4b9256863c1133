//! The directory of a publisher: its key, its binding, and the file that its domain hosts.
//!
//! ```text
//! publisher.key    the signing key, and its word about itself  (0600)
//! streetlamp.json  for https://DOMAIN/.well-known/              (public)
//! publisher.db     what it said                                 (see `store`)
//! ballast          thrown off when the disk is full      (see `disk`)
//! node.lock        held by the running node
//! control.sock     the command line's way in
//! ```
//! There is nothing else: no household, no card, no key that anything could be sealed to.

use std::fs;
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use ed25519_dalek::SigningKey;
use streetlamp_proto::identity::Name;
use streetlamp_proto::publisher::{Area, Binding, Domain, PublisherId};
use streetlamp_proto::signed::{PublicKey, Signed};
use streetlamp_proto::time::Timestamp;
use streetlamp_proto::wire::limits::BINDING_LIFE;
use zeroize::Zeroizing;

use crate::domains;
use crate::entropy::Entropy;
use crate::error::{Error, ErrorKind, Result};
use crate::home::{self, HomeLock};

const KEY: &str = "publisher.key";
const WELL_KNOWN: &str = "streetlamp.json";

/// First words of a key file, so that nobody takes it for something else.
const TITLE: &str = "# Streetlamp publisher key. Whoever has it speaks as this publisher.";
/// The same of a second key.
const SECOND_TITLE: &str =
    "# Streetlamp second key. It stands by evacuations. Keep it away from the first one.";

/// What an agency says when it sets its publisher up.
#[derive(Debug)]
pub struct NewPublisher {
    /// What it calls itself.
    pub name: Name,
    /// The domain that will list its key.
    pub domain: Domain,
    /// Where it speaks.
    pub area: Area,
    /// Where a second key goes, if one is to be made.
    pub second_key: Option<PathBuf>,
    /// The wall time.
    pub now: Timestamp,
}

/// A publisher's directory that was opened and found whole.
#[derive(Debug, Clone)]
pub struct PublisherHome {
    dir: PathBuf,
    binding: Signed<Binding>,
}

impl PublisherHome {
    /// Whether there is a publisher in this directory.
    pub fn exists(dir: &Path) -> bool {
        dir.join(KEY).exists()
    }

    /// Opens a publisher's directory and checks that its parts belong together.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] if there is none, [`ErrorKind::DataLoss`] if a part is missing or damaged.
    pub fn open(dir: &Path) -> Result<Self> {
        if !Self::exists(dir) {
            let message = format!(
                "there is no publisher in {}: make one with 'streetlamp publisher init', in a directory of its own",
                dir.display()
            );
            return Err(Error::new(ErrorKind::NotFound, message));
        }
        let (key, binding) = read_whole(dir).ok_or_else(|| damaged(dir, KEY))?;
        if PublicKey::of(&key) != binding.signer() {
            return Err(damaged(dir, KEY));
        }
        Ok(Self {
            dir: dir.to_owned(),
            binding,
        })
    }

    /// Makes a publisher: all of it or nothing, and never over something else.
    ///
    /// # Errors
    /// [`ErrorKind::Conflict`] if something is there already; the disk's errors.
    pub fn create(dir: &Path, new: NewPublisher, entropy: &Entropy) -> Result<Self> {
        home::refuse_what_is_there(dir)?;
        let parent = dir.parent().ok_or_else(|| {
            Error::new(
                ErrorKind::Invalid,
                "a publisher needs a directory of its own",
            )
        })?;
        fs::create_dir_all(parent)
            .map_err(|e| Error::io(format!("{} cannot be made", parent.display()), e))?;
        let mut rng = entropy.generator()?;
        let key = home::fresh_signing_key(&mut rng);
        let second = new
            .second_key
            .map(|path| (path, home::fresh_signing_key(&mut rng)));
        let seconds = second.iter().map(|(_, key)| PublicKey::of(key)).collect();
        let binding = Binding {
            name: new.name,
            domain: new.domain,
            area: new.area,
            seconds,
            handovers: Vec::new(),
            issued: new.now,
            expires: new.now.after(BINDING_LIFE),
        };
        let binding = Signed::sign(binding, &key);
        let checked = binding.check_at(new.now);
        checked.map_err(|e| Error::new(ErrorKind::Invalid, e.to_string()))?;
        if let Some((path, second)) = &second {
            if path.starts_with(dir) {
                let message = "the second key must not lie beside the first: name a file elsewhere, such as on a stick that another officer keeps";
                return Err(Error::new(ErrorKind::Invalid, message));
            }
            home::write_new(path, key_text(SECOND_TITLE, second).as_bytes())?;
        }
        let written = home::write_home(dir, parent, |part| {
            home::write_new(&part.join(WELL_KNOWN), well_known_text(&binding).as_bytes())?;
            home::write_new(&part.join(KEY), whole_text(&key, &binding).as_bytes())
        });
        if let Err(error) = written {
            // A second key of no publisher would only confuse.
            let _gone = second.map(|(path, _)| fs::remove_file(path));
            return Err(error);
        }
        Ok(Self {
            dir: dir.to_owned(),
            binding,
        })
    }

    /// Makes the next key, named by the old one, and throws the old one away.
    ///
    /// # Errors
    /// The disk's errors; the old key is the publisher's until the new one is durable.
    pub fn change_key(&self, now: Timestamp, entropy: &Entropy) -> Result<Self> {
        let _nobody_else = self.lock()?;
        let (old, new) = (
            self.key()?,
            home::fresh_signing_key(&mut entropy.generator()?),
        );
        let binding = Binding::hand_over(&self.binding, &old, &new, now);
        let checked = binding.check_at(now);
        checked.map_err(|e| Error::new(ErrorKind::Conflict, e.to_string()))?;
        // One file holds key and binding, so that they change together.
        replace(&self.dir, KEY, whole_text(&new, &binding).as_bytes())?;
        replace(&self.dir, WELL_KNOWN, well_known_text(&binding).as_bytes())?;
        Ok(Self {
            binding,
            ..self.clone()
        })
    }

    /// The directory.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Who this publisher says it is, as it was set up.
    pub const fn binding(&self) -> &Signed<Binding> {
        &self.binding
    }

    /// Which publisher.
    pub fn publisher(&self) -> PublisherId {
        self.binding.publisher()
    }

    /// The file to host.
    pub fn well_known(&self) -> PathBuf {
        self.dir.join(WELL_KNOWN)
    }

    /// Writes the file to host anew if it does not list the key, as after a change that was cut off.
    ///
    /// # Errors
    /// The disk's errors.
    pub fn refresh_well_known(&self) -> Result<()> {
        let text = well_known_text(&self.binding);
        match home::read_small(&self.well_known()) {
            Ok(written) if written == text.as_bytes() => Ok(()),
            _ => replace(&self.dir, WELL_KNOWN, text.as_bytes()),
        }
    }

    /// Where what it said is kept.
    pub fn store_path(&self) -> PathBuf {
        self.dir.join("publisher.db")
    }

    /// Keeps every other node out of this directory until the lock is dropped.
    ///
    /// # Errors
    /// [`ErrorKind::Conflict`] if a node runs from it.
    pub fn lock(&self) -> Result<HomeLock> {
        home::lock(&self.dir)
    }

    /// The signing key.
    ///
    /// # Errors
    /// If the file is missing or damaged.
    pub fn key(&self) -> Result<SigningKey> {
        let (key, _) = read_whole(&self.dir).ok_or_else(|| damaged(&self.dir, KEY))?;
        Ok(key)
    }
}

/// Writes a file beside an old one and puts it in its place.
fn replace(dir: &Path, name: &str, bytes: &[u8]) -> Result<()> {
    let part = dir.join(format!("{name}.part"));
    let failed = |e| {
        Error::io(
            format!("{} cannot be replaced", dir.join(name).display()),
            e,
        )
    };
    match fs::remove_file(&part) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(failed(e)),
        _ => {}
    }
    home::write_new(&part, bytes)?;
    fs::rename(&part, dir.join(name)).map_err(failed)?;
    home::sync_dir(dir)
}

/// A second key, out of the file that `publisher init` wrote.
///
/// # Errors
/// [`ErrorKind::Invalid`] if it is none.
pub fn second_key(path: &Path) -> Result<SigningKey> {
    read_key(path, SECOND_TITLE).ok_or_else(|| {
        let message = format!("{} is no second key of a publisher", path.display());
        Error::new(ErrorKind::Invalid, message)
    })
}

fn well_known_text(binding: &Signed<Binding>) -> String {
    domains::file_text(&binding.signer())
}

fn key_text(title: &str, key: &SigningKey) -> Zeroizing<String> {
    let hex = Zeroizing::new(HEXLOWER.encode(key.as_bytes()));
    Zeroizing::new(format!("{title}\nED25519 {}\n", *hex))
}

fn whole_text(key: &SigningKey, binding: &Signed<Binding>) -> Zeroizing<String> {
    let binding = HEXLOWER.encode(&binding.to_bytes());
    Zeroizing::new(format!("{}BINDING {binding}\n", *key_text(TITLE, key)))
}

fn read_whole(dir: &Path) -> Option<(SigningKey, Signed<Binding>)> {
    let text = read_text(&dir.join(KEY))?;
    let (key, binding) = text.trim().rsplit_once("\nBINDING ")?;
    let binding = HEXLOWER.decode(binding.as_bytes()).ok()?;
    Some((parse_key(key, TITLE)?, Signed::from_bytes(&binding).ok()?))
}

fn read_key(path: &Path, title: &str) -> Option<SigningKey> {
    parse_key(&read_text(path)?, title)
}

fn read_text(path: &Path) -> Option<Zeroizing<String>> {
    let bytes = Zeroizing::new(home::read_small(path).ok()?);
    let text = std::str::from_utf8(&bytes).ok()?;
    Some(Zeroizing::new(text.to_owned()))
}

fn parse_key(text: &str, title: &str) -> Option<SigningKey> {
    let line = text.strip_prefix(title)?.trim();
    let bytes = HEXLOWER.decode(line.strip_prefix("ED25519 ")?.as_bytes());
    let bytes = Zeroizing::new(bytes.ok()?);
    Some(SigningKey::from_bytes(bytes.as_slice().try_into().ok()?))
}

fn damaged(dir: &Path, name: &str) -> Error {
    let message = format!(
        "{} is damaged or does not belong here: restore it from a backup of this directory",
        dir.join(name).display()
    );
    Error::new(ErrorKind::DataLoss, message)
}
