//! Films on their way into the file: hashed, so that they can be stated, and sealed if they are for a recipient.

use streetlamp_proto::clip::Sealer;
use streetlamp_proto::export::FilmId;
use streetlamp_proto::recipient::ExportRecipient;

use crate::entropy::Entropy;
use crate::error::{Error, ErrorKind, Result};

/// Where a film goes.
pub(crate) trait Sink {
    /// Takes the next bytes.
    fn take(&mut self, bytes: &[u8]) -> Result<()>;
}

/// Hashes a film while it is written.
pub(crate) struct Hashed<'a, S> {
    sink: &'a mut S,
    hash: blake3::Hasher,
}

impl<'a, S: Sink> Hashed<'a, S> {
    pub(crate) fn to(sink: &'a mut S) -> Self {
        Self {
            sink,
            hash: blake3::Hasher::new(),
        }
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.hash.update(bytes);
        self.sink.take(bytes)
    }

    /// The film that was written, and what had been taken out of it.
    pub(crate) fn film(self, muted: bool, hidden: u32) -> WrittenFilm {
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
pub(crate) struct WrittenFilm {
    hash: blake3::Hash,
    pub(super) len: u64,
    pub(super) muted: bool,
    pub(super) hidden: u32,
}

impl WrittenFilm {
    /// Its name: the hash of its bytes.
    pub(super) const fn id(&self) -> FilmId {
        FilmId::from_bytes(*self.hash.as_bytes())
    }
}

/// Seals a film to a recipient, as an ordinary age file.
pub(crate) struct Sealing<'a, S> {
    sealer: Sealer,
    sink: &'a mut S,
    sealed: Vec<u8>,
}

impl<'a, S: Sink> Sealing<'a, S> {
    pub(crate) fn begin(to: &ExportRecipient, sink: &'a mut S) -> Result<Self> {
        let mut rng = Entropy::System.generator()?;
        let (header, sealer) = Sealer::for_export(&mut rng, to).map_err(failed)?;
        sink.take(header.as_bytes())?;
        Ok(Self {
            sealer,
            sink,
            sealed: Vec::new(),
        })
    }

    pub(crate) fn finish(mut self) -> Result<()> {
        self.sealed.clear();
        self.sealer.finish(&mut self.sealed);
        self.sink.take(&self.sealed)
    }
}

impl<S: Sink> Sink for Sealing<'_, S> {
    fn take(&mut self, bytes: &[u8]) -> Result<()> {
        self.sealed.clear();
        self.sealer.write(bytes, &mut self.sealed).map_err(failed)?;
        self.sink.take(&self.sealed)
    }
}

fn failed(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::new(
        ErrorKind::DataLoss,
        "the film cannot be sealed to the recipient",
    )
    .because(error)
}
