//! A grant as it is drawn: who was given a clip, why, and what became of it.

use streetlamp_proto::household::GrantView;
use streetlamp_proto::time::Timestamp;

use super::names::Names;
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
        (true, Some(at), None) => Some(format!("Fetched {}", ago(at))),
        (true, Some(at), Some(keeper)) => Some(format!(
            "Fetched {} from {}, by that keeper's word",
            ago(at),
            names.get(keeper)
        )),
        (true, None, _) => Some("Fetched".to_owned()),
    };
    match (view.stopped, fetched) {
        (Some(at), Some(fetched)) => {
            format!(
                "{fetched}: the copy stays there. Not served since {}.",
                ago(at)
            )
        }
        (Some(at), None) => format!(
            "Not served since {}. As far as is known here, it was not fetched.",
            ago(at)
        ),
        (None, Some(fetched)) => format!("{fetched}."),
        (None, None) if view.grant.until <= now => {
            "Its time is over. As far as is known here, it was not fetched.".to_owned()
        }
        (None, None) if view.delivered => "Knows of it, and has not fetched it yet.".to_owned(),
        (None, None) => "Waits here until that home is connected.".to_owned(),
    }
}
