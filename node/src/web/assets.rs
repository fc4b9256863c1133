//! Style sheet, script and icon, inside the binary: the page needs no file beside it and no internet.

use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

use super::problem::Problem;

const ASSETS: [(&str, &str, &str); 6] = [
    (
        "page.css",
        "text/css; charset=utf-8",
        include_str!("../../assets/page.css"),
    ),
    (
        "page.js",
        "text/javascript; charset=utf-8",
        include_str!("../../assets/page.js"),
    ),
    (
        "first-use.js",
        "text/javascript; charset=utf-8",
        include_str!("../../assets/first-use.js"),
    ),
    // The coasts of the map on which a home is placed: Natural Earth, in the public domain (`assets/map/make.py`).
    (
        "land.svg",
        "image/svg+xml",
        include_str!("../../assets/map/land.svg"),
    ),
    (
        "redact.js",
        "text/javascript; charset=utf-8",
        include_str!("../../assets/redact.js"),
    ),
    (
        "lamp.svg",
        "image/svg+xml",
        include_str!("../../assets/lamp.svg"),
    ),
];

pub(super) async fn asset(Path(name): Path<String>) -> Response {
    match ASSETS.iter().find(|(known, ..)| *known == name) {
        // Asked for anew each time: after an update the old style must not meet the new page.
        Some((_, kind, text)) => {
            ([(CONTENT_TYPE, *kind), (CACHE_CONTROL, "no-cache")], *text).into_response()
        }
        None => Problem::not_found().under("../".to_owned()).into_response(),
    }
}
