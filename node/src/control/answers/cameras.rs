//! Of cameras.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Moment;
use crate::secret::Secret;

/// `camera add` and `camera token`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct CameraAdded {
    pub camera: String,
    pub kind: String,
    /// Where films are sent, if they are.
    pub send_to: Option<String>,
    /// Lets a recorder in; shown this once.
    pub token: Option<Secret>,
}

/// One of `camera list`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct CameraItem {
    pub camera: String,
    /// Null if what was said about it cannot be read any more.
    pub kind: Option<String>,
    pub state: String,
    /// The newest clip of it that is in this home.
    pub last_clip: Option<String>,
    pub last_recorded: Option<Moment>,
    pub error: Option<String>,
    /// Where it is, without passwords.
    pub source: Option<String>,
    pub has_token: bool,
    /// Sealed bytes that are taken within 24 hours, at most.
    pub daily_bytes: Option<u64>,
    pub sound: bool,
    /// What is covered in its pictures, in percent of them: `X,Y,W,H`.
    pub covers: Vec<String>,
    /// In which modes and at which hours it records, in words.
    pub records: Option<String>,
}

/// One of `camera discover`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct CameraFound {
    /// What it calls itself.
    pub name: Option<String>,
    /// Where it can be asked, for `camera add --onvif`.
    pub onvif: String,
    /// Its streams, if it was asked.
    pub streams: Vec<CameraStream>,
}

/// A stream of a camera that was found.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct CameraStream {
    /// For `camera add --profile`.
    pub profile: String,
    /// What the camera calls it.
    pub name: String,
    /// Where it is, without passwords.
    pub rtsp: String,
}

/// `camera mode`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ModeAnswer {
    pub mode: String,
    pub recording: Vec<String>,
    pub resting: Vec<String>,
}

/// `camera test`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct CameraTested {
    pub camera: String,
    pub ok: bool,
    pub says: String,
}

/// `camera add --try`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct CameraSeen {
    pub says: String,
    /// A JPEG in Base64; null if ffmpeg is not there to draw it.
    pub picture: Option<Secret>,
}

/// `camera remove`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct CameraNamed {
    pub camera: String,
}
