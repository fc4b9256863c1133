//! A short text as a picture that a phone reads (QR code, ISO/IEC 18004).

use qrcode::{EcLevel, QrCode, render};

use crate::error::{Error, ErrorKind, Result};

/// Width and height of a drawn picture at least, in CSS pixels.
const SIZE: u32 = 320;

/// The code of a ticket.
///
/// # Errors
/// If the text is too long for one.
pub fn code(ticket: &str) -> Result<QrCode> {
    QrCode::with_error_correction_level(ticket, EcLevel::L).map_err(|e| {
        let words = "the ticket is too long for a picture: give it as text";
        Error::new(ErrorKind::Internal, words).because(e)
    })
}

/// The code of a ticket as an SVG file.
///
/// # Errors
/// As [`code`].
pub fn svg(ticket: &str) -> Result<String> {
    Ok(code(ticket)?
        .render::<render::svg::Color<'_>>()
        .min_dimensions(SIZE, SIZE)
        .build())
}

/// A drawing for the inside of a page: without the line that makes it a file of its own.
pub fn inside_a_page(svg: &str) -> &str {
    svg.find("<svg")
        .and_then(|start| svg.get(start..))
        .unwrap_or(svg)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_ticket_fits_into_a_picture() {
        let drawn = svg(&format!("streetlamp:{}", "a2".repeat(700))).unwrap();
        assert!(inside_a_page(&drawn).starts_with("<svg"));
    }
}
