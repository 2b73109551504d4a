//! Simmerdown notices when a support chat is about to boil over, and brings in a person before it does.
//!
//! This crate is the engine: in the page as WebAssembly behind the npm package `simmerdown`, and natively behind the
//! command line and for programs of your own. It is one state machine, [`Conversation`]: [events](Event) go in, a
//! [`Decision`] comes out. It has no clock, no network and no randomness, so the same events give the same decisions
//! everywhere, bit for bit.
//!
//! What follows is a walk from one message to a decision, and on to the person who takes over. Each step runs.
//!
//! # 1. A message is read
//!
//! What leaves the page is [redacted](redact) first. [Cues](Cue) are found in the text by rules, and a
//! [small model](on_device) in the crate scores it: sentiment from -1 to 1, frustration and urgency from 0 to 1.
//!
//! ```
//! use simmerdown::{Cue, Redaction, extract_cues, on_device, redact};
//!
//! let text = "This is useless! Get me a human. My card is 4111 1111 1111 1111";
//! assert_eq!(redact(text, Redaction::ALL), "This is useless! Get me a human. My card is [card]");
//! assert!(extract_cues(text).iter().any(|hit| hit.cue == Cue::AsksHuman));
//! let score = on_device::score(text, Some("en")).unwrap();
//! assert!(score.frustration() > 0.3 && score.score() < 0.0);
//! // A language it was not evaluated in gives no number rather than a made-up one.
//! assert!(on_device::score("Hvor er min pakke?", Some("da")).is_err());
//! ```
//!
//! # 2. The conversation decides
//!
//! [`Conversation::customer_said`] does all of that, takes the message into the history and decides at once.
//!
//! ```
//! use simmerdown::{Action, Conversation, CustomerSaid, Label, Options};
//!
//! let mut conversation = Conversation::new(Options::default())?;
//! let said = |text: &str| CustomerSaid { text: text.to_owned(), ..CustomerSaid::default() };
//! let calm = conversation.customer_said(said("Hello, where is my parcel?"))?.decision;
//! assert_eq!(calm.action, Action::Respond);
//!
//! let angry = conversation.customer_said(said("Nothing works, this is ridiculous!"))?.decision;
//! assert_eq!(angry.action, Action::Offer); // Show the button "talk to a human".
//! assert_eq!(angry.tone.label, Label::Negative); // And this is how the bot should sound:
//! assert!(!angry.tone.instruction.is_empty());
//! # Ok::<(), simmerdown::Error>(())
//! ```
//!
//! # 3. A language model's score comes later
//!
//! It replaces the on-device one *for its own message*, whenever it comes, and the decision is taken again. Until then the
//! on-device score is provisional: it may offer a person and do no more. Times are milliseconds.
//!
//! ```
//! use simmerdown::{Conversation, CustomerSaid, Event, Label, Options, ScoreSource, SentimentScore};
//!
//! let mut conversation = Conversation::new(Options::default())?;
//! let text = "Great, another day without my parcel".to_owned();
//! let said = conversation.customer_said(CustomerSaid { text, awaits_model: true, ..CustomerSaid::default() })?;
//! assert!(said.decision.sentiment.is_none_or(|sentiment| sentiment.provisional));
//!
//! let score = SentimentScore::new(-0.7, Label::Negative, 0.8, 0.4)?;
//! let message_id = said.id;
//! let decision = conversation.apply(Event::Score { message_id, score, source: ScoreSource::Model, at: Some(900.0) })?;
//! assert_eq!(decision.sentiment.map(|sentiment| sentiment.source), Some(ScoreSource::Model));
//! assert_eq!(decision.rule.as_deref(), Some("strong"));
//! // Numbers out of range never enter.
//! assert!(SentimentScore::new(-7.0, Label::Negative, 0.8, 0.4).is_err());
//! # Ok::<(), simmerdown::Error>(())
//! ```
//!
//! # 4. The rules are data
//!
//! A [`Policy`] is JSON that a support lead can read and change; `balanced` and `article` are built in. A mistake is an
//! error that names the place, the value and what is allowed.
//!
//! ```
//! use simmerdown::{ErrorCode, Policy};
//!
//! let policy = Policy::from_json(r#"{
//!     "version": 1, "name": "patient", "negativeFrustration": 0.8,
//!     "trend": {"method": "last-minus-first", "window": 3, "delta": 0.3},
//!     "rules": [{"id": "angry-twice", "when": {"input": "frustration", "atLeast": 0.8}, "confirm": 2,
//!                "outcome": "offer", "severity": "high", "reason": "Frustrated twice in a row"}]
//! }"#)?;
//! assert_eq!(policy.rules().len(), 1);
//!
//! let wrong = Policy::from_json(r#"{"version": 1, "name": "wrong", "negativeFrustration": 8, "rules": [],
//!     "trend": {"method": "last-minus-first", "window": 3, "delta": 0.3}}"#).unwrap_err();
//! assert_eq!(wrong.code(), ErrorCode::InvalidPolicy);
//! assert!(wrong.message().contains("negativeFrustration"));
//! # Ok::<(), simmerdown::Error>(())
//! ```
//!
//! # 5. Why it decided so
//!
//! Every decision carries [`Evidence`]: the comparisons that made the rule hold, and what would have had to differ. For all
//! rules, also those that did not hold, ask the [`Ruling`] for its [`Trace`].
//!
//! ```
//! use simmerdown::{Conversation, CustomerSaid, Options};
//!
//! let mut conversation = Conversation::new(Options::default())?;
//! let text = "Nothing works, this is ridiculous!".to_owned();
//! let decision = conversation.customer_said(CustomerSaid { text, ..CustomerSaid::default() })?.decision;
//! let evidence = &decision.evidence[0];
//! assert_eq!((evidence.input.as_ref(), evidence.messages.as_slice()), ("frustration", &["m1".to_owned()][..]));
//! assert!(conversation.ruling().and_then(|ruling| ruling.trace()).is_some_and(|trace| trace.rules.len() > 5));
//! # Ok::<(), simmerdown::Error>(())
//! ```
//!
//! # 6. A person takes over
//!
//! [`Handoff`] is where that stands: `bot`, `offered`, `requested`, `queued`, `human`, `returned`. The host tells what the
//! page showed and what its desk did; the decision says what to tell the customer, and whether the bot may speak. The
//! [packet](HandoffPacket) is what the agent should know.
//!
//! ```
//! use simmerdown::{Conversation, CustomerSaid, Event, Handoff, Options};
//!
//! let mut conversation = Conversation::new(Options { id: Some("chat-7".to_owned()), ..Options::default() })?;
//! let text = "Where is my parcel? Write to ann@example.com".to_owned();
//! conversation.customer_said(CustomerSaid { text, at: Some(0.0), ..CustomerSaid::default() })?;
//! let asked = conversation.apply(Event::HumanRequested { at: Some(5_000.0) })?;
//! assert_eq!(asked.handoff, Handoff::Requested);
//! assert_eq!(asked.wake_at, Some(25_000.0)); // Nobody accepting within 20 s is told to the customer.
//!
//! let queued = Event::HandoffQueued { reference: None, wait_ms: Some(60_000.0), position: Some(2), at: Some(9_000.0) };
//! assert!(conversation.apply(queued)?.bot_muted);
//! let packet = conversation.handoff_packet();
//! assert!(packet.text.lines().count() <= 12 && packet.transcript[0].text.contains("ann@example.com"));
//! # Ok::<(), simmerdown::Error>(())
//! ```
//!
//! # 7. Kept, logged, replayed
//!
//! A [snapshot](Conversation::snapshot) survives a reload for 24 hours and holds redacted text only. An [audit] log
//! holds no text at all: its events carry [`Features`] in the place of texts, and [replay](mod@replay) to the same decisions.
//!
//! ```
//! use simmerdown::replay::{Record, Setting, replay};
//! use simmerdown::{Conversation, Options, Policy, to_json};
//!
//! let line = r#"{"id": "c1", "events": [
//!     {"type": "customer-message", "id": "m1", "text": "Where is my order?", "at": 1000},
//!     {"type": "score", "messageId": "m1", "score": {"score": -0.9, "label": "negative", "frustration": 0.95, "urgency": 0.4},
//!      "source": "model", "at": 1350}]}"#.replace('\n', " ");
//! let record = Record::parse(&line)?;
//! let setting = Setting::new(Policy::preset("article")?);
//! let replayed = replay(&record, &setting)?;
//! assert!(replayed.escalated && replayed.at_turn == Some(1));
//! assert_eq!(replay(&record.without_texts()?, &setting)?.decisions, replayed.decisions);
//!
//! let mut conversation = Conversation::new(Options::default())?;
//! for event in &record.events {
//!     conversation.apply(event.clone())?;
//! }
//! let now = 1_000_000.0;
//! let restored = Conversation::restore(&conversation.snapshot(now)?, Options::default(), now)?;
//! assert_eq!(to_json(&restored.last_decision()).unwrap(), to_json(&conversation.last_decision()).unwrap());
//! # Ok::<(), simmerdown::Error>(())
//! ```
//!
//! # Where to look further
//!
//! - [`scoring`]: the wire of `POST /v1/score`, and the client of the proxy as a state machine of its own.
//! - [`report`], [`interval`]: rates of many conversations with their intervals, as `simmerdown replay` prints them.
//! - [`outbox`]: what has to reach a host's endpoint, until it is taken.
//! - [`Trend`], [`TrendMethod`], [`SentimentTracker`]: where scores are heading, and the article's tracker.
//! - `wasm`: what the npm package exports, on wasm32 only. Its users read the package's own types and documents.
#![warn(clippy::pedantic)]
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "counts here are bounded far below the limits of their types"
)]
#![allow(clippy::float_cmp, reason = "scores are compared exactly: the same events give the same bits")]
#![allow(clippy::struct_excessive_bools, reason = "a decision's flags are independent of each other")]
#![allow(clippy::module_name_repetitions, clippy::missing_panics_doc, clippy::doc_markdown, clippy::similar_names)]

mod assessment;
pub mod audit;
mod conversation;
mod cue;
mod decision;
mod error;
mod event;
mod handoff;
pub mod interval;
mod json;
pub mod lab;
mod literal;
mod lower;
mod names;
mod notice;
pub mod on_device;
pub mod outbox;
mod packet;
mod pairs;
mod parts;
mod policy;
mod reading;
mod redact;
pub mod replay;
pub mod report;
mod score;
pub mod scoring;
mod snapshot;
mod strings;
mod summary;
mod texts;
mod tone;
mod tracker;
mod transcript;
mod tree;
mod trend;
mod utterance;
mod words;

#[cfg(target_arch = "wasm32")]
pub mod wasm;

pub use assessment::{Compared, Fallback, LimitTrace, RuleTrace, Trace};
pub use conversation::{Conversation, CustomerSaid, Mode, Options, PolicyChoice, Ruling, Said};
pub use cue::{Answer, Cue, CueHit, Features, PACK_LANGUAGES, extract_cues, take_pack};
pub use decision::{Action, Decision, Evidence, Ignored, Raise, Sentiment, Severity};
pub use error::{Error, ErrorCode};
pub use event::{Availability, Channel, Event, EventKind, Failure, MAX_ATTRIBUTES, MAX_ID_LENGTH, MAX_TIME, Outcome};
pub use handoff::{Handoff, Queue};
pub use json::{from_json, to_json};
pub use literal::Literal;
pub use notice::Notice;
pub use packet::{Contact, HandoffPacket};
pub use pairs::Pairs;
pub use policy::{
    Comparison, Condition, ConditionDocument, Edit, Fault, Gates, Input, Limit, Operator, Policy, Provisional, Rule,
    Span, Threshold, Unit,
};
pub use redact::{Redaction, redact, redact_cut};
pub use score::{Label, ScoreSource, SentimentScore};
pub use snapshot::{ENTRIES_AT_REST, MAX_SNAPSHOT_AGE_MS, MAX_SNAPSHOT_LENGTH, Snapshot, checkpoint_is_due};
pub use summary::{ScoreShares, Summary};
pub use texts::{TextKey, Texts};
pub use tone::{Tone, ToneHint, ToneTexts, instruction};
pub use tracker::{MAX_HISTORY, SentimentTracker};
pub use transcript::TranscriptMessage;
pub use trend::{MAX_TREND_WINDOW, Trend, TrendMethod};
pub use words::{MAX_TEXT_LENGTH, cut_text};
