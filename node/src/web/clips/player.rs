//! Films on the page: a frame of no origin that can do nothing but play, and the address from which it does.
//!
//! A granted film is a neighbour's file, and whatever decodes it may have faults. So the player is a document in a
//! sandbox: it has no origin, no cookie, no script and no way out of its frame. For the same reason its requests bear no
//! session; what opens a film is an address of 128 random bits, drawn each time the frame is drawn. It ends with the
//! session and with the home's being unlocked, and the film is opened on the way, chunk by chunk, as the player jumps.
//!
//! Within the page of another program (see `behind`) the document keeps the origin of that page: Home Assistant passes on
//! what bears its own cookie, and a frame of no origin bears none. It can do no more there than elsewhere.

use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use askama::Template;
use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::header::{
    ACCEPT_RANGES, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderMap,
    HeaderName, HeaderValue, RANGE,
};
use axum::http::{Response, StatusCode};
use axum::response::IntoResponse;
use futures::stream;
use http_range_header::{RangeUnsatisfiableError, parse_range_header};
use streetlamp_proto::clip::ClipId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use crate::error::Result;
use crate::node::Watched;
use crate::secret::{Kept, well_formed};
use crate::web::App;
use crate::web::door::Door;
use crate::web::gate::under;
use crate::web::language::{Texts, say};
use crate::web::problem::{Problem, rendered};

/// Films that are open at the same time; a further one closes the one that was watched longest ago.
const FILMS: usize = 16;
/// A film that nobody asked for in this time is closed.
const IDLE: Duration = Duration::from_secs(30 * 60);
/// Answers under way. A browser has one or two for each player.
const ANSWERS: usize = 48;

/// A film that a browser has open.
#[derive(Debug)]
struct Screening {
    session: Kept,
    film: Arc<Watched>,
    /// Where the frame that was drawn last finds it.
    address: Option<Kept>,
    used: Instant,
}

/// Every film that is open on the page.
#[derive(Debug)]
pub(super) struct Screenings {
    open: Mutex<Vec<Screening>>,
    answers: Arc<Semaphore>,
}

impl Default for Screenings {
    fn default() -> Self {
        Self {
            open: Mutex::default(),
            answers: Arc::new(Semaphore::new(ANSWERS)),
        }
    }
}

impl Screenings {
    /// A browser opened a film.
    pub(super) fn begin(&self, session: Kept, film: Watched, now: Instant) {
        let mut open = self.swept(now);
        open.retain(|s| (s.session, s.film.clip()) != (session, film.clip()));
        if open.len() >= FILMS {
            open.sort_by_key(|screening| screening.used);
            open.remove(0);
        }
        open.push(Screening {
            session,
            film: Arc::new(film),
            address: None,
            used: now,
        });
    }

    /// The film of a clip, if this browser has it open.
    pub(super) fn of(&self, session: Kept, clip: ClipId, now: Instant) -> Option<Arc<Watched>> {
        let open = self.swept(now);
        let mut open = open.iter();
        open.find(|s| (s.session, s.film.clip()) == (session, clip))
            .map(|s| Arc::clone(&s.film))
    }

    /// Closes the film of a clip in every browser.
    pub(super) fn end(&self, clip: ClipId) {
        self.locked().retain(|s| s.film.clip() != clip);
    }

    /// Gives an open film a new address; the one before ends. Whether it is open.
    fn move_to(&self, session: Kept, clip: ClipId, address: Kept, now: Instant) -> bool {
        let mut open = self.swept(now);
        let mut open = open.iter_mut();
        open.find(|s| (s.session, s.film.clip()) == (session, clip))
            .map(|s| (s.address, s.used) = (Some(address), now))
            .is_some()
    }

    /// The film at this address, and in whose session it is open.
    fn at(&self, address: Kept, now: Instant) -> Option<(Kept, Arc<Watched>)> {
        let mut open = self.swept(now);
        let screening = open.iter_mut().find(|s| s.address == Some(address))?;
        screening.used = now;
        Some((screening.session, Arc::clone(&screening.film)))
    }

    fn swept(&self, now: Instant) -> MutexGuard<'_, Vec<Screening>> {
        let mut open = self.locked();
        open.retain(|s| s.film.is_open() && now.duration_since(s.used) < IDLE);
        open
    }

    fn locked(&self) -> MutexGuard<'_, Vec<Screening>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Template)]
#[template(path = "player.html")]
struct Player {
    film: String,
    nonce: String,
}

/// The document inside the frame.
pub(in crate::web) async fn frame(
    State(app): State<App>,
    Extension(session): Extension<Kept>,
    door: Option<Extension<Door>>,
    Path(clip): Path<String>,
) -> std::result::Result<axum::response::Response, Problem> {
    let not_open = || Problem::not_found().under("../../".to_owned());
    let clip: ClipId = clip.parse().map_err(|_| not_open())?;
    let (film, address) = app.gate.draw();
    let (nonce, _) = app.gate.draw();
    let screenings = &app.under_way.screenings;
    if !screenings.move_to(session, clip, address, Instant::now()) {
        return Err(not_open());
    }
    let sandbox = match under(door.as_deref()) {
        Some(_) => "sandbox allow-same-origin",
        None => "sandbox",
    };
    let policy = format!(
        "default-src 'none'; media-src 'self'; style-src 'nonce-{nonce}'; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'self'; {sandbox}"
    );
    let policy = HeaderValue::from_str(&policy).map_err(|_| not_open())?;
    let page = rendered(&Player { film, nonce });
    Ok(([(CONTENT_SECURITY_POLICY, policy)], page).into_response())
}

/// Headers of a film. Its document has no origin, so that it is of another one than the page.
const FILM: [(HeaderName, &str); 4] = [
    (CONTENT_TYPE, "video/mp4"),
    (ACCEPT_RANGES, "bytes"),
    (CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "cross-origin",
    ),
];

/// A film, or the part of it that a player asks for.
pub(in crate::web) async fn film(
    State(app): State<App>,
    Path(address): Path<String>,
    headers: HeaderMap,
) -> axum::response::Response {
    let (screenings, now) = (&app.under_way.screenings, Instant::now());
    let shown = well_formed(&address).then(|| screenings.at(Kept::of(&address), now));
    let shown = shown.flatten();
    let shown = shown.filter(|(session, _)| app.gate.sessions.is_alive(*session, now));
    let Some((_, film)) = shown else {
        return Problem::not_found().under("../".to_owned()).into_response();
    };
    let Ok(place) = Arc::clone(&screenings.answers).try_acquire_owned() else {
        let words = say!("clips-too-many-films");
        return Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            say!("frame-too-much"),
            words,
        )
        .under("../".to_owned())
        .into_response();
    };
    match asked(&headers, film.len()) {
        Asked::Whole => answer(StatusCode::OK, 0..film.len(), film, place),
        Asked::Part(part) => answer(StatusCode::PARTIAL_CONTENT, part, film, place),
        Asked::Beyond => {
            let len = film.len();
            let range = [(CONTENT_RANGE, format!("bytes */{len}"))];
            (StatusCode::RANGE_NOT_SATISFIABLE, range).into_response()
        }
    }
}

/// What a player wants.
#[derive(Debug, PartialEq, Eq)]
enum Asked {
    Whole,
    Part(Range<u64>),
    /// Nothing that there is.
    Beyond,
}

/// One range is answered. Whoever asks for several, or in another way, gets all (RFC 9110, section 14.2).
fn asked(headers: &HeaderMap, len: u64) -> Asked {
    let Some(range) = headers.get(RANGE).and_then(|range| range.to_str().ok()) else {
        return Asked::Whole;
    };
    match parse_range_header(range).and_then(|range| range.validate(len)) {
        Ok(ranges) => match ranges.as_slice() {
            [one] => Asked::Part(*one.start()..one.end().saturating_add(1)),
            _ => Asked::Whole,
        },
        Err(RangeUnsatisfiableError::Unsatisfiable) => Asked::Beyond,
        Err(_) => Asked::Whole,
    }
}

/// What is left of an answer.
struct Rest {
    film: Arc<Watched>,
    range: Range<u64>,
    _place: OwnedSemaphorePermit,
}

fn answer(
    status: StatusCode,
    range: Range<u64>,
    film: Arc<Watched>,
    place: OwnedSemaphorePermit,
) -> axum::response::Response {
    let mut response = Response::builder()
        .status(status)
        .header(CONTENT_LENGTH, range.end - range.start);
    if status == StatusCode::PARTIAL_CONTENT {
        let (first, last, len) = (range.start, range.end - 1, film.len());
        response = response.header(CONTENT_RANGE, format!("bytes {first}-{last}/{len}"));
    }
    for (name, value) in FILM {
        response = response.header(name, value);
    }
    let rest = Rest {
        film,
        range,
        _place: place,
    };
    let body = Body::from_stream(stream::try_unfold(rest, next));
    match response.body(body) {
        Ok(response) => response,
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// The next bytes. A player that stops reading holds nothing but these.
async fn next(mut rest: Rest) -> Result<Option<(Bytes, Rest)>> {
    let part = Bytes::from_owner(rest.film.part(rest.range.clone())?);
    if part.is_empty() {
        return Ok(None);
    }
    rest.range.start += u64::try_from(part.len()).unwrap_or(u64::MAX);
    Ok(Some((part, rest)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_player_gets_the_part_that_it_asks_for_and_everything_if_it_asks_oddly() {
        let cases = [
            ("bytes=0-", Asked::Part(0..1_000)),
            ("bytes=0-0", Asked::Part(0..1)),
            ("bytes=900-5000", Asked::Part(900..1_000)),
            ("bytes=-100", Asked::Part(900..1_000)),
            ("bytes=-5000", Asked::Part(0..1_000)),
            ("bytes=1000-", Asked::Beyond),
            ("bytes=-0", Asked::Beyond),
            ("bytes=0-1,5-9", Asked::Whole),
            ("bytes=9-1", Asked::Whole),
            ("bytes=18446744073709551615-", Asked::Beyond),
            ("pages=1-2", Asked::Whole),
            ("", Asked::Whole),
        ];
        for (range, expected) in cases {
            let headers = HeaderMap::from_iter([(RANGE, HeaderValue::from_static(range))]);
            assert_eq!(asked(&headers, 1_000), expected, "{range}");
        }
        assert_eq!(asked(&HeaderMap::new(), 1_000), Asked::Whole);
    }
}
