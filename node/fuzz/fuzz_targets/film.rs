//! Films from whoever made them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use streetlamp::camera::film;

fuzz_target!(|bytes: &[u8]| {
    film::clean_or_refuse(bytes);
});
