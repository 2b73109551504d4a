//! What a replay comes to: rates with their uncertainty, rules, verdicts, and a few timelines to look at.
//!
//! Native tools and the lab page use the same report. It is of constant size, however long the log is.

mod course;
mod group;

use std::collections::BTreeMap;

use serde::Serialize;

use crate::conversation::Mode;
use crate::decision::{Action, Severity};
use crate::interval::{Difference, Share};
use crate::policy::Policy;
use crate::summary::Summary;
pub use course::{Course, Ignoreds, Point};
pub use group::{Figures, Group, Verdicts};

/// Timelines kept of each kind.
const TIMELINES: usize = 12;

/// What another policy makes of the same conversations.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Comparison {
    /// Name of the other policy.
    pub policy: String,
    /// Both escalate.
    pub both: u64,
    /// Only the first does.
    pub only_this: u64,
    /// Only the other does.
    pub only_other: u64,
    /// Neither does.
    pub neither: u64,
    /// Of those that both escalate: the other does so at an earlier message.
    pub earlier: u64,
    /// Of those that both escalate: the other does so at a later message.
    pub later: u64,
    /// Conversations whose strongest outcome differs.
    pub outcome_differs: u64,
}

/// How recorded decisions came out again.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Reproduction {
    /// Decisions compared.
    pub compared: u64,
    /// Decisions that differ.
    pub differ: u64,
    /// Conversations with such a decision.
    pub conversations: u64,
    /// How many decisions differ in a field, by its name.
    pub fields: BTreeMap<String, u64>,
}

/// A conversation to look at.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Timeline {
    /// Name of the conversation.
    pub id: String,
    /// Why it is shown.
    pub kind: TimelineKind,
    /// One point a customer message.
    pub points: Vec<Point>,
}

/// Why a conversation is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum TimelineKind {
    /// It escalates, and the verdict says that nobody was needed.
    FalseAlarm,
    /// It does not escalate, and the verdict says that a person was needed.
    Miss,
    /// The two policies that are compared judge it differently.
    PoliciesDiffer,
    /// Its strongest outcome is a handoff.
    Handoff,
    /// Its strongest outcome is the question.
    Ask,
    /// Its strongest outcome is the button.
    Offer,
    /// It does not escalate.
    Calm,
}

/// The report of a replay.
#[derive(Debug, Clone)]
pub struct Report {
    policy: String,
    rules: Vec<(String, Action, Severity, u64)>,
    all: Group,
    live: Group,
    shadow: Group,
    other: Group,
    comparison: Option<Comparison>,
    reproduction: Option<Reproduction>,
    timelines: Vec<Timeline>,
}

/// How often one rule decided.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RuleFigures {
    /// The rule.
    pub id: String,
    /// What it calls for.
    pub outcome: Action,
    /// How bad it says it is.
    pub severity: Severity,
    /// Conversations in which it decided.
    pub conversations: Share,
}

/// One measure in the hold-out and live.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Contrast {
    /// What is measured.
    pub measure: &'static str,
    /// Where the rules acted.
    pub live: Share,
    /// Where they were held back.
    pub shadow: Share,
    /// Live minus shadow.
    pub difference: Option<Difference>,
}

/// The whole report as data.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReportDocument {
    /// Name of the policy.
    pub policy: String,
    /// All conversations.
    pub all: Figures,
    /// Rules by their place in the policy.
    pub rules: Vec<RuleFigures>,
    /// Live against the hold-out or shadow; empty where all conversations were of one kind.
    pub contrasts: Vec<Contrast>,
    /// Against another policy.
    pub comparison: Option<Comparison>,
    /// What the other policy comes to.
    pub other: Option<Figures>,
    /// How the recorded decisions came out again.
    pub reproduction: Option<Reproduction>,
    /// Conversations to look at, a few of each kind.
    pub timelines: Vec<Timeline>,
}

impl Report {
    /// An empty report.
    #[must_use]
    pub fn new(policy: &Policy, other: Option<&Policy>) -> Report {
        Report {
            policy: policy.name.clone(),
            rules: policy.rules.iter().map(|rule| (rule.id.clone(), rule.outcome, rule.severity, 0)).collect(),
            all: Group::default(),
            live: Group::default(),
            shadow: Group::default(),
            other: Group::default(),
            comparison: other.map(|policy| Comparison { policy: policy.name.clone(), ..Comparison::default() }),
            reproduction: None,
            timelines: Vec::new(),
        }
    }

    fn half(&mut self, mode: Mode) -> &mut Group {
        match mode {
            Mode::Live => &mut self.live,
            Mode::Shadow => &mut self.shadow,
        }
    }

    /// Takes a conversation in, with its course under the other policy where there is one.
    pub fn add(&mut self, id: &str, course: Course, other: Option<&Course>) {
        self.all.add(&course);
        self.half(course.summary.mode).add(&course);
        for (place, rule) in self.rules.iter_mut().enumerate() {
            rule.3 += u64::from(course.fired >> (place & 127) & 1 == 1);
        }
        if let (Some(other), Some(comparison)) = (other, &mut self.comparison) {
            self.other.add(other);
            *match (course.escalated, other.escalated) {
                (true, true) => &mut comparison.both,
                (true, false) => &mut comparison.only_this,
                (false, true) => &mut comparison.only_other,
                (false, false) => &mut comparison.neither,
            } += 1;
            comparison.earlier += u64::from(course.escalated && other.escalated && other.at_turn < course.at_turn);
            comparison.later += u64::from(course.escalated && other.at_turn > course.at_turn);
            comparison.outcome_differs += u64::from(course.summary.outcome != other.summary.outcome);
        }
        if !course.points.is_empty() {
            let differs = other.is_some_and(|other| other.escalated != course.escalated);
            let kind = match (course.outcome.needed, course.escalated) {
                (Some(false), true) => TimelineKind::FalseAlarm,
                (Some(true), false) => TimelineKind::Miss,
                _ if differs => TimelineKind::PoliciesDiffer,
                _ => match course.summary.outcome {
                    Action::Handoff => TimelineKind::Handoff,
                    Action::Ask => TimelineKind::Ask,
                    Action::Offer => TimelineKind::Offer,
                    Action::Watch | Action::Respond => TimelineKind::Calm,
                },
            };
            self.keep(Timeline { id: id.to_owned(), kind, points: course.points });
        }
    }

    fn keep(&mut self, timeline: Timeline) {
        if self.timelines.iter().filter(|kept| kept.kind == timeline.kind).count() < TIMELINES {
            self.timelines.push(timeline);
        }
    }

    /// Takes in a conversation of which only the summary is known.
    pub fn add_summary(&mut self, summary: &Summary) {
        let group = Group::of_summary(summary);
        self.all.merge(&group);
        self.half(summary.mode).merge(&group);
        if let Some(rule) = self.rules.iter_mut().find(|rule| Some(&rule.0) == summary.rule.as_ref()) {
            rule.3 += 1;
        }
    }

    /// Takes in how the recorded decisions of a conversation came out: for each compared the fields that differ.
    pub fn add_reproduction(&mut self, differences: &[Vec<String>]) {
        let known = self.reproduction.get_or_insert_default();
        known.compared += differences.len() as u64;
        let differ = differences.iter().filter(|fields| !fields.is_empty()).count() as u64;
        known.differ += differ;
        known.conversations += u64::from(differ > 0);
        for field in differences.iter().flatten() {
            *known.fields.entry(field.clone()).or_default() += 1;
        }
    }

    /// Takes in what another part of the same log came to.
    pub fn merge(&mut self, other: Report) {
        self.all.merge(&other.all);
        self.live.merge(&other.live);
        self.shadow.merge(&other.shadow);
        self.other.merge(&other.other);
        for (rule, more) in self.rules.iter_mut().zip(&other.rules) {
            rule.3 += more.3;
        }
        if let (Some(known), Some(more)) = (&mut self.comparison, &other.comparison) {
            known.both += more.both;
            known.only_this += more.only_this;
            known.only_other += more.only_other;
            known.neither += more.neither;
            known.earlier += more.earlier;
            known.later += more.later;
            known.outcome_differs += more.outcome_differs;
        }
        if let Some(more) = other.reproduction {
            let known = self.reproduction.get_or_insert_default();
            known.compared += more.compared;
            known.differ += more.differ;
            known.conversations += more.conversations;
            for (field, count) in more.fields {
                *known.fields.entry(field).or_default() += count;
            }
        }
        for timeline in other.timelines {
            self.keep(timeline);
        }
    }

    /// The report as data.
    #[must_use]
    pub fn document(&self) -> ReportDocument {
        let all = self.all.figures();
        let (live, shadow) = (self.live.figures(), self.shadow.figures());
        let measures = [
            ("would have escalated", live.escalated, shadow.escalated),
            ("satisfied", live.satisfied, shadow.satisfied),
            ("resolved", live.resolved, shadow.resolved),
            ("abandoned", live.abandoned, shadow.abandoned),
            ("pressed, or asked twice", live.asked_for, shadow.asked_for),
        ];
        let contrasts = measures.into_iter().filter(|(_, live, shadow)| live.of > 0 && shadow.of > 0);
        let mut timelines = self.timelines.clone();
        timelines.sort_by_key(|timeline| timeline.kind);
        ReportDocument {
            policy: self.policy.clone(),
            rules: self
                .rules
                .iter()
                .map(|(id, outcome, severity, count)| RuleFigures {
                    id: id.clone(),
                    outcome: *outcome,
                    severity: *severity,
                    conversations: Share::of(*count, all.conversations),
                })
                .collect(),
            contrasts: contrasts
                .map(|(measure, live, shadow)| Contrast {
                    measure,
                    live,
                    shadow,
                    difference: Difference::between(live, shadow),
                })
                .collect(),
            comparison: self.comparison.clone(),
            other: self.comparison.is_some().then(|| self.other.figures()),
            reproduction: self.reproduction.clone(),
            timelines,
            all,
        }
    }
}
