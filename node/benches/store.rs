//! What a durable commit costs, and what it saves to make one for many records.
//!
//! A catch-up brings 200 alerts. They go into the home's database on a real disk (WAL, `synchronous=FULL`, in Cargo's
//! own directory and not in `/tmp`, which may lie in memory): once as one batch, once as 200 batches of one. Opening
//! the database is not timed.
//!
//! After measuring, one line: how many times as long the 200 commits take as the one.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark prints what it found and has nobody to report an error to"
)]

mod common;

use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput};
use ed25519_dalek::SigningKey;
use streetlamp::store::Store;
use streetlamp_proto::household::Record;
use streetlamp_proto::identity::HouseholdId;
use streetlamp_proto::street::StreetId;
use tempfile::TempDir;

use common::{NOW, alert, ratio};

/// Alerts of one catch-up.
const ALERTS: u64 = 200;

fn records() -> Vec<Record> {
    let device = SigningKey::from_bytes(&[7; 32]);
    let (street, author) = (
        StreetId::from_bytes([1; 32]),
        HouseholdId::from_bytes([2; 32]),
    );
    let record = |number| Record::Alert {
        street,
        alert: alert(street, number, &device),
        author,
        received: NOW,
    };
    (0..ALERTS).map(record).collect()
}

/// Saves the records in batches of this many.
fn save(records: &[Record], batch: usize) -> Duration {
    let dir = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let mut store = Store::open(&dir.path().join("home.db")).unwrap();
    let start = Instant::now();
    for batch in records.chunks(batch) {
        store.save(batch).unwrap();
    }
    start.elapsed()
}

fn main() {
    let records = records();
    let together = || save(&records, records.len());
    let one_by_one = || save(&records, 1);

    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("store");
    group.sample_size(10);
    group.throughput(Throughput::Elements(ALERTS));
    group.bench_function("one commit", |bench| {
        bench.iter_custom(|runs| (0..runs).map(|_| together()).sum());
    });
    group.bench_function("one commit a row", |bench| {
        bench.iter_custom(|runs| (0..runs).map(|_| one_by_one()).sum());
    });
    group.finish();

    let committing = ratio(together, one_by_one);
    println!("ratio group commit/one commit a row: {committing:.2}");
}
