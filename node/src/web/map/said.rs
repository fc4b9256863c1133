//! Where neighbours say that something happened: the places of alerts, each a link to what was said there.
//!
//! An alert has at most a place of seven characters, about 150 metres wide, so that a mark is a square and never a pin on a
//! house. Alerts without a place are in the list only.

use std::collections::BTreeMap;

use streetlamp_proto::alert::Urgency;
use streetlamp_proto::cell::{Cell, PUBLIC_PRECISION, Place};

use super::super::language::say;
use super::super::words;
use super::{FINE, Frame, Span, WIDTH, number};

/// The 32 characters of a cell's name, in order (Niemeyer 2008).
const CHARACTERS: &str = "0123456789bcdefghjkmnpqrstuvwxyz";
/// Squares that are drawn at most; those of which most was said.
const SQUARES: usize = 64;

/// The drawing.
pub(in crate::web) struct SaidMap {
    pub(in crate::web) height: String,
    /// This home's cell.
    pub(in crate::web) home: Option<Square>,
    pub(in crate::web) squares: Vec<Square>,
}

/// A place of the drawing.
pub(in crate::web) struct Square {
    pub(in crate::web) x: String,
    pub(in crate::web) y: String,
    pub(in crate::web) width: String,
    pub(in crate::web) height: String,
    /// Its middle, for the number.
    pub(in crate::web) middle: (String, String),
    pub(in crate::web) place: String,
    /// How many alerts are there; nothing for this home's cell.
    pub(in crate::web) many: usize,
    /// The class of the most urgent of them.
    pub(in crate::web) urgency_word: &'static str,
    /// What it shows, for who does not see it.
    pub(in crate::web) says: String,
    pub(in crate::web) chosen: bool,
}

impl SaidMap {
    pub(in crate::web) const WIDTH: f64 = WIDTH;

    /// Draws these places. Nothing if there is none, and the home tells no cell.
    pub(in crate::web) fn of<'a>(
        alerts: impl Iterator<Item = (&'a Place, Urgency)>,
        home: Option<&Cell>,
        chosen: &str,
    ) -> Option<Self> {
        let mut told: BTreeMap<&str, (usize, Urgency)> = BTreeMap::new();
        for (place, urgency) in alerts {
            let (many, most) = told.entry(place.as_str()).or_insert((0, urgency));
            (*many, *most) = (*many + 1, (*most).max(urgency));
        }
        let mut told: Vec<_> = told
            .into_iter()
            .filter_map(|(place, said)| Some((place, span(place)?, said)))
            .collect();
        told.sort_by_key(|(_, _, (many, _))| std::cmp::Reverse(*many));
        told.truncate(SQUARES);
        // What is large lies under what is small.
        told.sort_by_key(|(place, ..)| place.len());
        let own = home.map(Span::of);
        let spans: Vec<_> = told.iter().map(|(_, span, _)| *span).chain(own).collect();
        let frame = Frame::around(&spans, own.or(spans.first().copied())?)?;
        let square = |(place, span, (many, urgency)): (&str, Span, (usize, Urgency))| {
            let urgency_says = words::urgency(urgency);
            Square {
                many,
                urgency_word: urgency.word(),
                says: say!(
                    "street-map-square",
                    cell = place,
                    n = many,
                    urgency = urgency_says
                ),
                chosen: place == chosen,
                ..Square::at(&frame, span, place)
            }
        };
        Some(Self {
            height: number(frame.height),
            home: home.map(|home| Square::at(&frame, Span::of(home), home.as_str())),
            squares: told.into_iter().map(square).collect(),
        })
    }
}

impl Square {
    fn at(frame: &Frame, span: Span, place: &str) -> Self {
        let [x, y, width, height] = frame.rectangle(span);
        Self {
            middle: (number(x + width / 2.0), number(y + height / 2.0)),
            x: number(x),
            y: number(y),
            width: number(width),
            height: number(height),
            place: place.to_owned(),
            many: 0,
            urgency_word: "",
            says: String::new(),
            chosen: false,
        }
    }
}

/// Where a place lies. The seventh character halves longitude three times and latitude twice, longitude first.
fn span(place: &str) -> Option<Span> {
    let (cell, finer) = place.split_at_checked(place.len().min(PUBLIC_PRECISION))?;
    let cell = Span::of(&cell.parse().ok()?);
    let Some(character) = finer.chars().next() else {
        return Some(cell);
    };
    let value = i64::try_from(CHARACTERS.find(character)?).ok()?;
    let bit = |at: i64| value >> at & 1;
    Some(Span {
        west: cell.west + (bit(4) << 2 | bit(2) << 1 | bit(0)) * cell.columns / FINE.0,
        south: cell.south + (bit(3) << 1 | bit(1)) * cell.rows / FINE.1,
        columns: cell.columns / FINE.0,
        rows: cell.rows / FINE.1,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_of_seven_characters_lies_where_a_geohash_says() {
        let cell = span("u33dc1").unwrap();
        let mut parts: Vec<_> = CHARACTERS
            .chars()
            .map(|c| span(&format!("u33dc1{c}")).unwrap())
            .collect();
        assert!(parts.iter().all(|part| (part.columns, part.rows) == (1, 1)));
        assert!(parts.iter().all(|p| cell.west <= p.west
            && p.west < cell.west + cell.columns
            && cell.south <= p.south
            && p.south < cell.south + cell.rows));
        parts.sort_by_key(|p| (p.west, p.south));
        parts.dedup();
        assert_eq!(parts.len(), 32, "each has a square of its own");
        // The program of another, which knows degrees.
        for name in ["u33dc1k", "u33dc10", "9q8yyk8", "r3gx2ux"] {
            let at = geohash::decode_bbox(name).unwrap().min();
            let part = span(name).unwrap();
            let west = part.west as f64 / f64::from(1 << 18) * 360.0 - 180.0;
            let south = part.south as f64 / f64::from(1 << 17) * 180.0 - 90.0;
            assert!(
                (at.x - west).abs() < 1e-9 && (at.y - south).abs() < 1e-9,
                "{name}"
            );
        }
        assert_eq!(span(""), None);
    }

    #[test]
    fn what_was_said_at_one_place_is_one_square_as_urgent_as_the_most_urgent() {
        let place = |name: &str| name.parse::<Place>().unwrap();
        let (one, two) = (place("u33dc1k"), place("u33dc2"));
        let said = [
            (&one, Urgency::Info),
            (&one, Urgency::Urgent),
            (&two, Urgency::Info),
        ];
        let home: Cell = "u33dc1".parse().unwrap();
        let map = SaidMap::of(said.into_iter(), Some(&home), "u33dc2").unwrap();
        let [large, small] = &map.squares[..] else {
            panic!("two places")
        };
        assert!(large.chosen && large.place == "u33dc2");
        assert_eq!((small.many, small.urgency_word), (2, "urgent"));
        assert!(SaidMap::of([].into_iter(), Some(&home), "").is_some());
        assert!(SaidMap::of([].into_iter(), None, "").is_none());
    }
}
