//! The second factor: a code from the resident's phone, or one of ten codes on paper, that is asked for besides the
//! passphrase where others of the network could guess.
//!
//! A code is good once: the number of the newest one that was used is kept, and neither it nor an older one counts again.
//! Of the codes on paper hashes are kept; each has 80 random bits. Left out: slowing guesses down (`lan::patience`), where all this is
//! kept (`node::factor`), and keys of hardware (WebAuthn), which browsers refuse to bind to an address of a home.

mod totp;

use std::fmt;

use data_encoding::{BASE32_NOPAD, HEXLOWER};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::Rng;
use serde::{Deserialize, Serialize};
use streetlamp_proto::time::Timestamp;
use zeroize::Zeroizing;

use crate::secret::{Kept, Secret};

/// Bytes of the secret: as long as the hash, which RFC 4226 recommends.
const SECRET: usize = 20;
/// Codes on paper.
const ON_PAPER: usize = 10;
/// Bytes of each.
const PAPER: usize = 10;
/// Codes before and after the present one that count, for clocks that are off.
const AROUND: u64 = 1;
/// Longest code that is looked at, in bytes.
const TYPED: usize = 64;

/// A secret that was drawn and not confirmed by a first code.
#[derive(Debug, Clone)]
pub struct NewFactor {
    /// In Base32, as it is typed into a phone.
    pub secret: Secret,
}

/// A factor that is in use, as it is kept.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Factor {
    secret: Secret,
    /// Number of the newest code that was used.
    used: u64,
    /// Hashes of the codes on paper that were not used.
    paper: Vec<String>,
    /// Since when, in milliseconds.
    since_ms: u64,
}

impl fmt::Debug for Factor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Factor(…)")
    }
}

impl NewFactor {
    /// A fresh secret.
    pub fn draw(generator: &mut ChaCha20Rng) -> Self {
        let mut bytes = Zeroizing::new([0; SECRET]);
        generator.fill_bytes(&mut *bytes);
        Self {
            secret: Secret(Zeroizing::new(BASE32_NOPAD.encode(&*bytes))),
        }
    }

    /// What a phone reads out of the picture (the key URI of Google Authenticator, which all of them take).
    pub fn uri(&self, household: &str) -> Secret {
        let mut label = String::new();
        for byte in household.bytes() {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' => label.push(char::from(byte)),
                byte => label.push_str(&format!("%{byte:02X}")),
            }
        }
        let secret = self.secret.0.as_str();
        Secret(Zeroizing::new(format!(
            "otpauth://totp/Streetlamp:{label}?secret={secret}&issuer=Streetlamp&algorithm=SHA1&digits=6&period=30"
        )))
    }

    /// Takes it into use, if this is its code now: the factor, and the codes for paper.
    pub fn confirm(
        &self,
        typed: &str,
        now: Timestamp,
        generator: &mut ChaCha20Rng,
    ) -> Option<(Factor, Vec<Secret>)> {
        let mut factor = Factor {
            secret: self.secret.clone(),
            used: 0,
            paper: Vec::new(),
            since_ms: now.as_ms(),
        };
        if is_for_paper(typed) || !factor.takes(typed, now) {
            return None;
        }
        let codes: Vec<_> = (0..ON_PAPER).map(|_| on_paper(generator)).collect();
        factor.paper = codes.iter().map(|code| hashed(&plain(&code.0))).collect();
        Some((factor, codes))
    }
}

impl Factor {
    /// Whether this code is good now. One that is, is not again.
    pub fn takes(&mut self, typed: &str, now: Timestamp) -> bool {
        let typed = plain(typed);
        if is_for_paper(&typed) {
            let before = self.paper.len();
            let hash = hashed(&typed);
            self.paper.retain(|kept| *kept != hash);
            return self.paper.len() < before;
        }
        let Ok(secret) = BASE32_NOPAD.decode(self.secret.0.as_bytes()) else {
            return false;
        };
        let secret = Zeroizing::new(secret);
        let (shown, typed) = (totp::step(now), Kept::of(&typed));
        let good = (shown.saturating_sub(AROUND)..=shown.saturating_add(AROUND)).find(|step| {
            totp::code(&secret, *step, totp::DIGITS)
                .is_some_and(|code| *step > self.used && Kept::of(&code) == typed)
        });
        self.used = good.unwrap_or(self.used);
        good.is_some()
    }

    /// Codes on paper that are left.
    pub fn on_paper(&self) -> usize {
        self.paper.len()
    }

    /// Since when it is in use.
    pub const fn since(&self) -> Timestamp {
        Timestamp::from_ms(self.since_ms)
    }
}

/// Whether this is a code from paper, of which guesses are hopeless, and not one of six digits.
pub(crate) fn is_for_paper(typed: &str) -> bool {
    plain(typed).len() > totp::DIGITS
}

/// A code as it was meant: without the gaps that make it readable, cut off where none is longer.
fn plain(typed: &str) -> Zeroizing<String> {
    let meant = typed.chars().filter(char::is_ascii_alphanumeric);
    let meant = meant.map(|char| char.to_ascii_lowercase());
    Zeroizing::new(meant.take(TYPED).collect())
}

fn hashed(code: &str) -> String {
    HEXLOWER.encode(Kept::of(code).as_bytes())
}

/// Four groups of four letters.
fn on_paper(generator: &mut ChaCha20Rng) -> Secret {
    let mut bytes = Zeroizing::new([0; PAPER]);
    generator.fill_bytes(&mut *bytes);
    let letters = Zeroizing::new(BASE32_NOPAD.encode(&*bytes).to_ascii_lowercase());
    let mut code = Zeroizing::new(String::with_capacity(TYPED));
    for (at, letter) in letters.chars().enumerate() {
        if at > 0 && at % 4 == 0 {
            code.push('-');
        }
        code.push(letter);
    }
    Secret(code)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::entropy::Entropy;

    const NOW: Timestamp = Timestamp::from_ms(1_790_000_000_000);

    fn after(steps: u64) -> Timestamp {
        Timestamp::from_ms(NOW.as_ms() + steps * 30_000)
    }

    /// What the phone shows.
    pub(crate) fn shown(new: &NewFactor, now: Timestamp) -> String {
        let secret = BASE32_NOPAD.decode(new.secret.0.as_bytes()).unwrap();
        totp::code(&secret, totp::step(now), totp::DIGITS).unwrap()
    }

    fn factor() -> (NewFactor, Factor, Vec<Secret>) {
        let mut generator = Entropy::Repeatable(3).generator().unwrap();
        let new = NewFactor::draw(&mut generator);
        let code = shown(&new, NOW);
        let (factor, paper) = new.confirm(&code, NOW, &mut generator).unwrap();
        (new, factor, paper)
    }

    #[test]
    fn a_code_is_good_once_and_no_older_one_is_after_it() {
        let (new, mut factor, _) = factor();
        // The code that confirmed it is used up, too.
        assert!(!factor.takes(&shown(&new, NOW), NOW));
        let (next, later) = (shown(&new, after(1)), shown(&new, after(2)));
        assert!(factor.takes(&format!("{} {}", &later[..3], &later[3..]), after(2)));
        for used in [&next, &later] {
            assert!(!factor.takes(used, after(2)), "{used}");
        }
    }

    #[test]
    fn a_code_counts_half_a_minute_early_and_late_and_not_longer() {
        for (by, good) in [(1, false), (2, true), (3, true), (4, true), (5, false)] {
            let (new, mut factor, _) = factor();
            assert_eq!(
                factor.takes(&shown(&new, after(by)), after(3)),
                good,
                "{by}"
            );
        }
    }

    #[test]
    fn each_code_on_paper_is_good_once_and_only_its_hash_is_kept() {
        let (_, mut factor, paper) = factor();
        assert_eq!(paper.len(), 10);
        let kept = serde_json::to_string(&factor).unwrap();
        for code in &paper {
            assert!(!kept.contains(code.0.as_str()) && !kept.contains(plain(&code.0).as_str()));
        }
        let code = paper[4].0.to_uppercase();
        assert!(factor.takes(&code, NOW) && !factor.takes(&code, NOW));
        assert_eq!(factor.on_paper(), 9);
        for odd in [
            "",
            "0",
            "aaaa-aaaa-aaaa-aaaa",
            &"9".repeat(10_000),
            "١٢٣٤٥٦",
        ] {
            assert!(!factor.takes(odd, NOW), "{odd}");
        }
    }

    #[test]
    fn no_factor_begins_without_a_code_of_it_and_none_is_printed() {
        let mut generator = Entropy::Repeatable(4).generator().unwrap();
        let new = NewFactor::draw(&mut generator);
        for wrong in ["", "000000", "aaaa-aaaa-aaaa-aaaa"] {
            assert!(new.confirm(wrong, NOW, &mut generator).is_none());
        }
        let (_, factor, _) = factor();
        assert!(!format!("{factor:?}{new:?}").contains(new.secret.0.as_str()));
        let uri = new.uri("Ada & Ben");
        assert!(
            uri.0
                .starts_with("otpauth://totp/Streetlamp:Ada%20%26%20Ben?secret=")
        );
    }
}
