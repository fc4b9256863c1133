//! A keeper with a changed program: it says that it holds every clip, and gives other bytes.

use std::fs::{self, File};
use std::path::Path;
use std::time::Duration;

use streetlamp::node::NodeHandle;
use streetlamp_proto::clip::ClipId;
use streetlamp_proto::household::{
    Answer, Command, Finding, Household, KeeperCommand, KeeperState,
};
use streetlamp_proto::identity::{HouseholdId, Name};

use crate::bad_members::street;
use crate::rogue::Rogue;

const SECOND: Duration = Duration::from_secs(1);

pub(crate) async fn ask(owner: &NodeHandle, household: HouseholdId) {
    let ask = KeeperCommand::Ask {
        household,
        bytes: 100_000_000,
        until: owner.now().after(30 * 86_400 * SECOND),
    };
    let asked = owner.command(Command::Keeper(ask)).await;
    assert!(matches!(asked, Ok(Answer::Lease { .. })), "{asked:?}");
}

pub(crate) async fn keepers_of(owner: &NodeHandle, clip: ClipId) -> Vec<HouseholdId> {
    let clips = owner.read(|household, _| household.clips()).await;
    let clips = clips.expect("it runs");
    let view = clips.into_iter().find(|view| view.manifest.clip == clip);
    view.expect("the clip").keepers
}

#[tokio::test(start_paused = true)]
async fn a_keeper_that_gives_other_bytes_is_named_and_the_clip_comes_from_the_next_one() {
    let (street, homes) = street(&["Ada", "Ben", "Cem"]).await;
    let mut rogue = Rogue::build("Mallory", street.clock().now()).await;
    rogue.join(&homes[0]).await;
    rogue.pretend_to_keep();
    rogue.live(3 * SECOND).await;
    let mallory = rogue.household();
    let [ada, ben, cem] = homes.as_slice() else {
        panic!("three homes")
    };
    let offer = || Command::Keeper(KeeperCommand::Offer(1_000_000_000));
    let story = async {
        for keeper in [ben, cem] {
            keeper.command(offer()).await.expect("offered");
            let household = keeper.read(|h, _| h.me().household()).await;
            ask(ada, household.expect("it runs")).await;
        }
        ask(ada, mallory).await;
        let film = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../node/src/camera/film/fixtures/porch.mp4");
        let film = File::open(film).expect("the film that ships");
        let camera = Name::clean("Porch").expect("a name");
        let clip = ada.add_clip(film, camera, None).await.expect("sealed").clip;
        while keepers_of(ada, clip).await.len() < 3 {
            tokio::time::sleep(SECOND).await;
        }
        // Cem is gone, and Ada's own bytes with the box.
        cem.stop().await;
        let at_home = ada.home().clips_dir().join(format!("{clip}.sealed"));
        let sealed = fs::read(&at_home).expect("the clip");
        fs::remove_file(&at_home).expect("it was there");
        let fetched = ada.fetch_clip(clip, |_, _| {}).await.expect("it comes");
        assert_ne!(fetched.from, mallory);
        assert_eq!(fs::read(&at_home).expect("it is back"), sealed);

        let check = Command::Keeper(KeeperCommand::Check(mallory));
        let named = match ada.command(check).await {
            Ok(Answer::Checked { finding, .. }) => finding == Finding::Lied,
            // It was asked first when the clip was fetched, and is not counted on since.
            Err(_) => true,
            other => panic!("{other:?}"),
        };
        assert!(named);
        let keepers = ada.read(|h: &Household, _| h.keepers()).await;
        let keepers = keepers.expect("it runs");
        let lying = keepers.iter().filter(|k| k.state == KeeperState::Lied);
        let lying: Vec<_> = lying.map(|k| k.household).collect();
        assert_eq!(lying, [mallory]);
        assert!(!keepers_of(ada, clip).await.contains(&mallory));
    };
    tokio::select! {
        () = story => {}
        () = rogue.live(3_600 * SECOND) => panic!("the story did not end"),
    }
}
