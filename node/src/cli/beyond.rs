//! `street knock`, `street nearby`, `street link` and the like: people beyond the street.

use std::time::Duration;

use clap::Subcommand;
use streetlamp_proto::cell::Cell;
use streetlamp_proto::open::Radius;

use super::Context;
use super::print::{self, short};
use crate::control::Request;
use crate::control::answers::{Hearing, Introduced, KnockItem, Knocked, LinkItem, Linked};
use crate::error::Result;
use crate::when;

#[derive(Debug, Subcommand)]
pub(super) enum BeyondCommand {
    /// Stand at the door: tell the homes around that you would like to be met
    ///
    /// For a home without a ticket. Everybody around can read your household's name, the cell and the text, neighbours
    /// or not. It brings you in nowhere: a neighbour who sees it comes by and gives you a ticket.
    Knock {
        /// Around where, in 5 or 6 characters; where the home is if left out
        #[arg(long)]
        cell: Option<Cell>,
        /// What neighbours read, in at most 120 characters
        #[arg(long, default_value = "We would like to meet our street.")]
        text: String,
        /// How long you stand there: at most 7d
        #[arg(long, value_name = "SPAN", default_value = "3d", value_parser = when::span)]
        expires: Duration,
        /// Do not stand there any more
        #[arg(long, conflicts_with_all = ["cell", "text", "expires"])]
        stop: bool,
    },
    /// List who stands at the door. Nobody has vouched for them: go and see
    Knocks,
    /// Show or choose how far around this home listens to alerts for everybody nearby, and to knocks
    Nearby {
        /// 'off', or rings of cells around this home's own: 0, 1 (about 10 km across) or 2
        radius: Option<Radius>,
    },
    /// Print what introduces your street to another one
    ///
    /// Give it to somebody whom you know there. It says how your street is called and under which keys its households
    /// speak to everybody nearby: not who they are, where they live or what they say among themselves.
    Introduce,
    /// Let your street know another one, so that what it says nearby is not taken for anybody's
    ///
    /// It holds for everybody on your street, for a year. Whoever moves there later is a stranger until you link it
    /// again with a new introduction. Your neighbours see who linked it.
    Link {
        /// What 'streetlamp street introduce' printed there; it begins with 'streetlamp-street:'
        introduction: String,
    },
    /// Take a link of yours back
    Unlink {
        /// How the other street is called
        name: String,
    },
    /// List the streets that yours knows, and who linked them
    Links,
}

pub(super) fn beyond(context: &Context, command: BeyondCommand) -> Result<()> {
    match command {
        BeyondCommand::Knock {
            cell,
            text,
            expires,
            stop,
        } => {
            let knock = Request::StreetKnock {
                cell: cell.map(|cell| cell.to_string()),
                text,
                life_ms: if stop { 0 } else { when::millis(expires) },
            };
            let knocked: Knocked = context.node()?.ask(&knock)?;
            context.out.answer(&knocked, knocked_words)
        }
        BeyondCommand::Knocks => {
            let knocks: Vec<KnockItem> = context.node()?.ask(&Request::StreetKnocks)?;
            context.out.answer(&knocks, |knocks| knock_words(knocks))
        }
        BeyondCommand::Nearby { radius } => {
            let radius = radius.map(|radius| radius.to_string());
            let hearing: Hearing = context.node()?.ask(&Request::StreetNearby { radius })?;
            context.out.answer(&hearing, hearing_words)
        }
        BeyondCommand::Introduce => {
            let introduced: Introduced = context.node()?.ask(&Request::StreetIntroduce)?;
            context.out.answer(&introduced, introduced_words)
        }
        BeyondCommand::Link { introduction } => {
            let link = Request::StreetLink { introduction };
            let linked: Linked = context.node()?.ask(&link)?;
            context.out.answer(&linked, |linked| {
                format!(
                    "Your street knows {} now, by {}. Give them your introduction too: 'streetlamp street introduce'.",
                    linked.name,
                    keys(linked.keys)
                )
            })
        }
        BeyondCommand::Unlink { name } => {
            let unlinked: Linked = context.node()?.ask(&Request::StreetUnlink { name })?;
            context.out.answer(&unlinked, |unlinked| {
                format!(
                    "Taken back. Unless somebody else linked {} too, it is a stranger's street again.",
                    unlinked.name
                )
            })
        }
        BeyondCommand::Links => {
            let links: Vec<LinkItem> = context.node()?.ask(&Request::StreetLinks)?;
            context.out.answer(&links, |links| link_words(links))
        }
    }
}

fn keys(keys: usize) -> String {
    match keys {
        1 => "1 household's key".to_owned(),
        keys => format!("{keys} households' keys"),
    }
}

fn introduced_words(introduced: &Introduced) -> String {
    format!(
        "This introduces {} by {}. Give it to somebody whom you know on another street.\n{}",
        introduced.name,
        keys(introduced.keys),
        introduced.introduction
    )
}

fn link_words(links: &[LinkItem]) -> String {
    if links.is_empty() {
        return "Your street knows no other one yet.".to_owned();
    }
    let rows = links.iter().map(|link| {
        [
            link.name.clone(),
            link.keys.to_string(),
            link.by_name
                .clone()
                .unwrap_or_else(|| short(&link.by).to_owned()),
            when::readable(link.expires.0),
        ]
    });
    print::table(["STREET", "KEYS", "LINKED BY", "UNTIL"], rows)
}

fn knocked_words(knocked: &Knocked) -> String {
    let (Some(knock), Some(expires)) = (&knocked.knock, knocked.expires) else {
        return "You do not stand at the door any more. Homes that heard you forget it when its time is over.".to_owned();
    };
    let heard = match knocked.reached {
        0 => "No home is connected now: you are heard when one comes.",
        _ => "The homes around can hear you now.",
    };
    format!(
        "{heard} You stand at the door until {}.\nknock  {knock}",
        when::readable(expires.0)
    )
}

fn knock_words(knocks: &[KnockItem]) -> String {
    if knocks.is_empty() {
        return "Nobody stands at the door.".to_owned();
    }
    let rows = knocks.iter().map(|knock| {
        [
            knock.name.clone(),
            short(&knock.household).to_owned(),
            knock.cell.clone(),
            when::readable(knock.received.0),
            knock.text.clone(),
        ]
    });
    let table = print::table(["NAME", "HOUSEHOLD", "CELL", "SINCE", "SAYS"], rows);
    format!("{table}\nMeet them before you invite them: anybody can call himself anything.")
}

fn hearing_words(hearing: &Hearing) -> String {
    match (hearing.radius.as_str(), hearing.cells.len()) {
        ("off", _) => "This home listens to its street only.".to_owned(),
        (_, 0) => {
            "This home does not know where it is, so it listens to its street only.".to_owned()
        }
        (radius, cells) => format!(
            "This home listens to {cells} cell{} (radius {radius}): {}",
            if cells == 1 { "" } else { "s" },
            hearing.cells.join(" ")
        ),
    }
}
