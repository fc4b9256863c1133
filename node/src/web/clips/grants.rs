//! A grant as it is drawn: who was given a clip, why, and what became of it.

use streetlamp_proto::household::GrantView;
use streetlamp_proto::time::Timestamp;

use super::names::Names;
use crate::web::language::say;
use crate::web::words::Moment;

/// Somebody who was given the clip.
pub(super) struct GrantRow {
    pub(super) id: String,
    pub(super) to: String,
    pub(super) purpose: String,
    pub(super) issued: Moment,
    pub(super) until: Moment,
    pub(super) state: String,
    /// Whether it can still be stopped.
    pub(super) serves: bool,
}

impl GrantRow {
    pub(super) fn new(view: &GrantView, names: &Names, now: Timestamp) -> Self {
        let over = view.grant.until <= now;
        Self {
            id: view.id.to_string(),
            to: names.get(view.grant.to),
            purpose: view.grant.purpose.to_string(),
            issued: Moment::new(view.grant.issued, now),
            until: Moment::new(view.grant.until, now),
            state: state_of(view, names, now),
            serves: view.stopped.is_none() && !over,
        }
    }
}

/// What became of a grant, as far as this home knows.
fn state_of(view: &GrantView, names: &Names, now: Timestamp) -> String {
    let ago = |at: Timestamp| Moment::new(at, now).words;
    let fetched = match (view.fetched, view.fetched_at, view.fetched_from) {
        (false, ..) => None,
        (true, Some(at), None) => Some(say!("clips-fetched-at", when = ago(at))),
        (true, Some(at), Some(keeper)) => Some(say!(
            "clips-fetched-from",
            when = ago(at),
            keeper = names.get(keeper)
        )),
        (true, None, _) => Some(say!("clips-fetched")),
    };
    match (view.stopped, fetched) {
        (Some(at), Some(fetched)) => {
            say!("clips-stopped-fetched", fetched = fetched, when = ago(at))
        }
        (Some(at), None) => say!("clips-stopped-unfetched", when = ago(at)),
        (None, Some(fetched)) => format!("{fetched}."),
        (None, None) if view.grant.until <= now => say!("clips-over-unfetched"),
        (None, None) if view.delivered => say!("clips-delivered"),
        (None, None) => say!("clips-waits"),
    }
}
