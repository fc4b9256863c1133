//! Where a device can be reached, as text that this crate passes on and does not read.

use std::fmt;

use minicbor::{Decode, Decoder, Encode, Encoder, decode, encode};

use crate::wire::limits::ADDRESS_BYTES;

/// Why a text is not an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "an address is 1 to {ADDRESS_BYTES} printable characters that begin with '/', such as /ip4/192.0.2.1/tcp/4001"
)]
pub struct AddressError;

/// A multiaddr in its text form, bounded and printable. The mesh parses it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address(String);

impl Address {
    /// Takes an address as text.
    ///
    /// # Errors
    /// [`AddressError`].
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let fine = text.starts_with('/')
            && text.len() <= ADDRESS_BYTES
            && text.bytes().all(|b| b.is_ascii_graphic());
        if fine {
            Ok(Self(text.to_owned()))
        } else {
            Err(AddressError)
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Redacted: an address leads to a home.
impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Address(…)")
    }
}

impl<C> Encode<C> for Address {
    fn encode<W: encode::Write>(
        &self,
        e: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), encode::Error<W::Error>> {
        e.str(&self.0)?.ok()
    }
}

impl<'b, C> Decode<'b, C> for Address {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
        Self::parse(d.str()?).map_err(|_| decode::Error::message("not an address"))
    }
}
