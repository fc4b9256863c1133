//! Proof that the resident is at the page, and not whoever found it open: the passphrase, asked for again before
//! something that cannot be undone.
//!
//! It counts for ten minutes in the browser that gave it. Guesses at it are slowed down together with those at the lock.

use std::future::Future;

use serde::Deserialize;
use tokio::time::Instant;
use zeroize::Zeroizing;

use super::App;
use super::language::say;
use crate::error::{Error, ErrorKind, Result};
use crate::secret::Kept;

/// The passphrase, if the form asked for it.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Proven {
    pub(super) passphrase: String,
}

/// What came of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Proof {
    /// The passphrase was right, or was given a short while ago.
    Given,
    /// It was not right.
    Wrong,
    /// So many are trying that this was not even looked at.
    TooMany(String),
}

/// Whether this browser gave the passphrase a short while ago.
pub(super) fn is_fresh(app: &App, session: Kept) -> bool {
    app.gate.sessions.is_proven(session, Instant::now())
}

/// Has a passphrase tried by `trying`, in turn, and remembers that it was right.
///
/// # Errors
/// Whatever trying fails with but that the passphrase is wrong.
pub(super) async fn attempt(
    app: &App,
    session: Kept,
    trying: impl Future<Output = Result<()>>,
) -> Result<Proof> {
    let Some(turn) = app.gate.unlock.turn().await else {
        return Ok(Proof::TooMany(say!("frame-too-many-attempts")));
    };
    match trying.await {
        Ok(()) => {
            turn.succeeded();
            app.gate.sessions.prove(session, Instant::now());
            Ok(Proof::Given)
        }
        Err(error) if error.kind() == ErrorKind::Denied => Ok(Proof::Wrong),
        Err(error) => Err(error),
    }
}

/// Demands the passphrase, unless this browser gave it a short while ago. The home stays locked if it is.
///
/// # Errors
/// [`ErrorKind::Denied`] if it is not right or nobody may try now; [`ErrorKind::Invalid`] on a device that has no
/// reading key, and so no passphrase.
pub(super) async fn demand(app: &App, session: Kept, proven: Proven) -> Result<()> {
    let passphrase = Zeroizing::new(proven.passphrase);
    if is_fresh(app, session) {
        return Ok(());
    }
    let trying = async { app.handle.home().reading_keys(&passphrase).map(drop) };
    tried(app, session, &passphrase, trying).await
}

/// As [`demand`], for what also needs the reading key: a locked home is unlocked by the same passphrase.
///
/// # Errors
/// As [`demand`].
pub(super) async fn demand_unlocked(app: &App, session: Kept, proven: Proven) -> Result<()> {
    if !app
        .handle
        .read(|household, _| household.is_locked())
        .await?
    {
        return demand(app, session, proven).await;
    }
    let passphrase = Zeroizing::new(proven.passphrase);
    let idle = app.handle.auto_lock().await?;
    let unlocking = app.handle.unlock(passphrase.clone(), idle);
    tried(app, session, &passphrase, unlocking).await
}

/// Has a passphrase tried by what needs it.
///
/// # Errors
/// As [`demand`], and whatever else trying fails with.
pub(super) async fn tried(
    app: &App,
    session: Kept,
    passphrase: &str,
    trying: impl Future<Output = Result<()>>,
) -> Result<()> {
    let denied = |words: String| Err(Error::new(ErrorKind::Denied, words));
    if passphrase.is_empty() {
        return denied(say!("frame-give-passphrase"));
    }
    match attempt(app, session, trying).await? {
        Proof::Given => Ok(()),
        Proof::Wrong => denied(say!("frame-not-proven")),
        Proof::TooMany(why) => denied(why),
    }
}
