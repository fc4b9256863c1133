//! How much a relay carries: a part for each household of the street, and so much in all.
//!
//! A circuit that is full or old is cut, and whoever needs it asks again, so that nobody holds more than his share for
//! long. What flows in a circuit is sealed to its ends; a relay counts bytes and sees no more than who meets whom.

use std::collections::BTreeMap;
use std::time::Duration;

use libp2p::{Multiaddr, PeerId, relay};
use streetlamp_proto::identity::HouseholdId;
use streetlamp_proto::open::Bucket;
use streetlamp_proto::time::Timestamp;
use tokio::time::Instant;

use super::Relaying;
use super::members::Members;

/// Homes that are reached through this one at the same time.
const RESERVATIONS: usize = 64;
/// Circuits at the same time, and of one device.
const CIRCUITS: usize = 256;
const CIRCUITS_PER_PEER: usize = 64;
/// A reservation is renewed by whoever holds it before this is over.
const RESERVED: Duration = Duration::from_secs(3600);
/// A circuit ends after this long, whatever flows in it.
const CIRCUIT: Duration = Duration::from_secs(24 * 3600);
/// Bytes that one circuit carries each way: days of alerts, and a catch-up of thousands.
const WORDS: u64 = 8 * 1024 * 1024;
/// The same, with clips.
const CLIPS: u64 = 1024 * 1024 * 1024;
/// From so many bytes on a circuit is meant for clips, too.
const CLIPS_FROM: u64 = 64 * 1024 * 1024;
/// Reservations and circuits that one household may ask for at once, and in an hour after that.
const ASKS: (u32, u32) = (64, 60);
/// Circuits that all newcomers together may ask for at once, and in an hour after that, while they are passed on.
const NEWCOMERS: (u32, u32) = (4, 12);

/// The relay's settings.
pub(super) fn relay(members: &Members, relaying: Relaying) -> relay::Config {
    relay::Config {
        max_reservations: RESERVATIONS,
        max_reservations_per_peer: 2,
        reservation_duration: RESERVED,
        reservation_rate_limiters: vec![Box::new(share(members.clone(), None))],
        max_circuits: CIRCUITS,
        max_circuits_per_peer: CIRCUITS_PER_PEER,
        max_circuit_duration: CIRCUIT,
        max_circuit_bytes: match relaying {
            Relaying::Clips => CLIPS,
            Relaying::Nothing | Relaying::Words => WORDS,
        },
        circuit_src_rate_limiters: vec![Box::new(share(members.clone(), Some(NEWCOMERS)))],
    }
}

/// Whether a relay that allows so many bytes a circuit carries clips.
pub(super) fn carries_clips(bytes: Option<u64>) -> bool {
    bytes.is_none_or(|bytes| bytes >= CLIPS_FROM)
}

/// Lets each household of the street ask so often; newcomers out of one share of their own, if there is any, and nobody
/// else at all.
fn share(
    members: Members,
    newcomers: Option<(u32, u32)>,
) -> impl FnMut(PeerId, &Multiaddr, Instant) -> bool + Send {
    let mut asked: BTreeMap<HouseholdId, Bucket> = BTreeMap::new();
    let mut strangers = newcomers.map(|(burst, per_hour)| Bucket::new(burst, per_hour));
    let start = Instant::now();
    move |peer, _, now| {
        let passed = now.saturating_duration_since(start).as_millis();
        let now = Timestamp::from_ms(u64::try_from(passed).unwrap_or(u64::MAX));
        let Some(household) = members.household(peer) else {
            let strangers = strangers.as_mut().filter(|_| members.pass_newcomers_on());
            return strangers.is_some_and(|bucket| bucket.take(now));
        };
        asked.retain(|_, bucket| !bucket.is_full(now));
        let (burst, per_hour) = ASKS;
        let bucket = asked.entry(household);
        bucket
            .or_insert_with(|| Bucket::new(burst, per_hour))
            .take(now)
    }
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::SigningKey;
    use streetlamp_proto::identity::DeviceId;

    use super::*;
    use crate::mesh::peers::peer_of;

    fn device(key: u8) -> DeviceId {
        DeviceId::from_bytes(
            SigningKey::from_bytes(&[key; 32])
                .verifying_key()
                .to_bytes(),
        )
    }

    #[test]
    fn a_household_has_one_share_however_many_devices_it_has_and_a_stranger_none() {
        let members = Members::default();
        let (one, two) = ([1; 32], [2; 32]);
        let household = HouseholdId::from_bytes;
        members.are(BTreeMap::from([
            (device(1), household(one)),
            (device(2), household(one)),
            (device(3), household(two)),
        ]));
        let mut share = share(members, None);
        let now = Instant::now();
        let mut ask = |key: u8| share(peer_of(device(key)).unwrap(), &Multiaddr::empty(), now);
        let granted = (0..100).filter(|n| ask(1 + n % 2)).count();
        assert_eq!(granted, 64);
        assert!(ask(3), "another household has its own");
        assert!(!ask(4), "a stranger");
    }

    #[test]
    fn newcomers_share_a_few_circuits_and_only_while_they_are_passed_on() {
        let members = Members::default();
        let mut share = share(members.clone(), Some(NEWCOMERS));
        let now = Instant::now();
        let mut ask = |now| share(PeerId::random(), &Multiaddr::empty(), now);
        assert!(!ask(now));
        members.pass_on(true);
        assert_eq!((0..100).filter(|_| ask(now)).count(), 4);
        let hour = Duration::from_secs(3600);
        assert_eq!((0..100).filter(|_| ask(now + hour)).count(), 4);
        members.pass_on(false);
        assert!(!ask(now + 2 * hour));
    }
}
