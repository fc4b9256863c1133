//! Grants as they are delivered.
#![no_main]

use libfuzzer_sys::fuzz_target;
use streetlamp_proto::fuzz;

fuzz_target!(|bytes: &[u8]| {
    fuzz::grant(bytes);
});
