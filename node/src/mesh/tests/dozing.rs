//! A street that says nothing costs little, and hears at once when somebody speaks.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use tokio::time::sleep;

use super::{Speaker, topic};

const MINUTE: Duration = Duration::from_secs(60);

/// Lets homes live for a while. Tells how often one of them had something to do, or looked at a clock.
async fn live(homes: &mut [Speaker], time: Duration) -> u64 {
    let mut end = pin!(sleep(time));
    let mut looks = 0;
    poll_fn(|cx| {
        if end.as_mut().poll(cx).is_ready() {
            return Poll::Ready(looks);
        }
        looks += 1;
        for home in &mut *homes {
            while pin!(home.live()).poll(cx).is_ready() {}
        }
        Poll::Pending
    })
    .await
}

/// A home that everybody else knows, and nobody knows another.
async fn star(homes: u8) -> Vec<Speaker> {
    let mut street = vec![Speaker::new(1, 1).await];
    for n in 1..homes {
        let mut home = Speaker::new(n + 1, u64::from(n) + 1).await;
        home.knows(&street[0]);
        street.push(home);
    }
    street
}

#[tokio::test(start_paused = true)]
async fn gossip_looks_at_its_clock_each_minute_and_not_each_second_when_nobody_says_anything() {
    let mut street = star(2).await;
    let began = live(&mut street, MINUTE).await;
    assert!(began >= 60, "{began}");
    live(&mut street, MINUTE).await;
    let quiet = live(&mut street, 10 * MINUTE).await;
    assert!(quiet <= 10 * 10, "{quiet}");

    street[0].mesh.publish(&topic(), b"smoke".to_vec());
    let awake = live(&mut street, MINUTE).await;
    assert!(awake >= 60, "{awake}");
    live(&mut street, MINUTE).await;
    let quiet_again = live(&mut street, 10 * MINUTE).await;
    assert!(quiet_again <= 10 * 10, "{quiet_again}");
}

/// The mesh of the one in the middle holds eight of twelve at most. The others are told what there is, and ask for it.
#[tokio::test(start_paused = true)]
async fn whoever_is_of_no_mesh_hears_within_moments_from_neighbours_that_dozed() {
    let mut street = star(13).await;
    for n in 1..=5 {
        live(&mut street, 5 * MINUTE).await;
        let words = vec![n; 40];
        street[usize::from(n)].mesh.publish(&topic(), words.clone());
        live(&mut street, Duration::from_millis(1_500)).await;
        let deaf = |home: &Speaker| !home.heard.contains(&words);
        let deaf = street.iter().filter(|home| deaf(home)).count();
        // Who said it does not hear it.
        assert_eq!(deaf, 1, "of message {n}");
    }
}
