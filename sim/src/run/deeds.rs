//! What households do during a run, through the same handle that page and command line use.

use std::time::Duration;

use rand_chacha::rand_core::Rng;
use streetlamp::node::NodeHandle;
use streetlamp_proto::alert::{Act, Comment, Kind, Reason, Text, Title, Urgency};
use streetlamp_proto::household::{Answer, Change, Command, Draft};
use streetlamp_proto::signed::StatementId;

use super::building::index;
use super::director::Director;
use super::plan::Deed;
use crate::chronicle::STREET_ONLY;
use crate::record::{HouseNumber, SaidKind, What};

/// How long a ticket is good for.
const TICKET: Duration = Duration::from_secs(3600);

impl Director {
    /// Has a household do something. What is refused is written down: a busy household is refused by its own node.
    pub(super) async fn speak(&mut self, deed: Deed) {
        match deed {
            Deed::Post { by, nearby } => {
                let draw = self.rng.next_u64();
                if let Some(draft) = self.draft(by, nearby, draw) {
                    self.command(by, Command::PostAlert(draft)).await;
                }
            }
            Deed::PostFalse(by) => {
                if let Some(mut draft) = self.draft(by, false, 0) {
                    draft.urgency = Urgency::Urgent;
                    self.command(by, Command::PostAlert(draft)).await;
                }
            }
            Deed::TakeBack(by) => {
                let reason = Reason::clean("It was a false alarm").ok();
                self.about_last(by, by, Act::Cancel(reason)).await;
            }
            Deed::FollowUp { of, draw } => self.discuss(of, draw).await,
            Deed::Join { who, from } => self.join(who, from).await,
            Deed::Leave(home) => self.leave(home).await,
            Deed::VoteOut { who, by } => {
                let household = self.built.residents.get(index(who)).map(|r| r.household);
                let reason = Reason::clean("The box was stolen").ok();
                if let (Some(household), Some(reason)) = (household, reason) {
                    let vote = Command::Remove { household, reason };
                    self.command(by, vote).await;
                }
            }
            Deed::Publish(agency) => self.publish(agency).await,
            Deed::Withdraw(agency) => self.withdraw(agency).await,
            Deed::Film { by, grants } => self.film(by, &grants),
            Deed::Keep { keeper, owner } => self.keep(keeper, owner),
            // The director's own.
            _ => {}
        }
    }

    pub(super) fn handle(&self, home: HouseNumber) -> Option<NodeHandle> {
        let house = self.built.houses.get(index(home))?;
        house.handle().cloned()
    }

    /// Gives a command to a home that is on.
    async fn command(&self, home: HouseNumber, command: Command) -> Option<Answer> {
        let handle = self.handle(home)?;
        match handle.command(command).await {
            Ok(answer) => Some(answer),
            Err(error) => {
                self.chronicle.note(Some(home), What::Refused, error);
                None
            }
        }
    }

    fn draft(&self, by: HouseNumber, nearby: bool, draw: u64) -> Option<Draft> {
        let kinds = [
            Kind::Noise,
            Kind::Outage,
            Kind::Theft,
            Kind::Fire,
            Kind::LostPet,
        ];
        let kind = usize::try_from(draw % 5)
            .ok()
            .and_then(|n| kinds.get(n).copied());
        let kind = if nearby { Some(Kind::Fire) } else { kind };
        let site = self.plan.sites.get(index(by));
        // Where exactly is for the street; everybody nearby is told the cell around.
        let place = site.and_then(|site| site.cell.get(..if nearby { 6 } else { 7 }));
        let text = if nearby {
            "For everybody around"
        } else {
            STREET_ONLY
        };
        Some(Draft {
            street: None,
            nearby,
            kind: kind.unwrap_or(Kind::Other),
            urgency: Urgency::HeadsUp,
            place: place.and_then(|place| place.parse().ok()),
            title: Title::clean("Something happened").ok()?,
            text: Text::clean(text).unwrap_or_default(),
            happened: None,
            life: self.scenario.alerts.life.0,
            clips: Vec::new(),
        })
    }

    /// A neighbour says something about the last alert of a home.
    async fn discuss(&self, of: HouseNumber, draw: u64) {
        let street = |home: HouseNumber| self.plan.sites.get(index(home))?.street;
        let neighbours: Vec<_> = self
            .built
            .houses
            .iter()
            .filter(|h| h.number != of && street(h.number) == street(of) && h.handle().is_some())
            .map(|h| h.number)
            .collect();
        let many = u64::try_from(neighbours.len()).unwrap_or(0);
        let drawn = draw.checked_rem(many).and_then(|n| usize::try_from(n).ok());
        let Some(by) = drawn.and_then(|n| neighbours.get(n)) else {
            return;
        };
        let act = match draw >> 60 {
            0..=7 => Act::Confirm,
            _ => Act::Comment(Comment::clean(STREET_ONLY).unwrap_or_default()),
        };
        self.about_last(of, *by, act).await;
    }

    async fn about_last(&self, of: HouseNumber, by: HouseNumber, act: Act) {
        let last = self.chronicle.last_said_by(of, SaidKind::Alert);
        let alert: Option<StatementId> = last.and_then(|said| said.id.parse().ok());
        if let Some(alert) = alert {
            let change = Change::Act(act);
            self.command(by, Command::FollowUp { alert, change }).await;
        }
    }

    async fn leave(&self, home: HouseNumber) {
        if self.command(home, Command::Leave(None)).await.is_some() {
            self.chronicle.moved(home, None);
            let says = "it leaves its street";
            self.chronicle.note(Some(home), What::Left, says);
        }
    }

    /// Joining takes a few round trips: it goes on while other things happen.
    async fn join(&mut self, who: HouseNumber, from: HouseNumber) {
        let invite = Command::Invite {
            street: None,
            life: TICKET,
        };
        let Some(Answer::Ticket(ticket)) = self.command(from, invite).await else {
            return;
        };
        let Some(handle) = self.handle(who) else {
            return;
        };
        let chronicle = self.chronicle.clone();
        let street = self.plan.sites.get(index(from)).and_then(|s| s.street);
        self.under_way.spawn(async move {
            match handle.command(Command::Join(ticket)).await {
                Ok(_) => {
                    chronicle.moved(who, street);
                    chronicle.note(Some(who), What::Joined, "it joins by ticket");
                }
                Err(error) => chronicle.note(Some(who), What::Refused, error),
            }
        });
    }
}
