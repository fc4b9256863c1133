//! The page's door to the house's network, and the second factor that it asks for.

use std::net::SocketAddr;

use super::super::answers::{FactorConfirmed, FactorDrawn, PageItem};
use crate::error::{Error, ErrorKind, Result};
use crate::node::NodeHandle;
use crate::secret::Secret;

pub(super) async fn show(handle: &NodeHandle) -> Result<PageItem> {
    Ok(handle.lan().await?.into())
}

pub(super) async fn open(handle: &NodeHandle, at: Option<String>) -> Result<PageItem> {
    let at = at.map(|at| at.parse::<SocketAddr>()).transpose();
    let at = at.map_err(|e| {
        let message = "the address has to look like 192.168.1.7:8421";
        Error::new(ErrorKind::Invalid, message).because(e)
    })?;
    handle.open_to_lan(at).await?;
    show(handle).await
}

pub(super) async fn shut(handle: &NodeHandle) -> Result<PageItem> {
    handle.close_to_lan().await?;
    show(handle).await
}

pub(super) async fn new_factor(handle: &NodeHandle) -> Result<FactorDrawn> {
    let new = handle.new_factor().await?;
    Ok(FactorDrawn {
        uri: new.uri(handle.home().name().as_str()),
        secret: new.secret,
    })
}

pub(super) async fn confirm_factor(handle: &NodeHandle, code: &Secret) -> Result<FactorConfirmed> {
    let codes = handle.confirm_factor(&code.0).await?;
    Ok(FactorConfirmed { codes })
}

pub(super) async fn remove_factor(handle: &NodeHandle) -> Result<PageItem> {
    handle.forget_factor().await?;
    show(handle).await
}
