//! Which addresses are connected to, and what is shown of them.

use super::*;

/// Addresses that lead out of the house, into the machine, or nowhere.
const HOSTILE: &[&str] = &[
    "rtsp://127.0.0.1/",
    "rtsp://127.8.9.1:554/x",
    "rtsp://[::1]/",
    "rtsp://[::ffff:127.0.0.1]/",
    "rtsp://[::ffff:7f00:1]/",
    "rtsp://0.0.0.0/",
    "rtsp://[::]/",
    "rtsp://169.254.169.254/latest/meta-data/",
    "rtsp://[::ffff:169.254.169.254]/",
    "rtsp://[fd00:ec2::254]/",
    "rtsp://[fe80::1]/",
    "rtsp://[64:ff9b::c0a8:101]/",
    "rtsp://[2002:c0a8:101::1]/",
    "rtsp://100.100.100.200/",
    "rtsp://192.0.0.192/",
    "rtsp://224.0.0.251/",
    "rtsp://[ff02::fb]/",
    "rtsp://255.255.255.255/",
    "rtsp://8.8.8.8/",
    "rtsp://172.15.0.1/",
    "rtsp://172.32.0.1/",
    "rtsp://11.0.0.1/",
    "rtsp://[2606:4700::1111]/",
    "rtsps://192.168.1.20/",
    "http://192.168.1.20/",
    "file:///etc/passwd",
    "exec:ffmpeg",
    "concat:rtsp://192.168.1.20",
    "rtsp:",
    "rtsp:///stream",
    "rtsp:192.168.1.20",
    "//192.168.1.20/",
    "192.168.1.20",
    "",
];

#[test]
fn hostile_addresses_are_refused_when_they_are_typed() {
    for hostile in HOSTILE {
        assert!(
            Place::parse(hostile, &["rtsp"], false).is_err(),
            "{hostile}"
        );
    }
    let long = format!("rtsp://192.168.1.20/{}", "a".repeat(ADDRESS));
    assert!(Place::parse(&long, &["rtsp"], false).is_err());
}

#[test]
fn addresses_of_a_house_are_taken_and_this_machine_only_when_it_was_said() {
    for good in [
        "rtsp://192.168.1.20:554/stream1?channel=1",
        "rtsp://10.0.0.7/",
        "rtsp://172.16.4.4/",
        "rtsp://[fd12:3456::9]/live",
        "rtsp://porch.lan/live",
    ] {
        assert!(Place::parse(good, &["rtsp"], false).is_ok(), "{good}");
    }
    for own in ["rtsp://127.0.0.1:8554/x", "rtsp://[::1]/"] {
        assert!(Place::parse(own, &["rtsp"], true).is_ok(), "{own}");
    }
    assert!(Place::parse("rtsp://169.254.169.254/", &["rtsp"], true).is_err());
    assert!(Place::parse("rtsp://0.0.0.0/", &["rtsp"], true).is_err());
}

#[tokio::test]
async fn a_name_or_a_strange_number_that_leads_to_this_machine_is_refused_at_every_connection() {
    // The resolver takes the numbers for what they are.
    for hostile in [
        "localhost",
        "2130706433",
        "0x7f000001",
        "127.1",
        "0177.0.0.1",
        "0",
    ] {
        let Ok((place, _)) = Place::parse(&format!("rtsp://{hostile}/"), &["rtsp"], false) else {
            continue;
        };
        assert!(place.address(554).await.is_err(), "{hostile}");
    }
    let (place, _) = Place::parse("rtsp://localhost:8554/a", &["rtsp"], true).unwrap();
    let resolved = place.address(554).await.unwrap();
    assert!(resolved.ip().is_loopback());
    assert_eq!(resolved.port(), 8554);
}

#[test]
fn a_password_is_taken_out_and_shown_nowhere() {
    let text = "rtsp://admin:s3cr%40t@192.168.1.20/live?user=admin&password=s3cret";
    let (place, login) = Place::parse(text, &["rtsp"], false).unwrap();
    let login = login.unwrap();
    assert_eq!(
        (login.user.as_str(), login.password.0.as_str()),
        ("admin", "s3cr@t")
    );
    assert_eq!(place.shown(), "rtsp://192.168.1.20/live?%E2%80%A6");
    let printed = format!("{place:?} {login:?} {}", place.shown());
    assert!(!printed.contains("s3cr"), "{printed}");
}

#[test]
fn what_is_encrypted_may_leave_the_house_and_nothing_else_may() {
    let schemes = &["http", "https"];
    for good in [
        "https://9.9.9.9/topic",
        "https://[2620:fe::fe]/topic",
        "https://192.168.1.9/topic",
        "http://192.168.1.9/topic",
    ] {
        assert!(Place::parse(good, schemes, false).is_ok(), "{good}");
    }
    for hostile in [
        "http://9.9.9.9/topic",
        "https://127.0.0.1/topic",
        "https://0x7f.1/topic",
        "https://169.254.169.254/latest/meta-data/",
        "https://[fd00:ec2::254]/",
        "https://100.100.100.200/",
        "https://0.0.0.0/",
        "https://[fe80::1]/",
    ] {
        assert!(Place::parse(hostile, schemes, false).is_err(), "{hostile}");
    }
}

#[test]
fn what_is_handed_on_keeps_all_of_the_address_but_host_and_port() {
    let text = "rtsp://porch.lan/live?channel=1";
    let (place, _) = Place::parse(text, &["rtsp"], false).unwrap();
    for (at, url) in [
        ("127.0.0.1:9", "rtsp://127.0.0.1:9/live?channel=1"),
        ("[::1]:9", "rtsp://[::1]:9/live?channel=1"),
    ] {
        let through = place.through(at.parse().unwrap()).unwrap();
        assert_eq!(through.as_str(), url);
    }
}

#[test]
fn of_a_topic_only_the_server_is_shown() {
    let (place, _) = Place::parse("https://push.example:8443/s3cret", &["https"], false).unwrap();
    assert_eq!(place.host_shown(), "https://push.example:8443");
}

#[test]
fn what_a_camera_calls_its_own_stays_at_the_cameras_host() {
    let (camera, _) = Place::parse("http://192.168.1.20:8000/onvif", &["http"], false).unwrap();
    let stream = camera.sibling("rtsp://x:y@127.0.0.1:8554/live?a=1", "rtsp");
    let stream = stream.unwrap();
    assert_eq!(
        stream.url().unwrap().as_str(),
        "rtsp://192.168.1.20:8554/live?a=1"
    );
    for odd in ["http://192.168.1.20/", "file:///etc/passwd", "live", ""] {
        assert!(camera.sibling(odd, "rtsp").is_err(), "{odd}");
    }
    let (camera, _) = Place::parse("http://[fd12::9]/onvif", &["http"], false).unwrap();
    let stream = camera.sibling("rtsp://10.0.0.1/live", "rtsp").unwrap();
    assert_eq!(stream.url().unwrap().as_str(), "rtsp://[fd12::9]/live");
}
