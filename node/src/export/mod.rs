//! A clip on its way to somebody outside: what is taken out of its film, how that is sealed, hashed and stated, and the
//! note beside it.
//!
//! The command line does this in its own process and writes files; the page does it in the node's and hands one archive
//! to the browser. Left to both: asking for the clip, which writes the ledger entry, and where what leaves goes.

mod film;
mod note;
mod redaction;

use streetlamp_proto::export::{ExportedFilm, Papers};
use streetlamp_proto::recipient::ExportRecipient;

use crate::error::Result;
use crate::ffmpeg::MemoryFile;

pub(crate) use film::{Hashed, Sealing, Sink, WrittenFilm};
pub(crate) use note::of as note;
pub(crate) use redaction::{Area, Redaction, copy};

/// What the name of the manifest file ends with.
pub(crate) const MANIFEST: &str = ".manifest";
/// What the name of the note ends with.
pub(crate) const NOTE: &str = ".note.txt";

/// A recipient in a text for people. A post-quantum key would fill the page: its ends are enough to know it by.
pub(crate) fn in_words(recipient: &str) -> String {
    let end = recipient.len().saturating_sub(8);
    match (recipient.get(..24), recipient.get(end..)) {
        (Some(start), Some(end)) if recipient.len() > 80 => {
            format!(
                "{start}…{end} (post-quantum, {} characters)",
                recipient.len()
            )
        }
        _ => recipient.to_owned(),
    }
}

/// Takes out of a film what is to be taken out, and writes what is left: sealed if it is for a recipient.
///
/// # Errors
/// The redaction's, the film's, or the sink's.
pub(crate) fn write_changed(
    whole: MemoryFile,
    redaction: &Redaction,
    to: Option<&ExportRecipient>,
    sink: &mut impl Sink,
) -> Result<WrittenFilm> {
    let redacted = redaction.apply(whole)?;
    let (muted, hidden) = (redacted.muted, redacted.hidden);
    let Some(to) = to else {
        let mut written = Hashed::to(sink);
        copy(redacted.film, |bytes| written.write(bytes))?;
        return Ok(written.film(muted, hidden));
    };
    let mut sealing = Sealing::begin(to, sink)?;
    let mut written = Hashed::to(&mut sealing);
    copy(redacted.film, |bytes| written.write(bytes))?;
    let film = written.film(muted, hidden);
    sealing.finish()?;
    Ok(film)
}

impl WrittenFilm {
    /// What is to be stated of it: that it left under the entry of these papers.
    pub(crate) fn under(&self, papers: &Papers) -> ExportedFilm {
        ExportedFilm {
            clip: papers.manifest.statement().clip,
            entry: papers.entry.hash(),
            film: self.id(),
            len: self.len,
            muted: self.muted,
            hidden: self.hidden,
        }
    }
}
