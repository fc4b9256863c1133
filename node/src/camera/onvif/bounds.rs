//! Whether a text from the network may be made a tree of.
//!
//! Whoever makes one keeps each element as long as it likes, and takes a tree down level by level. So depth and number are
//! bounded before. Nothing is declared (no document type, hence no entity) and nothing refers to another file.

use quick_xml::Reader;
use quick_xml::events::Event;

/// Levels of elements. A camera's list of what it can tell of has some ten.
const DEPTH: usize = 48;
/// Elements, texts and the like in all.
const EVENTS: usize = 40_000;

/// Whether it is XML of such bounds.
pub(super) fn is_bounded(text: &str) -> bool {
    let mut reader = Reader::from_str(text);
    let mut depth = 0_usize;
    for _ in 0..EVENTS {
        match reader.read_event() {
            Ok(Event::Start(_)) => depth += 1,
            Ok(Event::End(_)) => depth = depth.saturating_sub(1),
            Ok(Event::Eof) => return true,
            Ok(Event::DocType(_)) | Err(_) => return false,
            Ok(_) => {}
        }
        if depth > DEPTH {
            return false;
        }
    }
    false
}
