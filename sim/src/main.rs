//! `streetlamp-sim`: neighbourhoods of real nodes in virtual time.

fn main() -> std::process::ExitCode {
    streetlamp_sim::cli::main()
}
