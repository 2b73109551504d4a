//! The rules over a fold: confirmation, hysteresis, dwell, cooldown, and which of them wins.

use super::inputs::At;
use super::trace::{Compared, Fallback, LimitTrace, RuleTrace, Trace};
use super::{Assessed, Entry, Fold};
use crate::cue::Cue;
use crate::decision::{Action, Evidence};
use crate::parts::parts_of_struct;
use crate::policy::{Condition, Policy, Rule, Shown, Span};

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
    /// Evaluates every rule that remembers something, at one entry.
    pub(super) fn evaluate(&mut self, policy: &Policy, entries: &[Entry], place: usize, scored: bool) {
        if self.state.rules.is_empty() {
            return;
        }
        let mut memories = std::mem::take(&mut self.state.rules);
        let inputs = At::new(policy, self, entries, place);
        let now = Moment { turn: self.state.turn, at: self.state.now };
        for (memory, rule) in memories.iter_mut().zip(policy.rules.iter().filter(|rule| rule.remembers)) {
            memory.step(rule, &inputs, scored, now);
        }
        self.state.rules = memories;
    }

    /// The rules with what is remembered of them; a rule that remembers nothing has no memory.
    fn rules<'a>(&'a self, policy: &'a Policy) -> impl Iterator<Item = (usize, &'a Rule, Option<&'a RuleState>)> {
        let mut memories = self.state.rules.iter();
        policy.rules.iter().enumerate().map(move |(place, rule)| {
            let memory = if rule.remembers { memories.next() } else { None };
            (place, rule, memory)
        })
    }

    fn here<'a>(&'a self, policy: &'a Policy, entries: &'a [Entry]) -> At<'a> {
        At::new(policy, self, entries, entries.len().saturating_sub(1))
    }

    /// What the rules that hold call for: the strongest outcome after the limits, then the higher severity,
    /// then the earlier rule; the severity is that of the worst rule that holds.
    pub(super) fn assess(&self, policy: &Policy, entries: &[Entry]) -> Assessed {
        self.assess_without(policy, entries, None)
    }

    /// The same, as if one rule did not hold.
    #[cfg_attr(not(target_family = "wasm"), inline)]
    pub(super) fn assess_without(&self, policy: &Policy, entries: &[Entry], left_out: Option<usize>) -> Assessed {
        let mut best = Assessed { view: self.view, ..Assessed::CALM };
        if entries.is_empty() {
            return best;
        }
        let mut best_severity = best.severity;
        let mut worst = best.severity;
        let (mut ungated, mut safety) = (best.ungated, false);
        let inputs = self.here(policy, entries);
        for (place, rule, memory) in self.rules(policy) {
            if Some(place) == left_out || !is_active(rule, memory, &inputs) {
                continue;
            }
            let (action, uncounted) = limited(policy, rule, &inputs);
            worst = worst.max(rule.severity);
            safety |= rule.when.reads_cue(Cue::Safety);
            if rule.ungated {
                ungated = ungated.max(action);
            }
            if best.rule.is_none() || (action, rule.severity) > (best.action, best_severity) {
                best_severity = rule.severity;
                best = Assessed { action, rule: Some(place), uncounted, ..best };
            }
        }
        Assessed { severity: worst, ungated, safety, ..best }
    }

    /// The comparisons that made a rule hold; where it holds on by its clear condition, those that keep it.
    pub(super) fn evidence(&self, policy: &Policy, entries: &[Entry], rule: &Rule) -> Vec<Evidence> {
        let inputs = self.here(policy, entries);
        let mut evidence = Vec::new();
        let mut visit = |shown: Shown<'_>| {
            let comparison = shown.comparison;
            let operator = if shown.holds { comparison.operator } else { comparison.operator.opposite() };
            evidence.push(Evidence {
                input: comparison.input.as_str().into(),
                name: comparison.name.clone(),
                comparison: operator.as_str().into(),
                threshold: comparison.threshold.clone(),
                value: shown.value.map(crate::literal::Value::to_literal),
                values: inputs.values(comparison),
                messages: inputs.messages(comparison, rule.confirm),
                unless: operator.opposite().as_str().into(),
                enough: shown.alone,
            });
        };
        if rule.when.holds(&inputs) {
            rule.when.explain(&inputs, true, true, &mut visit);
        } else if let Some(clear) = &rule.clear {
            clear.explain(&inputs, false, true, &mut visit);
        }
        evidence
    }

    /// Every rule and limit with all its comparisons, as the conversation stands.
    pub(super) fn trace(&self, policy: &Policy, entries: &[Entry], assessed: &Assessed) -> Trace {
        let inputs = self.here(policy, entries);
        let now = Moment { turn: self.state.turn, at: self.state.now };
        let compared = |condition: &Condition, root: &str, confirm: u32| {
            let mut comparisons = Vec::new();
            condition.each(&inputs, root, &mut |place, shown| {
                comparisons.push(Compared {
                    place: place.to_owned(),
                    input: shown.comparison.input.as_str(),
                    name: shown.comparison.name.clone(),
                    over: shown.comparison.over,
                    comparison: shown.comparison.operator.as_str(),
                    threshold: shown.comparison.threshold.clone(),
                    value: shown.value.map(crate::literal::Value::to_literal),
                    holds: shown.holds,
                    messages: inputs.messages(shown.comparison, confirm),
                });
            });
            comparisons
        };
        let rules = self.rules(policy).map(|(place, rule, memory)| {
            let mut comparisons = compared(&rule.when, "when", rule.confirm);
            if let Some(clear) = &rule.clear {
                comparisons.extend(compared(clear, "clear", 1));
            }
            let rests = memory.and_then(|memory| memory.cleared).is_some_and(|at| !at.passed(rule.cooldown, now));
            RuleTrace {
                id: rule.id.clone(),
                holds: rule.when.holds(&inputs),
                confirmed: memory.map_or(0, |memory| memory.run),
                active: !entries.is_empty() && is_active(rule, memory, &inputs),
                rests: rests && !rule.ungated,
                outcome: limited(policy, rule, &inputs).0,
                decides: assessed.rule == Some(place),
                comparisons,
            }
        });
        let limits = policy.limits.iter().map(|limit| LimitTrace {
            id: limit.id.clone(),
            holds: limit.when.holds(&inputs),
            comparisons: compared(&limit.when, "when", 1),
        });
        let next = self.assess_without(policy, entries, assessed.rule);
        Trace {
            rules: rules.collect(),
            limits: limits.collect(),
            otherwise: Fallback {
                rule: next.rule.and_then(|place| policy.rules.get(place)).map(|rule| rule.id.clone()),
                outcome: next.action,
                severity: next.severity,
            },
        }
    }
}

fn is_active(rule: &Rule, memory: Option<&RuleState>, inputs: &At<'_>) -> bool {
    memory.map_or_else(|| rule.when.holds(inputs), |memory| memory.active.is_some())
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
