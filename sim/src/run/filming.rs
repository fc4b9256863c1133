//! What households do with cameras: film, grant, and keep for each other.

use std::time::Duration;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};
use streetlamp::error::Result;
use streetlamp::node::NodeHandle;
use streetlamp_proto::clip::{ClipId, ReadingKeys};
use streetlamp_proto::household::{Command, KeeperCommand};
use streetlamp_proto::identity::HouseholdId;
use streetlamp_proto::text::Prose;
use streetlamp_proto::time::Timestamp;

use super::building::index;
use super::director::Director;
use crate::film::film;
use crate::founding;
use crate::record::{HouseNumber, Role, What};

/// What a home keeps for each neighbour that asks, in bytes.
const ROOM: u64 = 1_000_000_000;
/// How long a lease runs.
const LEASE: Duration = Duration::from_secs(90 * 24 * 3600);
/// How long a home stays unlocked that just granted something.
const UNLOCKED: Duration = Duration::from_secs(60);

impl Director {
    /// A home records a clip and grants it. Sealing takes no time here, but answers of the node come one after the
    /// other, while other things happen.
    pub(super) fn film(&mut self, by: HouseNumber, grants: &[u64]) {
        let mut rng = ChaCha20Rng::seed_from_u64(self.rng.next_u64());
        let (Some(handle), Some(resident)) = (self.handle(by), self.built.residents.get(index(by)))
        else {
            return;
        };
        let keys = resident.reading.keys();
        let to = self.neighbours(by, grants);
        let (lasts, mbit) = (self.scenario.clips.lasts.0, self.scenario.clips.mbit);
        let chronicle = self.chronicle.clone();
        self.under_way.spawn(async move {
            let filmed = async {
                let film = film(&mut rng, lasts, mbit)?;
                let clip = handle.add_clip(film, founding::name("Door")?, None).await?;
                chronicle.note(Some(by), What::Recorded, "it records a clip");
                give(&handle, keys, clip.clip, to).await
            };
            match filmed.await {
                Ok(0) => {}
                Ok(given) => {
                    let says = format!("it grants the clip to {given}");
                    chronicle.note(Some(by), What::Granted, says);
                }
                Err(error) => chronicle.note(Some(by), What::Refused, error),
            }
        });
    }

    /// A neighbour for each draw, no one twice.
    fn neighbours(&self, of: HouseNumber, draws: &[u64]) -> Vec<HouseholdId> {
        let street = self.plan.sites.get(index(of)).and_then(|site| site.street);
        let sites = self.plan.sites.iter();
        let mut others: Vec<_> = sites
            .filter(|site| site.role == Role::Home && site.number != of)
            .filter(|site| site.street.is_some() && site.street == street)
            .filter_map(|site| self.built.residents.get(index(site.number)))
            .map(|resident| resident.household)
            .collect();
        let mut drawn = Vec::new();
        for draw in draws {
            let many = u64::try_from(others.len()).unwrap_or(0);
            let place = draw.checked_rem(many).and_then(|n| usize::try_from(n).ok());
            drawn.extend(place.map(|place| others.swap_remove(place)));
        }
        drawn
    }

    /// A home offers room, and a neighbour asks for it.
    pub(super) fn keep(&mut self, keeper: HouseNumber, owner: HouseNumber) {
        let handles = (self.handle(keeper), self.handle(owner));
        let household = self.built.residents.get(index(keeper));
        let ((Some(at_keeper), Some(at_owner)), Some(household)) = (handles, household) else {
            return;
        };
        let (chronicle, household) = (self.chronicle.clone(), household.household);
        let until = self.world.clock.now().after(LEASE);
        self.under_way.spawn(async move {
            match lease(at_keeper, at_owner, household, until).await {
                Ok(()) => chronicle.note(
                    Some(keeper),
                    What::Keeps,
                    format!("it keeps for {}", owner.0),
                ),
                Err(error) => chronicle.note(Some(owner), What::Refused, error),
            }
        });
    }
}

/// Grants a clip to each of these. Gives how many they are.
async fn give(
    handle: &NodeHandle,
    keys: ReadingKeys,
    clip: ClipId,
    to: Vec<HouseholdId>,
) -> Result<usize> {
    let many = to.len();
    if many > 0 {
        let idle = UNLOCKED;
        handle.command(Command::Unlock { keys, idle }).await?;
    }
    for to in to {
        let give = Command::Give {
            clip,
            to,
            purpose: Prose::default(),
            until: None,
        };
        handle.command(give).await?;
    }
    Ok(many)
}

async fn lease(
    keeper: NodeHandle,
    owner: NodeHandle,
    household: HouseholdId,
    until: Timestamp,
) -> Result<()> {
    let (offered, _) = keeper.read(|household, _| household.room()).await?;
    let offer = KeeperCommand::Offer(offered.saturating_add(ROOM));
    keeper.command(Command::Keeper(offer)).await?;
    let ask = KeeperCommand::Ask {
        household,
        bytes: ROOM,
        until,
    };
    owner.command(Command::Keeper(ask)).await.map(drop)
}
