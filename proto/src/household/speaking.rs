//! Posting alerts and follow-ups, and judging what is heard, whichever way it came.

use super::draft::{Change, Draft};
use super::event::{Acceptance, Answer, Event, Output};
use super::failure::Failure;
use super::feed::Voice;
use super::state::Street;
use super::{Household, Record};
use crate::alert::{Act, Alert, AlertError, Audience, FollowUp, FollowUpError, Nonce, appearance};
use crate::open::{KnockError, OpenError};
use crate::publisher::{BindingError, BulletinError};
use crate::signed::{Signed, Statement, StatementId};
use crate::street::{Item, MemberError, SealError, StreetId, StreetMessage, Topic};
use crate::time::Timestamp;
use crate::wire::limits::{
    ALERTS_PER_STREET, CLOCK_SKEW, FOLLOW_UPS_PER_ALERT, GOSSIP_FRAME, ORPHANS_PER_HOUSEHOLD,
};
use crate::wire::{self, WireError};

/// Why something heard was not taken, with what gossip should do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum HearError {
    #[error("topic is not ours")]
    Topic,
    #[error(transparent)]
    Seal(#[from] SealError),
    #[error(transparent)]
    Wire(#[from] WireError),
    #[error(transparent)]
    Member(#[from] MemberError),
    #[error(transparent)]
    FollowUp(#[from] FollowUpError),
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error(transparent)]
    Knock(#[from] KnockError),
    #[error(transparent)]
    Binding(#[from] BindingError),
    #[error(transparent)]
    Bulletin(#[from] BulletinError),
    #[error("message does not belong on a topic")]
    Misplaced,
    #[error("heard before")]
    Known,
    #[error("street or alert holds no more")]
    Full,
    #[error("household says more than its share")]
    TooMuch,
    #[error("its time is over, or has not come")]
    Untimely,
}

impl HearError {
    /// Whether the same bytes will not be taken later either.
    pub(super) const fn is_final(self) -> bool {
        matches!(
            self,
            Self::TooMuch
                | Self::Full
                | Self::Untimely
                | Self::FollowUp(_)
                | Self::Member(MemberError::Alert(_) | MemberError::FollowUp(_))
        )
    }

    /// Whether it may be taken once something else has come.
    pub(super) const fn waits_for_its_reason(self) -> bool {
        matches!(
            self,
            Self::Member(MemberError::Stranger | MemberError::NotVouched | MemberError::NotTheirs)
        )
    }

    /// `Reject` costs the sender its standing, so it is kept for what no honest home passes on. An expired alert may
    /// have been fresh one hop ago, and a stranger's may be a newcomer's whose vouch has not arrived yet.
    const fn acceptance(self) -> Acceptance {
        match self {
            Self::Topic
            | Self::Known
            | Self::Full
            | Self::TooMuch
            | Self::Untimely
            | Self::FollowUp(FollowUpError::Expired | FollowUpError::Future)
            | Self::Knock(KnockError::Expired | KnockError::Future)
            | Self::Binding(BindingError::Expired | BindingError::Future)
            // What is outside an area, or seconded by nobody, may be neither for whoever has a newer binding.
            | Self::Bulletin(
                BulletinError::Expired
                | BulletinError::Future
                | BulletinError::Outside
                | BulletinError::OneKey
                | BulletinError::NotItsOwn,
            )
            | Self::Member(
                MemberError::Stranger
                | MemberError::NotVouched
                | MemberError::NotTheirs
                | MemberError::Full
                | MemberError::FollowUp(FollowUpError::Expired | FollowUpError::Future)
                | MemberError::Alert(AlertError::Expired | AlertError::Future),
            ) => Acceptance::Ignore,
            Self::Seal(_)
            | Self::Wire(_)
            | Self::Member(_)
            | Self::FollowUp(_)
            | Self::Open(_)
            | Self::Knock(_)
            | Self::Binding(_)
            | Self::Bulletin(_)
            | Self::Misplaced => Acceptance::Reject,
        }
    }
}

impl Household {
    /// Signs, keeps and sends an alert.
    pub(super) fn post(
        &mut self,
        draft: Draft,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<Answer, Failure> {
        let nonce = Nonce::from_bytes(self.random());
        let street = self.street(draft.street)?.id();
        self.clock_is_right()?;
        appearance::check(draft.title.as_str(), draft.text.as_str())?;
        if draft
            .clips
            .iter()
            .any(|clip| !self.state.clips.contains_key(clip))
        {
            return Err(Failure::Unknown("clip"));
        }
        let audience = if draft.nearby {
            Audience::Nearby
        } else {
            Audience::Street(street)
        };
        let at_home = || self.place_nearby().filter(|_| draft.nearby);
        let alert = Alert {
            audience,
            kind: draft.kind,
            urgency: draft.urgency,
            place: draft.place.or_else(at_home),
            title: draft.title,
            text: draft.text,
            happened: draft.happened.unwrap_or(now),
            issued: now,
            expires: now.after(draft.life),
            nonce,
            clips: draft.clips,
        };
        alert.check(now)?;
        if draft.nearby {
            self.announce(street, now, out);
        }
        let signed = self.sign_for(alert, audience, street);
        let id = signed.id();
        self.say(street, Item::Alert(signed), now, out)?;
        if draft.nearby {
            self.say_new(now, out);
        }
        let reached = self.connected_members(street).len();
        Ok(Answer::Alert { alert: id, reached })
    }

    /// Signs, keeps and sends what this household says about an alert.
    pub(super) fn follow_up(
        &mut self,
        alert: StatementId,
        change: Change,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<Answer, Failure> {
        let nonce = Nonce::from_bytes(self.random());
        self.clock_is_right()?;
        let mut streets = self.state.streets.values();
        let (street, held) = streets
            .find_map(|s| Some((s, s.feed.alert(alert)?)))
            .ok_or_else(|| self.no_such_alert(alert))?;
        let thread = street.feed.thread(held, &street.members);
        let act = match change {
            Change::Act(act) => act,
            Change::Update {
                title,
                text,
                urgency,
            } => Act::Update {
                title: title.unwrap_or(thread.title),
                text: text.unwrap_or(thread.text),
                urgency: urgency.unwrap_or(thread.urgency),
            },
        };
        match &act {
            Act::Update { title, text, .. } => appearance::check(title.as_str(), text.as_str())?,
            Act::Comment(text) => appearance::check("", text.as_str())?,
            _ => {}
        }
        if matches!(act, Act::Comment(_)) && thread.closed {
            return Err(Failure::CommentsClosed);
        }
        let said = held.alert.statement();
        // What neighbours say about an alert stays on their street, whoever reads the alert.
        let audience = if act.is_the_authors() {
            said.audience
        } else {
            Audience::Street(street.id())
        };
        let follow_up = FollowUp {
            audience,
            alert,
            act,
            issued: now,
            expires: said.expires,
            nonce,
        };
        follow_up.check(now)?;
        follow_up.fits(&held.alert, held.author == self.me.household())?;
        let street = street.id();
        let signed = self.sign_for(follow_up, audience, street);
        let follow_up = signed.id();
        self.say(street, Item::FollowUp(signed), now, out)?;
        if audience == Audience::Nearby {
            self.say_new(now, out);
        }
        Ok(Answer::FollowUp { alert, follow_up })
    }

    fn sign_for<T: Statement>(
        &self,
        statement: T,
        audience: Audience,
        street: StreetId,
    ) -> Signed<T> {
        match audience {
            Audience::Street(_) => self.sign(statement),
            Audience::Nearby => Signed::sign(statement, &self.me.pseudonym(street)),
        }
    }

    fn no_such_alert(&self, alert: StatementId) -> Failure {
        let mut outside = self.ear.overheard();
        if outside.any(|waiting| waiting.id == alert) {
            Failure::FromOutside
        } else {
            Failure::Unknown("alert")
        }
    }

    fn clock_is_right(&self) -> Result<(), Failure> {
        match self.clock_skew().filter(|skew| skew.by > CLOCK_SKEW) {
            Some(skew) => Err(Failure::Clock(skew)),
            None => Ok(()),
        }
    }

    /// Keeps something of our own by the rules that hold for everybody, and tells the street.
    fn say(
        &mut self,
        street: StreetId,
        item: Item,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), Failure> {
        match self.take_item(street, item.clone(), now, out) {
            Ok(()) => {
                self.tell(street, item, out);
                Ok(())
            }
            Err(HearError::TooMuch) => Err(Failure::TooOften),
            Err(_) => Err(Failure::TooMany("alerts or follow-ups on this street")),
        }
    }

    /// Seals an item and puts it on the street's topic.
    pub(super) fn tell(&self, street: StreetId, item: Item, out: &mut Vec<Output>) {
        let Some(held) = self.state.streets.get(&street) else {
            return;
        };
        if let (Some(epoch), Some(topic)) = (held.epoch(), held.topic()) {
            let message = wire::to_cbor(&StreetMessage::Tell(item));
            let bytes = epoch.key.seal(street, &message);
            out.push(Output::Publish { topic, bytes });
        }
    }

    /// Judges one message of a topic and takes in what it says.
    pub(super) fn hear(
        &mut self,
        topic: &Topic,
        bytes: &[u8],
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Acceptance {
        match self.try_hear(topic, bytes, now, out) {
            Ok(()) => Acceptance::Accept,
            Err(error) => error.acceptance(),
        }
    }

    fn try_hear(
        &mut self,
        topic: &Topic,
        bytes: &[u8],
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), HearError> {
        if self.ear.listens_to(topic) {
            return self.hear_open(topic, bytes, now, out);
        }
        let mut epochs = self
            .state
            .streets
            .values()
            .flat_map(|s| s.epochs.values().map(move |epoch| (s, epoch)));
        let (street, epoch) = epochs
            .find(|(_, epoch)| epoch.topic == *topic)
            .ok_or(HearError::Topic)?;
        let opened = epoch.key.open(street.id(), bytes, GOSSIP_FRAME)?;
        let StreetMessage::Tell(item) = wire::from_cbor(&opened)? else {
            return Err(HearError::Misplaced);
        };
        // Whoever is gone may still hold an old key, and any date can be written on a statement. What was said
        // before a household went comes from those who stayed.
        if left(street, &item) {
            return Err(MemberError::Stranger.into());
        }
        let street = street.id();
        self.take_item(street, item, now, out)
    }

    /// Takes in one item of a street, whichever way it came: ours, from the topic, from catch-up.
    pub(super) fn take_item(
        &mut self,
        street: StreetId,
        item: Item,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), HearError> {
        match item {
            Item::Alert(alert) => self.keep_alert(street, alert, now, out),
            Item::FollowUp(follow_up) => self.keep_follow_up(street, follow_up, now, out),
            Item::Leave(leave) => self.keep_leave(street, leave, now, out),
            Item::Vote(vote) => self.keep_vote(street, vote, now, out),
            Item::Link(link) => self.keep_link(street, link, now, out),
            Item::Whereabouts(said) => self.keep_whereabouts(street, said, now, out),
            Item::Member(member) => self.admit_one(street, &member, now, out),
        }
    }

    /// Takes an alert in. It stays until it expires and is refused after that, so the alerts at hand are also the
    /// table of what was seen: no copy is shown twice, however late it is replayed.
    fn keep_alert(
        &mut self,
        street: StreetId,
        alert: Signed<Alert>,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), HearError> {
        let held = self.state.streets.get(&street).ok_or(HearError::Topic)?;
        let id = alert.id();
        if held.feed.alert(id).is_some() {
            return Err(HearError::Known);
        }
        let verified = held.members.verify_alert(alert, now)?;
        let (author, said) = (verified.author(), verified.statement());
        let urgent = held.founding.statement().urgent_per_hour;
        if !held
            .feed
            .allows(author, Voice::of(said), said.issued, urgent)
        {
            return Err(HearError::TooMuch);
        }
        if held.feed.len() >= ALERTS_PER_STREET {
            return Err(HearError::Full);
        }
        let alert = verified.signed().clone();
        self.store(
            Record::Alert {
                street,
                alert,
                author,
                received: now,
            },
            out,
        );
        out.push(Output::Emit(Event::Alert { alert: id }));
        Ok(())
    }

    /// Takes a follow-up in, also one whose alert has not come yet.
    fn keep_follow_up(
        &mut self,
        street: StreetId,
        follow_up: Signed<FollowUp>,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), HearError> {
        let held = self.state.streets.get(&street).ok_or(HearError::Topic)?;
        let (id, alert) = (follow_up.id(), follow_up.statement().alert);
        if held.feed.follow_up(alert, id).is_some() {
            return Err(HearError::Known);
        }
        let verified = held.members.verify_follow_up(follow_up, now)?;
        let (author, said) = (verified.author(), verified.statement());
        match held.feed.alert(alert) {
            Some(about) => said.fits(&about.alert, about.author == author)?,
            None if held.feed.orphans_of(author) >= ORPHANS_PER_HOUSEHOLD => {
                return Err(HearError::Full);
            }
            None => {}
        }
        // What the author says of his own alert always finds room: a retraction is never lost in a crowd.
        if !said.act.is_the_authors() {
            if held.feed.count_of(alert) >= FOLLOW_UPS_PER_ALERT {
                return Err(HearError::Full);
            }
            let urgent = held.founding.statement().urgent_per_hour;
            let allowed = held
                .feed
                .allows(author, Voice::FollowUp, said.issued, urgent);
            if !allowed {
                return Err(HearError::TooMuch);
            }
        } else if held.feed.own_of(alert, author) >= FOLLOW_UPS_PER_ALERT / 8 {
            return Err(HearError::Full);
        }
        let follow_up = verified.signed().clone();
        self.store(
            Record::FollowUp {
                street,
                follow_up,
                author,
            },
            out,
        );
        out.push(Output::Emit(Event::Alert { alert }));
        Ok(())
    }

    pub(super) fn held_mut(&mut self, street: StreetId) -> Result<&mut Street, HearError> {
        self.state.streets.get_mut(&street).ok_or(HearError::Topic)
    }
}

/// Whether an item was signed by a household that is not here any more.
fn left(street: &Street, item: &Item) -> bool {
    let signer = match item {
        Item::Alert(alert) => alert.signer(),
        Item::FollowUp(follow_up) => follow_up.signer(),
        Item::Vote(vote) => vote.signer(),
        Item::Link(link) => link.signer(),
        Item::Whereabouts(said) => said.signer(),
        // A household that leaves says so before it is gone, and a record may bring it back.
        Item::Leave(_) | Item::Member(_) => return false,
    };
    if let Some(household) = street.members.behind(signer) {
        return street.members.get(household).is_none();
    }
    let device = crate::identity::DeviceId::from_bytes(*signer.as_bytes());
    street.members.certificate(device).is_some() && street.members.household_of(device).is_none()
}
