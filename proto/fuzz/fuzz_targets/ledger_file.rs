//! Ledgers in files, and proofs that there are two.
#![no_main]

use libfuzzer_sys::fuzz_target;
use streetlamp_proto::fuzz;

fuzz_target!(|bytes: &[u8]| {
    fuzz::ledger_file(bytes);
});
