//! What is told beyond the page, and when cameras record: notifications, Home Assistant, modes.

use std::io::{Read, Write};

use axum::http::{Method, StatusCode, header};

use super::{FORM, ParseLine, Served, send, served, text};
use crate::camera::{Duty, Mode, Settings, Source};

async fn page(home: &Served, session: &str, path: &str) -> String {
    text(home.browser(session, Method::GET, path, "").await).await
}

#[tokio::test]
async fn a_way_to_be_told_is_added_with_the_passphrase_and_its_secrets_are_shown_once() {
    let home = served().await;
    let session = home.session();
    let add = "act=add&way=webhook&name=Lamp+%3Cb%3E&url=https%3A%2F%2F10.77.77.7%2Fhidden-path&alerts=yes\
               &at_least=urgent&quiet_from=22%3A00&quiet_to=07%3A00&urgent_passes=yes&contents=kind";
    let refused = home.form(&session, "/notifications", add).await;
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    let refused = text(refused).await;
    for kept in ["Lamp &#60;b&#62;", "hidden-path", "value=\"22:00\""] {
        assert!(refused.contains(kept), "{kept} is lost");
    }
    let add = format!("{add}&passphrase=correct+horse");
    let added = text(home.form(&session, "/notifications", &add).await).await;
    let (_, key) = added.split_once("id=\"made-key\" value=\"").unwrap();
    let key = key.split_once('"').unwrap().0.to_owned();
    assert_eq!(key.len(), 32);
    let list = page(&home, &session, "/notifications").await;
    for shown in [
        "Lamp &#60;b&#62;",
        "https://10.77.77.7",
        "silent 22:00-07:00, but for what is urgent",
        "The kind of event",
    ] {
        assert!(list.contains(shown), "{shown} is missing");
    }
    assert!(!list.contains(&key) && !list.contains("hidden-path"));
    let remove = "act=remove&name=Lamp+%3Cb%3E";
    let removed = home.form(&session, "/notifications", remove).await;
    assert_eq!(
        removed.headers()[header::LOCATION],
        "./notifications?done=removed"
    );
    assert!(home.handle.outlets().is_empty());
}

#[tokio::test]
async fn a_form_for_a_letter_or_a_topic_is_an_address_of_its_own_and_what_does_not_fit_is_told() {
    let home = served().await;
    let session = home.session();
    for (way, field) in [
        ("ntfy", "name=\"secret\""),
        ("webhook", "name=\"url\""),
        ("mail", "name=\"server\""),
    ] {
        let form = page(&home, &session, &format!("/notifications?way={way}")).await;
        assert!(form.contains(field), "{way}");
    }
    for (form, says) in [
        (
            "act=add&way=ntfy&name=Phone&url=gopher%3A%2F%2Fx&at_least=urgent&contents=nothing",
            "has to look like https",
        ),
        (
            "act=add&way=ntfy&name=Phone&url=https%3A%2F%2Fx%2Fy&at_least=urgent&quiet_from=22%3A00&contents=nothing",
            "two different clock times",
        ),
        (
            "act=add&way=mail&name=Post&to=x&from=y%40z.example&server=mail.example&encryption=starttls&secret=s3cret\
             &at_least=urgent&contents=nothing",
            "is no address for a letter",
        ),
    ] {
        let form = format!("{form}&passphrase=correct+horse");
        let refused = home.form(&session, "/notifications", &form).await;
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY, "{form}");
        let refused = text(refused).await;
        assert!(refused.contains(says), "{says} is missing");
        assert!(!refused.contains("s3cret"));
    }
}

#[tokio::test]
async fn a_broker_is_connected_to_with_the_passphrase_and_one_that_is_away_is_told() {
    let home = served().await;
    let session = home.session();
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let broker = free.local_addr().unwrap();
    drop(free);
    let connect = format!(
        "act=connect&mqtt={broker}&user=house&password=s3cret&discovery=homeassistant&contents=nothing&mode=yes"
    );
    let without = home.form(&session, "/house", &connect).await;
    assert_eq!(without.status(), StatusCode::FORBIDDEN);
    let connect = format!("{connect}&passphrase=correct+horse");
    let own = home.form(&session, "/house", &connect).await;
    assert!(text(own).await.contains("is this machine itself"));
    let away = home
        .form(&session, "/house", &format!("{connect}&loopback=yes"))
        .await;
    assert_eq!(away.status(), StatusCode::SERVICE_UNAVAILABLE);
    let away = text(away).await;
    assert!(away.contains(&broker.to_string()) && !away.contains("s3cret"));
    let leave = home.form(&session, "/house", "act=leave").await;
    assert_eq!(leave.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_mode_is_one_press_and_when_a_camera_records_needs_the_passphrase() {
    let home = served().await;
    let session = home.session();
    let clips = page(&home, &session, "/clips").await;
    assert!(!clips.contains("action=\"./modes\""), "there is no camera");
    let settings = Settings {
        source: Source::Push,
        sound: false,
        covers: vec!["0,0,50,25.5".parse().unwrap()],
        duty: Duty::default(),
        daily: 1_000_000,
    };
    let added = home.handle.add_camera("Kitchen".parse_line(), settings);
    added.await.unwrap();
    let pressed = home
        .form(&session, "/modes", "act=mode&mode=night&back=clips")
        .await;
    assert_eq!(pressed.headers()[header::LOCATION], "./clips");
    assert_eq!(home.handle.mode(), Mode::Night);
    let clips = page(&home, &session, "/clips").await;
    assert!(clips.contains("value=\"night\" aria-pressed=\"true\""));

    let schedule = "act=schedule&camera=Kitchen&away=yes&from=20%3A00&to=06%3A00";
    let refused = home.form(&session, "/modes", schedule).await;
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    let schedule = format!("{schedule}&passphrase=correct+horse");
    let done = home.form(&session, "/modes", &schedule).await;
    assert_eq!(done.headers()[header::LOCATION], "./modes?done=scheduled");
    let modes = page(&home, &session, "/modes").await;
    assert!(modes.contains("It records at 20:00-06:00, when the mode is: Away."));
    assert!(modes.contains("height): 0,0,50,25.5."), "{modes}");
    assert!(modes.contains("Rests now") && modes.contains("value=\"20:00\""));
}

#[tokio::test]
async fn an_open_page_is_told_when_the_mode_changes() {
    use futures::StreamExt;

    let home = served().await;
    let stream = home.resident(Method::GET, "/events", "").await;
    let mut stream = stream.into_body().into_data_stream();
    home.handle.set_mode(Mode::Away).await.unwrap();
    let said = stream.next().await.unwrap().unwrap();
    assert_eq!(said, "event: changed\ndata: page\n\n");
}

/// A program of the house that takes one message; gives what came.
fn program() -> (u16, std::thread::JoinHandle<String>) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let came = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let (mut came, mut bytes) = (String::new(), [0; 4_096]);
        while !came.ends_with('}') {
            let read = stream.read(&mut bytes).unwrap();
            came.push_str(std::str::from_utf8(&bytes[..read]).unwrap());
        }
        let fine = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
        stream.write_all(fine.as_bytes()).unwrap();
        came
    });
    (port, came)
}

#[tokio::test]
async fn whoever_signs_in_is_told_of_where_the_resident_wants_to_hear_it() {
    let home = served().await;
    let session = home.session();
    let form = page(&home, &session, "/notifications?way=webhook").await;
    let ticked = "name=\"sign_ins\" value=\"yes\" checked";
    assert!(form.contains(ticked), "it is not left out by itself");
    let (port, came) = program();
    let add = format!(
        "act=add&way=webhook&name=Lamp&url=http%3A%2F%2F127.0.0.1%3A{port}%2F&loopback=yes&sign_ins=yes\
         &at_least=urgent&contents=title&passphrase=correct+horse"
    );
    let added = home.form(&session, "/notifications", &add).await;
    assert_eq!(added.status(), StatusCode::OK);
    let link = home.gate.sign_in_link();
    let (_, token) = link.split_once('=').unwrap();
    let browser = [("content-type", FORM), ("sec-fetch-site", "same-origin")];
    for (token, status) in [("x", StatusCode::FORBIDDEN), (token, StatusCode::SEE_OTHER)] {
        let form = format!("token={token}");
        let answer = send(&home.router, Method::POST, "/sign-in", &browser, &form).await;
        assert_eq!(answer.status(), status);
    }
    let came = tokio::task::spawn_blocking(|| came.join().unwrap());
    let came = came.await.unwrap();
    assert!(came.contains("\"about\":\"sign-ins\""), "{came}");
    let says = "A browser signed in to the page of your home, from its own machine";
    assert!(came.contains(says), "{came}");
    assert!(!came.contains(token) && came.contains("\"title\":null"));
}
