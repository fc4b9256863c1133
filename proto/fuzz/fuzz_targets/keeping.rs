//! What a household and its keeper say to each other, and leases.
#![no_main]

use libfuzzer_sys::fuzz_target;
use streetlamp_proto::fuzz;

fuzz_target!(|bytes: &[u8]| {
    fuzz::keeping(bytes);
});
