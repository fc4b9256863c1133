//! The control socket: how the command line reaches the node that runs from the same home.
//!
//! A Unix socket `control.sock` in the home directory, mode 0600 in a directory of mode 0700: whoever can open it is
//! the resident (or root), so there is no further sign-in. Nothing of it is reachable over a network.
//!
//! The protocol is private to the two halves of one program and may change with every version. The client sends one
//! line of JSON, a [`Request`]. The node answers with lines of JSON: any number of `{"progress":{…}}`, then one
//! `{"ok":…}` or `{"error":{"kind":…,"message":…}}`. When a film comes, `ok` carries its length `len`; just `len`
//! bytes follow it, and after them a second `{"ok":null}` or `{"error":…}`, so that a film that failed in the middle
//! (the rest is zeros then) is not taken for a whole one. One connection, one request.
//!
//! Left to others: what the commands mean (`node`), how answers look to people (`cli`).

pub mod answers;

mod answering;
mod client;
mod films;
mod ids;
mod protocol;
mod server;

pub(crate) use answering::{answer, ok as answered};
pub(crate) use client::connect_at;
pub use client::{Connection, connect};
pub(crate) use films::{exported, opened};
pub(crate) use ids::resolve;
pub use protocol::{
    AlertPost, CameraAdd, CameraSource, FilmStart, FilmWritten, HouseConnect, NotifyAdd, NotifyWay,
    Progress, Request, Saying,
};
pub use server::{bind, serve};
pub(crate) use server::{converse_once, serve_at};
