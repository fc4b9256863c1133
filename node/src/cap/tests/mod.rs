//! Messages of others, and what becomes of them.
#![allow(clippy::print_stderr, reason = "a test that is skipped says so")]

mod covering;
mod exporting;
mod reading;
mod saying;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::*;

pub(super) const THUNDERSTORM: &str = include_str!("vectors/oasis/thunderstorm.xml");
pub(super) const EARTHQUAKE: &str = include_str!("vectors/oasis/earthquake.xml");
pub(super) const HOMELAND: &str = include_str!("vectors/oasis/homeland-security.xml");
pub(super) const AMBER: &str = include_str!("vectors/oasis/amber.xml");
pub(super) const TSUNAMI: &str = include_str!("vectors/nws/tsunami.xml");
pub(super) const SIGNED: &str = include_str!("vectors/signed.xml");
pub(super) const HANNA: &str = include_str!("vectors/nws/hanna.geojson");

pub(super) const PUBLISHED: [&str; 6] =
    [THUNDERSTORM, EARTHQUAKE, HOMELAND, AMBER, TSUNAMI, SIGNED];

fn vectors() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/cap/tests/vectors")
}

/// Holds a message against the schema of OASIS, with the stock validator if there is one.
pub(super) fn is_valid(xml: &str) -> bool {
    let schema = vectors().join("oasis/CAP-v1.2.xsd");
    let checker = Command::new("xmllint")
        .args(["--nonet", "--noout", "--schema"])
        .arg(schema)
        .arg("-")
        .stdin(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let Ok(mut checker) = checker else {
        eprintln!("skipped: xmllint (libxml2-utils) is not installed");
        return true;
    };
    let mut input = checker.stdin.take().unwrap();
    input.write_all(xml.as_bytes()).unwrap();
    drop(input);
    checker.wait().unwrap().success()
}

#[test]
fn the_corpus_of_messages_is_replayed() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
    type Seeds = [(&'static str, &'static str)];
    let messages: &Seeds = &[
        ("thunderstorm", THUNDERSTORM),
        ("amber", AMBER),
        ("earthquake", EARTHQUAKE),
        ("signed", SIGNED),
    ];
    let weather: &Seeds = &[("hanna", HANNA)];
    type Property = fn(&[u8]) -> bool;
    let targets: [(&str, &Seeds, Property); 2] = [
        ("cap", messages, fuzz::message_or_refused),
        ("weather", weather, fuzz::geojson_or_refused),
    ];
    for (target, seeds, property) in targets {
        let corpus = corpus.join(target);
        for (name, seed) in seeds {
            if std::env::var_os("UPDATE_CORPUS").is_some() {
                std::fs::create_dir_all(&corpus).unwrap();
                std::fs::write(corpus.join(name), seed).unwrap();
            }
            assert_eq!(std::fs::read(corpus.join(name)).unwrap(), seed.as_bytes());
        }
        for seed in std::fs::read_dir(&corpus).unwrap() {
            let path = seed.unwrap().path();
            assert!(property(&std::fs::read(&path).unwrap()), "{path:?}");
        }
    }
}
