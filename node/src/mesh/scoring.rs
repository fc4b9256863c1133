//! What gossip thinks of a peer.
//!
//! The scores of gossipsub v1.1 were tuned at 120 messages a second. A street says a few things a day, so everything
//! that expects a rate is off: on a silent topic an honest home neither gains nor loses. What counts is who brings news
//! first, which keeps homes that forward nothing out of the mesh when there are better ones, and who sends what no
//! honest home passes on.

use std::time::Duration;

use libp2p::gossipsub::{PeerScoreParams, PeerScoreThresholds, TopicScoreParams};

use super::dozing::DOZE;

/// How peers are scored on one topic.
pub(super) fn quiet_topic() -> TopicScoreParams {
    TopicScoreParams {
        topic_weight: 1.0,
        // Having been there long is no merit.
        time_in_mesh_weight: 0.0,
        // One point for each message that it brought first, twenty at most, half of them gone after an hour.
        first_message_deliveries_weight: 1.0,
        first_message_deliveries_decay: 0.9885,
        first_message_deliveries_cap: 20.0,
        // Nobody has to deliver at a rate: there is none (P3 and P3b).
        mesh_message_deliveries_weight: 0.0,
        mesh_failure_penalty_weight: 0.0,
        // What was rejected, squared: ten in a short time are a graylist, one is forgotten in minutes.
        invalid_message_deliveries_weight: -2.0,
        invalid_message_deliveries_decay: 0.5,
        ..TopicScoreParams::default()
    }
}

/// How peers are scored beside their topics.
pub(super) fn peers() -> PeerScoreParams {
    PeerScoreParams {
        // Neighbours of one house, or behind one carrier's NAT, share an address (P6).
        ip_colocation_factor_weight: 0.0,
        // Broken promises and grafting too soon (P7).
        behaviour_penalty_weight: -10.0,
        behaviour_penalty_threshold: 6.0,
        behaviour_penalty_decay: 0.5,
        // A slow uplink is no crime.
        slow_peer_weight: 0.0,
        // Gossip that dozes lets scores fade as often as one that is awake.
        decay_interval: DOZE,
        decay_to_zero: 0.1,
        retain_score: Duration::from_secs(600),
        ..PeerScoreParams::default()
    }
}

/// From where on a score has consequences.
pub(super) fn thresholds() -> PeerScoreThresholds {
    PeerScoreThresholds {
        gossip_threshold: -20.0,
        publish_threshold: -50.0,
        graylist_threshold: -100.0,
        // With a median below one, peers that bring news are grafted.
        opportunistic_graft_threshold: 1.0,
        ..PeerScoreThresholds::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gossip_takes_the_parameters() {
        quiet_topic().validate().unwrap();
        peers().validate().unwrap();
        thresholds().validate().unwrap();
    }
}
