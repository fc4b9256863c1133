//! What goes over the control socket, and how much of it at most.

mod request;
mod typed;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use zeroize::Zeroizing;

use crate::error::{Error, ErrorKind};

pub use request::Request;
pub use typed::{AlertPost, CameraAdd, CameraSource, HouseConnect, NotifyAdd, NotifyWay, Saying};

/// Longest request in bytes. The longest one in use is an alert of 1,000 characters, or a ticket.
pub(super) const REQUEST_BYTES: usize = 96 * 1024;

/// One line of the node's answer.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Line<T> {
    /// It goes on.
    Progress(Progress),
    /// It is done.
    Ok(T),
    /// It was refused or failed.
    Error(Fault),
}

/// How far a long piece of work has come, in bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// Bytes that are done.
    pub done: u64,
    /// Bytes in all.
    pub total: u64,
}

/// A film is coming.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FilmStart {
    /// Bytes that follow this line.
    pub len: u64,
    /// The ledger entry that was written before.
    pub ledger_seq: u64,
    /// What goes beside an export, in hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub papers: Option<String>,
}

/// A film that was written under an export.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FilmWritten {
    /// The clip that it was made from, as a whole id.
    pub clip: String,
    /// Hash of the ledger entry.
    pub entry: String,
    /// BLAKE3 of its bytes.
    pub film: String,
    /// Its length in bytes.
    pub len: u64,
    /// Whether its sound was taken out.
    pub muted: bool,
    /// Areas of its picture that were covered.
    pub hidden: u32,
}

/// An [`Error`] on its way to the client. The causes behind it stay in the node's log.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Fault {
    kind: String,
    message: String,
}

/// Every kind of error with its word.
const KINDS: [(ErrorKind, &str); 7] = [
    (ErrorKind::NotFound, "not-found"),
    (ErrorKind::Invalid, "invalid"),
    (ErrorKind::Denied, "denied"),
    (ErrorKind::Conflict, "conflict"),
    (ErrorKind::Unavailable, "unavailable"),
    (ErrorKind::DataLoss, "data-loss"),
    (ErrorKind::Internal, "internal"),
];

impl From<&Error> for Fault {
    fn from(error: &Error) -> Self {
        let word = KINDS
            .iter()
            .find(|(kind, _)| *kind == error.kind())
            .map_or("internal", |(_, word)| *word);
        Self {
            kind: word.to_owned(),
            message: error.to_string(),
        }
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        let kind = KINDS
            .iter()
            .find(|(_, word)| *word == fault.kind)
            .map_or(ErrorKind::Internal, |(kind, _)| *kind);
        Self::new(kind, fault.message)
    }
}

/// JSON and a line break. Wiped after use, because a request may carry a passphrase.
pub(super) fn encode(what: &impl Serialize) -> Result<Zeroizing<Vec<u8>>, Error> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(512));
    serde_json::to_writer(&mut *bytes, what).map_err(|e| {
        Error::new(ErrorKind::Invalid, "this cannot be said to the node").because(e)
    })?;
    bytes.push(b'\n');
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;

    #[test]
    fn an_error_keeps_its_kind_and_words_on_the_way() {
        for (kind, _) in KINDS {
            let back = Error::from(Fault::from(&Error::new(kind, "no such clip")));
            assert_eq!(
                (back.kind(), back.to_string()),
                (kind, "no such clip".to_owned())
            );
        }
    }

    #[test]
    fn a_request_with_an_unknown_field_is_refused() {
        assert!(serde_json::from_str::<Request>(r#"{"clip-show":{"clip":"aa"}}"#).is_ok());
        assert!(
            serde_json::from_str::<Request>(r#"{"clip-show":{"clip":"aa","all":true}}"#).is_err()
        );
    }

    #[test]
    fn no_passphrase_is_printed() {
        let request = Request::Unlock {
            passphrase: Secret(Zeroizing::new("lamp-post".to_owned())),
            idle_ms: 600_000,
        };
        assert!(!format!("{request:?}").contains("lamp-post"));
    }
}
