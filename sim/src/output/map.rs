//! The neighbourhood as a map: `street.geojson` (RFC 7946), for mapping programs.
//!
//! Streets are the squares of their cells; homes are points in theirs, moved a little so that none hides another.

use std::collections::BTreeMap;

use geojson::{Feature, FeatureCollection, Geometry, GeometryValue, JsonObject};
use serde_json::json;
use streetlamp::error::Result;

use super::figures::{Spread, by_said};
use super::place::{Square, spot};
use super::undrawn;
use crate::record::{Home, HouseNumber, Micros, Record, SaidKind, Street};

/// How alerts came to one home.
#[derive(Default)]
struct Heard {
    due: u32,
    took: Vec<u64>,
}

/// The map of a run.
pub(super) fn geojson(record: &Record) -> Result<Vec<u8>> {
    let mut heard: BTreeMap<HouseNumber, Heard> = BTreeMap::new();
    for (said, own) in by_said(record).filter(|(said, _)| said.kind == SaidKind::Alert) {
        for delivery in own {
            let heard = heard.entry(delivery.home).or_default();
            heard.due += 1;
            heard.took.extend(delivery.took(said).map(|took| took.0));
        }
    }
    let streets = record.streets.iter().map(street);
    let homes = record
        .homes
        .iter()
        .map(|home| point(home, heard.remove(&home.number).unwrap_or_default()));
    let features = FeatureCollection {
        bbox: None,
        features: streets.chain(homes).collect::<Result<_>>()?,
        foreign_members: None,
    };
    serde_json::to_vec(&features).map_err(|e| undrawn("the map", e))
}

fn street(street: &Street) -> Result<Feature> {
    let Square {
        west,
        south,
        east,
        north,
    } = Square::of(&street.cell)?;
    // Counter-clockwise and closed, as the RFC asks.
    let ring = [
        [west, south],
        [east, south],
        [east, north],
        [west, north],
        [west, south],
    ];
    Ok(feature(
        GeometryValue::new_polygon([ring]),
        json!({ "street": street.number, "name": street.name, "cell": street.cell }),
    ))
}

fn point(home: &Home, heard: Heard) -> Result<Feature> {
    let (across, up) = spot(home.number.0);
    let (longitude, latitude) = Square::of(&home.cell)?.point(across, up);
    let delivered = heard.took.len();
    let spread = Spread::of(heard.took);
    Ok(feature(
        GeometryValue::new_point([longitude, latitude]),
        json!({
            "home": home.number,
            "name": home.name,
            "cell": home.cell,
            "street": home.street,
            "role": home.role,
            "line": home.link,
            "availability": home.availability,
            "alerts_due": heard.due,
            "alerts_delivered": delivered,
            "alerts_p50_ms": spread.map(|spread| Micros(spread.p50).as_ms()),
            "alerts_p99_ms": spread.map(|spread| Micros(spread.p99).as_ms()),
        }),
    ))
}

fn feature(geometry: GeometryValue, properties: serde_json::Value) -> Feature {
    let properties: Option<JsonObject> = match properties {
        serde_json::Value::Object(properties) => Some(properties),
        _ => None,
    };
    Feature {
        bbox: None,
        geometry: Some(Geometry::new(geometry)),
        id: None,
        properties,
        foreign_members: None,
    }
}
