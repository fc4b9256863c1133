//! A whole home, a publisher on the air, and a domain that says one thing and then another.

use std::path::Path;

use streetlamp_proto::household::{
    Command, DirectoryCommand, DirectoryEvent, Event, Household, PublisherView, Warning,
};
use streetlamp_proto::publisher::{
    Area, Certainty, DeskCommand, Draft, Kind, PublisherId, Severity, Status, Urgency,
};
use streetlamp_proto::text::{Line, Prose};
use tempfile::TempDir;
use tokio::sync::broadcast::Receiver;

use super::*;
use crate::clock::Clock;
use crate::disk::Disk;
use crate::entropy::Entropy;
use crate::home::{Home, NewHome};
use crate::mesh::{Reach, Transport};
use crate::node::{Core, NodeHandle, Parts};
use crate::publisher::{NewPublisher, PublisherHome, PublisherOptions, RunningPublisher};
use crate::store::Store;

/// A home that asks a domain of ours, and what that domain says.
struct Listener {
    dir: TempDir,
    home: NodeHandle,
    events: Receiver<Event>,
    says: Arc<Mutex<Vec<u8>>>,
    _name_server: Server<Catalog>,
}

fn line<const N: usize>(text: &str) -> Line<N> {
    Line::clean(text).unwrap()
}

impl Listener {
    async fn new() -> Self {
        let authority = Authority::new();
        let says = Arc::new(Mutex::new(answer("404 Not Found", "")));
        let server = authority.server_for(DOMAIN);
        let (port, _requests) = changing_web_server(server, says.clone()).await;
        let (name_server, running) = name_server(None).await;
        let trusted = vec![authority.certificate.der().clone()];
        let domains = Domains::given(name_server, trusted, port);
        let dir = TempDir::new().unwrap();
        let new = NewHome {
            name: line("Ada"),
            cell: Some("u33dc1".parse().unwrap()),
            passphrase: None,
            recovery_sheet: None,
            now: Clock::System.now(),
        };
        let entropy = Entropy::System;
        Home::create(&dir.path().join("home"), new, &entropy).unwrap();
        let parts = Parts {
            store: Store::in_memory().unwrap(),
            disk: Disk::boundless(),
            transport: Transport::Memory,
            listen: vec!["/memory/0".to_owned()],
            reach: Reach::plain(),
            clock: Clock::System,
            entropy,
            domains,
            witness: None,
        };
        let home = Home::open(&dir.path().join("home")).unwrap();
        let core = Core::start(home, parts).await.unwrap();
        Self {
            dir,
            home: core.handle,
            events: core.events,
            says,
            _name_server: running,
        }
    }

    /// The domain lists a key from now on.
    fn list(&self, key: &PublicKey) {
        *self.says.lock().unwrap() = answer("200 OK", &file_text(key));
    }

    /// Somebody who calls himself the fire department, heard here.
    async fn hears(&mut self, place: &str) -> (PublisherHome, RunningPublisher) {
        let new = NewPublisher {
            name: line("Maple Fire"),
            domain: DOMAIN.parse().unwrap(),
            area: Area::of(["u33dc".parse().unwrap()]).unwrap(),
            second_key: None,
            now: Clock::System.now(),
        };
        let place = self.dir.path().join(place);
        PublisherHome::create(&place, new, &Entropy::System).unwrap();
        self.on_the_air(&place).await
    }

    /// The same one, started again.
    async fn on_the_air(&mut self, place: &Path) -> (PublisherHome, RunningPublisher) {
        let publisher = PublisherHome::open(place).unwrap();
        let options = PublisherOptions {
            transport: Transport::Memory,
            listen: vec!["/memory/0".to_owned()],
            connect: self.home.listen().await.unwrap(),
        };
        let running = RunningPublisher::start(publisher.clone(), options)
            .await
            .unwrap();
        let draft = Draft {
            status: Status::Actual,
            kind: Kind::Fire,
            severity: Severity::Severe,
            urgency: Urgency::Immediate,
            certainty: Certainty::Observed,
            area: None,
            headline: line("Smoke on Mill Road"),
            text: Prose::default(),
            instruction: Prose::default(),
            contact: Prose::default(),
            life: Duration::from_secs(3_600),
            original: None,
        };
        let publish = DeskCommand::Publish {
            draft: Box::new(draft),
            second: None,
        };
        let said = running.handle.command(publish).await.unwrap();
        let said = Event::Directory(DirectoryEvent::Bulletin(said.answer.bulletin));
        while self.events.recv().await.unwrap() != said {}
        (publisher, running)
    }

    /// What the home makes of a publisher after it asked the domain.
    async fn asks_about(&self, publisher: PublisherId) -> PublisherView {
        let check = Command::Directory(DirectoryCommand::Check(publisher));
        self.home.command(check).await.unwrap();
        let mut known = self.home.read(Household::publishers).await.unwrap();
        known.retain(|view| view.id == publisher);
        known.remove(0)
    }

    async fn shown(&self) -> usize {
        let all = self.home.read(Household::bulletins).await.unwrap();
        all.iter().filter(|view| view.is_shown()).count()
    }
}

#[tokio::test]
async fn a_domain_that_lists_another_key_from_one_day_to_the_next_makes_a_loud_warning() {
    let mut ada = Listener::new().await;
    let (fire, _on_air) = ada.hears("fire").await;
    let id = fire.binding().publisher();
    assert!(!ada.asks_about(id).await.domain_verified());
    ada.list(&fire.binding().signer());
    let listed = ada.asks_about(id).await;
    assert!(listed.domain_verified() && listed.warning.is_none());
    ada.list(&key(9));
    let denied = ada.asks_about(id).await;
    assert_eq!(denied.warning, Some(Warning::Denied));
    assert!(!denied.domain_verified());
    // When it does again, all is well.
    ada.list(&fire.binding().signer());
    assert_eq!(ada.asks_about(id).await.warning, None);
}

#[tokio::test]
async fn a_key_that_the_old_one_named_is_followed_and_checked_at_the_domain() {
    let mut ada = Listener::new().await;
    let (fire, on_air) = ada.hears("fire").await;
    let id = fire.binding().publisher();
    ada.list(&fire.binding().signer());
    assert!(ada.asks_about(id).await.domain_verified());
    on_air.until(std::future::ready(())).await.unwrap();
    let changed = fire.change_key(Clock::System.now(), &Entropy::System);
    let new_key = changed.unwrap().binding().signer();
    let (fire, _on_air) = ada.on_the_air(&ada.dir.path().join("fire")).await;
    assert_eq!(fire.binding().publisher(), id);
    ada.list(&new_key);
    let followed = ada.asks_about(id).await;
    assert!(followed.domain_verified() && followed.warning.is_none());
    assert_eq!(followed.keys.len(), 2);
}

#[tokio::test]
async fn whoever_names_a_domain_that_lists_somebody_else_is_not_shown() {
    let mut ada = Listener::new().await;
    let (fire, _on_air) = ada.hears("fire").await;
    ada.list(&fire.binding().signer());
    let real = ada.asks_about(fire.binding().publisher()).await;
    assert!(real.domain_verified());
    let (thief, _thief_on_air) = ada.hears("thief").await;
    assert_eq!(ada.shown().await, 1);
    // Also when its domain was asked about it, and denied it.
    let claimed = ada.asks_about(thief.binding().publisher()).await;
    assert!(!claimed.domain_verified());
    assert_eq!(claimed.warning, Some(Warning::Impostor));
    assert_eq!(ada.shown().await, 1);
    let real = ada.asks_about(fire.binding().publisher()).await;
    assert!(real.domain_verified() && real.warning.is_none());
}
