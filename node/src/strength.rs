//! How soon a passphrase would be guessed, in words, and which ones are refused.
//!
//! The reading key lies on the disk behind the passphrase and scrypt. Whoever takes the disk may guess for years, some
//! thousand times a second with much hardware; so what counts is the number of guesses, not rules about characters.

use zxcvbn::{Score, zxcvbn};

/// Words that everybody would try who knows what this program is.
const KNOWN: [&str; 3] = ["streetlamp", "neighbour", "neighbor"];

/// What is to be said about a passphrase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Strength {
    /// Whether it may protect a home.
    pub enough: bool,
    /// How good it is.
    pub verdict: &'static str,
    /// What makes it easy to guess, or would make it better.
    pub advice: Option<String>,
}

/// Judges a passphrase. `about` is what others know of the household, such as its name.
pub fn judge(passphrase: &str, about: &[&str]) -> Strength {
    let known: Vec<&str> = KNOWN.iter().chain(about).copied().collect();
    let judged = zxcvbn(passphrase, &known);
    let (enough, verdict) = match judged.score() {
        Score::Zero | Score::One => (false, "Too easy: it would be guessed within a day."),
        Score::Two => (false, "Not enough: a thief with the disk would guess it."),
        Score::Three => (
            true,
            "Good: guessing it takes longer than most thieves have.",
        ),
        _ => (true, "Strong: nobody will guess it."),
    };
    let advice = judged.feedback().and_then(|feedback| {
        let warning = feedback.warning().map(|warning| warning.to_string());
        let first = feedback.suggestions().first().map(ToString::to_string);
        warning.or(first)
    });
    Strength {
        enough,
        verdict,
        advice,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_passphrases_and_the_name_of_the_house_are_refused() {
        for weak in [
            "",
            "password1",
            "streetlamp",
            "qwertyuiop",
            "Ada Lovelace",
            "12.05.1987",
        ] {
            let judged = judge(weak, &["Ada Lovelace"]);
            assert!(!judged.enough && !judged.verdict.is_empty(), "{weak}");
        }
    }

    #[test]
    fn a_few_words_that_have_nothing_to_do_with_each_other_are_good() {
        for good in ["gravel tuba sonnet fig", "orbit-lemon-clutch-vapor-jeans"] {
            assert!(judge(good, &[]).enough, "{good}");
        }
        // Saying the same again makes nothing better, and takes no longer to judge.
        assert!(!judge(&"x9!kQ".repeat(10_000), &[]).enough);
    }
}
