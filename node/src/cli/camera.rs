//! `camera`: where films come from by themselves.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{ArgGroup, Args, Subcommand};
use data_encoding::BASE64;

use super::passphrase::Password;
use super::print::{self, short, size};
use super::{Context, amount};
use crate::camera::onvif::Happening;
use crate::camera::{Cover, Duty, Mode};
use crate::control::answers::{
    CameraAdded, CameraFound, CameraItem, CameraNamed, CameraSeen, CameraTested, ModeAnswer,
};
use crate::control::{CameraAdd, CameraSource, Request};
use crate::error::{Error, ErrorKind, Result};
use crate::secret::Secret;
use crate::when::{self, Hours};

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
    /// Look for cameras on your network, or ask the one at an address what it has
    ///
    /// No password is sent to anybody who was found: name one camera to see its streams.
    Discover(DiscoverArgs),
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
    /// Choose in which modes and at which hours a camera records; always, if nothing is said
    Schedule {
        /// Its name
        camera: String,
        #[command(flatten)]
        duty: DutyArgs,
    },
    /// Say who is at home: cameras that do not record then rest
    ///
    /// Without a mode it says which one it is.
    Mode {
        /// The new mode
        mode: Option<Mode>,
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
    #[arg(long, value_name = "URL", groups = ["source", "address"])]
    rtsp: Option<String>,
    /// Ask the camera at this address over ONVIF for its stream, and record it when it notices something; an address or a host
    #[arg(long, value_name = "URL", groups = ["source", "address"])]
    onvif: Option<String>,
    /// This stream of it, as 'camera discover' names it; without it, the first
    #[arg(long, value_name = "NAME", requires = "onvif", conflicts_with_all = ["push", "watch", "rtsp", "frigate"])]
    profile: Option<String>,
    /// Record when it notices this: motion, person, doorbell
    #[arg(
        long,
        value_name = "WHAT",
        value_delimiter = ',',
        requires = "onvif",
        default_value = "motion,person,doorbell"
    )]
    on: Vec<Happening>,
    /// Take the films of this Frigate when it says that something happened; its address is http://ADDRESS:5000
    #[arg(long, value_name = "URL", groups = ["source", "address"])]
    frigate: Option<String>,
    /// Only of this camera, as Frigate calls it; without it, of every one
    #[arg(long, value_name = "CAMERA", requires = "frigate", conflicts_with_all = ["push", "watch", "rtsp", "onvif"])]
    frigate_camera: Option<String>,
    /// Also what Frigate calls a detection, not alerts only
    #[arg(long, requires = "frigate", conflicts_with_all = ["push", "watch", "rtsp", "onvif"])]
    detections: bool,
    /// The MQTT broker that Frigate speaks to, if it is elsewhere
    #[arg(long, value_name = "HOST:PORT", requires = "frigate", conflicts_with_all = ["push", "watch", "rtsp", "onvif"])]
    mqtt: Option<String>,
    /// The name that the broker knows you by; its password is asked on the terminal
    #[arg(long, value_name = "NAME", requires = "frigate", conflicts_with_all = ["push", "watch", "rtsp", "onvif"])]
    mqtt_user: Option<String>,
    /// Read that password from this file, or set STREETLAMP_MQTT_PASSWORD
    #[arg(long, value_name = "FILE", requires = "mqtt_user")]
    mqtt_password_file: Option<PathBuf>,
    /// The name that the camera, or Frigate, knows you by; its password is asked on the terminal
    #[arg(long, value_name = "NAME", requires = "address", conflicts_with_all = ["push", "watch"])]
    user: Option<String>,
    /// Read that password from this file, or set STREETLAMP_PASSWORD
    #[arg(long, value_name = "FILE", requires = "user")]
    password_file: Option<PathBuf>,
    /// Let the address be this very machine
    #[arg(long, requires = "address", conflicts_with_all = ["push", "watch"])]
    allow_loopback: bool,
    /// Record all the time
    #[arg(long, conflicts_with_all = ["push", "watch", "frigate"])]
    always: bool,
    /// Delete each file of the folder once it is sealed; without this they stay, for anybody to watch
    #[arg(long, requires = "watch", conflicts_with_all = ["push", "rtsp", "onvif", "frigate"])]
    delete_originals: bool,
    /// Keep the sound; of a camera's own stream, if it is AAC
    #[arg(long)]
    sound: bool,
    /// Cover an area of the picture before anything is sealed: X,Y,W,H in percent of it from its upper left corner; needs ffmpeg
    #[arg(long, value_name = "AREA")]
    cover: Vec<Cover>,
    /// Add nothing: only look, and write one picture as a JPEG to this file
    #[arg(long = "try", value_name = "FILE", requires = "address", conflicts_with_all = ["push", "watch", "frigate"])]
    attempt: Option<PathBuf>,
    #[command(flatten)]
    duty: DutyArgs,
    /// Take at most so many bytes of film within 24 hours
    #[arg(long, value_name = "BYTES", default_value = "20GB", value_parser = amount::bytes)]
    daily: u64,
}

#[derive(Debug, Args)]
pub(super) struct DiscoverArgs {
    /// A camera's address or host, such as 192.168.1.20:8000
    address: Option<String>,
    /// The name that the camera knows you by; its password is asked on the terminal
    #[arg(long, value_name = "NAME", requires = "address")]
    user: Option<String>,
    /// Read that password from this file, or set STREETLAMP_PASSWORD
    #[arg(long, value_name = "FILE", requires = "user")]
    password_file: Option<PathBuf>,
    /// Let the address be this very machine
    #[arg(long, requires = "address")]
    allow_loopback: bool,
}

/// When a camera records.
#[derive(Debug, Args)]
pub(super) struct DutyArgs {
    /// Record in these modes only (see 'camera mode')
    #[arg(long = "in", value_name = "MODE", value_delimiter = ',')]
    modes: Vec<Mode>,
    /// Record at these hours only, by this machine's clock, such as 22:00-07:00
    #[arg(long, value_name = "HOURS")]
    hours: Option<Hours>,
}

impl From<DutyArgs> for Duty {
    fn from(args: DutyArgs) -> Self {
        Self {
            modes: args.modes.into_iter().collect(),
            hours: args.hours,
        }
    }
}

pub(super) fn camera(context: &Context, command: CameraCommand) -> Result<()> {
    match command {
        CameraCommand::Add(args) => add(context, *args),
        CameraCommand::List => {
            let cameras: Vec<CameraItem> = context.node()?.ask(&Request::CameraList)?;
            context.out.answer(&cameras, |cameras| list_words(cameras))
        }
        CameraCommand::Discover(args) => discover(context, args),
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
        CameraCommand::Schedule { camera, duty } => {
            let duty = duty.into();
            let words = format!("It records {duty} from now on.");
            let request = Request::CameraSchedule { camera, duty };
            let scheduled: CameraNamed = context.node()?.ask(&request)?;
            context.out.answer(&scheduled, |_| words)
        }
        CameraCommand::Mode { mode } => {
            let answer: ModeAnswer = context.node()?.ask(&Request::Mode { mode })?;
            context.out.answer(&answer, mode_words)
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
    let of_whom = match args.frigate {
        Some(_) => "Frigate",
        None => "camera",
    };
    let password = asked(&args.user, Password::of(of_whom), args.password_file)?;
    let source = match (args.watch, args.rtsp, args.frigate, args.onvif) {
        (_, _, _, Some(url)) => CameraSource::Onvif {
            url: Secret(url.into()),
            user: args.user,
            password,
            profile: args.profile,
            on: args.on,
            allow_loopback: args.allow_loopback,
            always: args.always,
        },
        (_, _, Some(url), None) => CameraSource::Frigate {
            url: Secret(url.into()),
            user: args.user,
            password,
            mqtt: args.mqtt,
            mqtt_password: asked(
                &args.mqtt_user,
                Password::OF_BROKER,
                args.mqtt_password_file,
            )?,
            mqtt_user: args.mqtt_user,
            camera: args.frigate_camera,
            detections: args.detections,
            allow_loopback: args.allow_loopback,
        },
        (_, Some(url), None, None) => CameraSource::Rtsp {
            url: Secret(url.into()),
            user: args.user,
            password,
            allow_loopback: args.allow_loopback,
            always: args.always,
        },
        (Some(dir), None, None, None) => CameraSource::Watch {
            dir: std::path::absolute(&dir)
                .map_err(|e| Error::io(format!("{} cannot be read", dir.display()), e))?,
            delete_originals: args.delete_originals,
        },
        (None, None, None, None) => CameraSource::Push,
    };
    let add = CameraAdd {
        name: args.name,
        source,
        sound: args.sound,
        covers: args.cover,
        duty: args.duty.into(),
        daily: args.daily,
    };
    if let Some(file) = args.attempt {
        let request = Request::CameraTry(Box::new(add));
        let seen: CameraSeen = context.node()?.ask(&request)?;
        return show(context, seen, &file);
    }
    let added: CameraAdded = context.node()?.ask(&Request::CameraAdd(Box::new(add)))?;
    context.out.answer(&added, |added| {
        format!(
            "Added: films of '{}' are taken from now on.\n{}",
            added.camera,
            how_to_send(added)
        )
    })
}

/// The password that belongs to a name; none without one.
fn asked(
    user: &Option<String>,
    password: Password,
    file: Option<PathBuf>,
) -> Result<Option<Secret>> {
    let asked = user.as_ref().map(|_| password.asked(file.as_deref()));
    Ok(asked.transpose()?.map(Secret))
}

/// Writes the picture where it was asked for.
fn show(context: &Context, seen: CameraSeen, file: &Path) -> Result<()> {
    let odd = |e| Error::new(ErrorKind::Internal, "the picture is none").because(e);
    let words = match &seen.picture {
        Some(picture) => {
            let picture = BASE64.decode(picture.0.as_bytes()).map_err(odd)?;
            let failed = |e| Error::io(format!("{} cannot be written", file.display()), e);
            let mut options = std::fs::OpenOptions::new();
            options.write(true).create_new(true);
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let mut out = options.open(file).map_err(failed)?;
            out.write_all(&picture).map_err(failed)?;
            format!("One picture is in {}. Nothing was added.", file.display())
        }
        None => "To draw a picture of it, ffmpeg is needed, which is not here. Nothing was added."
            .to_owned(),
    };
    context.out.answer(&seen, |seen| {
        format!("The camera answers: {}.\n{words}", seen.says)
    })
}

fn discover(context: &Context, args: DiscoverArgs) -> Result<()> {
    let password = asked(&args.user, Password::of("camera"), args.password_file)?;
    let request = Request::CameraDiscover {
        address: args.address.map(|address| Secret(address.into())),
        user: args.user,
        password,
        allow_loopback: args.allow_loopback,
    };
    let found: Vec<CameraFound> = context.node()?.ask(&request)?;
    context.out.answer(&found, |found| found_words(found))
}

fn found_words(found: &[CameraFound]) -> String {
    if found.is_empty() {
        return "No camera answered. Many want ONVIF switched on in their own settings first; others are in another network: name the address of one.".to_owned();
    }
    let rows = found.iter().map(|camera| {
        let name = camera.name.clone().unwrap_or_default();
        [name, camera.onvif.clone()]
    });
    let mut text = print::table(["CAMERA", "ONVIF"], rows);
    let streams = found.iter().flat_map(|camera| &camera.streams);
    let rows: Vec<_> = streams
        .map(|stream| {
            [
                stream.profile.clone(),
                stream.name.clone(),
                stream.rtsp.clone(),
            ]
        })
        .collect();
    if rows.is_empty() {
        text.push_str(
            "See the streams of one with 'streetlamp camera discover ADDRESS --user NAME'.",
        );
    } else {
        text.push_str(&print::table(["PROFILE", "NAME", "STREAM"], rows));
    }
    text
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

fn mode_words(answer: &ModeAnswer) -> String {
    let mut text = format!("The mode is '{}'.", answer.mode);
    for (cameras, what) in [(&answer.recording, "may record"), (&answer.resting, "rest")] {
        if !cameras.is_empty() {
            text.push_str(&format!("\n  {what}: {}", cameras.join(", ")));
        }
    }
    text
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
            camera.records.clone().unwrap_or_default(),
            camera.covers.join(" "),
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
        "RECORDS",
        "COVERED",
        "FROM",
    ];
    let mut text = print::table(headings, rows);
    for trouble in cameras.iter().filter_map(trouble) {
        text.push_str(&format!("{trouble}.\n"));
    }
    text
}
