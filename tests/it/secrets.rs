//! Looking for keys where none may be.

use bech32::FromBase32;
use streetlamp_proto::recipient::Identity;

/// The two forms of a reading key: as text, and its 32 bytes.
pub(super) fn forms(identity: &Identity) -> [Vec<u8>; 2] {
    let text = identity.expose();
    let (_, data, _) = bech32::decode(&text).expect("Bech32");
    let bytes = Vec::from_base32(&data).expect("32 bytes");
    assert_eq!(bytes.len(), 32);
    [text.as_bytes().to_vec(), bytes]
}

/// Whether these bytes stand anywhere among those.
pub(super) fn find(bytes: &[u8], wanted: &[u8]) -> bool {
    let first = wanted[0];
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| *byte == first) {
        rest = &rest[at..];
        if rest.starts_with(wanted) {
            return true;
        }
        rest = &rest[1..];
    }
    false
}
