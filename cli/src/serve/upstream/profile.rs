//! What a server wants to be told, and how: its parameters and the shape of the answer.
//!
//! Newer OpenAI models refuse `max_tokens` and any temperature but their own; Ollama ignores `max_completion_tokens`;
//! `json_schema` is not known everywhere. So a server starts with the profile of its kind, and what it refuses is
//! changed, tried again and remembered.

use std::sync::atomic::{AtomicU8, Ordering};

use clap::ValueEnum;
use reqwest::Url;
use serde_json::{Map, Value, json};

use crate::serve::prompt;

/// What a score takes at most, in tokens; the article's figure.
pub const MAX_TOKENS: u32 = 100;

/// A kind of server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// Told by the address.
    Auto,
    /// OpenAI's own API: `max_completion_tokens`, `reasoning_effort`, nothing stored, no temperature.
    Openai,
    /// Servers that follow it (Ollama, llama.cpp, vLLM, LM Studio, gateways): `max_tokens`, temperature 0.
    Compatible,
}

/// What goes along with a question. One byte, so that it can be changed while calls are under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Profile(u8);

/// The limit is called `max_completion_tokens`, not `max_tokens`.
const COMPLETION_LIMIT: u8 = 1;
const TEMPERATURE: u8 = 1 << 1;
const REASONING_EFFORT: u8 = 1 << 2;
const STORE: u8 = 1 << 3;
/// How the shape is asked for: 0 for a schema, 1 for any JSON object, 2 for not at all.
const FORMAT_SHIFT: u8 = 4;
const PLAIN: u8 = 2;

impl Profile {
    /// Where a server of that kind, at that address, starts.
    pub fn of(kind: Kind, url: &Url) -> Profile {
        let openai = match kind {
            Kind::Openai => true,
            Kind::Compatible => false,
            Kind::Auto => {
                let host = url.host_str().unwrap_or_default();
                host == "api.openai.com" || host.ends_with(".api.openai.com") || host.ends_with(".openai.azure.com")
            }
        };
        Profile(if openai { COMPLETION_LIMIT | REASONING_EFFORT | STORE } else { TEMPERATURE })
    }

    const fn has(self, part: u8) -> bool {
        self.0 & part != 0
    }

    const fn format(self) -> u8 {
        self.0 >> FORMAT_SHIFT
    }

    /// The body of a question.
    pub fn body(self, model: &str, messages: &[Value], sarcasm: bool) -> Value {
        let mut body = Map::new();
        let mut set = |key: &str, value: Value| drop(body.insert(key.to_owned(), value));
        set("model", model.into());
        set("messages", messages.into());
        let limit = if self.has(COMPLETION_LIMIT) { "max_completion_tokens" } else { "max_tokens" };
        set(limit, MAX_TOKENS.into());
        if self.has(TEMPERATURE) {
            set("temperature", 0.into());
        }
        if self.has(REASONING_EFFORT) {
            // Hidden reasoning would eat the limit before the answer begins.
            set("reasoning_effort", "none".into());
        }
        if self.has(STORE) {
            set("store", false.into());
        }
        match self.format() {
            0 => {
                let schema = json!({ "name": "sentiment", "strict": true, "schema": prompt::schema(sarcasm) });
                set("response_format", json!({ "type": "json_schema", "json_schema": schema }));
            }
            1 => set("response_format", json!({ "type": "json_object" })),
            _ => {}
        }
        Value::Object(body)
    }

    /// What to try after the server refused this profile with that answer; none when there is nothing left to change.
    pub fn after_refusal(self, answer: &[u8]) -> Option<Profile> {
        let error: Value = serde_json::from_slice(answer).unwrap_or_default();
        let param = error.pointer("/error/param").and_then(Value::as_str).unwrap_or_default();
        let text = String::from_utf8_lossy(answer);
        // The parameter it names counts more than words that stand somewhere in its text.
        let names = |name: &str| if param.is_empty() { text.contains(name) } else { param.starts_with(name) };
        let laxer = || {
            // llama.cpp and others know an object where they know no schema.
            (self.format() < PLAIN).then(|| Profile(self.0 + (1 << FORMAT_SHIFT)))
        };
        if names("response_format") || names("json_schema") {
            return laxer();
        }
        if self.has(COMPLETION_LIMIT) && names("max_completion_tokens") {
            // OpenAI names it as the one to use instead; then it is not the one refused.
            return Some(Profile(self.0 & !COMPLETION_LIMIT));
        }
        if !self.has(COMPLETION_LIMIT) && names("max_tokens") {
            return Some(Profile(self.0 | COMPLETION_LIMIT));
        }
        for (part, name) in [(TEMPERATURE, "temperature"), (REASONING_EFFORT, "reasoning_effort"), (STORE, "store")] {
            if self.has(part) && names(name) {
                return Some(Profile(self.0 & !part));
            }
        }
        laxer()
    }
}

/// The profile that a server has not refused so far.
#[derive(Debug)]
pub struct Remembered(AtomicU8);

impl Remembered {
    /// Starts there.
    pub fn new(profile: Profile) -> Remembered {
        Remembered(AtomicU8::new(profile.0))
    }

    /// The profile to try first.
    pub fn get(&self) -> Profile {
        Profile(self.0.load(Ordering::Relaxed))
    }

    /// An answer proved this one: a refusal alone may have had another cause.
    pub fn proved(&self, profile: Profile) {
        if self.0.swap(profile.0, Ordering::Relaxed) != profile.0 {
            tracing::info!(profile = ?profile, "the model's server takes other parameters than expected; remembered");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start(kind: Kind, url: &str) -> Profile {
        Profile::of(kind, &Url::parse(url).unwrap())
    }

    fn keys(profile: Profile) -> Vec<String> {
        let body = profile.body("m", &[], false);
        let mut keys: Vec<String> = body.as_object().unwrap().keys().cloned().collect();
        keys.push(body["response_format"]["type"].as_str().unwrap_or("plain").to_owned());
        keys.retain(|key| !["model", "messages", "response_format"].contains(&key.as_str()));
        keys.sort();
        keys
    }

    #[test]
    fn a_kind_is_told_by_the_address() {
        let openai = ["json_schema", "max_completion_tokens", "reasoning_effort", "store"];
        let compatible = ["json_schema", "max_tokens", "temperature"];
        assert_eq!(keys(start(Kind::Auto, "https://api.openai.com/v1")), openai);
        assert_eq!(keys(start(Kind::Auto, "https://eu.api.openai.com/v1")), openai);
        assert_eq!(keys(start(Kind::Auto, "https://api.openai.com.evil.example/v1")), compatible);
        assert_eq!(keys(start(Kind::Auto, "http://localhost:11434/v1")), compatible);
        assert_eq!(keys(start(Kind::Openai, "http://gateway/v1")), openai);
        assert_eq!(keys(start(Kind::Compatible, "https://api.openai.com/v1")), compatible);
    }

    #[test]
    fn what_a_server_refuses_is_changed() {
        let refused = |param: &str, message: &str| {
            json!({ "error": { "message": message, "param": param, "code": "unsupported_parameter" } }).to_string()
        };
        let compatible = start(Kind::Compatible, "http://a/v1");
        let after =
            |profile: Profile, answer: &str| profile.after_refusal(answer.as_bytes()).map(keys).unwrap_or_default();
        let wanted = "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.";
        assert_eq!(
            after(compatible, &refused("max_tokens", wanted)),
            ["json_schema", "max_completion_tokens", "temperature"]
        );
        assert_eq!(after(compatible, wanted), ["json_schema", "max_completion_tokens", "temperature"]);
        assert_eq!(after(compatible, &refused("temperature", "Only 1 is supported")), ["json_schema", "max_tokens"]);
        let openai = start(Kind::Openai, "http://a/v1");
        assert_eq!(
            after(openai, "unknown field: max_completion_tokens"),
            ["json_schema", "max_tokens", "reasoning_effort", "store"]
        );
        assert_eq!(after(openai, &refused("reasoning_effort", "")), ["json_schema", "max_completion_tokens", "store"]);
        assert_eq!(
            after(openai, &refused("response_format", "max_tokens")),
            ["json_object", "max_completion_tokens", "reasoning_effort", "store"]
        );
    }

    #[test]
    fn without_a_hint_the_format_becomes_laxer_and_then_it_ends() {
        let mut profile = start(Kind::Compatible, "http://a/v1");
        let mut steps = 0;
        while let Some(next) = profile.after_refusal(b"{}") {
            profile = next;
            steps += 1;
        }
        assert_eq!((steps, keys(profile)), (2, vec!["max_tokens".to_owned(), "plain".into(), "temperature".into()]));
    }

    #[test]
    fn no_server_can_make_it_go_round_in_circles() {
        for answer in ["max_tokens max_completion_tokens", "response_format", "temperature store", "{}"] {
            let mut profile = start(Kind::Openai, "http://a/v1");
            let steps = std::iter::from_fn(|| {
                profile = profile.after_refusal(answer.as_bytes())?;
                Some(())
            });
            assert!(steps.take(super::super::MAX_REFUSALS + 5).count() <= super::super::MAX_REFUSALS + 5);
        }
    }
}
