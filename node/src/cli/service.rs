//! What a service manager is told (`sd_notify(3)`): that the node is ready, how it is, that it still answers, that it stops.
//!
//! Without systemd all of this is nothing. With it `systemctl start` waits until neighbours can come, and a node whose engine
//! answers nobody any more is started again: a process that merely exists records no film.

use sd_notify::NotifyState;
use tokio::time::sleep;

use crate::node::NodeHandle;

/// The page waits for a resident; there is no home yet.
pub(super) fn waits_for_a_home() {
    tell(&[
        NotifyState::Ready,
        NotifyState::Status("There is no home yet: its page waits for somebody to make one"),
    ]);
}

/// Neighbours can come.
pub(super) fn is_ready() {
    let status =
        "Running. It is locked until somebody unlocks it; it records, tells and hears all the same";
    tell(&[NotifyState::Ready, NotifyState::Status(status)]);
}

/// The end has begun.
pub(super) fn is_stopping() {
    tell(&[NotifyState::Stopping]);
}

/// Says that the node is alive for as long as its engine answers, twice as often as it is wanted. Ends never.
pub(super) async fn beat(node: &NodeHandle) {
    let Some(within) = sd_notify::watchdog_enabled() else {
        return std::future::pending().await;
    };
    loop {
        if node.read(|_, _| ()).await.is_ok() {
            tell(&[NotifyState::Watchdog]);
        }
        sleep(within / 2).await;
    }
}

fn tell(state: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(state) {
        tracing::warn!(%error, "the service manager is not told how this node is");
    }
}
