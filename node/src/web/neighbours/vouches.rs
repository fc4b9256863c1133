//! Who vouched for whom, as a picture: whoever came first stands on top, and lines lead down to whom they let in.
//!
//! It says nothing that the list of members does not say in words, so that nobody needs it.

use std::collections::{BTreeMap, BTreeSet};

use streetlamp_proto::household::MemberView;
use streetlamp_proto::identity::HouseholdId;

/// Width of the drawing, in the units of its view box.
const WIDTH: usize = 360;
/// Boxes beside each other, their size, and from the top of one row to the next.
const BESIDE: usize = 3;
const BOX: (usize, usize) = (108, 30);
const ROW: usize = 58;
/// Characters of a name that have room in a box.
const CHARACTERS: usize = 15;
/// Households that are drawn at most: of more nobody could follow the lines.
const MOST: usize = 30;

/// The drawing.
pub(super) struct Vouches {
    pub(super) height: usize,
    pub(super) lines: Vec<Line>,
    pub(super) boxes: Vec<NameBox>,
}

/// From who vouched to whom, with its middle, where the arrow is.
pub(super) struct Line {
    pub(super) from: (usize, usize),
    pub(super) middle: (usize, usize),
    pub(super) to: (usize, usize),
}

/// A household. Its place is its left upper corner, and the middle of its name.
pub(super) struct NameBox {
    pub(super) at: (usize, usize),
    pub(super) text: (usize, usize),
    pub(super) name: String,
    pub(super) me: bool,
    pub(super) new: bool,
}

impl Vouches {
    pub(super) const WIDTH: usize = WIDTH;
    pub(super) const BOX: (usize, usize) = BOX;

    /// Draws them; nothing if there is nobody but this household, or too many for a picture.
    pub(super) fn of(members: &[MemberView]) -> Option<Self> {
        if !(2..=MOST).contains(&members.len()) {
            return None;
        }
        let mut middles = BTreeMap::new();
        let mut boxes = Vec::new();
        let mut top = 4;
        for row in rows(members) {
            let left = WIDTH.saturating_sub(row.len() * WIDTH / BESIDE) / 2;
            for (at, view) in row.iter().enumerate() {
                let x = left + at * WIDTH / BESIDE + (WIDTH / BESIDE - BOX.0) / 2;
                let middle = (x + BOX.0 / 2, top + BOX.1 / 2);
                middles.insert(view.household, middle);
                boxes.push(NameBox {
                    at: (x, top),
                    text: middle,
                    name: shortened(view.name.as_str()),
                    me: view.me,
                    new: view.new,
                });
            }
            top += ROW;
        }
        let lines = members.iter().flat_map(|view| {
            let to = middles.get(&view.household);
            let vouched = view.vouches.iter().filter_map(|by| middles.get(by));
            vouched.filter_map(move |from| Some(Line::between(*from, *to?)))
        });
        Some(Self {
            height: top + BOX.1 + 4 - ROW,
            lines: lines.collect(),
            boxes,
        })
    }
}

impl Line {
    fn between(from: (usize, usize), to: (usize, usize)) -> Self {
        let middle = ((from.0 + to.0) / 2, (from.1 + to.1) / 2);
        Self { from, middle, to }
    }
}

/// The households in rows: each below somebody who vouched for it, as far as that one is still there.
fn rows(members: &[MemberView]) -> Vec<Vec<&MemberView>> {
    let here: BTreeSet<HouseholdId> = members.iter().map(|view| view.household).collect();
    let mut placed: BTreeSet<HouseholdId> = BTreeSet::new();
    let mut rest: Vec<&MemberView> = members.iter().collect();
    let mut rows = Vec::new();
    while !rest.is_empty() {
        let stands = |view: &&MemberView| {
            let mut vouched = view.vouches.iter().filter(|by| here.contains(by));
            vouched.clone().next().is_none() || vouched.any(|by| placed.contains(by))
        };
        let (mut next, later): (Vec<_>, Vec<_>) = rest.iter().copied().partition(stands);
        if next.is_empty() {
            // They vouched for each other in a circle, since whoever let them in is gone.
            next = later.clone();
        }
        placed.extend(next.iter().map(|view| view.household));
        rest.retain(|view| !placed.contains(&view.household));
        rows.extend(next.chunks(BESIDE).map(<[_]>::to_vec));
    }
    rows
}

fn shortened(name: &str) -> String {
    if name.chars().count() <= CHARACTERS {
        return name.to_owned();
    }
    let begin: String = name.chars().take(CHARACTERS - 1).collect();
    format!("{}…", begin.trim_end())
}

#[cfg(test)]
mod tests {
    use streetlamp_proto::identity::Name;

    use super::*;

    fn member(number: u8, vouches: &[u8]) -> MemberView {
        MemberView {
            household: HouseholdId::from_bytes([number; 32]),
            name: Name::clean(&format!("Household with the number {number}")).unwrap(),
            me: number == 1,
            vouches: vouches
                .iter()
                .map(|by| HouseholdId::from_bytes([*by; 32]))
                .collect(),
            new: false,
            connected: false,
            muted: false,
            last_heard: None,
            votes: Vec::new(),
        }
    }

    #[test]
    fn whoever_was_let_in_stands_below_and_nothing_sticks_out() {
        let members = [
            member(1, &[]),
            member(2, &[1]),
            member(3, &[2, 1]),
            member(4, &[2, 9]),
            member(5, &[7]),
            member(6, &[4]),
        ];
        let drawn = Vouches::of(&members).unwrap();
        assert_eq!((drawn.boxes.len(), drawn.lines.len()), (6, 5));
        for line in &drawn.lines {
            assert!(line.from != line.to);
        }
        for name_box in &drawn.boxes {
            assert!(name_box.at.0 + BOX.0 <= WIDTH && name_box.at.1 + BOX.1 <= drawn.height);
            assert_eq!(name_box.name, "Household with…");
        }
        let all: Vec<_> = (1..40).map(|number| member(number, &[])).collect();
        assert!(Vouches::of(&all).is_none() && Vouches::of(&members[..1]).is_none());
    }

    #[test]
    fn a_circle_of_vouches_is_drawn_once() {
        let drawn = Vouches::of(&[member(1, &[2]), member(2, &[1])]).unwrap();
        assert_eq!((drawn.boxes.len(), drawn.lines.len()), (2, 2));
    }
}
