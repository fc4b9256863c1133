//! Small maps of cells, drawn as shapes: no tiles, so nobody is asked for the streets around this home.
//!
//! Here is where a publisher speaks, and how cells lie in a drawing; `said` is where neighbours say that something happened.

mod said;

use std::collections::BTreeSet;

use streetlamp_proto::cell::{Block, Cell};
use streetlamp_proto::publisher::Area;

pub(super) use said::SaidMap;

use super::language::say;

/// Width of a drawing, in the units of its view box.
const WIDTH: f64 = 240.0;
/// A strip of cells is not drawn lower or higher than this.
const HEIGHTS: std::ops::RangeInclusive<f64> = 80.0..=240.0;

/// A drawing of some cells around this home.
pub(super) struct Map {
    /// Height of the view box; its width is [`Map::WIDTH`].
    pub(super) height: String,
    /// Where the publisher speaks.
    pub(super) area: Vec<Shape>,
    /// What this home listens to.
    pub(super) heard: Vec<Shape>,
    /// This home's cell.
    pub(super) home: Option<Shape>,
    /// What it shows, for who does not see it.
    pub(super) says: String,
}

/// A rectangle of the drawing.
pub(super) struct Shape {
    pub(super) x: String,
    pub(super) y: String,
    pub(super) width: String,
    pub(super) height: String,
    /// The cell.
    pub(super) cell: String,
}

/// Columns and rows of a place of seven characters in a cell of six. Such places are as wide as high at the equator.
const FINE: (i64, i64) = (8, 4);

/// A rectangle in the grid of all places of seven characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Span {
    west: i64,
    south: i64,
    columns: i64,
    rows: i64,
}

/// Cells in the grid around a middle column, so that a town on both sides of 180 degrees is one town.
struct Frame {
    middle: i64,
    west: i64,
    north: i64,
    columns: i64,
    rows: i64,
    /// Height of the drawing.
    height: f64,
}

impl Span {
    /// Where a cell lies.
    fn of(cell: &Cell) -> Self {
        let block = cell.block();
        let ((wide, high), number) = (FINE, i64::from);
        Self {
            west: number(block.west) * wide,
            south: number(block.south) * high,
            columns: number(block.columns) * wide,
            rows: number(block.rows) * high,
        }
    }
}

impl Map {
    pub(super) const WIDTH: f64 = WIDTH;

    /// Draws an area, and the cells that this home lies in and listens to.
    pub(super) fn of(area: &Area, home: Option<&Cell>, heard: &[Cell]) -> Option<Self> {
        let inside = home.map(|home| area.touches(home));
        let area = area.cells();
        let all: BTreeSet<_> = area.iter().chain(heard).chain(home).collect();
        let spans: Vec<_> = all.into_iter().map(Span::of).collect();
        let frame = Frame::around(&spans, Span::of(home.or(area.first())?))?;
        let shapes = |cells: &[Cell]| {
            let shapes = cells.iter().map(|cell| frame.shape(cell));
            shapes.collect::<Vec<_>>()
        };
        let names: Vec<_> = area.iter().map(Cell::to_string).collect();
        let says = match inside {
            Some(true) => say!("publishers-map-inside", cells = names.join(" ")),
            Some(false) => say!("publishers-map-outside", cells = names.join(" ")),
            None => say!("publishers-map", cells = names.join(" ")),
        };
        Some(Self {
            height: number(frame.height),
            area: shapes(area),
            heard: shapes(heard),
            home: home.map(|home| frame.shape(home)),
            says,
        })
    }
}

impl Frame {
    fn around(spans: &[Span], around: Span) -> Option<Self> {
        let middle = around.west;
        let west = spans.iter().map(|span| shifted(span.west, middle)).min()?;
        let ends = spans
            .iter()
            .map(|span| shifted(span.west, middle) + span.columns);
        let south = spans.iter().map(|span| span.south).min()?;
        let norths = spans.iter().map(|span| span.south + span.rows);
        let (east, north) = (ends.max()?, norths.max()?);
        // A little more than the cells, so that their edges are seen.
        let margin = ((east - west) / 16).max(1);
        let (west, north) = (west - margin, north + margin);
        let (columns, rows) = (east + margin - west, north - south + margin);
        // A degree of longitude is shorter than one of latitude, but at the equator.
        let latitude =
            (north as f64 - rows as f64 / 2.0) / (f64::from(Block::EARTH) * FINE.1 as f64);
        let narrower = (std::f64::consts::PI * (latitude - 0.5)).cos().max(0.05);
        let height = WIDTH * rows as f64 / (columns as f64 * narrower);
        Some(Self {
            middle,
            west,
            north,
            columns,
            rows,
            height: height.clamp(*HEIGHTS.start(), *HEIGHTS.end()),
        })
    }

    /// Left, top, width and height of a rectangle in the drawing.
    fn rectangle(&self, span: Span) -> [f64; 4] {
        let wide = WIDTH / self.columns as f64;
        let high = self.height / self.rows as f64;
        let from_west = shifted(span.west, self.middle) - self.west;
        let from_north = self.north - span.south - span.rows;
        [
            from_west as f64 * wide,
            from_north as f64 * high,
            span.columns as f64 * wide,
            span.rows as f64 * high,
        ]
    }

    fn shape(&self, cell: &Cell) -> Shape {
        let [x, y, width, height] = self.rectangle(Span::of(cell)).map(number);
        Shape {
            x,
            y,
            width,
            height,
            cell: cell.to_string(),
        }
    }
}

/// A column as the one that is nearest to the middle, going around the earth.
fn shifted(column: i64, middle: i64) -> i64 {
    let earth = i64::from(Block::EARTH) * FINE.0;
    let from_middle = (column - middle + earth / 2).rem_euclid(earth) - earth / 2;
    middle + from_middle
}

fn number(value: f64) -> String {
    format!("{value:.1}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn area(names: &[&str]) -> Area {
        Area::of(names.iter().map(|name| name.parse().unwrap())).unwrap()
    }

    fn at(shape: &Shape) -> (f64, f64, f64, f64) {
        let number = |text: &String| text.parse().unwrap();
        (
            number(&shape.x),
            number(&shape.y),
            number(&shape.width),
            number(&shape.height),
        )
    }

    #[test]
    fn cells_lie_beside_each_other_as_on_a_map_and_north_is_up() {
        let home: Cell = "u33dc1".parse().unwrap();
        // u33dd is east of u33d9, u33dc north of it.
        let map = Map::of(&area(&["u33d9", "u33dc", "u33dd"]), Some(&home), &[]).unwrap();
        let [west, north, east] = &map.area[..] else {
            panic!()
        };
        let (west, east, north) = (at(west), at(east), at(north));
        assert!(west.2 > 0.0 && west.3 > 0.0);
        assert!(north.0 == west.0 || north.0 == east.0);
        let own = at(map.home.as_ref().unwrap());
        let inside = own.0 >= north.0 - 0.1 && own.1 >= north.1 - 0.1;
        assert!(inside && own.0 + own.2 <= north.0 + north.2 + 0.2);
        assert!(map.says.contains("your home in one of them"));
    }

    #[test]
    fn a_town_on_both_sides_of_180_degrees_is_one_town() {
        let home: Cell = "xbpbp".parse().unwrap();
        let map = Map::of(&area(&["80000", "xbpbp"]), Some(&home), &[]).unwrap();
        let (east, west) = (at(&map.area[0]), at(&map.area[1]));
        assert!((west.0 + west.2 - east.0).abs() < 0.2);
    }

    #[test]
    fn every_drawing_stays_within_its_frame() {
        for names in [
            &["u33d"][..],
            &["u33dc1"],
            &["u33dc", "u33k"],
            &["00000"],
            &["zzzzz"],
            &["bpbpb"],
        ] {
            let area = area(names);
            let cells = area.cells();
            let map = Map::of(&area, cells.first(), cells).unwrap();
            let height: f64 = map.height.parse().unwrap();
            assert!(HEIGHTS.contains(&height));
            for shape in map.area.iter().chain(&map.heard).chain(&map.home) {
                let (x, y, wide, high) = at(shape);
                assert!(x >= 0.0 && y >= 0.0, "{names:?}");
                assert!(
                    x + wide <= WIDTH + 0.2 && y + high <= height + 0.2,
                    "{names:?}"
                );
            }
        }
    }

    #[test]
    fn a_home_outside_an_area_is_told_so() {
        let home: Cell = "u33d91".parse().unwrap();
        let map = Map::of(&area(&["u33dc"]), Some(&home), &[]).unwrap();
        assert!(map.says.ends_with("your home outside"));
    }
}
