//! The directory: publishers, their bulletins, and what the resident said about them.

use std::collections::{BTreeMap, BTreeSet};

use crate::publisher::{Announced, Binding, Kind, Message, PublisherId};
use crate::signed::{PublicKey, Signed, StatementId};
use crate::time::Timestamp;

/// How a domain was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// A file that it serves, behind its certificate.
    Https,
    /// A record in the DNS, which whoever is on the way can forge.
    Dns,
}

impl Way {
    /// The word for people and scripts.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Https => "https",
            Self::Dns => "dns",
        }
    }
}

/// What a domain said when it was asked who speaks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DomainAnswer {
    /// Nothing that could be understood, or nothing at all.
    Silent,
    /// These keys, and no others.
    Lists(Vec<PublicKey>, Way),
}

/// What is known of a domain and one publisher's key.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Listing {
    /// When the domain last listed the key, and how it was asked.
    pub confirmed: Option<(Timestamp, Way)>,
    /// When it last answered, and did not list it. None once it does again.
    pub denied: Option<Timestamp>,
    /// When it was last asked.
    pub asked: Option<Timestamp>,
    /// How often it gave no answer since it last gave one.
    pub silent: u32,
}

/// A publisher as this home knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acquaintance {
    /// Its newest word about itself.
    pub binding: Signed<Binding>,
    /// When it was first heard of.
    pub first_seen: Timestamp,
    /// Whether the resident said that this is who it says it is.
    pub pinned: bool,
    /// Whether a key that it gave up named another one, too.
    pub contested: bool,
    /// What its domain says.
    pub listing: Listing,
}

impl Acquaintance {
    /// Whether it is more than anybody: its domain listed its key, or the resident pinned it.
    pub const fn is_known(&self) -> bool {
        self.pinned || self.listing.confirmed.is_some()
    }
}

/// What a resident can want to hear nothing of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hush {
    /// A publisher, but for what lives may hang on.
    Publisher(PublisherId),
    /// A kind of bulletin, whoever says it.
    Kind(Kind),
}

/// A bulletin that is kept.
#[derive(Debug)]
pub(in crate::household) struct HeldBulletin {
    pub(in crate::household) publisher: PublisherId,
    pub(in crate::household) announced: Announced,
    pub(in crate::household) received: Timestamp,
}

impl HeldBulletin {
    pub(super) fn expires(&self) -> Timestamp {
        self.announced.bulletin.statement().expires
    }

    pub(super) fn message(&self) -> Message {
        self.announced.bulletin.statement().message
    }
}

/// Everything that is remembered of publishers.
#[derive(Debug, Default)]
pub(in crate::household) struct Directory {
    publishers: BTreeMap<PublisherId, Acquaintance>,
    bulletins: BTreeMap<StatementId, HeldBulletin>,
    pub(super) hushed: BTreeSet<Hush>,
    /// Whether no domain is ever asked.
    pub(super) asks_nobody: bool,
}

impl Directory {
    pub(super) fn publishers(&self) -> impl Iterator<Item = (&PublisherId, &Acquaintance)> {
        self.publishers.iter()
    }

    pub(super) fn bulletins(&self) -> impl Iterator<Item = &HeldBulletin> {
        self.bulletins.values()
    }

    /// The id of everything that publishers said and that is kept.
    pub(in crate::household) fn statements(&self) -> impl Iterator<Item = StatementId> {
        let bindings = self.publishers.values().map(|known| known.binding.id());
        bindings.chain(self.bulletins.keys().copied())
    }

    pub(super) fn get(&self, publisher: PublisherId) -> Option<&Acquaintance> {
        self.publishers.get(&publisher)
    }

    pub(super) fn bulletin(&self, id: StatementId) -> Option<&HeldBulletin> {
        self.bulletins.get(&id)
    }

    /// Everything of one publisher.
    pub(super) fn of(&self, publisher: PublisherId) -> impl Iterator<Item = &HeldBulletin> {
        let all = self.bulletins.values();
        all.filter(move |held| held.publisher == publisher)
    }

    /// The publisher that has or had a key.
    pub(super) fn speaker(&self, key: PublicKey) -> Option<(PublisherId, &Acquaintance)> {
        let mut all = self.publishers.iter();
        let (id, known) = all.find(|(_, known)| known.binding.had(key))?;
        Some((*id, known))
    }

    /// Takes in what was judged when it became a record.
    pub(in crate::household) fn keep_publisher(&mut self, known: Acquaintance) {
        self.publishers.insert(known.binding.publisher(), known);
    }

    pub(in crate::household) fn forget_publisher(&mut self, publisher: PublisherId) {
        self.publishers.remove(&publisher);
        self.bulletins.retain(|_, held| held.publisher != publisher);
    }

    pub(in crate::household) fn keep_bulletin(&mut self, held: HeldBulletin) {
        self.bulletins.insert(held.announced.id(), held);
    }

    pub(in crate::household) fn forget_bulletin(&mut self, id: StatementId) {
        self.bulletins.remove(&id);
    }

    pub(in crate::household) fn hush(&mut self, what: Hush, hushed: bool) {
        if hushed {
            self.hushed.insert(what);
        } else {
            self.hushed.remove(&what);
        }
    }

    pub(in crate::household) fn ask_domains(&mut self, ask: bool) {
        self.asks_nobody = !ask;
    }

    /// Whether the resident does not want to hear of it. A muted publisher is still heard on what lives may hang on.
    pub(super) fn is_hushed(&self, publisher: PublisherId, kind: Kind) -> bool {
        let of_all = self.hushed.contains(&Hush::Publisher(publisher)) && !kind.is_life_safety();
        of_all || self.hushed.contains(&Hush::Kind(kind))
    }
}
