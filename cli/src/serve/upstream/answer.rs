//! Reading what a model's server answers. Nothing of it is believed before it was checked.

use std::borrow::Cow;

use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::Deserialize;
use simmerdown::SentimentScore;
use simmerdown::scoring::read_model_answer;

use super::transport::Answer;

/// The longest answer read, in bytes.
const MAX_ANSWER: usize = 256 * 1024;

/// Why there is no whole body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unread {
    /// It is longer than any score.
    TooLong,
    /// The connection broke.
    Broken,
}

/// The whole body, up to the cap.
pub async fn read(answer: Answer) -> Result<Bytes, Unread> {
    match Limited::new(answer.into_body(), MAX_ANSWER).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(Unread::TooLong),
        Err(_) => Err(Unread::Broken),
    }
}

#[derive(Deserialize)]
struct Completion<'a> {
    #[serde(borrow)]
    choices: Vec<Choice<'a>>,
    #[serde(default)]
    usage: Option<serde_json::Value>,
}

#[derive(Deserialize)]
struct Choice<'a> {
    #[serde(borrow)]
    message: Message<'a>,
}

#[derive(Deserialize)]
struct Message<'a> {
    #[serde(borrow, default)]
    content: Option<Cow<'a, str>>,
}

/// What a completion says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Completed {
    /// The score, if the model wrote one.
    pub score: Option<SentimentScore>,
    /// Upstream tokens it cost, if the server says so.
    pub tokens: Option<u64>,
}

/// Reads a completion; none when it is something else altogether.
pub fn completion(body: &[u8]) -> Option<Completed> {
    let Completion { choices, usage } = serde_json::from_slice(body).ok()?;
    let tokens = usage.as_ref().and_then(|usage| usage.get("total_tokens")?.as_u64());
    let content = choices.into_iter().next().and_then(|choice| choice.message.content);
    let score = content.and_then(|content| read_model_answer(&content).ok());
    Some(Completed { score, tokens })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_completion_is_told_from_something_else() {
        assert_eq!(completion(b"<html>"), None);
        assert_eq!(completion(br#"{"object":"list"}"#), None);
        assert_eq!(completion(br#"{"choices":[]}"#), Some(Completed { score: None, tokens: None }));
        let refusal = br#"{"choices":[{"message":{"content":null}}],"usage":{"total_tokens":12}}"#;
        assert_eq!(completion(refusal), Some(Completed { score: None, tokens: Some(12) }));
        let odd = br#"{"choices":[{"message":{}}],"usage":{"total_tokens":-1}}"#;
        assert_eq!(completion(odd), Some(Completed { score: None, tokens: None }));
    }
}
