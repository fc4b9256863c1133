//! Padmé: lengths rounded up so that they say little.
//!
//! The length of a clip tells its keepers how long the film is and how much moved in it. Padmé keeps only the leading
//! bits of a length: at most 12 % more bytes, and only O(log log n) bits are told. Where the padding goes (a `free`
//! box of the film) is left to whoever writes the container.
//!
//! Source: Nikitin, Barman, Lueks, Underwood, Hubaux, Ford, "Reducing Metadata Leakage from Encrypted Files and
//! Communication with PURBs", PoPETS 2019, section 4.4; <https://lbarman.ch/blog/padme/>.

/// The padded length of `len` bytes: at least `len`, at most 12 % more.
///
/// Lengths that have no padded length within 64 bits become [`u64::MAX`].
pub const fn padded_len(len: u64) -> u64 {
    if len < 2 {
        return len;
    }
    let exponent = len.ilog2();
    let kept_bits = exponent.ilog2() + 1;
    let mask = (1 << (exponent - kept_bits)) - 1;
    match len.checked_add(mask) {
        Some(sum) => sum & !mask,
        None => u64::MAX,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::padded_len;

    /// The published formula in floating point, as the blog's Python has it.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "exponents of 64-bit lengths"
    )]
    fn published(len: u64) -> u64 {
        let e = (len as f64).log2().floor();
        let s = e.log2().floor() + 1.0;
        let mask = (1u64 << (e - s) as u32) - 1;
        (len + mask) & !mask
    }

    #[test]
    fn lengths_are_those_of_the_publication() {
        for len in (2..100_000).chain([5_000_000, 23_456_789, 288 << 20]) {
            assert_eq!(padded_len(len), published(len), "{len}");
        }
    }

    #[test]
    fn padding_costs_at_most_twelve_per_cent() {
        for len in 1..1_000_000 {
            let padded = padded_len(len);
            assert!(
                padded >= len && (padded - len) * 100 <= len * 12,
                "{len} -> {padded}"
            );
        }
    }

    #[test]
    fn clips_of_many_sizes_share_few_lengths() {
        let lengths: BTreeSet<u64> = (0..1_000)
            .map(|i| 300_000 + i * 49_700)
            .map(padded_len)
            .collect();
        assert!(lengths.len() <= 236, "{} lengths", lengths.len());
        assert!(lengths.iter().all(|len| padded_len(*len) == *len));
    }

    #[test]
    fn the_longest_lengths_do_not_overflow() {
        assert_eq!(padded_len(0), 0);
        assert_eq!(padded_len(1), 1);
        assert_eq!(padded_len(u64::MAX), u64::MAX);
        assert_eq!(padded_len(1 << 63), 1 << 63);
    }

    proptest! {
        #[test]
        fn padding_keeps_the_order_and_is_stable(a in 0..u64::MAX / 2, b in 0..u64::MAX / 2) {
            prop_assert!(a.cmp(&b).is_eq() || padded_len(a.min(b)) <= padded_len(a.max(b)));
            prop_assert_eq!(padded_len(padded_len(a)), padded_len(a));
        }
    }
}
