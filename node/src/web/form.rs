//! Forms as handlers take them. The gate has checked type, length and origin already.

use axum::Form;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use serde::de::DeserializeOwned;

use super::language::say;
use super::problem::Problem;
use crate::error::{Error, ErrorKind, Result as Answer};
use crate::when::Hours;

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

/// Hours from two clock times of a form; none if both are left out.
///
/// # Errors
/// [`ErrorKind::Invalid`] if they are no two times of a day.
pub(super) fn hours(from: &str, to: &str) -> Answer<Option<Hours>> {
    match (from.trim(), to.trim()) {
        ("", "") => Ok(None),
        (from, to) => format!("{from}-{to}")
            .parse()
            .map(Some)
            .map_err(|e| Error::new(ErrorKind::Invalid, say!("words-odd-hours")).because(e)),
    }
}

/// The two clock times of hours, for a form; empty if there are none.
pub(super) fn clock_times(hours: Option<Hours>) -> (String, String) {
    let text = hours.map(|hours| hours.to_string()).unwrap_or_default();
    let times = text.split_once('-');
    times.map_or_else(Default::default, |(from, to)| {
        (from.to_owned(), to.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_clock_times_are_hours_and_one_alone_is_refused() {
        let night = hours(" 22:00", "07:00").unwrap();
        assert_eq!(clock_times(night), ("22:00".to_owned(), "07:00".to_owned()));
        assert_eq!(hours("", " ").unwrap(), None);
        assert_eq!(clock_times(None), (String::new(), String::new()));
        for (from, to) in [("22:00", ""), ("", "07:00"), ("7", "8"), ("07:00", "07:00")] {
            assert!(hours(from, to).is_err(), "{from}-{to}");
        }
    }
}
