//! Clips, grants, and who keeps what: what records of all homes say of them.

use std::collections::{BTreeMap, btree_map};

use streetlamp_proto::clip::{ClipId, Manifest};

use crate::record::{Clip, Grant, HouseNumber, Micros};

/// Everything that is known of clips.
#[derive(Debug, Default)]
pub(super) struct Films {
    clips: Vec<Clip>,
    by_id: BTreeMap<ClipId, u32>,
    /// By clip and recipient. Of two grants of one clip to one household the first counts.
    grants: BTreeMap<(u32, HouseNumber), Grant>,
    kept: BTreeMap<(u32, HouseNumber), Micros>,
}

impl Films {
    /// A home recorded a clip.
    pub(super) fn recorded(&mut self, owner: HouseNumber, manifest: &Manifest, at: Micros) {
        let number = u32::try_from(self.clips.len()).unwrap_or(u32::MAX);
        if let btree_map::Entry::Vacant(new) = self.by_id.entry(manifest.clip) {
            new.insert(number);
            self.clips.push(Clip {
                number,
                id: manifest.clip.to_string(),
                owner,
                at,
                sealed_bytes: manifest.sealed_len,
                kept: Vec::new(),
                stolen: None,
            });
        }
    }

    /// A grant stands in its giver's ledger.
    pub(super) fn given(&mut self, clip: ClipId, to: HouseNumber, at: Micros) {
        if let Some(clip) = self.by_id.get(&clip).copied() {
            self.grants.entry((clip, to)).or_insert(Grant {
                clip,
                to,
                given: at,
                delivered: None,
                asked: None,
                fetched: None,
                from: None,
            });
        }
    }

    fn grant(&mut self, home: HouseNumber, clip: ClipId) -> Option<&mut Grant> {
        let clip = *self.by_id.get(&clip)?;
        self.grants.get_mut(&(clip, home))
    }

    /// A grant is at its recipient's.
    pub(super) fn delivered(&mut self, home: HouseNumber, clip: ClipId, at: Micros) {
        if let Some(grant) = self.grant(home, clip) {
            grant.delivered.get_or_insert(at);
        }
    }

    /// A recipient asks for the sealed bytes.
    pub(super) fn asked(&mut self, home: HouseNumber, clip: ClipId, at: Micros) {
        if let Some(grant) = self.grant(home, clip) {
            grant.asked.get_or_insert(at);
        }
    }

    /// It has them.
    pub(super) fn fetched(&mut self, home: HouseNumber, clip: ClipId, at: Micros) {
        if let Some(grant) = self.grant(home, clip) {
            grant.fetched.get_or_insert(at);
        }
    }

    /// Most of them came from there.
    pub(super) fn came_from(&mut self, home: HouseNumber, clip: ClipId, from: Option<HouseNumber>) {
        if let Some(grant) = self.grant(home, clip) {
            grant.from = from;
        }
    }

    /// A keeper has a clip whole since then, or has it no more.
    pub(super) fn kept(&mut self, keeper: HouseNumber, clip: ClipId, since: Option<Micros>) {
        let Some(clip) = self.by_id.get(&clip).copied() else {
            return;
        };
        match since {
            Some(at) => drop(self.kept.entry((clip, keeper)).or_insert(at)),
            None => drop(self.kept.remove(&(clip, keeper))),
        }
    }

    /// A box is gone, with what it recorded.
    pub(super) fn stolen(&mut self, home: HouseNumber, at: Micros) {
        for clip in self.clips.iter_mut().filter(|clip| clip.owner == home) {
            clip.stolen = Some(at);
        }
    }

    /// Every clip and every grant.
    pub(super) fn all(&self) -> (Vec<Clip>, Vec<Grant>) {
        let mut clips = self.clips.clone();
        for ((clip, keeper), since) in &self.kept {
            let clip = usize::try_from(*clip).ok().and_then(|n| clips.get_mut(n));
            if let Some(clip) = clip {
                clip.kept.push((*keeper, *since));
            }
        }
        let mut grants: Vec<_> = self.grants.values().cloned().collect();
        grants.sort_by_key(|grant| (grant.given, grant.clip, grant.to));
        (clips, grants)
    }
}
