//! `/metrics`: figures for Prometheus, beside the API, with tokens of the same kind. What is in them is `crate::figures`'.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

use super::refusal::Refusal;
use super::{App, admit};
use crate::control::{self, Request};
use crate::error::{Error, ErrorKind, Result};
use crate::figures::{Figures, OPEN_METRICS};
use crate::node::Scope;

/// Where they are: where Prometheus looks unless it was told otherwise.
pub(super) const PATH: &str = "/metrics";

pub(super) async fn show(
    State(app): State<App>,
    headers: HeaderMap,
) -> std::result::Result<Response, Refusal> {
    admit(&app, Scope::Metrics, &headers).await?;
    let text = look(&app).await?.text()?;
    Ok(([(CONTENT_TYPE, OPEN_METRICS)], text).into_response())
}

async fn look(app: &App) -> Result<Figures> {
    let odd = |e| Error::new(ErrorKind::Internal, "the status cannot be read").because(e);
    let status = Box::pin(control::answer(&app.handle, Request::Status)).await?;
    let caught_up =
        |household: &streetlamp_proto::household::Household, now| household.status(now).caught_up;
    Ok(Figures {
        status: serde_json::from_slice(&status).map_err(odd)?,
        free: app.handle.room().0,
        caught_up: app.handle.read(caught_up).await?,
    })
}
