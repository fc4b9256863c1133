use std::fs;
use std::os::unix::fs::PermissionsExt;

use streetlamp_proto::clip::{OwnerHeader, Sealer};
use streetlamp_proto::identity::{Role, Words};
use streetlamp_proto::recipient::Identity;
use streetlamp_proto::time::Timestamp;
use tempfile::TempDir;

use super::*;
use crate::entropy::Entropy;

fn new_home(passphrase: Option<&str>) -> NewHome {
    NewHome {
        name: Name::clean("Ada").unwrap(),
        cell: Some("u33dc1".parse().unwrap()),
        passphrase: passphrase.map(|p| Zeroizing::new(p.to_owned())),
        recovery_sheet: None,
        now: Timestamp::from_ms(1_800_000_000_000),
    }
}

fn files(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap().flatten() {
        if entry.path().is_dir() {
            found.extend(files(&entry.path()));
        } else {
            found.push(entry.path());
        }
    }
    found
}

#[test]
fn a_home_is_whole_private_and_opens_again() {
    let place = TempDir::new().unwrap();
    let dir = place.path().join("ada");
    let created = Home::create(&dir, new_home(Some("maple")), &Entropy::System).unwrap();
    let home = Home::open(&dir).unwrap();
    assert_eq!(home.household(), created.household);
    assert_eq!(home.cell().map(Cell::as_str), Some("u33dc1"));
    assert_eq!(
        fs::metadata(&dir).unwrap().permissions().mode() & 0o777,
        0o700
    );
    for file in files(&dir).iter().chain([&created.recovery_sheet]) {
        assert_eq!(
            fs::metadata(file).unwrap().permissions().mode() & 0o077,
            0,
            "{}",
            file.display()
        );
    }
}

#[test]
fn the_sheet_restores_the_keys_and_lies_outside() {
    let place = TempDir::new().unwrap();
    let dir = place.path().join("ada");
    let created = Home::create(&dir, new_home(None), &Entropy::System).unwrap();
    assert!(created.passphrase_was_made && !created.recovery_sheet.starts_with(&dir));
    let sheet = fs::read_to_string(&created.recovery_sheet).unwrap();
    let made = sheet
        .lines()
        .find_map(|l| l.strip_prefix("This one was made for you:  "))
        .unwrap();
    let home = Home::open(&dir).unwrap();
    let reading = home.reading_keys(&Zeroizing::new(made.to_owned())).unwrap();
    assert_eq!(reading.recipient(), home.card.statement().reading);

    let words: Vec<_> = sheet.split_whitespace().collect();
    let start = words.iter().position(|w| *w == "1").unwrap();
    let words: Vec<_> = words[start..]
        .iter()
        .skip(1)
        .step_by(2)
        .take(24)
        .copied()
        .collect();
    let words = Words::parse(&words.join(" ")).unwrap();
    assert_eq!(words.root().household(), created.household);
    assert!(sheet.contains(words.recovery().expose().as_str()));
}

#[test]
fn a_wrong_passphrase_is_denied() {
    let place = TempDir::new().unwrap();
    let dir = place.path().join("ada");
    Home::create(&dir, new_home(Some("maple")), &Entropy::System).unwrap();
    let wrong = Home::open(&dir)
        .unwrap()
        .reading_keys(&Zeroizing::new("oak".to_owned()));
    assert_eq!(wrong.unwrap_err().kind(), ErrorKind::Denied);
}

#[test]
fn p4_no_key_in_the_directory_of_a_locked_home_opens_a_clip() {
    let place = TempDir::new().unwrap();
    let dir = place.path().join("ada");
    Home::create(&dir, new_home(Some("maple")), &Entropy::System).unwrap();
    let home = Home::open(&dir).unwrap();
    let header = opens_nothing(&home);
    // The search would have found it: with the passphrase, the same header opens.
    let reading = home
        .reading_keys(&Zeroizing::new("maple".to_owned()))
        .unwrap();
    assert!(reading.open_own(&header).is_ok());
}

/// Seals a clip for a home, and tries every key that can be found in any of its files on it.
fn opens_nothing(home: &Home) -> OwnerHeader {
    let mut rng = Entropy::System.generator().unwrap();
    let (header, _) = Sealer::new(&mut rng, &home.me().unwrap().owners()).unwrap();
    let mut tried = 0;
    for file in files(home.dir()) {
        let bytes = fs::read(&file).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        let written = text
            .split_whitespace()
            .filter_map(|word| word.parse::<Identity>().ok());
        // Any 32 bytes that stand anywhere in a file, raw or in hexadecimal, might be a key.
        let raw = bytes.windows(32).map(|w| <[u8; 32]>::try_from(w).unwrap());
        let hex = text
            .split_whitespace()
            .filter_map(|w| data_encoding::HEXLOWER.decode(w.as_bytes()).ok());
        let hex = hex.filter_map(|bytes| <[u8; 32]>::try_from(bytes).ok());
        let guessed = raw
            .chain(hex)
            .map(|secret| Identity::from_secret_bytes(Zeroizing::new(secret)));
        for identity in written.chain(guessed) {
            tried += 1;
            assert!(
                header.unwrap(&identity).is_err(),
                "{} holds a key that opens clips",
                file.display()
            );
        }
    }
    assert!(tried > 500, "only {tried} keys were tried");
    header
}

/// A home out of the words on a sheet, in a directory of its own.
fn again(place: &Path, sheet: &Path) -> Home {
    let text = fs::read_to_string(sheet).unwrap();
    let parts: Vec<_> = text
        .split_whitespace()
        .filter(|p| p.parse::<u8>().is_err())
        .collect();
    let words = parts
        .windows(24)
        .find_map(|run| Words::parse(&run.join(" ")).ok());
    let dir = place.join("again");
    let again = FromWords {
        words: words.unwrap(),
        name: Name::clean("Ada").unwrap(),
        cell: None,
        passphrase: Zeroizing::new("oak".to_owned()),
        now: Timestamp::from_ms(1_800_000_060_000),
    };
    Home::create_again(&dir, again, &Entropy::System).unwrap();
    Home::open(&dir).unwrap()
}

#[test]
fn p10_a_home_made_from_its_words_opens_its_old_clips_and_the_stolen_key_opens_no_new_one() {
    let place = TempDir::new().unwrap();
    let dir = place.path().join("ada");
    let created = Home::create(&dir, new_home(Some("maple")), &Entropy::System).unwrap();
    let stolen = Home::open(&dir).unwrap();
    let mut rng = Entropy::System.generator().unwrap();
    let (old, _) = Sealer::new(&mut rng, &stolen.me().unwrap().owners()).unwrap();

    let home = again(place.path(), &created.recovery_sheet);
    assert_eq!(home.household(), created.household);
    let (before, now) = (stolen.me().unwrap(), home.me().unwrap());
    assert_ne!(before.device_id(), now.device_id());
    assert!(now.cert.statement().serial > before.cert.statement().serial);
    assert!(now.card.statement().issued > before.card.statement().issued);
    let keys = home
        .reading_keys(&Zeroizing::new("oak".to_owned()))
        .unwrap();
    assert!(keys.open_own(&old).is_ok());
    let (new, _) = Sealer::new(&mut rng, &now.owners()).unwrap();
    assert!(keys.open_own(&new).is_ok());
    let thief = stolen
        .reading_keys(&Zeroizing::new("maple".to_owned()))
        .unwrap();
    assert!(thief.open_own(&old).is_ok() && thief.open_own(&new).is_err());
}

#[test]
fn p4_the_home_of_a_recorder_holds_no_reading_key_at_all_and_an_approver_holds_it() {
    let place = TempDir::new().unwrap();
    let dir = place.path().join("ada");
    let created = Home::create(&dir, new_home(Some("maple")), &Entropy::System).unwrap();
    let home = Home::open(&dir).unwrap();
    let text = fs::read_to_string(&created.recovery_sheet).unwrap();
    let parts: Vec<_> = text
        .split_whitespace()
        .filter(|p| p.parse::<u8>().is_err())
        .collect();
    let words = || {
        let mut runs = parts.windows(24);
        runs.find_map(|run| Words::parse(&run.join(" ")).ok())
            .unwrap()
    };
    let maple = Zeroizing::new("maple".to_owned());
    for approves in [false, true] {
        let new = NewDevice {
            words: words(),
            approves,
            last_serial: home.serial(),
            now: Timestamp::from_ms(1_800_000_060_000),
        };
        let other = place.path().join(format!("other-{approves}"));
        let cert = home.add_device(&other, &new, &Entropy::System).unwrap();
        let added = Home::open(&other).unwrap();
        assert_eq!(added.household(), home.household());
        assert_eq!(cert.statement().roles.has(Role::Grant), approves);
        assert_eq!(added.reads(), approves);
        assert_eq!(added.reading_keys(&maple).is_ok(), approves);
        assert_ne!(
            added.me().unwrap().device_id(),
            home.me().unwrap().device_id()
        );
        opens_nothing(&added);
    }
    let new = NewDevice {
        words: Words::generate(&mut Entropy::System.generator().unwrap()),
        approves: false,
        last_serial: 1,
        now: Timestamp::from_ms(1_800_000_060_000),
    };
    let other = place.path().join("foreign");
    let refused = home.add_device(&other, &new, &Entropy::System);
    assert_eq!(refused.unwrap_err().kind(), ErrorKind::Denied);
    assert!(!other.exists());
}

#[test]
fn a_set_up_that_was_cut_off_leaves_no_home_and_does_not_stand_in_the_way() {
    let place = TempDir::new().unwrap();
    let dir = place.path().join("ada");
    fs::create_dir(place.path().join("ada.part")).unwrap();
    fs::write(place.path().join("ada.part/device.key"), "half").unwrap();
    assert!(!Home::exists(&dir));
    Home::create(&dir, new_home(Some("maple")), &Entropy::System).unwrap();
    assert!(Home::open(&dir).is_ok());
}

#[test]
fn a_sheet_that_is_there_already_is_not_overwritten_and_no_home_is_made() {
    let place = TempDir::new().unwrap();
    let (dir, sheet) = (place.path().join("ada"), place.path().join("sheet.txt"));
    fs::write(&sheet, "older").unwrap();
    let new = NewHome {
        recovery_sheet: Some(sheet.clone()),
        ..new_home(Some("maple"))
    };
    assert!(Home::create(&dir, new, &Entropy::System).is_err());
    assert_eq!(fs::read_to_string(&sheet).unwrap(), "older");
    assert!(!Home::exists(&dir));
}

#[test]
fn the_sheet_is_confirmed_only_once_it_was_moved() {
    let place = TempDir::new().unwrap();
    let dir = place.path().join("ada");
    let created = Home::create(&dir, new_home(Some("maple")), &Entropy::System).unwrap();
    let home = Home::open(&dir).unwrap();
    assert_eq!(
        home.confirm_recovery_sheet().unwrap_err().kind(),
        ErrorKind::Conflict
    );
    fs::remove_file(&created.recovery_sheet).unwrap();
    home.confirm_recovery_sheet().unwrap();
    assert_eq!(home.recovery_sheet(), None);
}

#[test]
fn one_node_at_a_time() {
    let place = TempDir::new().unwrap();
    let dir = place.path().join("ada");
    Home::create(&dir, new_home(Some("maple")), &Entropy::System).unwrap();
    let home = Home::open(&dir).unwrap();
    let lock = home.lock().unwrap();
    assert_eq!(home.lock().unwrap_err().kind(), ErrorKind::Conflict);
    drop(lock);
    home.lock().unwrap();
}

#[test]
fn a_passphrase_is_changed_as_a_whole_and_only_by_whoever_knows_it() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("home");
    Home::create(&path, new_home(Some("oak")), &Entropy::Repeatable(1)).unwrap();
    let home = Home::open(&path).unwrap();
    let (old, new) = (
        Zeroizing::new("oak".to_owned()),
        Zeroizing::new("violet-anchor-rumba-lantern".to_owned()),
    );
    let before = home
        .reading_keys(&old)
        .unwrap()
        .iter()
        .next()
        .unwrap()
        .expose();
    let wrong = home.change_passphrase(&new, &new).unwrap_err();
    assert_eq!(wrong.kind(), ErrorKind::Denied);
    let weak = Zeroizing::new("password1".to_owned());
    let weak = home.change_passphrase(&old, &weak).unwrap_err();
    assert_eq!(weak.kind(), ErrorKind::Invalid);
    // What a power cut left of an earlier attempt is in nobody's way.
    fs::write(path.join("reading.age.new"), b"half").unwrap();
    home.change_passphrase(&old, &new).unwrap();
    let after = home
        .reading_keys(&new)
        .unwrap()
        .iter()
        .next()
        .unwrap()
        .expose();
    assert_eq!(before.as_str(), after.as_str());
    let gone = home.reading_keys(&old).unwrap_err();
    assert_eq!(gone.kind(), ErrorKind::Denied);
    assert!(!path.join("reading.age.new").exists());
    let mode = fs::metadata(path.join(READING))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
}
