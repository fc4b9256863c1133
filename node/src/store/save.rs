//! Records on their way to disk.

use rusqlite::{Transaction, params};
use streetlamp_proto::household::Record;
use streetlamp_proto::identity::HouseholdId;
use streetlamp_proto::wire;

use super::{ASKS_DOMAINS, RADIUS, RETENTION, Store, directory, keeping, ms};
use crate::error::Result;

impl Store {
    /// Keeps a batch of records: all of it, durable when this returns, or nothing.
    ///
    /// # Errors
    /// The database's own. The batch is not kept then.
    pub fn save(&mut self, records: &[Record]) -> Result<()> {
        if records.is_empty() {
            return Ok(());
        }
        let transaction = self.db.transaction()?;
        for record in records {
            save(&transaction, record)?;
        }
        transaction.commit()?;
        if records.iter().any(deletes) {
            // What was deleted must not linger in the write-ahead log. Busy readers only delay it.
            self.db
                .query_row("pragma wal_checkpoint(truncate)", [], |_| Ok(()))?;
        }
        Ok(())
    }
}

/// Whether a record takes something away that must not be found on the disk afterwards.
const fn deletes(record: &Record) -> bool {
    matches!(
        record,
        Record::Over(_)
            | Record::TicketGone(_)
            | Record::PublisherGone(_)
            | Record::EpochGone(_)
            | Record::StreetGone(_)
            | Record::ClipGone(_)
            | Record::GrantGone(_)
            | Record::Shredded(_)
    )
}

/// Everything that belongs to one street. The ledger, clips and grants are the household's own and stay.
const OF_A_STREET: [&str; 10] = [
    "epoch",
    "member",
    "leaving",
    "vote",
    "link",
    "whereabouts",
    "gone",
    "alert",
    "follow_up",
    "ticket",
];

fn save(db: &Transaction<'_>, record: &Record) -> Result<()> {
    match record {
        Record::Street { founding, inviter, joined } => db.execute(
            "insert into street (id, founding, inviter, joined_ms) values (?1, ?2, ?3, ?4)",
            params![founding.street().as_bytes(), founding.to_bytes(), inviter.map(|i| *i.as_bytes()), ms(*joined)],
        ),
        Record::StreetGone(street) => {
            for table in OF_A_STREET {
                db.execute(&format!("delete from {table} where street = ?1"), [street.as_bytes()])?;
            }
            db.execute("delete from street where id = ?1", [street.as_bytes()])
        }
        Record::Epoch { notice, key, since } => db.execute(
            "insert or replace into epoch (id, street, notice, key, since_ms) values (?1, ?2, ?3, ?4, ?5)",
            params![
                notice.id().as_bytes(),
                notice.statement().street.as_bytes(),
                notice.to_bytes(),
                key.expose(),
                ms(*since)
            ],
        ),
        Record::EpochGone(id) => db.execute("delete from epoch where id = ?1", [id.as_bytes()]),
        Record::Member { street, member } => {
            db.execute(
                "insert into member (street, household, record) values (?1, ?2, ?3) \
                 on conflict (street, household) do update set record = excluded.record",
                params![street.as_bytes(), member.household().as_bytes(), wire::to_cbor(&**member)],
            )?;
            db.execute(
                "delete from gone where street = ?1 and household = ?2",
                params![street.as_bytes(), member.household().as_bytes()],
            )
        }
        Record::Own(own) => db.execute(
            "insert or replace into own (household, record) values (?1, ?2)",
            params![own.household().as_bytes(), wire::to_cbor(&**own)],
        ),
        Record::Leave(leave) => {
            let said = leave.statement();
            db.execute(
                "insert or replace into leaving (street, household, signed) values (?1, ?2, ?3)",
                params![said.street.as_bytes(), said.household.as_bytes(), leave.to_bytes()],
            )
        }
        Record::Vote(vote) => {
            let said = vote.statement();
            db.execute(
                "insert or replace into vote (street, household, voter, signed) values (?1, ?2, ?3, ?4)",
                params![
                    said.street.as_bytes(),
                    said.household.as_bytes(),
                    said.by.as_bytes(),
                    vote.to_bytes()
                ],
            )
        }
        Record::Link(link) => {
            let said = link.statement();
            db.execute(
                "insert or replace into link (street, household, name, id, signed) values (?1, ?2, ?3, ?4, ?5)",
                params![
                    said.street.as_bytes(),
                    said.by.as_bytes(),
                    said.name.as_str(),
                    link.id().as_bytes(),
                    link.to_bytes()
                ],
            )
        }
        Record::Whereabouts(said) => db.execute(
            "insert or replace into whereabouts (street, device, signed) values (?1, ?2, ?3)",
            params![
                said.statement().street.as_bytes(),
                said.signer().as_bytes(),
                said.to_bytes()
            ],
        ),
        Record::Gone { street, household, at } => db.execute(
            "insert or replace into gone (street, household, at_ms) values (?1, ?2, ?3)",
            params![street.as_bytes(), household.as_bytes(), ms(*at)],
        ),
        Record::Muted { household, muted: true } => {
            db.execute("insert or ignore into muted (household) values (?1)", [household.as_bytes()])
        }
        Record::Muted { household, muted: false } => {
            db.execute("delete from muted where household = ?1", [household.as_bytes()])
        }
        Record::Alert { street, alert, author, received } => db.execute(
            "insert into alert (id, street, author, received_ms, expires_ms, signed) values (?1, ?2, ?3, ?4, ?5, ?6)",
            params![
                alert.id().as_bytes(),
                street.as_bytes(),
                author.as_bytes(),
                ms(*received),
                ms(alert.statement().expires),
                alert.to_bytes()
            ],
        ),
        Record::FollowUp { street, follow_up, author } => db.execute(
            "insert into follow_up (id, street, author, expires_ms, signed) values (?1, ?2, ?3, ?4, ?5)",
            params![
                follow_up.id().as_bytes(),
                street.as_bytes(),
                author.as_bytes(),
                ms(follow_up.statement().expires),
                follow_up.to_bytes()
            ],
        ),
        Record::Over(id) => {
            db.execute("delete from follow_up where id = ?1", [id.as_bytes()])?;
            db.execute("delete from stamp where statement = ?1", [id.as_bytes()])?;
            db.execute("delete from knock where id = ?1", [id.as_bytes()])?;
            db.execute("delete from link where id = ?1", [id.as_bytes()])?;
            db.execute("delete from bulletin where id = ?1", [id.as_bytes()])?;
            db.execute("delete from alert where id = ?1", [id.as_bytes()])
        }
        Record::Stamp { statement, stamp } => db.execute(
            "insert or replace into stamp (statement, stamp) values (?1, ?2)",
            params![statement.as_bytes(), wire::to_cbor(stamp)],
        ),
        Record::Knock(knock) => db.execute(
            "insert into knock (id, signed) values (?1, ?2)",
            params![knock.id().as_bytes(), knock.to_bytes()],
        ),
        Record::Radius(radius) => db.execute(
            "insert or replace into setting (name, value) values (?1, ?2)",
            params![RADIUS, radius.to_string()],
        ),
        Record::Retention(retention) => db.execute(
            "insert or replace into setting (name, value) values (?1, ?2)",
            params![RETENTION, retention.to_string()],
        ),
        Record::Pinned { clip, pinned } => db.execute(
            "update clip set pinned = ?2 where id = ?1",
            params![clip.as_bytes(), pinned],
        ),
        Record::Publisher(known) => directory::save_publisher(db, known),
        Record::PublisherGone(publisher) => directory::forget_publisher(db, *publisher),
        Record::Bulletin { publisher, announced, received } => {
            directory::save_bulletin(db, *publisher, announced, *received)
        }
        Record::Hushed { what, hushed } => directory::save_hush(db, *what, *hushed),
        Record::AsksDomains(asks) => db.execute(
            "insert or replace into setting (name, value) values (?1, ?2)",
            params![ASKS_DOMAINS, if *asks { "on" } else { "off" }],
        ),
        Record::Ticket { id, key, street, expires } => db.execute(
            "insert into ticket (id, key, street, expires_ms) values (?1, ?2, ?3, ?4)",
            params![id.as_bytes(), key.as_bytes(), street.as_bytes(), ms(*expires)],
        ),
        Record::TicketGone(id) => db.execute("delete from ticket where id = ?1", [id.as_bytes()]),
        Record::Clip(label) => db.execute(
            "insert into clip (id, manifest, header, camera) values (?1, ?2, ?3, ?4)",
            params![
                label.manifest.statement().clip.as_bytes(),
                label.manifest.to_bytes(),
                label.header.as_bytes(),
                label.camera.as_str()
            ],
        ),
        Record::ClipGone(clip) => {
            db.execute("delete from clip where id = ?1", [clip.as_bytes()])?;
            db.execute("delete from arrived where clip = ?1", [clip.as_bytes()])?;
            db.execute("delete from copied where clip = ?1", [clip.as_bytes()])?;
            db.execute("insert or ignore into shredding (clip) values (?1)", [clip.as_bytes()])
        }
        Record::Shredded(clip) => {
            db.execute("delete from shredding where clip = ?1", [clip.as_bytes()])
        }
        Record::GrantGone(grant) => {
            db.execute("delete from given where id = ?1", [grant.as_bytes()])?;
            db.execute("delete from received where id = ?1", [grant.as_bytes()])
        }
        Record::Given(parcel) => db.execute(
            "insert into given (id, parcel) values (?1, ?2)",
            params![parcel.grant.id().as_bytes(), wire::to_cbor(parcel)],
        ),
        Record::Delivered(grant) => {
            db.execute("update given set delivered = 1 where id = ?1", [grant.as_bytes()])
        }
        Record::Fetched { grant, at, from } => db.execute(
            "update given set fetched_ms = ?2, fetched_from = ?3 where id = ?1",
            params![grant.as_bytes(), ms(*at), from.as_ref().map(HouseholdId::as_bytes)],
        ),
        Record::Stopped { grant, at } => {
            db.execute("update given set stopped_ms = ?2 where id = ?1", params![grant.as_bytes(), ms(*at)])
        }
        Record::Received { parcel, at } => db.execute(
            "insert into received (id, parcel, received_ms) values (?1, ?2, ?3) \
             on conflict (id) do update set parcel = excluded.parcel",
            params![parcel.grant.id().as_bytes(), wire::to_cbor(parcel), ms(*at)],
        ),
        Record::Arrived(clip) => db.execute("insert or ignore into arrived (clip) values (?1)", [clip.as_bytes()]),
        Record::Copied { device, label } => db.execute(
            "insert or replace into copied (clip, device, manifest, header, camera) values (?1, ?2, ?3, ?4, ?5)",
            params![
                label.manifest.statement().clip.as_bytes(),
                device.as_bytes(),
                label.manifest.to_bytes(),
                label.header.as_bytes(),
                label.camera.as_str()
            ],
        ),
        Record::Ledger { entry, head } => db.execute(
            "insert into ledger (seq, entry, head) values (?1, ?2, ?3)",
            params![i64::try_from(entry.seq).unwrap_or(i64::MAX), wire::to_cbor(entry), head.to_bytes()],
        ),
        Record::Keeper(record) => keeping::save(db, record),
        Record::LedgerSeen(head) => db.execute(
            "insert or replace into ledger_seen (device, head) values (?1, ?2)",
            params![head.signer().as_bytes(), head.to_bytes()],
        ),
        Record::Addresses { device, addresses } => db.execute(
            "insert or replace into address (device, addresses) values (?1, ?2)",
            params![device.as_bytes(), wire::to_cbor(addresses)],
        ),
    }?;
    Ok(())
}
