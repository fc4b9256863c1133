//! Other programs: the `age` crate both ways, and stock `age` where it is installed.

use std::fs;
use std::io::{Read, Write};
use std::iter;
use std::process::Command;

use proptest::prelude::*;

use super::super::header::unwrap;
use super::*;
use crate::recipient::AgeHeader;

/// Opens a whole age file with the `age` crate.
fn age_opens(file: &[u8], identity: &Identity) -> Vec<u8> {
    let decryptor = age::Decryptor::new(file).unwrap();
    let mut plaintext = Vec::new();
    decryptor
        .decrypt(iter::once(identity.as_age() as _))
        .unwrap()
        .read_to_end(&mut plaintext)
        .unwrap();
    plaintext
}

/// Opens a file that the `age` crate wrote.
fn we_open(file: &[u8], identity: &Identity) -> Vec<u8> {
    let (header, payload) = AgeHeader::read(file).unwrap();
    let key = unwrap(&header, identity).unwrap();
    let nonce = payload.first_chunk().unwrap();
    let opener = Opener::new(&key, &key.commit(), payload.len() as u64, nonce).unwrap();
    let mut film = Vec::new();
    let all = 0..opener.layout().chunks();
    opener
        .open_chunks(all, &payload[NONCE_LEN..], &mut film)
        .unwrap();
    film
}

fn age_seals(film: &[u8], recipient: &Recipient) -> Vec<u8> {
    let recipients = iter::once(recipient.as_age() as _);
    let encryptor = age::Encryptor::with_recipients(recipients).unwrap();
    let mut file = Vec::new();
    let mut writer = encryptor.wrap_output(&mut file).unwrap();
    writer.write_all(film).unwrap();
    writer.finish().unwrap();
    file
}

#[test]
fn header_and_sealed_bytes_are_a_file_of_the_age_crate() {
    for len in LENGTHS {
        let clip = Clip::new(len);
        let whole = [clip.header.as_bytes(), &clip.sealed].concat();
        for owner in [identity(1), identity(2)] {
            assert_eq!(age_opens(&whole, &owner), clip.film);
        }
        let ben = identity(9);
        let grant = clip
            .header
            .grant(&identity(1), &clip.facts.key_commit, &ben.recipient())
            .unwrap();
        let granted = [grant.as_bytes(), clip.sealed.as_slice()].concat();
        assert_eq!(age_opens(&granted, &ben), clip.film);
    }
}

#[test]
fn a_file_of_the_age_crate_is_header_and_sealed_bytes() {
    for len in LENGTHS {
        let film = film(len);
        let file = age_seals(&film, &identity(4).recipient());
        assert_eq!(we_open(&file, &identity(4)), film);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn films_of_any_length_pass_between_the_age_crate_and_us(len in 0..4 * CHUNK) {
        let clip = Clip::new(len);
        let whole = [clip.header.as_bytes(), &clip.sealed].concat();
        prop_assert_eq!(&age_opens(&whole, &identity(1)), &clip.film);
        let file = age_seals(&clip.film, &identity(4).recipient());
        prop_assert_eq!(&we_open(&file, &identity(4)), &clip.film);
    }

    /// One byte replaced anywhere: what we still take as a header, the `age` crate takes too.
    #[test]
    fn no_header_is_taken_that_the_age_crate_refuses(at in 0..GRANT_HEADER_LEN, to: u8) {
        let clip = Clip::new(0);
        let grant = clip
            .header
            .grant(&identity(1), &clip.facts.key_commit, &identity(9).recipient())
            .unwrap();
        let mut bytes = *grant.as_bytes();
        bytes[at] = to;
        if GrantHeader::parse(&bytes).is_ok() {
            let whole = [bytes.as_slice(), &clip.sealed].concat();
            prop_assert!(age::Decryptor::new(whole.as_slice()).is_ok());
        }
    }
}

#[test]
fn stock_age_opens_a_clip_and_a_grant() {
    if Command::new("age").arg("--version").output().is_err() {
        skipped("stock_age_opens_a_clip_and_a_grant: no `age` program on the PATH");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let clip = Clip::new(3 * CHUNK + 17);
    let ben = identity(9);
    let grant = clip
        .header
        .grant(&identity(1), &clip.facts.key_commit, &ben.recipient())
        .unwrap();
    let headers: [(&[u8], Identity); 3] = [
        (clip.header.as_bytes(), identity(1)),
        (clip.header.as_bytes(), identity(2)),
        (grant.as_bytes(), ben),
    ];
    for (header, identity) in headers {
        let (key, file) = (folder.path().join("key"), folder.path().join("clip.age"));
        fs::write(&key, identity.expose().as_bytes()).unwrap();
        fs::write(&file, [header, &clip.sealed].concat()).unwrap();
        let output = Command::new("age")
            .arg("-d")
            .arg("-i")
            .args([&key, &file])
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        assert_eq!(output.stdout, clip.film);
    }
}

#[expect(
    clippy::print_stderr,
    reason = "a test that did not run must not look like one that passed"
)]
fn skipped(what: &str) {
    eprintln!("SKIPPED {what}");
}
