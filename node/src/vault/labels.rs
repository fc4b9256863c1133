//! Labels beside the sealed bytes, `clips/<clip id>.label`: with them the clips of a home outlive its database.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use streetlamp_proto::clip::{ClipId, Label};
use streetlamp_proto::wire;
use streetlamp_proto::wire::limits::LABEL_BYTES;

use super::{Vault, write_durably};
use crate::error::{Error, Result};

/// How a label's file ends.
const LABEL: &str = "label";

impl Vault {
    /// Keeps the label of a clip beside it, durable when this returns.
    ///
    /// # Errors
    /// The disk's.
    pub fn keep_label(&self, label: &Label) -> Result<()> {
        let clip = label.manifest.statement().clip;
        write_durably(&self.path(clip, LABEL), &wire::to_cbor(label))
            .and_then(|()| self.sync())
            .map_err(|e| Error::io(format!("the label of clip {clip} could not be kept"), e))
    }

    /// Whether the label of a clip lies beside it.
    pub fn has_label(&self, clip: ClipId) -> bool {
        self.path(clip, LABEL).exists()
    }

    /// Every label of a clip that is not known yet and whose sealed bytes lie whole beside it. One that cannot be read,
    /// or whose clip is not there, is left where it is.
    ///
    /// # Errors
    /// The disk's.
    pub fn labels_beside(&self, known: &BTreeSet<ClipId>) -> Result<Vec<Label>> {
        let unreadable = |e| Error::io(format!("{} cannot be read", self.dir.display()), e);
        let mut labels = Vec::new();
        for entry in fs::read_dir(&self.dir).map_err(unreadable)? {
            let path = entry.map_err(unreadable)?.path();
            let name = path.file_stem().and_then(|name| name.to_str());
            let clip = name.and_then(|name| name.parse().ok());
            let is_label = path.extension().is_some_and(|end| end == LABEL);
            if let Some(clip) = clip.filter(|clip| is_label && !known.contains(clip)) {
                labels.extend(self.label_in(&path, clip));
            }
        }
        Ok(labels)
    }

    fn label_in(&self, path: &Path, clip: ClipId) -> Option<Label> {
        let len = fs::metadata(path).ok()?.len();
        if len > u64::try_from(LABEL_BYTES).unwrap_or(u64::MAX) {
            return None;
        }
        let label: Label = wire::from_cbor(&fs::read(path).ok()?).ok()?;
        let said = label.manifest.statement();
        (said.clip == clip && self.sealed(clip, said.sealed_len).is_ok()).then_some(label)
    }

    /// Destroys the label of a clip: overwritten first, as the database does with what it deletes.
    ///
    /// # Errors
    /// The disk's.
    pub fn shred_label(&self, clip: ClipId) -> Result<()> {
        let path = self.path(clip, LABEL);
        match wipe(&path).and_then(|()| fs::remove_file(&path)) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
            other => other.map_err(|e| {
                Error::io(format!("the label of clip {clip} could not be removed"), e)
            }),
        }
    }

    pub(super) fn sync(&self) -> io::Result<()> {
        File::open(&self.dir).and_then(|dir| dir.sync_all())
    }
}

fn wipe(path: &Path) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).open(path)?;
    let len = usize::try_from(file.metadata()?.len()).unwrap_or(LABEL_BYTES);
    file.write_all(&vec![0; len.min(LABEL_BYTES)])?;
    file.sync_all()
}
