//! The short commands: each asks the node once and says what came of it in the words of [`answers`](super::answers).

mod alert;
mod beyond;
mod bulletin;
mod camera;
mod clip;
mod device;
mod house;
mod keeper;
mod notify;
mod page;
mod street;
mod token;

use std::time::Duration;

use streetlamp_proto::clip::ClipId;
use streetlamp_proto::household::{Command, Skew};
use streetlamp_proto::ledger::Entry;
use zeroize::Zeroizing;

use super::answers::{EntryItem, Locked, Moment, PassphraseChanged, ReachItem, SignIn, Status};
use super::protocol::{Request, encode};
use super::{films, ids};
use crate::error::{Error, ErrorKind, Result};
use crate::node::NodeHandle;

/// Does what was asked, and gives the JSON that says so.
///
/// # Errors
/// If it was refused or failed; for commands whose films come or go, which have ways of their own.
pub(crate) async fn answer(handle: &NodeHandle, request: Request) -> Result<Zeroizing<Vec<u8>>> {
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
        Request::PageShow => ok(&page::show(handle).await?),
        Request::PageOpen { at } => ok(&page::open(handle, at).await?),
        Request::PageShut => ok(&page::shut(handle).await?),
        Request::FactorNew => ok(&page::new_factor(handle).await?),
        Request::FactorConfirm { code } => ok(&page::confirm_factor(handle, &code).await?),
        Request::FactorRemove => ok(&page::remove_factor(handle).await?),
        Request::Unlock {
            passphrase,
            idle_ms,
        } => {
            let idle = Duration::from_millis(idle_ms);
            handle.unlock(passphrase.0, idle).await?;
            ok(&Locked { locked: false })
        }
        Request::Lock => {
            handle.lock().await?;
            ok(&Locked { locked: true })
        }
        Request::PassphraseChange { current, new } => {
            handle.change_passphrase(&current.0, &new.0)?;
            ok(&PassphraseChanged { changed: true })
        }
        Request::StreetNew {
            name,
            cell,
            urgent_per_hour,
        } => ok(&street::found(handle, &name, cell, urgent_per_hour).await?),
        Request::StreetInvite { life_ms } => {
            ok(&street::invite(handle, Duration::from_millis(life_ms)).await?)
        }
        Request::StreetJoin { ticket } => ok(&street::join(handle, &ticket.0).await?),
        Request::StreetReturn { address } => ok(&device::come_back(handle, &address).await?),
        Request::DeviceList => ok(&device::list(handle).await?),
        Request::DeviceCertify { certificate } => ok(&device::certify(handle, &certificate).await?),
        Request::StreetMembers => ok(&street::members(handle).await?),
        Request::StreetVouch { household } => ok(&street::vouch(handle, &household).await?),
        Request::StreetRemove { household, reason } => {
            ok(&street::remove(handle, &household, &reason).await?)
        }
        Request::StreetLeave => ok(&street::leave(handle).await?),
        Request::StreetKnock {
            cell,
            text,
            life_ms,
        } => ok(&beyond::knock(handle, cell, &text, Duration::from_millis(life_ms)).await?),
        Request::StreetKnocks => ok(&beyond::knocks(handle).await?),
        Request::StreetNearby { radius } => ok(&beyond::nearby(handle, radius).await?),
        Request::StreetIntroduce => ok(&beyond::introduce(handle).await?),
        Request::StreetLink { introduction } => ok(&beyond::link(handle, &introduction).await?),
        Request::StreetUnlink { name } => ok(&beyond::unlink(handle, &name).await?),
        Request::StreetLinks => ok(&beyond::links(handle).await?),
        Request::StreetMute { household, muted } => {
            ok(&street::mute(handle, &household, muted).await?)
        }
        Request::AlertPost(post) => ok(&alert::post(handle, *post).await?),
        Request::AlertList {
            kind,
            since_ms,
            all,
        } => ok(&alert::list(handle, kind, since_ms, all).await?),
        Request::AlertShow { alert } => ok(&alert::show(handle, &alert).await?),
        Request::AlertSay { alert, saying } => ok(&alert::say(handle, &alert, saying).await?),
        Request::Bulletins { publisher, all } => ok(&bulletin::list(handle, publisher, all).await?),
        Request::BulletinExport { bulletin } => ok(&bulletin::export(handle, &bulletin).await?),
        Request::Mute { what, muted } => ok(&bulletin::mute(handle, &what, muted).await?),
        Request::Publishers => ok(&bulletin::publishers(handle).await?),
        Request::PublisherPin { publisher } => ok(&bulletin::pin(handle, &publisher).await?),
        Request::PublisherForget { publisher } => ok(&bulletin::forget(handle, &publisher).await?),
        Request::PublisherCheck { publisher } => ok(&bulletin::check(handle, &publisher).await?),
        Request::PublisherDomains { ask } => ok(&bulletin::domains(handle, ask).await?),
        Request::ClipList => ok(&clip::list(handle).await?),
        Request::ClipShow { clip } => ok(&clip::show(handle, &clip).await?),
        Request::ClipKeep {
            days,
            bytes,
            no_limit,
        } => ok(&clip::keep(handle, days, bytes, no_limit).await?),
        Request::ClipPin { clip, pinned } => ok(&clip::pin(handle, &clip, pinned).await?),
        Request::ClipSignFilm(written) => ok(&clip::sign_film(handle, &written).await?),
        Request::ClipDelete { clip } => ok(&clip::delete(handle, &clip).await?),
        Request::GrantGive {
            clip,
            to,
            purpose,
            until_ms,
        } => ok(&clip::give(handle, &clip, &to, &purpose, until_ms).await?),
        Request::GrantShare {
            clip,
            purpose,
            until_ms,
        } => ok(&clip::share(handle, &clip, &purpose, until_ms).await?),
        Request::GrantList { given, received } => ok(&clip::grants(handle, given, received).await?),
        Request::GrantStop { grant } => ok(&clip::stop(handle, &grant).await?),
        Request::KeeperOffer { bytes } => ok(&keeper::offer(handle, bytes).await?),
        Request::KeeperAsk {
            household,
            bytes,
            until_ms,
        } => ok(&keeper::ask(handle, &household, bytes, until_ms).await?),
        Request::KeeperList => ok(&keeper::list(handle).await?),
        Request::KeeperEnd { household } => ok(&keeper::end(handle, &household).await?),
        Request::KeeperCheck { household } => ok(&keeper::check(handle, &household).await?),
        Request::KeeperRecall { household } => ok(&keeper::recall(handle, &household).await?),
        Request::CameraAdd(add) => ok(&camera::add(handle, *add).await?),
        Request::CameraTry(add) => ok(&Box::pin(camera::look(handle, *add)).await?),
        Request::CameraList => ok(&camera::list(handle).await?),
        Request::CameraDiscover {
            address,
            user,
            password,
            allow_loopback,
        } => {
            let login = camera::login(user, password);
            ok(&Box::pin(camera::discover(address, login, allow_loopback)).await?)
        }
        Request::CameraTest { camera } => ok(&camera::test(handle, &camera).await?),
        Request::CameraRemove { camera } => ok(&camera::remove(handle, &camera).await?),
        Request::CameraSchedule { camera, duty } => {
            ok(&camera::schedule(handle, &camera, duty).await?)
        }
        Request::Mode { mode } => ok(&camera::mode(handle, mode).await?),
        Request::CameraTrigger { camera, lasts_ms } => ok(&camera::trigger(
            handle,
            &camera,
            Duration::from_millis(lasts_ms),
        )?),
        Request::CameraToken { camera } => ok(&camera::renew_token(handle, &camera).await?),
        Request::HouseConnect(connect) => ok(&house::connect(handle, *connect).await?),
        Request::HouseShow => ok(&house::show(handle)),
        Request::HouseLeave { anyway } => ok(&house::leave(handle, anyway).await?),
        Request::NotifyAdd(add) => ok(&notify::add(handle, *add).await?),
        Request::NotifyList => ok(&notify::list(handle)),
        Request::NotifyTest { name } => ok(&notify::test(handle, &name).await?),
        Request::NotifyRemove { name } => ok(&notify::remove(handle, &name).await?),
        Request::LedgerShow => {
            let entries = handle.ledger().await?;
            ok(&entries.iter().map(entry_item).collect::<Vec<_>>())
        }
        Request::TokenAdd { name, scopes } => ok(&token::add(handle, name, &scopes).await?),
        Request::TokenList => ok(&token::list(handle).await?),
        Request::TokenRemove { name } => ok(&token::remove(handle, name).await?),
        Request::ClipFetch { clip } => ok(&films::fetched(handle, &clip, |_, _| ()).await?),
        Request::ClipAdd { .. } | Request::ClipOpen { .. } | Request::ClipExport { .. } => {
            Err(unexpected())
        }
    }
}

/// The clip that a resident means. One that another device of the household recorded may not be listed here yet.
pub(super) async fn clip_named(handle: &NodeHandle, given: &str) -> Result<ClipId> {
    let found = async || {
        let known = handle.read(|household, _| household.clips()).await?;
        ids::resolve("clip", given, known.iter().map(|view| view.manifest.clip))
    };
    match found().await {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            handle.command(Command::Look).await?;
            found().await
        }
        named => named,
    }
}

/// An answer as JSON. Wiped after use, because it may hold a ticket or a token.
pub(crate) fn ok(answer: &impl serde::Serialize) -> Result<Zeroizing<Vec<u8>>> {
    encode(answer)
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
    let (status, keepers) = handle
        .read(|household, now| (household.status(now), household.keepers()))
        .await?;
    let keepers = keepers.into_iter().filter(|view| view.state.is_wrong());
    let mut streets: Vec<_> = status
        .streets
        .iter()
        .map(|street| street.name.to_string())
        .collect();
    let cameras = handle.cameras().await?;
    let (listen, reach) = (handle.listen().await?, handle.reach().await?);
    let (known, connected) = (status.neighbours_known, status.neighbours_connected);
    let standing = reach.standing(&listen, known, connected);
    let signed = |skew: Skew| {
        let seconds = i64::try_from(skew.by.as_secs()).unwrap_or(i64::MAX);
        if skew.ahead { seconds } else { -seconds }
    };
    Ok(Status {
        running: true,
        household: status.household.to_string(),
        name: status.name.to_string(),
        locked: status.locked,
        auto_lock_s: status.auto_lock.as_secs(),
        holds_reading_key: handle.home().reads(),
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
        cameras: cameras.len(),
        cameras_failing: cameras
            .iter()
            .filter(|camera| camera.error.is_some())
            .count(),
        queued: status.queued,
        ledger_seq: status.ledger_seq,
        keepers_wrong: keepers.map(keeper::item).collect(),
        disk: handle.disk(),
        clock_skew_s: status.clock_skew.map(signed),
        peer_id: handle.peer_id().to_owned(),
        page_lan: handle.lan().await?.into(),
        web: handle.page().map(|page| page.url().to_owned()),
        reach: ReachItem::new(reach, &standing),
        listen,
    })
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
