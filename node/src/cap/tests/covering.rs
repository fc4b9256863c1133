//! Covers, against points that were chosen in other ways than the cover is made.

use geo::{Destination, Geodesic, Point};
use proptest::collection::vec;
use proptest::prelude::*;
use streetlamp_proto::cell::Cell;
use streetlamp_proto::publisher::Area;
use streetlamp_proto::wire::limits::{AREA_CELLS, BULLETIN_CELL};

use super::*;

/// A message about one place.
fn about(polygons: &[String], circles: &[String]) -> Message {
    let mut message = read(THUNDERSTORM.as_bytes()).unwrap();
    let place = &mut message.infos[0].places[0];
    place.polygons = polygons.to_vec();
    place.circles = circles.to_vec();
    message
}

fn area(cells: &[&str]) -> Area {
    Area::of(cells.iter().map(|cell| cell.parse().unwrap())).unwrap()
}

/// Europe north of 45 degrees, between 0 and 45 degrees of longitude.
fn north() -> Area {
    let names = "0123456789bcdefghjkmnpqrstuvwxyz".chars();
    Area::of(names.map(|c| format!("u{c}").parse().unwrap())).unwrap()
}

fn holds(area: &Option<Area>, latitude: f64, longitude: f64) -> bool {
    let cell = geohash::encode((longitude, latitude).into(), 6).unwrap();
    let cell: Cell = cell.parse().unwrap();
    area.as_ref()
        .is_some_and(|area| area.holds(&Area::of([cell]).unwrap()))
}

/// Whether a line from a point to the east crosses the edge an odd number of times.
fn is_inside(polygon: &[(f64, f64)], (y, x): (f64, f64)) -> bool {
    let edges = polygon.iter().zip(polygon.iter().cycle().skip(1));
    let crossed = edges.filter(|((y1, x1), (y2, x2))| {
        (*y1 > y) != (*y2 > y) && x < (x2 - x1) * (y - y1) / (y2 - y1) + x1
    });
    crossed.count() % 2 == 1
}

fn written(points: &[(f64, f64)]) -> String {
    let points = points.iter().chain(points.first());
    let points = points.map(|(latitude, longitude)| format!("{latitude},{longitude}"));
    points.collect::<Vec<_>>().join(" ")
}

/// A polygon around a place, which may cross itself.
fn polygon() -> impl Strategy<Value = Vec<(f64, f64)>> {
    let centre = (48.0..68.0_f64, 3.0..42.0_f64, 0.001..0.8_f64);
    let corners = vec((-1.0..1.0_f64, -1.0..1.0_f64), 3..12);
    (centre, corners).prop_map(|((latitude, longitude, size), corners)| {
        let corner = |(y, x): (f64, f64)| (latitude + y * size, longitude + x * size);
        corners.into_iter().map(corner).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn every_point_of_a_polygon_lies_in_its_cover(
        polygon in polygon(),
        shares in vec((0.0..1.0_f64, 0.0..1.0_f64), 64),
    ) {
        let message = about(&[written(&polygon)], &[]);
        let found = cover(&message, &north()).unwrap().unwrap();
        prop_assert!(!found.sticks_out);
        let cells = found.area.as_ref().map_or(0, |area| area.cells().len());
        prop_assert!((1..=AREA_CELLS).contains(&cells));
        prop_assert!(found.area.as_ref().unwrap().no_larger_than(BULLETIN_CELL).is_ok());
        let ys = polygon.iter().map(|(y, _)| *y);
        let xs = polygon.iter().map(|(_, x)| *x);
        let (south, north) = (ys.clone().fold(90.0, f64::min), ys.fold(-90.0, f64::max));
        let (west, east) = (xs.clone().fold(180.0, f64::min), xs.fold(-180.0, f64::max));
        for (down, right) in shares {
            let point = (south + down * (north - south), west + right * (east - west));
            if is_inside(&polygon, point) {
                prop_assert!(holds(&found.area, point.0, point.1), "{:?}", point);
            }
        }
        for (latitude, longitude) in &polygon {
            prop_assert!(holds(&found.area, *latitude, *longitude), "a corner");
        }
    }

    #[test]
    fn what_of_a_polygon_lies_in_the_declared_area_lies_in_its_cover_and_nothing_else_does(
        polygon in polygon(),
        length in 3..7_usize,
        shares in vec((0.0..1.0_f64, 0.0..1.0_f64), 64),
    ) {
        let declared = geohash::encode((polygon[0].1, polygon[0].0).into(), length).unwrap();
        let declared = area(&[&declared]);
        let message = about(&[written(&polygon)], &[]);
        let cell = geohash::decode_bbox(declared.cells()[0].as_str()).unwrap();
        let found = match cover(&message, &declared) {
            // A country's worth of weather in the largest cells.
            Err(CapError::Area) => return Ok(()),
            found => found.unwrap().unwrap(),
        };
        prop_assert!(found.area.as_ref().is_none_or(|area| declared.holds(area)));
        for (down, right) in shares {
            let y = cell.min().y + down * cell.height() * 0.999;
            let x = cell.min().x + right * cell.width() * 0.999;
            if is_inside(&polygon, (y, x)) {
                prop_assert!(holds(&found.area, y, x));
            }
        }
        let is_out = |(y, x): &(f64, f64)| {
            let (min, max) = (cell.min(), cell.max());
            *y < min.y - 1e-6 || *y > max.y + 1e-6 || *x < min.x - 1e-6 || *x > max.x + 1e-6
        };
        if polygon.iter().any(is_out) {
            prop_assert!(found.sticks_out);
        }
    }

    #[test]
    fn every_point_of_a_circle_lies_in_its_cover(
        latitude in 48.0..66.0_f64,
        longitude in 5.0..40.0_f64,
        radius in 0.0..60.0_f64,
        points in vec((0.0..360.0_f64, 0.0..1.0_f64), 32),
    ) {
        let circle = format!("{latitude},{longitude} {radius}");
        let found = cover(&about(&[], &[circle]), &north()).unwrap().unwrap();
        prop_assert!(!found.sticks_out);
        for (bearing, share) in points {
            // On the ellipsoid of WGS 84, which CAP means; the cover is made on a sphere.
            let from = Point::new(longitude, latitude);
            let point = Geodesic.destination(from, bearing, radius * 1_000.0 * share);
            prop_assert!(holds(&found.area, point.y(), point.x()));
        }
        prop_assert!(holds(&found.area, latitude, longitude));
    }
}

#[test]
fn a_shape_that_crosses_the_180th_meridian_is_covered_on_both_sides_and_nowhere_else() {
    let fiji = "-16.5,179.5 -16.5,-179.5 -17.5,-179.5 -17.5,179.5 -16.5,179.5".to_owned();
    let whole = cover(&about(&[fiji], &[]), &area(&["r", "2"]));
    let whole = whole.unwrap().unwrap();
    assert!(!whole.sticks_out);
    assert!(holds(&whole.area, -17.0, 179.7) && holds(&whole.area, -17.0, -179.7));
    assert!(!holds(&whole.area, -17.0, 179.0) && !holds(&whole.area, -17.0, 0.0));
    let circle = cover(
        &about(&[], &["-17,179.9 50".to_owned()]),
        &area(&["r", "2"]),
    );
    let circle = circle.unwrap().unwrap();
    assert!(holds(&circle.area, -17.0, -179.9) && holds(&circle.area, -17.0, 179.6));
}

#[test]
fn what_goes_round_a_pole_or_the_earth_counts_as_everywhere() {
    let town = area(&["u33dc"]);
    for polygon in [
        "80,-120 80,0 80,120 80,-120",
        "60,-180 60,180 -60,180 -60,-180 60,-180",
        "90,-180 90,180 -90,180 -90,-180 90,-180",
    ] {
        let found = cover(&about(&[polygon.to_owned()], &[]), &town)
            .unwrap()
            .unwrap();
        assert_eq!(found.area.as_ref(), Some(&town), "{polygon}");
        assert!(found.sticks_out);
    }
    let tsunami = cover(&about(&[], &["52,13 5000".to_owned()]), &town);
    assert_eq!(tsunami.unwrap().unwrap().area, Some(town));
}

#[test]
fn a_shape_elsewhere_covers_nothing_and_one_that_only_touches_does_not_stick_out() {
    let cell = geohash::decode_bbox("u33dc").unwrap();
    let (south, west) = (cell.min().y, cell.min().x);
    let (north, east) = (cell.max().y, cell.max().x);
    let exactly = [(south, west), (south, east), (north, east), (north, west)];
    let message = about(&[written(&exactly)], &[]);
    let found = cover(&message, &area(&["u33dc"])).unwrap().unwrap();
    assert_eq!(found.area, Some(area(&["u33dc"])));
    assert!(!found.sticks_out);
    let elsewhere = cover(&message, &area(&["gcpvj"])).unwrap().unwrap();
    assert_eq!((elsewhere.area, elsewhere.sticks_out), (None, true));
}

#[test]
fn a_country_is_too_large_for_a_publisher_that_speaks_in_all_of_it() {
    let country = about(&["46,6 54,6 54,15 46,15 46,6".to_owned()], &[]);
    assert_eq!(cover(&country, &north()), Err(CapError::Area));
    // A town in it takes what concerns the town.
    let town = area(&["u33dc", "u33dd"]);
    assert_eq!(cover(&country, &town).unwrap().unwrap().area, Some(town));
}

#[test]
fn shapes_that_are_none_are_refused_and_a_place_without_any_has_no_cover() {
    for odd in [
        "",
        "1,1 2,2 1,1",
        "1,1 2,2 3,3 4,4",
        "1,1 2,2 91,3 1,1",
        "1 2 3 1",
        "1,1 2,x 3,3 1,1",
        "1,NaN 2,2 3,3 1,NaN",
    ] {
        assert!(
            cover(&about(&[odd.to_owned()], &[]), &north()).is_err(),
            "{odd}"
        );
    }
    for odd in ["", "1,1", "1,1 -1", "1,1 inf", "1,1 1 1", "1,1,1 1"] {
        assert!(
            cover(&about(&[], &[odd.to_owned()]), &north()).is_err(),
            "{odd}"
        );
    }
    assert_eq!(cover(&about(&[], &[]), &north()), Ok(None));
}
