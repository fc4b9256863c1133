use std::fs::File;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use streetlamp_proto::clip::{ClipId, Outboard, encode_slice};
use streetlamp_proto::recipient::Identity;
use tempfile::TempDir;
use zeroize::Zeroizing;

use super::*;
use crate::vault::Vault;

/// A clip at a holder, and where it should go.
struct Fetch {
    _dirs: [TempDir; 2],
    to: Vault,
    clip: ClipId,
    sealed_len: u64,
    file: File,
    outboard: Outboard,
}

impl Fetch {
    fn of(len: usize) -> Self {
        let dirs = [(); 2].map(|()| TempDir::new().unwrap());
        let [from, to] = [0, 1].map(|at: usize| Vault::open(dirs[at].path()).unwrap());
        let owner = Identity::from_secret_bytes(Zeroizing::new([1; 32])).recipient();
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let film = vec![7; len];
        let made = from.seal(film.as_slice(), &[owner], &mut rng).unwrap();
        let (clip, sealed_len) = (made.clip, made.sealed.sealed_len);
        Self {
            _dirs: dirs,
            to,
            clip,
            sealed_len,
            file: from.sealed(clip, sealed_len).unwrap(),
            outboard: from.outboard(clip, sealed_len).unwrap(),
        }
    }

    fn work(&self, hands: usize) -> Work<'_, impl Fn(u64, u64)> {
        let arriving = self.to.arriving(self.clip, self.sealed_len).unwrap();
        Work::new(arriving, self.sealed_len, hands, |_, _| {})
    }

    /// Takes one slice of a piece in, as it comes from a household.
    fn take_one<F: Fn(u64, u64)>(&self, piece: &mut Piece<'_, '_, F>, from: u8) -> bool {
        let Some(range) = piece.slice() else {
            return false;
        };
        let slice = encode_slice(&self.file, &self.outboard, range.clone()).unwrap();
        piece.take(range, &slice, household(from)).unwrap();
        true
    }
}

fn household(number: u8) -> HouseholdId {
    HouseholdId::from_bytes([number; 32])
}

#[tokio::test]
async fn a_single_holder_is_asked_for_everything_at_once() {
    let fetch = Fetch::of(3_000_000);
    let work = fetch.work(1);
    let mut piece = work.next().await.unwrap();
    assert_eq!(piece.range(), 0..fetch.sealed_len);
    while fetch.take_one(&mut piece, 1) {}
    drop(piece);
    assert!(work.next().await.is_none());
    let (arriving, from) = work.done().unwrap();
    assert_eq!(from, [household(1)]);
    arriving.finish().unwrap();
    assert!(fetch.to.is_whole(fetch.clip, fetch.sealed_len));
}

#[tokio::test]
async fn pieces_get_smaller_and_are_dealt_once() {
    let fetch = Fetch::of(5_000_000);
    let work = fetch.work(8);
    let mut lens = Vec::new();
    let mut end = 0;
    let mut pieces = Vec::new();
    while end < fetch.sealed_len {
        let piece = work.next().await.unwrap();
        assert_eq!(piece.range().start, end);
        end = piece.range().end;
        lens.push(end - piece.range().start);
        pieces.push(piece);
    }
    assert!(lens[0] > 300_000, "{lens:?}");
    assert!(lens.is_sorted_by(|a, b| a >= b), "{lens:?}");
    assert!(lens[lens.len() - 2] == LEAST, "{lens:?}");
}

#[tokio::test(start_paused = true)]
async fn what_one_holder_could_not_give_another_one_gives_and_whoever_waited_hears_of_it() {
    let fetch = Fetch::of(100_000);
    let work = fetch.work(2);
    let first = work.next().await.unwrap();
    let mut second = work.next().await.unwrap();
    while fetch.take_one(&mut second, 2) {}
    drop(second);
    let start = Instant::now();
    {
        let waiting = work.next();
        let cut_off = async { drop(first) };
        let (came, ()) = tokio::join!(waiting, cut_off);
        let mut piece = came.unwrap();
        while fetch.take_one(&mut piece, 2) {}
    }
    assert_eq!(start.elapsed(), Duration::ZERO);
    let (arriving, _) = work.done().unwrap();
    arriving.finish().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_piece_that_is_out_for_long_is_dealt_once_more_and_the_slow_holder_changes_nothing() {
    let fetch = Fetch::of(200_000);
    let work = fetch.work(2);
    let slow = work.next().await.unwrap();
    let mut pieces = Vec::new();
    for _ in 0..3 {
        let mut piece = work.next().await.unwrap();
        while fetch.take_one(&mut piece, 2) {}
        pieces.push(piece.range());
        if work.state().left.is_empty() {
            break;
        }
    }
    let start = Instant::now();
    let mut again = work.next().await.unwrap();
    assert!(start.elapsed() >= LONG);
    assert_eq!(again.range(), slow.range());
    while fetch.take_one(&mut again, 2) {}
    assert!(work.next().await.is_none(), "{pieces:?}");
    drop((again, slow));
    assert!(
        work.next().await.is_none(),
        "nothing came back that is here"
    );
    let (arriving, from) = work.done().unwrap();
    assert_eq!(from, [household(2)]);
    arriving.finish().unwrap();
}
