//! What must hold for every input, for a fuzzer and for the tests that play one.

use streetlamp_proto::publisher::Area;

use super::{Wanted, cover, read, read_geojson, write};

/// Reads bytes as a message and tells whether they are one.
///
/// # Panics
///
/// If a message changes when it is written and read again, or a cover lies outside the area that it was made for.
pub fn message_or_refused(bytes: &[u8]) -> bool {
    let Ok(message) = read(bytes) else {
        return false;
    };
    let unsigned = super::Message {
        signed: false,
        ..message.clone()
    };
    let again = read(write(&message).as_bytes());
    assert_eq!(again.as_ref(), Ok(&unsigned), "written as it was read");
    covered(&message);
    true
}

/// Reads bytes as GeoJSON of the weather service and tells whether all of it was messages.
///
/// # Panics
///
/// If a message of it cannot be written as CAP.
pub fn geojson_or_refused(bytes: &[u8]) -> bool {
    let Ok(messages) = read_geojson(bytes) else {
        return false;
    };
    for message in messages.iter().flatten() {
        assert!(!write(message).is_empty(), "a message can be written");
        covered(message);
    }
    messages.iter().all(Result::is_ok)
}

fn covered(message: &super::Message) {
    let _words = message.words(&Wanted::default());
    let Ok(declared) = Area::of(["u3".parse(), "9v".parse()].into_iter().flatten()) else {
        return;
    };
    if let Ok(Some(cover)) = cover(message, &declared)
        && let Some(area) = cover.area
    {
        assert!(declared.holds(&area), "a cover lies in its area");
    }
}
