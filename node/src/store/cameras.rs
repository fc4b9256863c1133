//! Cameras, and the files of watched folders. They are the node's business: the engine knows clips, and not where they come
//! from.

use rusqlite::{Row, params};
use streetlamp_proto::clip::ClipId;

use super::{Store, damaged};
use crate::error::Result;

/// A camera as it is kept.
#[derive(Debug, Clone)]
pub struct CameraRow {
    /// How the household calls it.
    pub name: String,
    /// What was said about it, sealed.
    pub settings: Vec<u8>,
    /// Hash of its token.
    pub token: Option<[u8; 32]>,
}

/// A file of a watched folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CameraFile {
    /// Its path within the folder, as the system writes it.
    pub file: Vec<u8>,
    /// Its length in bytes.
    pub size: u64,
    /// When it was last changed, in nanoseconds since 1970.
    pub modified_ns: i64,
    /// How far it is.
    pub stage: Stage,
}

/// How far a file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stage {
    /// It is being taken in.
    Going {
        /// Clips of it that are in for sure.
        parts: usize,
        /// The clip after those: it may be in or not.
        next: Option<ClipId>,
    },
    /// All of it is in.
    Taken,
    /// It came while its camera rests.
    Passed,
    /// It cannot be taken, for this reason.
    Refused(String),
}

impl Store {
    /// Every camera, by name.
    ///
    /// # Errors
    /// The database's own.
    pub fn cameras(&self) -> Result<Vec<CameraRow>> {
        let mut query = self
            .db
            .prepare("select name, settings, token from camera order by name")?;
        let rows = query.query_map([], |row| {
            Ok(CameraRow {
                name: row.get(0)?,
                settings: row.get(1)?,
                token: row.get(2)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Keeps a camera, in place of one of the same name.
    ///
    /// # Errors
    /// The database's own.
    pub fn keep_camera(&self, camera: &CameraRow) -> Result<()> {
        self.db.execute(
            "insert or replace into camera (name, settings, token) values (?1, ?2, ?3)",
            params![camera.name, camera.settings, camera.token],
        )?;
        Ok(())
    }

    /// Forgets a camera, with the files of its folder.
    ///
    /// # Errors
    /// The database's own.
    pub fn forget_camera(&mut self, name: &str) -> Result<()> {
        let transaction = self.db.transaction()?;
        transaction.execute("delete from camera_file where camera = ?1", [name])?;
        transaction.execute("delete from camera where name = ?1", [name])?;
        Ok(transaction.commit()?)
    }

    /// The files of a camera's folder.
    ///
    /// # Errors
    /// If a row is not readable.
    pub fn camera_files(&self, camera: &str) -> Result<Vec<CameraFile>> {
        let mut query = self.db.prepare(
            "select file, size, modified_ns, stage, parts, clip, why from camera_file where camera = ?1",
        )?;
        let mut rows = query.query([camera])?;
        let mut files = Vec::new();
        while let Some(row) = rows.next()? {
            files.push(file(row).map_err(|e| damaged("file of camera", camera, e))?);
        }
        Ok(files)
    }

    /// Keeps how far a file is.
    ///
    /// # Errors
    /// The database's own.
    pub fn keep_camera_file(&self, camera: &str, file: &CameraFile) -> Result<()> {
        let (stage, parts, clip, why) = match &file.stage {
            Stage::Going { parts, next } => ("going", *parts, *next, None),
            Stage::Taken => ("taken", 0, None, None),
            Stage::Passed => ("passed", 0, None, None),
            Stage::Refused(why) => ("refused", 0, None, Some(why)),
        };
        self.db.execute(
            "insert or replace into camera_file \
             (camera, file, size, modified_ns, stage, parts, clip, why) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            params![
                camera,
                file.file,
                i64::try_from(file.size).unwrap_or(i64::MAX),
                file.modified_ns,
                stage,
                i64::try_from(parts).unwrap_or(i64::MAX),
                clip.map(|clip| *clip.as_bytes()),
                why
            ],
        )?;
        Ok(())
    }

    /// Forgets a file that is gone.
    ///
    /// # Errors
    /// The database's own.
    pub fn forget_camera_file(&self, camera: &str, file: &[u8]) -> Result<()> {
        let delete = "delete from camera_file where camera = ?1 and file = ?2";
        self.db.execute(delete, params![camera, file])?;
        Ok(())
    }
}

fn file(row: &Row<'_>) -> rusqlite::Result<CameraFile> {
    let stage: String = row.get(3)?;
    Ok(CameraFile {
        file: row.get(0)?,
        size: u64::try_from(row.get::<_, i64>(1)?).unwrap_or(0),
        modified_ns: row.get(2)?,
        stage: match stage.as_str() {
            "going" => Stage::Going {
                parts: usize::try_from(row.get::<_, i64>(4)?).unwrap_or(0),
                next: row.get::<_, Option<[u8; 32]>>(5)?.map(ClipId::from_bytes),
            },
            "taken" => Stage::Taken,
            "passed" => Stage::Passed,
            _ => Stage::Refused(row.get::<_, Option<String>>(6)?.unwrap_or_default()),
        },
    })
}
