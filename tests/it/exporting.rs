//! A clip for somebody outside: what he gets, what he can check alone, and what he is told when it does not hold.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use streetlamp_proto::recipient::{HybridIdentity, Identity};
use streetlamp_tests::{Home, Reply};
use zeroize::Zeroizing;

use super::{film, homes, place};

/// Bytes of the header of an export.
const HEADER: usize = 168;

/// An unlocked home with a clip, and the key of somebody outside.
struct Exporting {
    home: Home,
    clip: String,
    recipient: String,
    place: tempfile::TempDir,
}

impl Exporting {
    fn ready() -> Self {
        let place = place();
        let [home] = homes(place.path(), ["Ada"]);
        let film = film(place.path());
        let clip = home.run(&["clip", "add", film.to_str().unwrap()]);
        assert_eq!(clip.code, Some(0), "{}", clip.words);
        assert_eq!(home.run(&["unlock"]).code, Some(0));
        let key = Identity::from_secret_bytes(Zeroizing::new([7; 32]));
        fs::write(place.path().join("key.txt"), &*key.expose()).unwrap();
        Self {
            clip: clip.text("clip"),
            home,
            recipient: key.recipient().to_string(),
            place,
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.place.path().join(name)
    }

    fn export(&self, name: &str, more: &[&str]) -> PathBuf {
        let file = self.path(name);
        let args = ["clip", "export", &self.clip, "-o", file.to_str().unwrap()];
        let exported = self.home.run(&[&args, more].concat());
        assert_eq!(exported.code, Some(0), "{}", exported.words);
        file
    }

    fn export_sealed(&self, name: &str) -> PathBuf {
        self.export(name, &["--to", &self.recipient])
    }

    /// As somebody who has no home.
    fn verify(&self, file: &Path, more: &[&str]) -> Reply {
        let nobody = Home::at(super::PROGRAM, &self.path("nobody"));
        nobody.run(&[&["clip", "verify", file.to_str().unwrap()], more].concat())
    }

    fn fault(&self, file: &Path, more: &[&str]) -> String {
        let checked = self.verify(file, more);
        assert_eq!(
            (checked.code, &checked.json["ok"]),
            (Some(1), &false.into())
        );
        checked.text("fault")
    }
}

fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

#[test]
fn an_outsider_checks_an_export_without_a_home_and_sees_what_is_wrong_with_another() {
    let mut story = Exporting::ready();
    let file = story.export_sealed("clip.age");
    let key = story.path("key.txt");
    let whole = fs::read(&file).unwrap();
    story.home.stop().unwrap();

    let checked = story.verify(&file, &["--identity", key.to_str().unwrap()]);
    assert_eq!(checked.code, Some(0), "{checked:?}");
    assert_eq!(checked.text("clip"), story.clip);
    assert_eq!(
        (
            &checked.json["ok"],
            &checked.json["sealed"],
            &checked.json["ledger_seq"]
        ),
        (&true.into(), &true.into(), &1.into())
    );

    let manifest = beside(&file, ".manifest");
    let given = ["--manifest", manifest.to_str().unwrap()];
    let other = story.path("other.age");
    let fault = |bytes: &[u8]| {
        fs::write(&other, bytes).unwrap();
        story.fault(&other, &given)
    };
    let mut altered = whole.clone();
    *altered.last_mut().unwrap() ^= 1;
    assert!(fault(&altered).contains("at least one bit was changed"));
    assert!(fault(&whole[..whole.len() - 1]).contains("cut short"));
    assert!(fault(&[&whole[..], b"more"].concat()).contains("too long"));
    assert!(fault(b"no age file").contains("not the sealed clip"));
    assert!(fault(&whole[..100]).contains("not the sealed clip"));

    let mut papers = fs::read(&manifest).unwrap();
    papers[40] ^= 1;
    fs::write(&manifest, papers).unwrap();
    let refused = story.verify(&file, &[]);
    assert_eq!(refused.code, Some(1));
    assert!(refused.words.contains("damaged"), "{}", refused.words);
    fs::remove_file(&manifest).unwrap();
    let refused = story.verify(&file, &[]);
    assert!(
        refused.words.contains("there is no manifest"),
        "{}",
        refused.words
    );
}

#[test]
fn a_header_with_another_key_than_the_one_committed_to_is_shown_to_whoever_has_his_own() {
    let mut story = Exporting::ready();
    let first = story.export_sealed("first.age");
    let second = story.path("second.mp4");
    fs::copy(story.path("film.mp4"), &second).unwrap();
    let added = story.home.run(&["clip", "add", second.to_str().unwrap()]);
    story.clip = added.text("clip");
    let other = story.export_sealed("other.age");

    let (mut file, other) = (fs::read(&first).unwrap(), fs::read(&other).unwrap());
    file[..HEADER].copy_from_slice(&other[..HEADER]);
    fs::write(&first, file).unwrap();
    let key = story.path("key.txt");
    assert_eq!(
        story.verify(&first, &[]).code,
        Some(0),
        "the bytes are right"
    );
    let fault = story.fault(&first, &["--identity", key.to_str().unwrap()]);
    assert!(fault.contains("another film"), "{fault}");
}

/// The secret key of the C2SP vectors for hybrid keys.
const HYBRID: &str =
    "AGE-SECRET-KEY-PQ-1HZLGZUPT4ETPKDEV8HSGFDCYZ4E522W0A7PU2LHT8EH9W6YLNC3SW78XKG";

#[test]
fn an_outsider_with_a_post_quantum_key_gets_a_clip_and_checks_it() {
    let mut story = Exporting::ready();
    let identity: HybridIdentity = HYBRID.parse().unwrap();
    story.recipient = identity.recipient().unwrap().to_string();
    let key = story.path("hybrid.txt");
    fs::write(&key, format!("# made elsewhere\n{HYBRID}\n")).unwrap();
    let whole = story.export_sealed("clip.age");
    let changed = story.path("silent.age");
    let args = ["--to", &story.recipient, "--without-audio"];
    assert_eq!(story.export("silent.age", &args), changed);

    let listed = story.home.run(&["ledger", "show"]);
    assert_eq!(listed.list()[0]["to"], story.recipient.as_str());
    story.home.stop().unwrap();
    let checked = story.verify(&whole, &["--identity", key.to_str().unwrap()]);
    assert_eq!(checked.code, Some(0), "{checked:?}");
    assert_eq!(checked.text("to"), story.recipient);
    let other = story.path("key.txt");
    let fault = story.fault(&whole, &["--identity", other.to_str().unwrap()]);
    assert!(fault.contains("sealed to another key"), "{fault}");

    let note = fs::read_to_string(beside(&whole, ".note.txt")).unwrap();
    assert!(note.contains("behind the first\n1627 "), "{note}");
    assert!(note.contains("version 1.3 or later"), "{note}");
    assert!(note.lines().all(|line| line.len() < 1_500), "{note}");
    let sealed = blake3::hash(&fs::read(&whole).unwrap()[1627..]);
    assert_eq!(sealed.to_string(), story.clip);
}

#[test]
fn a_recipient_that_cannot_be_sealed_to_is_refused_before_the_ledger_has_an_entry() {
    let story = Exporting::ready();
    let identity: HybridIdentity = HYBRID.parse().unwrap();
    let hybrid = identity.recipient().unwrap().to_string();
    for to in [&hybrid[..1958], "age1pq1", "age1nobody"] {
        let file = story.path("refused.age");
        let args = ["clip", "export", &story.clip, "--to", to, "-o"];
        let refused = story
            .home
            .run(&[&args[..], &[file.to_str().unwrap()]].concat());
        assert_eq!(refused.code, Some(2), "{refused:?}");
        assert!(!file.exists());
    }
    assert_eq!(story.home.run(&["ledger", "show"]).list().len(), 0);
}

#[test]
fn the_note_is_followed_by_hand_with_programs_of_others() {
    let story = Exporting::ready();
    let known = |program: &str| Command::new(program).arg("--version").output().is_ok();
    if !["b3sum", "openssl", "basenc"].into_iter().all(known) {
        eprintln!("skipped: no b3sum, openssl or basenc here");
        return;
    }
    let sealed = story.export_sealed("it's a clip.age");
    follow(&sealed, &story.clip);
    let plain = story.export("film out.mp4", &["--plain", "--plain"]);
    let film = blake3::hash(&fs::read(&plain).unwrap()).to_string();
    follow(&plain, &film);
}

/// Runs the commands of a note, and looks for a hash and two signatures.
fn follow(file: &Path, hash: &str) {
    let note = fs::read_to_string(beside(file, ".note.txt")).unwrap();
    let by_hand = note.split("Or by hand").nth(1).unwrap();
    let commands: Vec<_> = by_hand.lines().filter(|l| l.starts_with("    ")).collect();
    let ran = Command::new("bash")
        .args(["-euc", &commands.join("\n")])
        .current_dir(file.parent().unwrap())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ran.stdout).into_owned();
    assert!(ran.status.success(), "{ran:?}");
    assert!(said.contains(hash), "{said}");
    assert_eq!(said.matches("Signature Verified Successfully").count(), 2);
}

#[test]
fn a_name_that_is_taken_is_noticed_before_the_ledger_has_an_entry() {
    let story = Exporting::ready();
    let file = story.path("film.out.mp4");
    fs::write(beside(&file, ".note.txt"), "mine").unwrap();
    let args = ["clip", "export", &story.clip, "-o", file.to_str().unwrap()];
    let refused = story
        .home
        .run(&[&args[..], &["--plain", "--plain"]].concat());
    assert_eq!(refused.code, Some(1));
    assert!(
        refused.words.contains("exists already"),
        "{}",
        refused.words
    );
    assert!(!file.exists() && !beside(&file, ".part").exists());
    assert_eq!(story.home.run(&["ledger", "show"]).list().len(), 0);
}

#[test]
fn a_film_in_the_open_has_no_sound_unless_asked_and_is_what_the_household_says_it_wrote() {
    let story = Exporting::ready();
    let plain = ["--plain", "--plain"];
    let silent = story.export("silent.mp4", &plain);
    let loud = story.export("loud.mp4", &[&plain[..], &["--with-audio"]].concat());
    for (file, muted) in [(&silent, true), (&loud, false)] {
        let film = fs::read(file).unwrap();
        assert_eq!(film.windows(4).any(|w| w == b"soun"), !muted);
        let checked = story.verify(file, &[]);
        assert_eq!(checked.code, Some(0), "{checked:?}");
        assert_eq!(
            (&checked.json["muted"], &checked.json["sealed"]),
            (&muted.into(), &false.into())
        );
    }
    let note = fs::read_to_string(beside(&silent, ".note.txt")).unwrap();
    assert!(
        note.contains("NEW FILE: the household took the sound out"),
        "{note}"
    );
    let manifest = beside(&silent, ".manifest");
    let fault = story.fault(&loud, &["--manifest", manifest.to_str().unwrap()]);
    assert!(fault.contains("too long"), "{fault}");

    let without = story.path("sealed.age");
    let args = ["--to", &story.recipient, "--without-audio"];
    assert_eq!(story.export("sealed.age", &args), without);
    let key = Identity::from_secret_bytes(Zeroizing::new([7; 32]));
    let film = key.open(&fs::read(&without).unwrap(), 1 << 30).unwrap();
    assert_eq!(*film, fs::read(&silent).unwrap());
    assert!(
        story
            .fault(&without, &[])
            .contains("open it with age first")
    );
    let manifest = beside(&without, ".manifest");
    let checked = story.verify(&silent, &["--manifest", manifest.to_str().unwrap()]);
    assert_eq!(checked.code, Some(0), "{checked:?}");

    let kinds = story.home.run(&["ledger", "show"]);
    let kinds: Vec<_> = kinds.list().iter().map(|e| e["kind"].clone()).collect();
    assert_eq!(kinds, ["export-plain", "export-plain", "export"]);
}

#[test]
fn a_covered_area_is_black_when_it_should_be_and_nothing_else_is_left_on_the_disk() {
    let story = Exporting::ready();
    if Command::new("ffmpeg").arg("-version").output().is_err() {
        eprintln!("skipped: no ffmpeg here");
        return;
    }
    let before = names(story.place.path());
    let hide = ["--hide", "100,100,200,100@2-4", "--hide", "801,401,99,99"];
    let file = story.export(
        "covered.age",
        &[&["--to", &story.recipient], &hide[..]].concat(),
    );
    let key = Identity::from_secret_bytes(Zeroizing::new([7; 32]));
    let film = key.open(&fs::read(&file).unwrap(), 1 << 30).unwrap();
    let mut made = names(story.place.path());
    made.retain(|name| !before.contains(name));
    assert_eq!(
        made,
        [
            "covered.age",
            "covered.age.manifest",
            "covered.age.note.txt"
        ]
    );

    assert!(!film.windows(4).any(|w| w == b"soun"));
    let open = story.path("covered.mp4");
    fs::write(&open, &*film).unwrap();
    assert!(is_black(&open, "200:100:100:100", 3));
    assert!(!is_black(&open, "200:100:100:100", 1));
    assert!(is_black(&open, "99:99:801:401", 8));
    assert!(!is_black(&open, "200:100:400:100", 3));
    let note = fs::read_to_string(beside(&file, ".note.txt")).unwrap();
    assert!(
        note.contains("covered 2 areas of the picture and took the sound out"),
        "{note}"
    );
    let checked = story.verify(
        &open,
        &["--manifest", beside(&file, ".manifest").to_str().unwrap()],
    );
    assert_eq!(
        (checked.code, &checked.json["hidden"]),
        (Some(0), &2.into())
    );

    let outside = story.path("outside.mp4");
    let args = [
        "clip",
        "export",
        &story.clip,
        "-o",
        outside.to_str().unwrap(),
    ];
    let hide = ["--plain", "--plain", "--hide", "1200,0,200,10"];
    let refused = story.home.run(&[&args, &hide[..]].concat());
    assert_eq!(refused.code, Some(1));
    assert!(
        refused.words.contains("reaches out of the picture"),
        "{}",
        refused.words
    );
    assert!(!outside.exists());
}

#[test]
fn without_ffmpeg_covering_is_refused_before_anything_is_opened() {
    let story = Exporting::ready();
    let file = story.path("covered.mp4");
    let refused = Command::new(super::PROGRAM)
        .arg("--home")
        .arg(story.home.dir())
        .args(["clip", "export", &story.clip, "--plain", "--plain"])
        .args(["--hide", "0,0,10,10", "-o"])
        .arg(&file)
        .env("PATH", "")
        .output()
        .unwrap();
    assert_eq!(refused.status.code(), Some(1));
    let words = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(words.contains("needs the free program 'ffmpeg'"), "{words}");
    assert!(!file.exists());
    assert_eq!(story.home.run(&["ledger", "show"]).list().len(), 0);
}

fn names(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// Whether a part of one picture, W:H:X:Y, is black (16 in video range; coding leaves a little around it).
fn is_black(film: &Path, part: &str, second: u32) -> bool {
    let pixels = Command::new("ffmpeg")
        .args(["-v", "error", "-ss", &second.to_string(), "-i"])
        .arg(film)
        .args([
            "-frames:v",
            "1",
            "-vf",
            &format!("crop={part}:exact=1,format=gray"),
        ])
        .args(["-f", "rawvideo", "-"])
        .output()
        .unwrap();
    assert!(!pixels.stdout.is_empty(), "{pixels:?}");
    let mean =
        pixels.stdout.iter().map(|p| u64::from(*p)).sum::<u64>() / pixels.stdout.len() as u64;
    mean <= 18 && pixels.stdout.iter().all(|pixel| *pixel < 48)
}
