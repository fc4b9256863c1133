use super::*;
use crate::clip::{CameraId, ClipId, Label, Manifest, Sealer};
use crate::identity::Name;
use crate::recipient::Identity;
use crate::signed::Signed;
use crate::time::Timestamp;
use ed25519_dalek::SigningKey;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use zeroize::Zeroizing;

fn identity(seed: u8) -> Identity {
    Identity::from_secret_bytes(Zeroizing::new([seed; 32]))
}

fn label(camera: &str) -> Label {
    let owners = [identity(1).recipient(), identity(2).recipient()];
    let (header, sealer) = Sealer::new(&mut ChaCha20Rng::seed_from_u64(1), &owners).unwrap();
    let sealed = sealer.finish(&mut Vec::new());
    let manifest = Manifest {
        clip: ClipId::from_bytes([1; 32]),
        sealed_len: sealed.sealed_len,
        key_commit: sealed.key_commit,
        recorded: Timestamp::from_ms(1_800_000_000_000),
        duration_ms: 1_000,
        camera: CameraId::from_bytes([2; 8]),
        prev: None,
    };
    Label {
        manifest: Signed::sign(manifest, &SigningKey::from_bytes(&[3; 32])),
        header,
        camera: Name::clean(camera).unwrap(),
    }
}

#[test]
fn a_label_opens_with_either_key_of_its_household_and_with_no_other() {
    let label = label("Porch");
    let owners = [identity(1).recipient(), identity(2).recipient()];
    let sealed = SealedLabel::seal(&label, &owners).unwrap();
    assert_eq!(sealed.open(&identity(1)).as_ref(), Ok(&label));
    assert_eq!(sealed.open(&identity(2)).as_ref(), Ok(&label));
    assert!(sealed.open(&identity(3)).is_err());
}

#[test]
fn labels_of_the_shortest_and_the_longest_camera_name_are_equally_long_inside() {
    let family = "👨‍👩‍👧‍👦".repeat(60);
    for camera in ["P", family.as_str()] {
        let sealed = SealedLabel::seal(&label(camera), &[identity(1).recipient()]).unwrap();
        let inside = identity(1).open(sealed.as_bytes(), usize::MAX).unwrap();
        assert_eq!(inside.len(), crate::wire::limits::PADDED_LABEL);
        assert!(sealed.as_bytes().len() <= SEALED_LABEL);
    }
}

#[test]
fn a_label_with_anything_hidden_in_its_padding_is_refused() {
    let sealed = SealedLabel::seal(&label("Porch"), &[identity(1).recipient()]).unwrap();
    let mut inside = identity(1).open(sealed.as_bytes(), usize::MAX).unwrap();
    *inside.last_mut().unwrap() = 1;
    let forged = identity(1).recipient().seal(&inside).unwrap();
    let forged = SealedLabel::from_bytes(forged).unwrap();
    assert_eq!(forged.open(&identity(1)), Err(LabelError::Padding));
    assert!(SealedLabel::from_bytes(vec![0; SEALED_LABEL + 1]).is_err());
}

#[test]
fn a_lease_lasts_a_year_at_most_and_never_ends_in_the_past() {
    let now = Timestamp::from_ms(1_800_000_000_000);
    let day = std::time::Duration::from_secs(86_400);
    assert!(Lease::may_end(now.after(day * 366), now));
    assert!(!Lease::may_end(now.after(day * 367), now));
    assert!(!Lease::may_end(now, now));
}
