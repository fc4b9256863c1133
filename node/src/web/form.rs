//! Forms as handlers take them. The gate has checked type, length and origin already.

use axum::Form;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use serde::de::DeserializeOwned;

use super::language::say;
use super::problem::Problem;

/// The fields of a form.
pub(super) struct Fields<T>(pub(super) T);

impl<S, T> FromRequest<S> for Fields<T>
where
    S: Send + Sync,
    T: DeserializeOwned,
{
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        match Form::from_request(request, state).await {
            Ok(Form(fields)) => Ok(Self(fields)),
            Err(_) => Err(Problem::new(
                StatusCode::BAD_REQUEST,
                say!("frame-nothing-done"),
                say!("frame-form-unread"),
            )),
        }
    }
}
