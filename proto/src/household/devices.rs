//! The devices of this household: what its root certified, and what this device learns of itself.
//!
//! Words and root never come near a running node. Whoever holds them makes a certificate elsewhere and hands it in;
//! from here it travels to the street as part of the household's own record. A device that finds that it was removed
//! behaves as a household that was voted out: it forgets its streets.

use super::event::{Answer, Event, Output};
use super::failure::Failure;
use super::{Household, Record};
use crate::clip::Manifest;
use crate::identity::{DeviceCert, DeviceId, Role};
use crate::signed::{PublicKey, Signed};
use crate::street::{Item, Member, StreetId};
use crate::time::Timestamp;
use crate::wire::limits::{DEVICES_PER_HOUSEHOLD, ENDED_SHOWN};

/// One device of this household.
#[derive(Debug, Clone)]
pub struct DeviceView {
    /// What its root last certified.
    pub cert: Signed<DeviceCert>,
    /// Whether it is the one that answers.
    pub me: bool,
    /// Whether it is connected.
    pub connected: bool,
}

impl Household {
    /// Every device of this household that is known here, also those that were removed.
    pub fn devices(&self) -> Vec<DeviceView> {
        let me = self.me.device_id();
        let view = |cert: &Signed<DeviceCert>| DeviceView {
            me: cert.statement().device == me,
            connected: self.connected.contains(&cert.statement().device),
            cert: cert.clone(),
        };
        let own = self.my_member().devices;
        let known = |cert: &&Signed<DeviceCert>| {
            let device = cert.statement().device;
            own.iter().any(|own| own.statement().device == device)
        };
        let told = self.crowd.iter().filter(|cert| !known(cert));
        own.iter().chain(told).map(view).collect()
    }

    /// A neighbour named devices of this household that its street knows, because there is no room for this one. They
    /// are shown until one of them was removed and this one let in; nothing else follows from it.
    pub(super) fn told_of_own(&mut self, devices: Vec<Signed<DeviceCert>>) {
        let household = self.me.household();
        let ours = |cert: &Signed<DeviceCert>| {
            cert.by_its_root() && cert.statement().household == household
        };
        let devices = devices.into_iter().filter(ours);
        self.crowd = devices.take(DEVICES_PER_HOUSEHOLD).collect();
    }

    /// Devices that the root has ended, the newest first, as many as are shown to whoever lets this one in.
    pub(super) fn ended_devices(&self) -> Vec<Signed<DeviceCert>> {
        let mut devices = self.my_member().devices;
        devices.retain(|cert| cert.statement().ended.is_some());
        devices.sort_by_key(|cert| std::cmp::Reverse(cert.statement().serial));
        devices.truncate(ENDED_SHOWN);
        devices
    }

    /// Takes in what the root certified, and tells the streets.
    pub(super) fn certify(
        &mut self,
        cert: Signed<DeviceCert>,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<Answer, Failure> {
        let said = cert.statement();
        if !cert.by_its_root() || said.household != self.me.household() {
            return Err(Failure::OtherRoot);
        }
        let (device, removed) = (said.device, said.ended.is_some());
        if removed && device == self.me.device_id() {
            return Err(Failure::OwnDevice);
        }
        let mut told = self.my_member();
        told.devices = vec![cert];
        self.learn_of_own(&told, now, out)
            .map_err(|_| Failure::TooMany("devices"))?;
        let streets: Vec<_> = self.state.streets.keys().copied().collect();
        let mut epoch = 0;
        for street in streets {
            let me = self.my_member();
            for member in self.admit(street, &[me], now, out) {
                self.tell(street, Item::Member(member), out);
            }
            // The same home that shuts the door changes the lock.
            if removed {
                self.make_epoch(street, now, out);
            }
            epoch = self.epoch_number(street);
        }
        // Keepers that held to the ledger of a device that is gone may take this one's now.
        self.keeping.forget_refusals();
        Ok(Answer::Device { device, epoch })
    }

    /// Keeps what is new about this household, whoever brought it.
    ///
    /// # Errors
    /// If it has more devices than any household may have.
    pub(super) fn learn_of_own(
        &mut self,
        told: &Member,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), crate::street::MemberError> {
        let known = self.my_member();
        let merged = known.merged_with(told)?;
        if merged == known {
            return Ok(());
        }
        self.store(Record::Own(Box::new(merged)), out);
        self.be_who_the_root_says();
        if self.me.cert.statement().ended.is_some() {
            let streets: Vec<_> = self.state.streets.keys().copied().collect();
            for street in streets {
                self.forget_street(street, now, out);
            }
        }
        let household = self.me.household();
        out.push(Output::Emit(Event::Member { household }));
        Ok(())
    }

    /// Takes over a newer card and a newer certificate of this very device.
    pub(super) fn be_who_the_root_says(&mut self) {
        let own = self.my_member();
        let mine = |cert: &&Signed<DeviceCert>| cert.statement().device == self.me.device_id();
        if let Some(cert) = own.devices.iter().find(mine) {
            self.me.cert = cert.clone();
        }
        self.me.card = own.card;
    }

    /// This household's own entry in the list of members.
    pub(super) fn my_member(&self) -> Member {
        let me = Member {
            card: self.me.card.clone(),
            devices: vec![self.me.cert.clone()],
            vouches: Vec::new(),
            pseudonym: None,
        };
        let known = self.state.own.as_ref();
        known
            .and_then(|known| known.merged_with(&me).ok())
            .unwrap_or(me)
    }

    /// The certificate of another device of this household, unless it was removed.
    pub(super) fn sibling(&self, device: DeviceId) -> Option<DeviceCert> {
        if device == self.me.device_id() {
            return None;
        }
        let own = self.state.own.as_ref()?;
        let mut certs = own.devices.iter().map(Signed::statement);
        certs
            .find(|cert| cert.device == device && cert.ended.is_none())
            .cloned()
    }

    /// Whether a key is that of a device of this household with this role, and was not removed.
    pub(super) fn is_own(&self, signer: PublicKey, role: Role) -> bool {
        let own = self.my_member();
        let mut certs = own.devices.iter().map(Signed::statement);
        certs.any(|cert| {
            cert.device.as_bytes() == signer.as_bytes()
                && cert.roles.has(role)
                && cert.ended.is_none()
        })
    }

    /// Whether a clip was recorded by a device of this household, while it was one.
    pub(super) fn is_own_recording(&self, manifest: &Signed<Manifest>) -> bool {
        let (signer, recorded) = (manifest.signer(), manifest.statement().recorded);
        let own = self.my_member();
        let mut certs = own.devices.iter().map(Signed::statement);
        certs.any(|cert| {
            cert.device.as_bytes() == signer.as_bytes()
                && cert.roles.has(Role::Record)
                && cert.ended.is_none_or(|ended| recorded < ended)
        })
    }

    /// Learns of this household's own devices from the record that its street has.
    pub(super) fn hear_of_own(&mut self, street: StreetId, now: Timestamp, out: &mut Vec<Output>) {
        let held = self.state.streets.get(&street);
        let known = held.and_then(|s| s.members.get(self.me.household()));
        if let Some(told) = known.cloned() {
            // More devices than fit are not this household's doing: nothing is learned of them.
            let _full = self.learn_of_own(&told, now, out);
        }
    }
}
