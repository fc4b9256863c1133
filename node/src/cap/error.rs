//! Why a message is not read, or becomes no bulletin.

use crate::error::{Error, ErrorKind};

/// Why a message of the Common Alerting Protocol is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CapError {
    /// Too many bytes, elements, shapes or points.
    #[error("it is too large")]
    Large,
    /// Not UTF-8.
    #[error("it is not in UTF-8: save it in that encoding")]
    Encoding,
    /// Not XML, or with a document type, which may hide anything.
    #[error("it is not plain XML: {0}")]
    Xml(String),
    /// Not CAP, or of another version.
    #[error(
        "it is not a message of CAP 1.2 (its first element is not 'alert' of {})",
        super::NAMESPACE
    )]
    Version,
    /// Not what the OASIS schema wants at this place.
    #[error("'{element}' {what}")]
    Element {
        /// Which.
        element: String,
        /// What is wrong with it.
        what: &'static str,
    },
    /// Not for everybody.
    #[error("its scope is {0}: only what is public becomes a bulletin")]
    Scope(&'static str),
    /// Says something between machines.
    #[error("it is an answer between machines ({0}), which says nothing to residents")]
    MessageKind(&'static str),
    /// Says nothing.
    #[error("it has no 'info' in the language that was asked for, or none at all")]
    NoInfo,
    /// A draft.
    #[error("it is a draft: its author does not want it to be acted on")]
    Draft,
    /// Does not hold any more.
    #[error("its time is over")]
    Expired,
    /// Polygons and circles that are larger than an area can be.
    #[error("its area is too large for one bulletin: name with --area where it is to hold")]
    Area,
    /// A time far from what this program counts.
    #[error("'{0}' is no time that this program knows")]
    Time(String),
}

impl CapError {
    pub(super) fn element(element: &str, what: &'static str) -> Self {
        // What a stranger wrote is not repeated at any length.
        let element = element.chars().take(40).collect();
        Self::Element { element, what }
    }
}

impl From<CapError> for Error {
    fn from(error: CapError) -> Self {
        Self::new(
            ErrorKind::Invalid,
            format!("the CAP message cannot be used: {error}"),
        )
    }
}
