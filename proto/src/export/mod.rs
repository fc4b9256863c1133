//! The papers of an exported clip: what somebody outside needs to check where a file is from.
//!
//! An outsider has the file and nothing else: no street, no node, no reason to believe anybody. [`Papers`] go beside
//! it. They hold what the household's keys say about the clip, each statement as it was signed, so that whoever has
//! them can check the whole of it alone: the root certified a device, the device sealed a clip with this hash, and the
//! household's ledger has an entry that says to whom it was exported.
//!
//! A sealed export is checked against the clip's own name. A film that leaves in the open, or that was changed on its
//! way out, has another hash: for it the exporting device states which [`ExportedFilm`] it wrote and what was done to
//! it. That is the household's word, not the recorder's.
//!
//! Left to others: reading the file and hashing it, the words of the note for people, and who the household is. An id
//! in the papers is a key, and means as much as the reader knows about whose it is.

mod error;

use minicbor::{Decode, Encode};

pub use error::PapersError;

use crate::clip::{ClipId, Manifest};
use crate::id::id;
use crate::identity::{Card, DeviceCert, HouseholdId, Role};
use crate::ledger::{Act, Entry, EntryHash, Head};
use crate::recipient::{AgeHeader, ExportRecipient, RecipientError};
use crate::signed::{PublicKey, Signed, Statement};
use crate::wire::{self, limits::PAPERS_BYTES};

id! {
    /// Names a film that left in the open: BLAKE3 of its bytes.
    FilmId, 32
}

/// The exporting device's statement about a film that is not the sealed clip itself.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct ExportedFilm {
    /// The clip that it was made from.
    #[n(0)]
    pub clip: ClipId,
    /// The ledger entry under which it left.
    #[n(1)]
    pub entry: EntryHash,
    /// The film.
    #[n(2)]
    pub film: FilmId,
    /// Its length in bytes.
    #[n(3)]
    pub len: u64,
    /// Whether its sound was taken out. A film without sound counts as having lost none.
    #[n(4)]
    pub muted: bool,
    /// How many areas of its picture were covered.
    #[n(5)]
    pub hidden: u32,
}

impl Statement for ExportedFilm {
    const CONTEXT: &'static str = "streetlamp/1 exported film";
}

/// What goes beside an exported clip.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Papers {
    /// How the household is called.
    #[n(0)]
    pub card: Signed<Card>,
    /// The device that sealed the clip.
    #[n(1)]
    pub recorder: Signed<DeviceCert>,
    /// What it sealed.
    #[n(2)]
    pub manifest: Signed<Manifest>,
    /// The device that exported it; often the same.
    #[n(3)]
    pub exporter: Signed<DeviceCert>,
    /// The ledger entry of the export.
    #[n(4)]
    pub entry: Entry,
    /// The end of the ledger when that entry was its last.
    #[n(5)]
    pub head: Signed<Head>,
    /// The film that left, if it was not the sealed clip.
    #[n(6)]
    pub film: Option<Signed<ExportedFilm>>,
}

impl Papers {
    /// Reads papers. Each statement is validly signed then; whether they belong together is [`Papers::verify`].
    ///
    /// # Errors
    /// [`PapersError::Unreadable`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, PapersError> {
        if bytes.len() > PAPERS_BYTES {
            return Err(PapersError::Unreadable);
        }
        wire::from_cbor(bytes).map_err(|_| PapersError::Unreadable)
    }

    /// The bytes that [`Papers::from_bytes`] reads.
    pub fn to_bytes(&self) -> Vec<u8> {
        wire::to_cbor(self)
    }

    /// Checks that all statements are of one household and of one export, each by a key that may say it.
    ///
    /// # Errors
    /// The first [`PapersError`], from the household outwards.
    pub fn verify(&self) -> Result<HouseholdId, PapersError> {
        let household = self.card.statement().household;
        if !self.card.by_its_root() {
            return Err(PapersError::Card);
        }
        let manifest = self.manifest.statement();
        of_device(
            &self.recorder,
            household,
            self.manifest.signer(),
            Role::Record,
        )
        .ok_or(PapersError::Recorder)?;

        let by_exporter =
            |signer| of_device(&self.exporter, household, signer, Role::Grant).is_some();
        let head = self.head.statement();
        if !by_exporter(self.head.signer()) || head.household != household {
            return Err(PapersError::Exporter);
        }
        if self.entry.seq != head.seq || self.entry.hash() != head.hash {
            return Err(PapersError::Ledger);
        }
        if self.entry.act.clip() != manifest.clip
            || !matches!(self.entry.act, Act::Export { .. } | Act::ExportPlain { .. })
        {
            return Err(PapersError::OtherEntry);
        }
        if let Some(film) = &self.film {
            let said = film.statement();
            if !by_exporter(film.signer())
                || said.clip != manifest.clip
                || said.entry != self.entry.hash()
            {
                return Err(PapersError::Film);
            }
        }
        Ok(household)
    }

    /// The reading key that the ledger names; none for a film in the open.
    pub const fn to(&self) -> Option<&ExportRecipient> {
        match &self.entry.act {
            Act::Export { to, .. } => Some(to),
            _ => None,
        }
    }
}

/// The certificate, if it is of this household and lets this key speak in this role.
fn of_device(
    cert: &Signed<DeviceCert>,
    household: HouseholdId,
    signer: PublicKey,
    role: Role,
) -> Option<()> {
    let said = cert.statement();
    let holds = cert.by_its_root()
        && said.household == household
        && said.device.as_bytes() == signer.as_bytes()
        && said.roles.has(role);
    holds.then_some(())
}

/// Bytes of the age header at the start of a file; what follows them is the sealed part of a clip.
///
/// `start` is the whole file, or as much of it as a header may have
/// ([`HEADER_BYTES`](crate::recipient::HEADER_BYTES)) and one byte more.
///
/// # Errors
/// As reading an age header: [`RecipientError::Malformed`] if this is no age file at all.
pub fn header_len(start: &[u8]) -> Result<usize, RecipientError> {
    let (_, sealed) = AgeHeader::read(start)?;
    Ok(start.len() - sealed.len())
}
