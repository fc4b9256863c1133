//! Domains of a real name server and a real web server on loopback, with a certificate authority of their own.

mod speaking;

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};

use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::rdata::{A, TXT};
use hickory_resolver::proto::rr::{LowerName, Name, RData, Record};
use hickory_server::Server;
use hickory_server::store::in_memory::InMemoryZoneHandler;
use hickory_server::zone_handler::{AxfrPolicy, Catalog, ZoneType};
use rcgen::{BasicConstraints, Certificate, CertificateParams, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use streetlamp_proto::signed::PublicKey;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, UdpSocket};
use tokio_rustls::TlsAcceptor;

use super::*;

const DOMAIN: &str = "fire.example";

fn key(n: u8) -> PublicKey {
    PublicKey::from_bytes([n; 32])
}

fn file(n: u8) -> Vec<u8> {
    answer("200 OK", &file_text(&key(n)))
}

fn answer(status: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\n\r\n{body}").into_bytes()
}

/// An authority for certificates.
struct Authority {
    key: KeyPair,
    certificate: Certificate,
}

impl Authority {
    fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new([]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = params.self_signed(&key).unwrap();
        Self { key, certificate }
    }

    fn server_for(&self, name: &str) -> ServerConfig {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new([name.to_owned()]).unwrap();
        let certificate = params
            .signed_by(&key, &self.certificate, &self.key)
            .unwrap();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap()
    }
}

/// A web server that says the same to everybody. Gives its port, and every request that it got.
async fn web_server(
    config: ServerConfig,
    says: Vec<u8>,
) -> (u16, tokio::sync::mpsc::Receiver<String>) {
    changing_web_server(config, Arc::new(Mutex::new(says))).await
}

/// A web server whose owner changes what it says.
async fn changing_web_server(
    config: ServerConfig,
    says: Arc<Mutex<Vec<u8>>>,
) -> (u16, tokio::sync::mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let (requests, got) = tokio::sync::mpsc::channel(8);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else {
                continue;
            };
            let mut request = vec![0; 4096];
            let read = stream.read(&mut request).await.unwrap_or(0);
            let request = String::from_utf8_lossy(&request[..read]).into_owned();
            let _nobody_looks = requests.try_send(request);
            let says = says.lock().unwrap().clone();
            let _client_may_hang_up = stream.write_all(&says).await;
            let _client_may_hang_up = stream.shutdown().await;
        }
    });
    (port, got)
}

/// A name server that knows where the domain is, and its record if there is one.
async fn name_server(record: Option<String>) -> (SocketAddr, Server<Catalog>) {
    let origin: Name = format!("{DOMAIN}.").parse().unwrap();
    let mut zone = InMemoryZoneHandler::<TokioRuntimeProvider>::empty(
        origin.clone(),
        ZoneType::Primary,
        AxfrPolicy::Deny,
    );
    let here = RData::A(A(Ipv4Addr::LOCALHOST));
    zone.upsert_mut(Record::from_rdata(origin.clone(), 60, here), 0);
    if let Some(text) = record {
        let name: Name = format!("_streetlamp.{DOMAIN}.").parse().unwrap();
        let text = RData::TXT(TXT::new(vec![text]));
        zone.upsert_mut(Record::from_rdata(name, 60, text), 0);
    }
    let mut catalog = Catalog::new();
    catalog.upsert(LowerName::new(&origin), vec![Arc::new(zone)]);
    let mut server = Server::new(catalog);
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    server.register_socket(socket);
    (address, server)
}

/// What a home makes of a domain.
async fn asked(certified: &str, says: Vec<u8>, record: Option<String>) -> DomainAnswer {
    let authority = Authority::new();
    let (port, _requests) = web_server(authority.server_for(certified), says).await;
    let (name_server, _server) = name_server(record).await;
    let trusted = vec![authority.certificate.der().clone()];
    let domains = Domains::given(name_server, trusted, port);
    domains.ask(&DOMAIN.parse().unwrap()).await
}

fn lists(n: u8, way: Way) -> DomainAnswer {
    DomainAnswer::Lists(vec![key(n)], way)
}

#[tokio::test]
async fn a_domain_lists_its_keys_in_a_file_that_counts_more_than_its_record() {
    let record = Some(record_text(&key(8)));
    assert_eq!(asked(DOMAIN, file(7), record).await, lists(7, Way::Https));
}

#[tokio::test]
async fn without_a_file_the_record_counts_and_without_either_nothing() {
    let not_found = answer("404 Not Found", "");
    let record = Some(record_text(&key(8)));
    let by_record = asked(DOMAIN, not_found.clone(), record).await;
    assert_eq!(by_record, lists(8, Way::Dns));
    assert_eq!(asked(DOMAIN, not_found, None).await, DomainAnswer::Silent);
}

#[tokio::test]
async fn a_certificate_of_another_name_or_another_authority_is_no_answer() {
    let other_name = asked("police.example", file(7), None).await;
    assert_eq!(other_name, DomainAnswer::Silent);
    let (port, _requests) = web_server(Authority::new().server_for(DOMAIN), file(7)).await;
    let (name_server, _server) = name_server(None).await;
    let trusted = vec![Authority::new().certificate.der().clone()];
    let domains = Domains::given(name_server, trusted, port);
    let answer = domains.ask(&DOMAIN.parse().unwrap()).await;
    assert_eq!(answer, DomainAnswer::Silent);
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere =
        "HTTP/1.1 302 Found\r\nLocation: https://fire.example/\r\nContent-Length: 0\r\n\r\n";
    let answer = asked(DOMAIN, elsewhere.into(), None).await;
    assert_eq!(answer, DomainAnswer::Silent);
}

#[tokio::test]
async fn a_huge_or_broken_answer_is_none() {
    let huge = format!("{}{}", " ".repeat(1 << 20), file_text(&key(7)));
    let cut = "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"streetlamp\":1";
    let head = format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n", "x".repeat(1 << 20));
    for odd in [
        answer("200 OK", &huge),
        answer("200 OK", "<html>"),
        cut.into(),
        head.into_bytes(),
        b"SSH-2.0-OpenSSH\r\n".to_vec(),
    ] {
        assert_eq!(asked(DOMAIN, odd, None).await, DomainAnswer::Silent);
    }
}

#[tokio::test]
async fn a_domain_learns_nothing_of_who_asks_but_the_address() {
    let authority = Authority::new();
    let (port, mut requests) = web_server(authority.server_for(DOMAIN), file(7)).await;
    let (name_server, _server) = name_server(None).await;
    let trusted = vec![authority.certificate.der().clone()];
    let domains = Domains::given(name_server, trusted, port);
    domains.ask(&DOMAIN.parse().unwrap()).await;
    let request = requests.recv().await.unwrap().to_ascii_lowercase();
    let mut lines: Vec<_> = request.lines().filter(|line| !line.is_empty()).collect();
    lines.sort_unstable();
    assert_eq!(
        lines,
        [
            "accept: application/json",
            "connection: close",
            "get /.well-known/streetlamp.json http/1.1",
            "host: fire.example",
            "user-agent: streetlamp",
        ]
    );
}

#[tokio::test]
async fn a_stranger_cannot_lead_a_home_into_its_own_network() {
    let authority = Authority::new();
    let (port, mut requests) = web_server(authority.server_for(DOMAIN), file(7)).await;
    let (name_server, _server) = name_server(None).await;
    let resolver = dns::resolver(name_server).unwrap();
    let domain = DOMAIN.parse().unwrap();
    let mut addresses = dns::addresses(&resolver, &domain).await.unwrap();
    assert_eq!(addresses, [Ipv4Addr::LOCALHOST]);
    addresses.retain(|ip| https::is_public(*ip));
    let roots = RootCertStore::empty();
    assert!(
        https::get(&question(&domain), &addresses, port, roots)
            .await
            .is_err()
    );
    assert!(requests.try_recv().is_err());
}
