//! The ranges of a message of the negentropy protocol, read and written.
//!
//! The crate keeps its own reader to itself. This one serves what the crate does not: questions of our own in another
//! form ([`finer`](super::finer)), and names in the order in which they were sent. What the message means is the
//! crate's business.

use negentropy::{Bound, FINGERPRINT_SIZE, ID_SIZE};

/// Nothing is said about a range.
pub(super) const SKIP: u64 = 0;
/// A range is summed up.
pub(super) const FINGERPRINT: u64 = 1;
/// Every name in a range follows.
pub(super) const ID_LIST: u64 = 2;

/// Every name in a message, in the order in which they stand there; up to the place where it makes no sense.
pub(super) fn names(message: &[u8]) -> Vec<[u8; ID_SIZE]> {
    let mut names = Vec::new();
    let ranges = message.split_first().map_or(&[][..], |(_, ranges)| ranges);
    let mut reader = Reader::new(ranges);
    while reader.names_of_range(&mut names).is_some() {}
    names
}

/// Reads ranges, each a bound, a mode and what belongs to the mode.
pub(super) struct Reader<'a> {
    rest: &'a [u8],
    last: u64,
}

impl<'a> Reader<'a> {
    pub(super) const fn new(ranges: &'a [u8]) -> Self {
        Self {
            rest: ranges,
            last: 0,
        }
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    fn names_of_range(&mut self, names: &mut Vec<[u8; ID_SIZE]>) -> Option<()> {
        self.bound()?;
        match self.number()? {
            SKIP => {}
            FINGERPRINT => drop(self.bytes(FINGERPRINT_SIZE)?),
            ID_LIST => names.extend_from_slice(self.names()?),
            _ => return None,
        }
        Some(())
    }

    pub(super) fn names(&mut self) -> Option<&'a [[u8; ID_SIZE]]> {
        let count = usize::try_from(self.number()?).ok()?;
        let (names, _) = self.bytes(count.checked_mul(ID_SIZE)?)?.as_chunks();
        Some(names)
    }

    pub(super) fn bytes(&mut self, len: usize) -> Option<&'a [u8]> {
        let (bytes, rest) = self.rest.split_at_checked(len)?;
        self.rest = rest;
        Some(bytes)
    }

    /// Seven bits a byte, the highest first; all bytes but the last have their eighth bit set.
    pub(super) fn number(&mut self) -> Option<u64> {
        let mut number = 0_u64;
        loop {
            let (byte, rest) = self.rest.split_first()?;
            self.rest = rest;
            number = number.checked_mul(128)? | u64::from(byte & 0x7f);
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
    }

    /// Time since the bound before, plus one; zero is the end of time.
    pub(super) fn bound(&mut self) -> Option<Bound> {
        let since = self.number()?.checked_sub(1);
        self.last = since.map_or(u64::MAX, |since| self.last.saturating_add(since));
        let len = usize::try_from(self.number()?).ok()?;
        Bound::with_timestamp_and_id(self.last, self.bytes(len)?).ok()
    }
}

/// Writes ranges in ascending order.
pub(super) struct Writer {
    bytes: Vec<u8>,
    last: u64,
}

impl Writer {
    pub(super) fn new(version: u8) -> Self {
        Self {
            bytes: vec![version],
            last: 0,
        }
    }

    pub(super) fn finish(self) -> Vec<u8> {
        self.bytes
    }

    pub(super) fn list(&mut self, bound: &Bound, names: &[[u8; ID_SIZE]]) -> Option<()> {
        self.range(bound, ID_LIST, &[])?;
        self.number(names.len().try_into().ok()?);
        self.bytes.extend_from_slice(names.as_flattened());
        Some(())
    }

    fn number(&mut self, number: u64) {
        let digits = (1..10_u32).filter(|digit| number >> (7 * digit) != 0);
        for digit in digits.rev() {
            self.bytes
                .push((number >> (7 * digit)).to_le_bytes()[0] | 0x80);
        }
        self.bytes.push(number.to_le_bytes()[0] & 0x7f);
    }

    pub(super) fn range(&mut self, bound: &Bound, mode: u64, payload: &[u8]) -> Option<()> {
        let at = bound.item.timestamp;
        if at == u64::MAX {
            self.number(0);
        } else {
            self.number(at.checked_sub(self.last)?.checked_add(1)?);
        }
        self.last = at;
        self.number(bound.id_len.try_into().ok()?);
        self.bytes
            .extend_from_slice(bound.item.id.as_bytes().get(..bound.id_len)?);
        self.number(mode);
        self.bytes.extend_from_slice(payload);
        Some(())
    }
}
