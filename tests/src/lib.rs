//! Homes as a tester sees them: real processes, real sockets, spoken to through the command line.
//!
//! Methods are actions or questions. Waiting is always for an event of the node, never for time to pass.

mod home;
mod publisher;
mod reply;

pub use home::Home;
pub use publisher::Publisher;
pub use reply::Reply;
