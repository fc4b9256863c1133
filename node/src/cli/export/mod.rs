//! `clip export` and `clip verify`: a clip for somebody outside, and what he can check without us.
//!
//! Three files leave together: the clip, the manifest file with the papers ([`Papers`]), and a note that says in plain
//! words what they are and how to check them. All three are begun before anything is asked of the node, so that a name
//! that is taken is noticed before the ledger has an entry.
//!
//! ```text
//! node ─► the clip, sealed for a recipient ────────────────────────────► file
//!    └──► the film ─► redaction (sound, areas) ─► film (hash, seal) ───► file
//! ```

mod verify;

use std::path::{Path, PathBuf};

use clap::{ArgAction, ArgGroup, Args};
use data_encoding::HEXLOWER;
use streetlamp_proto::export::{ExportedFilm, Papers};
use streetlamp_proto::recipient::ExportRecipient;
use streetlamp_proto::signed::Signed;

use super::Context;
use super::clip::Output;
use super::outfile::OutFile;
use super::print::{note as say, size};
use super::progress::Bar;
use crate::control::answers::{Exported, SignedFilm};
use crate::control::{FilmStart, FilmWritten, Progress, Request};
use crate::error::{Error, ErrorKind, Result};
use crate::export::{
    Area, Hashed, MANIFEST, NOTE, Redaction, Sink, note as in_a_note, write_changed,
};
use crate::ffmpeg::MemoryFile;

pub(super) use verify::{VerifyArgs, verify};

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("for-whom").required(true).args(["to", "plain"]))]
pub(super) struct ExportArgs {
    /// The clip's id, or its first 8 or more characters
    clip: String,
    /// Seal it to this age recipient (age1…), who opens it with the free program 'age'
    ///
    /// A post-quantum recipient (age1pq1…) needs age 1.3 or later, or another program that knows such keys. What he gets is the clip itself, with its sound, unless something is taken out.
    #[arg(long, value_name = "AGE_RECIPIENT")]
    to: Option<ExportRecipient>,
    /// Write a film that anybody can watch; say it twice (--plain --plain)
    ///
    /// Its sound is left out, unless you add --with-audio.
    #[arg(long, action = ArgAction::Count)]
    plain: u8,
    /// Cover an area of the picture, in pixels from the upper left corner, and if you like only from one second to
    /// another (40,60,200,120@2.5-8). Can be given several times
    ///
    /// Needs the program 'ffmpeg'. The pictures are coded anew and the sound is left out, unless you add --with-audio.
    /// It is another film then, and no longer the recording that the device signed: the note says so.
    #[arg(long, value_name = "X,Y,W,H[@FROM-TO]")]
    hide: Vec<Area>,
    /// Leave the sound in where it would be left out
    #[arg(long)]
    with_audio: bool,
    /// Leave the sound out, also of what is sealed to a recipient
    #[arg(long, conflicts_with = "with_audio")]
    without_audio: bool,
    #[command(flatten)]
    output: Output,
}

impl ExportArgs {
    /// What is to be taken out; nothing if the clip leaves as it is.
    fn redaction(&self) -> Option<Redaction> {
        let changes = self.to.is_none() || !self.hide.is_empty();
        let mute = self.without_audio || (changes && !self.with_audio);
        (mute || !self.hide.is_empty()).then(|| Redaction {
            mute,
            areas: self.hide.clone(),
        })
    }
}

/// The three files of an export.
#[derive(Debug)]
struct Parcel {
    file: OutFile,
    manifest: OutFile,
    note: OutFile,
}

impl Parcel {
    fn begin(output: &Output) -> Result<Self> {
        let beside = |ending| OutFile::create(&named(&output.output, ending), output.force);
        Ok(Self {
            file: OutFile::create(&output.output, output.force)?,
            manifest: beside(MANIFEST)?,
            note: beside(NOTE)?,
        })
    }
}

fn named(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

pub(super) fn export(context: &Context, args: ExportArgs) -> Result<()> {
    if args.to.is_none() && args.plain < 2 {
        let message = "a plain film can be watched, copied and passed on by anybody who gets the file: \
                       if that is what you want, say it twice (--plain --plain); otherwise seal it with --to AGE_RECIPIENT";
        return Err(Error::new(ErrorKind::Invalid, message));
    }
    let redaction = args.redaction();
    redaction.as_ref().map_or(Ok(()), Redaction::is_possible)?;
    let mut parcel = Parcel::begin(&args.output)?;
    let request = Request::ClipExport {
        clip: args.clip,
        to: args.to.as_ref().map(ToString::to_string),
        film: redaction.is_some(),
    };
    let start;
    let film;
    match (redaction, &args.to) {
        (None, to) => {
            let mut written = Hashed::to(&mut parcel.file);
            start = receive(context, &request, |bytes| written.write(bytes))?;
            // What is sealed has a name already.
            film = to.is_none().then(|| written.film(false, 0));
        }
        (Some(redaction), to) => {
            let mut whole = MemoryFile::new()?;
            start = receive(context, &request, |bytes| whole.write(bytes))?;
            film = Some(write_changed(
                whole,
                &redaction,
                to.as_ref(),
                &mut parcel.file,
            )?);
        }
    }
    let mut papers = papers(&start)?;
    if let (Some(papers), Some(film)) = (&mut papers, film) {
        papers.film = Some(stated(context, &film.under(papers))?);
    }
    finish(context, parcel, &start, papers)
}

impl Sink for OutFile {
    fn take(&mut self, bytes: &[u8]) -> Result<()> {
        self.write(bytes)
    }
}

/// Has the node state which film left.
fn stated(context: &Context, film: &ExportedFilm) -> Result<Signed<ExportedFilm>> {
    let written = FilmWritten {
        clip: film.clip.to_string(),
        entry: film.entry.to_string(),
        film: film.film.to_string(),
        len: film.len,
        muted: film.muted,
        hidden: film.hidden,
    };
    let signed: SignedFilm = context.node()?.ask(&Request::ClipSignFilm(written))?;
    let bytes = HEXLOWER
        .decode(signed.film.as_bytes())
        .map_err(not_understood)?;
    Signed::from_bytes(&bytes).map_err(not_understood)
}

/// Receives a film from the node.
fn receive(
    context: &Context,
    request: &Request,
    mut take: impl FnMut(&[u8]) -> Result<()>,
) -> Result<FilmStart> {
    let bar = Bar::new("Writing");
    let mut done = 0;
    context.node()?.film(request, |start, bytes| {
        take(bytes)?;
        done += u64::try_from(bytes.len()).unwrap_or(0);
        bar.show(Progress {
            done,
            total: start.len,
        });
        Ok(())
    })
}

/// The papers that came with a film.
fn papers(start: &FilmStart) -> Result<Option<Papers>> {
    let Some(hex) = &start.papers else {
        return Ok(None);
    };
    let bytes = HEXLOWER.decode(hex.as_bytes()).map_err(not_understood)?;
    Papers::from_bytes(&bytes).map(Some).map_err(not_understood)
}

fn not_understood(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    let message = "the node's answer was not understood: is it of another version? Restart it";
    Error::new(ErrorKind::Internal, message).because(error)
}

/// Gives the files their names, the clip first: papers without it are harmless.
fn finish(
    context: &Context,
    parcel: Parcel,
    start: &FilmStart,
    papers: Option<Papers>,
) -> Result<()> {
    let Parcel {
        file,
        mut manifest,
        mut note,
    } = parcel;
    let bytes = file.written();
    let file = file.finish()?;
    let film = papers.as_ref().and_then(|papers| papers.film.as_ref());
    let (muted, hidden) = film.map_or((false, 0), |film| {
        (film.statement().muted, film.statement().hidden)
    });
    let mut exported = Exported {
        file: file.display().to_string(),
        bytes,
        ledger_seq: start.ledger_seq,
        manifest: None,
        note: None,
        muted,
        hidden,
    };
    if let Some(papers) = papers {
        manifest.write(&papers.to_bytes())?;
        note.write(in_a_note(&papers, &file).as_bytes())?;
        exported.manifest = Some(manifest.finish()?.display().to_string());
        exported.note = Some(note.finish()?.display().to_string());
    } else {
        say(
            "There is no manifest beside it: the certificate of the device that sealed this clip is not here any more.",
        );
    }
    context.out.answer(&exported, words)
}

fn words(exported: &Exported) -> String {
    let mut text = format!(
        "Wrote {} ({}). Ledger entry {}.\n",
        exported.file,
        size(exported.bytes),
        exported.ledger_seq
    );
    if let (Some(manifest), Some(note)) = (&exported.manifest, &exported.note) {
        text.push_str(&format!(
            "Give these along, so that it can be checked where it is from:\n  {manifest}\n  {note}\n"
        ));
    }
    text
}
