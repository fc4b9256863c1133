//! What is asked for with many words, as somebody typed it. The node judges it; nothing here is checked.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::camera::onvif::Happening;
use crate::camera::{Cover, Duty};
use crate::contents::Contents;
use crate::house::Allowed;
use crate::notify::About;
use crate::secret::Secret;
use crate::when::Hours;

/// A way to be told, as it was typed.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NotifyAdd {
    /// How it is called.
    pub name: String,
    /// How the household is told.
    pub way: NotifyWay,
    /// Whether the address may be this very machine.
    pub allow_loopback: bool,
    /// Of what.
    pub about: Vec<About>,
    /// From which urgency on, as its word.
    pub at_least: String,
    /// When it is silent.
    pub quiet: Option<Hours>,
    /// Whether what is urgent passes even then.
    pub urgent_passes: bool,
    /// How much is told.
    pub contents: Contents,
}

/// How the household is told, as it was typed.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum NotifyWay {
    /// A topic.
    Ntfy {
        /// Its address.
        url: Secret,
        /// Who may send there.
        token: Option<Secret>,
    },
    /// A program.
    Webhook {
        /// Its address.
        url: Secret,
    },
    /// A letter.
    Mail {
        /// To whom.
        to: String,
        /// From whom.
        from: String,
        /// The server, with its scheme.
        server: String,
        /// Who may send there.
        user: Option<String>,
        /// That one's password.
        password: Option<Secret>,
    },
}

/// A broker as it was typed.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HouseConnect {
    /// `HOST` or `HOST:PORT`; under TLS with `mqtts://` before it.
    pub mqtt: String,
    /// Who may speak to it.
    pub user: Option<String>,
    /// That one's password.
    pub password: Option<Secret>,
    /// Whether it may be this very machine.
    pub allow_loopback: bool,
    /// Where Home Assistant looks for devices.
    pub discovery: String,
    /// How much of what was said is told.
    pub contents: Contents,
    /// What may be done from there.
    pub allowed: Vec<Allowed>,
}

/// A camera as it was typed.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CameraAdd {
    /// How it is called.
    pub name: String,
    /// Where its films come from.
    pub source: CameraSource,
    /// Whether their sound stays.
    pub sound: bool,
    /// What is covered before anything is sealed.
    #[schema(value_type = Vec<String>)]
    pub covers: Vec<Cover>,
    /// When it records.
    pub duty: Duty,
    /// Sealed bytes within 24 hours, at most.
    pub daily: u64,
}

/// Where films come from, as it was typed.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum CameraSource {
    /// A folder.
    Watch {
        /// Absolute path.
        #[schema(value_type = String)]
        dir: PathBuf,
        /// Whether a file is deleted once it is sealed.
        delete_originals: bool,
    },
    /// A program that sends them.
    Push,
    /// A Frigate.
    Frigate {
        /// Its address, which may hold a password.
        url: Secret,
        /// Who may ask it.
        user: Option<String>,
        /// That one's password.
        password: Option<Secret>,
        /// The broker, as for the house; Frigate's own host if nobody says.
        mqtt: Option<String>,
        /// Who may speak to the broker.
        mqtt_user: Option<String>,
        /// That one's password.
        mqtt_password: Option<Secret>,
        /// The camera, as Frigate calls it; every one if nobody says.
        camera: Option<String>,
        /// Whether films of detections are taken, too.
        detections: bool,
        /// Whether the addresses may be this machine.
        allow_loopback: bool,
    },
    /// The camera's own stream.
    Rtsp {
        /// Its address, which may hold a password.
        url: Secret,
        /// Who may watch it, if the address does not say.
        user: Option<String>,
        /// The password of that name.
        password: Option<Secret>,
        /// Whether it may be this very machine.
        allow_loopback: bool,
        /// Whether it is recorded also when nothing happens.
        always: bool,
    },
    /// A camera that says over ONVIF where its stream is, and what it notices.
    Onvif {
        /// Its address, which may hold a password.
        url: Secret,
        /// Who may ask and watch it, if the address does not say.
        user: Option<String>,
        /// The password of that name.
        password: Option<Secret>,
        /// Which of its streams, by the camera's name for it; the first if nobody says.
        profile: Option<String>,
        /// What begins a recording; nothing if it is empty.
        on: Vec<Happening>,
        /// Whether it may be this very machine.
        allow_loopback: bool,
        /// Whether it is recorded also when nothing happens.
        always: bool,
    },
}

/// An alert as it was typed.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AlertPost {
    /// Whether everybody nearby may read it.
    pub nearby: bool,
    /// The kind's word.
    pub kind: String,
    /// The urgency's word.
    pub urgency: String,
    /// In one line.
    pub title: String,
    /// In more words.
    pub text: String,
    /// Where, as a cell.
    pub place: Option<String>,
    /// How long it lives.
    pub life_ms: u64,
    /// Clips that are offered.
    pub clips: Vec<String>,
}

/// What is said about an alert, as it was typed.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Saying {
    /// Says it better; what is left out stays as it is.
    Update {
        /// The title from now on.
        title: Option<String>,
        /// The text from now on.
        text: Option<String>,
        /// The urgency's word.
        urgency: Option<String>,
    },
    /// Takes it back.
    Cancel {
        /// Why.
        reason: Option<String>,
    },
    /// Saw it too.
    Confirm,
    /// It is over.
    Resolve,
    /// Adds something.
    Comment {
        /// What.
        text: String,
    },
    /// No more comments.
    CloseComments,
    /// It should not be seen.
    Flag {
        /// The reason's word.
        reason: String,
    },
}
