//! The page as browsers, residents and hostile web sites meet it. No socket is opened where none is asked about.

use std::net::SocketAddr;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::header::{self, HeaderMap, HeaderName};
use axum::http::{Method, Request, StatusCode};
use axum::response::Response;
use axum::routing::get;
use futures::StreamExt;
use streetlamp_proto::household::Command;
use tempfile::TempDir;
use tower::ServiceExt;
use zeroize::Zeroizing;

use super::routes::{ROUTES, app, guarded};
use super::*;
use crate::clock::Clock;
use crate::home::{Home, NewHome};
use crate::mesh::Transport;
use crate::node::{Core, Parts};
use crate::store::Store;

/// A path, the headers of the request, and what comes of it.
type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], StatusCode);

const HOST: &str = "127.0.0.1:8420";
const ORIGIN: &str = "http://127.0.0.1:8420";
const FORM: &str = "application/x-www-form-urlencoded";
const PASSPHRASE: &str = "correct horse";

fn gate() -> Arc<Gate> {
    let address: SocketAddr = HOST.parse().unwrap();
    Arc::new(Gate::new(Site::at(address), &Entropy::Repeatable(1)).unwrap())
}

/// A router of one page and one form behind the gate, for rules that need no node.
fn bare() -> (Arc<Gate>, Router) {
    let gate = gate();
    let router = Router::new()
        .route(
            "/page",
            get(|| async { "page" }).post(|body: String| async move { body }),
        )
        .route(
            "/sign-in",
            get(|| async { "sign-in" }).post(|| async { "done" }),
        );
    (Arc::clone(&gate), guarded(router, gate))
}

/// A node of a fresh home, with its page.
struct Served {
    _dir: TempDir,
    gate: Arc<Gate>,
    handle: NodeHandle,
    router: Router,
}

async fn served() -> Served {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("home");
    let entropy = Entropy::Repeatable(7);
    let new = NewHome {
        name: "Ada <b>& Ben</b>".parse_line(),
        cell: None,
        passphrase: Some(Zeroizing::new(PASSPHRASE.to_owned())),
        recovery_sheet: None,
        now: Clock::System.now(),
    };
    Home::create(&path, new, &entropy).unwrap();
    let home = Home::open(&path).unwrap();
    let store = Store::open(&home.store_path()).unwrap();
    let parts = Parts {
        store,
        transport: Transport::Memory,
        listen: vec!["/memory/0".to_owned()],
        mdns: false,
        clock: Clock::System,
        entropy,
    };
    let handle = Core::start(home, parts).await.unwrap().handle;
    let gate = gate();
    let router = app(App {
        gate: Arc::clone(&gate),
        handle: handle.clone(),
    });
    Served {
        _dir: dir,
        gate,
        handle,
        router,
    }
}

trait ParseLine {
    fn parse_line<const N: usize>(&self) -> streetlamp_proto::text::Line<N>;
}

impl ParseLine for str {
    fn parse_line<const N: usize>(&self) -> streetlamp_proto::text::Line<N> {
        streetlamp_proto::text::Line::clean(self).unwrap()
    }
}

impl Served {
    /// What the resident's own browser gets.
    async fn resident(&self, method: Method, path: &str, form: &str) -> Response {
        let cookie = self.gate.begin_session();
        let cookie = cookie.split(';').next().unwrap();
        let headers = [
            ("cookie", cookie),
            ("sec-fetch-site", "same-origin"),
            ("origin", "null"),
            ("content-type", FORM),
        ];
        send(&self.router, method, path, &headers, form).await
    }

    async fn found_street(&self) {
        let command = Command::FoundStreet {
            name: "Lindenstraße".parse_line(),
            cell: "u33dc1".parse().unwrap(),
        };
        self.handle.command(command).await.unwrap();
    }
}

async fn send(
    router: &Router,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Response {
    let mut request = Request::builder().method(method).uri(path);
    if !headers.iter().any(|(name, _)| *name == "host") {
        request = request.header("host", HOST);
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    router
        .clone()
        .oneshot(request.body(Body::from(body.to_owned())).unwrap())
        .await
        .unwrap()
}

async fn text(response: Response) -> String {
    String::from_utf8(
        to_bytes(response.into_body(), usize::MAX)
            .await
            .unwrap()
            .to_vec(),
    )
    .unwrap()
}

#[tokio::test]
async fn only_the_hosts_of_this_node_are_answered() {
    let (_, router) = bare();
    for host in [HOST, "localhost:8420", "[::1]:8420"] {
        let response = send(&router, Method::GET, "/sign-in", &[("host", host)], "").await;
        assert_eq!(response.status(), StatusCode::OK, "{host}");
    }
    let strangers = [
        "evil.example",
        "evil.example:8420",
        "192.168.1.7:8420",
        "127.0.0.1",
        "127.0.0.1.:8420",
        "localhost.:8420",
        "127.0.0.1:8421",
        "127.0.0.1:08420",
        "127.0.0.2:8420",
        "127.1:8420",
        "0x7f.1:8420",
        "localhost:8420.evil.example",
        "a@127.0.0.1:8420",
        "127.0.0.1:8420 ",
        "LOCALHOST:8420",
        "[::ffff:127.0.0.1]:8420",
        "0.0.0.0:8420",
        "",
    ];
    for host in strangers {
        let response = send(&router, Method::GET, "/sign-in", &[("host", host)], "").await;
        assert_eq!(
            response.status(),
            StatusCode::MISDIRECTED_REQUEST,
            "{host:?}"
        );
    }
    let twice = send(
        &router,
        Method::GET,
        "/sign-in",
        &[("host", HOST), ("host", HOST)],
        "",
    )
    .await;
    assert_eq!(twice.status(), StatusCode::MISDIRECTED_REQUEST);
    let absolute = send(&router, Method::GET, "http://evil.example/sign-in", &[], "").await;
    assert_eq!(absolute.status(), StatusCode::MISDIRECTED_REQUEST);
    let none = Request::get("/sign-in").body(Body::empty()).unwrap();
    assert_eq!(
        router.oneshot(none).await.unwrap().status(),
        StatusCode::MISDIRECTED_REQUEST
    );
}

#[tokio::test]
async fn every_answer_carries_the_headers_and_none_a_cors_header() {
    let home = served().await;
    let signed_in = home.gate.begin_session();
    let signed_in = signed_in.split(';').next().unwrap();
    let cases: [Case<'_>; 7] = [
        ("/", &[("cookie", signed_in)], StatusCode::OK),
        ("/assets/page.css", &[], StatusCode::OK),
        ("/", &[("accept", "text/html")], StatusCode::SEE_OTHER),
        ("/", &[], StatusCode::UNAUTHORIZED),
        (
            "/no/such/page",
            &[("cookie", signed_in)],
            StatusCode::NOT_FOUND,
        ),
        (
            "/alerts",
            &[("cookie", signed_in)],
            StatusCode::METHOD_NOT_ALLOWED,
        ),
        (
            "/",
            &[("host", "evil.example")],
            StatusCode::MISDIRECTED_REQUEST,
        ),
    ];
    for (path, headers, status) in cases {
        for origin in [
            "null",
            ORIGIN,
            "http://localhost:3000",
            "https://evil.example",
        ] {
            for method in [Method::GET, Method::OPTIONS] {
                let mut headers = headers.to_vec();
                headers.push(("origin", origin));
                let response = send(&home.router, method.clone(), path, &headers, "").await;
                if method == Method::GET {
                    assert_eq!(response.status(), status, "{path}");
                }
                check_headers(response.headers(), path);
            }
        }
    }
}

fn check_headers(headers: &HeaderMap, path: &str) {
    let cors = headers
        .keys()
        .map(HeaderName::as_str)
        .find(|name| name.starts_with("access-control-"));
    assert_eq!(cors, None, "{path}");
    let value = |name: &str| headers.get(name).unwrap().to_str().unwrap().to_owned();
    assert_eq!(
        value("content-security-policy"),
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
         form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'; \
         require-trusted-types-for 'script'"
    );
    assert_eq!(value("x-content-type-options"), "nosniff");
    assert_eq!(value("referrer-policy"), "no-referrer");
    assert_eq!(value("cross-origin-opener-policy"), "same-origin");
    assert_eq!(value("cross-origin-resource-policy"), "same-origin");
    assert!(
        ["no-store", "no-cache"].contains(&value("cache-control").as_str()),
        "{path}"
    );
}

#[tokio::test]
async fn a_form_of_another_site_changes_nothing() {
    let (_, router) = bare();
    let cases: [(Option<&str>, Option<&str>, bool); 13] = [
        (Some("same-origin"), Some(ORIGIN), true),
        (Some("same-origin"), Some("null"), true),
        (Some("same-origin"), None, true),
        (Some("same-origin"), Some("http://localhost:8420"), false),
        (Some("none"), Some(ORIGIN), true),
        (Some("none"), None, false),
        (Some("same-site"), Some(ORIGIN), false),
        (Some("cross-site"), Some(ORIGIN), false),
        (Some("cross-site"), Some("null"), false),
        (None, Some(ORIGIN), true),
        (None, Some("null"), false),
        (None, Some("https://127.0.0.1:8420"), false),
        (None, None, false),
    ];
    for (site, origin, taken) in cases {
        let mut headers = vec![("content-type", FORM)];
        headers.extend(site.map(|site| ("sec-fetch-site", site)));
        headers.extend(origin.map(|origin| ("origin", origin)));
        let response = send(&router, Method::POST, "/sign-in", &headers, "").await;
        assert_eq!(
            response.status() == StatusCode::OK,
            taken,
            "{site:?} {origin:?}"
        );
    }
}

#[tokio::test]
async fn a_body_is_a_form_of_at_most_64_kib() {
    let (gate, router) = bare();
    let cookie = gate.begin_session();
    let cookie = cookie.split(';').next().unwrap();
    for (kind, length, status) in [
        (FORM, 64 * 1024, StatusCode::OK),
        (FORM, 64 * 1024 + 1, StatusCode::PAYLOAD_TOO_LARGE),
        (
            "application/x-www-form-urlencoded; charset=utf-8",
            1,
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
        ),
        ("multipart/form-data", 1, StatusCode::UNSUPPORTED_MEDIA_TYPE),
        ("text/plain", 1, StatusCode::UNSUPPORTED_MEDIA_TYPE),
    ] {
        let headers = [
            ("cookie", cookie),
            ("sec-fetch-site", "same-origin"),
            ("content-type", kind),
        ];
        let response = send(
            &router,
            Method::POST,
            "/page",
            &headers,
            &"x".repeat(length),
        )
        .await;
        assert_eq!(response.status(), status, "{kind} {length}");
    }
}

/// Every address, and what a stranger's GET and POST of it get. A new route needs a row here.
const STRANGERS: [(&str, StatusCode, StatusCode); 9] = [
    ("/", StatusCode::UNAUTHORIZED, StatusCode::UNAUTHORIZED),
    (
        "/alerts",
        StatusCode::UNAUTHORIZED,
        StatusCode::UNAUTHORIZED,
    ),
    (
        "/assets/{name}",
        StatusCode::NOT_FOUND,
        StatusCode::METHOD_NOT_ALLOWED,
    ),
    ("/clips", StatusCode::UNAUTHORIZED, StatusCode::UNAUTHORIZED),
    (
        "/events",
        StatusCode::UNAUTHORIZED,
        StatusCode::UNAUTHORIZED,
    ),
    ("/lock", StatusCode::UNAUTHORIZED, StatusCode::UNAUTHORIZED),
    ("/sign-in", StatusCode::OK, StatusCode::FORBIDDEN),
    (
        "/sign-out",
        StatusCode::UNAUTHORIZED,
        StatusCode::UNAUTHORIZED,
    ),
    (
        "/unlock",
        StatusCode::UNAUTHORIZED,
        StatusCode::UNAUTHORIZED,
    ),
];

#[tokio::test]
async fn strangers_reach_the_sign_in_page_and_its_looks_only() {
    let paths: Vec<_> = ROUTES.iter().map(|(path, _)| *path).collect();
    assert_eq!(paths, STRANGERS.map(|(path, ..)| path));
    let home = served().await;
    home.found_street().await;
    for (path, read, change) in STRANGERS {
        let headers = [
            ("sec-fetch-site", "same-origin"),
            ("content-type", FORM),
            ("cookie", "__Host-streetlamp-8420=0"),
        ];
        for (method, status) in [
            (Method::GET, read),
            (Method::HEAD, read),
            (Method::POST, change),
        ] {
            let response = send(&home.router, method.clone(), path, &headers, "").await;
            assert_eq!(response.status(), status, "{method} {path}");
            let body = text(response).await;
            assert!(
                !body.contains("Lindenstraße") && !body.contains("Ada"),
                "{method} {path} names the home"
            );
        }
        let html = send(
            &home.router,
            Method::GET,
            path,
            &[("accept", "text/html")],
            "",
        )
        .await;
        if read == StatusCode::UNAUTHORIZED {
            assert_eq!(
                (html.status(), &html.headers()[header::LOCATION]),
                (StatusCode::SEE_OTHER, &"./sign-in".parse().unwrap())
            );
        }
    }
}

#[tokio::test]
async fn a_link_signs_in_once_and_looking_at_it_does_not_use_it_up() {
    let home = served().await;
    let link = home.gate.sign_in_link();
    let (place, token) = link.split_once("?token=").unwrap();
    assert_eq!((place, token.len()), ("http://127.0.0.1:8420/sign-in", 32));
    let path = format!("/sign-in?token={token}");
    for _ in 0..2 {
        let page = send(&home.router, Method::GET, &path, &[], "").await;
        assert_eq!(
            (page.status(), page.headers().get(header::SET_COOKIE)),
            (StatusCode::OK, None)
        );
        assert!(text(page).await.contains(token));
    }
    let form = format!("token={token}");
    let own = [("sec-fetch-site", "same-origin"), ("content-type", FORM)];
    let stranger = [("sec-fetch-site", "cross-site"), ("content-type", FORM)];
    assert_eq!(
        send(&home.router, Method::POST, "/sign-in", &stranger, &form)
            .await
            .status(),
        StatusCode::FORBIDDEN
    );

    let entered = send(&home.router, Method::POST, "/sign-in", &own, &form).await;
    assert_eq!(entered.status(), StatusCode::SEE_OTHER);
    let cookie = entered.headers()[header::SET_COOKIE].to_str().unwrap();
    let (name, rest) = cookie.split_once('=').unwrap();
    let (secret, attributes) = rest.split_once(';').unwrap();
    assert_eq!((name, secret.len()), ("__Host-streetlamp-8420", 32));
    assert_eq!(
        attributes,
        " Path=/; Max-Age=2592000; Secure; HttpOnly; SameSite=Strict"
    );

    let pair = format!("other=1; {name}={secret}");
    let signed_in = [
        ("cookie", pair.as_str()),
        ("sec-fetch-site", "same-origin"),
        ("content-type", FORM),
    ];
    assert_eq!(
        send(&home.router, Method::GET, "/", &signed_in, "")
            .await
            .status(),
        StatusCode::OK
    );
    let again = send(&home.router, Method::POST, "/sign-in", &own, &form).await;
    assert_eq!(
        (again.status(), again.headers().get(header::SET_COOKIE)),
        (StatusCode::FORBIDDEN, None)
    );
    assert!(text(again).await.contains("streetlamp sign-in"));

    let left = send(&home.router, Method::POST, "/sign-out", &signed_in, "").await;
    assert!(
        left.headers()[header::SET_COOKIE]
            .to_str()
            .unwrap()
            .contains("Max-Age=0")
    );
    assert_eq!(
        send(&home.router, Method::GET, "/", &signed_in, "")
            .await
            .status(),
        StatusCode::UNAUTHORIZED
    );
}

#[tokio::test]
async fn what_neighbours_write_is_shown_as_text() {
    let home = served().await;
    assert!(
        text(home.resident(Method::GET, "/", "").await)
            .await
            .contains("streetlamp street join")
    );
    home.found_street().await;
    let form = "kind=fire&urgency=urgent&title=%3Cscript%3Ealert(1)%3C%2Fscript%3E&text=%22%27%3E%3Cimg+src%3Dx+onerror%3Dalert(1)%3E&place=u33dc1k&life=24h";
    let posted = home.resident(Method::POST, "/alerts", form).await;
    assert_eq!(
        (posted.status(), &posted.headers()[header::LOCATION]),
        (StatusCode::SEE_OTHER, &"./?posted=0".parse().unwrap())
    );
    let page = text(home.resident(Method::GET, "/?posted=0", "").await).await;
    for shown in [
        "&#60;script&#62;alert(1)&#60;/script&#62;",
        "&#60;img src=x",
        "Fire or smoke",
        "Urgent",
        "u33dc1k",
        "in 24 hours",
        "Lindenstraße",
        "Locked",
        "kept here",
    ] {
        assert!(page.contains(shown), "{shown} is missing");
    }
    assert!(!page.contains("<script>") && !page.contains("<img src=x") && !page.contains("<b>"));
}

#[tokio::test]
async fn a_refused_form_comes_back_with_its_words_and_the_reason() {
    let home = served().await;
    home.found_street().await;
    let refused = home
        .resident(
            Method::POST,
            "/alerts",
            "kind=noise&urgency=info&title=&text=Loud+%26+late&life=14d",
        )
        .await;
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let page = text(refused).await;
    for shown in [
        "Loud &#38; late",
        "say in a few words what happened",
        "ends after 3 days at the latest",
        "value=\"noise\" selected",
    ] {
        assert!(page.contains(shown), "{shown} is missing");
    }
}

#[tokio::test]
async fn the_passphrase_unlocks_and_a_wrong_one_says_so() {
    let home = served().await;
    let wrong = home
        .resident(Method::POST, "/unlock", "passphrase=wrong&back=clips")
        .await;
    assert_eq!(wrong.status(), StatusCode::FORBIDDEN);
    assert!(text(wrong).await.contains("passphrase is not right"));
    let right = home
        .resident(
            Method::POST,
            "/unlock",
            "passphrase=correct+horse&back=clips",
        )
        .await;
    assert_eq!(
        (right.status(), &right.headers()[header::LOCATION]),
        (StatusCode::SEE_OTHER, &"./clips".parse().unwrap())
    );
    let clips = text(home.resident(Method::GET, "/clips", "").await).await;
    assert!(clips.contains("Unlocked") && clips.contains("No clips yet"));
    let locked = home
        .resident(Method::POST, "/lock", "back=https%3A%2F%2Fevil.example")
        .await;
    assert_eq!(locked.headers()[header::LOCATION], "./");
    assert!(
        home.handle
            .read(|household, now| household.status(now).locked)
            .await
            .unwrap()
    );
}

#[tokio::test]
async fn an_open_page_is_told_of_changes_until_the_node_stops() {
    let home = served().await;
    let stream = home.resident(Method::GET, "/events", "").await;
    assert_eq!(stream.headers()[header::CONTENT_TYPE], "text/event-stream");
    let mut stream = stream.into_body().into_data_stream();
    home.found_street().await;
    let said = stream.next().await.unwrap().unwrap();
    assert_eq!(said, "event: changed\ndata: page\n\n");
    home.gate.closing.cancel();
    while stream.next().await.is_some() {}
}

#[tokio::test]
async fn at_most_64_pages_are_live_and_a_closed_one_makes_room() {
    let home = served().await;
    let mut streams = Vec::new();
    for _ in 0..64 {
        streams.push(home.resident(Method::GET, "/events", "").await);
    }
    assert_eq!(
        home.resident(Method::GET, "/events", "").await.status(),
        StatusCode::SERVICE_UNAVAILABLE
    );
    streams.pop();
    assert_eq!(
        home.resident(Method::GET, "/events", "").await.status(),
        StatusCode::OK
    );
}

#[tokio::test]
async fn the_page_stays_on_this_machine_and_says_when_its_port_is_taken() {
    let bind = |addr: &str| Web::bind(Some(addr.parse().unwrap()), &Entropy::System);
    for everywhere in ["0.0.0.0:0", "[::]:0", "192.168.1.7:8420"] {
        assert_eq!(
            bind(everywhere).await.unwrap_err().kind(),
            ErrorKind::Invalid,
            "{everywhere}"
        );
    }
    let first = bind("127.0.0.1:0").await.unwrap();
    let taken = first.url().trim_start_matches("http://").to_owned();
    let error = bind(&taken).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert!(error.to_string().starts_with("port ") && error.to_string().contains("is in use: "));
    assert!(first.links().new_sign_in_link().starts_with(&first.url()));
}
