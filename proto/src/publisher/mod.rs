//! Publishers: agencies that can speak and cannot reach in.
//!
//! A fire department, a police force, a weather service has things to tell everybody in a place. It signs [`Bulletin`]s
//! and says them on the open topics of the cells that they are about. That is all it can do here. It has a signing key
//! and nothing else: no household, no card, no key that anything could be encrypted to, so that no grant can name it.
//! A bulletin has no field for an answer, an upload or a receipt.
//!
//! Anybody can make a key and call himself a fire department. What a resident can judge is a domain: a [`Binding`] names
//! one, the domain names the key in return, and homes compare. It proves whose domain it is, not who that is; so homes
//! show the domain, not only the name.
//!
//! 1. [`Area`]: a list of cells. [`Domain`]: a name in the DNS.
//! 2. [`Binding`]: who a publisher says it is, where it may speak, which keys it had before ([`Handover`]), and which
//!    keys second what makes people leave their homes ([`Seconding`]).
//! 3. [`Bulletin`]: what it says, in the terms of the Common Alerting Protocol 1.2 (OASIS, 2010).
//!    [`Original`]: the message of that protocol from which it was made, whole.
//! 4. [`Desk`]: the engine of a publisher's own node.
//!
//! Left to others: what a home takes, keeps and shows (`household::bulletins`), stamps and topics ([`crate::open`]),
//! asking the domain, which is IO, and
//! reading and writing messages of that protocol.

mod area;
mod binding;
mod bulletin;
mod desk;
mod domain;
mod kind;
mod original;

pub use area::{Area, AreaError};
pub use binding::{Binding, BindingError, Handover, PublisherId};
pub use bulletin::{
    Announced, Bulletin, BulletinError, Contact, Headline, Instruction, Message, Notice, Seconding,
};
pub use desk::{
    Desk, DeskAnswer, DeskCommand, DeskFailure, DeskInput, DeskOutput, DeskRecord, DeskTimer,
    Draft, OwnBulletin, Relayed, Revision, State,
};
pub use domain::{Domain, DomainError};
pub use kind::{Certainty, Kind, Severity, Status, Urgency};
pub use original::{Origin, Original, OriginalError};
