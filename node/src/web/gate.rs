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

use super::api;
use super::door::Door;
use super::frame::Frame;
use super::lan::Patience;
use super::language::{Language, say};
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
/// A browser remembers its language for a year after it was chosen.
const LANGUAGE: Duration = Duration::from_secs(365 * 24 * 3_600);
/// Requests that are worked on at the same time.
const REQUESTS: usize = 256;
/// Streams of live changes at the same time: one for every visible tab.
const STREAMS: usize = 256;

/// Headers of every answer. The policy leaves out `data:`, inline scripts and styles, and foreign hosts.
const HEADERS: [(HeaderName, &str); 6] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; frame-src 'self'; \
         form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'; \
         require-trusted-types-for 'script'; trusted-types 'none'",
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
    /// Attempts to sign in from the network.
    pub(super) patience: Patience,
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
            patience: Patience::default(),
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

    /// Begins a session on this machine; the cookie that carries it.
    pub(super) fn begin_session(&self, headers: &HeaderMap) -> String {
        let (token, kept) = self.draw();
        self.sessions
            .begin(kept, sessions::browser(headers), None, Instant::now());
        self.cookie(None, &token, LONGEST)
    }

    /// Begins a session in the network, of somebody who has just given the passphrase.
    pub(super) fn begin_session_at(&self, door: &Door, headers: &HeaderMap) -> String {
        let ((token, kept), now) = (self.draw(), Instant::now());
        let browser = sessions::browser(headers);
        self.sessions.begin(kept, browser, Some(door.from), now);
        self.sessions.prove(kept, now);
        self.cookie(Some(door), &token, LONGEST)
    }

    /// The cookie that makes a browser forget its session.
    pub(super) fn no_cookie(&self, door: Option<&Door>) -> String {
        self.cookie(door, "", Duration::ZERO)
    }

    fn cookie(&self, door: Option<&Door>, value: &str, life: Duration) -> String {
        let (name, life) = (self.cookie_name(door), life.as_secs());
        let path = under(door).unwrap_or("/");
        format!("{name}={value}; Path={path}; Max-Age={life}; Secure; HttpOnly; SameSite=Strict")
    }

    /// `__Host-` makes browsers take the cookie from this very host only, and send it to all of it. Below the page of another
    /// program it stays below that path, or every program that is seen there would be sent it.
    fn cookie_name(&self, door: Option<&Door>) -> String {
        let kind = if under(door).is_some() {
            "Secure"
        } else {
            "Host"
        };
        format!("__{kind}-streetlamp-{}", self.site.port())
    }

    /// The session that a request names, if it is alive.
    fn session(&self, headers: &HeaderMap, door: Option<&Door>) -> Option<Kept> {
        let name = self.cookie_name(door);
        let mut ours = cookies(headers, &name).map(Kept::of);
        let now = Instant::now();
        ours.find(|kept| self.sessions.touch(*kept, door.is_some(), now))
    }

    /// The cookie that keeps the language which was chosen in this browser; without one, the browser is asked again.
    pub(super) fn language_cookie(&self, language: Option<Language>) -> String {
        let (code, life) = match language {
            Some(language) => (language.code(), LANGUAGE),
            None => ("", Duration::ZERO),
        };
        let (name, life) = (self.language_cookie_name(), life.as_secs());
        format!("{name}={code}; Path=/; Max-Age={life}; Secure; HttpOnly; SameSite=Strict")
    }

    /// The language that was chosen in this browser.
    pub(super) fn chosen_language(&self, headers: &HeaderMap) -> Option<Language> {
        let name = self.language_cookie_name();
        cookies(headers, &name).find_map(Language::coded)
    }

    fn language_cookie_name(&self) -> String {
        format!("__Host-language-{}", self.site.port())
    }

    fn language(&self, headers: &HeaderMap) -> Language {
        let chosen = self.chosen_language(headers);
        chosen.unwrap_or_else(|| Language::asked(headers))
    }
}

/// The path of another program's page below which this one is seen.
pub(super) fn under(door: Option<&Door>) -> Option<&str> {
    door.and_then(|door| door.under.as_deref())
}

/// What the cookies of this name hold.
fn cookies<'a>(headers: &'a HeaderMap, name: &'a str) -> impl Iterator<Item = &'a str> {
    let lines = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok());
    let pairs = lines
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    pairs
        .filter(move |(key, _)| *key == name)
        .map(|(_, value)| value)
}

/// Lets a request through to the pages, or answers it here, in the language of whoever asks.
pub(super) async fn guard(State(gate): State<Arc<Gate>>, request: Request, next: Next) -> Response {
    let language = gate.language(request.headers());
    language.speak(answer(gate, request, next)).await
}

async fn answer(gate: Arc<Gate>, request: Request, next: Next) -> Response {
    let root = Frame::root_from(request.uri().path());
    let within = under(request.extensions().get()).is_some();
    let patience = if moves_a_film(request.uri().path()) {
        FILM
    } else {
        ANSWER
    };
    let answer = tokio::time::timeout(patience, async {
        let Ok(_place) = gate.requests.try_acquire() else {
            return Problem::new(
                StatusCode::SERVICE_UNAVAILABLE,
                say!("frame-too-much"),
                say!("frame-in-a-moment"),
            )
            .into_response();
        };
        match admit(&gate, request, &root).await {
            Ok(request) => next.run(request).await,
            Err(refusal) => refusal,
        }
    });
    let mut response = answer.await.unwrap_or_else(|_| {
        Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            say!("frame-too-long"),
            say!("frame-too-long-says"),
        )
        .under(root.clone())
        .into_response()
    });
    for (name, value) in HEADERS {
        response
            .headers_mut()
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    if within {
        show_within(response.headers_mut());
    }
    response
}

/// Lets the page of another program show this one in a frame: both are of one origin to the browser.
fn show_within(headers: &mut HeaderMap) {
    let Some(policy) = headers.get_mut(header::CONTENT_SECURITY_POLICY) else {
        return;
    };
    let framed = policy
        .to_str()
        .map(|policy| policy.replace("frame-ancestors 'none'", "frame-ancestors 'self'"));
    if let Some(framed) = framed.ok().and_then(|policy| policy.try_into().ok()) {
        *policy = framed;
    }
}

async fn admit(
    gate: &Gate,
    request: Request,
    root: &str,
) -> std::result::Result<Request, Response> {
    let refuse = |status, title: String, words: String| {
        Problem::new(status, title, words)
            .under(root.to_owned())
            .into_response()
    };
    let (mut parts, body) = request.into_parts();
    let door = parts.extensions.get::<Door>().cloned();
    let door = door.as_ref();
    if door.is_some_and(|door| !door.encrypted) {
        return Err(refuse(
            StatusCode::FORBIDDEN,
            say!("frame-not-encrypted"),
            say!("frame-not-encrypted-says"),
        ));
    }
    let site = door.map_or(&gate.site, |door| &door.site);
    let Some(host) = site.host(&parts.uri, &parts.headers) else {
        return Err(refuse(
            StatusCode::MISDIRECTED_REQUEST,
            say!("frame-other-address"),
            say!("frame-other-address-says"),
        ));
    };
    if is_for_programs(parts.uri.path()) {
        return Ok(Request::from_parts(parts, body));
    }
    let changes = !matches!(parts.method, Method::GET | Method::HEAD);
    if changes && !site.same_origin(host, &parts.headers) {
        return Err(refuse(
            StatusCode::FORBIDDEN,
            say!("frame-nothing-done"),
            say!("frame-other-origin"),
        ));
    }
    if !is_open(parts.uri.path()) {
        match gate.session(&parts.headers, door) {
            Some(session) => {
                parts.extensions.insert(session);
            }
            None if !changes && wants_page(&parts.headers) => {
                return Err(see_other(&format!("{root}sign-in")));
            }
            None => {
                return Err(refuse(
                    StatusCode::UNAUTHORIZED,
                    say!("frame-please-sign-in"),
                    say!("frame-not-signed-in"),
                ));
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

/// Where programs come. They have a token instead of a session, and JSON or a film instead of a form: what is sent there
/// is judged there.
pub(super) fn is_for_programs(path: &str) -> bool {
    is_intake(path) || api::is_api(path)
}

fn is_intake(path: &str) -> bool {
    path.starts_with("/intake/")
}

/// Where whole films come in or go out.
fn moves_a_film(path: &str) -> bool {
    let exports = path.starts_with("/clips/") && path.ends_with("/export");
    is_intake(path) || exports || api::moves_a_film(path)
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
        return Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            say!("frame-nothing-done"),
            say!("frame-forms-only"),
        ));
    }
    let bytes = to_bytes(body, most).await.map_err(|_| {
        Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            say!("frame-nothing-done"),
            say!("frame-form-long"),
        )
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
