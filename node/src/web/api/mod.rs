//! The API: what the page can do, as JSON for programs of the household.
//!
//! `endpoints` is the table of its addresses; each is a command of the control socket, and its answer is the JSON that
//! the command line prints. A program shows a token of the home (`node::programs`) that names what it may do; no
//! session and no cookie counts here, and no page of another site can send the header. `document` describes it all as
//! OpenAPI, made of the same table; `figures` are for Prometheus.
//!
//! Left out: films on their way in, for which cameras have tokens of their own (`intake`); signing in and making
//! tokens, so that no token can become more than it is; making and removing devices, which needs the recovery sheet.

mod document;
pub(super) mod endpoints;
mod figures;
mod refusal;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Path, Query, Request as Asked, State};
use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, get, on};
use futures::stream;
use serde_json::{Map, Value};

use self::endpoints::{ENDPOINTS, Endpoint, Kind};
use self::refusal::Refusal;
use super::App;
use crate::control::{self, Request};
use crate::error::{Error, ErrorKind, Result};
use crate::node::{Film, Scope};

/// What every address begins with.
pub(super) const ROOT: &str = "/api/v1";
/// Most bytes of a request, as at the control socket.
const BODY: usize = 96 * 1024;

static DOCUMENT: LazyLock<String> = LazyLock::new(|| document::document().to_string());

/// The addresses, as a part of the page's router.
pub(super) fn add_to(mut router: Router<App>) -> Router<App> {
    for endpoint in ENDPOINTS {
        let Ok(method) = MethodFilter::try_from(endpoint.method.clone()) else {
            continue;
        };
        let serve = move |State(app): State<App>, path: Option<Path<String>>, asked: Asked| async move {
            let answer = serve(&app, endpoint, path.map(|Path(named)| named), asked).await;
            answer.unwrap_or_else(IntoResponse::into_response)
        };
        router = router.route(&endpoint.address(), on(method, serve));
    }
    let document = || async { ([(CONTENT_TYPE, "application/json")], DOCUMENT.as_str()) };
    router
        .route(&format!("{ROOT}/openapi.json"), get(document))
        .route(figures::PATH, get(figures::show))
}

/// Whether an address is one of these.
pub(super) fn is_api(path: &str) -> bool {
    path.starts_with("/api/") || path == figures::PATH
}

/// Whether an address gets a film over the network, or gives one away, which takes its time.
pub(super) fn moves_a_film(path: &str) -> bool {
    is_api(path)
        && ["/fetch", "/open", "/export"]
            .iter()
            .any(|end| path.ends_with(end))
}

async fn serve(
    app: &App,
    endpoint: &'static Endpoint,
    named: Option<String>,
    asked: Asked,
) -> std::result::Result<Response, Refusal> {
    admit(app, endpoint.scope, asked.headers()).await?;
    let query = Query::<BTreeMap<String, String>>::try_from_uri(asked.uri());
    let unread = |what: &str| Error::new(ErrorKind::Invalid, format!("{what} could not be read"));
    let Query(query) = query.map_err(|e| unread("what stands behind the address").because(e))?;
    let body = to_bytes(asked.into_body(), BODY).await;
    let body = body.map_err(|_| unread("the body is too long, or was cut off, and"))?;
    let request = request(endpoint, named, &query, &body)?;
    Ok(Box::pin(answer(app, request)).await?)
}

/// Lets a program through that may do this. A good token never waits, so guessing keeps no program out.
async fn admit(app: &App, scope: Scope, headers: &HeaderMap) -> std::result::Result<(), Refusal> {
    let shown = headers
        .get(AUTHORIZATION)
        .and_then(|said| said.to_str().ok()?.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim())
        .ok_or_else(Refusal::no_token)?;
    let Some(program) = app.handle.program_of(shown).await? else {
        return Err(match app.gate.sign_in.turn().await {
            Some(_failed) => Refusal::no_token(),
            None => Refusal::too_many(),
        });
    };
    if program.scopes.contains(&scope) {
        return Ok(());
    }
    let message = format!("this program may not do that: its token would need the scope '{scope}'");
    Err(Error::new(ErrorKind::Denied, message).into())
}

/// The command that an address, what stands behind it, and a body are together.
fn request(
    endpoint: &Endpoint,
    named: Option<String>,
    query: &BTreeMap<String, String>,
    body: &[u8],
) -> Result<Request> {
    let invalid = |message: String| Error::new(ErrorKind::Invalid, message);
    let mut fields = match body {
        [] => Map::new(),
        body => serde_json::from_slice(body)
            .map_err(|e| invalid("the body has to be a JSON object".to_owned()).because(e))?,
    };
    if let Some(unknown) = query
        .keys()
        .find(|name| endpoint.query.iter().all(|(known, _)| known != name))
    {
        return Err(invalid(format!(
            "'{unknown}' means nothing behind this address"
        )));
    }
    for (name, kind) in endpoint.query {
        let value = match (query.get(*name), kind) {
            (None, Kind::Flag) => Value::Bool(false),
            (None, _) => continue,
            (Some(text), Kind::Text) => Value::String(text.clone()),
            (Some(text), Kind::Number | Kind::Flag) => serde_json::from_str(text)
                .map_err(|e| invalid(format!("'{name}' has another form")).because(e))?,
        };
        fields.insert((*name).to_owned(), value);
    }
    if let (Some(name), Some(named)) = (endpoint.in_path(), named) {
        fields.insert(name.to_owned(), Value::String(named));
    }
    let bare = Value::String(endpoint.command.to_owned());
    let command = if fields.is_empty() {
        bare
    } else {
        Value::Object(
            [(endpoint.command.to_owned(), Value::Object(fields))]
                .into_iter()
                .collect(),
        )
    };
    // A command whose fields may all be left out is no bare word.
    let said = match serde_json::from_value(command.clone()) {
        Err(_) if command.is_string() => {
            let empty = Value::Object(Map::new());
            serde_json::from_value(Value::Object(
                [(endpoint.command.to_owned(), empty)].into_iter().collect(),
            ))
        }
        said => said,
    };
    said.map_err(|e| invalid(format!("the body does not fit: {e}")))
}

async fn answer(app: &App, request: Request) -> Result<Response> {
    let handle = &app.handle;
    let json = match request {
        Request::ClipOpen { clip } => return Ok(film(control::opened(handle, &clip).await?)),
        Request::ClipExport {
            clip,
            to,
            film: whole,
        } => {
            return Ok(film(control::exported(handle, &clip, to, whole).await?));
        }
        Request::Unlock { .. } | Request::PassphraseChange { .. } => {
            // Guesses at the passphrase are slowed down together with those on the page.
            let Some(turn) = app.gate.unlock.turn().await else {
                let message = "too many attempts at once: wait a few seconds and try again";
                return Err(Error::new(ErrorKind::Unavailable, message));
            };
            let json = control::answer(handle, request).await?;
            turn.succeeded();
            json
        }
        request => control::answer(handle, request).await?,
    };
    Ok(([(CONTENT_TYPE, "application/json")], json.to_vec()).into_response())
}

/// A film as it comes. One that fails in the middle breaks off, and is shorter than was said.
fn film(film: Film) -> Response {
    let headers = [
        (CONTENT_TYPE, "application/octet-stream".to_owned()),
        (CONTENT_LENGTH, film.len.to_string()),
    ];
    let pieces = stream::unfold(film.pieces, |mut pieces| async move {
        let piece = pieces.recv().await?;
        Some((piece.map(|piece| piece.to_vec()), pieces))
    });
    (headers, Body::from_stream(pieces)).into_response()
}
