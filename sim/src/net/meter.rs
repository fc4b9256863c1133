//! What a passer-by on the line can count: bytes by what they are for, and copies of what was gossiped.
//!
//! A stream begins with the names of its protocol (multistream-select 1.0), and gossip follows as protocol buffers
//! (gossipsub's `RPC`). Both stand behind a length in unsigned-varint form, so that one reader finds both.

use prost::Message as _;
use prost::encoding::decode_varint;

use crate::record::Class;

/// A frame that is longer is not looked at.
const LONGEST: usize = 128 * 1024;

/// The id that homes give a gossiped message: a hash of topic and bytes.
pub(crate) type MessageId = [u8; 32];

/// Parts of gossipsub's `RPC` message that count copies (`rpc.proto` of the specification).
#[derive(Clone, PartialEq, prost::Message)]
struct Rpc {
    #[prost(message, repeated, tag = "2")]
    publish: Vec<Publish>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Publish {
    #[prost(bytes = "vec", optional, tag = "2")]
    data: Option<Vec<u8>>,
    #[prost(string, tag = "4")]
    topic: String,
}

/// The id of a message, as `mesh` computes it.
pub(crate) fn message_id(topic: &str, data: &[u8]) -> MessageId {
    let mut hash = blake3::Hasher::new();
    hash.update(topic.as_bytes()).update(&[0]).update(data);
    *hash.finalize().as_bytes()
}

/// Reads along on one direction of a stream.
#[derive(Debug, Default)]
pub(crate) struct Reader {
    pending: Vec<u8>,
    class: Option<Class>,
    /// Nothing more is to be learned here.
    done: bool,
}

impl Reader {
    /// For the side that answers on a stream whose class is known.
    pub(crate) fn of(class: Class) -> Self {
        Self {
            pending: Vec::new(),
            class: Some(class),
            done: class != Class::Gossip,
        }
    }

    /// What the stream is for, as far as is known.
    pub(crate) fn class(&self) -> Class {
        self.class.unwrap_or(Class::Other)
    }

    /// Reads on. Gives the messages whose last byte this is.
    pub(crate) fn read(&mut self, bytes: &[u8]) -> Vec<MessageId> {
        let mut found = Vec::new();
        if self.done {
            return found;
        }
        self.pending.extend_from_slice(bytes);
        while let Some(frame) = self.frame() {
            match frame.strip_prefix(b"/") {
                Some(protocol) => self.named(protocol),
                None if self.class == Some(Class::Gossip) => found.extend(published(&frame)),
                None => self.done = true,
            }
        }
        if self.done {
            self.pending = Vec::new();
        }
        found
    }

    fn named(&mut self, protocol: &[u8]) {
        let class = match protocol {
            p if p.starts_with(b"multistream/") => return,
            p if p.starts_with(b"meshsub/") || p.starts_with(b"floodsub/") => Class::Gossip,
            p if p.starts_with(b"streetlamp/join/") => Class::Join,
            p if p.starts_with(b"streetlamp/street/") => Class::Street,
            p if p.starts_with(b"streetlamp/device/") => Class::Device,
            p if p.starts_with(b"streetlamp/sealed/") => Class::Clips,
            p if p.starts_with(b"ipfs/") => Class::Presence,
            _ => Class::Other,
        };
        self.class = Some(class);
        self.done = class != Class::Gossip;
    }

    /// The next whole frame.
    fn frame(&mut self) -> Option<Vec<u8>> {
        if self.done {
            return None;
        }
        let mut rest = self.pending.as_slice();
        let length = decode_varint(&mut rest).ok()?;
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        if length > LONGEST {
            self.done = true;
            return None;
        }
        let frame = rest.get(..length)?.to_vec();
        let after = self.pending.len() - rest.len() + length;
        self.pending.drain(..after);
        Some(frame)
    }
}

fn published(frame: &[u8]) -> Vec<MessageId> {
    let Ok(rpc) = Rpc::decode(frame) else {
        return Vec::new();
    };
    let publish = rpc.publish.iter();
    publish
        .map(|message| message_id(&message.topic, message.data.as_deref().unwrap_or_default()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_learns_the_protocol_and_counts_messages_however_the_bytes_are_cut() {
        let rpc = Rpc {
            publish: vec![Publish {
                data: Some(b"sealed".to_vec()),
                topic: "street".to_owned(),
            }],
        };
        let mut bytes = b"\x13/multistream/1.0.0\n\x0f/meshsub/1.2.0\n".to_vec();
        bytes.extend(rpc.encode_length_delimited_to_vec());
        for cut in 1..bytes.len() {
            let mut reader = Reader::default();
            let found: Vec<_> = bytes.chunks(cut).flat_map(|b| reader.read(b)).collect();
            assert_eq!(reader.class(), Class::Gossip);
            assert_eq!(found, [message_id("street", b"sealed")], "cut at {cut}");
        }
    }

    #[test]
    fn what_comes_after_another_protocol_is_not_looked_at() {
        let mut reader = Reader::default();
        reader.read(b"\x13/multistream/1.0.0\n\x17/streetlamp/sealed/1\n\n\n");
        assert_eq!(reader.class(), Class::Clips);
        assert!(reader.read(&[0xff; 1_000]).is_empty());
        assert!(reader.pending.is_empty());
    }
}
