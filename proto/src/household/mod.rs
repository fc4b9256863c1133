//! The engine of a household: every rule of the protocol, and no IO.
//!
//! [`Household::handle`] takes one [`Input`] and the time and returns every [`Output`] that follows from it. It never
//! blocks, never fails and never looks at a clock; randomness comes from the seed it was given. Whatever must survive
//! a restart is a [`Record`]: [`Household::new`] adds the stored ones up, and the engine is as it was.
//!
//! `speaking` posts and hears alerts and what is said about them; `joining` founds streets and lets in, `entering` is the
//! other side of it, `returning` comes back to a street with a new device, `devices` are those of this household;
//! `leaving` is about vouches and departures, `epochs` about the key that follows from them; `meeting` greets neighbours,
//! `finding` knows where they are, `rescuing` looks where the others left word, `catching_up` finds what was missed; `nearby` is what is said in the open, `linking` whose words count there,
//! `bulletins` what publishers say; `sharing` gives keys away and keeps the ledger, `approving` does it for what another
//! device recorded, `siblings` lists and fetches that, `shredding` destroys clips, `retention` says when; `serving` says who
//! gets sealed bytes, `fetching` from whom to have them, and `keeping` sees to copies at neighbours; `standing` says who
//! somebody is to this home, for the table of what he may; `asking` matches answers to questions; `glance`
//! is what page and command line read of the feed, `view` of the rest.

mod approving;
mod asking;
mod bulletins;
mod catching_up;
mod devices;
mod draft;
mod entering;
mod epochs;
mod event;
mod failure;
mod farewell;
mod feed;
mod fetching;
mod finding;
mod glance;
mod joining;
mod keeping;
mod leaving;
mod linking;
mod me;
mod meeting;
mod nearby;
mod record;
mod rescuing;
mod retention;
mod returning;
mod serving;
mod sharing;
mod shredding;
mod siblings;
mod speaking;
mod standing;
mod state;
mod view;

pub use bulletins::{
    Acquaintance, BulletinView, DirectoryCommand, DirectoryEvent, DomainAnswer, Hush, Listing,
    PublisherView, Warning, Way,
};
pub use devices::DeviceView;
pub use draft::{Change, Draft, NewClip};
pub use event::{
    Acceptance, Answer, AskRef, Command, CommandId, Event, Input, Leaving, MessageRef, Opening,
    Output, Protocol, RequestRef, Timer,
};
pub use failure::{Failure, Skew};
pub use fetching::{FetchPlan, Holder};
pub use glance::{AlertView, FollowUpView, Glimpse};
pub use keeping::{
    Direction, Finding, KeeperCommand, KeeperNews, KeeperRecord, KeeperState, KeeperTask,
    KeeperView, LettingGo, Pulled, Side,
};
pub use me::Me;
pub use record::Record;
pub use rescuing::{RescueNews, RescueTask};
pub use retention::Retention;
pub use serving::{Permit, Place, ServedBy, Unserved};
pub use view::{ClipView, GrantView, KnockView, LinkView, MemberView, StatusView, StreetView};

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};

use crate::access::{self, Action};
use crate::clip::{ClipId, ReadingKeys};
use crate::identity::{DeviceCert, DeviceId, HouseholdId};
use crate::open::Bucket;
use crate::publisher::PublisherId;
use crate::signed::{Signed, Statement, StatementId};
use crate::street::{Address, ItemId, StreetId};
use crate::time::Timestamp;
use approving::Approving;
use asking::Pending;
use bulletins::{Around, Inquiries};
use catching_up::Comparison;
use entering::Entering;
use farewell::Farewell;
use nearby::{Ear, Mouth};
use rescuing::Rescue;
use siblings::Siblings;
use state::{State, Street};

/// How often expired things are looked for when nothing is known to expire sooner.
const SWEEP: Duration = Duration::from_secs(60);
/// How often neighbours who are not connected are looked for at first.
const REDIAL: Duration = Duration::from_secs(20);
/// How soon a neighbour is looked for whose connection broke: it may only have started anew.
const REDIAL_SOON: Duration = Duration::from_secs(2);
/// How often a home asks one neighbour what it missed although nothing told it to.
const CATCH_UP: Duration = Duration::from_secs(5 * 60);

/// One household's engine.
#[derive(Debug)]
pub struct Household {
    me: Me,
    state: State,
    rng: ChaCha20Rng,
    reading: Option<ReadingKeys>,
    /// How long they stay without being used.
    idle: Duration,
    /// When they go, if they are not used before.
    locks_at: Option<Timestamp>,
    connected: BTreeSet<DeviceId>,
    own_addresses: Vec<Address>,
    asks: BTreeMap<AskRef, Pending>,
    next_ask: u64,
    entering: BTreeMap<CommandId, Entering>,
    /// What is to be said on streets that this home left.
    farewells: BTreeMap<StreetId, Farewell>,
    approving: BTreeMap<CommandId, Approving>,
    siblings: Siblings,
    comparing: BTreeMap<(StreetId, DeviceId), Comparison>,
    /// When a comparison with a neighbour last came to its end.
    caught_up: Option<Timestamp>,
    /// Neighbours with whom the last comparison was cut off.
    unsettled: BTreeSet<DeviceId>,
    /// Connected devices that answered a question of a street: they know by whom this home was let in there.
    known_to: BTreeSet<(StreetId, DeviceId)>,
    /// When neighbours who are not connected are looked for next.
    redial_at: Timestamp,
    /// How often a device was looked for since it was last here, and from when on it is again.
    sought: BTreeMap<DeviceId, (u32, Timestamp)>,
    /// Who waits for a clip to be gone.
    deleting: BTreeMap<ClipId, CommandId>,
    /// Devices of this household that a neighbour named when there was no room for this one.
    crowd: Vec<Signed<DeviceCert>>,
    /// Items that were not taken, and need not be fetched again.
    refused: BTreeSet<ItemId>,
    heard: BTreeMap<HouseholdId, Timestamp>,
    /// How far each neighbour's clock is ahead of ours, in milliseconds.
    skews: BTreeMap<HouseholdId, i64>,
    ear: Ear,
    mouth: Mouth,
    keeping: keeping::Running,
    /// Grants whose recipients do not know all keepers of the clip.
    new_keepers: BTreeSet<StatementId>,
    inquiries: Inquiries,
    around: Around,
    /// How much each publisher may still change.
    changes: BTreeMap<PublisherId, Bucket>,
    rescue: Rescue,
}

impl Household {
    /// The reading key goes out of memory when it was not used for this long, unless whoever unlocks says otherwise.
    pub const AUTO_LOCK: Duration = Duration::from_secs(10 * 60);
    /// It stays so long without being used at most.
    pub const LONGEST_UNLOCK: Duration = Duration::from_secs(24 * 3600);

    /// The engine with everything that was stored, in the order in which it was stored.
    pub fn new(me: Me, records: impl IntoIterator<Item = Record>, seed: [u8; 32]) -> Self {
        let mut state = State::default();
        for record in records {
            state.apply(record);
        }
        let mut household = Self {
            me,
            state,
            rng: ChaCha20Rng::from_seed(seed),
            reading: None,
            idle: Self::AUTO_LOCK,
            locks_at: None,
            connected: BTreeSet::new(),
            own_addresses: Vec::new(),
            asks: BTreeMap::new(),
            next_ask: 0,
            entering: BTreeMap::new(),
            farewells: BTreeMap::new(),
            approving: BTreeMap::new(),
            siblings: Siblings::default(),
            comparing: BTreeMap::new(),
            caught_up: None,
            unsettled: BTreeSet::new(),
            known_to: BTreeSet::new(),
            redial_at: Timestamp::from_ms(0),
            sought: BTreeMap::new(),
            deleting: BTreeMap::new(),
            crowd: Vec::new(),
            refused: BTreeSet::new(),
            heard: BTreeMap::new(),
            skews: BTreeMap::new(),
            ear: Ear::default(),
            mouth: Mouth::default(),
            keeping: keeping::Running::default(),
            new_keepers: BTreeSet::new(),
            inquiries: Inquiries::default(),
            around: Around::default(),
            changes: BTreeMap::new(),
            rescue: Rescue::default(),
        };
        household.be_who_the_root_says();
        household
    }

    /// Takes one input and returns everything that follows from it.
    pub fn handle(&mut self, input: Input, now: Timestamp) -> Vec<Output> {
        let mut out = Vec::new();
        match input {
            Input::Started => self.start(now, &mut out),
            Input::Command(id, command) => self.command(id, command, now, &mut out),
            Input::Gossip {
                topic,
                message,
                bytes,
            } => {
                let acceptance = self.hear(&topic, &bytes, now, &mut out);
                out.push(Output::Judge {
                    message,
                    acceptance,
                });
            }
            Input::Asked {
                from,
                request,
                protocol,
                bytes,
            } => match protocol {
                Protocol::Join => {
                    let bytes = self.join_request(from, &bytes, now, &mut out);
                    out.push(Output::Reply { request, bytes });
                }
                Protocol::Device => match self.device_request(from, &bytes, now, &mut out) {
                    Some(bytes) => out.push(Output::Reply { request, bytes }),
                    None => out.push(Output::Decline(request)),
                },
                Protocol::Street => match self.street_request(from, &bytes, now, &mut out) {
                    Some(bytes) => out.push(Output::Reply { request, bytes }),
                    None => out.push(Output::Decline(request)),
                },
            },
            Input::Answered { ask, bytes } => self.answered(ask, bytes.as_deref(), now, &mut out),
            Input::Connected { device, address } => self.met(device, address, now, &mut out),
            Input::Disconnected { device } => self.parted(device, now, &mut out),
            Input::Listening { addresses } => self.listening(addresses, now, &mut out),
            Input::Shredded { clip, gone } => self.shredded(clip, gone, &mut out),
            Input::Keeper(news) => self.keeper_news(news, now, &mut out),
            Input::DomainAnswered(publisher, answer) => {
                self.domain_answered(publisher, &answer, now, &mut out);
            }
            Input::Rescue(news) => self.rescue_news(news, now, &mut out),
            Input::Due(timer) => self.due(timer, now, &mut out),
        }
        let about_members =
            |output: &Output| matches!(output, Output::Store(r) if r.is_about_members());
        if out.iter().any(about_members) {
            out.push(Output::Members(self.devices_of_members()));
        }
        let about_tickets = |output: &Output| matches!(output, Output::Store(r) if matches!(**r, Record::Ticket { .. } | Record::TicketGone(_)));
        if out.iter().any(about_tickets) {
            out.push(Output::Inviting(!self.state.tickets.is_empty()));
        }
        out
    }

    fn start(&mut self, now: Timestamp, out: &mut Vec<Output>) {
        for street in self.state.streets.values() {
            let topics = street.epochs.values().map(|epoch| epoch.topic.clone());
            out.extend(topics.map(Output::Subscribe));
            self.plan_epoch(street.id(), now, out);
        }
        out.push(Output::Members(self.devices_of_members()));
        out.push(Output::Inviting(!self.state.tickets.is_empty()));
        self.shred_again(out);
        self.sweep(now, out);
        self.redial(now, out);
        self.say_soon(now, out);
        self.plan_checks(now, out);
        out.push(Output::SetTimer {
            at: now.after(CATCH_UP),
            timer: Timer::CatchUp,
        });
    }

    fn due(&mut self, timer: Timer, now: Timestamp, out: &mut Vec<Output>) {
        match timer {
            Timer::Sweep => self.sweep(now, out),
            Timer::Redial => self.redial(now, out),
            Timer::CatchUp => {
                self.catch_up_with_somebody(now, out);
                out.push(Output::SetTimer {
                    at: now.after(CATCH_UP),
                    timer: Timer::CatchUp,
                });
            }
            Timer::NextEpoch(street) => self.next_epoch_due(street, now, out),
            Timer::AutoLock => self.lock(out),
            Timer::GiveUp(command) => {
                self.give_up_joining(command, out);
                self.give_up_errand(command, out);
            }
            Timer::SayAgain => self.say_again(now, out),
            Timer::Stamp => self.look_for_stamp(now, out),
            Timer::SpotCheck => self.check_keepers(now, out),
            Timer::Whereabouts => self.say_whereabouts(now, out),
            Timer::Rescue => self.rescue(now, out),
        }
    }

    fn command(&mut self, id: CommandId, command: Command, now: Timestamp, out: &mut Vec<Output>) {
        if !access::allows(self.at_home(), Action::wanted(&command)) {
            out.push(Output::Answer(id, Err(Failure::Locked)));
            return;
        }
        let uses_key = matches!(
            command,
            Command::Unlock { .. }
                | Command::Open(_)
                | Command::Give { .. }
                | Command::Export { .. }
                | Command::SignFilm(_)
        );
        let answer = match command {
            // The answer comes when the inviter's does.
            Command::Join(ticket) => match self.join(id, *ticket, now, out) {
                Ok(()) => return,
                Err(failure) => Err(failure),
            },
            Command::Keeper(command) => match self.keeper_command(id, command, now, out) {
                Some(answer) => answer,
                None => return,
            },
            Command::Return(door) => match self.come_back(id, door, now, out) {
                Ok(()) => return,
                Err(failure) => Err(failure),
            },
            // The answer comes when the other devices' do.
            Command::Look => return self.look_at_siblings(id, out),
            // The answer comes when the files are gone.
            Command::DeleteClip(clip) => match self.delete_clip(id, clip, now, out) {
                Ok(()) => return,
                Err(failure) => Err(failure),
            },
            Command::Directory(command) => match self.about_publishers(id, command, out) {
                Ok(Some(answer)) => Ok(answer),
                // The answer comes when the domain's does.
                Ok(None) => return,
                Err(failure) => Err(failure),
            },
            Command::FoundStreet {
                name,
                cell,
                urgent_per_hour,
            } => self.found(name, cell, urgent_per_hour, now, out),
            Command::Invite { street, life } => self.invite(street, life, now, out),
            Command::Certify(cert) => self.certify(*cert, now, out),
            Command::Vouch(household) => self.vouch(household, now, out),
            Command::Remove { household, reason } => self.remove(household, reason, now, out),
            Command::Leave(street) => self.leave(street, now, out),
            Command::Mute { household, muted } => self.mute(household, muted, out),
            Command::Knock {
                cell,
                greeting,
                life,
            } => self.knock(cell, greeting, life, now, out),
            Command::StopKnocking => {
                self.stop_knocking(out);
                Ok(Answer::Done)
            }
            Command::Listen(radius) => self.set_radius(radius, out),
            Command::Link(introduction) => self.link(*introduction, now, out),
            Command::Unlink(name) => self.unlink(name, now, out),
            Command::PostAlert(draft) => self.post(draft, now, out),
            Command::FollowUp { alert, change } => self.follow_up(alert, change, now, out),
            Command::AddClip(clip) => self.add_clip(*clip, now, out),
            Command::ClipArrived(clip) => self.clip_arrived(clip, now, out),
            Command::Retain(retention) => Ok(self.retain(retention, now, out)),
            Command::Pin { clip, pinned } => self.pin(clip, pinned, out),
            Command::Give {
                clip,
                to,
                purpose,
                until,
            } => match self.give(id, clip, to, purpose, until, now, out) {
                Ok(None) => return self.keep_unlocked(now, out),
                Ok(Some(answer)) => Ok(answer),
                Err(failure) => Err(failure),
            },
            Command::Stop(grant) => self.stop(grant, now, out),
            Command::Served(by) => Ok(self.served(by, now, out)),
            Command::Open(clip) => self.open(clip, now, out),
            Command::Export { clip, leaving } => self.export(clip, leaving, now, out),
            Command::SignFilm(film) => self.sign_film(film),
            Command::Unlock { keys, idle } => self.unlock(keys, idle, out),
            Command::Lock => {
                self.lock(out);
                Ok(Answer::Done)
            }
        };
        self.listen(out);
        if uses_key {
            self.keep_unlocked(now, out);
        }
        out.push(Output::Answer(id, answer));
    }

    /// The keys were used: they stay for another while.
    fn keep_unlocked(&mut self, now: Timestamp, out: &mut Vec<Output>) {
        if self.reading.is_some() {
            let at = now.after(self.idle);
            self.locks_at = Some(at);
            out.push(Output::SetTimer {
                at,
                timer: Timer::AutoLock,
            });
        }
    }

    fn unlock(
        &mut self,
        keys: ReadingKeys,
        idle: Duration,
        out: &mut Vec<Output>,
    ) -> Result<Answer, Failure> {
        if idle.is_zero() || idle > Self::LONGEST_UNLOCK {
            return Err(Failure::BadIdle);
        }
        if keys.recipient() != self.me.card.statement().reading {
            return Err(Failure::OtherReadingKey);
        }
        self.reading = Some(keys);
        self.idle = idle;
        out.push(Output::Emit(Event::Locked(false)));
        Ok(Answer::Done)
    }

    fn lock(&mut self, out: &mut Vec<Output>) {
        self.locks_at = None;
        if self.reading.take().is_some() {
            out.push(Output::Emit(Event::Locked(true)));
        }
    }

    /// Forgets what is over and sets the timer for the next time.
    fn sweep(&mut self, now: Timestamp, out: &mut Vec<Output>) {
        let streets = self.state.streets.values();
        let over: Vec<_> = streets.flat_map(|s| s.feed.over(now)).collect();
        for id in over {
            self.store(Record::Over(id), out);
            out.push(Output::Emit(Event::AlertGone { alert: id }));
        }
        self.sweep_clips(now, out);
        self.sweep_links(now, out);
        self.sweep_epochs(now, out);
        self.sweep_bulletins(now, out);
        self.sweep_nearby(now, out);
        self.sweep_leases(now, out);
        let dead: Vec<_> = self
            .state
            .tickets
            .iter()
            .filter(|(_, t)| t.expires <= now)
            .map(|(id, _)| *id)
            .collect();
        for ticket in dead {
            self.store(Record::TicketGone(ticket), out);
        }
        let streets = self.state.streets.values();
        let next = streets.filter_map(|s| s.feed.next_end()).min();
        let at = next.map_or(now.after(SWEEP), |expires| expires.min(now.after(SWEEP)));
        out.push(Output::SetTimer {
            at,
            timer: Timer::Sweep,
        });
    }

    /// Keeps a record: in memory at once, on disk before anything else of this batch leaves the node.
    fn store(&mut self, record: Record, out: &mut Vec<Output>) {
        self.state.apply(record.clone());
        out.push(Output::Store(Box::new(record)));
    }

    /// The street that is meant.
    fn street(&self, named: Option<StreetId>) -> Result<&Street, Failure> {
        let mut streets = self.state.streets.values();
        match (named, streets.next(), streets.next()) {
            (_, None, _) => Err(Failure::NoStreet),
            (None, Some(only), None) => Ok(only),
            (None, Some(_), Some(_)) => Err(Failure::WhichStreet),
            (Some(id), ..) => self
                .state
                .streets
                .get(&id)
                .ok_or(Failure::Unknown("street")),
        }
    }

    fn sign<T: Statement>(&self, statement: T) -> Signed<T> {
        Signed::sign(statement, &self.me.device)
    }

    fn random<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.rng.fill_bytes(&mut bytes);
        bytes
    }
}

#[cfg(test)]
mod tests;
