//! Word of where a device is, left in a public place where nobody but its street can find or read it.
//!
//! The public place is an item of the BitTorrent DHT that can change (BEP 44): its name is an Ed25519 key, and whoever
//! has the private half may write it. Key and seal follow from the epoch's key, the street, the device and the day, so
//! members compute each other's places, and a household that was removed cannot compute those of the next epoch. Each
//! place is used for a day: whoever watches the DHT cannot follow a home from one to the next.
//!
//! A word is a nonce and XChaCha20-Poly1305 over the padded [`Whereabouts`] of that device, signed by it. All words are
//! of one length and look like noise. The seal is bound to its place; the signature inside keeps members, who can all
//! write there, from moving each other away.

use std::fmt;
use std::time::Duration;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use ed25519_dalek::SigningKey;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::{EpochKey, StreetId, Whereabouts};
use crate::identity::DeviceId;
use crate::signed::Signed;
use crate::time::Timestamp;
use crate::wire::limits::RESCUE_WORD;

/// BLAKE3 `derive_key` context of the key that places follow from.
const CONTEXT: &str = "streetlamp 2026 epoch rescue v1";
/// Bytes of an XChaCha20 nonce (draft-irtf-cfrg-xchacha).
const NONCE: usize = 24;
/// Bytes of a Poly1305 tag (RFC 8439).
const TAG: usize = 16;
/// Bytes of the length that stands before the statement inside the seal.
const PREFIX: usize = 2;
/// Bytes inside the seal.
const PADDED: usize = RESCUE_WORD - NONCE - TAG;

/// A day since 1970-01-01 UTC: so long a place is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(u64);

impl Day {
    const LENGTH: Duration = Duration::from_secs(24 * 3600);

    /// The day of a time.
    pub fn of(time: Timestamp) -> Self {
        Self(time.since(Timestamp::from_ms(0)).as_secs() / Self::LENGTH.as_secs())
    }
}

/// Where a device leaves word for its street on one day of one epoch.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct RescuePlace {
    #[zeroize(skip)]
    street: StreetId,
    #[zeroize(skip)]
    device: DeviceId,
    #[zeroize(skip)]
    day: Day,
    signing: [u8; 32],
    sealing: [u8; 32],
    nonces: [u8; 32],
}

impl EpochKey {
    /// The place of a device on a day of this epoch.
    pub fn rescue_place(&self, street: StreetId, device: DeviceId, day: Day) -> RescuePlace {
        let key = Zeroizing::new(blake3::derive_key(CONTEXT, self.expose()));
        let mut hash = blake3::Hasher::new_keyed(&key);
        hash.update(street.as_bytes());
        hash.update(device.as_bytes());
        hash.update(&day.0.to_le_bytes());
        let mut secrets = hash.finalize_xof();
        let mut next = || {
            let mut secret = [0; 32];
            secrets.fill(&mut secret);
            secret
        };
        RescuePlace {
            street,
            device,
            day,
            signing: next(),
            sealing: next(),
            nonces: next(),
        }
    }
}

impl RescuePlace {
    /// Of which street.
    pub const fn street(&self) -> StreetId {
        self.street
    }

    /// Of which device.
    pub const fn device(&self) -> DeviceId {
        self.device
    }

    /// When.
    pub const fn day(&self) -> Day {
        self.day
    }

    /// The key that names the place and signs what is left there (BEP 44, without a salt).
    pub fn key(&self) -> SigningKey {
        SigningKey::from_bytes(&self.signing)
    }

    /// The word to leave: [`RESCUE_WORD`] bytes. Nothing if it does not fit, with many long addresses.
    pub fn write(&self, said: &Signed<Whereabouts>) -> Option<Vec<u8>> {
        self.seal(&padded(said)?)
    }

    /// What a word says, if it is of this place, whole, and signed by the place's own device.
    pub fn read(&self, word: &[u8]) -> Option<Signed<Whereabouts>> {
        let said = Signed::from_bytes(unpad(&self.open(word)?)?).ok()?;
        (said.signer().as_bytes() == self.device.as_bytes()).then_some(said)
    }

    /// Seals padded bytes. The nonce is a keyed hash of them, so that the same word is the same bytes.
    pub(crate) fn seal(&self, padded: &[u8]) -> Option<Vec<u8>> {
        let mut nonce = [0; NONCE];
        blake3::Hasher::new_keyed(&self.nonces)
            .update(padded)
            .finalize_xof()
            .fill(&mut nonce);
        let message = Payload {
            msg: padded,
            aad: &self.bound(),
        };
        let sealed = self.cipher().encrypt(&XNonce::from(nonce), message).ok()?;
        Some([&nonce[..], &sealed].concat())
    }

    fn open(&self, word: &[u8]) -> Option<Vec<u8>> {
        let (nonce, sealed) = word.split_first_chunk::<NONCE>()?;
        let message = Payload {
            msg: sealed,
            aad: &self.bound(),
        };
        let whole = word.len() == RESCUE_WORD;
        whole.then(|| self.cipher().decrypt(&XNonce::from(*nonce), message).ok())?
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new((&self.sealing).into())
    }

    /// What ties a word to its place.
    fn bound(&self) -> Vec<u8> {
        let day = self.day.0.to_le_bytes();
        [&self.street.as_bytes()[..], self.device.as_bytes(), &day].concat()
    }
}

impl fmt::Debug for RescuePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RescuePlace")
            .field("device", &self.device)
            .field("day", &self.day)
            .finish_non_exhaustive()
    }
}

/// What is inside the seal: length, statement, zeros. Nothing if it does not fit.
pub(crate) fn padded(said: &Signed<Whereabouts>) -> Option<Vec<u8>> {
    let said = said.to_bytes();
    let len = u16::try_from(said.len()).ok()?;
    let mut padded = [&len.to_le_bytes()[..], &said].concat();
    (padded.len() <= PADDED).then(|| padded.resize(PADDED, 0))?;
    Some(padded)
}

fn unpad(padded: &[u8]) -> Option<&[u8]> {
    let (len, rest) = padded.split_first_chunk::<PREFIX>()?;
    let (said, zeros) = rest.split_at_checked(usize::from(u16::from_le_bytes(*len)))?;
    zeros.iter().all(|b| *b == 0).then_some(said)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use data_encoding::HEXLOWER;

    use super::*;
    use crate::street::Address;

    const STREET: StreetId = StreetId::from_bytes([1; 32]);
    const KEY: EpochKey = EpochKey::from_bytes([7; 32]);
    const NOW: Timestamp = Timestamp::from_ms(1_800_000_000_000);

    fn signing() -> SigningKey {
        SigningKey::from_bytes(&[3; 32])
    }

    fn device(key: &SigningKey) -> DeviceId {
        DeviceId::from_bytes(key.verifying_key().to_bytes())
    }

    fn place() -> RescuePlace {
        KEY.rescue_place(STREET, device(&signing()), Day::of(NOW))
    }

    fn said(addresses: &[&str]) -> Signed<Whereabouts> {
        let said = Whereabouts {
            street: STREET,
            addresses: addresses
                .iter()
                .map(|a| Address::parse(a).unwrap())
                .collect(),
            issued: NOW,
        };
        Signed::sign(said, &signing())
    }

    #[test]
    fn a_word_is_read_at_its_place_and_at_no_other() {
        let said = said(&["/ip4/192.0.2.1/tcp/4001"]);
        let word = place().write(&said).unwrap();
        assert_eq!(place().read(&word), Some(said));
        let (me, day) = (device(&signing()), Day::of(NOW));
        let tomorrow = Day::of(NOW.after(Day::LENGTH));
        let others = [
            EpochKey::from_bytes([8; 32]).rescue_place(STREET, me, day),
            KEY.rescue_place(StreetId::from_bytes([2; 32]), me, day),
            KEY.rescue_place(STREET, DeviceId::from_bytes([9; 32]), day),
            KEY.rescue_place(STREET, me, tomorrow),
        ];
        let mut names = BTreeSet::from([place().key().verifying_key().to_bytes()]);
        for other in &others {
            assert_eq!(other.read(&word), None, "{other:?}");
            names.insert(other.key().verifying_key().to_bytes());
        }
        assert_eq!(names.len(), 1 + others.len(), "each has a name of its own");
    }

    #[test]
    fn words_are_of_one_length_and_do_not_tell_how_many_addresses_there_are() {
        let long = format!("/dns4/{}/tcp/4001", "x".repeat(90));
        for addresses in [&[][..], &["/ip4/192.0.2.1/tcp/1"], &[long.as_str(); 6]] {
            let word = place().write(&said(addresses)).unwrap();
            assert_eq!(word.len(), RESCUE_WORD);
        }
        assert_eq!(place().write(&said(&[long.as_str(); 8])), None);
    }

    #[test]
    fn a_member_cannot_say_at_anothers_place_where_that_one_is() {
        let forger = SigningKey::from_bytes(&[4; 32]);
        let forged = Signed::sign(
            said(&["/ip4/192.0.2.66/tcp/1"]).statement().clone(),
            &forger,
        );
        let word = place().write(&forged).unwrap();
        assert_eq!(place().read(&word), None);
    }

    #[test]
    fn altered_cut_and_lengthened_words_say_nothing() {
        let word = place().write(&said(&["/ip4/192.0.2.1/tcp/1"])).unwrap();
        for at in 0..word.len() {
            let mut altered = word.clone();
            altered[at] ^= 1;
            assert_eq!(place().read(&altered), None, "byte {at}");
        }
        assert_eq!(place().read(&word[..word.len() - 1]), None);
        assert_eq!(place().read(&[&word[..], &[0]].concat()), None);
        assert_eq!(place().read(&[]), None);
        let mut smuggled = vec![0; PADDED];
        smuggled[PADDED - 1] = 1;
        assert_eq!(place().read(&place().seal(&smuggled).unwrap()), None);
    }

    /// `proto/vectors/rescue`: what another program has to derive.
    #[test]
    fn places_and_words_are_those_of_the_vectors() {
        let text = include_str!("../../vectors/rescue/place.txt");
        let field = |name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name));
            line.unwrap().trim_start_matches(": ").to_owned()
        };
        let bytes = |name: &str| HEXLOWER.decode(field(name).as_bytes()).unwrap();
        let id = |name: &str| <[u8; 32]>::try_from(bytes(name)).unwrap();
        let key = EpochKey::from_bytes(id("epoch key"));
        let device_key = SigningKey::from_bytes(&id("device seed"));
        let street = StreetId::from_bytes(id("street"));
        let now = Timestamp::from_ms(field("issued").parse().unwrap());
        assert_eq!(Day::of(now), Day(field("day").parse().unwrap()));
        let place = key.rescue_place(street, device(&device_key), Day::of(now));
        assert_eq!(place.key().verifying_key().to_bytes(), id("place"));
        let said = Whereabouts {
            street,
            addresses: vec![Address::parse(&field("address")).unwrap()],
            issued: now,
        };
        let said = Signed::sign(said, &device_key);
        assert_eq!(place.write(&said), Some(bytes("word")));
        assert_eq!(place.read(&bytes("word")), Some(said));
    }
}
