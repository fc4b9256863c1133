//! Coming onto a street, inviting, vouching and parting, all from the page of real nodes.

use axum::http::{Method, StatusCode, header};

use super::{PASSPHRASE, Served, served, served_as, text};

const PATH: &str = "/neighbours";

/// What stands in the field with this id.
fn field<'a>(page: &'a str, id: &str) -> &'a str {
    let (_, after) = page.split_once(&format!("id=\"{id}\"")).unwrap();
    let (_, inside) = after.split_once('>').unwrap();
    inside.split_once('<').unwrap().0
}

/// A text as a form carries it.
fn escaped(value: &str) -> String {
    value
        .bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect()
}

fn with_passphrase(form: &str, passphrase: &str) -> String {
    format!("{form}&passphrase={}", escaped(passphrase))
}

/// The id under which `home` knows the household of `other`.
async fn household(other: &Served) -> String {
    let me = other.handle.read(|h, now| h.status(now).household);
    me.await.unwrap().to_string()
}

#[tokio::test]
async fn a_street_is_founded_and_a_neighbour_comes_in_without_a_terminal() {
    let (ada, ben) = (served_as("Ada", 1).await, served_as("Ben", 2).await);
    let first = text(ada.resident(Method::GET, PATH, "").await).await;
    assert!(first.contains("You are the first"));
    let founded = ada
        .resident(Method::POST, PATH, "act=found&name=Elm+Lane&cell=u33dc1")
        .await;
    assert_eq!(
        (founded.status(), &founded.headers()[header::LOCATION]),
        (StatusCode::SEE_OTHER, &"./".parse().unwrap())
    );
    let session = ada.session();
    let invite = with_passphrase("act=invite", PASSPHRASE);
    let invited = ada.form(&session, PATH, &invite).await;
    assert_eq!(invited.status(), StatusCode::OK);
    assert_eq!(invited.headers()[header::CACHE_CONTROL], "no-store");
    let page = text(invited).await;
    let ticket = field(&page, "made-ticket");
    assert!(page.contains("<svg") && !ticket.is_empty());
    // It is shown once.
    let again = text(ada.browser(&session, Method::GET, PATH, "").await).await;
    assert!(!again.contains(ticket));

    let join = format!("act=join&ticket={}", escaped(ticket));
    let joined = ben.resident(Method::POST, PATH, &join).await;
    assert_eq!(joined.status(), StatusCode::SEE_OTHER);
    let members = text(ben.resident(Method::GET, PATH, "").await).await;
    for shown in ["Ada", "Ben", "This home", "Vouched for by <bdi>Ada</bdi>"] {
        assert!(members.contains(shown), "{shown} is missing");
    }
}

#[tokio::test]
async fn what_was_typed_into_a_refused_form_comes_back_with_the_reason() {
    let home = served().await;
    let ticket = home
        .resident(Method::POST, PATH, "act=join&ticket=not+a+%3Cticket%3E")
        .await;
    assert!(ticket.status().is_client_error());
    let page = text(ticket).await;
    assert_eq!(field(&page, "ticket"), "not a &#60;ticket&#62;");
    let cell = home
        .resident(
            Method::POST,
            PATH,
            "act=found&name=Elm+Lane&cell=Elm+Lane+4",
        )
        .await;
    assert_eq!(cell.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let page = text(cell).await;
    assert!(page.contains("value=\"Elm Lane\"") && page.contains("value=\"Elm Lane 4\""));
    assert!(page.contains("The cell was not taken"));
}

#[tokio::test]
async fn nobody_is_invited_or_removed_by_whoever_finds_the_page_open() {
    let (ada, ben) = (served_as("Ada", 1).await, served_as("Ben", 2).await);
    ada.found_street().await;
    ada.lets_in(&ben).await;
    let ben = household(&ben).await;
    let acts = [
        "act=invite".to_owned(),
        format!("act=vouch&household={ben}"),
        format!("act=remove&household={ben}&reason=Loud+parties"),
        "act=leave".to_owned(),
    ];
    for act in &acts {
        let refused = ada.resident(Method::POST, PATH, act).await;
        assert_eq!(refused.status(), StatusCode::FORBIDDEN, "{act}");
        let page = text(refused).await;
        assert!(page.contains("Give the passphrase of this home"), "{act}");
        let typed = page.contains("value=\"Loud parties\"");
        assert_eq!(typed, act.contains("reason"), "{act}");
    }
    let guessed = with_passphrase("act=invite", "guessed");
    let refused = ada.resident(Method::POST, PATH, &guessed).await;
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    assert!(text(refused).await.contains("That passphrase is not right"));
    let members = ada.handle.read(|h, _| h.members()).await.unwrap();
    assert_eq!(members.len(), 2);
    assert!(members.iter().all(|member| member.votes.is_empty()));
}

#[tokio::test]
async fn the_passphrase_counts_for_a_while_in_the_browser_that_gave_it_and_does_not_unlock() {
    let home = served().await;
    home.found_street().await;
    let (mine, another) = (home.session(), home.session());
    let invite = with_passphrase("act=invite", PASSPHRASE);
    let status = home.form(&mine, PATH, &invite).await.status();
    assert_eq!(status, StatusCode::OK);
    let page = text(home.browser(&mine, Method::GET, PATH, "").await).await;
    assert!(!page.contains("passphrase-invite"), "it is asked for again");
    let again = home.form(&mine, PATH, "act=invite").await;
    assert_eq!(again.status(), StatusCode::OK);
    let elsewhere = home.form(&another, PATH, "act=invite").await;
    assert_eq!(elsewhere.status(), StatusCode::FORBIDDEN);
    let locked = home.handle.read(|h, now| h.status(now).locked);
    assert!(locked.await.unwrap());
}

#[tokio::test]
async fn a_neighbour_is_muted_and_shown_again_and_removal_is_a_vote() {
    let (ada, ben) = (served_as("Ada", 1).await, served_as("Ben", 2).await);
    let cem = served_as("Cem", 3).await;
    ada.found_street().await;
    ada.lets_in(&ben).await;
    ada.lets_in(&cem).await;
    let ben = household(&ben).await;
    for (act, shown) in [("mute", "Muted here"), ("unmute", "Mute here")] {
        let form = format!("act={act}&household={ben}");
        let done = ada.resident(Method::POST, PATH, &form).await;
        assert_eq!(done.status(), StatusCode::SEE_OTHER);
        let page = text(ada.resident(Method::GET, PATH, "").await).await;
        assert!(page.contains(shown), "{shown} is missing");
    }
    let vote = format!("act=remove&household={ben}&reason=Loud+parties");
    let vote = with_passphrase(&vote, PASSPHRASE);
    let cast = ada.resident(Method::POST, PATH, &vote).await;
    assert_eq!(
        cast.headers()[header::LOCATION],
        "./neighbours?done=vote-cast"
    );
    let page = ada
        .resident(Method::GET, "/neighbours?done=vote-cast", "")
        .await;
    let page = text(page).await;
    assert!(
        page.contains("Your vote is cast") && page.contains("Removal asked for by 1 neighbour")
    );
}

#[tokio::test]
async fn a_home_leaves_its_street_from_the_page() {
    let home = served().await;
    home.found_street().await;
    let leave = with_passphrase("act=leave", PASSPHRASE);
    let left = home.resident(Method::POST, PATH, &leave).await;
    assert_eq!(left.headers()[header::LOCATION], "./neighbours?done=left");
    let page = text(
        home.resident(Method::GET, "/neighbours?done=left", "")
            .await,
    )
    .await;
    assert!(page.contains("has forgotten the street") && page.contains("You are the first"));
}

#[tokio::test]
async fn a_form_that_is_none_of_the_page_does_nothing() {
    let home = served().await;
    for form in [
        "",
        "act=",
        "act=conquer",
        "household=x",
        "act=mute&household=x",
    ] {
        let status = home.resident(Method::POST, PATH, form).await.status();
        assert!(status.is_client_error(), "{form}: {status}");
    }
    let forged = home
        .resident(Method::GET, "/neighbours?done=%3Cb%3Eyou+won%3C/b%3E", "")
        .await;
    assert_eq!(forged.status(), StatusCode::OK);
    assert!(!text(forged).await.contains("you won"));
}

#[tokio::test]
async fn a_home_without_a_place_cannot_knock_and_a_picture_without_a_ticket_says_so() {
    let home = served().await;
    let knock = "act=knock&greeting=Hello";
    let refused = home.resident(Method::POST, PATH, knock).await;
    assert!(refused.status().is_client_error());
    let page = text(home.resident(Method::GET, PATH, "").await).await;
    assert!(page.contains("must have a cell") && !page.contains("name=\"greeting\""));
    let session = home.session();
    let headers = [
        ("cookie", session.as_str()),
        ("sec-fetch-site", "same-origin"),
        ("content-type", "application/octet-stream"),
    ];
    for path in [
        "/ticket-picture?width=10",
        "/ticket-picture?width=0",
        "/ticket-picture",
    ] {
        let blank = super::send(&home.router, Method::POST, path, &headers, &"a".repeat(100)).await;
        assert_eq!(blank.status(), StatusCode::UNPROCESSABLE_ENTITY, "{path}");
    }
    let form = home
        .resident(Method::POST, "/ticket-picture?width=10", "a=b")
        .await;
    assert_eq!(form.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
}
