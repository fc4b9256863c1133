//! A short text as a picture that a phone reads (QR code, ISO/IEC 18004), and the text out of such a picture.

use qrcode::{EcLevel, QrCode, render};
use rqrr::PreparedImage;

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

/// Reads a code out of grey values, one byte a pixel, row by row. Nothing if there is none that can be read.
pub fn read(grey: &[u8], width: usize) -> Option<String> {
    let height = grey.len().checked_div(width)?;
    let mut picture = PreparedImage::prepare_from_greyscale(width, height, |x, y| {
        grey.get(y * width + x).copied().unwrap_or(u8::MAX)
    });
    let codes = picture.detect_grids();
    let mut texts = codes.iter().filter_map(|code| code.decode().ok());
    texts.next().map(|(_, text)| text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drawn_ticket_is_read_again_and_noise_is_not() {
        let ticket = format!("streetlamp:{}", "a2".repeat(400));
        let drawn = code(&ticket).unwrap();
        let (wide, module) = (drawn.width(), 4);
        let width = (wide + 8) * module;
        let mut grey = vec![230_u8; width * width];
        for (n, colour) in drawn.to_colors().into_iter().enumerate() {
            let (left, top) = ((n % wide + 4) * module, (n / wide + 4) * module);
            for y in top..top + module {
                let dark = colour.select(40, 230);
                grey[y * width + left..y * width + left + module].fill(dark);
            }
        }
        assert_eq!(read(&grey, width).as_deref(), Some(ticket.as_str()));
        assert_eq!(read(&grey, 0), None);
        assert_eq!(read(&[], 10), None);
        let noise: Vec<u8> = (0..10_000_u32).map(|n| (n * n % 251) as u8).collect();
        assert_eq!(read(&noise, 100), None);
    }

    #[test]
    fn a_long_ticket_fits_into_a_picture() {
        let drawn = svg(&format!("streetlamp:{}", "a2".repeat(700))).unwrap();
        assert!(inside_a_page(&drawn).starts_with("<svg"));
    }
}
