//! A clip for somebody outside, as a download: what is taken out of it, for whom it is sealed, and the papers beside it in
//! one archive.
//!
//! It is the resident's own act, proven by the passphrase, and in the ledger before a byte leaves. The archive is made
//! in memory, so that it is whole or a page says why not, and the film in the open is on no disk but the one to which
//! the browser saves it. (Memory can be swapped out. Who minds encrypts the swap.)

use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;

use askama::Template;
use axum::Extension;
use axum::body::Body;
use axum::extract::{Path as At, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use streetlamp_proto::clip::ClipId;
use streetlamp_proto::export::Papers;
use streetlamp_proto::household::{Answer, Command, Leaving, StatusView};
use streetlamp_proto::recipient::ExportRecipient;
use tokio::time::Instant;
use tokio_util::io::ReaderStream;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::names::{Names, clip_words};
use super::page::{below, named, unknown};
use crate::blocking::block;
use crate::error::{Error, ErrorKind, Result};
use crate::export::{Area, Hashed, MANIFEST, NOTE, Redaction, Sink, note, write_changed};
use crate::ffmpeg::MemoryFile;
use crate::node::Film;
use crate::secret::Kept;
use crate::web::App;
use crate::web::form::Fields;
use crate::web::frame::Frame;
use crate::web::language::{Texts, refusal, say};
use crate::web::problem::{Problem, rendered, status_of};
use crate::web::proof::{self, Proven};
use crate::web::words::Moment;

/// Areas that can be covered in one export.
const AREAS: usize = 32;

/// The form as it was sent.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(in crate::web) struct ExportForm {
    /// An age recipient; empty for a film in the open.
    to: String,
    /// For whom: `sealed` or `plain`.
    whom: String,
    /// Said the second time, for a film in the open.
    sure: String,
    /// Whether the sound stays.
    sound: String,
    /// One area a line.
    areas: String,
}

/// The form with the passphrase.
#[derive(Deserialize)]
pub(in crate::web) struct Asked {
    #[serde(flatten)]
    form: ExportForm,
    #[serde(flatten)]
    proven: Proven,
}

#[derive(Template)]
#[template(path = "export.html")]
struct Page {
    frame: Frame,
    wrong: Option<String>,
    id: String,
    title: String,
    recorded: Moment,
    form: ExportForm,
    asks: bool,
    locked: bool,
    covers: Covers,
}

/// Whether areas can be covered, and drawn.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Covers {
    /// There is no ffmpeg.
    No,
    /// Typed; the film is not open, so there is no picture.
    Typed,
    /// Over a picture.
    Drawn,
}

/// What leaves, as the form says it.
struct Order {
    to: Option<ExportRecipient>,
    redaction: Option<Redaction>,
}

pub(in crate::web) async fn show(
    State(app): State<App>,
    Extension(session): Extension<Kept>,
    At(clip): At<String>,
) -> std::result::Result<Response, Problem> {
    let page = async { Page::look(&app, session, named(&clip)?, ExportForm::default()).await };
    Ok(rendered(&page.await.map_err(lower)?))
}

pub(in crate::web) async fn export(
    State(app): State<App>,
    Extension(session): Extension<Kept>,
    At(clip): At<String>,
    Fields(Asked { form, proven }): Fields<Asked>,
) -> std::result::Result<Response, Problem> {
    let clip = named(&clip).map_err(lower)?;
    let made = async {
        let order = order(&form)?;
        proof::demand_unlocked(&app, session, proven).await?;
        make(&app, clip, &order).await
    };
    match made.await {
        Ok(archive) => download(archive, clip).map_err(lower),
        Err(error) => {
            let page = Page::look(&app, session, clip, form).await;
            let mut page = page.map_err(lower)?;
            page.wrong = Some(refusal(&error));
            Ok((status_of(error.kind()), rendered(&page)).into_response())
        }
    }
}

/// A problem two steps below the root.
pub(super) fn lower(error: Error) -> Problem {
    below(error).under("../../".to_owned())
}

/// Films are held in memory one at a time.
fn turn(app: &App) -> Result<tokio::sync::SemaphorePermit<'_>> {
    app.under_way
        .films_held
        .0
        .try_acquire()
        .map_err(|_| Error::new(ErrorKind::Conflict, say!("clips-film-held")))
}

/// Understands the form.
fn order(form: &ExportForm) -> Result<Order> {
    let invalid = |message: String| Error::new(ErrorKind::Invalid, message);
    let to = match form.whom.as_str() {
        "sealed" => {
            let to = form.to.trim().parse::<ExportRecipient>();
            Some(to.map_err(|e| invalid(say!("clips-no-key")).because(e))?)
        }
        "plain" if form.sure == "yes" => None,
        "plain" => {
            return Err(invalid(say!("clips-be-sure")));
        }
        _ => return Err(invalid(say!("clips-choose-whom"))),
    };
    let lines = form.areas.lines().map(str::trim);
    let areas = lines.filter(|line| !line.is_empty()).take(AREAS + 1);
    let areas: Vec<Area> = areas
        .map(|line| {
            line.parse::<Area>()
                .map_err(|e| invalid(say!("clips-no-area", line = line)).because(e))
        })
        .collect::<Result<_>>()?;
    if areas.len() > AREAS {
        return Err(invalid(say!("clips-many-areas", n = AREAS)));
    }
    let mute = form.sound != "yes";
    let redaction = (mute || !areas.is_empty()).then_some(Redaction { mute, areas });
    if let Some(redaction) = &redaction {
        block(|| redaction.is_possible())?;
    }
    Ok(Order { to, redaction })
}

/// Makes the archive.
async fn make(app: &App, clip: ClipId, order: &Order) -> Result<File> {
    let _turn = turn(app)?;
    let leaving = match (&order.to, &order.redaction) {
        (Some(to), None) => Leaving::Sealed(to.clone()),
        (to, _) => Leaving::Film(to.clone()),
    };
    let film = app.handle.export_clip(clip, leaving).await?;
    let name = name_of(clip, order);
    let mut archive = Archive::begin(&name)?;
    let (mut papers, written) = match &order.redaction {
        None => {
            let mut hashed = Hashed::to(&mut archive);
            let papers = receive(film, |bytes| hashed.write(bytes)).await?;
            // What is sealed has a name already.
            let written = hashed.film(false, 0);
            (papers, order.to.is_none().then_some(written))
        }
        Some(redaction) => {
            let mut whole = MemoryFile::new()?;
            let papers = receive(film, |bytes| whole.write(bytes)).await?;
            let to = order.to.as_ref();
            let written = block(|| write_changed(whole, redaction, to, &mut archive))?;
            (papers, Some(written))
        }
    };
    if let Some(papers) = &mut papers {
        if let Some(written) = written {
            let state = Command::SignFilm(written.under(papers));
            let Answer::Film(film) = app.handle.command(state).await? else {
                return Err(Error::new(ErrorKind::Internal, "the film was not stated"));
            };
            papers.film = Some(*film);
        }
        archive.add(&format!("{name}{MANIFEST}"), &papers.to_bytes())?;
        let note = note(papers, Path::new(&name));
        archive.add(&format!("{name}{NOTE}"), note.as_bytes())?;
    }
    archive.finish()
}

/// Takes a film as it comes, and gives its papers.
async fn receive(
    mut film: Film,
    mut take: impl FnMut(&[u8]) -> Result<()>,
) -> Result<Option<Papers>> {
    while let Some(piece) = film.pieces.recv().await {
        let piece = piece?;
        block(|| take(&piece))?;
    }
    Ok(film.papers.map(|papers| *papers))
}

/// How the file is called. It tells neither camera nor time.
fn name_of(clip: ClipId, order: &Order) -> String {
    let clip: String = clip.to_string().chars().take(12).collect();
    let ending = if order.to.is_some() { ".age" } else { "" };
    format!("clip-{clip}.mp4{ending}")
}

/// A ZIP archive in memory. Nothing in it is compressed: films are already, and sealed bytes cannot be.
struct Archive(ZipWriter<File>);

impl Archive {
    fn begin(name: &str) -> Result<Self> {
        let mut archive = Self(ZipWriter::new(MemoryFile::new()?.into_file()?));
        archive.entry(name)?;
        Ok(archive)
    }

    fn entry(&mut self, name: &str) -> Result<()> {
        let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        self.0.start_file(name, stored).map_err(not_packed)
    }

    fn add(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        self.entry(name)?;
        self.take(bytes)
    }

    /// The archive, at its beginning.
    fn finish(self) -> Result<File> {
        let mut file = self.0.finish().map_err(not_packed)?;
        file.seek(SeekFrom::Start(0)).map_err(not_packed)?;
        Ok(file)
    }
}

impl Sink for Archive {
    fn take(&mut self, bytes: &[u8]) -> Result<()> {
        self.0.write_all(bytes).map_err(not_packed)
    }
}

fn not_packed(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::new(ErrorKind::Unavailable, say!("clips-not-packed")).because(error)
}

fn download(archive: File, clip: ClipId) -> Result<Response> {
    let unreadable = |e| Error::io("the export cannot be read", e);
    let len = archive.metadata().map_err(unreadable)?.len();
    let clip: String = clip.to_string().chars().take(12).collect();
    let name = format!("attachment; filename=\"clip-{clip}.zip\"");
    let headers = [
        (CONTENT_TYPE, "application/zip".to_owned()),
        (CONTENT_DISPOSITION, name),
        (CONTENT_LENGTH, len.to_string()),
    ];
    let bytes = ReaderStream::new(tokio::fs::File::from_std(archive));
    Ok((headers, Body::from_stream(bytes)).into_response())
}

impl Page {
    async fn look(app: &App, session: Kept, clip: ClipId, form: ExportForm) -> Result<Self> {
        let look = app.look(move |household, now| {
            let mut clips = household.clips();
            clips.retain(|view| view.mine && view.manifest.clip == clip);
            let words = clip_words(&clips, clip, &Names::default(), now);
            (household.status(now), words)
        });
        let (status, words): (StatusView, _) = look.await?;
        let (title, recorded) = words.ok_or_else(unknown)?;
        let screenings = &app.under_way.screenings;
        let open = screenings.of(session, clip, Instant::now()).is_some();
        let covers = match (block(Redaction::covers_here), open) {
            (false, _) => Covers::No,
            (true, false) => Covers::Typed,
            (true, true) => Covers::Drawn,
        };
        let frame = Frame::of(&status, app.handle.disk(), "clips");
        Ok(Self {
            asks: status.locked || !proof::is_fresh(app, session),
            locked: status.locked,
            frame: Frame {
                root: "../../".to_owned(),
                ..frame
            },
            wrong: None,
            id: clip.to_string(),
            title,
            recorded,
            form,
            covers,
        })
    }
}
