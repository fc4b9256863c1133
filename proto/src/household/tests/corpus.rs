//! What fuzzers start from: real messages, kept under `proto/fuzz/corpus`.
//!
//! After a change of the format, `UPDATE_CORPUS=1 cargo test -p streetlamp-proto corpus` writes them anew.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::messages::Messages;
use crate::fuzz::TARGETS;

#[test]
fn every_kind_of_message_has_a_seed_in_the_corpus() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
    let seeds = Messages::collect().seeds();
    for (target, property) in TARGETS {
        let folder = corpus.join(target);
        let mut names = BTreeSet::new();
        for (_, name, bytes) in seeds.iter().filter(|(t, ..)| *t == target) {
            assert!(property(bytes), "{target}/{name} is no real message");
            names.insert(name.clone());
            if std::env::var_os("UPDATE_CORPUS").is_some() {
                fs::create_dir_all(&folder).unwrap();
                fs::write(folder.join(name), bytes).unwrap();
            }
        }
        let kept = fs::read_dir(&folder).unwrap();
        let kept: BTreeSet<_> = kept
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .collect();
        assert!(
            kept.is_superset(&names),
            "{target}: {kept:?} should have {names:?}"
        );
    }
}
