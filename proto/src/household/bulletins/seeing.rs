//! What page and command line read of publishers.

use super::super::Household;
use super::Listing;
use super::directory::{Acquaintance, HeldBulletin, Hush};
use crate::identity::Name;
use crate::publisher::{Area, Bulletin, Domain, Kind, Message, PublisherId, State, Status};
use crate::signed::{PublicKey, Signed, StatementId};
use crate::time::Timestamp;

/// Why a publisher may not be who it says it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Warning {
    /// Somebody else is known here under its domain, and neither he nor the domain names this one.
    Impostor,
    /// The domain lists its key now, and another one before. The old key did not name it.
    KeyChanged,
    /// The domain lists other keys, and not this one.
    Denied,
    /// A key that it gave up named two others.
    Contested,
}

/// A publisher as this home knows it.
#[derive(Debug, Clone)]
pub struct PublisherView {
    /// Which.
    pub id: PublisherId,
    /// What it calls itself.
    pub name: Name,
    /// The domain that it says is its own.
    pub domain: Domain,
    /// Where it speaks.
    pub area: Area,
    /// Its keys, the first one first, each with the time when it became the publisher's.
    pub keys: Vec<(PublicKey, Option<Timestamp>)>,
    /// When it was first heard of.
    pub first_seen: Timestamp,
    /// Whether the resident pinned it.
    pub pinned: bool,
    /// Whether it is muted here.
    pub muted: bool,
    /// What its domain says.
    pub listing: Listing,
    /// Why it may not be who it says it is.
    pub warning: Option<Warning>,
    /// How many of its bulletins hold.
    pub active: usize,
}

impl PublisherView {
    /// Whether its domain lists its key, as far as this home found out.
    pub const fn domain_verified(&self) -> bool {
        self.listing.confirmed.is_some() && self.listing.denied.is_none()
    }
}

/// A bulletin with what this home knows of it.
#[derive(Debug, Clone)]
pub struct BulletinView {
    /// Its id: that of the first which was said, whatever was said in its place.
    pub id: StatementId,
    /// Who says it.
    pub publisher: PublisherView,
    /// What it says now.
    pub bulletin: Bulletin,
    /// The statement that says so.
    pub said: StatementId,
    /// The statement that took it back, if one did.
    pub cancellation: Option<(StatementId, Bulletin)>,
    /// Whether it holds.
    pub state: State,
    /// When it was first said.
    pub issued: Timestamp,
    /// When it came in.
    pub received: Timestamp,
    /// Whether the resident does not want to hear of it.
    pub muted: bool,
}

impl BulletinView {
    /// Whether it is shown without being asked for: it is meant, it holds or was taken back, it is not muted, and nobody
    /// else is known under its publisher's domain.
    pub fn is_shown(&self) -> bool {
        self.bulletin.status == Status::Actual
            && self.state != State::Expired
            && !self.muted
            && self.publisher.warning != Some(Warning::Impostor)
    }
}

impl Household {
    /// Every bulletin that is held, the newest first.
    pub fn bulletins(&self, now: Timestamp) -> Vec<BulletinView> {
        let directory = &self.state.directory;
        let threads = directory
            .bulletins()
            .map(|h| (h.publisher, h.announced.first()));
        let mut threads: Vec<_> = threads.collect();
        threads.sort_unstable();
        threads.dedup();
        let threads = threads.into_iter();
        let views =
            threads.filter_map(|(publisher, first)| self.bulletin_view(first, publisher, now));
        let mut views: Vec<_> = views.collect();
        views.sort_by_key(|view| (std::cmp::Reverse(view.bulletin.issued), view.id));
        views
    }

    fn bulletin_view(
        &self,
        first: StatementId,
        publisher: PublisherId,
        now: Timestamp,
    ) -> Option<BulletinView> {
        let directory = &self.state.directory;
        let thread: Vec<&HeldBulletin> = directory
            .of(publisher)
            .filter(|held| held.announced.first() == first)
            .collect();
        let of = |message| {
            thread
                .iter()
                .find(|held| held.message() == message)
                .copied()
        };
        let cancel = of(Message::Cancel(first));
        // What somebody says about another publisher's bulletin was said before that came. It counts for nothing.
        let original = directory.bulletin(first);
        if original.is_some_and(|held| held.publisher != publisher) {
            return None;
        }
        // A cancellation says itself what it takes back.
        let now_said = of(Message::Update(first)).or(original).or(cancel)?;
        let said = now_said.announced.bulletin.statement();
        let state = if cancel.is_some() {
            State::Cancelled
        } else if said.expires <= now {
            State::Expired
        } else {
            State::Active
        };
        Some(BulletinView {
            id: first,
            publisher: self.publisher_view(publisher, directory.get(publisher)?, now),
            bulletin: said.clone(),
            said: now_said.announced.id(),
            cancellation: cancel.map(|held| {
                let said = held.announced.bulletin.statement().clone();
                (held.announced.id(), said)
            }),
            state,
            issued: original
                .unwrap_or(now_said)
                .announced
                .bulletin
                .statement()
                .issued,
            received: now_said.received,
            muted: directory.is_hushed(publisher, said.kind),
        })
    }

    /// Every publisher that this home knows, in the order in which they were heard of.
    pub fn publishers(&self, now: Timestamp) -> Vec<PublisherView> {
        let all = self.state.directory.publishers();
        let mut views: Vec<_> = all
            .map(|(id, known)| self.publisher_view(*id, known, now))
            .collect();
        views.sort_by_key(|view| (view.first_seen, view.id));
        views
    }

    fn publisher_view(
        &self,
        id: PublisherId,
        known: &Acquaintance,
        now: Timestamp,
    ) -> PublisherView {
        let directory = &self.state.directory;
        let said = known.binding.statement();
        let since = said.handovers.iter().map(|h| Some(h.statement().issued));
        let cancelled = |first| {
            let mut thread = directory.of(id);
            thread.any(|held| held.message() == Message::Cancel(first))
        };
        let active = directory
            .of(id)
            .filter(|held| held.message() == Message::Alert && held.expires() > now)
            .filter(|held| !cancelled(held.announced.id()));
        PublisherView {
            id,
            name: said.name.clone(),
            domain: said.domain.clone(),
            area: said.area.clone(),
            keys: known
                .binding
                .keys()
                .zip([None].into_iter().chain(since))
                .collect(),
            first_seen: known.first_seen,
            pinned: known.pinned,
            muted: directory.hushed.contains(&Hush::Publisher(id)),
            listing: known.listing,
            warning: self.warning(id, known),
            active: active.count(),
        }
    }

    fn warning(&self, id: PublisherId, known: &Acquaintance) -> Option<Warning> {
        let domain = &known.binding.statement().domain;
        let others = self.state.directory.publishers();
        let namesakes = others.filter(|(other, theirs)| {
            **other != id && theirs.is_known() && theirs.binding.statement().domain == *domain
        });
        // Who was there first is not the one that changed.
        let first = namesakes.map(|(_, theirs)| theirs.first_seen).min();
        if known.pinned {
            return known.listing.denied.map(|_| Warning::Denied);
        }
        let listing = &known.listing;
        match (listing.confirmed, listing.denied, first) {
            _ if known.contested => Some(Warning::Contested),
            // Also if the domain was asked, and denied it: that makes nobody more credible.
            (None, _, Some(_)) => Some(Warning::Impostor),
            (_, Some(_), _) => Some(Warning::Denied),
            (Some(_), None, Some(first)) if first < known.first_seen => Some(Warning::KeyChanged),
            _ => None,
        }
    }

    /// What the resident does not want to hear of.
    pub fn hushed(&self) -> (Vec<PublisherId>, Vec<Kind>) {
        let (mut publishers, mut kinds) = (Vec::new(), Vec::new());
        for hush in &self.state.directory.hushed {
            match hush {
                Hush::Publisher(publisher) => publishers.push(*publisher),
                Hush::Kind(kind) => kinds.push(*kind),
            }
        }
        (publishers, kinds)
    }

    /// Whether domains are asked who speaks for them.
    pub const fn asks_domains(&self) -> bool {
        !self.state.directory.asks_nobody
    }

    /// The binding of a publisher, as it travels.
    pub fn binding_of(&self, publisher: PublisherId) -> Option<&Signed<crate::publisher::Binding>> {
        let known = self.state.directory.get(publisher)?;
        Some(&known.binding)
    }
}
