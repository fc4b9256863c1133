//! The `streetlamp` program under another name, so that it is built beside the stories that run it.

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: streetlamp::Wiping = streetlamp::WIPING;

fn main() -> ExitCode {
    streetlamp::main()
}
