//! Films on their way into the file: hashed, so that they can be stated, and sealed if they are for a recipient.

use std::io::Write;

use data_encoding::HEXLOWER;
use streetlamp_proto::export::{ExportedFilm, Papers};
use streetlamp_proto::recipient::Recipient;
use streetlamp_proto::signed::Signed;

use super::not_understood;
use crate::cli::Context;
use crate::cli::outfile::{OutFile, Writing};
use crate::control::answers::SignedFilm;
use crate::control::{FilmWritten, Request};
use crate::error::{Error, ErrorKind, Result};

/// Where a film goes.
pub(super) trait Sink {
    /// Takes the next bytes.
    fn take(&mut self, bytes: &[u8]) -> Result<()>;
}

impl Sink for OutFile {
    fn take(&mut self, bytes: &[u8]) -> Result<()> {
        self.write(bytes)
    }
}

/// Hashes a film while it is written.
pub(super) struct Hashed<'a, S> {
    sink: &'a mut S,
    hash: blake3::Hasher,
}

impl<'a, S: Sink> Hashed<'a, S> {
    pub(super) fn to(sink: &'a mut S) -> Self {
        Self {
            sink,
            hash: blake3::Hasher::new(),
        }
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.hash.update(bytes);
        self.sink.take(bytes)
    }

    /// The film that was written, and what had been taken out of it.
    pub(super) fn film(self, muted: bool, hidden: u32) -> WrittenFilm {
        WrittenFilm {
            hash: self.hash.finalize(),
            len: self.hash.count(),
            muted,
            hidden,
        }
    }
}

/// A film that was written.
#[derive(Debug)]
pub(super) struct WrittenFilm {
    hash: blake3::Hash,
    len: u64,
    muted: bool,
    hidden: u32,
}

impl WrittenFilm {
    /// Has the node state that this is the film which left.
    pub(super) fn stated(self, context: &Context, papers: &Papers) -> Result<Signed<ExportedFilm>> {
        let written = FilmWritten {
            clip: papers.manifest.statement().clip.to_string(),
            entry: papers.entry.hash().to_string(),
            film: self.hash.to_hex().to_string(),
            len: self.len,
            muted: self.muted,
            hidden: self.hidden,
        };
        let signed: SignedFilm = context.node()?.ask(&Request::ClipSignFilm(written))?;
        let bytes = HEXLOWER
            .decode(signed.film.as_bytes())
            .map_err(not_understood)?;
        Signed::from_bytes(&bytes).map_err(not_understood)
    }
}

/// Seals a film to a recipient, as an ordinary age file.
pub(super) struct Sealing<'a>(age::stream::StreamWriter<Writing<'a>>);

impl<'a> Sealing<'a> {
    pub(super) fn begin(to: &Recipient, file: &'a mut OutFile) -> Result<Self> {
        let key: age::x25519::Recipient = to.to_string().parse().map_err(|e: &str| failed(e))?;
        let encryptor =
            age::Encryptor::with_recipients(std::iter::once(&key as _)).map_err(failed)?;
        let stream = encryptor.wrap_output(Writing(file)).map_err(failed)?;
        Ok(Self(stream))
    }

    pub(super) fn finish(self) -> Result<()> {
        self.0.finish().map_err(failed).map(drop)
    }
}

impl Sink for Sealing<'_> {
    fn take(&mut self, bytes: &[u8]) -> Result<()> {
        self.0.write_all(bytes).map_err(failed)
    }
}

fn failed(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::new(
        ErrorKind::DataLoss,
        "the film cannot be sealed to the recipient",
    )
    .because(error)
}
