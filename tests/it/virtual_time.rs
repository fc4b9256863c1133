//! Three real homes in one thread, on a paused clock.

use std::time::Duration;

use streetlamp::node::NodeHandle;
use streetlamp_proto::alert::{Kind, Text, Title, Urgency};
use streetlamp_proto::household::{Answer, Command, Draft, Event};
use streetlamp_proto::identity::Name;
use streetlamp_sim::Neighbourhood;
use tokio::time::{Instant, timeout};

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

fn draft(title: &str) -> Draft {
    Draft {
        street: None,
        nearby: false,
        kind: Kind::Outage,
        urgency: Urgency::HeadsUp,
        place: None,
        title: Title::clean(title).expect("a title"),
        text: Text::default(),
        happened: None,
        life: Duration::from_secs(24 * 3600),
        clips: vec![],
    }
}

async fn alerts(home: &NodeHandle) -> usize {
    home.read(|household, now| household.alerts(now).len())
        .await
        .expect("it runs")
}

#[tokio::test(start_paused = true)]
async fn three_homes_share_an_alert_in_virtual_time_and_forget_it_a_day_later() {
    let mut street = Neighbourhood::new(7).expect("a neighbourhood");
    let ada = street.build("Ada").await.expect("Ada's home");
    let ben = street.build("Ben").await.expect("Ben's home");
    let cem = street.build("Cem").await.expect("Cem's home");
    let (name, cell) = (
        Name::clean("Maple Street").expect("a name"),
        "u33dc1".parse().expect("a cell"),
    );
    ada.command(Command::FoundStreet {
        name,
        cell,
        urgent_per_hour: 6,
    })
    .await
    .expect("founded");
    join(&ada, &ben).await;
    join(&ben, &cem).await;

    let mut heard = cem.events();
    let posted = Instant::now();
    ada.command(Command::PostAlert(draft("The power is out")))
        .await
        .expect("posted");
    timeout(Duration::from_secs(60), async {
        while !matches!(heard.recv().await, Ok(Event::Alert { .. })) {}
    })
    .await
    .expect("Cem hears it");
    assert!(
        posted.elapsed() < Duration::from_secs(2),
        "{:?}",
        posted.elapsed()
    );

    // Somebody who comes later has it too.
    let dora = street.build("Dora").await.expect("Dora's home");
    let mut news = dora.events();
    join(&cem, &dora).await;
    timeout(Duration::from_secs(60), async {
        while alerts(&dora).await == 0 {
            news.recv().await.expect("Dora's home runs");
        }
    })
    .await
    .expect("catch-up brings it");

    let wall = std::time::Instant::now();
    let dawn = street.clock().now();
    tokio::time::sleep(Duration::from_secs(25 * 3600)).await;
    assert!(street.clock().now().since(dawn) >= Duration::from_secs(25 * 3600));
    assert!(
        wall.elapsed() < Duration::from_secs(600),
        "a day took {:?}",
        wall.elapsed()
    );
    for home in [&ada, &ben, &cem, &dora] {
        assert_eq!(alerts(home).await, 0);
    }
}
