//! Clips: what this home has, a page for each with its player, and everything that can be done with one.
//!
//! `timeline` lists them, `page` shows one and `acts` carries out its forms; `export` hands one to
//! somebody outside; `player` lets films into a frame that can
//! do nothing but play; `still` draws a picture of one that is open; `fetches` gets what is not here and says how far it is; `holders` is who has what of this
//! home's, and what is kept here for others; `names` is what households and clips are
//! called. Nobody can ask for a clip here: every address belongs to the resident.

mod acts;
mod export;
mod fetches;
mod grants;
mod holders;
mod names;
mod page;
mod player;
mod still;
mod timeline;

pub(super) use acts::act;
pub(super) use export::{export, show as export_form};
pub(super) use holders::{act as act_on_holders, show as holders};
pub(super) use names::{Names, clip_words};
pub(super) use page::show;
pub(super) use player::{film, frame};
pub(super) use still::{drawable, still};
pub(super) use timeline::show as list;

use fetches::Fetches;
use player::Screenings;
use tokio::sync::{Semaphore, watch};

/// What the page does with clips at this moment. In memory only.
#[derive(Debug, Default)]
pub(super) struct UnderWay {
    screenings: Screenings,
    fetches: Fetches,
    films_held: FilmsHeld,
}

/// Room for a whole film in memory: one at a time.
#[derive(Debug)]
struct FilmsHeld(Semaphore);

impl Default for FilmsHeld {
    fn default() -> Self {
        Self(Semaphore::new(1))
    }
}

impl UnderWay {
    /// Tells when a fetch is further.
    pub(super) fn moves(&self) -> watch::Receiver<()> {
        self.fetches.moves()
    }
}
