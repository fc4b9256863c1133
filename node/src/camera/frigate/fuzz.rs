//! What must hold of everything that Frigate, or whoever plays it, can say.

use super::{Frigate, Piece};
use crate::mqtt::Broker;

/// A Frigate of which every camera is taken.
pub(super) fn frigate() -> Option<Frigate> {
    let (place, login) =
        crate::address::Place::parse("http://127.0.0.1:5000", &["http"], true).ok()?;
    Some(Frigate {
        place,
        login,
        broker: Broker::at("127.0.0.1", None, true).ok()?,
        camera: None,
        detections: true,
        since_ms: 0,
    })
}

/// Whatever comes over MQTT and HTTP is read or refused, and leads to no other address than a film's.
pub fn review_or_nothing(data: &[u8]) {
    let Some(frigate) = frigate() else { return };
    let _nudge = frigate.heard(data);
    for Piece {
        name,
        camera,
        begins,
        ends,
    } in frigate.listed(data).unwrap_or_default()
    {
        assert!(begins < ends && Frigate::is_name(&camera));
        assert!(!name.contains([' ', '?', '#', '%']));
    }
}
