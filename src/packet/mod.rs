//! What the agent who takes over should know.

mod brief;

use crate::pairs::Pairs;

use serde::Serialize;

use crate::cue::hash;
use crate::decision::{Decision, Evidence, Severity};
use crate::event::Channel;
use crate::handoff::Request;
use crate::literal::Literal;
use crate::transcript::{Transcript, TranscriptMessage};
use crate::trend::Trend;

/// How the customer can be reached, as the customer left it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Contact {
    /// E-mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Telephone number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
}

/// The handoff packet: why the customer is handed over, and how the conversation went.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct HandoffPacket {
    /// The reference number: the host's own once its desk gave one, before that one of ours.
    pub reference: String,
    /// Name of the conversation, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Everything a hurried agent needs, in at most 12 lines of at most 200 characters.
    pub text: String,
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
    /// When the person was asked for, in milliseconds; null while nobody has.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "number | null"))]
    pub requested_at: Option<f64>,
    /// Customer messages so far.
    pub turns: u32,
    /// Scores of the last 200 scored messages, oldest first, each -1 to 1.
    pub sentiment_history: Vec<f64>,
    /// Where the scores are heading.
    pub trend: Trend,
    /// Highest frustration so far, 0 to 1.
    pub peak_frustration: f64,
    /// What the host knows of the customer; cards, IBANs and national ids in it are masked.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "Record<string, Literal>"))]
    pub attributes: Pairs<String, Literal>,
    /// How the conversation is held, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<Channel>,
    /// Language of the conversation, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// What the customer left for a reply.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact: Option<Contact>,
    /// The customer's last open question.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub question: Option<String>,
    /// What the bot tried and did not help, newest first, at most 3.
    pub tried: Vec<String>,
    /// What the bot promised, newest first, at most 2.
    pub promised: Vec<String>,
    /// The last messages, oldest first; at most 200 and 128 KiB of text. Cards, IBANs and national ids are
    /// masked; e-mail addresses and telephone numbers are kept, since the agent needs them.
    pub transcript: Vec<TranscriptMessage>,
}

/// What a packet is made of.
pub(crate) struct Source<'a> {
    pub id: Option<&'a str>,
    pub reference: String,
    pub request: Option<&'a Request>,
    pub last: Option<Decision>,
    pub turns: u32,
    pub attributes: Pairs<String, Literal>,
    pub channel: Option<Channel>,
    pub language: Option<&'a str>,
    pub contact: Option<&'a Contact>,
    pub transcript: &'a Transcript,
    /// How often the bot could not answer.
    pub bot_failures: u32,
    /// Whether the customer's message of that id is a negative one.
    pub negative: &'a dyn Fn(&str) -> bool,
}

impl HandoffPacket {
    /// The packet of a request, or of what the rules say now where nobody has asked for a person yet.
    pub(crate) fn new(source: Source<'_>) -> Self {
        let digest = brief::Digest::of(&source);
        let mut packet = HandoffPacket {
            reference: source.reference,
            id: source.id.map(str::to_owned),
            text: String::new(),
            reason: String::new(),
            rule: None,
            severity: Severity::Low,
            route: None,
            evidence: Vec::new(),
            requested_at: None,
            turns: source.turns,
            sentiment_history: Vec::new(),
            trend: Trend::Stable,
            peak_frustration: 0.0,
            attributes: source.attributes,
            channel: source.channel,
            language: source.language.map(str::to_owned),
            contact: source.contact.cloned(),
            question: digest.question,
            tried: digest.tried,
            promised: digest.promised,
            transcript: source.transcript.messages().cloned().collect(),
        };
        if let Some(last) = source.last {
            packet.sentiment_history = last.sentiment_history;
            packet.trend = last.trend;
            packet.peak_frustration = last.peak_frustration;
            packet.give(last.reason, last.rule, last.severity, last.route, last.evidence);
        }
        if let Some(request) = source.request.cloned() {
            packet.requested_at = Some(request.at);
            // What the rules see now is worth a word where it is severe and not what the person was asked for by.
            let seen = std::mem::take(&mut packet.reason);
            let more = packet.severity >= Severity::High && !seen.is_empty() && seen != request.reason;
            let reason = if more { format!("{}; {seen}", request.reason) } else { request.reason };
            packet.give(reason, request.rule, request.severity, request.route, request.evidence);
        }
        packet.text = brief::text(&packet, digest.since.as_deref(), source.bot_failures);
        packet
    }

    /// Gives the packet its reasons.
    fn give(
        &mut self,
        reason: String,
        rule: Option<String>,
        severity: Severity,
        route: Option<String>,
        evidence: Vec<Evidence>,
    ) {
        self.reason = reason;
        self.rule = rule;
        self.severity = severity;
        self.route = route;
        self.evidence = evidence;
    }
}

/// Crockford's base 32: no letter that is read as a digit or as another one.
const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A reference number of our own, the same for the same request: 10 letters and digits of a hash over the
/// conversation's name, the number of the request and its time.
pub(crate) fn reference(id: Option<&str>, request: Option<&Request>) -> String {
    let (number, at) = request.map_or((0, 0.0), |request| (request.number, request.at));
    let name = format!("{} {number} {}", id.unwrap_or_default(), at as u64);
    let mut bits = u64::from(hash(&name)) << 32 | u64::from(hash(&format!("{name} again")));
    let mut reference = String::from("SD-");
    for _ in 0..10 {
        reference.push(char::from(DIGITS.get((bits & 31) as usize).copied().unwrap_or_default()));
        bits >>= 5;
    }
    reference
}
