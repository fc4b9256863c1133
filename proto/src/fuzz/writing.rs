//! What people write, and what is pasted or typed from paper: tickets, names, texts and cells.

use super::item;
use crate::cell::{Cell, Place};
use crate::street::{Introduction, Ticket};
use crate::text::{Line, Prose};
use crate::wire;

/// A ticket, or the introduction of a street, is written again as it was read.
pub fn ticket_text(bytes: &[u8]) -> bool {
    let text = str::from_utf8(bytes).unwrap_or_default();
    if let Ok(introduction) = text.parse::<Introduction>() {
        assert_eq!(
            introduction.to_string().parse(),
            Ok(introduction),
            "an introduction survives paper"
        );
        return true;
    }
    let Ok(ticket) = text.parse::<Ticket>() else {
        return false;
    };
    assert_eq!(
        ticket.to_string().parse(),
        Ok(ticket),
        "a ticket survives paper"
    );
    true
}

/// Text that was cleaned is clean, and crosses the wire as it is.
pub fn text(bytes: &[u8]) -> bool {
    let Ok(text) = str::from_utf8(bytes) else {
        return false;
    };
    let line = Line::<80>::clean(text);
    if let Ok(line) = &line {
        assert_eq!(
            Line::clean(line.as_str()).as_ref(),
            Ok(line),
            "clean stays clean"
        );
        assert_eq!(item(&wire::to_cbor(line)).as_ref(), Some(line));
        assert!(
            !line.as_str().is_empty() && !line.as_str().contains('\n'),
            "a line is one"
        );
    }
    let prose = Prose::<1_000>::clean(text);
    if let Ok(prose) = &prose {
        assert_eq!(
            Prose::clean(prose.as_str()).as_ref(),
            Ok(prose),
            "clean stays clean"
        );
        assert_eq!(item(&wire::to_cbor(prose)).as_ref(), Some(prose));
    }
    if let Ok(cell) = text.parse::<Cell>() {
        assert!(cell.as_str().len() <= 6, "a cell is never finer");
        assert_eq!(item(&wire::to_cbor(&cell)).as_ref(), Some(&cell));
        assert_eq!(text.parse(), Ok(Place::from(cell)), "a cell is a place");
    }
    line.is_ok() || prose.is_ok()
}
