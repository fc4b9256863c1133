//! `publisher relay`: follows a feed until it is told to stop.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use serde::Serialize;
use streetlamp_proto::cell::Cell;
use streetlamp_proto::publisher::Kind;

use super::run::{Stop, block_on};
use super::{Context, print, publisher};
use crate::cap::Wanted;
use crate::error::{Error, ErrorKind, Result};
use crate::publisher::{PublisherHome, Terms};
use crate::relay::{EVERY_LEAST, FeedUrl, Options, Outcome, Relay, Report, Round};
use crate::when;

#[derive(Debug, Args)]
pub(super) struct RelayArgs {
    /// The feed: Atom, RSS, a weather service's GeoJSON, or one message; https only
    #[arg(long, value_name = "URL")]
    feed: FeedUrl,
    /// Where its messages hold, whatever their polygons say: cells of 4 to 6 characters
    ///
    /// Without it they hold where their polygons and circles lie in the publisher's area, or in all of it if they have
    /// neither.
    #[arg(long, value_name = "CELL", value_delimiter = ',', num_args = 1..)]
    area: Vec<Cell>,
    /// The language to publish, such as 'en' or 'fr-CA'; the first one of each message if left out
    #[arg(long)]
    language: Option<String>,
    /// What all of it is about, if the messages do not say it well
    #[arg(long, value_parser = publisher::words(Kind::ALL, |kind| kind.word()))]
    kind: Option<String>,
    /// How often to ask
    #[arg(long, value_name = "SPAN", default_value = "2m", value_parser = when::span)]
    every: Duration,
    /// Ask once, say what is new, and stop
    #[arg(long)]
    once: bool,
    /// The second key, so that evacuations are relayed although nobody stands by
    #[arg(long, value_name = "FILE")]
    second_key: Option<PathBuf>,
    /// Take a server on this very machine, for tests
    #[arg(long, hide = true)]
    allow_loopback: bool,
}

/// A line of `relay --json`.
#[derive(Debug, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
enum RelayLine {
    Published {
        message: String,
        headline: Option<String>,
        bulletin: String,
        /// `sent` or `queued`.
        state: &'static str,
    },
    TakenBack {
        message: String,
        bulletin: String,
    },
    /// Tried again for as long as the feed lists it.
    Waits {
        message: String,
        headline: Option<String>,
        why: String,
    },
    Dropped {
        message: String,
        headline: Option<String>,
        why: String,
    },
    /// The feed was asked.
    Round {
        listed: usize,
        waiting: usize,
        error: Option<String>,
        next_s: Option<u64>,
    },
}

pub(super) fn relay(context: &Context, args: RelayArgs) -> Result<()> {
    if args.every < EVERY_LEAST {
        let message = format!("ask a feed every {} seconds at most", EVERY_LEAST.as_secs());
        return Err(Error::new(ErrorKind::Invalid, message));
    }
    let home = PublisherHome::open(&context.dir)?;
    let kind = args.kind.as_deref().map(str::parse).transpose();
    let options = Options {
        feed: args.feed,
        terms: Terms {
            wanted: Wanted {
                language: args.language,
                kind: kind.unwrap_or_default(),
            },
            area: publisher::area(&args.area)?,
            attended: false,
        },
        second_key: publisher::absolute(args.second_key)?,
        allow_loopback: args.allow_loopback,
    };
    let mut relay = Relay::new(home, options);
    let (out, every, once) = (context.out, args.every, args.once);
    block_on(async move {
        let mut stop = Stop::listen()?;
        loop {
            let mut told = Vec::new();
            let mut note = |report| told.push(report);
            let round = tokio::select! {
                biased;
                () = stop.asked() => return Ok(()),
                round = Box::pin(relay.round(every, &mut note)) => round,
            };
            for report in told {
                tell(out, report)?;
            }
            tell_round(out, &round, once)?;
            match (once, round.error) {
                (true, Some(error)) => return Err(error),
                (true, None) => return Ok(()),
                (false, _) => {}
            }
            tokio::select! {
                biased;
                () = stop.asked() => return Ok(()),
                () = tokio::time::sleep(round.wait) => {}
            }
        }
    })
}

fn tell(out: print::Out, report: Report) -> Result<()> {
    let Report {
        message,
        headline,
        outcome,
    } = report;
    let what = headline.clone().unwrap_or_else(|| message.clone());
    let (line, words) = match outcome {
        Outcome::Published { bulletin, heard } => {
            let state = if heard { "sent" } else { "queued" };
            let words = format!("published  {}  {what}", print::short(&bulletin));
            let line = RelayLine::Published {
                message,
                headline,
                bulletin,
                state,
            };
            (line, words)
        }
        Outcome::TakenBack { bulletin } => {
            let words = format!("taken back {}  {what}", print::short(&bulletin));
            (RelayLine::TakenBack { message, bulletin }, words)
        }
        Outcome::Waits(why) => {
            let words = format!("waits      {what}: {why}");
            let line = RelayLine::Waits {
                message,
                headline,
                why,
            };
            (line, words)
        }
        Outcome::Dropped(why) => {
            let words = format!("dropped    {what}: {why}");
            let line = RelayLine::Dropped {
                message,
                headline,
                why,
            };
            (line, words)
        }
    };
    if out.json {
        return out.event(&line);
    }
    print::line(&words);
    Ok(())
}

fn tell_round(out: print::Out, round: &Round, once: bool) -> Result<()> {
    if out.json {
        return out.event(&RelayLine::Round {
            listed: round.listed,
            waiting: round.waiting,
            error: round.error.as_ref().map(Error::chain),
            next_s: (!once).then_some(round.wait.as_secs()),
        });
    }
    match &round.error {
        Some(error) if !once => print::note(&format!(
            "The feed could not be followed: {}. Next try in {} seconds.",
            error.chain(),
            round.wait.as_secs()
        )),
        _ => {}
    }
    Ok(())
}
