//! `run`: the node itself, in the foreground, until it is told to stop.

use std::net::{IpAddr, SocketAddr};

use clap::Args;
use streetlamp_proto::cell::Cell;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::broadcast::error::RecvError;

use super::events::EventLine;
use super::print::{self, Out};
use super::reach::ReachArgs;
use super::{Context, init, page, passphrase, service};
use crate::domains::Domains;
use crate::entropy::Entropy;
use crate::error::{Error, ErrorKind, Result};
use crate::home::Home;
use crate::node::{Node, NodeHandle, Options, Running};
use crate::web::Web;

/// The name of a household that was never asked for one.
const NAMELESS: &str = "New household";

/// Exit code of a program that Ctrl-C ended, as shells count.
const INTERRUPTED: i32 = 130;

#[derive(Debug, Default, Args)]
pub(super) struct RunArgs {
    /// Listen for neighbours here; may be given again
    #[arg(long, value_name = "MULTIADDR")]
    listen: Vec<String>,

    /// Serve the page here
    #[arg(long, value_name = "ADDR:PORT")]
    web: Option<SocketAddr>,

    /// Open the page to the house's network, over TLS and with a second factor, in this run; everywhere at port 8421 if
    /// nothing else is said
    #[arg(long, value_name = "ADDR:PORT", num_args = 0..=1, default_missing_value = page::USUAL)]
    page_lan: Option<SocketAddr>,

    /// Serve the page at this address, too, behind a program of this machine that shows it further, encrypted, such as Home
    /// Assistant; visitors sign in with passphrase and code
    #[arg(long, value_name = "ADDR:PORT", requires = "page_proxy")]
    page_behind: Option<SocketAddr>,

    /// The address which that program comes from; nobody else is heard there
    #[arg(long, value_name = "ADDR", requires = "page_behind")]
    page_proxy: Option<IpAddr>,

    #[command(flatten)]
    reach: ReachArgs,

    /// On first use: how neighbours will see this household
    #[arg(long)]
    name: Option<String>,

    /// On first use: where the home is, as a geohash of at most 6 characters
    #[arg(long)]
    cell: Option<Cell>,
}

pub(super) fn run(context: &Context, args: RunArgs) -> Result<()> {
    let made = Home::exists(&context.dir);
    if made && (args.name.is_some() || args.cell.is_some()) {
        print::note("note: this home exists already, so --name and --cell change nothing");
    }
    // A script that says something about the home, or reads JSON, has no browser at hand.
    let by_hand = args.name.is_none()
        && args.cell.is_none()
        && !context.out.json
        && passphrase::nobody_gave(context.passphrase_file.as_deref());
    if !(made || by_hand) {
        first_use(context, &args)?;
    }
    let behind = args.page_behind.zip(args.page_proxy);
    let options = Options {
        listen: args.listen,
        web: args.web,
        page_lan: args.page_lan,
        reach: args.reach.into(),
        domains: Domains::of_this_machine(),
    };
    block_on(serve(context, options, behind))
}

/// Runs a node on as many threads as the machine has.
pub(super) fn block_on(node: impl Future<Output = Result<()>>) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let runtime = runtime
        .map_err(|e| Error::new(ErrorKind::Internal, "the system gives no threads").because(e))?;
    runtime.block_on(Box::pin(node))
}

fn first_use(context: &Context, args: &RunArgs) -> Result<()> {
    let name = match &args.name {
        Some(name) => name.clone(),
        None if print::at_terminal() => print::ask("How shall neighbours see this household?")?,
        None => NAMELESS.to_owned(),
    };
    let chosen = passphrase::chosen(context.passphrase_file.as_deref())?;
    let made = init::make(context, &name, args.cell.clone(), None, chosen)?;
    print::note(&init::words(&made));
    print::note("");
    Ok(())
}

async fn serve(
    context: &Context,
    options: Options,
    behind: Option<(SocketAddr, IpAddr)>,
) -> Result<()> {
    let out = context.out;
    // Before anything starts: a stop that comes early must be a clean one too.
    let mut stop = Stop::listen()?;
    let mut web = Web::bind(options.web, &Entropy::System).await?;
    if let Some((at, proxy)) = behind {
        web = web.behind(at, proxy).await?;
    }
    if !Home::exists(&context.dir) {
        print::line(&format!(
            "Welcome. There is no home here yet: open this page to make one.\n\n  {}  (works once)\n\nStop with Ctrl-C.",
            web.sign_in_link()
        ));
        service::waits_for_a_home();
        tokio::select! {
            biased;
            () = stop.asked() => return Ok(()),
            set_up = web.first_use(&context.dir, Entropy::System, std::future::pending()) => set_up?,
        }
    }
    let home = context.home()?;
    let household = home.household().to_string();
    let mut running = tokio::select! {
        biased;
        () = stop.asked() => return Ok(()),
        started = Box::pin(Node::start_at(web, home, options)) => started?,
    };
    let events = running.events();
    ready(out, &running, household).await?;
    service::is_ready();
    let alive = running.handle.clone();
    let told = async move {
        if out.json {
            tell(out, events).await;
        } else {
            std::future::pending::<()>().await;
        }
    };
    let shutdown = async move {
        tokio::select! {
            () = stop.then_force() => service::is_stopping(),
            () = told => std::future::pending().await,
            () = service::beat(&alive) => {}
        }
    };
    Box::pin(running.until(shutdown)).await
}

/// Says where everything is.
async fn ready(out: Out, running: &Running, household: String) -> Result<()> {
    let handle: &NodeHandle = &running.handle;
    let listen = handle.listen().await?;
    if out.json {
        return out.event(&EventLine::Ready {
            household,
            peer_id: handle.peer_id().to_owned(),
            listen,
            web: running.web.clone(),
            sign_in: running.sign_in.clone(),
        });
    }
    let streets = handle
        .read(|household, _| household.streets().len())
        .await?;
    let mut text = format!(
        "The home of {} is running.\n\n  sign in    {}  (works once)\n  page       {}\n  household  {household}\n",
        handle.home().name(),
        running.sign_in,
        running.web,
    );
    for address in listen {
        text.push_str(&format!("  listens    {address}\n"));
    }
    if streets == 0 {
        text.push_str("\nNext: found a street with 'streetlamp street new NAME', or enter one with 'streetlamp street join TICKET'.\n");
    }
    let lan = handle.lan().await?;
    if lan.at.is_some() {
        text.push_str(&format!(
            "\nThe page and your network: {}\n",
            page::words(&lan.into()).replace('\n', "\n  ")
        ));
    }
    if let Some(sheet) = handle.home().recovery_sheet() {
        text.push_str(&format!(
            "\nThe recovery sheet waits to be printed and moved: {}\nThen say so with 'streetlamp recovery confirm'.\n",
            sheet.display()
        ));
    }
    text.push_str("\nStop with Ctrl-C.");
    print::line(&text);
    Ok(())
}

/// Prints a line for every event. Ends when the node does.
pub(super) async fn tell(
    out: Out,
    mut events: tokio::sync::broadcast::Receiver<streetlamp_proto::household::Event>,
) {
    loop {
        let line = match events.recv().await {
            Ok(event) => EventLine::from(event),
            Err(RecvError::Lagged(events)) => EventLine::Missed { events },
            Err(RecvError::Closed) => return,
        };
        if let Err(error) = out.event(&line) {
            tracing::warn!(error = error.chain(), "an event could not be printed");
        }
    }
}

/// The signals that ask for an end.
#[derive(Debug)]
pub(super) struct Stop {
    keyboard: Signal,
    system: Signal,
}

impl Stop {
    pub(super) fn listen() -> Result<Self> {
        let failed = |e| Error::new(ErrorKind::Internal, "signals cannot be received").because(e);
        let on = |kind| signal(kind).map_err(failed);
        Ok(Self {
            keyboard: on(SignalKind::interrupt())?,
            system: on(SignalKind::terminate())?,
        })
    }

    pub(super) async fn asked(&mut self) {
        tokio::select! {
            _ = self.keyboard.recv() => {}
            _ = self.system.recv() => {}
        }
    }

    /// Waits until somebody asks, says so, and lets a second Ctrl-C stop at once.
    pub(super) async fn then_force(mut self) {
        self.asked().await;
        print::note("Stopping. Ctrl-C again stops at once.");
        tokio::spawn(async move {
            self.asked_by_keyboard().await;
            std::process::exit(INTERRUPTED);
        });
    }

    async fn asked_by_keyboard(&mut self) {
        self.keyboard.recv().await;
    }
}
