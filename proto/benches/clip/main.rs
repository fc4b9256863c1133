//! What a clip costs, against the `age` crate on the same bytes in the same run.
//!
//! After measuring, one line per ratio of speeds, ours/age: 1.00 or more is as good or better. Naming a clip comes on
//! top of sealing it, and makes the hash tree from which verified slices are served; it is compared with `age` followed
//! by a BLAKE3 hash of its output. The cost of a grant must not depend on the clip; that ratio should be about 1.
//! Where the programs `age` and `rage` are installed, they are raced, too.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark prints what it found and has nobody to report an error to"
)]

mod programs;

use std::hint::black_box;
use std::io::{Read, Write};
use std::iter;
use std::time::Instant;

use criterion::{Criterion, Throughput};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use rayon::ThreadPoolBuilder;
use streetlamp_proto::clip::{
    GrantHeader, NONCE_LEN, Opener, Outboard, OwnerHeader, Sealed, Sealer,
};
use streetlamp_proto::recipient::Identity;
use zeroize::Zeroizing;

/// A clip of two minutes at 1.4 Mbit/s.
const FILM: usize = 20_000_000;
/// Bytes that the recorder hands over at a time.
const PIECE: usize = 256 * 1024;
/// Bytes that the vault seals at a time.
const VAULT_PIECE: usize = 4 * 1024 * 1024;
/// A short and a long clip, between which the cost of a grant must not differ.
const SHORT: usize = 1_000_000;
const LONG: usize = 200_000_000;

/// Pairs of runs from which a ratio is taken, and a ratio of runs of a long clip.
const PAIRS: usize = 41;
const LONG_PAIRS: usize = 11;

/// How many times as fast `ours` is as `theirs`: the median over runs that take turns, so that other work on the
/// machine falls on both.
fn ratio<A, B>(ours: impl FnMut() -> A, theirs: impl FnMut() -> B) -> f64 {
    ratio_of(PAIRS, ours, theirs)
}

fn ratio_of<A, B>(pairs: usize, mut ours: impl FnMut() -> A, mut theirs: impl FnMut() -> B) -> f64 {
    let mut ratios: Vec<f64> = (0..pairs)
        .map(|_| {
            let start = Instant::now();
            black_box(ours());
            let between = Instant::now();
            black_box(theirs());
            between.elapsed().as_secs_f64() / (between - start).as_secs_f64()
        })
        .collect();
    ratios.sort_by(f64::total_cmp);
    ratios.get(pairs / 2).copied().unwrap_or(f64::NAN)
}

fn identity(seed: u8) -> Identity {
    Identity::from_secret_bytes(Zeroizing::new([seed; 32]))
}

fn age_identity(seed: u8) -> age::x25519::Identity {
    identity(seed).expose().parse().unwrap()
}

/// Seals as a recorder does: piece by piece, into one buffer of the film's size.
fn seal(film: &[u8], out: &mut Vec<u8>) -> (OwnerHeader, Sealed) {
    out.clear();
    let mut rng = ChaCha20Rng::from_seed([3; 32]);
    let recipients = [identity(1).recipient(), identity(2).recipient()];
    let (header, mut sealer) = Sealer::new(&mut rng, &recipients).unwrap();
    for piece in film.chunks(PIECE) {
        sealer.write(piece, out).unwrap();
    }
    (header, sealer.finish(out))
}

/// Seals as the vault does, on the threads of the pool that it is called in: each piece into the same room.
fn seal_together(film: &[u8], out: &mut Vec<u8>) -> Sealed {
    let mut rng = ChaCha20Rng::from_seed([3; 32]);
    let (_, sealer) = Sealer::new(&mut rng, &[identity(1).recipient()]).unwrap();
    let mut sealer = sealer.in_parallel();
    for piece in film.chunks(VAULT_PIECE) {
        out.clear();
        sealer.write(piece, out).unwrap();
    }
    sealer.finish(out)
}

/// The same by the `age` crate.
fn age_seal(film: &[u8], out: &mut Vec<u8>) {
    out.clear();
    let recipients = [age_identity(1).to_public(), age_identity(2).to_public()];
    let recipients = recipients.iter().map(|recipient| recipient as _);
    let encryptor = age::Encryptor::with_recipients(recipients).unwrap();
    let mut writer = encryptor.wrap_output(out).unwrap();
    for piece in film.chunks(PIECE) {
        writer.write_all(piece).unwrap();
    }
    writer.finish().unwrap();
}

/// A clip as it lies on the disk.
struct Clip {
    header: OwnerHeader,
    facts: Sealed,
    sealed: Vec<u8>,
}

impl Clip {
    fn new(len: usize) -> Self {
        let mut sealed = Vec::with_capacity(len + len / 64);
        let (header, facts) = seal(&vec![0x5a; len], &mut sealed);
        Self {
            header,
            facts,
            sealed,
        }
    }

    fn whole(&self) -> Vec<u8> {
        [self.header.as_bytes(), self.sealed.as_slice()].concat()
    }

    fn open(&self, out: &mut Vec<u8>) {
        out.clear();
        let key = self.header.unwrap(&identity(1)).unwrap();
        let (nonce, body) = self.sealed.split_first_chunk::<NONCE_LEN>().unwrap();
        let Sealed {
            key_commit,
            sealed_len,
            ..
        } = &self.facts;
        let opener = Opener::new(&key, key_commit, *sealed_len, nonce).unwrap();
        let all = 0..opener.layout().chunks();
        opener.open_chunks(all, body, out).unwrap();
    }

    fn grant(&self) -> GrantHeader {
        let to = identity(9).recipient();
        self.header
            .grant(&identity(1), &self.facts.key_commit, &to)
            .unwrap()
    }
}

fn age_open(whole: &[u8], out: &mut Vec<u8>) {
    out.clear();
    let decryptor = age::Decryptor::new_buffered(whole).unwrap();
    let identity = age_identity(1);
    let mut reader = decryptor.decrypt(iter::once(&identity as _)).unwrap();
    reader.read_to_end(out).unwrap();
}

fn main() {
    let film = vec![0x5a; FILM];
    let clip = Clip::new(FILM);
    let whole = clip.whole();
    let (short, long) = (Clip::new(SHORT), Clip::new(LONG));
    let (mut a, mut b) = (whole.clone(), whole.clone());

    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("clip");
    group.sample_size(20);
    group.bench_function("grant", |bench| bench.iter(|| short.grant()));
    group.throughput(Throughput::Bytes(FILM as u64));
    group.bench_function("seal", |bench| bench.iter(|| seal(&film, &mut a)));
    group.bench_function("seal with age", |bench| {
        bench.iter(|| age_seal(&film, &mut a));
    });
    group.bench_function("open", |bench| bench.iter(|| clip.open(&mut a)));
    group.bench_function("open with age", |bench| {
        bench.iter(|| age_open(&whole, &mut a));
    });
    group.finish();

    let sealing = ratio(|| seal(&film, &mut a), || age_seal(&film, &mut b));
    let naming = ratio(
        || {
            let (_, facts) = seal(&film, &mut a);
            Outboard::compute(a.as_slice(), facts.sealed_len).unwrap()
        },
        || {
            age_seal(&film, &mut b);
            blake3::hash(&b)
        },
    );
    let [one, two] = [1, 2].map(|threads| {
        ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap()
    });
    let threads = ratio(
        || two.install(|| seal_together(&film, &mut a)),
        || one.install(|| seal_together(&film, &mut b)),
    );
    let opening = ratio(|| clip.open(&mut a), || age_open(&whole, &mut b));
    // With `age` a clip is given away by opening it and sealing it again.
    let granting = ratio(
        || clip.grant(),
        || {
            age_open(&whole, &mut a);
            age_seal(&a, &mut b);
        },
    );
    let often = |clip: &Clip| {
        for _ in 0..100 {
            black_box(clip.grant());
        }
    };
    let constancy = ratio(|| often(&long), || often(&short));
    println!("ratio seal, ours/age: {sealing:.2}");
    println!("ratio seal and name, ours/age then BLAKE3: {naming:.2}");
    println!("ratio seal, two threads/one: {threads:.2}");
    println!("ratio open, ours/age: {opening:.2}");
    println!("ratio grant, ours/age: {granting:.2}");
    println!("ratio grant, 200 MB/1 MB: {constancy:.2}");
    for race in programs::races(LONG) {
        println!("{race}");
    }
}
