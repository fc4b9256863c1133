//! A street to look at: real nodes in one process, in a directory that goes when they do.
//!
//! Nothing of it is drawn by hand. The households have keys, enter the street with tickets, and said what they said: their
//! nodes ran before at the times of the story, each with a clock that stood there then (`story`), and run now with the
//! system's. The fire department is a publisher's node, the camera a folder into which a film is written. All sockets are
//! on the loopback address, nobody is looked for on the network, and no domain is asked.

mod household;
mod story;

use std::time::Duration;

use futures::future::{join_all, try_join_all};
use streetlamp_proto::publisher::{
    Area, Certainty, DeskCommand, Draft, Kind, Severity, Status, Urgency,
};
use tempfile::TempDir;
use tokio::sync::broadcast;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::entropy::Entropy;
use crate::error::{Error, ErrorKind, Result};
use crate::mesh::Transport;
use crate::node::{NodeHandle, Running};
use crate::publisher::{NewPublisher, PublisherHome, PublisherOptions, RunningPublisher};
use household::{Household, line, prose};

/// The passphrase of every home here.
pub const PASSPHRASE: &str = "maple orbit lantern tulip";
/// Fewest and most homes. The story needs four.
pub const HOMES: std::ops::RangeInclusive<usize> = 4..=8;
/// Where the street is.
const CELL: &str = "u281z7";
/// The camera films so often, whether anything happens or not.
const FILM_EVERY: Duration = Duration::from_secs(15 * 60);
/// The film: a test picture of eight seconds.
const FILM: &[u8] = include_bytes!("../../assets/test-picture.mp4");

/// One home, for somebody who wants to look in.
#[derive(Debug, Clone)]
pub struct DemoHome {
    /// The household.
    pub name: String,
    /// Signs one browser in, once.
    pub sign_in: String,
    /// Its directory.
    pub dir: String,
}

/// A street that runs.
#[derive(Debug)]
pub struct Demo {
    homes: Vec<Running>,
    shown: Vec<DemoHome>,
    fire: RunningPublisher,
    camera: std::path::PathBuf,
    place: TempDir,
}

impl Demo {
    /// Builds the street, tells its story, and starts everything. `says` hears what is being done.
    ///
    /// # Errors
    /// If there is no room for it, or a node does not start.
    pub async fn build(homes: usize, says: impl Fn(&str)) -> Result<Self> {
        let place = tempfile::Builder::new()
            .prefix("streetlamp-demo-")
            .tempdir();
        let place = place.map_err(|e| Error::io("there is no room for a street", e))?;
        let now = Clock::System.now();
        says("Building the homes");
        let homes = homes.clamp(*HOMES.start(), *HOMES.end());
        let build = (0..homes).map(|number| {
            let dir = place.path().to_owned();
            tokio::task::spawn_blocking(move || Household::build(&dir, number, now))
        });
        let built = join_all(build).await.into_iter().map(|built| {
            built.map_err(|e| Error::new(ErrorKind::Internal, "a home was not built").because(e))?
        });
        let households = built.collect::<Result<Vec<_>>>()?;
        story::tell(&households, now, &says).await?;

        says("Waking everybody up");
        let starting = households
            .iter()
            .map(|household| Box::pin(household.wake()));
        let homes = try_join_all(starting).await?;
        let shown = households
            .iter()
            .zip(&homes)
            .map(|(household, running)| DemoHome {
                name: running.handle.home().name().to_string(),
                sign_in: running.sign_in.clone(),
                dir: household.dir().display().to_string(),
            });
        let shown = shown.collect();
        let handles: Vec<_> = homes.iter().map(|home| home.handle.clone()).collect();
        let fire = fire_department(&place, &handles).await?;
        let camera = place.path().join("porch-camera");
        std::fs::create_dir(&camera).map_err(|e| Error::io("no folder for the camera", e))?;
        if let Some(first) = handles.first() {
            story::set_up_camera(first, &camera).await?;
        }
        film(&camera)?;
        Ok(Self {
            homes,
            shown,
            fire,
            camera,
            place,
        })
    }

    /// The homes, the first one with the camera.
    pub fn homes(&self) -> &[DemoHome] {
        &self.shown
    }

    /// The node of the first home.
    pub fn first(&mut self) -> Option<&mut Running> {
        self.homes.first_mut()
    }

    /// Runs until `shutdown`, then stops everything and removes it.
    ///
    /// # Errors
    /// If a node failed, or something could not be removed.
    pub async fn until(self, shutdown: impl Future<Output = ()>) -> Result<()> {
        let stop = CancellationToken::new();
        let mut running = JoinSet::new();
        for home in self.homes {
            running.spawn(Box::pin(home.until(stop.clone().cancelled_owned())));
        }
        running.spawn(Box::pin(self.fire.until(stop.clone().cancelled_owned())));
        let filming = tokio::spawn(async move {
            let mut every = tokio::time::interval(FILM_EVERY);
            every.tick().await;
            loop {
                every.tick().await;
                if let Err(error) = film(&self.camera) {
                    tracing::warn!(error = %error.chain(), "the test picture was not written");
                }
            }
        });
        let first_to_end = tokio::select! {
            () = shutdown => None,
            ended = running.join_next() => ended,
        };
        filming.abort();
        stop.cancel();
        let mut ended = Vec::from_iter(first_to_end);
        while let Some(next) = running.join_next().await {
            ended.push(next);
        }
        self.place
            .close()
            .map_err(|e| Error::io("the street could not be removed", e))?;
        let panicked = |e| Error::new(ErrorKind::Internal, "a home failed").because(e);
        ended
            .into_iter()
            .try_for_each(|ended| ended.map_err(panicked)?)
    }
}

/// Writes a film where the camera's recorder would: under another name first, so that it is never seen half.
fn film(camera: &std::path::Path) -> Result<()> {
    let name = Clock::System.now().as_ms();
    let (part, whole) = (
        camera.join(format!("{name}.part")),
        camera.join(format!("{name}.mp4")),
    );
    let written = std::fs::write(&part, FILM).and_then(|()| std::fs::rename(&part, &whole));
    written.map_err(|e| Error::io("the film could not be written", e))
}

/// An agency that speaks to the street, and has said something already.
async fn fire_department(place: &TempDir, homes: &[NodeHandle]) -> Result<RunningPublisher> {
    let faulty = || Error::new(ErrorKind::Internal, "the demo has no area");
    let cell = CELL.parse().map_err(|e| faulty().because(e))?;
    let area = Area::of([cell]).map_err(|e| faulty().because(e))?;
    let domain = "fire.example".parse().map_err(|e| faulty().because(e))?;
    let new = NewPublisher {
        name: line("Maple Valley Fire")?,
        domain,
        area,
        second_key: None,
        now: Clock::System.now(),
    };
    let home = PublisherHome::create(&place.path().join("fire"), new, &Entropy::System)?;
    let mut connect = Vec::new();
    for home in homes {
        connect.extend(home.listen().await?);
    }
    let options = PublisherOptions {
        transport: Transport::Internet,
        listen: vec!["/ip4/127.0.0.1/tcp/0".to_owned()],
        connect,
    };
    let mut events: Vec<_> = homes.iter().map(NodeHandle::events).collect();
    let running = RunningPublisher::start(home, options).await?;
    let draft = Draft {
        status: Status::Actual,
        kind: Kind::Fire,
        severity: Severity::Moderate,
        urgency: Urgency::Expected,
        certainty: Certainty::Likely,
        area: None,
        headline: line("Dry week: no open fires in gardens")?,
        text: prose("Grass and hedges burn easily until it rains. Grills on stone only.")?,
        instruction: prose(
            "If you see smoke, call the emergency number. Do not wait for a bulletin.",
        )?,
        contact: prose("")?,
        life: Duration::from_secs(48 * 3_600),
        original: None,
    };
    let publish = DeskCommand::Publish {
        draft: Box::new(draft),
        second: None,
    };
    running.handle.command(publish).await?;
    for events in &mut events {
        story::soon(heard(events)).await;
    }
    Ok(running)
}

async fn heard(events: &mut broadcast::Receiver<streetlamp_proto::household::Event>) {
    use streetlamp_proto::household::{DirectoryEvent, Event};
    while let Ok(event) = events.recv().await {
        if matches!(event, Event::Directory(DirectoryEvent::Bulletin(_))) {
            return;
        }
    }
}
