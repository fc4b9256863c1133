//! A film as a player wants it: any part of it at any time, opened on the way and written nowhere.
//!
//! The ledger entry comes first, as for every opening. What opens the film is in memory only while the home is
//! unlocked: locking takes it away in the same moment, also from a player that is in the middle of a film.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use streetlamp_proto::clip::{CHUNK, ClipId, Opener};
use streetlamp_proto::household::{Answer, Command};
use zeroize::Zeroizing;

use super::clips::{damaged, opener, unreadable, whole};
use super::handle::NodeHandle;
use crate::blocking::block;
use crate::error::{Error, ErrorKind, Result};

/// Chunks that are opened at a time: 256 KiB of film, so that a player which jumps has not asked for much.
const CHUNKS_PER_PART: u64 = 4;

/// A film that is being watched. Dropping it wipes what opens it.
#[derive(Debug)]
pub struct Watched {
    clip: ClipId,
    len: u64,
    slot: Arc<Slot>,
}

/// What opens one film, until the home is locked.
type Slot = Mutex<State>;

#[derive(Debug)]
enum State {
    /// Its ledger entry is being written.
    Asked,
    Open {
        opener: Opener,
        file: File,
    },
    Locked,
}

/// Every film that is being watched.
#[derive(Debug, Default)]
pub(super) struct WatchedFilms(Mutex<Vec<Weak<Slot>>>);

impl WatchedFilms {
    /// A place for one more, which locking closes from now on.
    fn slot(&self) -> Arc<Slot> {
        let slot = Arc::new(Mutex::new(State::Asked));
        let mut slots = locked(&self.0);
        slots.retain(|slot| slot.strong_count() > 0);
        slots.push(Arc::downgrade(&slot));
        slot
    }

    /// The home is locked: nothing of any film can be opened any more.
    pub(super) fn close(&self) {
        for slot in locked(&self.0).drain(..) {
            if let Some(slot) = slot.upgrade() {
                *locked(&slot) = State::Locked;
            }
        }
    }
}

/// Logs an opening and makes the film ready.
pub(super) async fn watch(node: &NodeHandle, clip: ClipId) -> Result<Watched> {
    let mut file = whole(node, clip).await?;
    let slot = node.shared.watched.slot();
    let Answer::Key { key, manifest, .. } = node.command(Command::Open(clip)).await? else {
        return Err(Error::new(
            ErrorKind::Internal,
            "the engine answered something else",
        ));
    };
    let opener = opener(&key, manifest.statement(), &mut file)?;
    let len = opener.layout().plaintext_len();
    let mut state = locked(&slot);
    if matches!(*state, State::Asked) {
        *state = State::Open { opener, file };
    }
    drop(state);
    Ok(Watched { clip, len, slot })
}

#[expect(clippy::len_without_is_empty, reason = "no film is empty")]
impl Watched {
    /// Which clip it is.
    pub const fn clip(&self) -> ClipId {
        self.clip
    }

    /// Bytes of the film.
    pub const fn len(&self) -> u64 {
        self.len
    }

    /// Whether the home was not locked since.
    pub fn is_open(&self) -> bool {
        matches!(*locked(&self.slot), State::Open { .. })
    }

    /// The beginning of this range of the film: a few chunks of it at most, and nothing for an empty range.
    ///
    /// # Errors
    /// [`ErrorKind::Denied`] since the home was locked; the disk's; [`ErrorKind::DataLoss`] for altered bytes.
    pub fn part(&self, range: Range<u64>) -> Result<Zeroizing<Vec<u8>>> {
        block(|| {
            let mut state = locked(&self.slot);
            let State::Open { opener, file } = &mut *state else {
                return Err(Error::new(
                    ErrorKind::Denied,
                    "this home was locked: unlock it to go on watching",
                ));
            };
            let layout = opener.layout();
            let mut chunks = layout.chunks_of(range.clone());
            chunks.end = chunks.end.min(chunks.start + CHUNKS_PER_PART);
            let last = layout.sealed_range(chunks.end.saturating_sub(1));
            let (Some(first), Some(last), Some(film), false) = (
                layout.sealed_range(chunks.start),
                last,
                layout.plaintext_range(chunks.start),
                chunks.is_empty(),
            ) else {
                return Ok(Zeroizing::new(Vec::new()));
            };
            let mut sealed = vec![0; usize::try_from(last.end - first.start).unwrap_or(0)];
            file.seek(SeekFrom::Start(first.start))
                .and_then(|_| file.read_exact(&mut sealed))
                .map_err(unreadable)?;
            let mut opened = Zeroizing::new(Vec::with_capacity(sealed.len() + CHUNK));
            opener
                .open_chunks(chunks, &sealed, &mut opened)
                .map_err(|e| damaged(self.clip).because(e))?;
            let within = |at: u64| usize::try_from(at.saturating_sub(film.start)).unwrap_or(0);
            opened.truncate(within(range.end));
            let before = within(range.start).min(opened.len());
            opened.drain(..before);
            Ok(opened)
        })
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use rand_chacha::ChaCha20Rng;
    use rand_chacha::rand_core::SeedableRng;
    use streetlamp_proto::clip::{NONCE_LEN, Sealer};
    use streetlamp_proto::recipient::Identity;

    use super::*;

    /// A film of five chunks and a bit, sealed, and open.
    fn watched_film() -> (Vec<u8>, Watched, WatchedFilms) {
        let film: Vec<u8> = (0..5 * CHUNK + 77)
            .map(|at| u8::try_from(at % 251).unwrap())
            .collect();
        let mut rng = ChaCha20Rng::from_seed([7; 32]);
        let identity = Identity::from_secret_bytes(Zeroizing::new([7; 32]));
        let (header, mut sealer) = Sealer::new(&mut rng, &[identity.recipient()]).unwrap();
        let mut bytes = Vec::new();
        sealer.write(&film, &mut bytes).unwrap();
        let sealed = sealer.finish(&mut bytes);
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&bytes).unwrap();
        let nonce: [u8; NONCE_LEN] = bytes[..NONCE_LEN].try_into().unwrap();
        let key = header.unwrap(&identity).unwrap();
        let opener = Opener::new(&key, &sealed.key_commit, sealed.sealed_len, &nonce).unwrap();
        let films = WatchedFilms::default();
        let slot = films.slot();
        *locked(&slot) = State::Open { opener, file };
        let (clip, len) = (ClipId::from_bytes([1; 32]), sealed.plaintext_len);
        (film, Watched { clip, len, slot }, films)
    }

    #[test]
    fn any_part_of_a_film_is_what_the_whole_film_has_there() {
        let (film, watched, _films) = watched_film();
        let chunk = CHUNK as u64;
        let end = watched.len();
        for range in [
            0..1,
            0..end,
            chunk - 1..chunk + 1,
            chunk..2 * chunk,
            3 * chunk + 5..end,
            end - 1..end,
            end - 1..end + 10,
        ] {
            let mut got = Vec::new();
            let mut rest = range.clone();
            loop {
                let part = watched.part(rest.clone()).unwrap();
                if part.is_empty() {
                    break;
                }
                assert!(
                    part.len() <= 4 * CHUNK,
                    "a player that jumps asked for less"
                );
                rest.start += part.len() as u64;
                got.extend_from_slice(&part);
            }
            let place = |at: u64| usize::try_from(at.min(end)).unwrap();
            let (from, to) = (place(range.start), place(range.end));
            assert!(got == film[from..to], "{range:?}");
        }
        assert!(watched.part(end..end + 1).unwrap().is_empty());
    }

    #[test]
    fn locking_ends_a_film_that_is_being_watched() {
        let (_, watched, films) = watched_film();
        let (_, another, _) = watched_film();
        assert!(watched.is_open() && watched.part(0..1).is_ok());
        films.close();
        assert!(!watched.is_open() && another.is_open());
        assert_eq!(watched.part(0..1).unwrap_err().kind(), ErrorKind::Denied);
    }

    #[test]
    fn a_film_that_was_altered_gives_nothing_of_the_chunk() {
        let (_, watched, _films) = watched_film();
        if let State::Open { file, .. } = &mut *locked(&watched.slot) {
            file.seek(SeekFrom::Start(2 * 65_552 + 100)).unwrap();
            file.write_all(b"altered").unwrap();
        }
        let chunk = CHUNK as u64;
        assert!(watched.part(2 * chunk..2 * chunk + 1).is_err());
        assert!(
            watched.part(0..3 * chunk).is_err(),
            "nothing before it either"
        );
        assert!(watched.part(4 * chunk..5 * chunk).is_ok());
    }
}
