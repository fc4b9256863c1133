//! `demo`: a street to look at, until Ctrl-C.

use clap::Args;

use super::events::EventLine;
use super::run::{Stop, block_on, tell};
use super::{Context, print};
use crate::demo::{Demo, HOMES, PASSPHRASE};
use crate::error::Result;

#[derive(Debug, Args)]
pub(super) struct DemoArgs {
    /// How many homes: 4 to 8
    #[arg(long, value_name = "N", default_value_t = *HOMES.start(), value_parser = homes)]
    homes: usize,
}

fn homes(text: &str) -> std::result::Result<usize, String> {
    let number = text.parse().ok();
    let number = number.filter(|number| HOMES.contains(number));
    number.ok_or_else(|| format!("{} to {} homes", HOMES.start(), HOMES.end()))
}

pub(super) fn demo(context: &Context, args: &DemoArgs) -> Result<()> {
    block_on(show(context.out, args.homes))
}

async fn show(out: print::Out, homes: usize) -> Result<()> {
    let mut stop = Stop::listen()?;
    let building = Box::pin(Demo::build(homes, |what| print::note(&format!("{what}…"))));
    let mut demo = tokio::select! {
        biased;
        () = stop.asked() => return Ok(()),
        built = building => built?,
    };
    let mut events = None;
    if out.json {
        if let Some(first) = demo.first() {
            out.event(&EventLine::Ready {
                household: first.handle.home().household().to_string(),
                peer_id: first.handle.peer_id().to_owned(),
                listen: first.handle.listen().await?,
                web: first.web.clone(),
                sign_in: first.sign_in.clone(),
            })?;
            events = Some(first.events());
        }
    } else {
        print::line(&words(&demo));
    }
    let told = async move {
        match events {
            Some(events) => tell(out, events).await,
            None => std::future::pending().await,
        }
    };
    Box::pin(demo.until(async move {
        tokio::select! {
            () = stop.asked() => print::note("Removing the street."),
            () = told => {}
        }
    }))
    .await
}

fn words(demo: &Demo) -> String {
    let mut text = String::from(
        "\nElm Lane is lived in: these homes, a fire department, and a camera at the first one.\nOpen one of the pages; each link works once.\n\n",
    );
    for home in demo.homes() {
        text.push_str(&format!(
            "  {}\n    {}\n    --home {}\n",
            home.name, home.sign_in, home.dir
        ));
    }
    text.push_str(&format!(
        "\nThe passphrase of each is '{PASSPHRASE}'. Nothing leaves this machine.\nCtrl-C ends the street and removes everything."
    ));
    text
}
