//! Which ways to neighbours `run` uses, as flags, and how a home is reached, in words.

use clap::Args;

use crate::control::answers::ReachItem;
use crate::mesh::{Reach, Relaying};

#[derive(Debug, Default, Args)]
pub(super) struct ReachArgs {
    /// Do not look for neighbours on the local network
    #[arg(long)]
    no_mdns: bool,

    /// This home is reached from outside here: a port opened by hand, a name, an address of another network; may be given again
    #[arg(long, value_name = "MULTIADDR")]
    external: Vec<String>,

    /// Do not ask the router to open a port (UPnP)
    #[arg(long)]
    no_upnp: bool,

    /// Do not have neighbours try where this home is reached, nor try it for them (AutoNAT)
    #[arg(long)]
    no_probing: bool,

    /// Do not pass on what neighbours say who cannot reach each other
    #[arg(long, conflicts_with = "relay_clips")]
    no_relay: bool,

    /// Let neighbours send sealed clips through this home, too
    #[arg(long)]
    relay_clips: bool,

    /// Do not meet neighbours through other neighbours
    #[arg(long)]
    no_circuits: bool,

    /// Do not look for a direct way to neighbours met through others (hole punching)
    #[arg(long)]
    no_punching: bool,

    /// When neighbours are missed, leave word of this home for them in the BitTorrent DHT, and look for theirs
    #[arg(long)]
    rescue: bool,

    /// Enter the DHT through this node of it, and not through its public ones; may be given again
    #[arg(long, value_name = "HOST:PORT", requires = "rescue")]
    rescue_node: Vec<String>,
}

impl From<ReachArgs> for Reach {
    fn from(args: ReachArgs) -> Self {
        Self {
            mdns: !args.no_mdns,
            external: args.external,
            upnp: !args.no_upnp,
            probing: !args.no_probing,
            relaying: match (args.no_relay, args.relay_clips) {
                (true, _) => Relaying::Nothing,
                (false, false) => Relaying::Words,
                (false, true) => Relaying::Clips,
            },
            circuits: !args.no_circuits,
            punching: !args.no_punching,
            rescue: args.rescue.then_some(args.rescue_node),
        }
    }
}

/// How a home is reached, for `status`.
pub(super) fn words(reach: &ReachItem) -> String {
    let mut text = match reach.how.as_str() {
        "open" => "from everywhere".to_owned(),
        "through-neighbours" => match reach.through.len() {
            1 => "through a neighbour's home".to_owned(),
            count => format!("through {count} neighbours' homes"),
        },
        _ => "on its own network only, as far as is known".to_owned(),
    };
    let relayed = reach.peers.iter().filter(|peer| peer.way == "relayed");
    let count = relayed.count();
    if count > 0 {
        text.push_str(&format!("; {count} connected through other neighbours"));
    }
    if reach.relays_for > 0 {
        let count = reach.relays_for;
        text.push_str(&format!("; {count} reached through this one"));
    }
    match reach.rescue.as_str() {
        "left" => text.push_str("; word of it is left in the BitTorrent DHT"),
        "silent" => text.push_str("; the BitTorrent DHT does not answer"),
        _ => {}
    }
    text
}
