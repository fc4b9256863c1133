//! A household of the demo: its directory, and its node at any time.

use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::time::Duration;

use streetlamp_proto::identity::Words;
use streetlamp_proto::text::{Line, Prose};
use streetlamp_proto::time::Timestamp;
use zeroize::Zeroizing;

use super::{CELL, PASSPHRASE};
use crate::clock::Clock;
use crate::disk::Disk;
use crate::domains::Domains;
use crate::entropy::Entropy;
use crate::error::{Error, ErrorKind, Result};
use crate::home::{FromWords, Home};
use crate::mesh::{Reach, Transport};
use crate::node::{Core, Node, Options, Parts, Running};
use crate::store::Store;

/// How long the households lived here when the demo begins.
const SINCE: Duration = Duration::from_secs(9 * 24 * 3_600);
/// Directories and names, the first founding the street.
const NAMES: [(&str, &str); 8] = [
    ("ada", "Ada, number 12"),
    ("ben", "Ben, number 14"),
    ("carla", "Carla & Tom, number 15"),
    ("dora", "Dora, number 20"),
    ("emil", "Emil, number 22"),
    ("farah", "Farah, number 23"),
    ("grete", "Grete, number 27"),
    ("hugo", "Hugo, number 30"),
];

/// A household whose home is built.
pub(super) struct Household {
    dir: PathBuf,
    /// Where its node listens, at all times: neighbours remember it.
    port: u16,
}

impl Household {
    pub(super) fn build(place: &Path, number: usize, now: Timestamp) -> Result<Self> {
        let faulty = || Error::new(ErrorKind::Internal, "the demo has no such household");
        let (dir, name) = NAMES.get(number).ok_or_else(faulty)?;
        let dir = place.join(dir);
        let new = FromWords {
            words: Words::generate(&mut Entropy::System.generator()?),
            name: line(name)?,
            cell: Some(CELL.parse().map_err(|e| faulty().because(e))?),
            passphrase: Zeroizing::new(PASSPHRASE.to_owned()),
            now: now.before(SINCE),
        };
        Home::create_on_paper(&dir, new, &Entropy::System)?;
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|free| free.local_addr());
        let port = free
            .map_err(|e| Error::io("there is no free port", e))?
            .port();
        Ok(Self { dir, port })
    }

    pub(super) fn dir(&self) -> &Path {
        &self.dir
    }

    fn listen(&self) -> Vec<String> {
        vec![format!("/ip4/127.0.0.1/tcp/{}", self.port)]
    }

    /// Runs its engine and mesh, with a clock that stands at `then` now.
    pub(super) async fn at(&self, then: Timestamp) -> Result<Core> {
        let home = Home::open(&self.dir)?;
        let parts = Parts {
            store: Store::open(&home.store_path())?,
            disk: Disk::under(home.dir()),
            transport: Transport::Internet,
            listen: self.listen(),
            reach: Reach::plain(),
            clock: Clock::starting_at(then),
            entropy: Entropy::System,
            domains: Domains::silent(),
            witness: None,
        };
        Core::start(home, parts).await
    }

    /// Starts its whole node, at the time that it is.
    pub(super) async fn wake(&self) -> Result<Running> {
        let options = Options {
            listen: self.listen(),
            web: None,
            page_lan: None,
            reach: Reach::plain(),
            domains: Domains::silent(),
        };
        Box::pin(Node::start(Home::open(&self.dir)?, options)).await
    }
}

/// A line that the rules take.
pub(super) fn line<const N: usize>(text: &str) -> Result<Line<N>> {
    Line::clean(text).map_err(|e| unspeakable(text).because(e))
}

/// A text that the rules take.
pub(super) fn prose<const N: usize>(text: &str) -> Result<Prose<N>> {
    Prose::clean(text).map_err(|e| unspeakable(text).because(e))
}

fn unspeakable(text: &str) -> Error {
    Error::new(ErrorKind::Internal, format!("the demo cannot say '{text}'"))
}
