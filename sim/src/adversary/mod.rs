//! Those who are up to no good: real swarms of the mesh, and for members real engines, under a program that keeps no
//! rule. What they do to others is theirs; what they come to hold is written into notes, which all of one name share.
//!
//! [`Member`] is on a street and can read it: what it does harm with is not passing on, and too much speech.
//! [`Stranger`] is on no street. It connects to whom it can, listens to all that it can name, and may ask for things.

mod member;
mod notes;
mod stranger;

use std::sync::Arc;

use rand_chacha::ChaCha20Rng;
use streetlamp_proto::household::Acceptance;
use streetlamp_proto::identity::DeviceId;
use streetlamp_proto::time::Timestamp;

pub(crate) use member::Member;
pub(crate) use notes::Notes;
pub(crate) use stranger::Stranger;

use crate::house::World;
use crate::net::chance;
use crate::record::HouseNumber;
use crate::scenario::Kind;

/// How one of them behaves.
#[derive(Debug, Clone)]
pub(crate) struct Manner {
    /// What it is.
    pub(crate) kind: Kind,
    /// The part of what it should pass on that it swallows.
    pub(crate) swallows: f64,
    /// Whose words alone it swallows; everybody's if nobody's.
    pub(crate) censors: Option<Vec<DeviceId>>,
    /// Until when it does what an honest node does.
    pub(crate) turns: Timestamp,
    /// Alerts an hour.
    pub(crate) per_hour: f64,
}

impl Manner {
    /// What becomes of something that it should pass on.
    fn judge(&self, from: DeviceId, now: Timestamp, rng: &mut ChaCha20Rng) -> Acceptance {
        let turned = self.kind.swallows() && now >= self.turns;
        let meant = self
            .censors
            .as_ref()
            .is_none_or(|whom| whom.contains(&from));
        match turned && meant && chance(rng) < self.swallows {
            true => Acceptance::Ignore,
            false => Acceptance::Accept,
        }
    }
}

/// What each of them is given.
#[derive(Debug, Clone)]
pub(crate) struct Brief {
    /// Its number.
    pub(crate) number: HouseNumber,
    /// How it behaves.
    pub(crate) manner: Manner,
    /// What is outside.
    pub(crate) world: World,
    /// Where it writes down what it learns.
    pub(crate) notes: Arc<Notes>,
    /// When nothing more is said.
    pub(crate) quiet: Timestamp,
    /// Everything random of it follows from this.
    pub(crate) seed: u64,
}
