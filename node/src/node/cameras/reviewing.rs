//! Films of a Frigate: what it recorded is asked of it when it says that something is over, and now and then besides.
//!
//! Nothing is queued. What there is and what is known are compared, so that a flood of messages, a broker that was away, or
//! a night without power loses nothing that Frigate still has of the last day. A film is fetched some seconds after the
//! end, when its last part is written; one that is not there yet, is cut off or too short is asked for again.

use std::io::Cursor;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use streetlamp_proto::time::Timestamp;
use tokio::sync::Notify;
use tokio::time::{sleep, timeout};

use super::feed::Feed;
use super::pushing::Held;
use super::taken::{Mark, Taken};
use crate::blocking::block;
use crate::camera::film::{FilmError, Series};
use crate::camera::frigate::{Frigate, Open, Piece, REVIEWS};
use crate::error::{ErrorKind, Result};
use crate::mqtt::Session;

/// How long after the end of something it is asked for: Frigate writes its recordings some seconds late.
const SETTLES: Duration = Duration::from_secs(5);
/// How often it is asked, even if it says nothing.
const LOOK: Duration = Duration::from_secs(300);
/// How far back is asked. A film that lies there longer is not new.
const BACK: Duration = Duration::from_secs(24 * 3600);
/// For how long it is remembered that a film was taken: longer than it is asked for.
const KNOWN: Duration = Duration::from_secs(48 * 3600);
/// Waits before a film is asked for once more; all in all two minutes.
const AGAIN: [Duration; 6] = [
    Duration::from_secs(2),
    Duration::from_secs(4),
    Duration::from_secs(8),
    Duration::from_secs(16),
    Duration::from_secs(30),
    Duration::from_secs(60),
];
/// After how long what is not there will not come any more.
const OLD: Duration = Duration::from_secs(600);
/// A film that lacks more than this of what was asked for is not complete yet. Frigate records in parts of ten seconds, and
/// begins one with a key picture.
const LACKS: Duration = Duration::from_secs(12);

/// Brings films until it fails.
pub(super) async fn follow(feed: &Feed, frigate: &Frigate) -> Result<()> {
    let mut taken = Taken::of(feed).await?;
    let nudged = Notify::new();
    let broken = Mutex::new(None);
    let broke = || broken.lock().unwrap_or_else(PoisonError::into_inner);
    let listening = async {
        let ended = listen(feed, frigate, &nudged).await;
        *broke() = ended.err();
        nudged.notify_one();
        std::future::pending::<()>().await;
    };
    let taking = async {
        loop {
            take_all(feed, frigate, &mut taken).await?;
            // A broker that is away stops nothing that goes on.
            let error = broke().take();
            if let Some(error) = error {
                return Err(error);
            }
            feed.is("listening", taken.refused());
            let nudged = timeout(LOOK, nudged.notified()).await.is_ok();
            let broken = broke().is_some();
            if nudged && !broken {
                sleep(SETTLES).await;
            }
        }
    };
    tokio::select! {
        ended = taking => ended,
        () = listening => Ok(()),
    }
}

/// Hears what Frigate says.
async fn listen(feed: &Feed, frigate: &Frigate, nudged: &Notify) -> Result<()> {
    let mut session = open(feed, frigate, "camera").await?;
    // Something may have been said while nobody listened.
    nudged.notify_one();
    loop {
        let message = session.next().await?;
        let heard = frigate.heard(&message.payload);
        let Some(nudge) = heard.filter(|_| !message.retained) else {
            continue;
        };
        if nudge.somebody {
            feed.node.somebody_at(&feed.name);
        }
        if nudge.over {
            nudged.notify_one();
        }
    }
}

async fn open(feed: &Feed, frigate: &Frigate, purpose: &str) -> Result<Session> {
    // A name of its own at the broker: two of one name throw each other out.
    let device =
        blake3::hash(format!("{} {purpose} {}", feed.node.peer_id(), feed.name).as_bytes());
    let name = format!(
        "streetlamp-{}",
        device.to_hex().get(..16).unwrap_or_default()
    );
    let session = Session::open(&frigate.broker, name, None).await?;
    session.hear(REVIEWS)?;
    Ok(session)
}

/// Takes everything that is there and was not taken.
async fn take_all(feed: &Feed, frigate: &Frigate, taken: &mut Taken<'_>) -> Result<()> {
    let now = feed.node.now();
    let open = frigate.open().await?;
    let since = now.before(BACK).max(Timestamp::from_ms(frigate.since_ms));
    let pieces = open.pieces(since).await?;
    let known = nanos(now.before(KNOWN));
    taken
        .forget_unless(|film| film.modified_ns >= known)
        .await?;
    for piece in &pieces {
        let mark = Mark {
            name: piece.name.clone().into_bytes(),
            size: 0,
            modified_ns: nanos(piece.begins),
        };
        if taken.is_done(&mark) {
            continue;
        }
        if feed.records(piece.begins) {
            feed.has_share()?;
            take(feed, &open, piece, &mark, taken).await?;
        } else {
            taken.pass(&mark).await?;
        }
    }
    Ok(())
}

fn nanos(at: Timestamp) -> i64 {
    i64::try_from(at.as_ms().saturating_mul(1_000_000)).unwrap_or(i64::MAX)
}

/// How a film came.
enum Came {
    Whole(Held),
    /// It lacks its end, as far as can be told.
    Short(Held),
    Not(&'static str),
}

async fn take(
    feed: &Feed,
    open: &Open<'_>,
    piece: &Piece,
    mark: &Mark,
    taken: &mut Taken<'_>,
) -> Result<()> {
    feed.is("fetching", taken.refused());
    let mut waits = AGAIN.iter();
    let held = loop {
        let came = fetch(feed, open, piece).await?;
        let old = feed.node.now() > piece.ends.after(OLD);
        match (came, waits.next().filter(|_| !old)) {
            (Came::Whole(held), _) | (Came::Short(held), None) => break held,
            (Came::Not(why), None) => return taken.refuse(mark, why.to_owned()).await,
            (_, Some(wait)) => sleep(*wait).await,
        }
    };
    let series = block(|| Series::read(Cursor::new(held.film()), feed.sound()));
    taken.take(mark, series, |_| piece.begins).await
}

/// Asks for a film once.
///
/// # Errors
/// If Frigate is not there, or there is no room now: both may last, and are the feed's trouble.
async fn fetch(feed: &Feed, open: &Open<'_>, piece: &Piece) -> Result<Came> {
    let Some(mut reply) = open.film(piece).await? else {
        return Ok(Came::Not("Frigate has no recording of it"));
    };
    let mut held = feed.node.hold_film();
    loop {
        match reply.next().await {
            Ok(Some(bytes)) => match held.take(&bytes) {
                Err(error) if error.kind() == ErrorKind::Invalid => {
                    return Ok(Came::Not("it is too large"));
                }
                taken => taken?,
            },
            Ok(None) => break,
            Err(_) => return Ok(Came::Not("it broke off each time")),
        }
    }
    let wanted = piece.ends.since(piece.begins);
    let lasts = match block(|| Series::read(Cursor::new(held.film()), feed.sound())) {
        Ok(series) => series.lasts(),
        Err(FilmError::Truncated | FilmError::Empty) => {
            return Ok(Came::Not("it broke off each time"));
        }
        // Said by whoever takes it.
        Err(_) => wanted,
    };
    Ok(if lasts + LACKS < wanted {
        Came::Short(held)
    } else {
        Came::Whole(held)
    })
}

/// Looks whether Frigate and its broker answer.
pub(super) async fn test(feed: &Feed, frigate: &Frigate) -> Result<String> {
    let pieces = frigate
        .open()
        .await?
        .pieces(feed.node.now().before(BACK))
        .await?;
    let session = open(feed, frigate, "test").await?;
    session.close().await?;
    Ok(match pieces.len() {
        0 => "Frigate and its broker answer; there is nothing of the last day".to_owned(),
        1 => "Frigate and its broker answer; there is one film of the last day".to_owned(),
        films => format!("Frigate and its broker answer; there are {films} films of the last day"),
    })
}
