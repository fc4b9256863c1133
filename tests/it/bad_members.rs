//! Members who misbehave, on a street of real nodes in virtual time.

use std::time::Duration;

use streetlamp::node::NodeHandle;
use streetlamp_proto::alert::{Kind, Reason, Text, Title, Urgency};
use streetlamp_proto::household::{Answer, Command, Draft, Event, Household};
use streetlamp_proto::identity::{HouseholdId, Name};
use streetlamp_proto::wire::limits::ALERT_BURST;
use streetlamp_sim::Neighbourhood;
use tokio::time::{Instant, timeout};

use crate::rogue::Rogue;

async fn join(host: &NodeHandle, guest: &NodeHandle) {
    let invite = Command::Invite {
        street: None,
        life: Duration::from_secs(3600),
    };
    let Ok(Answer::Ticket(ticket)) = host.command(invite).await else {
        panic!("no ticket")
    };
    guest
        .command(Command::Join(ticket))
        .await
        .expect("the guest joins");
}

pub(crate) async fn street(names: &[&str]) -> (Neighbourhood, Vec<NodeHandle>) {
    street_of(11, names).await
}

/// A street whose households come of this seed.
pub(crate) async fn street_of(seed: u64, names: &[&str]) -> (Neighbourhood, Vec<NodeHandle>) {
    let mut street = Neighbourhood::new(seed).expect("a neighbourhood");
    let mut homes = Vec::new();
    for name in names {
        homes.push(street.build(name).await.expect("a home"));
    }
    let founding = Command::FoundStreet {
        name: Name::clean("Maple Street").expect("a name"),
        cell: "u33dc1".parse().expect("a cell"),
        urgent_per_hour: 6,
    };
    let (first, rest) = homes.split_first().expect("a founder");
    first.command(founding).await.expect("founded");
    for guest in rest {
        tokio::time::sleep(Duration::from_secs(1)).await;
        join(first, guest).await;
    }
    (street, homes)
}

pub(crate) fn draft(title: &str) -> Draft {
    Draft {
        street: None,
        nearby: false,
        kind: Kind::Fire,
        urgency: Urgency::Urgent,
        place: None,
        title: Title::clean(title).expect("a title"),
        text: Text::default(),
        happened: None,
        life: Duration::from_secs(3600),
        clips: vec![],
    }
}

pub(crate) async fn titles(home: &NodeHandle) -> Vec<String> {
    let alerts = home.read(Household::alerts).await;
    let alerts = alerts.expect("it runs");
    alerts
        .iter()
        .map(|view| view.thread.title.to_string())
        .collect()
}

pub(crate) async fn is_connected(home: &NodeHandle, household: HouseholdId) -> bool {
    let members = home.read(|household, _| household.members()).await;
    let members = members.expect("it runs");
    members
        .iter()
        .any(|m| m.household == household && m.connected)
}

/// Waits until a home shows an alert with this title.
pub(crate) async fn hears(home: &NodeHandle, title: &str) {
    let mut events = home.events();
    let heard = async {
        while !titles(home).await.iter().any(|t| t == title) {
            while !matches!(events.recv().await, Ok(Event::Alert { .. }) | Err(_)) {}
        }
    };
    timeout(Duration::from_secs(60), heard)
        .await
        .unwrap_or_else(|_| panic!("nobody hears '{title}'"));
}

#[tokio::test(start_paused = true)]
async fn a_member_that_floods_is_shut_out_within_ten_seconds_and_the_others_are_heard_meanwhile() {
    let (street, homes) = street(&["Ada", "Ben"]).await;
    let mut rogue = Rogue::build("Mallory", street.clock().now()).await;
    rogue.join(&homes[0]).await;
    rogue.live(Duration::from_secs(3)).await;
    assert!(is_connected(&homes[0], rogue.household()).await);

    // Ten thousand a second, as far as its own connection takes them.
    let begun = Instant::now();
    let flood = async {
        while begun.elapsed() < Duration::from_secs(10) {
            for _ in 0..100 {
                rogue.say_something();
            }
            rogue.live(Duration::from_millis(10)).await;
            if !is_connected(&homes[0], rogue.household()).await {
                return begun.elapsed();
            }
        }
        panic!("nobody stopped it")
    };
    let alert = async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        let posted = Instant::now();
        let post = Command::PostAlert(draft("Smoke behind number 12"));
        homes[0].command(post).await.expect("posted");
        hears(&homes[1], "Smoke behind number 12").await;
        posted.elapsed()
    };
    let (stopped, heard) = tokio::join!(flood, alert);
    assert!(stopped < Duration::from_secs(10), "{stopped:?}");
    assert!(heard < Duration::from_secs(2), "{heard:?}");
    // What was kept of it is no more than any household may say.
    let most = usize::try_from(ALERT_BURST).expect("a number") + 2;
    for home in &homes {
        assert!(titles(home).await.len() <= most);
    }
}

#[tokio::test(start_paused = true)]
async fn p6_a_stranger_who_is_connected_reads_what_was_told_to_everybody_nearby_and_no_more() {
    let (street, homes) = street(&["Ada", "Ben"]).await;
    let mut stranger = Rogue::build("Mallory", street.clock().now()).await;
    stranger.visit(&homes[0]).await;
    stranger.live(Duration::from_secs(3)).await;
    let sealed = Command::PostAlert(draft("For the street alone"));
    homes[0].command(sealed).await.expect("posted");
    let open = Draft {
        nearby: true,
        ..draft("Smoke over the park")
    };
    homes[0]
        .command(Command::PostAlert(open))
        .await
        .expect("posted");
    hears(&homes[1], "Smoke over the park").await;
    stranger.live(Duration::from_secs(3)).await;
    assert_eq!(stranger.reads(), ["Smoke over the park"]);
}

#[tokio::test(start_paused = true)]
async fn a_household_that_is_voted_out_hears_nothing_of_what_follows() {
    let (_street, homes) = street(&["Ada", "Ben", "Cem", "Dora"]).await;
    let cem = homes[2]
        .read(|household, _| household.me().household())
        .await
        .expect("it runs");
    homes[3]
        .command(Command::PostAlert(draft("before")))
        .await
        .expect("posted");
    hears(&homes[2], "before").await;

    for voter in [0, 1] {
        let remove = Command::Remove {
            household: cem,
            reason: Reason::clean("Sells what neighbours say").expect("a reason"),
        };
        homes[voter].command(remove).await.expect("voted");
        tokio::time::sleep(Duration::from_secs(2)).await;
    }
    tokio::time::sleep(Duration::from_secs(30)).await;
    for home in [0, 1, 3] {
        let streets = homes[home].read(|household, _| household.streets()).await;
        assert_eq!(streets.expect("it runs")[0].epoch, 2, "{home}");
        assert!(!is_connected(&homes[home], cem).await, "{home}");
    }
    let streets = homes[2].read(|household, _| household.streets()).await;
    assert!(streets.expect("it runs").is_empty());
    homes[3]
        .command(Command::PostAlert(draft("after")))
        .await
        .expect("posted");
    hears(&homes[0], "after").await;
    hears(&homes[1], "after").await;
    tokio::time::sleep(Duration::from_secs(600)).await;
    assert!(titles(&homes[2]).await.is_empty());
}
