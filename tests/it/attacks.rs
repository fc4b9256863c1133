//! One member with a changed program against a street of real nodes in virtual time: what it may not get through, and
//! what it may not stop.

use std::time::Duration;

use streetlamp::clock::Clock;
use streetlamp_proto::alert::Urgency;
use streetlamp_proto::household::{Command, Draft, Event};
use streetlamp_proto::street::{Item, StreetMessage};
use streetlamp_proto::wire;
use streetlamp_proto::wire::limits::GOSSIP_FRAME;
use tokio::time::Instant;

use crate::bad_members::{draft, hears, is_connected, street, street_of, titles};
use crate::rogue::Rogue;

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn a_frame_that_is_replayed_later_or_in_another_street_is_shown_nowhere_again() {
    let (one, homes) = street(&["Ada", "Ben"]).await;
    let (_two, others) = street_of(12, &["Cem", "Dora"]).await;
    let mut here = Rogue::build("Mallory", one.clock().now()).await;
    here.join(&homes[0]).await;
    let mut there = Rogue::build("Mallory's friend", one.clock().now()).await;
    there.join(&others[0]).await;
    here.live(3 * SECOND).await;
    let post = Command::PostAlert(draft("Smoke behind number 12"));
    homes[0].command(post).await.expect("posted");
    here.live(3 * SECOND).await;
    let (topic, frame) = here.last_alert();

    // At once, after a minute, and when gossip has forgotten that it saw the copy.
    for pause in [SECOND, 61 * SECOND, 16 * 60 * SECOND] {
        here.live(pause).await;
        here.publish(&topic, frame.clone());
        here.live(3 * SECOND).await;
        for home in &homes {
            assert_eq!(titles(home).await, ["Smoke behind number 12"]);
        }
    }
    // In another street: as it was, and opened and sealed again.
    let (street, key) = here.epoch();
    let opened = key.open(street, &frame, GOSSIP_FRAME).expect("its own");
    let Ok(StreetMessage::Tell(Item::Alert(alert))) = wire::from_cbor(&opened) else {
        panic!("not an alert")
    };
    let (other, other_key) = there.epoch();
    there.publish(&other_key.topic(other), frame);
    there.tell(alert);
    there.live(3 * SECOND).await;
    for home in &others {
        assert!(titles(home).await.is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn a_frame_that_is_replayed_after_a_restart_is_not_shown_again() {
    let (mut street, homes) = street(&["Ada", "Ben"]).await;
    let mut rogue = Rogue::build("Mallory", street.clock().now()).await;
    rogue.join(&homes[0]).await;
    rogue.live(3 * SECOND).await;
    let post = Command::PostAlert(draft("Smoke behind number 12"));
    homes[0].command(post).await.expect("posted");
    hears(&homes[1], "Smoke behind number 12").await;
    rogue.live(3 * SECOND).await;
    let (topic, frame) = rogue.last_alert();

    let right = street.clock();
    let ben = street.restart(1, right).await.expect("it starts again");
    rogue.live(3 * SECOND).await;
    rogue.visit(&ben).await;
    rogue.live(3 * SECOND).await;
    assert!(is_connected(&ben, rogue.household()).await);
    let mut news = ben.events();
    rogue.publish(&topic, frame);
    rogue.live(3 * SECOND).await;
    assert_eq!(titles(&ben).await, ["Smoke behind number 12"]);
    let told = std::iter::from_fn(|| news.try_recv().ok());
    assert_eq!(told.filter(|e| matches!(e, Event::Alert { .. })).count(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_home_whose_clock_is_years_off_posts_nothing_and_confuses_nobody() {
    let (mut street, homes) = street(&["Ada", "Ben", "Cem"]).await;
    let (now, year) = (street.clock().now(), 365 * 24 * 3600 * SECOND);
    let ada = homes[0].read(|household, _| household.me().household());
    let ada = ada.await.expect("it runs");
    for wrong in [now.after(7 * year), now.before(20 * year)] {
        let cem = street.restart(2, Clock::starting_at(wrong)).await;
        let cem = cem.expect("it starts again");
        while !is_connected(&cem, ada).await {
            tokio::time::sleep(SECOND).await;
        }
        tokio::time::sleep(3 * SECOND).await;
        let refused = cem.command(Command::PostAlert(draft("Fire"))).await;
        let refused = refused.expect_err("its clock is wrong").to_string();
        assert!(refused.contains("clock"), "{refused}");
        let title = format!("Smoke behind number {}", wrong.as_ms());
        let post = Command::PostAlert(draft(&title));
        homes[0].command(post).await.expect("posted");
        hears(&homes[1], &title).await;
    }
    let right = street.clock();
    let cem = street.restart(2, right).await.expect("it starts again");
    for title in titles(&homes[0]).await {
        hears(&cem, &title).await;
    }
    for home in [&homes[0], &homes[1], &cem] {
        assert_eq!(titles(home).await.len(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_forged_or_altered_is_shown_nowhere_and_the_street_goes_on() {
    let (street, homes) = street(&["Ada", "Ben"]).await;
    let mut rogue = Rogue::build("Mallory", street.clock().now()).await;
    rogue.join(&homes[0]).await;
    rogue.live(3 * SECOND).await;
    rogue.say_as_nobody();
    for years in [1, 10, 100] {
        rogue.say_from_the_future(years * 365 * 24 * 3600 * SECOND);
    }
    let post = Command::PostAlert(draft("Smoke behind number 12"));
    homes[0].command(post).await.expect("posted");
    rogue.live(3 * SECOND).await;
    let (topic, frame) = rogue.last_alert();
    for at in [0, 1, 2, frame.len() / 2, frame.len() - 1] {
        let mut altered = frame.clone();
        altered[at] ^= 1;
        rogue.publish(&topic, altered);
        rogue.publish(&topic, frame[..at].to_vec());
    }
    rogue.live(3 * SECOND).await;
    for home in &homes {
        assert_eq!(titles(home).await, ["Smoke behind number 12"]);
    }
    let post = Command::PostAlert(draft("It is out"));
    homes[1].command(post).await.expect("posted");
    hears(&homes[0], "It is out").await;
}

#[tokio::test(start_paused = true)]
async fn a_member_that_passes_nothing_on_stops_no_alert() {
    let (street, homes) = street(&["Ada", "Ben", "Cem", "Dora"]).await;
    let mut rogue = Rogue::build("Mallory", street.clock().now()).await;
    rogue.join(&homes[0]).await;
    rogue.swallow();
    rogue.live(10 * SECOND).await;
    for round in 0..10 {
        let title = format!("round {round}");
        let posted = Instant::now();
        let post = Command::PostAlert(draft(&title));
        homes[round % 4].command(post).await.expect("posted");
        for home in &homes {
            hears(home, &title).await;
        }
        assert!(posted.elapsed() < 2 * SECOND, "{:?}", posted.elapsed());
        rogue.live(20 * SECOND).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_member_that_reads_nothing_any_more_holds_nobody_up() {
    let (street, homes) = street(&["Ada", "Ben"]).await;
    let mut rogue = Rogue::build("Mallory", street.clock().now()).await;
    rogue.join(&homes[0]).await;
    rogue.live(3 * SECOND).await;
    assert!(is_connected(&homes[0], rogue.household()).await);
    // Its socket stays open, and nobody looks at it again.
    for round in 0..100 {
        let title = format!("round {round}");
        let posted = Instant::now();
        let calm = Draft {
            urgency: Urgency::Info,
            ..draft(&title)
        };
        let post = Command::PostAlert(calm);
        homes[0].command(post).await.expect("posted");
        hears(&homes[1], &title).await;
        assert!(posted.elapsed() < 2 * SECOND, "{:?}", posted.elapsed());
        tokio::time::sleep(20 * 60 * SECOND / 100).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_opens_a_thousand_streams_delays_nobody() {
    let (street, homes) = street(&["Ada", "Ben"]).await;
    let mut rogue = Rogue::build("Mallory", street.clock().now()).await;
    rogue.join(&homes[0]).await;
    rogue.live(3 * SECOND).await;
    let ada = homes[0]
        .read(|household, _| household.me().device_id())
        .await
        .expect("it runs");
    rogue.ask_at_once(ada, 1_000);
    let streams = rogue.live(10 * SECOND);
    let alert = async {
        let posted = Instant::now();
        let post = Command::PostAlert(draft("Smoke behind number 12"));
        homes[0].command(post).await.expect("posted");
        hears(&homes[1], "Smoke behind number 12").await;
        posted.elapsed()
    };
    let ((), heard) = tokio::join!(streams, alert);
    assert!(heard < 2 * SECOND, "{heard:?}");
}
