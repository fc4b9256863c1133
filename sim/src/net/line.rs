//! The line of one home: how fast, how far, how lossy, and who gets through to it.

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::Rng;

use crate::record::Micros;

/// A home's line.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Line {
    /// Bits a second from the home.
    pub(crate) up: u64,
    /// Bits a second to the home.
    pub(crate) down: u64,
    /// From the home to the middle of town, one way.
    pub(crate) last_mile: Micros,
    /// The part of all packets that is lost on the way from the home, and on the way to it; at most 0.5.
    pub(crate) loss: f64,
    /// Who gets through to it.
    pub(crate) nat: Nat,
}

/// What stands between a home and those who want to reach it (RFC 4787, in the older words of RFC 3489).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Nat {
    /// Nothing, or a port that was opened: everybody gets through.
    Open,
    /// Whoever knows its address gets through, once it has spoken to anybody.
    FullCone,
    /// Whoever it spoke to lately gets through.
    PortRestricted,
    /// Each of its conversations has an address of its own, so nobody gets through who was not answered.
    Symmetric,
}

/// Bytes of a packet beside what it carries: IPv4 (20), UDP (8), and of QUIC a short header with a connection id of
/// eight bytes (13), a stream frame (4) and the authentication tag (16; RFC 9000 and 9001).
const HEADERS: u64 = 61;
/// Payload of a full packet: QUIC assumes paths of 1,200 bytes (RFC 9000, section 14).
const PAYLOAD: u64 = 1_139;
/// What a receiver may wait before it acknowledges (RFC 9000, section 18.2: `max_ack_delay`).
const ACK_DELAY: u64 = 25_000;
/// Losses of one packet in a row that are told apart.
const TRIES: u32 = 6;

/// Packets that so many bytes take.
pub(crate) const fn packets(bytes: u64) -> u64 {
    if bytes == 0 {
        1
    } else {
        bytes.div_ceil(PAYLOAD)
    }
}

/// Bytes on the line for so many bytes of payload.
pub(crate) const fn on_the_line(bytes: u64) -> u64 {
    bytes + packets(bytes) * HEADERS
}

/// How long so many bytes keep a line of this speed busy.
pub(crate) const fn busy(bytes: u64, bits_a_second: u64) -> u64 {
    let speed = if bits_a_second == 0 { 1 } else { bits_a_second };
    (bytes * 8_000_000).div_ceil(speed)
}

/// One way between two homes: both last miles. Whole milliseconds, because that is what tokio's clock counts in.
pub(crate) const fn one_way(a: &Line, b: &Line) -> Micros {
    let both = a.last_mile.0 + b.last_mile.0;
    let ms = both.div_ceil(1_000);
    Micros(if ms == 0 { 1_000 } else { ms * 1_000 })
}

/// What retransmissions add to the way of so many packets. A lost packet is sent again when its probe timeout is over:
/// about a round trip and what the receiver may wait (RFC 9002, section 6.2), twice as long each time.
pub(crate) fn sent_again(packets: u64, loss: f64, one_way: Micros, rng: &mut ChaCha20Rng) -> u64 {
    if loss <= 0.0 {
        return 0;
    }
    let timeout = 2 * one_way.0 + ACK_DELAY;
    let mut worst = 0;
    for _ in 0..packets {
        let mut lost = 0;
        while lost < TRIES && chance(rng) < loss {
            lost += 1;
        }
        worst = worst.max(timeout * ((1 << lost) - 1));
    }
    worst
}

/// A number from 0 up to, but not including, 1.
pub(crate) fn chance(rng: &mut ChaCha20Rng) -> f64 {
    f64::from(rng.next_u32()) / (f64::from(u32::MAX) + 1.0)
}

#[cfg(test)]
mod tests {
    use rand_chacha::rand_core::SeedableRng;

    use super::*;

    #[test]
    fn a_small_alert_on_a_slow_line_takes_half_a_millisecond() {
        // 512 bytes in one packet at 10 Mbit/s: 573 * 8 / 10 = 458.4 microseconds.
        assert_eq!(busy(on_the_line(512), 10_000_000), 459);
    }

    #[test]
    fn a_lost_packet_costs_a_round_trip_and_more_and_a_good_line_loses_none() {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let way = Micros(10_000);
        assert_eq!(sent_again(1_000, 0.0, way, &mut rng), 0);
        let delays: Vec<_> = (0..1_000)
            .map(|_| sent_again(1, 0.1, way, &mut rng))
            .collect();
        let lost = delays.iter().filter(|d| **d > 0).count();
        assert!((70..140).contains(&lost), "{lost}");
        assert!(delays.iter().all(|d| *d == 0 || *d >= 45_000));
    }
}
