//! What goes over the wire of `POST /v1/score`, alike for the client in the page and for the proxy.

use serde::Serialize;

use crate::error::{Error, ErrorCode};
use crate::event::Failure;
use crate::json::from_json;
use crate::names::named;
use crate::reading::{Fields, Read, Reading, deserialize_by_tree};
use crate::redact::{Redaction, redact_cut};
use crate::score::{ScoreSource, SentimentScore};
use crate::tree::Tree;

/// Who wrote a message of the context.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify), serde(rename_all = "kebab-case"))]
pub enum Role {
    /// The customer.
    Customer,
    /// The bot.
    Bot,
}

named!(Role { Customer "customer", Bot "bot" });

/// An earlier message, for a scorer to understand the one in question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct ContextMessage {
    /// Who wrote it.
    pub role: Role,
    /// What.
    pub text: String,
}

/// What a scorer is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct ScoreRequest {
    /// The customer's message.
    pub message: String,
    /// Its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub message_id: Option<String>,
    /// Earlier messages, oldest first.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub context: Option<Vec<ContextMessage>>,
}

impl Read for ContextMessage {
    fn read(tree: Tree, reading: &mut Reading) -> Self {
        let mut fields = Fields::only(tree, "an object", &["role", "text"], reading);
        ContextMessage { role: fields.needed("role", Role::Customer), text: fields.needed("text", String::new()) }
    }
}

impl Read for ScoreRequest {
    fn read(tree: Tree, reading: &mut Reading) -> Self {
        let mut fields = Fields::only(tree, "an object", &["message", "messageId", "context"], reading);
        ScoreRequest {
            message: fields.needed("message", String::new()),
            message_id: fields.take("messageId", None),
            context: fields.take("context", None),
        }
    }
}

impl ScoreRequest {
    /// Cuts every text to the cap, with placeholders in the place of personal data.
    pub fn redact(&mut self, what: Redaction) {
        self.message = redact_cut(&self.message, what).into_owned();
        for message in self.context.iter_mut().flatten() {
            message.text = redact_cut(&message.text, what).into_owned();
        }
    }
}

/// What a scorer answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct ScoreReply {
    /// The score.
    #[serde(flatten)]
    pub score: SentimentScore,
    /// Where it came from; a model unless said otherwise.
    pub source: ScoreSource,
    /// Which model.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub model: Option<String>,
}

/// Unknown keys are ignored: a newer proxy may say more.
impl Read for ScoreReply {
    fn read(tree: Tree, reading: &mut Reading) -> Self {
        let [score, label, frustration, urgency, sarcasm] = SentimentScore::FIELDS;
        let names = [score, label, frustration, urgency, sarcasm, "source", "model"];
        let mut fields = Fields::of(tree, "an object", &names, reading);
        let score = SentimentScore::of(&mut fields);
        let source: Option<_> = fields.take("source", None);
        let source = source.unwrap_or(ScoreSource::Model);
        ScoreReply { score, source, model: fields.take("model", None) }
    }
}

deserialize_by_tree!(ContextMessage ScoreRequest ScoreReply);

/// Reads the body of a reply of `POST /v1/score`.
///
/// # Errors
/// [`Failure::Malformed`] for everything that is not a score: a bad answer never becomes one.
pub fn read_reply(body: &str) -> Result<ScoreReply, Failure> {
    from_json(body).map_err(|_| Failure::Malformed)
}

/// Reads what a language model wrote: one JSON object with the four fields, also in a Markdown code fence,
/// which models asked for plain text like to add. Unknown keys are ignored.
///
/// # Errors
/// [`ErrorCode::InvalidAnswer`] for everything else. The message does not quote the answer, since it may
/// quote the customer.
pub fn read_model_answer(content: &str) -> Result<SentimentScore, Error> {
    let inside = content.trim();
    let inside = match inside.strip_prefix("```").and_then(|rest| rest.strip_suffix("```")) {
        Some(fenced) => fenced.strip_prefix("json").unwrap_or(fenced),
        None => inside,
    };
    let reply: ScoreReply = from_json(inside).map_err(|error| {
        let kind = match error.classify() {
            serde_json::error::Category::Data => "a field is missing or has another type or value than asked for",
            _ => "it is not one JSON object",
        };
        Error::new(ErrorCode::InvalidAnswer, format!("the model's answer is not a score: {kind}"))
    })?;
    Ok(reply.score)
}

crate::parts::parts_of_named!(Role);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_of_a_request_is_redacted() {
        let context = Some(vec![ContextMessage { role: Role::Bot, text: "write to ann@example.com".into() }]);
        let mut request = ScoreRequest { message: "4111 1111 1111 1111".into(), message_id: None, context };
        request.redact(Redaction::ALL);
        assert_eq!((&*request.message, &*request.context.unwrap()[0].text), ("[card]", "write to [email]"));
    }

    const GOOD: &str = r#"{"score":-0.4,"label":"negative","frustration":0.6,"urgency":0.2,"mood":"x"}"#;

    #[test]
    fn a_reply_tolerates_new_keys_and_is_from_a_model_unless_it_says_otherwise() {
        let reply = read_reply(GOOD).unwrap();
        assert_eq!((reply.score.score(), reply.source), (-0.4, ScoreSource::Model));
        let local = GOOD.replace("\"mood\":\"x\"", "\"source\":\"on-device\"");
        assert_eq!(read_reply(&local).unwrap().source, ScoreSource::OnDevice);
    }

    #[test]
    fn a_bad_reply_is_malformed_and_never_a_score() {
        for bad in [
            "",
            "NaN",
            "<html>",
            "{}",
            r#"{"score":-0.4,"label":"negative","frustration":0.6}"#,
            r#"{"score":"-0.4","label":"negative","frustration":0.6,"urgency":0.2}"#,
            r#"{"score":1e999,"label":"negative","frustration":0.6,"urgency":0.2}"#,
            r#"{"score":-0.4,"label":"furious","frustration":0.6,"urgency":0.2}"#,
            r#"{"score":-0.4,"label":"negative","frustration":1.2,"urgency":0.2}"#,
            r#"{"score":-0.4,"label":"negative","frustration":0.6,"urgency":0.2"#,
        ] {
            assert_eq!(read_reply(bad), Err(Failure::Malformed), "{bad}");
            let error = read_model_answer(bad).unwrap_err();
            assert_eq!(error.code(), ErrorCode::InvalidAnswer);
        }
    }

    #[test]
    fn a_model_may_fence_its_answer_but_not_talk() {
        assert!(read_model_answer(GOOD).is_ok());
        assert!(read_model_answer(&format!("```json\n{GOOD}\n```")).is_ok());
        assert!(read_model_answer(&format!("Sure! {GOOD}")).is_err());
    }

    #[test]
    fn the_error_does_not_quote_the_answer() {
        let error = read_model_answer("SECRET of the customer").unwrap_err();
        assert!(!error.message().contains("SECRET"));
        let error = read_model_answer(r#"{"score":0,"label":"SECRET","frustration":0,"urgency":0}"#).unwrap_err();
        assert!(!error.message().contains("SECRET"));
    }
}
