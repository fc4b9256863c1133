//! Brings an older database to today's schema, one step and one transaction at a time.

use rusqlite::Connection;

use crate::error::{Error, ErrorKind, Result};

/// The steps, in order. A step is frozen once it was released; `user_version` counts those that were taken.
const STEPS: &[&str] = &[include_str!("migrations/0001_initial.sql")];

/// Takes every step that is still missing.
///
/// # Errors
/// [`ErrorKind::Conflict`] for a database of a newer program; the database's own errors.
pub(super) fn migrate(db: &mut Connection) -> Result<()> {
    let taken: u32 = db.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let taken = usize::try_from(taken).unwrap_or(usize::MAX);
    if taken > STEPS.len() {
        return Err(Error::new(
            ErrorKind::Conflict,
            "this home was last used by a newer Streetlamp: update this one, or restore a backup",
        ));
    }
    for (number, step) in (1_u32..).zip(STEPS).skip(taken) {
        let transaction = db.transaction()?;
        transaction.execute_batch(step)?;
        transaction.pragma_update(None, "user_version", number)?;
        transaction.commit()?;
    }
    Ok(())
}

/// The statements that make up the schema, in a form that two databases can be compared by.
///
/// # Errors
/// The database's own.
pub(super) fn schema_of(db: &Connection) -> Result<Vec<String>> {
    let mut query =
        db.prepare("select sql from sqlite_schema where sql is not null order by type, name")?;
    let rows = query.query_map([], |row| row.get::<_, String>(0))?;
    let mut statements = Vec::new();
    for sql in rows {
        let sql = sql?;
        let code: Vec<_> = sql
            .lines()
            .map(|line| line.split("--").next().unwrap_or_default())
            .collect();
        statements.push(
            code.join(" ")
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" "),
        );
    }
    Ok(statements)
}

/// Today's schema, as `schema.sql` says it.
///
/// # Errors
/// The database's own.
pub(super) fn schema_of_today() -> Result<Vec<String>> {
    let db = Connection::open_in_memory()?;
    db.execute_batch(include_str!("schema.sql"))?;
    schema_of(&db)
}
