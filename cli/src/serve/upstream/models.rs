//! The server's list of models: whether ours is on it, and whether its end is announced.

use std::time::{Duration, SystemTime};

use serde_json::Value;

/// What the list says of our model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listed {
    /// The list does not name it.
    Unknown,
    /// It is there, and no end is announced.
    Fine,
    /// It ends then; time since 1970, and the day as text.
    Ends(Duration, String),
}

/// Looks for a model in the body of `GET /models`; none when it is no list.
pub fn look_up(body: &[u8], model: &str) -> Option<Listed> {
    let list: Value = serde_json::from_slice(body).ok()?;
    let models = list.get("data").and_then(Value::as_array)?;
    let Some(ours) = models.iter().find(|entry| entry.get("id").and_then(Value::as_str) == Some(model)) else {
        return Some(Listed::Unknown);
    };
    let date =
        ["shutdown_date", "deprecation_date"].iter().find_map(|key| ours.get(key).filter(|date| !date.is_null()));
    Some(date.and_then(day).map_or(Listed::Fine, |end| {
        let text = humantime::format_rfc3339_seconds(SystemTime::UNIX_EPOCH + end).to_string();
        Listed::Ends(end, text.chars().take(10).collect())
    }))
}

/// A day as servers write it: `2027-01-14`, with or without a time, or seconds since 1970. Within the years that can
/// be meant.
fn day(date: &Value) -> Option<Duration> {
    const LATEST: u64 = 4_102_444_800;
    let seconds = match date {
        Value::Number(number) => number.as_u64()?,
        Value::String(text) => {
            let day = text.get(..10)?;
            let time = humantime::parse_rfc3339(&format!("{day}T00:00:00Z")).ok()?;
            time.duration_since(SystemTime::UNIX_EPOCH).ok()?.as_secs()
        }
        _ => return None,
    };
    (seconds < LATEST).then_some(Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_model_is_read_in_every_form() {
        let list = |date: &str| {
            format!(r#"{{"object":"list","data":[{{"id":"other"}},{{"id":"m","shutdown_date":{date}}}]}}"#)
        };
        let end = Listed::Ends(Duration::from_secs(1_799_884_800), "2027-01-14".into());
        for date in [r#""2027-01-14""#, r#""2027-01-14T10:00:00Z""#, "1799884800"] {
            assert_eq!(look_up(list(date).as_bytes(), "m"), Some(end.clone()), "{date}");
        }
        for date in ["null", r#""soon""#, r#""some day é""#, "-1", "1e300", "[]", "99999999999999"] {
            assert_eq!(look_up(list(date).as_bytes(), "m"), Some(Listed::Fine), "{date}");
        }
        assert_eq!(look_up(list("null").as_bytes(), "n"), Some(Listed::Unknown));
        assert_eq!(look_up(b"{}", "m"), None);
        assert_eq!(look_up(b"<html>", "m"), None);
    }
}
