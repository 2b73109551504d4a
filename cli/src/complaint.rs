//! What is wrong with a line of a log, for people: which field it is, and what belongs there.

use std::time::UNIX_EPOCH;

use serde_json::Value;

use crate::policy::hint;

/// What belongs into a field.
#[derive(Debug, Clone, Copy)]
enum Wanted {
    Text,
    Time,
    Milliseconds,
    Count,
    Flag,
    Score,
    Features,
    Attributes,
}

/// The fields of events.
const FIELDS: [(&str, Wanted); 26] = [
    ("type", Wanted::Text),
    ("id", Wanted::Text),
    ("messageId", Wanted::Text),
    ("text", Wanted::Text),
    ("source", Wanted::Text),
    ("failure", Wanted::Text),
    ("channel", Wanted::Text),
    ("language", Wanted::Text),
    ("reference", Wanted::Text),
    ("email", Wanted::Text),
    ("phone", Wanted::Text),
    ("state", Wanted::Text),
    ("at", Wanted::Time),
    ("opensAt", Wanted::Time),
    ("waitMs", Wanted::Milliseconds),
    ("position", Wanted::Count),
    ("atTurn", Wanted::Count),
    ("awaitsModel", Wanted::Flag),
    ("escalated", Wanted::Flag),
    ("satisfied", Wanted::Flag),
    ("resolved", Wanted::Flag),
    ("abandoned", Wanted::Flag),
    ("needed", Wanted::Flag),
    ("score", Wanted::Score),
    ("features", Wanted::Features),
    ("attributes", Wanted::Attributes),
];

impl Wanted {
    /// Whether a value is of the kind; null stands for what is left out.
    fn is(self, value: &Value) -> bool {
        value.is_null()
            || match self {
                Wanted::Text => value.is_string(),
                Wanted::Time | Wanted::Milliseconds => value.is_number(),
                Wanted::Count => value.is_u64(),
                Wanted::Flag => value.is_boolean(),
                Wanted::Score | Wanted::Features | Wanted::Attributes => value.is_object(),
            }
    }

    fn told(self) -> &'static str {
        match self {
            Wanted::Text => "a text in quotes",
            Wanted::Time => "a number: milliseconds since 1970, or since the conversation began",
            Wanted::Milliseconds => "a number: milliseconds",
            Wanted::Count => "a whole number",
            Wanted::Flag => "true or false, without quotes",
            Wanted::Score => "an object with `score`, `label`, `frustration` and `urgency`",
            Wanted::Features => "an object with `cues` and `length`",
            Wanted::Attributes => "an object of names and values",
        }
    }

    /// What the value would be, where that can be told.
    fn instead(self, value: &Value) -> Option<String> {
        let text = value.as_str()?.trim();
        let numbers = matches!(self, Wanted::Time | Wanted::Milliseconds | Wanted::Count);
        if numbers && text.parse::<f64>().is_ok_and(f64::is_finite) {
            return Some(format!("{text} without the quotes"));
        }
        let time = humantime::parse_rfc3339_weak(text).ok().filter(|_| matches!(self, Wanted::Time))?;
        Some(format!("{} for this time", time.duration_since(UNIX_EPOCH).ok()?.as_millis()))
    }
}

/// A value as it stands, of a long one the beginning.
fn shown(value: &Value) -> String {
    let whole = value.to_string();
    let short: String = whole.chars().take(60).collect();
    if short.len() < whole.len() { format!("{short}…") } else { whole }
}

/// The field of an object that holds what does not belong there.
fn misfit(at: &str, object: &Value) -> Option<String> {
    object.as_object()?.iter().find_map(|(key, value)| {
        let (_, wanted) = FIELDS.iter().find(|(name, _)| name == key)?;
        if wanted.is(value) {
            return None;
        }
        let instead = wanted.instead(value).map(|instead| format!(", here {instead}")).unwrap_or_default();
        Some(format!("{at}.{key} is {}, give {}{instead}", shown(value), wanted.told()))
    })
}

/// A place with the type of the event there.
fn within(at: &str, object: &Value) -> String {
    let Some(kind) = object.get("type").and_then(Value::as_str) else { return at.to_owned() };
    format!("{at} ({kind})")
}

/// The mistake in other words, where they say more.
fn reworded(at: &str, value: &Value, told: &str) -> String {
    if !value.is_object() {
        return format!("{at} is {}, give an object such as {{\"type\": \"tick\"}}", shown(value));
    }
    if let Some(misfit) = misfit(at, value) {
        return misfit;
    }
    let at = within(at, value);
    match told.strip_prefix("missing field ") {
        Some(field) => format!("{at}: {field} is missing"),
        None => format!("{at}: {told}"),
    }
}

/// What is wrong with a line of a log, in the words of its reader, made clearer where that is possible.
pub fn clearer(line: &str, told: String) -> String {
    let document: Value = match serde_json::from_str(line) {
        Ok(document) => document,
        Err(error) => return hint(line, &error).map_or(told.clone(), |hint| format!("{told}: {hint}")),
    };
    let event = told.strip_prefix("events[").and_then(|rest| rest.split_once("]: "));
    if let Some((place, what)) = event
        && let Some(event) = place.parse::<usize>().ok().and_then(|place| document.get("events")?.get(place))
    {
        return reworded(&format!("events[{place}]"), event, what);
    }
    if let Some((what, outcome)) = told.strip_prefix("outcome: ").zip(document.get("outcome")) {
        return reworded("outcome", outcome, what);
    }
    if !document.is_object() {
        return format!(
            "a line is one conversation, {{\"id\": \"…\", \"events\": […]}}; this one is {}",
            shown(&document)
        );
    }
    for (key, is, wanted) in [
        ("id", Value::is_string as fn(&Value) -> bool, "a text in quotes"),
        ("events", Value::is_array, "a list, `[…]`"),
        ("seq", Value::is_u64, "a whole number"),
        ("decisions", Value::is_array, "a list, `[…]`"),
    ] {
        if let Some(value) = document.get(key).filter(|value| !value.is_null() && !is(value)) {
            return format!("{key} is {}, give {wanted}", shown(value));
        }
    }
    told
}

#[cfg(test)]
mod tests {
    use simmerdown::replay::Record;

    use super::*;

    #[test]
    fn the_field_is_named_with_what_belongs_there() {
        let event = |event: &str| format!("{{\"id\":\"a\",\"events\":[{{\"type\":\"tick\"}},{event}]}}");
        for (line, want) in [
            (
                event(r#"{"type":"tick","at":"2026-11-30T09:00:00Z"}"#),
                "events[1].at is \"2026-11-30T09:00:00Z\", give a number: milliseconds since 1970, or since the conversation began, here 1796029200000 for this time",
            ),
            (
                event(r#"{"type":"tick","at":"1000"}"#),
                "events[1].at is \"1000\", give a number: milliseconds since 1970, or since the conversation began, here 1000 without the quotes",
            ),
            (
                event(r#"{"type":"tick","at":"yesterday"}"#),
                "events[1].at is \"yesterday\", give a number: milliseconds since 1970, or since the conversation began",
            ),
            (event(r#"{"type":"customer-message","id":5,"text":"x"}"#), "events[1].id is 5, give a text in quotes"),
            (event(r#"{"type":"customer-message","text":"x"}"#), "events[1] (customer-message): `id` is missing"),
            (event(r#"{"text":"x"}"#), "events[1]: `type` is missing"),
            (
                event(r#"{"type":"score","messageId":"m","score":-0.5,"source":"model"}"#),
                "events[1].score is -0.5, give an object with `score`, `label`, `frustration` and `urgency`",
            ),
            (event("\"x\""), "events[1] is \"x\", give an object such as {\"type\": \"tick\"}"),
            (
                r#"{"id":"a","events":[],"outcome":{"needed":"yes"}}"#.to_owned(),
                "outcome.needed is \"yes\", give true or false, without quotes",
            ),
            (r#"{"id":5,"events":[]}"#.to_owned(), "id is 5, give a text in quotes"),
            (r#"{"id":"a","events":{}}"#.to_owned(), "events is {}, give a list, `[…]`"),
            ("[1]".to_owned(), "a line is one conversation, {\"id\": \"…\", \"events\": […]}; this one is [1]"),
            (
                r#"{"id":"a","events":[{"type":"tick","at":0,5}]}"#.to_owned(),
                "it is no JSON from character 43 on: a number has a decimal point, not a comma: write 0.5",
            ),
            (r#"{"id":"a""#.to_owned(), "it is cut off"),
        ] {
            let told = Record::parse(&line).unwrap_err().to_string();
            assert_eq!(clearer(&line, told), want);
        }
        let line = event(r#"{"type":"tick","timestamp":5}"#);
        let told = clearer(&line, Record::parse(&line).unwrap_err().to_string());
        assert!(told.starts_with("events[1] (tick): unknown field `timestamp`"), "{told}");
    }
}
