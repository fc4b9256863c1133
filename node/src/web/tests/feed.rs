//! A long feed: what of it is drawn at once, how it goes on, and how little of it goes over the wire.

use axum::http::{Method, StatusCode, header};
use streetlamp_proto::household::Answer;

use super::super::assets::{self, ASSETS};
use super::super::routes::ROUTES;
use super::{Served, alert, send, served, text};

/// What a browser says of what it can read.
const GZIP: (&str, &str) = ("accept-encoding", "gzip, deflate, br");

impl Served {
    async fn posts(&self, title: &str) -> String {
        match self.handle.command(alert(title)).await.unwrap() {
            Answer::Alert { alert, .. } => alert.to_string(),
            _ => panic!("no alert"),
        }
    }

    /// Alerts on a page, and where it is looked at again and goes on.
    async fn stretch(&self, path: &str) -> (Vec<String>, String, Option<String>) {
        let page = text(self.resident(Method::GET, path, "").await).await;
        let feed = page.split_once("data-part=\"feed\"").unwrap().1;
        let between = |text: &str, from: &str| {
            let (_, rest) = text.split_once(from)?;
            Some(rest.split_once('"')?.0.replace("&#38;", "&"))
        };
        let ids = feed.split("id=\"alert-").skip(1);
        let ids = ids.map(|rest| rest.split_once('"').unwrap().0.to_owned());
        let path = |link: String| link.replacen('.', "", 1);
        let again = between(feed, "data-live=\"").map(path).unwrap();
        let further = between(feed, "data-goes-on href=\"").map(path);
        (ids.collect(), again, further)
    }

    /// How an answer is encoded for a browser that takes gzip.
    async fn encoding(&self, method: Method, path: &str, form: &str) -> (StatusCode, bool) {
        let session = self.session();
        let headers = [
            GZIP,
            ("cookie", session.as_str()),
            ("sec-fetch-site", "same-origin"),
            ("content-type", super::FORM),
        ];
        let answer = send(&self.router, method, path, &headers, form).await;
        let encoding = answer.headers().get(header::CONTENT_ENCODING);
        assert!(encoding.is_none_or(|encoding| encoding == "gzip"));
        (answer.status(), encoding.is_some())
    }
}

#[tokio::test]
async fn a_long_feed_comes_in_stretches_that_together_hold_each_alert_once() {
    let home = served().await;
    home.found_street().await;
    for n in 0..120 {
        home.posts(&format!("Drilling {n}")).await;
    }
    let (newest, again, further) = home.stretch("/").await;
    assert_eq!(newest.len(), 50);
    // What comes meanwhile belongs to the stretch that is newest, and moves no other.
    let late = home.posts("Hammering").await;
    let (grown, _, still) = home.stretch(&again).await;
    assert_eq!(
        (grown[0].as_str(), &grown[1..]),
        (late.as_str(), &newest[..])
    );
    assert_eq!(still, further);
    let mut seen = grown;
    let mut next = further;
    while let Some(link) = next {
        let (alerts, again, further) = home.stretch(&link).await;
        assert_eq!(home.stretch(&again).await.0, alerts);
        seen.extend(alerts);
        next = further;
    }
    let all = home.handle.read(|household, now| {
        let alerts = household.alerts(now).into_iter();
        alerts.map(|view| view.id.to_string()).collect::<Vec<_>>()
    });
    assert_eq!(seen, all.await.unwrap());
    let (odd, ..) = home.stretch("/?after=soon&through=12-x").await;
    assert_eq!(odd.len(), 50, "a place that is none counts as not said");
}

#[tokio::test]
async fn an_alert_in_the_feed_is_small_and_what_more_can_be_said_stands_on_its_page() {
    let home = served().await;
    home.found_street().await;
    let alert = home.posts("Drilling").await;
    let page = text(home.resident(Method::GET, "/", "").await).await;
    let (_, article) = page.split_once("<article").unwrap();
    let article = article.split_once("</article>").unwrap().0;
    assert!(article.len() < 2_500, "{} bytes", article.len());
    let more = format!("./alerts/{alert}");
    assert!(article.contains(&more) && !article.contains("<textarea"));
    let path = format!("/alerts/{alert}");
    let page = text(home.resident(Method::GET, &path, "").await).await;
    for act in ["comment", "cancel", "resolve", "close-comments"] {
        assert!(page.contains(&format!("value=\"{act}\"")), "{act}");
    }
}

#[tokio::test]
async fn pages_are_compressed_and_answers_that_hold_a_secret_are_not() {
    let home = served().await;
    home.found_street().await;
    for (path, _) in ROUTES.iter().filter(|(path, _)| !path.contains('{')) {
        if *path == "/events" || path.starts_with("/intake/") {
            continue;
        }
        let (status, compressed) = home.encoding(Method::GET, path, "").await;
        assert!(!compressed || *path != "/sign-in");
        let page = status == StatusCode::OK && !["/sign-in", "/ledger/file"].contains(path);
        assert!(compressed || !page, "{path}");
    }
    let form = "act=add-program&name=Radio&read=on&passphrase=correct+horse";
    let made = home.encoding(Method::POST, "/settings", form).await;
    assert_eq!(made, (StatusCode::OK, false), "the answer shows a token");
    let stream = home.encoding(Method::GET, "/events", "").await;
    assert_eq!(stream, (StatusCode::OK, false));

    let clip = home.records("Porch", None).await;
    let session = home.session();
    let watch = format!("/clips/{clip}");
    let form = "act=watch&passphrase=correct+horse";
    home.browser(&session, Method::POST, &watch, form).await;
    let headers = [GZIP, ("cookie", session.as_str())];
    let frame = format!("/clips/{clip}/frame");
    let frame = send(&home.router, Method::GET, &frame, &headers, "").await;
    assert_eq!(frame.status(), StatusCode::OK);
    assert!(!frame.headers().contains_key(header::CONTENT_ENCODING));
    let frame = text(frame).await;
    let film = frame.split_once("../../films/").unwrap().1;
    let film = format!("/films/{}", film.split_once('"').unwrap().0);
    let film = send(&home.router, Method::GET, &film, &headers, "").await;
    assert_eq!(film.status(), StatusCode::OK);
    assert!(!film.headers().contains_key(header::CONTENT_ENCODING));
}

#[tokio::test]
async fn a_file_of_the_page_has_its_content_in_its_address_and_is_kept_for_good() {
    let home = served().await;
    for asset in ASSETS.iter() {
        assert_eq!(assets::address(asset.name), asset.address);
        let path = format!("/assets/{}", asset.address);
        let answer = send(&home.router, Method::GET, &path, &[GZIP], "").await;
        let kept = answer.headers()[header::CACHE_CONTROL].to_str().unwrap();
        assert!(kept.ends_with("immutable"), "{path}: {kept}");
        let old = format!("/assets/{}", asset.name);
        let old = send(&home.router, Method::GET, &old, &[], "").await;
        assert_eq!(old.status(), StatusCode::NOT_FOUND);
    }
    // Every page asks for files that there are.
    let page = text(home.resident(Method::GET, "/", "").await).await;
    for link in page.split("assets/").skip(1) {
        let address = link.split_once('"').unwrap().0;
        assert!(
            ASSETS.iter().any(|asset| asset.address == address),
            "{address}"
        );
    }
}
