//! Taking the reading key into memory, and wiping it.

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use zeroize::Zeroizing;

use super::App;
use super::form::Fields;
use super::gate::see_other;
use super::language::say;
use super::problem::Problem;
use super::proof::{self, Proof};
use super::street;
use crate::secret::Kept;

/// The form of either button.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct LockForm {
    passphrase: String,
    back: String,
}

pub(super) async fn unlock(
    State(app): State<App>,
    Extension(session): Extension<Kept>,
    Fields(form): Fields<LockForm>,
) -> Result<Response, Problem> {
    let passphrase = Zeroizing::new(form.passphrase);
    let idle = app.handle.auto_lock().await?;
    let unlocking = app.handle.unlock(passphrase, idle);
    match proof::attempt(&app, session, unlocking).await? {
        Proof::Given => Ok(see_other(back_to(&form.back))),
        Proof::Wrong => {
            let why = say!("frame-wrong-passphrase");
            street::unlock_failed(&app, StatusCode::FORBIDDEN, why).await
        }
        Proof::TooMany(why) => {
            street::unlock_failed(&app, StatusCode::TOO_MANY_REQUESTS, why).await
        }
    }
}

pub(super) async fn lock(
    State(app): State<App>,
    Fields(form): Fields<LockForm>,
) -> Result<Response, Problem> {
    app.handle.lock().await?;
    Ok(see_other(back_to(&form.back)))
}

/// The page that the button stood on: one of ours, not whatever a form says.
fn back_to(page: &str) -> &'static str {
    match page {
        "clips" => "./clips",
        "health" => "./health",
        "house" => "./house",
        "modes" => "./modes",
        "notifications" => "./notifications",
        "neighbours" => "./neighbours",
        "publishers" => "./publishers",
        "settings" => "./settings",
        _ => "./",
    }
}
