//! Polygons and circles as cells: what a bulletin can hold in, and a home can compare.
//!
//! A cover is careful in one direction: every point of the shapes that lies in the publisher's area lies in one of its
//! cells; some points beside them do, too. So nobody is left out whom the agency named, and somebody next to them may
//! hear of it. The cells are as fine as the limit on their number allows.
//!
//! Edges are straight in latitude and longitude, as maps draw them. A shape that goes across the 180th meridian is
//! moved until it does not break; one that goes round a pole counts as everywhere.

use std::collections::BTreeSet;

use geo::{
    BoundingRect, Coord, Destination, Haversine, Intersects, LineString, Point, Polygon, Rect,
    Translate,
};
use streetlamp_proto::cell::Cell;
use streetlamp_proto::publisher::Area;
use streetlamp_proto::wire::limits::BULLETIN_CELL;

use super::error::CapError;
use super::message::{Message, Place};

/// The characters of a geohash.
const ALPHABET: &str = "0123456789bcdefghjkmnpqrstuvwxyz";
/// The finest cells of a cover.
const FINEST: usize = 6;
/// Corners of the polygon around a circle, and by how much it is larger. At 64 corners it has to be 0.2 % larger to hold
/// the circle, and 0.6 % because the Earth is no sphere.
const CORNERS: u32 = 64;
/// See [`CORNERS`].
const LARGER: f64 = 1.02;
/// The least radius in metres: CAP uses 0 for a point.
const LEAST_RADIUS: f64 = 10.0;
/// The largest radius in metres; a larger circle is everywhere.
const LARGEST_RADIUS: f64 = 3_000_000.0;
/// How close to a pole, in degrees of latitude, shapes become everywhere.
const POLE: f64 = 89.0;
/// What is less far in than this, in degrees, only touches: a hundredth of a millimetre.
const TOUCH: f64 = 1e-10;

/// Where a message holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cover {
    /// The cells that hold all of it that lies in the publisher's area; none if nothing does.
    pub area: Option<Area>,
    /// Whether some of it lies outside the publisher's area.
    pub sticks_out: bool,
}

/// Covers all polygons and circles of a message, within a publisher's area. None if it has neither.
///
/// # Errors
/// [`CapError::Element`] if one is malformed, [`CapError::Area`] if it takes too many of the largest cells.
pub fn cover(message: &Message, declared: &Area) -> Result<Option<Cover>, CapError> {
    let places = message.infos.iter().flat_map(|info| &info.places);
    let cells = places.clone().flat_map(cells_of).collect::<Vec<_>>();
    let mut shapes = Vec::new();
    for place in places {
        for text in &place.polygons {
            shapes.push(polygon(text)?);
        }
        for text in &place.circles {
            shapes.push(circle(text)?);
        }
    }
    if shapes.is_empty() {
        // Cells that this program named itself.
        return Ok(Area::of(cells).ok().map(|area| Cover {
            sticks_out: !declared.holds(&area),
            area: area.within(declared),
        }));
    }
    let shapes = Shapes(shapes);
    Ok(Some(Cover {
        area: shapes.within(declared)?,
        sticks_out: shapes.stick_out_of(declared),
    }))
}

/// The name of geocodes that are cells.
pub(super) const GEOHASH: &str = "geohash";

fn cells_of(place: &Place) -> impl Iterator<Item = Cell> {
    let codes = place.geocodes.iter().filter(|code| code.name == GEOHASH);
    codes.filter_map(|code| code.value.parse().ok())
}

/// A shape in degrees; longitude is x.
#[derive(Debug)]
enum Shape {
    /// A polygon, in as many copies as it takes to meet cells between -180 and 180 degrees.
    Copies(Vec<(Rect<f64>, Polygon<f64>)>),
    /// All of the Earth.
    Everywhere,
}

/// What a rectangle has of shapes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Share {
    None,
    Some,
    All,
}

impl Shape {
    fn share(&self, cell: &Rect<f64>) -> Share {
        let Self::Copies(copies) = self else {
            return Share::All;
        };
        let mut share = Share::None;
        for (bounds, polygon) in copies {
            if !bounds.intersects(cell) {
                continue;
            }
            // What the edge does not meet is inside or outside as a whole.
            if polygon.exterior().intersects(cell) {
                share = Share::Some;
            } else if polygon.intersects(&cell.center()) {
                return Share::All;
            }
        }
        share
    }
}

struct Shapes(Vec<Shape>);

impl Shapes {
    fn share(&self, cell: &Rect<f64>) -> Share {
        let mut share = Share::None;
        for shape in &self.0 {
            match shape.share(cell) {
                Share::All => return Share::All,
                Share::Some => share = Share::Some,
                Share::None => {}
            }
        }
        share
    }

    /// The finest cover of what lies in an area that is not too long.
    fn within(&self, declared: &Area) -> Result<Option<Area>, CapError> {
        let mut cells = vec![(String::new(), Share::Some)];
        let mut best = Err(CapError::Area);
        for _ in 0..FINEST {
            cells = self.finer(cells, declared);
            if cells.is_empty() {
                return Ok(None);
            }
            let names = merged(cells.iter().map(|(name, _)| name.clone()).collect());
            let named = names.iter().filter_map(|name| name.parse().ok());
            // Too many for an area; finer ones are more.
            let Ok(area) = Area::of(named) else { break };
            let Some(area) = area.within(declared) else {
                break;
            };
            if area.no_larger_than(BULLETIN_CELL).is_ok() {
                best = Ok(Some(area));
            }
        }
        best
    }

    /// The same cells, or those of one more character in them that have something of the shapes and of the area.
    fn finer(&self, cells: Vec<(String, Share)>, declared: &Area) -> Vec<(String, Share)> {
        let mut finer = Vec::new();
        for (name, share) in cells {
            if share == Share::All && name.len() >= BULLETIN_CELL {
                finer.push((name, share));
                continue;
            }
            let is_declared = |name: &str| {
                let cell = name.parse();
                cell.is_ok_and(|cell| declared.touches(&cell))
            };
            for (name, cell) in children(&name).filter(|(name, _)| is_declared(name)) {
                let share = match share {
                    Share::All => Share::All,
                    _ => self.share(&cell),
                };
                if share != Share::None {
                    finer.push((name, share));
                }
            }
        }
        finer
    }

    /// Whether something of the shapes lies outside an area, and does not only touch it.
    fn stick_out_of(&self, declared: &Area) -> bool {
        let mut left = vec![String::new()];
        while let Some(name) = left.pop() {
            for (name, cell) in children(&name) {
                let Ok(as_cell) = name.parse::<Cell>() else {
                    continue;
                };
                let Ok(alone) = Area::of([as_cell.clone()]) else {
                    continue;
                };
                if declared.holds(&alone) || self.share(&inner(&cell)) == Share::None {
                    continue;
                }
                if !declared.touches(&as_cell) {
                    return true;
                }
                left.push(name);
            }
        }
        false
    }
}

/// A cell without its very edge.
fn inner(cell: &Rect<f64>) -> Rect<f64> {
    let (min, max) = (cell.min(), cell.max());
    let edge = Coord { x: TOUCH, y: TOUCH };
    Rect::new(min + edge, max - edge)
}

/// The cells in a cell, with their edges.
fn children(name: &str) -> impl Iterator<Item = (String, Rect<f64>)> {
    let names = ALPHABET.chars().map(move |c| format!("{name}{c}"));
    names.filter_map(|name| {
        let cell = geohash::decode_bbox(&name).ok()?;
        let (min, max) = (cell.min(), cell.max());
        let cell = Rect::new((min.x, min.y), (max.x, max.y));
        Some((name, cell))
    })
}

/// The same cells, with one in place of each 32 that fill it.
fn merged(mut names: BTreeSet<String>) -> BTreeSet<String> {
    for length in (BULLETIN_CELL..FINEST).rev() {
        let children = names.iter().filter(|name| name.len() == length + 1);
        let parents: BTreeSet<_> = children.filter_map(|name| name.get(..length)).collect();
        let full = parents.into_iter().filter(|parent| {
            let mut all = ALPHABET.chars().map(|c| format!("{parent}{c}"));
            all.all(|child| names.contains(&child))
        });
        for parent in full.map(str::to_owned).collect::<Vec<_>>() {
            names.retain(|name| !name.starts_with(&parent));
            names.insert(parent);
        }
    }
    names
}

/// Reads "latitude,longitude latitude,longitude …", whose last point is its first (CAP 1.2, section 3.2.4).
fn polygon(text: &str) -> Result<Shape, CapError> {
    let points = text.split_whitespace().map(point);
    let points = points.collect::<Result<Vec<_>, _>>()?;
    if points.len() < 4 || points.first() != points.last() {
        return Err(CapError::element(
            "polygon",
            "needs four or more points, the last of which is the first",
        ));
    }
    Ok(shape(points))
}

/// Reads "latitude,longitude radius", the radius in kilometres.
fn circle(text: &str) -> Result<Shape, CapError> {
    let odd = || CapError::element("circle", "is not 'latitude,longitude radius'");
    let mut parts = text.split_whitespace();
    let (Some(centre), Some(radius), None) = (parts.next(), parts.next(), parts.next()) else {
        return Err(odd());
    };
    let centre = point(centre)?;
    let radius = number(radius).filter(|km| *km >= 0.0).ok_or_else(odd)?;
    let radius = (radius * 1_000.0 * LARGER).max(LEAST_RADIUS);
    if radius > LARGEST_RADIUS {
        return Ok(Shape::Everywhere);
    }
    // Degrees of latitude are of one length, about 111 km; a circle this close to a pole may go round it.
    if centre.y.abs() + radius / 110_000.0 > POLE {
        return Ok(Shape::Everywhere);
    }
    let corners = (0..=CORNERS).map(|n| {
        let bearing = 360.0 * f64::from(n % CORNERS) / f64::from(CORNERS);
        let corner: Coord<f64> = Haversine
            .destination(Point::from(centre), bearing, radius)
            .into();
        corner
    });
    Ok(shape(corners.collect()))
}

fn point(text: &str) -> Result<Coord<f64>, CapError> {
    let parsed = text.split_once(',').and_then(|(latitude, longitude)| {
        let (y, x) = (number(latitude)?, number(longitude)?);
        let on_earth = (-90.0..=90.0).contains(&y) && (-180.0..=180.0).contains(&x);
        on_earth.then_some(Coord { x, y })
    });
    parsed.ok_or_else(|| CapError::element("area", "has a point that is not 'latitude,longitude'"))
}

fn number(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

/// A closed line as a shape, without the jump that it makes at the 180th meridian.
fn shape(points: Vec<Coord<f64>>) -> Shape {
    let mut turn = 0.0;
    let mut whole: Vec<Coord<f64>> = Vec::with_capacity(points.len());
    let (mut before, mut all_round): (Option<f64>, _) = (None, false);
    for Coord { x, y } in points {
        match before.map(|before| x - before) {
            Some(step) if step.abs() >= 360.0 => all_round = true,
            Some(step) if step > 180.0 => turn -= 360.0,
            Some(step) if step < -180.0 => turn += 360.0,
            _ => {}
        }
        before = Some(x);
        whole.push(Coord { x: x + turn, y });
    }
    // What ends not where it began went round a pole; and an edge as long as the Earth is round may mean anything.
    let goes_round = turn != 0.0 || all_round;
    if goes_round || whole.iter().any(|point| point.y.abs() > POLE) {
        return Shape::Everywhere;
    }
    let polygon = Polygon::new(LineString::from(whole), Vec::new());
    let copies = [-360.0, 0.0, 360.0].map(|turn| polygon.translate(turn, 0.0));
    let world = Rect::new((-180.0, -90.0), (180.0, 90.0));
    let copies = copies.into_iter().filter_map(|copy| {
        let bounds = copy.bounding_rect()?;
        bounds.intersects(&world).then_some((bounds, copy))
    });
    Shape::Copies(copies.collect())
}
