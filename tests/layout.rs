//! `src/wasm/layout.js` writes the structures that are made most often down field by field: as the types have them.
#![cfg(not(target_family = "wasm"))]
#![allow(missing_docs, clippy::unwrap_used)]

use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde::ser::Serialize;
use simmerdown::{
    Action, Conversation, Decision, Event, Evidence, Ignored, Literal, Notice, Options, Queue, Raise, ScoreSource,
    Sentiment, SentimentScore, TextKey, Tone, ToneHint, to_json,
};

/// The names of an object's properties, in their order.
struct Names(Vec<String>);

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Names;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Names, A::Error> {
                let mut names = Vec::new();
                while let Some((name, _)) = map.next_entry::<_, IgnoredAny>()? {
                    names.push(name);
                }
                Ok(Names(names))
            }
        }

        deserializer.deserialize_map(Object)
    }
}

fn names(of: &impl Serialize) -> Vec<String> {
    serde_json::from_str::<Names>(&serde_json::to_string(of).unwrap()).unwrap().0
}

/// What makes the structure in JavaScript, from one in which nothing is absent and one in which all is that can be.
fn maker<T: Serialize>(name: &str, full: &T, bare: &T) -> String {
    let (all, needed) = (names(full), names(bare));
    let reads: Vec<_> = all.iter().map(|name| format!("{name} = read()")).collect();
    let mut maker = format!("  // {name}\n  () => {{\n    const {};\n", reads.join(", "));
    let absent: Vec<_> = all.iter().filter(|name| !needed.contains(name)).collect();
    if absent.is_empty() {
        maker += &format!("    return {{ {} }};\n  }},\n", needed.join(", "));
    } else {
        maker += &format!("    const made = {{ {} }};\n", needed.join(", "));
        for name in absent {
            maker += &format!("    if ({name} !== undefined) made.{name} = {name};\n");
        }
        maker += "    return made;\n  },\n";
    }
    maker
}

#[test]
fn the_structures_of_layout_js_are_those_of_the_types() {
    let mut conversation = Conversation::new(Options::default()).unwrap();
    let bare = conversation.apply(Event::Tick { at: Some(0.0) }).unwrap();
    let text = || "text".to_owned();
    let notice = Notice { key: TextKey::Queued, variant: 0, text: text(), opens_at: None };
    let full = Decision {
        route: Some(text()),
        would_action: Some(Action::Offer),
        shadow: true,
        ignored: Some(Ignored::UnknownMessage),
        notices: vec![notice],
        contact: true,
        queue: Some(Queue { since: 0.0, wait_ms: None, position: None, reference: None }),
        raises: vec![Raise::Safety],
        ..bare.clone()
    };
    let score: SentimentScore =
        serde_json::from_value(serde_json::json!({ "score": 0, "label": "neutral", "frustration": 0, "urgency": 0 }))
            .unwrap();
    let sentiment = Sentiment { score, source: ScoreSource::Model, provisional: false };
    let sarcastic = Sentiment { score: score.with_sarcasm(Some(true)), provisional: true, ..sentiment };
    let evidence = Evidence {
        input: "score".into(),
        name: None,
        comparison: "below".into(),
        threshold: Literal::Number(0.0),
        value: None,
        values: Vec::new(),
        messages: Vec::new(),
        unless: "atLeast".into(),
        enough: true,
    };
    let named = Evidence { name: Some(text()), values: vec![0.0], ..evidence.clone() };
    let tone: Tone = bare.tone.clone();
    let hint = ToneHint { hint: TextKey::AlreadySaid, count: None, text: text() };
    let counted = ToneHint { count: Some(2), ..hint.clone() };
    let expected = [
        maker("Decision", &full, &bare),
        maker("Evidence", &named, &evidence),
        maker("Sentiment", &sarcastic, &sentiment),
        maker("Tone", &tone, &tone),
        maker("ToneHint", &counted, &hint),
    ]
    .concat();
    let written = include_str!("../src/wasm/layout.js");
    assert!(written.contains(&format!("const STRUCTS = [\n{expected}];\n")), "STRUCTS should be:\n{expected}");
    let order = r#"STRUCTS: [&str; 5] = ["Decision", "Evidence", "Sentiment", "Tone", "ToneHint"]"#;
    assert!(include_str!("../src/wasm/layout.rs").contains(order), "in another order in layout.rs");
    // What is not derived is written as what is.
    assert_eq!(
        to_json(&sarcastic).unwrap(),
        r#"{"score":0,"label":"neutral","frustration":0,"urgency":0,"sarcasm":true,"source":"model","provisional":true}"#
    );
}
