//! Every row of `data/rules.csv`: what the history shows, and what the policy makes of it.
//!
//! The steps of a row: `-0.7/0.8` is a customer message with that score and frustration, `?` one without a
//! score, `~-0.7/0.8` one whose score is provisional; `+cue` adds a cue to it, `+yes` and `+no` make it a bare
//! answer. `bot` is a bot message (`bot+bot-repeats` one that repeats). `+61s` lets that time pass. The rest
//! are events by name; `tier=gold` is a customer attribute, `channel=voice` and `language=es` begin the
//! conversation. The policy is a preset or a file of the repository. The row names the last decision.
#![cfg(not(target_family = "wasm"))]
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use serde_json::{Value, json};
use simmerdown::{Action, Conversation, Decision, Event, Options, Policy, PolicyChoice};

struct Script {
    conversation: Conversation,
    messages: u32,
    now: f64,
}

impl Script {
    fn apply(&mut self, mut event: Value) -> Decision {
        event["at"] = self.now.into();
        let event: Event = serde_json::from_value(event).unwrap();
        self.conversation.apply(event).unwrap()
    }

    fn message(&mut self, step: &str) -> Decision {
        self.messages += 1;
        self.now += 1000.0;
        let id = format!("m{}", self.messages);
        let mut parts = step.split('+');
        let score = parts.next().unwrap();
        let mut features = json!({ "cues": [], "length": 10 });
        for part in parts {
            match part {
                "yes" | "no" => features["answer"] = part.into(),
                cue => features["cues"].as_array_mut().unwrap().push(json!({ "cue": cue, "strength": 1 })),
            }
        }
        let provisional = score.starts_with('~');
        let message = json!({ "type": "customer-message", "id": id, "features": features, "awaitsModel": provisional });
        let decision = self.apply(message);
        if score == "?" {
            return decision;
        }
        let (score, frustration) = score.trim_start_matches('~').split_once('/').unwrap();
        let (score, frustration): (f64, f64) = (score.parse().unwrap(), frustration.parse().unwrap());
        let label = if score <= -0.3 { "negative" } else { "neutral" };
        let score = json!({ "score": score, "label": label, "frustration": frustration, "urgency": 0 });
        let source = if provisional { "on-device" } else { "model" };
        let scored = self.apply(json!({ "type": "score", "messageId": id, "score": score, "source": source }));
        // A handoff is announced once; by a cue that is before the score.
        if decision.action == Action::Handoff { decision } else { scored }
    }

    fn step(&mut self, step: &str) -> Decision {
        if let Some(seconds) = step.strip_prefix('+').and_then(|rest| rest.strip_suffix('s')) {
            self.now += seconds.parse::<f64>().unwrap() * 1000.0;
            return self.apply(json!({ "type": "tick" }));
        }
        match step {
            "bot" => self.apply(json!({ "type": "bot-message", "id": "b", "features": { "cues": [], "length": 10 } })),
            "bot+bot-repeats" => {
                let features = json!({ "cues": [{ "cue": "bot-repeats", "strength": 1 }], "length": 10 });
                self.apply(json!({ "type": "bot-message", "id": "b", "features": features }))
            }
            "bot-failed" => self.apply(json!({ "type": "bot-failed" })),
            "shown" | "accepted" | "declined" => self.apply(json!({ "type": format!("offer-{step}") })),
            "pressed" => self.apply(json!({ "type": "human-requested" })),
            "queued" | "cancelled" => self.apply(json!({ "type": format!("handoff-{step}") })),
            "joined" | "left" => self.apply(json!({ "type": format!("human-{step}") })),
            "closed" => self.apply(json!({ "type": "availability", "state": "closed" })),
            step if step.starts_with("busy=") => {
                let wait: f64 = step.trim_start_matches("busy=").parse().unwrap();
                self.apply(json!({ "type": "availability", "state": "busy", "waitMs": wait }))
            }
            step if step.starts_with("channel=") || step.starts_with("language=") => {
                let (key, value) = step.split_once('=').unwrap();
                self.apply(json!({ "type": "started", key: value }))
            }
            step if step.contains('=') => {
                let (name, value) = step.split_once('=').unwrap();
                let value = value.parse::<f64>().map_or_else(|_| Value::from(value), Value::from);
                self.apply(json!({ "type": "customer", "attributes": { name: value } }))
            }
            step => self.message(step),
        }
    }
}

fn word(value: impl serde::Serialize) -> String {
    serde_json::to_value(value).unwrap().as_str().unwrap_or_default().to_owned()
}

#[test]
fn every_row_leads_to_its_outcome() {
    let mut rows = csv::Reader::from_path("tests/data/rules.csv").unwrap();
    let mut wrong = Vec::new();
    let mut count = 0;
    for row in rows.records() {
        let row = row.unwrap();
        let policy = match std::fs::read_to_string(&row[1]) {
            Ok(text) => Policy::from_json(&text).unwrap().into(),
            Err(_) => PolicyChoice::Preset(row[1].to_owned()),
        };
        let conversation = Conversation::new(Options { policy, ..Options::default() }).unwrap();
        let mut script = Script { conversation, messages: 0, now: 0.0 };
        let decision = row[2].split(' ').map(|step| script.step(step)).last().unwrap();
        let escalates = if decision.should_escalate { "yes" } else { "no" };
        let rule = decision.rule.clone().unwrap_or_default();
        let route = decision.route.clone().unwrap_or_default();
        let got = [word(decision.action), escalates.to_owned(), word(decision.severity), rule, route];
        let want = [3, 4, 5, 6, 7].map(|column| row[column].to_owned());
        if got != want {
            wrong.push(format!("{}: wanted {want:?}, got {got:?}", &row[0]));
        }
        count += 1;
    }
    assert!(wrong.is_empty(), "{} of {count} rows:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count > 120, "the rows are there");
}
