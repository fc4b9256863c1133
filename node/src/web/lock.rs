//! Taking the reading key into memory, and wiping it.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use streetlamp_proto::household::Household;
use zeroize::Zeroizing;

use super::App;
use super::form::Fields;
use super::gate::see_other;
use super::problem::Problem;
use super::street;
use crate::error::ErrorKind;

/// The form of either button.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct LockForm {
    passphrase: String,
    back: String,
}

pub(super) async fn unlock(
    State(app): State<App>,
    Fields(form): Fields<LockForm>,
) -> Result<Response, Problem> {
    let passphrase = Zeroizing::new(form.passphrase);
    let Some(turn) = app.gate.unlock.turn().await else {
        let why = "Too many attempts at once. Wait a few seconds and try again.".to_owned();
        return street::unlock_failed(&app, StatusCode::TOO_MANY_REQUESTS, why).await;
    };
    match app.handle.unlock(passphrase, Household::AUTO_LOCK).await {
        Ok(()) => {
            turn.succeeded();
            Ok(see_other(back_to(&form.back)))
        }
        Err(error) if error.kind() == ErrorKind::Denied => {
            drop(turn);
            let why = "That passphrase is not right. Nothing was unlocked.".to_owned();
            street::unlock_failed(&app, StatusCode::FORBIDDEN, why).await
        }
        Err(error) => Err(error.into()),
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
        "publishers" => "./publishers",
        _ => "./",
    }
}
