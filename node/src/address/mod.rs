//! Where an address that somebody typed may lead: into the house, and further only under encryption.
//!
//! An address may come from somebody who has the resident's ear or browser, and a name may lead elsewhere tomorrow. So what
//! is not encrypted leads to addresses of private networks only (RFC 1918, and RFC 4193 for IPv6); what is, to public ones,
//! too. None leads to the machine itself unless the resident said so, and none to what clouds answer about themselves. A
//! name is resolved anew for every connection, the addresses are judged then, and the connection goes to the very address
//! that was judged.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::time::timeout;
use url::Url;

use crate::error::{Error, ErrorKind, Result};
use crate::https::is_public;
use crate::secret::Secret;

/// Longest address in bytes.
const ADDRESS: usize = 2_048;
/// How long a name may take to be resolved.
const PATIENCE: Duration = Duration::from_secs(10);
/// Where Amazon's machines ask about themselves over IPv6. It looks private.
const METADATA: Ipv6Addr = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254);

/// Schemes under which everything is encrypted to a server that shows a certificate: `starttls` is SMTP that must turn to it
/// (RFC 3207) before anything else is said.
const ENCRYPTED: [&str; 4] = ["https", "mqtts", "smtps", "starttls"];

/// An address without name and password.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// Whole: some cameras take a password behind the question mark, and a path can be one.
    url: Secret,
    /// Whether it may be this very machine.
    loopback: bool,
}

/// A name and a password for it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Login {
    /// The name.
    pub user: String,
    /// The password.
    pub password: Secret,
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Place(…)")
    }
}

impl Place {
    /// Takes an address of one of these schemes apart; gives the login that stands in it.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] if it has none of them, or leads where none may lead.
    pub fn parse(text: &str, schemes: &[&str], loopback: bool) -> Result<(Self, Option<Login>)> {
        let odd = || {
            let scheme = schemes.first().unwrap_or(&"");
            let message = format!("the address has to look like {scheme}://ADDRESS/PATH");
            Error::new(ErrorKind::Invalid, message)
        };
        if text.len() > ADDRESS {
            return Err(odd());
        }
        let mut url = Url::parse(text.trim()).map_err(|_| odd())?;
        if !schemes.contains(&url.scheme()) || url.host_str().is_none_or(str::is_empty) {
            return Err(odd());
        }
        let decoded = |part: &str| {
            let bytes = percent_decoded(part).ok_or_else(odd)?;
            String::from_utf8(bytes).map_err(|_| odd())
        };
        let login = match (url.username(), url.password()) {
            ("", None) => None,
            (user, password) => Some(Login {
                user: decoded(user)?,
                password: Secret(decoded(password.unwrap_or_default())?.into()),
            }),
        };
        url.set_username("").map_err(|()| odd())?;
        url.set_password(None).map_err(|()| odd())?;
        url.set_fragment(None);
        let place = Self {
            url: Secret(String::from(url).into()),
            loopback,
        };
        if let Some(address) = place.literal()? {
            place.judge(address)?;
        }
        Ok((place, login))
    }

    /// The address without anything that may be secret.
    pub fn shown(&self) -> String {
        let Ok(mut url) = self.url() else {
            return String::new();
        };
        if url.query().is_some() {
            url.set_query(Some("…"));
        }
        url.to_string()
    }

    /// Its host, as it was typed.
    pub fn host(&self) -> Option<String> {
        self.url().ok()?.host_str().map(str::to_owned)
    }

    /// The address without what only its owner knows: a path can be a secret, as a topic of a push server is.
    pub fn host_shown(&self) -> String {
        let Ok(url) = self.url() else {
            return String::new();
        };
        let port = url.port().map(|port| format!(":{port}"));
        let host = url.host_str().unwrap_or_default();
        format!("{}://{host}{}", url.scheme(), port.unwrap_or_default())
    }

    /// The address as it was typed. It may be secret.
    pub(crate) fn url(&self) -> Result<Url> {
        let odd = |e| Error::new(ErrorKind::DataLoss, "the address is no address").because(e);
        Url::parse(&self.url.0).map_err(odd)
    }

    /// What whoever is at this address calls another one of its own: at this host, whatever host it says. A camera behind
    /// two networks knows the wrong one, and a hostile one names somebody else.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] if it is no address of this scheme.
    pub fn sibling(&self, said: &str, scheme: &str) -> Result<Self> {
        let odd = || Error::new(ErrorKind::Invalid, "what was named is no address");
        if said.len() > ADDRESS {
            return Err(odd());
        }
        let mut url = Url::parse(said.trim()).map_err(|_| odd())?;
        if url.scheme() != scheme {
            return Err(odd());
        }
        let host = self.host().ok_or_else(odd)?;
        url.set_host(Some(&host)).map_err(|e| odd().because(e))?;
        let (place, _) = Self::parse(url.as_str(), &[scheme], self.loopback)?;
        Ok(place)
    }

    fn literal(&self) -> Result<Option<IpAddr>> {
        let url = self.url()?;
        let host = url.host_str().unwrap_or_default();
        Ok(host.trim_matches(['[', ']']).parse().ok())
    }

    /// The address with this host and port in place of its own, at which somebody hands on what is said.
    ///
    /// # Errors
    /// Never for an address that was parsed.
    pub fn through(&self, at: SocketAddr) -> Result<Url> {
        let mut url = self.url()?;
        let odd = || Error::new(ErrorKind::Internal, "the address cannot be written");
        url.set_ip_host(at.ip()).map_err(|()| odd())?;
        url.set_port(Some(at.port())).map_err(|()| odd())?;
        Ok(url)
    }

    /// The first address of its host that may be connected to now.
    ///
    /// # Errors
    /// [`ErrorKind::Unavailable`] if the name cannot be found, [`ErrorKind::Denied`] if it leads only where it may not.
    pub async fn address(&self, usual_port: u16) -> Result<SocketAddr> {
        let url = self.url()?;
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
        let port = url.port().unwrap_or(usual_port);
        let unknown = || {
            let message = format!("'{host}' cannot be found: check the name, or use its address");
            Error::new(ErrorKind::Unavailable, message)
        };
        let found = timeout(PATIENCE, tokio::net::lookup_host((host, port))).await;
        let found = found.map_err(|_| unknown())?;
        let mut refusal = unknown();
        for address in found.map_err(|e| unknown().because(e))? {
            match self.judge(address.ip()) {
                Ok(()) => return Ok(address),
                Err(error) => refusal = error,
            }
        }
        Err(refusal)
    }

    /// Whether an address may be connected to.
    ///
    /// # Errors
    /// [`ErrorKind::Denied`] with the reason.
    fn judge(&self, address: IpAddr) -> Result<()> {
        let refuse = |why: &str| Err(Error::new(ErrorKind::Denied, format!("{address} {why}")));
        // An IPv4 address in the clothes of IPv6 is what it is.
        let address = address.to_canonical();
        if address.is_loopback() || (is_private(address) && is_own(address)) {
            return match self.loopback {
                true => Ok(()),
                false => refuse(
                    "is this machine itself: add '--allow-loopback' if that program really runs here",
                ),
            };
        }
        if is_private(address) && address != IpAddr::V6(METADATA) {
            return Ok(());
        }
        let encrypted = ENCRYPTED.contains(&self.url()?.scheme());
        match (encrypted, is_public(address)) {
            (true, true) => Ok(()),
            (true, false) => refuse("is an address that nothing is sent to"),
            (false, _) => refuse(
                "is no address of a home's own network (10.…, 172.16.… to 172.31.…, 192.168.…, fc… or fd…): what is not encrypted goes nowhere else",
            ),
        }
    }
}

fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => Ipv4Addr::is_private(&v4),
        IpAddr::V6(v6) => v6.is_unique_local(),
    }
}

/// Whether an address is one of this machine's: only on those a socket can be opened.
fn is_own(address: IpAddr) -> bool {
    UdpSocket::bind((address, 0)).is_ok()
}

pub(crate) fn percent_decoded(text: &str) -> Option<Vec<u8>> {
    let mut bytes = text.bytes();
    let mut decoded = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let digits = [bytes.next()?, bytes.next()?];
            let digits = std::str::from_utf8(&digits).ok()?;
            decoded.push(u8::from_str_radix(digits, 16).ok()?);
        } else {
            decoded.push(byte);
        }
    }
    Some(decoded)
}

#[cfg(test)]
mod tests;
