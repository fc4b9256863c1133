//! Who is let in: strangers get no further than the sign-in page, and a link lets one browser in, once.

use axum::http::{Method, StatusCode, header};

use super::super::frame::Frame;
use super::super::routes::ROUTES;
use super::{FORM, send, served, text};

/// Every address, and what a stranger's GET and POST of it get. A new route needs a row here.
const STRANGERS: [(&str, StatusCode, StatusCode); 32] = [
    ("/", StatusCode::UNAUTHORIZED, StatusCode::UNAUTHORIZED),
    (
        "/alerts",
        StatusCode::UNAUTHORIZED,
        StatusCode::UNAUTHORIZED,
    ),
    (
        "/alerts/{alert}",
        StatusCode::UNAUTHORIZED,
        StatusCode::UNAUTHORIZED,
    ),
    (
        "/assets/{name}",
        StatusCode::NOT_FOUND,
        StatusCode::METHOD_NOT_ALLOWED,
    ),
    (
        "/cameras",
        StatusCode::UNAUTHORIZED,
        StatusCode::UNAUTHORIZED,
    ),
    (
        "/cameras/picture",
        StatusCode::UNAUTHORIZED,
        StatusCode::UNAUTHORIZED,
    ),
    ("/clips", StatusCode::UNAUTHORIZED, StatusCode::UNAUTHORIZED),
    (
        "/clips/{clip}",
        StatusCode::UNAUTHORIZED,
        StatusCode::UNAUTHORIZED,
    ),
    (
        "/clips/{clip}/export",
        StatusCode::UNAUTHORIZED,
        StatusCode::UNAUTHORIZED,
    ),
    (
        "/clips/{clip}/frame",
        StatusCode::UNAUTHORIZED,
        StatusCode::UNAUTHORIZED,
    ),
    (
        "/clips/{clip}/still",
        StatusCode::UNAUTHORIZED,
        StatusCode::UNAUTHORIZED,
    ),
    (
        "/events",
        StatusCode::UNAUTHORIZED,
        StatusCode::UNAUTHORIZED,
    ),
    (
        "/films/{address}",
        StatusCode::NOT_FOUND,
        StatusCode::METHOD_NOT_ALLOWED,
    ),
    (
        "/follow-ups",
        StatusCode::UNAUTHORIZED,
        StatusCode::UNAUTHORIZED,
    ),
    (
        "/health",
        StatusCode::UNAUTHORIZED,
        StatusCode::UNAUTHORIZED,
    ),
    (
        "/holders",
        StatusCode::UNAUTHORIZED,
        StatusCode::UNAUTHORIZED,
    ),
    ("/house", StatusCode::UNAUTHORIZED, StatusCode::UNAUTHORIZED),
    (
        "/intake/film",
        StatusCode::METHOD_NOT_ALLOWED,
        StatusCode::UNAUTHORIZED,
    ),
    (
        "/intake/trigger",
        StatusCode::METHOD_NOT_ALLOWED,
        StatusCode::UNAUTHORIZED,
    ),
    ("/lan", StatusCode::UNAUTHORIZED, StatusCode::UNAUTHORIZED),
    (
        "/ledger",
        StatusCode::UNAUTHORIZED,
        StatusCode::UNAUTHORIZED,
    ),
    (
        "/ledger/file",
        StatusCode::UNAUTHORIZED,
        StatusCode::UNAUTHORIZED,
    ),
    ("/lock", StatusCode::UNAUTHORIZED, StatusCode::UNAUTHORIZED),
    ("/modes", StatusCode::UNAUTHORIZED, StatusCode::UNAUTHORIZED),
    (
        "/neighbours",
        StatusCode::UNAUTHORIZED,
        StatusCode::UNAUTHORIZED,
    ),
    (
        "/notifications",
        StatusCode::UNAUTHORIZED,
        StatusCode::UNAUTHORIZED,
    ),
    (
        "/publishers",
        StatusCode::UNAUTHORIZED,
        StatusCode::UNAUTHORIZED,
    ),
    (
        "/settings",
        StatusCode::UNAUTHORIZED,
        StatusCode::UNAUTHORIZED,
    ),
    ("/sign-in", StatusCode::OK, StatusCode::FORBIDDEN),
    (
        "/sign-out",
        StatusCode::UNAUTHORIZED,
        StatusCode::UNAUTHORIZED,
    ),
    (
        "/ticket-picture",
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
            let sign_in = format!("{}sign-in", Frame::root_from(path));
            assert_eq!(
                (
                    html.status(),
                    html.headers()[header::LOCATION].to_str().unwrap()
                ),
                (StatusCode::SEE_OTHER, sign_in.as_str())
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
async fn another_passphrase_signs_every_other_browser_out_and_the_old_one_opens_nothing() {
    const NEW: &str = "violet-anchor-rumba-lantern";
    let home = served().await;
    let (mine, other) = (home.session(), home.session());
    let link = home.gate.sign_in_link();
    let change = |current: &str, new: &str, again: &str| {
        format!("act=change-passphrase&passphrase={current}&new={new}&again={again}")
    };
    for (form, status) in [
        (change("guess", NEW, NEW), StatusCode::FORBIDDEN),
        (change("", NEW, NEW), StatusCode::FORBIDDEN),
        (
            change("correct+horse", NEW, "another"),
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        (
            change("correct+horse", "password1", "password1"),
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
    ] {
        let refused = home.form(&mine, "/settings", &form).await;
        assert_eq!(refused.status(), status, "{form}");
    }
    let still = home.browser(&other, Method::GET, "/settings", "").await;
    assert_eq!(still.status(), StatusCode::OK);

    let form = change("correct+horse", NEW, NEW);
    let changed = home.form(&mine, "/settings", &form).await;
    assert_eq!(
        changed.headers()[header::LOCATION],
        "./settings?done=passphrase-changed"
    );
    let after = home.browser(&other, Method::GET, "/settings", "").await;
    assert_eq!(after.status(), StatusCode::UNAUTHORIZED);
    let (_, token) = link.split_once("?token=").unwrap();
    let own = [("sec-fetch-site", "same-origin"), ("content-type", FORM)];
    let form = format!("token={token}");
    let entered = send(&home.router, Method::POST, "/sign-in", &own, &form).await;
    assert_eq!(
        entered.status(),
        StatusCode::FORBIDDEN,
        "a link that waited"
    );
    let old = home
        .form(&mine, "/unlock", "passphrase=correct+horse")
        .await;
    assert_eq!(old.status(), StatusCode::FORBIDDEN);
    let new = format!("passphrase={NEW}");
    let new = home.form(&mine, "/unlock", &new).await;
    assert_eq!(new.status(), StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn whoever_signs_in_is_told_of_in_every_other_browser_until_it_looks_at_the_list() {
    const TOLD: &str = "Another browser signed in";
    let home = served().await;
    home.found_street().await;
    let mine = home.session();
    let street = || async { text(home.browser(&mine, Method::GET, "/", "").await).await };
    assert!(!street().await.contains(TOLD));
    let thief = home.session();
    assert!(street().await.contains(TOLD));
    let theirs = text(home.browser(&thief, Method::GET, "/", "").await).await;
    assert!(!theirs.contains(TOLD));
    home.browser(&mine, Method::GET, "/settings", "").await;
    assert!(!street().await.contains(TOLD));
}
