//! The home directory of another device of the same household.
//!
//! It is made beside this one, where the words are typed, and carried to the machine that it is for. An approver holds
//! the reading key, behind the same passphrase; a recorder holds none and may not grant, so that a thief of the
//! always-on box finds nothing that opens a clip, whatever he knows.

use std::fmt;
use std::path::Path;

use streetlamp_proto::identity::{DeviceCert, Role, Roles, Words};
use streetlamp_proto::signed::Signed;
use streetlamp_proto::time::Timestamp;

use super::keys::DeviceKeys;
use super::making::{self, Parts};
use super::{Home, READING, read_small};
use crate::entropy::Entropy;
use crate::error::{Error, ErrorKind, Result};

/// What a resident says of a new device.
pub struct NewDevice {
    /// The words of the sheet.
    pub words: Words,
    /// Whether it holds the reading key and may grant.
    pub approves: bool,
    /// The highest serial that the household's other certificates have.
    pub last_serial: u32,
    /// The wall time.
    pub now: Timestamp,
}

impl fmt::Debug for NewDevice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewDevice")
            .field("approves", &self.approves)
            .finish_non_exhaustive()
    }
}

pub(super) fn add_device(
    home: &Home,
    dir: &Path,
    new: &NewDevice,
    entropy: &Entropy,
) -> Result<Signed<DeviceCert>> {
    let (dir, parent) = making::place(dir)?;
    if dir.starts_with(home.dir()) {
        let message = "the directory of another device must not lie inside this home";
        return Err(Error::new(ErrorKind::Invalid, message));
    }
    let root = new.words.root();
    if root.household() != home.household() {
        let message = "these words are of another household: nothing was made";
        return Err(Error::new(ErrorKind::Denied, message));
    }
    let roles = if new.approves {
        Roles::ALL
    } else {
        Roles::of(&[Role::Relay, Role::Record, Role::Alert])
    };
    let reading = match new.approves {
        true if !home.reads() => {
            let message = "this device holds no reading key to hand on: add an approver from the device that does";
            return Err(Error::new(ErrorKind::Invalid, message));
        }
        true => Some(read_small(&home.dir.join(READING))?),
        false => None,
    };
    let device = DeviceKeys::fresh(&mut entropy.generator()?);
    let serial = DeviceCert::serial_after(new.last_serial, new.now);
    let cert = root.certify(device.to_certify(home.household(), roles, serial, new.now));
    let parts = Parts {
        card: home.card.clone(),
        cert: cert.clone(),
        device,
        recovery: home.recovery.clone(),
        reading,
        sheet: None,
        cell: home.cell.clone(),
    };
    parts.write(&dir, &parent)?;
    Ok(cert)
}
