use std::fs;
use std::path::PathBuf;

use streetlamp_proto::clip::{ClipId, Label, Manifest};
use streetlamp_proto::household::{Command, CommandId, Household, Input, NewClip, Output};
use streetlamp_proto::identity::Name;
use streetlamp_proto::time::Timestamp;
use tempfile::TempDir;
use zeroize::Zeroizing;

use super::*;
use crate::entropy::Entropy;
use crate::home::{Home, NewHome};

const NOW: Timestamp = Timestamp::from_ms(1_800_000_000_000);

/// A home with an unlocked engine, whose batches go where the driver lets them go.
struct House {
    dir: TempDir,
    home: Home,
    engine: Household,
    store: Store,
    spare: Spare,
}

fn house() -> House {
    let dir = TempDir::new().unwrap();
    let place = dir.path().join("home");
    let passphrase = Zeroizing::new("maple".to_owned());
    let new = NewHome {
        name: Name::clean("Ada").unwrap(),
        cell: None,
        passphrase: Some(passphrase.clone()),
        recovery_sheet: None,
        now: NOW,
    };
    Home::create(&place, new, &Entropy::Repeatable(1)).unwrap();
    let home = Home::open(&place).unwrap();
    let mut store = Store::open(&home.store_path()).unwrap();
    let vault = Vault::open(&home.clips_dir()).unwrap();
    let (spare, _) = Spare::open(vault, &home.journal_path(), &mut store).unwrap();
    let engine = Household::new(home.me().unwrap(), [], [1; 32]);
    let mut house = House {
        dir,
        home,
        engine,
        store,
        spare,
    };
    let keys = house.home.reading_keys(&passphrase).unwrap();
    let idle = Household::AUTO_LOCK;
    house.command(Command::Unlock { keys, idle });
    house
}

impl House {
    fn command(&mut self, command: Command) {
        let input = Input::Command(CommandId(0), command);
        let mut records = Vec::new();
        for output in self.engine.handle(input, NOW) {
            match output {
                Output::Store(record) => records.push(*record),
                Output::Answer(_, Err(failure)) => panic!("{failure}"),
                _ => {}
            }
        }
        self.store.save(&records).unwrap();
        self.spare.follow(&records, &self.store);
    }

    fn add_clip(&mut self, film: &[u8]) -> ClipId {
        let mut rng = Entropy::Repeatable(film.len() as u64).generator().unwrap();
        let owners = self.engine.me().owners();
        let made = self.spare.vault.seal(film, &owners, &mut rng).unwrap();
        self.command(Command::AddClip(Box::new(NewClip {
            clip: made.clip,
            sealed_len: made.sealed.sealed_len,
            key_commit: made.sealed.key_commit,
            header: made.header,
            recorded: NOW,
            duration_ms: 1_000,
            camera: Name::clean("Porch").unwrap(),
        })));
        made.clip
    }

    fn database(&self) -> PathBuf {
        self.home.store_path()
    }

    /// Starts again on what lies on the disk, with another database in place of this one.
    fn start_again(self, database: Option<&[u8]>) -> (Self, TakenBack) {
        let Self {
            dir, home, store, ..
        } = self;
        drop(store);
        for file in fs::read_dir(home.dir()).unwrap() {
            let path = file.unwrap().path();
            if path.to_string_lossy().contains("streetlamp.db") {
                fs::remove_file(path).unwrap();
            }
        }
        if let Some(database) = database {
            fs::write(home.store_path(), database).unwrap();
        }
        let mut store = Store::open(&home.store_path()).unwrap();
        let vault = Vault::open(&home.clips_dir()).unwrap();
        let (spare, taken) = Spare::open(vault, &home.journal_path(), &mut store).unwrap();
        let me = home.me().unwrap();
        let engine = Household::new(me, store.records().unwrap(), [2; 32]);
        let house = Self {
            dir,
            home,
            engine,
            store,
            spare,
        };
        (house, taken)
    }

    fn clips(&self) -> Vec<ClipId> {
        let records = self.store.records().unwrap().into_iter();
        let clips = records.filter_map(|record| match record {
            Record::Clip(Label { manifest, .. }) => {
                let Manifest { clip, .. } = manifest.statement();
                Some(*clip)
            }
            _ => None,
        });
        clips.collect()
    }

    fn entries(&self) -> Vec<u64> {
        let (entries, head) = self.store.ledger().unwrap();
        let head = head
            .as_ref()
            .map(streetlamp_proto::signed::Signed::statement);
        streetlamp_proto::ledger::verify(&entries, head).unwrap();
        entries.iter().map(|entry| entry.seq).collect()
    }

    fn snapshot(&self) -> Vec<u8> {
        let path = self.dir.path().join("snapshot");
        self.store.snapshot(&path).unwrap();
        fs::read(path).unwrap()
    }
}

#[test]
fn clips_and_ledger_come_back_when_the_database_is_gone_and_the_ledger_goes_on() {
    let mut house = house();
    let kept = house.add_clip(b"a film");
    let gone = house.add_clip(b"another film");
    for _ in 0..3 {
        house.command(Command::Open(kept));
    }
    house.command(Command::DeleteClip(gone));
    assert!(house.database().exists());
    let (house, taken) = house.start_again(None);
    let expected = TakenBack {
        clips: 1,
        entries: 3,
    };
    assert_eq!(taken, expected);
    assert_eq!(
        (house.clips(), house.entries()),
        (vec![kept], vec![1, 2, 3])
    );
    let (_, taken) = house.start_again(None);
    assert_eq!(taken, expected, "once more");
}

#[test]
fn an_older_database_learns_what_happened_since() {
    let mut house = house();
    let first = house.add_clip(b"a film");
    house.command(Command::Open(first));
    let older = house.snapshot();
    let second = house.add_clip(b"another film");
    house.command(Command::Open(second));
    let (house, _) = house.start_again(Some(&older));
    assert_eq!(
        (house.clips(), house.entries()),
        (vec![first, second], vec![1, 2])
    );
}

#[test]
fn copies_that_are_missing_torn_or_of_another_ledger_are_made_again() {
    let mut house = house();
    let clip = house.add_clip(b"a film");
    for _ in 0..3 {
        house.command(Command::Open(clip));
    }
    let database = house.snapshot();
    let journal = house.home.journal_path();
    let whole = fs::read(&journal).unwrap();
    let label = house.home.clips_dir().join(format!("{clip}.label"));
    let mut altered = whole.clone();
    altered[40] ^= 1;
    for damaged in [&[], &whole[..1], &whole[..whole.len() - 1], &altered[..]] {
        fs::write(&journal, damaged).unwrap();
        fs::remove_file(&label).unwrap();
        let taken;
        (house, taken) = house.start_again(Some(&database));
        assert_eq!(taken, TakenBack::default());
        assert_eq!(fs::read(&journal).unwrap(), whole);
        assert!(label.exists());
    }
}

#[test]
fn a_label_without_its_clip_and_a_file_that_is_no_label_bring_nothing_back() {
    let mut house = house();
    let clip = house.add_clip(b"a film");
    let clips = house.home.clips_dir();
    fs::write(clips.join("nonsense.label"), b"nonsense").unwrap();
    let label = fs::read(clips.join(format!("{clip}.label"))).unwrap();
    fs::write(clips.join(format!("{}.label", "0".repeat(64))), label).unwrap();
    fs::remove_file(clips.join(format!("{clip}.sealed"))).unwrap();
    let (house, taken) = house.start_again(None);
    assert_eq!((taken.clips, house.clips()), (0, vec![]));
}
