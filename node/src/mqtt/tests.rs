use super::*;

#[test]
fn a_broker_is_an_address_of_the_house_and_nothing_more() {
    for good in [
        "192.168.1.5",
        "192.168.1.5:1884",
        "[fd00::5]:1883",
        "nvr.lan",
        "mqtts://192.168.1.5",
        "mqtts://broker.example.org:8884",
        "mqtts://9.9.9.9",
    ] {
        assert!(Broker::at(good, None, false).is_ok(), "{good}");
    }
    for odd in [
        "",
        "127.0.0.1",
        "9.9.9.9:1883",
        "me:pw@nvr.lan",
        "nvr.lan/x",
        "nvr.lan:x",
        "mqtt://9.9.9.9",
        "https://nvr.lan",
        "mqtts://nvr.lan/x",
        "mqtts://127.0.0.1",
    ] {
        assert!(Broker::at(odd, None, false).is_err(), "{odd}");
    }
    assert!(Broker::at("127.0.0.1:1883", None, true).is_ok());
}
