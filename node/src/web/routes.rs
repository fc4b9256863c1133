//! Every address of the page, in one table.
//!
//! The router is built from it, so nothing is reachable that does not stand here, and tests walk it.

use std::sync::Arc;

use axum::Router;
use axum::extract::OriginalUri;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodRouter, get, post};

use super::App;
use super::compress::compressed;
use super::frame::Frame;
use super::gate::{Gate, guard};
use super::problem::Problem;
use super::{
    alerts, api, assets, cameras, clips, health, house, intake, lan, ledger, live, lock, modes,
    neighbours, notifications, publishers, saying, settings, sign_in, street,
};

/// An address and what answers there.
pub(super) type Route = (&'static str, fn() -> MethodRouter<App>);

/// Which of them are open to strangers is the gate's decision.
pub(super) const ROUTES: &[Route] = &[
    ("/", || get(street::show)),
    ("/alerts", || post(street::post)),
    ("/alerts/{alert}", || get(alerts::show)),
    ("/assets/{name}", || get(assets::asset)),
    ("/cameras", || get(cameras::show).post(cameras::act)),
    ("/cameras/picture", || get(cameras::picture)),
    ("/clips", || get(clips::list)),
    ("/clips/{clip}", || get(clips::show).post(clips::act)),
    ("/clips/{clip}/export", || {
        get(clips::export_form).post(clips::export)
    }),
    ("/clips/{clip}/frame", || get(clips::frame)),
    ("/clips/{clip}/still", || get(clips::still)),
    ("/events", || get(live::events)),
    ("/films/{address}", || get(clips::film)),
    ("/follow-ups", || post(saying::say)),
    ("/health", || get(health::show)),
    ("/holders", || {
        get(clips::holders).post(clips::act_on_holders)
    }),
    ("/house", || get(house::show).post(house::act)),
    ("/intake/film", || post(intake::film).put(intake::film)),
    ("/intake/trigger", || post(intake::trigger)),
    ("/lan", || get(lan::show).post(lan::act)),
    ("/ledger", || get(ledger::show).post(ledger::verify)),
    ("/ledger/file", || get(ledger::file)),
    ("/lock", || post(lock::lock)),
    ("/modes", || get(modes::show).post(modes::act)),
    ("/neighbours", || {
        get(neighbours::show).post(neighbours::act)
    }),
    ("/notifications", || {
        get(notifications::show).post(notifications::act)
    }),
    ("/publishers", || {
        get(publishers::show).post(publishers::decide)
    }),
    ("/settings", || get(settings::show).post(settings::act)),
    ("/sign-in", || get(lan::show_sign_in).post(lan::enter)),
    ("/sign-out", || post(sign_in::leave)),
    ("/ticket-picture", || post(neighbours::read_picture)),
    ("/unlock", || post(lock::unlock)),
];

/// The whole page.
pub(super) fn app(app: App) -> Router {
    let gate = Arc::clone(&app.gate);
    let mut router = Router::new();
    for (path, methods) in ROUTES {
        router = router.route(path, methods());
    }
    router = api::add_to(router);
    compressed(guarded(
        router
            .fallback(nowhere)
            .method_not_allowed_fallback(wrong_method)
            .with_state(app),
        gate,
    ))
}

/// Puts the gate before a router.
pub(super) fn guarded(router: Router, gate: Arc<Gate>) -> Router {
    router.layer(from_fn_with_state(gate, guard))
}

pub(super) async fn nowhere(OriginalUri(uri): OriginalUri) -> Problem {
    Problem::not_found().under(Frame::root_from(uri.path()))
}

pub(super) async fn wrong_method(OriginalUri(uri): OriginalUri) -> Problem {
    Problem::wrong_method().under(Frame::root_from(uri.path()))
}
