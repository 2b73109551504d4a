//! The report as one page: no script, nothing loaded from anywhere, light and dark.

use std::fmt::Write;

use simmerdown::Action;
use simmerdown::interval::Share;
use simmerdown::replay::Scorer;
use simmerdown::report::{Figures, ReportDocument, Timeline, TimelineKind};

use super::text::{self, percent};

/// The usual aim: 5 to 15 % of conversations are escalated by the rules.
const LOW_AIM: f64 = 0.05;
const HIGH_AIM: f64 = 0.15;

/// A text with what means something in HTML replaced.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

/// A row with a bar from 0 to 100 %, its interval drawn across.
fn row(name: &str, share: &Share) -> String {
    let Some(value) = share.share else {
        return format!("<tr><th scope=row>{}</th><td colspan=2>nothing to count</td></tr>", escaped(name));
    };
    let [value, low, high] = [value, share.low, share.high].map(percent);
    format!(
        "<tr><th scope=row>{}</th><td class=bar><svg viewBox=\"0 0 100 8\" preserveAspectRatio=none aria-hidden=true>\
         <rect class=track width=100 height=8 /><rect class=value width={value:.2} height=8 />\
         <rect class=interval x={low:.2} y=3 width={:.2} height=2 /></svg></td>\
         <td>{value:.1} % <small>({low:.1} to {high:.1} %, {} of {})</small></td></tr>",
        escaped(name),
        (high - low).max(0.2),
        share.count,
        share.of
    )
}

fn figures(page: &mut String, figures: &Figures) {
    page.push_str("<table class=shares>");
    for (name, share) in [
        ("Escalated by the rules", &figures.escalated),
        ("Offered a person", &figures.offered),
        ("Accepted", &figures.accepted),
        ("Declined", &figures.declined),
        ("Handed off by a rule", &figures.handed_off),
        ("Pressed the button, or asked twice in words", &figures.asked_for),
    ] {
        page.push_str(&row(name, share));
    }
    page.push_str("</table>");
    if figures.safety_only > 0 {
        let _ = write!(page, "<p>{} of the escalations were for safety alone.</p>", figures.safety_only);
    }
    let Some(verdicts) = &figures.verdicts else {
        page.push_str(
            "<p class=note>This log has no verdicts (<code>needed</code>): rate only, no evidence of correctness.</p>",
        );
        return;
    };
    let _ = write!(
        page,
        "<h3>Against {}</h3><table class=shares>{}{}{}{}</table><p>{}, {} missed, {} rightly escalated, {} \
         rightly left to the bot.",
        text::counted(verdicts.verdicts, "verdict"),
        row("Precision: escalations that were needed", &verdicts.precision),
        row("Recall: needed ones that were escalated", &verdicts.recall),
        row("Earlier than the person took over", &verdicts.early),
        row("Later", &verdicts.late),
        text::counted(verdicts.false_alarms, "false alarm"),
        verdicts.misses,
        verdicts.hits,
        verdicts.rests
    );
    if let Some(lead) = verdicts.median_lead {
        let turns = text::counted(lead.unsigned_abs(), "turn");
        let _ = match lead {
            0 => write!(
                page,
                " Half of the rightly escalated were so at the turn at which the person took over, or before."
            ),
            1.. => write!(page, " Half of the rightly escalated were so at least {turns} before the person took over."),
            _ => write!(page, " Half of the rightly escalated were so at least {turns} after the person took over."),
        };
    }
    page.push_str("</p>");
}

/// Counts as one bar in parts.
fn mix(page: &mut String, title: &str, names: &[&str], counts: &[u64]) {
    let all: u64 = counts.iter().sum();
    let _ = write!(page, "<h2>{title}</h2><ul class=mix>");
    for (place, (name, count)) in names.iter().zip(counts).enumerate() {
        let share = if all == 0 { 0.0 } else { percent(*count as f64 / all as f64) };
        let _ = write!(
            page,
            "<li><span class=\"key s{place}\" style=\"width:{share:.2}%\"></span><b>{name}</b> {count} ({share:.1} %)</li>"
        );
    }
    page.push_str("</ul>");
}

/// What conversations of a kind have in common.
fn kind(kind: TimelineKind) -> &'static str {
    match kind {
        TimelineKind::FalseAlarm => "False alarms: the rules escalated, and nobody was needed",
        TimelineKind::Miss => "Misses: a person was needed, and the rules did not escalate",
        TimelineKind::PoliciesDiffer => "Only one of the two policies escalates",
        TimelineKind::Handoff => "The rules called for a person at once",
        TimelineKind::Ask => "The bot asked whether a person is wanted",
        TimelineKind::Offer => "The button was brought up",
        TimelineKind::Calm => "Left to the bot",
    }
}

/// A curve of scores and one of frustration, a dot where the rules escalate, and the decisions in words.
fn timeline(page: &mut String, timeline: &Timeline, open: bool) {
    let width = 30.0 * timeline.points.len().max(2) as f64;
    let x = |place: usize| 15.0 + 30.0 * place as f64;
    // Scores go from 1 at the top to -1, frustration from 1 at the top to 0.
    let curve = |value: &dyn Fn(usize) -> Option<f64>| {
        let points = (0..timeline.points.len()).filter_map(|place| Some(format!("{},{:.1}", x(place), value(place)?)));
        points.collect::<Vec<_>>().join(" ")
    };
    let point = |place: usize| timeline.points.get(place);
    let scores = curve(&|place| point(place)?.score.map(|score| 45.0 - 40.0 * score));
    let frustration = curve(&|place| point(place)?.frustration.map(|value| 85.0 - 80.0 * value));
    let _ = write!(
        page,
        "<details{}><summary>{} <small>{}</small></summary><figure><svg class=line \
         viewBox=\"0 0 {width} 90\" role=img aria-label=\"Scores and frustration of {}\">\
         <line class=zero x1=0 x2={width} y1=45 y2=45 /><polyline class=frustration points=\"{frustration}\" />\
         <polyline class=score points=\"{scores}\" />",
        if open { " open" } else { "" },
        escaped(&timeline.id),
        text::counted(timeline.points.len() as u64, "message"),
        escaped(&timeline.id)
    );
    for (place, point) in timeline.points.iter().enumerate() {
        if point.outcome >= Action::Offer {
            let _ = write!(
                page,
                "<circle class=s{} cx={} cy=\"{:.1}\" r=4><title>{}: {}</title></circle>",
                point.severity as usize,
                x(place),
                45.0 - 40.0 * point.score.unwrap_or_default(),
                point.outcome.as_str(),
                escaped(&point.why)
            );
        }
    }
    page.push_str(
        "</svg></figure><div class=turns><table><tr><th>Message<th>Score<th>Frustration<th>Rules<th>Done<th>Severity<th>Why",
    );
    let number = |value: Option<f64>| value.map_or("–".to_owned(), |value| format!("{value:.2}"));
    for point in &timeline.points {
        let _ = write!(
            page,
            "<tr><td>{}<td>{}<td>{}<td>{}<td>{}<td>{}<td>{}",
            point.turn,
            number(point.score),
            number(point.frustration),
            point.outcome.as_str(),
            point.action.as_str(),
            point.severity.as_str(),
            escaped(&point.why)
        );
    }
    page.push_str("</table></div></details>");
}

/// The escalation rate beside the usual aim, as far as the interval tells them apart.
fn headline(escalated: &Share) -> String {
    let Some(rate) = escalated.share else { return String::new() };
    let standing = if escalated.low > HIGH_AIM {
        "more often than the usual aim of 5 to 15 %"
    } else if escalated.high < LOW_AIM {
        "less often than the usual aim of 5 to 15 %"
    } else if escalated.low >= LOW_AIM && escalated.high <= HIGH_AIM {
        "within the usual aim of 5 to 15 %"
    } else {
        "which may be within the usual aim of 5 to 15 % or not: it takes more conversations to tell"
    };
    format!("<p class=lead>The rules called for a person in <b>{:.1} %</b> of them, {standing}.</p>", percent(rate))
}

/// The page.
pub fn page(report: &ReportDocument, scorer: Scorer, bad: u64) -> String {
    let mut page = String::from(include_str!("report.html"));
    let all = &report.all;
    let _ = write!(
        page,
        "<h1>What <i>{}</i> decided</h1><p class=lead>{}, {}.",
        escaped(&report.policy),
        text::counted(all.conversations, "conversation"),
        text::counted(all.messages, "customer message")
    );
    if all.summaries > 0 {
        let are = if all.summaries == 1 { "is known by its summary" } else { "are known by their summaries" };
        let _ = write!(page, " {} of them {are} only.", all.summaries);
    }
    if let Some(told) = text::unscored(all, scorer) {
        let _ = write!(page, " Messages {told}.");
    }
    for told in text::ignored(all) {
        let _ = write!(page, " Events {told}.");
    }
    if let Some(told) = text::left_out(bad) {
        let _ = write!(page, " {told}.");
    }
    page.push_str("</p>");
    if all.conversations == 0 {
        page.push_str("<p>There is nothing to count.</p></main></html>\n");
        return page;
    }
    page.push_str(&headline(&all.escalated));
    page.push_str("<p class=note>Every share comes with its 95 % interval, drawn as the thin line across its bar: with more conversations it narrows.</p><h2>Escalation rate and its parts</h2>");
    figures(&mut page, all);
    mix(
        &mut page,
        "Strongest outcome of each conversation",
        &[
            "left to the bot",
            "watched",
            "offer: the button was brought up",
            "ask: the bot asked whether a person is wanted",
            "handoff: the rules called for a person at once",
        ],
        &all.outcomes,
    );
    mix(&mut page, "Worst severity of each conversation", &["low", "medium", "high", "critical"], &all.severities);
    page.push_str(
        "<h2>Rules that decided</h2><p class=note>In how many conversations each rule decided at \
         some time, with what it calls for and how bad it says it is.</p><table class=shares>",
    );
    for rule in &report.rules {
        page.push_str(&row(
            &format!("{} ({}, {})", rule.id, rule.outcome.as_str(), rule.severity.as_str()),
            &rule.conversations,
        ));
    }
    page.push_str("</table>");
    if !report.contrasts.is_empty() {
        page.push_str("<h2>Live against the hold-out</h2>");
        if let Some(told) = text::drawn(all) {
            let _ = write!(page, "<p class=note>{told}.</p>");
        }
        for contrast in &report.contrasts {
            let between = contrast.difference.as_ref().map(text::difference).unwrap_or_default();
            let _ = write!(
                page,
                "<h3>{}</h3><table class=shares>{}{}</table><p>Difference: {between}.</p>",
                escaped(contrast.measure),
                row("Live", &contrast.live),
                row("Hold-out (shadow)", &contrast.shadow)
            );
        }
    }
    if let (Some(comparison), Some(other)) = (&report.comparison, &report.other) {
        let _ = write!(page, "<h2>Against <i>{}</i></h2>", escaped(&comparison.policy));
        figures(&mut page, other);
        let _ = write!(
            page,
            "<table><tr><th>Both escalate<td>{}<tr><th>Only {}<td>{}<tr><th>Only {}<td>{}<tr><th>Neither<td>{}\
             <tr><th>{} is earlier<td>{}<tr><th>{} is later<td>{}<tr><th>The outcome differs<td>{}</table>",
            comparison.both,
            escaped(&report.policy),
            comparison.only_this,
            escaped(&comparison.policy),
            comparison.only_other,
            comparison.neither,
            escaped(&comparison.policy),
            comparison.earlier,
            escaped(&comparison.policy),
            comparison.later,
            comparison.outcome_differs
        );
    }
    if let Some(again) = &report.reproduction {
        let _ = write!(
            page,
            "<h2>Recorded decisions</h2><p>{} of {} reproduced exactly.</p>",
            again.compared - again.differ,
            again.compared
        );
        if !again.fields.is_empty() {
            page.push_str("<table><tr><th>Field<th>Decisions that differ");
            for (field, count) in &again.fields {
                let _ = write!(page, "<tr><td>{}<td>{count}", escaped(field));
            }
            page.push_str("</table>");
        }
    }
    let _ = write!(
        page,
        "<h2>Conversations to look at</h2><p class=note>{} of {}: the first few of each kind. The solid line is the \
         score (1 at the top, -1 at the bottom), the dashed one the frustration; a dot is a message at which the rules \
         escalate.</p>",
        report.timelines.len(),
        all.conversations - all.summaries
    );
    for group in report.timelines.chunk_by(|one, other| one.kind == other.kind) {
        if let Some(first) = group.first() {
            let _ = write!(page, "<h3>{}</h3>", kind(first.kind));
        }
        // The first one shows what is behind the others.
        for (place, one) in group.iter().enumerate() {
            timeline(&mut page, one, place == 0);
        }
    }
    page.push_str("</main></html>\n");
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_headline_says_no_more_than_the_interval_allows() {
        for (count, of, said) in [
            (100, 1_000, "<b>10.0 %</b> of them, within the usual aim"),
            (400, 1_000, "<b>40.0 %</b> of them, more often than"),
            (10, 1_000, "<b>1.0 %</b> of them, less often than"),
            (1, 10, "<b>10.0 %</b> of them, which may be within"),
            (145, 1_000, "<b>14.5 %</b> of them, which may be within"),
        ] {
            assert!(headline(&Share::of(count, of)).contains(said), "{count} of {of}");
        }
        assert_eq!(headline(&Share::of(0, 0)), "");
    }
}
