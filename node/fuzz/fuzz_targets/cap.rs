//! Messages of the Common Alerting Protocol from whoever wrote them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use streetlamp::cap::fuzz;

fuzz_target!(|bytes: &[u8]| {
    fuzz::message_or_refused(bytes);
});
