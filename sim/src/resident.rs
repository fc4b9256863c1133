//! A resident who looks at what neighbours granted: fetches each clip, and tries again until it is there.
//!
//! The engine never fetches by itself: somebody wants to see a film. In a house that is a click; here it is a task for
//! each node, which ends when the node goes off.

use std::collections::BTreeSet;
use std::time::Duration;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::Rng as _;
use streetlamp::error::Result;
use streetlamp::node::NodeHandle;
use streetlamp_proto::clip::ClipId;
use streetlamp_proto::household::Event;
use tokio::sync::broadcast;
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep};

use crate::chronicle::Chronicle;
use crate::record::{HouseNumber, What};

/// Somebody looks within this time after a grant came.
const LOOKS: Duration = Duration::from_secs(300);
/// And tries again after this if the clip does not come.
const AGAIN: Duration = Duration::from_secs(120);

/// Looks at what is granted to a home until its node is gone.
pub(crate) async fn look(
    home: HouseNumber,
    handle: NodeHandle,
    chronicle: Chronicle,
    mut rng: ChaCha20Rng,
) {
    let mut events = handle.events();
    let mut again = interval_at(Instant::now() + AGAIN, AGAIN);
    again.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut wanted = waiting(&handle).await.unwrap_or_default();
    loop {
        tokio::select! {
            biased;
            event = events.recv() => match event {
                Ok(Event::Granted { clip, .. }) => {
                    sleep(within(&mut rng, LOOKS)).await;
                    wanted.insert(clip);
                }
                Err(broadcast::error::RecvError::Lagged(_)) => {
                    wanted.extend(waiting(&handle).await.unwrap_or_default());
                    continue;
                }
                Err(broadcast::error::RecvError::Closed) => return,
                Ok(_) => continue,
            },
            _ = again.tick() => {}
        }
        for clip in wanted.clone() {
            chronicle.asks(home, clip);
            match handle.fetch_clip(clip, |_, _| {}).await {
                Ok(fetched) => {
                    wanted.remove(&clip);
                    chronicle.got(home, clip, fetched.from);
                    chronicle.note(Some(home), What::Fetched, "it fetches a granted clip");
                }
                Err(error) => chronicle.note(Some(home), What::Refused, error.chain()),
            }
        }
    }
}

/// What was granted and is not here.
async fn waiting(handle: &NodeHandle) -> Result<BTreeSet<ClipId>> {
    let received = handle.read(|household, _| household.received()).await?;
    let waiting = received.into_iter().filter(|grant| !grant.fetched);
    Ok(waiting.map(|grant| grant.grant.clip).collect())
}

fn within(rng: &mut ChaCha20Rng, span: Duration) -> Duration {
    let span = u64::try_from(span.as_millis()).unwrap_or(u64::MAX).max(1);
    Duration::from_millis(rng.next_u64() % span)
}
