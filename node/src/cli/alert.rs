//! `alert`: telling the street, and reading what it says.

use std::borrow::Cow;
use std::time::Duration;

use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand, ValueEnum};
use streetlamp_proto::alert::{FlagReason, Kind, Urgency};
use streetlamp_proto::cell::Place;

use super::{Context, print};
use crate::clock::Clock;
use crate::control::answers::{AlertItem, AlertShown, FollowUpItem, FollowedUp, Posted};
use crate::control::{AlertPost, Request, Saying};
use crate::error::Result;
use crate::when::{self, When};

#[derive(Debug, Subcommand)]
pub(super) enum AlertCommand {
    /// Tell the street what happened
    ///
    /// Call your emergency number first: this calls nobody. The alert is sealed to the street, and waits here
    /// until a neighbour is connected.
    Post(PostArgs),
    /// List the alerts of the street, the newest first
    List {
        /// Only alerts of this kind
        #[arg(long, value_parser = kinds())]
        kind: Option<String>,
        /// Only alerts since a time, or since a span ago (24h)
        #[arg(long, value_name = "TIME")]
        since: Option<When>,
        /// Also alerts that this home hides: flagged by several neighbours, or by a household that you muted
        #[arg(long)]
        all: bool,
    },
    /// Show one alert in full, with what was said about it
    Show {
        /// The alert's id, or its first 8 or more characters
        alert: String,
    },
    /// Say one of your alerts better
    Update {
        /// The alert's id, or its first 8 or more characters
        alert: String,
        #[command(flatten)]
        better: Better,
    },
    /// Take one of your alerts back: it was not so
    ///
    /// The retraction reaches every home that the alert reached, also those that were off, and stands above the alert.
    Cancel {
        /// The alert's id, or its first 8 or more characters
        alert: String,
        /// Why, in one line
        #[arg(long)]
        reason: Option<String>,
    },
    /// Say that you saw it too
    Confirm {
        /// The alert's id, or its first 8 or more characters
        alert: String,
    },
    /// Say that one of your alerts is over
    Resolve {
        /// The alert's id, or its first 8 or more characters
        alert: String,
    },
    /// Add something to an alert
    Comment {
        /// The alert's id, or its first 8 or more characters
        alert: String,
        /// At most 500 characters
        text: String,
    },
    /// Take no more comments on one of your alerts
    CloseComments {
        /// The alert's id, or its first 8 or more characters
        alert: String,
    },
    /// Say that an alert should not be seen; with three flags your neighbours' homes hide it
    Flag {
        /// The alert's id, or its first 8 or more characters
        alert: String,
        /// Why
        #[arg(long, value_parser = flag_reasons())]
        reason: String,
    },
}

/// What an update changes. What is left out stays as it is.
#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
pub(super) struct Better {
    /// The new title
    #[arg(long)]
    title: Option<String>,
    /// The new text
    #[arg(long)]
    text: Option<String>,
    /// The new urgency
    #[arg(long, value_parser = urgencies())]
    urgency: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct PostArgs {
    /// What kind of event
    #[arg(long, value_parser = kinds())]
    kind: String,
    /// What happened, in one line of at most 80 characters
    #[arg(long)]
    title: String,
    /// What happened, in at most 1000 characters
    #[arg(long, default_value = "", hide_default_value = true)]
    text: String,
    /// How soon neighbours should know
    #[arg(long, default_value = "heads-up", value_parser = urgencies())]
    urgency: String,
    /// How long the alert lives: at most 72h, or 14d for a lost pet or a missing person
    #[arg(long, value_name = "SPAN", default_value = "24h", value_parser = when::span)]
    expires: Duration,
    /// Where, as a geohash of at most 7 characters (about 150 x 150 m)
    #[arg(long, value_name = "CELL")]
    place: Option<Place>,
    /// Who can read it
    #[arg(long, value_enum, default_value = "street")]
    audience: Audience,
    /// Say that a clip of yours shows it; may be given again
    #[arg(long = "clip", value_name = "ID")]
    clips: Vec<String>,
}

/// Who can read an alert.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Audience {
    /// The street, and nobody else: the alert is sealed
    Street,
    /// Everybody around the place, also agencies and companies: it is not sealed, and bears no name
    Nearby,
}

fn kinds() -> PossibleValuesParser {
    PossibleValuesParser::new(Kind::ALL.iter().map(|kind| kind.word()))
}

fn urgencies() -> PossibleValuesParser {
    PossibleValuesParser::new(Urgency::ALL.iter().map(|urgency| urgency.word()))
}

fn flag_reasons() -> PossibleValuesParser {
    PossibleValuesParser::new(FlagReason::ALL.iter().map(|reason| reason.word()))
}

pub(super) fn alert(context: &Context, command: AlertCommand) -> Result<()> {
    match command {
        AlertCommand::Post(args) => post(context, args),
        AlertCommand::List { kind, since, all } => {
            let now = Clock::System.now();
            let since_ms = since.map(|since| since.ago(now).as_ms());
            let alerts: Vec<AlertItem> = context.node()?.ask(&Request::AlertList {
                kind,
                since_ms,
                all,
            })?;
            context.out.answer(&alerts, |alerts| list_words(alerts))
        }
        AlertCommand::Show { alert } => {
            let alert: AlertShown = context.node()?.ask(&Request::AlertShow { alert })?;
            context.out.answer(&alert, words)
        }
        AlertCommand::Update { alert, better } => {
            let Better {
                title,
                text,
                urgency,
            } = better;
            let update = Saying::Update {
                title,
                text,
                urgency,
            };
            say(context, alert, update, "Updated.")
        }
        AlertCommand::Cancel { alert, reason } => say(
            context,
            alert,
            Saying::Cancel { reason },
            "Taken back. Every home that has the alert shows this above it.",
        ),
        AlertCommand::Confirm { alert } => say(context, alert, Saying::Confirm, "Confirmed."),
        AlertCommand::Resolve { alert } => say(context, alert, Saying::Resolve, "Marked as over."),
        AlertCommand::Comment { alert, text } => {
            say(context, alert, Saying::Comment { text }, "Added.")
        }
        AlertCommand::CloseComments { alert } => {
            let said = "Closed: what is said from now on is not shown.";
            say(context, alert, Saying::CloseComments, said)
        }
        AlertCommand::Flag { alert, reason } => {
            say(context, alert, Saying::Flag { reason }, "Flagged.")
        }
    }
}

/// Said before an alert goes out that is not sealed.
const NEARBY: &str = "note: everybody around the place can read this, neighbours or not, also police and companies. \
     It bears no name, and it cannot be called back from those who read it.";

fn say(context: &Context, alert: String, saying: Saying, done: &str) -> Result<()> {
    let request = Request::AlertSay { alert, saying };
    let said: FollowedUp = context.node()?.ask(&request)?;
    context.out.answer(&said, |said| {
        format!(
            "{done}\nalert      {}\nfollow-up  {}",
            said.alert, said.follow_up
        )
    })
}

fn post(context: &Context, args: PostArgs) -> Result<()> {
    let nearby = matches!(args.audience, Audience::Nearby);
    if nearby && !context.out.json {
        print::note(NEARBY);
    }
    let request = Request::AlertPost(Box::new(AlertPost {
        nearby,
        kind: args.kind,
        urgency: args.urgency,
        title: args.title,
        text: args.text,
        place: args.place.map(|place| place.to_string()),
        life_ms: when::millis(args.expires),
        clips: args.clips,
    }));
    let posted: Posted = context.node()?.ask(&request)?;
    context.out.answer(&posted, |posted| {
        let said = match posted.reached {
            0 => "Kept: nobody is connected now. It goes out when a neighbour comes.".to_owned(),
            1 => "Sent to 1 neighbour's home, which passes it on.".to_owned(),
            homes => format!("Sent to {homes} neighbours' homes, which pass it on."),
        };
        format!("{said}\nalert  {}", posted.alert)
    })
}

/// Somebody of whom nothing is known but that he did the work of a stamp.
const OUTSIDER: &str = "somebody of another street";

fn author(alert: &AlertItem) -> Cow<'_, str> {
    let street = alert.next_door.as_ref();
    alert
        .author_name
        .as_deref()
        .or_else(|| alert.author.as_deref().map(print::short))
        .map(Cow::from)
        .or_else(|| street.map(|street| format!("somebody of {street}").into()))
        .unwrap_or(OUTSIDER.into())
}

fn list_words(alerts: &[AlertItem]) -> String {
    if alerts.is_empty() {
        return "No alerts. All quiet.".to_owned();
    }
    let rows = alerts.iter().map(|alert| {
        [
            print::short(&alert.alert).to_owned(),
            when::readable(alert.issued.0),
            alert.urgency.clone(),
            alert.kind.clone(),
            author(alert).into_owned(),
            match alert.state.as_str() {
                "active" => alert.title.clone(),
                state => format!("[{state}] {}", alert.title),
            },
        ]
    });
    print::table(["ALERT", "SAID", "URGENCY", "KIND", "FROM", "TITLE"], rows)
}

fn words(shown: &AlertShown) -> String {
    let AlertShown { alert, follow_ups } = shown;
    let mut text = String::new();
    if alert.state == "cancelled" {
        text.push_str("TAKEN BACK by its author");
        if let Some(reason) = &alert.reason {
            text.push_str(&format!(": {reason}"));
        }
        text.push_str("\n\n");
    }
    text.push_str(&format!("{}\n", alert.title));
    if !alert.text.is_empty() {
        text.push_str(&format!("\n{}\n", alert.text));
    }
    let from = match &alert.author {
        Some(id) => format!("{} ({id})", author(alert)),
        None => format!("{OUTSIDER}: nobody here vouches for it"),
    };
    text.push_str(&format!(
        "\nkind      {} ({})\nfrom      {}\nhappened  {}\nsaid      {}\nexpires   {}\n",
        alert.kind,
        alert.urgency,
        from,
        when::readable(alert.happened.0),
        when::readable(alert.issued.0),
        when::readable(alert.expires.0),
    ));
    if let Some(place) = &alert.place {
        text.push_str(&format!("place     {place}\n"));
    }
    if alert.audience == "nearby" {
        text.push_str("read by   everybody nearby\n");
    }
    for clip in &alert.clips {
        text.push_str(&format!("clip      {clip}\n"));
    }
    match alert.confirmations {
        0 => {}
        1 => text.push_str("confirmed by 1 neighbour\n"),
        many => text.push_str(&format!("confirmed by {many} neighbours\n")),
    }
    if matches!(alert.state.as_str(), "resolved" | "expired") {
        text.push_str(&format!("state     {}\n", alert.state));
    }
    text.push_str(&format!("alert     {}\n", alert.alert));
    if !follow_ups.is_empty() {
        text.push('\n');
    }
    for said in follow_ups {
        text.push_str(&follow_up_words(said));
    }
    text
}

fn follow_up_words(said: &FollowUpItem) -> String {
    let who = said
        .author_name
        .as_deref()
        .or_else(|| said.author.as_deref().map(print::short))
        .unwrap_or(OUTSIDER);
    let what = said.text.as_deref().map(|text| format!(": {text}"));
    format!(
        "{}  {who}  {}{}\n",
        when::readable(said.issued.0),
        said.act,
        what.unwrap_or_default()
    )
}
