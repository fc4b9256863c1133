//! Feeds as they were recorded, and servers that fail.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{RootCertStore, ServerConfig};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::feed::{Entry, entries};
use super::fetch::{FEED_BYTES, FEED_TYPES, Fetched, Fetcher, NotFetched, Version};
use super::*;

const INDEX: &str = include_str!("../cap/tests/vectors/nws/index.atom");
const HANNA: &str = include_str!("../cap/tests/vectors/nws/hanna.geojson");
const STORM: &str = include_str!("../cap/tests/vectors/oasis/thunderstorm.xml");

fn base() -> Url {
    "https://met.example/warnings/feed".parse().unwrap()
}

#[test]
fn a_feed_lists_messages_or_where_they_are() {
    let index = entries(INDEX.as_bytes(), &base()).unwrap();
    assert_eq!(index.len(), 2);
    let Entry::At { url, changed } = &index[0] else {
        panic!("{index:?}")
    };
    assert!(
        url.as_str()
            .starts_with("https://alerts.weather.gov/cap/wwacapget.php?x=AK125AB652A170.")
    );
    assert_eq!(*changed, Some(1_534_373_520));

    let rss = "<rss version='2.0'><channel><title>t</title><link>https://met.example</link><description>d</description><item><title>t</title><link>../cap/1.xml</link></item><item><title>t</title><link>http://met.example/2</link></item></channel></rss>";
    let items = entries(rss.as_bytes(), &base()).unwrap();
    let Entry::At { url, changed: None } = &items[0] else {
        panic!("{items:?}")
    };
    assert_eq!(url.as_str(), "https://met.example/cap/1.xml");
    assert!(matches!(&items[1], Entry::Odd(_)), "{items:?}");

    let one = entries(STORM.as_bytes(), &base()).unwrap();
    assert_eq!(one, [Entry::Message(STORM.as_bytes().to_vec())]);
    let weather = entries(HANNA.as_bytes(), &base()).unwrap();
    assert!(matches!(&weather[..], [Entry::Message(_)]));
}

#[test]
fn what_is_no_feed_is_refused_and_one_bad_entry_hides_no_other() {
    for odd in [
        "",
        "<html/>",
        "{}",
        "\0",
        "<!DOCTYPE rss [<!ENTITY a 'b'>]><rss/>",
        "<rss",
    ] {
        assert!(entries(odd.as_bytes(), &base()).is_err(), "{odd}");
    }
    let two = HANNA.replacen(
        "\"features\": [",
        "\"features\": [{\"type\":\"Feature\",\"geometry\":null,\"properties\":{\"id\":7}},",
        1,
    );
    let two = entries(two.as_bytes(), &base()).unwrap();
    assert!(
        matches!(&two[..], [Entry::Odd(_), Entry::Message(_)]),
        "{two:?}"
    );
}

#[test]
fn a_feed_that_fails_is_asked_less_and_less_and_never_given_up() {
    let wait = |failures, asked| wait_after(failures, EVERY, asked);
    assert_eq!(wait(0, None), EVERY);
    assert_eq!(wait(1, None), 2 * EVERY);
    assert_eq!(wait(3, None), 8 * EVERY);
    assert_eq!(wait(1_000, None), PATIENCE);
    // What the server asks for, within reason.
    assert_eq!(wait(0, Some(5 * EVERY)), 5 * EVERY);
    assert_eq!(wait(0, Some(Duration::MAX)), PATIENCE);
    let daily = Duration::from_secs(24 * 3_600);
    assert_eq!(wait_after(9, daily, None), daily);
}

#[test]
fn a_feed_is_asked_over_tls_and_never_by_point() {
    let url = |text: &str| text.parse::<FeedUrl>();
    assert!(url("https://api.weather.gov/alerts/active?area=TX").is_ok());
    for odd in [
        "http://api.weather.gov/alerts/active?area=TX",
        "https://api.weather.gov/alerts/active?status=actual&point=39,-77",
        "https://user:word@met.example/feed",
        "file:///etc/passwd",
        "feed",
    ] {
        assert!(url(odd).is_err(), "{odd}");
    }
}

/// A server that answers each request in turn, and hands over what it was asked.
async fn server(answers: Vec<String>) -> (Url, Fetcher, tokio::sync::mpsc::Receiver<String>) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new([]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = params.self_signed(&key).unwrap();
    let own = KeyPair::generate().unwrap();
    let params = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap();
    let certificate = params.signed_by(&own, &authority, &key).unwrap();
    let own = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(own.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], own)
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let (requests, got) = tokio::sync::mpsc::channel(8);
    tokio::spawn(async move {
        for answer in answers {
            let (stream, _) = listener.accept().await.unwrap();
            let mut stream = acceptor.accept(stream).await.unwrap();
            let mut request = vec![0; 4_096];
            let read = stream.read(&mut request).await.unwrap_or(0);
            let request = String::from_utf8_lossy(&request[..read]).into_owned();
            let _nobody_looks = requests.try_send(request);
            let _client_may_hang_up = stream.write_all(answer.as_bytes()).await;
            let _client_may_hang_up = stream.shutdown().await;
        }
    });
    let mut authorities = RootCertStore::empty();
    authorities.add(authority.der().clone()).unwrap();
    let fetcher = Fetcher {
        agent: "streetlamp-relay (met.example)".to_owned(),
        allow_loopback: true,
        authorities: Some(authorities),
    };
    let url = format!("https://127.0.0.1:{port}/feed?area=TX");
    (url.parse().unwrap(), fetcher, got)
}

async fn get(fetcher: &Fetcher, url: &Url, version: &Version) -> Result<Fetched, NotFetched> {
    fetcher.get(url, FEED_TYPES, FEED_BYTES, version).await
}

#[tokio::test]
async fn what_did_not_change_is_not_fetched_again() {
    let answers = [
        "HTTP/1.1 200 OK\r\nETag: \"v1\"\r\nLast-Modified: Tue, 05 May 2026 18:00:00 GMT\r\nContent-Length: 2\r\n\r\n{}",
        "HTTP/1.1 304 Not Modified\r\n\r\n",
    ];
    let (url, fetcher, mut got) = server(answers.map(str::to_owned).to_vec()).await;
    let Ok(Fetched::New(body, version)) = get(&fetcher, &url, &Version::default()).await else {
        panic!("it is new")
    };
    assert_eq!(body, b"{}");
    assert!(matches!(
        get(&fetcher, &url, &version).await,
        Ok(Fetched::Same)
    ));
    let (first, second) = (got.recv().await.unwrap(), got.recv().await.unwrap());
    assert!(
        first.starts_with("GET /feed?area=TX HTTP/1.1\r\n"),
        "{first}"
    );
    assert!(!first.contains("if-none-match") && first.contains("streetlamp-relay (met.example)"));
    assert!(second.contains("if-none-match: \"v1\""), "{second}");
    assert!(second.contains("if-modified-since: Tue, 05 May 2026 18:00:00 GMT"));
}

#[tokio::test]
async fn a_server_that_moved_is_busy_or_says_too_much_is_told_apart() {
    let long = format!(
        "HTTP/1.1 200 OK\r\nContent-Length: {0}\r\n\r\n{1}",
        FEED_BYTES + 1,
        "x".repeat(FEED_BYTES + 1)
    );
    let answers = vec![
        "HTTP/1.1 301 Moved\r\nLocation: https://other.example/\r\nContent-Length: 0\r\n\r\n"
            .to_owned(),
        "HTTP/1.1 429 Busy\r\nRetry-After: 90\r\nContent-Length: 0\r\n\r\n".to_owned(),
        long,
    ];
    let (url, fetcher, _got) = server(answers).await;
    let version = Version::default();
    let moved = get(&fetcher, &url, &version).await.unwrap_err();
    assert!(moved.error.to_string().contains("https://other.example/"));
    let busy = get(&fetcher, &url, &version).await.unwrap_err();
    assert_eq!(busy.wait, Some(Duration::from_secs(90)));
    let long = get(&fetcher, &url, &version).await.unwrap_err();
    assert!(
        long.error.to_string().contains("too long"),
        "{:?}",
        long.error
    );
}

#[tokio::test]
async fn a_server_without_a_good_certificate_or_on_this_machine_is_not_asked() {
    let (url, fetcher, _got) = server(vec![String::new()]).await;
    let careful = Fetcher {
        allow_loopback: false,
        ..fetcher.clone()
    };
    let refused = get(&careful, &url, &Version::default()).await.unwrap_err();
    assert!(refused.error.to_string().contains("no public address"));
    let strict = Fetcher {
        authorities: Some(RootCertStore::empty()),
        ..fetcher
    };
    let refused = get(&strict, &url, &Version::default()).await.unwrap_err();
    assert!(
        refused.error.to_string().contains("certificate"),
        "{:?}",
        refused.error
    );
}
