//! The DNS: where a domain is, and the record that lists its keys.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use hickory_resolver::TokioResolver;
use hickory_resolver::config::{
    ConnectionConfig, NameServerConfig, ResolveHosts, ResolverConfig, ResolverOpts,
};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::RData;
use streetlamp_proto::publisher::Domain;

use crate::error::{Error, ErrorKind, Result};

/// A resolver.
pub(super) type Resolver = TokioResolver;

/// How long one name server may take, and how often it is asked.
const PATIENCE: Duration = Duration::from_secs(3);
/// Addresses of a domain that are looked at.
const ADDRESSES: usize = 8;
/// Records of a domain that are looked at, and bytes of each.
const RECORDS: usize = 8;
/// See [`RECORDS`].
const RECORD_BYTES: usize = 512;

/// Asks the name servers that this machine asks.
pub(super) fn system_resolver() -> Result<Resolver> {
    let builder = TokioResolver::builder_tokio();
    let mut builder = builder.map_err(|e| unavailable("this machine names no name server", e))?;
    bound(builder.options_mut());
    let resolver = builder.build();
    resolver.map_err(|e| unavailable("the name servers of this machine cannot be asked", e))
}

/// Asks one name server, and nobody else.
pub(super) fn resolver(name_server: SocketAddr) -> Result<Resolver> {
    let connections = [ConnectionConfig::udp(), ConnectionConfig::tcp()];
    let connections = connections.map(|mut connection| {
        connection.port = name_server.port();
        connection
    });
    let name_server = NameServerConfig::new(name_server.ip(), true, connections.into());
    let config = ResolverConfig::from_parts(None, Vec::new(), vec![name_server]);
    let mut builder = TokioResolver::builder_with_config(config, TokioRuntimeProvider::default());
    bound(builder.options_mut());
    let resolver = builder.build();
    resolver.map_err(|e| unavailable("the name server cannot be asked", e))
}

fn bound(options: &mut ResolverOpts) {
    options.timeout = PATIENCE;
    options.attempts = 2;
    // A name is what a stranger wrote; what this machine calls itself or its neighbours is none of his business.
    options.use_hosts_file = ResolveHosts::Never;
    options.ndots = 1;
}

/// Where a domain is.
pub(super) async fn addresses(resolver: &Resolver, domain: &Domain) -> Result<Vec<IpAddr>> {
    let found = resolver.lookup_ip(format!("{domain}.")).await;
    let found = found.map_err(|e| unavailable("the domain has no address", e))?;
    Ok(found.iter().take(ADDRESSES).collect())
}

/// The text records that may list a domain's keys.
pub(super) async fn records(resolver: &Resolver, domain: &Domain) -> Result<Vec<String>> {
    let found = resolver.txt_lookup(format!("_streetlamp.{domain}.")).await;
    let found = found.map_err(|e| unavailable("the domain has no record", e))?;
    let texts = found
        .answers()
        .iter()
        .filter_map(|record| match &record.data {
            RData::TXT(text) => Some(text.txt_data.concat()),
            _ => None,
        });
    let texts = texts
        .filter(|text| text.len() <= RECORD_BYTES)
        .take(RECORDS);
    Ok(texts
        .map(|text| String::from_utf8_lossy(&text).into_owned())
        .collect())
}

fn unavailable(what: &str, error: hickory_resolver::net::NetError) -> Error {
    Error::new(ErrorKind::Unavailable, what).because(error)
}
