//! One clip for the whole street: as many grants as there are neighbours.

use super::{film, homes, place};

#[test]
fn p2_a_clip_shared_with_the_street_is_a_grant_and_a_ledger_entry_for_each_neighbour_who_lacks_it()
{
    let place = place();
    let [ada, mut ben, mut cem] = homes(place.path(), ["Ada", "Ben", "Cem"]);
    assert_eq!(ada.run(&["street", "new", "Maple Street"]).code, Some(0));
    for guest in [&ben, &cem] {
        let ticket = ada.run(&["street", "invite"]).text("ticket");
        assert_eq!(guest.run(&["street", "join", &ticket]).code, Some(0));
    }
    let film = film(place.path());
    let film = film.to_str().expect("a path in UTF-8");
    let clip = ada.run(&["clip", "add", film]).text("clip");
    assert_eq!(ada.run(&["grant", "share", &clip]).code, Some(1), "locked");
    assert_eq!(ada.run(&["unlock"]).code, Some(0));
    assert_eq!(ada.run(&["grant", "give", &clip, "Ben"]).code, Some(0));

    let shared = ada.run(&["grant", "share", &clip, "--purpose", "the van"]);
    let [to_cem] = shared.list() else {
        panic!("{shared:?}")
    };
    assert_eq!(
        (&to_cem["name"], &to_cem["ledger_seq"]),
        (&"Cem".into(), &2.into())
    );
    assert!(ada.run(&["grant", "share", &clip]).list().is_empty());
    let given = ada.run(&["grant", "list", "--given"]);
    assert_eq!(given.list().len(), 2);
    for guest in [&mut ben, &mut cem] {
        guest
            .wait_for("granted", |event| event["clip"] == clip.as_str())
            .expect("it comes");
        let fetched = guest.run(&["clip", "fetch", &clip]);
        assert_eq!(fetched.code, Some(0), "{}", fetched.words);
    }
    // A grant that was stopped may be given again.
    let first = given.list()[0]["grant"].as_str().expect("an id").to_owned();
    assert_eq!(ada.run(&["grant", "stop", &first]).code, Some(0));
    assert_eq!(ada.run(&["grant", "share", &clip]).list().len(), 1);
    let ledger = ada.run(&["ledger", "show"]);
    let kinds: Vec<_> = ledger.list().iter().map(|e| e["kind"].clone()).collect();
    assert_eq!(kinds, ["grant", "grant", "stop", "grant"]);
}
