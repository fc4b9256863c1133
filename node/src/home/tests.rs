use std::fs;
use std::os::unix::fs::PermissionsExt;

use streetlamp_proto::clip::Sealer;
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
    let reading = home
        .reading_identity(&Zeroizing::new(made.to_owned()))
        .unwrap();
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
    let words = streetlamp_proto::identity::Words::parse(&words.join(" ")).unwrap();
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
        .reading_identity(&Zeroizing::new("oak".to_owned()));
    assert_eq!(wrong.unwrap_err().kind(), ErrorKind::Denied);
}

#[test]
fn p4_no_key_in_the_directory_of_a_locked_home_opens_a_clip() {
    let place = TempDir::new().unwrap();
    let dir = place.path().join("ada");
    Home::create(&dir, new_home(Some("maple")), &Entropy::System).unwrap();
    let home = Home::open(&dir).unwrap();
    let mut rng = Entropy::System.generator().unwrap();
    let (header, _) = Sealer::new(&mut rng, &home.me().unwrap().owners()).unwrap();

    let mut tried = 0;
    for file in files(&dir) {
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
    // The search would have found it: with the passphrase, the same header opens.
    let reading = home
        .reading_identity(&Zeroizing::new("maple".to_owned()))
        .unwrap();
    assert!(header.unwrap(&reading).is_ok());
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
