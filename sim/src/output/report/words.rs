//! Figures as people write them.

use crate::record::{Learned, Lesson, Micros};

/// A figure as people write it: no digits that say nothing.
pub(super) fn number(value: f64) -> String {
    let digits = if value.fract() == 0.0 || value.abs() >= 1_000.0 {
        0
    } else if value.abs() >= 10.0 {
        1
    } else {
        3
    };
    format!("{value:.digits$}")
}

/// Milliseconds, or a dash where there is nothing to say.
pub(super) fn ms(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), |ms| format!("{} ms", number(ms)))
}

/// A moment of the run as hours, minutes and seconds.
pub(super) fn moment(at: Micros) -> String {
    let seconds = at.0 / 1_000_000;
    let (hours, minutes) = (seconds / 3_600, seconds / 60 % 60);
    format!("{hours}:{minutes:02}:{:02}", seconds % 60)
}

/// Bytes in the largest unit that leaves a whole part.
pub(super) fn bytes(value: u64) -> String {
    let units = [(1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")];
    units
        .into_iter()
        .find(|(size, _)| value >= *size)
        .map_or_else(
            || format!("{value} B"),
            |(size, unit)| {
                let tenths = value / (size / 10);
                format!("{}.{} {unit}", tenths / 10, tenths % 10)
            },
        )
}

/// What an adversary learned, in a sentence.
pub fn lesson(learned: &Learned) -> String {
    let Learned {
        by,
        what,
        count,
        of,
        blind,
    } = learned;
    match what {
        Lesson::HomesSeen => {
            format!("{by} knows the address of {count} of {of} homes, and when they are there")
        }
        Lesson::SealedHeld => {
            format!("{by} holds {count} of {of} things that were said to streets, sealed")
        }
        Lesson::SealedRead => {
            format!("{by} can read {count} of the {of} sealed things that it holds")
        }
        Lesson::NearbyRead => {
            format!("{by} read {count} of {of} alerts that were for everybody nearby")
        }
        Lesson::BulletinsRead => format!("{by} read {count} of {of} bulletins"),
        Lesson::Answered => {
            format!("{by} asked homes {of} times for something, and got {count} answers")
        }
        Lesson::AuthorsGuessed => {
            let blind = number(blind.unwrap_or_default());
            format!(
                "{by} guessed the author of {count} of {of} alerts right; a blind guess gets {blind}"
            )
        }
        Lesson::Swallowed => {
            format!("{by} swallowed {count} of {of} messages that should have been passed on")
        }
        Lesson::SpamShown => {
            format!(
                "{by} came to be shown {count} times, of {of} if every home showed all that it said"
            )
        }
    }
}
