//! A batch of entries, checked, as one line of a conversation log.

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use simmerdown::{Event, MAX_ID_LENGTH};

use crate::serve::problem::Problem;

/// What a page sends.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Batch {
    id: String,
    seq: u64,
    entries: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    event: Value,
    #[serde(default)]
    decision: Option<Map<String, Value>>,
}

/// One part of a conversation log. Decisions stand at the place of their events; where an event has none, null.
#[derive(Serialize)]
struct Part<'a> {
    id: &'a str,
    seq: u64,
    events: &'a [Event],
    #[serde(skip_serializing_if = "Option::is_none")]
    decisions: Option<Vec<Option<Map<String, Value>>>>,
}

/// A batch that may be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The conversation.
    pub id: String,
    /// Place of the batch in it.
    pub seq: u64,
    /// The line, with its end.
    pub line: Vec<u8>,
}

fn bad(detail: String) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "bad-entry", "").detail(detail)
}

impl Batch {
    /// Checks every entry: what is kept can be replayed. Details name places, never what stands there.
    pub fn check(self) -> Result<Line, Problem> {
        if self.id.is_empty() || self.id.len() > MAX_ID_LENGTH {
            return Err(bad(format!("`id` must have 1 to {MAX_ID_LENGTH} bytes")));
        }
        if self.entries.is_empty() {
            return Err(bad("`entries` is empty".to_owned()));
        }
        let mut events = Vec::with_capacity(self.entries.len());
        let mut decisions = Vec::with_capacity(self.entries.len());
        for (place, Entry { event, decision }) in self.entries.into_iter().enumerate() {
            let event: Event = serde_json::from_value(event)
                .map_err(|_| bad(format!("`entries[{place}].event` is no event; nothing of this batch was kept")))?;
            event.check().map_err(|_| {
                bad(format!("`entries[{place}].event` has a value that is not allowed; nothing of this batch was kept"))
            })?;
            events.push(event);
            decisions.push(decision);
        }
        let decisions = decisions.iter().any(Option::is_some).then_some(decisions);
        let part = Part { id: &self.id, seq: self.seq, events: &events, decisions };
        let mut line = serde_json::to_vec(&part).map_err(|_| bad("it cannot be written as JSON".to_owned()))?;
        line.push(b'\n');
        Ok(Line { id: self.id, seq: self.seq, line })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(batch: &str) -> Result<String, String> {
        let batch: Batch = serde_json::from_str(batch).map_err(|_| "malformed".to_owned())?;
        batch.check().map(|line| String::from_utf8(line.line).unwrap()).map_err(|problem| format!("{problem:?}"))
    }

    #[test]
    fn a_batch_becomes_a_line_that_a_replay_reads() {
        let batch = r#"{"id":"c1","seq":3,"entries":[
            {"event":{"type":"customer-message","id":"m1","features":{"cues":[],"length":4},"at":1000},"decision":{"id":"d1","action":"respond"}},
            {"event":{"type":"outcome","needed":true}}]}"#;
        let line = check(batch).unwrap();
        assert_eq!(line.matches('\n').count(), 1);
        let record = simmerdown::replay::Record::parse(line.trim()).unwrap();
        assert_eq!((record.id.as_str(), record.seq, record.events.len()), ("c1", Some(3), 2));
        assert!(line.contains(r#""decisions":[{"action":"respond","id":"d1"},null]"#), "{line}");
        let bare = check(r#"{"id":"c1","seq":0,"entries":[{"event":{"type":"tick"}}]}"#).unwrap();
        assert_eq!(bare, "{\"id\":\"c1\",\"seq\":0,\"events\":[{\"type\":\"tick\"}]}\n");
    }

    #[test]
    fn what_is_wrong_is_named_by_its_place_and_not_quoted() {
        let refused = |batch: &str, what: &str| {
            let why = check(batch).unwrap_err();
            assert!(why.contains(what) && !why.contains("SECRET"), "{why}");
        };
        refused(r#"{"id":"","seq":0,"entries":[{"event":{"type":"tick"}}]}"#, "`id`");
        refused(r#"{"id":"c","seq":0,"entries":[]}"#, "`entries` is empty");
        refused(
            r#"{"id":"c","seq":0,"entries":[{"event":{"type":"tick"}},{"event":{"type":"SECRET"}}]}"#,
            "entries[1]",
        );
        refused(
            r#"{"id":"c","seq":0,"entries":[{"event":{"type":"customer-message","id":"","text":"SECRET"}}]}"#,
            "entries[0]",
        );
        for malformed in [
            r#"{"id":"c","seq":-1,"entries":[]}"#,
            r#"{"id":"c","entries":[]}"#,
            r#"{"id":"c","seq":0,"entries":[{"event":{"type":"tick"},"decision":7}]}"#,
            r#"{"id":"c","seq":0,"entries":[{"event":{"type":"tick"},"mood":1}]}"#,
            r#"{"id":"c","seq":0,"entries":[{}],"x":1}"#,
        ] {
            refused(malformed, "malformed");
        }
    }
}
