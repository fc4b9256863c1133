//! What `doctor` and scripts are told.

use std::fmt;

use super::{Help, Standing};

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open { at, guests } => {
                write!(f, "reached from everywhere, at {}", at.join(", "))?;
                match guests {
                    0 => Ok(()),
                    1 => f.write_str("; one home of the street is reached through it"),
                    count => write!(f, "; {count} homes of the street are reached through it"),
                }
            }
            Self::Through => f.write_str(
                "the router lets nobody in, so neighbours come through another home of the street, which sees who meets whom and nothing else",
            ),
            Self::Unneeded => f.write_str("nobody needed to reach this home from outside so far"),
            Self::Unreached { missing, known, .. } => write!(
                f,
                "nobody reaches this home from outside, and no neighbour who is reached passes anything on: {missing} of {known} are missing"
            ),
        }
    }
}

impl Standing {
    /// What would help, in sentences; nothing if nothing has to be done.
    pub fn helps_in_english(&self) -> Option<String> {
        let Self::Unreached { helps, .. } = self else {
            return None;
        };
        let sentences: Vec<_> = helps.iter().map(ToString::to_string).collect();
        let all = sentences.join(" ");
        Some(format!(
            "One home that opens a port helps the whole street. {all}"
        ))
    }
}

impl fmt::Display for Help {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ElsewhereThanHere => f.write_str(
                "The router here is behind another one, of the carrier: a port opened in it leads nowhere, so another home has to, or ask the carrier for an address of your own.",
            ),
            Self::Port(at) => write!(
                f,
                "In the router, let TCP and UDP port {} through to {} port {0}, then start this home again.",
                at.port(),
                at.ip()
            ),
            Self::PortOfIpv6(at) => write!(
                f,
                "Or let TCP and UDP port {} through to {} in the router's firewall for IPv6.",
                at.port(),
                at.ip()
            ),
            Self::Ipv6 => f.write_str(
                "Or turn on IPv6 in the router, if the provider has it, and start again.",
            ),
            Self::Rescue => f.write_str(
                "Neighbours who only moved, and are reached, are found by the rescue: start with 'run --rescue' at both ends.",
            ),
            Self::Udp => f.write_str(
                "The rescue is on, but the BitTorrent DHT does not answer: does this network let UDP out?",
            ),
        }
    }
}
