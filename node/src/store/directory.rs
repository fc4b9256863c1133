//! Publishers on their way to disk and back.

use rusqlite::{Row, Transaction, params};
use streetlamp_proto::household::{Acquaintance, Hush, Listing, Record, Way};
use streetlamp_proto::publisher::{Announced, PublisherId};
use streetlamp_proto::signed::Signed;
use streetlamp_proto::time::Timestamp;
use streetlamp_proto::wire;

use super::load::{Fault, bytes};
use super::{ms, time};

pub(super) fn save_publisher(
    db: &Transaction<'_>,
    known: &Acquaintance,
) -> rusqlite::Result<usize> {
    let listing = known.listing;
    let by_https = listing.confirmed.map(|(_, way)| way == Way::Https);
    db.execute(
        "insert or replace into publisher (id, binding, first_seen_ms, pinned, contested, confirmed_ms, by_https, \
         denied_ms, asked_ms, silent) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        params![
            known.binding.publisher().as_bytes(),
            known.binding.to_bytes(),
            ms(known.first_seen),
            known.pinned,
            known.contested,
            listing.confirmed.map(|(at, _)| ms(at)),
            by_https,
            listing.denied.map(ms),
            listing.asked.map(ms),
            listing.silent,
        ],
    )
}

pub(super) fn forget_publisher(
    db: &Transaction<'_>,
    publisher: PublisherId,
) -> rusqlite::Result<usize> {
    db.execute(
        "delete from bulletin where publisher = ?1",
        [publisher.as_bytes()],
    )?;
    db.execute(
        "delete from publisher where id = ?1",
        [publisher.as_bytes()],
    )
}

pub(super) fn save_bulletin(
    db: &Transaction<'_>,
    publisher: PublisherId,
    announced: &Announced,
    received: Timestamp,
) -> rusqlite::Result<usize> {
    db.execute(
        "insert into bulletin (id, publisher, received_ms, expires_ms, announced) values (?1, ?2, ?3, ?4, ?5)",
        params![
            announced.id().as_bytes(),
            publisher.as_bytes(),
            ms(received),
            ms(announced.bulletin.statement().expires),
            wire::to_cbor(announced)
        ],
    )
}

pub(super) fn save_hush(db: &Transaction<'_>, what: Hush, hushed: bool) -> rusqlite::Result<usize> {
    let (kind, name) = match what {
        Hush::Publisher(publisher) => (PUBLISHER, publisher.to_string()),
        Hush::Kind(of) => (KIND, of.word().to_owned()),
    };
    let sql = match hushed {
        true => "insert or ignore into hushed (what, name) values (?1, ?2)",
        false => "delete from hushed where what = ?1 and name = ?2",
    };
    db.execute(sql, params![kind, name])
}

/// What can be hushed, as it stands in the table.
const PUBLISHER: &str = "publisher";
/// See [`PUBLISHER`].
const KIND: &str = "kind";

pub(super) fn publisher(row: &Row<'_>) -> Result<Vec<Record>, Fault> {
    let confirmed: Option<i64> = row.get(4)?;
    let way = match row.get(5)? {
        Some(true) => Way::Https,
        Some(false) | None => Way::Dns,
    };
    let moment = |column| Ok::<_, Fault>(row.get::<_, Option<i64>>(column)?.map(time));
    Ok(vec![Record::Publisher(Box::new(Acquaintance {
        binding: Signed::from_bytes(&bytes(row, 0)?)?,
        first_seen: time(row.get(1)?),
        pinned: row.get(2)?,
        contested: row.get(3)?,
        listing: Listing {
            confirmed: confirmed.map(|at| (time(at), way)),
            denied: moment(6)?,
            asked: moment(7)?,
            silent: row.get(8)?,
        },
    }))])
}

pub(super) fn bulletin(row: &Row<'_>) -> Result<Vec<Record>, Fault> {
    Ok(vec![Record::Bulletin {
        publisher: PublisherId::try_from(bytes(row, 0)?.as_slice())?,
        announced: Box::new(wire::from_cbor(&bytes(row, 1)?)?),
        received: time(row.get(2)?),
    }])
}

pub(super) fn hushed(row: &Row<'_>) -> Result<Vec<Record>, Fault> {
    let (what, name): (String, String) = (row.get(0)?, row.get(1)?);
    let what = match what.as_str() {
        PUBLISHER => Hush::Publisher(name.parse()?),
        _ => Hush::Kind(name.parse().map_err(|_| Fault::Form)?),
    };
    Ok(vec![Record::Hushed { what, hushed: true }])
}

pub(super) fn asks_domains(row: &Row<'_>) -> Result<Vec<Record>, Fault> {
    let asks = row.get::<_, String>(0)? == "on";
    Ok(vec![Record::AsksDomains(asks)])
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use ed25519_dalek::SigningKey;
    use streetlamp_proto::publisher::{
        Area, Binding, Bulletin, Certainty, Kind, Message, Severity, Status, Urgency,
    };
    use streetlamp_proto::text::{Line, Prose};

    use super::super::Store;
    use super::*;

    const NOW: Timestamp = Timestamp::from_ms(1_800_000_000_000);

    fn records() -> Vec<Record> {
        let key = SigningKey::from_bytes(&[1; 32]);
        let area = Area::of(["u33dc".parse().unwrap()]).unwrap();
        let expires = NOW.after(Duration::from_secs(60));
        let binding = Binding {
            name: Line::clean("Maple Fire").unwrap(),
            domain: "fire.example".parse().unwrap(),
            area: area.clone(),
            seconds: Vec::new(),
            handovers: Vec::new(),
            issued: NOW,
            expires,
        };
        let bulletin = Bulletin {
            status: Status::Actual,
            message: Message::Alert,
            kind: Kind::Fire,
            severity: Severity::Minor,
            urgency: Urgency::Past,
            certainty: Certainty::Likely,
            area,
            headline: Line::clean("Smoke").unwrap(),
            text: Prose::default(),
            instruction: Prose::default(),
            contact: Prose::default(),
            original: None,
            issued: NOW,
            expires,
        };
        let known = Acquaintance {
            binding: Signed::sign(binding, &key),
            first_seen: NOW,
            pinned: true,
            contested: false,
            listing: Listing {
                confirmed: Some((NOW, Way::Https)),
                denied: None,
                asked: Some(expires),
                silent: 3,
            },
        };
        let publisher = known.binding.publisher();
        vec![
            Record::Publisher(Box::new(known)),
            Record::Bulletin {
                publisher,
                announced: Box::new(Announced {
                    bulletin: Signed::sign(bulletin, &key),
                    second: None,
                }),
                received: NOW,
            },
            Record::Hushed {
                what: Hush::Kind(Kind::Meeting),
                hushed: true,
            },
            Record::Hushed {
                what: Hush::Publisher(publisher),
                hushed: true,
            },
            Record::AsksDomains(false),
        ]
    }

    #[test]
    fn publishers_come_back_as_they_were_kept_and_a_forgotten_one_not() {
        let mut store = Store::in_memory().unwrap();
        let kept = records();
        store.save(&kept).unwrap();
        let back = format!("{:?}", store.records().unwrap());
        assert_eq!(back, format!("{kept:?}"));
        let [
            Record::Publisher(known),
            Record::Bulletin { announced, .. },
            ..,
        ] = kept.as_slice()
        else {
            panic!("{kept:?}")
        };
        store.save(&[Record::Over(announced.id())]).unwrap();
        assert_eq!(store.records().unwrap().len(), kept.len() - 1);
        store.save(&kept[1..2]).unwrap();
        let publisher = known.binding.publisher();
        let unhush = Record::Hushed {
            what: Hush::Kind(Kind::Meeting),
            hushed: false,
        };
        store
            .save(&[Record::PublisherGone(publisher), unhush])
            .unwrap();
        assert_eq!(store.records().unwrap().len(), 2);
    }
}
