//! Signing in with a link that the node printed, and out again.
//!
//! There is no page password: whoever can read the node's terminal, or run its command line, may sign in. Opening the
//! link changes nothing (mail and chat programs open links to preview them); the button does.

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use tokio::time::Instant;

use super::door::Door;
use super::form::Fields;
use super::frame::Frame;
use super::gate::{Gate, see_other};
use super::language::Texts;
use super::problem::rendered;
use crate::secret::{Kept, well_formed};

#[derive(Template)]
#[template(path = "sign_in.html")]
struct Page {
    frame: Frame,
    token: Option<String>,
    refused: bool,
}

/// A token, in the link or in the form.
#[derive(Deserialize)]
pub(super) struct Token {
    #[serde(default)]
    pub(super) token: String,
}

/// The page with the button, or how to get a link.
pub(super) async fn show(query: Result<Query<Token>, QueryRejection>) -> Response {
    let token = query
        .ok()
        .map(|Query(query)| query.token)
        .filter(|token| !token.is_empty());
    let good = token.as_deref().is_some_and(well_formed);
    let refused = token.is_some() && !good;
    rendered(&Page {
        frame: Frame::bare("./".to_owned()),
        token: token.filter(|_| good),
        refused,
    })
}

/// Lets a browser of this machine in while there is no home yet.
pub(super) async fn enter(
    State(gate): State<Arc<Gate>>,
    headers: HeaderMap,
    Fields(form): Fields<Token>,
) -> Response {
    let answer = let_in(&gate, &headers, &form).await;
    answer.unwrap_or_else(|refusal| refusal)
}

/// Lets a browser of this machine in, if its link is good; else the refusal.
pub(super) async fn let_in(
    gate: &Gate,
    headers: &HeaderMap,
    form: &Token,
) -> Result<Response, Response> {
    if gate.links.redeem(Kept::of(&form.token), Instant::now()) {
        let cookie = gate.begin_session(headers);
        return Ok(([(SET_COOKIE, cookie)], see_other("./")).into_response());
    }
    // A good link never waits, so guessing keeps nobody out.
    let status = match gate.sign_in.turn().await {
        Some(_failed) => StatusCode::FORBIDDEN,
        None => StatusCode::TOO_MANY_REQUESTS,
    };
    let page = Page {
        frame: Frame::bare("./".to_owned()),
        token: None,
        refused: true,
    };
    Err((status, rendered(&page)).into_response())
}

pub(super) async fn leave(
    State(gate): State<Arc<Gate>>,
    Extension(session): Extension<Kept>,
    door: Option<Extension<Door>>,
) -> Response {
    gate.sessions.end(session);
    let cookie = gate.no_cookie(door.as_deref());
    ([(SET_COOKIE, cookie)], see_other("./sign-in")).into_response()
}
