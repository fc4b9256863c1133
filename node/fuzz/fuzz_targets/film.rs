//! Films from whoever made them.
#![no_main]

use libfuzzer_sys::fuzz_target;

// The module alone: it needs nothing else of the node, and five hundred crates less are built with a sanitizer.
#[allow(dead_code, unused_imports, reason = "a fuzzer uses one function of it")]
#[path = "../../src/camera/film/mod.rs"]
mod film;

fuzz_target!(|bytes: &[u8]| {
    film::clean_or_refuse(bytes);
});
