//! Statements in clear, on open topics.
#![no_main]

use libfuzzer_sys::fuzz_target;
use streetlamp_proto::fuzz;

fuzz_target!(|bytes: &[u8]| {
    fuzz::open_statement(bytes);
});
