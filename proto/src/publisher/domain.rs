//! A name in the DNS, as people read it: what a publisher is known by.

use std::fmt;
use std::str::FromStr;

use crate::wire::limits::DOMAIN_BYTES;

/// Bytes of one label (RFC 1035, section 2.3.4).
const LABEL_BYTES: usize = 63;

/// Why a text is not a domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a domain has two or more labels of letters, digits and hyphens, such as fire.example; write other letters in their ASCII form (xn--…)"
)]
pub struct DomainError;

/// A host name of two or more labels, in small letters, without a dot at its end.
///
/// Letters, digits and hyphens only (RFC 1123, section 2.1). Names of other scripts stand in their ASCII form, which
/// looks like what it is: nobody takes `xn--fre-example` for the fire department. A number as the last label would make
/// it an IPv4 address to some programs (WHATWG URL, section 3.5), so there is none.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Domain(String);

impl Domain {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Domain {
    type Err = DomainError;

    fn from_str(text: &str) -> Result<Self, DomainError> {
        let text = text.trim().to_ascii_lowercase();
        let label = |label: &str| {
            (1..=LABEL_BYTES).contains(&label.len())
                && label
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b == b'-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        };
        let (_, last) = text.rsplit_once('.').ok_or(DomainError)?;
        let is_number = last.bytes().all(|b| b.is_ascii_digit());
        if text.len() > DOMAIN_BYTES || is_number || !text.split('.').all(label) {
            return Err(DomainError);
        }
        Ok(Self(text))
    }
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<C> minicbor::Encode<C> for Domain {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut minicbor::Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.str(&self.0)?.ok()
    }
}

impl<'b, C> minicbor::Decode<'b, C> for Domain {
    fn decode(d: &mut minicbor::Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        d.str()?
            .parse()
            .map_err(|_| minicbor::decode::Error::message("not a domain"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_is_a_host_name_of_two_or_more_labels() {
        for good in ["fire.example", "a.b-c.example", "xn--bcher-kva.example"] {
            assert_eq!(good.parse::<Domain>().unwrap().as_str(), good);
        }
        assert_eq!(
            " FIRE.Example".parse::<Domain>(),
            "fire.example".parse::<Domain>()
        );
        let long = format!("{}.example", "a".repeat(64));
        for bad in [
            "localhost",
            "fire.example.",
            ".example",
            "fire..example",
            "-fire.example",
            "fire-.example",
            "fire.example:443",
            "fire.example/",
            "user@fire.example",
            "10.0.0.1",
            "[::1]",
            "f\u{456}re.example",
            "fire example.org",
            "",
            &long,
        ] {
            assert_eq!(bad.parse::<Domain>(), Err(DomainError), "{bad}");
        }
    }
}
