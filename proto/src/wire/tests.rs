use super::*;
use crate::time::Timestamp;

#[test]
fn a_frame_comes_back_as_it_was() {
    let bytes = frame(Kind::Sealed, &Timestamp::from_ms(7));
    assert_eq!(
        unframe::<Timestamp>(Kind::Sealed, &bytes, 64),
        Ok(Timestamp::from_ms(7))
    );
}

#[test]
fn a_frame_of_another_version_is_refused() {
    assert_eq!(
        unframe::<Timestamp>(Kind::Sealed, &[2, 1, 7], 64),
        Err(WireError::Version(2))
    );
}

#[test]
fn a_frame_of_another_kind_is_refused() {
    assert_eq!(
        unframe::<Timestamp>(Kind::Sealed, &[1, 2, 7], 64),
        Err(WireError::Kind(2))
    );
    assert_eq!(
        unframe::<Timestamp>(Kind::Sealed, &[1, 250, 7], 64),
        Err(WireError::Kind(250))
    );
}

#[test]
fn a_frame_that_is_cut_short_or_too_long_is_refused() {
    assert_eq!(
        unframe::<Timestamp>(Kind::Sealed, &[1], 64),
        Err(WireError::Truncated)
    );
    assert_eq!(
        unframe::<Timestamp>(Kind::Sealed, &[1, 1], 64),
        Err(WireError::Malformed)
    );
    assert_eq!(
        unframe::<Timestamp>(Kind::Sealed, &[1; 65], 64),
        Err(WireError::TooLarge { got: 65, limit: 64 })
    );
}

#[test]
fn an_over_long_integer_and_trailing_bytes_are_not_canonical() {
    assert_eq!(
        from_cbor::<Timestamp>(&[0x18, 7]),
        Err(WireError::NotCanonical)
    );
    assert_eq!(
        from_cbor::<Timestamp>(&[7, 0]),
        Err(WireError::NotCanonical)
    );
}

#[test]
fn an_indefinite_length_is_not_canonical() {
    assert_eq!(
        from_cbor::<Vec<u8>>(&[0x9f, 1, 0xff]),
        Err(WireError::NotCanonical)
    );
    assert_eq!(from_cbor::<Vec<u8>>(&[0x81, 1]), Ok(vec![1]));
}
