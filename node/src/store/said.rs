//! What the household said about services of the house, which is sealed before it comes here, and what they were told.

use std::collections::BTreeMap;

use rusqlite::{OptionalExtension, params};
use streetlamp_proto::signed::StatementId;

use super::Store;
use crate::error::Result;

impl Store {
    /// What was said under a name, sealed.
    ///
    /// # Errors
    /// The database's own.
    pub fn said(&self, name: &str) -> Result<Option<Vec<u8>>> {
        let query = "select sealed from said where name = ?1";
        let said = self.db.query_row(query, [name], |row| row.get(0));
        Ok(said.optional()?)
    }

    /// The names that begin so, in order.
    ///
    /// # Errors
    /// The database's own.
    pub fn said_under(&self, begin: &str) -> Result<Vec<String>> {
        let mut query = self.db.prepare(
            "select name from said where substr(name, 1, length(?1)) = ?1 order by name",
        )?;
        let names = query.query_map([begin], |row| row.get(0))?;
        Ok(names.collect::<rusqlite::Result<_>>()?)
    }

    /// Keeps what was said, in place of what was said before under this name.
    ///
    /// # Errors
    /// The database's own.
    pub fn keep_said(&self, name: &str, sealed: &[u8]) -> Result<()> {
        let keep = "insert or replace into said (name, sealed) values (?1, ?2)";
        self.db.execute(keep, params![name, sealed])?;
        Ok(())
    }

    /// Forgets it.
    ///
    /// # Errors
    /// The database's own.
    pub fn forget_said(&self, name: &str) -> Result<()> {
        self.db
            .execute("delete from said where name = ?1", [name])?;
        Ok(())
    }

    /// What an outlet of notifications was told, and whether that was taken back since.
    ///
    /// # Errors
    /// The database's own.
    pub fn told(&self, outlet: &str) -> Result<BTreeMap<StatementId, bool>> {
        let mut query = self
            .db
            .prepare("select statement, retracted from told where outlet = ?1")?;
        let told = query.query_map([outlet], |row| {
            Ok((StatementId::from_bytes(row.get(0)?), row.get(1)?))
        })?;
        Ok(told.collect::<rusqlite::Result<_>>()?)
    }

    /// Keeps that, in place of what was kept before.
    ///
    /// # Errors
    /// The database's own.
    pub fn keep_told(&mut self, outlet: &str, told: &BTreeMap<StatementId, bool>) -> Result<()> {
        let transaction = self.db.transaction()?;
        transaction.execute("delete from told where outlet = ?1", [outlet])?;
        for (statement, retracted) in told {
            transaction.execute(
                "insert into told (outlet, statement, retracted) values (?1, ?2, ?3)",
                params![outlet, statement.as_bytes(), retracted],
            )?;
        }
        Ok(transaction.commit()?)
    }

    /// Forgets an outlet.
    ///
    /// # Errors
    /// The database's own.
    pub fn forget_told(&self, outlet: &str) -> Result<()> {
        self.db
            .execute("delete from told where outlet = ?1", [outlet])?;
        Ok(())
    }
}
