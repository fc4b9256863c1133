//! Requests and their answers.

use libp2p::PeerId;
use libp2p::request_response::{self, ResponseChannel};
use streetlamp_proto::household::{AskRef, Protocol, RequestRef};
use streetlamp_proto::identity::DeviceId;

use super::codec::FrameCodec;
use super::event::MeshEvent;
use super::peers::{device_of, peer_of};
use super::swarm::{Mesh, WAITING};

impl Mesh {
    /// Asks a device.
    pub fn ask(&mut self, to: DeviceId, ask: AskRef, protocol: Protocol, bytes: Vec<u8>) {
        let Some(peer) = peer_of(to) else { return };
        let id = self.exchange(protocol).send_request(&peer, bytes);
        self.asks.insert((protocol, id), ask);
    }

    /// Answers a request.
    pub fn reply(&mut self, request: RequestRef, bytes: Vec<u8>) {
        if let Some((protocol, channel)) = self.requests.remove(&request) {
            let _asker_is_gone = self.exchange(protocol).send_response(channel, bytes);
        }
    }

    /// Leaves a request unanswered; the other side sees its stream end.
    pub fn decline(&mut self, request: RequestRef) {
        self.requests.remove(&request);
    }

    pub(super) fn exchanged(
        &mut self,
        protocol: Protocol,
        event: request_response::Event<Vec<u8>, Vec<u8>>,
    ) -> Option<MeshEvent> {
        use request_response::{Event, Message};
        match event {
            Event::Message {
                peer,
                message:
                    Message::Request {
                        request, channel, ..
                    },
                ..
            } => self.asked(protocol, peer, request, channel),
            Event::Message {
                message:
                    Message::Response {
                        request_id,
                        response,
                    },
                ..
            } => {
                let ask = self.asks.remove(&(protocol, request_id))?;
                Some(MeshEvent::Answered {
                    ask,
                    bytes: Some(response),
                })
            }
            Event::OutboundFailure {
                request_id, error, ..
            } => {
                tracing::debug!(%error, ?protocol, "a request failed");
                let ask = self.asks.remove(&(protocol, request_id))?;
                Some(MeshEvent::Answered { ask, bytes: None })
            }
            Event::InboundFailure { .. } | Event::ResponseSent { .. } => None,
        }
    }

    fn asked(
        &mut self,
        protocol: Protocol,
        peer: PeerId,
        bytes: Vec<u8>,
        channel: ResponseChannel<Vec<u8>>,
    ) -> Option<MeshEvent> {
        let from = device_of(peer)?;
        if self.requests.len() >= WAITING || !self.is_in_pace(peer) {
            return None;
        }
        let request = RequestRef(self.count());
        self.requests.insert(request, (protocol, channel));
        Some(MeshEvent::Asked {
            from,
            request,
            protocol,
            bytes,
        })
    }

    fn exchange(&mut self, protocol: Protocol) -> &mut request_response::Behaviour<FrameCodec> {
        match protocol {
            Protocol::Join => &mut self.swarm.behaviour_mut().join,
            Protocol::Street => &mut self.swarm.behaviour_mut().street,
            Protocol::Device => &mut self.swarm.behaviour_mut().device,
        }
    }
}
