//! What is said about an alert by a button, on one page, and read on a neighbour's.

use axum::http::{Method, StatusCode, header};
use streetlamp_proto::household::Answer;

use super::{Served, served_as, text};

const PATH: &str = "/follow-ups";

/// Two homes of one street, and an alert of the first that both have.
async fn street() -> (Served, Served, String) {
    let (ada, ben) = (served_as("Ada", 1).await, served_as("Ben", 2).await);
    ada.found_street().await;
    ada.lets_in(&ben).await;
    let post = super::alert("Drilling at number 4");
    let posted = ada.handle.command(post).await.unwrap();
    let Answer::Alert { alert, .. } = posted else {
        panic!("no alert")
    };
    ben.sees(move |h, now| h.alerts(now).iter().any(|view| view.id == alert))
        .await;
    (ada, ben, alert.to_string())
}

#[tokio::test]
async fn a_neighbour_confirms_and_comments_and_the_author_takes_it_back() {
    let (ada, ben, alert) = street().await;
    let page = text(ben.resident(Method::GET, "/", "").await).await;
    assert!(page.contains("I saw it, too") && !page.contains("Take it back"));
    for act in ["confirm", "comment&text=Since+%3Csix%3E"] {
        let form = format!("alert={alert}&act={act}");
        let said = ben.resident(Method::POST, PATH, &form).await;
        assert_eq!(said.status(), StatusCode::SEE_OTHER, "{act}");
        let back = said.headers()[header::LOCATION].to_str().unwrap();
        assert!(
            back.starts_with(&format!("./alerts/{alert}?done=")),
            "{back}"
        );
    }
    let own = format!("/alerts/{alert}?done=confirm");
    let page = text(ben.resident(Method::GET, &own, "").await).await;
    assert!(page.contains("Your neighbours see that you saw it, too."));
    assert!(!page.contains(">I saw it, too<"), "once is enough");

    ada.sees(|h, now| {
        let alerts = h.alerts(now);
        alerts.iter().any(|view| !view.thread.comments.is_empty())
    })
    .await;
    let page = text(ada.resident(Method::GET, "/", "").await).await;
    for shown in [
        "confirmed by 1 neighbour",
        "Since &#60;six&#62;",
        "Take it back",
    ] {
        assert!(page.contains(shown), "{shown} is missing");
    }
    let form = format!("alert={alert}&act=cancel");
    let taken_back = ada.resident(Method::POST, PATH, &form).await;
    assert_eq!(taken_back.status(), StatusCode::SEE_OTHER);
    ben.sees(|h, now| {
        let alerts = h.alerts(now);
        alerts
            .iter()
            .any(|view| view.thread.progress != streetlamp_proto::alert::Progress::Active)
    })
    .await;
    let page = text(ben.resident(Method::GET, "/", "").await).await;
    assert!(page.contains("Taken back by its author"));
}

#[tokio::test]
async fn what_may_not_be_said_is_refused_with_a_reason() {
    let (ada, ben, alert) = street().await;
    let cases = [
        (&ada, "confirm", "nobody confirms his own"),
        (&ada, "flag&text=spam", "nobody flags his own"),
        (&ben, "cancel", "only the author takes it back"),
        (&ben, "resolve", "only the author ends it"),
        (&ben, "comment&text=", "an empty comment"),
        (&ben, "flag&text=ugly", "a reason that is none"),
        (&ben, "approve", "a button that is none"),
    ];
    for (home, act, why) in cases {
        let form = format!("alert={alert}&act={act}");
        let refused = home.resident(Method::POST, PATH, &form).await;
        assert!(refused.status().is_client_error(), "{why}");
    }
    let nobody = format!("alert={}&act=confirm", "0".repeat(64));
    for form in [nobody.as_str(), "alert=x&act=confirm"] {
        let refused = ben.resident(Method::POST, PATH, form).await;
        assert!(refused.status().is_client_error(), "{form}");
    }
}
