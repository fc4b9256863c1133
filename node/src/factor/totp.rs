//! Codes that follow from a shared secret and the time (TOTP, RFC 6238), as authenticator programs on phones show them:
//! six digits, a new one every 30 seconds, HMAC-SHA-1. Other hashes and lengths are in the RFC, and ignored by many of them.

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use streetlamp_proto::time::Timestamp;

/// Digits of a code.
pub(super) const DIGITS: usize = 6;
/// Milliseconds for which a code is shown.
const STEP_MS: u64 = 30_000;

/// The number of the code that is shown at this time.
pub(super) const fn step(now: Timestamp) -> u64 {
    now.as_ms() / STEP_MS
}

/// The code of this number, of so many digits.
pub(super) fn code(secret: &[u8], step: u64, digits: usize) -> Option<String> {
    let mut mac = Hmac::<Sha1>::new_from_slice(secret).ok()?;
    mac.update(&step.to_be_bytes());
    let mac = mac.finalize().into_bytes();
    // RFC 4226, section 5.3: the last four bits say where the number begins.
    let at = usize::from(mac.last()? & 0x0f);
    let four: [u8; 4] = mac.get(at..at + 4)?.try_into().ok()?;
    let number = u32::from_be_bytes(four) & 0x7fff_ffff;
    let short = number.checked_rem(10_u32.checked_pow(u32::try_from(digits).ok()?)?)?;
    Some(format!("{short:0digits$}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_the_rfc() {
        let secret = b"12345678901234567890";
        for (seconds, wanted) in [
            (59, "94287082"),
            (1_111_111_109, "07081804"),
            (1_111_111_111, "14050471"),
            (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"),
            (20_000_000_000, "65353130"),
        ] {
            let at = step(Timestamp::from_ms(seconds * 1_000));
            assert_eq!(code(secret, at, 8).unwrap(), wanted, "{seconds}");
            assert_eq!(code(secret, at, DIGITS).unwrap(), wanted[2..], "{seconds}");
        }
    }
}
