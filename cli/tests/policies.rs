//! `policy`: what is wrong with a policy is said, all of it, and nothing wrong gets through.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod program;

use program::simmerdown;
use serde_json::{Value, json};
use simmerdown::{Action, Conversation, Event, Options, Policy};
use simmerdown_material::Random;

const SEED: u64 = 0x51_3A11;

fn balanced() -> Value {
    serde_json::from_str(Policy::preset_text("balanced").unwrap()).unwrap()
}

fn faults(document: &Value) -> Vec<String> {
    Policy::read_json(&document.to_string()).err().unwrap_or_default().iter().map(ToString::to_string).collect()
}

/// Each with the place that has to be named, and a word of what is allowed.
fn by_hand() -> Vec<(&'static str, Value, &'static str, &'static str)> {
    let rule = |pointer: &'static str, value: Value, path, word| (pointer, value, path, word);
    vec![
        rule("/version", json!("1"), "version", "version 1"),
        rule("/version", json!(0), "version", "version 1"),
        rule("/name", json!(""), "name", "text"),
        rule("/name", json!(7), "name", "text"),
        rule("/name", json!("x".repeat(501)), "name", "500"),
        rule("/trend", json!("article"), "trend", "object"),
        rule("/trend/method", json!("median"), "trend.method", "theil-sen"),
        rule("/trend/window", json!(2), "trend.window", "3 to 20"),
        rule("/trend/window", json!(4.5), "trend.window", "whole number"),
        rule("/trend/window", json!(21), "trend.window", "20"),
        rule("/trend/delta", json!(0), "trend.delta", "above 0"),
        rule("/trend/delta", json!(2.5), "trend.delta", "up to 2"),
        rule("/trend/extra", json!(1), "trend.extra", "no field"),
        rule("/provisional", json!("maybe"), "provisional", "ignore"),
        rule("/negativeFrustration", json!(-0.1), "negativeFrustration", "from 0 to 1"),
        rule("/negativeFrustration", json!(null), "negativeFrustration", "from 0 to 1"),
        rule("/rules", json!({}), "rules", "list"),
        rule("/rules/0", json!("safety"), "rules[0]", "object"),
        rule("/rules/0/id", json!("strong"), "rules[7].id", "already"),
        rule("/rules/0/severity", json!("urgent"), "rules[0].severity", "critical"),
        rule("/rules/0/outcome", json!("respond"), "rules[0].outcome", "handoff"),
        rule("/rules/0/outcome", json!("escalate"), "rules[0].outcome", "handoff"),
        rule("/rules/0/confirm", json!(3), "rules[0].confirm", "ungated"),
        rule("/rules/0/cooldown", json!({ "ms": 5 }), "rules[0].cooldown", "ungated"),
        rule("/rules/3/confirm", json!(0), "rules[3].confirm", "1 to 1000"),
        rule("/rules/3/confirm", json!(-1), "rules[3].confirm", "1 to 1000"),
        rule("/rules/3/dwell", json!({}), "rules[3].dwell", "messages"),
        rule("/rules/3/dwell", json!({ "ms": -1 }), "rules[3].dwell.ms", "from 0"),
        rule("/rules/3/dwell", json!({ "turns": 1 }), "rules[3].dwell.turns", "no field"),
        rule("/rules/3/cooldown", json!(60000), "rules[3].cooldown", "object"),
        rule("/rules/3/route", json!(""), "rules[3].route", "text"),
        rule("/rules/3/reason", json!(["no"]), "rules[3].reason", "text"),
        rule("/rules/3/ungated", json!("yes"), "rules[3].ungated", "true or false"),
        rule("/rules/3/mood", json!(1), "rules[3].mood", "no field"),
        rule("/rules/3/when", json!({}), "rules[3].when", "`all`"),
        rule("/rules/3/when", json!([]), "rules[3].when", "`all`"),
        rule("/rules/3/when", json!({ "all": [] }), "rules[3].when.all", "1 to 50"),
        rule("/rules/3/when", json!({ "any": {} }), "rules[3].when.any", "list"),
        rule("/rules/3/when", json!({ "not": [] }), "rules[3].when.not", "`all`"),
        rule(
            "/rules/3/when",
            json!({ "all": [{ "input": "peak", "atLeast": 1 }], "any": [] }),
            "rules[3].when.any",
            "no field",
        ),
        rule("/rules/3/when", json!({ "input": "mood", "atLeast": 1 }), "rules[3].when.input", "frustration"),
        rule("/rules/3/when", json!({ "input": "score" }), "rules[3].when", "atLeast"),
        rule("/rules/3/when", json!({ "input": "score", "atleast": 0 }), "rules[3].when.atleast", "no field"),
        rule("/rules/3/when", json!({ "input": "score", "atMost": 0, "above": -1 }), "rules[3].when", "`all`"),
        rule("/rules/3/when", json!({ "input": "score", "atMost": -2 }), "rules[3].when.atMost", "from -1 to 1"),
        rule("/rules/3/when", json!({ "input": "frustration", "atLeast": 75 }), "rules[3].when.atLeast", "from 0 to 1"),
        rule("/rules/3/when", json!({ "input": "frustration", "atLeast": "0.75" }), "rules[3].when.atLeast", "number"),
        rule("/rules/3/when", json!({ "input": "frustration", "is": true }), "rules[3].when.is", "number"),
        rule("/rules/3/when", json!({ "input": "label", "atLeast": 1 }), "rules[3].when.atLeast", "is, isNot"),
        rule("/rules/3/when", json!({ "input": "label", "is": "angry" }), "rules[3].when.is", "negative"),
        rule("/rules/3/when", json!({ "input": "trend", "is": "falling" }), "rules[3].when.is", "declining"),
        rule("/rules/3/when", json!({ "input": "channel", "is": "fax" }), "rules[3].when.is", "voice"),
        rule("/rules/3/when", json!({ "input": "availability", "isNot": 3 }), "rules[3].when.isNot", "busy"),
        rule("/rules/3/when", json!({ "input": "handoff", "is": "done" }), "rules[3].when.is", "queued"),
        rule("/rules/3/when", json!({ "input": "language", "is": 1 }), "rules[3].when.is", "text"),
        rule("/rules/3/when", json!({ "input": "cue", "above": 0 }), "rules[3].when.name", "missing"),
        rule("/rules/3/when", json!({ "input": "cue", "name": "angry", "above": 0 }), "rules[3].when.name", "legal"),
        rule(
            "/rules/3/when",
            json!({ "input": "cue", "name": "legal", "over": 0, "above": 0 }),
            "rules[3].when.over",
            "1 to 50",
        ),
        rule(
            "/rules/3/when",
            json!({ "input": "cue-count", "name": "legal", "over": 2, "atLeast": 1 }),
            "rules[3].when.over",
            "leave it out",
        ),
        rule(
            "/rules/3/when",
            json!({ "input": "score", "name": "x", "atMost": 0 }),
            "rules[3].when.name",
            "leave it out",
        ),
        rule("/rules/3/when", json!({ "input": "mean", "name": "score", "below": 0 }), "rules[3].when.over", "missing"),
        rule(
            "/rules/3/when",
            json!({ "input": "mean", "name": "label", "over": 3, "below": 0 }),
            "rules[3].when.name",
            "urgency",
        ),
        rule("/rules/3/when", json!({ "input": "attribute", "is": "gold" }), "rules[3].when.name", "missing"),
        rule(
            "/rules/3/when",
            json!({ "input": "attribute", "name": "tier", "atLeast": "gold" }),
            "rules[3].when.atLeast",
            "number",
        ),
        rule("/rules/3/when", json!({ "input": "attribute", "name": "tier", "is": null }), "rules[3].when.is", "text"),
        rule("/rules/3/when", json!({ "input": "wait", "above": -5 }), "rules[3].when.above", "from 0"),
        rule("/rules/3/clear", json!("calm"), "rules[3].clear", "`all`"),
        rule("/limits/0/atMost", json!("handoff"), "limits[0].atMost", "ask"),
        rule("/limits/0/id", json!("desk-closed"), "limits[1].id", "already"),
        rule("/limits/0/outcome", json!("ask"), "limits[0].outcome", "no field"),
        rule("/limits/1/uncounted", json!(1), "limits[1].uncounted", "true or false"),
        rule("/gates", json!([]), "gates", "object"),
        rule("/gates/maxOffers", json!(1.5), "gates.maxOffers", "whole number"),
        rule("/gates/offerDwellMs", json!("60s"), "gates.offerDwellMs", "number"),
        rule("/acceptWithinMs", json!(-1), "acceptWithinMs", "from 0"),
        rule("/tone", json!([]), "tone", "languages"),
        rule("/tone", json!({ "english": { "angry": "x" } }), "tone.english.angry", "no field"),
        rule("/tone", json!({ "e n": {} }), "tone.e n", "BCP 47"),
        rule("/tone", json!({ "en": { "negative": "" } }), "tone.en.negative", "text"),
        rule("/extra", json!(1), "extra", "no field"),
    ]
}

fn put(document: &mut Value, pointer: &str, value: Value) {
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    match document.pointer_mut(parent).unwrap() {
        Value::Array(list) => match key.parse::<usize>() {
            Ok(place) => list[place] = value,
            Err(_) => list.push(value),
        },
        object => object[key] = value,
    }
}

#[test]
fn every_mistake_made_by_hand_is_named_with_its_place_and_what_is_allowed() {
    let cases = by_hand();
    println!("{} mistakes by hand, and 16 more below", cases.len());
    assert!(cases.len() >= 75);
    for (pointer, value, path, word) in cases {
        let mut document = balanced();
        put(&mut document, pointer, value.clone());
        let told = faults(&document);
        let fits = |fault: &&String| fault.starts_with(&format!("{path} ")) && fault.contains(word);
        assert!(told.iter().any(|fault| fits(&fault)), "{pointer} = {value}: {told:?} names no `{path}` … {word}");
    }
    for key in ["version", "name", "trend", "negativeFrustration", "rules"] {
        let mut document = balanced();
        document.as_object_mut().unwrap().remove(key);
        assert!(faults(&document)[0].starts_with(&format!("{key} is missing")));
    }
    for key in ["id", "when", "outcome", "severity"] {
        let mut document = balanced();
        document["rules"][4].as_object_mut().unwrap().remove(key);
        assert!(faults(&document)[0].starts_with(&format!("rules[4].{key} is missing")));
    }
    let mut deep = json!({ "input": "peak", "atLeast": 1 });
    for _ in 0..20 {
        deep = json!({ "not": deep });
    }
    let mut document = balanced();
    document["rules"][0]["when"] = deep;
    assert!(faults(&document)[0].contains("nested too deep"));
    for text in ["", "[]", "null", "{", "{\"version\":1,\"version\":1}", "\u{feff}{}"] {
        assert!(!Policy::read_json(text).unwrap_err().is_empty(), "{text}");
    }
    assert!(Policy::read_json("{\"version\":1,\"version\":1}").unwrap_err()[0].message.contains("stands twice"));
}

/// The places of every value in a document.
fn places(value: &Value, at: &str, all: &mut Vec<String>) {
    all.push(at.to_owned());
    match value {
        Value::Object(fields) => fields.iter().for_each(|(key, value)| places(value, &format!("{at}/{key}"), all)),
        Value::Array(list) => {
            list.iter().enumerate().for_each(|(place, value)| places(value, &format!("{at}/{place}"), all));
        }
        _ => {}
    }
}

/// Values are replaced at random, removed, or get a sister. What the reader takes, the schema takes too, and what
/// the schema refuses, the reader refuses: neither is laxer than it says.
#[test]
fn no_fuzzed_policy_panics_or_is_taken_against_the_schema() {
    println!("seed {SEED:#x}");
    let schema = jsonschema::validator_for(&Policy::schema()).unwrap();
    let mut random = Random::new(SEED);
    let mut refused = 0;
    for _ in 0..2_000 {
        let mut document = balanced();
        for _ in 0..=random.below(2) {
            let mut all = Vec::new();
            places(&document, "", &mut all);
            let place = all[1 + random.below(all.len() as u64 - 1) as usize].clone();
            let values = [
                json!(null),
                json!(true),
                json!(-1),
                json!(0.5),
                json!(1e300),
                json!("x"),
                json!(""),
                json!([]),
                json!({}),
                json!({ "input": "score", "atMost": 0.25 }),
                json!("handoff"),
                json!(2),
            ];
            if random.below(4) == 0 {
                put(&mut document, &format!("{}/zz", place.rsplit_once('/').unwrap().0), json!(1));
            } else {
                put(&mut document, &place, values[random.below(12) as usize].clone());
            }
        }
        let told = faults(&document);
        assert_eq!(told.is_empty(), Policy::read_json(&document.to_string()).is_ok());
        if told.is_empty() {
            let why: Vec<_> = schema.iter_errors(&document).map(|error| error.to_string()).collect();
            assert!(why.is_empty(), "the reader takes what the schema does not: {why:?}\n{document}");
        } else {
            refused += 1;
            assert!(told.iter().all(|fault| fault.len() > 10 && fault.contains(' ')), "{told:?}");
        }
    }
    assert!(refused >= 1_000, "{refused} of 2000 are malformed");
}

#[test]
fn the_shipped_schema_is_the_generated_one_and_takes_every_policy_of_the_repository() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/policy.schema.json");
    let output = simmerdown(&["policy", "schema"], "");
    let generated = String::from_utf8(output.stdout).unwrap();
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        std::fs::write(file, &generated).unwrap();
    }
    assert_eq!(std::fs::read_to_string(file).unwrap(), generated, "run this test with UPDATE_SCHEMA=1");
    let schema = jsonschema::validator_for(&serde_json::from_str(&generated).unwrap()).unwrap();
    let examples = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/policies");
    let mut texts: Vec<_> = Policy::PRESETS.iter().map(|name| Policy::preset_text(name).unwrap().to_owned()).collect();
    texts.extend(
        std::fs::read_dir(examples).unwrap().map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap()),
    );
    assert!(texts.len() >= 6);
    for text in texts {
        Policy::from_json(&text).unwrap();
        let document: Value = serde_json::from_str(&text).unwrap();
        let why: Vec<_> = schema.iter_errors(&document).map(|error| error.to_string()).collect();
        assert!(why.is_empty(), "{why:?}");
    }
    for (pointer, value, path, _) in by_hand() {
        // That a name stands twice, and that one thing excludes another, a schema does not say.
        if path.ends_with("].id") || pointer.ends_with("rules/0/confirm") || pointer.ends_with("rules/0/cooldown") {
            continue;
        }
        let mut document = balanced();
        put(&mut document, pointer, value.clone());
        assert!(!schema.is_valid(&document), "the schema takes {pointer} = {value}");
    }
}

/// Every number of the default policy stands in the docs with its value and where it is from.
#[test]
fn the_docs_say_of_every_number_of_balanced_where_it_is_from() {
    let docs = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/policy.md")).unwrap();
    let (_, table) = docs.split_once("## Where the numbers of `balanced` are from").unwrap();
    let rows: Vec<Vec<&str>> = table
        .split("\n## ")
        .next()
        .unwrap()
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| line.split('|').map(str::trim).collect())
        .collect();
    for threshold in Policy::preset("balanced").unwrap().thresholds() {
        let unset = threshold.key == "confirm" && threshold.value == 1.0;
        if unset || (threshold.input == Some(simmerdown::Input::Cue) && threshold.value == 0.0) {
            continue;
        }
        let name = format!("`{}`", threshold.rule.as_ref().unwrap_or(&threshold.path));
        let value = threshold.value.to_string();
        let known = rows
            .iter()
            .any(|row| row[1].contains(&name) && row[2].split(", ").any(|one| one == value) && row[3].len() > 10);
        assert!(known, "{name} {value} at {} is not explained", threshold.path);
    }
}

#[test]
fn check_tells_every_mistake_and_ends_with_1() {
    let mut document = balanced();
    document["rules"][3]["confirm"] = 0.into();
    document["rules"][4]["mood"] = 1.into();
    let output = simmerdown(&["policy", "check", "-"], document.to_string());
    assert_eq!(output.status.code(), Some(1));
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(told.lines().count(), 2, "{told}");
    assert!(told.contains("-: rules[3].confirm is `0`, give a whole number from 1 to 1000"), "{told}");
    assert!(simmerdown(&["policy", "check", "-"], balanced().to_string()).status.success());
}

#[test]
fn show_prints_a_preset_that_can_be_used() {
    for name in Policy::PRESETS {
        let output = simmerdown(&["policy", "show", name], "");
        let text = String::from_utf8(output.stdout).unwrap();
        assert_eq!(Policy::from_json(&text).unwrap(), Policy::preset(name).unwrap());
    }
    let output = simmerdown(&["policy", "show", "strict"], "");
    assert_eq!(output.status.code(), Some(2));
}

/// The strongest action under `balanced` once its JSON was changed.
fn strongest(change: impl Fn(&mut Value), scores: &[(f64, f64)]) -> Action {
    let mut document = balanced();
    change(&mut document);
    let policy = Policy::from_json(&document.to_string()).unwrap();
    let mut conversation = Conversation::new(Options { policy: policy.into(), ..Options::default() }).unwrap();
    let mut strongest = Action::Respond;
    for (place, (score, frustration)) in scores.iter().enumerate() {
        let (id, features) = (format!("m{place}"), json!({ "cues": [], "length": 9 }));
        let score = json!({ "score": score, "label": "negative", "frustration": frustration, "urgency": 0 });
        for event in [
            json!({ "type": "customer-message", "id": id, "features": features }),
            json!({ "type": "score", "messageId": id, "score": score, "source": "model" }),
        ] {
            let event = serde_json::from_value::<Event>(event).unwrap();
            strongest = strongest.max(conversation.apply(event).unwrap().action);
        }
    }
    strongest
}

/// The table of wishes in `docs/policy.md`.
#[test]
fn the_changes_that_the_docs_give_for_a_wish_do_what_they_say() {
    let rule = |document: &Value, id: &str| {
        document["rules"].as_array().unwrap().iter().position(|rule| rule["id"] == id).unwrap()
    };
    let confirm = |document: &mut Value, id: &str| {
        let place = rule(document, id);
        document["rules"][place]["confirm"] = 2.into();
    };
    let remove = |document: &mut Value, id: &str| {
        let place = rule(document, id);
        document["rules"].as_array_mut().unwrap().remove(place);
    };
    let (furious, strong) = ([(-0.9, 0.95)], [(-0.5, 0.77)]);
    assert_eq!(strongest(|_| {}, &strong), Action::Offer);
    assert_eq!(strongest(|document| confirm(document, "strong"), &strong), Action::Respond);
    assert_eq!(strongest(|document| confirm(document, "strong"), &furious), Action::Offer);
    let both = |document: &mut Value| ["strong", "extreme-frustration"].iter().for_each(|id| confirm(document, id));
    assert_eq!(strongest(both, &furious), Action::Respond);
    let higher = |document: &mut Value| {
        let place = rule(document, "strong");
        document["rules"][place]["when"]["any"][0]["atLeast"] = 0.8.into();
        document["rules"][place]["when"]["any"][1]["atMost"] = (-0.7).into();
    };
    assert_eq!(strongest(higher, &[(-0.65, 0.77)]), Action::Respond);
    let sooner = |document: &mut Value| {
        let place = rule(document, "strong");
        document["negativeFrustration"] = 0.6.into();
        document["rules"][place]["when"]["any"][0]["atLeast"] = 0.6.into();
    };
    assert_eq!(strongest(sooner, &[(-0.1, 0.65)]), Action::Offer);
    // Twice strong, but rising: a handoff that the limit makes a question of.
    let rising = [(-0.98, 0.89), (-0.62, 0.85)];
    assert_eq!(strongest(|document| remove(document, "negative-twice"), &rising), Action::Ask);
    let unasked = |document: &mut Value| {
        remove(document, "negative-twice");
        assert_eq!(document["limits"][0]["id"], "improving");
        document["limits"][0]["atMost"] = "offer".into();
    };
    assert_eq!(strongest(unasked, &rising), Action::Offer);
    assert_eq!(strongest(unasked, &[(-0.4, 0.5); 2]), Action::Respond);
    assert_eq!(strongest(|_| {}, &[(-0.9, 0.95); 2]), Action::Handoff);
    assert_eq!(strongest(|document| remove(document, "strong-twice"), &[(-0.9, 0.95); 4]), Action::Ask);
}

#[test]
fn check_warns_of_what_cannot_be_meant_and_says_that_it_is_valid() {
    let good = simmerdown(&["policy", "check", "-"], balanced().to_string());
    assert_eq!(String::from_utf8(good.stdout).unwrap(), "-: valid, a policy with 12 rules and 2 limits\n");
    assert!(good.stderr.is_empty());
    let mut document = balanced();
    let mut copy = document["rules"][7].clone();
    (copy["id"], copy["outcome"]) = ("strong-too".into(), "watch".into());
    document["rules"].as_array_mut().unwrap().insert(8, copy);
    document["rules"][5]["when"] =
        json!({ "all": [{ "input": "frustration", "atLeast": 0.9 }, { "input": "frustration", "atMost": 0.5 }] });
    let text = serde_json::to_string_pretty(&document).unwrap();
    for (strict, status) in [(&[][..], 0), (&["--strict"], 1)] {
        let output = simmerdown(&[&["policy", "check", "-"], strict].concat(), &text);
        assert_eq!(output.status.code(), Some(status));
        assert!(
            String::from_utf8(output.stdout)
                .unwrap()
                .ends_with("valid, a policy with 13 rules and 2 limits; 2 warnings\n")
        );
        let told = String::from_utf8(output.stderr).unwrap();
        let lines: Vec<_> = told.lines().collect();
        assert!(lines[0].starts_with("-: warning: rules[5].when never holds: "), "{told}");
        assert!(lines[0].ends_with("the 6th rule, `extreme-frustration`)"), "{told}");
        assert!(lines[1].contains("rules[8] never decides: wherever it holds, rule `strong` holds too"), "{told}");
    }
}

#[test]
fn a_text_that_is_no_json_is_told_for_people_and_utf_16_is_read() {
    let text = Policy::preset_text("balanced").unwrap();
    let told = |text: &str| String::from_utf8(simmerdown(&["policy", "check", "-"], text).stderr).unwrap();
    let comma = told(&text.replacen("\"atLeast\": 0.9", "\"atLeast\": 0,9", 1));
    assert!(comma.starts_with("-: no JSON at line 56, column ") && comma.contains("write 0.9\n  56 | "), "{comma}");
    assert!(told("").contains("the file is empty"));
    let trailing = told(&text.replacen("\"acceptWithinMs\": 20000", "\"acceptWithinMs\": 20000,", 1));
    assert!(
        trailing.contains("a comma too many") && trailing.contains("| ") && trailing.contains("20000,"),
        "{trailing}"
    );
    let wide: Vec<u8> = std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    assert!(simmerdown(&["policy", "check", "-"], &wide).status.success());
    let latin = simmerdown(&["policy", "check", "-"], b"{\n\"name\": \"gr\xfc\xdf\" }");
    let told = String::from_utf8(latin.stderr).unwrap();
    assert!(told.contains("is not UTF-8, from line 2 on; save it as UTF-8"), "{told}");
}
