//! What a policy does on some conversations, counted: rates, and by the verdicts hits and misses.

use std::io::Write;

use anyhow::Result;
use serde_json::{Value, json};
use simmerdown::interval::Share;
use simmerdown::replay::{Record, Setting, follow};
use simmerdown::{Action, EventKind, Outcome, Ruling};

use crate::lines::write_line;
use crate::replay::text::share;

/// How a policy does on some conversations.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tally {
    pub conversations: u64,
    pub escalated: u64,
    /// A rule called for the button or the question.
    pub offered: u64,
    /// Of these by the question.
    pub asked: u64,
    /// A rule moved the customer to a person without asking.
    pub handed_off: u64,
    pub hits: u64,
    /// Of the hits those that came after a person had taken over.
    pub late: u64,
    /// Of the hits those of which it is known when a person took over.
    pub timed: u64,
    pub false_alarms: u64,
    pub misses: u64,
    pub rests: u64,
}

impl Tally {
    pub fn rate(&self) -> Share {
        Share::of(self.escalated, self.conversations)
    }

    pub fn of_all(&self, count: u64) -> Share {
        Share::of(count, self.conversations)
    }

    /// The same of both.
    pub fn with(mut self, other: &Tally) -> Tally {
        self.conversations += other.conversations;
        self.escalated += other.escalated;
        self.handed_off += other.handed_off;
        self
    }

    pub fn needed(&self) -> u64 {
        self.hits + self.misses
    }

    pub fn not_needed(&self) -> u64 {
        self.false_alarms + self.rests
    }

    pub fn precision(&self) -> Share {
        Share::of(self.hits, self.hits + self.false_alarms)
    }

    pub fn recall(&self) -> Share {
        Share::of(self.hits, self.needed())
    }

    /// Of the hits, how many came too late.
    pub fn lateness(&self) -> Share {
        Share::of(self.late, self.timed)
    }

    /// The harmonic mean of precision and recall (van Rijsbergen 1979), 0 without a hit. A hit that comes after a person had
    /// to take over helped nobody and is counted as a miss: else the rates would be reached by waiting.
    pub fn f1(&self) -> f64 {
        let hits = self.hits - self.late;
        let all = 2 * hits + self.false_alarms + self.misses + self.late;
        if all == 0 { 0.0 } else { 2.0 * hits as f64 / all as f64 }
    }
}

/// A conversation of the sample with its verdict.
pub struct Case {
    pub record: Record,
    pub outcome: Outcome,
}

impl Case {
    pub fn new(record: Record) -> Case {
        let outcome = record.known_outcome();
        Case { record, outcome }
    }
}

/// Whether a rule moves the customer to a person who has not asked for one; safety and requests are ungated.
fn is_forced(ruling: &Ruling<'_>) -> bool {
    let asked_for = matches!(ruling.cause(), EventKind::HumanRequested | EventKind::OfferAccepted);
    ruling.called_for() == Action::Handoff && !asked_for && ruling.rule().is_some_and(|rule| !rule.ungated)
}

pub fn tally(cases: &[Case], policy: &Setting) -> Tally {
    let mut tally = Tally::default();
    for case in cases {
        let mut at_turn = None;
        let (mut offered, mut asked, mut handed_off) = (false, false, false);
        // Every event was found good when the log was read.
        let _ = follow(&case.record, policy, |_, ruling| {
            if ruling.should_escalate() {
                // A log in shadow shows what would have been.
                match ruling.would_action().unwrap_or(ruling.action()) {
                    Action::Handoff => handed_off |= is_forced(&ruling),
                    Action::Ask => asked = true,
                    Action::Offer => offered = true,
                    Action::Respond | Action::Watch => {}
                }
            }
            if at_turn.is_none() && ruling.called_for() >= Action::Offer {
                at_turn = Some(ruling.turn());
            }
        });
        let escalated = at_turn.is_some();
        tally.conversations += 1;
        tally.escalated += u64::from(escalated);
        tally.offered += u64::from(offered || asked);
        tally.asked += u64::from(asked);
        tally.handed_off += u64::from(handed_off);
        if let (Some(true), Some(then), Some(now)) = (case.outcome.needed, case.outcome.at_turn, at_turn) {
            tally.timed += 1;
            tally.late += u64::from(now > then);
        }
        let slot = match (case.outcome.needed, escalated) {
            (Some(true), true) => &mut tally.hits,
            (Some(false), true) => &mut tally.false_alarms,
            (Some(true), false) => &mut tally.misses,
            (Some(false), false) => &mut tally.rests,
            (None, _) => continue,
        };
        *slot += 1;
    }
    tally
}

/// What a policy does on some conversations, as data.
pub fn figures(tally: &Tally, judged: bool) -> Value {
    let mut figures = json!({
        "conversations": tally.conversations,
        "escalated": tally.rate(),
        "offered": tally.of_all(tally.offered),
        "asked": tally.of_all(tally.asked),
        "handedOff": tally.of_all(tally.handed_off),
    });
    if judged && let Some(fields) = figures.as_object_mut() {
        for (name, share) in [("precision", tally.precision()), ("recall", tally.recall()), ("late", tally.lateness())]
        {
            fields.insert(name.to_owned(), json!(share));
        }
    }
    figures
}

/// Prints how a policy does on some conversations.
pub fn write_tally(out: &mut impl Write, name: &str, tally: &Tally, judged: bool) -> Result<()> {
    write_line(out, &format!("  {name}: {} escalated", share(&tally.rate())))?;
    for (name, count) in [
        ("offered a person", tally.offered),
        ("  of these asked", tally.asked),
        ("handed off by a rule", tally.handed_off),
    ] {
        write_line(out, &format!("    {name:<21}{}", share(&tally.of_all(count))))?;
    }
    if judged {
        write_line(out, &format!("    precision {}", share(&tally.precision())))?;
        write_line(out, &format!("    recall {}", share(&tally.recall())))?;
        write_line(out, &format!("    later than a person took over {}", share(&tally.lateness())))?;
    }
    Ok(())
}
