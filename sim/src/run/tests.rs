//! Homes with a planted fault, in runs of their own: each is found by a rule.

use super::*;
use crate::record::{HouseNumber, Violation};
use crate::run::plan::Deed;

const STREET: &str = r#"
name = "planted"
says = "Three homes, one of them with a fault."
duration = "60s"
warm-up = "30s"
settle = "11m"

[town]
homes = 3
density = { u33dc1 = 1.0 }

[nat]
open = 1.0

[availability.always]
share = 1.0
on = 1.0
off-for = "1m"

[alerts]
per-hour = 0.0
"#;

/// Lets a fault happen, and gives what was found.
fn found(deeds: &[Deed]) -> Vec<Violation> {
    let scenario = Scenario::parse(STREET).unwrap();
    let runtime = Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    runtime.block_on(async {
        let mut director = Director::build(&scenario, 1).unwrap();
        director.warm_up(&mut |_| {}).await.unwrap();
        let mut at = director.now();
        for deed in deeds {
            at = at.plus(Micros(15_000_000));
            director.plan.deeds.push((at, deed.clone()));
        }
        director.go_on(&mut |_| {}).await.unwrap();
        let cost = Cost {
            virtual_time: director.now(),
            steps: 0,
            building_s: 0.0,
            wall_s: 0.0,
            peak_rss_bytes: 0,
        };
        director.end(cost).await.unwrap().violations
    })
}

const FAULTY: HouseNumber = HouseNumber(1);

fn post(by: u32) -> Deed {
    Deed::Post {
        by: HouseNumber(by),
        nearby: false,
    }
}

#[test]
fn a_home_without_a_fault_that_was_off_breaks_no_rule() {
    let found = found(&[post(0), Deed::Off(FAULTY), post(0), Deed::On(FAULTY)]);
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn a_home_that_forgets_what_it_showed_is_found() {
    let found = found(&[
        post(0),
        Deed::Off(FAULTY),
        Deed::Forget(FAULTY),
        Deed::On(FAULTY),
    ]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(
        (found[0].rule.as_str(), found[0].home),
        ("shown-once", Some(FAULTY))
    );
    assert!(found[0].step > 0 && found[0].replay.ends_with("run planted --seed 1"));
}

#[test]
fn a_home_that_loses_what_it_acknowledged_is_found() {
    let apart = [FAULTY].into_iter().collect();
    let found = found(&[
        Deed::Part(apart),
        post(1),
        Deed::Off(FAULTY),
        Deed::Forget(FAULTY),
        Deed::Heal,
        Deed::On(FAULTY),
    ]);
    let rules: Vec<_> = found.iter().map(|v| v.rule.as_str()).collect();
    assert_eq!(
        rules,
        ["nothing-lost", "nothing-lost"],
        "both others lack it"
    );
}
