//! Sealing and opening against the programs that people use for it, as whole processes on a film on disk.
//!
//! Ours reads the same file, works piece by piece, and lets go of what it made, as `age … -o /dev/null` does. The start of
//! a process counts for theirs; on a film of this size it is below a hundredth.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};

use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use rayon::ThreadPoolBuilder;
use streetlamp_proto::clip::{KeyCommit, NONCE_LEN, Opener, OwnerHeader, SEALED_CHUNK, Sealer};
use streetlamp_proto::recipient::Identity;

use crate::{LONG_PAIRS, VAULT_PIECE, identity, ratio_of};

/// Chunks that are opened at a time.
const CHUNKS: u64 = 16;

/// A line for each race that can be held here.
pub(crate) fn races(len: usize) -> Vec<String> {
    let place = tempfile::tempdir().unwrap();
    let film = place.path().join("film");
    fs::write(&film, vec![0x5a; len]).unwrap();
    let key = place.path().join("key");
    fs::write(&key, &*identity(1).expose()).unwrap();
    let sealed = place.path().join("film.age");
    let ours = Ours::new(&film, &place.path().join("film.sealed"));
    let pools = [1, 2].map(|n| ThreadPoolBuilder::new().num_threads(n).build().unwrap());

    let mut lines = Vec::new();
    for program in ["age", "rage"] {
        let to = identity(1).recipient().to_string();
        let seal = |out: &Path| run(program, &["-r", &to, "-o"], &[out, &film]);
        if !seal(&sealed) {
            lines.push(format!("skipped: {program} is not installed"));
            continue;
        }
        for (pool, threads) in pools.iter().zip(["one thread", "two threads"]) {
            let sealing = ratio_of(
                LONG_PAIRS,
                || pool.install(|| seal_file(&film, |_| {})),
                || seal(Path::new("/dev/null")),
            );
            lines.push(format!(
                "ratio seal on {threads}, ours/{program} (program): {sealing:.2}"
            ));
        }
        let opening = ratio_of(
            LONG_PAIRS,
            || ours.open(),
            || {
                run(
                    program,
                    &["-d", "-i"],
                    &[&key, Path::new("-o"), Path::new("/dev/null"), &sealed],
                )
            },
        );
        lines.push(format!(
            "ratio open, ours/{program} (program): {opening:.2}"
        ));
    }
    lines
}

fn run(program: &str, words: &[&str], paths: &[&Path]) -> bool {
    Command::new(program)
        .args(words)
        .args(paths)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

fn seal_file(film: &Path, mut sealed: impl FnMut(&[u8])) -> (OwnerHeader, u64, KeyCommit) {
    let mut rng = ChaCha20Rng::from_seed([3; 32]);
    let (header, sealer) = Sealer::new(&mut rng, &[identity(1).recipient()]).unwrap();
    let mut sealer = sealer.in_parallel();
    let mut film = File::open(film).unwrap();
    let (mut piece, mut out) = (vec![0; VAULT_PIECE], Vec::new());
    loop {
        let read = film.read(&mut piece).unwrap();
        if read == 0 {
            break;
        }
        sealer
            .write(piece.get(..read).unwrap_or_default(), &mut out)
            .unwrap();
        sealed(&out);
        out.clear();
    }
    let facts = sealer.finish(&mut out);
    sealed(&out);
    (header, facts.sealed_len, facts.key_commit)
}

/// A clip of ours on disk.
struct Ours {
    path: std::path::PathBuf,
    header: OwnerHeader,
    sealed_len: u64,
    key_commit: KeyCommit,
}

impl Ours {
    fn new(film: &Path, path: &Path) -> Self {
        let mut file = File::create(path).unwrap();
        let (header, sealed_len, key_commit) = seal_file(film, |sealed| {
            std::io::Write::write_all(&mut file, sealed).unwrap();
        });
        Self {
            path: path.to_owned(),
            header,
            sealed_len,
            key_commit,
        }
    }

    fn open(&self) {
        let me: Identity = identity(1);
        let key = self.header.unwrap(&me).unwrap();
        let mut file = File::open(&self.path).unwrap();
        let mut nonce = [0; NONCE_LEN];
        file.read_exact(&mut nonce).unwrap();
        let opener = Opener::new(&key, &self.key_commit, self.sealed_len, &nonce).unwrap();
        let chunks = opener.layout().chunks();
        let mut sealed = Vec::new();
        let mut film = Vec::new();
        let mut first = 0;
        while first < chunks {
            let end = (first + CHUNKS).min(chunks);
            sealed.clear();
            let part = (end - first) * SEALED_CHUNK as u64;
            (&file).take(part).read_to_end(&mut sealed).unwrap();
            film.clear();
            opener.open_chunks(first..end, &sealed, &mut film).unwrap();
            first = end;
        }
    }
}
