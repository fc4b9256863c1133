//! What is in the memory of a node.

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::process::{Command, Stdio};

use zeroize::Zeroizing;

use super::secrets::{find, forms};
use super::{film, place, street};

/// Most bytes of one mapping that are read at a time.
const PIECE: usize = 1024 * 1024;

/// Whether a process holds one of these in memory that it can write to. Nothing if we may not look.
fn holds(process: u32, wanted: &[Vec<u8>]) -> Option<bool> {
    let maps = fs::read_to_string(format!("/proc/{process}/maps")).ok()?;
    let mut memory = File::open(format!("/proc/{process}/mem")).ok()?;
    let mut looked = 0;
    for line in maps.lines().filter(|line| line.contains(" rw")) {
        let (range, _) = line.split_once(' ')?;
        let (from, to) = range.split_once('-')?;
        let [from, to] = [from, to].map(|at| u64::from_str_radix(at, 16).expect("an address"));
        let mut piece = vec![0; PIECE];
        let mut at = from;
        while at < to {
            let len = PIECE.min(usize::try_from(to - at).expect("a size"));
            // Some mappings cannot be read: guard pages, devices.
            if memory.seek(SeekFrom::Start(at)).is_err()
                || memory.read_exact(&mut piece[..len]).is_err()
            {
                break;
            }
            looked += len;
            let found = |form: &Vec<u8>| find(&piece[..len], form);
            if wanted.iter().any(found) {
                return Some(true);
            }
            // Pieces overlap, so that nothing hides across an edge.
            at += u64::try_from(if len == PIECE { PIECE - 128 } else { len }).expect("a size");
        }
    }
    (looked > 0).then_some(false)
}

#[test]
fn p4_the_memory_of_a_locked_node_holds_no_reading_key_also_after_it_was_used() {
    let place = place();
    let [ada, _ben] = street(place.path());
    let source = film(place.path());
    let source = source.to_str().expect("a path in UTF-8");
    let clip = ada.run(&["clip", "add", source]).text("clip");
    let home = streetlamp::home::Home::open(ada.dir()).expect("a home");
    let passphrase = Zeroizing::new("maple".to_owned());
    let keys = home.reading_keys(&passphrase).expect("the passphrase");
    let forms = forms(keys.iter().next().expect("a reading key"));
    drop(keys);
    let node = ada.pid().expect("a node");
    let Some(before) = holds(node, &forms) else {
        eprintln!("skipped: the memory of another process may not be read here");
        return;
    };
    assert!(!before, "a node that was never unlocked");

    assert_eq!(ada.run(&["unlock"]).code, Some(0));
    assert_eq!(holds(node, &forms), Some(true), "or this test sees nothing");
    let film = place.path().join("opened.mp4");
    let film = film.to_str().expect("a path in UTF-8");
    assert_eq!(ada.run(&["clip", "open", &clip, "-o", film]).code, Some(0));
    assert_eq!(ada.run(&["grant", "give", &clip, "Ben"]).code, Some(0));
    assert_eq!(ada.run(&["lock"]).code, Some(0));
    assert_eq!(
        holds(node, &forms),
        Some(false),
        "a node that was locked again"
    );
}

/// Whether a program of the same account, which may not do what only root may, can look into a process.
fn can_be_looked_into(process: u32) -> bool {
    let file = format!("/proc/{process}/environ");
    // Root without its powers is an account like any other.
    let powerless = ["--bounding-set=-all", "--inh-caps=-all", "cat"];
    let looked = match fs::metadata("/proc/self").map(|me| uid(&me)) {
        Ok(0) => Command::new("setpriv").args(powerless).arg(&file).output(),
        _ => Command::new("cat").arg(&file).output(),
    };
    looked.is_ok_and(|looked| looked.status.success())
}

fn uid(file: &fs::Metadata) -> u32 {
    std::os::unix::fs::MetadataExt::uid(file)
}

#[test]
fn a_node_dumps_no_core_and_no_other_program_of_its_account_looks_into_it() {
    let place = place();
    let [ada] = super::homes(place.path(), ["Ada"]);
    let node = ada.pid().expect("a node");
    let limits = fs::read_to_string(format!("/proc/{node}/limits")).expect("limits");
    let core = limits
        .lines()
        .find(|line| line.starts_with("Max core file size"));
    let core: Vec<_> = core.expect("a limit").split_whitespace().skip(4).collect();
    assert_eq!(core[..2], ["0", "0"]);

    let other = Command::new("sleep").arg("60").stdin(Stdio::null()).spawn();
    let mut other = other.expect("a process");
    let sees = can_be_looked_into(other.id());
    other.kill().and_then(|()| other.wait()).expect("it ends");
    if !sees {
        eprintln!("skipped: no process can be looked into here, so it is not known who may");
        return;
    }
    assert!(!can_be_looked_into(node));
}
