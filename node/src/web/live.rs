//! Tells open pages that something changed.
//!
//! The stream carries no content, only that the page should be fetched again. So there is one way to draw an alert,
//! and nothing of it in a channel that lives long.
//!
//! A program that shows the page further may hold back what comes, until it is much or the end (Home Assistant did so until
//! January 2026). So behind one the stream ends with the first change, and the browser opens the next; a page that opens a
//! stream fetches itself anew, so that nothing is missed between two.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::sse::{Event, Sse};
use futures::stream::{self, Stream};
use streetlamp_proto::household::Event as NodeEvent;
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;
use tokio::time::Instant;

use super::App;
use super::door::Door;
use super::gate::{Gate, under};
use super::language::say;
use super::problem::Problem;
use crate::camera::Mode;
use crate::secret::Kept;

/// A sign of life, so that both sides notice when the other is gone, and that a session has ended.
const STILL_HERE: Duration = Duration::from_secs(20);

/// How often a page is told that a fetch is further.
const STEPS: Duration = Duration::from_millis(300);

/// When a browser opens the next stream after one that ended. Left alone it takes three seconds or more.
const NEXT: Duration = Duration::from_millis(500);

struct Watch {
    events: Receiver<NodeEvent>,
    fetches: watch::Receiver<()>,
    modes: watch::Receiver<Mode>,
    gate: Arc<Gate>,
    session: Kept,
    /// Whether the stream ends with the first change,
    once: bool,
    /// which has come.
    told: bool,
    _place: OwnedSemaphorePermit,
}

pub(super) async fn events(
    State(app): State<App>,
    Extension(session): Extension<Kept>,
    door: Option<Extension<Door>>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let place = Arc::clone(&app.gate.streams)
        .try_acquire_owned()
        .map_err(|_| {
            Problem::new(
                StatusCode::SERVICE_UNAVAILABLE,
                say!("frame-not-live"),
                say!("frame-not-live-says"),
            )
        })?;
    let watch = Watch {
        events: app.handle.events(),
        fetches: app.under_way.moves(),
        modes: app.handle.mode_changes(),
        gate: app.gate,
        session,
        once: under(door.as_deref()).is_some(),
        told: false,
        _place: place,
    };
    Ok(Sse::new(stream::unfold(watch, next)))
}

async fn next(mut watch: Watch) -> Option<(Result<Event, Infallible>, Watch)> {
    if watch.once && watch.told {
        return None;
    }
    watch.told = tokio::select! {
        () = watch.gate.closing.cancelled() => return None,
        () = tokio::time::sleep(STILL_HERE) => false,
        Ok(()) = watch.fetches.changed() => {
            tokio::time::sleep(STEPS).await;
            true
        }
        Ok(()) = watch.modes.changed() => true,
        said = watch.events.recv() => match said {
            // Having missed some is a reason to fetch the page as good as any.
            Ok(_) | Err(RecvError::Lagged(_)) => true,
            Err(RecvError::Closed) => return None,
        },
    };
    let event = match (watch.told, watch.once) {
        (false, _) => Event::default().comment("still here"),
        (true, false) => changed(),
        (true, true) => changed().retry(NEXT),
    };
    watch
        .gate
        .sessions
        .is_alive(watch.session, Instant::now())
        .then_some((Ok(event), watch))
}

fn changed() -> Event {
    Event::default().event("changed").data("page")
}
