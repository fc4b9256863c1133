//! What is asked about cameras.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use data_encoding::BASE64;
use streetlamp_proto::identity::Name;
use zeroize::Zeroizing;

use super::invalid;
use crate::address::{Login, Place};
use crate::blocking::block;
use crate::camera::frigate::Frigate;
use crate::camera::onvif::{self, Device, Onvif, discovery};
use crate::camera::{Duty, Mode, Settings, Source};
use crate::control::answers::{
    CameraAdded, CameraFound, CameraItem, CameraNamed, CameraSeen, CameraStream, CameraTested,
    ModeAnswer, Moment,
};
use crate::control::{CameraAdd, CameraSource};
use crate::error::{Error, ErrorKind, Result};
use crate::ffmpeg;
use crate::mqtt::Broker;
use crate::node::{CameraView, NodeHandle};
use crate::secret::Secret;

/// Most areas of one camera that are covered.
const COVERS: usize = 16;

pub(super) async fn add(handle: &NodeHandle, add: CameraAdd) -> Result<CameraAdded> {
    let name = named(&add.name)?;
    let settings = Box::pin(settings(handle, add)).await?;
    let kind = settings.source.kind().to_owned();
    let token = handle.add_camera(name.clone(), settings).await?;
    Ok(added(handle, &name, kind, token))
}

/// Looks at a camera that is not added.
pub(super) async fn look(handle: &NodeHandle, add: CameraAdd) -> Result<CameraSeen> {
    let settings = Box::pin(settings(handle, add)).await?;
    let seen = Box::pin(handle.look_at_camera(&settings)).await?;
    let encoded = |picture: Vec<u8>| Secret(BASE64.encode(&picture).into());
    Ok(CameraSeen {
        says: seen.says,
        picture: seen.picture.map(encoded),
    })
}

/// What was typed, judged.
async fn settings(handle: &NodeHandle, add: CameraAdd) -> Result<Settings> {
    if add.covers.len() > COVERS {
        let message = format!("at most {COVERS} areas of a camera can be covered");
        return Err(Error::new(ErrorKind::Invalid, message));
    }
    if !add.covers.is_empty() && !block(ffmpeg::is_here) {
        let message = "covering a part of the picture needs the free program 'ffmpeg', which is not here: install it (on Debian: apt install ffmpeg) and try again, or turn the camera. Nothing was added";
        return Err(Error::new(ErrorKind::Unavailable, message));
    }
    let source = match add.source {
        CameraSource::Watch {
            dir,
            delete_originals,
        } => Source::Watch {
            dir: folder(handle, &dir)?,
            delete_originals,
        },
        CameraSource::Push => Source::Push,
        CameraSource::Frigate {
            url,
            user,
            password,
            mqtt,
            mqtt_user,
            mqtt_password,
            camera,
            detections,
            allow_loopback,
        } => {
            let (place, within) = Place::parse(&url.0, &["http", "https"], allow_loopback)?;
            if let Some(odd) = camera.iter().find(|name| !Frigate::is_name(name)) {
                let message = format!("'{odd}' is no name of a camera in Frigate's settings");
                return Err(Error::new(ErrorKind::Invalid, message));
            }
            let broker = mqtt.unwrap_or_else(|| place.host().unwrap_or_default());
            Source::Frigate(Box::new(Frigate {
                broker: Broker::at(&broker, login(mqtt_user, mqtt_password), allow_loopback)?,
                login: login(user, password).or(within),
                place,
                camera,
                detections,
                since_ms: handle.now().as_ms(),
            }))
        }
        CameraSource::Rtsp {
            url,
            user,
            password,
            allow_loopback,
            always,
        } => {
            let (place, within) = Place::parse(&url.0, &["rtsp"], allow_loopback)?;
            Source::Rtsp {
                place,
                login: login(user, password).or(within),
                always,
                events: None,
            }
        }
        CameraSource::Onvif {
            url,
            user,
            password,
            profile,
            on,
            allow_loopback,
            always,
        } => {
            let (place, within) = asked_at(&url, allow_loopback)?;
            let login = login(user, password).or(within);
            let stream = Box::pin(stream(&place, login.as_ref(), profile.as_deref())).await?;
            let on: BTreeSet<_> = on.into_iter().collect();
            Source::Rtsp {
                place: stream,
                login,
                always,
                events: (!on.is_empty()).then(|| Box::new(Onvif { place, on })),
            }
        }
    };
    Ok(Settings {
        source,
        sound: add.sound,
        covers: add.covers,
        duty: add.duty,
        daily: add.daily,
    })
}

pub(super) fn login(user: Option<String>, password: Option<Secret>) -> Option<Login> {
    let password = password.unwrap_or_else(|| Secret(String::new().into()));
    user.map(|user| Login { user, password })
}

pub(super) async fn renew_token(handle: &NodeHandle, camera: &str) -> Result<CameraAdded> {
    let name = named(camera)?;
    let token = handle.renew_camera_token(&name).await?;
    let cameras = handle.cameras().await?;
    let kind = cameras.iter().find(|camera| camera.name == name);
    let kind = kind.and_then(|camera| camera.kind).unwrap_or_default();
    Ok(added(handle, &name, kind.to_owned(), Some(token)))
}

fn added(handle: &NodeHandle, name: &Name, kind: String, token: Option<Secret>) -> CameraAdded {
    let page = handle.page().filter(|_| token.is_some());
    CameraAdded {
        camera: name.to_string(),
        send_to: page.map(|page| {
            let what = if kind == "push" { "film" } else { "trigger" };
            format!("{}/intake/{what}", page.url())
        }),
        kind,
        token,
    }
}

pub(super) async fn list(handle: &NodeHandle) -> Result<Vec<CameraItem>> {
    Ok(handle.cameras().await?.into_iter().map(item).collect())
}

fn item(view: CameraView) -> CameraItem {
    CameraItem {
        camera: view.name.to_string(),
        kind: view.kind.map(str::to_owned),
        state: view.state.to_owned(),
        last_clip: view.last.map(|(clip, _)| clip.to_string()),
        last_recorded: view.last.map(|(_, at)| Moment(at)),
        error: view.error,
        source: view.source,
        has_token: view.has_token,
        daily_bytes: view.daily,
        sound: view.sound,
        covers: view.covers.iter().map(ToString::to_string).collect(),
        records: view.duty.map(|duty| duty.to_string()),
    }
}

/// The address of a camera's ONVIF: whole, or its host alone.
fn asked_at(typed: &Secret, allow_loopback: bool) -> Result<(Place, Option<Login>)> {
    let typed = typed.0.trim();
    let whole = match typed.contains("://") {
        true => Zeroizing::new(typed.to_owned()),
        false => Zeroizing::new(format!(
            "http://{}{}",
            typed.trim_end_matches('/'),
            onvif::PATH
        )),
    };
    let (place, login) = Place::parse(&whole, &["http"], allow_loopback)?;
    Ok((place, login))
}

/// Where the camera says that this stream of it is, or its first.
async fn stream(place: &Place, login: Option<&Login>, profile: Option<&str>) -> Result<Place> {
    let streams = Device::open(place, login).await?.streams().await?;
    let mut wanted = streams.iter().filter(|stream| {
        profile.is_none_or(|profile| stream.profile == profile || stream.name == profile)
    });
    let known = || {
        let known: Vec<_> = streams.iter().map(|stream| &*stream.profile).collect();
        let message = format!(
            "the camera has no such stream; it has: {}",
            known.join(", ")
        );
        Error::new(ErrorKind::NotFound, message)
    };
    Ok(wanted.next().ok_or_else(known)?.place.clone())
}

/// Cameras that answer, or the one at an address.
pub(super) async fn discover(
    address: Option<Secret>,
    login: Option<Login>,
    allow_loopback: bool,
) -> Result<Vec<CameraFound>> {
    let Some(address) = address else {
        let found = discovery::look().await?;
        let found = found.into_iter().map(|camera| CameraFound {
            name: camera.name,
            onvif: camera.url,
            streams: Vec::new(),
        });
        return Ok(found.collect());
    };
    let (place, within) = asked_at(&address, allow_loopback)?;
    let device = Device::open(&place, login.or(within).as_ref()).await?;
    let streams = device.streams().await?;
    let streams = streams.into_iter().map(|stream| CameraStream {
        rtsp: stream.place.shown(),
        profile: stream.profile,
        name: stream.name,
    });
    Ok(vec![CameraFound {
        name: Some(device.name().await?),
        onvif: place.shown(),
        streams: streams.collect(),
    }])
}

pub(super) async fn test(handle: &NodeHandle, camera: &str) -> Result<CameraTested> {
    let name = named(camera)?;
    Ok(CameraTested {
        says: handle.test_camera(&name).await?,
        camera: name.to_string(),
        ok: true,
    })
}

pub(super) async fn remove(handle: &NodeHandle, camera: &str) -> Result<CameraNamed> {
    let name = named(camera)?;
    handle.remove_camera(&name).await?;
    Ok(CameraNamed {
        camera: name.to_string(),
    })
}

pub(super) async fn schedule(handle: &NodeHandle, camera: &str, duty: Duty) -> Result<CameraNamed> {
    let name = named(camera)?;
    handle.schedule_camera(&name, duty).await?;
    Ok(CameraNamed {
        camera: name.to_string(),
    })
}

pub(super) async fn mode(handle: &NodeHandle, mode: Option<Mode>) -> Result<ModeAnswer> {
    if let Some(mode) = mode {
        handle.set_mode(mode).await?;
    }
    let mode = handle.mode();
    let now = handle.now();
    let cameras = handle.cameras().await?;
    let (resting, recording): (Vec<_>, Vec<_>) = cameras.iter().partition(|camera| {
        camera
            .duty
            .as_ref()
            .is_some_and(|duty| !duty.covers(mode, now))
    });
    let names = |cameras: Vec<&CameraView>| cameras.iter().map(|c| c.name.to_string()).collect();
    Ok(ModeAnswer {
        mode: mode.word().to_owned(),
        recording: names(recording),
        resting: names(resting),
    })
}

pub(super) fn trigger(handle: &NodeHandle, camera: &str, lasts: Duration) -> Result<CameraNamed> {
    let name = named(camera)?;
    handle.trigger_camera(&name, lasts)?;
    Ok(CameraNamed {
        camera: name.to_string(),
    })
}

fn named(name: &str) -> Result<Name> {
    Name::clean(name).map_err(|e| invalid("camera's name", e))
}

/// The folder without links in its path. The home itself is none to watch.
fn folder(handle: &NodeHandle, dir: &Path) -> Result<PathBuf> {
    let real = |path: &Path| {
        let real = path.canonicalize();
        real.map_err(|e| Error::io(format!("{} cannot be read", path.display()), e))
    };
    let (dir, home) = (real(dir)?, real(handle.home().dir())?);
    if !dir.is_dir() {
        let message = format!("{} is not a folder", dir.display());
        return Err(Error::new(ErrorKind::Invalid, message));
    }
    if dir.starts_with(&home) || home.starts_with(&dir) {
        let message = format!(
            "{} is this home's own directory, or holds it: watch a folder that a recorder writes to",
            dir.display()
        );
        return Err(Error::new(ErrorKind::Invalid, message));
    }
    Ok(dir)
}
