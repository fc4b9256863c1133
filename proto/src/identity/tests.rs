use ed25519_dalek::SigningKey;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;

use super::*;
use crate::recipient::Recipient;
use crate::time::Timestamp;
use crate::wire;

fn words(seed: u64) -> Words {
    Words::generate(&mut ChaCha20Rng::seed_from_u64(seed))
}

fn cert(root: &Root, device: [u8; 32], sealing: Recipient) -> DeviceCert {
    DeviceCert {
        household: root.household(),
        device: DeviceId::from_bytes(device),
        sealing,
        roles: Roles::of(&[Role::Relay, Role::Alert]),
        issued: Timestamp::from_ms(1),
        serial: 1,
        ended: None,
    }
}

#[test]
fn the_words_come_back_from_paper() {
    let words = words(1);
    let typed = format!("  {}\n", words.expose().to_uppercase());
    assert_eq!(
        Words::parse(&typed).unwrap().root().household(),
        words.root().household()
    );
}

#[test]
fn a_wrong_word_or_a_missing_one_is_noticed() {
    let written = words(1).expose().to_string();
    let all: Vec<_> = written.split(' ').collect();
    assert_eq!(all.len(), 24);
    assert!(Words::parse(&all[..23].join(" ")).is_err());
    assert!(Words::parse(&written.replacen(all[0], "streetlamp", 1)).is_err());
    assert!(Words::parse("").is_err());
}

#[test]
fn root_and_recovery_key_come_from_the_words_alone_and_differ() {
    let (one, again) = (words(1), words(1));
    assert_eq!(one.root().household(), again.root().household());
    assert_eq!(one.recovery().recipient(), again.recovery().recipient());
    assert_ne!(
        one.root().household().as_bytes(),
        &one.recovery().recipient().to_bytes()
    );
}

#[test]
fn only_the_root_can_certify_a_device() {
    let (root, other) = (words(1).root(), words(2).root());
    let device = *crate::signed::PublicKey::of(&SigningKey::from_bytes(&[3; 32])).as_bytes();
    let cert = cert(&root, device, words(3).recovery().recipient());
    assert!(root.certify(cert.clone()).by_its_root());
    assert!(!other.certify(cert).by_its_root());
}

#[test]
fn a_weak_device_key_is_refused_although_the_root_signed_it() {
    let root = words(1).root();
    let mut identity_point = [0; 32];
    identity_point[0] = 1;
    assert!(
        !root
            .certify(cert(&root, identity_point, words(3).recovery().recipient()))
            .by_its_root()
    );
}

#[test]
fn an_unknown_role_is_refused() {
    assert!(wire::from_cbor::<Roles>(&[16]).is_err());
    assert!(wire::from_cbor::<Roles>(&[15]).is_ok());
    assert!(Roles::of(&[Role::Grant]).has(Role::Grant));
    assert!(!Roles::of(&[Role::Grant]).has(Role::Alert));
}

#[test]
fn no_secret_is_printed() {
    let words = words(1);
    let first = words.expose().split(' ').next().unwrap().to_owned();
    let printed = format!("{words:?} {:?} {:?}", words.root(), words.recovery());
    assert!(
        !printed.contains(&first) && !printed.contains("AGE-SECRET"),
        "{printed}"
    );
}
