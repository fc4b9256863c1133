//! Taking films in and letting them out: film, vault and engine in the order that loses nothing.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use streetlamp_proto::clip::{
    ClipId, FileKey, Manifest, NONCE_LEN, Opener, SEALED_CHUNK, padded_len,
};
use streetlamp_proto::export::Papers;
use streetlamp_proto::household::{Answer, Command, NewClip, Opening};
use streetlamp_proto::identity::Name;
use streetlamp_proto::time::Timestamp;
use tokio::sync::mpsc;
use zeroize::Zeroizing;

use super::handle::{AddedClip, Film, NodeHandle};
use crate::blocking::block;
use crate::camera::film::{CleanFilm, FilmError};
use crate::error::{Error, ErrorKind, Result};

/// Pieces of an open film that wait for a slow reader.
const PIECES: usize = 4;
/// Chunks in one piece: 1 MiB of film.
const CHUNKS_PER_PIECE: u64 = 16;
/// Sealed bytes of one piece.
const SEALED_PIECE: usize = 16 * SEALED_CHUNK;

/// When a film was recorded.
#[derive(Debug, Clone, Copy)]
pub(super) enum Recorded {
    /// It began then.
    Began(Timestamp),
    /// It ended then.
    Ended(Timestamp),
}

pub(super) async fn add(
    node: &NodeHandle,
    film: impl Read + Seek,
    camera: Name,
    recorded: Option<Timestamp>,
) -> Result<AddedClip> {
    let film = block(|| CleanFilm::read(film))?;
    let recorded = recorded.map_or_else(|| Recorded::Ended(node.now()), Recorded::Began);
    let new = seal(node, film, camera, recorded).await?;
    keep(node, new).await
}

/// Pads and seals a cleaned film. Nobody knows of the clip before it is kept.
pub(super) async fn seal(
    node: &NodeHandle,
    film: CleanFilm<impl Read + Seek>,
    camera: Name,
    recorded: Recorded,
) -> Result<NewClip> {
    let film = film.padded(padded_len);
    node.shared.disk.has_room_for(film.len())?;
    let owners = node.read(|household, _| household.me().owners()).await?;
    let mut rng = node.shared.entropy.generator()?;
    let duration = film.facts().duration;
    let made = block(|| node.shared.vault.seal(film, &owners, &mut rng))?;
    Ok(NewClip {
        clip: made.clip,
        sealed_len: made.sealed.sealed_len,
        key_commit: made.sealed.key_commit,
        header: made.header,
        recorded: match recorded {
            Recorded::Began(at) => at,
            Recorded::Ended(at) => at.before(duration),
        },
        duration_ms: u32::try_from(duration.as_millis()).unwrap_or(u32::MAX),
        camera,
    })
}

/// Takes a sealed clip in; it is durable when this returns.
pub(super) async fn keep(node: &NodeHandle, new: NewClip) -> Result<AddedClip> {
    let added = AddedClip {
        clip: new.clip,
        sealed_len: new.sealed_len,
        duration_ms: new.duration_ms,
    };
    match node.command(Command::AddClip(Box::new(new))).await {
        Ok(_) => Ok(added),
        Err(error) => {
            // It was never acknowledged: what stays of it is noise without a key.
            let _noise_stays = node.shared.vault.remove(added.clip);
            Err(error)
        }
    }
}

/// The sealed bytes of a clip, once all of them were held against its name. What is not here cannot be let out, and must
/// not stand in the ledger as if it had been.
pub(super) async fn whole(node: &NodeHandle, clip: ClipId) -> Result<File> {
    let manifest = node.read(move |h, _| h.manifest_of(clip)).await?;
    let manifest =
        manifest.ok_or_else(|| Error::new(ErrorKind::NotFound, "there is no such clip here"))?;
    let vault = &node.shared.vault;
    let sealed_len = manifest.sealed_len;
    let outboard = block(|| vault.outboard(clip, sealed_len))?;
    block(|| {
        outboard
            .verify(vault.sealed(clip, sealed_len)?)
            .map_err(|e| damaged(clip).because(e))
    })?;
    vault.sealed(clip, sealed_len)
}

/// Lets a film out after `command` has logged it: as it is, or sealed behind a header for somebody else.
pub(super) async fn open(node: &NodeHandle, clip: ClipId, command: Command) -> Result<Film> {
    let file = whole(node, clip).await?;
    let sealed_len = file.metadata().map_err(unreadable)?.len();
    match node.command(command).await? {
        Answer::Key { key, manifest, seq } => film(&key, manifest.statement(), file, seq, None),
        Answer::Export {
            opening: Opening::Key(key),
            manifest,
            seq,
            papers,
        } => film(&key, manifest.statement(), file, seq, papers),
        Answer::Export {
            opening: Opening::Header(header),
            seq,
            papers,
            ..
        } => {
            let header = Zeroizing::new(header.as_bytes().to_vec());
            let len = sealed_len + u64::try_from(header.len()).unwrap_or(0);
            let header = Some(header);
            Ok(Film {
                len,
                seq,
                papers,
                pieces: let_out(Sealed { header, file }),
            })
        }
        _ => Err(Error::new(
            ErrorKind::Internal,
            "the engine answered something else",
        )),
    }
}

fn film(
    key: &FileKey,
    manifest: &Manifest,
    file: File,
    seq: u64,
    papers: Option<Box<Papers>>,
) -> Result<Film> {
    let film = OpenFilm::new(key, manifest, file)?;
    Ok(Film {
        len: film.opener.layout().plaintext_len(),
        seq,
        papers,
        pieces: let_out(film),
    })
}

/// A film that comes piece by piece.
trait Pieces: Send + 'static {
    /// The next piece; nothing at the end.
    fn next(&mut self) -> Result<Option<Zeroizing<Vec<u8>>>>;
}

fn let_out(mut film: impl Pieces) -> mpsc::Receiver<Result<Zeroizing<Vec<u8>>>> {
    let (to, pieces) = mpsc::channel(PIECES);
    tokio::spawn(async move {
        while let Some(piece) = block(|| film.next()).transpose() {
            if to.send(piece).await.is_err() {
                return;
            }
        }
    });
    pieces
}

/// Opens the chunks of a clip in order.
struct OpenFilm {
    opener: Opener,
    file: File,
    chunk: u64,
}

impl OpenFilm {
    fn new(key: &FileKey, manifest: &Manifest, mut file: File) -> Result<Self> {
        Ok(Self {
            opener: opener(key, manifest, &mut file)?,
            file,
            chunk: 0,
        })
    }
}

/// What opens the chunks of a clip. The file stands at the first of them afterwards.
pub(super) fn opener(key: &FileKey, manifest: &Manifest, file: &mut File) -> Result<Opener> {
    let mut nonce = [0; NONCE_LEN];
    file.seek(SeekFrom::Start(0))
        .and_then(|_| file.read_exact(&mut nonce))
        .map_err(unreadable)?;
    Opener::new(key, &manifest.key_commit, manifest.sealed_len, &nonce)
        .map_err(|e| damaged(manifest.clip).because(e))
}

impl Pieces for OpenFilm {
    fn next(&mut self) -> Result<Option<Zeroizing<Vec<u8>>>> {
        if self.chunk >= self.opener.layout().chunks() {
            return Ok(None);
        }
        let sealed = read_some(&mut self.file, SEALED_PIECE)?;
        let mut film = Zeroizing::new(Vec::with_capacity(SEALED_PIECE));
        let chunks = self.chunk
            ..self
                .opener
                .layout()
                .chunks()
                .min(self.chunk + CHUNKS_PER_PIECE);
        let opened = self.opener.open_chunks(chunks.clone(), &sealed, &mut film);
        opened.map_err(|e| {
            Error::new(
                ErrorKind::DataLoss,
                "the clip is damaged: what follows cannot be opened",
            )
            .because(e)
        })?;
        self.chunk = chunks.end;
        Ok(Some(film))
    }
}

/// A header, then sealed bytes as they are.
struct Sealed {
    header: Option<Zeroizing<Vec<u8>>>,
    file: File,
}

impl Pieces for Sealed {
    fn next(&mut self) -> Result<Option<Zeroizing<Vec<u8>>>> {
        if let Some(header) = self.header.take() {
            return Ok(Some(header));
        }
        let bytes = read_some(&mut self.file, SEALED_PIECE)?;
        Ok((!bytes.is_empty()).then_some(Zeroizing::new(bytes)))
    }
}

/// As many bytes as asked for, or all that are left.
fn read_some(file: &mut File, len: usize) -> Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(len);
    file.take(u64::try_from(len).unwrap_or(u64::MAX))
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    Ok(bytes)
}

pub(super) fn unreadable(error: std::io::Error) -> Error {
    Error::io("the sealed bytes of the clip cannot be read", error)
}

pub(super) fn damaged(clip: ClipId) -> Error {
    Error::new(
        ErrorKind::DataLoss,
        format!("clip {clip} is damaged on disk: fetch it again, or restore a backup"),
    )
}

impl From<FilmError> for Error {
    fn from(error: FilmError) -> Self {
        let kind = if matches!(error, FilmError::Io(_)) {
            ErrorKind::DataLoss
        } else {
            ErrorKind::Invalid
        };
        Self::new(kind, error.to_string())
    }
}
