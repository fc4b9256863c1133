//! First use as a browser meets it: behind the gate, step by step, and nothing on the disk before the end.

use axum::http::{Method, StatusCode};
use tempfile::TempDir;

use super::*;
use crate::home::Home;
use crate::web::tests::{FORM, browse, gate, send, text};

struct Beginner {
    place: TempDir,
    session: String,
    router: Router,
    made: CancellationToken,
}

impl Beginner {
    fn new() -> Self {
        let (place, gate) = (TempDir::new().unwrap(), gate());
        let dir = place.path().join("home");
        let session = gate.begin_session(&Default::default());
        let (router, made) = pages(gate, dir, Entropy::Repeatable(3)).unwrap();
        let token = CancellationToken::new();
        let done = token.clone();
        tokio::spawn(async move {
            made.await;
            done.cancel();
        });
        Self {
            place,
            session: session.split(';').next().unwrap().to_owned(),
            router,
            made: token,
        }
    }

    async fn get(&self, path: &str) -> String {
        text(browse(&self.router, &self.session, Method::GET, path, "").await).await
    }

    async fn send(&self, form: &str) -> (StatusCode, String) {
        let answer = browse(&self.router, &self.session, Method::POST, "/", form).await;
        (answer.status(), text(answer).await)
    }

    async fn goes_on(&self, form: &str) {
        assert_eq!(self.send(form).await.0, StatusCode::SEE_OTHER, "{form}");
    }
}

/// The words of the sheet, off the page.
fn words(page: &str) -> Vec<&str> {
    let (_, list) = page.split_once("<ol>").unwrap();
    let list = list.split_once("</ol>").unwrap().0;
    let items = list.split("<li>").skip(1);
    items.map(|item| item.trim_end_matches("</li>")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_home_is_made_in_the_browser_and_its_words_touch_no_disk() {
    let beginner = Beginner::new();
    assert!(
        beginner
            .get("/")
            .await
            .contains("neighbours see this household")
    );
    beginner.goes_on("act=name&name=Ada").await;
    beginner.goes_on("act=place&cell=u33dc1").await;
    beginner.goes_on("act=make-passphrase").await;
    let sheet = beginner.get("/").await;
    let words = words(&sheet);
    assert_eq!(words.len(), 24);
    let numbers: Vec<usize> = sheet
        .split("\">Word ")
        .skip(1)
        .map(|rest| rest.split_once('<').unwrap().0.parse().unwrap())
        .collect();
    let (wrong, page) = beginner.send("act=words&first=zebra&second=zebra").await;
    assert_eq!(wrong, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains("not what stands on the sheet"));
    assert_eq!(beginner.place.path().read_dir().unwrap().count(), 0);

    let [first, second] = [numbers[0], numbers[1]].map(|n| words[n - 1]);
    beginner
        .goes_on(&format!("act=words&first={first}&second={second}"))
        .await;
    let warning = beginner.get("/").await;
    assert!(warning.contains("call your emergency number first"));
    assert!(!warning.contains(words[0]) || words[0].len() < 4);
    assert!(!beginner.made.is_cancelled());
    beginner.goes_on("act=finish").await;
    beginner.made.cancelled().await;

    let home = Home::open(&beginner.place.path().join("home")).unwrap();
    assert_eq!(home.cell().unwrap().as_str(), "u33dc1");
    assert_eq!(home.recovery_sheet(), None);
    assert!(sheet.contains(&home.household().to_string()));
    // The home alone: no file with the sheet.
    assert_eq!(beginner.place.path().read_dir().unwrap().count(), 1);
}

#[tokio::test]
async fn a_passphrase_that_everybody_would_try_is_refused_with_a_reason() {
    let beginner = Beginner::new();
    beginner.goes_on("act=name&name=Ada+Lovelace").await;
    beginner.goes_on("act=unsaid").await;
    for weak in ["password123", "adalovelace", "streetlamp"] {
        let form = format!("act=passphrase&passphrase={weak}&again={weak}");
        let (status, page) = beginner.send(&form).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{weak}");
        assert!(!page.contains(weak), "a passphrase comes back in no page");
    }
    let differ = "act=passphrase&passphrase=gravel+tuba+sonnet+fig&again=gravel+tuba";
    assert_eq!(
        beginner.send(differ).await.0,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    beginner
        .goes_on("act=passphrase&passphrase=gravel+tuba+sonnet+fig&again=gravel+tuba+sonnet+fig")
        .await;
    assert!(beginner.get("/").await.contains("Word "));
}

#[tokio::test]
async fn no_step_is_left_out_and_a_large_piece_of_land_is_no_place() {
    let beginner = Beginner::new();
    for ahead in [
        "act=finish",
        "act=words&first=a&second=b",
        "act=make-passphrase",
    ] {
        beginner.goes_on(ahead).await;
        assert!(
            beginner
                .get("/?step=emergency")
                .await
                .contains("Step 1 of 5"),
            "{ahead}"
        );
    }
    beginner.goes_on("act=name&name=Ada").await;
    for nowhere in ["u33", "", "u33dc1k", "%3Cscript%3E"] {
        let (status, page) = beginner.send(&format!("act=place&cell={nowhere}")).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{nowhere}");
        assert!(!page.contains("<script>"));
    }
    assert!(
        beginner
            .get("/?step=place&cell=u33dc")
            .await
            .contains("Cell u33dc1")
    );
}

#[tokio::test]
async fn strangers_reach_the_sign_in_page_only_before_there_is_a_home_too() {
    let beginner = Beginner::new();
    for (path, _) in ROUTES {
        let open = *path == "/sign-in" || path.starts_with("/assets/");
        let headers = [("sec-fetch-site", "same-origin"), ("content-type", FORM)];
        for method in [Method::GET, Method::POST] {
            let answer = send(&beginner.router, method, path, &headers, "").await;
            assert_eq!(answer.status() == StatusCode::UNAUTHORIZED, !open, "{path}");
        }
    }
}
