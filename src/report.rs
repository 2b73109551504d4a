//! What a replay comes to: rates with their uncertainty, rules, verdicts, and a few timelines to look at.
//!
//! Native tools and the lab page use the same report. It is of constant size, however long the log is.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::conversation::{Conversation, Mode};
use crate::decision::{Action, Severity};
use crate::error::Error;
use crate::event::{Event, Outcome};
use crate::interval::{Difference, Share};
use crate::policy::Policy;
use crate::replay::{Record, Setting, run};
use crate::summary::Summary;

/// Timelines kept of each kind.
const TIMELINES: usize = 12;
/// Points of one timeline; a longer conversation shows its last ones.
const MAX_POINTS: usize = 100;
/// Turns early or late are told apart up to here.
const MAX_LEAD: i64 = 20;

/// One decision of a conversation, for its timeline.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Point {
    /// The customer message, from 1.
    pub turn: u32,
    /// Its score, -1 to 1; null while unknown.
    pub score: Option<f64>,
    /// Its frustration, 0 to 1; null while unknown.
    pub frustration: Option<f64>,
    /// What the rules called for.
    pub outcome: Action,
    /// What was done.
    pub action: Action,
    /// How bad it was.
    pub severity: Severity,
    /// The rule that decided, and what it rested on, in words.
    pub why: String,
}

/// One conversation under one policy.
#[derive(Debug, Clone, PartialEq)]
pub struct Course {
    /// What the conversation says of itself.
    pub summary: Summary,
    /// Whether any decision escalated, those for safety among them.
    pub escalated: bool,
    /// The customer message, from 1, at which the first one did.
    pub at_turn: Option<u32>,
    /// The rules that decided at some time, by their places in the policy.
    fired: u128,
    /// One point a customer message, where asked for.
    points: Vec<Point>,
    /// What became of it, where that is known.
    outcome: Outcome,
}

impl Course {
    /// Runs a conversation. With `points` its timeline is kept.
    ///
    /// # Errors
    /// As [`crate::replay::follow`].
    pub fn of(record: &Record, setting: &Setting, points: bool) -> Result<Course, Error> {
        let mut conversation: Conversation = setting.conversation(record)?;
        conversation.spare_texts();
        let (mut at_turn, mut fired, mut outcome) = (None, 0, Outcome::default());
        let mut line: Vec<Point> = Vec::new();
        run(&mut conversation, record, setting.scorer, |event, ruling| {
            if ruling.should_escalate() && at_turn.is_none() {
                at_turn = Some(ruling.turn());
            }
            if let Some(place) = ruling.rule_place() {
                fired |= 1_u128 << (place & 127);
            }
            if let Event::Outcome(told) = event {
                add_outcome(&mut outcome, told);
            }
            if points && ruling.turn() > 0 {
                let before = line.last().filter(|last| last.turn == ruling.turn());
                // The strongest of a turn stays: a handoff is announced once.
                let kept = before.map_or(Action::Respond, |last| last.action);
                if before.is_some() {
                    line.pop();
                }
                line.push(point(&ruling.decision(), ruling.turn(), ruling.outcome(), kept));
                if line.len() > MAX_POINTS {
                    line.remove(0);
                }
            }
        })?;
        if let Some(told) = &record.outcome {
            add_outcome(&mut outcome, told);
        }
        let summary = conversation.summary();
        Ok(Course { summary, escalated: at_turn.is_some(), at_turn, fired, points: line, outcome })
    }

    /// The verdict, where there is one: was a person needed?
    #[must_use]
    pub fn needed(&self) -> Option<bool> {
        self.outcome.needed
    }

    /// The timeline; empty where it was not asked for.
    #[must_use]
    pub fn into_points(self) -> Vec<Point> {
        self.points
    }
}

fn point(decision: &crate::decision::Decision, turn: u32, outcome: Action, kept: Action) -> Point {
    let mut why = decision.rule.clone().unwrap_or_default();
    for evidence in &decision.evidence {
        use crate::literal::Literal;
        let value = match &evidence.value {
            None => "unknown".to_owned(),
            Some(Literal::Flag(flag)) => flag.to_string(),
            Some(Literal::Number(number)) => crate::json::decimal(*number),
            Some(Literal::Text(text)) => text.clone(),
        };
        let name = evidence.name.as_deref().unwrap_or_default();
        why.push_str(&format!(", {} {name} {value}", evidence.input).replace("  ", " "));
    }
    Point {
        turn,
        score: decision.sentiment.map(|sentiment| sentiment.score.score()),
        frustration: decision.sentiment.map(|sentiment| sentiment.score.frustration()),
        outcome,
        action: decision.action.max(kept),
        severity: decision.severity,
        why,
    }
}

/// What was told later counts.
fn add_outcome(known: &mut Outcome, told: &Outcome) {
    known.escalated = told.escalated.or(known.escalated);
    known.at_turn = told.at_turn.or(known.at_turn);
    known.satisfied = told.satisfied.or(known.satisfied);
    known.resolved = told.resolved.or(known.resolved);
    known.abandoned = told.abandoned.or(known.abandoned);
    known.needed = told.needed.or(known.needed);
}

/// Yes and no to one question.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Answers {
    yes: u64,
    known: u64,
}

impl Answers {
    fn add(&mut self, answer: Option<bool>) {
        self.known += u64::from(answer.is_some());
        self.yes += u64::from(answer == Some(true));
    }

    fn merge(&mut self, other: Answers) {
        self.yes += other.yes;
        self.known += other.known;
    }

    fn share(self) -> Share {
        Share::of(self.yes, self.known)
    }
}

/// Some conversations, counted.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Group {
    conversations: u64,
    messages: u64,
    /// Those counted from summaries, which know neither verdicts nor safety.
    summaries: u64,
    escalated: u64,
    safety_only: u64,
    offered: u64,
    accepted: u64,
    declined: u64,
    handed_off: u64,
    asked_for: u64,
    outcomes: [u64; 5],
    severities: [u64; 4],
    satisfied: Answers,
    resolved: Answers,
    abandoned: Answers,
    hits: u64,
    false_alarms: u64,
    misses: u64,
    rests: u64,
    /// Turns from the escalation to where a person took over: above 0 is early.
    leads: BTreeMap<i64, u64>,
}

impl Group {
    fn count(&mut self, summary: &Summary) {
        self.conversations += 1;
        self.messages += u64::from(summary.turns);
        for (slot, flag) in [
            (&mut self.offered, summary.offered),
            (&mut self.accepted, summary.accepted),
            (&mut self.declined, summary.declined),
            (&mut self.handed_off, summary.handed_off),
            (&mut self.asked_for, summary.asked_for),
        ] {
            *slot += u64::from(flag);
        }
        bump(&mut self.outcomes, summary.outcome as usize);
        bump(&mut self.severities, summary.severity as usize);
    }

    fn add(&mut self, course: &Course) {
        self.count(&course.summary);
        self.escalated += u64::from(course.escalated);
        self.safety_only += u64::from(course.escalated && !course.summary.escalated);
        let Outcome { at_turn, satisfied, resolved, abandoned, needed, .. } = course.outcome;
        self.satisfied.add(satisfied);
        self.resolved.add(resolved);
        self.abandoned.add(abandoned);
        let slot = match (needed, course.escalated) {
            (Some(true), true) => &mut self.hits,
            (Some(false), true) => &mut self.false_alarms,
            (Some(true), false) => &mut self.misses,
            (Some(false), false) => &mut self.rests,
            (None, _) => return,
        };
        *slot += 1;
        if let (Some(true), Some(then), Some(now)) = (needed, at_turn, course.at_turn) {
            let lead = (i64::from(then) - i64::from(now)).clamp(-MAX_LEAD, MAX_LEAD);
            *self.leads.entry(lead).or_default() += 1;
        }
    }

    fn merge(&mut self, other: &Group) {
        for (slot, more) in [
            (&mut self.conversations, other.conversations),
            (&mut self.messages, other.messages),
            (&mut self.summaries, other.summaries),
            (&mut self.escalated, other.escalated),
            (&mut self.safety_only, other.safety_only),
            (&mut self.offered, other.offered),
            (&mut self.accepted, other.accepted),
            (&mut self.declined, other.declined),
            (&mut self.handed_off, other.handed_off),
            (&mut self.asked_for, other.asked_for),
            (&mut self.hits, other.hits),
            (&mut self.false_alarms, other.false_alarms),
            (&mut self.misses, other.misses),
            (&mut self.rests, other.rests),
        ] {
            *slot += more;
        }
        let counts = self.outcomes.iter_mut().chain(&mut self.severities);
        for (slot, more) in counts.zip(other.outcomes.iter().chain(&other.severities)) {
            *slot += more;
        }
        self.satisfied.merge(other.satisfied);
        self.resolved.merge(other.resolved);
        self.abandoned.merge(other.abandoned);
        for (lead, count) in &other.leads {
            *self.leads.entry(*lead).or_default() += count;
        }
    }

    fn figures(&self) -> Figures {
        let share = |count| Share::of(count, self.conversations);
        let verdicts = self.hits + self.false_alarms + self.misses + self.rests;
        let timed: u64 = self.leads.values().sum();
        Figures {
            conversations: self.conversations,
            messages: self.messages,
            summaries: self.summaries,
            escalated: share(self.escalated),
            safety_only: self.safety_only,
            offered: share(self.offered),
            accepted: share(self.accepted),
            declined: share(self.declined),
            handed_off: share(self.handed_off),
            asked_for: share(self.asked_for),
            outcomes: self.outcomes,
            severities: self.severities,
            satisfied: self.satisfied.share(),
            resolved: self.resolved.share(),
            abandoned: self.abandoned.share(),
            verdicts: (verdicts > 0).then(|| Verdicts {
                verdicts,
                hits: self.hits,
                false_alarms: self.false_alarms,
                misses: self.misses,
                rests: self.rests,
                precision: Share::of(self.hits, self.hits + self.false_alarms),
                recall: Share::of(self.hits, self.hits + self.misses),
                early: Share::of(self.leads.range(1..).map(|(_, count)| count).sum(), timed),
                late: Share::of(self.leads.range(..0).map(|(_, count)| count).sum(), timed),
                median_lead: median(&self.leads),
            }),
        }
    }
}

fn bump(counts: &mut [u64], place: usize) {
    if let Some(slot) = counts.get_mut(place) {
        *slot += 1;
    }
}

fn median(counts: &BTreeMap<i64, u64>) -> Option<i64> {
    let all: u64 = counts.values().sum();
    let mut seen = 0;
    counts.iter().find_map(|(value, count)| {
        seen += count;
        (seen * 2 >= all).then_some(*value)
    })
}

/// A group with its shares and intervals.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Figures {
    /// Conversations.
    pub conversations: u64,
    /// Customer messages in them.
    pub messages: u64,
    /// How many of them were counted from summaries.
    pub summaries: u64,
    /// In which the rules called for `offer`, `ask` or `handoff`: the escalation rate.
    pub escalated: Share,
    /// Of these, those in which only a rule about safety did.
    pub safety_only: u64,
    /// In which a person was offered, by the button or by the question.
    pub offered: Share,
    /// In which the customer took it.
    pub accepted: Share,
    /// In which the customer turned it down.
    pub declined: Share,
    /// In which a rule handed the customer over.
    pub handed_off: Share,
    /// In which the customer asked for a person.
    pub asked_for: Share,
    /// Conversations by the strongest outcome the rules called for: respond, watch, offer, ask, handoff.
    pub outcomes: [u64; 5],
    /// Conversations by their worst severity: low, medium, high, critical.
    pub severities: [u64; 4],
    /// Of those whose outcome says, in which the customer was satisfied.
    pub satisfied: Share,
    /// In which the problem was solved.
    pub resolved: Share,
    /// In which the customer gave up.
    pub abandoned: Share,
    /// Against the verdicts (`needed`), where there are any.
    pub verdicts: Option<Verdicts>,
}

/// How the rules stand against verdicts.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Verdicts {
    /// Conversations with a verdict.
    pub verdicts: u64,
    /// A person was needed, and the rules escalated.
    pub hits: u64,
    /// Nobody was needed, and the rules escalated.
    pub false_alarms: u64,
    /// A person was needed, and the rules did not escalate.
    pub misses: u64,
    /// Nobody was needed, and the rules did not escalate.
    pub rests: u64,
    /// Share of the escalations that were needed.
    pub precision: Share,
    /// Share of the needed ones that were escalated.
    pub recall: Share,
    /// Share of the hits in which the rules escalated before the recorded `atTurn`.
    pub early: Share,
    /// Share of the hits in which they did after it.
    pub late: Share,
    /// Median of the turns the rules were early (above 0) or late (below 0), counted up to 20.
    pub median_lead: Option<i64>,
}

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
        let mut group = Group { summaries: 1, escalated: u64::from(summary.escalated), ..Group::default() };
        group.count(summary);
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
            ("asked for a person", live.asked_for, shadow.asked_for),
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
