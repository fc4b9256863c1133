//! How much has been proven about a statement: bytes, then [`Signed`], then [`Verified`].
//!
//! A statement is signed over the bytes that travel, with its type's context in front, so that no signature of one
//! type can pass as another's. [`Signed`] exists only after the strict signature check; what its signer was entitled
//! to say is a second question, which [`Verified`] answers (see `street::membership`).

pub mod checks;

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use minicbor::{Decode, Decoder, Encode, Encoder, decode, encode};

use crate::id::id;
use crate::wire::{self, WireError};

id! {
    /// An Ed25519 public key (RFC 8032), checked not to be weak.
    PublicKey, 32
}

id! {
    /// BLAKE3 of a statement's context, signer and signed bytes.
    StatementId, 32
}

impl PublicKey {
    /// The key, unless it is not on the curve or of small order (which would accept any message).
    ///
    /// # Errors
    /// [`SignedError::WeakKey`].
    pub fn checked(bytes: [u8; 32]) -> Result<Self, SignedError> {
        match VerifyingKey::from_bytes(&bytes) {
            Ok(key) if !key.is_weak() => Ok(Self::from_bytes(bytes)),
            _ => Err(SignedError::WeakKey),
        }
    }

    /// The public half of a signing key.
    pub fn of(key: &SigningKey) -> Self {
        Self::from_bytes(key.verifying_key().to_bytes())
    }
}

/// A type of statement that can be signed.
pub trait Statement: Encode<()> + for<'b> Decode<'b, ()> {
    /// Signing context: names the type and its version, and is unique among all statements.
    const CONTEXT: &'static str;
}

/// Why bytes are not a signed statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignedError {
    /// The envelope or the statement inside is not well formed.
    #[error(transparent)]
    Wire(#[from] WireError),
    /// A key that is no point of the curve, or of small order.
    #[error("signing key is weak")]
    WeakKey,
    /// The signature is not by this key over these bytes.
    #[error("signature does not match")]
    BadSignature,
}

/// A statement whose signature has been checked against the bytes that were signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed<T> {
    statement: T,
    payload: Vec<u8>,
    signer: PublicKey,
    signature: [u8; 64],
    id: StatementId,
}

impl<T: Statement> Signed<T> {
    /// Signs a statement.
    pub fn sign(statement: T, key: &SigningKey) -> Self {
        let payload = wire::to_cbor(&statement);
        let signature = key.sign(&signed_bytes::<T>(&payload)).to_bytes();
        let signer = PublicKey::of(key);
        Self {
            statement,
            id: id_of::<T>(signer, &payload),
            payload,
            signer,
            signature,
        }
    }

    /// Reads a signed statement and checks its signature.
    ///
    /// # Errors
    /// Every [`SignedError`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SignedError> {
        let envelope: Envelope = wire::from_cbor(bytes)?;
        Self::check(envelope)
    }

    /// The bytes that [`Signed::from_bytes`] reads.
    pub fn to_bytes(&self) -> Vec<u8> {
        wire::to_cbor(self)
    }

    /// What was said.
    pub const fn statement(&self) -> &T {
        &self.statement
    }

    /// The bytes that the signature covers: context, a zero byte, and what travels. Any Ed25519 program checks them.
    pub fn covered(&self) -> Vec<u8> {
        signed_bytes::<T>(&self.payload)
    }

    /// The signature (RFC 8032).
    pub const fn signature(&self) -> &[u8; 64] {
        &self.signature
    }

    /// Whose key signed it.
    pub const fn signer(&self) -> PublicKey {
        self.signer
    }

    /// The id of what was said and by whom: the same for every copy, whatever its wrapping. The signer is part of it, so
    /// that whoever signs the words of another makes a statement of his own, and takes nobody's place.
    pub const fn id(&self) -> StatementId {
        self.id
    }

    fn check(envelope: Envelope) -> Result<Self, SignedError> {
        let Envelope {
            payload,
            signer,
            signature,
        } = envelope;
        let signature = verified(signer, &signed_bytes::<T>(&payload), &signature)?;
        let statement = wire::from_cbor(&payload)?;
        Ok(Self {
            statement,
            id: id_of::<T>(signer, &payload),
            payload,
            signer,
            signature,
        })
    }
}

/// The signature, if it is by this key over these bytes, strictly (RFC 8032 without a second encoding of anything).
fn verified(signer: PublicKey, covered: &[u8], signature: &[u8]) -> Result<[u8; 64], SignedError> {
    let signature = <[u8; 64]>::try_from(signature).map_err(|_| SignedError::BadSignature)?;
    checks::unless_known(signer, covered, &signature, || {
        let key = VerifyingKey::from_bytes(signer.as_bytes()).map_err(|_| SignedError::WeakKey)?;
        if key.is_weak() {
            return Err(SignedError::WeakKey);
        }
        key.verify_strict(covered, &Signature::from_bytes(&signature))
            .map_err(|_| SignedError::BadSignature)
    })?;
    Ok(signature)
}

fn id_of<T: Statement>(signer: PublicKey, payload: &[u8]) -> StatementId {
    let mut hash = blake3::Hasher::new();
    hash.update(T::CONTEXT.as_bytes());
    hash.update(&[0]);
    hash.update(signer.as_bytes());
    hash.update(payload);
    StatementId::from_bytes(*hash.finalize().as_bytes())
}

fn signed_bytes<T: Statement>(payload: &[u8]) -> Vec<u8> {
    [T::CONTEXT.as_bytes(), &[0], payload].concat()
}

/// The carried form: `[payload, signer, signature]`.
#[derive(Encode, Decode)]
#[cbor(array)]
struct Envelope {
    #[cbor(n(0), with = "minicbor::bytes")]
    payload: Vec<u8>,
    #[n(1)]
    signer: PublicKey,
    #[cbor(n(2), with = "minicbor::bytes")]
    signature: Vec<u8>,
}

impl<T, C> Encode<C> for Signed<T> {
    fn encode<W: encode::Write>(
        &self,
        e: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), encode::Error<W::Error>> {
        e.array(3)?
            .bytes(&self.payload)?
            .bytes(self.signer.as_bytes())?
            .bytes(&self.signature)?
            .ok()
    }
}

/// Decoding checks the signature: a nested statement is as proven as its wrapping claims.
impl<'b, T: Statement, C> Decode<'b, C> for Signed<T> {
    fn decode(d: &mut Decoder<'b>, ctx: &mut C) -> Result<Self, decode::Error> {
        let envelope = Envelope::decode(d, ctx)?;
        Self::check(envelope).map_err(|_| decode::Error::message("statement is not validly signed"))
    }
}

/// A signed statement whose signer was entitled to say it, at the time when it was checked.
///
/// Made only by the rules of this crate. `author` is the household that answers for the signing device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified<T> {
    signed: Signed<T>,
    author: crate::identity::HouseholdId,
}

impl<T: Statement> Verified<T> {
    pub(crate) const fn new(signed: Signed<T>, author: crate::identity::HouseholdId) -> Self {
        Self { signed, author }
    }

    /// The statement with its signature.
    pub const fn signed(&self) -> &Signed<T> {
        &self.signed
    }

    /// What was said.
    pub const fn statement(&self) -> &T {
        self.signed.statement()
    }

    /// The household that said it.
    pub const fn author(&self) -> crate::identity::HouseholdId {
        self.author
    }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod vectors;
