//! Where cells lie, in degrees. Only simulated homes have such places: `proto` knows no coordinates.

use streetlamp::error::{Error, ErrorKind, Result};

/// A rectangle of degrees.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Square {
    pub(super) west: f64,
    pub(super) south: f64,
    pub(super) east: f64,
    pub(super) north: f64,
}

impl Square {
    /// Where a cell lies.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] if the text is not a geohash.
    pub(super) fn of(cell: &str) -> Result<Self> {
        let bounds = geohash::decode_bbox(cell).map_err(|e| {
            Error::new(ErrorKind::Invalid, format!("{cell} is not a cell")).because(e)
        })?;
        Ok(Self {
            west: bounds.min().x,
            south: bounds.min().y,
            east: bounds.max().x,
            north: bounds.max().y,
        })
    }

    /// Longitude and latitude of the place that lies `across` of the way from west to east and `up` from south to north.
    pub(super) fn point(self, across: f64, up: f64) -> (f64, f64) {
        (
            self.west + (self.east - self.west) * across,
            self.south + (self.north - self.south) * up,
        )
    }

    /// The least rectangle around both.
    pub(super) fn with(self, other: Self) -> Self {
        Self {
            west: self.west.min(other.west),
            south: self.south.min(other.south),
            east: self.east.max(other.east),
            north: self.north.max(other.north),
        }
    }
}

/// Where in its cell a home is drawn, so that homes of one cell do not hide each other: the additive recurrence of
/// Roberts (2018, "The Unreasonable Effectiveness of Quasirandom Sequences"), kept off the edges.
pub(super) fn spot(number: u32) -> (f64, f64) {
    const PLASTIC: f64 = 1.324_717_957_244_746;
    let n = f64::from(number) + 1.0;
    let fraction = |step: f64| 0.1 + 0.8 * (n * step).fract();
    (fraction(1.0 / PLASTIC), fraction(1.0 / (PLASTIC * PLASTIC)))
}
