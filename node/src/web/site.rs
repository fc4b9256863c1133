//! Which names and origins are this page's own.
//!
//! A page that listens on the loopback address is still reached by every web site that the resident visits: a name
//! that an attacker points at 127.0.0.1 (DNS rebinding) makes the browser send its requests here. The `Host` header
//! tells them apart, so a short list of hosts is answered and nothing else, and a request that changes something must
//! also come from a page of the same origin.

use std::net::SocketAddr;

use axum::http::header::{HOST, HeaderMap, ORIGIN};
use axum::http::uri::{Authority, Uri};

/// The hosts under which this node's page is reached.
#[derive(Debug, Clone)]
pub(super) struct Site {
    scheme: &'static str,
    address: SocketAddr,
    hosts: Vec<String>,
}

impl Site {
    /// The page that listens at `address`.
    pub(super) fn at(address: SocketAddr) -> Self {
        let port = address.port();
        let mut hosts: Vec<String> = ["127.0.0.1", "localhost", "[::1]"]
            .iter()
            .map(|name| format!("{name}:{port}"))
            .collect();
        hosts.push(address.to_string());
        if port == 80 {
            // Browsers leave the port of the scheme out.
            hosts.extend(["127.0.0.1", "localhost", "[::1]"].map(str::to_owned));
        }
        Self {
            scheme: "http",
            address,
            hosts,
        }
    }

    /// The page as a connection over TLS to `address` finds it: at that address, and under these names.
    pub(super) fn over_tls(address: SocketAddr, names: &[String]) -> Self {
        let port = address.port();
        let host = SocketAddr::new(address.ip(), 0).to_string();
        let host = host.trim_end_matches(":0").to_owned();
        let hosts = names.iter().cloned().chain([host]);
        let hosts = hosts.flat_map(|host| {
            let whole = format!("{host}:{port}");
            // Browsers leave the port of the scheme out.
            [Some(whole), (port == 443).then_some(host)]
        });
        Self {
            scheme: "https",
            address,
            hosts: hosts.flatten().collect(),
        }
    }

    /// The page that listens at `address` for another program, whose visitors see it at this host, over TLS.
    pub(super) fn behind(address: SocketAddr, host: Option<String>) -> Self {
        Self {
            scheme: "https",
            address,
            hosts: host.into_iter().collect(),
        }
    }

    /// Where the page is.
    pub(super) fn url(&self) -> String {
        format!("{}://{}", self.scheme, self.address)
    }

    /// The port, which is part of the cookie's name: cookies do not know ports, and two nodes on one machine would
    /// sign each other's residents out.
    pub(super) const fn port(&self) -> u16 {
        self.address.port()
    }

    /// The one `Host` of a request, if it is ours. A request in absolute form must name the same host twice.
    pub(super) fn host<'a>(&self, uri: &Uri, headers: &'a HeaderMap) -> Option<&'a str> {
        let mut named = headers.get_all(HOST).iter();
        let (Some(host), None) = (named.next(), named.next()) else {
            return None;
        };
        let host = host
            .to_str()
            .ok()
            .filter(|host| self.hosts.iter().any(|own| own == host))?;
        uri.authority()
            .map(Authority::as_str)
            .is_none_or(|named| named == host)
            .then_some(host)
    }

    /// Whether a request that changes something was sent by a page of this very origin.
    ///
    /// `Sec-Fetch-Site` is set by the browser and no page can forge it. Pages carry `Referrer-Policy: no-referrer`,
    /// which makes browsers say `Origin: null` on their own forms; that is taken only together with `same-origin`.
    /// A browser too old for `Sec-Fetch-Site` must name our origin. A request that says neither is refused.
    pub(super) fn same_origin(&self, host: &str, headers: &HeaderMap) -> bool {
        let Ok(fetch_site) = single(headers, "sec-fetch-site") else {
            return false;
        };
        let Ok(origin) = single(headers, ORIGIN.as_str()) else {
            return false;
        };
        let ours = origin.map(|origin| {
            let host_of = origin.strip_prefix(self.scheme);
            host_of.and_then(|rest| rest.strip_prefix("://")) == Some(host)
        });
        match fetch_site {
            Some("same-origin") => ours.unwrap_or(true) || origin == Some("null"),
            Some("none") | None => ours == Some(true),
            Some(_) => false,
        }
    }
}

/// A header that stands at most once and is readable.
fn single<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>, ()> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => value.to_str().map(Some).map_err(drop),
        (Some(_), Some(_)) => Err(()),
    }
}
