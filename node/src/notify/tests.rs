//! What leaves, and when.

use std::io::{Read, Write};

use streetlamp_proto::alert::Urgency;

use super::*;
use crate::address::Place;
use crate::secret::Secret;

fn notice(standing: Standing) -> Notice {
    Notice {
        id: "0123456789abcdef0123456789abcdef".to_owned(),
        about: About::Alerts,
        urgency: Urgency::Urgent,
        standing,
        kind: "break-in".to_owned(),
        title: "Canary at number 7".to_owned(),
        at: Timestamp::from_ms(1_760_000_000_000),
    }
}

fn outlet(way: Way, contents: Contents) -> Outlet {
    Outlet {
        way,
        about: [About::Alerts].into(),
        at_least: Urgency::HeadsUp,
        quiet: None,
        urgent_passes: false,
        contents,
    }
}

fn place(port: u16) -> Place {
    Place::parse(&format!("http://127.0.0.1:{port}/s3cret"), &["http"], true)
        .unwrap()
        .0
}

/// Takes one request and answers it so; gives what came.
fn server(answer: &'static str) -> (u16, std::thread::JoinHandle<String>) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let came = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let (mut came, mut bytes) = (Vec::new(), [0; 4096]);
        loop {
            let read = stream.read(&mut bytes).unwrap();
            came.extend_from_slice(&bytes[..read]);
            let text = String::from_utf8_lossy(&came).to_lowercase();
            let Some((head, body)) = text.split_once("\r\n\r\n") else {
                continue;
            };
            let length = head.split("content-length: ").nth(1).unwrap_or("0");
            let length: usize = length.lines().next().unwrap().parse().unwrap();
            if body.len() >= length {
                break;
            }
        }
        stream.write_all(answer.as_bytes()).unwrap();
        String::from_utf8(came).unwrap()
    });
    (port, came)
}

const FINE: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";

#[tokio::test]
async fn a_retraction_goes_to_the_same_sequence_as_what_it_retracts() {
    for (standing, sentence) in [
        (Standing::Said, "Something urgent on your street"),
        (
            Standing::Retracted,
            "Taken back: what was said on your street",
        ),
    ] {
        let (port, came) = server(FINE);
        let token = Some(Secret("tk_canary".to_owned().into()));
        let topic = Topic {
            place: place(port),
            token,
        };
        outlet(Way::Ntfy(topic), Contents::Nothing)
            .send(&notice(standing))
            .await
            .unwrap();
        let came = came.join().unwrap();
        assert!(came.starts_with("POST /s3cret HTTP/1.1\r\n"), "{came}");
        assert!(came.contains("x-sequence-id: 0123456789abcdef0123456789abcdef\r\n"));
        assert!(came.contains("x-priority: 5\r\n"));
        assert!(came.contains("authorization: Bearer tk_canary\r\n"));
        assert!(came.ends_with(sentence), "{came}");
        assert!(!came.contains("number 7") && !came.contains("break-in"));
    }
}

#[tokio::test]
async fn a_webhook_can_check_who_sent_it_and_when() {
    let (port, came) = server(FINE);
    let hook = Hook {
        place: place(port),
        key: Secret("k".to_owned().into()),
    };
    // RFC 4231's construction, once more with another program: printf '1.{}' | openssl dgst -sha256 -hmac k
    assert_eq!(
        hook.sign("1", b"{}").unwrap(),
        "3dd49b2593d0f9a349e9e71c4bde3e2b862c2be4003fe9b4ba81332029310158"
    );
    let sign = hook.clone();
    outlet(Way::Webhook(hook), Contents::Title)
        .send(&notice(Standing::Retracted))
        .await
        .unwrap();
    let came = came.join().unwrap();
    let (head, body) = came.split_once("\r\n\r\n").unwrap();
    let signed = sign.sign("1760000000", body.as_bytes()).unwrap();
    assert!(head.contains(&format!("x-streetlamp-signature: sha256={signed}")));
    let message: serde_json::Value = serde_json::from_str(body).unwrap();
    assert_eq!(message["state"], "retracted");
    assert_eq!(message["id"], "0123456789abcdef0123456789abcdef");
    assert_eq!(message["title"], "Canary at number 7");
}

#[tokio::test]
async fn a_redirect_is_a_failure_and_followed_nowhere() {
    let (port, came) = server(
        "HTTP/1.1 302 Found\r\nlocation: http://169.254.169.254/\r\ncontent-length: 0\r\n\r\n",
    );
    let topic = Topic {
        place: place(port),
        token: None,
    };
    let sent = outlet(Way::Ntfy(topic), Contents::Nothing)
        .send(&notice(Standing::Said))
        .await;
    assert_eq!(sent.unwrap_err().kind(), ErrorKind::Unavailable);
    came.join().unwrap();
}

#[test]
fn nothing_of_what_was_said_is_in_a_notice_unless_the_household_chose_it() {
    let said_there = notice(Standing::Said);
    let said = |contents| {
        let worded = Worded::of(&said_there, contents);
        (worded.sentence(), format!("{worded:?}"))
    };
    let (sentence, all) = said(Contents::Nothing);
    assert_eq!(sentence, "Something urgent on your street");
    assert!(!all.contains("Canary") && !all.contains("break-in"));
    let (sentence, all) = said(Contents::Kind);
    assert_eq!(sentence, "On your street: break-in");
    assert!(!all.contains("Canary"));
    assert_eq!(said(Contents::Title).0, "break-in: Canary at number 7");
}

#[test]
fn a_sign_in_is_told_without_a_street_and_with_no_more_than_from_where() {
    let signed_in = Notice {
        about: About::SignIns,
        kind: "your network".to_owned(),
        ..notice(Standing::Said)
    };
    let said = |contents| Worded::of(&signed_in, contents).sentence();
    let short = "A browser signed in to the page of your home";
    assert_eq!(said(Contents::Nothing), short);
    let from = format!("{short}, from your network");
    assert_eq!(said(Contents::Kind), from);
    assert_eq!(said(Contents::Title), from);
}

#[test]
fn lesser_things_and_quiet_hours_ring_nobody_and_what_is_urgent_may() {
    let mut outlet = outlet(
        Way::Ntfy(Topic {
            place: place(1),
            token: None,
        }),
        Contents::Nothing,
    );
    assert!(outlet.wants(About::Alerts, Urgency::HeadsUp));
    assert!(!outlet.wants(About::Alerts, Urgency::Info));
    assert!(!outlet.wants(About::Bulletins, Urgency::Urgent));
    assert!(!outlet.wants(About::SignIns, Urgency::Urgent));
    outlet.about.insert(About::SignIns);
    assert!(outlet.wants(About::SignIns, Urgency::Info));
    let now = Timestamp::from_ms(1_760_000_000_000);
    assert!(outlet.may_ring(Urgency::Info, now));
    // All day but one minute, which the time above is not in.
    outlet.quiet = Some("00:01-00:00".parse().unwrap());
    assert!(!outlet.may_ring(Urgency::Urgent, now));
    outlet.urgent_passes = true;
    assert!(outlet.may_ring(Urgency::Urgent, now) && !outlet.may_ring(Urgency::HeadsUp, now));
}

#[test]
fn topics_tokens_and_keys_are_shown_nowhere() {
    let topic = Topic {
        place: place(80),
        token: Some(Secret("tk_canary".to_owned().into())),
    };
    let outlet = outlet(Way::Ntfy(topic), Contents::Nothing);
    let shown = format!("{outlet:?} {}", outlet.way.shown());
    assert!(
        !shown.contains("s3cret") && !shown.contains("canary"),
        "{shown}"
    );
    let json = serde_json::to_string(&outlet).unwrap();
    let again: Outlet = serde_json::from_str(&json).unwrap();
    assert_eq!(again.at_least, Urgency::HeadsUp);
}
