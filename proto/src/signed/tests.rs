use proptest::prelude::*;

use super::*;

#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
struct Remark {
    #[n(0)]
    text: String,
}

impl Statement for Remark {
    const CONTEXT: &'static str = "streetlamp/1 test remark";
}

#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
struct Promise {
    #[n(0)]
    text: String,
}

impl Statement for Promise {
    const CONTEXT: &'static str = "streetlamp/1 test promise";
}

fn key() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

fn remark() -> Signed<Remark> {
    Signed::sign(
        Remark {
            text: "the gate is open".into(),
        },
        &key(),
    )
}

#[test]
fn a_signed_statement_comes_back_with_its_bytes() {
    let signed = remark();
    let again = Signed::<Remark>::from_bytes(&signed.to_bytes()).unwrap();
    assert_eq!(again, signed);
    assert_eq!(again.id(), signed.id());
}

#[test]
fn a_signature_of_one_type_does_not_pass_as_anothers() {
    assert_eq!(
        Signed::<Promise>::from_bytes(&remark().to_bytes()),
        Err(SignedError::BadSignature)
    );
}

#[test]
fn a_weak_key_is_refused_although_its_signature_verifies_for_any_message() {
    // The identity point with R = identity and S = 0 (RFC 8032 arithmetic; CCTV ed25519 "low order" cases).
    let mut identity = [0u8; 32];
    identity[0] = 1;
    assert_eq!(PublicKey::checked(identity), Err(SignedError::WeakKey));
    let mut signature = [0u8; 64];
    signature[0] = 1;
    let forged = wire::to_cbor(&Envelope {
        payload: wire::to_cbor(&Remark {
            text: "anything".into(),
        }),
        signer: PublicKey::from_bytes(identity),
        signature: signature.to_vec(),
    });
    assert_eq!(
        Signed::<Remark>::from_bytes(&forged),
        Err(SignedError::WeakKey)
    );
}

#[test]
fn a_validly_signed_payload_in_a_second_encoding_is_refused() {
    // The same remark with a one-byte length where none is needed: 0x78 0x10 instead of 0x70.
    let mut payload = wire::to_cbor(&Remark {
        text: "the gate is open".into(),
    });
    payload.splice(1..2, [0x78, 0x10]);
    let signature = key()
        .sign(&signed_bytes::<Remark>(&payload))
        .to_bytes()
        .to_vec();
    let bytes = wire::to_cbor(&Envelope {
        payload,
        signer: PublicKey::of(&key()),
        signature,
    });
    assert_eq!(
        Signed::<Remark>::from_bytes(&bytes),
        Err(SignedError::Wire(WireError::NotCanonical))
    );
}

proptest! {
    #[test]
    fn no_altered_byte_passes(at in 0usize..1000, flip in 1u8..=255) {
        let mut bytes = remark().to_bytes();
        let at = at % bytes.len();
        bytes[at] ^= flip;
        prop_assert!(Signed::<Remark>::from_bytes(&bytes).is_err());
    }

    #[test]
    fn no_cut_passes(len in 0usize..1000) {
        let bytes = remark().to_bytes();
        let len = len % bytes.len();
        prop_assert!(Signed::<Remark>::from_bytes(&bytes[..len]).is_err());
    }
}
