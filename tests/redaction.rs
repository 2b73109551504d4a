//! Personal data never leaves by way of a scorer, and what the cues see has none.

#![cfg(not(target_family = "wasm"))]

use simmerdown::{Conversation, CustomerSaid, Event, Options, Redaction};

fn said(text: &str) -> CustomerSaid {
    CustomerSaid { text: text.to_owned(), awaits_model: true, ..CustomerSaid::default() }
}

#[test]
fn a_scorer_is_asked_about_the_redacted_text_unless_told_otherwise() {
    let text = "my card 4111 1111 1111 1111 was charged twice, ann@example.com";
    let message = |redact| {
        let options = Options { redact, ..Options::default() };
        Conversation::new(options).unwrap().customer_said(said(text)).unwrap().message
    };
    assert_eq!(message(Redaction::ALL), "my card [card] was charged twice, [email]");
    assert_eq!(message(Redaction::HANDOFF), "my card [card] was charged twice, ann@example.com");
    assert_eq!(message(Redaction::NONE), text);
}

#[test]
fn a_log_with_redacted_texts_leads_to_the_same_decisions() {
    let texts = [
        "Call me on 555-123-4567 NOW, I want my money back",
        "call me on 555-987-6543 now, i want my money back",
        "my IBAN DE89 3704 0044 0532 0130 00 is ON FILE",
    ];
    let decide = |redacted: bool| {
        let mut conversation = Conversation::new(Options::default()).unwrap();
        let events = texts.iter().enumerate().map(|(place, text)| Event::CustomerMessage {
            id: format!("m{place}"),
            text: Some(if redacted {
                simmerdown::redact(text, Redaction::ALL).into_owned()
            } else {
                (*text).to_owned()
            }),
            features: None,
            awaits_model: false,
            at: None,
        });
        events.map(|event| conversation.apply(event).unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(decide(true), decide(false));
}
