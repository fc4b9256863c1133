//! The page of a home node: the street, the neighbours, the clips, the lock.
//!
//! Server-drawn pages that work without a script, a font or an internet connection; a small module keeps them fresh.
//! It is reached on this machine, where it is plain HTTP, which must not leave it; and, if the resident wants that, from
//! the house's network through a door of its own (`lan`), or through another program of this machine that encrypts
//! (`behind`). The node is seen through [`NodeHandle`] alone.
//!
//! `first_use` makes the home, before there is a node.
//!
//! `language` holds every text, `gate` stands before everything, `compress` before that, `routes` names every address, `alerts`, `street`, `saying`, `neighbours`, `clips`, `ledger`,
//! `publishers`, `health`, `settings`, `notifications`, `house`, `modes`, `lock`, `sign_in`, `live` and `assets` answer; `api` does the same for programs; `proof` asks for the passphrase again before what cannot
//! be undone; `intake` takes films from cameras. Left out: names and texts are shown as text, so there is no markup in
//! them, and there is no way to reach the page from the internet.

mod alerts;
mod api;
mod assets;
mod behind;
mod bulletins;
mod cameras;
mod clips;
mod compress;
mod door;
mod draft;
mod feed;
mod first_use;
mod form;
mod frame;
mod gate;
mod health;
mod house;
mod intake;
mod lan;
mod language;
mod ledger;
mod live;
mod lock;
mod map;
mod modes;
mod neighbours;
mod notifications;
mod problem;
mod proof;
mod publishers;
mod routes;
mod saying;
mod sessions;
mod settings;
mod sign_in;
mod site;
mod street;
mod stretch;
mod throttle;
mod ways;
mod words;

use std::future::{Future, IntoFuture};
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::FromRef;
use serde::de::DeserializeOwned;
use streetlamp_proto::household::Household;
use streetlamp_proto::time::Timestamp;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::control::{self, Request};
use crate::entropy::Entropy;
use crate::error::{Error, ErrorKind, Result};
use crate::node::NodeHandle;
use behind::Behind;
use gate::Gate;
use language::Language;
use site::Site;

/// Where the page is, unless another program is there already.
const USUAL_PORT: u16 = 8420;
/// How long answers that are under way may take when the node stops.
const FAREWELL: Duration = Duration::from_secs(5);

/// What the handlers share.
#[derive(Debug, Clone)]
struct App {
    gate: Arc<Gate>,
    handle: NodeHandle,
    under_way: Arc<clips::UnderWay>,
    tried: Arc<cameras::Tried>,
}

/// A page that has its port and is not served yet.
#[derive(Debug)]
pub struct Web {
    listener: std::net::TcpListener,
    gate: Arc<Gate>,
    behind: Option<Behind>,
}

impl App {
    /// Looks at the engine's state. The texts of what is seen are made there, in the language of the page.
    ///
    /// # Errors
    /// If the node has stopped.
    async fn look<T: Send + 'static>(
        &self,
        look: impl FnOnce(&Household, Timestamp) -> T + Send + 'static,
    ) -> Result<T> {
        let language = Language::spoken();
        let look = move |household: &Household, now| language.speak_there(|| look(household, now));
        self.handle.read(look).await
    }

    /// Has a command done as the command line has it done: there is one place that judges what was typed.
    ///
    /// # Errors
    /// If it is refused or fails.
    async fn ask<T: DeserializeOwned>(&self, request: Request) -> Result<T> {
        let json = Box::pin(control::answer(&self.handle, request)).await?;
        serde_json::from_slice(&json).map_err(|e| {
            Error::new(ErrorKind::Internal, "the node answered something else").because(e)
        })
    }
}

impl FromRef<App> for Arc<Gate> {
    fn from_ref(app: &App) -> Self {
        Self::clone(&app.gate)
    }
}

/// Lets browsers in to a page that is being served, and out. Cheap to clone.
#[derive(Debug, Clone)]
pub struct WebLinks {
    gate: Arc<Gate>,
}

impl Web {
    /// Takes the port: `addr`, or without one the usual port or, if another program has it, any free one.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] for an address that other machines reach, [`ErrorKind::Conflict`] if `addr` is in use.
    pub async fn bind(addr: Option<SocketAddr>, entropy: &Entropy) -> Result<Self> {
        let listener = match addr {
            Some(addr) if !addr.ip().is_loopback() => {
                let words = format!(
                    "the page cannot be at {addr}: its connection is not encrypted, so it must not leave this machine \
                     (choose an address such as 127.0.0.1:{USUAL_PORT})"
                );
                return Err(Error::new(ErrorKind::Invalid, words));
            }
            Some(addr) => TcpListener::bind(addr)
                .await
                .map_err(|error| not_bound(addr, error))?,
            None => {
                let usual = SocketAddr::from((Ipv4Addr::LOCALHOST, USUAL_PORT));
                match TcpListener::bind(usual).await {
                    Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
                        let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
                        TcpListener::bind(any)
                            .await
                            .map_err(|error| not_bound(any, error))?
                    }
                    bound => bound.map_err(|error| not_bound(usual, error))?,
                }
            }
        };
        let address = listener
            .local_addr()
            .map_err(|e| Error::io("cannot tell where the page listens", e))?;
        let listener = listener.into_std();
        Ok(Self {
            listener: listener.map_err(|e| Error::io("the page lost its port", e))?,
            gate: Arc::new(Gate::new(Site::at(address), entropy)?),
            behind: None,
        })
    }

    /// Serves the page at `at` as well, to the one program that shows it further, once there is a home.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] if either is no address of this machine's own networks; if `at` is in use.
    pub async fn behind(self, at: SocketAddr, proxy: IpAddr) -> Result<Self> {
        let behind = Some(Behind::bind(at, proxy).await?);
        Ok(Self { behind, ..self })
    }

    /// Where the page is, such as `http://127.0.0.1:8420`.
    pub fn url(&self) -> String {
        self.gate.site.url()
    }

    /// A new link that signs one browser in, once, within 15 minutes.
    pub fn sign_in_link(&self) -> String {
        self.gate.sign_in_link()
    }

    /// Makes further links while the page is served.
    pub fn links(&self) -> WebLinks {
        WebLinks {
            gate: Arc::clone(&self.gate),
        }
    }

    /// Serves the pages of first use until there is a home in `dir`, or until `shutdown`. Whoever serves the page
    /// afterwards takes over port and sessions.
    ///
    /// # Errors
    /// If the listener fails.
    pub async fn first_use(
        &self,
        dir: &Path,
        entropy: Entropy,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> Result<()> {
        let (pages, made) = first_use::pages(Arc::clone(&self.gate), dir.to_owned(), entropy)?;
        let listener = self.listener.try_clone();
        let listener = listener.map_err(|e| Error::io("the page lost its port", e))?;
        serve_until(listener, pages, async move {
            tokio::select! {
                () = made => {}
                () = shutdown => {}
            }
        })
        .await
    }

    /// Serves the page until `shutdown`; answers under way get a few seconds more.
    ///
    /// # Errors
    /// If the listener fails.
    pub async fn serve(
        self,
        handle: NodeHandle,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> Result<()> {
        let closing = self.gate.closing.clone();
        let app = routes::app(App {
            gate: Arc::clone(&self.gate),
            handle: handle.clone(),
            under_way: Arc::default(),
            tried: Arc::default(),
        });
        let door = lan::keep(self.gate, handle, app.clone(), closing.clone());
        let behind = self.behind;
        let (pages, end) = (app.clone(), closing.clone());
        let behind = async move {
            match behind {
                Some(behind) => behind.serve(pages, end).await,
                None => Ok(()),
            }
        };
        let here = async {
            let stop = closing.clone();
            let served = serve_until(self.listener, app, async move {
                shutdown.await;
                stop.cancel();
            });
            let served = served.await;
            closing.cancel();
            served
        };
        let (served, behind, ()) = tokio::join!(here, behind, door);
        served.and(behind)
    }
}

/// Serves these pages until `end` is ready; answers under way get a few seconds more.
async fn serve_until(
    listener: std::net::TcpListener,
    pages: Router,
    end: impl Future<Output = ()> + Send + 'static,
) -> Result<()> {
    let listener = TcpListener::from_std(listener);
    let listener = listener.map_err(|e| Error::io("the page lost its port", e))?;
    let ending = CancellationToken::new();
    let ended = ending.clone();
    let serving = axum::serve(listener, pages).with_graceful_shutdown(async move {
        end.await;
        ending.cancel();
    });
    let given_up = async {
        ended.cancelled().await;
        tokio::time::sleep(FAREWELL).await;
    };
    tokio::select! {
        served = serving.into_future() => served.map_err(|e| Error::io("the page stopped", e)),
        () = given_up => Ok(()),
    }
}

impl WebLinks {
    /// A new link that signs one browser in, once, within 15 minutes.
    pub fn new_sign_in_link(&self) -> String {
        self.gate.sign_in_link()
    }

    /// Where the page is.
    pub fn url(&self) -> String {
        self.gate.site.url()
    }

    /// Signs every browser out, and ends the links that wait.
    pub fn sign_everybody_out(&self) {
        self.gate.sessions.end_all();
        self.gate.links.end_all();
    }
}

fn not_bound(addr: SocketAddr, error: io::Error) -> Error {
    let port = addr.port();
    if error.kind() == io::ErrorKind::AddrInUse {
        let words = format!(
            "port {port} is in use: stop the program that has it, or choose another port for the page"
        );
        return Error::new(ErrorKind::Conflict, words).because(error);
    }
    Error::io(format_args!("the page cannot listen at {addr}"), error)
}

#[cfg(test)]
mod tests;
