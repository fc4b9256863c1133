//! Tells open pages that something changed.
//!
//! The stream carries no content, only that the page should be fetched again. So there is one way to draw an alert,
//! and nothing of it in a channel that lives long.

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
use super::gate::Gate;
use super::language::say;
use super::problem::Problem;
use crate::camera::Mode;
use crate::secret::Kept;

/// A sign of life, so that both sides notice when the other is gone, and that a session has ended.
const STILL_HERE: Duration = Duration::from_secs(20);

/// How often a page is told that a fetch is further.
const STEPS: Duration = Duration::from_millis(300);

struct Watch {
    events: Receiver<NodeEvent>,
    fetches: watch::Receiver<()>,
    modes: watch::Receiver<Mode>,
    gate: Arc<Gate>,
    session: Kept,
    _place: OwnedSemaphorePermit,
}

pub(super) async fn events(
    State(app): State<App>,
    Extension(session): Extension<Kept>,
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
        _place: place,
    };
    Ok(Sse::new(stream::unfold(watch, next)))
}

async fn next(mut watch: Watch) -> Option<(Result<Event, Infallible>, Watch)> {
    let event = tokio::select! {
        () = watch.gate.closing.cancelled() => return None,
        () = tokio::time::sleep(STILL_HERE) => Event::default().comment("still here"),
        Ok(()) = watch.fetches.changed() => {
            tokio::time::sleep(STEPS).await;
            changed()
        }
        Ok(()) = watch.modes.changed() => changed(),
        said = watch.events.recv() => match said {
            // Having missed some is a reason to fetch the page as good as any.
            Ok(_) | Err(RecvError::Lagged(_)) => changed(),
            Err(RecvError::Closed) => return None,
        },
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
