//! What is asked about the house.

use clap::ValueEnum;

use crate::address::Login;
use crate::control::HouseConnect;
use crate::control::answers::HouseItem;
use crate::error::{Error, ErrorKind, Result};
use crate::house::Settings;
use crate::mqtt::Broker;
use crate::node::NodeHandle;
use crate::secret::Secret;

pub(super) async fn connect(handle: &NodeHandle, connect: HouseConnect) -> Result<HouseItem> {
    let discovery = connect.discovery;
    let odd = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '/'));
    if discovery.is_empty() || discovery.len() > 64 || discovery.contains(odd) {
        let message = format!("'{discovery}' is no prefix of Home Assistant's discovery");
        return Err(Error::new(ErrorKind::Invalid, message));
    }
    let password = connect.password;
    let password = password.unwrap_or_else(|| Secret(String::new().into()));
    let login = connect.user.map(|user| Login { user, password });
    let settings = Settings {
        broker: Broker::at(&connect.mqtt, login, connect.allow_loopback)?,
        discovery,
        contents: connect.contents,
        allowed: connect.allowed.into_iter().collect(),
    };
    handle.connect_house(settings).await?;
    Ok(show(handle))
}

pub(super) fn show(handle: &NodeHandle) -> HouseItem {
    let word = |value: Option<clap::builder::PossibleValue>| {
        value.map(|value| value.get_name().to_owned())
    };
    let view = handle.house();
    HouseItem {
        connected: view.is_some(),
        state: view.as_ref().map(|view| view.state.to_owned()),
        error: view.as_ref().and_then(|view| view.error.clone()),
        broker: view.as_ref().map(|view| view.broker.clone()),
        contents: view
            .as_ref()
            .and_then(|view| word(view.contents.to_possible_value())),
        allowed: view.map_or_else(Vec::new, |view| {
            let words = view.allowed.iter();
            words
                .filter_map(|allowed| word(allowed.to_possible_value()))
                .collect()
        }),
    }
}

pub(super) async fn leave(handle: &NodeHandle, anyway: bool) -> Result<HouseItem> {
    handle.leave_house(anyway).await?;
    Ok(show(handle))
}
