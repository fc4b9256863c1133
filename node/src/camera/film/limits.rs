//! Every limit on a film, in one place, so that a hostile file costs a bounded amount of memory and
//! time.
//!
//! The walk through the boxes goes to fixed depths and never recurses, so that nesting needs no
//! limit.

use std::time::Duration;

/// Most bytes of a source film: 256 MiB.
///
/// Two minutes at 16 Mbit/s, twice what home cameras record in 4K, are 229 MiB. A larger film is
/// refused before it is read. Being far below 4 GiB, it also keeps each offset in the cleaned film
/// within 32 bits.
pub const MAX_SOURCE: u64 = 256 << 20;

/// Most bytes of a recording that is cut into clips: 64 GiB, more than a day at 4 Mbit/s.
pub const MAX_RECORDING: u64 = 64 << 30;

/// Longest a clip plays.
pub const MAX_DURATION: Duration = Duration::from_secs(120);

/// How far a film may play over [`MAX_DURATION`].
///
/// Cutting by `ffmpeg -t 120 -c copy` ends at the edge of a picture or sound frame, up to a few
/// tenths later.
pub(super) const PLAY_SLACK: Duration = Duration::from_secs(1);

/// How far the media of one track may exceed [`MAX_DURATION`] before edits.
///
/// A cut by copying starts at the key picture before it and hides the lead by an edit list. x264
/// puts a key picture every 250, that is 10 s at 25 pictures a second.
pub(super) const LEAD_SLACK: Duration = Duration::from_secs(15);

/// Most bytes of the `moov` box: 16 MiB.
///
/// The index of two minutes is well below 1 MiB; the rest is for previews that some cameras put
/// beside it. It is held in memory while the film is opened; decoded, a table of a hostile film
/// takes up to seven times its size.
pub(super) const MAX_INDEX: u64 = 16 << 20;

/// Most bytes of the `ftyp` box. A brand takes 4 bytes; real files list fewer than ten.
pub(super) const MAX_FTYP: u64 = 4 << 10;

/// Most boxes at the top level. Real films have fewer than ten; a recording in fragments of one
/// second has 7,200 in an hour.
pub(super) const MAX_TOP_LEVEL: usize = 1 << 16;

/// Most samples of all tracks of a recording that is cut or was in fragments: 2^21.
///
/// Seven hours at 30 pictures and 48 sound samples a second. They are held in memory, at 40 bytes
/// each, while the recording is taken in.
pub(super) const MAX_SAMPLES: usize = 1 << 21;

/// Most `trak` boxes, those included that are dropped. Action cameras write six, phones up to ten.
pub(super) const MAX_TRACKS: usize = 64;

/// Most chunks of all tracks that stay: 2^17.
///
/// A chunk per sample, at 240 pictures a second and 1,024 sound samples of 48 kHz a frame, gives
/// 34,425 in two minutes.
pub(super) const MAX_CHUNKS: usize = 1 << 17;

// Cleaning adds at most a few dozen bytes a track to the index, which the second index length
// covers many times: `stco`, with its 32-bit offsets, always suffices and `co64` is never written.
const _: () = assert!(MAX_SOURCE + 2 * MAX_INDEX < 1 << 32);
