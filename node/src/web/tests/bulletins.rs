//! What agencies say, as residents see it: a real publisher's node speaks to the node behind the page.

use std::time::Duration;

use axum::http::{Method, StatusCode};
use streetlamp_proto::household::{DirectoryEvent, Event, Household};
use streetlamp_proto::publisher::{
    Area, Certainty, DeskCommand, Draft, Kind, Severity, Status, Urgency,
};
use streetlamp_proto::text::Prose;
use tempfile::TempDir;

use super::{ParseLine, Served, served, text};
use crate::clock::Clock;
use crate::entropy::Entropy;
use crate::mesh::Transport;
use crate::publisher::{NewPublisher, PublisherHome, PublisherOptions, RunningPublisher};

fn draft() -> Draft {
    Draft {
        status: Status::Actual,
        kind: Kind::Fire,
        severity: Severity::Severe,
        urgency: Urgency::Immediate,
        certainty: Certainty::Observed,
        area: None,
        headline: "Smoke <script>alert(1)</script>".parse_line(),
        text: Prose::clean("See https://evil.example/<b>now</b>").unwrap(),
        instruction: Prose::clean("Keep windows closed").unwrap(),
        contact: Prose::clean("mailto:fire@fire.example").unwrap(),
        life: Duration::from_secs(3_600),
        original: None,
    }
}

/// A fire department that the home behind the page heard. Gives what keeps it on the air.
async fn fire_department(home: &Served) -> (RunningPublisher, TempDir) {
    let mut events = home.handle.events();
    let dir = TempDir::new().unwrap();
    let new = NewPublisher {
        name: "Maple Fire".parse_line(),
        domain: "fire.example".parse().unwrap(),
        area: Area::of(["u33dc".parse().unwrap(), "u33d9".parse().unwrap()]).unwrap(),
        second_key: None,
        now: Clock::System.now(),
    };
    let fire = PublisherHome::create(&dir.path().join("fire"), new, &Entropy::System).unwrap();
    let options = PublisherOptions {
        transport: Transport::Memory,
        listen: vec!["/memory/0".to_owned()],
        connect: home.handle.listen().await.unwrap(),
    };
    let running = RunningPublisher::start(fire, options).await.unwrap();
    let publish = DeskCommand::Publish {
        draft: Box::new(draft()),
        second: None,
    };
    let said = running.handle.command(publish).await.unwrap();
    let id = said.answer.bulletin;
    while events.recv().await.unwrap() != Event::Directory(DirectoryEvent::Bulletin(id)) {}
    (running, dir)
}

async fn page(home: &Served, path: &str) -> String {
    text(home.resident(Method::GET, path, "").await).await
}

async fn decide(home: &Served, form: &str) -> StatusCode {
    let answer = home.resident(Method::POST, "/publishers", form).await;
    answer.status()
}

#[tokio::test]
async fn a_bulletin_is_shown_as_text_without_links_and_apart_from_alerts() {
    let home = served().await;
    home.found_street().await;
    let _on_air = fire_department(&home).await;
    let page = page(&home, "/").await;
    for shown in [
        "Public bulletins",
        "Smoke &#60;script&#62;alert(1)&#60;/script&#62;",
        "See https://evil.example/&#60;b&#62;now&#60;/b&#62;",
        "Keep windows closed",
        "says it is fire.example; nobody checked that yet",
    ] {
        assert!(page.contains(shown), "{shown} is missing");
    }
    assert!(!page.contains("<script>") && !page.contains("href=\"https://evil"));
    assert!(!page.contains("href=\"mailto:"));
    let (bulletins, alerts) = page.split_once("On the street").unwrap();
    assert!(bulletins.contains("Smoke") && !alerts.contains("Smoke"));
}

#[tokio::test]
async fn the_directory_says_who_may_speak_here_where_under_which_key_and_since_when() {
    let home = served().await;
    home.found_street().await;
    assert!(
        page(&home, "/publishers")
            .await
            .contains("Nobody has spoken here yet")
    );
    let _on_air = fire_department(&home).await;
    let known = home.handle.read(Household::publishers).await.unwrap();
    let shown = page(&home, "/publishers").await;
    let key = known[0].keys[0].0.to_string();
    for said in [
        "Maple Fire",
        "says it is fire.example; nobody checked that yet",
        "Not checked",
        "u33d9 u33dc",
        "your home is in it",
        "1 that holds",
        "First seen",
        &key,
        // Two cells of the area, nine that the home listens to, and its own.
        "aria-label=\"Cells u33d9 u33dc, and your home in one of them\"",
    ] {
        assert!(shown.contains(said), "{said} is missing in {shown}");
    }
    assert_eq!(shown.matches("class=\"heard\" x=").count(), 9);
    assert_eq!(shown.matches("class=\"area\" x=").count(), 2);
    // Drawn by this home: nothing is fetched for it, and no style or script stands in it.
    assert!(!shown.contains("style=") && !shown.contains("https://"));
}

#[tokio::test]
async fn a_publisher_is_muted_with_one_press_and_pinned_with_another() {
    let home = served().await;
    home.found_street().await;
    let _on_air = fire_department(&home).await;
    let id = home.handle.read(Household::publishers).await.unwrap()[0].id;
    for (act, word) in [
        ("mute", "Still shown of it: what lives may hang on"),
        ("unmute", ">Mute</button>"),
        ("pin", "Pinned by you"),
    ] {
        let form = format!("act={act}&publisher={id}");
        assert_eq!(decide(&home, &form).await, StatusCode::SEE_OTHER);
        assert!(page(&home, "/publishers").await.contains(word), "{act}");
    }
    for odd in ["act=mute&publisher=0", "act=forge", "act=pin&kind=fire", ""] {
        assert_eq!(
            decide(&home, odd).await,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{odd}"
        );
    }
}

#[tokio::test]
async fn a_kind_that_lives_may_hang_on_is_muted_only_by_who_says_that_he_is_sure() {
    let home = served().await;
    home.found_street().await;
    let _on_air = fire_department(&home).await;
    let muted = async || home.handle.read(|h, _| h.hushed().1).await.unwrap();
    assert_eq!(
        decide(&home, "act=mute&kind=fire").await,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    assert!(muted().await.is_empty());
    assert!(page(&home, "/").await.contains("Keep windows closed"));
    let sure = decide(&home, "act=mute&kind=fire&sure=yes").await;
    assert_eq!(sure, StatusCode::SEE_OTHER);
    assert!(!page(&home, "/").await.contains("Keep windows closed"));
    let one_press = decide(&home, "act=mute&kind=meeting").await;
    assert_eq!(one_press, StatusCode::SEE_OTHER);
    assert_eq!(muted().await, [Kind::Fire, Kind::Meeting]);
    assert_eq!(
        decide(&home, "act=unmute&kind=fire").await,
        StatusCode::SEE_OTHER
    );
    assert!(page(&home, "/").await.contains("Keep windows closed"));
}
