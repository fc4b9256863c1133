//! What is in memory stays there: no core dumps, and no other program of this account that looks in.
//!
//! A crash would write keys and opened films to disk, where no passphrase protects them. Root can look into every
//! process; that is not changed.

use std::io;

use rustix::process::{Resource, Rlimit, setrlimit};

/// Switches core dumps of this process off, and of those that it starts; on Linux also whatever a debugger or
/// `/proc/PID/mem` would show to others.
///
/// # Errors
/// The system's.
pub(crate) fn switch_off() -> io::Result<()> {
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    setrlimit(Resource::Core, none)?;
    close_memory()
}

/// A limit of zero does not stop a kernel that hands dumps to a program (`core_pattern` with a pipe): this does.
#[cfg(target_os = "linux")]
fn close_memory() -> io::Result<()> {
    use rustix::process::{DumpableBehavior, set_dumpable_behavior};
    Ok(set_dumpable_behavior(DumpableBehavior::NotDumpable)?)
}

#[cfg(not(target_os = "linux"))]
#[expect(clippy::unnecessary_wraps, reason = "on Linux it can fail")]
const fn close_memory() -> io::Result<()> {
    Ok(())
}
