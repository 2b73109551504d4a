//! The types of events.

use super::Event;
use crate::names::named;
use crate::parts::parts_of_named;

/// The type of an event, as a decision names its cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify), serde(rename_all = "kebab-case"))]
pub enum EventKind {
    /// [`Event::Started`].
    Started,
    /// [`Event::CustomerMessage`].
    CustomerMessage,
    /// [`Event::Score`].
    Score,
    /// [`Event::ScoreFailed`].
    ScoreFailed,
    /// [`Event::BotMessage`].
    BotMessage,
    /// [`Event::BotFailed`].
    BotFailed,
    /// [`Event::OfferShown`].
    OfferShown,
    /// [`Event::OfferAccepted`].
    OfferAccepted,
    /// [`Event::OfferDeclined`].
    OfferDeclined,
    /// [`Event::HumanRequested`].
    HumanRequested,
    /// [`Event::HandoffQueued`].
    HandoffQueued,
    /// [`Event::HandoffFailed`].
    HandoffFailed,
    /// [`Event::HandoffCancelled`].
    HandoffCancelled,
    /// [`Event::ContactLeft`].
    ContactLeft,
    /// [`Event::HumanJoined`].
    HumanJoined,
    /// [`Event::HumanLeft`].
    HumanLeft,
    /// [`Event::Availability`].
    Availability,
    /// [`Event::Ended`].
    Ended,
    /// [`Event::Outcome`].
    Outcome,
    /// [`Event::Customer`].
    Customer,
    /// [`Event::Tick`].
    Tick,
}

named!(EventKind {
    Started "started",
    CustomerMessage "customer-message",
    Score "score",
    ScoreFailed "score-failed",
    BotMessage "bot-message",
    BotFailed "bot-failed",
    OfferShown "offer-shown",
    OfferAccepted "offer-accepted",
    OfferDeclined "offer-declined",
    HumanRequested "human-requested",
    HandoffQueued "handoff-queued",
    HandoffFailed "handoff-failed",
    HandoffCancelled "handoff-cancelled",
    ContactLeft "contact-left",
    HumanJoined "human-joined",
    HumanLeft "human-left",
    Availability "availability",
    Ended "ended",
    Outcome "outcome",
    Customer "customer",
    Tick "tick",
});

parts_of_named!(EventKind);

impl Event {
    /// The event's type.
    #[must_use]
    pub const fn kind(&self) -> EventKind {
        match self {
            Event::Started { .. } => EventKind::Started,
            Event::CustomerMessage { .. } => EventKind::CustomerMessage,
            Event::Score { .. } => EventKind::Score,
            Event::ScoreFailed { .. } => EventKind::ScoreFailed,
            Event::BotMessage { .. } => EventKind::BotMessage,
            Event::BotFailed { .. } => EventKind::BotFailed,
            Event::OfferShown { .. } => EventKind::OfferShown,
            Event::OfferAccepted { .. } => EventKind::OfferAccepted,
            Event::OfferDeclined { .. } => EventKind::OfferDeclined,
            Event::HumanRequested { .. } => EventKind::HumanRequested,
            Event::HandoffQueued { .. } => EventKind::HandoffQueued,
            Event::HandoffFailed { .. } => EventKind::HandoffFailed,
            Event::HandoffCancelled { .. } => EventKind::HandoffCancelled,
            Event::ContactLeft { .. } => EventKind::ContactLeft,
            Event::HumanJoined { .. } => EventKind::HumanJoined,
            Event::HumanLeft { .. } => EventKind::HumanLeft,
            Event::Availability { .. } => EventKind::Availability,
            Event::Ended { .. } => EventKind::Ended,
            Event::Outcome(_) => EventKind::Outcome,
            Event::Customer { .. } => EventKind::Customer,
            Event::Tick { .. } => EventKind::Tick,
        }
    }
}
