//! The rules over a fold: confirmation, hysteresis, dwell, cooldown, and which of them wins.

use std::collections::VecDeque;

use super::inputs::At;
use super::{Assessed, Entry, Fold};
use crate::cue::Cue;
use crate::decision::{Action, Evidence};
use crate::parts::parts_of_struct;
use crate::policy::{Policy, Rule, Span};

/// What is remembered of one rule. All counts are in messages and message times.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct RuleState {
    /// Consecutive scored messages on which the condition held.
    run: u32,
    /// The rule holds since then.
    active: Option<Moment>,
    /// The rule let go then.
    cleared: Option<Moment>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Moment {
    turn: u32,
    at: f64,
}

impl Moment {
    fn passed(self, span: Option<Span>, now: Moment) -> bool {
        span.is_none_or(|span| now.turn - self.turn >= span.messages && now.at - self.at >= span.ms)
    }
}

impl RuleState {
    /// Takes one entry in.
    fn step(&mut self, rule: &Rule, inputs: &At<'_>, scored: bool, now: Moment) {
        let holds = rule.when.holds(inputs);
        let confirmed = if rule.confirm > 1 && !rule.ungated {
            if scored {
                self.run = if holds { self.run.saturating_add(1) } else { 0 };
            }
            self.run >= rule.confirm
        } else {
            holds
        };
        match self.active {
            None => {
                let rested = rule.ungated || self.cleared.is_none_or(|cleared| cleared.passed(rule.cooldown, now));
                if confirmed && rested {
                    self.active = Some(now);
                }
            }
            Some(since) => {
                let lets_go = rule.clear.as_ref().map_or(!confirmed, |clear| clear.holds(inputs));
                if lets_go && since.passed(rule.dwell, now) {
                    self.active = None;
                    self.cleared = Some(now);
                }
            }
        }
    }
}

impl Fold {
    /// Evaluates every rule at one entry.
    pub(super) fn evaluate(&mut self, policy: &Policy, entries: &VecDeque<Entry>, place: usize, scored: bool) {
        let mut rules = std::mem::take(&mut self.state.rules);
        let inputs = At { policy, fold: self, entries, place };
        let now = Moment { turn: self.state.turn, at: self.state.now };
        for (state, rule) in rules.iter_mut().zip(&policy.rules) {
            state.step(rule, &inputs, scored, now);
        }
        self.state.rules = rules;
    }

    /// What the rules that hold call for: the strongest outcome after the limits, then the higher severity,
    /// then the earlier rule; the severity is that of the worst rule that holds.
    pub(super) fn assess(&self, policy: &Policy, entries: &VecDeque<Entry>) -> Assessed {
        let inputs = At { policy, fold: self, entries, place: entries.len().saturating_sub(1) };
        let mut best = Assessed { view: self.view, ..Assessed::CALM };
        let mut best_severity = best.severity;
        let mut worst = best.severity;
        let mut safety = false;
        for (place, (state, rule)) in self.state.rules.iter().zip(&policy.rules).enumerate() {
            if state.active.is_none() {
                continue;
            }
            worst = worst.max(rule.severity);
            safety |= rule.when.reads(Cue::Safety);
            let (action, uncounted) = limited(policy, rule, &inputs);
            if best.rule.is_none() || (action, rule.severity) > (best.action, best_severity) {
                best_severity = rule.severity;
                best = Assessed { action, rule: Some(place), ungated: rule.ungated, uncounted, ..best };
            }
        }
        Assessed { severity: worst, safety, ..best }
    }

    /// The comparisons that made a rule hold.
    pub(super) fn evidence(&self, policy: &Policy, entries: &VecDeque<Entry>, rule: &Rule) -> Vec<Evidence> {
        let inputs = At { policy, fold: self, entries, place: entries.len().saturating_sub(1) };
        let mut evidence = Vec::new();
        rule.when.each_holding(&inputs, &mut |comparison, value| {
            evidence.push(Evidence {
                input: comparison.input.as_str().into(),
                name: comparison.name.clone(),
                comparison: comparison.operator.as_str().into(),
                threshold: comparison.threshold.clone(),
                value: value.to_literal(),
                messages: inputs.messages(comparison, rule.confirm),
            });
        });
        evidence
    }
}

fn limited(policy: &Policy, rule: &Rule, inputs: &At<'_>) -> (Action, bool) {
    let mut outcome = (rule.outcome, false);
    if !rule.ungated {
        for limit in &policy.limits {
            if outcome.0 > limit.at_most && limit.when.holds(inputs) {
                outcome = (limit.at_most, limit.uncounted);
            }
        }
    }
    outcome
}

parts_of_struct!(RuleState { run, active, cleared });
parts_of_struct!(Moment { turn, at });
