//! Curves of a report, as SVG that is part of the page.

use std::fmt::Display;

use plotters::prelude::*;
use streetlamp::error::Result;

use crate::output::figures::rank;
use crate::output::undrawn;
use crate::record::Micros;

/// Width and height of a curve, in CSS pixels; the page scales it.
const SIZE: (u32, u32) = (480, 300);
/// Letters at the axes, for that size.
const LETTERS: (&str, u32) = ("sans-serif", 15);
/// Most points of a cloud. More would make the page heavy and no clearer.
const POINTS: usize = 4_000;
/// Most bars of a histogram.
const BARS: u64 = 24;
/// Ours.
const MEASURED: RGBColor = RGBColor(29, 79, 140);
/// What no protocol could beat.
const FLOOR: RGBColor = RGBColor(150, 90, 20);

/// The share of homes that had shown an alert after so many milliseconds, beside the floor.
pub(super) fn curve(connected: &[(Micros, Micros)]) -> Result<Option<String>> {
    let sorted = |times: Vec<u64>| {
        let mut times = times;
        times.sort_unstable();
        times
    };
    let took = sorted(connected.iter().map(|(took, _)| took.0).collect());
    let floors = sorted(connected.iter().map(|(_, floor)| floor.0).collect());
    let Some(longest) = took.last() else {
        return Ok(None);
    };
    let drawn = svg(|root| {
        let mut chart = ChartBuilder::on(root)
            .margin(12)
            .x_label_area_size(44)
            .y_label_area_size(56)
            .build_cartesian_2d(0.0..Micros(*longest).as_ms().max(1.0), 0_i32..100_i32)
            .map_err(said)?;
        chart
            .configure_mesh()
            .light_line_style(TRANSPARENT)
            .label_style(LETTERS)
            .x_desc("milliseconds after it was said")
            .y_desc("% of homes")
            .draw()
            .map_err(said)?;
        for (times, colour) in [(&floors, FLOOR), (&took, MEASURED)] {
            let points = (0..=100_usize).filter_map(|percent| {
                let time = Micros(rank(times, percent)?).as_ms();
                Some((time, i32::try_from(percent).ok()?))
            });
            chart
                .draw_series(LineSeries::new(points, colour.stroke_width(2)))
                .map_err(said)?;
        }
        Ok(())
    })?;
    Ok(Some(drawn))
}

/// Each delivery as a point: how long it took over how long it had to, with a line where both are the same.
pub(super) fn floors(connected: &[(Micros, Micros)]) -> Result<Option<String>> {
    let longest = connected.iter().map(|(took, _)| *took).max();
    let farthest = connected.iter().map(|(_, floor)| *floor).max();
    let Some((longest, farthest)) = longest.zip(farthest) else {
        return Ok(None);
    };
    let (right, top) = (farthest.as_ms().max(1.0), longest.as_ms().max(1.0));
    let drawn = svg(|root| {
        let mut chart = ChartBuilder::on(root)
            .margin(12)
            .x_label_area_size(44)
            .y_label_area_size(56)
            .build_cartesian_2d(0.0..right, 0.0..top)
            .map_err(said)?;
        chart
            .configure_mesh()
            .light_line_style(TRANSPARENT)
            .label_style(LETTERS)
            .x_desc("shortest path, in milliseconds")
            .y_desc("measured, in milliseconds")
            .draw()
            .map_err(said)?;
        let same = right.min(top);
        chart
            .draw_series(LineSeries::new(
                [(0.0, 0.0), (same, same)],
                FLOOR.stroke_width(2),
            ))
            .map_err(said)?;
        // Every so many, so that all of the run is in it.
        let step = connected.len().div_ceil(POINTS).max(1);
        let points = connected.iter().step_by(step).map(|(took, floor)| {
            Circle::new((floor.as_ms(), took.as_ms()), 2, MEASURED.mix(0.5).filled())
        });
        chart.draw_series(points).map_err(said)?;
        Ok(())
    })?;
    Ok(Some(drawn))
}

/// How many of `values` lie in each of a few steps of the same width.
pub(super) fn bars(values: &[u64], unit: &str) -> Result<Option<String>> {
    let Some((least, most)) = values.iter().min().zip(values.iter().max()) else {
        return Ok(None);
    };
    let width = (most - least + 1).div_ceil(BARS);
    let mut counts = vec![0_u32; usize::try_from((most - least) / width + 1).unwrap_or(1)];
    for value in values {
        let bar = usize::try_from((value - least) / width).unwrap_or(0);
        if let Some(count) = counts.get_mut(bar) {
            *count += 1;
        }
    }
    let highest = counts.iter().max().copied().unwrap_or(0);
    let end = least + width * counts.len() as u64;
    let drawn = svg(|root| {
        let mut chart = ChartBuilder::on(root)
            .margin(12)
            .x_label_area_size(44)
            .y_label_area_size(56)
            .build_cartesian_2d(*least..end, 0..highest + 1)
            .map_err(said)?;
        chart
            .configure_mesh()
            .disable_x_mesh()
            .light_line_style(TRANSPARENT)
            .label_style(LETTERS)
            .x_desc(unit)
            .draw()
            .map_err(said)?;
        let bars = counts.iter().zip(0_u64..).map(|(count, bar)| {
            let left = least + bar * width;
            let mut bar = Rectangle::new([(left, 0), (left + width, *count)], MEASURED.filled());
            bar.set_margin(0, 0, 1, 1);
            bar
        });
        chart.draw_series(bars).map_err(said)?;
        Ok(())
    })?;
    Ok(Some(drawn))
}

type Canvas<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;

fn svg(draw: impl FnOnce(&Canvas<'_>) -> Result<()>) -> Result<String> {
    let mut text = String::new();
    {
        let root = SVGBackend::with_string(&mut text, SIZE).into_drawing_area();
        draw(&root)?;
        root.present().map_err(said)?;
    }
    // The page sets the width; a fixed one would run over a phone's screen.
    let (width, height) = SIZE;
    let fixed = format!(r#"width="{width}" height="{height}" "#);
    Ok(text.replacen(&fixed, r#"role="img" "#, 1))
}

fn said(error: impl Display) -> streetlamp::error::Error {
    undrawn("a curve", error.to_string())
}
