//! The door to the network as phones, neighbours' laptops and hostile pages meet it, over real TLS.

use std::net::Ipv4Addr;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, SignatureScheme};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_rustls::TlsConnector;

use super::super::tests::{FORM, Served, served};
use super::*;
use crate::factor::tests::shown;
use crate::web::tests::PASSPHRASE;

/// Takes any certificate and remembers its hash, as a resident compares it.
#[derive(Debug)]
struct Compares(Arc<CryptoProvider>, Mutex<String>);

impl ServerCertVerifier for Compares {
    fn verify_server_cert(
        &self,
        shown: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> std::result::Result<ServerCertVerified, rustls::Error> {
        let pairs: Vec<_> = Sha256::digest(shown)
            .iter()
            .map(|byte| format!("{byte:02X}"))
            .collect();
        *self.1.lock().unwrap() = pairs.join(":");
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(
            message,
            cert,
            signed,
            &self.0.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(
            message,
            cert,
            signed,
            &self.0.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

/// A home whose door is being kept.
struct Open {
    home: Served,
    factor: crate::factor::NewFactor,
    paper: Vec<crate::secret::Secret>,
}

/// What came back: the status and the whole answer.
type Said = (u16, String);

impl Open {
    /// With a second factor, and asked for on loopback, which is as near as any network.
    async fn new() -> Self {
        let home = served().await;
        let factor = home.handle.new_factor().await.unwrap();
        let code = shown(&factor, home.handle.now());
        let paper = home.handle.confirm_factor(&code).await.unwrap();
        let at = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        home.handle.open_to_lan(Some(at)).await.unwrap();
        tokio::spawn(keep(
            Arc::clone(&home.gate),
            home.handle.clone(),
            home.router.clone(),
            home.gate.closing.clone(),
        ));
        Self {
            home,
            factor,
            paper,
        }
    }

    async fn is(&self, wanted: fn(&DoorState) -> bool) -> DoorState {
        for _ in 0..1_000 {
            let state = self.home.handle.lan().await.unwrap().standing;
            if wanted(&state) {
                return state;
            }
            sleep(Duration::from_millis(10)).await;
        }
        panic!("it does not come about");
    }

    /// Where it is.
    async fn host(&self) -> String {
        let DoorState::Open { urls } = self
            .is(|state| matches!(state, DoorState::Open { .. }))
            .await
        else {
            unreachable!()
        };
        urls[0].strip_prefix("https://").unwrap().to_owned()
    }

    async fn ask(&self, head: &str, body: &str) -> Said {
        let host = self.host().await;
        ask(&host, &head.replace("HOST", &host), body).await.0
    }

    async fn sign_in(&self, passphrase: &str, code: &str) -> Said {
        let form = format!("passphrase={}&code={code}", passphrase.replace(' ', "+"));
        self.ask(&post("/sign-in"), &form).await
    }

    /// The same once this source may try again.
    async fn sign_in_in_turn(&self, passphrase: &str, code: &str) -> Said {
        loop {
            let (status, answer) = self.sign_in(passphrase, code).await;
            if status != 429 {
                return (status, answer);
            }
            sleep(Duration::from_millis(100)).await;
        }
    }

    async fn signed_in(&self, code: &str) -> String {
        let (status, answer) = self.sign_in_in_turn(PASSPHRASE, code).await;
        assert_eq!(status, 303, "{answer}");
        let cookie = answer.split("set-cookie: ").nth(1).unwrap();
        cookie.split(';').next().unwrap().to_owned()
    }
}

fn post(path: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nHost: HOST\r\nSec-Fetch-Site: same-origin\r\nOrigin: https://HOST\r\nContent-Type: {FORM}\r\n"
    )
}

fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: HOST\r\n")
}

/// One request on a connection of its own, and the fingerprint of what the server shows.
async fn ask(host: &str, head: &str, body: &str) -> (Said, String) {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let compares = Arc::new(Compares(Arc::clone(&provider), Mutex::default()));
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::<Compares>::clone(&compares))
        .with_no_client_auth();
    let stream = TcpStream::connect(host).await.unwrap();
    let name = ServerName::try_from("127.0.0.1").unwrap();
    let connector = TlsConnector::from(Arc::new(config));
    let mut stream = connector.connect(name, stream).await.unwrap();
    let length = body.len();
    let request = format!("{head}Connection: close\r\nContent-Length: {length}\r\n\r\n{body}");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let _without_a_good_end = stream.read_to_end(&mut answer).await;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let status = answer.split(' ').nth(1).and_then(|code| code.parse().ok());
    let fingerprint = compares.1.lock().unwrap().clone();
    ((status.unwrap_or_default(), answer), fingerprint)
}

#[tokio::test(flavor = "multi_thread")]
async fn from_the_network_passphrase_and_code_are_asked_for_and_a_code_is_good_once() {
    let open = Open::new().await;
    let (status, page) = open.ask(&get("/sign-in"), "").await;
    assert_eq!(status, 200);
    assert!(
        page.contains("name=\"code\"") && !page.contains("Ada"),
        "{page}"
    );
    let paper: Vec<_> = open.paper.iter().map(|code| code.0.as_str()).collect();

    // A link of the machine itself lets nobody in here.
    let link = open.home.gate.sign_in_link();
    let (_, token) = link.split_once("?token=").unwrap();
    let (status, answer) = open.ask(&post("/sign-in"), &format!("token={token}")).await;
    assert_ne!(status, 303, "{answer}");

    let cookie = open.signed_in(paper[0]).await;
    assert!(cookie.starts_with("__Host-streetlamp-"));
    let mine = format!("{}Cookie: {cookie}\r\n", get("/"));
    assert_eq!(open.ask(&mine, "").await.0, 200);
    assert_eq!(open.ask(&get("/"), "").await.0, 401);
    let (status, _) = open.sign_in(PASSPHRASE, paper[0]).await;
    assert_eq!(status, 403, "the same code again");
    // It is no session on the machine itself, nor the other way round.
    let here = open.home.session();
    let theirs = format!("{}Cookie: {here}\r\n", get("/"));
    assert_eq!(open.ask(&theirs, "").await.0, 401);
    let at_the_machine = open
        .home
        .browser(&cookie, axum::http::Method::GET, "/", "")
        .await;
    assert_eq!(at_the_machine.status(), 401);

    let next = shown(
        &open.factor,
        open.home.handle.now().after(Duration::from_secs(30)),
    );
    let (status, _) = open.sign_in_in_turn("wrong", &next).await;
    assert_eq!(status, 403);
    let (status, answer) = open.sign_in(PASSPHRASE, &next).await;
    assert_eq!(status, 429, "{answer}");
    assert!(answer.contains("retry-after: "));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_network_reaches_the_page_under_its_own_names_and_from_its_own_pages_only() {
    let open = Open::new().await;
    let host = open.host().await;
    let ((status, answer), fingerprint) =
        ask(&host, &get("/sign-in").replace("HOST", &host), "").await;
    assert_eq!(status, 200);
    assert!(answer.contains("content-security-policy: default-src 'none'"));
    let shown = open.home.handle.lan().await.unwrap().fingerprint.unwrap();
    assert_eq!(fingerprint, shown);

    let port = host.split_once(':').unwrap().1;
    for stranger in [
        "evil.example".to_owned(),
        format!("evil.example:{port}"),
        "127.0.0.1:8420".to_owned(),
        format!("localhost:{port}"),
        format!("192.168.1.7:{port}"),
        "127.0.0.1".to_owned(),
    ] {
        let head = get("/sign-in").replace("HOST", &stranger);
        assert_eq!(ask(&host, &head, "").await.0.0, 421, "{stranger}");
    }
    for (from, wrong) in [
        ("Sec-Fetch-Site: cross-site\r\n".to_owned(), true),
        ("Origin: https://evil.example\r\n".to_owned(), true),
        (format!("Origin: http://{host}\r\n"), true),
        (String::new(), true),
        (format!("Origin: https://{host}\r\n"), false),
    ] {
        let head =
            format!("POST /sign-out HTTP/1.1\r\nHost: {host}\r\nContent-Type: {FORM}\r\n{from}");
        let (status, _) = ask(&host, &head, "").await.0;
        assert_eq!(status, if wrong { 403 } else { 401 }, "{from}");
    }
    // In the clear nothing is said.
    let mut clear = TcpStream::connect(&host).await.unwrap();
    clear
        .write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        .await
        .unwrap();
    let mut said = Vec::new();
    let _cut = clear.read_to_end(&mut said).await;
    assert!(!said.windows(4).any(|four| four == b"HTTP"), "{said:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn cameras_come_in_from_the_network_with_their_tokens() {
    let open = Open::new().await;
    let head = |token: &str| {
        format!("POST /intake/film HTTP/1.1\r\nHost: HOST\r\nAuthorization: Bearer {token}\r\n")
    };
    assert_eq!(open.ask(&head(&"0".repeat(32)), "film").await.0, 401);
    let token = open
        .home
        .handle
        .add_program("Radio", &[crate::node::Scope::Read]);
    let bearer = format!(
        "{}Authorization: Bearer {}\r\n",
        get("/api/v1/status"),
        token.await.unwrap()
    );
    let (status, answer) = open.ask(&bearer, "").await;
    assert_eq!(status, 200, "{answer}");
    assert!(answer.contains("\"page_lan\":{\"state\":\"open\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_door_is_shut_without_a_factor_and_whoever_came_by_it_is_out() {
    let open = Open::new().await;
    let cookie = open.signed_in(&open.paper[0].0).await;
    // What is decided on the machine is not decided from here, whoever asks.
    let head = format!("{}Cookie: {cookie}\r\n", post("/lan"));
    for act in ["shut", "forget-factor", "new-factor"] {
        let (status, answer) = open.ask(&head, &format!("act={act}")).await;
        assert_eq!(status, 403, "{act}: {answer}");
    }
    let alive = || {
        open.home
            .gate
            .sessions
            .list(crate::secret::Kept::of(""), tokio::time::Instant::now())
    };
    assert_eq!(alive().len(), 1);
    let host = open.host().await;
    open.home.handle.forget_factor().await.unwrap();
    open.is(|state| *state == DoorState::WaitsForFactor).await;
    assert!(alive().is_empty());
    assert!(TcpStream::connect(&host).await.is_err());
    open.home.handle.close_to_lan().await.unwrap();
    open.is(|state| *state == DoorState::Shut).await;
    let public = "9.9.9.9:8421".parse().unwrap();
    assert!(open.home.handle.open_to_lan(Some(public)).await.is_err());
}

#[test]
fn only_addresses_of_a_house_are_near() {
    for (address, near) in [
        ("192.168.1.7", true),
        ("10.0.0.1", true),
        ("172.31.255.1", true),
        ("fd00::7", true),
        ("fe80::7", true),
        ("::ffff:192.168.1.7", true),
        ("127.0.0.1", true),
        ("172.32.0.1", false),
        ("100.64.0.1", false),
        ("9.9.9.9", false),
        ("::ffff:9.9.9.9", false),
        ("2620:fe::fe", false),
    ] {
        assert_eq!(is_near(address.parse().unwrap()), near, "{address}");
    }
}
