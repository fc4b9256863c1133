//! What a Frigate says over MQTT and HTTP, or whoever plays it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use streetlamp::camera::frigate;

fuzz_target!(|bytes: &[u8]| {
    frigate::review_or_nothing(bytes);
});
