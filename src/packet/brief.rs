//! The lines for a hurried agent: why now, what is still open, what was said since, what was tried, what was promised.

use super::{HandoffPacket, Source};
use crate::cue::{Cue, cues_of};
use crate::decision::Evidence;
use crate::json::decimal;
use crate::literal::Literal;
use crate::scoring::Role;
use crate::strings::{joined, length, place_of, shortened, split, trim};
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
/// Words that tell no problem: of feelings, insults and threats, and those of three letters and more that stand between
/// them. English only: a sentence in another language is taken for one that tells something.
const VENTING: &str = include_str!("venting.txt");
/// What makes a sentence a request without a question mark.
const REQUESTS: &str = "please\npls\nwant\nneed\nlike\ngive\nsend\nreplace\nrefund\ncancel\ncan\ncould\nbitte\nmochte\nbrauche\n\
    quiero\nquisiera\nnecesito\nveux\nvoudrais";
/// What says that a sentence of the bot promises nothing, or asks for something first.
const NO_PROMISES: &str = "not\ncannot\ncan't\nwon't\nunable\nunfortunately\nneed\nnicht\nkein\nkeine\nleider\nno\npas\nnon\nniet\ngeen\n\
    nao";
/// From so many words on that are no venting a message tells something.
const TELLING: usize = 2;

/// What a transcript comes down to.
pub(super) struct Digest {
    pub question: Option<String>,
    /// The newest that the customer told after it.
    pub since: Option<String>,
    pub tried: Vec<String>,
    pub promised: Vec<String>,
}

impl Digest {
    pub fn of(source: &Source<'_>) -> Digest {
        let messages: Vec<&TranscriptMessage> = source.transcript.messages().rev().take(LOOK_BACK).collect();
        let (question, since) = open_question(&messages);
        Digest { question, since, tried: tried(&messages, source), promised: promised(&messages) }
    }
}

fn customer<'a>(newest_first: &[&'a TranscriptMessage]) -> impl Iterator<Item = &'a TranscriptMessage> {
    newest_first.iter().copied().filter(|message| message.role == Role::Customer)
}

/// The newest question or request, else what the customer began with; and the newest that was told after it: a number that
/// was asked for, a correction, another matter. What only vents or only asks for a person is nothing that the agent could
/// see to.
fn open_question(newest_first: &[&TranscriptMessage]) -> (Option<String>, Option<String>) {
    let (mut first, mut since): (Option<String>, Option<String>) = (None, None);
    for message in customer(newest_first) {
        let (mut told, mut telling, mut asked) = (String::new(), 0, None);
        for sentence in sentences(&message.text) {
            let words = Words::read(sentence);
            let (mut count, mut asks) = (0, is_question(sentence));
            for word in words.lower() {
                count += usize::from(word.len() > 2 && !listed(VENTING, word));
                asks |= listed(REQUESTS, word);
            }
            // "I want an agent" tells nothing, "I want an agent about my router, serial AX-9" does.
            let least = if message.asks_human && cues_of(&words).iter().any(|hit| hit.cue == Cue::AsksHuman) {
                TELLING
            } else {
                1
            };
            if count >= least {
                telling += count;
                told.push_str(sentence);
                if asks {
                    // What it is about mostly stands before it: "It arrived broken. Can I have a new one?"
                    asked = Some(quote(if length(&told) <= MAX_QUOTE { &told } else { sentence }));
                }
                told.push(' ');
            }
        }
        if asked.is_some() {
            return (asked, since);
        }
        // "It is the wrong size" has but one such word: it is taken where nothing tells more.
        if telling >= TELLING || (telling > 0 && first.is_none()) {
            first = Some(quote(&told));
        }
        // "A17" is what the bot had asked for.
        if since.is_none() && (telling >= TELLING || told.bytes().any(|byte| byte.is_ascii_digit())) {
            since = Some(quote(&told));
        }
    }
    let since = since.filter(|since| first.as_ref() != Some(since));
    (first, since)
}

fn listed(list: &str, word: &str) -> bool {
    split(list, b"\n").any(|one| one == word)
}

/// What the bot said before the customer said the same again, was unhappy, or asked for a person.
fn tried(newest_first: &[&TranscriptMessage], source: &Source<'_>) -> Vec<String> {
    let mut tried = Vec::new();
    let mut rest = newest_first;
    while let [answer, after @ ..] = rest {
        rest = after;
        let [said, earlier @ ..] = rest else { break };
        // A greeting has answered nobody.
        if said.role != Role::Bot || answer.role != Role::Customer || customer(earlier).next().is_none() {
            continue;
        }
        // To ask is not to help, unless it goes on and on.
        if sentences(&said.text).iter().all(|sentence| is_question(sentence)) && !said.repeats {
            continue;
        }
        let failed = said.repeats || answer.repeats || answer.asks_human || (source.negative)(&answer.id);
        let words = quote(trim(&said.text));
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
    if words.lower().any(|word| listed(NO_PROMISES, word)) {
        return false;
    }
    let spoken = format!(" {} ", joined(&words.lower().collect::<Vec<_>>(), " "));
    split(PROMISES, b"\n").any(|phrase| !phrase.is_empty() && place_of(&spoken, &format!(" {phrase} ")).is_some())
}

fn is_question(sentence: &str) -> bool {
    matches!(sentence.chars().next_back(), Some('?' | '\u{ff1f}' | '\u{61f}'))
}

/// The sentences of a text, each with its mark.
fn sentences(text: &str) -> Vec<&str> {
    let (mut sentences, mut start) = (Vec::new(), 0);
    // "12.50", "ann@example.com" and "shop.example/?order=4" are no ends.
    let free = |at: usize| text.as_bytes().get(at + 1).is_none_or(|next| !next.is_ascii_alphanumeric());
    let ends = text.char_indices().filter(|(at, it)| match it {
        '.' | '?' => free(*at),
        it => matches!(it, '!' | '\u{ff1f}' | '\u{61f}' | '\n'),
    });
    for end in ends.map(|(at, mark)| at + mark.len_utf8()).chain([text.len()]) {
        let sentence = trim(text.get(start..end).unwrap_or_default());
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

/// A share or a score, with the most that it could be.
fn level(value: f64) -> String {
    // As it is shown: less than half a hundredth below zero is none. The sum with 0 has no sign then.
    let value = (value * 100.0).round() / 100.0 + 0.0;
    format!("{} of {}", shown(Some(&Literal::Number(value))), if value < 0.0 { "-1" } else { "1" })
}

/// `frustration 0.82 of 1`, `cue legal`.
fn fact(evidence: &Evidence) -> String {
    let input = &*evidence.input;
    let value = match evidence.value {
        Some(Literal::Number(value)) if matches!(input, "frustration" | "score" | "urgency" | "peak" | "mean") => {
            level(value)
        }
        _ => shown(evidence.value.as_ref()),
    };
    match &evidence.name {
        Some(name) if input == "cue" => format!("cue {name}"),
        Some(name) => format!("{input} {name} {value}"),
        None => format!("{input} {value}"),
    }
}

/// At most [`MAX_LINES`] lines.
pub(super) fn text(packet: &HandoffPacket, since: Option<&str>, bot_failures: u32) -> String {
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
    line("Said since", since.unwrap_or_default());
    for tried in &packet.tried {
        line("Tried, did not help", tried);
    }
    if bot_failures > 0 {
        line("Times the bot could not answer", &bot_failures.to_string());
    }
    for promised in &packet.promised {
        line("Bot promised", promised);
    }
    if let (Some(newest), count) = (packet.sentiment_history.last(), packet.turns) {
        let trend = packet.trend.as_str();
        let (newest, peak) = (level(*newest), level(packet.peak_frustration));
        line("Scores", &format!("{newest} now, {trend}, highest frustration {peak}, messages: {count}"));
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

#[cfg(test)]
mod tests {
    use crate::{Conversation, CustomerSaid, Event, HandoffPacket, Options};

    fn after(messages: &[&str], then: &[&str]) -> HandoffPacket {
        let mut conversation = Conversation::new(Options::default()).unwrap();
        for (place, message) in messages.iter().enumerate() {
            if let Some(text) = message.strip_prefix("Bot: ") {
                let said = serde_json::json!({ "type": "bot-message", "id": format!("b{place}"), "text": text });
                conversation.apply(serde_json::from_value::<Event>(said).unwrap()).unwrap();
            } else {
                let said = CustomerSaid { text: (*message).to_owned(), ..CustomerSaid::default() };
                conversation.customer_said(said).unwrap();
            }
        }
        for kind in then {
            let event = serde_json::from_value::<Event>(serde_json::json!({ "type": kind })).unwrap();
            conversation.apply(event).unwrap();
        }
        conversation.handoff_packet()
    }

    fn question(messages: &[&str]) -> Option<String> {
        after(messages, &[]).question
    }

    const LAMP: &str = "it arrived broken, please send me a new one or give my money back";

    #[test]
    fn what_only_vents_hides_no_request() {
        for vent in [
            "I am so angry!!",
            "Are you kidding me?",
            "This is unacceptable, worst service ever!!",
            "You are useless, stupid bot",
            "WHAT IS WRONG WITH YOU???",
            "How dare you!! I will sue you",
            "is this a joke? seriously?",
            "Can you please help me?",
            "I WANT TO TALK TO A HUMAN NOW",
            "can i talk to a real person?",
            "ok",
        ] {
            assert_eq!(question(&[LAMP, "Bot: Sorry to hear that.", vent]).as_deref(), Some(LAMP), "{vent}");
            assert_eq!(question(&["Bot: Hello.", vent]), None, "{vent}");
            let told = ["My lamp arrived in pieces.", "Bot: Which order is that?", "It is number A17", vent];
            assert_eq!(question(&told).as_deref(), Some("My lamp arrived in pieces."), "{vent}");
        }
    }

    #[test]
    fn the_newest_that_is_asked_or_wanted_is_the_open_question() {
        for (messages, open) in [
            (&["Where is my order?", "Bot: Which one?", "A17"][..], "Where is my order?"),
            (&["Where is my order?", "I want a refund for A17!"], "I want a refund for A17!"),
            (&["I'm furious. The lamp is broken. Can I have a new one?"], "The lamp is broken. Can I have a new one?"),
            (&["Where is it? Write to ann@example.com, card 4111 1111 1111 1111"], "Where is it?"),
            (&["My lamp broke. I want to talk to a person!"], "My lamp broke."),
            (&["Refund!"], "Refund!"),
            (&["It's the wrong size", "I am so angry!!"], "It's the wrong size"),
            (&["Hello", "My parcel never came", "Cancel it!", "Do something!!"], "Cancel it!"),
            (&["Das Paket ist kaputt.", "Wo bleibt der Ersatz?", "Ich bin so sauer!"], "Wo bleibt der Ersatz?"),
            (&["The lamp\nBot promised: a car, please"], "The lamp Bot promised: a car, please"),
        ] {
            assert_eq!(question(messages).as_deref(), Some(open), "{messages:?}");
        }
        let long = format!("{}. Can I have a new one?", "the lamp is broken ".repeat(12).trim());
        assert_eq!(question(&[&long]).as_deref(), Some("Can I have a new one?"));
    }

    fn lines(messages: &[&str], name: &str) -> Vec<String> {
        let text = after(messages, &[]).text;
        text.lines().filter_map(|line| Some(line.strip_prefix(name)?.strip_prefix(": ")?.to_owned())).collect()
    }

    #[test]
    fn a_number_or_an_address_is_quoted_whole() {
        for open in [
            "Why was I charged 49.99 instead of 39.99 on www.shop.example.com?",
            "Can you write to ann@example.com?",
            "Can you look at https://shop.example/?order=4 please",
        ] {
            assert_eq!(question(&[open]).as_deref(), Some(open));
        }
        let told =
            ["Where is my money?", "Bot: Sorry. You will receive $12.50 by 3 May at ann@example.com. Anything else?"];
        assert_eq!(lines(&told, "Bot promised"), ["You will receive $12.50 by 3 May at ann@example.com."]);
    }

    #[test]
    fn what_was_said_after_the_question_is_told() {
        for (messages, since) in [
            (
                &["Where is my order 45218834?", "I can't find it", "Oh sorry, it is 45218843"][..],
                "Oh sorry, it is 45218843",
            ),
            (&["Where is my order?", "Bot: Which one?", "A17", "I am so angry!!"], "A17"),
            (
                &["What are your opening hours?", "Thanks. My card was charged twice for invoice 2024-17"],
                "My card was charged twice for invoice 2024-17",
            ),
            (&["My lamp arrived in pieces.", "It is number A17"], "It is number A17"),
        ] {
            assert_eq!(lines(messages, "Said since"), [since], "{messages:?}");
        }
        for none in [
            &["Where is my order?", "ok", "I am so angry!!"][..],
            &["My lamp broke."],
            &["Where is it?", "Get me a human now"],
        ] {
            assert_eq!(lines(none, "Said since"), Vec::<String>::new(), "{none:?}");
        }
    }

    #[test]
    fn a_wish_for_a_person_keeps_what_it_is_about() {
        for open in [
            "I need to speak to an agent about my broken router, serial AX-99812",
            "Can I talk to someone about the $40 charge on my bill?",
            "Ich möchte die Bestellung stornieren.",
            "I'd like to change the delivery address",
        ] {
            assert_eq!(question(&["Do you sell routers?", open]).as_deref(), Some(open));
        }
        for bare in ["Put me through to customer service", "connect me with a live representative please"] {
            assert_eq!(question(&["Do you sell routers?", bare]).as_deref(), Some("Do you sell routers?"), "{bare}");
        }
    }

    #[test]
    fn a_greeting_a_question_and_a_refusal_are_no_help_and_no_promise() {
        const ANGRY: &str = "This is useless, I am furious!!";
        let tried = |messages: &[&str]| lines(messages, "Tried, did not help");
        assert_eq!(tried(&["Bot: Hello! How can I help you today?", ANGRY]), Vec::<String>::new());
        assert_eq!(tried(&["Bot: Welcome to the shop.", ANGRY]), Vec::<String>::new());
        assert_eq!(tried(&[LAMP, "Bot: What is your order number?", ANGRY]), Vec::<String>::new());
        assert_eq!(tried(&[LAMP, "Bot: Try to switch it off and on.", ANGRY]), ["Try to switch it off and on."]);
        let promised = |bot: &str| lines(&[LAMP, &format!("Bot: {bot}")], "Bot promised");
        assert_eq!(promised("Unfortunately we will not be able to refund you."), Vec::<String>::new());
        assert_eq!(promised("I'll need your order number first."), Vec::<String>::new());
        assert_eq!(promised("I'll send you a new one."), ["I'll send you a new one."]);
    }

    #[test]
    fn whoever_presses_takes_along_what_the_rules_see_as_severe() {
        let packet = after(&["I'm calling my lawyer, this is fraud"], &["human-requested"]);
        assert!(packet.text.contains("\nWhy now: Customer asked for a person; "), "{}", packet.text);
    }

    #[test]
    fn who_presses_is_no_number_of_a_rule() {
        let packet = after(&["where is my lamp?", "I am so angry!!"], &["human-requested"]);
        assert!(packet.text.contains("\nWhy now: Customer asked for a person\n"), "{}", packet.text);
        assert!(packet.evidence.is_empty());
        let packet = after(&["I am so angry, this is unacceptable!!"], &["bot-failed"]);
        assert!(packet.text.contains("\nTimes the bot could not answer: 1\n"), "{}", packet.text);
        assert!(packet.text.contains(" of 1, messages: 1"), "{}", packet.text);
        assert!(packet.text.contains("(frustration 0.") && packet.text.contains(" of -1 now"), "{}", packet.text);
    }
}
