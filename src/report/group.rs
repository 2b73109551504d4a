//! Some conversations, counted, and what the counts come to.

use std::collections::BTreeMap;

use serde::Serialize;

use super::course::{Course, Ignoreds};
use crate::conversation::Mode;
use crate::event::Outcome;
use crate::interval::Share;
use crate::summary::Summary;

/// Turns early or late are told apart up to here.
const MAX_LEAD: i64 = 20;

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
    /// Those in which the rules acted.
    live: u64,
    /// Those in shadow that were not so when they were recorded.
    drawn: u64,
    messages: u64,
    /// Messages without a score.
    unscored: u64,
    /// Events that changed nothing.
    ignored: Ignoreds,
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
    /// One conversation of which only the summary is known.
    pub(super) fn of_summary(summary: &Summary) -> Group {
        let mut group = Group { summaries: 1, escalated: u64::from(summary.escalated), ..Group::default() };
        group.count(summary);
        group
    }

    fn count(&mut self, summary: &Summary) {
        self.conversations += 1;
        self.live += u64::from(summary.mode == Mode::Live);
        self.messages += u64::from(summary.turns);
        self.unscored += (summary.scores.unknown * f64::from(summary.turns)).round() as u64;
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

    /// Takes a conversation in.
    pub(super) fn add(&mut self, course: &Course) {
        self.count(&course.summary);
        self.drawn += u64::from(course.drawn);
        self.ignored.unknown_message += course.ignored.unknown_message;
        self.ignored.duplicate_message += course.ignored.duplicate_message;
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

    pub(super) fn merge(&mut self, other: &Group) {
        for (slot, more) in [
            (&mut self.conversations, other.conversations),
            (&mut self.live, other.live),
            (&mut self.drawn, other.drawn),
            (&mut self.messages, other.messages),
            (&mut self.unscored, other.unscored),
            (&mut self.ignored.unknown_message, other.ignored.unknown_message),
            (&mut self.ignored.duplicate_message, other.ignored.duplicate_message),
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

    pub(super) fn figures(&self) -> Figures {
        let share = |count| Share::of(count, self.conversations);
        let of_live = |count| Share::of(count, self.live);
        let verdicts = self.hits + self.false_alarms + self.misses + self.rests;
        let timed: u64 = self.leads.values().sum();
        Figures {
            conversations: self.conversations,
            messages: self.messages,
            unscored: self.unscored,
            ignored: self.ignored,
            summaries: self.summaries,
            drawn: self.drawn,
            escalated: share(self.escalated),
            safety_only: self.safety_only,
            offered: of_live(self.offered),
            accepted: of_live(self.accepted),
            declined: of_live(self.declined),
            handed_off: of_live(self.handed_off),
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
    /// How many of these have no score; of a long conversation by the share among its last 250.
    pub unscored: u64,
    /// Events that changed nothing: the page and a replay ignore them alike.
    pub ignored: Ignoreds,
    /// How many of them were counted from summaries.
    pub summaries: u64,
    /// How many were held in shadow by the replay and not, as far as is known, by the page: their outcomes say nothing of
    /// what shadow would have changed.
    pub drawn: u64,
    /// In which the rules called for `offer`, `ask` or `handoff` while nobody was there or asked for: the escalation rate.
    pub escalated: Share,
    /// Of these, those in which only a rule about safety did.
    pub safety_only: u64,
    /// Of those in which the rules acted, those in which they offered a person, by the button or by the question.
    pub offered: Share,
    /// Of the same, in which the customer took it.
    pub accepted: Share,
    /// Of the same, in which the customer turned it down.
    pub declined: Share,
    /// Of the same, in which a rule handed the customer over.
    pub handed_off: Share,
    /// Of all, in which the customer pressed the button, or asked twice in words.
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
