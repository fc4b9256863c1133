//! What must hold of everything that a camera, or whoever plays one, can say.

use std::net::{IpAddr, Ipv4Addr};

use oxvif::soap::XmlNode;

use super::bounds::is_bounded;
use super::discovery::heard;
use crate::address::Place;

/// Whatever answers a question for cameras is read or passed over, and leads nowhere but to whoever answered; whatever is
/// bounded can be made a tree of.
pub fn camera_or_nothing(data: &[u8]) {
    let from = IpAddr::V4(Ipv4Addr::new(192, 168, 1, 20));
    for found in heard(data, from) {
        let place = Place::parse(&found.url, &["http"], false);
        let host = place.ok().and_then(|(place, _)| place.host());
        assert_eq!(host.as_deref(), Some("192.168.1.20"));
        assert!(found.name.is_none_or(|name| name.chars().count() <= 64));
    }
    if let Ok(text) = std::str::from_utf8(data)
        && is_bounded(text)
    {
        let _tree_or_error = XmlNode::parse(text);
    }
    let Ok((camera, _)) = Place::parse(&format!("http://{from}/"), &["http"], false) else {
        return;
    };
    if let Ok(stream) = camera.sibling(&String::from_utf8_lossy(data), "rtsp") {
        assert_eq!(stream.host().as_deref(), Some("192.168.1.20"));
    }
}
