//! Programs that may use the API. They are the node's business: the engine does not know them.

use rusqlite::params;
use streetlamp_proto::time::Timestamp;

use super::{Store, ms, time};
use crate::error::Result;

/// A program as it is kept.
#[derive(Debug, Clone)]
pub struct ProgramRow {
    /// How the household calls it.
    pub name: String,
    /// Hash of its token.
    pub token: [u8; 32],
    /// Words of what it may do, with spaces between.
    pub scopes: String,
    /// When it was let in.
    pub made: Timestamp,
}

impl Store {
    /// Every program, by name.
    ///
    /// # Errors
    /// The database's own.
    pub fn programs(&self) -> Result<Vec<ProgramRow>> {
        let mut query = self
            .db
            .prepare("select name, token, scopes, made_ms from program order by name")?;
        let rows = query.query_map([], |row| {
            Ok(ProgramRow {
                name: row.get(0)?,
                token: row.get(1)?,
                scopes: row.get(2)?,
                made: time(row.get(3)?),
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Keeps a program.
    ///
    /// # Errors
    /// The database's own.
    pub fn keep_program(&self, program: &ProgramRow) -> Result<()> {
        self.db.execute(
            "insert into program (name, token, scopes, made_ms) values (?1, ?2, ?3, ?4)",
            params![
                program.name,
                program.token,
                program.scopes,
                ms(program.made)
            ],
        )?;
        Ok(())
    }

    /// Forgets a program. Whether there was one of that name.
    ///
    /// # Errors
    /// The database's own.
    pub fn forget_program(&self, name: &str) -> Result<bool> {
        let gone = self
            .db
            .execute("delete from program where name = ?1", [name])?;
        Ok(gone > 0)
    }
}
