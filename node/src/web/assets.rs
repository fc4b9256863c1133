//! Style sheet, scripts and pictures, inside the binary: the page needs no file beside it and no internet.
//!
//! The address of a file has the hash of its content in it. So a browser keeps a file for good, and after an update the
//! new page asks for the new one.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

use super::problem::Problem;

/// Digits of a hash in an address. Nobody else makes files here, so that chance is all there is to keep apart.
const DIGITS: usize = 12;

/// A file of the page.
#[derive(Debug)]
pub(super) struct Asset {
    /// As templates call it.
    pub(super) name: &'static str,
    /// The last part of its address.
    pub(super) address: String,
    text: &'static str,
}

/// Every file of the page.
pub(super) static ASSETS: LazyLock<[Asset; 6]> = LazyLock::new(|| {
    [
        ("page.css", include_str!("../../assets/page.css")),
        ("page.js", include_str!("../../assets/page.js")),
        ("first-use.js", include_str!("../../assets/first-use.js")),
        ("redact.js", include_str!("../../assets/redact.js")),
        ("lamp.svg", include_str!("../../assets/lamp.svg")),
        // The coasts of the map on which a home is placed: Natural Earth, in the public domain (`assets/map/make.py`).
        ("land.svg", include_str!("../../assets/map/land.svg")),
    ]
    .map(|(name, text)| Asset::new(name, text))
});

impl Asset {
    fn new(name: &'static str, text: &'static str) -> Self {
        let hash = blake3::hash(text.as_bytes()).to_hex();
        let hash = hash.get(..DIGITS).unwrap_or_default();
        Self {
            name,
            address: format!("{hash}-{name}"),
            text,
        }
    }

    fn kind(&self) -> &'static str {
        match self.name.rsplit_once('.') {
            Some((_, "css")) => "text/css; charset=utf-8",
            Some((_, "js")) => "text/javascript; charset=utf-8",
            _ => "image/svg+xml",
        }
    }
}

/// The last part of the address of a file.
pub(super) fn address(name: &str) -> &'static str {
    let known = ASSETS.iter().find(|asset| asset.name == name);
    known.map_or("", |asset| &asset.address)
}

pub(super) async fn asset(Path(address): Path<String>) -> Response {
    let known = ASSETS.iter().find(|asset| asset.address == address);
    match known {
        Some(asset) => {
            let headers = [
                (CONTENT_TYPE, asset.kind()),
                (CACHE_CONTROL, "public, max-age=31536000, immutable"),
            ];
            (headers, asset.text).into_response()
        }
        None => Problem::not_found().under("../".to_owned()).into_response(),
    }
}
