//! A ticket off a photograph.
//!
//! The browser opens the picture and sends its grey values, because a picture file of unknown origin is nothing that a
//! node should take apart. What was read goes back to the form; it is used when the resident sends that.

use axum::body::Bytes;
use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use serde::Deserialize;

use super::super::language::say;
use super::super::problem::Problem;
use crate::error::{Error, ErrorKind};
use crate::picture;

/// Where grey values are sent.
pub(in crate::web) const PICTURE: &str = "/ticket-picture";
/// Longest side of a picture, in pixels. A ticket has about 120 modules a side.
const SIDE: usize = 1_600;
/// Most bytes of a picture: one a pixel.
pub(in crate::web) const PICTURE_BYTES: usize = SIDE * SIDE;

#[derive(Deserialize)]
pub(in crate::web) struct Drawn {
    width: usize,
}

pub(in crate::web) async fn read(
    drawn: Result<Query<Drawn>, QueryRejection>,
    grey: Bytes,
) -> Result<String, Problem> {
    let unread = || Error::new(ErrorKind::Invalid, say!("neighbours-unread"));
    let width = drawn.map(|Query(drawn)| drawn.width).unwrap_or_default();
    if !(1..=SIDE).contains(&width) {
        return Err(unread().into());
    }
    // Takes a while, and a fault of the reader is no fault of the page.
    let reading = tokio::task::spawn_blocking(move || picture::read(&grey, width));
    let text = reading.await.ok().flatten().ok_or_else(unread)?;
    Ok(text)
}
