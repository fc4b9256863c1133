//! Which cameras are on the local network: WS-Discovery (OASIS, 2009), as ONVIF uses it.
//!
//! A question goes to a group that every camera hears, out of each interface, twice, because packets get lost. Whoever hears
//! it may answer, so nothing of an answer is believed beyond its own address: only one in the house counts, and only a service
//! at the very address that answered. No login is sent to anybody who was found.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use roxmltree::{Document, ParsingOptions};
use socket2::{Domain, Protocol, SockRef, Socket, Type};
use tokio::net::UdpSocket;
use tokio::time::{Instant, interval, timeout_at};
use url::Url;

use super::plain;
use crate::address::Place;
use crate::error::{Error, ErrorKind, Result};

/// The group and port of WS-Discovery.
const GROUP: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(239, 255, 255, 250)), 3702);
/// How long answers are waited for, and when the question is asked again.
const WAIT: Duration = Duration::from_secs(4);
const AGAIN: Duration = Duration::from_millis(1_200);
/// Longest answer in bytes.
const PACKET: usize = 16 * 1024;
/// Answers that are read on one interface, and cameras that are listed.
const PACKETS: usize = 512;
const CAMERAS: usize = 64;
/// Interfaces that are asked on.
const INTERFACES: usize = 16;
/// Most elements and texts of an answer.
const NODES: u32 = 512;
/// Before the name of a camera in what it says of itself (ONVIF Core Specification, section 7.3.2).
const NAME: &str = "onvif://www.onvif.org/name/";
/// What is asked for: transmitters of pictures, and, for doorbells and recorders that do not call themselves so, any device.
/// One question can only ask for what is both.
const KINDS: [(&str, &str); 2] = [
    (
        "NetworkVideoTransmitter",
        "http://www.onvif.org/ver10/network/wsdl",
    ),
    ("Device", "http://www.onvif.org/ver10/device/wsdl"),
];

/// A camera that answered.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    /// Its ONVIF.
    pub url: String,
    /// What it calls itself, if it does.
    pub name: Option<String>,
}

/// Asks on every interface, and gives who answered within some seconds.
///
/// # Errors
/// [`ErrorKind::Unavailable`] if nothing could be asked anywhere.
pub async fn look() -> Result<Vec<Found>> {
    let broken = |e| Error::io("the networks of this machine cannot be listed", e);
    let interfaces = oxvif::discovery_interfaces().map_err(broken)?;
    let sockets = interfaces.iter().take(INTERFACES).filter_map(|interface| {
        let socket = open(interface.address);
        // An interface may be down, or have no multicast.
        let socket = socket.inspect_err(|error| tracing::debug!(%error, "no camera is looked for"));
        socket.ok()
    });
    let sockets: Vec<_> = sockets.collect();
    if sockets.is_empty() {
        let message = "this machine is on no network now: cameras cannot be looked for";
        return Err(Error::new(ErrorKind::Unavailable, message));
    }
    let asked = sockets.into_iter().map(|socket| ask(socket, GROUP));
    let answers = futures::future::join_all(asked).await;
    let mut cameras = BTreeMap::new();
    for found in answers.into_iter().flatten() {
        if cameras.len() < CAMERAS || cameras.contains_key(&found.url) {
            cameras.insert(found.url.clone(), found);
        }
    }
    Ok(cameras.into_values().collect())
}

fn open(interface: Ipv4Addr) -> io::Result<UdpSocket> {
    let socket = Socket::new(Domain::IPV4, Type::DGRAM, Some(Protocol::UDP))?;
    socket.set_nonblocking(true)?;
    socket.bind(&SocketAddr::from((interface, 0)).into())?;
    let socket = UdpSocket::from_std(socket.into())?;
    SockRef::from(&socket).set_multicast_if_v4(&interface)?;
    Ok(socket)
}

/// Asks whoever listens at `group`, and reads what comes back within some seconds.
pub(super) async fn ask(socket: UdpSocket, group: SocketAddr) -> Vec<Found> {
    let end = Instant::now() + WAIT;
    let mut again = interval(AGAIN);
    let mut questions = 2_u8;
    let mut packet = vec![0; PACKET];
    let mut found = BTreeMap::new();
    let mut left = PACKETS;
    while left > 0 && found.len() < CAMERAS {
        tokio::select! {
            _ = again.tick(), if questions > 0 => {
                questions -= 1;
                for (kind, space) in KINDS {
                    if let Err(error) = socket.send_to(question(kind, space).as_bytes(), group).await {
                        tracing::debug!(%error, "no camera is asked for");
                    }
                }
            }
            received = timeout_at(end, socket.recv_from(&mut packet)) => match received {
                Err(_) => break,
                Ok(Err(error)) => {
                    left -= 1;
                    tracing::debug!(%error, "an answer of a camera is lost");
                }
                Ok(Ok((length, from))) => {
                    left -= 1;
                    let answer = packet.get(..length).unwrap_or_default();
                    for camera in heard(answer, from.ip()) {
                        found.insert(camera.url.clone(), camera);
                    }
                }
            },
        }
    }
    found.into_values().take(CAMERAS).collect()
}

/// What an answer from there says.
pub(super) fn heard(answer: &[u8], from: IpAddr) -> Vec<Found> {
    let options = ParsingOptions {
        allow_dtd: false,
        nodes_limit: NODES,
        ..ParsingOptions::default()
    };
    let text = std::str::from_utf8(answer).ok();
    let text = text.filter(|text| super::bounds::is_bounded(text));
    let Some(Ok(document)) = text.map(|text| Document::parse_with_options(text, options)) else {
        return Vec::new();
    };
    let matches = document
        .descendants()
        .filter(|node| node.tag_name().name() == "ProbeMatch");
    let mut found = Vec::new();
    for one in matches.take(4) {
        let words = |tag: &str| {
            let node = one.children().find(|node| node.tag_name().name() == tag);
            let text = node.and_then(|node| node.text()).unwrap_or_default();
            text.split_whitespace().take(64)
        };
        let own = words("XAddrs").filter(|address| is_at(address, from));
        // One service is enough: cameras with two networks name both.
        let Some(url) = own.clone().next() else {
            continue;
        };
        let name = words("Scopes").find_map(|scope| scope.strip_prefix(NAME));
        let name = name.map(|name| plain(&decoded(name)));
        found.push(Found {
            url: url.to_owned(),
            name: name.filter(|name| !name.is_empty()),
        });
    }
    found
}

/// Whether an address is at the host that named it, and in the house.
fn is_at(address: &str, from: IpAddr) -> bool {
    let host = Url::parse(address).ok();
    let host = host.as_ref().and_then(Url::host_str);
    let host = host.and_then(|host| host.trim_matches(['[', ']']).parse::<IpAddr>().ok());
    host == Some(from) && Place::parse(address, &["http"], from.is_loopback()).is_ok()
}

/// A name as it stands in an address, where a space is `%20` or, by some, `_`.
fn decoded(name: &str) -> String {
    let name = name.replace('_', " ");
    let bytes: Option<Vec<u8>> = crate::address::percent_decoded(&name);
    bytes.map_or(name, |bytes| String::from_utf8_lossy(&bytes).into_owned())
}

/// The question, in the older form of its addresses, which every camera reads.
fn question(kind: &str, space: &str) -> String {
    let mut id = [0_u8; 16];
    // A question without a number of its own would be answered all the same.
    let _same_number = getrandom::fill(&mut id);
    let id = data_encoding::HEXLOWER.encode(&id);
    let part = |from, to| id.get(from..to).unwrap_or_default();
    let id = [
        part(0, 8),
        part(8, 12),
        part(12, 16),
        part(16, 20),
        part(20, 32),
    ]
    .join("-");
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\
         <s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" \
         xmlns:a=\"http://schemas.xmlsoap.org/ws/2004/08/addressing\" \
         xmlns:d=\"http://schemas.xmlsoap.org/ws/2005/04/discovery\" xmlns:k=\"{space}\">\
         <s:Header>\
         <a:Action s:mustUnderstand=\"1\">http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</a:Action>\
         <a:MessageID>uuid:{id}</a:MessageID>\
         <a:ReplyTo><a:Address>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:Address></a:ReplyTo>\
         <a:To s:mustUnderstand=\"1\">urn:schemas-xmlsoap-org:ws:2005:04:discovery</a:To>\
         </s:Header>\
         <s:Body><d:Probe><d:Types>k:{kind}</d:Types></d:Probe></s:Body></s:Envelope>"
    )
}
