//! What an event may carry: times, ids and attributes that can be used.

use crate::error::{Error, ErrorCode};
use crate::json::decimal;
use crate::literal::Literal;

use super::{Event, MAX_ATTRIBUTES, MAX_ID_LENGTH, MAX_TIME};

impl Event {
    /// Checks the values that the shape alone does not.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidEvent`] for a time, an id, a body, a wait or an attribute that cannot be used.
    pub fn check(&self) -> Result<(), Error> {
        check_time("at", self.at())?;
        match self {
            Event::CustomerMessage { id, text, features, .. } | Event::BotMessage { id, text, features, .. } => {
                check_id("id", id)?;
                match (text, features) {
                    (Some(_), Some(_)) => refuse("give `text` or `features`, not both"),
                    (None, None) => refuse("a message needs its `text` or its `features`"),
                    (None, Some(features)) => features.check(),
                    (Some(_), None) => Ok(()),
                }
            }
            Event::Score { message_id, .. } | Event::ScoreFailed { message_id, .. } => {
                check_id("messageId", message_id)
            }
            Event::Started { language: Some(language), .. } => check_id("language", language),
            Event::HandoffQueued { wait_ms, reference, .. } => {
                check_time("waitMs", *wait_ms)?;
                reference.as_deref().map_or(Ok(()), |reference| check_id("reference", reference))
            }
            Event::Availability { wait_ms, opens_at, .. } => {
                check_time("waitMs", *wait_ms)?;
                check_time("opensAt", *opens_at)
            }
            Event::Customer { attributes, .. } if attributes.len() > MAX_ATTRIBUTES => {
                refuse(format!("there are more than {MAX_ATTRIBUTES} `attributes`"))
            }
            Event::Customer { attributes, .. } => attributes.iter().try_for_each(|(name, value)| {
                check_id("attributes", name)?;
                match value {
                    Literal::Number(number) if !number.is_finite() => {
                        refuse(format!("attribute `{name}` is `{}`, give a finite number", decimal(*number)))
                    }
                    Literal::Text(text) if text.len() > MAX_ID_LENGTH => {
                        refuse(format!("attribute `{name}` is longer than {MAX_ID_LENGTH} bytes"))
                    }
                    _ => Ok(()),
                }
            }),
            _ => Ok(()),
        }
    }
}

fn refuse(message: impl Into<String>) -> Result<(), Error> {
    Err(Error::new(ErrorCode::InvalidEvent, message))
}

fn check_time(field: &str, time: Option<f64>) -> Result<(), Error> {
    match time {
        // The negated comparison also refuses NaN.
        Some(time) if !(0.0..=MAX_TIME).contains(&time) => {
            let (time, most) = (decimal(time), decimal(MAX_TIME));
            refuse(format!("`{field}` is `{time}`, give milliseconds from 0 to {most}"))
        }
        _ => Ok(()),
    }
}

fn check_id(field: &str, id: &str) -> Result<(), Error> {
    if id.is_empty() {
        refuse(format!("`{field}` is empty"))
    } else if id.len() > MAX_ID_LENGTH {
        refuse(format!("`{field}` is longer than {MAX_ID_LENGTH} bytes"))
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_cannot_be_used_are_refused() {
        for bad in [
            r#"{"type":"tick","at":-1}"#,
            r#"{"type":"tick","at":1e300}"#,
            r#"{"type":"customer-message","id":"","text":"hi"}"#,
            r#"{"type":"customer-message","id":"m1"}"#,
            r#"{"type":"customer-message","id":"m1","text":"hi","features":{"cues":[],"length":2}}"#,
            r#"{"type":"customer-message","id":"m1","features":{"cues":[{"cue":"safety","strength":7}],"length":2}}"#,
            r#"{"type":"availability","state":"busy","waitMs":-5}"#,
        ] {
            let event: Event = serde_json::from_str(bad).unwrap();
            assert_eq!(event.check().unwrap_err().code(), ErrorCode::InvalidEvent, "{bad}");
        }
    }
}
