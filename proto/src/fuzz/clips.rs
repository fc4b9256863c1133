//! Clips from whoever holds them: nothing of them is believed before it is proven.

use super::identity;
use crate::clip::{
    ClipId, ExportHeader, GRANT_HEADER_LEN, GrantHeader, OwnerHeader, SLICE, decode_slice,
};
use crate::recipient::ExportIdentity;

/// A hybrid key to which nothing was sealed (C2SP CCTV, `hybrid_no_match`).
const STRANGER: &str =
    "AGE-SECRET-KEY-PQ-143WN7DCXU4G8R5AXQSSYD9AEPYDNT3HXSLWSPK36CDU6E8M59SSS8XZSCQ";

/// A header that was taken is kept byte by byte, and a grant's has its one length.
pub fn clip_header(bytes: &[u8]) -> bool {
    let owner = OwnerHeader::parse(bytes).ok();
    if let Some(header) = &owner {
        assert_eq!(header.as_bytes(), bytes, "a header is kept as it was");
        assert!(
            header.unwrap(&identity(1)).is_err(),
            "a header does not open for others"
        );
    }
    if let Ok(header) = GrantHeader::parse(bytes) {
        assert_eq!(
            header.as_bytes().as_slice(),
            bytes,
            "a header is kept as it was"
        );
        assert_eq!(bytes.len(), GRANT_HEADER_LEN, "a grant has one length");
        assert!(owner.is_some(), "a grant's header is a header");
        assert!(
            ExportHeader::parse(bytes).is_ok(),
            "an export's may be the same"
        );
    }
    let export = ExportHeader::parse(bytes).ok();
    if let Some(header) = &export {
        assert_eq!(header.as_bytes(), bytes, "a header is kept as it was");
        let strangers = [
            Some(ExportIdentity::X25519(identity(1))),
            STRANGER.parse().ok(),
        ];
        for stranger in strangers.into_iter().flatten() {
            assert!(
                header.unwrap(&stranger).is_err(),
                "a header does not open for others"
            );
        }
    }
    owner.is_some() || export.is_some()
}

/// A slice gives as many bytes as were asked for, and those of a whole clip hash to its name.
///
/// The input is name, length, begin and end (8 bytes each, big-endian), and the slice.
pub fn clip_slice(bytes: &[u8]) -> bool {
    let Some((name, rest)) = bytes.split_first_chunk::<32>() else {
        return false;
    };
    let Some(([len, start, end], slice)) = numbers(rest) else {
        return false;
    };
    let Ok(film) = decode_slice(ClipId::from_bytes(*name), len, start..end, slice) else {
        return false;
    };
    assert!(film.len() as u64 <= SLICE, "a slice is bounded");
    assert_eq!(film.len() as u64, end - start, "all that was asked for");
    if start == 0 && end == len {
        assert_eq!(
            blake3::hash(&film).as_bytes(),
            name,
            "the name is the hash of the bytes"
        );
    }
    true
}

/// Numbers of eight bytes, and what follows them.
fn numbers<const N: usize>(mut bytes: &[u8]) -> Option<([u64; N], &[u8])> {
    let mut numbers = [0; N];
    for number in &mut numbers {
        let (eight, rest) = bytes.split_first_chunk()?;
        *number = u64::from_be_bytes(*eight);
        bytes = rest;
    }
    Some((numbers, bytes))
}
