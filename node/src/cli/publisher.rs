//! `publisher`: an agency's own node, and the directory of agencies that a home knows.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};
use streetlamp_proto::cell::Cell;
use streetlamp_proto::identity::Name;
use streetlamp_proto::publisher::{Area, Certainty, Domain, Kind, Severity, Status, Urgency};

use super::directory::{self, DirectoryCommand};
use super::relay::{self, RelayArgs};
use super::run::Stop;
use super::{Context, print};
use crate::cap::{MESSAGE_BYTES, Wanted};
use crate::clock::Clock;
use crate::control::answers::{PublisherMade, PublisherShown, Said};
use crate::domains;
use crate::entropy::Entropy;
use crate::error::{Error, ErrorKind, Result};
use crate::home::Home;
use crate::mesh::Transport;
use crate::publisher::{
    self, Becomes, DeskRequest, DraftWords, NewPublisher, PublisherHome, PublisherOptions,
    RevisionWords, RunningPublisher, Terms,
};
use crate::when;

#[derive(Debug, Subcommand)]
pub(super) enum PublisherCommand {
    /// Make an agency's identity, in a directory of its own
    ///
    /// It can speak to everybody in its area, and read nothing. Homes show its domain once the domain lists its key.
    Init(InitArgs),
    /// Start the agency's node: it says what you publish, and hears nothing
    Run(RunArgs),
    /// Say something to everybody in an area
    Publish(PublishArgs),
    /// Say a bulletin better; it stands in the place of the first
    Update(UpdateArgs),
    /// Take a bulletin back, from everybody whom it reached
    Cancel {
        /// The bulletin's id, or its first 8 or more characters
        bulletin: String,
    },
    /// Follow a feed of messages, such as a weather service's, and publish them
    ///
    /// The publisher's node has to run. What the feed updates or takes back is updated and taken back; nothing is
    /// published twice. Homes take 6 new bulletins an hour: the worst come first, and what waits is told.
    Relay(RelayArgs),
    /// Show this publisher and what it said
    Show,
    /// Change the signing key; the old one names the new one, so that homes follow
    ChangeKey,
    #[command(flatten)]
    Directory(DirectoryCommand),
}

#[derive(Debug, Args)]
pub(super) struct InitArgs {
    /// What the agency calls itself
    #[arg(long)]
    name: String,
    /// The agency's domain, such as fire.example: people know it by this
    #[arg(long)]
    domain: Domain,
    /// Where it speaks: cells of 2 to 6 characters
    #[arg(
        long,
        value_name = "CELL[,CELL…]",
        value_delimiter = ',',
        required = true
    )]
    area: Vec<Cell>,
    /// Make a second key, without which there are no evacuations, and write it to this file for another officer
    #[arg(long, value_name = "FILE")]
    second_key: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct RunArgs {
    /// Listen for homes here; may be given again
    #[arg(long, value_name = "MULTIADDR")]
    listen: Vec<String>,
    /// Stay connected to this home; may be given again
    #[arg(long, value_name = "MULTIADDR")]
    connect: Vec<String>,
}

/// What a message says itself.
const CAP_SAYS: [&str; 9] = [
    "headline",
    "text",
    "instruction",
    "contact",
    "expires",
    "severity",
    "urgency",
    "certainty",
    "status",
];

#[derive(Debug, Args)]
pub(super) struct PublishArgs {
    /// In place of --kind and --headline: publish this message of the Common Alerting Protocol 1.2 (XML), and carry it along
    #[arg(long, value_name = "FILE", conflicts_with_all = CAP_SAYS)]
    cap: Option<PathBuf>,
    /// The language of the message to publish, such as 'en' or 'fr-CA'; its first one if left out
    #[arg(long, requires = "cap")]
    language: Option<String>,
    /// What it is about
    #[arg(long, required_unless_present = "cap", value_parser = words(Kind::ALL, |kind| kind.word()))]
    kind: Option<String>,
    /// What it is, in one line of at most 160 characters
    #[arg(long, required_unless_present = "cap")]
    headline: Option<String>,
    /// What it is, in at most 2000 characters
    #[arg(long, default_value = "", hide_default_value = true)]
    text: String,
    /// What to do, in at most 1000 characters
    #[arg(long, default_value = "", hide_default_value = true)]
    instruction: String,
    /// Whom to call or write to: text, of which homes make no link
    #[arg(long, default_value = "", hide_default_value = true)]
    contact: String,
    /// Where it holds: cells of 4 to 6 characters; if left out, where the message's polygons lie, or all of the publisher's area
    #[arg(long, value_name = "CELL", value_delimiter = ',', num_args = 1..)]
    area: Vec<Cell>,
    /// How long it holds: at most 14d
    #[arg(long, value_name = "SPAN", default_value = "12h", value_parser = when::span)]
    expires: Duration,
    /// How bad it is
    #[arg(long, default_value = "unknown", value_parser = words(Severity::ALL, |word| word.word()))]
    severity: String,
    /// How soon something should be done
    #[arg(long, default_value = "unknown", value_parser = words(Urgency::ALL, |word| word.word()))]
    urgency: String,
    /// How sure it is
    #[arg(long, default_value = "unknown", value_parser = words(Certainty::ALL, |word| word.word()))]
    certainty: String,
    /// Whether it is meant: tests and exercises are not shown to residents as real
    #[arg(long, default_value = "actual", value_parser = words(Status::ALL, |word| word.word()))]
    status: String,
    /// The second key, for an evacuation
    #[arg(long, value_name = "FILE")]
    second_key: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct UpdateArgs {
    /// The bulletin's id, or its first 8 or more characters
    bulletin: String,
    #[command(flatten)]
    better: Better,
    /// The second key, for an evacuation
    #[arg(long, value_name = "FILE")]
    second_key: Option<PathBuf>,
}

/// What an update changes. What is left out stays as it is.
#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
pub(super) struct Better {
    /// The new headline
    #[arg(long)]
    headline: Option<String>,
    /// The new text
    #[arg(long)]
    text: Option<String>,
    /// What to do from now on
    #[arg(long)]
    instruction: Option<String>,
    /// How bad it is now
    #[arg(long, value_parser = words(Severity::ALL, |word| word.word()))]
    severity: Option<String>,
    /// How soon something should be done
    #[arg(long, value_parser = words(Urgency::ALL, |word| word.word()))]
    urgency: Option<String>,
    /// How sure it is now
    #[arg(long, value_parser = words(Certainty::ALL, |word| word.word()))]
    certainty: Option<String>,
    /// How long it holds from now on
    #[arg(long, value_name = "SPAN", value_parser = when::span)]
    expires: Option<Duration>,
}

pub(super) fn words<T: Copy>(
    all: &'static [T],
    word: impl Fn(T) -> &'static str,
) -> PossibleValuesParser {
    PossibleValuesParser::new(all.iter().map(|value| word(*value)))
}

pub(super) fn publisher(context: &Context, command: PublisherCommand) -> Result<()> {
    match command {
        PublisherCommand::Init(args) => init(context, args),
        PublisherCommand::Run(args) => run(context, args),
        PublisherCommand::Publish(args) => publish(context, args),
        PublisherCommand::Update(args) => update(context, args),
        PublisherCommand::Cancel { bulletin } => {
            let cancel = DeskRequest::Cancel { bulletin };
            say(context, &cancel, "Taken back. Homes show this above it.")
        }
        PublisherCommand::Relay(args) => relay::relay(context, args),
        PublisherCommand::Show => {
            let home = PublisherHome::open(&context.dir)?;
            let shown: PublisherShown = publisher::connect(&home)?.ask(&DeskRequest::Show)?;
            context.out.answer(&shown, shown_words)
        }
        PublisherCommand::ChangeKey => {
            let home = PublisherHome::open(&context.dir)?;
            let changed = home.change_key(Clock::System.now(), &Entropy::System)?;
            context.out.answer(&made(&changed, None), |made| {
                format!(
                    "The key was changed, and the old one is gone. Now put the new one where homes look for it.\n\n{}",
                    hosting_words(made)
                )
            })
        }
        PublisherCommand::Directory(command) => directory::directory(context, command),
    }
}

fn init(context: &Context, args: InitArgs) -> Result<()> {
    if Home::exists(&context.dir) {
        let message = "there is a household's home in this directory: a publisher needs one of its own, and reads nothing of it (--home DIR)";
        return Err(Error::new(ErrorKind::Conflict, message));
    }
    let unusable = |what: &str, e: &dyn std::fmt::Display| {
        Error::new(
            ErrorKind::Invalid,
            format!("the {what} cannot be used: {e}"),
        )
    };
    let second_key = match &args.second_key {
        Some(path) => Some(std::path::absolute(path).map_err(|e| Error::io(path.display(), e))?),
        None => None,
    };
    let new = NewPublisher {
        name: Name::clean(&args.name).map_err(|e| unusable("name", &e))?,
        domain: args.domain,
        area: Area::of(args.area).map_err(|e| unusable("area", &e))?,
        second_key: second_key.clone(),
        now: Clock::System.now(),
    };
    let home = PublisherHome::create(&context.dir, new, &Entropy::System)?;
    context.out.answer(&made(&home, second_key), |made| {
        let second = match &made.second_key {
            Some(file) => format!(
                "\nThe second key is in {file}. Give it to another officer: whoever holds both keys can evacuate a town.\n"
            ),
            None => "\nWithout a second key this publisher cannot say that people have to leave their homes.\n".to_owned(),
        };
        format!(
            "{} can speak now.\n\n  publisher  {}\n  directory  {}\n\n{}{second}\nNext: 'streetlamp publisher run', and guide/agency.md.",
            made.name,
            made.publisher,
            made.home,
            hosting_words(made)
        )
    })
}

fn made(home: &PublisherHome, second_key: Option<PathBuf>) -> PublisherMade {
    let said = home.binding().statement();
    PublisherMade {
        publisher: home.publisher().to_string(),
        name: said.name.to_string(),
        domain: said.domain.to_string(),
        areas: said.area.cells().iter().map(ToString::to_string).collect(),
        home: home.dir().display().to_string(),
        well_known: home.well_known().display().to_string(),
        dns_record: domains::record_text(&home.binding().signer()),
        second_key: second_key.map(|path| path.display().to_string()),
    }
}

fn hosting_words(made: &PublisherMade) -> String {
    format!(
        "Homes ask {domain} whether this is really it. Host this file:\n\n  {file}\n  as https://{domain}/.well-known/streetlamp.json\n\nor, which proves less, put this into the DNS:\n\n  _streetlamp.{domain}  TXT  \"{record}\"\n",
        domain = made.domain,
        file = made.well_known,
        record = made.dns_record,
    )
}

fn run(context: &Context, args: RunArgs) -> Result<()> {
    let home = PublisherHome::open(&context.dir)?;
    let options = PublisherOptions {
        transport: Transport::Internet,
        listen: args.listen,
        connect: args.connect,
    };
    let out = context.out;
    super::run::block_on(async move {
        let mut stop = Stop::listen()?;
        let publisher = home.publisher().to_string();
        let name = home.binding().statement().name.to_string();
        let running = tokio::select! {
            biased;
            () = stop.asked() => return Ok(()),
            started = Box::pin(RunningPublisher::start(home, options)) => started?,
        };
        let listen = running.handle.glance().await?.listen;
        let peer_id = running.peer_id.clone();
        if out.json {
            out.event(&super::events::EventLine::PublisherReady {
                publisher,
                peer_id,
                listen,
            })?;
        } else {
            let listens: String = listen
                .iter()
                .map(|a| format!("  listens    {a}\n"))
                .collect();
            print::line(&format!(
                "{name} is on the air.\n\n  publisher  {publisher}\n{listens}\nSay something with 'streetlamp publisher publish'. Stop with Ctrl-C."
            ));
        }
        running.until(stop.then_force()).await
    })
}

fn publish(context: &Context, args: PublishArgs) -> Result<()> {
    if let Some(file) = &args.cap {
        return publish_cap(context, file, &args);
    }
    let draft = DraftWords {
        kind: args.kind.unwrap_or_default(),
        status: args.status,
        severity: args.severity,
        urgency: args.urgency,
        certainty: args.certainty,
        area: args.area.iter().map(Cell::to_string).collect(),
        headline: args.headline.unwrap_or_default(),
        text: args.text,
        instruction: args.instruction,
        contact: args.contact,
        life_ms: when::millis(args.expires),
    };
    let publish = DeskRequest::Publish {
        draft: Box::new(draft),
        second_key: absolute(args.second_key)?,
    };
    say(context, &publish, "Published.")
}

fn publish_cap(context: &Context, file: &Path, args: &PublishArgs) -> Result<()> {
    let home = PublisherHome::open(&context.dir)?;
    let xml = read_bounded(file)?;
    let kind = args.kind.as_deref().map(str::parse).transpose();
    let terms = Terms {
        wanted: Wanted {
            language: args.language.clone(),
            kind: kind.unwrap_or_default(),
        },
        area: area(&args.area)?,
        attended: true,
    };
    let declared = &home.binding().statement().area;
    let becomes = publisher::from_cap(&xml, declared, &terms, Clock::System.now())?;
    let Becomes::Words(message, _) = becomes else {
        let message = "the CAP message is about places outside this publisher's area";
        return Err(Error::new(ErrorKind::Invalid, message));
    };
    let takes_back = message.says.is_none();
    let relay = DeskRequest::Relay {
        message,
        second_key: absolute(args.second_key.clone())?,
    };
    let done = match takes_back {
        true => "Taken back. Homes show this above it.",
        false => "Published.",
    };
    say(context, &relay, done)
}

/// A file that somebody else wrote.
fn read_bounded(file: &Path) -> Result<Vec<u8>> {
    let failed = |e| Error::io(file.display(), e);
    let open = File::open(file).map_err(failed)?;
    let mut bytes = Vec::new();
    let most = MESSAGE_BYTES as u64 + 1;
    open.take(most).read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}

/// The cells that were named, if any.
pub(super) fn area(cells: &[Cell]) -> Result<Option<Area>> {
    if cells.is_empty() {
        return Ok(None);
    }
    let area = Area::of(cells.iter().cloned());
    let unusable = |e| Error::new(ErrorKind::Invalid, format!("the area cannot be used: {e}"));
    area.map(Some).map_err(unusable)
}

fn update(context: &Context, args: UpdateArgs) -> Result<()> {
    let Better {
        headline,
        text,
        instruction,
        severity,
        urgency,
        certainty,
        expires,
    } = args.better;
    let revision = RevisionWords {
        headline,
        text,
        instruction,
        severity,
        urgency,
        certainty,
        life_ms: expires.map(when::millis),
    };
    let update = DeskRequest::Update {
        bulletin: args.bulletin,
        revision: Box::new(revision),
        second_key: absolute(args.second_key)?,
    };
    say(context, &update, "Updated.")
}

/// The node opens the file, from another directory.
pub(super) fn absolute(file: Option<PathBuf>) -> Result<Option<PathBuf>> {
    let absolute =
        |file: PathBuf| std::path::absolute(&file).map_err(|e| Error::io(file.display(), e));
    file.map(absolute).transpose()
}

fn say(context: &Context, request: &DeskRequest, done: &str) -> Result<()> {
    let home = PublisherHome::open(&context.dir)?;
    let said: Said = publisher::connect(&home)?.ask(request)?;
    context.out.answer(&said, |said| {
        let reach = match said.state.as_str() {
            "sent" => "Homes that listen there have it, and pass it on.",
            _ => "No home that listens there is connected: it is said when one comes.",
        };
        let missed = match said.whole {
            true => "",
            false => " It is about more places than what it updates; there it cannot be new before homes take more.",
        };
        format!("{done} {reach}{missed}\nbulletin  {}", said.bulletin)
    })
}

fn shown_words(shown: &PublisherShown) -> String {
    let mut text = format!(
        "{} ({})\n  publisher  {}\n  area       {}\n  homes      {} connected\n",
        shown.name,
        shown.domain,
        shown.publisher,
        shown.areas.join(" "),
        shown.homes_connected
    );
    for address in &shown.listen {
        text.push_str(&format!("  listens    {address}\n"));
    }
    if shown.bulletins.is_empty() {
        return format!("{text}\nIt says nothing at present.");
    }
    let rows = shown.bulletins.iter().map(|own| {
        [
            print::short(&own.bulletin).to_owned(),
            when::readable(own.issued.0),
            own.state.clone(),
            own.kind.clone(),
            match own.status.as_str() {
                "actual" => own.headline.clone(),
                status => format!("[{status}] {}", own.headline),
            },
        ]
    });
    format!(
        "{text}\n{}",
        print::table(["BULLETIN", "SAID", "STATE", "KIND", "HEADLINE"], rows)
    )
}
