//! The Streetlamp home node: the shell around the engine of `streetlamp-proto`.
//!
//! [`node`] holds the one driver loop and the handle through which everybody else reaches it. `home`, `store`,
//! `journal`, `vault`, `mesh`, `camera`, `domains` are leaves that do not know each other; `web` and `control` (and
//! through it `cli`) see a running node only through [`node::NodeHandle`].

pub mod address;
mod ahead;
pub mod backup;
pub mod blocking;
mod buffers;
pub mod camera;
pub mod cap;
pub mod cli;
pub mod clock;
pub mod contents;
pub mod control;
mod core_dumps;
pub mod demo;
pub mod disk;
pub mod domains;
pub mod entropy;
pub mod error;
mod export;
mod factor;
mod ffmpeg;
mod figures;
pub mod home;
pub mod house;
pub mod https;
pub mod journal;
pub mod mesh;
pub mod mqtt;
pub mod node;
pub mod notify;
pub mod picture;
pub mod publisher;
pub mod relay;
pub mod secret;
pub mod spare;
pub mod store;
pub mod strength;
pub mod vault;
pub mod web;
pub mod when;

pub use cli::main;

/// Memory of the system that is wiped when it is freed: decoders and curve arithmetic of libraries leave copies of keys in
/// buffers that they throw away. Every program that opens a home allocates from it.
pub type Wiping = zeroizing_alloc::ZeroAlloc<std::alloc::System>;
/// See [`Wiping`].
pub const WIPING: Wiping = zeroizing_alloc::ZeroAlloc(std::alloc::System);
