//! `simmerdown tune`: looks for the thresholds that come to a rate, or that fit the verdicts best.

mod levers;
mod rewrite;
mod sample;
mod tally;

use std::fs;
use std::io::{BufWriter, Write, sink, stdout};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, Result, bail};
use clap::Args;
use indicatif::ProgressBar;
use serde_json::{Value, json};
use simmerdown::interval::Share;
use simmerdown::replay::{Scorer, Setting, sample_key};
use simmerdown::report::{Course, Figures, Report};
use simmerdown::{Policy, to_json};

use crate::lines::{flush, write_line};
use crate::policy::document;
use crate::replay::text::{self, counted, percent};
use crate::replay::threads;
use crate::scorer::Scores;
use levers::{Lever, MORE_NEGATIVES, moved};
use sample::{sample, scored};
use tally::{Case, Tally, figures, tally, write_tally};

/// Below this many conversations in the part that the thresholds are chosen on, nothing is recommended: at a rate
/// of 10 % the interval would be wider than 7 to 14 %.
const LEAST: usize = 300;
/// The fewest verdicts of each kind (needed, not needed) that a trade-off is chosen by.
const LEAST_VERDICTS: u64 = 30;
/// By so much more of the hits may come late before it is said, as a share.
const MUCH_LATER: f64 = 0.1;

/// From so much more on it is said that rules hand customers off, as a share.
const MUCH_MORE_FORCED: f64 = 0.02;

/// Half a percentage point, as a share: rates this near to each other count as equal.
const HALF_A_POINT: f64 = 0.005;
/// The F1 that moving one more threshold has to bring.
const LEAST_GAIN: f64 = 0.01;
/// Exit status where nothing is recommended.
const REFUSED: u8 = 3;

/// Settings of `tune`.
#[derive(Debug, Args)]
pub struct Settings {
    /// The policy to start from: a preset (article, balanced) or a file.
    #[arg(long, default_value = "balanced")]
    policy: String,
    /// Share of conversations that the rules should escalate, 0 to 1. Unless given, the thresholds are chosen by
    /// the verdicts (`needed`) in the log; where there are none, for a rate of 0.10.
    #[arg(long)]
    target_rate: Option<f64>,
    /// Where the recommended policy is written.
    #[arg(long, value_name = "FILE", default_value = "tuned-policy.json")]
    out: String,
    /// The most conversations looked at; of a larger log, those that a hash of their ids draws.
    #[arg(long, default_value_t = 20_000)]
    sample: usize,
    /// Whose scores are used.
    #[arg(long, value_enum, default_value_t = Scores::Recorded)]
    scorer: Scores,
    /// Prints what it comes to as JSON, with the same figures.
    #[arg(long)]
    json: bool,
    /// Threads that work at the same time; all cores unless given.
    #[arg(long)]
    threads: Option<usize>,
    /// Conversation logs, JSON Lines, plain or compressed by gzip or zstd; `-` is standard input.
    #[arg(required = true)]
    files: Vec<String>,
}

/// One setting of the levers that are tried together.
struct Candidate {
    values: Vec<f64>,
    more_negatives: u32,
    document: Value,
    setting: Setting,
}

/// What is looked for.
struct Goal {
    target: Option<f64>,
    /// There are verdicts to choose by.
    judged: bool,
}

impl Goal {
    /// How far the rate is from the target.
    fn off(&self, tally: &Tally) -> f64 {
        self.target.map_or(0.0, |target| (tally.rate().share.unwrap_or_default() - target).abs())
    }

    fn worth(&self, tally: &Tally) -> f64 {
        if self.judged { tally.f1() } else { 0.0 }
    }

    /// Whether one more threshold is worth moving: for half a point of the rate, or for a hundredth of F1 within half
    /// a point of the target. Less than that is chance.
    fn better(&self, new: &Tally, known: &Tally) -> bool {
        let (off, before) = (self.off(new), self.off(known));
        off + HALF_A_POINT < before
            || (off <= before.max(HALF_A_POINT) && self.worth(new) > self.worth(known) + LEAST_GAIN)
    }
}

/// A policy with everything that is moved in it so far.
struct Chosen {
    document: Value,
    setting: Setting,
    on_train: Tally,
    /// What is moved, in words.
    told: Vec<String>,
}

/// Moves the other thresholds, one after the other, where it is worth it.
fn refine(chosen: &mut Chosen, others: &[Lever], goal: &Goal, train: &[Case], threads: usize) {
    for lever in others {
        let mut moves = Vec::new();
        for value in lever.values() {
            let document = lever.moved(&chosen.document, value);
            if let Ok(policy) = Policy::from_json(&document.to_string()) {
                moves.push((value, document, Setting::new(policy)));
            }
        }
        let settings: Vec<_> = moves.iter().map(|(_, _, setting)| setting).collect();
        let tallies = sweep(&settings, train, threads);
        // Nearest to where it stands first, so that of equal ones the least change is kept.
        let mut tried: Vec<_> = moves.into_iter().zip(tallies).collect();
        tried.sort_by(|((one, ..), _), ((other, ..), _)| lever.distance(*one).total_cmp(&lever.distance(*other)));
        let mut told = None;
        for ((value, document, setting), tally) in tried {
            if goal.better(&tally, &chosen.on_train) {
                (chosen.document, chosen.setting, chosen.on_train) = (document, setting, tally);
                told = Some(lever.told(value));
            }
        }
        chosen.told.extend(told);
    }
}

/// Every setting of the levers: a grid over both, and some negative messages in a row more.
fn candidates(document: &Value, levers: &[Lever]) -> Vec<Candidate> {
    let mut settings: Vec<Vec<f64>> = vec![Vec::new()];
    for lever in levers {
        let values = [lever.values().as_slice(), &[lever.value]].concat();
        settings = settings
            .iter()
            .flat_map(|known| values.iter().map(|value| [known.as_slice(), &[*value]].concat()))
            .collect();
    }
    let mut all = Vec::new();
    for values in settings {
        for more_negatives in 0..=MORE_NEGATIVES {
            let document = moved(document, levers, &values, more_negatives);
            if let Ok(policy) = Policy::from_json(&document.to_string()) {
                let setting = Setting::new(policy);
                all.push(Candidate { values: values.clone(), more_negatives, document, setting });
            }
        }
    }
    all
}

/// Tries every setting on the cases, on several threads.
fn sweep(settings: &[&Setting], cases: &[Case], threads: usize) -> Vec<Tally> {
    let bar = ProgressBar::new(settings.len() as u64);
    let next = AtomicUsize::new(0);
    let mut tallies: Vec<(usize, Tally)> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|_| {
                scope.spawn(|| {
                    let mut mine = Vec::new();
                    loop {
                        let place = next.fetch_add(1, Ordering::Relaxed);
                        let Some(setting) = settings.get(place) else { return mine };
                        mine.push((place, tally(cases, setting)));
                        bar.inc(1);
                    }
                })
            })
            .collect();
        workers.into_iter().filter_map(|worker| worker.join().ok()).flatten().collect()
    });
    bar.finish_and_clear();
    tallies.sort_by_key(|(place, _)| *place);
    tallies.into_iter().map(|(_, tally)| tally).collect()
}

/// That rules would move more customers to a person without asking them; none where they do not, or not by much.
fn more_forced(before: &Tally, after: &Tally, document: &Value) -> Option<String> {
    let [was, is] = [before, after].map(|tally| tally.of_all(tally.handed_off));
    let [old, new] = [was, is].map(|share| share.share.unwrap_or_default());
    if new < old + MUCH_MORE_FORCED || new < 1.5 * old {
        return None;
    }
    let rules = document.get("rules").and_then(Value::as_array).into_iter().flatten();
    let forcing: Vec<_> = rules
        .filter(|rule| rule.get("outcome").is_some_and(|outcome| outcome == "handoff"))
        .filter(|rule| rule.get("ungated") != Some(&Value::Bool(true)))
        .filter_map(|rule| Some(format!("`{}`", rule.get("id")?.as_str()?)))
        .collect();
    Some(format!(
        "warning: rules would hand off {} of {} customers ({:.1} %) without asking them, and now hand off {} ({:.1} %); \
         where the button is enough, put the old numbers back into {}, or make its outcome `ask`",
        is.count,
        is.of,
        percent(new),
        was.count,
        percent(old),
        forcing.join(", ")
    ))
}

/// Tunes.
pub fn run(settings: &Settings) -> Result<ExitCode> {
    if settings.target_rate.is_some_and(|rate| !(rate > 0.0 && rate < 1.0)) {
        bail!("`--target-rate` is a share between 0 and 1, such as 0.10");
    }
    let (source, before) = document(&settings.policy)?;
    let start: Value = serde_json::from_str(&source)?;
    let levers = levers::first(&start);
    let others = levers::others(&start, &levers);
    if levers.is_empty() && others.is_empty() {
        bail!("no rule of `{}` that escalates and may be held back compares anything with a number", settings.policy);
    }
    let (mut cases, all, bad) = sample(settings)?;
    let scorer = Scorer::from(settings.scorer);
    let mut as_it_is = Setting { scorer, ..Setting::new(before.clone()) };
    if scorer == Scorer::OnDevice {
        for case in &mut cases {
            case.record = scored(&case.record, &as_it_is)?;
        }
        as_it_is.scorer = Scorer::Recorded;
    }
    let all_of_it = report_of(&cases, &as_it_is)?;
    // Seven of ten to choose on, the others to see what the choice is worth.
    let (train, held_out): (Vec<_>, Vec<_>) =
        cases.into_iter().partition(|case| sample_key(&format!("{}/part", case.record.id)) % 10 < 7);
    let mut out: Box<dyn Write> = match settings.json {
        true => Box::new(sink()),
        false => Box::new(BufWriter::new(stdout().lock())),
    };
    let looked = train.len() + held_out.len();
    write_line(
        &mut out,
        &format!(
            "{looked} of {}: {} to choose on, {} held out",
            counted(all, "conversation"),
            train.len(),
            held_out.len()
        ),
    )?;
    for told in text::ignored(&all_of_it) {
        write_line(&mut out, &format!("  {told}"))?;
    }
    let unscored = text::unscored(&all_of_it, scorer);
    let (now, now_held_out) = (tally(&train, &as_it_is), tally(&held_out, &as_it_is));
    let judged = now.needed() >= LEAST_VERDICTS && now.not_needed() >= LEAST_VERDICTS;
    write_line(&mut out, &format!("policy {} as it is:", settings.policy))?;
    write_tally(&mut out, "where it is chosen", &now, judged)?;
    write_tally(&mut out, "held out", &now_held_out, judged)?;
    let mut answer = json!({
        "policy": settings.policy,
        "conversations": { "all": all, "chosenOn": train.len(), "heldOut": held_out.len() },
        "unscored": { "messages": all_of_it.unscored, "of": all_of_it.messages },
        "ignored": all_of_it.ignored,
        "judged": judged,
        "before": { "chosenOn": figures(&now, judged), "heldOut": figures(&now_held_out, judged) },
        "after": null,
        "recommended": [],
        "warnings": unscored.iter().cloned().chain(text::ignored(&all_of_it)).collect::<Vec<_>>(),
        "out": null,
    });
    let code = |status: u8| ExitCode::from(if status == 0 && bad > 0 { 1 } else { status });
    let reads_scores = levers.iter().chain(&others).any(Lever::reads_scores);
    let too_few = (train.len() < LEAST)
        .then(|| format!("it takes at least {LEAST} conversations to choose on, about {} in all", LEAST * 10 / 7));
    if let Some(told) = unscored.as_ref().filter(|_| !reads_scores) {
        write_line(&mut out, &format!("  {told}"))?;
    }
    let blind = unscored.filter(|_| reads_scores).map(|told| format!("most messages are {told}"));
    if let Some(why) = blind.or(too_few) {
        write_line(&mut out, &format!("nothing is recommended: {why}"))?;
        put(&mut answer, "refused", why.into());
        finish(&mut out, settings, &answer)?;
        return Ok(code(REFUSED));
    }
    if !judged {
        let (needed, not) = (now.needed(), now.not_needed());
        write_line(
            &mut out,
            &format!(
                "rate only, no evidence of correctness: a person was needed in {needed} and not needed in {not} verdicts where the thresholds are chosen; it takes {LEAST_VERDICTS} of each"
            ),
        )?;
    }
    let target = settings.target_rate.or((!judged).then_some(0.10));
    let (goal, threads) = (Goal { target, judged }, threads(settings.threads));
    let candidates = candidates(&start, &levers);
    let together: Vec<_> = candidates.iter().map(|candidate| &candidate.setting).collect();
    let tallies = sweep(&together, &train, threads);
    let tried: Vec<_> = candidates.iter().zip(&tallies).collect();
    let moved_by = |candidate: &Candidate| -> f64 {
        let distances = candidate.values.iter().zip(&levers).map(|(value, lever)| lever.distance(*value));
        distances.sum::<f64>() + 0.1 * f64::from(candidate.more_negatives)
    };
    // As near to the target as any comes, within half a point; then by the verdicts, then the least change.
    let nearest = tried.iter().map(|(_, tally)| goal.off(tally)).fold(f64::INFINITY, f64::min);
    let close = tried.iter().filter(|(_, tally)| goal.off(tally) <= nearest + HALF_A_POINT);
    let best = close.max_by(|(one, of_one), (other, of_other)| {
        goal.worth(of_one)
            .total_cmp(&goal.worth(of_other))
            .then(if judged { std::cmp::Ordering::Equal } else { goal.off(of_other).total_cmp(&goal.off(of_one)) })
            .then(moved_by(other).total_cmp(&moved_by(one)))
    });
    let Some((best, on_train)) = best.copied() else { bail!("no setting of the thresholds makes a policy") };
    trade_off(&mut out, &levers, &tried, judged)?;
    let mut told: Vec<_> = levers.iter().zip(&best.values).map(|(lever, value)| lever.told(*value)).collect();
    if best.more_negatives > 0 {
        told.push(levers::told_negatives(&start, best.more_negatives));
    }
    let (document, setting) = (best.document.clone(), best.setting.clone());
    let mut chosen = Chosen { document, setting, on_train: *on_train, told };
    refine(&mut chosen, &others, &goal, &train, threads);
    let nearest = nearest.min(goal.off(&chosen.on_train));
    if let Some(target) = target
        && nearest > 0.02
    {
        let rates: Vec<_> = tallies.iter().filter_map(|tally| tally.rate().share).collect();
        let (low, high) = rates.iter().fold((1.0_f64, 0.0_f64), |(low, high), rate| (low.min(*rate), high.max(*rate)));
        let [low, high, target] = [low, high, target].map(percent);
        write_line(
            &mut out,
            &format!(
                "the thresholds alone reach {low:.1} to {high:.1} %, not {target:.1} %: the other rules (cues, bot failures) need a look"
            ),
        )?;
    }
    let on_held_out = tally(&held_out, &chosen.setting);
    let mut warnings = Vec::new();
    write_line(&mut out, "recommended:")?;
    for told in &chosen.told {
        write_line(&mut out, &format!("  {told}"))?;
    }
    if levers.iter().zip(&best.values).any(|(lever, value)| lever.ends(*value)) {
        let hint = "a threshold stands at the end of what is tried: what still escalates is mostly for the other rules, look at them too";
        warnings.push(hint.to_owned());
        write_line(&mut out, &format!("  {hint}"))?;
    }
    write_line(&mut out, &format!("  tried besides, one after the other: {}", titles(&others)))?;
    write_tally(&mut out, "where it was chosen", &chosen.on_train, judged)?;
    write_tally(&mut out, "held out", &on_held_out, judged)?;
    let late = |tally: &Tally| tally.lateness().share.unwrap_or_default();
    if judged && late(&chosen.on_train) > late(&now) + MUCH_LATER {
        let why = "more of them than now come only after a person had to take over: these customers waited for it, think of a higher target";
        warnings.push(why.to_owned());
        write_line(&mut out, &format!("  {why}"))?;
    }
    let forced = more_forced(&now.with(&now_held_out), &chosen.on_train.with(&on_held_out), &chosen.document);
    if let Some(told) = forced {
        write_line(&mut out, &format!("  {told}"))?;
        warnings.push(told);
    }
    if let Some(target) = target {
        let word = if on_held_out.rate().holds(target) { "inside" } else { "outside" };
        write_line(&mut out, &format!("  the target {:.1} % is {word} the held-out interval", percent(target)))?;
    }
    let tuned = Policy::from_json(&chosen.document.to_string())?.tuned_from(&before);
    let written = match rewrite::rewritten(&source, &tuned) {
        Some(written) => written,
        None => with_schema(&start, &tuned.to_document()?),
    };
    fs::write(&settings.out, format!("{written}\n")).with_context(|| format!("cannot write `{}`", settings.out))?;
    write_line(&mut out, &format!("the policy is in {}", settings.out))?;
    if let Some(known) = answer.get_mut("warnings").and_then(Value::as_array_mut) {
        known.extend(warnings.into_iter().map(Value::from));
    }
    put(&mut answer, "recommended", json!(chosen.told));
    let after = json!({ "chosenOn": figures(&chosen.on_train, judged), "heldOut": figures(&on_held_out, judged) });
    put(&mut answer, "after", after);
    put(&mut answer, "target", json!(target));
    put(&mut answer, "out", settings.out.as_str().into());
    finish(&mut out, settings, &answer)?;
    Ok(code(0))
}

fn put(answer: &mut Value, key: &str, value: Value) {
    if let Some(fields) = answer.as_object_mut() {
        fields.insert(key.to_owned(), value);
    }
}

/// Writes what is still to be written: the answer as JSON, where that was asked for.
fn finish(out: &mut impl Write, settings: &Settings, answer: &Value) -> Result<()> {
    flush(out)?;
    if settings.json { write_line(&mut stdout().lock(), &to_json(answer)?) } else { Ok(()) }
}

/// All conversations under the policy as it is.
fn report_of(cases: &[Case], setting: &Setting) -> Result<Figures> {
    let mut report = Report::new(&setting.policy, None);
    for case in cases {
        report.add(&case.record.id, Course::of(&case.record, setting, false)?, None);
    }
    Ok(report.document().all)
}

/// The document with the name of its schema, by which editors check a file, where the one before it had one. Its other
/// keys stand as the format has them.
fn with_schema(before: &Value, document: &str) -> String {
    match before.get("$schema") {
        Some(schema) => document.replacen('{', &format!("{{\n  \"$schema\": {schema},"), 1),
        None => document.to_owned(),
    }
}

/// What levers are, once each.
fn titles(levers: &[Lever]) -> String {
    let mut titles: Vec<_> = levers.iter().map(|lever| format!("{} {}", lever.title(), lever.value)).collect();
    titles.dedup();
    if titles.is_empty() { "nothing, there is no other threshold".to_owned() } else { titles.join(", ") }
}

/// Prints the trade-off: about ten rates from the lowest to the highest, each with the best candidate there.
fn trade_off(out: &mut impl Write, levers: &[Lever], tried: &[(&Candidate, &Tally)], judged: bool) -> Result<()> {
    let names: Vec<_> = levers.iter().map(Lever::title).collect();
    let verdicts = if judged { "  precision  recall     late" } else { "" };
    let more = "more negative messages in a row";
    write_line(
        out,
        &format!("trade-off where it is chosen:\n  rate     handed off {verdicts}  {}  {more}", names.join("  ")),
    )?;
    let mut ordered: Vec<_> = tried.iter().collect();
    ordered.sort_by(|(_, one), (_, other)| one.escalated.cmp(&other.escalated).then(other.f1().total_cmp(&one.f1())));
    ordered.dedup_by_key(|(_, tally)| tally.escalated);
    let step = (ordered.len() / 10).max(1);
    for (candidate, tally) in ordered.into_iter().step_by(step) {
        let rate = |share: Share| format!("{:5.1} %", percent(share.share.unwrap_or_default()));
        let mut line = format!("  {}  {:<10}", rate(tally.rate()), rate(tally.of_all(tally.handed_off)));
        if judged {
            line.push_str(&format!(
                "  {}  {}  {}",
                rate(tally.precision()),
                rate(tally.recall()),
                rate(tally.lateness())
            ));
        }
        for value in &candidate.values {
            line.push_str(&format!("  {value}"));
        }
        line.push_str(&format!("  +{}", candidate.more_negatives));
        write_line(out, &line)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_forced_handoffs_are_told_where_they_are_many_more() {
        let document: Value =
            serde_json::from_str(Policy::preset_text("balanced").unwrap_or_default()).unwrap_or_default();
        let tally = |handed_off| Tally { conversations: 600, handed_off, ..Tally::default() };
        let told = more_forced(&tally(17), &tally(100), &document).unwrap_or_default();
        assert_eq!(
            told,
            "warning: rules would hand off 100 of 600 customers (16.7 %) without asking them, and now hand off 17 (2.8 %); \
             where the button is enough, put the old numbers back into `strong-twice`, or make its outcome `ask`"
        );
        for (before, after) in [(17, 17), (100, 17), (17, 25), (300, 330)] {
            assert_eq!(more_forced(&tally(before), &tally(after), &document), None, "{before} {after}");
        }
    }
}
