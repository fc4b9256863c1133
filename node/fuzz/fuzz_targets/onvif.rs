//! What a camera says over ONVIF, or whoever plays one.
#![no_main]

use libfuzzer_sys::fuzz_target;
use streetlamp::camera::onvif;

fuzz_target!(|bytes: &[u8]| {
    onvif::camera_or_nothing(bytes);
});
