//! `streetlamp-sim`: neighbourhoods of real nodes in virtual time.

use std::process::ExitCode;

use mimalloc::MiMalloc;

// Nothing is wiped: every key follows from the seed.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    streetlamp_sim::cli::main()
}
