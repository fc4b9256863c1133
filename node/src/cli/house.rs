//! `house`: Home Assistant, and whatever else reads at the house's MQTT broker.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::Context;
use super::passphrase::Password;
use crate::contents::Contents;
use crate::control::answers::HouseItem;
use crate::control::{HouseConnect, Request};
use crate::error::Result;
use crate::house::{Allowed, DISCOVERY};
use crate::secret::Secret;

#[derive(Debug, Subcommand)]
pub(super) enum HouseCommand {
    /// Show this home in Home Assistant from now on, through the house's MQTT broker
    ///
    /// Whether an urgent alert holds, what happens on the street, whether the home is locked, its disk, its neighbours and its
    /// mode. Whoever may read at the broker reads it; by default it says that something was said, and not what.
    Connect(ConnectArgs),
    /// Show how that goes
    Show,
    /// Speak to the broker no more, and take this home out of Home Assistant
    Leave {
        /// Also if the broker is away, and keeps what it was told
        #[arg(long)]
        anyway: bool,
    },
}

#[derive(Debug, Args)]
pub(super) struct ConnectArgs {
    /// The MQTT broker that Home Assistant uses; under TLS with mqtts:// before it
    #[arg(long, value_name = "HOST:PORT")]
    mqtt: String,
    /// The name that the broker knows you by; its password is asked on the terminal
    #[arg(long, value_name = "NAME")]
    user: Option<String>,
    /// Read that password from this file, or set STREETLAMP_PASSWORD
    #[arg(long, value_name = "FILE", requires = "user")]
    password_file: Option<PathBuf>,
    /// Let the broker be this very machine
    #[arg(long)]
    allow_loopback: bool,
    /// How much of what was said on the street is told
    #[arg(long, value_enum, default_value = "nothing")]
    contents: Contents,
    /// What whoever may write at the broker may do here; nothing, unless you say so
    #[arg(long, value_enum, value_delimiter = ',')]
    allow: Vec<Allowed>,
    /// Where Home Assistant looks for devices
    #[arg(long, value_name = "PREFIX", default_value = DISCOVERY)]
    discovery: String,
}

pub(super) fn house(context: &Context, command: HouseCommand) -> Result<()> {
    match command {
        HouseCommand::Connect(args) => {
            let password = args.user.as_ref();
            let password = password
                .map(|_| Password::of("MQTT broker").asked(args.password_file.as_deref()))
                .transpose()?;
            let connect = HouseConnect {
                mqtt: args.mqtt,
                user: args.user,
                password: password.map(Secret),
                allow_loopback: args.allow_loopback,
                discovery: args.discovery,
                contents: args.contents,
                allowed: args.allow,
            };
            let request = Request::HouseConnect(Box::new(connect));
            let item: HouseItem = context.node()?.ask(&request)?;
            context.out.answer(&item, |_| {
                "Connected: Home Assistant shows this home as the device 'Streetlamp'.".to_owned()
            })
        }
        HouseCommand::Show => {
            let item: HouseItem = context.node()?.ask(&Request::HouseShow)?;
            context.out.answer(&item, words)
        }
        HouseCommand::Leave { anyway } => {
            let item: HouseItem = context.node()?.ask(&Request::HouseLeave { anyway })?;
            context.out.answer(&item, |_| {
                "Left: nothing more is said there, and the address and password are forgotten."
                    .to_owned()
            })
        }
    }
}

fn words(item: &HouseItem) -> String {
    let (Some(state), Some(broker), Some(contents)) = (&item.state, &item.broker, &item.contents)
    else {
        return "This home speaks to no broker: begin with 'streetlamp house connect'.".to_owned();
    };
    let allowed = match item.allowed.as_slice() {
        [] => "nothing".to_owned(),
        allowed => allowed.join(", "),
    };
    let mut text = format!("{broker}: {state}\n  contents   {contents}\n  allowed    {allowed}");
    if let Some(error) = &item.error {
        text.push_str(&format!("\n  trouble    {error}"));
    }
    text
}
