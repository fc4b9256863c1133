//! Asking a domain who speaks for it: one file over HTTPS, or else one record in the DNS.
//!
//! ```text
//! https://fire.example/.well-known/streetlamp.json    {"streetlamp":1,"keys":["<64 hexadecimal digits>", …]}
//! _streetlamp.fire.example  TXT                       "v=streetlamp1; k=ed25519; p=<64 hexadecimal digits>"
//! ```
//!
//! The file counts more: who answers has the domain's certificate, by an authority that this machine trusts. A record
//! can be forged by whoever is on the way (DNSSEC is not checked), so it is asked for only when there is no file.
//!
//! A stranger chooses the domain, so everything about the answer is hostile: nothing is sent but the request, no
//! redirect is followed, no address inside a home's own network is contacted, and size and time are bounded.
//!
//! Left to others: when to ask, and what follows from the answer (`household::bulletins`).

mod dns;
mod listing;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::StatusCode;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use streetlamp_proto::household::{DomainAnswer, Way};
use streetlamp_proto::publisher::Domain;
use streetlamp_proto::signed::PublicKey;
use tokio::time::timeout;

pub use listing::{file_text, record_text};

use crate::error::{Error, ErrorKind, Result};
use crate::https::{self, Question};
use listing::{FILE_BYTES, PATH};

/// What every home calls itself: nothing that tells one from another.
const AGENT: &str = "streetlamp";
/// How long one way of asking may take in all.
const PATIENCE: Duration = Duration::from_secs(10);

/// Whom to ask about domains, and whom to trust.
#[derive(Debug, Clone)]
pub struct Domains(Source);

#[derive(Debug, Clone)]
enum Source {
    /// Nobody answers.
    Nobody,
    /// These, in place of a world outside.
    Listed(Arc<BTreeMap<Domain, Vec<PublicKey>>>),
    /// This machine's name servers and certificate authorities, as they are at the time.
    Machine,
    /// A name server, authorities and a web server's port that a test chose, on this very machine.
    Given(Arc<Given>),
}

#[derive(Debug)]
struct Given {
    name_server: SocketAddr,
    authorities: Vec<CertificateDer<'static>>,
    https_port: u16,
}

impl Domains {
    /// Asks as this machine's other programs do.
    pub const fn of_this_machine() -> Self {
        Self(Source::Machine)
    }

    /// No domain ever answers: for simulations.
    pub const fn silent() -> Self {
        Self(Source::Nobody)
    }

    /// Domains that list these keys, and no others; nothing is asked over a network. For simulations.
    pub fn listed(domains: BTreeMap<Domain, Vec<PublicKey>>) -> Self {
        Self(Source::Listed(Arc::new(domains)))
    }

    /// Asks one name server and trusts these authorities; addresses may be anywhere. For tests on loopback.
    pub fn given(
        name_server: SocketAddr,
        authorities: Vec<CertificateDer<'static>>,
        https_port: u16,
    ) -> Self {
        Self(Source::Given(Arc::new(Given {
            name_server,
            authorities,
            https_port,
        })))
    }

    /// Asks a domain. What it says is in the answer; what went wrong is in the log only.
    pub async fn ask(&self, domain: &Domain) -> DomainAnswer {
        match &self.0 {
            Source::Nobody => return DomainAnswer::Silent,
            Source::Listed(domains) => {
                let keys = domains.get(domain).cloned();
                return keys.map_or(DomainAnswer::Silent, |keys| {
                    DomainAnswer::Lists(keys, Way::Https)
                });
            }
            Source::Machine | Source::Given(_) => {}
        }
        match in_time(self.ask_file(domain)).await {
            Ok(keys) => return DomainAnswer::Lists(keys, Way::Https),
            Err(error) => {
                tracing::info!(%domain, error = error.chain(), "the file of a domain could not be read");
            }
        }
        match in_time(self.ask_record(domain)).await {
            Ok(keys) => DomainAnswer::Lists(keys, Way::Dns),
            Err(error) => {
                tracing::info!(%domain, error = error.chain(), "the record of a domain could not be read");
                DomainAnswer::Silent
            }
        }
    }

    async fn ask_file(&self, domain: &Domain) -> Result<Vec<PublicKey>> {
        let resolver = self.resolver()?;
        let mut addresses = dns::addresses(&resolver, domain).await?;
        if !matches!(self.0, Source::Given(_)) {
            addresses.retain(|ip| https::is_public(*ip));
        }
        let port = match &self.0 {
            Source::Given(given) => given.https_port,
            _ => https::PORT,
        };
        let file = https::get(&question(domain), &addresses, port, self.authorities()?).await?;
        if file.status != StatusCode::OK {
            let message = format!("the domain answers {}", file.status);
            return Err(Error::new(ErrorKind::NotFound, message));
        }
        listing::read_file(&file.body)
    }

    async fn ask_record(&self, domain: &Domain) -> Result<Vec<PublicKey>> {
        let records = dns::records(&self.resolver()?, domain).await?;
        listing::read_records(&records)
    }

    fn resolver(&self) -> Result<dns::Resolver> {
        match &self.0 {
            Source::Given(given) => dns::resolver(given.name_server),
            _ => dns::system_resolver(),
        }
    }

    fn authorities(&self) -> Result<RootCertStore> {
        let Source::Given(given) = &self.0 else {
            return https::authorities_of_this_machine();
        };
        let mut authorities = RootCertStore::empty();
        authorities.add_parsable_certificates(given.authorities.iter().cloned());
        Ok(authorities)
    }
}

/// The file of a domain.
fn question(domain: &Domain) -> Question<'_> {
    Question {
        host: domain.as_str(),
        authority: domain.as_str(),
        path: PATH,
        agent: AGENT,
        accept: "application/json",
        conditions: &[],
        most: FILE_BYTES,
    }
}

async fn in_time<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    let late = |_| Error::new(ErrorKind::Unavailable, "it took too long");
    timeout(PATIENCE, Box::pin(work)).await.map_err(late)?
}

#[cfg(test)]
mod tests;
