//! What every request passes before it reaches a page, and what every answer carries.
//!
//! Default deny: the gate stands before the router, so a route that somebody adds later is closed to strangers and
//! to other web sites without a line of its own. No CORS header is ever sent. A request that is not HTTP at all is
//! answered by the HTTP library, without these headers.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::sync::Semaphore;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::frame::Frame;
use super::neighbours;
use super::problem::Problem;
use super::sessions::{self, LONGEST, Links, Sessions};
use super::site::Site;
use super::throttle::Throttle;
use crate::entropy::Entropy;
use crate::error::Result;
use crate::secret::{Kept, Tokens};

/// Most bytes of a form. A text of 1,000 four-byte characters takes 12 kB when it is escaped.
const BODY: usize = 64 * 1024;
/// A request is answered, its body included, within this. Unlocking may wait half a minute for its turn.
const ANSWER: Duration = Duration::from_secs(60);
/// A film is sent and sealed, or changed and packed, within this.
const FILM: Duration = Duration::from_secs(15 * 60);
/// Requests that are worked on at the same time.
const REQUESTS: usize = 256;
/// Streams of live changes at the same time: one for every visible tab.
const STREAMS: usize = 64;

/// Headers of every answer. The policy leaves out `data:`, inline scripts and styles, and foreign hosts.
const HEADERS: [(HeaderName, &str); 6] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; frame-src 'self'; \
         form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'; \
         require-trusted-types-for 'script'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
    (header::CACHE_CONTROL, "no-store"),
];

/// The state of the gate.
#[derive(Debug)]
pub(super) struct Gate {
    pub(super) site: Site,
    pub(super) links: Links,
    pub(super) sessions: Sessions,
    /// Attempts to sign in that failed.
    pub(super) sign_in: Throttle,
    /// Attempts at the passphrase.
    pub(super) unlock: Throttle,
    /// Room for streams of live changes.
    pub(super) streams: Arc<Semaphore>,
    /// Ends those streams when the node stops.
    pub(super) closing: CancellationToken,
    requests: Semaphore,
    secrets: Tokens,
}

impl Gate {
    pub(super) fn new(site: Site, entropy: &Entropy) -> Result<Self> {
        Ok(Self {
            site,
            links: Links::default(),
            sessions: Sessions::default(),
            sign_in: Throttle::new(),
            unlock: Throttle::new(),
            streams: Arc::new(Semaphore::new(STREAMS)),
            closing: CancellationToken::new(),
            requests: Semaphore::new(REQUESTS),
            secrets: Tokens::new(entropy.generator()?),
        })
    }

    /// A new secret in its text form, and what to keep of it.
    pub(super) fn draw(&self) -> (String, Kept) {
        self.secrets.draw()
    }

    /// A new one-time link.
    pub(super) fn sign_in_link(&self) -> String {
        let (token, kept) = self.draw();
        self.links.add(kept, Instant::now());
        format!("{}/sign-in?token={token}", self.site.url())
    }

    /// Begins a session; the cookie that carries it.
    pub(super) fn begin_session(&self, headers: &HeaderMap) -> String {
        let (token, kept) = self.draw();
        self.sessions
            .begin(kept, sessions::browser(headers), Instant::now());
        self.cookie(&token, LONGEST)
    }

    /// The cookie that makes a browser forget its session.
    pub(super) fn no_cookie(&self) -> String {
        self.cookie("", Duration::ZERO)
    }

    fn cookie(&self, value: &str, life: Duration) -> String {
        let (name, life) = (self.cookie_name(), life.as_secs());
        format!("{name}={value}; Path=/; Max-Age={life}; Secure; HttpOnly; SameSite=Strict")
    }

    /// `__Host-` makes browsers take the cookie from this very host only.
    fn cookie_name(&self) -> String {
        format!("__Host-streetlamp-{}", self.site.port())
    }

    /// The session that a request names, if it is alive.
    fn session(&self, headers: &HeaderMap) -> Option<Kept> {
        let name = self.cookie_name();
        let cookies = headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok());
        let pairs = cookies
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='));
        let mut ours = pairs
            .filter(|(key, _)| *key == name)
            .map(|(_, token)| Kept::of(token));
        let now = Instant::now();
        ours.find(|kept| self.sessions.touch(*kept, now))
    }
}

/// Lets a request through to the pages, or answers it here.
pub(super) async fn guard(State(gate): State<Arc<Gate>>, request: Request, next: Next) -> Response {
    let root = Frame::root_from(request.uri().path());
    let patience = if moves_a_film(request.uri().path()) {
        FILM
    } else {
        ANSWER
    };
    let answer = tokio::time::timeout(patience, async {
        let Ok(_place) = gate.requests.try_acquire() else {
            return Problem::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "Too much at once",
                "Please try again in a moment.",
            )
            .into_response();
        };
        match admit(&gate, request, &root).await {
            Ok(request) => next.run(request).await,
            Err(refusal) => refusal,
        }
    });
    let mut response = answer.await.unwrap_or_else(|_| {
        let words = "This took too long and was given up. Please try again.";
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "No answer in time", words)
            .under(root.clone())
            .into_response()
    });
    for (name, value) in HEADERS {
        response
            .headers_mut()
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    response
}

async fn admit(
    gate: &Gate,
    request: Request,
    root: &str,
) -> std::result::Result<Request, Response> {
    let refuse = |status, title, words: &str| {
        Problem::new(status, title, words)
            .under(root.to_owned())
            .into_response()
    };
    let (mut parts, body) = request.into_parts();
    let Some(host) = gate.site.host(&parts.uri, &parts.headers) else {
        let words =
            "This node answers only under its own address. Open the link that the node printed.";
        return Err(refuse(
            StatusCode::MISDIRECTED_REQUEST,
            "Not this node's address",
            words,
        ));
    };
    if is_intake(parts.uri.path()) {
        return Ok(Request::from_parts(parts, body));
    }
    let changes = !matches!(parts.method, Method::GET | Method::HEAD);
    if changes && !Site::same_origin(host, &parts.headers) {
        let words = "This request did not come from this node's own page, so nothing was done.";
        return Err(refuse(StatusCode::FORBIDDEN, "Nothing was done", words));
    }
    if !is_open(parts.uri.path()) {
        match gate.session(&parts.headers) {
            Some(session) => {
                parts.extensions.insert(session);
            }
            None if !changes && wants_page(&parts.headers) => {
                return Err(see_other(&format!("{root}sign-in")));
            }
            None => {
                let words = "You are not signed in, or were away for long. Nothing was done.";
                return Err(refuse(StatusCode::UNAUTHORIZED, "Please sign in", words));
            }
        }
    }
    let body = if changes {
        form_body(&parts, body)
            .await
            .map_err(|p| p.under(root.to_owned()).into_response())?
    } else {
        Body::empty()
    };
    Ok(Request::from_parts(parts, body))
}

/// Where programs send films. They have a token instead of a session, and a film instead of a form: what is sent there is
/// judged there.
fn is_intake(path: &str) -> bool {
    path.starts_with("/intake/")
}

/// Where whole films come in or go out.
fn moves_a_film(path: &str) -> bool {
    is_intake(path) || (path.starts_with("/clips/") && path.ends_with("/export"))
}

/// What is answered without a session: the sign-in page, what it is drawn with, and films, whose addresses are secrets
/// of a session (see `clips`).
fn is_open(path: &str) -> bool {
    path == "/sign-in" || path.starts_with("/assets/") || path.starts_with("/films/")
}

fn wants_page(headers: &HeaderMap) -> bool {
    let accept = headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok());
    accept.is_some_and(|accept| accept.contains("text/html"))
}

/// What is sent to a path: a form, or the grey values of a picture.
fn expected(path: &str) -> (HeaderValue, usize) {
    match path {
        neighbours::PICTURE => (
            HeaderValue::from_static("application/octet-stream"),
            neighbours::PICTURE_BYTES,
        ),
        _ => (
            HeaderValue::from_static("application/x-www-form-urlencoded"),
            BODY,
        ),
    }
}

/// The whole body of a form. Another content type is refused: our own forms send one only.
async fn form_body(parts: &Parts, body: Body) -> std::result::Result<Body, Problem> {
    let (form, most) = expected(parts.uri.path());
    if parts.headers.get(header::CONTENT_TYPE) != Some(&form) {
        let words = "This address takes forms only.";
        return Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "Nothing was done",
            words,
        ));
    }
    let bytes = to_bytes(body, most).await.map_err(|_| {
        let words = "The form is too long, or was cut off. Please shorten it and send it again.";
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "Nothing was done", words)
    })?;
    Ok(Body::from(bytes))
}

/// Sends the browser to another page, by a link relative to the present one.
pub(super) fn see_other(link: &str) -> Response {
    match HeaderValue::from_str(link) {
        Ok(link) => (StatusCode::SEE_OTHER, [(header::LOCATION, link)]).into_response(),
        Err(_) => Problem::not_found().into_response(),
    }
}
