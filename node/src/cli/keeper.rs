//! `keeper`: sealed copies at neighbours, and theirs here.

use clap::Subcommand;

use super::print::{self, short, size};
use super::{Context, amount};
use crate::clock::Clock;
use crate::control::Request;
use crate::control::answers::{
    KeeperItem, LeaseEnded, Leased, Offered, Proven, Recalled, keeper_advice,
};
use crate::error::Result;
use crate::when::{self, When};

#[derive(Debug, Subcommand)]
pub(super) enum KeeperCommand {
    /// Say how much this home keeps for neighbours, or show it
    ///
    /// What is kept opens nothing here. 0 takes the offer back; leases that were given run on until they end, or until
    /// 'keeper end'. What a neighbour lets go of stays for a week, and takes up to as much room again.
    Offer {
        /// Sealed bytes in all, such as 20GB; as it is if left out
        #[arg(long, value_name = "BYTES", value_parser = amount::bytes)]
        bytes: Option<u64>,
    },
    /// Ask a neighbour to keep sealed copies of this home's clips
    ///
    /// The neighbour's home answers at once, within what it offers. From then on every clip goes there as soon as it is
    /// sealed, the newest first; when the lease is full, the oldest copies make room. Asking again changes the lease, but
    /// never ends it sooner.
    Ask {
        /// The neighbour: a household's id or its name
        household: String,
        /// Sealed bytes, such as 20GB
        #[arg(long, value_name = "BYTES", value_parser = amount::bytes)]
        bytes: u64,
        /// Until a time, or for a span (90d); a year at most
        #[arg(long, value_name = "TIME")]
        until: When,
    },
    /// List leases: who keeps for this home, and for whom it keeps
    List,
    /// End every lease with a neighbour, and delete what is kept for it here
    ///
    /// What the neighbour keeps for this home goes after a week. Until then another device of this household can have it
    /// back ('keeper recall'), or this one, if it asks for a lease again.
    End {
        /// The neighbour: a household's id or its name
        household: String,
    },
    /// Have a keeper prove now that it holds a clip
    ///
    /// The node does this by itself every quarter of an hour, each time for another part of another clip.
    Check {
        /// The neighbour: a household's id or its name
        household: String,
    },
    /// Make the clips known again that a neighbour keeps for this home, after it lost its database
    ///
    /// Needs an unlocked home. Their sealed bytes come with 'clip fetch'.
    Recall {
        /// The neighbour: a household's id or its name
        household: String,
    },
}

pub(super) fn keeper(context: &Context, command: KeeperCommand) -> Result<()> {
    match command {
        KeeperCommand::Offer { bytes } => {
            let offered: Offered = context.node()?.ask(&Request::KeeperOffer { bytes })?;
            context.out.answer(&offered, |offered| {
                let mut text = format!(
                    "This home keeps up to {} for neighbours: {} are leased, {} are held.",
                    size(offered.bytes),
                    size(offered.leased),
                    size(offered.held)
                );
                if offered.let_go > 0 {
                    text.push_str(&format!(
                        " Beside that {} wait to be deleted.",
                        size(offered.let_go)
                    ));
                }
                text
            })
        }
        KeeperCommand::Ask {
            household,
            bytes,
            until,
        } => {
            let until_ms = until.ahead(Clock::System.now()).as_ms();
            let leased: Leased = context.node()?.ask(&Request::KeeperAsk {
                household,
                bytes,
                until_ms,
            })?;
            context.out.answer(&leased, |leased| {
                format!(
                    "{} keeps up to {} for this home until {}. Copies are on their way; 'streetlamp keeper list' shows how far they are.",
                    short(&leased.household),
                    size(leased.bytes),
                    when::readable(leased.until.0)
                )
            })
        }
        KeeperCommand::List => {
            let keepers: Vec<KeeperItem> = context.node()?.ask(&Request::KeeperList)?;
            context.out.answer(&keepers, |keepers| list_words(keepers))
        }
        KeeperCommand::End { household } => {
            let ended: LeaseEnded = context.node()?.ask(&Request::KeeperEnd { household })?;
            context.out.answer(&ended, |_| {
                "Ended: what was kept here for that neighbour is deleted, and its home deletes what it kept for this one after a week.".to_owned()
            })
        }
        KeeperCommand::Check { household } => {
            let proven: Proven = context.node()?.ask(&Request::KeeperCheck { household })?;
            context.out.answer(&proven, |proven| {
                let clip = short(&proven.clip);
                match proven.finding.as_str() {
                    "proven" => format!("It holds clip {clip}: the part that was asked for is right."),
                    "lost" => format!("It does NOT hold clip {clip} any more. It is given it again."),
                    "lied" => format!(
                        "It gave OTHER BYTES than those of clip {clip}. It gets no more clips: ask another neighbour to keep, and end this lease."
                    ),
                    _ => "It was cut off before it could prove anything: try again.".to_owned(),
                }
            })
        }
        KeeperCommand::Recall { household } => {
            let recalled: Recalled = context.node()?.ask(&Request::KeeperRecall { household })?;
            context.out.answer(&recalled, |recalled| match recalled.clips {
                0 => "It keeps nothing for this home that is not known here.".to_owned(),
                clips => {
                    let let_go = match recalled.let_go {
                        0 => String::new(),
                        let_go => format!(
                            " It had been told to delete {let_go} of them, and keeps those after all that find room in the lease."
                        ),
                    };
                    format!(
                        "{clips} clips are known again. Get their bytes with 'streetlamp clip fetch'.{let_go}"
                    )
                }
            })
        }
    }
}

/// Who a keeper is and what is to be said about it, if anything.
pub(super) fn in_words(keeper: &KeeperItem) -> Option<String> {
    let name = keeper.name.as_deref().unwrap_or(short(&keeper.household));
    Some(format!("{name} {}", keeper_advice(&keeper.state)?))
}

fn list_words(keepers: &[KeeperItem]) -> String {
    if keepers.is_empty() {
        return "Nobody keeps for this home, and it keeps for nobody: ask a neighbour with 'streetlamp keeper ask'.".to_owned();
    }
    let rows = keepers.iter().map(|keeper| {
        let direction = match keeper.direction.as_str() {
            "ours-there" => "keeps for us",
            _ => "we keep for it",
        };
        let checked = keeper.last_checked.map(|at| when::readable(at.0));
        [
            keeper.name.clone().unwrap_or_default(),
            short(&keeper.household).to_owned(),
            direction.to_owned(),
            format!("{} of {}", size(keeper.held), size(keeper.bytes)),
            when::readable(keeper.until.0),
            checked.unwrap_or_default(),
            keeper.state.clone(),
        ]
    });
    let headings = [
        "NAME",
        "HOUSEHOLD",
        "WHO",
        "HELD",
        "UNTIL",
        "CHECKED",
        "STATE",
    ];
    let mut text = print::table(headings, rows);
    for keeper in keepers {
        if let Some(words) = in_words(keeper) {
            text.push_str(&format!("{words}.\n"));
        }
        if let Some(let_go) = &keeper.let_go {
            let name = keeper.name.as_deref().unwrap_or(short(&keeper.household));
            let what = match keeper.direction.as_str() {
                "ours-there" => format!("{name} still has"),
                _ => format!("For {name} there are still"),
            };
            text.push_str(&format!(
                "{what} {} clips ({}) that were let go. The last of them goes {}.\n",
                let_go.clips,
                size(let_go.bytes),
                when::readable(let_go.until.0)
            ));
        }
    }
    text
}
