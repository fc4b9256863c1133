//! What is said in the open: on the topics of a cell, which anybody may read and write.
//!
//! A street is sealed, and whoever speaks on it is vouched for. A knock on the door of a street, or an alert for
//! everybody nearby, reaches people who share no key with its author. So nothing here rests on who somebody is, and
//! all of it bounds what a stranger can make a home do:
//!
//! 1. [`Stamp`]: work that a stranger did for this one statement, checked before its signature is looked at.
//! 2. [`within_rate`] and [`Bucket`]: how often one key, or one connection, may speak.
//! 3. [`Tray`]: where statements of unknown keys wait, never more of them than its [`Bounds`].
//! 4. [`topic`] and [`around`]: which cells a home listens to.
//! 5. [`OpenStatement`]: everything that can be said here, [`Knock`]s among it.
//!
//! None of these proves anything about an author: keys are free, and work can be bought. They keep a flood small and
//! make it cost something; whom to believe is a question for people.
//!
//! Left to others: alerts, which rate and which bounds hold, and telling anybody about what came in.

mod bucket;
mod knock;
mod stamp;
mod statement;
mod topics;
mod tray;

pub use bucket::{Bucket, within_rate};
pub use knock::{Greeting, Knock, KnockError};
pub use stamp::{STAMP_BITS, Search, Stamp};
pub use statement::{OpenError, OpenStatement};
pub use topics::{MOST_RINGS, NotARadius, OPEN_PRECISION, Radius, around, cell_of, topic};
pub use tray::{Bounds, Tray, Waiting};
