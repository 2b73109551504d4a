//! The audit log of a conversation: every event with features in the place of its text, and what was decided.
//! It goes out in batches to `POST /v1/log`, and replays to the same decisions.

use std::mem;

use serde::Serialize;

use crate::decision::Decision;
use crate::event::{Event, MAX_ID_LENGTH};
use crate::literal::Literal;
use crate::outbox::{Delivery, Outbox};

/// Entries of a batch at the most.
const MAX_ENTRIES: usize = 20;
/// Estimated bytes of a batch at the most: what goes out as the page closes may have 64 KiB in all.
const MAX_BYTES: usize = 40_000;
/// How long an entry waits for others, in milliseconds.
const GATHER_MS: f64 = 5_000.0;
/// Batches kept while the endpoint cannot be reached. Then the log ends: what is there replays, and a log with a
/// hole would not.
const MAX_BATCHES: usize = 50;

/// One event and its decision.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LogEntry {
    /// What happened, without text.
    pub event: Event,
    /// What was decided.
    pub decision: Decision,
}

impl LogEntry {
    /// What happened and was decided, as a log may keep it. An attribute that a rule compared stands in the evidence.
    /// `at` is the time that the event counted for.
    pub(crate) fn new(event: Event, at: f64, mut decision: Decision) -> Self {
        decision.evidence.iter_mut().filter_map(|evidence| evidence.value.as_mut()).for_each(Literal::redact);
        LogEntry { event: event.for_log(at), decision }
    }

    /// About how many bytes it is as JSON.
    fn bytes(&self) -> usize {
        let said = match &self.event {
            Event::Customer { attributes, .. } => attributes.len() * 2 * MAX_ID_LENGTH,
            _ => 0,
        };
        1_500 + said + 22 * self.decision.sentiment_history.len() + 250 * self.decision.evidence.len()
    }
}

/// The body of one `POST /v1/log`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LogBatch<'a> {
    /// Name of the conversation.
    pub id: &'a str,
    /// Number of the batch; sent again, it keeps it.
    pub seq: u64,
    /// The entries, in order.
    pub entries: &'a [LogEntry],
}

/// The batches of one conversation on their way.
#[derive(Debug, Clone)]
pub struct AuditLog {
    id: String,
    gathered: Vec<LogEntry>,
    bytes: usize,
    since: f64,
    outbox: Outbox<Vec<LogEntry>>,
    /// Something was lost, so the log has ended.
    ended: bool,
}

impl AuditLog {
    /// The log of the conversation of that name, from batch number `seq` on.
    #[must_use]
    pub fn new(id: String, seq: u64) -> Self {
        AuditLog { id, gathered: Vec::new(), bytes: 0, since: 0.0, outbox: Outbox::new(seq), ended: false }
    }

    /// Takes entries in. Says whether the log has ended with them, because too much could not be sent.
    pub fn add(&mut self, entries: Vec<LogEntry>, now: f64) -> bool {
        if self.ended {
            return false;
        }
        for entry in entries {
            let bytes = entry.bytes();
            if self.gathered.len() == MAX_ENTRIES || self.bytes + bytes > MAX_BYTES {
                self.seal();
            }
            if self.outbox.len() > MAX_BATCHES {
                self.ended = true;
                return true;
            }
            if self.gathered.is_empty() {
                self.since = now;
            }
            self.bytes += bytes;
            self.gathered.push(entry);
        }
        false
    }

    fn seal(&mut self) {
        if !self.gathered.is_empty() {
            self.outbox.put(mem::take(&mut self.gathered));
            self.bytes = 0;
        }
    }

    /// The batch to send now; with `hurry` also what would wait for more.
    pub fn next(&mut self, now: f64, hurry: bool) -> Option<LogBatch<'_>> {
        if hurry || now - self.since >= GATHER_MS || self.gathered.len() == MAX_ENTRIES {
            self.seal();
        }
        let (seq, entries) = self.outbox.next(now)?;
        Some(LogBatch { id: &self.id, seq, entries })
    }

    /// What came of the batch of that number. Says whether the log has ended with it: a batch that will never be
    /// taken leaves a hole.
    pub fn sent(&mut self, seq: u64, delivery: Delivery, now: f64, chance: f64) -> bool {
        let lost = self.outbox.sent(seq, delivery, now, chance);
        if lost {
            self.forget();
            self.ended = true;
        }
        lost
    }

    /// When there is something to send, in milliseconds.
    #[must_use]
    pub fn wake_at(&self) -> Option<f64> {
        let gathered = (!self.gathered.is_empty() && self.outbox.is_empty()).then_some(self.since + GATHER_MS);
        self.outbox.wake_at().or(gathered)
    }

    /// Every batch that was not taken yet, for a page that goes.
    pub fn all(&mut self) -> impl Iterator<Item = LogBatch<'_>> {
        self.seal();
        let id = &self.id;
        self.outbox.all().map(move |(seq, entries)| LogBatch { id, seq, entries })
    }

    /// Entries that were not taken yet.
    #[must_use]
    pub fn len(&self) -> usize {
        self.gathered.len() + self.outbox.bodies().map(Vec::len).sum::<usize>()
    }

    /// Whether every entry was taken.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Throws away what was not sent.
    pub fn forget(&mut self) {
        self.gathered.clear();
        self.bytes = 0;
        self.outbox.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Conversation, Options, Policy};

    fn entries(count: usize) -> Vec<LogEntry> {
        let mut conversation = Conversation::new(Options::default()).unwrap();
        (0..count)
            .map(|_| {
                let event = Event::Tick { at: Some(0.0) };
                LogEntry { decision: conversation.apply(event.clone()).unwrap(), event }
            })
            .collect()
    }

    #[test]
    fn an_attribute_in_the_evidence_is_redacted_like_the_attribute() {
        let policy = r#"{"version": 1, "name": "known", "trend": {"method": "last-minus-first", "window": 3, "delta": 0.3},
            "negativeFrustration": 0.8, "rules": [{"id": "known", "when": {"input": "attribute", "name": "account", "isNot": "none"},
            "outcome": "watch", "severity": "low", "reason": "Known"}]}"#;
        let mut conversation =
            Conversation::with_policy(Policy::from_json(policy).unwrap(), Options::default()).unwrap();
        conversation.keep_log();
        for event in [
            r#"{"type": "customer", "attributes": {"account": "ann@example.com"}}"#,
            r#"{"type": "customer-message", "id": "m1", "text": "hello"}"#,
        ] {
            conversation.apply(crate::from_json(event).unwrap()).unwrap();
        }
        assert!(!conversation.last_decision().unwrap().evidence.is_empty());
        let log = crate::to_json(&conversation.take_log()).unwrap();
        assert!(log.contains("[email]") && !log.contains("ann@example.com"), "{log}");
    }

    #[test]
    fn entries_wait_for_others_but_not_for_long() {
        let mut log = AuditLog::new("c1".to_owned(), 0);
        assert!(!log.add(entries(3), 100.0));
        assert!(log.next(200.0, false).is_none());
        assert_eq!(log.wake_at(), Some(5_100.0));
        let batch = log.next(5_100.0, false).unwrap();
        assert_eq!((batch.id, batch.seq, batch.entries.len()), ("c1", 0, 3));
        assert!(!log.sent(0, Delivery::Taken, 5_200.0, 0.0));
        log.add(entries(45), 6_000.0);
        let sizes: Vec<_> = std::iter::from_fn(|| {
            let (seq, size) = log.next(6_000.0, true).map(|batch| (batch.seq, batch.entries.len()))?;
            log.sent(seq, Delivery::Taken, 6_000.0, 0.0);
            Some((seq, size))
        })
        .collect();
        assert_eq!(sizes, [(1, 20), (2, 20), (3, 5)]);
        assert_eq!(log.wake_at(), None);
    }

    #[test]
    fn a_batch_keeps_its_number_when_the_page_goes_and_comes_back() {
        let mut log = AuditLog::new("c1".to_owned(), 7);
        log.add(entries(2), 0.0);
        assert_eq!(log.next(0.0, true).unwrap().seq, 7);
        log.add(entries(1), 1.0);
        let going: Vec<_> = log.all().map(|batch| (batch.seq, batch.entries.len())).collect();
        assert_eq!(going, [(7, 2), (8, 1)]);
        assert_eq!(log.next(2.0, false).unwrap().seq, 7, "nobody has said that it was taken");
    }

    #[test]
    fn an_endpoint_that_is_away_fills_a_bounded_memory_and_a_refusal_ends_the_log() {
        let mut log = AuditLog::new("c1".to_owned(), 0);
        let ends = (0..200).filter(|_| log.add(entries(20), 0.0)).count();
        assert_eq!(ends, 1, "it is said once");
        assert!(log.all().count() <= MAX_BATCHES + 1);
        let mut refused = AuditLog::new("c1".to_owned(), 0);
        refused.add(entries(1), 0.0);
        refused.next(0.0, true);
        assert!(refused.sent(0, Delivery::of_status(Some(404)), 0.0, 0.0));
        assert!(!refused.add(entries(1), 0.0) && refused.wake_at().is_none());
    }
}
