//! What this home knows of publishers: who speaks here, what they said, and what of it the resident wants to see.
//!
//! Anybody can call himself a fire department, so a publisher's word about itself opens no door: it brings it into the
//! directory, where one whose domain nobody checked makes room for the next. A publisher whose domain named its key, or
//! that the resident pinned, has room of its own, which no stranger can fill. Its bulletins are kept on disk and passed
//! on, so that whoever comes later hears them although the publisher is gone.
//!
//! `directory` is what is remembered, `hearing` what is taken, `domains` when a domain is asked, `choosing` what the
//! resident decides, `around` what neighbours hand on to
//! somebody who was away, `seeing` what page and command line read. Nothing here answers a publisher, or tells it anything.

mod around;
mod choosing;
mod directory;
mod domains;
mod hearing;
mod seeing;

use super::Household;
use super::Record;
use super::event::{Answer, CommandId, Event, Output};
use super::failure::Failure;
use crate::cell::Cell;
use crate::open::{self, OpenStatement};
use crate::publisher::PublisherId;
use crate::signed::{PublicKey, StatementId};
use crate::street::Topic;
use crate::time::Timestamp;

pub(super) use around::Around;
pub use directory::{Acquaintance, DomainAnswer, Hush, Listing, Way};
pub(super) use directory::{Directory, HeldBulletin};
pub(super) use domains::Inquiries;
pub use seeing::{BulletinView, PublisherView, Warning};

/// What the resident wants about publishers.
#[derive(Debug, Clone, Copy)]
pub enum DirectoryCommand {
    /// Take a publisher for what it says it is.
    Pin(PublisherId),
    /// Forget a publisher, with all that it said.
    Forget(PublisherId),
    /// Ask its domain now who speaks for it.
    Check(PublisherId),
    /// Show bulletins, or do not.
    Hush(Hush, bool),
    /// Ask domains from now on, or never.
    AskDomains(bool),
}

/// Something about publishers to tell whoever watches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DirectoryEvent {
    /// A publisher is new, or something of it is.
    Publisher(PublisherId),
    /// A bulletin is new, or was changed or taken back.
    Bulletin(StatementId),
    /// A statement of a bulletin is over and forgotten.
    BulletinGone(StatementId),
}

impl Household {
    /// Does what the resident wants; nothing yet if the answer comes later.
    pub(super) fn about_publishers(
        &mut self,
        id: CommandId,
        command: DirectoryCommand,
        out: &mut Vec<Output>,
    ) -> Result<Option<Answer>, Failure> {
        let answer = match command {
            DirectoryCommand::Pin(publisher) => self.pin_publisher(publisher, out),
            DirectoryCommand::Forget(publisher) => self.forget_publisher(publisher, out),
            DirectoryCommand::Hush(what, hushed) => self.hush(what, hushed, out),
            DirectoryCommand::AskDomains(asks) => {
                self.store(Record::AsksDomains(asks), out);
                Ok(Answer::Done)
            }
            DirectoryCommand::Check(publisher) => {
                return self.ask_domain_now(id, publisher, out).map(|()| None);
            }
        };
        answer.map(Some)
    }

    /// Whether a key is or was that of a publisher in the directory.
    pub(super) fn knows_publisher(&self, key: PublicKey) -> bool {
        self.state.directory.speaker(key).is_some()
    }

    /// Everything of publishers that this home passes on, on the topics that it listens to.
    pub(super) fn passed_on(&self) -> Vec<(Topic, OpenStatement)> {
        let passed = self.said_around(self.cells_heard()).into_iter();
        let on_topics = passed.filter_map(|(cell, said)| Some((open::topic(&cell)?, said)));
        on_topics.collect()
    }

    /// Everything that publishers said around some cells and that holds, each publisher before its bulletins.
    fn said_around(&self, cells: impl IntoIterator<Item = Cell>) -> Vec<(Cell, OpenStatement)> {
        let mut passed = Vec::new();
        for cell in cells {
            let directory = &self.state.directory;
            for (publisher, known) in directory.publishers() {
                let held = directory.of(*publisher);
                let held: Vec<_> = held
                    .filter(|held| held.announced.bulletin.statement().area.touches(&cell))
                    .collect();
                if !held.is_empty() {
                    let binding = Box::new(known.binding.clone());
                    passed.push((cell.clone(), OpenStatement::Publisher(binding)));
                }
                passed.extend(held.into_iter().map(|held| {
                    let announced = Box::new(held.announced.clone());
                    (cell.clone(), OpenStatement::Bulletin(announced))
                }));
            }
        }
        passed
    }

    /// Forgets bulletins that are over, and publishers of whom nothing is left.
    pub(super) fn sweep_bulletins(&mut self, now: Timestamp, out: &mut Vec<Output>) {
        let directory = &self.state.directory;
        let over = directory.bulletins().filter(|held| held.expires() <= now);
        let over: Vec<_> = over.map(|held| held.announced.id()).collect();
        for bulletin in over {
            self.store(Record::Over(bulletin), out);
            out.push(Output::Emit(Event::Directory(
                DirectoryEvent::BulletinGone(bulletin),
            )));
        }
        let directory = &self.state.directory;
        let gone = directory.publishers().filter(|(id, known)| {
            known.binding.statement().expires <= now
                && !known.pinned
                && directory.of(**id).next().is_none()
        });
        let gone: Vec<_> = gone.map(|(id, _)| *id).collect();
        for publisher in gone {
            self.store(Record::PublisherGone(publisher), out);
        }
        self.changes.retain(|_, changes| !changes.is_full(now));
        self.ask_domains(now, out);
    }
}
