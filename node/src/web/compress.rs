//! Answers go out smaller (gzip), where their length gives nothing away.
//!
//! Whoever sees how long a compressed answer is, and has put words into it, learns whether these words stand in it a second
//! time (BREACH). The network sees lengths, and neighbours put words into pages. So an answer is compressed only if it holds
//! nothing that a guess could be held against: what was asked for with GET. Tickets, tokens, words and codes are shown
//! once, in the answer to the form that made them, and no answer to a form is compressed. Of what GET brings, the
//! sign-in page and the frame of a film hold a secret; they are left out by name, and so is whatever programs ask for.
//! There is no secret against forged forms in any page: the gate looks at where they come from.
//!
//! Films and pictures are small already, and the stream of changes must not wait in a buffer.

use axum::Router;
use axum::extract::Request;
use axum::http::Method;
use axum::http::header::ACCEPT_ENCODING;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use tower_http::compression::CompressionLayer;

use super::gate::is_for_programs;

/// Lets a router answer in gzip.
pub(super) fn compressed(router: Router) -> Router {
    router
        .layer(CompressionLayer::new())
        .layer(from_fn(only_where_it_is_safe))
}

/// What is not to be compressed is asked for as if the browser could not read it.
async fn only_where_it_is_safe(mut request: Request, next: Next) -> Response {
    if !is_safe(request.method(), request.uri().path()) {
        request.headers_mut().remove(ACCEPT_ENCODING);
    }
    next.run(request).await
}

fn is_safe(method: &Method, path: &str) -> bool {
    let secret = path == "/sign-in" || path.starts_with("/films/") || path.ends_with("/frame");
    method == Method::GET && !secret && !is_for_programs(path)
}
