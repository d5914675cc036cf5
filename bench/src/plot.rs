//! The plot, as SVG.

use std::fmt::Write;

use crate::{
    events::SIZES,
    memory::Memory,
    peers::{Peer, ENGINES, PEERS},
    results::{PeerResults, Results},
};

/// The plot's width, in units of SVG.
pub const WIDTH: f64 = 1280.0;
/// Its height.
pub const HEIGHT: f64 = 940.0;
pub(crate) const INK: &str = "#1f2937";
pub(crate) const FAINT: &str = "#e4e7eb";
pub(crate) const GREY: &str = "#6b7280";
/// What both forms of the plot are set in; the first is what the PNG is drawn with.
pub(crate) const FONTS: &str = "DejaVu Sans, Verdana, Helvetica, Arial, sans-serif";

/// A rectangle to draw in.
#[derive(Clone, Copy)]
pub(crate) struct Area {
    pub(crate) left: f64,
    pub(crate) top: f64,
    pub(crate) width: f64,
    pub(crate) height: f64,
}

impl Area {
    pub(crate) fn bottom(&self) -> f64 {
        self.top + self.height
    }

    pub(crate) fn right(&self) -> f64 {
        self.left + self.width
    }
}

/// A logarithmic axis, from one value to another, along pixels.
pub(crate) struct Log {
    pub(crate) values: (f64, f64),
    pub(crate) pixels: (f64, f64),
}

impl Log {
    pub(crate) fn at(&self, value: f64) -> f64 {
        let share = (value / self.values.0).ln() / (self.values.1 / self.values.0).ln();
        self.pixels.0 + share * (self.pixels.1 - self.pixels.0)
    }
}

/// Draws the results.
pub fn svg(results: &Results) -> String {
    let mut plot = Plot::default();
    plot.text(
        40.0,
        44.0,
        22.0,
        "start",
        INK,
        "Rust on Lambda: time per invocation, cold start, memory",
        true,
    );
    let subtitle = format!(
        "{}, server and function pinned to one core; medians of {} rounds and {} starts",
        results.machine.cpu, results.rounds, results.starts
    );
    plot.text(40.0, 68.0, 13.0, "start", GREY, &subtitle, false);
    plot.legend(results);
    let top = 150.0;
    let area = |left, top, width, height| Area {
        left,
        top,
        width,
        height,
    };
    plot.times(results, area(90.0, top + 30.0, 520.0, 350.0));
    plot.ratios(results, area(710.0, top + 30.0, 530.0, 350.0));
    plot.bars(
        results,
        area(210.0, 640.0, 370.0, 260.0),
        "Cold start: process start to first response, ms",
        |peer| peer.pinned.cold_start_ms(),
    );
    plot.bars(
        results,
        area(860.0, 640.0, 350.0, 260.0),
        "Resident memory after small events, MiB",
        |peer| Memory::median_mib(&peer.pinned.memory_small, |memory| memory.rss_kib),
    );
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" width=\"{WIDTH}\" height=\"{HEIGHT}\" \
         font-family=\"{FONTS}\">\n<rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"#ffffff\"/>\n{}</svg>\n",
        plot.0
    )
}

/// The elements that were drawn.
#[derive(Default)]
pub(crate) struct Plot(pub(crate) String);

impl Plot {
    pub(crate) fn add(&mut self, element: std::fmt::Arguments) {
        self.0.write_fmt(element).expect("a string takes all that is written");
        self.0.push('\n');
    }

    #[expect(clippy::too_many_arguments, reason = "text has that many sides")]
    pub(crate) fn text(&mut self, x: f64, y: f64, size: f64, anchor: &str, color: &str, text: &str, bold: bool) {
        let weight = if bold { " font-weight=\"bold\"" } else { "" };
        let text = text.replace('&', "&amp;").replace('<', "&lt;");
        self.add(format_args!(
            "<text x=\"{x:.1}\" y=\"{y:.1}\" font-size=\"{size}\" text-anchor=\"{anchor}\" fill=\"{color}\"{weight}>{text}</text>"
        ));
    }

    pub(crate) fn line(&mut self, from: (f64, f64), to: (f64, f64), color: &str, width: f64) {
        self.add(format_args!(
            "<line x1=\"{:.1}\" y1=\"{:.1}\" x2=\"{:.1}\" y2=\"{:.1}\" stroke=\"{color}\" stroke-width=\"{width}\"/>",
            from.0, from.1, to.0, to.1
        ));
    }

    fn legend(&mut self, results: &Results) {
        let (columns, step) = (4, 305.0);
        let peers = curves(results);
        for (index, (peer, _)) in peers.iter().enumerate() {
            let x = 40.0 + (index % columns) as f64 * step;
            let y = 100.0 + (index / columns) as f64 * 24.0;
            self.line((x, y - 4.5), (x + 30.0, y - 4.5), peer.color, width(peer));
            self.add(format_args!(
                "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"4\" fill=\"{}\"/>",
                x + 15.0,
                y - 4.5,
                peer.color
            ));
            self.text(x + 38.0, y, 13.5, "start", INK, peer.label, false);
        }
    }

    /// The frame of a diagram over the sizes of events, and the axis that they are on.
    fn sizes(&mut self, area: Area, title: &str, y: &Log, ticks: &[(f64, String)]) -> Log {
        self.text(area.left - 50.0, area.top - 14.0, 15.0, "start", INK, title, true);
        let bytes = |index: usize| SIZES[index].bytes as f64;
        let x = Log {
            values: (bytes(0), bytes(SIZES.len() - 1)),
            pixels: (area.left + 18.0, area.right() - 18.0),
        };
        for (value, label) in ticks {
            self.line((area.left, y.at(*value)), (area.right(), y.at(*value)), FAINT, 1.0);
            self.text(area.left - 8.0, y.at(*value) + 4.5, 12.0, "end", GREY, label, false);
        }
        for size in SIZES {
            let at = x.at(size.bytes as f64);
            self.line((at, area.top), (at, area.bottom()), FAINT, 1.0);
            self.text(at, area.bottom() + 19.0, 12.0, "middle", GREY, size.label, false);
        }
        self.line((area.left, area.bottom()), (area.right(), area.bottom()), GREY, 1.0);
        self.text(
            area.left + area.width / 2.0,
            area.bottom() + 40.0,
            12.5,
            "middle",
            GREY,
            "size of the event",
            false,
        );
        x
    }

    fn curve(&mut self, peer: &Peer, points: &[(f64, f64)]) {
        let list: Vec<_> = points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
        self.add(format_args!(
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{}\" stroke-linejoin=\"round\"/>",
            list.join(" "),
            peer.color,
            width(peer)
        ));
        for (x, y) in points {
            self.add(format_args!(
                "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3.6\" fill=\"{}\"/>",
                peer.color
            ));
        }
    }

    fn times(&mut self, results: &Results, area: Area) {
        let all = curves(results).into_iter().flat_map(|(_, found)| {
            let sizes = SIZES.iter();
            sizes.filter_map(|size| found.pinned.p50_us(size.bytes))
        });
        let (least, most) = all.fold((20.0, 100_000.0), |(least, most), p50| {
            (f64::min(least, p50), f64::max(most, p50))
        });
        let y = Log {
            values: (least * 0.8, most * 1.3),
            pixels: (area.bottom(), area.top),
        };
        let ticks = [
            (10.0, "10 µs"),
            (100.0, "100 µs"),
            (1e3, "1 ms"),
            (1e4, "10 ms"),
            (1e5, "100 ms"),
        ]
        .map(|(value, label)| (value, label.to_owned()));
        let ticks: Vec<_> = ticks.into_iter().filter(|(value, _)| *value > y.values.0).collect();
        let x = self.sizes(area, "Time per invocation (p50)", &y, &ticks);
        for (peer, found) in curves(results) {
            let points = SIZES.iter().filter_map(|size| {
                let p50 = found.pinned.p50_us(size.bytes)?;
                Some((x.at(size.bytes as f64), y.at(p50)))
            });
            self.curve(peer, &points.collect::<Vec<_>>());
        }
    }

    fn ratios(&mut self, results: &Results, area: Area) {
        let Some(base) = results.peer("os_only") else {
            return;
        };
        let curves: Vec<(&Peer, Vec<(f64, f64)>)> = curves(results)
            .into_iter()
            .map(|(peer, found)| {
                let points = SIZES.iter().filter_map(|size| {
                    let ratio = found.pinned.p50_us(size.bytes)? / base.pinned.p50_us(size.bytes)?;
                    Some((size.bytes as f64, ratio))
                });
                (peer, points.collect())
            })
            .collect();
        let most = curves
            .iter()
            .flat_map(|(_, points)| points)
            .map(|(_, ratio)| *ratio)
            .fold(4.0, f64::max);
        let least = curves
            .iter()
            .filter(|(peer, _)| peer.is_program)
            .flat_map(|(_, points)| points)
            .map(|(_, ratio)| *ratio)
            .fold(0.75, f64::min);
        let y = Log {
            values: (least * 0.93, most * 1.1),
            pixels: (area.bottom(), area.top),
        };
        let ticks = [
            0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0, 24.0, 32.0,
        ];
        let ticks = ticks.into_iter().filter(|tick| (y.values.0..y.values.1).contains(tick));
        let ticks: Vec<_> = ticks.map(|tick| (tick, format!("{tick} ×"))).collect();
        let x = self.sizes(area, "The same, as a multiple of the OS-only runtime's", &y, &ticks);
        for (peer, points) in curves {
            // What parses no event is far below the others at large sizes.
            let inside = points.iter().filter(|(_, ratio)| *ratio >= y.values.0);
            let points: Vec<_> = inside.map(|(bytes, ratio)| (x.at(*bytes), y.at(*ratio))).collect();
            self.curve(peer, &points);
        }
    }

    fn bars(&mut self, results: &Results, area: Area, title: &str, value: fn(&PeerResults) -> Option<f64>) {
        self.text(area.left - 170.0, area.top - 16.0, 15.0, "start", INK, title, true);
        let mut bars: Vec<_> = PEERS
            .iter()
            .filter_map(|peer| Some((peer, value(results.peer(peer.name)?)?)))
            .collect();
        bars.sort_by(|one, other| one.1.total_cmp(&other.1));
        let most = bars.last().map_or(1.0, |(_, value)| *value);
        let step = (area.height / bars.len().max(1) as f64).min(36.0);
        for (index, (peer, value)) in bars.iter().enumerate() {
            let y = area.top + index as f64 * step;
            let length = value / most * (area.width - 50.0);
            self.add(format_args!(
                "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{length:.1}\" height=\"{:.1}\" rx=\"2\" fill=\"{}\"/>",
                area.left,
                y + 3.0,
                step - 8.0,
                peer.color
            ));
            let middle = y + step / 2.0 + 3.5;
            self.text(area.left - 10.0, middle, 12.5, "end", INK, peer.label, false);
            self.text(
                area.left + length + 7.0,
                middle,
                12.5,
                "start",
                INK,
                &format!("{value:.1}"),
                false,
            );
        }
    }
}

/// Ours are drawn bolder.
fn width(peer: &Peer) -> f64 {
    if peer.name.starts_with("ours") {
        3.2
    } else {
        2.0
    }
}

/// What is drawn over the sizes of events; ours last, so above the others. Engines differ at small events alone, where the tables tell it.
fn curves(results: &Results) -> Vec<(&'static Peer, &PeerResults)> {
    let is_drawn = |name: &str| name != "empty_python" && !ENGINES.contains(&name);
    let peers = PEERS.iter().rev().filter(|peer| is_drawn(peer.name));
    peers
        .filter_map(|peer| Some((peer, results.peer(peer.name)?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn what_was_measured_is_drawn() {
        let svg = svg(&sample::results(&[("os_only", 1.0), ("ours_extension", 0.8)]));
        assert_eq!(svg.matches("<polyline").count(), 4);
        assert!(svg.contains("ours, extension dispatch") && !svg.contains("pure Python"));
    }

    #[test]
    fn all_of_it_lies_within_the_plot() {
        let svg = svg(&sample::results(&[
            ("os_only", 1.0),
            ("node_proxy", 40.0),
            ("floor", 0.001),
        ]));
        for (name, limit) in [("cx=\"", WIDTH), ("cy=\"", HEIGHT)] {
            for at in svg.split(name).skip(1).map(|rest| rest.split('"').next().unwrap()) {
                assert!((0.0..limit).contains(&at.parse().unwrap()), "{name}{at}");
            }
        }
    }
}
