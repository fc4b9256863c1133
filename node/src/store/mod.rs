//! What a home keeps in SQLite: the engine's records, and a few settings of the node.
//!
//! One connection, owned by the driver and called inline. Every batch of records is one transaction at
//! `synchronous=FULL` in WAL mode, so that what was acknowledged survives a power cut. SQLite is compiled in: versions
//! below 3.51.3 can corrupt a WAL database, and are refused.

mod cameras;
mod directory;
mod keeping;
mod load;
mod migrate;
mod programs;
mod said;
mod save;

use std::path::Path;

pub use cameras::{CameraFile, CameraRow, Stage};
pub use programs::ProgramRow;
use rusqlite::{Connection, OpenFlags, OptionalExtension, params};
use streetlamp_proto::ledger::{Entry, Head};
use streetlamp_proto::signed::Signed;
use streetlamp_proto::time::Timestamp;
use streetlamp_proto::wire;

use crate::error::{Error, ErrorKind, Result};

/// First SQLite without the WAL-reset bug, as SQLite numbers versions.
const SQLITE_FLOOR: i32 = 3_051_003;

/// The database of one home.
#[derive(Debug)]
pub struct Store {
    db: Connection,
}

impl Store {
    /// Opens or makes the database, and brings it to today's schema.
    ///
    /// # Errors
    /// If it is damaged, cannot be written, or comes from a newer program.
    pub fn open(path: &Path) -> Result<Self> {
        Self::prepare(Connection::open(path)?)
    }

    /// A database that is gone when it is dropped. For simulations.
    ///
    /// # Errors
    /// The database's own.
    pub fn in_memory() -> Result<Self> {
        let db = Connection::open_in_memory()?;
        // Every table and index takes a page at least, and a simulation has thousands of databases: the smallest page.
        db.pragma_update(None, "page_size", 512)?;
        Self::prepare(db)
    }

    /// Opens the database beside a running node, or when none runs.
    ///
    /// # Errors
    /// If it does not exist or is damaged.
    pub fn open_read_only(path: &Path) -> Result<Self> {
        let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        Ok(Self { db })
    }

    /// Writes a copy of everything that is kept now, also while a node runs. Nothing that was deleted is in it.
    ///
    /// # Errors
    /// The database's own, and if there is a file already.
    pub fn snapshot(&self, to: &Path) -> Result<()> {
        let to = to.to_string_lossy();
        self.db.execute("vacuum into ?1", [to.as_ref()])?;
        Ok(())
    }

    fn prepare(mut db: Connection) -> Result<Self> {
        if rusqlite::version_number() < SQLITE_FLOOR {
            let message = format!(
                "SQLite {} can lose data: this program needs 3.51.3 or newer",
                rusqlite::version()
            );
            return Err(Error::new(ErrorKind::Internal, message));
        }
        db.pragma_update(None, "journal_mode", "wal")?;
        db.pragma_update(None, "synchronous", "full")?;
        // Deleted text and keys are overwritten, not only unlinked.
        db.pragma_update(None, "secure_delete", "on")?;
        db.pragma_update(None, "temp_store", "memory")?;
        migrate::migrate(&mut db)?;
        Ok(Self { db })
    }

    /// A small thing that the node remembers about itself.
    ///
    /// # Errors
    /// The database's own.
    pub fn setting(&self, name: &str) -> Result<Option<String>> {
        let query = "select value from setting where name = ?1";
        Ok(self
            .db
            .query_row(query, [name], |row| row.get(0))
            .optional()?)
    }

    /// Remembers a small thing.
    ///
    /// # Errors
    /// The database's own.
    pub fn set(&self, name: &str, value: &str) -> Result<()> {
        self.db.execute(
            "insert or replace into setting (name, value) values (?1, ?2)",
            params![name, value],
        )?;
        Ok(())
    }

    /// How large it is, in bytes.
    ///
    /// # Errors
    /// The database's own.
    pub fn bytes(&self) -> Result<u64> {
        let pragma = |name: &str| -> Result<u64> {
            let value: i64 = self.db.pragma_query_value(None, name, |row| row.get(0))?;
            Ok(u64::try_from(value).unwrap_or(0))
        };
        Ok(pragma("page_count")? * pragma("page_size")?)
    }

    /// Every ledger entry in order, and the head that closes the chain.
    ///
    /// # Errors
    /// [`ErrorKind::DataLoss`] if a row is not readable.
    pub fn ledger(&self) -> Result<(Vec<Entry>, Option<Signed<Head>>)> {
        let (entries, mut heads): (_, Vec<_>) = self.ledger_after(0)?.into_iter().unzip();
        Ok((entries, heads.pop()))
    }

    /// Every ledger entry whose number is higher than `seq`, in order, each with the head that closed the chain after
    /// it.
    ///
    /// # Errors
    /// As [`Store::ledger`].
    pub fn ledger_after(&self, seq: u64) -> Result<Vec<(Entry, Signed<Head>)>> {
        let mut query = self
            .db
            .prepare("select seq, entry, head from ledger where seq > ?1 order by seq")?;
        let seq = i64::try_from(seq).unwrap_or(i64::MAX);
        let rows = query.query_map([seq], |row| {
            Ok((
                row.get::<_, i64>(0)?,
                row.get::<_, Vec<u8>>(1)?,
                row.get::<_, Vec<u8>>(2)?,
            ))
        })?;
        let mut entries = Vec::new();
        for row in rows {
            let (seq, entry, head) = row?;
            entries.push((
                wire::from_cbor(&entry).map_err(|e| damaged("ledger entry", seq, e))?,
                Signed::from_bytes(&head).map_err(|e| damaged("ledger head", seq, e))?,
            ));
        }
        Ok(entries)
    }

    /// Faults of the database, in words; none if it is whole.
    ///
    /// # Errors
    /// If it cannot be read at all.
    pub fn check(&self) -> Result<Vec<String>> {
        let mut faults = Vec::new();
        let verdict: String = self
            .db
            .query_row("pragma integrity_check(1)", [], |row| row.get(0))?;
        if verdict != "ok" {
            faults.push(format!("the database is damaged ({verdict})"));
        }
        if migrate::schema_of(&self.db)? != migrate::schema_of_today()? {
            faults
                .push("the database does not have the tables that this program expects".to_owned());
        }
        if let Err(error) = self.records() {
            faults.push(error.chain());
        }
        Ok(faults)
    }

    /// When the newest thing was kept, by this node's clock.
    ///
    /// # Errors
    /// The database's own.
    pub fn newest(&self) -> Result<Option<Timestamp>> {
        let query = "select max(t) from (select max(joined_ms) as t from street union all \
             select max(received_ms) from alert union all select max(received_ms) from received)";
        let newest: Option<i64> = self.db.query_row(query, [], |row| row.get(0))?;
        Ok(newest.map(time))
    }
}

/// The setting that says how far around itself this home listens.
const RADIUS: &str = "radius";
/// The setting that says how long clips stay.
const RETENTION: &str = "retention";
/// The setting that says how many sealed bytes this home keeps for neighbours.
const OFFER: &str = "keeper-offer";
/// The setting that says whether domains of publishers are asked.
const ASKS_DOMAINS: &str = "ask-domains";

fn damaged(
    what: &str,
    which: impl std::fmt::Display,
    cause: impl std::error::Error + Send + Sync + 'static,
) -> Error {
    let message = format!(
        "{what} {which} in the database is damaged: keep the home directory as it is and restore a backup"
    );
    Error::new(ErrorKind::DataLoss, message).because(cause)
}

fn ms(at: Timestamp) -> i64 {
    i64::try_from(at.as_ms()).unwrap_or(i64::MAX)
}

fn time(ms: i64) -> Timestamp {
    Timestamp::from_ms(u64::try_from(ms).unwrap_or(0))
}

#[cfg(test)]
mod tests;
