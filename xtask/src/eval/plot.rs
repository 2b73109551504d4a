//! The plots, as SVG: ROC curves of each scorer, and how often what the scorer calls likely is so.

use std::fmt::Write;

use super::{Found, Told, at, known};

/// Width and height of one panel's field, and the room around it.
const FIELD: f64 = 180.0;
const LEFT: f64 = 44.0;
const TOP: f64 = 34.0;
const RIGHT: f64 = 16.0;
const BOTTOM: f64 = 44.0;
/// Panels in a row.
const COLUMNS: usize = 3;
/// Of the scorer and its peers: colours that are told apart without seeing hues (Okabe and Ito), and dashes.
const LINES: [(&str, &str); 4] = [("#0072b2", ""), ("#d55e00", "6 3"), ("#009e73", "2 2"), ("#cc79a7", "8 2 2 2")];
/// Most points of a line.
const POINTS: usize = 120;
/// Steps of likelihood, and the fewest messages a step is drawn for.
const STEPS: usize = 10;
const FEWEST: usize = 20;

struct Panel {
    title: String,
    axes: [&'static str; 2],
    lines: Vec<Vec<(f64, f64)>>,
    dots: bool,
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

/// Panels in rows, all axes from 0 to 1, with a legend below.
fn drawing(title: &str, panels: &[Panel], legend: &[String]) -> String {
    let rows = panels.len().div_ceil(COLUMNS);
    let (wide, high) = (LEFT + FIELD + RIGHT, TOP + FIELD + BOTTOM);
    let columns = panels.len().min(COLUMNS);
    let (width, height) = (wide * columns as f64, high * rows as f64 + 24.0);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
         height=\"{height}\" font-family=\"sans-serif\" font-size=\"11\" role=\"img\">\n<title>{}</title>\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n",
        escaped(title)
    );
    for (place, panel) in panels.iter().enumerate() {
        let (x, y) = ((place % COLUMNS) as f64 * wide + LEFT, (place / COLUMNS) as f64 * high + TOP);
        let _ = writeln!(svg, "<g transform=\"translate({x} {y})\">");
        let _ = writeln!(
            svg,
            "<text x=\"{}\" y=\"-12\" font-weight=\"bold\" font-size=\"10\">{}</text><rect width=\"{FIELD}\" height=\"{FIELD}\" \
             fill=\"none\" stroke=\"#999\"/><path d=\"M0 {FIELD}L{FIELD} 0\" stroke=\"#ccc\"/>",
            6.0 - LEFT,
            escaped(&panel.title)
        );
        for tick in [0.0, 0.5, 1.0] {
            let (along, up) = (tick * FIELD, FIELD - tick * FIELD);
            let _ = writeln!(
                svg,
                "<text x=\"{along}\" y=\"{}\" text-anchor=\"middle\" fill=\"#555\">{tick}</text>\
                 <text x=\"-6\" y=\"{}\" text-anchor=\"end\" fill=\"#555\">{tick}</text>",
                FIELD + 14.0,
                up + 4.0
            );
        }
        let [across, up] = panel.axes;
        let middle = FIELD / 2.0;
        let _ = writeln!(
            svg,
            "<text x=\"{middle}\" y=\"{}\" text-anchor=\"middle\">{across}</text><text text-anchor=\"middle\" \
             transform=\"translate(-28 {middle}) rotate(-90)\">{up}</text>",
            FIELD + 30.0
        );
        for (line, (colour, dash)) in panel.lines.iter().zip(LINES.iter().cycle()) {
            let mut path = String::new();
            for (at, (across, up)) in line.iter().enumerate() {
                let letter = if at == 0 { 'M' } else { 'L' };
                let (x, y) = (across * FIELD, FIELD - up * FIELD);
                let _ = write!(path, "{letter}{x:.1} {y:.1}");
                if panel.dots {
                    let _ = writeln!(svg, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"2.5\" fill=\"{colour}\"/>");
                }
            }
            let _ = writeln!(
                svg,
                "<path d=\"{path}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.6\" stroke-dasharray=\"{dash}\"/>"
            );
        }
        svg.push_str("</g>\n");
    }
    let mut x = LEFT;
    for (name, (colour, dash)) in legend.iter().zip(LINES.iter().cycle()) {
        let y = height - 10.0;
        let _ = writeln!(
            svg,
            "<path d=\"M{x} {}h22\" stroke=\"{colour}\" stroke-width=\"2\" stroke-dasharray=\"{dash}\"/>\
             <text x=\"{}\" y=\"{y}\">{}</text>",
            y - 4.0,
            x + 27.0,
            escaped(name)
        );
        x += 44.0 + 6.6 * name.len() as f64;
    }
    svg.push_str("</svg>\n");
    svg
}

/// At most [`POINTS`] points of a line, its ends among them.
fn thinned(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let step = (points.len() / POINTS).max(1);
    let mut few: Vec<_> = points.iter().copied().step_by(step).collect();
    few.extend(points.last());
    few
}

/// ROC curves: of negative where sentiment is known, and of frustration.
pub fn roc(found: &[&Found]) -> String {
    let mut panels = Vec::new();
    for found in found {
        let told: Vec<&Told> = std::iter::once(&found.own).chain(&found.peers).collect();
        let mut panel = |what: &str, places: &[usize], truth: &[bool], own: bool| {
            if !super::mixed(truth) {
                return;
            }
            let curve = |told: &&Told| {
                let by = told.frustration.as_deref().filter(|_| own);
                thinned(&told.ranking(places, truth, by).curve())
            };
            panels.push(Panel {
                title: format!("{}: {what}", found.set.name),
                axes: ["false alarms", "found"],
                lines: told.iter().map(curve).collect(),
                dots: false,
            });
        };
        let (places, truth) = known(&found.set.messages, |message| message.sentiment);
        let negative: Vec<bool> = truth.iter().map(|sentiment| *sentiment < 0).collect();
        panel("negative", &places, &negative, false);
        let (places, truth) = known(&found.set.messages, |message| message.frustrated);
        panel("frustration", &places, &truth, true);
    }
    let reached = found.iter().flat_map(|found| &found.reached).take(LINES.len());
    let legend: Vec<String> = reached.map(|reached| reached.name.clone()).collect();
    drawing("ROC curves of the scorer and its npm peers", &panels, &legend)
}

/// The share that is so of messages that are called as likely, by steps of a tenth.
fn reliability(likely: &[f64], truth: &[bool]) -> Vec<(f64, f64)> {
    let mut steps = vec![(0.0, 0_usize, 0_usize); STEPS];
    for (likely, truth) in likely.iter().zip(truth) {
        let step = ((likely * STEPS as f64) as usize).min(STEPS - 1);
        if let Some((sum, yes, all)) = steps.get_mut(step) {
            *sum += likely;
            *yes += usize::from(*truth);
            *all += 1;
        }
    }
    let drawn = steps.iter().filter(|(_, _, all)| *all >= FEWEST);
    drawn.map(|(sum, yes, all)| (sum / *all as f64, *yes as f64 / *all as f64)).collect()
}

/// How often frustration is so, by how likely the scorer calls it; and negative, by its score.
pub fn reliabilities(found: &[&Found]) -> String {
    let mut panels = Vec::new();
    for found in found {
        let (places, truth) = known(&found.set.messages, |message| message.sentiment);
        let negative: Vec<bool> = truth.iter().map(|sentiment| *sentiment < 0).collect();
        let mut panel = |what: &str, axes, likely: Vec<f64>, truth: &[bool]| {
            if super::mixed(truth) {
                panels.push(Panel {
                    title: format!("{}: {what}", found.set.name),
                    axes,
                    lines: vec![reliability(&likely, truth)],
                    dots: true,
                });
            }
        };
        let score = found.own.numbers.first().map(|numbers| at(numbers, &places)).unwrap_or_default();
        let likely = score.iter().map(|score| (1.0 - score) / 2.0).collect();
        panel("negative", ["(1 - score) / 2", "share negative"], likely, &negative);
        let (places, truth) = known(&found.set.messages, |message| message.frustrated);
        let likely = found.own.frustration.as_ref().map(|list| at(list, &places)).unwrap_or_default();
        panel("frustration", ["frustration", "share frustrated"], likely, &truth);
    }
    drawing("Reliability of the scorer", &panels, &["simmerdown".to_owned()])
}

#[cfg(test)]
mod tests {
    use super::super::figures::Order;
    use super::*;

    #[test]
    fn what_is_so_as_often_as_it_is_called_likely_lies_on_the_diagonal() {
        let likely: Vec<f64> = (0..1000).map(|n| f64::from(n % 10) / 10.0 + 0.05).collect();
        let truth: Vec<bool> = (0..1000).map(|n| (n / 10 % 20) < 2 * (n % 10) + 1).collect();
        for (likely, share) in reliability(&likely, &truth) {
            assert!((likely - share).abs() < 0.02, "{likely} {share}");
        }
    }

    #[test]
    fn a_perfect_order_rises_at_once() {
        let order = Order::new(&[0.1, 0.9], &[false, true]);
        assert_eq!(thinned(&order.curve()).get(1), Some(&(0.0, 1.0)));
        let panel = Panel { title: "a < b".to_owned(), axes: ["x", "y"], lines: vec![order.curve()], dots: true };
        let svg = drawing("plot", &[panel], &["one".to_owned()]);
        assert!(svg.contains("a &lt; b") && svg.ends_with("</svg>\n"));
    }
}
