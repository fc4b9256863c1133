//! What a publisher keeps: what it said, until it is over.
//!
//! A database of its own, with the same care as a home's (WAL, `synchronous=FULL`, deleted text overwritten), and three
//! tables.

use std::path::Path;

use rusqlite::{Connection, Transaction, params};
use streetlamp_proto::publisher::DeskRecord;
use streetlamp_proto::signed::{Signed, StatementId};
use streetlamp_proto::wire;

use crate::error::{Error, ErrorKind, Result};

const SCHEMA: &str = "
-- One row per statement that is not over, with the work that was done for it.
create table if not exists bulletin (
  id        blob primary key check (length(id) = 32),
  announced blob not null,
  stamp     blob not null
) strict;
-- What became of a message of another system; several bulletins if it is about more than one place.
create table if not exists relayed (
  origin   text not null,
  bulletin blob not null check (length(bulletin) = 32),
  whole    integer not null check (whole in (0, 1)),
  primary key (origin, bulletin)
) strict, without rowid;
-- At most one row: the publisher's newest word about itself.
create table if not exists binding (
  one    integer primary key check (one = 1),
  signed blob not null
) strict;
";

/// The database of one publisher.
#[derive(Debug)]
pub struct DeskStore {
    db: Connection,
}

impl DeskStore {
    pub(super) fn open(path: &Path) -> Result<Self> {
        Self::ready(Connection::open(path)?)
    }

    /// A database that is gone when it is dropped: for simulations.
    ///
    /// # Errors
    /// If there is no memory for it.
    pub fn in_memory() -> Result<Self> {
        Self::ready(Connection::open_in_memory()?)
    }

    fn ready(db: Connection) -> Result<Self> {
        db.pragma_update(None, "journal_mode", "wal")?;
        db.pragma_update(None, "synchronous", "full")?;
        db.pragma_update(None, "secure_delete", "on")?;
        db.execute_batch(SCHEMA)?;
        Ok(Self { db })
    }

    /// Everything that was kept.
    pub(super) fn records(&self) -> Result<Vec<DeskRecord>> {
        let mut records = Vec::new();
        let mut query = self.db.prepare("select signed from binding")?;
        let mut rows = query.query([])?;
        while let Some(row) = rows.next()? {
            let signed: Vec<u8> = row.get(0)?;
            let binding = Signed::from_bytes(&signed).map_err(damaged)?;
            records.push(DeskRecord::Binding(Box::new(binding)));
        }
        let mut query = self
            .db
            .prepare("select announced, stamp from bulletin order by rowid")?;
        let mut rows = query.query([])?;
        while let Some(row) = rows.next()? {
            let (announced, stamp): (Vec<u8>, Vec<u8>) = (row.get(0)?, row.get(1)?);
            let announced = wire::from_cbor(&announced).map_err(damaged)?;
            let stamp = wire::from_cbor(&stamp).map_err(damaged)?;
            records.push(DeskRecord::Bulletin(Box::new(announced), stamp));
        }
        let mut query = self
            .db
            .prepare("select origin, bulletin, whole from relayed")?;
        let mut rows = query.query([])?;
        while let Some(row) = rows.next()? {
            let (origin, bulletin): (String, [u8; 32]) = (row.get(0)?, row.get(1)?);
            records.push(DeskRecord::Relayed {
                origin: origin.parse().map_err(damaged)?,
                bulletin: StatementId::from_bytes(bulletin),
                whole: row.get(2)?,
            });
        }
        Ok(records)
    }

    /// Keeps a batch of records: all of it, durable when this returns, or nothing.
    pub(super) fn save(&mut self, records: &[DeskRecord]) -> Result<()> {
        if records.is_empty() {
            return Ok(());
        }
        let transaction = self.db.transaction()?;
        for record in records {
            save(&transaction, record)?;
        }
        Ok(transaction.commit()?)
    }
}

fn save(db: &Transaction<'_>, record: &DeskRecord) -> Result<()> {
    match record {
        DeskRecord::Binding(binding) => db.execute(
            "insert or replace into binding (one, signed) values (1, ?1)",
            [binding.to_bytes()],
        ),
        DeskRecord::Bulletin(announced, stamp) => db.execute(
            "insert or replace into bulletin (id, announced, stamp) values (?1, ?2, ?3)",
            params![
                announced.id().as_bytes(),
                wire::to_cbor(&**announced),
                wire::to_cbor(stamp)
            ],
        ),
        DeskRecord::Relayed {
            origin,
            bulletin,
            whole,
        } => db.execute(
            "insert or replace into relayed (origin, bulletin, whole) values (?1, ?2, ?3)",
            params![origin.as_str(), bulletin.as_bytes(), whole],
        ),
        DeskRecord::RelayedOver(origin) => {
            db.execute("delete from relayed where origin = ?1", [origin.as_str()])
        }
        DeskRecord::Over(id) => db.execute("delete from bulletin where id = ?1", [id.as_bytes()]),
    }?;
    Ok(())
}

fn damaged(cause: impl std::error::Error + Send + Sync + 'static) -> Error {
    let message = "publisher.db is damaged: move it away and publish again what still holds";
    Error::new(ErrorKind::DataLoss, message).because(cause)
}
