//! The model: any server that speaks OpenAI's chat completions, asked within a deadline.

mod answer;
#[cfg(test)]
mod fault_tests;
#[cfg(test)]
mod faults;
mod models;
#[cfg(test)]
mod outage_tests;
pub mod profile;
mod retry;
pub mod transport;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use axum::http::{HeaderValue, Request, StatusCode, header};
use bytes::Bytes;
use reqwest::Url;
use serde_json::{Value, json};
use simmerdown::scoring::{ScoreReply, ScoreRequest};
use simmerdown::{ScoreSource, SentimentScore};
use tokio::sync::Semaphore;
use tokio::time::Instant;

use super::problem::Problem;
use super::prompt;
use super::state::{Leave, NoMoney, State};
use answer::Unread;
use models::Listed;
use profile::{Kind, MAX_TOKENS, Profile, Remembered};
use retry::Allowance;
use transport::{Answer, Transport};

const OPENAI: &str = "https://api.openai.com/v1";
/// How often parameters are changed for one call because the server refused them.
const MAX_REFUSALS: usize = 5;
/// How long the list of models may take.
const LIST_PATIENCE: Duration = Duration::from_secs(5);
/// How often the list of models is looked at.
const LIST_EVERY: Duration = Duration::from_secs(24 * 60 * 60);
/// From when the end of a model is warned of.
const WARN_BEFORE: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// How a server is asked.
#[derive(Debug)]
pub struct Manner {
    /// The model.
    pub model: String,
    /// For a score, all attempts together.
    pub deadline: Duration,
    /// The kind of server.
    pub kind: Kind,
    /// Calls under way at once.
    pub concurrency: usize,
    /// Whether the model is asked about sarcasm too.
    pub sarcasm: bool,
}

/// A server and a model.
#[derive(Debug)]
pub struct Upstream {
    transport: Box<dyn Transport>,
    url: Url,
    models: Url,
    key: HeaderValue,
    manner: Manner,
    profile: Remembered,
    allowance: Allowance,
    room: Semaphore,
    state: Arc<State>,
    /// What the list of models last said.
    listed: Mutex<Option<Listed>>,
}

/// Why there is no score of the model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unscored {
    /// The model may not be asked; the on-device scorer may.
    NoMoney(NoMoney),
    /// An error to be answered.
    Problem(Problem),
}

impl From<Problem> for Unscored {
    fn from(problem: Problem) -> Unscored {
        Unscored::Problem(problem)
    }
}

/// The address of the API, without what follows: `base` goes up to and with its `/v1`, as the OpenAI SDKs read it.
pub fn base_address(base: Option<&str>) -> Result<Url> {
    let base = base.unwrap_or(OPENAI);
    let url = Url::parse(&format!("{}/", base.trim_end_matches('/'))).ok();
    let url = url.filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host() && url.query().is_none());
    url.with_context(|| format!("OPENAI_BASE_URL is `{base}`, give an address such as {OPENAI}"))
}

impl Upstream {
    /// A server at that address.
    pub fn new(
        base: &Url,
        key: &str,
        manner: Manner,
        transport: Box<dyn Transport>,
        state: Arc<State>,
    ) -> Result<Upstream> {
        let mut key = HeaderValue::from_str(&format!("Bearer {key}"))
            .ok()
            .context("OPENAI_API_KEY holds characters that no header can carry")?;
        key.set_sensitive(true);
        Ok(Upstream {
            url: base.join("chat/completions")?,
            models: base.join("models")?,
            key,
            profile: Remembered::new(Profile::of(manner.kind, base)),
            allowance: Allowance::new(),
            room: Semaphore::new(manner.concurrency),
            listed: Mutex::default(),
            transport,
            manner,
            state,
        })
    }

    /// The server's name, for logs.
    pub fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    /// The model's score, within the deadline: all attempts, each with connection, headers, whole body and reading.
    pub async fn score(&self, request: &ScoreRequest) -> Result<ScoreReply, Unscored> {
        // No queue: who does not fit in is told so at once, and the page goes on with its own score.
        let Ok(_room) = self.room.try_acquire() else {
            metrics::counter!("simmerdown_shed_total").increment(1);
            return Err(OVERLOADED.retry_after(Duration::from_secs(1)).into());
        };
        let gauge = metrics::gauge!("simmerdown_upstream_in_flight");
        gauge.increment(1.0);
        let start = Instant::now();
        let score = self.ask(request, start + self.manner.deadline).await;
        gauge.decrement(1.0);
        metrics::histogram!("simmerdown_upstream_seconds").record(start.elapsed().as_secs_f64());
        let score = score?;
        Ok(ScoreReply { score, source: ScoreSource::Model, model: Some(self.manner.model.clone()) })
    }

    /// Tries until there is an answer, or no further try makes sense.
    async fn ask(&self, request: &ScoreRequest, deadline: Instant) -> Result<SentimentScore, Unscored> {
        let marker = marker().ok_or(UNREACHABLE)?;
        let messages = prompt::messages(request, &marker, self.manner.sarcasm)
            .map(|(role, content)| json!({ "role": role, "content": content }));
        self.allowance.called();
        let mut profile = self.profile.get();
        let (mut tries, mut refusals) = (0, 0);
        // What the server last did, should the deadline end a retry of it.
        let mut failed = None;
        loop {
            let body = profile.body(&self.manner.model, &messages, self.manner.sarcasm).to_string();
            tries += 1;
            let (problem, asked_wait) = match self.attempt(body, deadline).await? {
                Attempt::Scored(score) => {
                    self.profile.proved(profile);
                    return Ok(score);
                }
                Attempt::Refused(answer) => {
                    refusals += 1;
                    let next = profile.after_refusal(&answer).filter(|_| refusals <= MAX_REFUSALS);
                    profile = next.ok_or(REFUSED)?;
                    // The server is well, it wants to be asked otherwise: that is no retry.
                    tries -= 1;
                    continue;
                }
                Attempt::Final(problem) => return Err(problem.into()),
                Attempt::Late => return Err(failed.unwrap_or(LATE).into()),
                Attempt::Again(problem, asked_wait) => (problem, asked_wait),
            };
            let problem = asked_wait.map_or(problem.clone(), |wait| problem.retry_after(wait));
            let wait = asked_wait.unwrap_or_default().max(retry::wait(tries));
            let fits = Instant::now() + wait < deadline;
            if tries >= retry::MAX_TRIES || !fits || !self.allowance.take() {
                return Err(problem.into());
            }
            metrics::counter!("simmerdown_upstream_retries_total").increment(1);
            failed = Some(problem);
            tokio::time::sleep(wait).await;
        }
    }

    /// Asks once, if breaker and cap allow, and keeps both informed.
    async fn attempt(&self, body: String, deadline: Instant) -> Result<Attempt, Unscored> {
        // A token is seldom shorter than two bytes, so this is more than it will cost.
        let estimate = body.len() as u64 / 2 + u64::from(MAX_TOKENS);
        let allowed = tokio::time::timeout_at(deadline, self.allowed(estimate, deadline)).await;
        let Ok(allowed) = allowed else { return Ok(Attempt::Late) };
        let (pass, charge) = allowed?;
        let ended = tokio::time::timeout_at(deadline, self.once(body)).await;
        let (attempt, outcome, well, cost) = match ended {
            // What was under way may have been worked for: it stays charged.
            Err(_) => (Attempt::Late, "timeout", false, None),
            Ok(once) => once,
        };
        metrics::counter!("simmerdown_upstream_attempts_total", "outcome" => outcome).increment(1);
        self.state.ended((pass, charge), well, cost.unwrap_or(charge.tokens), deadline).await;
        // The one probe has had its answer.
        Ok(match attempt {
            Attempt::Again(problem, wait) if pass.probe => {
                Attempt::Final(wait.map_or(problem.clone(), |wait| problem.retry_after(wait)))
            }
            attempt => attempt,
        })
    }

    /// Leave of breaker and cap.
    async fn allowed(&self, estimate: u64, deadline: Instant) -> Result<Leave, Unscored> {
        let lease = deadline.saturating_duration_since(Instant::now());
        let pass = self.state.pass(lease).await.map_err(|wait| CIRCUIT_OPEN.retry_after(wait))?;
        Ok((pass, self.state.charge(estimate).await.map_err(Unscored::NoMoney)?))
    }

    /// One call: what came of it, its name in metrics, whether the server is well, and what it cost where that is
    /// known.
    async fn once(&self, body: String) -> (Attempt, &'static str, bool, Option<u64>) {
        let mut request = Request::new(Bytes::from(body));
        *request.method_mut() = axum::http::Method::POST;
        self.address(&mut request, &self.url);
        request.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let Ok(answer) = self.transport.send(request).await else {
            return (Attempt::Again(unreachable(), None), "unreachable", false, None);
        };
        let status = answer.status().as_u16();
        match status {
            200..=299 => {}
            400 | 422 => {
                let body = answer::read(answer).await.unwrap_or_default();
                return (Attempt::Refused(body), "parameters-refused", true, Some(0));
            }
            408 | 409 | 429 | 500..=599 => {
                let headers = answer.headers();
                let busy = status == 429;
                let problem = if busy { busy_problem() } else { unreachable() };
                let wait = retry::asked_wait(headers, self.state.clock.now());
                let attempt = if retry::forbidden(headers) {
                    Attempt::Final(wait.map_or(problem.clone(), |wait| problem.retry_after(wait)))
                } else {
                    Attempt::Again(problem, wait)
                };
                return (attempt, if busy { "busy" } else { "failed" }, busy, Some(0));
            }
            _ => {
                self.tell_refusal(status);
                return (Attempt::Final(REFUSED), "refused", true, Some(0));
            }
        }
        read_score(answer).await
    }

    /// A refusal that only the operator can mend, said in their words.
    fn tell_refusal(&self, status: u16) {
        let (model, server) = (self.manner.model.as_str(), self.host());
        match status {
            401 | 403 => tracing::error!(status, server, "the model's server refuses the key: check OPENAI_API_KEY"),
            404 => tracing::error!(
                status,
                server,
                model,
                "the model's server knows no such model or address: check --model and OPENAI_BASE_URL"
            ),
            _ => tracing::error!(status, server, "the model's server refuses the call"),
        }
    }

    fn address(&self, request: &mut Request<Bytes>, url: &Url) {
        if let Ok(uri) = url.as_str().parse() {
            *request.uri_mut() = uri;
        }
        request.headers_mut().insert(header::AUTHORIZATION, self.key.clone());
    }

    /// Looks at the list of models now and then, for ever, and warns of the end of ours.
    pub async fn watch_models(self: Arc<Upstream>) {
        loop {
            let listed = tokio::time::timeout(LIST_PATIENCE, self.list()).await.ok().flatten();
            self.tell(listed.as_ref());
            if listed.is_some() {
                *self.listed.lock().unwrap_or_else(PoisonError::into_inner) = listed;
            }
            tokio::time::sleep(LIST_EVERY).await;
        }
    }

    async fn list(&self) -> Option<Listed> {
        let mut request = Request::new(Bytes::new());
        self.address(&mut request, &self.models);
        let answer = self.transport.send(request).await.ok()?;
        if !answer.status().is_success() {
            return None;
        }
        models::look_up(&answer::read(answer).await.ok()?, &self.manner.model)
    }

    fn tell(&self, listed: Option<&Listed>) {
        let model = self.manner.model.as_str();
        match listed {
            None => tracing::debug!("the model's server gives no list of models"),
            Some(Listed::Fine) => tracing::debug!(model, "the model's server lists the model, and no end of it"),
            Some(Listed::Unknown) => {
                tracing::warn!(model, "the model's server does not list this model: check --model")
            }
            Some(Listed::Ends(end, day)) => {
                metrics::gauge!("simmerdown_model_shutdown_timestamp_seconds").set(end.as_secs_f64());
                let now = self.state.clock.now();
                if *end <= now {
                    tracing::error!(model, day, "the model has been shut down: name another with --model");
                } else if *end - now <= WARN_BEFORE {
                    tracing::warn!(
                        model,
                        day,
                        "the model will be shut down: name another with --model before that day"
                    );
                } else {
                    tracing::info!(model, day, "the model's end is announced");
                }
            }
        }
    }

    /// The model, and what the server's list says of it.
    pub fn about(&self) -> Value {
        let listed = self.listed.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut about =
            json!({ "name": self.manner.model, "listed": listed.as_ref().map(|listed| *listed != Listed::Unknown) });
        if let (Some(Listed::Ends(end, day)), Some(fields)) = (listed, about.as_object_mut()) {
            fields.insert("shutdownDate".to_owned(), day.into());
            fields.insert("shutDown".to_owned(), (end <= self.state.clock.now()).into());
        }
        about
    }
}

/// What came of one call.
#[derive(Debug)]
enum Attempt {
    /// A score.
    Scored(SentimentScore),
    /// The server wants other parameters; what it said.
    Refused(Bytes),
    /// Another try may help, after the wait that the server asks for.
    Again(Problem, Option<Duration>),
    /// It will not help.
    Final(Problem),
    /// The deadline came first.
    Late,
}

/// Reads the answer to a call that went well.
async fn read_score(answer: Answer) -> (Attempt, &'static str, bool, Option<u64>) {
    let body = match answer::read(answer).await {
        Ok(body) => body,
        Err(Unread::TooLong) => return (Attempt::Final(MALFORMED), "malformed", false, None),
        Err(Unread::Broken) => return (Attempt::Again(unreachable(), None), "broken", false, None),
    };
    match answer::completion(&body) {
        // A page or half an answer: something else than a model's server speaks.
        None => (Attempt::Final(MALFORMED), "malformed", false, None),
        Some(completed) => match completed.score {
            Some(score) => (Attempt::Scored(score), "scored", true, completed.tokens),
            // The server is well; what the model wrote is no score. It cost all the same, and another try would too.
            None => (Attempt::Final(MALFORMED), "no-score", true, completed.tokens),
        },
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
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "upstream-unreachable", "the model's server cannot be reached");
const BUSY: Problem =
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "upstream-busy", "the model's server asks to slow down");
const LATE: Problem = Problem::new(StatusCode::GATEWAY_TIMEOUT, "upstream-timeout", "the model did not answer in time");
const CIRCUIT_OPEN: Problem = Problem::new(
    StatusCode::SERVICE_UNAVAILABLE,
    "circuit-open",
    "the model's server failed again and again and is left alone for a while",
);
const OVERLOADED: Problem =
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "overloaded", "as many messages are being scored as may be at once");

/// How long a caller should wait where the server said nothing.
const PAUSE: Duration = Duration::from_secs(5);

fn unreachable() -> Problem {
    UNREACHABLE.retry_after(PAUSE)
}

fn busy_problem() -> Problem {
    BUSY.retry_after(PAUSE)
}

/// A line that nobody can guess.
fn marker() -> Option<String> {
    let mut random = [0_u8; 12];
    getrandom::fill(&mut random).ok()?;
    Some(random.iter().fold("message-".to_owned(), |line, byte| line + &format!("{byte:02x}")))
}

/// For tests of this folder: a server in the place of the network.
#[cfg(test)]
mod bench_of_tests {
    use super::*;
    use crate::serve::clock::Clock;
    use crate::serve::limits::Rates;

    pub const DEADLINE: Duration = Duration::from_millis(3000);

    /// An upstream behind that transport, in virtual time.
    pub fn upstream(transport: impl Transport + 'static) -> Upstream {
        let rate = std::num::NonZeroU32::MAX;
        let rates = Rates { session: rate, address: rate, total: rate };
        let clock = Clock::Tokio(Instant::now());
        let state = Arc::new(State::new(rates, u64::MAX, "test".into(), clock, None));
        let manner =
            Manner { model: "m".into(), deadline: DEADLINE, kind: Kind::Auto, concurrency: 256, sarcasm: false };
        Upstream::new(&base_address(Some("http://model/v1")).unwrap(), "key", manner, Box::new(transport), state)
            .unwrap()
    }

    /// A question.
    pub fn question() -> ScoreRequest {
        ScoreRequest { message: "Where is my order?".into(), message_id: None, context: None }
    }
}
