//! The model: any server that speaks OpenAI's chat completions.

use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use anyhow::{Context, Result};
use axum::http::StatusCode;
use reqwest::{Client, Url};
use serde::Deserialize;
use serde_json::{Value, json};
use simmerdown::ScoreSource;
use simmerdown::scoring::{ScoreReply, ScoreRequest, read_model_answer};

use super::problem::Problem;
use super::prompt;

const OPENAI: &str = "https://api.openai.com/v1";
/// What a score takes at most; the article's figure.
const MAX_TOKENS: u32 = 100;
/// The longest answer read, in bytes.
const MAX_ANSWER: usize = 256 * 1024;

/// How the answer's shape is asked for, the strictest first.
const FORMATS: [Format; 3] = [Format::Schema, Format::Object, Format::Plain];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Schema,
    Object,
    Plain,
}

/// How a server wants to be told the limit of the answer. Newer OpenAI models refuse `max_tokens` and any
/// temperature but their own; Ollama and other servers do not know `max_completion_tokens`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Dialect {
    OpenAi,
    Compatible,
}

/// A server and a model.
#[derive(Debug)]
pub struct Upstream {
    client: Client,
    url: Url,
    key: String,
    model: String,
    deadline: Duration,
    dialect: Dialect,
    /// Place in `FORMATS` of the strictest one that this server has not refused.
    format: AtomicU8,
}

impl Upstream {
    /// `base` is the address up to and with its `/v1`, as the OpenAI SDKs read it.
    pub fn new(base: Option<&str>, key: &str, model: &str, deadline: Duration) -> Result<Upstream> {
        let base = base.unwrap_or(OPENAI);
        let url = format!("{}/chat/completions", base.trim_end_matches('/'));
        let url = Url::parse(&url).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        let url = url.with_context(|| format!("OPENAI_BASE_URL is `{base}`, give an address such as {OPENAI}"))?;
        let dialect = if url.host_str() == Some("api.openai.com") { Dialect::OpenAi } else { Dialect::Compatible };
        let client = Client::builder()
            .user_agent(concat!("simmerdown/", env!("CARGO_PKG_VERSION")))
            // A redirect would carry the key and the message to somebody nobody named.
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        let (key, model) = (key.to_owned(), model.to_owned());
        Ok(Upstream { client, url, key, model, deadline, dialect, format: AtomicU8::new(0) })
    }

    /// The server's name, for logs.
    pub fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    /// The model's score, within the deadline: connection, headers, whole body and reading.
    pub async fn score(&self, request: &ScoreRequest) -> Result<ScoreReply, Problem> {
        const LATE: Problem =
            Problem::new(StatusCode::GATEWAY_TIMEOUT, "upstream-timeout", "the model did not answer in time");
        tokio::time::timeout(self.deadline, self.ask(request)).await.unwrap_or(Err(LATE))
    }

    /// Asks with the strictest format the server has not refused yet, then with laxer ones.
    async fn ask(&self, request: &ScoreRequest) -> Result<ScoreReply, Problem> {
        let marker = marker().ok_or(UNREACHABLE)?;
        let messages =
            prompt::messages(request, &marker).map(|(role, content)| json!({ "role": role, "content": content }));
        let first = usize::from(self.format.load(Ordering::Relaxed));
        for (place, format) in FORMATS.into_iter().enumerate().skip(first) {
            let response = self
                .client
                .post(self.url.clone())
                .bearer_auth(&self.key)
                .json(&self.body(&messages, format))
                .send()
                .await
                .map_err(|_| UNREACHABLE)?;
            let status = response.status().as_u16();
            let refused_format = matches!(status, 400 | 422) && format != Format::Plain;
            if refused_format {
                continue;
            }
            if let Some(problem) = refusal(status) {
                return Err(problem);
            }
            let body = read(response).await?;
            let score = completion(&body).and_then(|content| read_model_answer(&content).ok()).ok_or(MALFORMED)?;
            // Remembered once an answer proves it: a 400 may have had another cause.
            self.format.fetch_max(place as u8, Ordering::Relaxed);
            return Ok(ScoreReply { score, source: ScoreSource::Model, model: Some(self.model.clone()) });
        }
        Err(REFUSED)
    }

    fn body(&self, messages: &[Value], format: Format) -> Value {
        let mut body = json!({ "model": self.model, "messages": messages });
        let limit = match self.dialect {
            Dialect::OpenAi => "max_completion_tokens",
            Dialect::Compatible => "max_tokens",
        };
        let mut set = |key: &str, value: Value| {
            if let Some(fields) = body.as_object_mut() {
                fields.insert(key.to_owned(), value);
            }
        };
        set(limit, MAX_TOKENS.into());
        if self.dialect == Dialect::OpenAi {
            // Hidden reasoning would eat the limit before the answer begins.
            set("reasoning_effort", "none".into());
            set("store", false.into());
        } else {
            set("temperature", 0.into());
        }
        match format {
            Format::Schema => {
                let schema = json!({ "name": "sentiment", "strict": true, "schema": prompt::schema() });
                set("response_format", json!({ "type": "json_schema", "json_schema": schema }));
            }
            Format::Object => set("response_format", json!({ "type": "json_object" })),
            Format::Plain => {}
        }
        body
    }
}

const MALFORMED: Problem =
    Problem::new(StatusCode::BAD_GATEWAY, "upstream-malformed", "the model's answer is not a score");
const REFUSED: Problem = Problem::new(
    StatusCode::BAD_GATEWAY,
    "upstream-refused",
    "the model's server refused the call; check key, model and address",
);
const UNREACHABLE: Problem =
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "upstream-unreachable", "the model's server cannot be reached")
        .retry_after(5);
const BUSY: Problem =
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "upstream-busy", "the model's server asks to slow down")
        .retry_after(5);

/// What an answer without success means; none for a success.
fn refusal(status: u16) -> Option<Problem> {
    match status {
        200..=299 => None,
        429 => Some(BUSY),
        500..=599 => Some(UNREACHABLE),
        _ => Some(REFUSED),
    }
}

/// The whole body, up to the cap.
async fn read(mut response: reqwest::Response) -> Result<Vec<u8>, Problem> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|_| UNREACHABLE)? {
        if body.len() + chunk.len() > MAX_ANSWER {
            return Err(MALFORMED);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

#[derive(Deserialize)]
struct Completion<'a> {
    #[serde(borrow)]
    choices: Vec<Choice<'a>>,
}

#[derive(Deserialize)]
struct Choice<'a> {
    #[serde(borrow)]
    message: Message<'a>,
}

#[derive(Deserialize)]
struct Message<'a> {
    #[serde(borrow)]
    content: Option<std::borrow::Cow<'a, str>>,
}

/// What the model wrote.
fn completion(body: &[u8]) -> Option<String> {
    let completion: Completion<'_> = serde_json::from_slice(body).ok()?;
    completion.choices.into_iter().next()?.message.content.map(std::borrow::Cow::into_owned)
}

/// A line that nobody can guess.
fn marker() -> Option<String> {
    let mut random = [0_u8; 12];
    getrandom::fill(&mut random).ok()?;
    Some(random.iter().fold("message-".to_owned(), |line, byte| line + &format!("{byte:02x}")))
}
