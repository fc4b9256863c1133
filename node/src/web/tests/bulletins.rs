//! What agencies say, as residents see it: a real publisher's node speaks to the node behind the page.

use std::time::Duration;

use axum::http::Method;
use streetlamp_proto::household::{DirectoryEvent, Event};
use streetlamp_proto::publisher::{
    Area, Certainty, DeskCommand, Draft, Kind, Severity, Status, Urgency,
};
use streetlamp_proto::text::Prose;
use tempfile::TempDir;

use super::{ParseLine, served, text};
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

#[tokio::test]
async fn a_bulletin_is_shown_as_text_without_links_and_apart_from_alerts() {
    let home = served().await;
    home.found_street().await;
    let mut events = home.handle.events();
    let dir = TempDir::new().unwrap();
    let new = NewPublisher {
        name: "Maple Fire".parse_line(),
        domain: "fire.example".parse().unwrap(),
        area: Area::of(["u33dc".parse().unwrap()]).unwrap(),
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

    let page = text(home.resident(Method::GET, "/", "").await).await;
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
