use std::future::poll_fn;
use std::pin::Pin;
use std::time::Duration;

use futures::{AsyncReadExt, AsyncWriteExt};
use libp2p::Transport as _;
use libp2p::core::Endpoint;
use libp2p::core::muxing::{StreamMuxerBox, StreamMuxerExt, SubstreamBox};
use libp2p::core::transport::{Boxed, DialOpts, ListenerId, PortUse, TransportEvent};
use tokio::time::timeout;

use super::transport::bare;
use super::*;

type Way = Boxed<(PeerId, StreamMuxerBox)>;

const LINE: Line = Line {
    up: 8_000_000,
    down: 800_000_000,
    last_mile: Micros(10_000),
    loss: 0.0,
    nat: Nat::Open,
};

/// Homes with these NATs that listen.
async fn homes(nats: &[Nat]) -> (Net, Vec<Way>) {
    homes_that_check(Micros(0), nats).await
}

/// The same, whom a check of a signature takes so long.
async fn homes_that_check(check: Micros, nats: &[Nat]) -> (Net, Vec<Way>) {
    let net = Net::new(1, check);
    tokio::spawn(carry_all(net.clone()));
    let mut ways = Vec::new();
    for nat in nats {
        let line = Line { nat: *nat, ..LINE };
        let (number, address) = net.lay(None, line, PeerId::random());
        net.switch_on(number);
        let mut way = bare(&net, number);
        way.listen_on(ListenerId::next(), address).unwrap();
        let first = poll_fn(|cx| Pin::new(&mut way).poll(cx)).await;
        assert!(matches!(first, TransportEvent::NewAddress { .. }));
        ways.push(way);
    }
    (net, ways)
}

async fn dial(way: &mut Way, to: u32) -> Option<StreamMuxerBox> {
    let options = DialOpts {
        role: Endpoint::Dialer,
        port_use: PortUse::Reuse,
    };
    let address = host::address(HouseNumber(to), HouseNumber(to));
    let dialled = way.dial(address, options).unwrap();
    dialled.await.ok().map(|(_, muxer)| muxer)
}

async fn accept(way: &mut Way) -> StreamMuxerBox {
    match poll_fn(|cx| Pin::new(&mut *way).poll(cx)).await {
        TransportEvent::Incoming { upgrade, .. } => upgrade.await.unwrap().1,
        other => panic!("{other:?}"),
    }
}

async fn open(muxer: &mut StreamMuxerBox) -> SubstreamBox {
    poll_fn(|cx| muxer.poll_outbound_unpin(cx)).await.unwrap()
}

async fn opened(muxer: &mut StreamMuxerBox) -> std::io::Result<SubstreamBox> {
    poll_fn(|cx| muxer.poll_inbound_unpin(cx)).await
}

#[tokio::test(start_paused = true)]
async fn a_connection_takes_a_round_trip_and_bytes_take_the_way_and_their_share_of_the_line() {
    let (net, mut ways) = homes(&[Nat::Open, Nat::Open]).await;
    let mut here = dial(&mut ways[0], 1).await.unwrap();
    assert_eq!(net.now(), Micros(40_000));
    let mut there = accept(&mut ways[1]).await;
    let began = net.now();
    let mut stream = open(&mut here).await;
    // 100,000 bytes in chunks of 16 KiB with their headers at 1 byte a microsecond: a little over 105 ms.
    let writing = tokio::spawn(async move {
        stream.write_all(&vec![7; 100_000]).await.unwrap();
        stream.close().await.unwrap();
    });
    let mut read = Vec::new();
    let mut stream = opened(&mut there).await.unwrap();
    stream.read_to_end(&mut read).await.unwrap();
    writing.await.unwrap();
    assert_eq!(read, vec![7; 100_000]);
    let took = net.now().since(began).0;
    assert!((125_000..128_000).contains(&took), "{took}");
}

#[tokio::test(start_paused = true)]
async fn two_homes_behind_nat_reach_each_other_once_both_try_and_never_if_one_is_symmetric() {
    let (_, mut ways) = homes(&[
        Nat::PortRestricted,
        Nat::PortRestricted,
        Nat::Symmetric,
        Nat::Open,
    ])
    .await;
    assert!(
        dial(&mut ways[0], 1).await.is_none(),
        "nobody knocked there"
    );
    assert!(
        dial(&mut ways[1], 0).await.is_some(),
        "the first try opened the way"
    );
    for (from, to) in [(0, 2), (2, 0), (0, 2)] {
        assert!(dial(&mut ways[from], to).await.is_none());
    }
    assert!(
        dial(&mut ways[2], 3).await.is_some(),
        "an open home is reached by all"
    );
    assert!(dial(&mut ways[3], 2).await.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_home_without_power_is_given_up_when_it_was_silent_for_long_enough() {
    let (net, mut ways) = homes(&[Nat::Open, Nat::Open]).await;
    let mut here = dial(&mut ways[0], 1).await.unwrap();
    let _there = accept(&mut ways[1]).await;
    let began = net.now();
    net.switch_off(HouseNumber(1));
    assert!(opened(&mut here).await.is_err());
    assert_eq!(net.now().since(began), SILENCE);
    assert!(dial(&mut ways[0], 1).await.is_none());
    assert!(net.graph().iter().all(Vec::is_empty));
}

#[tokio::test(start_paused = true)]
async fn islands_do_not_reach_each_other_until_they_are_one_again() {
    let (net, mut ways) = homes(&[Nat::Open, Nat::Open]).await;
    net.part(|home| home.0);
    assert!(dial(&mut ways[0], 1).await.is_none());
    net.part(|_| 0);
    assert!(dial(&mut ways[0], 1).await.is_some());
}

#[tokio::test(start_paused = true)]
async fn a_goodbye_arrives_and_takes_its_streams_with_it() {
    let (_, mut ways) = homes(&[Nat::Open, Nat::Open]).await;
    let mut here = dial(&mut ways[0], 1).await.unwrap();
    let mut there = accept(&mut ways[1]).await;
    let mut stream = open(&mut here).await;
    stream.write_all(b"hello").await.unwrap();
    let mut heard = opened(&mut there).await.unwrap();
    let mut word = [0; 5];
    heard.read_exact(&mut word).await.unwrap();
    drop(here);
    let ended = timeout(Duration::from_secs(1), heard.read(&mut word)).await;
    assert!(ended.unwrap().is_err());
    assert!(stream.write_all(b"more").await.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_busy_uplink_lets_a_small_message_through_soon() {
    let (net, mut ways) = homes(&[Nat::Open, Nat::Open]).await;
    let mut here = dial(&mut ways[0], 1).await.unwrap();
    let mut there = accept(&mut ways[1]).await;
    let mut film = open(&mut here).await;
    tokio::spawn(async move { film.write_all(&vec![0; 900_000]).await });
    let _film = opened(&mut there).await.unwrap();
    tokio::time::sleep(Duration::from_millis(200)).await;
    let began = net.now();
    let mut alert = open(&mut here).await;
    alert.write_all(b"fire").await.unwrap();
    let mut word = [0; 4];
    opened(&mut there)
        .await
        .unwrap()
        .read_exact(&mut word)
        .await
        .unwrap();
    let took = net.now().since(began).0;
    assert!(took < 150_000, "{took}");
}

#[tokio::test(start_paused = true)]
async fn nodes_behind_one_address_have_ports_of_their_own() {
    let net = Net::new(1, Micros(0));
    let (first, own) = net.lay(None, LINE, PeerId::random());
    let (_, beside) = net.lay(Some(first), LINE, PeerId::random());
    assert_eq!(own.to_string(), "/ip4/10.0.0.1/udp/4001/quic-v1");
    assert_eq!(beside.to_string(), "/ip4/10.0.0.1/udp/4002/quic-v1");
}

#[tokio::test(start_paused = true)]
async fn what_a_home_sends_waits_until_it_has_checked_what_it_was_told() {
    let (net, mut ways) = homes_that_check(Micros(50_000), &[Nat::Open, Nat::Open]).await;
    let mut here = dial(&mut ways[0], 1).await.unwrap();
    let mut there = accept(&mut ways[1]).await;
    let mut stream = open(&mut here).await;
    let began = net.now();
    net.checked(HouseNumber(0), 2);
    stream.write_all(b"fire").await.unwrap();
    let mut word = [0; 4];
    let mut heard = opened(&mut there).await.unwrap();
    heard.read_exact(&mut word).await.unwrap();
    let took = net.now().since(began).0;
    assert!((120_000..130_000).contains(&took), "{took}");
}
