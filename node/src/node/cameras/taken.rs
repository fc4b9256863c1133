//! What is known of films that lie elsewhere, in a folder or in a recorder: each is taken once, also through a crash in the
//! middle.
//!
//! It is kept before and after each clip that is made of a film. A clip that was sealed when the node died is in or not: the
//! engine knows, so that the next start goes on right behind it. A film that cannot be taken is remembered with the reason.

use std::collections::BTreeMap;
use std::io::{Read, Seek};

use streetlamp_proto::clip::ClipId;
use streetlamp_proto::time::Timestamp;

use super::feed::Feed;
use crate::blocking::block;
use crate::camera::film::{FilmError, Series};
use crate::error::{Error, Result};
use crate::node::clips::Recorded;
use crate::store::{CameraFile, Stage};

/// A film as it was seen where it lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mark {
    /// Its name there.
    pub(super) name: Vec<u8>,
    /// Its length in bytes; 0 where nobody says.
    pub(super) size: u64,
    /// When it was last changed, in nanoseconds since 1970.
    pub(super) modified_ns: i64,
}

/// What is known of a feed's films.
#[derive(Debug)]
pub(super) struct Taken<'a> {
    feed: &'a Feed,
    films: BTreeMap<Vec<u8>, CameraFile>,
}

impl<'a> Taken<'a> {
    /// What was kept.
    pub(super) async fn of(feed: &'a Feed) -> Result<Self> {
        let camera = feed.name.to_string();
        let films = feed
            .node
            .with_store(move |store| store.camera_files(&camera));
        let films = films.await?.into_iter().map(|f| (f.file.clone(), f));
        Ok(Self {
            feed,
            films: films.collect(),
        })
    }

    /// How far a film is, if it is the one that is known.
    pub(super) fn stage(&self, mark: &Mark) -> Option<&Stage> {
        let film = self.films.get(&mark.name)?;
        let same = (film.size, film.modified_ns) == (mark.size, mark.modified_ns);
        same.then_some(&film.stage)
    }

    /// Whether nothing is left to do with a film.
    pub(super) fn is_done(&self, mark: &Mark) -> bool {
        self.stage(mark)
            .is_some_and(|stage| !matches!(stage, Stage::Going { .. }))
    }

    async fn keep(&mut self, mark: &Mark, stage: Stage) -> Result<()> {
        let film = CameraFile {
            file: mark.name.clone(),
            size: mark.size,
            modified_ns: mark.modified_ns,
            stage,
        };
        self.films.insert(film.file.clone(), film.clone());
        let camera = self.feed.name.to_string();
        self.feed
            .node
            .with_store(move |store| store.keep_camera_file(&camera, &film))
            .await
    }

    /// Leaves a film alone for good: it came while its camera rests.
    pub(super) async fn pass(&mut self, mark: &Mark) -> Result<()> {
        self.keep(mark, Stage::Passed).await
    }

    /// Remembers why a film is not taken.
    pub(super) async fn refuse(&mut self, mark: &Mark, why: String) -> Result<()> {
        let film = String::from_utf8_lossy(&mark.name);
        tracing::warn!(camera = %self.feed.name, %film, why, "a film cannot be taken");
        self.keep(mark, Stage::Refused(why)).await
    }

    /// Forgets films that do not come up any more.
    pub(super) async fn forget_unless(
        &mut self,
        stays: impl Fn(&CameraFile) -> bool,
    ) -> Result<()> {
        let gone = self.films.values().filter(|film| !stays(film));
        let gone: Vec<_> = gone.map(|film| film.file.clone()).collect();
        for film in gone {
            self.films.remove(&film);
            let camera = self.feed.name.to_string();
            let forgotten = self
                .feed
                .node
                .with_store(move |store| store.forget_camera_file(&camera, &film));
            forgotten.await?;
        }
        Ok(())
    }

    /// Takes a film in, clip by clip. `began` says when it began.
    pub(super) async fn take<R: Read + Seek>(
        &mut self,
        mark: &Mark,
        series: std::result::Result<Series<R>, FilmError>,
        began: impl Fn(&Series<R>) -> Timestamp,
    ) -> Result<()> {
        let mut parts = match self.stage(mark) {
            Some(Stage::Going { parts, next }) => {
                parts + usize::from(is_in(self.feed, *next).await?)
            }
            _ => 0,
        };
        let mut series = match series {
            Ok(series) => series,
            Err(error) => return self.refuse_film(mark, error).await,
        };
        while parts < series.len() {
            self.feed.has_share()?;
            self.feed.is("sealing", self.refused());
            let recorded = Recorded::Began(began(&series).after(series.begins(parts)));
            let sealed = match block(|| series.part(parts)) {
                Ok(Some(film)) => self.feed.seal(film, recorded).await?,
                Ok(None) => break,
                Err(error) => return self.refuse_film(mark, error).await,
            };
            let next = Some(sealed.clip);
            self.keep(mark, Stage::Going { parts, next }).await?;
            self.feed.keep(sealed).await?;
            parts += 1;
        }
        self.keep(mark, Stage::Taken).await
    }

    async fn refuse_film(&mut self, mark: &Mark, error: FilmError) -> Result<()> {
        if matches!(error, FilmError::Io(_)) {
            return Err(Error::from(error));
        }
        self.refuse(mark, error.to_string()).await
    }

    /// What is wrong with films that cannot be taken, in a few words.
    pub(super) fn refused(&self) -> Option<String> {
        let mut refused = self.films.values().filter_map(|film| match &film.stage {
            Stage::Refused(why) => Some((String::from_utf8_lossy(&film.file), why)),
            _ => None,
        });
        let (name, why) = refused.next()?;
        Some(match refused.count() {
            0 => format!("{name} was not taken: {why}"),
            more => format!("{name} was not taken: {why}; {more} more were not taken either"),
        })
    }
}

async fn is_in(feed: &Feed, clip: Option<ClipId>) -> Result<bool> {
    let Some(clip) = clip else { return Ok(false) };
    let known = feed
        .node
        .read(move |household, _| household.manifest_of(clip).is_some());
    known.await
}
