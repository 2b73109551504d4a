//! `score` and `replay`: lines in, lines out.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod program;

use std::process::{Command, Output, Stdio};

use program::simmerdown;
use serde_json::{Value, json};

const LOG: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/data/conversations.jsonl");

fn lines(output: &Output) -> Vec<Value> {
    String::from_utf8_lossy(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn score_answers_each_line_in_order() {
    let input = concat!(
        "{\"text\":\"third time I'm asking, this is useless\"}\n",
        "{\"text\":\"thanks, that solved it\"}\n",
        "{\"text\":\"注文はどこですか\"}\n",
        "{\"text\":\"Quiero hablar con alguien\",\"language\":\"es\"}\n",
        "{\"text\":\"I want to talk to a human\"}\n",
    );
    let output = simmerdown(&["score"], input.as_bytes());
    assert!(output.status.success(), "{}", stderr(&output));
    let lines = lines(&output);
    assert_eq!(lines.len(), 5);
    assert_eq!(lines[0]["label"], "negative");
    assert!(lines[0]["frustration"].as_f64().unwrap() >= 0.75);
    assert_eq!(lines[0]["cues"], json!([{ "cue": "repeats-itself", "strength": 1 }]));
    assert_eq!(lines[1]["label"], "positive");
    assert_eq!(lines[2], json!({ "score": null, "reason": "language", "cues": [] }));
    assert_eq!(lines[3]["reason"], "language");
    assert_eq!(lines[4]["cues"][0]["cue"], "asks-human");
}

#[test]
fn score_reports_bad_lines_and_goes_on() {
    let mut input = b"{\"text\":\"fine\"}\nnonsense\n\n{\"txt\":\"x\"}\n".to_vec();
    input.extend(b"{\"text\":\"\xff\"}\n{\"text\":\"fine\"}\n");
    let output = simmerdown(&["score", "-"], &input);
    assert_eq!(output.status.code(), Some(1));
    let lines = lines(&output);
    let bad: Vec<_> = lines.iter().map(|line| line.get("error").is_some()).collect();
    assert_eq!(bad, [false, true, true, true, false], "the blank line has no answer");
    for number in [2, 4, 5] {
        assert!(stderr(&output).contains(&format!("standard input:{number}:")), "{}", stderr(&output));
    }
}

#[test]
fn replay_prints_every_decision_of_each_conversation() {
    for policy in ["article", "balanced"] {
        let output = simmerdown(&["replay", "--policy", policy, "--json", LOG], b"");
        assert!(output.status.success(), "{}", stderr(&output));
        let log = std::fs::read_to_string(LOG).unwrap();
        let printed = lines(&output);
        assert_eq!(printed.len(), log.lines().count());
        for (line, replayed) in log.lines().zip(&printed) {
            let record: Value = serde_json::from_str(line).unwrap();
            assert_eq!(replayed["id"], record["id"]);
            let decisions = replayed["decisions"].as_array().unwrap();
            assert_eq!(decisions.len(), record["events"].as_array().unwrap().len());
            let escalated = decisions.iter().any(|decision| decision["shouldEscalate"] == true);
            assert_eq!((replayed["escalated"] == true, replayed["atTurn"].is_number()), (escalated, escalated));
        }
        let first = String::from_utf8_lossy(&output.stdout);
        assert!(first.starts_with(
            "{\"id\":\"calm\",\"decisions\":[{\"id\":\"d1\",\"messageId\":null,\"cause\":\"started\",\"at\":0,"
        ));
    }
}

#[test]
fn replay_takes_a_policy_from_a_file_and_scores_on_the_device_when_asked() {
    let policy = concat!(env!("CARGO_MANIFEST_DIR"), "/../src/policy/balanced.json");
    let named = simmerdown(&["replay", "--policy", "balanced", "--json", LOG], b"");
    let file = simmerdown(&["replay", "--policy", policy, "--json", LOG], b"");
    assert_eq!(named.stdout, file.stdout);

    let log = json!({ "id": "a", "events": [
        { "type": "customer-message", "id": "m1", "text": "useless, ridiculous", "awaitsModel": true },
        { "type": "score", "messageId": "m1", "source": "model",
          "score": { "score": 0.9, "label": "positive", "frustration": 0, "urgency": 0 } },
    ] });
    let output = simmerdown(
        &["replay", "--policy", "article", "--json", "--scorer", "on-device", "-"],
        log.to_string().as_bytes(),
    );
    let replayed = &lines(&output)[0];
    assert_eq!(replayed["decisions"].as_array().unwrap().len(), 2, "the recorded score is left out");
    assert_eq!((&replayed["escalated"], &replayed["atTurn"]), (&json!(true), &json!(1)));
}

#[test]
fn replay_reports_unreadable_lines_and_processes_the_rest() {
    let input = concat!(
        "{\"id\":\"a\",\"events\":[{\"type\":\"tick\"}]}\n",
        "not json\n",
        "{\"id\":\"b\",\"events\":[{\"type\":\"tick\"},{\"type\":\"shrug\"}]}\n",
        "{\"id\":\"c\",\"events\":[{\"type\":\"tick\"}]}\n",
    );
    let output = simmerdown(&["replay", "--policy", "balanced", "--json", "-"], input.as_bytes());
    assert_eq!(output.status.code(), Some(1));
    let ids: Vec<_> = lines(&output).iter().map(|line| line["id"].clone()).collect();
    assert_eq!(ids, ["a", "c"]);
    let complaints = stderr(&output);
    assert!(
        complaints.contains("standard input:2:") && complaints.contains("standard input:3: events[1]"),
        "{complaints}"
    );
}

#[test]
fn replay_joins_the_parts_of_a_conversation() {
    let part = |seq: u32, message: &str| {
        let events = json!([{ "type": "customer-message", "id": message, "text": "hello" }]);
        json!({ "id": "x", "seq": seq, "events": events }).to_string()
    };
    let input = format!("{}\n{{\"id\":\"y\",\"events\":[]}}\n{}\n", part(2, "m2"), part(1, "m1"));
    let output = simmerdown(&["replay", "--policy", "balanced", "--json", "-"], input.as_bytes());
    let lines = lines(&output);
    assert_eq!((&lines[0]["id"], &lines[1]["id"]), (&json!("y"), &json!("x")));
    assert_eq!(lines[1]["decisions"][1]["messageId"], "m2");
}

#[test]
fn replay_without_json_prints_a_summary_numbers_first() {
    let output = simmerdown(&["replay", "--policy", "balanced", LOG], b"");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.starts_with("11 conversations, "), "{text}");
    assert!(text.contains("escalated by the rules"));
}

#[test]
fn a_replay_of_one_conversation_or_of_none_is_told_in_words() {
    let one = r#"{"id":"a","events":[{"type":"customer-message","id":"m1","text":"Where is my parcel?"}]}"#;
    let told = |input: &str| {
        let output = simmerdown(&["replay", "--policy", "balanced", "-"], input.as_bytes());
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let text = told(one);
    assert!(text.starts_with("1 conversation, 1 customer message\n"), "{text}");
    assert!(text.contains("a rule decided: none\n"), "{text}");
    assert!(text.contains("\n  without a score: 1 of 1 customer message; "), "{text}");
    assert_eq!(told(""), "0 conversations, 0 customer messages\nthere is nothing to count\n");
    assert!(told("{}\n").ends_with("1 line could not be read and was left out\n"));
}

#[test]
fn a_policy_or_a_file_that_is_not_there_is_said_so() {
    let output = simmerdown(&["replay", "--policy", "strict", LOG], b"");
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("there is no policy `strict`, give one of `article`, `balanced`"),
        "{}",
        stderr(&output)
    );
    let output = simmerdown(&["replay", "--policy", "article", "no-such-file"], b"");
    assert!(stderr(&output).contains("cannot read `no-such-file`"));
}

#[test]
fn a_reader_that_goes_away_ends_it_quietly() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_simmerdown"))
        .args(["replay", "--policy", "balanced", "--json", LOG])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), stderr(&output).as_str()), (Some(0), ""));
}

#[test]
fn what_a_replay_ignored_is_told_with_why() {
    let said = |text: &str| json!({ "type": "customer-message", "id": "m", "text": text });
    let score = json!({ "score": -0.9, "label": "negative", "frustration": 0.9, "urgency": 0 });
    let stray = json!({ "type": "score", "messageId": "none", "score": score, "source": "model" });
    let log =
        json!({ "id": "a", "events": [said("hi"), said("I am furious, this is useless"), said("a human!"), stray] });
    let told = |more: &[&str]| {
        let output = simmerdown(&[&["replay", "--policy", "balanced"], more, &["-"]].concat(), log.to_string());
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let text = told(&["--scorer", "on-device"]);
    assert!(text.contains("\n  ignored, as the page does: 2 customer messages with an id"), "{text}");
    assert!(text.contains("(duplicate-message)") && text.contains("\n0 of 1 (0.0 %"), "{text}");
    assert!(told(&[]).contains("1 score for a message that is not there, or not any more (unknown-message)"));
}

#[test]
fn a_log_in_utf_16_is_read_and_a_wrong_field_is_named() {
    let line = r#"{"id":"a","events":[{"type":"customer-message","id":"m1","text":"Grüße"}]}"#;
    let wide: Vec<u8> =
        std::iter::once(0xfeff).chain(line.encode_utf16()).chain([10]).flat_map(u16::to_le_bytes).collect();
    let output = simmerdown(&["replay", "--policy", "balanced", "-"], &wide);
    assert!(output.status.success(), "{}", stderr(&output));
    let texts: Vec<u8> =
        std::iter::once(0xfeff).chain("{\"text\":\"fine\"}\n".encode_utf16()).flat_map(u16::to_be_bytes).collect();
    assert!(simmerdown(&["score"], &texts).status.success());
    let bad = r#"{"id":"a","events":[{"type":"tick","at":"2026-11-30T09:00:00Z"}]}"#;
    let output = simmerdown(&["replay", "--policy", "balanced", "-"], bad);
    let told = "standard input:1: events[0].at is \"2026-11-30T09:00:00Z\", give a number: milliseconds";
    assert!(stderr(&output).starts_with(told), "{}", stderr(&output));
}
