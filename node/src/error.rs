//! One error for the whole program: what happened and what to try, with a kind that decides status and exit code.

use std::fmt;
use std::io;

use streetlamp_proto::household::Failure;

/// What sort of thing went wrong. Exit codes and HTTP statuses are chosen by it alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Something that was named does not exist.
    NotFound,
    /// What was given makes no sense.
    Invalid,
    /// The home is locked, or the passphrase is wrong.
    Denied,
    /// The state of things forbids it: a second node, a used ticket, a stopped grant.
    Conflict,
    /// Somebody or something is away for now.
    Unavailable,
    /// The disk, the database or a file is damaged or failing.
    DataLoss,
    /// A fault of this program.
    Internal,
}

/// What happened, in words for a resident; the cause behind it for a log.
pub struct Error {
    kind: ErrorKind,
    message: String,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// The program's result.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An error with its words. They say what happened and what to try.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            source: None,
        }
    }

    /// Names the cause.
    #[must_use]
    pub fn because(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// What sort of thing went wrong.
    pub const fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The message and every cause behind it, on one line.
    pub fn chain(&self) -> String {
        let mut text = self.message.clone();
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            text.push_str(": ");
            text.push_str(&error.to_string());
            cause = error.source();
        }
        text
    }

    /// An IO error on a named thing.
    pub fn io(doing: impl fmt::Display, error: io::Error) -> Self {
        let kind = match error.kind() {
            io::ErrorKind::NotFound => ErrorKind::NotFound,
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                ErrorKind::Denied
            }
            io::ErrorKind::AddrInUse | io::ErrorKind::AlreadyExists => ErrorKind::Conflict,
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => ErrorKind::Unavailable,
            _ => ErrorKind::DataLoss,
        };
        let hint = match error.kind() {
            io::ErrorKind::PermissionDenied => " (check who owns it)",
            io::ErrorKind::ReadOnlyFilesystem => " (the disk is read-only)",
            io::ErrorKind::StorageFull => " (the disk is full: delete clips or make room)",
            _ => "",
        };
        Self::new(kind, format!("{doing}{hint}")).because(error)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.kind, self.chain())
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source
            .as_ref()
            .map(|e| &**e as &(dyn std::error::Error + 'static))
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        let kind = match failure {
            Failure::Unknown(_) => ErrorKind::NotFound,
            Failure::Locked | Failure::OtherReadingKey | Failure::NotOurs => ErrorKind::Denied,
            Failure::InviterAway | Failure::DoorAway | Failure::NeighbourAway => {
                ErrorKind::Unavailable
            }
            Failure::WrongKey | Failure::BadLabel => ErrorKind::DataLoss,
            Failure::Alert(_)
            | Failure::BadUntil
            | Failure::WhichStreet
            | Failure::Introduction(_) => ErrorKind::Invalid,
            _ => ErrorKind::Conflict,
        };
        Self::new(kind, failure.to_string())
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode as Code;
        let (kind, message) = match error.sqlite_error_code() {
            Some(Code::DiskFull) => (
                ErrorKind::Unavailable,
                "the disk is full: delete clips or make room",
            ),
            Some(Code::ReadOnly | Code::PermissionDenied) => (
                ErrorKind::Denied,
                "the database cannot be written: check who owns the home directory",
            ),
            Some(Code::DatabaseBusy | Code::DatabaseLocked) => {
                (ErrorKind::Conflict, "the database is in use")
            }
            Some(Code::DatabaseCorrupt | Code::NotADatabase) => (
                ErrorKind::DataLoss,
                "the database is damaged: restore a backup, or copy the home directory, then move streetlamp.db out of it and start: own clips and the ledger come back",
            ),
            Some(Code::SystemIoFailure | Code::CannotOpen) => (
                ErrorKind::DataLoss,
                "the disk under the database is failing",
            ),
            _ => (ErrorKind::Internal, "the database refused a request"),
        };
        Self::new(kind, message).because(error)
    }
}
