//! Messages for everybody on a topic.

use libp2p::PeerId;
use libp2p::gossipsub::{self, IdentTopic, MessageAcceptance, MessageId, PublishError};
use streetlamp_proto::household::{Acceptance, MessageRef};
use streetlamp_proto::street::Topic;

use super::event::MeshEvent;
use super::peers::device_of;
use super::scoring::quiet_topic;
use super::swarm::{Mesh, WAITING};

impl Mesh {
    /// Listens to a topic.
    pub fn subscribe(&mut self, topic: &Topic) {
        let gossip = &mut self.swarm.behaviour_mut().gossip;
        let topic = IdentTopic::new(topic.as_str());
        if let Err(error) = gossip.set_topic_params(topic.clone(), quiet_topic()) {
            tracing::warn!(%error, "peers are not scored on a topic");
        }
        if let Err(error) = gossip.subscribe(&topic) {
            tracing::warn!(%error, "a topic could not be subscribed");
        }
    }

    /// Stops listening to a topic.
    pub fn unsubscribe(&mut self, topic: &Topic) {
        let topic = IdentTopic::new(topic.as_str());
        self.swarm.behaviour_mut().gossip.unsubscribe(&topic);
    }

    /// Says something on a topic. Nobody being there is the normal first state, and catch-up's business.
    pub fn publish(&mut self, topic: &Topic, bytes: Vec<u8>) {
        match self
            .swarm
            .behaviour_mut()
            .gossip
            .publish(IdentTopic::new(topic.as_str()), bytes)
        {
            Ok(_) | Err(PublishError::NoPeersSubscribedToTopic | PublishError::Duplicate) => {}
            Err(error) => tracing::warn!(%error, "a message could not be published"),
        }
    }

    /// Tells gossip what to do with a message.
    pub fn judge(&mut self, message: MessageRef, acceptance: Acceptance) {
        let Some((id, source)) = self.messages.remove(&message) else {
            return;
        };
        let acceptance = match acceptance {
            Acceptance::Accept => MessageAcceptance::Accept,
            Acceptance::Ignore => MessageAcceptance::Ignore,
            Acceptance::Reject => MessageAcceptance::Reject,
        };
        self.swarm
            .behaviour_mut()
            .gossip
            .report_message_validation_result(&id, &source, acceptance);
    }

    pub(super) fn heard(
        &mut self,
        source: PeerId,
        id: MessageId,
        message: gossipsub::Message,
    ) -> Option<MeshEvent> {
        let in_time = self.messages.len() < WAITING && self.is_in_pace(source);
        // A peer without a device's key is not connected for long.
        let Some(from) = device_of(source).filter(|_| in_time) else {
            self.swarm
                .behaviour_mut()
                .gossip
                .report_message_validation_result(&id, &source, MessageAcceptance::Ignore);
            return None;
        };
        let reference = MessageRef(self.count());
        self.messages.insert(reference, (id, source));
        let topic = Topic::named(message.topic.into_string());
        Some(MeshEvent::Gossip {
            from,
            topic,
            message: reference,
            bytes: message.data,
        })
    }
}
