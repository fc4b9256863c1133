//! The box of zeros at the end of a film that hides how long the film is.
//!
//! By which rule lengths are padded is not decided here: the caller gives it as a function.

use std::io::{self, Cursor, Read, Repeat, Take};

use mp4_atom::{Atom, Encode, Free, Header};

/// Length in bytes of an empty box (ISO/IEC 14496-12 section 4.2), and so the least that padding
/// can add.
const LEAST: u64 = 8;

/// A `free` box, or nothing.
pub(super) struct Padding {
    header: Cursor<Vec<u8>>,
    zeros: Take<Repeat>,
    length: u64,
}

impl Padding {
    /// No padding.
    pub(super) fn none() -> Self {
        Self {
            header: Cursor::default(),
            zeros: io::repeat(0).take(0),
            length: 0,
        }
    }

    /// Padding that brings a film of `length` bytes to a fixed point of `padded_len`.
    ///
    /// None where `padded_len` asks for less than it is given, or for more than a box with a 32-bit
    /// size can add.
    pub(super) fn after(length: u64, padded_len: impl Fn(u64) -> u64) -> Self {
        let missing = match padded_len(length).saturating_sub(length) {
            1..LEAST => padded_len(length + LEAST).saturating_sub(length),
            missing => missing,
        };
        Self::of(missing).unwrap_or_else(Self::none)
    }

    fn of(length: u64) -> Option<Self> {
        u32::try_from(length).ok()?;
        let zeros = length.checked_sub(LEAST)?;
        let mut header = Vec::new();
        Header {
            kind: Free::KIND,
            size: usize::try_from(zeros).ok(),
        }
        .encode(&mut header)
        .ok()?;
        Some(Self {
            header: Cursor::new(header),
            zeros: io::repeat(0).take(zeros),
            length,
        })
    }

    /// In bytes, header included.
    pub(super) const fn length(&self) -> u64 {
        self.length
    }
}

impl Read for Padding {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        match self.header.read(buf)? {
            0 => self.zeros.read(buf),
            read => Ok(read),
        }
    }
}
