//! Figures for Prometheus: for whom they are, and what is not in them.

use std::collections::BTreeSet;

use axum::http::{Method, StatusCode, header};
use streetlamp_proto::household::Household;

use super::{Served, send, served, text};
use crate::node::Scope;

impl Served {
    async fn figures(&self, scope: Scope) -> (StatusCode, String) {
        let token = self.handle.add_program("Figures", &[scope]).await.unwrap();
        let bearer = format!("Bearer {token}");
        let headers = [(header::AUTHORIZATION.as_str(), bearer.as_str())];
        let response = send(&self.router, Method::GET, "/metrics", &headers, "").await;
        self.handle.remove_program("Figures").await.unwrap();
        (response.status(), text(response).await)
    }
}

#[tokio::test]
async fn figures_are_for_a_token_that_was_made_for_them() {
    let home = served().await;
    for scope in Scope::ALL {
        let (status, _) = home.figures(scope).await;
        let good = scope == Scope::Metrics;
        assert_eq!(status == StatusCode::OK, good, "{scope}: {status}");
    }
    let stranger = send(&home.router, Method::GET, "/metrics", &[], "").await;
    assert_eq!(stranger.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn figures_say_how_the_node_is_and_nothing_of_whom() {
    let home = served().await;
    home.found_street().await;
    let (_, figures) = home.figures(Scope::Metrics).await;
    assert!(figures.contains("\nstreetlamp_locked 1\n"), "{figures}");
    assert!(
        figures.contains("\nstreetlamp_reached{how=\"local\"} 1\n"),
        "{figures}"
    );
    assert!(figures.ends_with("# EOF\n"), "{figures}");
    // Labels are words of this program.
    let labels: BTreeSet<_> = figures.split('"').skip(1).step_by(2).collect();
    let known = [
        env!("CARGO_PKG_VERSION"),
        "local",
        "open",
        "through-neighbours",
    ];
    assert_eq!(labels, BTreeSet::from(known));
    let status = home.handle.read(Household::status).await;
    let status = status.unwrap();
    let street = status.streets.first().unwrap();
    for told in [
        status.household.to_string(),
        status.name.to_string(),
        street.name.to_string(),
        street.cell.to_string(),
        home.handle.peer_id().to_owned(),
    ] {
        assert!(!figures.contains(&told), "{told}");
    }
}

#[tokio::test]
async fn the_dashboard_asks_for_figures_that_exist() {
    let home = served().await;
    let (_, figures) = home.figures(Scope::Metrics).await;
    // They are told once there is a neighbour, and of a home on a disk.
    let later = [
        "streetlamp_caught_up_timestamp_seconds",
        "streetlamp_clock_skew_seconds",
        "streetlamp_disk_free_bytes",
    ];
    let dashboard = include_str!("../../../packaging/grafana/streetlamp.json");
    let name = |c: char| c != '_' && !c.is_ascii_alphanumeric();
    let asked: BTreeSet<_> = dashboard
        .split(name)
        .filter(|word| word.starts_with("streetlamp_"))
        .collect();
    assert!(asked.len() > 10, "{asked:?}");
    for asked in asked {
        let there = figures
            .lines()
            .any(|line| line.split([' ', '{']).next() == Some(asked));
        assert!(there || later.contains(&asked), "{asked}");
    }
}
