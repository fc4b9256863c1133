//! What programs may do over the API: just what their token names. Answers are those of the control socket.

use std::collections::BTreeSet;

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::super::api::endpoints::ENDPOINTS;
use super::{Served, send, served, text};
use crate::control::{self, Request};
use crate::node::Scope;

/// Every address of the API and the scope that it asks for. A new one needs a row here.
const ROWS: [(&str, &str, &str); 69] = [
    ("GET", "/status", "read"),
    ("GET", "/alerts", "read"),
    ("POST", "/alerts", "post"),
    ("GET", "/alerts/{alert}", "read"),
    ("POST", "/alerts/{alert}/follow-ups", "post"),
    ("GET", "/bulletins", "read"),
    ("GET", "/bulletins/{bulletin}/cap", "read"),
    ("GET", "/publishers", "read"),
    ("DELETE", "/publishers/{publisher}", "home"),
    ("POST", "/publishers/{publisher}/pin", "home"),
    ("POST", "/publishers/{publisher}/check", "home"),
    ("PUT", "/publisher-domains", "home"),
    ("PUT", "/hushed", "home"),
    ("POST", "/streets", "street"),
    ("POST", "/streets/join", "street"),
    ("POST", "/streets/return", "street"),
    ("POST", "/streets/leave", "street"),
    ("POST", "/tickets", "street"),
    ("GET", "/members", "read"),
    ("POST", "/members/{household}/vouch", "street"),
    ("POST", "/members/{household}/remove", "street"),
    ("PUT", "/members/{household}/muted", "home"),
    ("GET", "/knocks", "read"),
    ("POST", "/knocks", "street"),
    ("GET", "/links", "read"),
    ("POST", "/links", "street"),
    ("DELETE", "/links/{name}", "street"),
    ("GET", "/introduction", "street"),
    ("PUT", "/nearby", "home"),
    ("GET", "/devices", "read"),
    ("GET", "/clips", "clips"),
    ("GET", "/clips/{clip}", "clips"),
    ("DELETE", "/clips/{clip}", "films"),
    ("PUT", "/clips/{clip}/pinned", "home"),
    ("POST", "/clips/{clip}/fetch", "clips"),
    ("POST", "/clips/{clip}/open", "films"),
    ("POST", "/clips/{clip}/export", "films"),
    ("POST", "/clips/{clip}/grants", "films"),
    ("POST", "/clips/{clip}/share", "films"),
    ("GET", "/grants", "clips"),
    ("DELETE", "/grants/{grant}", "films"),
    ("PUT", "/retention", "home"),
    ("GET", "/keepers", "clips"),
    ("POST", "/keepers", "home"),
    ("DELETE", "/keepers/{household}", "home"),
    ("POST", "/keepers/{household}/check", "home"),
    ("POST", "/keepers/{household}/recall", "home"),
    ("PUT", "/offer", "home"),
    ("GET", "/ledger", "clips"),
    ("GET", "/cameras", "cameras"),
    ("POST", "/cameras", "cameras"),
    ("POST", "/cameras/try", "films"),
    ("POST", "/cameras/discover", "cameras"),
    ("DELETE", "/cameras/{camera}", "cameras"),
    ("POST", "/cameras/{camera}/test", "cameras"),
    ("POST", "/cameras/{camera}/trigger", "cameras"),
    ("POST", "/cameras/{camera}/token", "cameras"),
    ("PUT", "/cameras/{camera}/schedule", "cameras"),
    ("PUT", "/mode", "home"),
    ("GET", "/house", "read"),
    ("PUT", "/house", "home"),
    ("DELETE", "/house", "home"),
    ("GET", "/notifications", "read"),
    ("POST", "/notifications", "home"),
    ("POST", "/notifications/{name}/test", "home"),
    ("DELETE", "/notifications/{name}", "home"),
    ("POST", "/unlock", "home"),
    ("POST", "/lock", "home"),
    ("PUT", "/passphrase", "home"),
];

/// How a program is told that its token is for something else.
const WRONG_SCOPE: &str = "its token would need the scope";

impl Served {
    pub(super) async fn ask(
        &self,
        method: &str,
        path: &str,
        token: &str,
        body: &Value,
    ) -> (StatusCode, Value) {
        let method = method.parse::<Method>().unwrap();
        let bearer = format!("Bearer {token}");
        let headers = [("authorization", bearer.as_str())];
        let body = match body {
            Value::Null => String::new(),
            body => body.to_string(),
        };
        let path = format!("/api/v1{path}");
        let response = send(&self.router, method, &path, &headers, &body).await;
        let (status, body) = (response.status(), text(response).await);
        (status, serde_json::from_str(&body).unwrap_or_default())
    }
}

#[tokio::test]
async fn a_program_may_do_what_its_token_names_and_nothing_else() {
    let table: Vec<_> = ENDPOINTS
        .iter()
        .map(|endpoint| {
            (
                endpoint.method.as_str(),
                endpoint.path,
                endpoint.scope.word(),
            )
        })
        .collect();
    assert_eq!(table, ROWS);
    let home = served().await;
    home.found_street().await;
    for scope in Scope::ALL {
        let token = home.handle.add_program("Radio", &[scope]).await.unwrap();
        for (method, path, needed) in ROWS {
            let path = path.replace(['{', '}'], "");
            let (status, answer) = home.ask(method, &path, &token, &Value::Null).await;
            let said = answer["error"].as_str().unwrap_or_default();
            assert_ne!(status, StatusCode::UNAUTHORIZED, "{method} {path}");
            let wrong = said.contains(WRONG_SCOPE);
            assert_eq!(
                wrong,
                scope.word() != needed,
                "{method} {path} with {scope}: {status} {said}"
            );
            assert!(!wrong || status == StatusCode::FORBIDDEN);
        }
        home.handle.remove_program("Radio").await.unwrap();
    }
}

#[tokio::test]
async fn a_program_changes_the_passphrase_only_with_the_current_one_and_browsers_are_signed_out() {
    let home = served().await;
    let session = home.session();
    let token = home.handle.add_program("Radio", &[Scope::Home]).await;
    let token = token.unwrap();
    let change = |current: &str, new: &str| json!({ "current": current, "new": new });
    let new = "violet-anchor-rumba-lantern";
    for (body, refused) in [
        (change("guess", new), StatusCode::FORBIDDEN),
        (
            change("correct horse", "password1"),
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
    ] {
        let (status, answer) = home.ask("PUT", "/passphrase", &token, &body).await;
        assert_eq!(status, refused, "{answer}");
        let page = home.browser(&session, Method::GET, "/", "").await;
        assert_eq!(page.status(), StatusCode::OK);
    }
    let body = change("correct horse", new);
    let (status, answer) = home.ask("PUT", "/passphrase", &token, &body).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    let page = home.browser(&session, Method::GET, "/", "").await;
    assert_eq!(page.status(), StatusCode::UNAUTHORIZED);
    for (passphrase, opens) in [("correct horse", false), (new, true)] {
        let passphrase = Zeroizing::new(passphrase.to_owned());
        assert_eq!(home.handle.home().reading_keys(&passphrase).is_ok(), opens);
    }
}

#[tokio::test]
async fn without_a_token_of_this_home_the_api_does_nothing() {
    let home = served().await;
    let cookie = home.session();
    for (method, path, _) in ROWS {
        let path = format!("/api/v1{}", path.replace(['{', '}'], ""));
        // A session of the page is no token: nobody's browser can be used for it.
        let headers = [
            ("cookie", cookie.as_str()),
            ("sec-fetch-site", "same-origin"),
        ];
        let method = method.parse::<Method>().unwrap();
        let answer = send(&home.router, method, &path, &headers, "").await;
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "{path}");
        assert_eq!(answer.headers()["www-authenticate"], "Bearer");
        let answer: Value = serde_json::from_str(&text(answer).await).unwrap();
        assert!(answer["error"].is_string());
    }
    let guess = "0".repeat(32);
    let (status, _) = home.ask("GET", "/status", &guess, &Value::Null).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    let foreign = [("host", "evil.example"), ("authorization", "Bearer x")];
    let answer = send(&home.router, Method::GET, "/api/v1/status", &foreign, "").await;
    assert_eq!(answer.status(), StatusCode::MISDIRECTED_REQUEST);
}

#[tokio::test]
async fn a_token_is_shown_once_kept_as_a_hash_and_good_for_nothing_once_it_is_removed() {
    let home = served().await;
    let token = home
        .handle
        .add_program("Radio", &[Scope::Read])
        .await
        .unwrap();
    let (status, answer) = home.ask("GET", "/status", &token, &Value::Null).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    let needle = token.as_bytes();
    for entry in std::fs::read_dir(home.handle.home().dir()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let bytes = std::fs::read(&path).unwrap();
            let found = bytes.windows(needle.len()).any(|part| part == needle);
            assert!(!found, "{} holds the token", path.display());
        }
    }
    assert!(
        home.handle
            .add_program("Radio", &[Scope::Read])
            .await
            .is_err()
    );
    assert!(home.handle.add_program("Other", &[]).await.is_err());
    home.handle.remove_program("Radio").await.unwrap();
    let (status, _) = home.ask("GET", "/status", &token, &Value::Null).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert!(home.handle.remove_program("Radio").await.is_err());
}

#[tokio::test]
async fn the_api_answers_with_the_json_of_the_command_line() {
    let home = served().await;
    home.found_street().await;
    let token = home
        .handle
        .add_program("Radio", &[Scope::Read, Scope::Post])
        .await
        .unwrap();
    let alert = json!({
        "nearby": false, "kind": "noise", "urgency": "info", "title": "Drilling", "text": "Until six.",
        "place": null, "life_ms": 3_600_000, "clips": [],
    });
    let (status, posted) = home.ask("POST", "/alerts", &token, &alert).await;
    assert_eq!(status, StatusCode::OK, "{posted}");
    let id = posted["alert"].as_str().unwrap();
    let saying = json!({ "saying": { "cancel": { "reason": "It was the radio" } } });
    let path = format!("/alerts/{id}/follow-ups");
    let (status, said) = home.ask("POST", &path, &token, &saying).await;
    assert_eq!((status, said["alert"].as_str()), (StatusCode::OK, Some(id)));

    let (_, listed) = home
        .ask("GET", "/alerts?all=true", &token, &Value::Null)
        .await;
    let request = Request::AlertList {
        kind: None,
        since_ms: None,
        all: true,
    };
    let socket = control::answer(&home.handle, request).await.unwrap();
    assert_eq!(listed, serde_json::from_slice::<Value>(&socket).unwrap());
    assert_eq!(listed[0]["state"], "cancelled");

    let mut more = alert.clone();
    more["street"] = json!("another");
    for odd in [&more, &json!({ "kind": "noise" }), &json!([1])] {
        let (status, answer) = home.ask("POST", "/alerts", &token, odd).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{answer}");
    }
    let (status, _) = home
        .ask("GET", "/alerts?everything=1", &token, &Value::Null)
        .await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn the_document_describes_every_address_and_refers_to_nothing_that_it_lacks() {
    let home = served().await;
    let answer = send(&home.router, Method::GET, "/api/v1/openapi.json", &[], "").await;
    assert_eq!(answer.status(), StatusCode::OK);
    let document: Value = serde_json::from_str(&text(answer).await).unwrap();
    let mut ids = BTreeSet::new();
    for endpoint in ENDPOINTS {
        let path = &document["paths"][format!("/api/v1{}", endpoint.path)];
        let operation = &path[endpoint.method.as_str().to_lowercase()];
        assert!(ids.insert(operation["operationId"].as_str().unwrap().to_owned()));
        let sends = matches!(
            endpoint.command,
            "alert-post"
                | "alert-say"
                | "street-new"
                | "grant-give"
                | "unlock"
                | "camera-add"
                | "camera-try"
        );
        assert!(
            !sends || operation["requestBody"].is_object(),
            "{} takes a body",
            endpoint.command
        );
    }
    let mut open = vec![&document];
    while let Some(value) = open.pop() {
        match value {
            Value::Object(fields) => {
                if let Some(Value::String(reference)) = fields.get("$ref") {
                    let pointer = reference.strip_prefix('#').unwrap();
                    assert!(document.pointer(pointer).is_some(), "{reference}");
                }
                open.extend(fields.values());
            }
            Value::Array(items) => open.extend(items),
            _ => {}
        }
    }
}
