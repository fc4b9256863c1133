//! What is asked about notifications.

use clap::ValueEnum;
use streetlamp_proto::identity::Name;

use super::invalid;
use crate::address::{Login, Place};
use crate::control::answers::{NotifyAdded, NotifyItem, NotifyNamed};
use crate::control::{NotifyAdd, NotifyWay};
use crate::error::Result;
use crate::node::{NodeHandle, OutletView};
use crate::notify::{Hook, Letters, Outlet, Topic, Way};
use crate::secret::Secret;

/// What a server of notifications may speak; without encryption only inside the house.
const HTTP: [&str; 2] = ["https", "http"];

pub(super) async fn add(handle: &NodeHandle, add: NotifyAdd) -> Result<NotifyAdded> {
    let name = named(&add.name)?;
    let mut key = None;
    let way = match add.way {
        NotifyWay::Ntfy { url, token } => {
            let (place, _) = Place::parse(&url.0, &HTTP, add.allow_loopback)?;
            Way::Ntfy(Topic { place, token })
        }
        NotifyWay::Webhook { url } => {
            let (place, _) = Place::parse(&url.0, &HTTP, add.allow_loopback)?;
            let drawn = handle.draw_key()?;
            key = Some(drawn.clone());
            Way::Webhook(Hook { place, key: drawn })
        }
        NotifyWay::Mail {
            to,
            from,
            server,
            user,
            password,
        } => {
            let (server, _) = Place::parse(&server, &Letters::SCHEMES, add.allow_loopback)?;
            let password = password.unwrap_or_else(|| Secret(String::new().into()));
            let letters = Letters {
                server,
                login: user.map(|user| Login { user, password }),
                from,
                to,
            };
            letters.check()?;
            Way::Mail(Box::new(letters))
        }
    };
    let kind = way.kind().to_owned();
    let outlet = Outlet {
        way,
        about: add.about.into_iter().collect(),
        at_least: add.at_least.parse().map_err(|e| invalid("urgency", e))?,
        quiet: add.quiet,
        urgent_passes: add.urgent_passes,
        contents: add.contents,
    };
    handle.add_outlet(name.clone(), outlet).await?;
    Ok(NotifyAdded {
        name: name.to_string(),
        kind,
        key,
    })
}

pub(super) fn list(handle: &NodeHandle) -> Vec<NotifyItem> {
    handle.outlets().into_iter().map(item).collect()
}

fn item(view: OutletView) -> NotifyItem {
    let outlet = view.outlet;
    let contents = outlet.contents.to_possible_value();
    NotifyItem {
        name: view.name.to_string(),
        kind: outlet.way.kind().to_owned(),
        state: view.state.to_owned(),
        error: view.error,
        to: outlet.way.shown(),
        about: outlet
            .about
            .iter()
            .map(|about| about.word().to_owned())
            .collect(),
        at_least: outlet.at_least.to_string(),
        quiet: outlet.quiet.map(|hours| hours.to_string()),
        urgent_passes: outlet.urgent_passes,
        contents: contents.map_or_else(String::new, |value| value.get_name().to_owned()),
    }
}

pub(super) async fn test(handle: &NodeHandle, name: &str) -> Result<NotifyNamed> {
    let name = named(name)?;
    handle.test_outlet(&name).await?;
    Ok(NotifyNamed {
        name: name.to_string(),
    })
}

pub(super) async fn remove(handle: &NodeHandle, name: &str) -> Result<NotifyNamed> {
    let name = named(name)?;
    handle.remove_outlet(&name).await?;
    Ok(NotifyNamed {
        name: name.to_string(),
    })
}

fn named(name: &str) -> Result<Name> {
    Name::clean(name).map_err(|e| invalid("name", e))
}
