//! Leases and what is kept under them, on their way to disk and back.

use rusqlite::{Row, Transaction, params};
use streetlamp_proto::clip::ClipId;
use streetlamp_proto::household::{Finding, KeeperRecord, LettingGo, Record, Side};
use streetlamp_proto::identity::{DeviceId, HouseholdId};
use streetlamp_proto::keeper::Served;
use streetlamp_proto::signed::{Signed, StatementId};
use streetlamp_proto::wire;

use super::load::{Fault, Reader, bytes};
use super::{OFFER, ms, time};

type Read = Result<Vec<Record>, Fault>;

/// Every table about keepers with its reader. Leases come first: clips and chains belong to one. What was let go of comes
/// after the clips.
pub(super) const TABLES: &[(&str, &str, Reader)] = &[
    (
        "offer",
        "select value from setting where name = 'keeper-offer'",
        offer,
    ),
    (
        "lease",
        "select side, household, signed, checked_ms, finding from lease order by rowid",
        lease,
    ),
    (
        "ended lease",
        "select household, until_ms from lease_ending order by rowid",
        ending,
    ),
    (
        "copy at a keeper",
        "select keeper, clip from held order by rowid",
        held,
    ),
    (
        "kept clip",
        "select owner, clip, sealed_len, here from kept order by rowid",
        kept,
    ),
    (
        "clip that was let go",
        "select owner, clip, let_go_ms, let_go_by from kept where let_go_ms is not null order by rowid",
        let_go,
    ),
    (
        "lease that was let go",
        "select household, let_go_ms, let_go_by from lease where side = 1 and let_go_ms is not null",
        lease_let_go,
    ),
    (
        "fetch from here",
        "select owner, ticket, at_ms from served order by rowid",
        served,
    ),
    (
        "pinned ledger",
        "select owner, entries, head from pinned order by rowid",
        pinned,
    ),
    ("proof", "select proof from fork order by rowid", fork),
];

pub(super) fn save(db: &Transaction<'_>, record: &KeeperRecord) -> rusqlite::Result<usize> {
    match record {
        KeeperRecord::Offer(bytes) => db.execute(
            "insert or replace into setting (name, value) values (?1, ?2)",
            params![OFFER, bytes.to_string()],
        ),
        KeeperRecord::Lease { side, lease } => {
            let said = lease.statement();
            let with = match side {
                Side::Owner => said.keeper,
                Side::Keeper => said.owner,
            };
            db.execute(
                "insert into lease (side, household, signed) values (?1, ?2, ?3) \
                 on conflict (side, household) do update set signed = excluded.signed",
                params![number(*side), with.as_bytes(), lease.to_bytes()],
            )
        }
        KeeperRecord::LeaseGone { side, with } => {
            let under: &[&str] = match side {
                Side::Owner => &["delete from held where keeper = ?1"],
                Side::Keeper => &[
                    "delete from kept where owner = ?1",
                    "delete from pinned where owner = ?1",
                    "delete from served where owner = ?1",
                ],
            };
            for delete in under {
                db.execute(delete, [with.as_bytes()])?;
            }
            db.execute(
                "delete from lease where side = ?1 and household = ?2",
                params![number(*side), with.as_bytes()],
            )
        }
        KeeperRecord::Ending { with, until } => db.execute(
            "insert or replace into lease_ending (household, until_ms) values (?1, ?2)",
            params![with.as_bytes(), ms(*until)],
        ),
        KeeperRecord::Ended(with) => db.execute(
            "delete from lease_ending where household = ?1",
            [with.as_bytes()],
        ),
        KeeperRecord::Held { keeper, clip } => db.execute(
            "insert or ignore into held (keeper, clip) values (?1, ?2)",
            params![keeper.as_bytes(), clip.as_bytes()],
        ),
        KeeperRecord::HeldGone { keeper, clip } => db.execute(
            "delete from held where keeper = ?1 and clip = ?2",
            params![keeper.as_bytes(), clip.as_bytes()],
        ),
        KeeperRecord::Checked {
            keeper,
            at,
            finding,
        } => db.execute(
            "update lease set checked_ms = ?2, finding = ?3 where side = 0 and household = ?1",
            params![keeper.as_bytes(), ms(*at), finding.word()],
        ),
        KeeperRecord::Keep {
            owner,
            clip,
            sealed_len,
        } => db.execute(
            "insert or replace into kept (owner, clip, sealed_len) values (?1, ?2, ?3)",
            params![
                owner.as_bytes(),
                clip.as_bytes(),
                i64::try_from(*sealed_len).unwrap_or(i64::MAX)
            ],
        ),
        KeeperRecord::Here { owner, clip, here } => db.execute(
            "update kept set here = ?3 where owner = ?1 and clip = ?2",
            params![owner.as_bytes(), clip.as_bytes(), here],
        ),
        KeeperRecord::KeepGone { owner, clip } => db.execute(
            "delete from kept where owner = ?1 and clip = ?2",
            params![owner.as_bytes(), clip.as_bytes()],
        ),
        KeeperRecord::LetGo {
            owner,
            clip,
            letting_go: LettingGo { at, by },
        } => db.execute(
            "update kept set let_go_ms = ?3, let_go_by = ?4 where owner = ?1 and clip = ?2",
            params![
                owner.as_bytes(),
                clip.as_bytes(),
                ms(*at),
                by.as_ref().map(DeviceId::as_bytes)
            ],
        ),
        KeeperRecord::KeptAfterAll { owner, clip } => db.execute(
            "update kept set let_go_ms = null, let_go_by = null where owner = ?1 and clip = ?2",
            params![owner.as_bytes(), clip.as_bytes()],
        ),
        KeeperRecord::LeaseLetGo {
            owner,
            letting_go: LettingGo { at, by },
        } => {
            let by = by.as_ref().map(DeviceId::as_bytes);
            db.execute(
                "update kept set let_go_ms = ?2, let_go_by = ?3 where owner = ?1 and let_go_ms is null",
                params![owner.as_bytes(), ms(*at), by],
            )?;
            db.execute(
                "update lease set let_go_ms = ?2, let_go_by = ?3 where side = 1 and household = ?1",
                params![owner.as_bytes(), ms(*at), by],
            )
        }
        KeeperRecord::LeaseGoesOn(owner) => db.execute(
            "update lease set let_go_ms = null, let_go_by = null where side = 1 and household = ?1",
            [owner.as_bytes()],
        ),
        KeeperRecord::Served {
            owner,
            served: Served { ticket, at },
        } => db.execute(
            "insert or replace into served (owner, ticket, at_ms) values (?1, ?2, ?3)",
            params![owner.as_bytes(), ticket.as_bytes(), ms(*at)],
        ),
        KeeperRecord::ServedTold { owner, ticket } => db.execute(
            "delete from served where owner = ?1 and ticket = ?2",
            params![owner.as_bytes(), ticket.as_bytes()],
        ),
        KeeperRecord::Pinned {
            owner,
            entries,
            head,
        } => db.execute(
            "insert into pinned (owner, entries, head) values (?1, ?2, ?3)",
            params![owner.as_bytes(), wire::to_cbor(entries), head.to_bytes()],
        ),
        KeeperRecord::Fork(fork) => db.execute(
            "insert or ignore into fork (household, proof) values (?1, ?2)",
            params![fork.one.statement().household.as_bytes(), fork.to_file()],
        ),
    }
}

const fn number(side: Side) -> u8 {
    match side {
        Side::Owner => 0,
        Side::Keeper => 1,
    }
}

fn record(record: KeeperRecord) -> Record {
    Record::Keeper(record)
}

fn household(row: &Row<'_>, column: usize) -> Result<HouseholdId, Fault> {
    Ok(HouseholdId::try_from(bytes(row, column)?.as_slice())?)
}

fn clip(row: &Row<'_>, column: usize) -> Result<ClipId, Fault> {
    Ok(ClipId::try_from(bytes(row, column)?.as_slice())?)
}

fn offer(row: &Row<'_>) -> Read {
    let bytes = row.get::<_, String>(0)?.parse().map_err(|_| Fault::Form)?;
    Ok(vec![record(KeeperRecord::Offer(bytes))])
}

fn lease(row: &Row<'_>) -> Read {
    let side = match row.get::<_, u8>(0)? {
        0 => Side::Owner,
        _ => Side::Keeper,
    };
    let lease = Signed::from_bytes(&bytes(row, 2)?)?;
    let mut records = vec![record(KeeperRecord::Lease { side, lease })];
    if let (Some(at), Some(word)) = (
        row.get::<_, Option<i64>>(3)?,
        row.get::<_, Option<String>>(4)?,
    ) {
        let findings = [Finding::Proven, Finding::Lost, Finding::Lied];
        let finding = findings.into_iter().find(|finding| finding.word() == word);
        records.push(record(KeeperRecord::Checked {
            keeper: household(row, 1)?,
            at: time(at),
            finding: finding.ok_or(Fault::Form)?,
        }));
    }
    Ok(records)
}

fn ending(row: &Row<'_>) -> Read {
    Ok(vec![record(KeeperRecord::Ending {
        with: household(row, 0)?,
        until: time(row.get(1)?),
    })])
}

fn held(row: &Row<'_>) -> Read {
    Ok(vec![record(KeeperRecord::Held {
        keeper: household(row, 0)?,
        clip: clip(row, 1)?,
    })])
}

fn kept(row: &Row<'_>) -> Read {
    let (owner, clip) = (household(row, 0)?, clip(row, 1)?);
    let sealed_len = u64::try_from(row.get::<_, i64>(2)?).map_err(|_| Fault::Form)?;
    let mut records = vec![record(KeeperRecord::Keep {
        owner,
        clip,
        sealed_len,
    })];
    if row.get(3)? {
        let here = true;
        records.push(record(KeeperRecord::Here { owner, clip, here }));
    }
    Ok(records)
}

fn letting_go(row: &Row<'_>, column: usize) -> Result<LettingGo, Fault> {
    let by: Option<Vec<u8>> = row.get(column + 1)?;
    let by = by.map(|by| DeviceId::try_from(by.as_slice())).transpose()?;
    let at = time(row.get(column)?);
    Ok(LettingGo { at, by })
}

fn let_go(row: &Row<'_>) -> Read {
    Ok(vec![record(KeeperRecord::LetGo {
        owner: household(row, 0)?,
        clip: clip(row, 1)?,
        letting_go: letting_go(row, 2)?,
    })])
}

fn lease_let_go(row: &Row<'_>) -> Read {
    Ok(vec![record(KeeperRecord::LeaseLetGo {
        owner: household(row, 0)?,
        letting_go: letting_go(row, 1)?,
    })])
}

fn served(row: &Row<'_>) -> Read {
    let ticket = StatementId::try_from(bytes(row, 1)?.as_slice())?;
    let at = time(row.get(2)?);
    let served = Served { ticket, at };
    let owner = household(row, 0)?;
    Ok(vec![record(KeeperRecord::Served { owner, served })])
}

fn pinned(row: &Row<'_>) -> Read {
    Ok(vec![record(KeeperRecord::Pinned {
        owner: household(row, 0)?,
        entries: wire::from_cbor(&bytes(row, 1)?)?,
        head: Signed::from_bytes(&bytes(row, 2)?)?,
    })])
}

fn fork(row: &Row<'_>) -> Read {
    let fork = streetlamp_proto::ledger::Fork::from_file(&bytes(row, 0)?);
    let fork = fork.map_err(|_| Fault::Form)?;
    Ok(vec![record(KeeperRecord::Fork(Box::new(fork)))])
}
