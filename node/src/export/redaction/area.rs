//! An area of the picture that is to be covered, and when.

use std::str::FromStr;

use crate::camera::film::Facts;
use crate::error::{Error, ErrorKind, Result};

/// Why a text is no area.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "write an area as X,Y,W,H in pixels from the upper left corner, and if it is for a part of the film @FROM-TO in seconds: 40,60,200,120@2.5-8"
)]
pub(crate) struct AreaError;

/// A rectangle, in pixels of the picture as it is seen, for all of the film or a part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Area {
    x: u16,
    y: u16,
    width: u16,
    height: u16,
    /// From and to, in milliseconds.
    when: Option<(u32, u32)>,
}

impl FromStr for Area {
    type Err = AreaError;

    fn from_str(text: &str) -> std::result::Result<Self, AreaError> {
        let (place, when) = match text.split_once('@') {
            Some((place, when)) => (place, Some(when)),
            None => (text, None),
        };
        let numbers: Vec<u16> = place
            .split(',')
            .map(|number| number.trim().parse().map_err(|_| AreaError))
            .collect::<std::result::Result<_, _>>()?;
        let [x, y, width, height] = *numbers.as_slice() else {
            return Err(AreaError);
        };
        let when = when.map(span).transpose()?;
        if width == 0 || height == 0 {
            return Err(AreaError);
        }
        Ok(Self {
            x,
            y,
            width,
            height,
            when,
        })
    }
}

fn span(text: &str) -> std::result::Result<(u32, u32), AreaError> {
    let (from, to) = text.split_once('-').ok_or(AreaError)?;
    let (from, to) = (milliseconds(from)?, milliseconds(to)?);
    if from < to {
        Ok((from, to))
    } else {
        Err(AreaError)
    }
}

/// Seconds with at most three decimals.
fn milliseconds(text: &str) -> std::result::Result<u32, AreaError> {
    let (whole, part) = text.trim().split_once('.').unwrap_or((text.trim(), "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(part) || part.len() > 3 {
        return Err(AreaError);
    }
    let whole: u32 = whole.parse().map_err(|_| AreaError)?;
    let part: u32 = format!("{part:0<3}").parse().map_err(|_| AreaError)?;
    whole
        .checked_mul(1_000)
        .and_then(|ms| ms.checked_add(part))
        .ok_or(AreaError)
}

impl Area {
    /// Checks that it covers something, all of it.
    ///
    /// # Errors
    /// If it reaches out of the picture, or begins after the film is over: a typing error would leave open what was to
    /// be covered.
    pub(super) fn fits(&self, facts: &Facts) -> Result<()> {
        let (width, height) = facts.seen();
        let (right, bottom) = (
            u32::from(self.x) + u32::from(self.width),
            u32::from(self.y) + u32::from(self.height),
        );
        if right > width || bottom > height {
            let message = format!(
                "the area {},{},{},{} reaches out of the picture, which is {width} wide and {height} high. Nothing was written; the ledger has an entry, because the film was opened",
                self.x, self.y, self.width, self.height
            );
            return Err(Error::new(ErrorKind::Invalid, message));
        }
        let lasts = facts.duration.as_millis();
        match self.when {
            Some((from, _)) if u128::from(from) >= lasts => {
                let message = format!(
                    "an area is to be covered from second {} on, and the film lasts {:.1}. Nothing was written; the ledger has an entry, because the film was opened",
                    f64::from(from) / 1_000.0,
                    facts.duration.as_secs_f64()
                );
                Err(Error::new(ErrorKind::Invalid, message))
            }
            _ => Ok(()),
        }
    }

    /// The filter by which ffmpeg fills it with black. Made of numbers only.
    pub(super) fn filter(&self) -> String {
        let Self {
            x,
            y,
            width,
            height,
            when,
        } = self;
        let fill = format!("drawbox=x={x}:y={y}:w={width}:h={height}:color=black:t=fill");
        match when {
            None => fill,
            Some((from, to)) => format!(
                "{fill}:enable='between(t,{}.{:03},{}.{:03})'",
                from / 1_000,
                from % 1_000,
                to / 1_000,
                to % 1_000
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_area_is_four_numbers_and_perhaps_a_span() {
        let area: Area = "40,60,200,120@2.5-8".parse().unwrap();
        assert_eq!(
            area.filter(),
            "drawbox=x=40:y=60:w=200:h=120:color=black:t=fill:enable='between(t,2.500,8.000)'"
        );
        let always: Area = "0, 0, 1, 1".parse().unwrap();
        assert_eq!(
            always.filter(),
            "drawbox=x=0:y=0:w=1:h=1:color=black:t=fill"
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
            "1,2,3,70000",
            "1,2,3,4@",
            "1,2,3,4@5",
            "1,2,3,4@5-5",
            "1,2,3,4@6-5",
            "1,2,3,4@1.0001-2",
            "1,2,3,4@1e3-9e9",
            "1,2,3,4:color=white",
            "1,2,3,4@0-1',movie=/etc/passwd",
        ] {
            assert_eq!(text.parse::<Area>(), Err(AreaError), "{text}");
        }
    }
}
