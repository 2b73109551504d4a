//! The report as text.

use std::io::Write;

use anyhow::Result;
use simmerdown::interval::{Difference, Share};
use simmerdown::report::{Figures, ReportDocument};

use crate::lines::write_line;

/// A number of things, in a sentence: `1 line`, `2 lines`.
pub fn counted(count: u64, one: &str) -> String {
    format!("{count} {one}{}", if count == 1 { "" } else { "s" })
}

/// `12 (10.3 %, 95 % interval 6.0 to 17.2 %)`.
pub fn share(share: &Share) -> String {
    match share.share {
        None => "none to count".to_owned(),
        Some(value) => {
            let [value, low, high] = [value, share.low, share.high].map(|value| 100.0 * value);
            format!("{} of {} ({value:.1} %, 95 % interval {low:.1} to {high:.1} %)", share.count, share.of)
        }
    }
}

/// `+2.1 points (-0.4 to 4.6)`.
pub fn difference(difference: &Difference) -> String {
    let [value, low, high] = [difference.difference, difference.low, difference.high].map(|value| 100.0 * value);
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
        ("asked for a person", &figures.asked_for),
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
pub fn unscored(all: &Figures) -> Option<String> {
    let (messages, unscored) = (counted(all.messages, "customer message"), all.unscored);
    let option = "--scorer on-device";
    let told =
        format!("without a score: {unscored} of {messages}; rules on scores read nothing there, {option} scores texts");
    (2 * unscored > all.messages).then_some(told)
}

/// Writes the report.
pub fn write(out: &mut impl Write, report: &ReportDocument, bad: u64) -> Result<()> {
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
    if let Some(told) = unscored(all) {
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
