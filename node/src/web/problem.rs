//! Pages that say what went wrong and what to try.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};

use super::frame::Frame;
use super::language::{Texts, refusal, say};
use crate::error::{Error, ErrorKind};

/// Why a request was not answered as asked. Names nothing of the home: anybody may see it.
#[derive(Debug, Clone)]
pub(super) struct Problem {
    status: StatusCode,
    title: String,
    words: String,
    root: String,
}

#[derive(Template)]
#[template(path = "problem.html")]
struct Page {
    frame: Frame,
    title: String,
    words: String,
}

impl Problem {
    pub(super) fn new(
        status: StatusCode,
        title: impl Into<String>,
        words: impl Into<String>,
    ) -> Self {
        Self {
            status,
            title: title.into(),
            words: words.into(),
            root: "./".to_owned(),
        }
    }

    /// For a path of this root (see [`Frame`]).
    #[must_use]
    pub(super) fn under(mut self, root: String) -> Self {
        self.root = root;
        self
    }

    /// A path that is none of ours.
    pub(super) fn not_found() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            say!("frame-no-page"),
            say!("frame-no-page-says"),
        )
    }

    /// A method that the path does not know.
    pub(super) fn wrong_method() -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            say!("frame-no-method"),
            say!("frame-no-method-says"),
        )
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let page = Page {
            frame: Frame::bare(self.root),
            title: self.title,
            words: self.words,
        };
        (self.status, rendered(&page)).into_response()
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let title = match error.kind() {
            ErrorKind::NotFound => say!("frame-not-found"),
            ErrorKind::Invalid => say!("frame-invalid"),
            ErrorKind::Denied => say!("frame-denied"),
            ErrorKind::Conflict => say!("frame-conflict"),
            ErrorKind::Unavailable => say!("frame-unavailable"),
            ErrorKind::DataLoss | ErrorKind::Internal => say!("frame-fault"),
        };
        if matches!(error.kind(), ErrorKind::DataLoss | ErrorKind::Internal) {
            tracing::error!(error = %error.chain(), "a page failed");
        }
        Self::new(status_of(error.kind()), title, refusal(&error))
    }
}

/// The HTTP status of each kind of error.
pub(super) const fn status_of(kind: ErrorKind) -> StatusCode {
    match kind {
        ErrorKind::NotFound => StatusCode::NOT_FOUND,
        ErrorKind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
        ErrorKind::Denied => StatusCode::FORBIDDEN,
        ErrorKind::Conflict => StatusCode::CONFLICT,
        ErrorKind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        ErrorKind::DataLoss | ErrorKind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// An error message, which is written lower-case and without a full stop, as a sentence.
pub(super) fn sentence(message: &str) -> String {
    let mut characters = message.chars();
    let mut text: String = characters
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .collect();
    text.push_str(characters.as_str());
    if !text.ends_with(['.', '?', '!', ')']) {
        text.push('.');
    }
    text
}

/// A template as a page. Rendering into memory fails only if a value refuses to be written.
pub(super) fn rendered(page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => Html(html).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page could not be drawn");
            (StatusCode::INTERNAL_SERVER_ERROR, say!("frame-not-drawn")).into_response()
        }
    }
}
