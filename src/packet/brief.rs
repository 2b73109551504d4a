//! The lines for a hurried agent: why now, what is still open, what was tried, what was promised.

use super::{HandoffPacket, Source};
use crate::decision::Evidence;
use crate::json::decimal;
use crate::literal::Literal;
use crate::scoring::Role;
use crate::strings::{joined, place_of, shortened};
use crate::transcript::TranscriptMessage;
use crate::words::Words;

/// The most lines of the text.
const MAX_LINES: usize = 12;
/// The most characters of a line.
const MAX_LINE: usize = 200;
/// The most characters of a quotation.
const MAX_QUOTE: usize = 140;
const MAX_TRIED: usize = 3;
const MAX_PROMISED: usize = 2;
/// Messages looked back on for what was tried and promised.
const LOOK_BACK: usize = 40;
/// How a promise begins, in the languages of the packs. It is quoted, so a phrase too many does little harm.
const PROMISES: &str = include_str!("promises.txt");

/// What a transcript comes down to.
pub(super) struct Digest {
    pub question: Option<String>,
    pub tried: Vec<String>,
    pub promised: Vec<String>,
}

impl Digest {
    pub fn of(source: &Source<'_>) -> Digest {
        let messages: Vec<&TranscriptMessage> = source.transcript.messages().rev().take(LOOK_BACK).collect();
        Digest { question: open_question(&messages), tried: tried(&messages, source), promised: promised(&messages) }
    }
}

fn customer<'a>(newest_first: &[&'a TranscriptMessage]) -> impl Iterator<Item = &'a TranscriptMessage> {
    newest_first.iter().copied().filter(|message| message.role == Role::Customer)
}

/// The newest question, else the newest message that is said again, else the newest of some length. What only
/// asks for a person is no question the agent has to answer.
fn open_question(newest_first: &[&TranscriptMessage]) -> Option<String> {
    let open = || customer(newest_first).filter(|message| !message.asks_human);
    let asked = open()
        .find_map(|message| sentences(&message.text).into_iter().rfind(|sentence| is_question(sentence)).map(quote));
    let whole = |message: &TranscriptMessage| quote(message.text.trim());
    asked
        .or_else(|| open().find(|message| message.repeats).map(whole))
        .or_else(|| open().find(|message| message.text.split_whitespace().count() > 2).map(whole))
}

/// What the bot said before the customer said the same again, was unhappy, or asked for a person.
fn tried(newest_first: &[&TranscriptMessage], source: &Source<'_>) -> Vec<String> {
    let mut tried = Vec::new();
    for pair in newest_first.windows(2) {
        let [answer, said] = pair else { continue };
        if said.role != Role::Bot || answer.role != Role::Customer {
            continue;
        }
        let failed = said.repeats || answer.repeats || answer.asks_human || (source.negative)(&answer.id);
        let words = quote(said.text.trim());
        if failed && !words.is_empty() && !tried.contains(&words) && tried.len() < MAX_TRIED {
            tried.push(words);
        }
    }
    tried
}

fn promised(newest_first: &[&TranscriptMessage]) -> Vec<String> {
    let mut promised = Vec::new();
    for message in newest_first.iter().filter(|message| message.role == Role::Bot) {
        for sentence in sentences(&message.text).into_iter().filter(|sentence| promises(sentence)) {
            let words = quote(sentence);
            if !promised.contains(&words) && promised.len() < MAX_PROMISED {
                promised.push(words);
            }
        }
    }
    promised
}

fn promises(sentence: &str) -> bool {
    if is_question(sentence) {
        return false;
    }
    let words = Words::read(sentence);
    let spoken = format!(" {} ", joined(&words.lower().collect::<Vec<_>>(), " "));
    PROMISES.split('\n').any(|phrase| !phrase.is_empty() && place_of(&spoken, &format!(" {phrase} ")).is_some())
}

fn is_question(sentence: &str) -> bool {
    sentence.ends_with(['?', '\u{ff1f}', '\u{61f}'])
}

/// The sentences of a text, each with its mark.
fn sentences(text: &str) -> Vec<&str> {
    let (mut sentences, mut start) = (Vec::new(), 0);
    let ends = text.char_indices().filter(|(_, it)| matches!(it, '.' | '!' | '?' | '\u{ff1f}' | '\u{61f}' | '\n'));
    for end in ends.map(|(at, mark)| at + mark.len_utf8()).chain([text.len()]) {
        let sentence = text.get(start..end).unwrap_or_default().trim();
        if sentence.len() > 1 {
            sentences.push(sentence);
        }
        start = end;
    }
    sentences
}

/// A text on one line, cut to a length.
fn one_line(text: &str, longest: usize) -> String {
    shortened(&joined(&text.split_whitespace().collect::<Vec<_>>(), " "), longest)
}

fn quote(text: &str) -> String {
    one_line(text, MAX_QUOTE)
}

fn shown(value: Option<&Literal>) -> String {
    match value {
        None => "unknown".to_owned(),
        Some(Literal::Flag(flag)) => flag.to_string(),
        Some(Literal::Number(number)) => decimal((number * 100.0).round() / 100.0),
        Some(Literal::Text(text)) => text.clone(),
    }
}

/// `frustration 0.82`, `cue legal`.
fn fact(evidence: &Evidence) -> String {
    match (&evidence.name, &evidence.value) {
        (Some(name), _) if evidence.input == "cue" => format!("cue {name}"),
        (Some(name), value) => format!("{} {name} {}", evidence.input, shown(value.as_ref())),
        (None, value) => format!("{} {}", evidence.input, shown(value.as_ref())),
    }
}

/// At most [`MAX_LINES`] lines.
pub(super) fn text(packet: &HandoffPacket, bot_failures: u32) -> String {
    let mut lines = Vec::new();
    let mut line = |name: &str, content: &str| {
        if !content.is_empty() {
            lines.push(one_line(&format!("{name}: {content}"), MAX_LINE));
        }
    };
    let route = packet.route.as_ref().map_or_else(String::new, |route| format!(", route {route}"));
    let severity = packet.severity.as_str();
    line("Handoff", &format!("{} (severity {severity}{route})", packet.reference));
    let mut facts: Vec<String> = packet.evidence.iter().map(fact).collect();
    facts.dedup();
    let why = match (packet.reason.is_empty(), facts.is_empty()) {
        (true, _) => joined(&facts, ", "),
        (false, true) => packet.reason.clone(),
        (false, false) => format!("{} ({})", packet.reason, joined(&facts, ", ")),
    };
    line("Why now", &why);
    line("Open question", packet.question.as_deref().unwrap_or_default());
    for tried in &packet.tried {
        line("Tried, did not help", tried);
    }
    if bot_failures > 0 {
        line("Bot could not answer", &format!("{bot_failures} times"));
    }
    for promised in &packet.promised {
        line("Bot promised", promised);
    }
    if let (Some(newest), count) = (packet.sentiment_history.last(), packet.turns) {
        let trend = packet.trend.as_str();
        let newest = shown(Some(&Literal::Number(*newest)));
        let peak = shown(Some(&Literal::Number(packet.peak_frustration)));
        line("Scores", &format!("{newest} now, {trend}, highest frustration {peak}, {count} messages"));
    }
    let known: Vec<String> =
        packet.attributes.iter().map(|(name, value)| format!("{name} {}", shown(Some(value)))).collect();
    line("Customer", &joined(&known, ", "));
    if let Some(contact) = &packet.contact {
        let ways: Vec<&str> = [&contact.email, &contact.phone].into_iter().filter_map(|way| way.as_deref()).collect();
        line("Reply to", &joined(&ways, ", "));
    }
    lines.truncate(MAX_LINES);
    joined(&lines, "\n")
}
