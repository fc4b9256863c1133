//! Signing in: with a link on this machine (see `sign_in`), with passphrase and code in the network.
//!
//! Of the two nothing says which was wrong, neither words nor time: the code is looked at after the passphrase was stretched, and is
//! used up only together with a right one.

use std::time::Duration;

use askama::Template;
use axum::Extension;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::header::{RETRY_AFTER, SET_COOKIE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use tokio::time::Instant;
use zeroize::Zeroizing;

use super::Door;
use crate::error::{ErrorKind, Result};
use crate::factor;
use crate::node::SignedIn;
use crate::web::App;
use crate::web::form::Fields;
use crate::web::frame::Frame;
use crate::web::gate::see_other;
use crate::web::language::{Texts, say};
use crate::web::problem::{Problem, rendered};
use crate::web::sign_in::{self, Token};

#[derive(Template)]
#[template(path = "sign_in_lan.html")]
struct Page {
    frame: Frame,
    /// Whether the browser was shown a certificate that nobody signed.
    own_certificate: bool,
    wrong: Option<String>,
}

/// What either form holds.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(in crate::web) struct Form {
    token: String,
    passphrase: String,
    code: String,
}

pub(in crate::web) async fn show(
    State(app): State<App>,
    door: Option<Extension<Door>>,
    query: std::result::Result<Query<Token>, QueryRejection>,
) -> Response {
    match door {
        Some(Extension(door)) => {
            let has_factor = app.handle.lan_asked().borrow().has_factor;
            let wrong = (!has_factor).then(|| say!("lan-no-factor"));
            page(&door, wrong)
        }
        None => sign_in::show(query).await,
    }
}

pub(in crate::web) async fn enter(
    State(app): State<App>,
    door: Option<Extension<Door>>,
    headers: HeaderMap,
    Fields(form): Fields<Form>,
) -> std::result::Result<Response, Problem> {
    let Some(Extension(door)) = door else {
        let token = Token { token: form.token };
        return Ok(match sign_in::let_in(&app.gate, &headers, &token).await {
            Ok(let_in) => {
                app.handle.somebody_signed_in(SignedIn::Here);
                let_in
            }
            Err(refusal) => refusal,
        });
    };
    let (passphrase, code) = (Zeroizing::new(form.passphrase), Zeroizing::new(form.code));
    let turn = match app.gate.patience.turn(door.from).await {
        Ok(turn) => turn,
        Err(wait) => return Ok(too_soon(&door, wait)),
    };
    if !opens(&app, &passphrase, &code).await? {
        drop(turn);
        let answer = page(&door, Some(say!("lan-wrong")));
        return Ok((StatusCode::FORBIDDEN, answer).into_response());
    }
    turn.succeeded();
    let cookie = app.gate.begin_session_at(&door, &headers);
    app.handle.somebody_signed_in(SignedIn::Network);
    Ok(([(SET_COOKIE, cookie)], see_other("./")).into_response())
}

/// Whether passphrase and code are both right. The code is used up then.
async fn opens(app: &App, passphrase: &Zeroizing<String>, code: &str) -> Result<bool> {
    match app.handle.home().reading_keys(passphrase) {
        Ok(_keys) => {}
        Err(error) if error.kind() == ErrorKind::Denied => return Ok(false),
        Err(error) => return Err(error),
    }
    let (patience, short) = (&app.gate.patience, !factor::is_for_paper(code));
    if short && !patience.looks_at_codes(Instant::now()) {
        return Ok(false);
    }
    let good = app.handle.takes_code(code).await?;
    if short && !good {
        patience.wrong_code(Instant::now());
    }
    Ok(good)
}

fn page(door: &Door, wrong: Option<String>) -> Response {
    rendered(&Page {
        frame: Frame::bare("./".to_owned()),
        own_certificate: door.under.is_none(),
        wrong,
    })
}

fn too_soon(door: &Door, wait: Duration) -> Response {
    let seconds = wait.as_secs().max(1);
    let words = say!("lan-too-soon", seconds = seconds);
    let headers = [(RETRY_AFTER, seconds.to_string())];
    let page = page(door, Some(words));
    (StatusCode::TOO_MANY_REQUESTS, headers, page).into_response()
}
