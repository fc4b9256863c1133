//! What Frigate says: that something happened (MQTT), what happened lately, and its films (HTTP).
//!
//! Frigate's names are its own: see `docs/integrations/mqtt.md` and `frigate/api/review.py` in its source. Of a review five fields
//! are read. Faces, number plates and zones stand beside them and are passed over by the decoder, so that they are in no
//! type, no log and no database here. What is said over MQTT is a nudge only: which reviews there are is asked of Frigate
//! itself, so that a flood of messages, or one that was missed, changes nothing.

use std::net::SocketAddr;
use std::time::Duration;

use hyper::body::Bytes;
use hyper::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue, SET_COOKIE};
use hyper::{Method, StatusCode};
use serde::{Deserialize, Serialize};
use streetlamp_proto::time::Timestamp;
use url::Url;
use zeroize::Zeroizing;

use crate::address::{Login, Place};
use crate::error::{Error, ErrorKind, Result};
use crate::https::{self, Call, Reply};
use crate::mqtt::Broker;
use crate::secret::Secret;

/// Where Frigate tells of reviews, with its usual prefix.
pub const REVIEWS: &str = "frigate/reviews";
/// Port of Frigate's own HTTP, when the address has none. Under TLS that is the web's.
const PORT: u16 = 5000;
/// Most bytes of a list of reviews.
const LIST: usize = 2 * 1024 * 1024;
/// Most reviews of a list. Frigate gives the newest.
const MOST: u32 = 200;
/// Longest id of a review, name of a camera, and token of a session.
const ID: usize = 64;
const TOKEN: usize = 8 * 1024;
/// The cookie in which a session is given.
const COOKIE: &str = "frigate_token=";
/// A film's part of a review, at most: at 16 Mbit/s it is as much as is held in memory.
const PIECE: Duration = Duration::from_secs(120);
/// The longest review. What goes on longer is a car that was parked.
const LONGEST: Duration = Duration::from_secs(3600);
/// What is wanted before a review began, and after it ended: it begins when Frigate was sure.
const BEFORE: Duration = Duration::from_secs(5);
const AFTER: Duration = Duration::from_secs(2);

/// What the household said about a Frigate.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Frigate {
    /// Its address.
    pub place: Place,
    /// Who may ask it, if it asks who that is.
    pub login: Option<Login>,
    /// The broker that it speaks to.
    pub broker: Broker,
    /// The camera, as Frigate calls it; every one if there is no name.
    pub camera: Option<String>,
    /// Whether films of what it calls a detection are taken, too, and not of alerts only.
    pub detections: bool,
    /// Since when films are taken.
    pub since_ms: u64,
}

/// What Frigate calls a review: something that happened before one camera.
#[derive(Debug, Clone, Deserialize)]
pub struct Review {
    /// Its id.
    pub id: String,
    /// The camera.
    pub camera: String,
    start_time: f64,
    end_time: Option<f64>,
    severity: String,
}

/// A film of a review, or a part of it if it is long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Names it among those of this Frigate.
    pub name: String,
    /// The camera, as Frigate calls it.
    pub camera: String,
    /// When it begins.
    pub begins: Timestamp,
    /// When it ends.
    pub ends: Timestamp,
}

/// What a message says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Nudge {
    /// Whether a review is over, so that there will be a film of it.
    pub over: bool,
    /// Whether a review began, and somebody is seen in it.
    pub somebody: bool,
}

/// What is read of a message.
#[derive(Debug, Deserialize)]
struct Told {
    #[serde(rename = "type")]
    what: String,
    after: Review,
}

/// What else is read of one that begins: what is seen, by kind.
#[derive(Debug, Deserialize)]
struct Seen {
    after: SeenReview,
}

#[derive(Debug, Deserialize)]
struct SeenReview {
    data: SeenData,
}

#[derive(Debug, Deserialize)]
struct SeenData {
    #[serde(default)]
    objects: Vec<String>,
}

impl Frigate {
    /// Whether a camera has such a name in Frigate.
    pub fn is_name(name: &str) -> bool {
        !name.is_empty()
            && name.len() <= ID
            && name
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
    }

    /// What a message says, if it is about a camera that films are taken from.
    pub fn heard(&self, payload: &[u8]) -> Option<Nudge> {
        let told: Told = serde_json::from_slice(payload).ok()?;
        if !self.wants(&told.after) {
            return None;
        }
        let begins = told.what == "new";
        let seen = begins.then(|| serde_json::from_slice::<Seen>(payload).ok());
        let somebody = seen.flatten().is_some_and(|seen| {
            let objects = seen.after.data.objects;
            // One whom it recognized is `person-verified`, still without a name.
            objects.iter().any(|object| object.starts_with("person"))
        });
        let over = told.what == "end";
        Some(Nudge { over, somebody })
    }

    fn wants(&self, review: &Review) -> bool {
        let well_formed = Self::is_name(&review.camera)
            && !review.id.is_empty()
            && review.id.len() <= ID
            && review
                .id
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'));
        let of_camera = self
            .camera
            .as_ref()
            .is_none_or(|camera| *camera == review.camera);
        well_formed && of_camera && (self.detections || review.severity == "alert")
    }

    /// The films that a list of reviews speaks of, oldest first.
    ///
    /// # Errors
    /// [`ErrorKind::Unavailable`] if it is no such list.
    pub fn listed(&self, json: &[u8]) -> Result<Vec<Piece>> {
        let reviews: Vec<Review> = serde_json::from_slice(json).map_err(|_| odd())?;
        let wanted = reviews.into_iter().filter(|review| self.wants(review));
        let mut pieces: Vec<_> = wanted.flat_map(pieces).collect();
        pieces.sort_by(|a, b| (a.begins, &a.name).cmp(&(b.begins, &b.name)));
        Ok(pieces)
    }

    /// Connects, and signs in if there is a login.
    ///
    /// # Errors
    /// [`ErrorKind::Unavailable`] if it does not answer, [`ErrorKind::Denied`] if it refuses the login.
    pub async fn open(&self) -> Result<Open<'_>> {
        let url = self.place.url()?;
        let usual = match url.scheme() {
            "https" => https::PORT,
            _ => PORT,
        };
        let mut open = Open {
            frigate: self,
            url,
            address: self.place.address(usual).await?,
            token: None,
        };
        if let Some(login) = &self.login {
            open.token = Some(open.sign_in(login).await?);
        }
        Ok(open)
    }
}

/// A Frigate whose address was judged, and that knows us.
#[derive(Debug)]
pub struct Open<'a> {
    frigate: &'a Frigate,
    url: Url,
    address: SocketAddr,
    token: Option<Secret>,
}

/// How a login is sent.
#[derive(Serialize)]
struct SignIn<'a> {
    user: &'a str,
    password: &'a str,
}

impl Open<'_> {
    async fn sign_in(&self, login: &Login) -> Result<Secret> {
        let sign_in = SignIn {
            user: &login.user,
            password: &login.password.0,
        };
        let json = serde_json::to_vec(&sign_in).map_err(|e| odd().because(e))?;
        let reply = self.ask(Method::POST, "/api/login", json).await?;
        let cookies = reply.headers.get_all(SET_COOKIE);
        let token = cookies.iter().find_map(|cookie| {
            let cookie = cookie.to_str().ok()?.strip_prefix(COOKIE)?;
            cookie.split(';').next().map(str::to_owned)
        });
        token
            .filter(|token| reply.status.is_success() && token.len() <= TOKEN)
            .map(|token| Secret(Zeroizing::new(token)))
            .ok_or_else(refused)
    }

    /// The films of what happened since then.
    ///
    /// # Errors
    /// [`ErrorKind::Unavailable`] if it does not answer as Frigate does.
    pub async fn pieces(&self, since: Timestamp) -> Result<Vec<Piece>> {
        let since = since.as_ms() / 1_000;
        let path = format!("/api/review?after={since}&reviewed=1&limit={MOST}");
        let reply = self.ask(Method::GET, &path, Vec::new()).await?;
        match reply.status {
            StatusCode::OK => self.frigate.listed(&reply.whole(LIST).await?),
            status => Err(not_as_frigate(status)),
        }
    }

    /// The film of a piece as it comes, in fragments and of a length that nobody knows; nothing if there is none, or none yet.
    ///
    /// # Errors
    /// [`ErrorKind::Unavailable`] if it does not answer, [`ErrorKind::Denied`] if it does not know us any more.
    pub async fn film(&self, piece: &Piece) -> Result<Option<Reply>> {
        let seconds = |at: Timestamp| format!("{}.{:03}", at.as_ms() / 1_000, at.as_ms() % 1_000);
        let path = format!(
            "/api/{}/start/{}/end/{}/clip.mp4",
            piece.camera,
            seconds(piece.begins),
            seconds(piece.ends)
        );
        let reply = self.ask(Method::GET, &path, Vec::new()).await?;
        match reply.status {
            StatusCode::OK => Ok(Some(reply)),
            status @ (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) => {
                Err(not_as_frigate(status))
            }
            _ => Ok(None),
        }
    }

    async fn ask(&self, method: Method, path: &str, body: Vec<u8>) -> Result<Reply> {
        // What stands in front of it, such as another server's folder, stays.
        let base = self.url.as_str().trim_end_matches('/');
        let url = Url::parse(&format!("{base}{path}")).map_err(|e| odd().because(e))?;
        let mut headers = vec![(ACCEPT, HeaderValue::from_static("*/*"))];
        if !body.is_empty() {
            headers.push((CONTENT_TYPE, HeaderValue::from_static("application/json")));
        }
        if let Some(token) = &self.token {
            let bearer = Zeroizing::new(format!("Bearer {}", *token.0));
            let mut bearer = HeaderValue::try_from(bearer.as_str()).map_err(|_| refused())?;
            bearer.set_sensitive(true);
            headers.push((AUTHORIZATION, bearer));
        }
        let call = Call {
            method,
            url: &url,
            address: self.address,
            headers,
            body: Bytes::from(body),
        };
        call.send()
            .await
            .map_err(|e| Error::new(ErrorKind::Unavailable, "Frigate does not answer").because(e))
    }
}

/// The films of a review that is over.
fn pieces(review: Review) -> impl Iterator<Item = Piece> {
    let at = |seconds: f64| {
        let span = Duration::try_from_secs_f64(seconds).ok()?;
        u64::try_from(span.as_millis()).ok().map(Timestamp::from_ms)
    };
    let range = review.end_time.and_then(|end| {
        let begins = at(review.start_time)?.before(BEFORE);
        let ends = at(end)?.after(AFTER);
        Some((begins, ends.min(begins.after(LONGEST))))
    });
    let (mut begins, ends) = range.unwrap_or((Timestamp::from_ms(0), Timestamp::from_ms(0)));
    std::iter::from_fn(move || {
        (begins < ends).then(|| {
            let to = begins.after(PIECE).min(ends);
            std::mem::replace(&mut begins, to)..to
        })
    })
    .enumerate()
    .map(move |(number, range)| Piece {
        name: format!("{}/{number}", review.id),
        camera: review.camera.clone(),
        begins: range.start,
        ends: range.end,
    })
}

fn odd() -> Error {
    let message = "what answers there is not Frigate: check the address";
    Error::new(ErrorKind::Unavailable, message)
}

fn refused() -> Error {
    let message = "Frigate refuses the name or the password";
    Error::new(ErrorKind::Denied, message)
}

fn not_as_frigate(status: StatusCode) -> Error {
    match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
            let message = "Frigate wants a name and a password: add the camera with '--user'";
            Error::new(ErrorKind::Denied, message)
        }
        _ => odd(),
    }
}

#[cfg(any(test, fuzzing))]
mod fuzz;
#[cfg(any(test, fuzzing))]
pub use fuzz::review_or_nothing;

#[cfg(test)]
mod tests;
