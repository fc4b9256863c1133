//! Invitations: a one-time ticket, its proof, and the welcome.
//!
//! A ticket carries 128 random bits. The newcomer never sends them: it proves that it holds them by a hash keyed with
//! them over both devices' keys, so that a proof is worth nothing on another connection. The inviter keeps only what
//! it needs to check the proof.

use std::fmt;
use std::str::FromStr;

use minicbor::{Decode, Decoder, Encode, Encoder, decode, encode};
use rand_core::CryptoRng;
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::{Address, EpochKey, EpochParcel, Founding, Member, StreetId};
use crate::id::id;
use crate::identity::{Card, DeviceCert, DeviceId, HouseholdId, Name};
use crate::signed::Signed;
use crate::time::Timestamp;
use crate::wire::Kind;
use crate::wire::limits::{JOIN_FRAME, TICKET_MEMBERS};
use crate::wire::text::{self, TextError};

/// What a ticket begins with, so that people and phones know it.
const SCHEME: &str = "streetlamp:";
/// BLAKE3 `derive_key` context of the public id of a ticket.
const ID_CONTEXT: &str = "streetlamp 2026 ticket id v1";
/// BLAKE3 `derive_key` context of the key of the proof.
const PROOF_CONTEXT: &str = "streetlamp 2026 ticket proof v1";

id! {
    /// Names a ticket without giving it away.
    TicketId, 16
}

id! {
    /// What the inviter keeps of a ticket's secret: checks a proof, cannot be turned into the ticket.
    TicketKey, 32
}

/// The 128 random bits of a ticket.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct TicketSecret([u8; 16]);

impl TicketSecret {
    /// New bits.
    pub fn generate(rng: &mut impl CryptoRng) -> Self {
        let mut secret = [0; 16];
        rng.fill_bytes(&mut secret);
        Self(secret)
    }

    /// The public id of the ticket.
    pub fn id(&self) -> TicketId {
        let hash = blake3::derive_key(ID_CONTEXT, &self.0);
        TicketId::from_bytes(hash.first_chunk::<16>().copied().unwrap_or_default())
    }

    /// What proofs are made and checked with.
    pub fn key(&self) -> TicketKey {
        TicketKey::from_bytes(blake3::derive_key(PROOF_CONTEXT, &self.0))
    }
}

impl fmt::Debug for TicketSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TicketSecret(secret)")
    }
}

impl<C> Encode<C> for TicketSecret {
    fn encode<W: encode::Write>(
        &self,
        e: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), encode::Error<W::Error>> {
        e.bytes(&self.0)?.ok()
    }
}

impl<'b, C> Decode<'b, C> for TicketSecret {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
        d.bytes()?
            .try_into()
            .map(Self)
            .map_err(|_| decode::Error::message("wrong length of a ticket's secret"))
    }
}

impl TicketKey {
    /// The proof that `newcomer` holds the ticket, for `inviter` only.
    pub fn proof(&self, newcomer: DeviceId, inviter: DeviceId) -> [u8; 32] {
        let both = [&newcomer.as_bytes()[..], inviter.as_bytes()].concat();
        *blake3::keyed_hash(self.as_bytes(), &both).as_bytes()
    }

    /// Whether a proof is right, in constant time.
    pub fn checks(&self, proof: &[u8; 32], newcomer: DeviceId, inviter: DeviceId) -> bool {
        blake3::Hash::from_bytes(self.proof(newcomer, inviter)) == blake3::Hash::from_bytes(*proof)
    }
}

/// A member's device and where it was last reached.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Door {
    /// The device.
    #[n(0)]
    pub device: DeviceId,
    /// Its addresses.
    #[n(1)]
    pub addresses: Vec<Address>,
}

/// An invitation for one household.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Ticket {
    /// The street.
    #[n(0)]
    pub street: StreetId,
    /// How the street is called, to be shown before joining.
    #[n(1)]
    pub name: Name,
    /// Proves the right to join, once.
    #[n(2)]
    pub secret: TicketSecret,
    /// When it ends.
    #[n(3)]
    pub expires: Timestamp,
    /// Where to knock; the inviter first.
    #[n(4)]
    pub doors: Vec<Door>,
}

/// Why a text is not a ticket that can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TicketError {
    /// Does not begin like a ticket.
    #[error("this is not a Streetlamp ticket; one begins with 'streetlamp:'")]
    NotATicket,
    /// A character or the checksum is wrong.
    #[error("this ticket is garbled: copy it again, whole")]
    Garbled,
    /// Made by a version that this program does not speak.
    #[error("this ticket is of a newer version: update Streetlamp")]
    Version,
    /// Its time is over.
    #[error(
        "this ticket has expired: ask for a new one (or set this machine's clock, if it is wrong)"
    )]
    Expired,
}

impl Ticket {
    /// Whether the ticket may still be used.
    ///
    /// # Errors
    /// [`TicketError::Expired`].
    pub fn check(&self, now: Timestamp) -> Result<(), TicketError> {
        if self.expires > now {
            Ok(())
        } else {
            Err(TicketError::Expired)
        }
    }
}

impl From<TextError> for TicketError {
    fn from(error: TextError) -> Self {
        match error {
            TextError::Scheme => Self::NotATicket,
            TextError::Garbled => Self::Garbled,
            TextError::Version => Self::Version,
        }
    }
}

impl fmt::Display for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&text::spell(SCHEME, Kind::Ticket, self))
    }
}

impl FromStr for Ticket {
    type Err = TicketError;

    fn from_str(text: &str) -> Result<Self, TicketError> {
        let ticket: Self = text::read(SCHEME, Kind::Ticket, text, JOIN_FRAME)?;
        if ticket.doors.is_empty() || ticket.doors.len() > TICKET_MEMBERS {
            return Err(TicketError::Garbled);
        }
        Ok(ticket)
    }
}

/// A newcomer's request: what a stranger may say to a home.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct JoinRequest {
    /// Which ticket.
    #[n(0)]
    pub ticket: TicketId,
    /// Proof of holding it.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub proof: [u8; 32],
    /// The newcomer's card.
    #[n(2)]
    pub card: Signed<Card>,
    /// The certificate of the device that asks.
    #[n(3)]
    pub device: Signed<DeviceCert>,
    /// Where the device can be reached.
    #[n(4)]
    pub addresses: Vec<Address>,
}

/// The answer to a ticket: the street as its members know it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Welcome {
    /// The founding statement; its id is the street's.
    #[n(0)]
    pub founding: Signed<Founding>,
    /// The current epoch, its key for the newcomer's device, and why whoever is gone is gone.
    #[n(1)]
    pub epoch: EpochParcel,
    /// Who vouched.
    #[n(2)]
    pub inviter: HouseholdId,
    /// Everybody who is or was on the street, the newcomer included.
    #[n(3)]
    pub members: Vec<Member>,
    /// Where some of them can be reached, at most [`WELCOME_DOORS`](crate::wire::limits::WELCOME_DOORS): whoever comes
    /// in should not depend on the one home that opened.
    #[n(4)]
    pub doors: Vec<Door>,
}

/// Why a ticket was refused. Tells a stranger no more than it must know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode, thiserror::Error)]
#[cbor(index_only)]
#[non_exhaustive]
pub enum Refusal {
    /// Unknown, used, withdrawn or garbled.
    #[n(0)]
    #[error(
        "this ticket is not valid any more: it was used, withdrawn or never given. Ask for a new one"
    )]
    NotValid,
    /// Its time is over.
    #[n(1)]
    #[error(
        "this ticket has expired: ask for a new one (or set this machine's clock, if it is wrong)"
    )]
    Expired,
    /// The card or certificate does not hold.
    #[n(2)]
    #[error("the inviter's home could not verify this home's card")]
    Card,
    /// The street takes nobody more, or the household has too many devices.
    #[n(3)]
    #[error("the street is full, or this household has too many devices on it: remove one first")]
    Full,
    /// The household or its device is not of the street, or not any more.
    #[n(4)]
    #[error(
        "that home does not know this household, or this device of it, as a neighbour: ask another neighbour, or for a ticket"
    )]
    NotMember,
}

impl EpochKey {
    /// Reads the key from what was inside the age file of a [`Welcome`].
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self::from_bytes)
    }
}
