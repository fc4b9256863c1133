//! One run: a scenario and a seed in, a record out.
//!
//! Everything happens on one thread whose clock is paused and whose randomness follows from the seed. The director
//! works off a `plan` of deeds, each at its time; the engines do the rest.

mod building;
mod cast;
mod deeds;
mod director;
mod filming;
mod outages;
pub(crate) mod plan;
mod survey;
#[cfg(test)]
mod tests;

use std::thread;
use std::time::Instant;

use streetlamp::error::{Error, ErrorKind, Result};
use streetlamp_proto::signed::checks;
use tokio::runtime::Builder;

use crate::record::{Cost, Micros, Record};
use crate::scenario::Scenario;
use director::Director;

/// Stack of the thread of a run, in bytes. SQLite and libp2p need little; a debug build more.
const STACK: usize = 16 * 1024 * 1024;

/// How far a run is.
#[derive(Debug, Clone, Copy)]
pub struct Progress {
    /// Virtual time so far.
    pub at: Micros,
    /// And in the end.
    pub of: Micros,
    /// Steps so far.
    pub steps: u64,
}

/// Runs a scenario. `progress` is told now and then how far it is.
///
/// One process can run several; a trace hash is comparable only between first runs of a process, because libp2p numbers
/// its connections process-wide.
///
/// # Errors
/// If a node cannot be built or fails, or a home keeps time from going on.
pub fn run(
    scenario: &Scenario,
    seed: u64,
    progress: impl FnMut(Progress) + Send,
) -> Result<Record> {
    let name = "neighbourhood".to_owned();
    let thread = thread::Builder::new().name(name).stack_size(STACK);
    thread::scope(|scope| {
        let running = thread
            .spawn_scoped(scope, || on_this_thread(scenario, seed, progress))
            .map_err(|e| Error::io("no thread for a run", e))?;
        running.join().unwrap_or_else(|panic| {
            let message = panic.downcast_ref::<&str>().copied();
            let message = message.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
            let message = message.unwrap_or("it said nothing");
            Err(Error::new(
                ErrorKind::Internal,
                format!("the run failed: {message}"),
            ))
        })
    })
}

fn on_this_thread(
    scenario: &Scenario,
    seed: u64,
    mut progress: impl FnMut(Progress),
) -> Result<Record> {
    // Before the first hash map of this thread.
    streetlamp_seeded::seed(seed);
    if scenario.checks.once {
        checks::once();
    }
    let began = Instant::now();
    let runtime = Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .map_err(|e| Error::io("no runtime for a run", e))?;
    runtime.block_on(async {
        let mut director = Director::build(scenario, seed)?;
        director.warm_up(&mut progress).await?;
        let building = began.elapsed();
        let building_processor_s = survey::processor_s();
        let starting = director.now();
        director.go_on(&mut progress).await?;
        let cost = Cost {
            virtual_time: director.now(),
            starting,
            steps: 0,
            building_s: building.as_secs_f64(),
            wall_s: 0.0,
            building_processor_s,
            processor_s: 0.0,
            peak_rss_bytes: 0,
        };
        let mut record = director.end(cost).await?;
        record.cost.wall_s = began.elapsed().as_secs_f64();
        record.cost.processor_s = survey::processor_s();
        Ok(record)
    })
}
