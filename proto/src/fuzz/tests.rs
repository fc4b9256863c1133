//! The properties on a stable toolchain: real messages are taken, no target is forgotten, the fuzzer is heard.

use std::fs;
use std::path::Path;

use super::TARGETS;
use super::home::{Home, NOW};
use crate::household::Output;
use crate::street::StreetMessage;
use crate::wire;

#[test]
fn the_corpus_is_replayed() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
    for (name, property) in TARGETS {
        let seeds: Vec<_> = fs::read_dir(corpus.join(name)).unwrap().collect();
        assert!(!seeds.is_empty(), "{name}");
        for seed in seeds {
            let path = seed.unwrap().path();
            assert!(
                property(&fs::read(&path).unwrap()),
                "{path:?} is no real message"
            );
        }
    }
}

#[test]
fn every_property_has_a_target_and_a_corpus() {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    for (name, _) in TARGETS {
        assert!(
            fuzz.join(format!("fuzz_targets/{name}.rs")).is_file(),
            "{name}"
        );
    }
    let targets = fs::read_dir(fuzz.join("fuzz_targets")).unwrap().count();
    assert_eq!(targets, TARGETS.len());
}

#[test]
fn the_neighbour_that_a_fuzzer_plays_is_heard() {
    let mut home = Home::on_a_street().unwrap();
    let kept = wire::to_cbor(&StreetMessage::Kept);
    let misplaced = home.arrival(1, &kept).unwrap();
    let judged = home.engine.handle(misplaced, NOW);
    assert!(
        matches!(judged.as_slice(), [Output::Judge { .. }]),
        "{judged:?}"
    );
}
