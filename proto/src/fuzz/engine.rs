//! A whole home on a street: whatever it is told, what it does stays in proportion.

use super::home::{Home, NOW};
use crate::household::Output;
use crate::wire::limits::{DIRECT_FRAME, GOSSIP_FRAME, WELCOME_FRAME};

/// Whatever a neighbour or stranger says, a home answers within bounds.
///
/// The input is a list of messages, each with a byte that says how it arrives and two bytes of length.
pub fn engine_inputs(mut bytes: &[u8]) -> bool {
    let Some(mut home) = Home::on_a_street() else {
        return false;
    };
    let mut taken = false;
    for _ in 0..8 {
        let Some((&[how, high, low], rest)) = bytes.split_first_chunk::<3>() else {
            break;
        };
        let len = usize::from(u16::from_be_bytes([high, low])).min(rest.len());
        let (message, rest) = rest.split_at(len);
        bytes = rest;
        let Some(input) = home.arrival(how, message) else {
            continue;
        };
        let outputs = home.engine.handle(input, NOW);
        // The smallest statement that is kept has more than 100 bytes and makes two outputs.
        assert!(
            outputs.len() <= 24 + message.len() / 50,
            "{} outputs of {} bytes",
            outputs.len(),
            message.len()
        );
        outputs.iter().for_each(within_limits);
        taken |= outputs.iter().any(|o| {
            matches!(
                o,
                Output::Store(_) | Output::Reply { .. } | Output::Ask { .. }
            )
        });
    }
    taken
}

fn within_limits(output: &Output) {
    let (bytes, limit) = match output {
        Output::Publish { bytes, .. } => (bytes, GOSSIP_FRAME),
        Output::Ask { bytes, .. } => (bytes, DIRECT_FRAME),
        Output::Reply { bytes, .. } => (bytes, WELCOME_FRAME),
        _ => return,
    };
    assert!(
        bytes.len() <= limit,
        "{} bytes, at most {limit}",
        bytes.len()
    );
}
