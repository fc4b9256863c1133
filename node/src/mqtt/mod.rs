//! A connection to the house's MQTT broker (MQTT 3.1.1), through which Frigate and Home Assistant speak.
//!
//! A broker is a program of the house, reached by the rules of `address`: in the clear within the house, or under TLS, which
//! `https` begins. What it sends is bounded, and what waits to be sent is, too. A connection that breaks is over: whoever had
//! it opens another one, at an address that is judged anew. Left to others: what is said.

use std::fmt;
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rumqttc::{
    AsyncClient, ConnectReturnCode, ConnectionError, EventLoop, LastWill, MqttOptions, Outgoing,
    Packet, PublishOptions, QoS,
};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::address::{Login, Place};
use crate::error::{Error, ErrorKind, Result};
use crate::https;

/// Where a broker is, in the clear and under TLS (IANA's registry of ports).
const PORT: u16 = 1883;
/// See [`PORT`].
const TLS_PORT: u16 = 8883;
/// The schemes of a broker's address, the one that is meant without a word first.
const SCHEMES: [&str; 2] = ["mqtt", "mqtts"];
/// Largest message in bytes, in either direction.
const MESSAGE: usize = 256 * 1024;
/// Messages that wait to be sent.
const WAITING: usize = 64;
/// How often a broker is asked whether it is still there, in seconds.
const KEEP_ALIVE_S: u16 = 20;
/// How long a broker may take to let somebody in, and to take the last word.
const PATIENCE: Duration = Duration::from_secs(10);

/// What the household said about a broker.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Broker {
    place: Place,
    login: Option<Login>,
}

impl Broker {
    /// The broker at `HOST` or `HOST:PORT`; under TLS if `mqtts://` stands before it.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] if that is none, [`ErrorKind::Denied`] if it leads where none may lead.
    pub fn at(address: &str, login: Option<Login>, loopback: bool) -> Result<Self> {
        let odd = || {
            let message =
                "a broker's address has to look like ADDRESS:1883, or mqtts://ADDRESS:8883";
            Error::new(ErrorKind::Invalid, message)
        };
        let [usual, _] = SCHEMES;
        let (scheme, host_and_port) = address.split_once("://").unwrap_or((usual, address));
        if host_and_port.contains(['/', '@', '?', '#']) {
            return Err(odd());
        }
        let text = format!("{scheme}://{host_and_port}");
        let (place, _) = Place::parse(&text, &SCHEMES, loopback)?;
        Ok(Self { place, login })
    }

    /// Connects to it, at an address that is judged now.
    async fn connect(&self) -> Result<Box<dyn Stream>> {
        let url = self.place.url()?;
        let encrypted = url.scheme() != SCHEMES[0];
        let port = if encrypted { TLS_PORT } else { PORT };
        let stream = TcpStream::connect(self.place.address(port).await?).await;
        let stream = stream.map_err(|e| gone().because(e))?;
        if !encrypted {
            return Ok(Box::new(stream));
        }
        let host = url.host_str().unwrap_or_default();
        Ok(Box::new(https::encrypted(stream, host).await?))
    }

    /// Its address.
    pub fn shown(&self) -> String {
        self.place.host_shown()
    }
}

/// A connection, encrypted or not.
trait Stream: AsyncRead + AsyncWrite + Send + Sync + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Sync + Unpin> Stream for T {}

/// What a broker says in our name when the connection breaks.
#[derive(Debug)]
pub struct Will {
    /// Where.
    pub topic: String,
    /// What; it is retained.
    pub payload: &'static str,
}

/// A message that came.
#[derive(Debug)]
pub struct Message {
    /// Where it was said.
    pub topic: String,
    /// What.
    pub payload: Vec<u8>,
    /// Whether it was said before this connection began.
    pub retained: bool,
}

/// Speaks over a connection while somebody waits for its [`next`](Session::next) message.
#[derive(Clone)]
pub struct Voice {
    client: AsyncClient,
    /// How many messages were said.
    said: Arc<AtomicUsize>,
}

impl fmt::Debug for Voice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Voice(…)")
    }
}

impl Voice {
    /// Says something, as soon as the broker takes it.
    ///
    /// # Errors
    /// [`ErrorKind::Unavailable`] if too much waits to be sent.
    pub fn say(&self, topic: &str, payload: impl Into<Vec<u8>>, retain: bool) -> Result<()> {
        let payload: Vec<u8> = payload.into();
        let options = PublishOptions::new(QoS::AtLeastOnce).retain(retain);
        let said = self.client.try_publish(topic, payload, options);
        said.map_err(|e| gone().because(e))?;
        self.said.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

/// A connection to a broker.
pub struct Session {
    voice: Voice,
    events: EventLoop,
    /// How many messages of ours the broker has.
    taken: usize,
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Session(…)")
    }
}

impl Session {
    /// Connects to a broker under this name, which no other program may have there.
    ///
    /// # Errors
    /// [`ErrorKind::Unavailable`] if it is not there, [`ErrorKind::Denied`] if it lets nobody of this login in.
    pub async fn open(broker: &Broker, name: String, will: Option<Will>) -> Result<Self> {
        let stream = timeout(PATIENCE, broker.connect()).await;
        let stream = Mutex::new(Some(stream.map_err(|_| silent())??));
        // The host means nothing: the stream is there.
        let mut options = MqttOptions::new(name, "broker");
        options.set_socket_connector(move |_, _| {
            let stream = stream.lock().unwrap_or_else(PoisonError::into_inner).take();
            async move { stream.ok_or_else(|| io::Error::from(io::ErrorKind::NotConnected)) }
        });
        options
            .set_keep_alive(KEEP_ALIVE_S)
            .set_max_packet_size(MESSAGE, MESSAGE);
        if let Some(Login { user, password }) = &broker.login {
            options.set_credentials(user.clone(), password.0.to_string());
        }
        if let Some(Will { topic, payload }) = will {
            options.set_last_will(LastWill::new(topic, payload, QoS::AtLeastOnce, true));
        }
        let (client, events) = AsyncClient::builder(options).capacity(WAITING).build();
        let said = Arc::default();
        let mut session = Self {
            voice: Voice { client, said },
            events,
            taken: 0,
        };
        let let_in = async {
            loop {
                if let Packet::ConnAck(_) = session.packet().await? {
                    return Ok(());
                }
            }
        };
        let let_in: Result<()> = timeout(PATIENCE, let_in).await.map_err(|_| silent())?;
        let_in?;
        Ok(session)
    }

    /// Wants to hear what is said there from now on.
    ///
    /// # Errors
    /// [`ErrorKind::Unavailable`] if too much waits to be sent.
    pub fn hear(&self, topic: &str) -> Result<()> {
        let asked = self.voice.client.try_subscribe(topic, QoS::AtLeastOnce);
        asked.map_err(|e| gone().because(e))
    }

    /// Speaks over it.
    pub fn voice(&self) -> Voice {
        self.voice.clone()
    }

    /// The next message that comes. What is said goes out meanwhile.
    ///
    /// # Errors
    /// [`ErrorKind::Unavailable`] when the connection breaks. It is over then.
    pub async fn next(&mut self) -> Result<Message> {
        loop {
            if let Packet::Publish(publish) = self.packet().await? {
                return Ok(Message {
                    topic: String::from_utf8_lossy(&publish.topic).into_owned(),
                    payload: publish.payload.to_vec(),
                    retained: publish.retain,
                });
            }
        }
    }

    /// Sends what still waits, and parts from the broker when it has all of it: one that is left in the middle of its answers
    /// throws away what came last.
    ///
    /// # Errors
    /// [`ErrorKind::Unavailable`] if the connection breaks before.
    pub async fn close(mut self) -> Result<()> {
        let parting = async {
            while self.taken < self.voice.said.load(Ordering::Relaxed) {
                self.packet().await?;
            }
            let asked = self.voice.client.try_disconnect();
            asked.map_err(|e| gone().because(e))?;
            loop {
                match self.events.poll().await {
                    Ok(rumqttc::Event::Outgoing(Outgoing::Disconnect)) => return Ok(()),
                    Ok(_) => {}
                    Err(error) => return Err(failed(error)),
                }
            }
        };
        timeout(PATIENCE, parting).await.map_err(|_| silent())?
    }

    async fn packet(&mut self) -> Result<Packet> {
        loop {
            match self.events.poll().await {
                Ok(rumqttc::Event::Incoming(packet)) => {
                    self.taken += usize::from(matches!(packet, Packet::PubAck(_)));
                    return Ok(packet);
                }
                Ok(rumqttc::Event::Outgoing(_)) => {}
                Err(error) => return Err(failed(error)),
            }
        }
    }
}

fn failed(error: ConnectionError) -> Error {
    use ConnectReturnCode::{BadUserNamePassword, NotAuthorized};
    match error {
        ConnectionError::ConnectionRefused(BadUserNamePassword | NotAuthorized) => {
            let message = "the MQTT broker refuses the name or the password";
            Error::new(ErrorKind::Denied, message)
        }
        error => gone().because(error),
    }
}

fn gone() -> Error {
    let message = "the MQTT broker cannot be reached, or broke the connection";
    Error::new(ErrorKind::Unavailable, message)
}

fn silent() -> Error {
    Error::new(ErrorKind::Unavailable, "the MQTT broker does not answer")
}

#[cfg(test)]
mod tests;
