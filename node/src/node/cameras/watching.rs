//! Films from a watched folder: each file once, in whole, also through a crash in the middle.
//!
//! What is known of a file is kept before and after each clip that is made of it. A clip that was sealed when the node
//! died is in or not: the engine knows, so that the next start goes on right behind it. A file that cannot be taken is
//! remembered with the reason and not tried again until it changes.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fs::File;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use streetlamp_proto::clip::ClipId;
use streetlamp_proto::time::Timestamp;

use super::feed::Feed;
use crate::blocking::block;
use crate::camera::film::{FilmError, Series};
use crate::camera::folder::{Folder, Found, Print};
use crate::error::{Error, ErrorKind, Result};
use crate::node::clips::Recorded;
use crate::store::{CameraFile, Stage};

/// What is known of the files, by their paths.
type Files = BTreeMap<Vec<u8>, CameraFile>;

/// Takes every film of the folder, and those that come.
pub(super) async fn watch(feed: &Feed, dir: &Path, delete_originals: bool) -> Result<Infallible> {
    let mut folder = block(|| Folder::open(dir))?;
    let camera = feed.name.to_string();
    let files = feed
        .node
        .with_store(move |store| store.camera_files(&camera));
    let mut files: Files = files
        .await?
        .into_iter()
        .map(|f| (f.file.clone(), f))
        .collect();
    loop {
        let found = block(|| folder.look())?;
        forget(feed, &mut files, &found).await?;
        for film in found.iter().filter(|film| film.whole) {
            let done =
                known(&files, film).is_some_and(|stage| !matches!(stage, Stage::Going { .. }));
            if !done {
                take(feed, &folder, film, &mut files).await?;
            }
            if delete_originals && known(&files, film) == Some(&Stage::Taken) {
                block(|| folder.delete(film))?;
            }
        }
        feed.is("watching", refused(&files));
        folder.changed().await;
    }
}

/// What can be seen of a folder from outside.
pub(super) fn test(dir: &Path) -> Result<String> {
    let found = block(|| Folder::open(dir)?.look())?;
    Ok(match found.len() {
        0 => "the folder can be read, and holds no films now".to_owned(),
        1 => "the folder can be read, and holds one film".to_owned(),
        films => format!("the folder can be read, and holds {films} films"),
    })
}

/// Forgets files that are gone.
async fn forget(feed: &Feed, files: &mut Files, found: &[Found]) -> Result<()> {
    let here: std::collections::BTreeSet<&[u8]> = found.iter().map(name).collect();
    let gone: Vec<_> = files
        .keys()
        .filter(|file| !here.contains(file.as_slice()))
        .cloned()
        .collect();
    for file in gone {
        files.remove(&file);
        let camera = feed.name.to_string();
        let forgotten = feed
            .node
            .with_store(move |store| store.forget_camera_file(&camera, &file));
        forgotten.await?;
    }
    Ok(())
}

fn name(found: &Found) -> &[u8] {
    found.path.as_os_str().as_bytes()
}

/// How far a file is, if it is the one that is known.
fn known<'a>(files: &'a Files, found: &Found) -> Option<&'a Stage> {
    let Print { size, modified_ns } = found.print;
    let file = files.get(name(found))?;
    ((file.size, file.modified_ns) == (size, modified_ns)).then_some(&file.stage)
}

async fn keep(feed: &Feed, files: &mut Files, found: &Found, stage: Stage) -> Result<()> {
    let file = CameraFile {
        file: name(found).to_owned(),
        size: found.print.size,
        modified_ns: found.print.modified_ns,
        stage,
    };
    files.insert(file.file.clone(), file.clone());
    let camera = feed.name.to_string();
    feed.node
        .with_store(move |store| store.keep_camera_file(&camera, &file))
        .await
}

/// Takes one file in, clip by clip.
async fn take(feed: &Feed, folder: &Folder, found: &Found, files: &mut Files) -> Result<()> {
    let mut parts = match known(files, found) {
        Some(Stage::Going { parts, next }) => parts + usize::from(is_in(feed, *next).await?),
        _ => 0,
    };
    let film = match block(|| folder.film(found)) {
        // It changed: the next look sees.
        Err(error) if error.kind() == ErrorKind::Unavailable => return Ok(()),
        film => film?,
    };
    let mut series = match block(|| Series::read(film, feed.sound())) {
        Ok(series) => series,
        Err(error) => return refuse(feed, files, found, error).await,
    };
    while parts < series.len() {
        feed.has_share()?;
        feed.is("sealing", refused(files));
        let recorded = recorded(&series, parts, found);
        let sealed = match block(|| series.part(parts)) {
            Ok(Some(film)) => feed.seal(film, recorded).await?,
            Ok(None) => break,
            Err(error) => return refuse(feed, files, found, error).await,
        };
        let next = Some(sealed.clip);
        keep(feed, files, found, Stage::Going { parts, next }).await?;
        feed.keep(sealed).await?;
        parts += 1;
    }
    keep(feed, files, found, Stage::Taken).await
}

/// A file ended when it was last changed; its parts began before that.
fn recorded(series: &Series<File>, part: usize, found: &Found) -> Recorded {
    let ms = found.print.modified_ns / 1_000_000;
    let ended = Timestamp::from_ms(u64::try_from(ms).unwrap_or(0));
    Recorded::Began(ended.before(series.lasts()).after(series.begins(part)))
}

async fn is_in(feed: &Feed, clip: Option<ClipId>) -> Result<bool> {
    let Some(clip) = clip else { return Ok(false) };
    let known = feed
        .node
        .read(move |household, _| household.manifest_of(clip).is_some());
    known.await
}

async fn refuse(feed: &Feed, files: &mut Files, found: &Found, error: FilmError) -> Result<()> {
    if matches!(error, FilmError::Io(_)) {
        return Err(Error::from(error));
    }
    let path = found.path.display();
    tracing::warn!(camera = %feed.name, file = %path, %error, "a file cannot be taken");
    keep(feed, files, found, Stage::Refused(error.to_string())).await
}

/// What is wrong with files that cannot be taken, in a few words.
fn refused(files: &Files) -> Option<String> {
    let mut refused = files.values().filter_map(|file| match &file.stage {
        Stage::Refused(why) => Some((String::from_utf8_lossy(&file.file), why)),
        _ => None,
    });
    let (name, why) = refused.next()?;
    Some(match refused.count() {
        0 => format!("{name} was not taken: {why}"),
        more => format!("{name} was not taken: {why}; {more} more files were not taken either"),
    })
}
