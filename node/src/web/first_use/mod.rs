//! First use: from no home to one, in a browser, before there is a node.
//!
//! A name, a place, a passphrase, the recovery sheet, and one warning; then the home is made and its node takes the same
//! port over, with the same session. Nothing is written before the end: whoever stops halfway begins anew. The words of
//! the sheet are in memory only, are shown until two of them were typed back from paper, and are never put into a file.
//!
//! The gate is that of the page: this machine only, and only who has the printed link. `place` draws the map of cells.
//! Left out: the street, which needs a node; the page of the node asks for it (`neighbours`).

mod place;
mod plan;
mod steps;

use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::extract::FromRef;
use axum::routing::{MethodRouter, get, post};
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

use super::gate::Gate;
use super::routes::{guarded, nowhere, wrong_method};
use super::{assets, sign_in};
use crate::entropy::Entropy;
use crate::error::Result;
use plan::Plan;

/// What the handlers share.
#[derive(Clone)]
struct FirstUse {
    gate: Arc<Gate>,
    /// Where the home will be.
    dir: Arc<PathBuf>,
    plan: Arc<Mutex<Plan>>,
    entropy: Entropy,
    /// The home is made.
    done: CancellationToken,
}

impl FromRef<FirstUse> for Arc<Gate> {
    fn from_ref(state: &FirstUse) -> Self {
        Self::clone(&state.gate)
    }
}

/// An address and what answers there.
type Route = (&'static str, fn() -> MethodRouter<FirstUse>);

/// Every address before there is a home. Strangers reach what they reach later.
const ROUTES: &[Route] = &[
    ("/", || get(steps::show).post(steps::take)),
    ("/assets/{name}", || get(assets::asset)),
    ("/sign-in", || get(sign_in::show).post(sign_in::enter)),
    ("/strength", || post(steps::strength)),
];

fn app(state: FirstUse) -> Router {
    let gate = Arc::clone(&state.gate);
    let mut router = Router::new();
    for (path, methods) in ROUTES {
        router = router.route(path, methods());
    }
    guarded(
        router
            .fallback(nowhere)
            .method_not_allowed_fallback(wrong_method)
            .with_state(state),
        gate,
    )
}

/// The pages, and what tells that the home was made.
///
/// # Errors
/// If the system gives no randomness.
pub(super) fn pages(
    gate: Arc<Gate>,
    dir: PathBuf,
    entropy: Entropy,
) -> Result<(Router, impl Future<Output = ()> + Send + 'static)> {
    let plan = Plan::new(&mut entropy.generator()?);
    let done = CancellationToken::new();
    let state = FirstUse {
        gate,
        dir: Arc::new(dir),
        plan: Arc::new(Mutex::new(plan)),
        entropy,
        done: done.clone(),
    };
    Ok((app(state), done.cancelled_owned()))
}

#[cfg(test)]
mod tests;
