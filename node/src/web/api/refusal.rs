//! What a program is told that is not answered as it asked.

use axum::Json;
use axum::http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::{Error, ErrorKind};
use crate::web::problem::status_of;

/// Why it was not done.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Refused {
    /// What happened and what to try, in English.
    error: String,
}

/// A refusal with its status.
pub(super) struct Refusal(StatusCode, String);

impl Refusal {
    /// No token, or one that nobody made.
    pub(super) fn no_token() -> Self {
        let words = "this is for programs with a token of this home: Authorization: Bearer <token>";
        Self(StatusCode::UNAUTHORIZED, words.to_owned())
    }

    /// Too many wrong tokens at once.
    pub(super) fn too_many() -> Self {
        let words = "too many attempts at once: wait a few seconds and try again";
        Self(StatusCode::TOO_MANY_REQUESTS, words.to_owned())
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        if matches!(error.kind(), ErrorKind::DataLoss | ErrorKind::Internal) {
            tracing::error!(error = %error.chain(), "a program's request failed");
        }
        Self(status_of(error.kind()), error.to_string())
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let Self(status, error) = self;
        let mut response = (status, Json(Refused { error })).into_response();
        let header = match status {
            StatusCode::UNAUTHORIZED => Some((WWW_AUTHENTICATE, "Bearer")),
            StatusCode::TOO_MANY_REQUESTS => Some((RETRY_AFTER, "10")),
            StatusCode::SERVICE_UNAVAILABLE => Some((RETRY_AFTER, "60")),
            _ => None,
        };
        if let Some((name, value)) = header {
            response
                .headers_mut()
                .insert(name, HeaderValue::from_static(value));
        }
        response
    }
}
