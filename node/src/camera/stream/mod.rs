//! Pictures, and sound if it is wanted, out of a camera's stream: RTSP, with its data in the same connection (RFC 2326, section 10.12).
//!
//! Nothing is decoded. The one connection goes to the address that was judged (`address`), through a sluice (`sluice`)
//! that bounds what a camera makes us hold: data over UDP would come from anywhere, and a parting word (`TEARDOWN`) would
//! go to an address of the camera's choice, so that neither is used. What a camera answers is shown to nobody.
//!
//! A camera whose clock jumps, or runs ahead of ours (`tempo`), or that codes its pictures in another way all the time, is
//! given up and asked anew: what came until then is a film.

mod sluice;
mod tempo;

use std::num::NonZeroU32;
use std::time::Duration;

use futures::StreamExt;
use retina::client::{
    Credentials, Demuxed, PlayOptions, Session, SessionOptions, SetupOptions, TcpTransportOptions,
    TeardownPolicy, Transport,
};
use retina::codec::{CodecItem, FrameFormat, ParametersRef};
use tokio::time::{Instant, timeout};

use self::sluice::Sluice;
use self::tempo::Tempo;
use super::film::{Coding, Sound, SoundCoding};
use crate::address::{Login, Place};
use crate::error::{Error, ErrorKind, Result};

/// Where RTSP is (RFC 2326, section 3.2).
const PORT: u16 = 554;
/// How long a camera may take to begin, and between two pictures: slow ones need half a minute.
const PATIENCE: Duration = Duration::from_secs(30);
/// Most seconds that its clock may jump.
const JUMP: NonZeroU32 = NonZeroU32::MIN.saturating_add(9);
/// How long a camera keeps to one coding, at least: each makes a clip of its own.
const KEEPS: Duration = Duration::from_secs(10);

/// A picture as it was coded.
#[derive(Debug, Clone)]
pub struct Picture {
    /// Its NAL units, each behind its length in four bytes.
    pub data: Vec<u8>,
    /// Whether it can be decoded without others.
    pub key: bool,
    /// When it is shown, in ticks of the stream's clock since it began.
    pub at: i64,
}

/// A piece of sound as it was coded.
#[derive(Debug, Clone)]
pub struct Heard {
    /// Its bytes.
    pub data: Vec<u8>,
    /// When it begins, in ticks of the sound's own clock since the stream began.
    pub at: i64,
}

/// What comes next.
#[derive(Debug)]
pub enum Next {
    /// A picture, and how it and those after it are coded, if that is new.
    Picture(Picture, Option<Coding>),
    /// A piece of sound.
    Heard(Heard),
}

/// What becomes of a camera's sound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Audible {
    /// Nobody asked for it, or it has none.
    No,
    /// It is kept.
    Kept(SoundCoding),
    /// It is coded in a way that browsers do not play in a film: dropped.
    Unfit(&'static str),
}

/// A camera's stream of pictures, and of sound if it is wanted.
pub struct Stream {
    session: Demuxed,
    sluice: Sluice,
    video: usize,
    /// How its pictures are coded, and since when.
    coding: Option<(Coding, Instant)>,
    tempo: Tempo,
    audible: Audible,
}

impl std::fmt::Debug for Stream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stream").finish_non_exhaustive()
    }
}

impl Stream {
    /// Connects to a camera and lets it play.
    ///
    /// # Errors
    /// If it cannot be reached, refuses the login, or has no H.264 or H.265.
    pub async fn open(place: &Place, login: Option<&Login>, sound: Sound) -> Result<Self> {
        let sluice = timeout(PATIENCE, Sluice::to(place.address(PORT).await?));
        let sluice = sluice.await.map_err(|_| silent())??;
        let url = place.through(sluice.at())?;
        let credentials = login.map(|login| Credentials {
            username: login.user.clone(),
            password: login.password.0.to_string(),
        });
        let options = SessionOptions::default()
            .creds(credentials)
            .user_agent("streetlamp".to_owned())
            .teardown(TeardownPolicy::Never);
        let opening = async {
            let mut session = Session::describe(url, options).await.map_err(failed)?;
            let coded = |name: &str| matches!(name, "h264" | "h265");
            let streams = session.streams();
            let video = streams
                .iter()
                .position(|s| s.media() == "video" && coded(s.encoding_name()));
            let video = video.ok_or_else(|| {
                let message = "the camera has no picture in H.264 or H.265: choose another stream of it, or set it to H.264";
                Error::new(ErrorKind::Invalid, message)
            })?;
            let setup = || {
                SetupOptions::default()
                    .transport(Transport::Tcp(TcpTransportOptions::default()))
                    .frame_format(FrameFormat::MP4)
            };
            let heard = match sound {
                Sound::Kept => sound_of(session.streams()),
                Sound::Dropped => None,
            };
            session.setup(video, setup()).await.map_err(failed)?;
            let audible = match heard {
                None => Audible::No,
                Some(Err(name)) => Audible::Unfit(name),
                Some(Ok(audio)) => {
                    session.setup(audio, setup()).await.map_err(failed)?;
                    let parameters = session.streams().get(audio);
                    let parameters = parameters.and_then(retina::client::Stream::parameters);
                    match parameters {
                        Some(ParametersRef::Audio(parameters)) => Audible::Kept(SoundCoding {
                            entry: parameters.mp4_sample_entry().build().map_err(failed)?,
                            clock: parameters.clock_rate(),
                        }),
                        _ => Audible::Unfit("AAC that says too little of itself"),
                    }
                }
            };
            let play = PlayOptions::default().enforce_timestamps_with_max_jump_secs(JUMP);
            let session = session.play(play).await.map_err(failed)?;
            let session = session.demuxed().map_err(failed)?;
            Ok::<_, Error>((session, video, audible))
        };
        let opened = timeout(PATIENCE, Box::pin(opening))
            .await
            .map_err(|_| silent())?;
        let (session, video, audible) = opened?;
        Ok(Self {
            session,
            sluice,
            video,
            coding: None,
            tempo: Tempo::default(),
            audible,
        })
    }

    /// What becomes of its sound.
    pub const fn audible(&self) -> &Audible {
        &self.audible
    }

    /// The next picture or piece of sound.
    ///
    /// # Errors
    /// If the stream ends, breaks, gives nothing for half a minute, or what no camera gives.
    pub async fn next(&mut self) -> Result<Next> {
        let next = async {
            loop {
                match self.session.next().await {
                    Some(Ok(CodecItem::VideoFrame(frame))) => return Ok(Ok(frame)),
                    Some(Ok(CodecItem::AudioFrame(frame))) => {
                        return Ok(Err(Heard {
                            at: frame.timestamp().elapsed(),
                            data: frame.data().to_vec(),
                        }));
                    }
                    Some(Ok(_)) => {}
                    Some(Err(error)) => return Err(failed(error)),
                    None => {
                        let message = "the camera ended its stream";
                        return Err(Error::new(ErrorKind::Unavailable, message));
                    }
                }
            }
        };
        let frame = match timeout(PATIENCE, next).await {
            Ok(Ok(Ok(frame))) => frame,
            Ok(Ok(Err(heard))) => return Ok(Next::Heard(heard)),
            Ok(Err(error)) => return Err(error),
            Err(_) if self.sluice.is_full() => {
                return Err(odd("the camera sends a picture that has no end"));
            }
            Err(_) => return Err(silent()),
        };
        self.sluice.a_picture_is_whole();
        let (at, clock) = (frame.timestamp().elapsed(), frame.timestamp().clock_rate());
        if !self.tempo.allows(at, clock.get(), Instant::now()) {
            return Err(odd("the camera's clock runs away"));
        }
        let coding = match frame.has_new_parameters() || self.coding.is_none() {
            true => self.read_coding(clock.get())?,
            false => None,
        };
        let picture = Picture {
            key: frame.is_random_access_point(),
            at,
            data: frame.into_data(),
        };
        Ok(Next::Picture(picture, coding))
    }

    fn read_coding(&mut self, clock: u32) -> Result<Option<Coding>> {
        let streams = self.session.streams();
        let parameters = streams
            .get(self.video)
            .and_then(retina::client::Stream::parameters);
        let Some(ParametersRef::Video(parameters)) = parameters else {
            return Ok(None);
        };
        let (width, height) = parameters.pixel_dimensions();
        let new = Coding {
            entry: parameters.mp4_sample_entry().build().map_err(failed)?,
            width: u16::try_from(width).unwrap_or(u16::MAX),
            height: u16::try_from(height).unwrap_or(u16::MAX),
            clock,
        };
        let now = Instant::now();
        match &self.coding {
            Some((coding, _)) if *coding == new => return Ok(None),
            Some((_, since)) if now.duration_since(*since) < KEEPS => {
                let message = "the camera codes its pictures in another way all the time: give it one setting for day and night";
                return Err(odd(message));
            }
            _ => self.coding = Some((new.clone(), now)),
        }
        Ok(Some(new))
    }
}

/// The stream of sound that can be kept, or how the one that is there is coded. Browsers play AAC in a film (RFC 3640), and
/// nothing else that cameras send.
fn sound_of(streams: &[retina::client::Stream]) -> Option<Result<usize, &'static str>> {
    let mut sounds = streams
        .iter()
        .enumerate()
        .filter(|(_, s)| s.media() == "audio");
    let aac = sounds
        .clone()
        .find(|(_, s)| s.encoding_name() == "mpeg4-generic");
    if let Some((aac, _)) = aac {
        return Some(Ok(aac));
    }
    let (_, other) = sounds.next()?;
    Some(Err(match other.encoding_name() {
        "pcmu" | "pcma" => "G.711",
        "opus" => "Opus",
        _ => "a coding of its own",
    }))
}

/// What went wrong, without anything that the camera said.
fn failed(error: retina::Error) -> Error {
    let (kind, message) = match error.status_code() {
        Some(401 | 403) => (
            ErrorKind::Denied,
            "the camera refuses the login: check name and password",
        ),
        Some(404) => (
            ErrorKind::NotFound,
            "the camera has no such stream: check what stands behind the last slash of its address",
        ),
        Some(_) => (
            ErrorKind::Unavailable,
            "the camera refuses: it may have too many viewers, or need another address",
        ),
        None => (
            ErrorKind::Unavailable,
            "the camera cannot be reached, or its stream broke: check that it is on and that its address is right",
        ),
    };
    tracing::debug!(status = error.status_code(), "a camera failed");
    Error::new(kind, message)
}

fn odd(message: &'static str) -> Error {
    Error::new(ErrorKind::Unavailable, message)
}

fn silent() -> Error {
    let message = "the camera does not answer: check that it is on and that its address is right";
    Error::new(ErrorKind::Unavailable, message)
}
