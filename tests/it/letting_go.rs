//! What becomes of copies that their household does not want any more, on real nodes in virtual time.

use std::fs::File;
use std::path::Path;
use std::time::Duration;

use streetlamp::clock::Clock;
use streetlamp::node::NodeHandle;
use streetlamp_proto::clip::ClipId;
use streetlamp_proto::household::{Command, KeeperCommand};
use streetlamp_proto::identity::{HouseholdId, Name};
use streetlamp_proto::wire::limits::LET_GO_AFTER;

use crate::bad_members::street;
use crate::lying_keeper::{ask, keepers_of};

const SECOND: Duration = Duration::from_secs(1);

async fn household(home: &NodeHandle) -> HouseholdId {
    let household = home.read(|household, _| household.me().household()).await;
    household.expect("it runs")
}

/// A clip of a home, when its keeper has it.
async fn kept_clip(owner: &NodeHandle) -> ClipId {
    let film =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../node/src/camera/film/fixtures/porch.mp4");
    let film = File::open(film).expect("the film that ships");
    let camera = Name::clean("Porch").expect("a name");
    let added = owner.add_clip(film, camera, None).await;
    let clip = added.expect("sealed").clip;
    while keepers_of(owner, clip).await.is_empty() {
        tokio::time::sleep(SECOND).await;
    }
    clip
}

#[tokio::test(start_paused = true)]
async fn a_deleted_clip_and_an_ended_lease_leave_nothing_at_the_keeper_when_a_week_is_over() {
    let (mut street, homes) = street(&["Ada", "Ben", "Cem"]).await;
    let [ada, ben, cem] = homes.as_slice() else {
        panic!("three homes")
    };
    let offer = KeeperCommand::Offer(1_000_000_000);
    ben.command(Command::Keeper(offer)).await.expect("offered");
    let keeper = household(ben).await;
    let mut copies = Vec::new();
    for owner in [ada, cem] {
        ask(owner, keeper).await;
        let clip = kept_clip(owner).await;
        let owner = household(owner).await.to_string();
        copies.push((clip, ben.home().kept_dir().join(owner)));
    }
    let there = |copy: usize| {
        let (clip, dir) = &copies[copy];
        let file = |end: &str| dir.join(format!("{clip}.{end}")).exists();
        (file("sealed"), file("label"))
    };
    let deleted = ada.command(Command::DeleteClip(copies[0].0)).await;
    deleted.expect("deleted");
    let end = KeeperCommand::End(keeper);
    cem.command(Command::Keeper(end)).await.expect("ended");
    tokio::time::sleep(10 * SECOND).await;
    let told = ben.now();

    // Ben's home is off for most of the week, and then for the rest of it.
    for (later, stays) in [(LET_GO_AFTER - 300 * SECOND, true), (LET_GO_AFTER, false)] {
        let clock = Clock::starting_at(told.after(later));
        let ben = street.restart(1, clock).await.expect("it starts again");
        tokio::time::sleep(90 * SECOND).await;
        assert_eq!((there(0), there(1)), ((stays, stays), (stays, stays)));
        let leases = ben.read(|household, _| household.keepers().len()).await;
        let left = if stays { 2 } else { 1 };
        assert_eq!(leases.expect("it runs"), left, "Ada's lease goes on");
    }
    assert!(!copies[1].1.exists());
}
