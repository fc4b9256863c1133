//! What reaches the page: its own hosts, its own forms, one machine. The rest is refused before a handler sees it, and
//! every answer tells the browser to keep others out.

use axum::body::Body;
use axum::http::header::{HeaderMap, HeaderName};
use axum::http::{Method, Request, StatusCode};
use tower::ServiceExt;

use super::super::{Web, assets};
use super::{FORM, HOST, ORIGIN, bare, send, served};
use crate::entropy::Entropy;
use crate::error::ErrorKind;

/// A path, the headers of the request, and what comes of it.
type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], StatusCode);

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
    let signed_in = home.gate.begin_session(&Default::default());
    let signed_in = signed_in.split(';').next().unwrap();
    let sheet = format!("/assets/{}", assets::address("page.css"));
    let cases: [Case<'_>; 7] = [
        ("/", &[("cookie", signed_in)], StatusCode::OK),
        (&sheet, &[], StatusCode::OK),
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
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; frame-src 'self'; \
         form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'; \
         require-trusted-types-for 'script'; trusted-types 'none'"
    );
    assert_eq!(value("x-content-type-options"), "nosniff");
    assert_eq!(value("referrer-policy"), "no-referrer");
    assert_eq!(value("cross-origin-opener-policy"), "same-origin");
    assert_eq!(value("cross-origin-resource-policy"), "same-origin");
    let kept = value("cache-control");
    let for_good = path.starts_with("/assets/") && kept == "public, max-age=31536000, immutable";
    assert!(kept == "no-store" || for_good, "{path}");
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
    let cookie = gate.begin_session(&Default::default());
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
