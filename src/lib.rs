#![doc = include_str!("../README.md")]
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
mod notice;
pub mod on_device;
pub mod outbox;
mod packet;
mod pairs;
mod parts;
mod policy;
mod redact;
pub mod replay;
pub mod report;
mod score;
pub mod scoring;
mod snapshot;
mod summary;
mod texts;
mod tone;
mod tracker;
mod transcript;
mod trend;
mod words;

#[cfg(target_arch = "wasm32")]
pub mod wasm;

pub use assessment::{Compared, Fallback, LimitTrace, RuleTrace, Trace};
pub use conversation::{Conversation, CustomerSaid, Mode, Options, PolicyChoice, Ruling, Said};
pub use cue::{Answer, Cue, CueHit, Features, extract_cues};
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
pub use snapshot::{MAX_SNAPSHOT_AGE_MS, MAX_SNAPSHOT_LENGTH, Snapshot};
pub use summary::{ScoreShares, Summary};
pub use texts::{TextKey, Texts};
pub use tone::{Tone, ToneHint, ToneTexts, instruction};
pub use tracker::{MAX_HISTORY, SentimentTracker};
pub use transcript::TranscriptMessage;
pub use trend::{MAX_TREND_WINDOW, Trend, TrendMethod};
pub use words::{MAX_TEXT_LENGTH, cut_text};
