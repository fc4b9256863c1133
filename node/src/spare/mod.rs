//! What a home keeps a second time, so that it survives its database: the labels of its clips, and its ledger.
//!
//! The database decides. The copies are written when a batch is durable and before anything of it leaves; one that
//! cannot be written is made at the next start. Whatever the copies know and the database does not is taken back in at
//! the start: after a database was lost or an older one put in its place, and after a power cut between the two.
//!
//! Left out: what the street said, which neighbours have, and clips that others granted, who can do so again.

use std::collections::BTreeSet;
use std::path::Path;

use streetlamp_proto::household::Record;
use streetlamp_proto::ledger::Entry;

use crate::error::Result;
use crate::journal::Journal;
use crate::store::Store;
use crate::vault::Vault;

/// The second copies of one home.
#[derive(Debug)]
pub struct Spare {
    vault: Vault,
    journal: Journal,
}

/// What the database did not know.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TakenBack {
    /// Clips.
    pub clips: usize,
    /// Entries of the ledger.
    pub entries: usize,
}

impl Spare {
    /// Opens the copies and brings them and the database together.
    ///
    /// # Errors
    /// The disk's, and the database's.
    pub fn open(vault: Vault, journal: &Path, store: &mut Store) -> Result<(Self, TakenBack)> {
        let (journal, entries) = Journal::open(journal)?;
        let mut spare = Self { vault, journal };
        let taken = TakenBack {
            entries: spare.agree_on_ledger(store, entries)?,
            clips: spare.agree_on_clips(store)?,
        };
        Ok((spare, taken))
    }

    fn agree_on_ledger(
        &mut self,
        store: &mut Store,
        copied: Vec<crate::journal::Closed>,
    ) -> Result<usize> {
        let (held, _) = store.ledger()?;
        let mut both = held.iter().zip(&copied);
        let one_chain = both.all(|(held, (copied, _))| held == copied);
        let goes_on = |entry: &Entry, before: Option<&Entry>| {
            let hash = before.map(Entry::hash);
            entry.prev == hash.unwrap_or(streetlamp_proto::ledger::EntryHash::START)
        };
        if !one_chain {
            tracing::warn!("the copy of the ledger is of another one: it is written anew");
            self.journal.clear()?;
        } else if copied.len() > held.len() {
            let mut before = held.last().cloned();
            let mut records = Vec::new();
            for (entry, head) in copied.into_iter().skip(held.len()) {
                if !goes_on(&entry, before.as_ref()) {
                    break;
                }
                before = Some(entry.clone());
                records.push(Record::Ledger { entry, head });
            }
            store.save(&records)?;
            return Ok(records.len());
        }
        tell(self.catch_up(store));
        Ok(0)
    }

    /// Appends what the journal lacks.
    fn catch_up(&mut self, store: &Store) -> Result<()> {
        for (entry, head) in store.ledger_after(self.journal.last())? {
            self.journal.append(&entry, &head)?;
        }
        Ok(())
    }

    fn agree_on_clips(&self, store: &mut Store) -> Result<usize> {
        // Those that the database names, and those that it says are gone.
        let mut known = BTreeSet::new();
        for record in store.clips()? {
            match record {
                Record::Clip(label) => {
                    let clip = label.manifest.statement().clip;
                    known.insert(clip);
                    if !self.vault.has_label(clip) {
                        tell(self.vault.keep_label(&label));
                    }
                }
                Record::ClipGone(clip) => {
                    known.insert(clip);
                }
                _ => {}
            }
        }
        let mut found = self.vault.labels_beside(&known)?;
        // In the order in which they were made: the newest is the one that the next manifest names.
        found.sort_by_key(|label| label.manifest.statement().recorded);
        let records: Vec<_> = found.into_iter().map(Record::Clip).collect();
        store.save(&records)?;
        Ok(records.len())
    }

    /// Follows a batch that the database has kept.
    pub fn follow(&mut self, records: &[Record], store: &Store) {
        for record in records {
            tell(match record {
                Record::Clip(label) => self.vault.keep_label(label),
                Record::ClipGone(clip) => self.vault.shred_label(*clip),
                Record::Ledger { .. } => self.catch_up(store),
                _ => Ok(()),
            });
        }
    }
}

/// A copy that cannot be written now, perhaps for want of room, is made at a later start.
fn tell(written: Result<()>) {
    if let Err(error) = written {
        tracing::error!(error = %error.chain(), "a second copy could not be written");
    }
}

#[cfg(test)]
mod tests;
