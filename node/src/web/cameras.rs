//! A camera that is added on the page: first a look at it, with what is to be covered in black, then it is saved.
//!
//! Between the two, what was typed and the picture stay in memory, for the browser that typed it and for some minutes; neither is
//! written anywhere, and the password does not go back to the page. Both steps are proven by the passphrase: who adds a
//! camera sends this home to an address, and who looks at one sees. Folders, programs and Frigate are added on the command line.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use data_encoding::BASE64;
use serde::Deserialize;
use streetlamp_proto::household::Household;
use tokio::time::Instant;
use zeroize::Zeroizing;

use super::App;
use super::form::Fields;
use super::frame::Frame;
use super::language::{Texts, refusal, say};
use super::problem::{Problem, rendered, status_of};
use super::proof::{self, Proven};
use crate::camera::onvif::EVERY;
use crate::camera::{Cover, CoverError, Duty};
use crate::control::answers::{CameraAdded, CameraSeen};
use crate::control::{self, CameraAdd, CameraSource, Request};
use crate::error::{Error, ErrorKind, Result};
use crate::secret::{Kept, Secret};

/// How long what was tried may be saved.
const HELD: Duration = Duration::from_secs(600);
/// Sealed bytes of a day, as on the command line.
const DAILY: u64 = 20_000_000_000;
/// Longest answer of a look, in bytes: a picture in Base64.
const PICTURE: usize = 16 * 1024 * 1024;

/// The form as it was sent.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Form {
    name: String,
    /// `onvif` or `rtsp`.
    way: String,
    address: String,
    user: String,
    password: String,
    /// One area a line.
    covers: String,
    sound: String,
    always: String,
}

/// The form, what is to be done with it, and the passphrase.
#[derive(Deserialize)]
pub(super) struct Asked {
    /// `look` or `save`.
    act: String,
    #[serde(flatten)]
    form: Form,
    #[serde(flatten)]
    proven: Proven,
}

/// What was looked at and is not saved: of one browser at a time.
#[derive(Default)]
pub(super) struct Tried(Mutex<Option<Look>>);

struct Look {
    session: Kept,
    at: Instant,
    form: Form,
    password: Secret,
    picture: Option<Zeroizing<Vec<u8>>>,
}

#[derive(Template)]
#[template(path = "cameras.html")]
struct Page {
    frame: Frame,
    wrong: Option<String>,
    added: Option<String>,
    form: Form,
    asks: bool,
    seen: Option<Seen>,
}

/// What was seen of the camera.
struct Seen {
    picture: bool,
}

impl fmt::Debug for Tried {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tried(…)")
    }
}

impl Tried {
    fn look(&self) -> MutexGuard<'_, Option<Look>> {
        let mut look = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if look.as_ref().is_some_and(|look| look.at.elapsed() > HELD) {
            *look = None;
        }
        look
    }
}

impl Form {
    /// What is asked of the node.
    fn add(&self, password: &Secret) -> Result<CameraAdd> {
        let url = Secret(self.address.trim().to_owned().into());
        let user = Some(self.user.trim().to_owned()).filter(|user| !user.is_empty());
        let password = user.as_ref().map(|_| password.clone());
        let always = self.always == "yes";
        let source = match self.way.as_str() {
            "rtsp" => CameraSource::Rtsp {
                url,
                user,
                password,
                allow_loopback: false,
                always,
            },
            _ => CameraSource::Onvif {
                url,
                user,
                password,
                profile: None,
                on: EVERY.to_vec(),
                allow_loopback: false,
                always,
            },
        };
        let covers = self.covers.lines().filter(|line| !line.trim().is_empty());
        let covers: std::result::Result<Vec<Cover>, CoverError> = covers.map(str::parse).collect();
        let odd = |_| Error::new(ErrorKind::Invalid, say!("cameras-odd-area"));
        Ok(CameraAdd {
            name: self.name.clone(),
            source,
            sound: self.sound == "yes",
            covers: covers.map_err(odd)?,
            duty: Duty::default(),
            daily: DAILY,
        })
    }
}

pub(super) async fn show(
    State(app): State<App>,
    Extension(session): Extension<Kept>,
) -> std::result::Result<Response, Problem> {
    Ok(rendered(&Page::of(&app, session, Form::default()).await?))
}

/// The picture that was looked at, for the browser that did.
pub(super) async fn picture(
    State(app): State<App>,
    Extension(session): Extension<Kept>,
) -> std::result::Result<Response, Problem> {
    let picture = {
        let look = app.tried.look();
        let own = look.as_ref().filter(|look| look.session == session);
        own.and_then(|look| look.picture.as_ref().map(|picture| picture.to_vec()))
    };
    let unknown = || Problem::not_found().under("../".to_owned());
    let picture = picture.ok_or_else(unknown)?;
    Ok(([(CONTENT_TYPE, "image/jpeg")], picture).into_response())
}

pub(super) async fn act(
    State(app): State<App>,
    Extension(session): Extension<Kept>,
    Fields(asked): Fields<Asked>,
) -> std::result::Result<Response, Problem> {
    let Asked {
        act,
        mut form,
        proven,
    } = asked;
    let typed = Secret(std::mem::take(&mut form.password).into());
    let done = async {
        proof::demand_unlocked(&app, session, proven).await?;
        match act.as_str() {
            "save" => save(&app, session).await,
            _ => look(&app, session, &form, typed).await.map(|()| None),
        }
    };
    match Box::pin(done).await {
        Ok(added) => {
            let form = match added {
                Some(_) => Form::default(),
                None => form,
            };
            let mut page = Page::of(&app, session, form).await?;
            page.added = added.map(|camera| say!("cameras-added", camera = camera));
            Ok(rendered(&page))
        }
        Err(error) => {
            let mut page = Page::of(&app, session, form).await?;
            page.wrong = Some(refusal(&error));
            Ok((status_of(error.kind()), rendered(&page)).into_response())
        }
    }
}

/// Looks at what was typed; nothing of it is kept but in memory.
async fn look(app: &App, session: Kept, form: &Form, password: Secret) -> Result<()> {
    *app.tried.look() = None;
    let request = Request::CameraTry(Box::new(form.add(&password)?));
    let answer = Box::pin(control::answer(&app.handle, request)).await?;
    let odd = || Error::new(ErrorKind::Internal, "the picture is none");
    let seen: CameraSeen = serde_json::from_slice(&answer).map_err(|_| odd())?;
    let encoded = seen.picture.filter(|picture| picture.0.len() <= PICTURE);
    let picture = encoded.map(|picture| BASE64.decode(picture.0.as_bytes()));
    let picture = picture.transpose().map_err(|_| odd())?;
    *app.tried.look() = Some(Look {
        session,
        at: Instant::now(),
        form: form.clone(),
        password,
        picture: picture.map(Zeroizing::new),
    });
    Ok(())
}

/// Saves what was looked at last; gives the camera's name.
async fn save(app: &App, session: Kept) -> Result<Option<String>> {
    let tried = {
        let mut look = app.tried.look();
        look.take_if(|look| look.session == session)
    };
    let tried = tried.ok_or_else(|| {
        let words = say!("cameras-look-first");
        Error::new(ErrorKind::Conflict, words)
    })?;
    let request = Request::CameraAdd(Box::new(tried.form.add(&tried.password)?));
    let answer = Box::pin(control::answer(&app.handle, request)).await?;
    let added: std::result::Result<CameraAdded, _> = serde_json::from_slice(&answer);
    let odd = |e| Error::new(ErrorKind::Internal, "the camera has no name").because(e);
    Ok(Some(added.map_err(odd)?.camera))
}

impl Page {
    async fn of(app: &App, session: Kept, form: Form) -> Result<Self> {
        let status = app.look(Household::status).await?;
        let seen = {
            let look = app.tried.look();
            let own = look.as_ref().filter(|look| look.session == session);
            own.map(|look| {
                let picture = look.picture.is_some();
                (look.form.clone(), Seen { picture })
            })
        };
        let (form, seen) = match seen {
            Some((form, seen)) => (form, Some(seen)),
            None => (form, None),
        };
        Ok(Self {
            frame: Frame::of(&status, app.handle.disk(), "clips"),
            wrong: None,
            added: None,
            form,
            asks: !proof::is_fresh(app, session),
            seen,
        })
    }
}
