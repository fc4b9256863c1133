//! A home out of the words alone, when box and backup are gone.
//!
//! Device, reading key and passphrase are new: the old ones may be in a thief's hands, and what neighbours grant from now
//! on must not open with them. What was sealed before opens with the recovery key, which the words give; it is kept
//! beside the new reading key, behind the same passphrase, so that own old clips open wherever they come back from.

use std::fmt;
use std::path::Path;

use streetlamp_proto::cell::Cell;
use streetlamp_proto::clip::ReadingKeys;
use streetlamp_proto::identity::{Card, DeviceCert, HouseholdId, Name, Roles, Words};
use streetlamp_proto::time::Timestamp;
use zeroize::Zeroizing;

use super::keys::{self, DeviceKeys};
use super::making::{self, Parts, fresh_identity};
use crate::entropy::Entropy;
use crate::error::Result;

/// What a resident says whose box is gone.
pub struct Again {
    /// The words of the sheet.
    pub words: Words,
    /// How neighbours will see the household.
    pub name: Name,
    /// Where it is, if it wants to say.
    pub cell: Option<Cell>,
    /// Protects the reading key from now on.
    pub passphrase: Zeroizing<String>,
    /// The wall time.
    pub now: Timestamp,
}

impl fmt::Debug for Again {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Again")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

pub(super) fn create_again(dir: &Path, again: Again, entropy: &Entropy) -> Result<HouseholdId> {
    let (dir, parent) = making::place(dir)?;
    let mut rng = entropy.generator()?;
    let root = again.words.root();
    let household = root.household();
    let device = DeviceKeys::fresh(&mut rng);
    let reading = ReadingKeys::new(fresh_identity(&mut rng), vec![again.words.recovery()]);
    let card = root.sign_card(Card {
        household,
        name: again.name,
        reading: reading.recipient(),
        issued: again.now,
    });
    let serial = DeviceCert::serial_after(0, again.now);
    let cert = device.to_certify(household, Roles::ALL, serial, again.now);
    let protected = crate::blocking::block(|| keys::protect(&reading, &again.passphrase))?;
    let parts = Parts {
        card,
        cert: root.certify(cert),
        device,
        recovery: again.words.recovery().recipient(),
        reading: Some(protected),
        sheet: None,
        cell: again.cell,
    };
    parts.write(&dir, &parent)?;
    Ok(household)
}
