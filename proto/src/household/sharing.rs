//! Clips and their keys: taking in, granting, exporting, opening, stopping, and the ledger before each of them.

use super::draft::NewClip;
use super::event::{Answer, CommandId, Event, Leaving, Opening, Output};
use super::failure::Failure;
use super::record::HeldHeader;
use super::{Household, Pending, Record};
use crate::clip::{
    CameraId, ClipId, ExportHeader, FileKey, GrantHeader, HeaderError, Label, Manifest,
};
use crate::export::{ExportedFilm, Papers};
use crate::grant::{FetchTicket, Grant, Parcel, Purpose};
use crate::identity::{DeviceCert, DeviceId, HouseholdId};
use crate::ledger::{Act, Blind, Entry, EntryHash, Head};
use crate::recipient::{ExportRecipient, Recipient, RecipientError};
use crate::signed::{PublicKey, Signed, StatementId};
use crate::street::{StreetId, StreetMessage};
use crate::time::Timestamp;
use crate::wire;
use crate::wire::limits::{GRANT_LIFE, GRANTS_RECEIVED, PARCEL_BYTES};

/// BLAKE3 `derive_key` context of the key that turns camera names into pseudonyms.
const CAMERA_CONTEXT: &str = "streetlamp 2026 camera pseudonym v1";

impl Household {
    /// Signs the manifest of a clip whose sealed bytes are safe.
    pub(super) fn add_clip(
        &mut self,
        new: NewClip,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<Answer, Failure> {
        let camera_key = blake3::derive_key(CAMERA_CONTEXT, self.me.device.as_bytes());
        let pseudonym = blake3::keyed_hash(&camera_key, new.camera.as_str().as_bytes());
        let manifest = self.sign(Manifest {
            clip: new.clip,
            sealed_len: new.sealed_len,
            key_commit: new.key_commit,
            recorded: new.recorded,
            duration_ms: new.duration_ms,
            camera: CameraId::from_bytes(
                pseudonym
                    .as_bytes()
                    .first_chunk()
                    .copied()
                    .unwrap_or_default(),
            ),
            prev: self.state.last_manifest,
        });
        let label = Label {
            manifest,
            header: new.header,
            camera: new.camera,
        };
        self.store(Record::Clip(label), out);
        out.push(Output::Emit(Event::Clip { clip: new.clip }));
        self.go_on_keeping_all(now, out);
        Ok(Answer::Clip(new.clip))
    }

    /// The sealed bytes of a clip came from somebody else and are on disk.
    pub(super) fn clip_arrived(
        &mut self,
        clip: ClipId,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<Answer, Failure> {
        if self.copied(clip, out) {
            return Ok(Answer::Clip(clip));
        }
        self.state.openable(clip).ok_or(Failure::Unknown("clip"))?;
        match self.state.clips.contains_key(&clip) {
            true => self.can_be_given(clip, now, out),
            false => self.store(Record::Arrived(clip), out),
        }
        out.push(Output::Emit(Event::Clip { clip }));
        Ok(Answer::Clip(clip))
    }

    /// Gives the key of one clip to one neighbour. If another device of this household has the clip, the answer comes
    /// when that device has logged it.
    #[expect(clippy::too_many_arguments, reason = "the fields of one command")]
    pub(super) fn give(
        &mut self,
        command: CommandId,
        clip: ClipId,
        to: HouseholdId,
        purpose: Purpose,
        until: Option<Timestamp>,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<Option<Answer>, Failure> {
        if to == self.me.household() {
            return Err(Failure::OwnHousehold);
        }
        let until = until.unwrap_or_else(|| now.after(GRANT_LIFE));
        if until <= now || until.since(now) > GRANT_LIFE {
            return Err(Failure::BadUntil);
        }
        let reading = self.reading_key_of(to)?;
        // Whoever recorded it serves it, and so has the ledger.
        if self.state.openable(clip).is_none() || self.state.copied.contains_key(&clip) {
            return self
                .approve(command, clip, to, purpose, until, out)
                .map(|()| None);
        }
        let (header, manifest) = self.header_for(clip, &reading)?;

        let (seq, prev) = self.next_entry();
        let ticket = self.sign(FetchTicket {
            from: self.me.household(),
            to,
            clip,
            until,
            seq,
        });
        let grant = self.sign(Grant {
            from: self.me.household(),
            to,
            header,
            reading,
            clip,
            key_commit: manifest.statement().key_commit,
            manifest: manifest.id(),
            purpose,
            issued: now,
            until,
            seq,
            prev,
        });
        let id = grant.id();
        self.log(Act::Grant { clip, to }, Some(ticket.id()), now, out);
        self.store(
            Record::Given(Parcel {
                grant,
                manifest,
                ticket,
                // Who keeps the clip is looked up when the parcel goes out.
                keepers: Vec::new(),
            }),
            out,
        );
        out.push(Output::Emit(Event::Clip { clip }));
        self.deliver_to(to, out);
        Ok(Some(Answer::Grant { grant: id, seq }))
    }

    /// Sends a household what waits for it, if it is here.
    pub(super) fn deliver_to(&mut self, to: HouseholdId, out: &mut Vec<Output>) {
        let here: Vec<_> = self
            .connected
            .iter()
            .copied()
            .filter(|d| self.neighbour(*d) == Some(to))
            .collect();
        for device in here {
            self.send_parcels(device, out);
        }
    }

    /// Stops serving a grant. It cannot recall what was fetched.
    pub(super) fn stop(
        &mut self,
        grant: StatementId,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<Answer, Failure> {
        let given = self
            .state
            .given
            .get(&grant)
            .ok_or(Failure::Unknown("grant"))?;
        if given.stopped.is_some() {
            return Err(Failure::AlreadyStopped);
        }
        let said = given.parcel.grant.statement();
        let act = Act::Stop {
            grant,
            clip: said.clip,
            to: said.to,
        };
        // The ticket stands a second time: for keepers, who see no more of it, that is its end.
        let ticket = given.parcel.ticket.id();
        let seq = self.log(act, Some(ticket), now, out);
        self.store(Record::Stopped { grant, at: now }, out);
        Ok(Answer::Grant { grant, seq })
    }

    /// Logs an opening and hands out the key.
    pub(super) fn open(
        &mut self,
        clip: ClipId,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<Answer, Failure> {
        let (key, manifest) = self.key_of(clip)?;
        let seq = self.log(Act::Open { clip }, None, now, out);
        Ok(Answer::Key {
            key,
            manifest: Box::new(manifest),
            seq,
        })
    }

    /// Logs an export and hands out what opens what leaves, and the papers beside it.
    pub(super) fn export(
        &mut self,
        clip: ClipId,
        leaving: Leaving,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<Answer, Failure> {
        let own = self.state.own_label(clip);
        let manifest = own.ok_or_else(|| self.not_ours(clip))?.manifest.clone();
        let opening = match &leaving {
            Leaving::Sealed(to) => Opening::Header(self.export_header(clip, to)?),
            Leaving::Film(_) => Opening::Key(self.key_of(clip)?.0),
        };
        let act = match leaving {
            Leaving::Sealed(to) | Leaving::Film(Some(to)) => Act::Export { clip, to },
            Leaving::Film(None) => Act::ExportPlain { clip },
        };
        let (entry, head) = self.append(act, None, now, out);
        let seq = entry.seq;
        let recorder = self.certificate_of(manifest.signer());
        let papers = recorder.map(|recorder| {
            Box::new(Papers {
                card: self.me.card.clone(),
                recorder,
                manifest: manifest.clone(),
                exporter: self.me.cert.clone(),
                entry,
                head,
                film: None,
            })
        });
        Ok(Answer::Export {
            opening,
            papers,
            manifest: Box::new(manifest),
            seq,
        })
    }

    /// States which film left under an export. As much the household's own act as the export, so the home is unlocked.
    pub(super) fn sign_film(&self, film: ExportedFilm) -> Result<Answer, Failure> {
        if self.state.own_label(film.clip).is_none() {
            return Err(self.not_ours(film.clip));
        }
        if self.reading.is_none() {
            return Err(Failure::Locked);
        }
        Ok(Answer::Film(Box::new(self.sign(film))))
    }

    /// The certificate of a device of this household.
    fn certificate_of(&self, signer: PublicKey) -> Option<Signed<DeviceCert>> {
        let own = std::iter::once(&self.me.cert);
        let known = self.state.streets.values();
        let known = known.filter_map(|street| street.members.get(self.me.household()));
        own.chain(known.flat_map(|member| &member.devices))
            .find(|cert| cert.statement().device.as_bytes() == signer.as_bytes())
            .cloned()
    }

    /// Unwraps the key of a clip and holds it against its manifest.
    fn key_of(&self, clip: ClipId) -> Result<(FileKey, Signed<Manifest>), Failure> {
        let (header, manifest) = self.state.openable(clip).ok_or(Failure::Unknown("clip"))?;
        let reading = self.reading.as_ref().ok_or(Failure::Locked)?;
        let key = match header {
            HeldHeader::Owner(header) => reading.open_own(header),
            HeldHeader::Granted(header) => reading.open_grant(header),
        };
        let key = key.map_err(|_| Failure::WrongKey)?;
        if key.commit() != manifest.statement().key_commit {
            return Err(Failure::WrongKey);
        }
        Ok((key, manifest.clone()))
    }

    /// A header that opens a clip of this household for one more recipient.
    fn header_for(
        &self,
        clip: ClipId,
        to: &Recipient,
    ) -> Result<(GrantHeader, Signed<Manifest>), Failure> {
        let own = self
            .state
            .own_label(clip)
            .ok_or_else(|| self.not_ours(clip))?;
        let reading = self.reading.as_ref().ok_or(Failure::Locked)?;
        let header = reading.grant(&own.header, &own.manifest.statement().key_commit, to);
        Ok((header.map_err(|_| Failure::WrongKey)?, own.manifest.clone()))
    }

    /// A header that opens a clip of this household for somebody outside.
    fn export_header(
        &mut self,
        clip: ClipId,
        to: &ExportRecipient,
    ) -> Result<ExportHeader, Failure> {
        let own = self.state.clips.get(&clip);
        let own = own.ok_or_else(|| self.not_ours(clip))?;
        let reading = self.reading.as_ref().ok_or(Failure::Locked)?;
        let commit = &own.manifest.statement().key_commit;
        let header = reading.export(&own.header, commit, to, &mut self.rng);
        header.map_err(|error| match error {
            HeaderError::Age(RecipientError::WithoutHybrid) => Failure::WithoutHybrid,
            _ => Failure::WrongKey,
        })
    }

    /// Why a clip cannot be given away: only its owner can.
    pub(super) fn not_ours(&self, clip: ClipId) -> Failure {
        if self.state.openable(clip).is_some() {
            Failure::NotOurs
        } else {
            Failure::Unknown("clip")
        }
    }

    /// Number and predecessor of the next ledger entry.
    pub(super) fn next_entry(&self) -> (u64, EntryHash) {
        (self.state.chain.seq() + 1, self.state.chain.last())
    }

    /// Appends to the ledger and gives the number of the entry.
    pub(super) fn log(
        &mut self,
        act: Act,
        ticket: Option<StatementId>,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> u64 {
        self.append(act, ticket, now, out).0.seq
    }

    /// Appends to the ledger. The entry is stored before anything after it in the batch leaves (promise P7).
    fn append(
        &mut self,
        act: Act,
        ticket: Option<StatementId>,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> (Entry, Signed<Head>) {
        let blind = Blind::from_bytes(self.random());
        let (seq, prev) = self.next_entry();
        let entry = Entry {
            seq,
            prev,
            at: now,
            act,
            blind,
            ticket,
        };
        let head = self.sign(Head {
            household: self.me.household(),
            seq,
            hash: entry.hash(),
            at: now,
        });
        let (kept, signed) = (entry.clone(), head.clone());
        self.store(
            Record::Ledger {
                entry: kept,
                head: signed,
            },
            out,
        );
        self.go_on_keeping_all(now, out);
        (entry, head)
    }

    /// Sends a device every grant that its household has not got yet.
    pub(super) fn send_parcels(&mut self, device: DeviceId, out: &mut Vec<Output>) {
        let Some(household) = self.neighbour(device) else {
            return;
        };
        let in_flight = |id: &StatementId| {
            self.asks
                .values()
                .any(|p| matches!(p, Pending::Parcel(g) if g == id))
        };
        let waiting: Vec<_> = self
            .state
            .given
            .iter()
            .filter(|(id, g)| !g.delivered || self.new_keepers.contains(id))
            .filter(|(id, g)| g.stopped.is_none() && !in_flight(id))
            .filter(|(_, g)| g.parcel.grant.statement().to == household)
            .map(|(id, g)| {
                let keepers = self.keepers_of(g.parcel.grant.statement().clip);
                let parcel = Parcel {
                    keepers,
                    ..g.parcel.clone()
                };
                (*id, wire::to_cbor(&parcel))
            })
            .collect();
        for (grant, parcel) in waiting {
            let street = self
                .state
                .streets
                .values()
                .find(|s| s.members.household_of(device).is_some());
            let Some((street, cert)) =
                street.and_then(|s| Some((s.id(), s.members.certificate(device)?)))
            else {
                return;
            };
            let Ok(sealed) = cert.sealing.seal(&parcel) else {
                continue;
            };
            let Some(rank) = self.current_rank(street) else {
                continue;
            };
            if let Some(bytes) = self.seal_in(street, rank, &StreetMessage::Parcel(sealed)) {
                self.ask(device, Pending::Parcel(grant), bytes, out);
            }
        }
    }

    /// The recipient has the parcel, or will be sent it again.
    pub(super) fn parcel_answered(
        &mut self,
        grant: StatementId,
        bytes: Option<&[u8]>,
        out: &mut Vec<Output>,
    ) {
        let answer = bytes.and_then(|b| self.unseal_from(b));
        if matches!(answer, Some((_, _, StreetMessage::Kept))) {
            self.new_keepers.remove(&grant);
            self.store(Record::Delivered(grant), out);
            self.tell_of_grant(grant, out);
        }
    }

    /// Whoever watches learns that something about a grant of this household is new.
    pub(super) fn tell_of_grant(&self, grant: StatementId, out: &mut Vec<Output>) {
        if let Some(given) = self.state.given.get(&grant) {
            let clip = given.parcel.grant.statement().clip;
            out.push(Output::Emit(Event::Clip { clip }));
        }
    }

    /// A clip has one more keeper: whoever was granted it and has not fetched it is told.
    pub(super) fn grantees_should_know(&mut self, clip: ClipId, out: &mut Vec<Output>) {
        let given = self.state.given.iter();
        let waiting = given
            .filter(|(_, g)| g.parcel.grant.statement().clip == clip)
            .filter(|(_, g)| g.delivered && g.fetched.is_none() && g.stopped.is_none());
        let waiting: Vec<_> = waiting.map(|(id, _)| *id).collect();
        if waiting.is_empty() {
            return;
        }
        self.new_keepers.extend(waiting);
        for device in self.connected.clone() {
            self.send_parcels(device, out);
        }
    }

    /// Takes a grant in, or its news of keepers. Nothing if it does not hold; what is known leaves no trace.
    pub(super) fn take_parcel(
        &mut self,
        street: StreetId,
        sealed: &[u8],
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Option<()> {
        let bytes = self.me.sealing.open(sealed, PARCEL_BYTES).ok()?;
        let parcel: Parcel = wire::from_cbor(&bytes).ok()?;
        let grant = parcel.grant.id();
        let known = self.state.received.get(&grant);
        if known.is_some_and(|known| known.parcel == parcel) {
            return Some(());
        }
        let is_new = known.is_none();
        let members = &self.state.streets.get(&street)?.members;
        parcel
            .verify(
                members,
                self.me.household(),
                &self.me.card.statement().reading,
            )
            .ok()?;
        if is_new && self.state.received.len() >= GRANTS_RECEIVED {
            return None;
        }
        let clip = parcel.grant.statement().clip;
        self.store(Record::Received { parcel, at: now }, out);
        if is_new {
            out.push(Output::Emit(Event::Granted { grant, clip }));
        }
        Some(())
    }
}
