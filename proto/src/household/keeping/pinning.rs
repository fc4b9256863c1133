//! The ledger at the keepers: they take what follows what they have, and nothing that replaces it.
//!
//! Whoever rules over a device of the household can sign another history, but not show it where the first one is known:
//! a keeper refuses it, and where two heads cannot be of one chain, they are the proof ([`Fork`]).

use super::super::Household;
use super::super::event::{Event, Output};
use super::event::KeeperTask;
use super::record::KeeperRecord;
use crate::identity::{DeviceCert, DeviceId, HouseholdId};
use crate::keeper::Keeping;
use crate::ledger::{BareEntry, Chain, Fork, Head};
use crate::signed::{PublicKey, Signed};
use crate::street::StreetMessage;
use crate::time::Timestamp;
use crate::wire::limits::{PINNED_ENTRIES, PINNED_PER_MESSAGE};

/// How a keeper stands to our ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pinning {
    /// It has pinned it up to this entry.
    UpTo(u64),
    /// It refuses what we have.
    Refused,
    /// It has pinned more entries than we have: ours were cut off.
    Ahead(u64),
}

impl Household {
    /// What is to be said to a keeper about our ledger; nothing if it knows all of it.
    pub(super) fn next_pin(&self, keeper: HouseholdId) -> Option<Keeping> {
        let seq = self.state.chain.seq();
        let known = match self.keeping.pinning.get(&keeper) {
            Some(Pinning::Refused) => return None,
            Some(Pinning::Ahead(known)) if *known > seq => return None,
            Some(Pinning::UpTo(known)) if *known >= seq => return None,
            Some(Pinning::UpTo(known)) => *known,
            // First it is told where we are, and says where it is.
            None | Some(Pinning::Ahead(_)) => seq,
        };
        let entries = self.state.chain.after(known, PINNED_PER_MESSAGE);
        Some(Keeping::Pin {
            base: self.head_at(known).cloned(),
            head: self.head_at(known + entries.len() as u64).cloned(),
            entries,
        })
    }

    fn head_at(&self, seq: u64) -> Option<&Signed<Head>> {
        let index = usize::try_from(seq.checked_sub(1)?).ok()?;
        self.state.heads.get(index)
    }

    /// A keeper said what it has pinned.
    pub(super) fn pin_answered(
        &mut self,
        keeper: HouseholdId,
        answer: Option<StreetMessage>,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) {
        self.keeping.asked.remove(&keeper);
        let Some(StreetMessage::Keeping(Keeping::Pinned(pinned))) = answer else {
            return;
        };
        let before = self.keeping.pinning.get(&keeper).copied();
        let stands = match &pinned {
            None => Pinning::UpTo(0),
            Some(head) if !self.is_ours(head) => Pinning::Refused,
            // Of a device whose place this one took.
            Some(head) if head.signer() != PublicKey::of(&self.me.device) => Pinning::UpTo(0),
            Some(head) => match self.state.chain.hash_at(head.statement().seq) {
                None => Pinning::Ahead(head.statement().seq),
                Some(hash) if hash == head.statement().hash => Pinning::UpTo(head.statement().seq),
                Some(_) => Pinning::Refused,
            },
        };
        // Who was given what follows, and did not take it, does not want it.
        let stands = if before == Some(stands) {
            Pinning::Refused
        } else {
            stands
        };
        self.keeping.pinning.insert(keeper, stands);
        if let (Pinning::Refused, Some(head)) = (stands, pinned)
            && let Some(own) = self.state.heads.last().cloned()
        {
            let mut devices = self.devices_of(self.me.household());
            devices.push(self.me.cert.clone());
            let chain = &self.state.chain;
            let fork = self
                .is_ours(&head)
                .then(|| fork(chain, &own, &head, devices));
            self.prove(fork.flatten(), out);
        }
        if before != Some(stands) {
            self.tell_of(keeper, out);
        }
        self.entrust(keeper, now, out);
    }

    fn is_ours(&self, head: &Signed<Head>) -> bool {
        let signer = head.signer();
        let by_a_device =
            |cert: &Signed<DeviceCert>| cert.statement().device.as_bytes() == signer.as_bytes();
        head.statement().household == self.me.household()
            && (by_a_device(&self.me.cert)
                || self.devices_of(self.me.household()).iter().any(by_a_device))
    }

    /// Pins what follows what is pinned of a neighbour's ledger, and says what is pinned then.
    pub(super) fn pin_ledger(
        &mut self,
        owner: HouseholdId,
        base: Option<Signed<Head>>,
        entries: Vec<BareEntry>,
        head: Option<Signed<Head>>,
        out: &mut Vec<Output>,
    ) -> Option<Signed<Head>> {
        let devices = self.devices_of(owner);
        let cert_of = |head: &Signed<Head>| {
            let signer = DeviceId::from_bytes(*head.signer().as_bytes());
            let mut certs = devices.iter().map(Signed::statement);
            certs.find(|cert| cert.device == signer)
        };
        let is_theirs = |head: &Signed<Head>| {
            head.statement().household == owner
                && cert_of(head).is_some_and(|cert| cert.ended.is_none())
        };
        let held = self.state.kept.owners.get(&owner)?;
        let pinned = held.head.clone();
        let Some(head) = head else {
            return pinned;
        };
        if !is_theirs(&head) || base.as_ref().is_some_and(|base| !is_theirs(base)) {
            return pinned;
        }
        // One ledger is pinned of a household, that of one of its devices. When that is removed, another may follow.
        let another = pinned
            .as_ref()
            .is_some_and(|own| own.signer() != head.signer());
        let removed = |head: &Signed<Head>| cert_of(head).is_some_and(|cert| cert.ended.is_some());
        if another && !pinned.as_ref().is_some_and(removed) {
            return pinned;
        }
        if let Some(own) = &pinned {
            let told = base.iter().chain([&head]);
            let proof = told.filter_map(|told| fork(&held.chain, own, told, devices.clone()));
            let proof = proof.take(1).next();
            if proof.is_some() {
                self.prove(proof, out);
                return pinned;
            }
        }
        let after = base.as_ref().map_or(0, |base| base.statement().seq);
        let said = head.statement();
        let anew = Chain::default();
        let chain = if another { &anew } else { &held.chain };
        let follows = after == chain.seq()
            && !entries.is_empty()
            && entries.len() <= PINNED_PER_MESSAGE
            && said.seq <= PINNED_ENTRIES
            && chain.end_with(&entries) == (said.seq, said.hash);
        if !follows {
            return pinned;
        }
        let record = KeeperRecord::Pinned {
            owner,
            entries,
            head: head.clone(),
        };
        self.keep_record(record, out);
        self.tell_of(owner, out);
        Some(head)
    }

    fn devices_of(&self, household: HouseholdId) -> Vec<Signed<DeviceCert>> {
        let mut streets = self.state.streets.values();
        let member = streets.find_map(|street| street.members.get(household));
        member.map_or_else(Vec::new, |member| member.devices.clone())
    }

    /// Keeps a proof that a household closed two ledgers, and has it written to a file. The first one is enough.
    fn prove(&mut self, proof: Option<Fork>, out: &mut Vec<Output>) {
        let Some(fork) = proof.filter(|fork| fork.verify().is_ok()) else {
            return;
        };
        let household = fork.one.statement().household;
        if self.state.kept.forks.contains_key(&household) {
            return;
        }
        let seq = fork.one.statement().seq;
        let fork = Box::new(fork);
        self.keep_record(KeeperRecord::Fork(fork.clone()), out);
        out.push(Output::Keeper(KeeperTask::Prove(fork)));
        out.push(Output::Emit(Event::Forked { household, seq }));
        self.tell_of(household, out);
    }
}

/// The proof that a head is not of the chain that another head closes, if it is not.
fn fork(
    chain: &Chain,
    closing: &Signed<Head>,
    told: &Signed<Head>,
    devices: Vec<Signed<DeviceCert>>,
) -> Option<Fork> {
    if closing.signer() != told.signer() {
        return None;
    }
    let (end, seq) = (closing.statement().seq, told.statement().seq);
    let instead = chain.hash_at(seq)?;
    let span = usize::try_from(end.checked_sub(seq)?).ok()?;
    (instead != told.statement().hash).then(|| Fork {
        one: told.clone(),
        other: closing.clone(),
        instead,
        between: chain.after(seq, span),
        devices,
    })
}
