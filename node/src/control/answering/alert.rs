//! What is asked about alerts: posting, reading, and what is said about them.

use std::time::Duration;

use streetlamp_proto::alert::{Act, Comment, Kind, Progress, Reason, Text, Title};
use streetlamp_proto::cell::Place;
use streetlamp_proto::clip::ClipId;
use streetlamp_proto::household::{AlertView, Answer, Change, Command, Draft, FollowUpView};
use streetlamp_proto::signed::StatementId;
use streetlamp_proto::time::Timestamp;

use super::{clip_named, invalid, unexpected};
use crate::control::answers::{AlertItem, AlertShown, FollowUpItem, FollowedUp, Moment, Posted};
use crate::control::ids;
use crate::control::protocol::{AlertPost, Saying};
use crate::error::Result;
use crate::node::NodeHandle;

pub(super) async fn post(handle: &NodeHandle, post: AlertPost) -> Result<Posted> {
    let mut clips = Vec::with_capacity(post.clips.len());
    for clip in &post.clips {
        clips.push(clip_named(handle, clip).await?);
    }
    let draft = Draft {
        street: None,
        nearby: post.nearby,
        kind: post.kind.parse().map_err(|e| invalid("kind", e))?,
        urgency: post.urgency.parse().map_err(|e| invalid("urgency", e))?,
        place: post
            .place
            .map(|text| text.parse::<Place>())
            .transpose()
            .map_err(|e| invalid("place", e))?,
        title: Title::clean(&post.title).map_err(|e| invalid("title", e))?,
        text: Text::clean(&post.text).map_err(|e| invalid("text", e))?,
        happened: None,
        life: Duration::from_millis(post.life_ms),
        clips,
    };
    match handle.command(Command::PostAlert(draft)).await? {
        Answer::Alert { alert, reached } => {
            let state = if reached > 0 { "sent" } else { "queued" };
            Ok(Posted {
                alert: alert.to_string(),
                state: state.to_owned(),
                reached,
            })
        }
        _ => Err(unexpected()),
    }
}

pub(super) async fn list(
    handle: &NodeHandle,
    kind: Option<String>,
    since_ms: Option<u64>,
    all: bool,
) -> Result<Vec<AlertItem>> {
    let kind: Option<Kind> = kind
        .map(|word| word.parse())
        .transpose()
        .map_err(|e| invalid("kind", e))?;
    let since = Timestamp::from_ms(since_ms.unwrap_or(0));
    let wanted = handle.read(move |household, now| {
        household
            .feed()
            .filter(|glimpse| kind.is_none_or(|kind| glimpse.alert.kind == kind))
            .filter(|glimpse| glimpse.alert.issued >= since)
            .filter(|glimpse| all || glimpse.is_shown())
            .map(|glimpse| glimpse.view(now))
            .collect::<Vec<_>>()
    });
    Ok(wanted.await?.iter().map(alert_item).collect())
}

pub(super) async fn show(handle: &NodeHandle, alert: &str) -> Result<Option<AlertShown>> {
    let id = named(handle, alert).await?;
    let found = handle.read(move |household, now| {
        let view = household.alert(id)?.view(now);
        Some((view, household.follow_ups(id)))
    });
    Ok(found.await?.map(|(view, follow_ups)| AlertShown {
        alert: alert_item(&view),
        follow_ups: follow_ups.into_iter().map(follow_up_item).collect(),
    }))
}

/// The alert whose id begins like this.
async fn named(handle: &NodeHandle, alert: &str) -> Result<StatementId> {
    let ids = handle.read(|household, _| household.alert_ids().collect::<Vec<_>>());
    ids::resolve("alert", alert, ids.await?)
}

/// Says something about an alert.
pub(super) async fn say(handle: &NodeHandle, alert: &str, saying: Saying) -> Result<FollowedUp> {
    let alert = named(handle, alert).await?;
    let change = change(saying)?;
    match handle.command(Command::FollowUp { alert, change }).await? {
        Answer::FollowUp { alert, follow_up } => Ok(FollowedUp {
            alert: alert.to_string(),
            follow_up: follow_up.to_string(),
        }),
        _ => Err(unexpected()),
    }
}

fn change(saying: Saying) -> Result<Change> {
    let act = match saying {
        Saying::Update {
            title,
            text,
            urgency,
        } => {
            let title = title.map(|title| Title::clean(&title)).transpose();
            let text = text.map(|text| Text::clean(&text)).transpose();
            let urgency = urgency.map(|word| word.parse()).transpose();
            return Ok(Change::Update {
                title: title.map_err(|e| invalid("title", e))?,
                text: text.map_err(|e| invalid("text", e))?,
                urgency: urgency.map_err(|e| invalid("urgency", e))?,
            });
        }
        Saying::Cancel { reason } => {
            let reason = reason.map(|reason| Reason::clean(&reason)).transpose();
            Act::Cancel(reason.map_err(|e| invalid("reason", e))?)
        }
        Saying::Confirm => Act::Confirm,
        Saying::Resolve => Act::Resolve,
        Saying::Comment { text } => {
            Act::Comment(Comment::clean(&text).map_err(|e| invalid("comment", e))?)
        }
        Saying::CloseComments => Act::CloseComments,
        Saying::Flag { reason } => Act::Flag(reason.parse().map_err(|e| invalid("reason", e))?),
    };
    Ok(Change::Act(act))
}

fn alert_item(view: &AlertView) -> AlertItem {
    let (alert, thread) = (&view.alert, &view.thread);
    let (state, reason) = match &thread.progress {
        _ if view.expired => ("expired", None),
        Progress::Active => ("active", None),
        Progress::Cancelled { reason, .. } => ("cancelled", reason.as_ref()),
        Progress::Resolved { .. } => ("resolved", None),
    };
    AlertItem {
        alert: view.id.to_string(),
        author: view.author.as_ref().map(ToString::to_string),
        author_name: view.author_name.as_ref().map(ToString::to_string),
        kind: alert.kind.to_string(),
        urgency: thread.urgency.to_string(),
        title: thread.title.to_string(),
        text: thread.text.to_string(),
        place: alert.place.as_ref().map(ToString::to_string),
        happened: Moment(alert.happened),
        issued: Moment(alert.issued),
        updated: thread.updated.map(Moment),
        expires: Moment(alert.expires),
        state: state.to_owned(),
        reason: reason.map(ToString::to_string),
        confirmations: thread.confirmations.len(),
        comments: thread.comments.len(),
        comments_closed: thread.closed,
        flags: thread.flags.len(),
        hidden: view.hidden,
        muted: view.muted,
        clips: alert.clips.iter().map(ClipId::to_string).collect(),
        audience: alert.audience.word().to_owned(),
        known: view.author.is_some() || view.next_door.is_some(),
        next_door: view.next_door.as_ref().map(ToString::to_string),
        received: Moment(view.received),
    }
}

fn follow_up_item(view: FollowUpView) -> FollowUpItem {
    let text = match &view.act {
        Act::Update { title, text, .. } if text.as_str().is_empty() => Some(title.to_string()),
        Act::Update { title, text, .. } => Some(format!("{title}\n{text}")),
        Act::Cancel(reason) => reason.as_ref().map(ToString::to_string),
        Act::Comment(text) => Some(text.to_string()),
        Act::Flag(reason) => Some(reason.to_string()),
        Act::Confirm | Act::Resolve | Act::CloseComments => None,
    };
    FollowUpItem {
        follow_up: view.id.to_string(),
        author: view.author.as_ref().map(ToString::to_string),
        author_name: view.author_name.map(|name| name.to_string()),
        act: view.act.word().to_owned(),
        text,
        issued: Moment(view.issued),
    }
}
