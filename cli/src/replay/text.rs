//! The report as text.

use std::io::Write;

use anyhow::Result;
use simmerdown::interval::{Difference, Share};
use simmerdown::replay::Scorer;
use simmerdown::report::{Figures, Ignoreds, ReportDocument};

use crate::lines::write_line;

/// A number of things, in a sentence: `1 line`, `2 lines`.
pub fn counted(count: u64, one: &str) -> String {
    format!("{count} {one}{}", if count == 1 { "" } else { "s" })
}

/// A share in per cent, to the tenth, halves away from zero as in the lab page: formatting alone would round 23.25 down and
/// 23.35 up.
pub fn percent(share: f64) -> f64 {
    (1_000.0 * share).round() / 10.0
}

/// `12 (10.3 %, 95 % interval 6.0 to 17.2 %)`.
pub fn share(share: &Share) -> String {
    match share.share {
        None => "none to count".to_owned(),
        Some(value) => {
            let [value, low, high] = [value, share.low, share.high].map(percent);
            format!("{} of {} ({value:.1} %, 95 % interval {low:.1} to {high:.1} %)", share.count, share.of)
        }
    }
}

/// `+2.1 points (-0.4 to 4.6)`.
pub fn difference(difference: &Difference) -> String {
    let [value, low, high] = [difference.difference, difference.low, difference.high].map(percent);
    let word = if difference.clear { "" } else { ", within chance" };
    format!("{value:+.1} points, 95 % interval {low:+.1} to {high:+.1}{word}")
}

fn figures(out: &mut impl Write, figures: &Figures) -> Result<()> {
    write_line(out, &format!("{} escalated by the rules", share(&figures.escalated)))?;
    if figures.safety_only > 0 {
        write_line(out, &format!("  {} of these for safety alone", figures.safety_only))?;
    }
    for (name, part) in [
        ("offered a person", &figures.offered),
        ("accepted", &figures.accepted),
        ("declined", &figures.declined),
        ("handed off by a rule", &figures.handed_off),
        ("pressed, asked twice", &figures.asked_for),
    ] {
        write_line(out, &format!("  {name:<21}{}", share(part)))?;
    }
    match &figures.verdicts {
        None => write_line(out, "no verdicts (`needed`) in this log: rate only, no evidence of correctness"),
        Some(verdicts) => {
            write_line(out, &format!("{} with a verdict:", counted(verdicts.verdicts, "conversation")))?;
            write_line(out, &format!("  precision            {}", share(&verdicts.precision)))?;
            write_line(out, &format!("  recall               {}", share(&verdicts.recall)))?;
            write_line(out, &format!("  false alarms         {}", verdicts.false_alarms))?;
            write_line(out, &format!("  misses               {}", verdicts.misses))?;
            if let Some(lead) = verdicts.median_lead {
                write_line(out, &format!("  early                {}", share(&verdicts.early)))?;
                write_line(out, &format!("  late                 {}", share(&verdicts.late)))?;
                write_line(out, &format!("  median turns early   {lead}"))?;
            }
            Ok(())
        }
    }
}

/// What is said of lines that could not be used; where there are none, nothing.
pub fn left_out(bad: u64) -> Option<String> {
    let were = if bad == 1 { "was" } else { "were" };
    (bad > 0).then(|| format!("{} could not be read and {were} left out", counted(bad, "line")))
}

fn bad_lines(out: &mut impl Write, bad: u64) -> Result<()> {
    left_out(bad).map_or(Ok(()), |told| write_line(out, &told))
}

/// That the rules on scores had little to read; none where at least half of the messages have scores.
pub fn unscored(all: &Figures, scorer: Scorer) -> Option<String> {
    let (messages, unscored) = (counted(all.messages, "customer message"), all.unscored);
    let why = match scorer {
        Scorer::Recorded => "--scorer on-device scores texts",
        Scorer::OnDevice => "they have no text, or are in a language that the on-device scorer does not know",
    };
    let told = format!("without a score: {unscored} of {messages}; rules on scores read nothing there, {why}");
    (2 * unscored > all.messages).then_some(told)
}

/// That events were ignored, and why; each by itself.
pub fn ignored(all: &Figures) -> Vec<String> {
    let Ignoreds { duplicate_message, unknown_message } = all.ignored;
    let mut told = Vec::new();
    if duplicate_message > 0 {
        let messages = counted(duplicate_message, "customer message");
        told.push(format!(
            "ignored, as the page does: {messages} with an id that stands in the same conversation already (duplicate-message); give each message an id of its own"
        ));
    }
    if unknown_message > 0 {
        let scores = counted(unknown_message, "score");
        told.push(format!(
            "ignored, as the page does: {scores} for a message that is not there, or not any more (unknown-message)"
        ));
    }
    told
}

/// That the hold-out was drawn here; none where the page held it out.
pub fn drawn(all: &Figures) -> Option<String> {
    let told = format!(
        "{} of the hold-out drawn here, by --holdout: what became of customers is no effect of the rules, unless the page \
         held out the same",
        all.drawn
    );
    (all.drawn > 0).then_some(told)
}

/// Writes the report.
pub fn write(out: &mut impl Write, report: &ReportDocument, scorer: Scorer, bad: u64) -> Result<()> {
    let all = &report.all;
    let (conversations, messages) = (all.conversations, counted(all.messages, "customer message"));
    write_line(out, &format!("{}, {messages}", counted(conversations, "conversation")))?;
    if all.summaries > 0 {
        write_line(out, &format!("  {} of these from summaries", all.summaries))?;
    }
    if conversations == 0 {
        write_line(out, "there is nothing to count")?;
        return bad_lines(out, bad);
    }
    for told in unscored(all, scorer).into_iter().chain(ignored(all)) {
        write_line(out, &format!("  {told}"))?;
    }
    write_line(out, &format!("policy {}:", report.policy))?;
    figures(out, all)?;
    write_line(out, "strongest outcome of each conversation:")?;
    for (name, count) in ["respond", "watch", "offer", "ask", "handoff"].iter().zip(all.outcomes) {
        write_line(out, &format!("  {name:<21}{count}"))?;
    }
    write_line(out, "worst severity of each conversation:")?;
    for (name, count) in ["low", "medium", "high", "critical"].iter().zip(all.severities) {
        write_line(out, &format!("  {name:<21}{count}"))?;
    }
    let decided = report.rules.iter().any(|rule| rule.conversations.count > 0);
    write_line(out, &format!("conversations in which a rule decided{}", if decided { ":" } else { ": none" }))?;
    for rule in report.rules.iter().filter(|rule| rule.conversations.count > 0) {
        write_line(out, &format!("  {:<28} {}", rule.id, share(&rule.conversations)))?;
    }
    if !report.contrasts.is_empty() {
        write_line(out, "live against the hold-out (shadow):")?;
        if let Some(told) = drawn(all) {
            write_line(out, &format!("  {told}"))?;
        }
    }
    for contrast in &report.contrasts {
        write_line(out, &format!("  {}: live {}", contrast.measure, share(&contrast.live)))?;
        write_line(out, &format!("    hold-out {}", share(&contrast.shadow)))?;
        if let Some(between) = &contrast.difference {
            write_line(out, &format!("    difference {}", difference(between)))?;
        }
    }
    if let (Some(comparison), Some(other)) = (&report.comparison, &report.other) {
        write_line(out, &format!("against policy {}:", comparison.policy))?;
        figures(out, other)?;
        for (name, count) in [
            ("both escalate", comparison.both),
            ("only the first", comparison.only_this),
            ("only the other", comparison.only_other),
            ("neither", comparison.neither),
            ("the other is earlier", comparison.earlier),
            ("the other is later", comparison.later),
            ("outcome differs", comparison.outcome_differs),
        ] {
            write_line(out, &format!("  {name:<21}{count}"))?;
        }
    }
    if let Some(again) = &report.reproduction {
        let (same, compared) = (again.compared - again.differ, again.compared);
        write_line(out, &format!("{same} of {compared} recorded decisions reproduced exactly"))?;
        for (field, count) in &again.fields {
            write_line(out, &format!("  `{field}` differs in {count}"))?;
        }
    }
    bad_lines(out, bad)
}

#[cfg(test)]
mod tests {
    use super::percent;

    #[test]
    fn halves_go_up_as_in_the_lab() {
        assert_eq!(
            [0.2325, 0.2335, 0.0, 1.0].map(percent).map(|share| format!("{share:.1}")),
            ["23.3", "23.4", "0.0", "100.0"]
        );
        assert_eq!(format!("{:+.1}", percent(-0.0125)), "-1.3");
    }
}
