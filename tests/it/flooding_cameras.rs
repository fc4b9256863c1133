//! Cameras that say more than a home can hold: each stands still or is cut off, and the home stays as small as it was.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use streetlamp_tests::Home;

use crate::cameras::{porch, recorder, watch};
use crate::{homes, place};

/// What each would say if it were let: far more than is between two programs of one machine.
const FLOOD: u64 = 1_000_000_000;
/// Most that is on its way between camera and home, in buffers of this program and of the system.
const ON_ITS_WAY: u64 = 64_000_000;
/// Most memory that five floods cost together.
const MEMORY: u64 = 250_000_000;
/// A picture without an end is waited for half a minute.
const PATIENCE: Duration = Duration::from_secs(120);

/// What a camera does without end.
#[derive(Clone, Copy)]
enum Flood {
    /// A line of an answer.
    Line,
    /// Short lines of an answer, which take many times their bytes when they are taken apart.
    Lines,
    /// What its streams are.
    Description,
    /// A picture, in packets as RTP has them.
    Picture,
    /// Very small parts of a picture.
    Parts,
}

/// A camera that floods every connection so; where it is, and how much it could say in one.
fn camera(flood: Flood) -> (String, Arc<AtomicU64>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let url = format!("rtsp://{}/live", listener.local_addr().expect("an address"));
    let most = Arc::new(AtomicU64::new(0));
    let said = Arc::clone(&most);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(stream) = stream else { return };
            let _cut_off = converse(&stream, flood, &said);
        }
    });
    (url, most)
}

fn converse(mut stream: &TcpStream, flood: Flood, most: &AtomicU64) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream);
    loop {
        let mut asked = String::new();
        while !asked.ends_with("\r\n\r\n") {
            if lines.read_line(&mut asked)? == 0 {
                return Ok(());
            }
        }
        let cseq = asked.lines().find(|line| line.starts_with("CSeq:"));
        let head = format!("RTSP/1.0 200 OK\r\n{}\r\n", cseq.unwrap_or_default());
        match (asked.split(' ').next().unwrap_or_default(), flood) {
            ("DESCRIBE", Flood::Line) => {
                return pour(
                    stream,
                    format!("{head}X: ").as_bytes(),
                    |_| vec![b'a'; 65_536],
                    most,
                );
            }
            ("DESCRIBE", Flood::Lines) => {
                return pour(
                    stream,
                    head.as_bytes(),
                    |_| b"a: b\r\n".repeat(10_000),
                    most,
                );
            }
            ("DESCRIBE", Flood::Description) => {
                let head = format!(
                    "{head}Content-Type: application/sdp\r\nContent-Length: {FLOOD}\r\n\r\n"
                );
                return pour(
                    stream,
                    head.as_bytes(),
                    |_| b"a=x:y\r\n".repeat(10_000),
                    most,
                );
            }
            ("DESCRIBE", _) => {
                let sdp =
                    "v=0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:1\r\n";
                let long = sdp.len();
                write!(
                    stream,
                    "{head}Content-Type: application/sdp\r\nContent-Length: {long}\r\n\r\n{sdp}"
                )?;
            }
            ("SETUP", _) => {
                write!(
                    stream,
                    "{head}Session: 1\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n\r\n"
                )?;
            }
            ("PLAY", _) => {
                let head = format!("{head}Session: 1\r\n\r\n");
                return pour(
                    stream,
                    head.as_bytes(),
                    |number| packet(number, flood),
                    most,
                );
            }
            _ => write!(stream, "{head}\r\n")?,
        }
    }
}

/// Says `begin`, and then `more` until nobody listens.
fn pour(
    mut stream: &TcpStream,
    begin: &[u8],
    more: impl Fn(u16) -> Vec<u8>,
    most: &AtomicU64,
) -> std::io::Result<()> {
    stream.write_all(begin)?;
    let (mut said, mut number) = (0, 0_u16);
    while said < FLOOD {
        let more = more(number);
        stream.write_all(&more)?;
        said += more.len() as u64;
        number = number.wrapping_add(1);
        most.fetch_max(said, Ordering::Relaxed);
    }
    Ok(())
}

/// A packet of one and the same picture (RFC 3550; RFC 6184, sections 5.7.1 and 5.8).
fn packet(number: u16, flood: Flood) -> Vec<u8> {
    let payload = match flood {
        // Parts of two bytes each, their length before them.
        Flood::Parts => [&[24][..], &b"\x00\x02\x41\x9a".repeat(10_000)].concat(),
        _ => {
            let begins = if number == 0 { 0x85 } else { 0x05 };
            [&[0x7c, begins][..], &vec![0x55; 60_000]].concat()
        }
    };
    let [high, low] = number.to_be_bytes();
    let head = [0x80, 96, high, low, 0, 0, 0, 1, 0, 0, 0, 7];
    let long = u16::try_from(head.len() + payload.len()).expect("a packet's length");
    [&[b'$', 0][..], &long.to_be_bytes(), &head, &payload].concat()
}

/// The most memory that a home's process ever had, in bytes.
fn memory(home: &Home) -> u64 {
    let process = home.pid().expect("a node");
    let status = fs::read_to_string(format!("/proc/{process}/status")).expect("its figures");
    let most = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = most.and_then(|most| most.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    kilobytes.expect("a figure") * 1024
}

/// Waits until a camera was given up for this reason.
fn wait_for_error(home: &Home, camera: &str, why: &str) {
    let since = Instant::now();
    loop {
        let listed = home.run(&["camera", "list"]);
        let mut cameras = listed.list().iter().filter(|c| c["camera"] == camera);
        if cameras.any(|c| c["error"].as_str().is_some_and(|error| error.contains(why))) {
            return;
        }
        assert!(since.elapsed() < PATIENCE, "{camera}: {}", listed.words);
    }
}

#[test]
fn a_camera_that_floods_memory_stands_still_and_costs_only_its_own_feed() {
    let place = place();
    let [mut ada] = homes(place.path(), ["Ada"]);
    let before = memory(&ada);
    let floods = [
        ("Line", Flood::Line, "its stream broke"),
        ("Lines", Flood::Lines, "its stream broke"),
        ("Description", Flood::Description, "its stream broke"),
        ("Picture", Flood::Picture, "a picture that has no end"),
        ("Parts", Flood::Parts, "a picture that has no end"),
    ];
    let cameras = floods.map(|(name, flood, why)| {
        let (url, most) = camera(flood);
        let add = [
            "camera",
            "add",
            "--name",
            name,
            "--allow-loopback",
            "--always",
            "--rtsp",
            &url,
        ];
        assert_eq!(ada.run(&add).code, Some(0), "{name}");
        (name, why, most)
    });
    let dir = recorder(place.path());
    watch(&ada, &dir, &[]);
    fs::write(dir.join("whole.mp4"), porch()).expect("a film");
    ada.wait_for("clip", |_| true).expect("the folder goes on");
    for (name, why, most) in cameras {
        wait_for_error(&ada, name, why);
        let said = most.load(Ordering::Relaxed);
        assert!(said < ON_ITS_WAY, "{name} could say {said} bytes");
    }
    let grown = memory(&ada) - before;
    assert!(grown < MEMORY, "floods cost {grown} bytes of memory");
}
