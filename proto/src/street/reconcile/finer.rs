//! Shorter questions: fingerprints of a few items where the crate would list names.
//!
//! Below 32 items negentropy's asker lists every name of a range, 32 bytes each, and the answerer lists its own in
//! turn. With some thousand items of history and a few missing here and there that is most of the bytes: 100 KB for 50
//! of 8,000. A fingerprint of [`PIECE`] items takes 20 bytes, and only a piece that differs is answered with names. The
//! protocol lets each side split as it likes, so the answerer needs to know nothing of it.
//!
//! The question is our own, fresh from the crate. Should it ever look strange it is sent as it is.

use negentropy::{Bound, FINGERPRINT_SIZE, NegentropyStorageBase, NegentropyStorageVector};

use super::ranges::{FINGERPRINT, ID_LIST, Reader, SKIP, Writer};

/// Items of one fingerprint. With one of 6 to 31 missing, 2 to 5 are cheapest.
const PIECE: usize = 4;
/// Shorter lists stay lists.
const LIST: usize = 6;
/// Ranges into which a question and its answer have split the history when lists begin: 16 times 16.
const RANGES: usize = 256;

/// The same question with long lists replaced by fingerprints. Never longer than before.
pub(super) fn finer(held: &NegentropyStorageVector, question: Vec<u8>) -> Vec<u8> {
    rewritten(held, &question).unwrap_or(question)
}

fn rewritten(held: &NegentropyStorageVector, question: &[u8]) -> Option<Vec<u8>> {
    let size = held.size().ok()?;
    // Who lacks most of a range lists what it has: pieces would be so full on the other side that it splits them once
    // more, which takes another question.
    let least = LIST.max(size.div_ceil(2 * RANGES));
    let (version, ranges) = question.split_first()?;
    let mut reader = Reader::new(ranges);
    let mut writer = Writer::new(*version);
    let mut lower = 0;
    while !reader.is_empty() {
        let bound = reader.bound()?;
        let upper = held.find_lower_bound(lower, size, &bound);
        match reader.number()? {
            SKIP => writer.range(&bound, SKIP, &[])?,
            FINGERPRINT => writer.range(&bound, FINGERPRINT, reader.bytes(FINGERPRINT_SIZE)?)?,
            ID_LIST => {
                let names = reader.names()?;
                if names.len() >= least && names.len() == upper - lower {
                    in_pieces(held, lower, upper, &bound, &mut writer)?;
                } else {
                    writer.list(&bound, names)?;
                }
            }
            _ => return None,
        }
        lower = upper;
    }
    Some(writer.finish())
}

fn in_pieces(
    held: &NegentropyStorageVector,
    lower: usize,
    upper: usize,
    bound: &Bound,
    writer: &mut Writer,
) -> Option<()> {
    let count = upper - lower;
    let pieces = count.div_ceil(PIECE);
    let mut start = lower;
    for piece in 1..=pieces {
        let end = lower + count * piece / pieces;
        let until = if end == upper {
            *bound
        } else {
            before(held, end)?
        };
        let fingerprint = held.fingerprint(start, end).ok()?.to_bytes();
        writer.range(&until, FINGERPRINT, &fingerprint)?;
        start = end;
    }
    Some(())
}

/// The shortest bound between an item and the one before it.
fn before(held: &NegentropyStorageVector, at: usize) -> Option<Bound> {
    let left = held.get_item(at.checked_sub(1)?).ok()??;
    let right = held.get_item(at).ok()??;
    if left.timestamp != right.timestamp {
        return Some(Bound::with_timestamp(right.timestamp));
    }
    let (left, id) = (left.id.as_bytes(), right.id.as_bytes());
    let shared = left.iter().zip(id).take_while(|(l, r)| l == r).count();
    Bound::with_timestamp_and_id(right.timestamp, id.get(..=shared)?).ok()
}
