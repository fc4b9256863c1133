//! Faults that are planted in what an engine wants, one for each rule. What the engine really wants breaks none.

use std::time::Duration;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use streetlamp_proto::alert::{Kind, Text, Title, Urgency};
use streetlamp_proto::clip::{ClipId, Sealer};
use streetlamp_proto::household::{
    Answer, Command, CommandId, Draft, Household, Input, NewClip, Output, Record,
};
use streetlamp_proto::street::Topic;

use super::*;
use crate::DAWN;
use crate::founding::{self, NewHousehold, Reading};
use crate::record::Micros;

const HOME: HouseNumber = HouseNumber(0);

/// An engine on a street of its own, with its rules.
struct Planted {
    engine: Household,
    rules: Rules,
    reading: Reading,
    rng: ChaCha20Rng,
}

impl Planted {
    fn new() -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let cell = "u33dc1".parse().unwrap();
        let NewHousehold { me, reading } =
            founding::household(&mut rng, founding::name("Ada").unwrap(), Some(cell));
        let known = Known {
            number: HOME,
            street: Some(0),
            household: Some(me.household()),
            honest: true,
            passes_on: true,
            cell: "u33dc1k".to_owned(),
        };
        let mut planted = Self {
            engine: Household::new(me, [], [7; 32]),
            rules: Rules::new(&[known]),
            reading,
            rng,
        };
        let founded = planted.wants(Command::FoundStreet {
            name: founding::name("Maple Street").unwrap(),
            cell: "u33dc1".parse().unwrap(),
            urgent_per_hour: 6,
        });
        planted.look(&founded, DAWN);
        planted
    }

    fn wants(&mut self, command: Command) -> Vec<Output> {
        self.engine
            .handle(Input::Command(CommandId(1), command), DAWN)
    }

    fn look(&mut self, outputs: &[Output], now: Timestamp) {
        self.rules.look(HOME, outputs, now, Micros(0), 1);
    }

    fn alert(&mut self) -> Vec<Output> {
        self.wants(Command::PostAlert(Draft {
            street: None,
            nearby: false,
            kind: Kind::Noise,
            urgency: Urgency::Info,
            place: Some("u33dc1k".parse().unwrap()),
            title: Title::clean("Something happened").unwrap(),
            text: Text::clean(STREET_ONLY).unwrap(),
            happened: None,
            life: Duration::from_secs(3_600),
            clips: Vec::new(),
        }))
    }

    /// A clip that was recorded.
    fn clip(&mut self) -> ClipId {
        let owners = self.engine.me().owners();
        let (header, mut sealer) = Sealer::new(&mut self.rng, &owners).unwrap();
        let mut bytes = Vec::new();
        sealer.write(b"film", &mut bytes).unwrap();
        let sealed = sealer.finish(&mut bytes);
        let clip = ClipId::from_bytes(*blake3::hash(&bytes).as_bytes());
        let added = self.wants(Command::AddClip(Box::new(NewClip {
            clip,
            sealed_len: sealed.sealed_len,
            key_commit: sealed.key_commit,
            header,
            recorded: DAWN,
            duration_ms: 1_000,
            camera: founding::name("Door").unwrap(),
        })));
        self.look(&added, DAWN);
        clip
    }

    /// What opening it wants.
    fn open(&mut self, clip: ClipId) -> Vec<Output> {
        let keys = self.reading.keys();
        let idle = Duration::from_secs(60);
        self.wants(Command::Unlock { keys, idle });
        self.wants(Command::Open(clip))
    }

    fn broken(&self) -> Vec<&str> {
        self.rules
            .violations()
            .iter()
            .map(|v| v.rule.as_str())
            .collect()
    }
}

fn publish(bytes: &[u8]) -> Output {
    Output::Publish {
        topic: Topic::named("streetlamp/1/open/u33dc".to_owned()),
        bytes: bytes.to_vec(),
    }
}

#[test]
fn an_honest_alert_breaks_no_rule() {
    let mut planted = Planted::new();
    let outputs = planted.alert();
    assert!(outputs.iter().any(|o| matches!(o, Output::Publish { .. })));
    planted.look(&outputs, DAWN);
    assert!(planted.broken().is_empty());
}

#[test]
fn p6_words_for_the_street_that_leave_unsealed_are_found() {
    let mut planted = Planted::new();
    let words = format!("an alert that was not sealed, {STREET_ONLY}, and its end");
    planted.look(&[publish(words.as_bytes())], DAWN);
    assert_eq!(planted.broken(), ["no-plaintext"]);
}

#[test]
fn p5_the_place_of_a_home_that_leaves_unsealed_is_found() {
    let mut planted = Planted::new();
    // The second in CBOR, before a text of eleven, which the letter k announces.
    for fine in [
        "a cell of six characters, u33dc1, is fine",
        "\u{66}u33dc1\u{6b}Maple Lane.",
    ] {
        planted.look(&[publish(fine.as_bytes())], DAWN);
        assert!(planted.broken().is_empty());
    }
    planted.look(&[publish(b"one of seven, u33dc1k, is not")], DAWN);
    assert_eq!(planted.broken(), ["no-place"]);
}

#[test]
fn an_alert_that_is_taken_in_twice_is_found() {
    let mut planted = Planted::new();
    let outputs = planted.alert();
    planted.look(&outputs, DAWN);
    planted.look(&outputs, DAWN);
    assert_eq!(planted.broken(), ["shown-once"]);
}

#[test]
fn an_alert_that_is_taken_in_after_its_end_is_found() {
    let mut planted = Planted::new();
    let outputs = planted.alert();
    planted.look(&outputs, DAWN.after(Duration::from_secs(3_600)));
    assert_eq!(planted.broken(), ["not-after-its-end"]);
}

#[test]
fn p9_an_alert_that_is_acknowledged_and_not_kept_is_found() {
    let mut planted = Planted::new();
    let mut outputs = planted.alert();
    outputs.retain(|o| !matches!(o, Output::Store(r) if matches!(**r, Record::Alert { .. })));
    planted.look(&outputs, DAWN);
    assert_eq!(planted.broken(), ["kept-first"]);
}

#[test]
fn an_entry_that_the_ledger_skips_is_found_at_the_next_one() {
    let mut planted = Planted::new();
    let clip = planted.clip();
    let (first, second) = (planted.open(clip), planted.open(clip));
    let entries = |outputs: Vec<Output>| -> Vec<Output> {
        let entry =
            |o: &Output| matches!(o, Output::Store(r) if matches!(**r, Record::Ledger { .. }));
        outputs.into_iter().filter(entry).collect()
    };
    let (first, second) = (entries(first), entries(second));
    assert_eq!((first.len(), second.len()), (1, 1));
    planted.look(&second, DAWN);
    assert_eq!(planted.broken(), ["ledger-whole"], "the first is missing");
    let mut whole = Planted::new();
    whole.look(&first, DAWN);
    whole.look(&second, DAWN);
    assert!(whole.broken().is_empty());
}

#[test]
fn p2_a_clip_that_is_served_without_a_grant_is_found() {
    let mut planted = Planted::new();
    let clip = planted.clip();
    let arrived = [Output::Store(Box::new(Record::Arrived(clip)))];
    planted.look(&arrived, DAWN);
    assert!(planted.broken().is_empty(), "its own, from a keeper");
    let elsewhere = HouseNumber(1);
    planted.rules.look(elsewhere, &arrived, DAWN, Micros(0), 2);
    assert_eq!(planted.broken(), ["by-right"]);
}

#[test]
fn p7_a_key_without_an_entry_in_the_ledger_is_found() {
    let mut planted = Planted::new();
    let clip = planted.clip();
    let opened = planted.open(clip);
    let key = |o: &Output| matches!(o, Output::Answer(_, Ok(Answer::Key { .. })));
    assert!(opened.iter().any(key), "{opened:?}");
    let entry = |o: &Output| matches!(o, Output::Store(r) if matches!(**r, Record::Ledger { .. }));
    let (entries, rest): (Vec<_>, Vec<_>) = opened.into_iter().partition(entry);
    planted.look(&rest, DAWN);
    assert_eq!(planted.broken(), ["ledger-first"], "the planted fault");
    planted.look(&entries, DAWN);
    planted.look(&rest, DAWN);
    assert_eq!(
        planted.broken().len(),
        1,
        "with the entry before it, it is right"
    );
}
