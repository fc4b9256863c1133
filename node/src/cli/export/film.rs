//! Films on their way into the file: hashed, so that they can be stated, and sealed if they are for a recipient.

use data_encoding::HEXLOWER;
use streetlamp_proto::clip::Sealer;
use streetlamp_proto::export::{ExportedFilm, Papers};
use streetlamp_proto::recipient::ExportRecipient;
use streetlamp_proto::signed::Signed;

use super::not_understood;
use crate::cli::Context;
use crate::cli::outfile::OutFile;
use crate::control::answers::SignedFilm;
use crate::control::{FilmWritten, Request};
use crate::entropy::Entropy;
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
pub(super) struct Sealing<'a> {
    sealer: Sealer,
    file: &'a mut OutFile,
    sealed: Vec<u8>,
}

impl<'a> Sealing<'a> {
    pub(super) fn begin(to: &ExportRecipient, file: &'a mut OutFile) -> Result<Self> {
        let mut rng = Entropy::System.generator()?;
        let (header, sealer) = Sealer::for_export(&mut rng, to).map_err(failed)?;
        file.write(header.as_bytes())?;
        Ok(Self {
            sealer,
            file,
            sealed: Vec::new(),
        })
    }

    pub(super) fn finish(mut self) -> Result<()> {
        self.sealed.clear();
        self.sealer.finish(&mut self.sealed);
        self.file.write(&self.sealed)
    }
}

impl Sink for Sealing<'_> {
    fn take(&mut self, bytes: &[u8]) -> Result<()> {
        self.sealed.clear();
        self.sealer.write(bytes, &mut self.sealed).map_err(failed)?;
        self.file.write(&self.sealed)
    }
}

fn failed(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::new(
        ErrorKind::DataLoss,
        "the film cannot be sealed to the recipient",
    )
    .because(error)
}
