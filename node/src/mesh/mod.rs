//! The mesh: libp2p, and nothing of what is said over it.
//!
//! [`Mesh`] turns the swarm's events into [`MeshEvent`]s in the engine's terms and carries its wishes out. It does not
//! know what a street or an alert is. Settings that differ from libp2p's defaults stand beside their reasons in
//! `behaviour`.

mod apart;
mod behaviour;
mod codec;
mod connections;
mod dozing;
mod event;
mod exchange;
mod lan;
mod listen;
mod pace;
mod peers;
mod pulse;
mod reach;
mod run;
mod scoring;
mod speaker;
mod streams;
mod swarm;
mod topics;
mod transport;

pub use event::MeshEvent;
pub use peers::{door, peer_of};
pub use pulse::SILENCE;
pub use reach::{
    Help, PeerWay, PortMapping, Reach, ReachView, Relaying, Rescue, RescueState, Rung, RungState,
    Standing,
};
pub use run::Run;
pub use speaker::{Speaker, SpeakerEvent};
pub use streams::{IncomingStream, SealedStreams};
pub use swarm::Mesh;
pub use transport::Transport;

#[cfg(test)]
mod tests;
