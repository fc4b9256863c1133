//! `device`: the machines of this household, and what each may do.

use std::path::PathBuf;

use clap::Subcommand;
use data_encoding::HEXLOWER;
use streetlamp_proto::household::Failure;
use streetlamp_proto::identity::DeviceCert;
use streetlamp_proto::signed::Signed;

use super::Context;
use super::paper::Paper;
use super::print::{self, short};
use crate::clock::Clock;
use crate::control::Request;
use crate::control::answers::{DeviceAdded, DeviceChanged, DeviceItem};
use crate::entropy::Entropy;
use crate::error::{Error, ErrorKind, Result};
use crate::home::NewDevice;
use crate::when;

#[derive(Debug, Subcommand)]
pub(super) enum DeviceCommand {
    /// List the devices of this household
    List,
    /// Make the home directory of another device, to be carried to the machine that it is for
    ///
    /// A recorder, the default, records, relays and alerts, and holds nothing that opens a clip. An approver holds the
    /// reading key behind the passphrase and can grant. The new device enters the street with 'streetlamp street
    /// return' at the address of this node. Move the directory, do not copy it: two machines must never run from one.
    Add {
        /// The directory to make
        dir: PathBuf,
        /// Give it the reading key and the right to grant
        #[arg(long)]
        approver: bool,
        /// Read the 24 words from this file (a recovery sheet will do) and not from the terminal
        #[arg(long, value_name = "FILE")]
        words_file: Option<PathBuf>,
    },
    /// Remove a device: nothing that it says counts any more, on any home
    ///
    /// For a machine that was stolen, sold or broken. It cannot be taken back, and the street gets a new key. What the
    /// device has read before, it keeps; grants that it signed are served no more.
    Remove {
        /// Its id, or the first 8 or more characters of it
        device: String,
        /// Read the 24 words from this file (a recovery sheet will do) and not from the terminal
        #[arg(long, value_name = "FILE")]
        words_file: Option<PathBuf>,
    },
}

pub(super) fn device(context: &Context, command: DeviceCommand) -> Result<()> {
    match command {
        DeviceCommand::List => {
            let devices: Vec<DeviceItem> = context.node()?.ask(&Request::DeviceList)?;
            context.out.answer(&devices, |devices| words(devices))
        }
        DeviceCommand::Add {
            dir,
            approver,
            words_file,
        } => {
            let home = context.home()?;
            let paper = Paper::read(words_file.as_deref())?;
            let new = NewDevice {
                words: paper.words()?,
                approves: approver,
                last_serial: home.serial(),
                now: Clock::System.now(),
            };
            let cert = home.add_device(&dir, &new, &Entropy::System)?;
            let added = DeviceAdded {
                device: cert.statement().device.to_string(),
                home: std::path::absolute(&dir)
                    .unwrap_or(dir)
                    .display()
                    .to_string(),
                roles: cert.statement().roles.words().map(str::to_owned).collect(),
            };
            context.out.answer(&added, |added| {
                format!(
                    "Made {} for another device of this household ({}).\n\
                     Move the directory to its machine, start a node from it there, and let it in with\n\
                     'streetlamp street return ADDRESS', the address being one of this node's ('streetlamp status').\n\
                     device  {}",
                    added.home,
                    added.roles.join(", "),
                    added.device
                )
            })
        }
        DeviceCommand::Remove { device, words_file } => {
            let devices: Vec<DeviceItem> = context.node()?.ask(&Request::DeviceList)?;
            let found = named(&devices, &device)?;
            let paper = Paper::read(words_file.as_deref())?;
            let root = paper.words()?.root();
            let cert = HEXLOWER
                .decode(found.certificate.as_bytes())
                .ok()
                .and_then(|bytes| Signed::<DeviceCert>::from_bytes(&bytes).ok());
            let cert = cert.ok_or_else(|| {
                Error::new(
                    ErrorKind::Internal,
                    "the node named a device without its certificate",
                )
            })?;
            if root.household() != cert.statement().household {
                return Err(Failure::OtherRoot.into());
            }
            let ending = root.certify(cert.statement().ending(Clock::System.now()));
            let certificate = HEXLOWER.encode(&ending.to_bytes());
            let changed: DeviceChanged = context
                .node()?
                .ask(&Request::DeviceCertify { certificate })?;
            context.out.answer(&changed, |changed| {
                let follows = match changed.epoch {
                    0 => "This home tells its street when it enters it: 'streetlamp street return'.",
                    _ => "Nothing that this device says counts any more, and the street has a new key.",
                };
                format!("Removed. {follows}\ndevice  {}", changed.device)
            })
        }
    }
}

fn named<'a>(devices: &'a [DeviceItem], given: &str) -> Result<&'a DeviceItem> {
    let mut fitting = devices
        .iter()
        .filter(|item| given.len() >= 8 && item.device.starts_with(given));
    match (fitting.next(), fitting.next()) {
        (Some(item), None) => Ok(item),
        (Some(_), Some(_)) => Err(Error::new(
            ErrorKind::Invalid,
            "several devices begin like this: give more of the id",
        )),
        (None, _) => Err(Error::new(
            ErrorKind::NotFound,
            format!("there is no device {given} here: see 'streetlamp device list'"),
        )),
    }
}

fn words(devices: &[DeviceItem]) -> String {
    let rows = devices.iter().map(|item| {
        let state = match (&item.removed, item.me, item.connected) {
            (Some(at), ..) => format!("removed {}", when::readable(at.0)),
            (None, true, _) => "this device".to_owned(),
            (None, false, true) => "connected".to_owned(),
            (None, false, false) => "not connected".to_owned(),
        };
        [
            short(&item.device).to_owned(),
            when::readable(item.since.0),
            item.roles.join(", "),
            state,
        ]
    });
    print::table(["DEVICE", "CERTIFIED", "MAY", "STATE"], rows)
}
