//! How fast a granted clip is fetched over loopback, against libp2p's own perf protocol in the same run.
//!
//! Ours is a whole node at either end and everything that a fetch is: the ticket is looked up, each slice is checked
//! against the hash tree as it is read, sent, checked again, and written; at the end the clip is made durable. Theirs is the
//! perf protocol (<https://github.com/libp2p/specs/blob/master/perf/perf.md>) between two swarms with the same transport,
//! TCP with Noise and Yamux at their defaults: the asker says how many bytes it wants, and counts them. (`libp2p-perf` 0.3
//! is of an older libp2p, so its few lines stand here.) The same once more over QUIC, which is how homes connect where it
//! gets through.
//!
//! Homes lie in memory where the system offers it (`/dev/shm`), so that the disk does not hide the difference. Needs
//! `ffmpeg` for a film. After measuring, a line with the ratio of times, perf/ours, for each transport: 0.9 or more is wanted.
//! A machine of two cores has none to spare for what a fetch does beside moving bytes, so that the time that all cores
//! worked is printed, too, where Linux tells it.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark prints what it found and has nobody to report an error to"
)]

use std::fs::{self, File};
use std::path::Path;
use std::process::Command as Program;
use std::time::{Duration, Instant};

use futures::{AsyncReadExt, AsyncWriteExt, StreamExt};
use libp2p::swarm::SwarmEvent;
use libp2p::{Multiaddr, PeerId, StreamProtocol, Swarm, SwarmBuilder, noise, tcp, yamux};
use libp2p_stream::Control;
use streetlamp::clock::Clock;
use streetlamp::disk::Disk;
use streetlamp::domains::Domains;
use streetlamp::entropy::Entropy;
use streetlamp::home::{Home, NewHome};
use streetlamp::mesh::{Reach, Transport};
use streetlamp::node::{Core, NodeHandle, Parts};
use streetlamp::store::Store;
use streetlamp_proto::clip::ClipId;
use streetlamp_proto::grant::Purpose;
use streetlamp_proto::household::{Answer, Command, Event};
use streetlamp_proto::identity::Name;
use tempfile::TempDir;
use zeroize::Zeroizing;

const PERF: StreamProtocol = StreamProtocol::new("/perf/1.0.0");
const PASSPHRASE: &str = "maple";
/// Bytes that the perf protocol writes at a time.
const BLOCK: usize = 64 * 1024;
/// Pairs of runs from which the ratio is taken.
const PAIRS: usize = 15;

fn main() {
    let place = match Path::new("/dev/shm").is_dir() {
        true => TempDir::new_in("/dev/shm"),
        false => TempDir::new(),
    };
    let place = place.unwrap();
    let film = place.path().join("film.mp4");
    if !film_of_noise(&film) {
        println!("SKIPPED: no ffmpeg here, and so no film");
        return;
    }
    let runtime = tokio::runtime::Runtime::new().unwrap();
    for wire in [Wire::Tcp, Wire::Quic] {
        runtime.block_on(measure(place.path(), &film, wire));
    }
}

/// What both are measured over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wire {
    /// TCP, with Noise and Yamux.
    Tcp,
    Quic,
}

impl Wire {
    /// A free port of this machine.
    fn anywhere(self) -> String {
        match self {
            Self::Tcp => "/ip4/127.0.0.1/tcp/0".to_owned(),
            Self::Quic => "/ip4/127.0.0.1/udp/0/quic-v1".to_owned(),
        }
    }
}

/// What one side of the comparison took, over all runs.
#[derive(Default)]
struct Taken {
    times: Vec<Duration>,
    /// How long all cores worked for it together.
    worked: Duration,
}

impl Taken {
    async fn by(&mut self, task: impl Future<Output = ()>) {
        let (begun, worked) = (Instant::now(), worked());
        task.await;
        self.times.push(begun.elapsed());
        self.worked += self::worked().saturating_sub(worked);
    }

    fn least(&self) -> Duration {
        self.times.iter().copied().min().unwrap()
    }

    /// Cores that were busy, on average.
    fn cores(&self) -> f64 {
        self.worked.as_secs_f64() / self.times.iter().sum::<Duration>().as_secs_f64()
    }
}

/// How long this process has kept cores busy, to a hundredth of a second (proc(5), fields 14 and 15); nothing where the
/// system does not tell.
fn worked() -> Duration {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let fields = after_name.split_whitespace().skip(11).take(2);
    let ticks: u64 = fields.filter_map(|field| field.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}

async fn measure(place: &Path, film: &Path, wire: Wire) {
    let place = place.join(format!("{wire:?}"));
    let (ada, ben) = (
        start(&place, "Ada", wire).await,
        start(&place, "Ben", wire).await,
    );
    let (clip, len) = granted(&ada, &ben, film).await;
    let at_ben = ben.home().clips_dir().join(format!("{clip}.sealed"));
    let (server, mut control) = perf_pair(wire).await;

    let (mut ours, mut theirs) = (Taken::default(), Taken::default());
    for _ in 0..PAIRS {
        ours.by(async { drop(ben.fetch_clip(clip, |_, _| {}).await.unwrap()) })
            .await;
        fs::remove_file(&at_ben).unwrap();
        theirs.by(perf(&mut control, server, len)).await;
    }
    futures::join!(ada.stop(), ben.stop());
    let rate = |time: Duration| len as f64 / time.as_secs_f64() / 1e6;
    let both = ours.times.iter().zip(&theirs.times);
    let mut ratios: Vec<f64> = both
        .map(|(ours, theirs)| theirs.as_secs_f64() / ours.as_secs_f64())
        .collect();
    ratios.sort_by(f64::total_cmp);
    println!("{wire:?}: {len} bytes, {PAIRS} pairs of runs; best of each:");
    println!(
        "fetch {:.0} MB/s, perf {:.0} MB/s",
        rate(ours.least()),
        rate(theirs.least())
    );
    println!(
        "cores busy: fetch {:.2}, perf {:.2}; work, perf/ours: {:.2}",
        ours.cores(),
        theirs.cores(),
        theirs.worked.as_secs_f64() / ours.worked.as_secs_f64()
    );
    println!(
        "ratio fetch over {wire:?}, perf/ours: median {:.2}, of the best {:.2}",
        ratios.get(PAIRS / 2).unwrap(),
        theirs.least().as_secs_f64() / ours.least().as_secs_f64()
    );
}

/// Some 50 MB that do not compress.
fn film_of_noise(path: &Path) -> bool {
    let made = Program::new("ffmpeg")
        .args(["-loglevel", "error", "-f", "lavfi"])
        .args(["-i", "testsrc2=s=1280x720:r=25:d=6"])
        .args([
            "-vf",
            "noise=alls=100:allf=t",
            "-c:v",
            "libx264",
            "-preset",
            "ultrafast",
        ])
        .args([
            "-b:v", "70M", "-minrate", "70M", "-maxrate", "70M", "-bufsize", "8M",
        ])
        .arg(path)
        .status();
    made.is_ok_and(|made| made.success())
}

async fn start(place: &Path, name: &str, wire: Wire) -> NodeHandle {
    let dir = place.join(name);
    let new = NewHome {
        name: Name::clean(name).unwrap(),
        cell: None,
        passphrase: Some(Zeroizing::new(PASSPHRASE.to_owned())),
        recovery_sheet: None,
        now: Clock::System.now(),
    };
    Home::create(&dir, new, &Entropy::System).unwrap();
    let home = Home::open(&dir).unwrap();
    let parts = Parts {
        store: Store::open(&home.store_path()).unwrap(),
        disk: Disk::boundless(),
        transport: Transport::Internet,
        listen: vec![wire.anywhere()],
        reach: Reach::plain(),
        clock: Clock::System,
        entropy: Entropy::System,
        domains: Domains::silent(),
        witness: None,
    };
    Core::start(home, parts).await.unwrap().handle
}

/// Two homes on a street, and a clip that one granted to the other.
async fn granted(ada: &NodeHandle, ben: &NodeHandle, film: &Path) -> (ClipId, u64) {
    let found = Command::FoundStreet {
        name: Name::clean("Maple Street").unwrap(),
        cell: "u33dc1".parse().unwrap(),
        urgent_per_hour: 6,
    };
    ada.command(found).await.unwrap();
    let invite = Command::Invite {
        street: None,
        life: Duration::from_secs(3600),
    };
    let Ok(Answer::Ticket(ticket)) = ada.command(invite).await else {
        unreachable!("no ticket")
    };
    let mut news = ben.events();
    ben.command(Command::Join(ticket)).await.unwrap();
    let camera = Name::clean("Porch").unwrap();
    let film = File::open(film).unwrap();
    let added = ada.add_clip(film, camera, None).await.unwrap();
    let passphrase = Zeroizing::new(PASSPHRASE.to_owned());
    ada.unlock(passphrase, Duration::from_secs(600))
        .await
        .unwrap();
    let give = Command::Give {
        clip: added.clip,
        to: ben
            .read(|household, _| household.me().household())
            .await
            .unwrap(),
        purpose: Purpose::clean("to measure").unwrap(),
        until: None,
    };
    ada.command(give).await.unwrap();
    while !matches!(news.recv().await, Ok(Event::Granted { .. })) {}
    (added.clip, added.sealed_len)
}

/// A swarm that answers the perf protocol, and the way to it from another one.
async fn perf_pair(wire: Wire) -> (PeerId, Control) {
    let mut server = swarm();
    let peer = *server.local_peer_id();
    let mut incoming = server.behaviour().new_control().accept(PERF).unwrap();
    let any: Multiaddr = wire.anywhere().parse().unwrap();
    server.listen_on(any).unwrap();
    let address = loop {
        if let SwarmEvent::NewListenAddr { address, .. } = server.select_next_some().await {
            break address;
        }
    };
    tokio::spawn(async move { while server.next().await.is_some() {} });
    tokio::spawn(async move {
        while let Some((_, mut stream)) = incoming.next().await {
            let mut wanted = [0; 8];
            stream.read_exact(&mut wanted).await.unwrap();
            let mut left = usize::try_from(u64::from_be_bytes(wanted)).unwrap();
            let block = vec![0; BLOCK];
            while left > 0 {
                let next = block.get(..left).unwrap_or(&block);
                stream.write_all(next).await.unwrap();
                left -= next.len();
            }
            stream.close().await.unwrap();
        }
    });
    let mut client = swarm();
    let control = client.behaviour().new_control();
    client.dial(address).unwrap();
    while !matches!(
        client.select_next_some().await,
        SwarmEvent::ConnectionEstablished { .. }
    ) {}
    tokio::spawn(async move { while client.next().await.is_some() {} });
    (peer, control)
}

fn swarm() -> Swarm<libp2p_stream::Behaviour> {
    SwarmBuilder::with_new_identity()
        .with_tokio()
        .with_tcp(
            tcp::Config::default(),
            noise::Config::new,
            yamux::Config::default,
        )
        .unwrap()
        .with_quic()
        .with_behaviour(|_| libp2p_stream::Behaviour::new())
        .unwrap()
        .with_swarm_config(|config| config.with_idle_connection_timeout(Duration::MAX))
        .build()
}

/// Downloads so many bytes by the perf protocol.
async fn perf(control: &mut Control, server: PeerId, len: u64) {
    let mut stream = control.open_stream(server, PERF).await.unwrap();
    stream.write_all(&len.to_be_bytes()).await.unwrap();
    stream.close().await.unwrap();
    let mut block = vec![0; BLOCK];
    let mut got = 0;
    while got < len {
        match stream.read(&mut block).await.unwrap() {
            0 => break,
            read => got += read as u64,
        }
    }
    assert_eq!(got, len, "all that was asked for");
}
