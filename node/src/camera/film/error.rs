//! Why a film was not taken, in words for the household that chose it.
//!
//! Each text says what happened and what to try. The commands are for `ffmpeg`, which every
//! platform has, with `in.mp4` and `out.mp4` for the household to replace. Nothing from inside the
//! film is repeated: box names in the texts are the ones this module looks for.

use std::io;
use std::time::Duration;

use mp4_atom::FourCC;

/// Why a film was not taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FilmError {
    /// The source failed to read or seek.
    #[error("the film could not be read; check that its disk or card is connected, then try again")]
    Io(#[source] io::Error),
    /// The source has no bytes.
    #[error("the film is empty; copy it from the camera again")]
    Empty,
    /// The source is longer than [`MAX_SOURCE`](super::MAX_SOURCE), or a recording than
    /// [`MAX_RECORDING`](super::MAX_RECORDING). Nothing of it was read.
    #[error(
        "the film has {} MiB and at most {} are taken; make it smaller: \
         ffmpeg -i in.mp4 -ss 0 -t 120 -crf 28 out.mp4",
        bytes.div_ceil(1 << 20),
        longest >> 20
    )]
    TooLarge {
        /// Length of the source in bytes.
        bytes: u64,
        /// The limit in bytes.
        longest: u64,
    },
    /// The source does not begin as ISO/IEC 14496-12 section 4.3 asks.
    #[error("this is not an MP4 film; convert it: ffmpeg -i in.mkv out.mp4")]
    NotMp4,
    /// The film is cut into fragments (ISO/IEC 14496-12 section 8.8): its index is spread over
    /// the whole file, and browsers cannot seek in it before they have all of it.
    #[error(
        "the film is in fragments, as cameras stream it; join them: \
         ffmpeg -i in.mp4 -c copy -movflags +faststart out.mp4"
    )]
    Fragmented,
    /// The film ends before its index or its pictures do.
    #[error("the film breaks off before its end; copy it from the camera again, or record again")]
    Truncated,
    /// The film plays, or holds, longer than a clip may.
    #[error(
        "the film lasts {} s and a clip at most {} s; cut it: \
         ffmpeg -i in.mp4 -ss 0 -t {1} -c copy out.mp4",
        lasts.as_secs_f64().ceil(),
        super::MAX_DURATION.as_secs()
    )]
    TooLong {
        /// How long it plays, or how long its longest track is before edits.
        lasts: Duration,
    },
    /// For longer than a clip may last there is no picture at which the film can be cut.
    #[error(
        "the film cannot be cut into clips, because its key pictures are more than {} s apart; \
         set the camera to a key picture every few seconds",
        super::MAX_DURATION.as_secs()
    )]
    NoKeyPicture,
    /// Neither the film nor its tracks have a duration.
    #[error(
        "the film does not say how long it lasts; copy it once: \
         ffmpeg -i in.mp4 -c copy out.mp4"
    )]
    NoDuration,
    /// No video track, or one without a single picture.
    #[error("there is no video in this file; choose the film itself, not its sound or its preview")]
    NoVideo,
    /// Pictures or sound lie in other files.
    #[error(
        "the film only points to other files; export it as one film from the program that made it"
    )]
    External,
    /// The index is compressed (QuickTime `cmov`).
    #[error(
        "the film's index is compressed, as very old programs did; copy it once: \
         ffmpeg -i in.mov -c copy out.mp4"
    )]
    CompressedIndex,
    /// The samples are encrypted (ISO/IEC 14496-12 section 8.12).
    #[error(
        "the film is copy-protected, so neighbours could not play it; record it without protection"
    )]
    Encrypted,
    /// Sound whose samples are not counted the way MP4 counts them (QuickTime sound with
    /// samples of 1 byte).
    #[error(
        "the film's sound is stored in an old way; convert the sound: \
         ffmpeg -i in.mov -c:v copy -c:a aac out.mp4"
    )]
    OldSound,
    /// The index is larger than two minutes of film can need.
    #[error(
        "the film's index is larger than two minutes can need; copy it once: \
         ffmpeg -i in.mp4 -map 0:v -map 0:a? -c copy out.mp4"
    )]
    IndexTooLarge,
    /// A box is missing, doubled or says what cannot be.
    #[error(
        "the film is damaged (box '{0}'); copying it often mends it: \
         ffmpeg -i in.mp4 -c copy out.mp4"
    )]
    Malformed(FourCC),
}
