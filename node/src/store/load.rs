//! Records on their way back from disk, in an order in which each finds what it refers to.

use rusqlite::Row;
use streetlamp_proto::clip::{ClipId, Label, OwnerHeader};
use streetlamp_proto::household::Record;
use streetlamp_proto::identity::{DeviceId, HouseholdId, Name};
use streetlamp_proto::signed::{Signed, StatementId};
use streetlamp_proto::street::{EpochKey, StreetId, TicketId, TicketKey};
use streetlamp_proto::wire;

use super::{Store, damaged, directory, keeping, time};
use crate::error::Result;

/// One row turned into records; the text says what the row is for the resident.
pub(super) type Reader = fn(&Row<'_>) -> std::result::Result<Vec<Record>, Fault>;

/// Why a row is not readable: SQLite's reason, or the decoder's.
#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    #[error(transparent)]
    Row(#[from] rusqlite::Error),
    #[error(transparent)]
    Signed(#[from] streetlamp_proto::signed::SignedError),
    #[error(transparent)]
    Wire(#[from] wire::WireError),
    #[error("an id or key has the wrong length")]
    Length,
    #[error("a name or header is not well formed")]
    Form,
}

impl From<streetlamp_proto::id::IdError> for Fault {
    fn from(_: streetlamp_proto::id::IdError) -> Self {
        Self::Length
    }
}

/// Every table with its reader. Streets come first: epochs, members and alerts belong to one.
const TABLES: &[(&str, &str, Reader)] = &[
    (
        "street",
        "select founding, inviter, joined_ms from street order by rowid",
        street,
    ),
    (
        "epoch",
        "select notice, key, since_ms from epoch order by rowid",
        epoch,
    ),
    (
        "member",
        "select street, record from member order by rowid",
        member,
    ),
    ("own card or device", "select record from own", own),
    (
        "farewell",
        "select signed from leaving order by rowid",
        leaving,
    ),
    ("vote", "select signed from vote order by rowid", vote),
    ("link", "select signed from link order by rowid", link),
    (
        "whereabouts",
        "select signed from whereabouts order by rowid",
        whereabouts,
    ),
    (
        "departure",
        "select street, household, at_ms from gone order by rowid",
        gone,
    ),
    (
        "muted household",
        "select household from muted order by rowid",
        muted,
    ),
    (
        "alert",
        "select signed, author, received_ms, street from alert order by rowid",
        alert,
    ),
    (
        "follow-up",
        "select signed, author, street from follow_up order by rowid",
        follow_up,
    ),
    (
        "stamp",
        "select statement, stamp from stamp order by rowid",
        stamp,
    ),
    ("knock", "select signed from knock order by rowid", knock),
    (
        "radius",
        "select value from setting where name = 'radius'",
        radius,
    ),
    (
        "publisher",
        "select binding, first_seen_ms, pinned, contested, confirmed_ms, by_https, denied_ms, asked_ms, silent \
         from publisher order by rowid",
        directory::publisher,
    ),
    (
        "bulletin",
        "select publisher, announced, received_ms from bulletin order by rowid",
        directory::bulletin,
    ),
    (
        "muted publisher",
        "select what, name from hushed order by rowid",
        directory::hushed,
    ),
    (
        "choice to ask domains",
        "select value from setting where name = 'ask-domains'",
        directory::asks_domains,
    ),
    (
        "ticket",
        "select id, key, street, expires_ms from ticket order by rowid",
        ticket,
    ),
    (
        "clip",
        "select manifest, header, camera, id, pinned from clip order by rowid",
        clip,
    ),
    (
        "setting",
        "select value from setting where name = 'retention'",
        retention,
    ),
    (
        "grant",
        "select id, parcel, delivered, fetched_ms, stopped_ms, fetched_from from given order by rowid",
        given,
    ),
    (
        "received grant",
        "select parcel, received_ms from received order by rowid",
        received,
    ),
    (
        "fetched clip",
        "select clip from arrived order by rowid",
        arrived,
    ),
    (
        "clip of another device",
        "select manifest, header, camera, device from copied order by rowid",
        copied,
    ),
    (
        "deleted clip",
        "select clip from shredding order by rowid",
        shredding,
    ),
    (
        "ledger entry",
        "select entry, head from ledger order by seq",
        ledger,
    ),
    (
        "ledger of another device",
        "select head from ledger_seen order by rowid",
        ledger_seen,
    ),
    (
        "address",
        "select device, addresses from address order by rowid",
        address,
    ),
];

/// The tables that say which clips there are, and which are being destroyed.
const CLIPS: [&str; 2] = ["clip", "deleted clip"];

impl Store {
    /// Everything that was kept.
    ///
    /// # Errors
    /// [`ErrorKind::DataLoss`](crate::error::ErrorKind::DataLoss), naming the row that is not readable.
    pub fn records(&self) -> Result<Vec<Record>> {
        self.read(TABLES.iter().chain(keeping::TABLES))
    }

    /// Of it, the clips of this home and those that are being destroyed, without reading and checking what the street
    /// said.
    ///
    /// # Errors
    /// As [`Store::records`].
    pub fn clips(&self) -> Result<Vec<Record>> {
        self.read(TABLES.iter().filter(|(what, ..)| CLIPS.contains(what)))
    }

    fn read<'a>(
        &self,
        tables: impl Iterator<Item = &'a (&'a str, &'a str, Reader)>,
    ) -> Result<Vec<Record>> {
        let mut records = Vec::new();
        for (what, sql, read) in tables {
            let mut query = self.db.prepare(sql)?;
            let mut rows = query.query([])?;
            let mut number = 0;
            while let Some(row) = rows.next()? {
                number += 1;
                records.extend(read(row).map_err(|fault| damaged(what, number, fault))?);
            }
        }
        Ok(records)
    }
}

pub(super) fn bytes(row: &Row<'_>, column: usize) -> std::result::Result<Vec<u8>, Fault> {
    Ok(row.get(column)?)
}

fn street(row: &Row<'_>) -> std::result::Result<Vec<Record>, Fault> {
    let inviter: Option<Vec<u8>> = row.get(1)?;
    let inviter = inviter
        .map(|id| HouseholdId::try_from(id.as_slice()))
        .transpose()?;
    Ok(vec![Record::Street {
        founding: Signed::from_bytes(&bytes(row, 0)?)?,
        inviter,
        joined: time(row.get(2)?),
    }])
}

fn epoch(row: &Row<'_>) -> std::result::Result<Vec<Record>, Fault> {
    let key = zeroize::Zeroizing::new(bytes(row, 1)?);
    Ok(vec![Record::Epoch {
        notice: Signed::from_bytes(&bytes(row, 0)?)?,
        key: EpochKey::from_slice(&key).ok_or(Fault::Length)?,
        since: time(row.get(2)?),
    }])
}

fn member(row: &Row<'_>) -> std::result::Result<Vec<Record>, Fault> {
    let street = StreetId::try_from(bytes(row, 0)?.as_slice())?;
    Ok(vec![Record::Member {
        street,
        member: Box::new(wire::from_cbor(&bytes(row, 1)?)?),
    }])
}

fn own(row: &Row<'_>) -> std::result::Result<Vec<Record>, Fault> {
    let own = wire::from_cbor(&bytes(row, 0)?)?;
    Ok(vec![Record::Own(Box::new(own))])
}

fn leaving(row: &Row<'_>) -> std::result::Result<Vec<Record>, Fault> {
    Ok(vec![Record::Leave(Signed::from_bytes(&bytes(row, 0)?)?)])
}

fn vote(row: &Row<'_>) -> std::result::Result<Vec<Record>, Fault> {
    Ok(vec![Record::Vote(Signed::from_bytes(&bytes(row, 0)?)?)])
}

fn link(row: &Row<'_>) -> std::result::Result<Vec<Record>, Fault> {
    Ok(vec![Record::Link(Signed::from_bytes(&bytes(row, 0)?)?)])
}

fn whereabouts(row: &Row<'_>) -> std::result::Result<Vec<Record>, Fault> {
    let said = Signed::from_bytes(&bytes(row, 0)?)?;
    Ok(vec![Record::Whereabouts(said)])
}

fn gone(row: &Row<'_>) -> std::result::Result<Vec<Record>, Fault> {
    Ok(vec![Record::Gone {
        street: StreetId::try_from(bytes(row, 0)?.as_slice())?,
        household: HouseholdId::try_from(bytes(row, 1)?.as_slice())?,
        at: time(row.get(2)?),
    }])
}

fn muted(row: &Row<'_>) -> std::result::Result<Vec<Record>, Fault> {
    Ok(vec![Record::Muted {
        household: HouseholdId::try_from(bytes(row, 0)?.as_slice())?,
        muted: true,
    }])
}

fn follow_up(row: &Row<'_>) -> std::result::Result<Vec<Record>, Fault> {
    Ok(vec![Record::FollowUp {
        street: StreetId::try_from(bytes(row, 2)?.as_slice())?,
        follow_up: Signed::from_bytes(&bytes(row, 0)?)?,
        author: HouseholdId::try_from(bytes(row, 1)?.as_slice())?,
    }])
}

fn alert(row: &Row<'_>) -> std::result::Result<Vec<Record>, Fault> {
    let author = HouseholdId::try_from(bytes(row, 1)?.as_slice())?;
    Ok(vec![Record::Alert {
        street: StreetId::try_from(bytes(row, 3)?.as_slice())?,
        alert: Signed::from_bytes(&bytes(row, 0)?)?,
        author,
        received: time(row.get(2)?),
    }])
}

fn stamp(row: &Row<'_>) -> std::result::Result<Vec<Record>, Fault> {
    Ok(vec![Record::Stamp {
        statement: StatementId::try_from(bytes(row, 0)?.as_slice())?,
        stamp: wire::from_cbor(&bytes(row, 1)?)?,
    }])
}

fn knock(row: &Row<'_>) -> std::result::Result<Vec<Record>, Fault> {
    Ok(vec![Record::Knock(Signed::from_bytes(&bytes(row, 0)?)?)])
}

fn radius(row: &Row<'_>) -> std::result::Result<Vec<Record>, Fault> {
    let radius = row.get::<_, String>(0)?.parse().map_err(|_| Fault::Form)?;
    Ok(vec![Record::Radius(radius)])
}

fn ticket(row: &Row<'_>) -> std::result::Result<Vec<Record>, Fault> {
    Ok(vec![Record::Ticket {
        id: TicketId::try_from(bytes(row, 0)?.as_slice())?,
        key: TicketKey::try_from(bytes(row, 1)?.as_slice())?,
        street: StreetId::try_from(bytes(row, 2)?.as_slice())?,
        expires: time(row.get(3)?),
    }])
}

/// A label, from the first three columns.
fn label(row: &Row<'_>) -> std::result::Result<Label, Fault> {
    let header = OwnerHeader::parse(&bytes(row, 1)?).map_err(|_| Fault::Form)?;
    let camera = Name::clean(&row.get::<_, String>(2)?).map_err(|_| Fault::Form)?;
    Ok(Label {
        manifest: Signed::from_bytes(&bytes(row, 0)?)?,
        header,
        camera,
    })
}

fn copied(row: &Row<'_>) -> std::result::Result<Vec<Record>, Fault> {
    let device = DeviceId::try_from(bytes(row, 3)?.as_slice())?;
    let label = label(row)?;
    Ok(vec![Record::Copied { device, label }])
}

fn clip(row: &Row<'_>) -> std::result::Result<Vec<Record>, Fault> {
    let mut records = vec![Record::Clip(label(row)?)];
    if row.get(4)? {
        let clip = ClipId::try_from(bytes(row, 3)?.as_slice()).map_err(|_| Fault::Length)?;
        let pinned = true;
        records.push(Record::Pinned { clip, pinned });
    }
    Ok(records)
}

fn retention(row: &Row<'_>) -> std::result::Result<Vec<Record>, Fault> {
    let retention = row.get::<_, String>(0)?.parse().map_err(|_| Fault::Form)?;
    Ok(vec![Record::Retention(retention)])
}

fn given(row: &Row<'_>) -> std::result::Result<Vec<Record>, Fault> {
    let grant = StatementId::try_from(bytes(row, 0)?.as_slice())?;
    let mut records = vec![Record::Given(wire::from_cbor(&bytes(row, 1)?)?)];
    if row.get::<_, bool>(2)? {
        records.push(Record::Delivered(grant));
    }
    if let Some(at) = row.get::<_, Option<i64>>(3)? {
        let from: Option<Vec<u8>> = row.get(5)?;
        let from = from.map(|from| HouseholdId::try_from(from.as_slice()));
        records.push(Record::Fetched {
            grant,
            at: time(at),
            from: from.transpose()?,
        });
    }
    if let Some(at) = row.get::<_, Option<i64>>(4)? {
        records.push(Record::Stopped {
            grant,
            at: time(at),
        });
    }
    Ok(records)
}

fn received(row: &Row<'_>) -> std::result::Result<Vec<Record>, Fault> {
    Ok(vec![Record::Received {
        parcel: wire::from_cbor(&bytes(row, 0)?)?,
        at: time(row.get(1)?),
    }])
}

fn shredding(row: &Row<'_>) -> std::result::Result<Vec<Record>, Fault> {
    Ok(vec![Record::ClipGone(ClipId::try_from(
        bytes(row, 0)?.as_slice(),
    )?)])
}

fn arrived(row: &Row<'_>) -> std::result::Result<Vec<Record>, Fault> {
    Ok(vec![Record::Arrived(ClipId::try_from(
        bytes(row, 0)?.as_slice(),
    )?)])
}

fn ledger(row: &Row<'_>) -> std::result::Result<Vec<Record>, Fault> {
    Ok(vec![Record::Ledger {
        entry: wire::from_cbor(&bytes(row, 0)?)?,
        head: Signed::from_bytes(&bytes(row, 1)?)?,
    }])
}

fn ledger_seen(row: &Row<'_>) -> std::result::Result<Vec<Record>, Fault> {
    Ok(vec![Record::LedgerSeen(Signed::from_bytes(&bytes(
        row, 0,
    )?)?)])
}

fn address(row: &Row<'_>) -> std::result::Result<Vec<Record>, Fault> {
    let device = DeviceId::try_from(bytes(row, 0)?.as_slice())?;
    Ok(vec![Record::Addresses {
        device,
        addresses: wire::from_cbor(&bytes(row, 1)?)?,
    }])
}
