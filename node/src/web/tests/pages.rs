//! What residents see and do once they are in: the street, the clips, the lock, and pages that stay fresh.

use axum::http::{Method, StatusCode, header};
use futures::StreamExt;

use super::{Entropy, served, text};

#[tokio::test]
async fn what_neighbours_write_is_shown_as_text() {
    let home = served().await;
    assert!(
        text(home.resident(Method::GET, "/", "").await)
            .await
            .contains("A neighbour has invited you")
    );
    home.found_street().await;
    let form = "kind=fire&urgency=urgent&title=%3Cscript%3Ealert(1)%3C%2Fscript%3E&text=%22%27%3E%3Cimg+src%3Dx+onerror%3Dalert(1)%3E&place=u33dc1k&life=24h";
    let posted = home.resident(Method::POST, "/alerts", form).await;
    assert_eq!(
        (posted.status(), &posted.headers()[header::LOCATION]),
        (StatusCode::SEE_OTHER, &"./?posted=0".parse().unwrap())
    );
    let page = text(home.resident(Method::GET, "/?posted=0", "").await).await;
    for shown in [
        "&#60;script&#62;alert(1)&#60;/script&#62;",
        "&#60;img src=x",
        "Fire or smoke",
        "Urgent",
        "u33dc1k",
        "in 24 hours",
        "Lindenstraße",
        "Locked",
        "kept here",
    ] {
        assert!(page.contains(shown), "{shown} is missing");
    }
    assert!(!page.contains("<script>") && !page.contains("<img src=x") && !page.contains("<b>"));
}

#[tokio::test]
async fn a_refused_form_comes_back_with_its_words_and_the_reason() {
    let home = served().await;
    home.found_street().await;
    let refused = home
        .resident(
            Method::POST,
            "/alerts",
            "kind=noise&urgency=info&title=&text=Loud+%26+late&life=14d",
        )
        .await;
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let page = text(refused).await;
    for shown in [
        "Loud &#38; late",
        "say in a few words what happened",
        "ends after 3 days at the latest",
        "value=\"noise\" selected",
    ] {
        assert!(page.contains(shown), "{shown} is missing");
    }
}

#[tokio::test]
async fn the_passphrase_unlocks_and_a_wrong_one_says_so() {
    let home = served().await;
    let wrong = home
        .resident(Method::POST, "/unlock", "passphrase=wrong&back=clips")
        .await;
    assert_eq!(wrong.status(), StatusCode::FORBIDDEN);
    assert!(text(wrong).await.contains("passphrase is not right"));
    let right = home
        .resident(
            Method::POST,
            "/unlock",
            "passphrase=correct+horse&back=clips",
        )
        .await;
    assert_eq!(
        (right.status(), &right.headers()[header::LOCATION]),
        (StatusCode::SEE_OTHER, &"./clips".parse().unwrap())
    );
    let clips = text(home.resident(Method::GET, "/clips", "").await).await;
    assert!(clips.contains("Unlocked") && clips.contains("No clips yet"));
    let locked = home
        .resident(Method::POST, "/lock", "back=https%3A%2F%2Fevil.example")
        .await;
    assert_eq!(locked.headers()[header::LOCATION], "./");
    assert!(
        home.handle
            .read(|household, now| household.status(now).locked)
            .await
            .unwrap()
    );
}

#[tokio::test]
async fn an_open_page_is_told_of_changes_until_the_node_stops() {
    let home = served().await;
    let stream = home.resident(Method::GET, "/events", "").await;
    assert_eq!(stream.headers()[header::CONTENT_TYPE], "text/event-stream");
    let mut stream = stream.into_body().into_data_stream();
    home.found_street().await;
    let said = stream.next().await.unwrap().unwrap();
    assert_eq!(said, "event: changed\ndata: page\n\n");
    home.gate.closing.cancel();
    while stream.next().await.is_some() {}
}

#[tokio::test]
async fn at_most_256_pages_are_live_and_a_closed_one_makes_room() {
    let home = served().await;
    let mut streams = Vec::new();
    for _ in 0..256 {
        streams.push(home.resident(Method::GET, "/events", "").await);
    }
    assert_eq!(
        home.resident(Method::GET, "/events", "").await.status(),
        StatusCode::SERVICE_UNAVAILABLE
    );
    streams.pop();
    assert_eq!(
        home.resident(Method::GET, "/events", "").await.status(),
        StatusCode::OK
    );
}

#[tokio::test]
async fn health_says_what_to_do_and_settings_change_what_they_say() {
    let home = served().await;
    let health = text(home.resident(Method::GET, "/health", "").await).await;
    for shown in [
        "on no street yet",
        "Recovery sheet",
        "Ballast",
        "No neighbours yet",
        "Nobody needed to reach this home from outside so far.",
        "Ways to this home",
        "Rescue: <span class=\"muted\">off",
    ] {
        assert!(health.contains(shown), "{shown} is missing");
    }
    let session = home.session();
    let keep = "act=keep&days=30&gigabytes=0.5";
    let refused = home.form(&session, "/settings", keep).await;
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    let keep = format!("{keep}&passphrase=correct+horse");
    let kept = home.form(&session, "/settings", &keep).await;
    assert_eq!(kept.headers()[header::LOCATION], "./settings?done=kept");
    let lock = home
        .form(&session, "/settings", "act=auto-lock&minutes=30")
        .await;
    assert_eq!(lock.status(), StatusCode::SEE_OTHER);
    let never = home
        .form(&session, "/settings", "act=auto-lock&minutes=0")
        .await;
    assert_eq!(never.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let page = text(home.browser(&session, Method::GET, "/settings", "").await).await;
    assert!(page.contains("value=\"30\" placeholder") && page.contains("value=\"0.5\""));
    assert!(page.contains("<option value=\"30\" selected>"));

    let unlock = "passphrase=correct+horse";
    home.form(&session, "/unlock", unlock).await;
    let page = text(home.browser(&session, Method::GET, "/settings", "").await).await;
    assert!(page.contains("after 30 minutes") && page.contains("data-countdown=\"2"));
}

#[tokio::test]
async fn another_browser_is_signed_out_from_the_settings_and_foreign_words_change_no_device() {
    let home = served().await;
    let (mine, lost) = (home.session(), home.session());
    let page = text(home.browser(&mine, Method::GET, "/settings", "").await).await;
    let (_, named) = page.split_once("name=\"session\" value=\"").unwrap();
    let named = named.split_once('"').unwrap().0;
    let end = format!("act=end-session&session={named}");
    home.form(&mine, "/settings", &end).await;
    let after = home.browser(&lost, Method::GET, "/settings", "").await;
    assert_eq!(after.status(), StatusCode::UNAUTHORIZED);
    let mut rng = Entropy::Repeatable(99).generator().unwrap();
    let foreign = streetlamp_proto::identity::Words::generate(&mut rng).expose();
    let foreign = foreign.replace(' ', "+");
    for (form, status) in [
        (
            format!("act=add-device&words={foreign}"),
            StatusCode::FORBIDDEN,
        ),
        (
            "act=add-device&words=zebra".to_owned(),
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        (
            format!("act=remove-device&device=00&words={foreign}"),
            StatusCode::NOT_FOUND,
        ),
    ] {
        assert_eq!(
            home.form(&mine, "/settings", &form).await.status(),
            status,
            "{form}"
        );
    }
}

#[tokio::test]
async fn what_is_chosen_of_the_feed_is_all_that_is_shown_and_the_map_leads_to_a_place() {
    let home = served().await;
    home.found_street().await;
    for (kind, urgency, title, place) in [
        ("noise", "info", "Drilling", "u33dc1k"),
        ("theft", "urgent", "Bicycle", "u33dc1m"),
        ("theft", "info", "Ladder", ""),
    ] {
        let form = format!("kind={kind}&urgency={urgency}&title={title}&place={place}&life=24h");
        home.resident(Method::POST, "/alerts", &form).await;
    }
    let shown = async |query: &str| {
        let page = text(home.resident(Method::GET, query, "").await).await;
        ["Drilling", "Bicycle", "Ladder"].map(|title| page.contains(&format!(">{title}</h2>")))
    };
    assert_eq!(shown("/").await, [true, true, true]);
    assert_eq!(shown("/?kind=theft").await, [false, true, true]);
    assert_eq!(shown("/?urgency=heads-up").await, [false, true, false]);
    assert_eq!(shown("/?from=nearby").await, [false, false, false]);
    assert_eq!(shown("/?state=holds&since=1d").await, [true, true, true]);
    assert_eq!(shown("/?cell=u33dc1k").await, [true, false, false]);
    assert_eq!(shown("/?kind=theft&cell=u33dc1k").await, [false; 3]);
    assert_eq!(shown("/?kind=nonsense&all=maybe").await, [true, true, true]);

    let page = text(home.resident(Method::GET, "/?kind=theft", "").await).await;
    assert!(page.contains("href=\"./?kind=theft&#38;cell=u33dc1m#feed-title\""));
    assert!(page.contains("Cell u33dc1m: 1 alert, Urgent") && !page.contains("Cell u33dc1k"));
    assert!(page.contains("data-live=\"./?kind=theft\""));
}
