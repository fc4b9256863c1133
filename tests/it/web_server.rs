//! An agency's web server on loopback: what lies under which path can be changed while it runs.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio_rustls::TlsAcceptor;

/// What lies where.
type Files = Arc<Mutex<BTreeMap<String, String>>>;

/// The server, and the certificate of its authority as a file.
pub(crate) struct WebServer {
    files: Files,
    asked: Arc<Mutex<Vec<String>>>,
    authority: PathBuf,
    port: u16,
    _runtime: Runtime,
}

impl WebServer {
    pub(crate) fn start(place: &Path) -> Self {
        let (config, certificate) = certified();
        let authority = place.join("authority.pem");
        std::fs::write(&authority, certificate).expect("a file");
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime");
        let listener = runtime
            .block_on(TcpListener::bind("127.0.0.1:0"))
            .expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let (files, asked) = (Files::default(), Arc::default());
        runtime.spawn(serve(
            listener,
            config,
            Arc::clone(&files),
            Arc::clone(&asked),
        ));
        Self {
            files,
            asked,
            authority,
            port,
            _runtime: runtime,
        }
    }

    pub(crate) fn authority(&self) -> &Path {
        &self.authority
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("https://127.0.0.1:{}{path}", self.port)
    }

    pub(crate) fn put(&self, path: &str, body: &str) {
        let mut files = self.files.lock().expect("no thread died");
        files.insert(path.to_owned(), body.to_owned());
    }

    /// Every request so far, heads and all.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("no thread died").clone()
    }
}

/// A server's set-up, and the certificate of its authority.
fn certified() -> (ServerConfig, String) {
    let key = KeyPair::generate().expect("a key");
    let mut params = CertificateParams::new([]).expect("parameters");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = params.self_signed(&key).expect("a certificate");
    let own = KeyPair::generate().expect("a key");
    let params = CertificateParams::new(["127.0.0.1".to_owned()]).expect("parameters");
    let certificate = params
        .signed_by(&own, &authority, &key)
        .expect("a certificate");
    let own = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(own.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], own)
        .expect("a set-up");
    (config, authority.pem())
}

async fn serve(
    listener: TcpListener,
    config: ServerConfig,
    files: Files,
    asked: Arc<Mutex<Vec<String>>>,
) {
    let acceptor = TlsAcceptor::from(Arc::new(config));
    while let Ok((stream, _)) = listener.accept().await {
        let Ok(mut stream) = acceptor.accept(stream).await else {
            continue;
        };
        let mut request = vec![0; 8 * 1024];
        let read = stream.read(&mut request).await.unwrap_or(0);
        let request = String::from_utf8_lossy(&request[..read]).into_owned();
        let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
        asked.lock().expect("no thread died").push(request);
        let body = files.lock().expect("no thread died").get(&path).cloned();
        let (status, body) = match body {
            Some(body) => ("200 OK", body),
            None => ("404 Not Found", String::new()),
        };
        let length = body.len();
        let answer = format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\n\r\n{body}");
        let _client_may_hang_up = stream.write_all(answer.as_bytes()).await;
        let _client_may_hang_up = stream.shutdown().await;
    }
}
