use super::super::Reach;
use super::*;

fn view() -> ReachView {
    ReachView {
        external: Vec::new(),
        port_mapping: PortMapping::NoRouter,
        through: Vec::new(),
        relays_for: 0,
        peers: Vec::new(),
        punched: 0,
        not_punched: 0,
        rescue: RescueState::Off,
        switches: Reach::default(),
    }
}

#[test]
fn a_home_that_nobody_reaches_hears_which_port_to_open_and_that_one_home_is_enough() {
    let listen = [
        "/ip4/192.168.1.7/tcp/4001/p2p/12D3",
        "/ip6/2620:fe::7/tcp/4001/p2p/12D3",
    ];
    let listen = listen.map(str::to_owned);
    let found = view().standing(&listen, 2, 0);
    assert!(!found.is_well() && found.to_string().contains("2 of 2"));
    let helps = found.helps_in_english().unwrap();
    for said in [
        "TCP and UDP port 4001",
        "192.168.1.7",
        "2620:fe::7",
        "One home",
        "--rescue",
    ] {
        assert!(helps.contains(said), "{said}: {helps}");
    }
    let carrier = ReachView {
        port_mapping: PortMapping::BehindAnother,
        ..view()
    };
    let helps = carrier.standing(&listen, 2, 0).helps_in_english().unwrap();
    assert!(helps.contains("carrier") && !helps.contains("192.168.1.7"));
    assert!(view().standing(&listen, 2, 2).is_well());
    let open = ReachView {
        external: vec!["/ip4/9.9.9.9/tcp/1".to_owned()],
        ..view()
    };
    assert!(open.standing(&listen, 2, 0).is_well());
}

#[test]
fn every_rung_says_how_it_stands_and_that_it_is_off_if_it_is() {
    let off = |view: &ReachView| -> Vec<Rung> {
        let rungs = view.rungs().into_iter();
        let off = rungs.filter(|(_, state)| *state == RungState::Off);
        off.map(|(rung, _)| rung).collect()
    };
    assert_eq!(off(&view()), [Rung::Rescue]);
    let none = ReachView {
        port_mapping: PortMapping::Off,
        switches: Reach::plain(),
        ..view()
    };
    assert_eq!(off(&none).len(), none.rungs().len());
}
