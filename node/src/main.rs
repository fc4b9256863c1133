//! The `streetlamp` program: everything is in the library, where tests can reach it.

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: streetlamp::Wiping = streetlamp::WIPING;

fn main() -> ExitCode {
    streetlamp::main()
}
