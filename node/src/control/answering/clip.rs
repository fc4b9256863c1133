//! What is asked about clips and their grants. Films themselves are [`films`](crate::control::films).

use data_encoding::HEXLOWER;
use streetlamp_proto::export::ExportedFilm;
use streetlamp_proto::grant::Purpose;
use streetlamp_proto::household::{Answer, ClipView, Command, GrantView, Retention};
use streetlamp_proto::identity::HouseholdId;
use streetlamp_proto::signed::StatementId;
use streetlamp_proto::time::Timestamp;

use super::street::neighbour;
use super::{clip_named, invalid, unexpected};
use crate::control::answers::{
    ClipItem, Deleted, GrantItem, Granted, Keeping, Moment, Pinned, SharedItem, SignedFilm,
};
use crate::control::{FilmWritten, ids};
use crate::error::{ErrorKind, Result};
use crate::node::{NodeHandle, SharedClip};

pub(super) async fn list(handle: &NodeHandle) -> Result<Vec<ClipItem>> {
    handle.command(Command::Look).await?;
    let clips = handle.read(|household, _| household.clips()).await?;
    Ok(clips
        .into_iter()
        .map(|view| clip_item(handle, view))
        .collect())
}

pub(super) async fn show(handle: &NodeHandle, clip: &str) -> Result<Option<ClipItem>> {
    let id = clip_named(handle, clip).await?;
    let views = handle.read(|household, _| household.clips()).await?;
    let mut views = views.into_iter();
    let view = views.find(|view| view.manifest.clip == id);
    Ok(view.map(|view| clip_item(handle, view)))
}

pub(super) async fn stop(handle: &NodeHandle, grant: &str) -> Result<Granted> {
    let known = handle.read(|household, _| household.given()).await?;
    let grant = ids::resolve("grant", grant, known.iter().map(|view| view.id))?;
    granted(handle.command(Command::Stop(grant)).await?)
}

pub(super) async fn delete(handle: &NodeHandle, clip: &str) -> Result<Deleted> {
    let clip = clip_named(handle, clip).await?;
    let views = handle.read(|household, _| household.clips()).await?;
    let mut views = views.into_iter();
    let recorder = views.find(|view| view.manifest.clip == clip);
    let recorder = recorder.and_then(|view| view.recorder);
    match handle.command(Command::DeleteClip(clip)).await? {
        Answer::Clip(clip) => Ok(Deleted {
            clip: clip.to_string(),
            still_at: recorder.map(|device| device.to_string()),
        }),
        _ => Err(unexpected()),
    }
}

/// Says how long own clips stay, after changing what was named.
pub(super) async fn keep(
    handle: &NodeHandle,
    days: Option<u32>,
    bytes: Option<u64>,
    no_limit: bool,
) -> Result<Keeping> {
    let before = handle.read(|household, _| household.retention()).await?;
    let kept = if no_limit {
        Retention::default()
    } else {
        before
    };
    let retention = Retention {
        days: days.or(kept.days),
        bytes: bytes.or(kept.bytes),
    };
    if retention != before {
        handle.command(Command::Retain(retention)).await?;
    }
    let Retention { days, bytes } = retention;
    Ok(Keeping { days, bytes })
}

pub(super) async fn pin(handle: &NodeHandle, clip: &str, pinned: bool) -> Result<Pinned> {
    let clip = clip_named(handle, clip).await?;
    handle.command(Command::Pin { clip, pinned }).await?;
    Ok(Pinned {
        clip: clip.to_string(),
        pinned,
    })
}

pub(super) async fn sign_film(handle: &NodeHandle, written: &FilmWritten) -> Result<SignedFilm> {
    let film = ExportedFilm {
        clip: written.clip.parse().map_err(|e| invalid("clip", e))?,
        entry: written.entry.parse().map_err(|e| invalid("entry", e))?,
        film: written.film.parse().map_err(|e| invalid("film", e))?,
        len: written.len,
        muted: written.muted,
        hidden: written.hidden,
    };
    match handle.command(Command::SignFilm(film)).await? {
        Answer::Film(film) => Ok(SignedFilm {
            film: HEXLOWER.encode(&film.to_bytes()),
        }),
        _ => Err(unexpected()),
    }
}

fn clip_item(handle: &NodeHandle, view: ClipView) -> ClipItem {
    let (clip, sealed_len) = (view.manifest.clip, view.manifest.sealed_len);
    ClipItem {
        clip: view.manifest.clip.to_string(),
        camera: view.camera,
        recorded: Moment(view.manifest.recorded),
        duration_s: f64::from(view.manifest.duration_ms) / 1_000.0,
        sealed_bytes: view.manifest.sealed_len,
        owner: view.owner.to_string(),
        mine: view.mine,
        here: view.here && handle.has_sealed(clip, sealed_len),
        granted_to: view.granted_to.iter().map(HouseholdId::to_string).collect(),
        keepers: view.keepers.iter().map(HouseholdId::to_string).collect(),
        expires: view.until.map(Moment),
        pinned: view.pinned,
        offered: view.offered,
        recorder: view.recorder.map(|device| device.to_string()),
    }
}

pub(super) async fn give(
    handle: &NodeHandle,
    clip: &str,
    to: &str,
    purpose: &str,
    until_ms: Option<u64>,
) -> Result<Granted> {
    // Of what another device of the household recorded only the newest are listed: an older one is named in full.
    let clip = match clip_named(handle, clip).await {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            clip.trim().parse().map_err(|_| error)?
        }
        named => named?,
    };
    let command = Command::Give {
        clip,
        to: neighbour(handle, to).await?,
        purpose: Purpose::clean(purpose).map_err(|e| invalid("purpose", e))?,
        until: until_ms.map(Timestamp::from_ms),
    };
    granted(handle.command(command).await?)
}

pub(super) async fn share(
    handle: &NodeHandle,
    clip: &str,
    purpose: &str,
    until_ms: Option<u64>,
) -> Result<Vec<SharedItem>> {
    let clip = clip_named(handle, clip).await?;
    let purpose = Purpose::clean(purpose).map_err(|e| invalid("purpose", e))?;
    let until = until_ms.map(Timestamp::from_ms);
    let shared = handle.share_clip(clip, purpose, until).await?;
    let item = |shared: SharedClip| SharedItem {
        household: shared.to.to_string(),
        name: shared.name.to_string(),
        grant: shared.grant.to_string(),
        ledger_seq: shared.seq,
    };
    Ok(shared.into_iter().map(item).collect())
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

pub(super) async fn grants(
    handle: &NodeHandle,
    given: bool,
    received: bool,
) -> Result<Vec<GrantItem>> {
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
        fetched_at: view.fetched_at.map(Moment),
        fetched_from: view.fetched_from.map(|keeper| keeper.to_string()),
        delivered: view.delivered,
    }
}
