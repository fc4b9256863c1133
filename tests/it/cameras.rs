//! Films that come by themselves: from a folder that a recorder writes to, and from programs that send them.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::Value;
use streetlamp_tests::Home;

use crate::{homes, place};

/// How long a camera may take for anything on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// A film of two seconds that ships with the code.
pub(super) fn porch() -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"));
    fs::read(path.join("../node/src/camera/film/fixtures/porch.mp4")).expect("the film that ships")
}

/// A folder as a recorder would have it.
pub(super) fn recorder(place: &Path) -> PathBuf {
    let dir = place.join("recorder");
    fs::create_dir(&dir).expect("a folder");
    dir
}

pub(super) fn watch(home: &Home, dir: &Path, more: &[&str]) {
    let dir = dir.to_str().expect("a path in UTF-8");
    let add = ["camera", "add", "--name", "Porch", "--watch", dir];
    let added = home.run(&[&add, more].concat());
    assert_eq!(added.code, Some(0), "{}", added.words);
    assert_eq!(added.text("camera"), "Porch");
}

/// The only camera, as soon as it is in this state.
fn camera_in(home: &Home, state: &str) -> Value {
    let since = Instant::now();
    loop {
        assert!(since.elapsed() < PATIENCE, "it is never {state}");
        let cameras = home.run(&["camera", "list"]);
        let [camera] = cameras.list() else {
            panic!("one camera: {}", cameras.words)
        };
        if camera["state"] == state {
            return camera.clone();
        }
    }
}

fn clips(home: &Home) -> Vec<Value> {
    home.run(&["clip", "list"]).list().to_vec()
}

#[test]
fn a_film_in_a_watched_folder_becomes_a_clip_while_the_home_is_locked() {
    let place = place();
    let [mut ada] = homes(place.path(), ["Ada"]);
    let dir = recorder(place.path());
    watch(&ada, &dir, &[]);
    fs::create_dir(dir.join("today")).expect("a folder in it");
    fs::write(dir.join("today/a.tmp"), porch()).expect("a film");
    fs::rename(dir.join("today/a.tmp"), dir.join("today/a.mp4")).expect("moved");
    let taken = ada.wait_for("clip", |_| true).expect("a clip comes");

    let camera = camera_in(&ada, "watching");
    assert_eq!(camera["last_clip"], taken["clip"]);
    assert_eq!(
        (&camera["kind"], &camera["error"]),
        (&Value::from("watch"), &Value::Null)
    );
    let clips = clips(&ada);
    assert_eq!(clips.len(), 1);
    assert_eq!(
        (&clips[0]["camera"], &clips[0]["duration_s"]),
        (&Value::from("Porch"), &Value::from(2.0))
    );
    assert!(
        dir.join("today/a.mp4").exists(),
        "the original stays unless the resident says otherwise"
    );

    // Its sound was left out, and what is left plays.
    assert_eq!(ada.run(&["unlock"]).code, Some(0));
    let out = place.path().join("out.mp4");
    let opened = ada.run(&[
        "clip",
        "open",
        taken["clip"].as_str().expect("an id"),
        "-o",
        out.to_str().expect("UTF-8"),
    ]);
    assert_eq!(opened.code, Some(0), "{}", opened.words);
    let film = fs::read(out).expect("the film");
    assert!(film.windows(4).any(|w| w == b"avc1") && !film.windows(4).any(|w| w == b"mp4a"));
}

#[test]
fn every_film_is_taken_once_although_the_node_is_killed_in_the_middle() {
    let place = place();
    let [mut ada] = homes(place.path(), ["Ada"]);
    let dir = recorder(place.path());
    watch(&ada, &dir, &["--delete-originals"]);
    for film in 0..12 {
        fs::write(dir.join(format!("{film}.mp4")), porch()).expect("a film");
    }
    ada.wait_for("clip", |_| true).expect("a first clip comes");
    ada.kill().expect("killed");
    ada.start().expect("it starts again");
    let since = Instant::now();
    while fs::read_dir(&dir).expect("the folder").next().is_some() {
        assert!(since.elapsed() < PATIENCE, "originals are left");
        assert_eq!(ada.run(&["camera", "list"]).code, Some(0));
    }
    camera_in(&ada, "watching");
    assert_eq!(
        fs::read_dir(&dir).expect("the folder").count(),
        0,
        "originals are gone"
    );
    assert_eq!(clips(&ada).len(), 12);
}

#[test]
fn a_file_that_is_no_film_is_named_and_not_tried_again() {
    let place = place();
    let [mut ada] = homes(place.path(), ["Ada"]);
    let dir = recorder(place.path());
    watch(&ada, &dir, &[]);
    fs::write(dir.join("broken.mp4"), b"this is no film at all").expect("a file");
    fs::write(dir.join("whole.mp4"), porch()).expect("a film");
    ada.wait_for("clip", |_| true)
        .expect("the film comes in beside it");
    let camera = loop {
        let camera = camera_in(&ada, "watching");
        if !camera["error"].is_null() {
            break camera;
        }
    };
    let error = camera["error"].as_str().expect("words");
    assert!(
        error.starts_with("broken.mp4 was not taken: this is not an MP4 film"),
        "{error}"
    );

    ada.stop().expect("stopped");
    ada.start().expect("it starts again");
    let camera = camera_in(&ada, "watching");
    assert_eq!(camera["error"].as_str(), Some(error), "it is remembered");
    assert_eq!(
        clips(&ada).len(),
        1,
        "and what was taken is not taken again"
    );
    let findings = ada.run(&["doctor"]);
    let cameras = findings
        .list()
        .iter()
        .find(|f| f["check"] == "cameras")
        .expect("doctor looks");
    assert_eq!(cameras["ok"], false);

    fs::write(dir.join("broken.mp4"), porch()).expect("it is mended");
    ada.wait_for("clip", |_| true)
        .expect("a file that changed is tried again");
}

#[test]
fn a_home_watches_no_folder_of_its_own_and_no_two_cameras_have_one_name() {
    let place = place();
    let [ada] = homes(place.path(), ["Ada"]);
    for own in [
        ada.dir().to_owned(),
        ada.dir().join("clips"),
        place.path().to_owned(),
    ] {
        let own = own.to_str().expect("UTF-8");
        let added = ada.run(&["camera", "add", "--name", "Mine", "--watch", own]);
        assert_eq!(added.code, Some(1), "{own}");
        assert!(
            added.words.contains("this home's own directory"),
            "{}",
            added.words
        );
    }
    assert_eq!(
        ada.run(&["camera", "add", "--name", "Door", "--push"]).code,
        Some(0)
    );
    let again = ada.run(&["camera", "add", "--name", "Door", "--push"]);
    assert!(
        again.code == Some(1) && again.words.contains("already"),
        "{}",
        again.words
    );
    assert_eq!(
        ada.run(&["camera", "remove", "Door"]).text("camera"),
        "Door"
    );
    assert_eq!(ada.run(&["camera", "remove", "Door"]).code, Some(1));
    assert_eq!(ada.run(&["camera", "list"]).list().len(), 0);
}

/// Sends a film as a program would. Gives the status and what was answered.
fn send(to: &str, headers: &[(&str, &str)], film: &[u8]) -> (u16, Value) {
    let rest = to.strip_prefix("http://").expect("an address");
    let (host, path) = rest.split_once('/').expect("a path");
    let mut stream = TcpStream::connect(host).expect("the page is there");
    let mut head = format!("POST /{path} HTTP/1.1\r\nConnection: close\r\n");
    if !headers.iter().any(|(name, _)| *name == "Host") {
        head.push_str(&format!("Host: {host}\r\n"));
    }
    if !headers
        .iter()
        .any(|(name, _)| ["Transfer-Encoding", "Content-Length"].contains(name))
    {
        head.push_str(&format!("Content-Length: {}\r\n", film.len()));
    }
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    stream
        .write_all(format!("{head}\r\n").as_bytes())
        .expect("sent");
    // A node that refuses does not read the rest.
    let _refused_before = stream.write_all(film);
    let mut answer = Vec::new();
    let _cut_after_a_refusal = stream.read_to_end(&mut answer);
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let status = answer
        .split(' ')
        .nth(1)
        .and_then(|s| s.parse().ok())
        .unwrap_or(0);
    let json = answer.split("\r\n\r\n").nth(1).unwrap_or_default();
    (status, serde_json::from_str(json).unwrap_or(Value::Null))
}

#[test]
fn a_program_sends_films_with_a_token_and_nobody_without_it() {
    let place = place();
    let [ada] = homes(place.path(), ["Ada"]);
    let added = ada.run(&["camera", "add", "--name", "Door", "--push", "--sound"]);
    let (to, token) = (added.text("send_to"), added.text("token"));
    let bearer = format!("Bearer {token}");

    let (status, taken) = send(&to, &[("Authorization", &bearer)], &porch());
    assert_eq!(status, 201, "{taken}");
    assert_eq!(
        (
            &taken["duration_s"],
            taken["clips"].as_array().map(Vec::len)
        ),
        (&Value::from(2.0), Some(1))
    );
    let listed = clips(&ada);
    assert_eq!(
        (&listed[0]["clip"], &listed[0]["camera"]),
        (&taken["clip"], &Value::from("Door"))
    );

    // When it was recorded, and a length that nobody says before.
    let film = porch();
    let chunk = [
        format!("{:x}\r\n", film.len()).as_bytes(),
        &film,
        b"\r\n0\r\n\r\n",
    ]
    .concat();
    let at = format!("{to}?at=2026-05-06T07:08:09Z");
    let chunked = [
        ("Authorization", bearer.as_str()),
        ("Transfer-Encoding", "chunked"),
    ];
    let (status, taken) = send(&at, &chunked, &chunk);
    assert_eq!(status, 201, "{taken}");
    let clip = ada.run(&["clip", "show", taken["clip"].as_str().expect("an id")]);
    assert_eq!(clip.text("recorded"), "2026-05-06T07:08:09Z");

    for (headers, expected) in [
        (vec![], 401),
        (
            vec![("Authorization", "Bearer 00000000000000000000000000000000")],
            401,
        ),
        (
            vec![("Authorization", bearer.as_str()), ("Host", "evil.example")],
            421,
        ),
        (
            vec![
                ("Authorization", bearer.as_str()),
                ("Content-Length", "999999999999"),
            ],
            422,
        ),
    ] {
        let (status, answer) = send(&to, &headers, b"");
        assert_eq!(status, expected, "{headers:?}: {answer}");
    }
    let (status, answer) = send(
        &to,
        &[("Authorization", &bearer)],
        b"this is no film at all",
    );
    assert!(
        status == 422
            && answer["error"]
                .as_str()
                .is_some_and(|e| e.contains("not an MP4")),
        "{answer}"
    );
    // The token opens nothing else.
    let clips_page = to.replace("/intake/film", "/clips");
    assert_ne!(send(&clips_page, &[("Authorization", &bearer)], b"").0, 201);

    let renewed = ada.run(&["camera", "token", "Door"]).text("token");
    assert_eq!(
        send(&to, &[("Authorization", &bearer)], &porch()).0,
        401,
        "revoked"
    );
    let bearer = format!("Bearer {renewed}");
    assert_eq!(send(&to, &[("Authorization", &bearer)], &porch()).0, 201);
    assert_eq!(ada.run(&["camera", "remove", "Door"]).code, Some(0));
    assert_eq!(
        send(&to, &[("Authorization", &bearer)], &porch()).0,
        401,
        "removed"
    );
    assert_eq!(clips(&ada).len(), 3);
}

#[test]
fn a_camera_that_floods_waits_for_its_share_of_the_next_day() {
    let place = place();
    let [ada] = homes(place.path(), ["Ada"]);
    let added = ada.run(&[
        "camera", "add", "--name", "Door", "--push", "--daily", "1KB",
    ]);
    let (to, bearer) = (
        added.text("send_to"),
        format!("Bearer {}", added.text("token")),
    );
    assert_eq!(send(&to, &[("Authorization", &bearer)], &porch()).0, 201);
    let (status, answer) = send(&to, &[("Authorization", &bearer)], &porch());
    assert_eq!(status, 503, "{answer}");
    let other = ada.run(&["camera", "add", "--name", "Yard", "--push"]);
    let bearer = format!("Bearer {}", other.text("token"));
    assert_eq!(
        send(&to, &[("Authorization", &bearer)], &porch()).0,
        201,
        "others go on"
    );
}

/// A camera that answers each connection with this, and then holds its tongue.
fn camera_that_says(answer: Vec<u8>) -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let at = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        let mut held = Vec::new();
        while let Ok((mut stream, _)) = listener.accept() {
            let _gone = stream.write_all(&answer);
            held.push(stream);
        }
    });
    format!("rtsp://{at}/live")
}

#[test]
fn a_camera_that_speaks_nonsense_or_falls_silent_costs_only_its_own_feed() {
    let place = place();
    let [mut ada] = homes(place.path(), ["Ada"]);
    let nonsense = [
        ("Noise", vec![0xff; 100_000]),
        (
            "Web",
            b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi".to_vec(),
        ),
        (
            "Half",
            b"RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Length: 3\r\n\r\nv=0".to_vec(),
        ),
    ];
    let names: Vec<_> = nonsense.iter().map(|(name, _)| *name).collect();
    let silent = [("Silent", Vec::new())];
    for (name, answer) in nonsense.into_iter().chain(silent) {
        let url = camera_that_says(answer);
        let add = [
            "camera",
            "add",
            "--name",
            name,
            "--rtsp",
            &url,
            "--allow-loopback",
        ];
        assert_eq!(ada.run(&add).code, Some(0), "{name}");
    }
    let dir = recorder(place.path());
    watch(&ada, &dir, &[]);
    fs::write(dir.join("whole.mp4"), porch()).expect("a film");
    ada.wait_for("clip", |_| true).expect("the folder goes on");
    let since = Instant::now();
    loop {
        assert!(since.elapsed() < PATIENCE, "one of them is believed");
        let cameras = ada.run(&["camera", "list"]);
        let fails = |name: &&str| {
            let mut named = cameras.list().iter().filter(|c| c["camera"] == *name);
            named.any(|c| c["error"].is_string())
        };
        if names.iter().all(fails) {
            break;
        }
    }
}

#[test]
fn what_was_said_about_cameras_comes_back_and_stands_nowhere_in_clear() {
    let place = place();
    let [mut ada] = homes(place.path(), ["Ada"]);
    let dir = recorder(place.path()).join("very-private-folder");
    fs::create_dir(&dir).expect("a folder");
    watch(&ada, &dir, &[]);
    let token = ada
        .run(&["camera", "add", "--name", "Door", "--push"])
        .text("token");
    ada.stop().expect("stopped");
    let database = fs::read(ada.dir().join("streetlamp.db")).expect("the database");
    let database = String::from_utf8_lossy(&database);
    assert!(database.contains("Porch"), "the camera is there");
    assert!(!database.contains("very-private-folder") && !database.contains(&token));
    ada.start().expect("it starts again");
    let cameras = ada.run(&["camera", "list"]);
    assert_eq!(cameras.list().len(), 2);
    let shown = cameras.list().iter().any(|c| {
        c["source"]
            .as_str()
            .is_some_and(|s| s.ends_with("very-private-folder"))
    });
    assert!(shown, "{}", cameras.json);
}

#[test]
fn hostile_addresses_are_refused_and_passwords_shown_nowhere() {
    let place = place();
    let [mut ada] = homes(place.path(), ["Ada"]);
    for hostile in [
        "rtsp://127.0.0.1:554/x",
        "rtsp://[::ffff:127.0.0.1]/x",
        "rtsp://169.254.169.254/latest",
        "rtsp://8.8.8.8/",
        "http://192.168.1.20/",
        "file:///etc/passwd",
    ] {
        let added = ada.run(&["camera", "add", "--name", "Evil", "--rtsp", hostile]);
        assert_eq!(added.code, Some(1), "{hostile}");
    }
    let url = "rtsp://admin:canary-one@127.0.0.1:9/live?password=canary-two";
    let add = [
        "camera",
        "add",
        "--name",
        "Yard",
        "--rtsp",
        url,
        "--allow-loopback",
    ];
    let added = ada.run(&add);
    assert_eq!(added.code, Some(0), "{}", added.words);
    // Nobody is there.
    let camera = camera_in(&ada, "waiting");
    let tested = ada.run(&["camera", "test", "Yard"]);
    assert_eq!(tested.code, Some(1));
    let said = format!(
        "{camera} {} {} {}",
        tested.words,
        added.json,
        ada.run(&["doctor"]).json
    );
    assert!(!said.contains("canary"), "{said}");
    assert!(
        camera["source"]
            .as_str()
            .is_some_and(|source| source.starts_with("rtsp://127.0.0.1:9/live"))
    );
    ada.stop().expect("stopped");
    let database = fs::read(ada.dir().join("streetlamp.db")).expect("the database");
    assert!(!String::from_utf8_lossy(&database).contains("canary"));
}
