//! Adding a camera on the page: nothing is saved that nobody looked at, and no password comes back.

use axum::http::{Method, StatusCode};

use super::{served, text};

const KEY: &str = "passphrase=correct+horse";

#[tokio::test]
async fn a_camera_is_saved_only_after_a_look_by_whoever_knows_the_passphrase() {
    let home = served().await;
    let session = home.session();
    let typed =
        "name=Door&way=onvif&address=127.0.0.1%3A9&user=watcher&password=s3cret-one&covers=";
    let unproven = home
        .form(&session, "/cameras", &format!("act=look&{typed}"))
        .await;
    assert_eq!(unproven.status(), StatusCode::FORBIDDEN);
    assert!(!text(unproven).await.contains("s3cret-one"));

    let nowhere = format!("act=look&{typed}&{KEY}");
    let nowhere = home.form(&session, "/cameras", &nowhere).await;
    assert_eq!(nowhere.status(), StatusCode::FORBIDDEN);
    let page = text(nowhere).await;
    assert!(page.contains("127.0.0.1 is this machine itself"), "{page}");
    assert!(page.contains("value=\"watcher\"") && !page.contains("s3cret-one"));

    let odd =
        "act=look&name=Door&way=rtsp&address=rtsp%3A%2F%2F192.168.1.20%2F&covers=0%2C0%2C200%2C1";
    let odd = home.form(&session, "/cameras", odd).await;
    assert!(text(odd).await.contains("An area is written as"));

    let saved = home.form(&session, "/cameras", "act=save").await;
    assert_eq!(saved.status(), StatusCode::CONFLICT);
    let picture = home.browser(&session, Method::GET, "/cameras/picture", "");
    assert_eq!(picture.await.status(), StatusCode::NOT_FOUND);
    assert!(home.handle.cameras().await.unwrap().is_empty());
}
