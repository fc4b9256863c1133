//! Between a camera and the library that reads its stream: lets through what a picture can take, and no faster than cameras
//! send.
//!
//! The library (`retina`) holds what a camera says until a message, or a picture, is whole, however long that takes, and opens
//! its connection itself. So it connects to a socket of ours, and what the camera says passes here first. Of a picture and what
//! comes beside it, [`PICTURE`] bytes pass; the rest waits at the camera until the picture has come out whole. A camera that
//! never lets one be whole stands still, as one that says nothing, and is given up as such. Words (everything that is no packet
//! of media) are counted apart, because they take many times their bytes when they are taken apart.
//!
//! Nothing is changed on the way. What pictures are made of is left to the library.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};
use tokio_util::task::AbortOnDropHandle;

use crate::error::{Error, Result};

/// Most bytes of a picture, and of what comes beside it: a key picture of 8K takes half of them.
pub(super) const PICTURE: usize = 8 * 1024 * 1024;
/// Most bytes of one message in words. Descriptions of streams have a few thousand.
const WORDS: usize = 64 * 1024;
/// Bytes in a second: 128 Mbit/s. Cameras send a tenth of that.
const RATE: u32 = 16 * 1024 * 1024;
/// For how long a camera may be ahead of that.
const BURST: Duration = Duration::from_millis(500);
/// Bytes that are carried at a time.
const PIECE: usize = 64 * 1024;

/// One connection to a camera. It ends when this is dropped.
#[derive(Debug)]
pub(super) struct Sluice {
    at: SocketAddr,
    gauge: Arc<Gauge>,
    _carrying: AbortOnDropHandle<()>,
}

/// How much has passed since the last whole picture.
#[derive(Debug, Default)]
struct Gauge {
    passed: AtomicUsize,
    lowered: Notify,
}

impl Sluice {
    /// Connects to the camera at this address, which was judged.
    ///
    /// # Errors
    /// If it cannot be reached.
    pub(super) async fn to(camera: SocketAddr) -> Result<Self> {
        let failed = |e| Error::io("the camera cannot be reached", e);
        let camera = TcpStream::connect(camera).await.map_err(failed)?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
        let listener = listener.map_err(|e| Error::io("no socket for the camera's stream", e))?;
        let at = listener
            .local_addr()
            .map_err(|e| Error::io("a socket without an address", e))?;
        let gauge = Arc::new(Gauge::default());
        let carrying = tokio::spawn(carry(listener, camera, Arc::clone(&gauge)));
        Ok(Self {
            at,
            gauge,
            _carrying: AbortOnDropHandle::new(carrying),
        })
    }

    /// Where the library connects to in the camera's place. One connection is taken.
    pub(super) const fn at(&self) -> SocketAddr {
        self.at
    }

    /// A picture came out whole: as much may follow for the next one.
    pub(super) fn a_picture_is_whole(&self) {
        self.gauge.passed.store(0, Ordering::Relaxed);
        self.gauge.lowered.notify_one();
    }

    /// Whether as much came as a picture can take, and none of it was whole.
    pub(super) fn is_full(&self) -> bool {
        self.gauge.passed.load(Ordering::Relaxed) >= PICTURE
    }
}

async fn carry(listener: TcpListener, camera: TcpStream, gauge: Arc<Gauge>) {
    let Ok((library, _)) = listener.accept().await else {
        return;
    };
    drop(listener);
    let (from_camera, mut to_camera) = camera.into_split();
    let (mut from_library, to_library) = library.into_split();
    // Either end that closes ends both.
    tokio::select! {
        _asked = copy(&mut from_library, &mut to_camera) => {}
        _said = pass(from_camera, to_library, &gauge) => {}
    }
}

/// Carries what the camera says. `None` once it ends, or says what no camera says.
async fn pass(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, gauge: &Gauge) -> Option<()> {
    let mut piece = vec![0; PIECE];
    let mut framing = Framing::default();
    let mut due = Instant::now();
    loop {
        while gauge.passed.load(Ordering::Relaxed) >= PICTURE {
            gauge.lowered.notified().await;
        }
        let read = from.read(&mut piece).await.ok().filter(|read| *read > 0)?;
        let said = piece.get(..read)?;
        framing.follow(said)?;
        gauge.passed.fetch_add(read, Ordering::Relaxed);
        to.write_all(said).await.ok()?;
        due = due.max(Instant::now()) + Duration::from_secs(1) * u32::try_from(read).ok()? / RATE;
        if let Some(ahead) = due.checked_sub(BURST) {
            sleep_until(ahead).await;
        }
    }
}

/// Where in what a camera says the next byte lies (RFC 2326, sections 4 and 10.12).
#[derive(Debug, Default)]
enum Framing {
    /// Before a message.
    #[default]
    Between,
    /// In the head of a packet of media: its channel, and its length in two bytes.
    Packet(Vec<u8>),
    /// In the head of a message in words.
    Head(Vec<u8>),
    /// So many bytes before the end of a body.
    Body(usize),
}

impl Framing {
    /// Goes on behind these bytes. `None` if a message in words is too long, or says no length that can be read.
    fn follow(&mut self, mut said: &[u8]) -> Option<()> {
        while let Some((&byte, rest)) = said.split_first() {
            match self {
                Self::Body(left) => {
                    let here = said.len().min(*left);
                    *left -= here;
                    let over = *left == 0;
                    said = said.get(here..).unwrap_or_default();
                    if over {
                        *self = Self::Between;
                    }
                    continue;
                }
                Self::Between if byte == b'$' => *self = Self::Packet(Vec::with_capacity(3)),
                Self::Between if matches!(byte, b'\r' | b'\n') => {}
                Self::Between => *self = Self::Head(vec![byte]),
                Self::Packet(head) => {
                    head.push(byte);
                    if let [_, high, low] = head[..] {
                        *self = Self::before(usize::from(u16::from_be_bytes([high, low])));
                    }
                }
                Self::Head(head) => {
                    head.push(byte);
                    if head.ends_with(b"\r\n\r\n") {
                        let body = body(head)?;
                        (head.len() + body <= WORDS).then_some(())?;
                        *self = Self::before(body);
                    } else if head.len() >= WORDS {
                        return None;
                    }
                }
            }
            said = rest;
        }
        Some(())
    }

    const fn before(body: usize) -> Self {
        match body {
            0 => Self::Between,
            body => Self::Body(body),
        }
    }
}

/// How many bytes follow this head; `None` if it says so more than once, or not in figures.
fn body(head: &[u8]) -> Option<usize> {
    let head = String::from_utf8_lossy(head);
    let fields = head
        .split("\r\n")
        .skip(1)
        .filter_map(|line| line.split_once(':'));
    let mut lengths = fields
        .filter(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .map(|(_, value)| value.trim().parse().ok().filter(|length| *length <= WORDS));
    match (lengths.next(), lengths.next()) {
        (None, _) => Some(0),
        (Some(length), None) => length,
        (Some(_), Some(_)) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAID: &[u8] = b"RTSP/1.0 200 OK\r\nCSeq: 1\r\ncontent-length: 5\r\n\r\n$v=0\n\
        $\x00\x00\x04RTP!\r\n$\x01\x00\x00REDIRECT rtsp://x RTSP/1.0\r\nCSeq: 2\r\n\r\n$\x00\x00\x02ab";

    #[test]
    fn words_and_packets_are_told_apart_however_they_are_cut() {
        for size in 1..=SAID.len() {
            let mut framing = Framing::default();
            for cut in SAID.chunks(size) {
                framing.follow(cut).unwrap();
            }
            assert!(matches!(framing, Framing::Between), "{size}: {framing:?}");
        }
    }

    #[test]
    fn a_message_without_an_end_is_cut_off_and_media_may_go_on_for_ever() {
        let endless: [(&str, &[u8], &[u8]); 4] = [
            ("a line", b"", b"a"),
            ("lines", b"RTSP/1.0 200 OK\r\n", b"a: b\r\n"),
            (
                "an empty line of one end only",
                b"RTSP/1.0 200 OK\r\n",
                b"a\n\n",
            ),
            ("a word before a colon", b"", b":"),
        ];
        for (what, begins, goes_on) in endless {
            let mut framing = Framing::default();
            framing.follow(begins).unwrap();
            let followed = (0..=WORDS).take_while(|_| framing.follow(goes_on).is_some());
            assert!(followed.count() < WORDS, "{what}");
        }
        let mut framing = Framing::default();
        let packet = [&[b'$', 0, 0xff, 0xff], &vec![b'a'; 0xffff][..]].concat();
        for _ in 0..100 {
            framing.follow(&packet).unwrap();
        }
    }

    #[test]
    fn a_body_that_is_too_long_or_of_no_one_length_is_not_awaited() {
        for length in [
            "Content-Length: 65536",
            "Content-Length: 99999999999999999999",
            "Content-Length: -1",
            "Content-Length: 5\r\ncontent-length: 6",
            "Content-Length: five",
        ] {
            let head = format!("RTSP/1.0 200 OK\r\n{length}\r\n\r\n");
            assert_eq!(Framing::default().follow(head.as_bytes()), None, "{length}");
        }
    }

    /// A camera, the sluice before it, and the library's end of it.
    async fn built() -> (TcpStream, Sluice, TcpStream) {
        let camera = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let sluice = Sluice::to(camera.local_addr().unwrap()).await.unwrap();
        let library = TcpStream::connect(sluice.at()).await.unwrap();
        (camera.accept().await.unwrap().0, sluice, library)
    }

    #[tokio::test]
    async fn what_never_becomes_a_picture_stands_still_until_one_is_whole() {
        let (mut camera, sluice, mut library) = built().await;
        let flood = tokio::spawn(async move {
            let packet = [&[b'$', 0, 0xff, 0xff], &vec![b'a'; 0xffff][..]].concat();
            let mut sent = 0;
            while sent < 4 * PICTURE && camera.write_all(&packet).await.is_ok() {
                sent += packet.len();
            }
        });
        let mut came = vec![0; PICTURE];
        library.read_exact(&mut came).await.unwrap();
        while !sluice.is_full() {
            tokio::task::yield_now().await;
        }
        let more = |library: &TcpStream| library.try_read(&mut vec![0; 2 * PIECE]);
        let mut over = 0;
        while let Ok(read) = more(&library) {
            over += read;
        }
        assert!(over <= PIECE, "{over} bytes more than a picture");
        sluice.a_picture_is_whole();
        library.read_exact(&mut came[..PICTURE / 2]).await.unwrap();
        drop(library);
        flood.await.unwrap();
    }

    #[tokio::test]
    async fn when_one_end_goes_the_other_is_told() {
        let (camera, _sluice, mut library) = built().await;
        drop(camera);
        assert_eq!(library.read(&mut [0; 8]).await.unwrap(), 0);
        let (mut camera, sluice, _library) = built().await;
        drop(sluice);
        assert_eq!(camera.read(&mut [0; 8]).await.unwrap_or(0), 0);
    }
}
