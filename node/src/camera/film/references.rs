//! Refuses films whose samples lie in other files.
//!
//! Following such a reference would read whatever file the film names. The references themselves
//! are not copied: the cleaned film has one, to itself.

use mp4_atom::{Atom, Dinf, Dref, DrefEntry};

use super::FilmError;
use super::boxes::{Boxes, decode};

/// Lowest bit of the flags: the samples are in the same file (ISO/IEC 14496-12 section 8.7.2.3).
const SELF_CONTAINED: u8 = 1;

/// Checks the content of a `dinf` box.
pub(super) fn all_within(dinf: &[u8]) -> Result<(), FilmError> {
    for child in Boxes::of(Dinf::KIND, dinf) {
        if let (Dref::KIND, body) = child? {
            let references: Dref = decode(body)?;
            if !references.entries.iter().all(is_within) {
                return Err(FilmError::External);
            }
        }
    }
    Ok(())
}

fn is_within(entry: &DrefEntry) -> bool {
    match entry {
        DrefEntry::Url(url) => url.location.is_empty(),
        // QuickTime's aliases (`alis`) begin with version and flags like any full box.
        DrefEntry::Unknown(_, body) => body.get(3).is_some_and(|flags| flags & SELF_CONTAINED != 0),
        _ => false,
    }
}
