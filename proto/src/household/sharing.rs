//! Clips and their keys: taking in, granting, exporting, opening, stopping, and the ledger before each of them.

use super::draft::NewClip;
use super::event::{Answer, Event, Output};
use super::failure::Failure;
use super::record::HeldHeader;
use super::{Household, Pending, Record};
use crate::access::{self, Action, Party};
use crate::clip::{CameraId, ClipId, FileKey, GrantHeader, Label, Manifest};
use crate::grant::{FetchRequest, FetchTicket, Grant, Parcel, Purpose};
use crate::identity::{DeviceId, HouseholdId, Role};
use crate::ledger::{Act, Blind, Entry, EntryHash, Head};
use crate::recipient::Recipient;
use crate::signed::{PublicKey, Signed, StatementId};
use crate::street::{StreetId, StreetMessage};
use crate::time::Timestamp;
use crate::wire;
use crate::wire::limits::{GRANT_LIFE, GRANTS_RECEIVED, PARCEL_BYTES};

/// BLAKE3 `derive_key` context of the key that turns camera names into pseudonyms.
const CAMERA_CONTEXT: &str = "streetlamp 2026 camera pseudonym v1";

/// What a fetch ticket entitles its bearer to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permit {
    /// The clip.
    pub clip: ClipId,
    /// Length of its sealed bytes.
    pub sealed_len: u64,
    /// The grant that it is served under.
    pub grant: StatementId,
}

/// Why sealed bytes are not served. Said to nobody outside; a stranger learns only that there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unserved {
    /// The ticket is not ours, or not signed by a device that may grant.
    #[error("ticket is not by this household")]
    NotOurs,
    /// The ticket is not in our ledger.
    #[error("ticket is not in the ledger")]
    NotInLedger,
    /// The device is not the grantee's.
    #[error("ticket is for another household")]
    OtherHousehold,
    /// Stopped or over.
    #[error("grant was stopped or is over")]
    Over,
}

impl Household {
    /// Signs the manifest of a clip whose sealed bytes are safe.
    pub(super) fn add_clip(
        &mut self,
        new: NewClip,
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
        Ok(Answer::Clip(new.clip))
    }

    /// The sealed bytes of a granted clip are on disk.
    pub(super) fn clip_arrived(
        &mut self,
        clip: ClipId,
        out: &mut Vec<Output>,
    ) -> Result<Answer, Failure> {
        self.state.openable(clip).ok_or(Failure::Unknown("clip"))?;
        self.store(Record::Arrived(clip), out);
        out.push(Output::Emit(Event::Clip { clip }));
        Ok(Answer::Clip(clip))
    }

    /// Gives the key of one clip to one neighbour.
    pub(super) fn give(
        &mut self,
        clip: ClipId,
        to: HouseholdId,
        purpose: Purpose,
        until: Option<Timestamp>,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<Answer, Failure> {
        if to == self.me.household() {
            return Err(Failure::OwnHousehold);
        }
        let until = until.unwrap_or_else(|| now.after(GRANT_LIFE));
        if until <= now || until.since(now) > GRANT_LIFE {
            return Err(Failure::BadUntil);
        }
        let member = self.state.streets.values().find_map(|s| s.members.get(to));
        let reading = member
            .ok_or(Failure::Unknown("neighbour"))?
            .card
            .statement()
            .reading
            .clone();
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
            }),
            out,
        );
        out.push(Output::Emit(Event::Clip { clip }));
        let here: Vec<_> = self
            .connected
            .iter()
            .copied()
            .filter(|d| self.neighbour(*d) == Some(to))
            .collect();
        for device in here {
            self.send_parcels(device, out);
        }
        Ok(Answer::Grant { grant: id, seq })
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
        let seq = self.log(act, None, now, out);
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

    /// Logs an export and hands out what leaves: a header for one outsider, or the key for a plain film.
    pub(super) fn export(
        &mut self,
        clip: ClipId,
        to: Option<Recipient>,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<Answer, Failure> {
        let Some(recipient) = to else {
            if !self.state.clips.contains_key(&clip) {
                return Err(self.not_ours(clip));
            }
            let (key, manifest) = self.key_of(clip)?;
            let seq = self.log(Act::ExportPlain { clip }, None, now, out);
            return Ok(Answer::Key {
                key,
                manifest: Box::new(manifest),
                seq,
            });
        };
        let (header, manifest) = self.header_for(clip, &recipient)?;
        let seq = self.log(
            Act::Export {
                clip,
                to: recipient,
            },
            None,
            now,
            out,
        );
        Ok(Answer::Header {
            header,
            manifest: Box::new(manifest),
            seq,
        })
    }

    /// Unwraps the key of a clip and holds it against its manifest.
    fn key_of(&self, clip: ClipId) -> Result<(FileKey, Signed<Manifest>), Failure> {
        let (header, manifest) = self.state.openable(clip).ok_or(Failure::Unknown("clip"))?;
        let reading = self.reading.as_ref().ok_or(Failure::Locked)?;
        let key = match header {
            HeldHeader::Owner(header) => header.unwrap(reading),
            HeldHeader::Granted(header) => header.unwrap(reading),
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
            .clips
            .get(&clip)
            .ok_or_else(|| self.not_ours(clip))?;
        let reading = self.reading.as_ref().ok_or(Failure::Locked)?;
        let header = own
            .header
            .grant(reading, &own.manifest.statement().key_commit, to);
        Ok((header.map_err(|_| Failure::WrongKey)?, own.manifest.clone()))
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
    fn next_entry(&self) -> (u64, EntryHash) {
        (
            self.state.ledger_seq + 1,
            self.state.ledger_hash.unwrap_or(EntryHash::START),
        )
    }

    /// Appends to the ledger. The entry is stored before anything after it in the batch leaves (promise P7).
    fn log(
        &mut self,
        act: Act,
        ticket: Option<StatementId>,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> u64 {
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
        self.store(Record::Ledger { entry, head }, out);
        seq
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
            .filter(|(id, g)| !g.delivered && g.stopped.is_none() && !in_flight(id))
            .filter(|(_, g)| g.parcel.grant.statement().to == household)
            .map(|(id, g)| (*id, wire::to_cbor(&g.parcel)))
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
            self.store(Record::Delivered(grant), out);
        }
    }

    /// Takes a grant in. Nothing if it does not hold; known ones are taken again without a trace.
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
        if self.state.received.contains_key(&grant) {
            return Some(());
        }
        let members = &self.state.streets.get(&street)?.members;
        parcel
            .verify(
                members,
                self.me.household(),
                &self.me.card.statement().reading,
            )
            .ok()?;
        if self.state.received.len() >= GRANTS_RECEIVED {
            return None;
        }
        let clip = parcel.grant.statement().clip;
        self.store(Record::Received { parcel, at: now }, out);
        out.push(Output::Emit(Event::Granted { grant, clip }));
        Some(())
    }

    /// Whether sealed bytes may be served to a device against a ticket.
    ///
    /// # Errors
    /// [`Unserved`].
    pub fn may_fetch(
        &self,
        from: DeviceId,
        request: &FetchRequest,
        now: Timestamp,
    ) -> Result<Permit, Unserved> {
        let ticket = request.ticket.statement();
        let own_device = PublicKey::of(&self.me.device) == request.ticket.signer();
        if ticket.from != self.me.household()
            || !own_device
            || !self.me.cert.statement().roles.has(Role::Grant)
        {
            return Err(Unserved::NotOurs);
        }
        let id = request.ticket.id();
        let mut given = self.state.given.iter();
        let (grant, given) = given
            .find(|(_, g)| g.parcel.ticket.id() == id)
            .ok_or(Unserved::NotInLedger)?;
        if self.neighbour(from) != Some(ticket.to)
            || !access::allows(Party::Grantee, Action::FetchSealed)
        {
            return Err(Unserved::OtherHousehold);
        }
        if given.stopped.is_some() || ticket.until <= now {
            return Err(Unserved::Over);
        }
        let sealed_len = given.parcel.manifest.statement().sealed_len;
        Ok(Permit {
            clip: ticket.clip,
            sealed_len,
            grant: *grant,
        })
    }
}
