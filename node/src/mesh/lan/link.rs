//! One interface: its socket, and when something is said or listened to on it.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::time::Duration;

use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::UdpSocket;
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use super::packet::Names;
use super::presence::{Found, Presence, is_lan};

/// The group and port of multicast DNS. Routers do not pass this group on.
const GROUP: Ipv4Addr = Ipv4Addr::new(224, 0, 0, 251);
const PORT: u16 = 5353;
/// The longest packet (RFC 6762, 17).
const PACKET: usize = 9000;
/// Packets that are read in one second, at most. A LAN sends a few; of a flood, the kernel drops the rest.
const PACKETS: u32 = 64;
/// Nothing is said twice within this time (RFC 6762, 6).
const PAUSE: Duration = Duration::from_secs(1);
/// Questions come at doubling intervals up to this one (RFC 6762, 5.2).
const SELDOM: Duration = Duration::from_secs(60 * 60);

/// A task that speaks and listens on one interface. Dropping it ends it without a goodbye.
#[derive(Debug)]
pub(super) struct Link {
    presence: Presence,
    stop: CancellationToken,
    task: AbortOnDropHandle<()>,
}

struct Task {
    socket: UdpSocket,
    names: Names,
    presence: Presence,
    tell: mpsc::Sender<Found>,
    spoken: Option<Instant>,
}

impl Link {
    /// Starts on the interface that has this address.
    ///
    /// # Errors
    /// If the interface cannot multicast, or another program keeps the port for itself.
    pub(super) fn start(
        ip: Ipv4Addr,
        names: Names,
        presence: Presence,
        tell: mpsc::Sender<Found>,
    ) -> io::Result<Self> {
        let stop = CancellationToken::new();
        let task = Task {
            socket: open(ip)?,
            names,
            presence: presence.clone(),
            tell,
            spoken: None,
        };
        let task = AbortOnDropHandle::new(tokio::spawn(task.run(stop.clone())));
        Ok(Self {
            presence,
            stop,
            task,
        })
    }

    /// What is said here.
    pub(super) const fn presence(&self) -> &Presence {
        &self.presence
    }

    /// Says goodbye and ends.
    pub(super) async fn close(self) {
        self.stop.cancel();
        if let Err(error) = self.task.await {
            tracing::warn!(%error, "a part of the search on the local network failed");
        }
    }
}

impl Task {
    async fn run(mut self, stop: CancellationToken) {
        let mut packet = [0; PACKET];
        let mut left = PACKETS;
        let mut second = interval(Duration::from_secs(1));
        second.set_missed_tick_behavior(MissedTickBehavior::Delay);
        // The first two answers are nobody's question (RFC 6762, 8.3), and come at random times like the others.
        let mut unasked = 1;
        let mut answer = Some(Instant::now() + jitter());
        let (mut question, mut wait) = (Instant::now() + jitter(), PAUSE);
        loop {
            let answer_due = async {
                match answer {
                    Some(at) => sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = stop.cancelled() => {
                    self.send(self.names.goodbye(&self.presence)).await;
                    return;
                }
                _ = second.tick() => left = PACKETS,
                () = sleep_until(question) => {
                    self.send(self.names.question()).await;
                    question = Instant::now() + wait;
                    wait = SELDOM.min(wait * 2);
                }
                () = answer_due => {
                    self.send(self.names.answer(&self.presence)).await;
                    let now = Instant::now();
                    self.spoken = Some(now);
                    answer = (unasked > 0).then(|| now + PAUSE + jitter());
                    unasked = 0;
                }
                received = self.socket.recv_from(&mut packet), if left > 0 => {
                    left -= 1;
                    let packet = match received {
                        Ok((length, from)) if is_neighbourly(from) => packet.get(..length),
                        _ => None,
                    };
                    if self.hears(packet.unwrap_or_default()) && answer.is_none() {
                        let free = self.spoken.map(|spoken| spoken + PAUSE);
                        let soon = Instant::now() + jitter();
                        answer = Some(free.map_or(soon, |free| free.max(soon)));
                    }
                }
            }
        }
    }

    /// Takes a packet in; says whether it asks for an answer.
    fn hears(&self, packet: &[u8]) -> bool {
        let heard = self.names.read(packet);
        for home in heard.homes {
            if home.peer != self.presence.peer {
                // Who comes while the mesh is busy comes again.
                let _mesh_is_busy = self.tell.try_send(home);
            }
        }
        heard.asked
    }

    async fn send(&self, packet: Result<Vec<u8>, hickory_proto::ProtoError>) {
        let packet = packet.map_err(io::Error::other);
        let sent = match packet {
            Ok(packet) => self.socket.send_to(&packet, (GROUP, PORT)).await,
            Err(error) => Err(error),
        };
        // An interface may be down for a while.
        if let Err(error) = sent {
            tracing::debug!(%error, "nothing was said on the local network");
        }
    }
}

/// A socket for one interface, beside those of other programs on this machine that speak multicast DNS.
fn open(ip: Ipv4Addr) -> io::Result<UdpSocket> {
    let socket = Socket::new(Domain::IPV4, Type::DGRAM, Some(Protocol::UDP))?;
    socket.set_reuse_address(true)?;
    socket.set_reuse_port(true)?;
    socket.set_nonblocking(true)?;
    // Bound to the group and not to the machine's address, it gets nothing that was sent to this machine alone: who
    // is not on the LAN cannot reach it.
    socket.bind(&SocketAddrV4::new(GROUP, PORT).into())?;
    socket.join_multicast_v4(&GROUP, &ip)?;
    socket.set_multicast_if_v4(&ip)?;
    socket.set_multicast_ttl_v4(255)?;
    // Otherwise Linux also delivers what came in on other interfaces.
    #[cfg(target_os = "linux")]
    socket.set_multicast_all_v4(false)?;
    UdpSocket::from_std(socket.into())
}

/// Whether a packet comes from a responder (RFC 6762, 6 and 11) of a local network.
fn is_neighbourly(from: SocketAddr) -> bool {
    from.port() == PORT && is_lan(from.ip())
}

/// A random 20 to 120 milliseconds, so that a LAN full of homes does not answer all at once (RFC 6762, 6).
fn jitter() -> Duration {
    let random = getrandom::u32().unwrap_or_default();
    Duration::from_millis(20 + u64::from(random % 100))
}
