//! What stays of the descriptions of samples.

use mp4_atom::{Any, Audio, Colr, Stsd, Visual};

use super::*;
use crate::camera::film::description::Descriptions;
use crate::camera::film::track::Medium;

#[test]
fn the_name_of_the_compressor_goes() -> Outcome {
    let visual = Visual {
        compressor: "ACME dash camera".into(),
        ..picture()
    };
    let cleaned = cleaned(b"avc1", &visual, &[], Medium::Video)?;
    assert!(!holds(&cleaned, b"ACME"));
    Ok(())
}

#[test]
fn a_colour_profile_goes_and_coded_colours_stay() -> Outcome {
    let profile = Colr::Prof {
        profile: b"2024 ACME".to_vec(),
    };
    assert!(!holds(
        &cleaned(b"avc1", &picture(), &[profile.into()], Medium::Video)?,
        b"colr"
    ));
    let colours = cleaned(
        b"avc1",
        &picture(),
        &[Colr::default().into()],
        Medium::Video,
    )?;
    assert!(holds(&colours, b"colrnclx"));
    Ok(())
}

#[test]
fn of_a_known_codec_only_known_boxes_stay() -> Outcome {
    let boxes = [
        unknown(b"avcC"),
        unknown(b"pasp"),
        unknown(b"gps0"),
        unknown(b"uuid"),
    ];
    let cleaned = cleaned(b"avc1", &picture(), &boxes, Medium::Video)?;
    assert!(holds(&cleaned, b"avcCbody") && holds(&cleaned, b"paspbody"));
    assert!(!holds(&cleaned, b"gps0") && !holds(&cleaned, b"uuid"));
    Ok(())
}

#[test]
fn of_an_unknown_codec_all_but_metadata_stays() -> Outcome {
    let boxes = [
        unknown(b"cfgX"),
        unknown(b"udta"),
        unknown(b"uuid"),
        unknown(b"free"),
    ];
    let cleaned = cleaned(b"newX", &picture(), &boxes, Medium::Video)?;
    assert!(holds(&cleaned, b"cfgXbody"));
    assert!(
        !["udta", "uuid", "free"]
            .iter()
            .any(|gone| holds(&cleaned, gone.as_bytes()))
    );
    Ok(())
}

#[test]
fn the_vendor_of_quicktime_sound_goes_and_its_layout_stays() -> Outcome {
    let mut sound = Vec::new();
    Audio {
        data_reference_index: 7,
        channel_count: 2,
        sample_size: 16,
        sample_rate: 48_000.into(),
    }
    .encode(&mut sound)?;
    sound
        .get_mut(8..16)
        .ok_or("short")?
        .copy_from_slice(b"\0\x01\0\x09appl");
    sound.extend(b"sixteen bytes v1");
    let cleaned = cleaned(b"mp4a", &sound, &[unknown(b"wave")], Medium::Sound)?;
    assert!(!holds(&cleaned, b"appl"));
    assert!(holds(
        &cleaned,
        b"\0\0\0\0\0\0\0\x01\0\x01\0\0\0\0\0\0\0\x02\0\x10"
    ));
    assert!(holds(&cleaned, b"sixteen bytes v1\0\0\0\x0cwavebody"));
    Ok(())
}

fn picture() -> Visual {
    Visual {
        width: 160,
        height: 120,
        ..Visual::default()
    }
}

fn unknown(kind: &[u8; 4]) -> Any {
    Any::Unknown(kind.into(), b"body".to_vec())
}

/// The cleaned `stsd` box for one description with these `fields` and `boxes`.
fn cleaned(
    codec: &[u8; 4],
    fields: &impl Encode,
    boxes: &[Any],
    medium: Medium,
) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut entry = Vec::new();
    fields.encode(&mut entry)?;
    boxes.encode(&mut entry)?;
    let mut stsd = vec![0, 0, 0, 0, 0, 0, 0, 1];
    Any::Unknown(codec.into(), entry).encode(&mut stsd)?;
    let mut out = Vec::new();
    Descriptions::read(&stsd, medium)?.write(&mut out)?;
    assert!(holds(&out, Stsd::KIND.as_ref()));
    Ok(out)
}
