//! Where films come from, and what is taken out of them before they are sealed.
//!
//! A camera is whatever brings films to this home: a folder that a recorder writes to, or a program that sends them.
//! `settings` is what the household said about one, `folder` finds the files of a folder that are whole, and `film`
//! cleans films and cuts recordings into clips. Left to others: sealing, and running all of it (`node::cameras`).

pub mod film;
pub mod folder;
mod settings;

pub use settings::{Settings, Source};
