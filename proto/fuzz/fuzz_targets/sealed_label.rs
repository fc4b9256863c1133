//! Labels of clips that come back from keepers.
#![no_main]

use libfuzzer_sys::fuzz_target;
use streetlamp_proto::fuzz;

fuzz_target!(|bytes: &[u8]| {
    fuzz::sealed_label(bytes);
});
