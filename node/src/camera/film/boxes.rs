//! Walks the children of a box and decodes the ones that `mp4-atom` has a type for.
//!
//! The crate's own containers (`Moov`, `Trak`, `Stbl`) are not used: they decode each child they
//! know, so that a quirk in metadata that is dropped anyway would refuse the film, and they lose
//! children they do not know. For the same reason only leaf boxes whose decoders read a
//! length-checked table are decoded; `Sgpd` loops on a claimed count without consuming input.

use mp4_atom::{Atom, DecodeMaybe, FourCC, Header};

use super::FilmError;

/// The child boxes of a container, in file order.
///
/// Fewer than 8 bytes after the last child are passed over: QuickTime ends some containers with
/// four zero bytes.
#[derive(Debug)]
pub(super) struct Boxes<'a> {
    parent: FourCC,
    rest: &'a [u8],
}

impl<'a> Boxes<'a> {
    /// Walks `body`, the content of a box of kind `parent`, which an error names.
    pub(super) const fn of(parent: FourCC, body: &'a [u8]) -> Self {
        Self { parent, rest: body }
    }

    fn split(&mut self) -> Result<Option<(FourCC, &'a [u8])>, FilmError> {
        let malformed = |_| FilmError::Malformed(self.parent);
        let mut rest = self.rest;
        let Some(header) = Header::decode_maybe(&mut rest).map_err(malformed)? else {
            return Ok(None);
        };
        // A size of 0 means "to the end of what encloses it" (ISO/IEC 14496-12 section 4.2).
        let size = header.size.unwrap_or(rest.len());
        let Some((body, rest)) = rest.split_at_checked(size) else {
            return Err(FilmError::Malformed(self.parent));
        };
        self.rest = rest;
        Ok(Some((header.kind, body)))
    }
}

impl<'a> Iterator for Boxes<'a> {
    /// Kind and content of a child.
    type Item = Result<(FourCC, &'a [u8]), FilmError>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = self.split().transpose();
        if !matches!(next, Some(Ok(_))) {
            self.rest = &[];
        }
        next
    }
}

/// Decodes the content of a box. Bytes after its last field are ignored, and so not written again.
pub(super) fn decode<T: Atom>(mut body: &[u8]) -> Result<T, FilmError> {
    T::decode_body(&mut body).map_err(|_| FilmError::Malformed(T::KIND))
}

/// Puts `value` into `slot`. A second box of a kind that may stand once is an error: readers would
/// differ on which counts.
pub(super) fn once<T>(slot: &mut Option<T>, kind: FourCC, value: T) -> Result<(), FilmError> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(FilmError::Malformed(kind)),
    }
}

/// What a slot must hold when its container has been walked.
pub(super) fn required<T>(slot: Option<T>, kind: FourCC) -> Result<T, FilmError> {
    slot.ok_or(FilmError::Malformed(kind))
}
