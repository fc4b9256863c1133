//! Messages of a neighbour, to a home on a street.
#![no_main]

use libfuzzer_sys::fuzz_target;
use streetlamp_proto::fuzz;

fuzz_target!(|bytes: &[u8]| {
    fuzz::engine_inputs(bytes);
});
