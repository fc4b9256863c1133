//! What is read of Frigate's words, and what is not.

use super::fuzz::frigate;
use super::*;

/// A message of Frigate 0.15, with a face and a plate that it must not keep.
const REVIEW: &str = include_str!("review.json");

fn list(reviews: &[serde_json::Value]) -> Vec<u8> {
    serde_json::to_vec(reviews).unwrap()
}

fn review() -> serde_json::Value {
    let told: serde_json::Value = serde_json::from_str(REVIEW).unwrap();
    told["after"].clone()
}

#[test]
fn a_review_that_ended_is_a_film_with_the_seconds_around_it() {
    let frigate = frigate().unwrap();
    assert_eq!(
        frigate.heard(REVIEW.as_bytes()),
        Some(Nudge {
            over: true,
            somebody: false
        })
    );
    let pieces = frigate.listed(&list(&[review()])).unwrap();
    assert_eq!(
        pieces,
        [Piece {
            name: "1718987129.308396-fqk5ka/0".to_owned(),
            camera: "front_door".to_owned(),
            begins: Timestamp::from_ms(1_718_987_124_308),
            ends: Timestamp::from_ms(1_718_987_153_500),
        }]
    );
}

#[test]
fn faces_plates_and_zones_are_in_nothing_that_is_read() {
    let frigate = frigate().unwrap();
    let told: Told = serde_json::from_str(REVIEW).unwrap();
    let seen: Seen = serde_json::from_str(REVIEW).unwrap();
    let read = format!("{told:?} {seen:?} {:?}", frigate.listed(&list(&[review()])));
    assert!(
        read.contains("front_door") && !read.to_lowercase().contains("canary"),
        "{read}"
    );
}

#[test]
fn somebody_is_told_of_when_a_review_begins_and_only_then() {
    let frigate = frigate().unwrap();
    let begins = REVIEW.replace(r#""type":"end""#, r#""type":"new""#);
    assert!(frigate.heard(begins.as_bytes()).unwrap().somebody);
    let car = begins.replace("person-verified", "car");
    assert!(!frigate.heard(car.as_bytes()).unwrap().somebody);
}

#[test]
fn other_cameras_and_lesser_things_are_left_alone() {
    let mut frigate = frigate().unwrap();
    frigate.detections = false;
    assert_eq!(frigate.listed(&list(&[review()])).unwrap().len(), 1);
    let mut lesser = review();
    lesser["severity"] = "detection".into();
    assert_eq!(frigate.listed(&list(&[lesser])).unwrap(), []);
    frigate.camera = Some("garden".to_owned());
    assert_eq!(frigate.listed(&list(&[review()])).unwrap(), []);
    assert_eq!(frigate.heard(REVIEW.as_bytes()), None);
}

#[test]
fn a_long_review_is_several_films_and_one_that_goes_on_is_none() {
    let frigate = frigate().unwrap();
    let mut long = review();
    long["end_time"] = (1_718_987_129.0 + 300.0).into();
    let pieces = frigate.listed(&list(std::slice::from_ref(&long))).unwrap();
    assert_eq!(pieces.len(), 3);
    assert!(pieces.windows(2).all(|two| two[0].ends == two[1].begins));
    long["end_time"] = 1e12.into();
    let pieces = frigate.listed(&list(std::slice::from_ref(&long))).unwrap();
    assert_eq!(pieces.len(), 30);
    long["end_time"] = serde_json::Value::Null;
    assert_eq!(frigate.listed(&list(&[long])).unwrap(), []);
}

#[test]
fn hostile_reviews_lead_to_no_address_and_no_fault() {
    let frigate = frigate().unwrap();
    for (field, value) in [
        ("camera", "../../api/config".into()),
        ("camera", "a b".into()),
        ("camera", "".into()),
        ("id", "x/../y".into()),
        ("id", "x".repeat(ID + 1).into()),
        ("start_time", (-1).into()),
        ("end_time", (-5).into()),
        ("end_time", 1e300.into()),
        ("end_time", 0.into()),
    ] {
        let value: serde_json::Value = value;
        let mut odd = review();
        odd[field] = value.clone();
        let odd = list(&[odd]);
        assert_eq!(frigate.listed(&odd).unwrap(), [], "{field}: {value}");
        review_or_nothing(&odd);
    }
    for odd in [
        "",
        "{}",
        "[]",
        "null",
        "[{}]",
        r#"{"type":"end","after":null}"#,
    ] {
        assert_eq!(frigate.heard(odd.as_bytes()), None, "{odd}");
        review_or_nothing(odd.as_bytes());
    }
}
