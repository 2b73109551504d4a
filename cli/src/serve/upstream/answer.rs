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

    #[test]
    fn answers_changed_at_random_give_a_score_as_written_or_none() {
        let good = r#"{"id":"c","choices":[{"index":0,"message":{"role":"assistant","content":"{\"score\":-0.4,\"label\":\"negative\",\"frustration\":0.6,\"urgency\":0.2}"},"finish_reason":"stop"}],"usage":{"total_tokens":340}}"#;
        assert!(completion(good.as_bytes()).and_then(|completed| completed.score).is_some());
        const ODD: &[u8] = b"0123456789eE+-.\"\\{}[]:,NaIf";
        let mut scores = 0;
        for seed in 0..50_000_u64 {
            let mut state = seed;
            let mut random = |below: usize| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (state >> 33) as usize % below
            };
            let mut bytes = good.as_bytes().to_vec();
            for _ in 0..=random(3) {
                if bytes.len() < 2 {
                    break;
                }
                let place = random(bytes.len());
                match random(4) {
                    0 => drop(bytes.remove(place)),
                    1 => bytes.insert(place, ODD[random(ODD.len())]),
                    2 => bytes[place] = random(256) as u8,
                    _ => bytes.truncate(place + 1),
                }
            }
            let Some(score) = completion(&bytes).and_then(|completed| completed.score) else { continue };
            scores += 1;
            let unit = 0.0..=1.0;
            let within = (-1.0..=1.0).contains(&score.score());
            assert!(within && unit.contains(&score.frustration()) && unit.contains(&score.urgency()), "seed {seed}");
            // As somebody else reads it; what is ignored need not even be text.
            let Ok(body) = serde_json::from_slice::<serde_json::Value>(&bytes) else { continue };
            let content = body["choices"][0]["message"]["content"].as_str().unwrap();
            let written: serde_json::Value = serde_json::from_str(content).unwrap();
            for (field, number) in
                [("score", score.score()), ("frustration", score.frustration()), ("urgency", score.urgency())]
            {
                assert_eq!(written[field].as_f64(), Some(number), "seed {seed}: {content}");
            }
        }
        assert!((1_000..45_000).contains(&scores), "{scores}");
    }
}
