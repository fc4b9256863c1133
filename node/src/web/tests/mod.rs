//! The page as browsers, residents and hostile web sites meet it. No socket is opened where none is asked about.
//!
//! In files by subject: what reaches the page, who is let in, what residents see. Here is what they share: a gate
//! without a node, a node of a fresh home with its page, and a browser that is one function.

mod api;
mod behind;
mod bulletins;
mod cameras;
mod clips;
mod feed;
mod foreign;
mod metrics;
mod neighbours;
mod pages;
mod reach;
mod saying;
mod signing_in;
mod telling;

use std::io::Cursor;
use std::net::SocketAddr;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Method, Request};
use axum::response::Response;
use axum::routing::get;
use streetlamp_proto::alert::{Kind, Text, Urgency};
use streetlamp_proto::household::{Answer, Command, Draft, Household};
use streetlamp_proto::time::Timestamp;
use tempfile::TempDir;
use tower::ServiceExt;
use zeroize::Zeroizing;

use super::routes::{app, guarded};
use super::*;
use crate::clock::Clock;
use crate::disk::Disk;
use crate::domains::Domains;
use crate::home::{Home, NewHome};
use crate::mesh::{Reach, Transport};
use crate::node::{Core, Page, Parts};
use crate::store::Store;

const HOST: &str = "127.0.0.1:8420";
const ORIGIN: &str = "http://127.0.0.1:8420";
pub(super) const FORM: &str = "application/x-www-form-urlencoded";
pub(super) const PASSPHRASE: &str = "correct horse";
const PORCH: &[u8] = include_bytes!("../../camera/film/fixtures/porch.mp4");

pub(super) fn gate() -> Arc<Gate> {
    let address: SocketAddr = HOST.parse().unwrap();
    Arc::new(Gate::new(Site::at(address), &Entropy::Repeatable(1)).unwrap())
}

/// A router of one page and one form behind the gate, for rules that need no node.
fn bare() -> (Arc<Gate>, Router) {
    let gate = gate();
    let router = Router::new()
        .route(
            "/page",
            get(|| async { "page" }).post(|body: String| async move { body }),
        )
        .route(
            "/sign-in",
            get(|| async { "sign-in" }).post(|| async { "done" }),
        );
    (Arc::clone(&gate), guarded(router, gate))
}

/// A node of a fresh home, with its page.
pub(super) struct Served {
    _dir: TempDir,
    pub(super) gate: Arc<Gate>,
    pub(super) handle: NodeHandle,
    pub(super) router: Router,
}

pub(super) async fn served() -> Served {
    served_as("Ada <b>& Ben</b>", 7).await
}

/// The same of a household with this name. Another seed is another household.
async fn served_as(name: &str, seed: u64) -> Served {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("home");
    let entropy = Entropy::Repeatable(seed);
    let new = NewHome {
        name: name.parse_line(),
        cell: None,
        passphrase: Some(Zeroizing::new(PASSPHRASE.to_owned())),
        recovery_sheet: None,
        now: Clock::System.now(),
    };
    Home::create(&path, new, &entropy).unwrap();
    let home = Home::open(&path).unwrap();
    let store = Store::open(&home.store_path()).unwrap();
    let parts = Parts {
        store,
        disk: Disk::boundless(),
        transport: Transport::Memory,
        listen: vec!["/memory/0".to_owned()],
        reach: Reach::plain(),
        clock: Clock::System,
        entropy,
        domains: Domains::silent(),
        witness: None,
    };
    let handle = Core::start(home, parts).await.unwrap().handle;
    let gate = gate();
    let pages = WebLinks {
        gate: Arc::clone(&gate),
    };
    let links = pages.clone();
    handle.has_page(Page::new(
        links.url(),
        move || links.new_sign_in_link(),
        move || pages.sign_everybody_out(),
    ));
    let router = app(App {
        gate: Arc::clone(&gate),
        handle: handle.clone(),
        under_way: Arc::default(),
        tried: Arc::default(),
    });
    Served {
        _dir: dir,
        gate,
        handle,
        router,
    }
}

/// An alert that a home may post.
fn alert(title: &str) -> Command {
    Command::PostAlert(Draft {
        street: None,
        nearby: false,
        kind: Kind::Noise,
        urgency: Urgency::Info,
        place: None,
        title: title.parse_line(),
        text: Text::default(),
        happened: None,
        life: Duration::from_secs(3_600),
        clips: Vec::new(),
    })
}

trait ParseLine {
    fn parse_line<const N: usize>(&self) -> streetlamp_proto::text::Line<N>;
}

impl ParseLine for str {
    fn parse_line<const N: usize>(&self) -> streetlamp_proto::text::Line<N> {
        streetlamp_proto::text::Line::clean(self).unwrap()
    }
}

impl Served {
    /// What the resident's own browser gets, just signed in.
    async fn resident(&self, method: Method, path: &str, form: &str) -> Response {
        self.browser(&self.session(), method, path, form).await
    }

    /// A new session, as a browser's cookie.
    pub(super) fn session(&self) -> String {
        let cookie = self.gate.begin_session(&Default::default());
        cookie.split(';').next().unwrap().to_owned()
    }

    /// What a browser of this session gets.
    pub(super) async fn browser(
        &self,
        session: &str,
        method: Method,
        path: &str,
        form: &str,
    ) -> Response {
        browse(&self.router, session, method, path, form).await
    }

    /// Sends one of the page's forms.
    async fn form(&self, session: &str, path: &str, form: &str) -> Response {
        self.browser(session, Method::POST, path, form).await
    }

    /// Brings another home onto this one's street, without the page.
    async fn lets_in(&self, guest: &Self) {
        let invite = Command::Invite {
            street: None,
            life: Duration::from_secs(3_600),
        };
        let Answer::Ticket(ticket) = self.handle.command(invite).await.unwrap() else {
            panic!("no ticket")
        };
        guest.handle.command(Command::Join(ticket)).await.unwrap();
    }

    /// Waits until the engine's state is as `seen` wants it.
    async fn sees(&self, seen: impl Fn(&Household, Timestamp) -> bool + Send + Sync + 'static) {
        let seen = Arc::new(seen);
        let mut events = self.handle.events();
        loop {
            let looks = Arc::clone(&seen);
            if self.handle.read(move |h, now| looks(h, now)).await.unwrap() {
                return;
            }
            let event = tokio::time::timeout(Duration::from_secs(30), events.recv());
            event
                .await
                .expect("it is seen within half a minute")
                .unwrap();
        }
    }

    /// Takes a film in, as if a camera of this name had recorded it then.
    async fn records(&self, camera: &str, at: Option<Timestamp>) -> String {
        // The same film twice under repeatable keys would be the same clip.
        let mut film = PORCH.to_vec();
        let samples = film.windows(4).position(|four| four == b"mdat").unwrap() + 100;
        let many = self.handle.read(|household, _| household.clips().len());
        film[samples] = u8::try_from(many.await.unwrap()).unwrap();
        let film = Cursor::new(film);
        let added = self.handle.add_clip(film, camera.parse_line(), at);
        added.await.unwrap().clip.to_string()
    }

    async fn found_street(&self) {
        let command = Command::FoundStreet {
            name: "Lindenstraße".parse_line(),
            cell: "u33dc1".parse().unwrap(),
            urgent_per_hour: 6,
        };
        self.handle.command(command).await.unwrap();
    }
}

/// What a browser with this session's cookie gets.
pub(super) async fn browse(
    router: &Router,
    session: &str,
    method: Method,
    path: &str,
    form: &str,
) -> Response {
    let headers = [
        ("cookie", session),
        ("sec-fetch-site", "same-origin"),
        ("origin", "null"),
        ("content-type", FORM),
    ];
    send(router, method, path, &headers, form).await
}

pub(super) async fn send(
    router: &Router,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Response {
    let mut request = Request::builder().method(method).uri(path);
    if !headers.iter().any(|(name, _)| *name == "host") {
        request = request.header("host", HOST);
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    router
        .clone()
        .oneshot(request.body(Body::from(body.to_owned())).unwrap())
        .await
        .unwrap()
}

pub(super) async fn text(response: Response) -> String {
    String::from_utf8(
        to_bytes(response.into_body(), usize::MAX)
            .await
            .unwrap()
            .to_vec(),
    )
    .unwrap()
}
