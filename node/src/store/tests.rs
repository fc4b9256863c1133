use std::fs;
use std::time::Duration;

use streetlamp_proto::alert::{Kind, Text, Title, Urgency};
use streetlamp_proto::household::{
    Change, Command, CommandId, Draft, Household, Input, Output, Record, Timer,
};
use streetlamp_proto::identity::Name;
use streetlamp_proto::open::Radius;
use streetlamp_proto::text::Line;
use tempfile::TempDir;
use zeroize::Zeroizing;

use super::*;
use crate::entropy::Entropy;
use crate::home::{Home, NewHome};

const NOW: Timestamp = Timestamp::from_ms(1_800_000_000_000);

struct House {
    dir: TempDir,
    home: Home,
    engine: Household,
}

fn house() -> House {
    let dir = TempDir::new().unwrap();
    let place = dir.path().join("home");
    let new = NewHome {
        name: Name::clean("Ada").unwrap(),
        cell: None,
        passphrase: Some(Zeroizing::new("maple".to_owned())),
        recovery_sheet: None,
        now: NOW,
    };
    Home::create(&place, new, &Entropy::Repeatable(1)).unwrap();
    let home = Home::open(&place).unwrap();
    let engine = Household::new(home.me().unwrap(), [], [1; 32]);
    House { dir, home, engine }
}

impl House {
    /// What the engine wants kept after a command.
    fn records_of(&mut self, command: Command, now: Timestamp) -> Vec<Record> {
        let outputs = self
            .engine
            .handle(Input::Command(CommandId(0), command), now);
        let refused = outputs.iter().find_map(|o| match o {
            Output::Answer(_, Err(failure)) => Some(failure.to_string()),
            _ => None,
        });
        assert_eq!(refused, None);
        outputs.into_iter().filter_map(stored).collect()
    }

    fn lived_in(&mut self) -> Vec<Record> {
        let (name, cell) = (
            Name::clean("Maple Street").unwrap(),
            "u33dc1".parse().unwrap(),
        );
        let mut records = self.records_of(
            Command::FoundStreet {
                name,
                cell,
                urgent_per_hour: 6,
            },
            NOW,
        );
        let life = Duration::from_secs(3600);
        records.extend(self.records_of(Command::Invite { street: None, life }, NOW));
        records.extend(self.records_of(Command::PostAlert(draft("A needle in the haystack")), NOW));
        records
    }
}

fn stored(output: Output) -> Option<Record> {
    match output {
        Output::Store(record) => Some(*record),
        _ => None,
    }
}

fn draft(title: &str) -> Draft {
    Draft {
        street: None,
        nearby: false,
        kind: Kind::Noise,
        urgency: Urgency::Info,
        place: None,
        title: Title::clean(title).unwrap(),
        text: Text::default(),
        happened: None,
        life: Duration::from_secs(600),
        clips: vec![],
    }
}

#[test]
fn everything_that_was_kept_comes_back_as_it_was() {
    let mut house = house();
    let records = house.lived_in();
    let path = house.home.store_path();
    Store::open(&path).unwrap().save(&records).unwrap();

    let again = Household::new(
        house.home.me().unwrap(),
        Store::open(&path).unwrap().records().unwrap(),
        [2; 32],
    );
    assert_eq!(again.streets().len(), 1);
    assert_eq!(again.members().len(), 1);
    let (before, after) = (house.engine.alerts(NOW), again.alerts(NOW));
    assert_eq!(before.len(), 1);
    assert_eq!(
        (&before[0].alert, before[0].author),
        (&after[0].alert, after[0].author)
    );
}

#[test]
fn what_was_said_in_the_open_is_kept_with_its_stamp_until_it_is_over() {
    let mut house = house();
    let path = house.home.store_path();
    let mut store = Store::open(&path).unwrap();
    let knock = Command::Knock {
        cell: Some("u33dc1".parse().unwrap()),
        greeting: Line::clean("We moved into number 9").unwrap(),
        life: Duration::from_secs(600),
    };
    let mut records = house.records_of(knock, NOW);
    records.extend(house.records_of(Command::Listen(Radius::Off), NOW));
    while !records.iter().any(|r| matches!(r, Record::Stamp { .. })) {
        let found = house.engine.handle(Input::Due(Timer::Stamp), NOW);
        records.extend(found.into_iter().filter_map(stored));
    }
    store.save(&records).unwrap();
    let kept = store.records().unwrap();
    assert_eq!(format!("{kept:?}").len(), format!("{records:?}").len());
    let over = house.records_of(Command::StopKnocking, NOW);
    store.save(&over).unwrap();
    let kept = store.records().unwrap();
    assert!(
        matches!(kept[..], [Record::Radius(Radius::Off)]),
        "{kept:?}"
    );
}

#[test]
fn a_batch_is_kept_whole_or_not_at_all() {
    let mut house = house();
    let mut records = house.lived_in();
    // The same street twice: the second row breaks the primary key.
    records.push(records[0].clone());
    let mut store = Store::in_memory().unwrap();
    assert!(store.save(&records).is_err());
    assert!(store.records().unwrap().is_empty());
}

#[test]
fn an_alert_that_is_over_leaves_no_text_in_any_file() {
    let mut house = house();
    let records = house.lived_in();
    let path = house.home.store_path();
    let mut store = Store::open(&path).unwrap();
    store.save(&records).unwrap();
    let needle = |dir: &Path| {
        let files = fs::read_dir(dir)
            .unwrap()
            .flatten()
            .filter(|e| e.path().is_file());
        files
            .filter(|e| {
                fs::read(e.path())
                    .unwrap()
                    .windows(8)
                    .any(|w| w == b"haystack")
            })
            .count()
    };
    assert!(needle(house.home.dir()) > 0, "the search would not find it");
    let alert = house.engine.alerts(NOW)[0].id;
    let update = Command::FollowUp {
        alert,
        change: Change::Update {
            title: None,
            text: Some(Text::clean("It is in the haystack behind the barn").unwrap()),
            urgency: None,
        },
    };
    store.save(&house.records_of(update, NOW)).unwrap();
    let later = NOW.after(Duration::from_secs(601));
    let over = house.engine.handle(Input::Due(Timer::Sweep), later);
    let over: Vec<_> = over.into_iter().filter_map(stored).collect();
    assert_eq!(over.len(), 2, "{over:?}");
    store.save(&over).unwrap();
    assert_eq!(needle(house.home.dir()), 0);
    drop(store);
    assert_eq!(needle(house.home.dir()), 0);
    assert!(house.dir.path().exists());
}

#[test]
fn an_upgraded_store_equals_a_fresh_one_in_schema_and_data() {
    let dir = TempDir::new().unwrap();
    // Step by step, from the first schema that was ever released, with data in it.
    let old = dir.path().join("old.db");
    let db = Connection::open(&old).unwrap();
    db.execute_batch(include_str!("migrations/0001_initial.sql"))
        .unwrap();
    db.pragma_update(None, "user_version", 1).unwrap();
    db.execute(
        "insert into setting (name, value) values ('port', '4001')",
        [],
    )
    .unwrap();
    drop(db);
    let upgraded = Store::open(&old).unwrap();
    let fresh = Store::open(&dir.path().join("fresh.db")).unwrap();
    assert_eq!(
        migrate::schema_of(&upgraded.db).unwrap(),
        migrate::schema_of(&fresh.db).unwrap()
    );
    assert_eq!(
        migrate::schema_of(&fresh.db).unwrap(),
        migrate::schema_of_today().unwrap()
    );
    assert_eq!(upgraded.setting("port").unwrap().as_deref(), Some("4001"));
    assert_eq!(upgraded.check().unwrap(), Vec::<String>::new());
}

#[test]
fn a_store_of_a_newer_program_is_left_alone() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("new.db");
    let db = Connection::open(&path).unwrap();
    db.pragma_update(None, "user_version", 99).unwrap();
    drop(db);
    assert_eq!(Store::open(&path).unwrap_err().kind(), ErrorKind::Conflict);
}

#[test]
fn a_row_that_was_damaged_is_named() {
    let mut house = house();
    let records = house.lived_in();
    let mut store = Store::in_memory().unwrap();
    store.save(&records).unwrap();
    store
        .db
        .execute("update alert set signed = x'00'", [])
        .unwrap();
    let error = store.records().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::DataLoss);
    assert!(error.to_string().contains("alert 1"), "{error}");
    assert_eq!(store.check().unwrap().len(), 1);
}
