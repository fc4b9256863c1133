//! Test vectors of others for age files: C2SP CCTV. Those for the primitives are in `primitives`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use super::super::header::unwrap;
use super::super::stream::StreamKey;
use super::*;
use crate::recipient::{AgeHeader, ExportIdentity, RecipientError};

/// A file of `vectors/age`: lines of `key: value`, an empty line, an age file.
struct Vector {
    fields: BTreeMap<String, String>,
    identities: Vec<ExportIdentity>,
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
            file: match head.contains("compressed: zlib") {
                true => miniz_oxide::inflate::decompress_to_vec_zlib(&bytes[end + 2..]).unwrap(),
                false => bytes[end + 2..].to_vec(),
            },
        }
    }

    fn file_key(&self) -> Option<FileKey> {
        let hex = self.fields.get("file key")?;
        let key = HEXLOWER.decode(hex.as_bytes()).unwrap();
        Some(FileKey::from_vector(key.try_into().unwrap()))
    }

    /// The chunks from the first on, as long as they open, whether or not the last is where it should be.
    fn chunks_alone(&self) -> Vec<Vec<u8>> {
        let (_, payload) = AgeHeader::read(&self.file).unwrap();
        let nonce = payload.first_chunk().unwrap();
        let key = StreamKey::new(&self.file_key().unwrap(), nonce);
        let open = |number, sealed: &[u8]| {
            let one = |last| {
                key.open(number, last, &mut sealed.to_vec())
                    .map(|c| c.to_vec())
            };
            one(false).or_else(|| one(true))
        };
        (0..)
            .zip(payload[NONCE_LEN..].chunks(SEALED_CHUNK))
            .map_while(|(number, sealed)| open(number, sealed))
            .collect()
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
    let vectors = vectors_in("age");
    assert!(vectors.len() >= 67, "vectors are missing");
    vectors
}

fn vectors_in(folder: &str) -> Vec<(String, Vector)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("vectors")
        .join(folder);
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
    vectors
}

#[test]
fn every_age_vector_ends_as_its_authors_expect() {
    end_as_expected(age_vectors());
}

#[cfg(feature = "pq")]
#[test]
fn every_hybrid_age_vector_ends_as_its_authors_expect() {
    let vectors = vectors_in("age-hybrid");
    assert!(vectors.len() >= 18, "vectors are missing");
    end_as_expected(vectors);
}

fn end_as_expected(vectors: Vec<(String, Vector)>) {
    for (name, vector) in vectors {
        let (outcome, released) = vector.open();
        assert_eq!(outcome, vector.fields["expect"], "{name}");
        if let Some(hash) = vector.fields.get("payload") {
            let is_expected = |released: &[u8]| HEXLOWER.encode(&Sha256::digest(released)) == *hash;
            // Who knows the length first releases less of a payload that fails, and nothing else.
            let less = || {
                let chunks = vector.chunks_alone();
                let mut so_far = Sha256::new();
                let mut ends = chunks.iter().map(|chunk| {
                    so_far.update(chunk);
                    HEXLOWER.encode(&so_far.clone().finalize())
                });
                ends.any(|end| end == *hash) && chunks.concat().starts_with(&released)
            };
            let holds = is_expected(&released) || (outcome == "payload failure" && less());
            assert!(holds, "{name}");
        }
    }
}

#[test]
fn sealing_the_plaintext_of_a_vector_again_gives_its_bytes() {
    let mut sealed_again = 0;
    // Of the large ones, the one whose chunk numbers need a second byte.
    let again = |name: &str, file: &[u8]| file.len() < 1 << 20 || name == "stream_257_chunks";
    for (name, vector) in age_vectors() {
        if !again(&name, &vector.file) {
            continue;
        }
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
fn files_for_passphrases_and_for_hybrid_keys_are_no_headers_of_the_mesh() {
    let vectors = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors");
    let folders = ["age-refused", "age-hybrid"].map(|folder| vectors.join(folder));
    let entries = folders
        .iter()
        .flat_map(|folder| fs::read_dir(folder).unwrap());
    let mut refused = 0;
    for entry in entries.map(|entry| entry.unwrap()) {
        let name = entry.file_name().into_string().unwrap();
        let bytes = fs::read(entry.path()).unwrap();
        let Some(end) = bytes.windows(2).position(|pair| pair == b"\n\n") else {
            continue;
        };
        let file = &bytes[end + 2..];
        match AgeHeader::read(file) {
            Err(RecipientError::Passphrase | RecipientError::Malformed) => {}
            Ok((_, payload)) => {
                let header = &file[..file.len() - payload.len()];
                assert_eq!(
                    OwnerHeader::parse(header).unwrap_err(),
                    HeaderError::ForeignStanza,
                    "{name}"
                );
            }
            other => panic!("{name}: {other:?}"),
        }
        refused += 1;
    }
    assert!(refused >= 43, "vectors are missing");
}
