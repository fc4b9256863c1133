//! Posting alerts, and judging what is heard on a street's topic.

use super::event::{Acceptance, Answer, Draft, Event, Failure, Output};
use super::{Household, Record};
use crate::alert::{Alert, AlertError, Nonce};
use crate::signed::Signed;
use crate::street::{MemberError, SealError, StreetId, StreetMessage, Topic};
use crate::time::Timestamp;
use crate::wire::limits::{ALERTS_PER_STREET, CLOCK_SKEW, GOSSIP_FRAME};
use crate::wire::{self, WireError};

/// Why something heard was not taken, with what gossip should do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
enum HearError {
    #[error("topic is not ours")]
    Topic,
    #[error(transparent)]
    Seal(#[from] SealError),
    #[error(transparent)]
    Wire(#[from] WireError),
    #[error(transparent)]
    Member(#[from] MemberError),
    #[error("message does not belong on a topic")]
    Misplaced,
    #[error("heard before")]
    Known,
    #[error("street holds no more alerts")]
    Full,
}

impl HearError {
    /// `Reject` costs the sender its standing, so it is kept for what no honest home passes on. An expired alert may
    /// have been fresh one hop ago, and a stranger's may be a newcomer's whose vouch has not arrived yet.
    const fn acceptance(self) -> Acceptance {
        match self {
            Self::Topic
            | Self::Known
            | Self::Full
            | Self::Member(
                MemberError::Stranger
                | MemberError::NotVouched
                | MemberError::Full
                | MemberError::Alert(AlertError::Expired | AlertError::Future),
            ) => Acceptance::Ignore,
            Self::Seal(_) | Self::Wire(_) | Self::Member(_) | Self::Misplaced => Acceptance::Reject,
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
        if let Some(skew) = self.clock_skew().filter(|skew| skew.by > CLOCK_SKEW) {
            return Err(Failure::Clock(skew));
        }
        if draft
            .clips
            .iter()
            .any(|clip| !self.state.clips.contains_key(clip))
        {
            return Err(Failure::Unknown("clip"));
        }
        let alert = Alert {
            street,
            kind: draft.kind,
            urgency: draft.urgency,
            place: draft.place,
            title: draft.title,
            text: draft.text,
            happened: draft.happened.unwrap_or(now),
            issued: now,
            expires: now.after(draft.life),
            nonce,
            clips: draft.clips,
        };
        alert.check(now)?;
        let signed = self.sign(alert);
        let id = signed.id();
        self.keep_alert(street, signed.clone(), now, out)
            .map_err(|_| Failure::TooMany("alerts on this street"))?;
        self.say(street, &StreetMessage::Alert(signed), out);
        let reached = self.connected_members(street).len();
        Ok(Answer::Alert { alert: id, reached })
    }

    /// Seals a message and puts it on the street's topic.
    pub(super) fn say(&mut self, street: StreetId, message: &StreetMessage, out: &mut Vec<Output>) {
        let Some(street) = self.state.streets.get(&street) else {
            return;
        };
        if let (Some((_, key)), Some(topic)) = (street.epoch(), street.topic()) {
            let bytes = key.seal(street.id(), &wire::to_cbor(message), &mut self.rng);
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
        let mut keys = self
            .state
            .streets
            .values()
            .flat_map(|s| s.epochs.values().map(move |key| (s.id(), key)));
        let (street, key) = keys
            .find(|(id, key)| key.topic(*id) == *topic)
            .ok_or(HearError::Topic)?;
        let opened = key.open(street, bytes, GOSSIP_FRAME)?;
        match wire::from_cbor(&opened)? {
            StreetMessage::Alert(alert) => self.keep_alert(street, alert, now, out),
            StreetMessage::Member(member) => {
                if self.admit(street, &[member], out).is_empty() {
                    Err(HearError::Known)
                } else {
                    Ok(())
                }
            }
            StreetMessage::CatchUp(_)
            | StreetMessage::CatchUpAnswer(_)
            | StreetMessage::Parcel(_)
            | StreetMessage::ParcelKept => Err(HearError::Misplaced),
        }
    }

    /// Takes an alert in, whatever way it came: ours, from the topic, from catch-up.
    ///
    /// An alert stays until it expires and is refused after that, so the alerts at hand are also the table of what
    /// was seen: no copy is shown twice, however late it is replayed.
    fn keep_alert(
        &mut self,
        street: StreetId,
        alert: Signed<Alert>,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), HearError> {
        let held = self.state.streets.get(&street).ok_or(HearError::Topic)?;
        let id = alert.id();
        if held.alerts.contains_key(&id) {
            return Err(HearError::Known);
        }
        let verified = held.members.verify_alert(alert, now)?;
        if held.alerts.len() >= ALERTS_PER_STREET {
            return Err(HearError::Full);
        }
        let author = verified.author();
        self.store(
            Record::Alert {
                alert: verified.signed().clone(),
                author,
                received: now,
            },
            out,
        );
        out.push(Output::Emit(Event::Alert { alert: id }));
        Ok(())
    }

    /// Takes in what catch-up brought. Returns how many alerts were news.
    pub(super) fn keep_alerts(
        &mut self,
        street: StreetId,
        alerts: Vec<Signed<Alert>>,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> usize {
        alerts
            .into_iter()
            .filter(|alert| self.keep_alert(street, alert.clone(), now, out).is_ok())
            .count()
    }
}
