//! Personal data never leaves by way of a scorer, and what the cues see has none.

#![cfg(not(target_family = "wasm"))]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]

mod cases;

use std::collections::BTreeMap;
use std::{env, fs};

use cases::{Case, cases};
use simmerdown::{Conversation, CustomerSaid, Event, Options, Redaction, redact};

/// The labelled file.
const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/redaction.jsonl");

#[test]
fn the_labelled_file_is_what_the_formats_say() {
    let made: String = cases().iter().map(|case| serde_json::to_string(case).unwrap() + "\n").collect();
    if env::var_os("SIMMERDOWN_WRITE").is_some() {
        fs::write(FILE, &made).unwrap();
    }
    assert!(
        fs::read_to_string(FILE).unwrap() == made,
        "write it anew with SIMMERDOWN_WRITE=1 and review the difference"
    );
}

#[test]
fn recall_and_false_alarms_on_the_labelled_file() {
    let file = fs::read_to_string(FILE).unwrap();
    // Of each kind and of each format: how many there are, and how many went wrong.
    let mut kinds: BTreeMap<String, (u32, u32)> = BTreeMap::new();
    let mut formats: BTreeMap<String, (u32, u32)> = BTreeMap::new();
    let mut inexact = 0;
    for line in file.lines() {
        let Case { format, text, secret } = serde_json::from_str(line).unwrap();
        let redacted = redact(&text, Redaction::ALL);
        let wrong = match &secret {
            Some(secret) => {
                let (before, after) = text.split_once(secret.as_str()).unwrap();
                let kind = format.split(' ').next().unwrap();
                inexact += u32::from(redacted != format!("{before}[{kind}]{after}"));
                let kept = redacted.strip_prefix(before).and_then(|rest| rest.strip_suffix(after)).unwrap_or(&redacted);
                // Gone whole: a placeholder of whatever kind, and not a digit left.
                !(kept.starts_with('[') && !kept.chars().any(char::is_numeric) && !kept.contains('@'))
            }
            None => redacted != text,
        };
        if wrong {
            println!("{format}: {text:?} -> {redacted:?}");
        }
        let kind = format.split(' ').next().unwrap().to_owned();
        for (map, key) in [(&mut kinds, kind), (&mut formats, format)] {
            let (all, failed) = map.entry(key).or_default();
            *all += 1;
            *failed += u32::from(wrong);
        }
    }
    for (format, (all, failed)) in &formats {
        println!("{format}: {} of {all}", all - failed);
    }
    let (harmless, alarms) = kinds.remove("harmless").unwrap();
    let mut total = (0, 0);
    let mut want = "| | cases | redacted | |\n|---|---|---|---|\n".to_owned();
    let mut row = |name: &str, all: u32, failed: u32| {
        let share = 100.0 * f64::from(all - failed) / f64::from(all);
        want.push_str(&format!("| {name} | {all} | {} | {share:.1} % |\n", all - failed));
    };
    for (kind, (all, failed)) in &kinds {
        row(kind, *all, *failed);
        total = (total.0 + all, total.1 + failed);
        assert!(f64::from(all - failed) >= 0.98 * f64::from(*all), "{kind}");
    }
    row("all kinds", total.0, total.1);
    row("harmless numbers", harmless, harmless - alarms);
    let page = fs::read_to_string("docs/redaction.md").unwrap();
    assert!(page.contains(&want), "docs/redaction.md should hold:\n{want}");
    let recall = f64::from(total.0 - total.1) / f64::from(total.0);
    let rate = f64::from(alarms) / f64::from(harmless);
    assert!(recall >= 0.98 && rate <= 0.005, "recall {recall:.4}, false alarms {rate:.4}");
    // By its own placeholder, which tells the model what stood there.
    assert!(f64::from(inexact) <= 0.02 * f64::from(total.0), "{inexact}");
}

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
            text: Some(if redacted { redact(text, Redaction::ALL).into_owned() } else { (*text).to_owned() }),
            features: None,
            awaits_model: false,
            at: None,
        });
        events.map(|event| conversation.apply(event).unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(decide(true), decide(false));
}
