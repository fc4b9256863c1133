use std::io;
use std::ops::Range;

use streetlamp_proto::clip::{GROUP, SLICE, encode_slice};
use streetlamp_proto::identity::HouseholdId;
use streetlamp_proto::keeper::SealedLabel;
use streetlamp_proto::recipient::Identity;
use tempfile::TempDir;
use zeroize::Zeroizing;

use super::*;
use crate::entropy::Entropy;

fn owners() -> Vec<Recipient> {
    vec![Identity::from_secret_bytes(Zeroizing::new([7; 32])).recipient()]
}

fn vault() -> (TempDir, Vault) {
    let dir = TempDir::new().unwrap();
    let vault = Vault::open(&dir.path().join("clips")).unwrap();
    (dir, vault)
}

fn made(vault: &Vault, film: &[u8]) -> Made {
    vault
        .seal(film, &owners(), &mut Entropy::System.generator().unwrap())
        .unwrap()
}

fn names(vault: &Vault) -> usize {
    fs::read_dir(&vault.dir).unwrap().count()
}

/// A film that breaks off.
struct Broken(u64);

impl Read for Broken {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.0 == 0 {
            return Err(io::Error::other("the camera is gone"));
        }
        self.0 -= 1;
        Ok(buf.len())
    }
}

#[test]
fn a_film_that_breaks_off_leaves_nothing_behind() {
    let (_dir, vault) = vault();
    let broken = vault.seal(
        Broken(2),
        &owners(),
        &mut Entropy::System.generator().unwrap(),
    );
    assert!(broken.is_err());
    assert_eq!(names(&vault), 0);
}

#[test]
fn a_clip_that_was_being_made_when_the_power_went_is_swept_away() {
    let (_dir, vault) = vault();
    let made = made(&vault, b"film");
    fs::write(vault.dir.join("new-0011223344556677.part"), "half").unwrap();
    let again = Vault::open(&vault.dir).unwrap();
    assert_eq!(names(&again), 2);
    assert!(again.sealed(made.clip, made.sealed.sealed_len).is_ok());
}

#[test]
fn a_hash_tree_that_was_lost_or_damaged_is_made_again() {
    let (_dir, vault) = vault();
    let made = made(&vault, &vec![1; 100_000]);
    let tree = vault.path(made.clip, "obao");
    let before = fs::read(&tree).unwrap();
    fs::remove_file(&tree).unwrap();
    vault.outboard(made.clip, made.sealed.sealed_len).unwrap();
    assert_eq!(fs::read(&tree).unwrap(), before);
    fs::write(&tree, "short").unwrap();
    vault.outboard(made.clip, made.sealed.sealed_len).unwrap();
    assert_eq!(fs::read(&tree).unwrap(), before);
}

#[test]
fn a_fetch_goes_on_where_it_stopped_and_takes_no_wrong_byte() {
    let ((_a, from), (_b, to)) = (vault(), vault());
    let len = usize::try_from(SLICE).unwrap() * 2 + 1_000;
    let made = made(&from, &vec![3; len]);
    let (clip, sealed_len) = (made.clip, made.sealed.sealed_len);
    let file = from.sealed(clip, sealed_len).unwrap();
    let outboard = from.outboard(clip, sealed_len).unwrap();
    let slice = |range| encode_slice(&file, &outboard, range).unwrap();

    let mut arriving = to.arriving(clip, sealed_len).unwrap();
    let all: Vec<_> = slices(0..sealed_len).collect();
    // Another holder was faster.
    arriving
        .take(all[2].clone(), &slice(all[2].clone()))
        .unwrap();
    let mut wrong = slice(all[0].clone());
    *wrong.last_mut().unwrap() ^= 1;
    assert!(arriving.take(all[0].clone(), &wrong).is_err());
    let last = all[2].end - all[2].start;
    assert_eq!(arriving.here(), last);
    let part = 2 * GROUP..5 * GROUP;
    arriving.take(part.clone(), &slice(part)).unwrap();
    drop(arriving);

    let mut arriving = to.arriving(clip, sealed_len).unwrap();
    assert_eq!(arriving.here(), last + 3 * GROUP);
    let missing = arriving.missing();
    assert_eq!(missing, [0..2 * GROUP, 5 * GROUP..all[2].start]);
    for range in missing.into_iter().flat_map(slices) {
        arriving.take(range.clone(), &slice(range)).unwrap();
    }
    assert_eq!((arriving.here(), arriving.missing().len()), (sealed_len, 0));
    arriving.finish().unwrap();
    assert_eq!(
        fs::read(to.path(clip, "sealed")).unwrap(),
        fs::read(from.path(clip, "sealed")).unwrap()
    );
}

#[test]
fn a_half_fetched_clip_whose_file_is_torn_is_begun_anew() {
    let ((_a, from), (_b, to)) = (vault(), vault());
    let made = made(&from, &vec![3; 50_000]);
    let (clip, sealed_len) = (made.clip, made.sealed.sealed_len);
    let outboard = from.outboard(clip, sealed_len).unwrap();
    let sealed = from.sealed(clip, sealed_len).unwrap();
    let slice = encode_slice(sealed, &outboard, 0..GROUP).unwrap();
    let mut arriving = to.arriving(clip, sealed_len).unwrap();
    arriving.take(0..GROUP, &slice).unwrap();
    drop(arriving);
    let part = OpenOptions::new().write(true).open(to.path(clip, "part"));
    part.unwrap().set_len(sealed_len).unwrap();
    let arriving = to.arriving(clip, sealed_len).unwrap();
    assert_eq!(arriving.here(), 0);
    assert_eq!(arriving.missing().first(), Some(&(0..sealed_len)));
}

#[test]
fn what_a_failing_disk_did_to_a_half_fetched_clip_is_noticed_at_the_end() {
    let ((_a, from), (_b, to)) = (vault(), vault());
    let made = made(&from, &vec![3; 50_000]);
    let (clip, sealed_len) = (made.clip, made.sealed.sealed_len);
    let outboard = from.outboard(clip, sealed_len).unwrap();
    let sealed = from.sealed(clip, sealed_len).unwrap();
    let take = |arriving: &mut Arriving<'_>, range: Range<u64>| {
        let slice = encode_slice(&sealed, &outboard, range.clone()).unwrap();
        arriving.take(range, &slice).unwrap();
    };
    let half = 2 * GROUP;
    take(&mut to.arriving(clip, sealed_len).unwrap(), 0..half);
    let part = to.path(clip, "part");
    let mut bytes = fs::read(&part).unwrap();
    bytes[20_000] ^= 1;
    fs::write(&part, bytes).unwrap();
    let mut arriving = to.arriving(clip, sealed_len).unwrap();
    take(&mut arriving, half..sealed_len);
    assert_eq!(arriving.finish().unwrap_err().kind(), ErrorKind::DataLoss);
    assert!(to.sealed(clip, sealed_len).is_err());
    assert_eq!(names(&to), 0);
}

#[test]
fn a_clip_that_is_not_here_says_how_to_get_it() {
    let (_dir, vault) = vault();
    let error = vault.sealed(ClipId::from_bytes([1; 32]), 100).unwrap_err();
    assert!(error.to_string().contains("clip fetch"));
}

#[test]
fn what_is_kept_for_one_neighbour_is_not_in_the_way_of_anothers_and_goes_with_the_lease() {
    let (dir, vault) = vault();
    let kept = Kept::open(&dir.path().join("kept")).unwrap();
    let [ada, ben] = [1, 2].map(|n| HouseholdId::from_bytes([n; 32]));
    let made = made(&vault, b"a film");
    let sealed = fs::read(vault.path(made.clip, "sealed")).unwrap();
    let label = SealedLabel::from_bytes(b"opaque".to_vec()).unwrap();
    for owner in [ada, ben] {
        let theirs = kept.of(owner).unwrap();
        theirs.keep_sealed_label(made.clip, &label).unwrap();
        fs::write(theirs.path(made.clip, "sealed"), &sealed).unwrap();
    }
    kept.discard(ada, made.clip).unwrap();
    assert!(kept.of(ada).unwrap().sealed_label(made.clip).is_err());
    let at_ben = kept.of(ben).unwrap();
    assert_eq!(at_ben.sealed_label(made.clip).unwrap(), label);
    assert!(at_ben.is_whole(made.clip, sealed.len() as u64));
    kept.set_aside(ben).unwrap();
    kept.set_aside(ben).unwrap();
    assert!(!at_ben.is_whole(made.clip, sealed.len() as u64));
}

#[test]
fn what_no_lease_asks_for_is_swept_at_the_start() {
    let (dir, _vault) = vault();
    let kept = Kept::open(&dir.path().join("kept")).unwrap();
    let [ada, ben] = [1, 2].map(|n| HouseholdId::from_bytes([n; 32]));
    let [wanted, left] = [3, 4].map(|n| ClipId::from_bytes([n; 32]));
    for (owner, clip) in [(ada, wanted), (ada, left), (ben, left)] {
        let theirs = kept.of(owner).unwrap();
        for part in ["sealed", "obao", "label", "part"] {
            fs::write(theirs.path(clip, part), b"noise").unwrap();
        }
    }
    let cem = HouseholdId::from_bytes([5; 32]);
    kept.of(cem).unwrap();
    kept.set_aside(cem).unwrap();
    assert_eq!(fs::read_dir(dir.path().join("kept")).unwrap().count(), 3);
    kept.sweep(|owner, clip| (owner, clip) == (ada, wanted))
        .unwrap();
    let ben_dir = dir.path().join("kept").join(ben.to_string());
    assert!(!ben_dir.exists());
    assert_eq!(fs::read_dir(dir.path().join("kept")).unwrap().count(), 1);
    assert_eq!(names(&kept.of(ada).unwrap()), 4);
}
