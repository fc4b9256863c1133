//! What a household and its keeper give each other, and files about ledgers from whoever hands them over.

use super::{framed, identity, item, stands};
use crate::keeper::{Keeping, Lease, SEALED_LABEL, SealedLabel};
use crate::ledger::{Export, Fork};
use crate::signed::Signed;
use crate::wire::Kind;
use crate::wire::limits::{LEDGER_FILE, PADDED_LABEL};

/// A message about keeping, or a lease, comes back as the very bytes that were read, and what it carries is signed.
pub fn keeping(bytes: &[u8]) -> bool {
    let lease = item::<Signed<Lease>>(bytes);
    let message = item::<Keeping>(bytes);
    lease.iter().for_each(stands);
    match &message {
        Some(Keeping::Lease(lease)) => stands(lease),
        Some(Keeping::Pin { base, head, .. }) => base.iter().chain(head).for_each(stands),
        Some(Keeping::Pinned(head)) => head.iter().for_each(stands),
        Some(Keeping::Recalled(recalled)) => stands(&recalled.lease),
        _ => {}
    }
    lease.is_some() || message.is_some()
}

/// A label is opened only whole: what opens was sealed to this key, and is as long as every label.
///
/// The input is the plaintext of a label, since no fuzzer finds a seal.
pub fn sealed_label(bytes: &[u8]) -> bool {
    let garbled = SealedLabel::from_bytes(bytes.to_vec());
    assert_eq!(garbled.is_ok(), bytes.len() <= SEALED_LABEL, "bounded");
    assert!(
        garbled.is_err() || garbled.is_ok_and(|label| label.open(&identity(1)).is_err()),
        "what is not sealed does not open"
    );
    let Ok(sealed) = identity(1).recipient().seal(bytes) else {
        return false;
    };
    let Ok(sealed) = SealedLabel::from_bytes(sealed) else {
        return false;
    };
    let Ok(label) = sealed.open(&identity(1)) else {
        return false;
    };
    stands(&label.manifest);
    let again = SealedLabel::seal(&label, &[identity(1).recipient()]);
    let inside = again
        .ok()
        .and_then(|again| identity(1).open(again.as_bytes(), PADDED_LABEL).ok());
    if bytes.len() == PADDED_LABEL {
        assert_eq!(
            inside.as_deref().map(Vec::as_slice),
            Some(bytes),
            "one encoding"
        );
    }
    true
}

/// A ledger or proof comes back as the very bytes that were read; a proof that holds is about two unlike heads.
pub fn ledger_file(bytes: &[u8]) -> bool {
    if let Some(fork) = framed::<Fork>(Kind::Fork, bytes, LEDGER_FILE) {
        stands(&fork.one);
        stands(&fork.other);
        if fork.verify().is_ok() {
            assert_ne!(fork.one, fork.other, "one head proves nothing");
        }
        return true;
    }
    let Some(export) = framed::<Export>(Kind::Ledger, bytes, LEDGER_FILE) else {
        return false;
    };
    if let Ok(entries) = export.verify() {
        assert_eq!(entries, export.entries.len() as u64, "all entries count");
    }
    true
}
