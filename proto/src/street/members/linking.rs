//! Linking: which keys belong to streets that somebody here knows.

use std::collections::BTreeMap;

use super::{MemberError, Members};
use crate::identity::Name;
use crate::signed::{PublicKey, Signed, StatementId};
use crate::street::{Introduction, Link};
use crate::time::Timestamp;
use crate::wire::limits::{LINK_KEYS, LINKS_PER_HOUSEHOLD};

impl Members {
    /// Takes a link. Says whether it is news: not if this or a newer one of the same household and name is here.
    ///
    /// # Errors
    /// [`MemberError::OtherStreet`], [`MemberError::NotTheirs`], [`MemberError::Stranger`], [`MemberError::Role`], and
    /// [`MemberError::Full`] beyond the bounds of one link or of one household's.
    pub fn link(&mut self, link: &Signed<Link>) -> Result<bool, MemberError> {
        let said = link.statement();
        if said.street != self.street {
            return Err(MemberError::OtherStreet);
        }
        if self.author(link, said.issued)? != said.by {
            return Err(MemberError::NotTheirs);
        }
        if !said.is_bounded() {
            return Err(MemberError::Full);
        }
        if let Some(theirs) = self.links.get(&said.by) {
            match theirs.get(&said.name) {
                Some(held) if age(held) >= age(link) => return Ok(false),
                None if theirs.len() >= LINKS_PER_HOUSEHOLD => return Err(MemberError::Full),
                _ => {}
            }
        }
        self.restore_link(link);
        Ok(true)
    }

    /// Keeps a link that these rules took before.
    pub(crate) fn restore_link(&mut self, link: &Signed<Link>) {
        let said = link.statement();
        let theirs = self.links.entry(said.by).or_default();
        theirs.insert(said.name.clone(), link.clone());
    }

    /// Forgets a link that is over.
    pub(crate) fn forget_link(&mut self, id: StatementId) {
        for theirs in self.links.values_mut() {
            theirs.retain(|_, link| link.id() != id);
        }
    }

    /// Every link, also those that were taken back and those of households that are gone.
    pub fn links(&self) -> impl Iterator<Item = &Signed<Link>> {
        self.links.values().flat_map(BTreeMap::values)
    }

    /// Links that hold: by somebody who is here, and not taken back.
    pub fn valid_links(&self, now: Timestamp) -> impl Iterator<Item = &Signed<Link>> {
        self.links().filter(move |link| {
            let said = link.statement();
            !said.keys.is_empty() && said.expires > now && self.get(said.by).is_some()
        })
    }

    /// What the street of a key is called by who linked it.
    pub fn linked(&self, key: PublicKey, now: Timestamp) -> Option<&Name> {
        let mut links = self.valid_links(now).map(Signed::statement);
        links
            .find(|link| link.keys.contains(&key))
            .map(|link| &link.name)
    }

    /// What this street shows of itself to another one: the pseudonyms of everybody who is here, the newest first if
    /// there are too many.
    pub fn introduction(&self, name: Name) -> Introduction {
        let mut announced: Vec<_> = self
            .iter()
            .filter_map(|member| member.pseudonym.as_ref())
            .map(|announcement| announcement.statement())
            .map(|said| (std::cmp::Reverse(said.said().issued), said.key()))
            .collect();
        announced.sort_unstable();
        announced.truncate(LINK_KEYS);
        // The order would tell who came when.
        let mut keys: Vec<_> = announced.into_iter().map(|(_, key)| key).collect();
        keys.sort_unstable();
        Introduction { name, keys }
    }
}

/// Of two at the same time every home keeps the same.
fn age(link: &Signed<Link>) -> (Timestamp, StatementId) {
    (link.statement().issued, link.id())
}
