//! What the benchmarks of the node share: an alert to tell, and how two ways of doing a thing are compared.

use std::time::Duration;

use ed25519_dalek::SigningKey;
use streetlamp_proto::alert::{Alert, Audience, Kind, Nonce, Text, Title, Urgency};
use streetlamp_proto::signed::Signed;
use streetlamp_proto::street::StreetId;
use streetlamp_proto::time::Timestamp;

/// When everything happens.
pub(crate) const NOW: Timestamp = Timestamp::from_ms(1_800_000_000_000);

/// Pairs of runs from which a ratio is taken.
const PAIRS: usize = 21;

/// How many times as fast `ours` is as `theirs`: the median over runs that take turns, so that other work on the
/// machine falls on both. Each run times itself, since what it needs to begin is not part of it.
pub(crate) fn ratio(
    mut ours: impl FnMut() -> Duration,
    mut theirs: impl FnMut() -> Duration,
) -> f64 {
    let mut ratios: Vec<f64> = (0..PAIRS)
        .map(|_| {
            let ours = ours();
            theirs().as_secs_f64() / ours.as_secs_f64()
        })
        .collect();
    ratios.sort_by(f64::total_cmp);
    ratios.get(PAIRS / 2).copied().unwrap_or(f64::NAN)
}

/// An alert such as neighbours write, unlike every other of another number.
pub(crate) fn alert(street: StreetId, number: u64, device: &SigningKey) -> Signed<Alert> {
    let issued = NOW.after(Duration::from_millis(number));
    let alert = Alert {
        audience: Audience::Street(street),
        kind: Kind::Noise,
        urgency: Urgency::HeadsUp,
        place: None,
        title: Title::clean("Somebody tries the doors of parked cars").unwrap(),
        text: Text::clean(
            "Two people with torches, walking from the bakery towards the school. They ran when the lights of the \
             garage came on. Our car is fine; please have a look at yours.",
        )
        .unwrap(),
        happened: issued,
        issued,
        expires: issued.after(Duration::from_secs(24 * 3600)),
        nonce: Nonce::from_bytes(u128::from(number).to_be_bytes()),
        clips: vec![],
    };
    Signed::sign(alert, device)
}
