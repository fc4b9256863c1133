//! A stamp: work that was done for one statement, so that shouting at strangers is not free.
//!
//! Nobody vouches for who speaks in the open, and a key costs nothing; a moment of somebody's processor does. A stamp
//! is a number that makes a hash over the statement begin with [`STAMP_BITS`] zero bits (Back 2002, "Hashcash - A
//! Denial of Service Counter-Measure"; the idea is from Dwork and Naor 1992). It is found by trying, and checked with
//! one hash, which is far cheaper than a signature: a reader checks the stamp first.
//!
//! ```text
//! key   = BLAKE3 derive_key("streetlamp 2026 open stamp v1", signed bytes)      once per statement
//! hash  = BLAKE3 keyed_hash(key, nonce as 8 bytes, least significant first)     one compression per try
//! ```
//!
//! What it does not do: it tells nothing about who stamped, and it does not stop somebody with a graphics card, which
//! tries far faster than a home can. It does not say when the work was done: stamps can be hoarded for statements that
//! name a later time. Allowances, bounds and lifetimes have to hold without it.
//!
//! A statement has many valid stamps, and whoever passes it on can work for another one. So a stamp is no part of what
//! names a statement; copies that differ in the stamp alone are copies.

use minicbor::{Decode, Encode};

/// BLAKE3 `derive_key` context of the key under which one statement's nonces are tried.
const CONTEXT: &str = "streetlamp 2026 open stamp v1";

/// Zero bits that a stamp has: 2^18 = 262,144 tries on average.
///
/// That is about 0.03 s on one core of a cloud server (82 ns a try at best and 120 ns when it is busy, measured), and
/// about 0.2 s on a Raspberry Pi 4 (estimated: BLAKE3 without vectors does 93 MB/s there, which is 0.7 µs for a block
/// of 64 bytes, openzfs/zfs#12918; tries go one by one and gain nothing from vectors). Luck varies: one search in
/// twenty takes three times as long, one in a hundred 4.6 times. Each bit more doubles all of this.
pub const STAMP_BITS: u8 = 18;

/// Work done for one statement: the number that was found by trying. At most nine bytes on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct Stamp(#[n(0)] u64);

impl Stamp {
    /// The smallest stamp for these bytes: always the same one. Blocks until it is found, 2^`bits` tries on average.
    ///
    /// `bytes` are the signed statement as it travels, signature included, so that work is for one author's words.
    /// [`STAMP_BITS`] is what `bits` is for; with 40 it takes days, with 64 for ever. Where a wait of a second is too
    /// long, use [`Search`].
    pub fn find(bytes: &[u8], bits: u8) -> Self {
        let mut search = Search::new(bytes, bits);
        loop {
            if let Some(stamp) = search.step(u32::MAX) {
                return stamp;
            }
        }
    }

    /// Whether this is a stamp for these bytes: their hash and one more, less than a signature by far.
    pub fn checks(self, bytes: &[u8], bits: u8) -> bool {
        zero_bits(&key(bytes), self) >= u32::from(bits)
    }

    /// The stamp with this number.
    pub const fn from_number(number: u64) -> Self {
        Self(number)
    }

    /// The number that was found.
    pub const fn number(self) -> u64 {
        self.0
    }
}

/// A search for a stamp, in slices: for an engine that must not keep others waiting.
#[derive(Debug, Clone)]
pub struct Search {
    key: [u8; 32],
    bits: u8,
    /// The next number to try; none when all 2^64 were.
    next: Option<u64>,
}

impl Search {
    /// A search that has not tried anything yet; see [`Stamp::find`] for what the two are.
    pub fn new(bytes: &[u8], bits: u8) -> Self {
        Self {
            key: key(bytes),
            bits,
            next: Some(0),
        }
    }

    /// The same search, which goes on behind a stamp that was found before.
    pub fn after(self, found: Stamp) -> Self {
        Self {
            next: found.0.checked_add(1),
            ..self
        }
    }

    /// Tries at most so many numbers more, and stops at the first that is a stamp. Whatever the slices, it is the one
    /// that [`Stamp::find`] finds; called once more, the search goes on to the following one.
    ///
    /// 10,000 tries are about 1 ms on a server and 7 ms on a Raspberry Pi 4 (see [`STAMP_BITS`]).
    pub fn step(&mut self, tries: u32) -> Option<Stamp> {
        for _ in 0..tries {
            let stamp = Stamp(self.next?);
            self.next = stamp.0.checked_add(1);
            if zero_bits(&self.key, stamp) >= u32::from(self.bits) {
                return Some(stamp);
            }
        }
        None
    }
}

fn key(bytes: &[u8]) -> [u8; 32] {
    blake3::derive_key(CONTEXT, bytes)
}

/// Zero bits at the front of a try's hash, the most significant bit of the first byte first.
fn zero_bits(key: &[u8; 32], stamp: Stamp) -> u32 {
    let hash = blake3::keyed_hash(key, &stamp.0.to_le_bytes());
    let mut zeros = 0;
    for byte in hash.as_bytes() {
        zeros += byte.leading_zeros();
        if *byte != 0 {
            break;
        }
    }
    zeros
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::wire;

    /// Enough to be work, little enough for a test.
    const BITS: u8 = 8;

    #[test]
    fn a_stamp_is_for_its_bytes_and_its_bits_only() {
        let stamp = Stamp::find(b"knock", BITS);
        assert!(stamp.checks(b"knock", BITS));
        assert!(stamp.checks(b"knock", BITS - 1));
        assert!(!stamp.checks(b"knack", BITS));
        assert!(!stamp.checks(b"knock", u8::MAX));
    }

    #[test]
    fn a_stamp_of_full_price_is_found_and_is_the_same_on_every_machine() {
        // Found by a second implementation, in C and from the BLAKE3 specification.
        let vector = Stamp::from_number(691_006);
        assert_eq!(Stamp::find(b"streetlamp", STAMP_BITS), vector);
        assert!(vector.checks(b"streetlamp", STAMP_BITS));
    }

    #[test]
    fn the_bits_are_counted_from_the_front_of_the_hash() {
        let key = key(b"knock");
        for number in 0..1_000 {
            let hash = blake3::keyed_hash(&key, &u64::to_le_bytes(number));
            let front = u128::from_be_bytes(hash.as_bytes()[..16].try_into().unwrap());
            assert_eq!(zero_bits(&key, Stamp(number)), front.leading_zeros());
        }
    }

    #[test]
    fn without_a_price_the_first_number_will_do() {
        assert_eq!(Stamp::find(b"", 0), Stamp(0));
        assert!(Stamp(u64::MAX).checks(b"", 0));
    }

    #[test]
    fn a_search_without_tries_finds_nothing_and_loses_nothing() {
        let mut search = Search::new(b"knock", 0);
        assert_eq!(search.step(0), None);
        assert_eq!(search.step(1), Some(Stamp(0)));
        assert_eq!(search.step(1), Some(Stamp(1)));
    }

    #[test]
    fn behind_a_stamp_there_is_another_one() {
        let first = Stamp::find(b"knock", BITS);
        let mut search = Search::new(b"knock", BITS).after(first);
        let second = search.step(u32::MAX).unwrap();
        assert!(second > first && second.checks(b"knock", BITS));
        assert_eq!(search.after(Stamp(u64::MAX)).step(1), None);
    }

    #[test]
    fn a_search_ends_with_the_numbers() {
        let mut search = Search::new(b"knock", u8::MAX);
        search.next = Some(u64::MAX - 2);
        assert_eq!(search.step(10), None);
        assert_eq!(search.next, None);
        assert_eq!(search.step(u32::MAX), None);
    }

    #[test]
    fn a_stamp_is_one_number_on_the_wire() {
        let bytes = wire::to_cbor(&Stamp(500));
        assert_eq!(bytes, [0x19, 0x01, 0xf4]);
        assert_eq!(wire::from_cbor(&bytes), Ok(Stamp(500)));
        assert!(wire::from_cbor::<Stamp>(&[0x1a, 0, 0, 0x01, 0xf4]).is_err());
        assert!(wire::from_cbor::<Stamp>(&[0x20]).is_err());
    }

    proptest! {
        #[test]
        fn slices_find_what_one_search_finds(bytes: Vec<u8>, slice in 1..100_u32) {
            let mut search = Search::new(&bytes, BITS);
            let sliced = std::iter::repeat_with(|| search.step(slice)).flatten().next();
            prop_assert_eq!(sliced, Some(Stamp::find(&bytes, BITS)));
        }

        #[test]
        fn no_smaller_number_than_the_one_found_is_a_stamp(bytes: Vec<u8>) {
            let found = Stamp::find(&bytes, BITS);
            prop_assert!(found.checks(&bytes, BITS));
            for smaller in 0..found.number() {
                prop_assert!(!Stamp(smaller).checks(&bytes, BITS));
            }
        }
    }
}
