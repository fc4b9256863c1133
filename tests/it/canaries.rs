//! Secrets are nowhere in what a node says, however much it is asked to say.

use std::cell::RefCell;
use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use age::secrecy::ExposeSecret;
use age_core::format::{FileKey, Stanza};
use data_encoding::{BASE64_NOPAD, HEXLOWER, HEXUPPER};
use streetlamp_proto::recipient::Identity;
use zeroize::Zeroizing;

use super::{film, place};

const PASSPHRASE: &str = "a passphrase that nobody else has 7319";

/// A node that says everything it can say into a file.
struct Talkative {
    node: Child,
    dir: std::path::PathBuf,
}

impl Talkative {
    fn start(place: &Path) -> Self {
        let dir = place.join("ada");
        let said = File::create(place.join("said.log")).unwrap();
        let node = command(&dir)
            .args(["run", "--name", "Ada", "--cell", "u33dc1", "--no-mdns"])
            .args(["--web", "127.0.0.1:0", "--listen", "/ip4/127.0.0.1/tcp/0"])
            .stdout(said.try_clone().unwrap())
            .stderr(said)
            .spawn()
            .unwrap();
        let home = Self { node, dir };
        let patience = Instant::now() + Duration::from_secs(60);
        while !home.run(&["status"]).contains("\"running\":true") {
            assert!(Instant::now() < patience, "the node does not start");
        }
        home
    }

    /// Everything that a command said.
    fn run(&self, args: &[&str]) -> String {
        let said = command(&self.dir).args(args).output().unwrap();
        [said.stdout, said.stderr]
            .map(|s| String::from_utf8_lossy(&s).into_owned())
            .concat()
    }
}

impl Drop for Talkative {
    fn drop(&mut self) {
        let _gone = self.node.kill();
        let _waited = self.node.wait();
    }
}

fn command(home: &Path) -> Command {
    let mut command = Command::new(super::PROGRAM);
    command
        .arg("--home")
        .arg(home)
        .arg("--json")
        .env("STREETLAMP_PASSPHRASE", PASSPHRASE)
        .env("STREETLAMP_LOG", "trace")
        .env("RUST_BACKTRACE", "full")
        .stdin(Stdio::null());
    command
}

/// A key of an age file that keeps what it unwrapped.
struct Peek {
    identity: age::x25519::Identity,
    found: RefCell<Option<[u8; 16]>>,
}

impl age::Identity for Peek {
    fn unwrap_stanza(&self, stanza: &Stanza) -> Option<Result<FileKey, age::DecryptError>> {
        let key = self.identity.unwrap_stanza(stanza)?;
        if let Ok(key) = &key {
            *self.found.borrow_mut() = Some(*key.expose_secret());
        }
        Some(key)
    }
}

/// The file key of an exported clip.
fn file_key(file: &Path, identity: &Identity) -> [u8; 16] {
    let peek = Peek {
        identity: identity.expose().parse().unwrap(),
        found: RefCell::new(None),
    };
    let decryptor =
        age::Decryptor::new_buffered(File::open(file).map(std::io::BufReader::new).unwrap());
    let opened = decryptor.unwrap().decrypt(std::iter::once(&peek as _));
    assert!(opened.is_ok());
    peek.found.take().unwrap()
}

/// The ways in which a log would show bytes.
fn forms(secret: &[u8]) -> [Vec<u8>; 5] {
    let listed = format!("{secret:?}");
    [
        secret.to_vec(),
        HEXLOWER.encode(secret).into_bytes(),
        HEXUPPER.encode(secret).into_bytes(),
        BASE64_NOPAD.encode(secret).into_bytes(),
        listed.trim_matches(['[', ']']).as_bytes().to_vec(),
    ]
}

#[test]
fn no_key_and_no_passphrase_is_in_a_log_however_much_is_logged() {
    let place = place();
    let film = film(place.path());
    let home = Talkative::start(place.path());
    let mut said = home.run(&["clip", "add", film.to_str().unwrap()]);
    let clip = said.split("\"clip\":\"").nth(1).unwrap()[..64].to_owned();
    let outsider = Identity::from_secret_bytes(Zeroizing::new([9; 32]));
    let sealed = place.path().join("clip.age");
    said += &home.run(&["unlock"]);
    let to = outsider.recipient().to_string();
    said += &home.run(&[
        "clip",
        "export",
        &clip,
        "--to",
        &to,
        "-o",
        sealed.to_str().unwrap(),
    ]);
    let open = place.path().join("open.mp4");
    said += &home.run(&["clip", "open", &clip, "-o", open.to_str().unwrap()]);
    said += &home.run(&["street", "new", "Maple Street"]);
    // Errors say more than answers.
    said += &home.run(&["clip", "open", &clip, "-o", open.to_str().unwrap()]);
    said += &home.run(&[
        "clip",
        "export",
        "00000000",
        "--to",
        &to,
        "-o",
        "/nowhere/at/all",
    ]);
    let dir = home.dir.clone();
    drop(home);
    let mut log = fs::read(place.path().join("said.log")).unwrap();
    assert!(
        log.len() > 10_000,
        "the node said too little: {}",
        log.len()
    );
    log.extend_from_slice(said.as_bytes());

    let sheet = fs::read_to_string(dir.with_file_name("ada-recovery-sheet.txt")).unwrap();
    let mut secrets = vec![PASSPHRASE.as_bytes().to_vec(), b"AGE-SECRET-KEY-".to_vec()];
    let key_line = sheet.lines().find(|line| line.contains("AGE-SECRET-KEY-1"));
    secrets.push(key_line.unwrap().trim().as_bytes().to_vec());
    secrets.extend(forms(&file_key(&sealed, &outsider)));
    let key_files = fs::read_dir(&dir).unwrap().map(|e| e.unwrap().path());
    let device = key_files
        .filter_map(|path| fs::read_to_string(path).ok())
        .find_map(|text| {
            let hex = text
                .lines()
                .find_map(|line| line.strip_prefix("ED25519 "))?;
            HEXLOWER.decode(hex.as_bytes()).ok()
        });
    secrets.extend(forms(&device.unwrap()));
    for secret in secrets {
        let shown = log.windows(secret.len()).any(|window| window == secret);
        assert!(!shown, "{} is in the log", String::from_utf8_lossy(&secret));
    }
}
