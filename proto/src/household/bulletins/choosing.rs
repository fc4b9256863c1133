//! What the resident decides about publishers: whom to know, whom to forget, what to hear nothing of.

use super::super::event::{Answer, Event, Output};
use super::super::failure::Failure;
use super::super::{Household, Record};
use super::{Acquaintance, DirectoryEvent, Hush};
use crate::publisher::PublisherId;

impl Household {
    /// Takes a publisher for what it says it is, whatever its domain says.
    pub(in crate::household) fn pin_publisher(
        &mut self,
        publisher: PublisherId,
        out: &mut Vec<Output>,
    ) -> Result<Answer, Failure> {
        let known = self.state.directory.get(publisher);
        let known = known.ok_or(Failure::Unknown("publisher"))?;
        let pinned = Acquaintance {
            pinned: true,
            contested: false,
            ..known.clone()
        };
        self.store(Record::Publisher(Box::new(pinned)), out);
        out.push(Output::Emit(Event::Directory(DirectoryEvent::Publisher(
            publisher,
        ))));
        Ok(Answer::Done)
    }

    /// Forgets a publisher with all that it said. What is said of it later makes it a new one.
    pub(in crate::household) fn forget_publisher(
        &mut self,
        publisher: PublisherId,
        out: &mut Vec<Output>,
    ) -> Result<Answer, Failure> {
        let directory = &self.state.directory;
        let known = directory.get(publisher);
        let binding = known.ok_or(Failure::Unknown("publisher"))?.binding.id();
        let bulletins = directory.of(publisher).map(|held| held.announced.id());
        let bulletins: Vec<_> = bulletins.collect();
        // It may be said again at once.
        self.ear.forget_passed(binding);
        self.around.decline(binding);
        for bulletin in bulletins {
            self.around.decline(bulletin);
            self.ear.forget_passed(bulletin);
            self.store(Record::Over(bulletin), out);
            out.push(Output::Emit(Event::Directory(
                DirectoryEvent::BulletinGone(bulletin),
            )));
        }
        self.store(Record::PublisherGone(publisher), out);
        Ok(Answer::Done)
    }

    /// Shows bulletins, or does not.
    pub(in crate::household) fn hush(
        &mut self,
        what: Hush,
        hushed: bool,
        out: &mut Vec<Output>,
    ) -> Result<Answer, Failure> {
        if let Hush::Publisher(publisher) = what
            && hushed
            && self.state.directory.get(publisher).is_none()
        {
            return Err(Failure::Unknown("publisher"));
        }
        self.store(Record::Hushed { what, hushed }, out);
        Ok(Answer::Done)
    }
}
