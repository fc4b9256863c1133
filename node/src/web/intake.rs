//! Where programs send films, and say that something happens, each with the token of a camera.
//!
//! ```text
//! POST /intake/film[?at=2026-05-06T07:08:09Z]     Authorization: Bearer <token>
//! 201 {"clip":…,"clips":[…],"sealed_bytes":…,"duration_s":…}
//!
//! POST /intake/trigger                            Authorization: Bearer <token>
//! 202 {"camera":…}
//! ```
//!
//! No session and no cookie counts here, and no page of another site can send the header, so that none can do in the
//! resident's browser what it cannot do itself. Nothing is read of a film before the token is known.

use std::time::Duration;

use axum::Json;
use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::header::{AUTHORIZATION, CONTENT_LENGTH, HeaderMap, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use http_body_util::BodyExt;
use serde::{Deserialize, Serialize};
use tokio::time::timeout;

use super::App;
use super::problem::status_of;
use crate::error::{Error, ErrorKind, Result};
use crate::node::Intake;
use crate::when;

/// How long the next bytes of a film may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long a camera is recorded after each word that something happens.
const RECORDED: Duration = Duration::from_secs(30);
/// When to try again what cannot be taken now, in seconds.
const LATER: HeaderValue = HeaderValue::from_static("60");

/// What may stand behind the address.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Said {
    /// When the recording began.
    at: Option<String>,
}

/// A film was taken.
#[derive(Debug, Serialize)]
struct Taken {
    /// The first clip of it.
    clip: Option<String>,
    /// All of them.
    clips: Vec<String>,
    sealed_bytes: u64,
    duration_s: f64,
}

/// A film was not taken.
#[derive(Debug, Serialize)]
struct Refused {
    error: String,
}

/// A camera is recorded.
#[derive(Debug, Serialize)]
struct Triggered {
    camera: String,
}

/// Records a camera, because its token's holder says that something happens.
pub(super) async fn trigger(State(app): State<App>, headers: HeaderMap) -> Response {
    let triggered = token(&headers)
        .ok_or_else(no_token)
        .and_then(|token| app.handle.trigger_with(token, RECORDED));
    match triggered {
        Ok(camera) => {
            let camera = camera.to_string();
            (StatusCode::ACCEPTED, Json(Triggered { camera })).into_response()
        }
        Err(error) => refusal(&error),
    }
}

pub(super) async fn film(
    State(app): State<App>,
    said: std::result::Result<Query<Said>, QueryRejection>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    match take(&app, said, &headers, body).await {
        Ok(taken) => (StatusCode::CREATED, Json(taken)).into_response(),
        Err(error) => refusal(&error),
    }
}

async fn take(
    app: &App,
    said: std::result::Result<Query<Said>, QueryRejection>,
    headers: &HeaderMap,
    body: Body,
) -> Result<Taken> {
    let token = token(headers).ok_or_else(no_token)?;
    let mut intake = app.handle.film_from(token)?;
    let Query(said) = said.map_err(|e| {
        let message =
            "behind the address there may be '?at=', the time at which the recording began";
        Error::new(ErrorKind::Invalid, message).because(e)
    })?;
    let began = said.at.map(|at| when::parse_rfc3339(&at)).transpose();
    let began = began.map_err(|e| {
        let message = "the time has to look like 2026-05-06T07:08:09Z";
        Error::new(ErrorKind::Invalid, message).because(e)
    })?;
    if let Some(length) = headers.get(CONTENT_LENGTH) {
        let length = length.to_str().ok().and_then(|length| length.parse().ok());
        intake.expect(length.unwrap_or(u64::MAX))?;
    }
    receive(&mut intake, body).await?;
    let clips = intake.finish(began).await?;
    let names: Vec<_> = clips.iter().map(|added| added.clip.to_string()).collect();
    let lasts: f64 = clips.iter().map(|added| f64::from(added.duration_ms)).sum();
    Ok(Taken {
        clip: names.first().cloned(),
        clips: names,
        sealed_bytes: clips.iter().map(|added| added.sealed_len).sum(),
        duration_s: lasts / 1_000.0,
    })
}

fn no_token() -> Error {
    let message = "this is for programs with the token of a camera: Authorization: Bearer <token>";
    Error::new(ErrorKind::Denied, message)
}

/// The token that a program shows, if it shows one.
fn token(headers: &HeaderMap) -> Option<&str> {
    let said = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = said.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

async fn receive(intake: &mut Intake, mut body: Body) -> Result<()> {
    let broke_off = || Error::new(ErrorKind::Invalid, "the film broke off before its end");
    loop {
        let frame = timeout(PATIENCE, body.frame()).await;
        match frame.map_err(|_| broke_off())? {
            None => return Ok(()),
            Some(frame) => {
                let frame = frame.map_err(|e| broke_off().because(e))?;
                if let Some(bytes) = frame.data_ref() {
                    intake.take(bytes)?;
                }
            }
        }
    }
}

fn refusal(error: &Error) -> Response {
    if matches!(error.kind(), ErrorKind::DataLoss | ErrorKind::Internal) {
        tracing::error!(error = %error.chain(), "a film that was sent could not be taken");
    }
    let status = match error.kind() {
        ErrorKind::Denied => StatusCode::UNAUTHORIZED,
        kind => status_of(kind),
    };
    let refused = Refused {
        error: error.to_string(),
    };
    let mut response = (status, Json(refused)).into_response();
    match status {
        StatusCode::UNAUTHORIZED => {
            let bearer = HeaderValue::from_static("Bearer");
            response.headers_mut().insert(WWW_AUTHENTICATE, bearer);
        }
        StatusCode::SERVICE_UNAVAILABLE => {
            response.headers_mut().insert(RETRY_AFTER, LATER);
        }
        _ => {}
    }
    response
}
