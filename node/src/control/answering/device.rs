//! What is asked about the household's own devices, and about coming back with a new one.

use data_encoding::HEXLOWER;
use streetlamp_proto::household::{Answer, Command, DeviceView, Household};
use streetlamp_proto::signed::Signed;

use super::{invalid, unexpected};
use crate::control::answers::{DeviceChanged, DeviceItem, Joined, Moment};
use crate::error::Result;
use crate::mesh;
use crate::node::NodeHandle;

pub(super) async fn list(handle: &NodeHandle) -> Result<Vec<DeviceItem>> {
    let devices = handle.read(|household, _| household.devices()).await?;
    Ok(devices.into_iter().map(item).collect())
}

pub(super) async fn certify(handle: &NodeHandle, certificate: &str) -> Result<DeviceChanged> {
    let bytes = HEXLOWER
        .decode(certificate.as_bytes())
        .map_err(|e| invalid("certificate", e))?;
    let cert = Signed::from_bytes(&bytes).map_err(|e| invalid("certificate", e))?;
    match handle.command(Command::Certify(Box::new(cert))).await? {
        Answer::Device { device, epoch } => Ok(DeviceChanged {
            device: device.to_string(),
            epoch,
        }),
        _ => Err(unexpected()),
    }
}

/// Comes back to the street through a neighbour at an address.
pub(super) async fn come_back(handle: &NodeHandle, address: &str) -> Result<Joined> {
    let door = mesh::door(address)?;
    let Answer::Street {
        street,
        inviter,
        epoch,
    } = handle.command(Command::Return(door)).await?
    else {
        return Err(unexpected());
    };
    let (streets, let_in) = handle
        .read(move |household: &Household, _| {
            let name = inviter.and_then(|inviter| household.name_of(inviter));
            (household.streets(), name)
        })
        .await?;
    let name = streets.into_iter().find(|view| view.street == street);
    Ok(Joined {
        street: street.to_string(),
        name: name.map(|view| view.name.to_string()).unwrap_or_default(),
        inviter: inviter.map(|id| id.to_string()),
        inviter_name: let_in.map(|name| name.to_string()),
        epoch,
    })
}

fn item(view: DeviceView) -> DeviceItem {
    let said = view.cert.statement();
    DeviceItem {
        device: said.device.to_string(),
        roles: said.roles.words().map(str::to_owned).collect(),
        since: Moment(said.issued),
        removed: said.ended.map(Moment),
        me: view.me,
        connected: view.connected,
        certificate: HEXLOWER.encode(&view.cert.to_bytes()),
    }
}
