//! Films from a watched folder: each file once, in whole, also through a crash in the middle.

use std::convert::Infallible;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use streetlamp_proto::time::Timestamp;

use super::feed::Feed;
use super::taken::{Mark, Taken};
use crate::blocking::block;
use crate::camera::film::Series;
use crate::camera::folder::{Folder, Found};
use crate::error::{ErrorKind, Result};
use crate::store::Stage;

/// Takes every film of the folder, and those that come.
pub(super) async fn watch(feed: &Feed, dir: &Path, delete_originals: bool) -> Result<Infallible> {
    let mut folder = block(|| Folder::open(dir))?;
    let mut taken = Taken::of(feed).await?;
    loop {
        let found = block(|| folder.look())?;
        let here: std::collections::BTreeSet<&[u8]> = found.iter().map(name).collect();
        taken
            .forget_unless(|film| here.contains(film.file.as_slice()))
            .await?;
        for film in found.iter().filter(|film| film.whole) {
            let mark = mark(film);
            if !taken.is_done(&mark) && !feed.records(feed.node.now()) {
                taken.pass(&mark).await?;
            } else if !taken.is_done(&mark) {
                take(feed, &folder, film, &mut taken).await?;
            }
            if delete_originals && taken.stage(&mark) == Some(&Stage::Taken) {
                block(|| folder.delete(film))?;
            }
        }
        feed.is("watching", taken.refused());
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

fn name(found: &Found) -> &[u8] {
    found.path.as_os_str().as_bytes()
}

fn mark(found: &Found) -> Mark {
    Mark {
        name: name(found).to_owned(),
        size: found.print.size,
        modified_ns: found.print.modified_ns,
    }
}

/// Takes one file in, clip by clip.
async fn take(feed: &Feed, folder: &Folder, found: &Found, taken: &mut Taken<'_>) -> Result<()> {
    let film = match block(|| folder.film(found)) {
        // It changed: the next look sees.
        Err(error) if error.kind() == ErrorKind::Unavailable => return Ok(()),
        film => film?,
    };
    // A file ended when it was last changed.
    let ms = found.print.modified_ns / 1_000_000;
    let ended = Timestamp::from_ms(u64::try_from(ms).unwrap_or(0));
    let series = block(|| Series::read(film, feed.sound()));
    taken
        .take(&mark(found), series, |series| ended.before(series.lasts()))
        .await
}
