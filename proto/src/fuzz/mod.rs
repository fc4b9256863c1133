//! What must hold for every input: one property for each kind of bytes that a stranger can send.
//!
//! `proto/fuzz` runs these with libFuzzer (`cargo +nightly fuzz run NAME`), and a test replays the real messages under
//! `proto/fuzz/corpus` with them. A property that fails panics; nothing else here does. Each tells whether the input
//! was taken for what it should be, so that a seed which no longer is a real message is noticed.
//!
//! `messages`, `keepers`, `writing` and `clips` hold properties of one piece of bytes each, `engine` what a whole home makes of
//! several, and `home` is the one that it tries them on.

mod clips;
mod engine;
mod home;
mod keepers;
mod messages;
mod writing;

pub use clips::{clip_header, clip_slice};
pub use engine::engine_inputs;
pub use keepers::{keeping, ledger_file, sealed_label};
pub use messages::{
    device_message, fetch_request, fetch_ticket, frame, grant, join, ledger_entry, manifest,
    open_statement, papers, parcel, rescue_word, returning, street_message, welcome,
};
pub use writing::{text, ticket_text};

use std::fmt::Debug;

use minicbor::{Decode, Encode};
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};
use zeroize::Zeroizing;

use crate::recipient::Identity;
use crate::signed::{Signed, Statement};
use crate::wire::{self, Kind};

/// A property, and the name of its fuzz target and corpus.
pub type Target = (&'static str, fn(&[u8]) -> bool);

/// Every property.
pub const TARGETS: [Target; 23] = [
    ("frame", frame),
    ("street_message", street_message),
    ("ticket_text", ticket_text),
    ("join", join),
    ("returning", returning),
    ("device_message", device_message),
    ("welcome", welcome),
    ("rescue_word", rescue_word),
    ("fetch_request", fetch_request),
    ("open_statement", open_statement),
    ("manifest", manifest),
    ("grant", grant),
    ("fetch_ticket", fetch_ticket),
    ("papers", papers),
    ("parcel", parcel),
    ("clip_header", clip_header),
    ("clip_slice", clip_slice),
    ("text", text),
    ("ledger_entry", ledger_entry),
    ("keeping", keeping),
    ("sealed_label", sealed_label),
    ("ledger_file", ledger_file),
    ("engine_inputs", engine_inputs),
];

/// An item in its one encoding.
fn item<T: for<'b> Decode<'b, ()> + Encode<()>>(bytes: &[u8]) -> Option<T> {
    let item = wire::from_cbor::<T>(bytes).ok()?;
    assert_eq!(wire::to_cbor(&item), bytes, "one encoding");
    Some(item)
}

/// The item of a frame.
fn framed<T>(kind: Kind, bytes: &[u8], limit: usize) -> Option<T>
where
    T: for<'b> Decode<'b, ()> + Encode<()>,
{
    let item = wire::unframe::<T>(kind, bytes, limit).ok()?;
    assert!(bytes.len() <= limit, "within the limit of its kind");
    assert_eq!(wire::frame(kind, &item), bytes, "one encoding");
    Some(item)
}

/// A nested statement is as well signed as one that comes alone.
fn stands<T: Statement + Debug + PartialEq>(signed: &Signed<T>) {
    assert_eq!(
        Signed::from_bytes(&signed.to_bytes()).as_ref(),
        Ok(signed),
        "it is signed"
    );
}

fn identity(seed: u64) -> Identity {
    let mut secret = Zeroizing::new([0; 32]);
    ChaCha20Rng::seed_from_u64(seed).fill_bytes(&mut *secret);
    Identity::from_secret_bytes(secret)
}

#[cfg(test)]
mod tests;
