use std::fs;

use streetlamp_proto::identity::{Name, Words};
use streetlamp_proto::recipient::Identity;
use streetlamp_proto::time::Timestamp;
use tempfile::TempDir;
use zeroize::Zeroizing;

use super::*;
use crate::entropy::Entropy;
use crate::home::{Home, NewHome};
use crate::store::Store;

/// A home that was started once, and its recovery key.
fn home() -> (TempDir, Home, Identity) {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("home");
    let new = NewHome {
        name: Name::clean("Ada").unwrap(),
        cell: Some("u33dc1".parse().unwrap()),
        passphrase: Some(Zeroizing::new("maple".to_owned())),
        recovery_sheet: Some(dir.path().join("sheet")),
        now: Timestamp::from_ms(1_800_000_000_000),
    };
    Home::create(&path, new, &Entropy::System).unwrap();
    let home = Home::open(&path).unwrap();
    Store::open(&home.store_path()).unwrap();
    let sheet = fs::read_to_string(dir.path().join("sheet")).unwrap();
    let key = sheet.split_whitespace();
    let key = key.filter_map(|word| word.parse().ok()).next().unwrap();
    (dir, home, key)
}

fn backup_of(home: &Home) -> Vec<u8> {
    let mut file = Vec::new();
    back_up(home, &mut file, |_, _| {}).unwrap();
    file
}

#[test]
fn a_home_comes_back_with_every_key_that_it_had() {
    let (dir, home, key) = home();
    let file = backup_of(&home);
    let path = dir.path().join("again");
    restore(&path, file.as_slice(), &key, |_| {}).unwrap();
    let again = Home::open(&path).unwrap();
    assert_eq!(again.household(), home.household());
    assert_eq!(
        again.me().unwrap().device_id(),
        home.me().unwrap().device_id()
    );
    let passphrase = Zeroizing::new("maple".to_owned());
    assert!(again.reading_keys(&passphrase).is_ok());
    assert_eq!(
        fs::read_dir(dir.path()).unwrap().count(),
        3,
        "nothing beside"
    );
}

#[test]
fn a_backup_opens_with_the_words_of_its_household_only_and_says_so() {
    let (dir, home, _) = home();
    let file = backup_of(&home);
    let other = Words::generate(&mut Entropy::System.generator().unwrap());
    let path = dir.path().join("again");
    let refused = restore(&path, file.as_slice(), &other.recovery(), |_| {}).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Denied);
    assert!(!path.exists());
}

#[test]
fn a_backup_that_was_cut_or_altered_anywhere_restores_nothing() {
    let (dir, home, key) = home();
    let file = backup_of(&home);
    let path = dir.path().join("again");
    let step = file.len() / 40;
    for at in (0..file.len()).step_by(step) {
        let cut = restore(&path, &file[..at], &key, |_| {});
        assert!(cut.is_err(), "cut at {at}");
        let mut altered = file.clone();
        altered[at] ^= 1;
        let altered = restore(&path, altered.as_slice(), &key, |_| {});
        assert!(altered.is_err(), "altered at {at}");
        assert!(!path.exists());
    }
    assert_eq!(
        fs::read_dir(dir.path()).unwrap().count(),
        2,
        "nothing beside"
    );
}

#[test]
fn an_archive_with_anything_else_in_it_is_refused_and_writes_nowhere() {
    let (dir, home, key) = home();
    let recipient: age::x25519::Recipient = home.recovery().to_string().parse().unwrap();
    let odd = [
        "../evil",
        "/tmp/evil",
        "clips/../../evil",
        "clips/x.sealed",
        "node.lock",
    ];
    for name in odd {
        let recipients = std::iter::once(&recipient as &dyn age::Recipient);
        let encryptor = age::Encryptor::with_recipients(recipients).unwrap();
        let mut file = Vec::new();
        let mut archive = tar::Builder::new(encryptor.wrap_output(&mut file).unwrap());
        let mut header = tar::Header::new_gnu();
        header.set_size(4);
        let field = &mut header.as_old_mut().name;
        field[..name.len()].copy_from_slice(name.as_bytes());
        header.set_cksum();
        archive.append(&header, &b"evil"[..]).unwrap();
        archive.into_inner().unwrap().finish().unwrap();
        let path = dir.path().join("again");
        let refused = restore(&path, file.as_slice(), &key, |_| {}).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::DataLoss, "{name}");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2, "{name}");
    }
}

#[test]
fn nothing_is_ever_restored_over_something_else() {
    let (_dir, home, key) = home();
    let file = backup_of(&home);
    let refused = restore(home.dir(), file.as_slice(), &key, |_| {}).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Conflict);
    assert!(Home::open(home.dir()).is_ok());
}
