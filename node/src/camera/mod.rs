//! Where films come from, and what is taken out of them before they are sealed.
//!
//! A camera is whatever brings films to this home: a folder that a recorder writes to, a program that sends them, or the
//! camera's own stream. `settings` is what the household said about one, `mode` when it records, `cover` what nobody is to see. `folder` finds the files of a folder that are whole.
//! `frigate` asks a Frigate for its films.
//! `onvif` asks cameras what they are, and hears what they notice.
//! `stream` gets pictures from a camera's own address, and `preroll` holds the last seconds of them.
//! `film` cleans films, cuts recordings into clips, and makes films of pictures. Left to others: sealing, and running all of it (`node::cameras`).

mod cover;
pub mod film;
pub mod folder;
pub mod frigate;
mod mode;
pub mod onvif;
pub mod preroll;
mod settings;
pub mod stream;

pub use cover::{Cover, CoverError};
pub use mode::{Duty, Mode};
pub use settings::{Settings, Source};
