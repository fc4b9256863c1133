//! `camera`: where films come from by themselves.

use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgGroup, Args, Subcommand};

use super::print::{self, short, size};
use super::{Context, amount, passphrase};
use crate::control::answers::{CameraAdded, CameraItem, CameraNamed, CameraTested};
use crate::control::{CameraAdd, CameraSource, Request};
use crate::error::{Error, Result};
use crate::secret::Secret;
use crate::when;

/// Longest recording that one trigger starts.
const LONGEST: Duration = Duration::from_secs(3600);

#[derive(Debug, Subcommand)]
pub(super) enum CameraCommand {
    /// Take films from a camera or recorder from now on
    ///
    /// Works while the home is locked: films are sealed as they come. Long recordings become a series of clips of at most
    /// two minutes.
    Add(Box<AddArgs>),
    /// List cameras, what they do, and what is wrong with them
    List,
    /// Look whether films can come from a camera now
    Test {
        /// Its name
        camera: String,
    },
    /// Take no more films from a camera, and forget its address and password
    ///
    /// Its clips stay.
    Remove {
        /// Its name
        camera: String,
    },
    /// Record a camera now, with the seconds before
    ///
    /// For a camera with '--rtsp'. Again while it goes on makes it longer.
    Trigger {
        /// Its name
        camera: String,
        /// For how long; an hour at most
        #[arg(long = "for", value_name = "SPAN", default_value = "30s", value_parser = when::span)]
        lasts: Duration,
    },
    /// Make a new token for a program that sends films, or starts a recording; the old one is good for nothing then
    Token {
        /// The camera's name
        camera: String,
    },
}

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("source").required(true))]
pub(super) struct AddArgs {
    /// What to call it
    #[arg(long)]
    name: String,
    /// Take the films that some recorder writes into this folder, and into the folders in it
    #[arg(long, value_name = "DIR", group = "source")]
    watch: Option<PathBuf>,
    /// Take the films that a program sends over HTTP, with a token that is shown once
    #[arg(long, group = "source")]
    push: bool,
    /// Take the camera's own stream, and record it when 'camera trigger' or a program with its token says so
    #[arg(long, value_name = "URL", group = "source")]
    rtsp: Option<String>,
    /// The name that the camera knows you by; its password is asked on the terminal
    #[arg(long, value_name = "NAME", requires = "rtsp", conflicts_with_all = ["push", "watch"])]
    user: Option<String>,
    /// Read that password from this file
    #[arg(long, value_name = "FILE", requires = "user")]
    password_file: Option<PathBuf>,
    /// Let the address be this very machine
    #[arg(long, requires = "rtsp", conflicts_with_all = ["push", "watch"])]
    allow_loopback: bool,
    /// Record all the time
    #[arg(long, requires = "rtsp", conflicts_with_all = ["push", "watch"])]
    always: bool,
    /// Delete each file of the folder once it is sealed; without this they stay, for anybody to watch
    #[arg(long, requires = "watch", conflicts_with_all = ["push", "rtsp"])]
    delete_originals: bool,
    /// Keep the sound
    #[arg(long, conflicts_with = "rtsp")]
    sound: bool,
    /// Take at most so many bytes of film within 24 hours
    #[arg(long, value_name = "BYTES", default_value = "20GB", value_parser = amount::bytes)]
    daily: u64,
}

pub(super) fn camera(context: &Context, command: CameraCommand) -> Result<()> {
    match command {
        CameraCommand::Add(args) => add(context, *args),
        CameraCommand::List => {
            let cameras: Vec<CameraItem> = context.node()?.ask(&Request::CameraList)?;
            context.out.answer(&cameras, |cameras| list_words(cameras))
        }
        CameraCommand::Test { camera } => {
            let tested: CameraTested = context.node()?.ask(&Request::CameraTest { camera })?;
            context.out.answer(&tested, |tested| {
                format!("{}: {}.", tested.camera, tested.says)
            })
        }
        CameraCommand::Remove { camera } => {
            let removed: CameraNamed = context.node()?.ask(&Request::CameraRemove { camera })?;
            context.out.answer(&removed, |_| {
                "Removed: no more films come from it, and what was said about it is forgotten. Its clips stay.".to_owned()
            })
        }
        CameraCommand::Trigger { camera, lasts } => {
            let lasts_ms = when::millis(lasts.min(LONGEST));
            let request = Request::CameraTrigger { camera, lasts_ms };
            let triggered: CameraNamed = context.node()?.ask(&request)?;
            context.out.answer(&triggered, |_| {
                "Recording: clips of ten seconds come one after the other, the first with the seconds before.".to_owned()
            })
        }
        CameraCommand::Token { camera } => {
            let renewed: CameraAdded = context.node()?.ask(&Request::CameraToken { camera })?;
            context.out.answer(&renewed, |renewed| {
                format!(
                    "The token before is good for nothing now.\n{}",
                    how_to_send(renewed)
                )
            })
        }
    }
}

fn add(context: &Context, args: AddArgs) -> Result<()> {
    let source = match (args.watch, args.rtsp) {
        (_, Some(url)) => CameraSource::Rtsp {
            url: Secret(url.into()),
            password: match &args.user {
                Some(_) => Some(Secret(passphrase::of_camera(
                    args.password_file.as_deref(),
                )?)),
                None => None,
            },
            user: args.user,
            allow_loopback: args.allow_loopback,
            always: args.always,
        },
        (Some(dir), None) => CameraSource::Watch {
            dir: std::path::absolute(&dir)
                .map_err(|e| Error::io(format!("{} cannot be read", dir.display()), e))?,
            delete_originals: args.delete_originals,
        },
        (None, None) => CameraSource::Push,
    };
    let add = CameraAdd {
        name: args.name,
        source,
        sound: args.sound,
        daily: args.daily,
    };
    let added: CameraAdded = context.node()?.ask(&Request::CameraAdd(Box::new(add)))?;
    context.out.answer(&added, |added| {
        format!(
            "Added: films of '{}' are taken from now on.\n{}",
            added.camera,
            how_to_send(added)
        )
    })
}

/// How a program sends films, with the token that it needs.
fn how_to_send(added: &CameraAdded) -> String {
    let (Some(token), Some(to)) = (&added.token, &added.send_to) else {
        return "See what it does with 'streetlamp camera list'.".to_owned();
    };
    let (may, what, data) = match added.kind.as_str() {
        "push" => (
            "add films",
            "Send a film with it",
            "--data-binary @film.mp4",
        ),
        _ => ("start a recording", "Start a recording with it", "-X POST"),
    };
    format!(
        "
token  {}
       It is shown this once. Whoever has it can {may}, and do nothing else.

{what}, from this machine:
  curl -H 'Authorization: Bearer {}' {data} {to}",
        *token.0, *token.0
    )
}

/// What is wrong with a camera, for people.
pub(super) fn trouble(camera: &CameraItem) -> Option<String> {
    let error = camera.error.as_ref()?;
    Some(format!("{}: {error}", camera.camera))
}

fn list_words(cameras: &[CameraItem]) -> String {
    if cameras.is_empty() {
        return "No cameras yet: add one with 'streetlamp camera add'.".to_owned();
    }
    let rows = cameras.iter().map(|camera| {
        let last = camera.last_recorded.map(|at| when::readable(at.0));
        [
            camera.camera.clone(),
            camera.kind.clone().unwrap_or_default(),
            camera.state.clone(),
            last.unwrap_or_default(),
            camera.last_clip.as_deref().map_or("", short).to_owned(),
            camera.daily_bytes.map(size).unwrap_or_default(),
            camera.source.clone().unwrap_or_default(),
        ]
    });
    let headings = [
        "CAMERA",
        "KIND",
        "STATE",
        "LAST FILM",
        "CLIP",
        "A DAY",
        "FROM",
    ];
    let mut text = print::table(headings, rows);
    for trouble in cameras.iter().filter_map(trouble) {
        text.push_str(&format!("{trouble}.\n"));
    }
    text
}
