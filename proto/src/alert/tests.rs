use super::*;
use crate::wire;

const NOW: Timestamp = Timestamp::from_ms(1_800_000_000_000);
const HOUR: Duration = Duration::from_secs(3600);

fn alert() -> Alert {
    Alert {
        audience: Audience::Street(StreetId::from_bytes([1; 32])),
        kind: Kind::Theft,
        urgency: Urgency::HeadsUp,
        place: Some("u33dc1k".parse().unwrap()),
        title: Title::clean("Bicycle taken from the rack").unwrap(),
        text: Text::default(),
        happened: NOW.before(HOUR),
        issued: NOW,
        expires: NOW.after(24 * HOUR),
        nonce: Nonce::from_bytes([2; 16]),
        clips: vec![],
    }
}

#[test]
fn a_fresh_alert_passes_until_it_expires() {
    assert_eq!(alert().check(NOW), Ok(()));
    assert_eq!(
        alert().check(NOW.after(24 * HOUR)),
        Err(AlertError::Expired)
    );
}

#[test]
fn an_alert_lives_at_most_72_hours_and_a_search_14_days() {
    let long = |kind| {
        Alert {
            kind,
            expires: NOW.after(73 * HOUR),
            ..alert()
        }
        .check(NOW)
    };
    assert_eq!(long(Kind::Theft), Err(AlertError::Life(72 * HOUR)));
    assert_eq!(long(Kind::LostPet), Ok(()));
    let longer = Alert {
        kind: Kind::LostPet,
        expires: NOW.after(15 * 24 * HOUR),
        ..alert()
    };
    assert!(longer.check(NOW).is_err());
    assert!(
        Alert {
            expires: NOW,
            ..alert()
        }
        .check(NOW)
        .is_err()
    );
}

#[test]
fn a_clock_may_be_ten_minutes_ahead_and_no_more() {
    let ahead = |minutes: u32| {
        let issued = NOW.after(Duration::from_secs(60) * minutes);
        Alert {
            issued,
            expires: issued.after(HOUR),
            ..alert()
        }
        .check(NOW)
    };
    assert_eq!(ahead(10), Ok(()));
    assert_eq!(ahead(11), Err(AlertError::Future));
}

#[test]
fn an_unknown_kind_is_refused() {
    let mut bytes = wire::to_cbor(&alert());
    assert!(wire::from_cbor::<Alert>(&bytes).is_ok());
    // Array head, then the audience (array head, variant, two bytes of head, 32 of id), then the kind.
    assert_eq!(bytes[37], 1);
    bytes[37] = 23;
    assert!(wire::from_cbor::<Alert>(&bytes).is_err());
}

#[test]
fn words_and_values_belong_together() {
    for kind in Kind::ALL {
        assert_eq!(kind.word().parse(), Ok(*kind));
    }
    assert!(
        "suspicious-person"
            .parse::<Kind>()
            .unwrap_err()
            .to_string()
            .contains("lost-pet")
    );
}
