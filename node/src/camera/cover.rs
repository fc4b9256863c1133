//! An area of a camera's picture that nobody is to see: the neighbour's window, the pavement.
//!
//! It is counted in percent of the picture, so that it stays where it was when the camera sends another size.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// All of a picture's width or height, in tenths of a percent.
const WHOLE: u16 = 1_000;

/// Why a text is no area.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "write an area as X,Y,W,H in percent of the picture from its upper left corner, all of it within the picture: 0,62.5,40,37.5"
)]
pub struct CoverError;

/// A rectangle of the picture as it is seen, in tenths of a percent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Cover {
    x: u16,
    y: u16,
    width: u16,
    height: u16,
}

impl FromStr for Cover {
    type Err = CoverError;

    fn from_str(text: &str) -> Result<Self, CoverError> {
        let numbers: Vec<u16> = text.split(',').map(tenths).collect::<Result<_, _>>()?;
        let [x, y, width, height] = *numbers.as_slice() else {
            return Err(CoverError);
        };
        let within = |from: u16, size: u16| size > 0 && from.saturating_add(size) <= WHOLE;
        if !within(x, width) || !within(y, height) {
            return Err(CoverError);
        }
        Ok(Self {
            x,
            y,
            width,
            height,
        })
    }
}

/// A percentage with at most one decimal.
fn tenths(text: &str) -> Result<u16, CoverError> {
    let (whole, part) = text.trim().split_once('.').unwrap_or((text.trim(), "0"));
    let digits = |text: &str, most| {
        (1..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
    };
    if !digits(whole, 3) || !digits(part, 1) {
        return Err(CoverError);
    }
    let whole: u16 = whole.parse().map_err(|_| CoverError)?;
    let part: u16 = part.parse().map_err(|_| CoverError)?;
    Ok(whole * 10 + part)
}

impl Cover {
    /// The filters by which ffmpeg fills these areas with black. Made of numbers only.
    pub fn filters(areas: &[Self]) -> String {
        let filter = |area: &Self| {
            let Self {
                x,
                y,
                width,
                height,
            } = area;
            let (right, bottom) = (x + width, y + height);
            // From the pixel before its beginning to the one behind its end.
            format!(
                "drawbox=x=floor(iw*{x}/{WHOLE}):y=floor(ih*{y}/{WHOLE}):w=ceil(iw*{right}/{WHOLE})-floor(iw*{x}/{WHOLE}):h=ceil(ih*{bottom}/{WHOLE})-floor(ih*{y}/{WHOLE}):color=black:t=fill"
            )
        };
        let filters: Vec<_> = areas.iter().map(filter).collect();
        filters.join(",")
    }
}

impl fmt::Display for Cover {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, tenths) in [self.x, self.y, self.width, self.height].iter().enumerate() {
            let comma = if number == 0 { "" } else { "," };
            write!(f, "{comma}{}", tenths / 10)?;
            if tenths % 10 != 0 {
                write!(f, ".{}", tenths % 10)?;
            }
        }
        Ok(())
    }
}

impl TryFrom<String> for Cover {
    type Error = CoverError;

    fn try_from(text: String) -> Result<Self, CoverError> {
        text.parse()
    }
}

impl From<Cover> for String {
    fn from(area: Cover) -> Self {
        area.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_area_is_four_percentages_within_the_picture() {
        let area: Cover = " 0, 62.5,40,37.5".parse().unwrap();
        assert_eq!(area.to_string(), "0,62.5,40,37.5");
        assert_eq!(
            "0,0,100,100".parse::<Cover>().unwrap().to_string(),
            "0,0,100,100"
        );
    }

    #[test]
    fn what_is_no_area_is_refused_and_nothing_of_it_reaches_a_program() {
        for text in [
            "",
            "1,2,3",
            "1,2,3,4,5",
            "1,2,0,4",
            "-1,2,3,4",
            "60,0,50,10",
            "0,99.9,10,0.2",
            "0,0,100.1,1",
            "0,0,1e1,1",
            "0,0,10.25,1",
            "0,0,10,1:color=white",
            "0,0,10,1,movie=/etc/passwd",
        ] {
            assert_eq!(text.parse::<Cover>(), Err(CoverError), "{text}");
        }
    }
}
