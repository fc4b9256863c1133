//! What a household said about a camera.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::cover::Cover;
use super::film::Sound;
use super::frigate::Frigate;
use super::mode::Duty;
use super::onvif::Onvif;
use crate::address::{Login, Place};

/// What a household said about a camera. It is JSON inside a sealed file: see decision 22.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Where its films come from.
    pub source: Source,
    /// Whether their sound stays.
    pub sound: bool,
    /// What is covered before anything is sealed.
    pub covers: Vec<Cover>,
    /// When it records.
    pub duty: Duty,
    /// Bytes of film that are taken from it within 24 hours, at most.
    pub daily: u64,
}

impl Settings {
    /// Whether the sound of its films stays.
    pub const fn sound(&self) -> Sound {
        if self.sound {
            Sound::Kept
        } else {
            Sound::Dropped
        }
    }
}

/// Where films come from.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Source {
    /// A folder that some recorder writes films to.
    Watch {
        /// The folder.
        dir: PathBuf,
        /// Whether a file is deleted once it is sealed.
        delete_originals: bool,
    },
    /// A program that sends films over HTTP.
    Push,
    /// The camera's own stream.
    Rtsp {
        /// Where it is.
        place: Place,
        /// Who may watch it.
        login: Option<Login>,
        /// Whether it is recorded also when nothing happens.
        always: bool,
        /// What it tells of that begins a recording.
        events: Option<Box<Onvif>>,
    },
    /// A Frigate, which says when it has a film.
    Frigate(Box<Frigate>),
}

impl Source {
    /// The kind in one word.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Watch { .. } => "watch",
            Self::Push => "push",
            Self::Rtsp { .. } => "rtsp",
            Self::Frigate(_) => "frigate",
        }
    }

    /// Where it is, without anything that is secret.
    pub fn shown(&self) -> Option<String> {
        match self {
            Self::Watch { dir, .. } => Some(dir.display().to_string()),
            Self::Push => None,
            Self::Rtsp { place, .. } => Some(place.shown()),
            Self::Frigate(frigate) => {
                let camera = frigate.camera.as_deref().unwrap_or("every camera");
                Some(format!("{} ({camera})", frigate.place.host_shown()))
            }
        }
    }
}
