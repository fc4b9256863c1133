//! The exchange itself: HPKE (RFC 9180) with X-Wing, HKDF-SHA-256 and ChaCha20-Poly1305, by the `hpke` crate.

use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::XWing;
use hpke::{
    Deserializable, Kem, OpModeR, OpModeS, Serializable, single_shot_open,
    single_shot_seal_with_rng,
};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::{ENCAPSULATED, HYBRID_KEY, WRAPPED_KEY};
use crate::recipient::RecipientError;

/// Whether hybrid keys can be used.
pub(super) const BUILT: bool = true;

type SecretKey = <XWing as Kem>::PrivateKey;
type PublicKey = <XWing as Kem>::PublicKey;
type Encapsulated = <XWing as Kem>::EncappedKey;

/// The public key of a seed.
pub(super) fn public(seed: &[u8; 32]) -> Result<[u8; HYBRID_KEY], RecipientError> {
    let secret = SecretKey::from_bytes(seed).map_err(|_| RecipientError::NotIdentity)?;
    let public = XWing::sk_to_pk(&secret).to_bytes();
    public
        .as_slice()
        .try_into()
        .map_err(|_| RecipientError::NotIdentity)
}

/// Seals a few bytes to a public key: encapsulated secret and ciphertext.
pub(super) fn seal(
    to: &[u8; HYBRID_KEY],
    info: &[u8],
    plaintext: &[u8],
    rng: &mut impl CryptoRng,
) -> Result<(Vec<u8>, Vec<u8>), RecipientError> {
    let to = PublicKey::from_bytes(to).map_err(|_| RecipientError::NotCanonical)?;
    let base = OpModeS::Base;
    let sealed = single_shot_seal_with_rng::<ChaCha20Poly1305, HkdfSha256, XWing>(
        &base,
        &to,
        info,
        plaintext,
        &[],
        rng,
    );
    let (encapsulated, body) = sealed.map_err(|_| RecipientError::Sealing)?;
    Ok((encapsulated.to_bytes().to_vec(), body))
}

/// Opens what [`seal`] made; nothing if it was sealed to another key, or altered.
pub(super) fn open(
    seed: &[u8; 32],
    encapsulated: &[u8; ENCAPSULATED],
    info: &[u8],
    body: &[u8; WRAPPED_KEY],
) -> Result<Option<Zeroizing<Vec<u8>>>, RecipientError> {
    let secret = SecretKey::from_bytes(seed).map_err(|_| RecipientError::NotIdentity)?;
    let encapsulated =
        Encapsulated::from_bytes(encapsulated).map_err(|_| RecipientError::Malformed)?;
    let opened = single_shot_open::<ChaCha20Poly1305, HkdfSha256, XWing>(
        &OpModeR::Base,
        &secret,
        &encapsulated,
        info,
        body,
        &[],
    );
    Ok(opened.ok().map(Zeroizing::new))
}
