//! GeoJSON of a weather service.
#![no_main]

use libfuzzer_sys::fuzz_target;
use streetlamp::cap::fuzz;

fuzz_target!(|bytes: &[u8]| {
    fuzz::geojson_or_refused(bytes);
});
