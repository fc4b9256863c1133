//! The page behind another program of this machine, as Home Assistant's Supervisor asks for it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use axum::http::{Method, header};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use url::Url;

use super::super::behind::Behind;
use super::{FORM, PASSPHRASE, Served, served, text};
use crate::web::routes::ROUTES;

/// Where a visitor sees the page.
const UNDER: &str = "/api/hassio_ingress/Zm9v-x_1";
/// What Home Assistant says of a visitor over TLS.
const VISITOR: &str = "Host: ha.example:8123\r\nX-Forwarded-Host: ha.example:8123\r\nX-Forwarded-Proto: https\r\n\
    X-Forwarded-For: 192.168.1.9, 172.30.32.1\r\nX-Ingress-Path: /api/hassio_ingress/Zm9v-x_1\r\n";

/// A home whose page is served behind a program that comes from `proxy`; where.
async fn behind(proxy: Ipv4Addr) -> (Served, SocketAddr) {
    let home = served().await;
    let at = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let behind = Behind::bind(at, IpAddr::V4(proxy)).await.unwrap();
    let at = behind.at().unwrap();
    tokio::spawn(behind.serve(home.router.clone(), home.gate.closing.clone()));
    (home, at)
}

/// One request on a connection of its own: the status, and the whole answer.
async fn ask(at: SocketAddr, head: &str, body: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(at).await.unwrap();
    let length = body.len();
    let request = format!("{head}Connection: close\r\nContent-Length: {length}\r\n\r\n{body}");
    let _cut_off = stream.write_all(request.as_bytes()).await;
    let mut answer = Vec::new();
    let _cut_off = stream.read_to_end(&mut answer).await;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let status = answer.split(' ').nth(1).and_then(|code| code.parse().ok());
    (status.unwrap_or_default(), answer)
}

fn get(path: &str, visitor: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nAccept: text/html\r\n{visitor}")
}

fn post(path: &str, from: &str) -> String {
    format!("POST {path} HTTP/1.1\r\n{VISITOR}Content-Type: {FORM}\r\n{from}")
}

const OWN: &str = "Sec-Fetch-Site: same-origin\r\nOrigin: https://ha.example:8123\r\n";

/// What somebody types who signs in with a code on paper.
fn entry(paper: &str) -> String {
    let passphrase = PASSPHRASE.replace(' ', "+");
    format!("passphrase={passphrase}&code={paper}")
}

/// Signs in, as soon as it is not too soon after somebody's wrong guess; the answer.
async fn enters(at: SocketAddr, form: &str) -> String {
    loop {
        let (status, answer) = ask(at, &post("/sign-in", OWN), form).await;
        if status != 429 {
            assert_eq!(status, 303, "{answer}");
            return answer;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// What a resident says who is signed in.
async fn resident(home: &Served, at: SocketAddr) -> String {
    let factor = home.handle.new_factor().await.unwrap();
    let code = crate::factor::tests::shown(&factor, home.handle.now());
    let paper = home.handle.confirm_factor(&code).await.unwrap();
    let answer = enters(at, &entry(&paper[0].0)).await;
    let cookie = answer.split("set-cookie: ").nth(1).unwrap();
    let cookie = cookie.split(';').next().unwrap();
    format!("{VISITOR}Cookie: {cookie}\r\n")
}

#[tokio::test]
async fn visitors_of_another_programs_page_sign_in_with_passphrase_and_code_below_their_path_only()
{
    let (home, at) = behind(Ipv4Addr::LOCALHOST).await;
    let (status, page) = ask(at, &get("/sign-in", VISITOR), "").await;
    assert_eq!(status, 200);
    assert!(page.contains("There is no second factor yet"), "{page}");
    assert!(page.contains("frame-ancestors 'self'"), "{page}");
    let factor = home.handle.new_factor().await.unwrap();
    let code = crate::factor::tests::shown(&factor, home.handle.now());
    let paper = home.handle.confirm_factor(&code).await.unwrap();
    let (_, page) = ask(at, &get("/sign-in", VISITOR), "").await;
    assert!(!page.contains("no second factor") && !page.contains("Ada"));
    assert!(!page.contains("certificate"), "it is not ours to compare");

    // A link of the machine itself lets nobody in here.
    let link = home.gate.sign_in_link();
    let (_, token) = link.split_once("?token=").unwrap();
    let (status, _) = ask(at, &post("/sign-in", OWN), &format!("token={token}")).await;
    assert_eq!(status, 403);
    let form = entry(&paper[0].0);
    for stranger in [
        "",
        "Sec-Fetch-Site: cross-site\r\n",
        "Origin: https://ha.example\r\n",
        "Origin: http://ha.example:8123\r\n",
        "Origin: https://evil.example\r\n",
    ] {
        let (status, _) = ask(at, &post("/sign-in", stranger), &form).await;
        assert_eq!(status, 403, "{stranger}");
    }
    let answer = enters(at, &form).await;
    let cookie = answer.split("set-cookie: ").nth(1).unwrap();
    assert!(cookie.contains(&format!("; Path={UNDER};")), "{cookie}");
    let cookie = cookie.split(';').next().unwrap();
    assert!(cookie.starts_with("__Secure-streetlamp-"), "{cookie}");
    let mine = format!("{VISITOR}Cookie: {cookie}\r\n");
    let (status, page) = ask(at, &get("/", &mine), "").await;
    assert!(status == 200 && page.contains("Ada"), "{page}");
    assert_eq!(ask(at, &get("/", VISITOR), "").await.0, 303);
    // What is decided on the machine is not decided from here.
    let head = post("/lan", &format!("{OWN}Cookie: {cookie}\r\n"));
    assert_eq!(ask(at, &head, "act=forget-factor").await.0, 403);
    let here = cookie.replace("__Secure-", "__Host-");
    let at_the_machine = home.browser(&here, Method::GET, "/clips", "").await;
    assert_ne!(at_the_machine.status(), 200);
}

#[tokio::test]
async fn a_film_within_another_programs_page_keeps_its_origin_and_gains_nothing_else() {
    let (home, at) = behind(Ipv4Addr::LOCALHOST).await;
    let clip = home.records("Porch", None).await;
    let mine = resident(&home, at).await;
    let head = format!("POST /clips/{clip} HTTP/1.1\r\n{mine}Content-Type: {FORM}\r\n{OWN}");
    let form = format!("act=watch&passphrase={}", PASSPHRASE.replace(' ', "+"));
    assert_eq!(ask(at, &head, &form).await.0, 303);
    let (status, frame) = ask(at, &get(&format!("/clips/{clip}/frame"), &mine), "").await;
    assert_eq!(status, 200);
    let policy = frame.split("content-security-policy: ").nth(1).unwrap();
    let policy = policy.lines().next().unwrap();
    assert!(policy.ends_with("; sandbox allow-same-origin"), "{policy}");
    assert!(
        policy.starts_with("default-src 'none'") && !policy.contains("script"),
        "{policy}"
    );
}

#[tokio::test]
async fn a_page_within_another_programs_is_told_of_a_change_by_an_answer_that_ends() {
    let (home, at) = behind(Ipv4Addr::LOCALHOST).await;
    let mine = resident(&home, at).await;
    let mut stream = TcpStream::connect(at).await.unwrap();
    let request = format!("GET /events HTTP/1.1\r\n{mine}Connection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut told = vec![0; 4_096];
    let head = stream.read(&mut told).await.unwrap();
    assert!(told[..head].starts_with(b"HTTP/1.1 200 OK"));
    home.found_street().await;
    let mut rest = String::new();
    stream.read_to_string(&mut rest).await.unwrap();
    assert!(
        rest.contains("event: changed\ndata: page\nretry: 500\n\n"),
        "{rest}"
    );
}

#[tokio::test]
async fn nobody_but_the_one_program_is_heard_and_nothing_is_shown_without_encryption() {
    let (_home, at) = behind(Ipv4Addr::new(127, 0, 0, 2)).await;
    assert_eq!(
        ask(at, &get("/sign-in", VISITOR), "").await,
        (0, String::new())
    );
    let (_home, at) = behind(Ipv4Addr::LOCALHOST).await;
    for plain in [
        VISITOR.replace("https", "http"),
        VISITOR.replace("X-Forwarded-Proto: https\r\n", ""),
        format!("{VISITOR}X-Forwarded-Proto: http\r\n"),
    ] {
        let (status, page) = ask(at, &get("/sign-in", &plain), "").await;
        assert_eq!(status, 403, "{plain}");
        assert!(page.contains("not encrypted") && !page.contains("passphrase\""));
    }
    for odd in [
        "x",
        "/a b",
        "/a;Domain=example",
        &"/a".repeat(200),
        "/\u{e4}",
    ] {
        let visitor = VISITOR.replace(UNDER, odd);
        let (status, page) = ask(at, &get("/sign-in", &visitor), "").await;
        assert!(status == 200 || status == 400, "{odd}: {page}");
    }
    let public: IpAddr = "9.9.9.9".parse().unwrap();
    assert!(Behind::bind(at, public).await.is_err());
    assert!(
        Behind::bind("9.9.9.9:0".parse().unwrap(), at.ip())
            .await
            .is_err()
    );
}

/// Links of a page: whatever stands in these attributes.
fn links(page: &str) -> impl Iterator<Item = &str> {
    const ATTRIBUTES: [&str; 6] = [
        " href=\"",
        " src=\"",
        " action=\"",
        " formaction=\"",
        " poster=\"",
        " data-src=\"",
    ];
    ATTRIBUTES.into_iter().flat_map(move |attribute| {
        let found = page.split(attribute).skip(1);
        found.filter_map(|rest| rest.split('"').next())
    })
}

#[tokio::test]
async fn every_link_of_every_page_stays_below_the_path_under_which_it_is_seen() {
    let home = served().await;
    home.found_street().await;
    let clip = home.records("Porch", None).await;
    let session = home.session();
    let base = Url::parse(&format!("https://ha.example{UNDER}/")).unwrap();
    let mut seen = 0;
    for (path, _) in ROUTES {
        let path = path.replace("{clip}", &clip);
        if path.contains('{') || path.contains("/intake") || path == "/events" {
            continue;
        }
        let answer = home.browser(&session, Method::GET, &path, "").await;
        let here = base.join(path.trim_start_matches('/')).unwrap();
        let location = answer.headers().get(header::LOCATION).cloned();
        let kind = answer.headers().get(header::CONTENT_TYPE);
        let page = match kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/html")) {
            true => text(answer).await,
            false => String::new(),
        };
        let location = location
            .as_ref()
            .and_then(|location| location.to_str().ok());
        for link in links(&page).chain(location) {
            let there = here.join(link).unwrap();
            assert!(there.as_str().starts_with(base.as_str()), "{path}: {link}");
            seen += 1;
        }
    }
    assert!(seen > 300, "{seen} links");
    for script in ["page.js", "redact.js", "first-use.js", "page.css"] {
        let path = format!("/assets/{script}");
        let script = text(home.browser(&session, Method::GET, &path, "").await).await;
        for absolute in ["\"/", "'/", "`/", "url(/"] {
            assert!(!script.contains(absolute), "{absolute}");
        }
    }
}
