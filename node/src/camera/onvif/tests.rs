//! Cameras by somebody else, on loopback, and cameras that lie.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use oxvif::mock::MockServer;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, UdpSocket};

use super::discovery::{ask, heard};
use super::*;
use crate::secret::Secret;

fn place(url: &str) -> Place {
    Place::parse(url, &["http"], true).unwrap().0
}

fn login(password: &str) -> Login {
    Login {
        user: "admin".to_owned(),
        password: Secret(password.to_owned().into()),
    }
}

#[tokio::test]
async fn a_camera_says_what_it_is_and_where_its_streams_are() {
    let camera = MockServer::start().await.unwrap();
    let device = Device::open(&place(camera.device_url()), None)
        .await
        .unwrap();
    assert!(device.name().await.unwrap().starts_with("oxvif-mock"));
    let streams = device.streams().await.unwrap();
    let first = streams.first().unwrap();
    assert_eq!(first.place.shown(), "rtsp://127.0.0.1:554/mock/stream");
    assert!(!first.name.is_empty() && !first.profile.is_empty());
}

#[tokio::test]
async fn a_camera_that_asks_for_a_password_gets_a_proof_of_it_and_refuses_a_wrong_one() {
    let camera = MockServer::builder()
        .enforce_auth(true)
        .start()
        .await
        .unwrap();
    let at = place(camera.device_url());
    let opened = match Device::open(&at, Some(&login("wrong"))).await {
        Ok(device) => device.streams().await.map(drop),
        Err(error) => Err(error),
    };
    assert_eq!(opened.unwrap_err().kind(), ErrorKind::Denied);
    let state = camera.device().read().users.first().cloned().unwrap();
    let right = Login {
        user: state.username,
        password: Secret(state.password.into()),
    };
    let device = Device::open(&at, Some(&right)).await.unwrap();
    assert!(!device.streams().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_camera_tells_that_something_moves_and_that_its_bell_was_pressed() {
    let camera = MockServer::start().await.unwrap();
    let device = Device::open(&place(camera.device_url()), None)
        .await
        .unwrap();
    let mut listening = device.listen().await.unwrap();
    let told = listening.next().await.unwrap();
    assert_eq!(
        told,
        [Told {
            what: Happening::Motion,
            by: "VideoSource/MotionAlarm VideoSourceToken=VS_1".to_owned(),
            holds: true,
        }]
    );
    let url = format!(
        "{}/mock/digital-input/DigitalInput_1/set?state=active",
        camera.base_url()
    );
    let url = url::Url::parse(&url).unwrap();
    let call = crate::https::Call {
        method: hyper::Method::POST,
        url: &url,
        address: SocketAddr::from((Ipv4Addr::LOCALHOST, camera.port())),
        headers: Vec::new(),
        body: hyper::body::Bytes::new(),
    };
    assert!(call.send().await.unwrap().status.is_success());
    let told = listening.next().await.unwrap();
    assert_eq!(
        told.first().map(|told| told.what),
        Some(Happening::Doorbell)
    );
}

/// A camera that answers everything with this.
async fn camera_that_says(answer: String) -> Place {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let at = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut asked = [0; 8192];
            let _asked = stream.read(&mut asked).await;
            let _gone = stream.write_all(answer.as_bytes()).await;
        }
    });
    place(&format!("http://{at}{PATH}"))
}

fn reply(body: &str) -> String {
    format!(
        "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

#[tokio::test]
async fn what_a_hostile_camera_answers_is_refused_in_words_and_repeated_nowhere() {
    let entities = "<!DOCTYPE a [<!ENTITY b \"s3cret\">]><a>&b;</a>";
    for answer in [
        reply(&"<a>".repeat(100_000)),
        reply(&format!("<a>{}</a>", "<b/>".repeat(100_000))),
        reply(entities),
        reply("s3cret"),
        reply(""),
        format!("HTTP/1.1 200 OK\r\n\r\n{}", "s3cret".repeat(200_000)),
        "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/s3cret\r\nContent-Length: 0\r\n\r\n".to_owned(),
        "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"s3cret\"\r\nContent-Length: 0\r\n\r\n".to_owned(),
        "s3cret".to_owned(),
    ] {
        let camera = camera_that_says(answer.clone()).await;
        let error = Device::open(&camera, Some(&login("pa55word"))).await.unwrap_err();
        let said = error.to_string();
        assert!(!said.contains("s3cret") && !said.contains("127.0.0.1:1"), "{said}");
    }
}

#[test]
fn of_what_a_camera_tells_only_what_is_known_counts_and_nothing_of_whom_it_saw() {
    let message = |topic: &str, name: &str, value: &str| oxvif::NotificationMessage {
        topic: topic.to_owned(),
        utc_time: String::new(),
        property_operation: "Changed".to_owned(),
        source: [("Rule".to_owned(), "a".to_owned())].into(),
        data: [
            (name.to_owned(), value.to_owned()),
            ("PlateNumber".to_owned(), "s3cret".to_owned()),
        ]
        .into(),
    };
    let read = |topic, name, value| {
        let told = Told::read(&message(topic, name, value))?;
        assert!(!format!("{told:?}").contains("s3cret"));
        Some((told.what, told.holds))
    };
    let cell = "tns1:RuleEngine/CellMotionDetector/Motion";
    assert_eq!(
        read(cell, "IsMotion", "true"),
        Some((Happening::Motion, true))
    );
    assert_eq!(
        read(cell, "IsMotion", "0"),
        Some((Happening::Motion, false))
    );
    assert_eq!(read(cell, "IsMotion", "perhaps"), None);
    assert_eq!(read(cell, "Other", "true"), None);
    let bell = "tns1:RuleEngine/MyRuleDetector/Visitor";
    assert_eq!(
        read(bell, "State", "true"),
        Some((Happening::Doorbell, true))
    );
    let people = "tns1:RuleEngine/tnstp:TPSmartEventDetector/tnstp:TPSmartEvent";
    assert_eq!(
        read(people, "IsPeople", "true"),
        Some((Happening::Person, true))
    );
    assert_eq!(read(people, "IsPet", "true"), None);
    assert_eq!(
        read("tns1:Monitoring/ProcessorUsage", "State", "true"),
        None
    );
    assert_eq!(read(&"a/".repeat(1000), "State", "true"), None);
}

fn probe_match(addresses: &str) -> String {
    format!(
        "<e:Envelope xmlns:e=\"http://www.w3.org/2003/05/soap-envelope\"><e:Body><d:ProbeMatches xmlns:d=\"d\"><d:ProbeMatch>\
         <d:Scopes>onvif://www.onvif.org/type/video onvif://www.onvif.org/name/Front%20Door</d:Scopes>\
         <d:XAddrs>{addresses}</d:XAddrs></d:ProbeMatch></d:ProbeMatches></e:Body></e:Envelope>"
    )
}

#[test]
fn an_answer_leads_to_nobody_but_whoever_gave_it() {
    let from = IpAddr::V4(Ipv4Addr::new(192, 168, 1, 20));
    let own = "http://192.168.1.20/onvif/device_service";
    let found = heard(
        probe_match(&format!("http://10.0.0.1/ {own}")).as_bytes(),
        from,
    );
    let [camera] = found.as_slice() else {
        panic!("{found:?}")
    };
    assert_eq!(
        (camera.url.as_str(), camera.name.as_deref()),
        (own, Some("Front Door"))
    );
    for hostile in [
        "http://192.168.1.1/onvif/device_service",
        "http://192.168.1.20.evil.example/",
        "file:///etc/passwd",
        "https://192.168.1.20/",
        "",
    ] {
        assert!(
            heard(probe_match(hostile).as_bytes(), from).is_empty(),
            "{hostile}"
        );
    }
    let outside = IpAddr::V4(Ipv4Addr::new(9, 9, 9, 9));
    assert!(heard(probe_match("http://9.9.9.9/").as_bytes(), outside).is_empty());
    assert!(heard(&[0xff; 64], from).is_empty());
}

#[tokio::test]
async fn a_flood_of_answers_ends_the_search_and_lists_a_few() {
    let flood = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let group = flood.local_addr().unwrap();
    tokio::spawn(async move {
        let mut asked = [0; 4096];
        let (_, from) = flood.recv_from(&mut asked).await.unwrap();
        for path in 0.. {
            let answer = probe_match(&format!("http://127.0.0.1/{path}"));
            let _full = flood.send_to(answer.as_bytes(), from).await;
            tokio::task::yield_now().await;
        }
    });
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let found = timeout(Duration::from_secs(60), ask(socket, group)).await;
    assert_eq!(found.unwrap().len(), 64);
}

#[test]
fn any_bytes_are_read_or_passed_over() {
    for data in [
        &b""[..],
        b"<",
        b"<a",
        b"<a>",
        b"rtsp://",
        b"rtsp://x/y",
        &[0xff, 0xfe],
    ] {
        camera_or_nothing(data);
    }
    let whole = probe_match("http://192.168.1.20/");
    for end in 0..whole.len() {
        camera_or_nothing(whole.get(..end).unwrap_or_default().as_bytes());
    }
}
