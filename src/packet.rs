//! What the agent who takes over should know.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::decision::{Decision, Evidence, Severity};
use crate::handoff::{AskedBy, Request};
use crate::literal::Literal;
use crate::policy::Policy;
use crate::trend::Trend;

/// The handoff packet: why the customer is handed over, and how the conversation went.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct HandoffPacket {
    /// Why, in words.
    pub reason: String,
    /// The rule that fired, or what the customer did.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "string | null"))]
    pub rule: Option<String>,
    /// How bad it is.
    pub severity: Severity,
    /// Where the rule sends the customer.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "string | null"))]
    pub route: Option<String>,
    /// The comparisons that made the rule hold.
    pub evidence: Vec<Evidence>,
    /// Customer messages so far.
    pub turns: u32,
    /// Scores of the last 200 scored messages, oldest first, each -1 to 1.
    pub sentiment_history: Vec<f64>,
    /// Where the scores are heading.
    pub trend: Trend,
    /// Highest frustration so far, 0 to 1.
    pub peak_frustration: f64,
    /// What the host knows of the customer.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "Record<string, Literal>"))]
    pub attributes: BTreeMap<String, Literal>,
}

impl HandoffPacket {
    /// The packet of a request, or of what the rules say now where nobody has asked for a person yet.
    pub(crate) fn new(
        policy: &Policy,
        request: Option<&Request>,
        last: Option<&Decision>,
        turns: u32,
        attributes: BTreeMap<String, Literal>,
    ) -> Self {
        let mut packet = HandoffPacket {
            reason: last.map_or_else(String::new, |last| last.reason.clone()),
            rule: last.and_then(|last| last.rule.clone()),
            severity: last.map_or(Severity::Low, |last| last.severity),
            route: last.and_then(|last| last.route.clone()),
            evidence: last.map_or_else(Vec::new, |last| last.evidence.clone()),
            turns,
            sentiment_history: last.map_or_else(Vec::new, |last| last.sentiment_history.clone()),
            trend: last.map_or(Trend::Stable, |last| last.trend),
            peak_frustration: last.map_or(0.0, |last| last.peak_frustration),
            attributes,
        };
        if let Some(request) = request {
            packet.severity = request.severity;
            packet.evidence.clone_from(&request.evidence);
            match request.by {
                AskedBy::Customer(name, reason) => {
                    packet.rule = Some(name.to_owned());
                    reason.clone_into(&mut packet.reason);
                }
                AskedBy::Rule(place) => {
                    let rule = place.and_then(|place| policy.rules.get(place));
                    packet.rule = rule.map(|rule| rule.id.clone());
                    packet.reason = rule.map_or_else(String::new, |rule| rule.reason.clone());
                    packet.route = rule.and_then(|rule| rule.route.clone());
                }
            }
        }
        packet
    }
}
