//! The short commands: each asks the node once and says what came of it in the words of [`answers`](super::answers).

use std::time::Duration;

use streetlamp_proto::alert::{Kind, Text, Title};
use streetlamp_proto::cell::{Cell, Place};
use streetlamp_proto::clip::ClipId;
use streetlamp_proto::grant::Purpose;
use streetlamp_proto::household::{
    AlertView, Answer, ClipView, Command, Draft, GrantView, Household, MemberView, Skew,
};
use streetlamp_proto::identity::{HouseholdId, Name};
use streetlamp_proto::ledger::Entry;
use streetlamp_proto::signed::StatementId;
use streetlamp_proto::street::Ticket;
use streetlamp_proto::time::Timestamp;
use zeroize::Zeroizing;

use super::answers::{
    AlertItem, ClipItem, EntryItem, Founded, GrantItem, Granted, Invited, Joined, Locked,
    MemberItem, Moment, Posted, SignIn, Status,
};
use super::ids;
use super::protocol::{AlertPost, Line, Request, encode};
use crate::error::{Error, ErrorKind, Result};
use crate::node::NodeHandle;

/// A street with this many members calls a household new until two of them vouched for it.
const MEMBERS_FOR_NEW: usize = 4;
/// Vouches with which a household is not new any more.
const VOUCHES_ENOUGH: usize = 2;

/// Does what was asked, and gives the line that says so.
pub(super) async fn answer(handle: &NodeHandle, request: Request) -> Result<Zeroizing<Vec<u8>>> {
    match request {
        Request::Status => ok(&status(handle).await?),
        Request::SignIn => {
            let page = handle
                .page()
                .ok_or_else(|| Error::new(ErrorKind::NotFound, "this node has no page"))?;
            ok(&SignIn {
                web: page.url().to_owned(),
                sign_in: page.new_sign_in_link(),
            })
        }
        Request::Unlock { passphrase } => {
            handle.unlock(passphrase.0).await?;
            ok(&Locked { locked: false })
        }
        Request::Lock => {
            handle.lock().await?;
            ok(&Locked { locked: true })
        }
        Request::StreetNew { name, cell } => ok(&found(handle, &name, cell).await?),
        Request::StreetInvite { life_ms } => {
            ok(&invite(handle, Duration::from_millis(life_ms)).await?)
        }
        Request::StreetJoin { ticket } => ok(&join(handle, &ticket.0).await?),
        Request::StreetMembers => {
            let members = handle.read(|household, _| household.members()).await?;
            let street_is_large = members.len() >= MEMBERS_FOR_NEW;
            ok(&members
                .into_iter()
                .map(|view| member_item(view, street_is_large))
                .collect::<Vec<_>>())
        }
        Request::AlertPost(post) => ok(&post_alert(handle, *post).await?),
        Request::AlertList { kind, since_ms } => ok(&alerts(handle, kind, since_ms).await?),
        Request::AlertShow { alert } => {
            let views = handle.read(Household::alerts).await?;
            let id = ids::resolve("alert", &alert, views.iter().map(|view| view.id))?;
            ok(&views.into_iter().find(|view| view.id == id).map(alert_item))
        }
        Request::ClipList => {
            let clips = handle.read(|household, _| household.clips()).await?;
            ok(&clips.into_iter().map(clip_item).collect::<Vec<_>>())
        }
        Request::ClipShow { clip } => {
            let views = handle.read(|household, _| household.clips()).await?;
            let id = ids::resolve("clip", &clip, views.iter().map(|view| view.manifest.clip))?;
            ok(&views
                .into_iter()
                .find(|view| view.manifest.clip == id)
                .map(clip_item))
        }
        Request::GrantGive {
            clip,
            to,
            purpose,
            until_ms,
        } => ok(&give(handle, &clip, &to, &purpose, until_ms).await?),
        Request::GrantList { given, received } => ok(&grants(handle, given, received).await?),
        Request::GrantStop { grant } => {
            let known = handle.read(|household, _| household.given()).await?;
            let grant = ids::resolve("grant", &grant, known.iter().map(|view| view.id))?;
            ok(&granted(handle.command(Command::Stop(grant)).await?)?)
        }
        Request::LedgerShow => ok(&handle
            .ledger()
            .await?
            .iter()
            .map(entry_item)
            .collect::<Vec<_>>()),
        Request::ClipAdd { .. }
        | Request::ClipOpen { .. }
        | Request::ClipExport { .. }
        | Request::ClipFetch { .. } => Err(unexpected()),
    }
}

/// The clip that a resident means.
pub(super) async fn clip_named(handle: &NodeHandle, given: &str) -> Result<ClipId> {
    let known = handle.read(|household, _| household.clips()).await?;
    ids::resolve("clip", given, known.iter().map(|view| view.manifest.clip))
}

fn ok(answer: &impl serde::Serialize) -> Result<Zeroizing<Vec<u8>>> {
    encode(&Line::Ok(answer))
}

fn unexpected() -> Error {
    Error::new(
        ErrorKind::Internal,
        "the node gave an answer to something else",
    )
}

fn invalid(what: &str, error: impl std::fmt::Display) -> Error {
    Error::new(
        ErrorKind::Invalid,
        format!("the {what} cannot be used: {error}"),
    )
}

async fn status(handle: &NodeHandle) -> Result<Status> {
    let status = handle.read(Household::status).await?;
    let mut streets: Vec<_> = status
        .streets
        .iter()
        .map(|street| street.name.to_string())
        .collect();
    let signed = |skew: Skew| {
        let seconds = i64::try_from(skew.by.as_secs()).unwrap_or(i64::MAX);
        if skew.ahead { seconds } else { -seconds }
    };
    Ok(Status {
        running: true,
        household: status.household.to_string(),
        name: status.name.to_string(),
        locked: status.locked,
        street: if streets.len() == 1 {
            streets.first().cloned()
        } else {
            None
        },
        streets: std::mem::take(&mut streets),
        neighbours_known: status.neighbours_known,
        neighbours_connected: status.neighbours_connected,
        alerts: status.alerts,
        clips: status.clips,
        queued: status.queued,
        ledger_seq: status.ledger_seq,
        clock_skew_s: status.clock_skew.map(signed),
        peer_id: handle.peer_id().to_owned(),
        web: handle.page().map(|page| page.url().to_owned()),
        listen: handle.listen().await?,
    })
}

async fn found(handle: &NodeHandle, name: &str, cell: Option<String>) -> Result<Founded> {
    let called = Name::clean(name).map_err(|e| invalid("name of the street", e))?;
    let cell: Cell = match cell {
        Some(text) => text.parse().map_err(|e| invalid("cell", e))?,
        None => handle.home().cell().cloned().ok_or_else(|| {
            Error::new(
                ErrorKind::Invalid,
                "this home has no cell: say where the street is with --cell CELL",
            )
        })?,
    };
    match handle
        .command(Command::FoundStreet {
            name: called.clone(),
            cell: cell.clone(),
        })
        .await?
    {
        Answer::Street { street, epoch, .. } => Ok(Founded {
            street: street.to_string(),
            name: called.to_string(),
            cell: cell.to_string(),
            epoch,
        }),
        _ => Err(unexpected()),
    }
}

async fn invite(handle: &NodeHandle, life: Duration) -> Result<Invited> {
    match handle
        .command(Command::Invite { street: None, life })
        .await?
    {
        Answer::Ticket(ticket) => Ok(Invited {
            ticket: ticket.to_string(),
            expires: Moment(ticket.expires),
            qr: None,
        }),
        _ => Err(unexpected()),
    }
}

async fn join(handle: &NodeHandle, ticket: &str) -> Result<Joined> {
    let ticket: Ticket = ticket
        .parse()
        .map_err(streetlamp_proto::household::Failure::from)?;
    let name = ticket.name.to_string();
    let Answer::Street {
        street,
        inviter,
        epoch,
    } = handle.command(Command::Join(Box::new(ticket))).await?
    else {
        return Err(unexpected());
    };
    let inviter_name = match inviter {
        Some(inviter) => {
            handle
                .read(move |household, _| household.name_of(inviter))
                .await?
        }
        None => None,
    };
    Ok(Joined {
        street: street.to_string(),
        name,
        inviter: inviter.map(|id| id.to_string()),
        inviter_name: inviter_name.map(|name| name.to_string()),
        epoch,
    })
}

fn member_item(view: MemberView, street_is_large: bool) -> MemberItem {
    // Only the founder is a member without any vouch.
    let is_new = street_is_large && !view.vouches.is_empty() && view.vouches.len() < VOUCHES_ENOUGH;
    MemberItem {
        household: view.household.to_string(),
        name: view.name.to_string(),
        me: view.me,
        vouches: view.vouches.iter().map(HouseholdId::to_string).collect(),
        new: is_new,
        connected: view.connected,
        last_heard: view.last_heard.map(Moment),
    }
}

async fn post_alert(handle: &NodeHandle, post: AlertPost) -> Result<Posted> {
    let mut clips = Vec::with_capacity(post.clips.len());
    for clip in &post.clips {
        clips.push(clip_named(handle, clip).await?);
    }
    let draft = Draft {
        street: None,
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

async fn alerts(
    handle: &NodeHandle,
    kind: Option<String>,
    since_ms: Option<u64>,
) -> Result<Vec<AlertItem>> {
    let kind: Option<Kind> = kind
        .map(|word| word.parse())
        .transpose()
        .map_err(|e| invalid("kind", e))?;
    let since = Timestamp::from_ms(since_ms.unwrap_or(0));
    let views = handle.read(Household::alerts).await?;
    let wanted = views
        .into_iter()
        .filter(|view| kind.is_none_or(|kind| view.alert.kind == kind));
    Ok(wanted
        .filter(|view| view.alert.issued >= since)
        .map(alert_item)
        .collect())
}

fn alert_item(view: AlertView) -> AlertItem {
    let alert = view.alert;
    AlertItem {
        alert: view.id.to_string(),
        author: view.author.to_string(),
        author_name: view.author_name.map(|name| name.to_string()),
        kind: alert.kind.to_string(),
        urgency: alert.urgency.to_string(),
        title: alert.title.to_string(),
        text: alert.text.to_string(),
        place: alert.place.map(|place| place.to_string()),
        happened: Moment(alert.happened),
        issued: Moment(alert.issued),
        expires: Moment(alert.expires),
        state: if view.expired { "expired" } else { "active" }.to_owned(),
        clips: alert.clips.iter().map(ClipId::to_string).collect(),
        audience: "street".to_owned(),
        known: true,
        received: Moment(view.received),
    }
}

fn clip_item(view: ClipView) -> ClipItem {
    ClipItem {
        clip: view.manifest.clip.to_string(),
        camera: view.camera,
        recorded: Moment(view.manifest.recorded),
        duration_s: f64::from(view.manifest.duration_ms) / 1_000.0,
        sealed_bytes: view.manifest.sealed_len,
        owner: view.owner.to_string(),
        mine: view.mine,
        here: view.here,
        granted_to: view.granted_to.iter().map(HouseholdId::to_string).collect(),
        keepers: Vec::new(),
        expires: view.until.map(Moment),
        offered: view.offered,
    }
}

async fn give(
    handle: &NodeHandle,
    clip: &str,
    to: &str,
    purpose: &str,
    until_ms: Option<u64>,
) -> Result<Granted> {
    let clip = clip_named(handle, clip).await?;
    let members = handle.read(|household, _| household.members()).await?;
    let members: Vec<_> = members
        .into_iter()
        .map(|view| (view.household, view.name))
        .collect();
    let command = Command::Give {
        clip,
        to: ids::household(to, &members)?,
        purpose: Purpose::clean(purpose).map_err(|e| invalid("purpose", e))?,
        until: until_ms.map(Timestamp::from_ms),
    };
    granted(handle.command(command).await?)
}

fn granted(answer: Answer) -> Result<Granted> {
    match answer {
        Answer::Grant { grant, seq } => Ok(Granted {
            grant: grant.to_string(),
            ledger_seq: seq,
        }),
        _ => Err(unexpected()),
    }
}

async fn grants(handle: &NodeHandle, given: bool, received: bool) -> Result<Vec<GrantItem>> {
    let mut views: Vec<GrantView> = handle
        .read(move |household, _| {
            let given = if given { household.given() } else { Vec::new() };
            let received = if received {
                household.received()
            } else {
                Vec::new()
            };
            given.into_iter().chain(received).collect()
        })
        .await?;
    views.sort_by_key(|view| (std::cmp::Reverse(view.grant.issued), view.id));
    Ok(views.into_iter().map(grant_item).collect())
}

fn grant_item(view: GrantView) -> GrantItem {
    let id: StatementId = view.id;
    GrantItem {
        grant: id.to_string(),
        clip: view.grant.clip.to_string(),
        from: view.grant.from.to_string(),
        to: view.grant.to.to_string(),
        purpose: view.grant.purpose.to_string(),
        issued: Moment(view.grant.issued),
        until: Moment(view.grant.until),
        stopped: view.stopped.map(Moment),
        fetched: view.fetched,
        delivered: view.delivered,
    }
}

fn entry_item(entry: &Entry) -> EntryItem {
    EntryItem {
        seq: entry.seq,
        hash: entry.hash().to_string(),
        kind: entry.act.word().to_owned(),
        clip: entry.act.clip().to_string(),
        to: entry.act.to(),
        at: Moment(entry.at),
    }
}
