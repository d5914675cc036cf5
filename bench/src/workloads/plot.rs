//! The plot, as SVG: for each case a group of bars, one for each way.

use super::{
    price::{per_million, PRICES},
    report::{measured, present},
    results::{CaseResults, Results, WayResults},
};
use crate::plot::{Area, Log, Plot, FAINT, FONTS, GREY, INK};

const WIDTH: f64 = 1280.0;
const HEADER: f64 = 150.0;
/// What a bar takes, and what is between two cases.
const BAR: f64 = 11.0;
const GAP: f64 = 12.0;
/// The setting of memory that costs are drawn for.
const MEMORY_MB: u32 = 512;

type Value<'a> = &'a dyn Fn(&CaseResults, &WayResults) -> Option<f64>;

/// A diagram: its title, its value, how that is written, and the values that the axis has ticks at.
struct Diagram<'a> {
    title: String,
    value: Value<'a>,
    text: fn(f64) -> String,
    ticks: &'a [f64],
}

/// Draws the results.
pub fn svg(results: &Results) -> String {
    let bars: usize = measured(results).map(|(_, case)| case.ways.len()).sum();
    let groups = measured(results).count();
    let height = bars as f64 * BAR + groups as f64 * GAP;
    let whole = HEADER + height + 50.0;
    let mut plot = Plot::default();
    let title = "Workloads on Lambda: time per invocation, and its cost";
    plot.text(40.0, 44.0, 22.0, "start", INK, title, true);
    let subtitle = format!(
        "{}, server and function pinned to one core; medians over {} rounds; logarithmic axes",
        results.machine.cpu, results.rounds
    );
    plot.text(40.0, 68.0, 13.0, "start", GREY, &subtitle, false);
    legend(&mut plot, results);
    let area = |left, width| Area {
        left,
        top: HEADER,
        width,
        height,
    };
    let ratio = |value: f64| format!("{value:.2}");
    let ratios = [0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0];
    let price = PRICES.gb_second[0].1;
    let diagrams = [
        (
            area(210.0, 300.0),
            Diagram {
                title: "Time as a multiple of Python's".to_owned(),
                value: &|case, way| case.ratio(&way.name, "python"),
                text: ratio,
                ticks: &ratios,
            },
        ),
        (
            area(575.0, 300.0),
            Diagram {
                title: "As a multiple of the OS-only runtime's".to_owned(),
                value: &|case, way| case.ratio(&way.name, "os_only"),
                text: ratio,
                ticks: &ratios,
            },
        ),
        (
            area(940.0, 280.0),
            Diagram {
                title: format!("USD per million, {MEMORY_MB} MB, x86_64"),
                value: &|_, way| Some(per_million(*way.billed_ms.get(&MEMORY_MB)?, MEMORY_MB, price)),
                text: ratio,
                ticks: &[0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0],
            },
        ),
    ];
    for (index, (area, diagram)) in diagrams.into_iter().enumerate() {
        draw(&mut plot, results, area, &diagram, index == 0);
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {whole}\" width=\"{WIDTH}\" height=\"{whole}\" \
         font-family=\"{FONTS}\">\n<rect width=\"{WIDTH}\" height=\"{whole}\" fill=\"#ffffff\"/>\n{}</svg>\n",
        plot.0
    )
}

fn legend(plot: &mut Plot, results: &Results) {
    for (index, way) in present(results).enumerate() {
        let x = 40.0 + index as f64 * 205.0;
        plot.add(format_args!(
            "<rect x=\"{x:.1}\" y=\"88.0\" width=\"14\" height=\"14\" rx=\"2\" fill=\"{}\"/>",
            way.color
        ));
        plot.text(x + 21.0, 100.0, 13.5, "start", INK, way.label, false);
    }
}

fn draw(plot: &mut Plot, results: &Results, area: Area, diagram: &Diagram, with_labels: bool) {
    plot.text(area.left, area.top - 18.0, 15.0, "start", INK, &diagram.title, true);
    let values = measured(results).flat_map(|(_, case)| case.ways.iter().filter_map(|way| (diagram.value)(case, way)));
    let (least, most) = values.fold((f64::MAX, f64::MIN), |(least, most), value| {
        (least.min(value), most.max(value))
    });
    if least > most {
        return;
    }
    let x = Log {
        values: (least * 0.7, most.max(least * 1.1)),
        pixels: (area.left, area.right() - 40.0),
    };
    for tick in diagram.ticks {
        if (x.values.0..=x.values.1).contains(tick) {
            let at = x.at(*tick);
            plot.line((at, area.top - 4.0), (at, area.bottom()), FAINT, 1.0);
            plot.text(at, area.bottom() + 17.0, 12.0, "middle", GREY, &tick.to_string(), false);
        }
    }
    let mut y = area.top;
    for (case, found) in measured(results) {
        let height = found.ways.len() as f64 * BAR;
        if with_labels {
            plot.text(
                area.left - 12.0,
                y + height / 2.0 + 4.5,
                13.0,
                "end",
                INK,
                case.label,
                false,
            );
        }
        for way in present(results) {
            let Some(own) = found.way(way.name) else {
                continue;
            };
            if let Some(value) = (diagram.value)(found, own) {
                let end = x.at(value);
                plot.add(format_args!(
                    "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" fill=\"{}\"/>",
                    area.left,
                    y + 1.0,
                    end - area.left,
                    BAR - 2.0,
                    way.color
                ));
                plot.text(
                    end + 5.0,
                    y + BAR - 2.0,
                    9.5,
                    "start",
                    GREY,
                    &(diagram.text)(value),
                    false,
                );
            }
            y += BAR;
        }
        y += GAP;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workloads::{cases::CASES, sample};

    #[test]
    fn each_way_has_a_bar_in_each_case_and_diagram() {
        let svg = svg(&sample::results(&[
            ("ours_extension", 0.5),
            ("python", 1.0),
            ("os_only", 0.8),
        ]));
        // One more of each colour is in the legend.
        assert_eq!(svg.matches("fill=\"#f0803c\"").count(), 3 * CASES.len() + 1);
        assert!(svg.contains("ours, extension dispatch") && !svg.contains("PyO3"));
    }

    #[test]
    fn all_bars_lie_within_the_plot() {
        let svg = svg(&sample::results(&[
            ("ours_extension", 0.001),
            ("python", 1.0),
            ("os_only", 900.0),
        ]));
        let attribute = |element: &str, name: &str| -> f64 {
            let rest = element.split(&format!(" {name}=\"")).nth(1).unwrap();
            rest.split('"').next().unwrap().parse().unwrap()
        };
        for bar in svg.split("<rect").skip(2).map(|rest| format!(" {rest}")) {
            let (left, width) = (attribute(&bar, "x"), attribute(&bar, "width"));
            assert!(left >= 0.0 && width > 0.0 && left + width < WIDTH, "{bar}");
        }
    }

    #[test]
    fn what_has_nothing_to_be_compared_with_is_left_out() {
        let svg = svg(&sample::results(&[("ours_extension", 0.5)]));
        // The costs alone, and the legend.
        assert_eq!(svg.matches("fill=\"#f0803c\"").count(), CASES.len() + 1);
    }
}
