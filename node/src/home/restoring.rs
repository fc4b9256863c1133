//! A home out of the words alone, when box and backup are gone.
//!
//! Device, reading key and passphrase are new: the old ones may be in a thief's hands, and what neighbours grant from now
//! on must not open with them. What was sealed before opens with the recovery key, which the words give; it is kept
//! beside the new reading key, behind the same passphrase, so that own old clips open wherever they come back from.

use std::path::Path;

use streetlamp_proto::clip::ReadingKeys;
use streetlamp_proto::identity::{Card, DeviceCert, HouseholdId, Roles};

use super::create::FromWords;
use super::keys::{self, DeviceKeys};
use super::making::{self, Parts, fresh_identity};
use crate::entropy::Entropy;
use crate::error::Result;

pub(super) fn create_again(dir: &Path, again: FromWords, entropy: &Entropy) -> Result<HouseholdId> {
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
