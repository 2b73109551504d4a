//! Asking a scorer: what goes over the wire of `POST /v1/score`, and the rules by which a client asks.
//!
//! [`Calls`] is the client without its clock, its dice and its network: told what happened, it says what to send,
//! what to abort and what has ended. The binding in the page only moves bytes and keeps one timer.

mod answer;
mod breaker;
mod budget;
mod calls;
mod retry_after;
mod wire;

pub use answer::{Again, Head, MAX_REPLY, Outcome};
pub use breaker::Breaker;
pub use budget::RetryBudget;
pub use calls::{Call, CallLimits, Calls, Effect};
pub use retry_after::retry_after;
pub use wire::{ContextMessage, Role, ScoreReply, ScoreRequest, read_model_answer, read_reply};
