//! Clips on the page: watched in parts and only while unlocked, given and destroyed only by whoever knows the passphrase,
//! and everything of it in the ledger.

use std::io::{Cursor, Read};
use std::time::Duration;

use axum::body::to_bytes;
use axum::http::{Method, StatusCode, header};
use axum::response::Response;
use streetlamp_proto::alert::Kind;
use streetlamp_proto::export::Papers;
use streetlamp_proto::ledger::Export;
use streetlamp_proto::recipient::Identity;
use streetlamp_proto::signed::Signed;
use zeroize::Zeroizing;

use super::{Served, send, served_as, text};

const KEY: &str = "passphrase=correct+horse";

/// What stands between two texts of a page.
fn between<'a>(page: &'a str, before: &str, after: &str) -> &'a str {
    let (_, rest) = page.split_once(before).unwrap();
    rest.split_once(after).unwrap().0
}

/// Opens a film in a browser and gives its address.
async fn screened(home: &Served, session: &str, clip: &str) -> String {
    let frame = format!("/clips/{clip}/frame");
    let frame = home.browser(session, Method::GET, &frame, "").await;
    assert_eq!(frame.status(), StatusCode::OK);
    let policy = frame.headers()[header::CONTENT_SECURITY_POLICY].to_str();
    let policy = policy.unwrap().to_owned();
    assert!(policy.ends_with("; sandbox") && !policy.contains("script"));
    let page = text(frame).await;
    format!("/films/{}", between(&page, "src=\"../../films/", "\""))
}

/// What a player in a frame of no origin gets: it has no cookie.
async fn played(home: &Served, film: &str, range: &str) -> Response {
    let headers = [("range", range), ("sec-fetch-site", "cross-site")];
    send(&home.router, Method::GET, film, &headers, "").await
}

#[tokio::test]
async fn a_film_is_played_in_parts_from_an_address_that_ends_with_the_lock_and_the_session() {
    let home = served_as("Ada", 1).await;
    let clip = home.records("Porch", None).await;
    let path = format!("/clips/{clip}");
    let session = home.session();
    let page = text(home.browser(&session, Method::GET, &path, "").await).await;
    assert!(page.contains("Unlock and open the film") && !page.contains("<iframe"));
    let wrong = home
        .form(&session, &path, "act=watch&passphrase=guess")
        .await;
    assert_eq!(wrong.status(), StatusCode::FORBIDDEN);
    let opened = home
        .form(&session, &path, &format!("act=watch&{KEY}"))
        .await;
    assert_eq!(opened.status(), StatusCode::SEE_OTHER);
    assert_eq!(home.handle.ledger().await.unwrap().len(), 1);
    let page = text(home.browser(&session, Method::GET, &path, "").await).await;
    assert!(page.contains("<iframe") && page.contains("sandbox"));

    let film = screened(&home, &session, &clip).await;
    let whole = played(&home, &film, "").await;
    assert_eq!(whole.status(), StatusCode::OK);
    for (name, value) in [
        (header::CONTENT_TYPE, "video/mp4"),
        (header::ACCEPT_RANGES, "bytes"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "no-store"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; sandbox",
        ),
    ] {
        assert_eq!(whole.headers()[&name], value, "{name}");
    }
    let whole = to_bytes(whole.into_body(), usize::MAX).await.unwrap();
    assert_eq!(&whole[4..8], b"ftyp");
    let part = played(&home, &film, "bytes=1000-1999").await;
    assert_eq!(
        (
            part.status(),
            part.headers()[header::CONTENT_RANGE].to_str().unwrap()
        ),
        (
            StatusCode::PARTIAL_CONTENT,
            format!("bytes 1000-1999/{}", whole.len()).as_str()
        )
    );
    let part = to_bytes(part.into_body(), usize::MAX).await.unwrap();
    assert_eq!(part, whole[1000..2000]);
    let beyond = played(&home, &film, "bytes=9999999-").await;
    assert_eq!(beyond.status(), StatusCode::RANGE_NOT_SATISFIABLE);

    // A frame that is drawn anew has an address of its own; another browser has none.
    let again = screened(&home, &session, &clip).await;
    assert_eq!(
        played(&home, &film, "").await.status(),
        StatusCode::NOT_FOUND
    );
    let frame = format!("{path}/frame");
    let another = home.resident(Method::GET, &frame, "").await;
    assert_eq!(another.status(), StatusCode::NOT_FOUND);
    // Playing wrote nothing more into the ledger, and locking ends it.
    assert_eq!(home.handle.ledger().await.unwrap().len(), 1);
    assert_eq!(played(&home, &again, "").await.status(), StatusCode::OK);
    let on_its_way = played(&home, &again, "").await;
    home.handle.lock().await.unwrap();
    assert!(to_bytes(on_its_way.into_body(), usize::MAX).await.is_err());
    assert_eq!(
        played(&home, &again, "").await.status(),
        StatusCode::NOT_FOUND
    );

    let opened = home
        .form(&session, &path, &format!("act=watch&{KEY}"))
        .await;
    assert_eq!(opened.status(), StatusCode::SEE_OTHER);
    let film = screened(&home, &session, &clip).await;
    assert_eq!(played(&home, &film, "").await.status(), StatusCode::OK);
    home.form(&session, "/sign-out", "").await;
    assert_eq!(
        played(&home, &film, "").await.status(),
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn a_clip_is_given_fetched_and_stopped_and_the_ledger_tells_it_in_sentences() {
    let (ada, ben) = (served_as("Ada", 1).await, served_as("Ben <i>", 2).await);
    ada.found_street().await;
    ada.lets_in(&ben).await;
    let clip = ada.records("Porch <b>", None).await;
    let path = format!("/clips/{clip}");
    let to = ben
        .handle
        .read(|h, now| h.status(now).household)
        .await
        .unwrap();
    let give = format!("act=give&to={to}&purpose=Your+%3Cb%3Ecat%3C%2Fb%3E&until=7d");
    let refused = ada.resident(Method::POST, &path, &give).await;
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    let page = text(refused).await;
    assert!(
        page.contains("value=\"Your &#60;b&#62;cat&#60;/b&#62;\"")
            && page.contains("<details class=\"act\" open>")
    );
    for odd in ["until=8d", "until=7d&to=nobody"] {
        let odd = format!("act=give&purpose=&to={to}&{odd}&{KEY}");
        let refused = ada.resident(Method::POST, &path, &odd).await;
        assert!(refused.status().is_client_error(), "{odd}");
    }
    assert!(ada.handle.ledger().await.unwrap().is_empty());

    // A locked home is unlocked by the same passphrase.
    let session = ada.session();
    let given = ada.form(&session, &path, &format!("{give}&{KEY}")).await;
    assert_eq!(given.status(), StatusCode::SEE_OTHER);
    ben.sees(|h, _| !h.received().is_empty()).await;
    let page = text(ben.resident(Method::GET, &path, "").await).await;
    assert!(page.contains("Your &#60;b&#62;cat&#60;/b&#62;") && page.contains("Fetch it"));
    let fetching = ben.resident(Method::POST, &path, "act=fetch").await;
    assert_eq!(fetching.status(), StatusCode::SEE_OTHER);
    ben.sees(|h, _| h.received().iter().any(|view| view.fetched))
        .await;
    ada.sees(|h, _| h.given().iter().any(|view| view.fetched))
        .await;
    let whole = ben.resident(Method::POST, &path, "act=verify").await;
    assert!(
        whole.headers()[header::LOCATION]
            .to_str()
            .unwrap()
            .ends_with("?done=whole")
    );
    let page = text(ada.browser(&session, Method::GET, "/holders", "").await).await;
    assert!(page.contains("Ben &#60;i&#62;") && page.contains("Fetched just now."));

    let again = ada
        .form(&session, &path, "act=give-all&purpose=&until=1d")
        .await;
    assert!(
        again.headers()[header::LOCATION]
            .to_str()
            .unwrap()
            .ends_with("?done=nobody-lacks")
    );
    let grant = ada.handle.read(|h, _| h.given()[0].id).await.unwrap();
    let stopped = ada
        .form(&session, &path, &format!("act=stop&grant={grant}"))
        .await;
    assert_eq!(stopped.status(), StatusCode::SEE_OTHER);
    let page = text(ada.browser(&session, Method::GET, &path, "").await).await;
    assert!(page.contains("the copy stays there") && !page.contains("Stop serving"));

    let page = text(ada.resident(Method::GET, "/ledger", "").await).await;
    for said in [
        "The key of this clip was given to <bdi>Ben &#60;i&#62;</bdi>.",
        "Serving this clip to <bdi>Ben &#60;i&#62;</bdi> was stopped.",
        "Porch &#60;b&#62;",
        "2 entries",
    ] {
        assert!(page.contains(said), "{said} is missing");
    }
    let verified = text(ada.resident(Method::POST, "/ledger", "").await).await;
    assert!(verified.contains("The ledger is whole"));
    let file = ada.resident(Method::GET, "/ledger/file", "").await;
    let named = file.headers()[header::CONTENT_DISPOSITION]
        .to_str()
        .unwrap();
    assert!(named.starts_with("attachment; filename=\"streetlamp-2"));
    let file = to_bytes(file.into_body(), usize::MAX).await.unwrap();
    assert_eq!(Export::from_file(&file).unwrap().verify(), Ok(2));

    // Destroying asks again in a browser that has not proven anything.
    let refused = ada.resident(Method::POST, &path, "act=delete").await;
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    let gone = ada.form(&session, &path, "act=delete").await;
    assert_eq!(gone.headers()[header::LOCATION], "../clips?deleted=true");
    let nothing = ada.resident(Method::GET, &path, "").await;
    assert_eq!(nothing.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn clips_are_listed_by_day_and_camera_and_an_alert_can_name_one() {
    let home = served_as("Ada", 1).await;
    home.found_street().await;
    let day = Duration::from_secs(24 * 3_600);
    let mut newest = String::new();
    for back in (0..26).rev() {
        let camera = if back == 25 { "Yard" } else { "Porch" };
        let at = home.handle.now().before(day * back);
        newest = home.records(camera, Some(at)).await;
    }
    let first = text(home.resident(Method::GET, "/clips", "").await).await;
    assert_eq!(first.matches("class=\"card clip\"").count(), 24);
    assert!(first.contains("clips?page=1") && first.contains("<option value=\"camera Yard\""));
    let second = text(home.resident(Method::GET, "/clips?page=1", "").await).await;
    assert_eq!(second.matches("class=\"card clip\"").count(), 2);
    let yard = text(
        home.resident(Method::GET, "/clips?camera=camera+Yard", "")
            .await,
    )
    .await;
    assert_eq!(yard.matches("class=\"card clip\"").count(), 1);
    for odd in [
        "?page=99999999999",
        "?day=2026-13-99&camera=%3Cb%3E",
        "?page=x",
    ] {
        let odd = home
            .resident(Method::GET, &format!("/clips{odd}"), "")
            .await;
        assert_eq!(odd.status(), StatusCode::OK);
        assert!(!text(odd).await.contains("<b>"));
    }

    let form = text(
        home.resident(Method::GET, &format!("/?clip={newest}"), "")
            .await,
    )
    .await;
    assert!(form.contains(&format!("name=\"clip\" value=\"{newest}\" checked")));
    let forged = text(home.resident(Method::GET, "/?clip=%22%3E%3Cb%3E", "").await).await;
    assert!(!forged.contains("name=\"clip\"") && !forged.contains("<b>"));
    let post = format!("kind=lost-pet&urgency=info&title=Cat&life=24h&clip={newest}");
    let posted = home.resident(Method::POST, "/alerts", &post).await;
    assert_eq!(posted.status(), StatusCode::SEE_OTHER);
    let alert = home
        .handle
        .read(|h, now| h.alerts(now).remove(0))
        .await
        .unwrap();
    assert_eq!(alert.alert.kind, Kind::LostPet);
    assert_eq!(alert.alert.clips.len(), 1);
    let page = text(
        home.resident(Method::GET, &format!("/clips/{newest}"), "")
            .await,
    )
    .await;
    assert!(page.contains("in an alert of yours"));
}

/// What an archive holds, in its order.
fn unpacked(archive: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = zip::ZipArchive::new(Cursor::new(archive)).unwrap();
    (0..archive.len())
        .map(|at| {
            let mut file = archive.by_index(at).unwrap();
            let name = file.name().unwrap().into_owned();
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).unwrap();
            (name, bytes)
        })
        .collect()
}

#[tokio::test]
async fn an_export_is_proven_logged_and_packed_with_its_papers() {
    let home = served_as("Ada", 1).await;
    let clip = home.records("Porch", None).await;
    let path = format!("/clips/{clip}/export");
    let session = home.session();
    for refused in [
        "whom=plain&sure=yes".to_owned(),
        format!("whom=plain&{KEY}"),
        format!("whom=sealed&to=age1x&{KEY}"),
        format!("whom=plain&sure=yes&areas=1,2,3&{KEY}"),
        format!("sure=yes&{KEY}"),
    ] {
        let answer = home.form(&session, &path, &refused).await;
        assert!(answer.status().is_client_error(), "{refused}");
    }
    assert!(home.handle.ledger().await.unwrap().is_empty());
    let still = home
        .browser(&session, Method::GET, &format!("/clips/{clip}/still"), "")
        .await;
    assert_eq!(
        still.status(),
        StatusCode::NOT_FOUND,
        "the film is not open"
    );

    let reader = Identity::from_secret_bytes(Zeroizing::new([9; 32]));
    let sealed = format!("whom=sealed&to={}&sound=yes&{KEY}", reader.recipient());
    let sealed = home.form(&session, &path, &sealed).await;
    assert_eq!(sealed.headers()[header::CONTENT_TYPE], "application/zip");
    let plain = home.form(&session, &path, "whom=plain&sure=yes").await;
    assert_eq!(plain.status(), StatusCode::OK);
    assert_eq!(home.handle.ledger().await.unwrap().len(), 2);
    for (answer, ending, begins, muted) in [
        (sealed, ".mp4.age", "age-encryption.org/v1\n", None),
        (plain, ".mp4", "\0\0\0", Some(true)),
    ] {
        let archive = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        let files = unpacked(&archive);
        let [(name, film), (manifest, papers), (note, words)] = files.as_slice() else {
            panic!("three files, not {}", files.len())
        };
        assert!(name.ends_with(ending) && film.starts_with(begins.as_bytes()));
        assert_eq!(
            (manifest, note),
            (&format!("{name}.manifest"), &format!("{name}.note.txt"))
        );
        assert!(str::from_utf8(words).unwrap().contains(name.as_str()));
        let papers = Papers::from_bytes(papers).unwrap();
        papers.verify().unwrap();
        let stated = papers.film.as_ref().map(Signed::statement);
        assert_eq!(stated.map(|film| film.muted), muted);
        if let Some(stated) = stated {
            assert_eq!(stated.film.as_bytes(), blake3::hash(film).as_bytes());
        }
    }
}

#[tokio::test]
async fn a_list_has_a_picture_of_an_own_film_while_it_is_open_in_this_browser() {
    if !crate::ffmpeg::is_here() {
        return;
    }
    let home = served_as("Ada", 1).await;
    let clip = home.records("Porch", None).await;
    let (session, path) = (home.session(), format!("/clips/{clip}"));
    let picture = format!("{path}/still?small=true");
    let list = || async { text(home.browser(&session, Method::GET, "/clips", "").await).await };
    assert!(!list().await.contains(&picture[1..]));
    let shut = home.browser(&session, Method::GET, &picture, "").await;
    assert_eq!(shut.status(), StatusCode::NOT_FOUND);
    assert_eq!(home.handle.ledger().await.unwrap().len(), 0);

    home.form(&session, &path, &format!("act=watch&{KEY}"))
        .await;
    assert!(list().await.contains(&picture[1..]));
    let drawn = home.browser(&session, Method::GET, &picture, "").await;
    assert_eq!(drawn.status(), StatusCode::OK);
    assert_eq!(drawn.headers()[header::CACHE_CONTROL], "no-store");
    let drawn = to_bytes(drawn.into_body(), usize::MAX).await.unwrap();
    assert_eq!(&drawn[..3], b"\xff\xd8\xff", "a JPEG");
    // The picture is part of the one opening; another browser has none, and a locked home neither.
    assert_eq!(home.handle.ledger().await.unwrap().len(), 1);
    let another = home.resident(Method::GET, &picture, "").await;
    assert_eq!(another.status(), StatusCode::NOT_FOUND);
    home.handle.lock().await.unwrap();
    assert!(!list().await.contains(&picture[1..]));
    let shut = home.browser(&session, Method::GET, &picture, "").await;
    assert_eq!(shut.status(), StatusCode::NOT_FOUND);
}
