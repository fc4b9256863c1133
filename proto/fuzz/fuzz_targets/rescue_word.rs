//! Words that anybody may have left in the DHT.
#![no_main]

use libfuzzer_sys::fuzz_target;
use streetlamp_proto::fuzz;

fuzz_target!(|bytes: &[u8]| {
    fuzz::rescue_word(bytes);
});
