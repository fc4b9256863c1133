//! Keepers: neighbours who hold sealed bytes of each other's clips, so that a burglar who takes the box does not take
//! the film.
//!
//! A keeper promises room in a signed [`Lease`]. It is told ids and lengths ([`Keeping::Keep`]) and fetches the sealed
//! bytes by itself, checked group by group ([`clip`](crate::clip)); with each comes the clip's [`SealedLabel`], of one
//! length for all. It learns that somebody made so many bytes at such a time, and holds nothing that opens them.
//!
//! What it is told to delete it holds a while longer: a thief who has the box speaks for the household until that says
//! otherwise, and these copies are there for that very case.
//!
//! The keeper also pins the household's ledger as far as others may see it ([`Chain`](crate::ledger::Chain)), and
//! serves a neighbour only with a ticket that stands in there.
//!
//! Left to others: which clips go to whom and when (`household::keeping`), files and streams.

mod label;
mod lease;
mod message;
#[cfg(test)]
mod tests;

pub use label::{LabelError, SEALED_LABEL, SealedLabel};
pub use lease::{Lease, LeaseError, NoLease};
pub use message::{Holding, Keeping, KeptCopy, LetGo, Recalled, Report, Served, ToKeep};
