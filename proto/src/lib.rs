//! The Streetlamp protocol without IO: what is said on a street, and which rules hold.
//!
//! Read in this order:
//!
//! 1. [`wire`]: frames, canonical CBOR, every size limit in one file.
//! 2. [`identity`]: 24 words, household roots, device keys with roles, cards; [`signed`]: how a statement is signed
//!    and how much has been proven about it.
//! 3. [`street`]: founding, epochs, tickets, vouches, members; [`alert`]: what a neighbour tells the street.
//!    [`open`]: what bounds strangers where nothing is sealed. [`publisher`]: agencies, who speak there.
//! 4. [`clip`]: sealed films; [`grant`]: the key of one clip for one neighbour; [`ledger`]: the log of all that left;
//!    [`export`]: what goes beside a clip for somebody outside.
//! 5. [`household`]: the engine that puts them together, `handle(input, now) -> outputs`.
//!
//! What is deliberately absent: sockets, files, clocks, a global random generator, and any message that asks for
//! footage. The caller passes time and a seed in; the dependency list of this crate is the proof. (One exception,
//! inherited: the `age` crate draws the ephemeral key of a stanza from the operating system.)
#![warn(missing_docs)]

pub mod access;
pub mod alert;
pub mod approval;
pub mod cell;
pub mod clip;
pub mod export;
pub mod fetch;
#[cfg(any(test, fuzzing))]
pub mod fuzz;
pub mod grant;
pub mod household;
pub mod id;
pub mod identity;
pub mod keeper;
pub mod ledger;
pub mod open;
pub mod publisher;
pub mod recipient;
pub mod signed;
pub mod street;
pub mod text;
pub mod time;
pub mod wire;
