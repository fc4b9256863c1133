//! Messages of the Common Alerting Protocol 1.2 (CAP; OASIS Standard, 1 July 2010): read, written, and made into
//! bulletins and from them.
//!
//! An agency that has CAP keeps its tools: what they write becomes a bulletin, and a bulletin comes back out as CAP. The
//! message travels with the bulletin to the letter ([`Original`](streetlamp_proto::publisher::Original)), so that nothing
//! of it is lost, its XML signature included; homes show what [`Words`] takes of it.
//!
//! 1. [`Message`]: all that CAP 1.2 defines, typed where something follows from it and as text where not.
//! 2. `read`: XML to `Message`, in the order of the OASIS schema, within bounds. `write`: back.
//! 3. [`Words`]: what of a message a bulletin says. `cover`: polygons and circles as cells.
//! 4. `backwards`: the message that a bulletin is. `weather`: the United States' weather service says the same in GeoJSON.
//!
//! XML signatures are not checked: [`Message::signed`] says that there is one, no more. See decision 19
//! in `docs/decisions`.

mod backwards;
mod cover;
mod error;
pub mod fuzz;
mod lists;
mod message;
mod read;
mod weather;
mod words;
mod write;

#[cfg(test)]
mod tests;

pub use backwards::{Carried, carried, exported};
pub use cover::{Cover, cover};
pub use error::CapError;
pub use lists::{Category, MessageKind, Response, Scope};
pub use message::{Info, Message, Moment, Pair, Place, Resource};
pub use read::{is_cap, read};
pub use weather::{is_geojson, read_geojson};
pub use words::{Wanted, Words};
pub use write::write;

/// The namespace of CAP 1.2.
const NAMESPACE: &str = "urn:oasis:names:tc:emergency:cap:1.2";
/// The namespace of XML signatures, which may stand at a message's end.
const SIGNATURES: &str = "http://www.w3.org/2000/09/xmldsig#";

/// Bytes of a message that is read. Those with a siren's sound inside have several hundred KiB.
pub const MESSAGE_BYTES: usize = 1024 * 1024;
/// Elements, texts and attributes of a message.
const NODES: u32 = 50_000;
/// Points of all polygons of a message: coastlines have thousands.
const POINTS: usize = 20_000;
/// Polygons and circles of a message.
const SHAPES: usize = 1_024;
