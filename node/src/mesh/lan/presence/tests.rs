use super::*;
use crate::mesh::lan::tests::peer;

fn found(txt: &[&str], addresses: &[&str]) -> Option<Found> {
    dialable(
        txt.iter().map(|s| s.as_bytes()),
        addresses.iter().map(|a| a.parse().unwrap()),
    )
}

fn addresses(found: Option<Found>) -> Vec<String> {
    let found = found.map_or_else(Vec::new, |found| found.addresses);
    found.iter().map(ToString::to_string).collect()
}

fn links(listeners: &[&str]) -> BTreeMap<Ipv4Addr, Presence> {
    let listeners: Vec<Multiaddr> = listeners.iter().map(|a| a.parse().unwrap()).collect();
    Presence::on_each_link(peer(1), listeners.iter())
}

#[test]
fn a_home_on_the_lan_is_dialled_over_quic_and_tcp() {
    let id = format!("id={}", peer(1));
    let txt = [id.as_str(), "tcp=4001", "quic=4002"];
    let found = found(&txt, &["192.168.1.7", "fd00::7"]);
    assert_eq!(found.as_ref().unwrap().peer, peer(1));
    assert_eq!(
        addresses(found),
        [
            "/ip4/192.168.1.7/udp/4002/quic-v1",
            "/ip4/192.168.1.7/tcp/4001",
            "/ip6/fd00::7/udp/4002/quic-v1",
            "/ip6/fd00::7/tcp/4001",
        ]
    );
}

#[test]
fn an_answer_cannot_send_us_to_the_internet_or_to_ourselves() {
    let id = format!("id={}", peer(1));
    for elsewhere in [
        "8.8.8.8",
        "100.64.0.1",
        "127.0.0.1",
        "0.0.0.0",
        "255.255.255.255",
        "224.0.0.251",
        "2001:db8::1",
        "::1",
        "::",
        "::ffff:192.168.1.7",
        "fe80::1",
        "ff02::fb",
    ] {
        assert_eq!(found(&[&id, "tcp=4001"], &[elsewhere]), None, "{elsewhere}");
    }
    let mixed = found(&[&id, "tcp=1"], &["8.8.8.8", "10.0.0.1"]);
    assert_eq!(addresses(mixed), ["/ip4/10.0.0.1/tcp/1"]);
}

#[test]
fn a_text_that_is_no_homes_is_ignored() {
    let id = format!("id={}", peer(1));
    let id = id.as_str();
    let long = format!("id={}", "1".repeat(252));
    // An RSA key's peer id: libp2p would take it, but no device has one.
    let rsa = "id=QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N";
    for txt in [
        &[][..],
        &["tcp=4001"],
        &[id],
        &[id, "tcp=0"],
        &[id, "tcp=65536"],
        &[id, "tcp=-1"],
        &[id, "tcp="],
        &[id, "quic"],
        &["id=", "tcp=4001"],
        &["id=streetlamp", "tcp=4001"],
        &[rsa, "tcp=4001"],
        &[&long, "tcp=4001"],
    ] {
        assert_eq!(found(txt, &["10.0.0.1"]), None, "{txt:?}");
    }
    let bytes: [&[u8]; 2] = [b"id=\xff\xfe", b"tcp=4001"];
    let ip = "10.0.0.1".parse().unwrap();
    assert_eq!(dialable(bytes.into_iter(), [ip].into_iter()), None);
}

#[test]
fn the_first_of_several_equal_keys_counts() {
    let (one, two) = (format!("ID={}", peer(1)), format!("id={}", peer(2)));
    let found = found(&[&one, &two, "tcp=1", "tcp=2"], &["10.0.0.1"]);
    assert_eq!(found.as_ref().unwrap().peer, peer(1));
    assert_eq!(addresses(found), ["/ip4/10.0.0.1/tcp/1"]);
}

#[test]
fn neither_many_addresses_nor_many_strings_make_much_work() {
    let id = format!("id={}", peer(1));
    let many: Vec<_> = (0..=255).map(|n| format!("10.0.0.{n}")).collect();
    let many: Vec<_> = many.iter().map(String::as_str).collect();
    let found_many = found(&[&id, "tcp=1", "quic=1"], &many);
    assert_eq!(addresses(found_many).len(), 2 * ADDRESSES);
    let mut buried = vec!["x=y"; STRINGS];
    buried.extend([id.as_str(), "tcp=1"]);
    assert_eq!(found(&buried, &["10.0.0.1"]), None);
}

#[test]
fn a_home_tells_each_network_its_own_address_there() {
    let links = links(&[
        "/ip4/127.0.0.1/tcp/4001",
        "/ip4/192.168.1.7/tcp/4001",
        "/ip4/192.168.1.7/udp/4001/quic-v1",
        "/ip4/10.8.0.2/tcp/4001",
        "/ip4/203.0.113.9/tcp/4001",
        "/ip6/::1/tcp/4001",
        "/ip6/fe80::7/tcp/4001",
        "/ip6/2001:db8::7/tcp/4001",
        "/ip6/fd00::7/tcp/4001",
        "/ip6/fd00::8/tcp/9999",
        "/memory/7",
    ]);
    let told: Vec<_> = links.values().map(|said| said.addresses.clone()).collect();
    let lan = |v4: &str| vec![v4.parse::<IpAddr>().unwrap(), "fd00::7".parse().unwrap()];
    assert_eq!(told, [lan("10.8.0.2"), lan("192.168.1.7")]);
    let home = links.values().next_back().unwrap();
    assert_eq!(
        home.txt(),
        [&format!("id={}", peer(1)), "tcp=4001", "quic=4001"]
    );
}

#[test]
fn a_home_that_listens_on_loopback_only_tells_nobody() {
    assert!(links(&["/ip4/127.0.0.1/tcp/4001", "/ip6/::1/tcp/4001"]).is_empty());
}

#[test]
fn a_machine_with_many_interfaces_speaks_on_some() {
    let many: Vec<_> = (1..100)
        .map(|n| format!("/ip4/10.0.{n}.1/tcp/4001"))
        .collect();
    let many: Vec<_> = many.iter().map(String::as_str).collect();
    assert_eq!(links(&many).len(), LINKS);
}
