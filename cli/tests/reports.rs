//! `replay` and `tune` on generated logs: rates, verdicts, parts, compressed files, the page.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice, clippy::panic)]

mod program;

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::{Value, json};
use simmerdown::interval::Share;
use simmerdown::replay::{Record, Setting, replay};
use simmerdown::{Conversation, Event, Options, Policy, to_json};

const SEED: u64 = 0x51_77E2;

fn simmerdown(arguments: &[&str]) -> Output {
    program::simmerdown(arguments, "")
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

fn written(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

/// The log as a page in production would have sent it: each conversation in parts, with its decisions.
fn audit_log(text: &str, shadow: bool) -> String {
    let mut parts = Vec::new();
    for line in text.lines() {
        let record = Record::parse(line).unwrap();
        let options = json!({ "id": record.id, "mode": if shadow { "shadow" } else { "live" } });
        let mut conversation = Conversation::new(serde_json::from_value::<Options>(options).unwrap()).unwrap();
        let decisions: Vec<_> = record.events.iter().map(|event| conversation.apply(event.clone()).unwrap()).collect();
        let half = record.events.len() / 2;
        for (seq, events, decisions) in
            [(1, &record.events[half..], &decisions[half..]), (0, &record.events[..half], &decisions[..half])]
        {
            let mut part = json!({ "id": record.id, "seq": seq, "events": events, "decisions": decisions });
            if seq == 1 {
                part["outcome"] = serde_json::to_value(&record.outcome).unwrap();
            }
            parts.push(to_json(&part).unwrap());
        }
    }
    // Parts of many conversations stand between each other.
    let (later, sooner): (Vec<_>, Vec<_>) = parts.into_iter().partition(|part| part.contains("\"seq\":1"));
    sooner.iter().chain(&later).map(|part| format!("{part}\n")).collect()
}

#[test]
fn every_way_of_packing_a_log_comes_to_the_same() {
    println!("seed {SEED:#x}");
    let folder = folder();
    let text = simmerdown_material::log(SEED, 400);
    let plain = written(folder.path(), "log.jsonl", &text);
    let (one, two) = text.split_at(text.len() / 2 + text[text.len() / 2..].find('\n').unwrap() + 1);
    let (one, two) = (written(folder.path(), "1.jsonl", one), written(folder.path(), "2.jsonl", two));
    let gzip = folder.path().join("log.gz");
    let mut packer = flate2::write::GzEncoder::new(File::create(&gzip).unwrap(), flate2::Compression::fast());
    packer.write_all(text.as_bytes()).unwrap();
    packer.finish().unwrap();
    let zstd = folder.path().join("log.zst");
    fs::write(&zstd, zstd::encode_all(text.as_bytes(), 1).unwrap()).unwrap();
    let run = |files: &[&str], more: &[&str]| {
        let output = simmerdown(&[&["replay", "--policy", "balanced"], more, files].concat());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        stdout(&output)
    };
    for more in [&[][..], &["--json"]] {
        let want = run(&[&plain], more);
        assert_eq!(run(&[&one, &two], more), want);
        assert_eq!(run(&[gzip.to_str().unwrap()], more), want);
        assert_eq!(run(&[zstd.to_str().unwrap()], more), want);
        for threads in ["1", "2", "5"] {
            assert_eq!(run(&[&plain], &[more, &["--threads", threads]].concat()), want);
        }
    }
    assert!(run(&[&plain], &[]).starts_with("400 conversations, "));
}

#[test]
fn an_audit_log_in_parts_reproduces_its_decisions_exactly() {
    let folder = folder();
    let text = simmerdown_material::log(SEED, 150);
    let log = written(folder.path(), "audit.jsonl", &audit_log(&text, false));
    let plain = written(folder.path(), "plain.jsonl", &text);
    let json = |file: &str| stdout(&simmerdown(&["replay", "--policy", "balanced", "--json", file]));
    assert_eq!(json(&log), json(&plain), "the parts are joined, in the order of their first");
    let report = stdout(&simmerdown(&["replay", "--policy", "balanced", &log]));
    let events: usize = text.lines().map(|line| Record::parse(line).unwrap().events.len()).sum();
    assert!(report.contains(&format!("{events} of {events} recorded decisions reproduced exactly")), "{report}");
    let other = stdout(&simmerdown(&["replay", "--policy", "article", &log]));
    assert!(other.contains("`action` differs in"), "{other}");
}

#[test]
fn a_shadow_log_is_told_apart_and_reproduced() {
    let folder = folder();
    let (shadow, live) =
        (simmerdown_material::log(1, 120), simmerdown_material::log(2, 120).replace("{\"id\":\"c", "{\"id\":\"live"));
    let log = written(folder.path(), "both.jsonl", &(audit_log(&shadow, true) + &audit_log(&live, false)));
    let report = stdout(&simmerdown(&["replay", "--policy", "balanced", &log]));
    assert!(report.contains("live against the hold-out (shadow):"), "{report}");
    assert!(report.contains("satisfied: live ") && report.contains("difference "), "{report}");
    assert!(!report.contains("differs in"), "{report}");
}

#[test]
fn summaries_come_to_the_rate_of_their_conversations() {
    let folder = folder();
    let text = simmerdown_material::log(SEED, 200);
    let mut summaries = String::new();
    for line in text.lines() {
        let record = Record::parse(line).unwrap();
        let mut conversation = Conversation::new(Options::default()).unwrap();
        for event in &record.events {
            conversation.advance(event).unwrap();
        }
        summaries += &format!("{}\n", to_json(&conversation.summary()).unwrap());
    }
    let (log, numbers) = (written(folder.path(), "log", &text), written(folder.path(), "summaries", &summaries));
    let rate = |file: &str| {
        let report = stdout(&simmerdown(&["replay", "--policy", "balanced", file]));
        report.lines().find(|line| line.contains("escalated by the rules")).unwrap().to_owned()
    };
    assert_eq!(rate(&log), rate(&numbers));
}

#[test]
fn the_page_loads_nothing_runs_nothing_and_shows_no_markup_of_a_log() {
    let folder = folder();
    let evil = "<script>alert(1)</script>";
    let text = simmerdown_material::log(SEED, 300).replacen("\"id\":\"c0\"", &format!("\"id\":\"{evil}\""), 1);
    let log = written(folder.path(), "log.jsonl", &text);
    let page: PathBuf = folder.path().join("report.html");
    let name = page.to_str().unwrap();
    let output = simmerdown(&["replay", "--policy", "balanced", "--against", "article", "--html", name, &log]);
    assert!(output.status.success());
    let html = fs::read_to_string(&page).unwrap();
    assert!(
        !html.contains("<script") && !html.contains("http://") && !html.contains("https://") && !html.contains("url(")
    );
    for part in [
        "Escalation rate and its parts",
        "95 % interval",
        "Precision",
        "Against <i>article</i>",
        "<polyline",
        "False alarm",
        // On a telephone a message is a paragraph.
        ".turns td:nth-child(7)",
    ] {
        assert!(html.contains(part), "{part}");
    }
}

#[test]
fn tune_reaches_the_target_rate_on_what_was_held_out() {
    let folder = folder();
    let log = written(folder.path(), "log.jsonl", &simmerdown_material::log(SEED, 1_000));
    let tuned = folder.path().join("tuned.json");
    let output = simmerdown(&["tune", "--target-rate", "0.15", "--out", tuned.to_str().unwrap(), &log]);
    let report = stdout(&output);
    assert!(output.status.success(), "{report}");
    assert!(report.contains("the target 15.0 % is inside the held-out interval"), "{report}");
    assert!(report.contains("precision") && !report.contains("no evidence of correctness"), "{report}");
    // The file is the policy that was judged.
    let policy = Policy::from_json(&fs::read_to_string(&tuned).unwrap()).unwrap();
    assert_eq!(policy.name(), "balanced-tuned");
    // In the order of the preset's file, without what it says of its own numbers.
    let written = fs::read_to_string(&tuned).unwrap();
    assert!(written.starts_with("{\n  \"version\": 1,\n  \"name\": \"balanced-tuned\",\n  \"trend\": {"), "{written}");
    let threat = written.split_once("\"id\": \"threat\"").unwrap().1;
    let places = ["\"comment\"", "\"when\"", "\"outcome\"", "\"severity\"", "\"reason\""].map(|key| threat.find(key));
    assert!(places.is_sorted() && places[0].is_some(), "{written}");
    assert!(!written.contains("0.9 is the article's") && !written.contains("The thresholds 0.75"), "{written}");
    let setting = Setting::new(policy);
    let fresh = simmerdown_material::log(SEED + 1, 1_500);
    let escalated =
        fresh.lines().filter(|line| replay(&Record::parse(line).unwrap(), &setting).unwrap().escalated).count();
    let rate = Share::of(escalated as u64, 1_500);
    assert!(rate.low < 0.18 && rate.high > 0.12, "{rate:?}");
}

#[test]
fn tune_moves_a_threshold_that_is_no_score() {
    let folder = folder();
    let log = written(folder.path(), "log.jsonl", &simmerdown_material::log(SEED, 2_000));
    let mut policy: Value = serde_json::from_str(Policy::preset_text("balanced").unwrap()).unwrap();
    (policy["$schema"], policy["name"]) = ("policy.schema.json".into(), "mine-tuned".into());
    policy["rules"] = json!([{
        "id": "bot-failing", "outcome": "offer", "severity": "low", "reason": "the bot could not answer",
        "when": { "input": "bot-failures", "atLeast": 1 },
    }]);
    let (policy, tuned) =
        (written(folder.path(), "policy.json", &policy.to_string()), folder.path().join("tuned.json"));
    let output =
        simmerdown(&["tune", "--policy", &policy, "--target-rate", "0.03", "--out", tuned.to_str().unwrap(), &log]);
    let report = stdout(&output);
    assert!(report.contains("  bot-failures atLeast 2 (was 1)\n"), "{report}");
    assert!(report.contains("the target 3.0 % is inside the held-out interval"), "{report}");
    let tuned: Value = serde_json::from_str(&fs::read_to_string(&tuned).unwrap()).unwrap();
    assert_eq!(tuned["rules"][0]["when"]["atLeast"], 2);
    assert_eq!([&tuned["$schema"], &tuned["name"]], ["policy.schema.json", "mine-tuned"]);
}

#[test]
fn tune_says_what_it_cannot_know() {
    let folder = folder();
    let bare: String = simmerdown_material::log(SEED, 700)
        .lines()
        .map(|line| {
            let mut line: Value = serde_json::from_str(line).unwrap();
            line.as_object_mut().unwrap().remove("outcome");
            format!("{line}\n")
        })
        .collect();
    let log = written(folder.path(), "bare.jsonl", &bare);
    let tuned = folder.path().join("tuned.json");
    let output = simmerdown(&["tune", "--out", tuned.to_str().unwrap(), &log]);
    assert!(output.status.success());
    assert!(stdout(&output).contains("rate only, no evidence of correctness"));
    assert!(!stdout(&output).contains("precision"));
    let small = written(folder.path(), "small.jsonl", &simmerdown_material::log(SEED, 50));
    let refused = folder.path().join("refused.json");
    let output = simmerdown(&["tune", "--out", refused.to_str().unwrap(), &small]);
    assert_eq!(output.status.code(), Some(3));
    assert!(stdout(&output).contains("nothing is recommended"));
    assert!(!refused.exists());
}

/// What the rules make of a conversation does not depend on how it is run.
#[test]
fn a_replay_decides_as_the_page_did() {
    let setting = Setting::new(Policy::preset("balanced").unwrap());
    for line in simmerdown_material::log(SEED, 100).lines() {
        let record = Record::parse(line).unwrap();
        let mut live = Conversation::new(Options { id: Some(record.id.clone()), ..Options::default() }).unwrap();
        let decisions: Vec<_> = record.events.iter().map(|event: &Event| live.apply(event.clone()).unwrap()).collect();
        assert_eq!(replay(&record, &setting).unwrap().decisions, decisions);
    }
}

/// A customer who pressed the button and then was angry with the agent: no rule could do anything about that.
#[test]
fn what_rules_call_for_while_a_person_is_there_counts_for_nothing() {
    let folder = folder();
    let furious = json!({ "score": -0.95, "label": "negative", "frustration": 0.95, "urgency": 0.5 });
    let said = |id: &str, at: u64| json!({ "type": "customer-message", "id": id, "text": "a word", "at": at });
    let scored = |id: &str, score: &Value, at: u64| json!({ "type": "score", "messageId": id, "score": score, "source": "model", "at": at });
    let calm = json!({ "score": 0.1, "label": "neutral", "frustration": 0.1, "urgency": 0.1 });
    let with_agent = json!({ "id": "c1", "outcome": { "needed": false }, "events": [
        said("m1", 1000), scored("m1", &calm, 1100),
        { "type": "human-requested", "at": 2000 }, { "type": "handoff-queued", "at": 2100 }, { "type": "human-joined", "at": 3000 },
        said("m2", 4000), scored("m2", &furious, 4100), said("m3", 5000), scored("m3", &furious, 5100),
        { "type": "human-left", "at": 6000 },
    ] });
    let log = written(folder.path(), "log.jsonl", &format!("{with_agent}\n"));
    let report = stdout(&simmerdown(&["replay", "--policy", "balanced", &log]));
    assert!(report.contains("0 of 1 (0.0 %"), "{report}");
    assert!(report.contains("  false alarms         0\n"), "{report}");
    // The same customer with the bot.
    let with_bot = json!({ "id": "c2", "events": [said("m1", 1000), scored("m1", &furious, 1100)] });
    let log = written(folder.path(), "bot.jsonl", &format!("{with_agent}\n{with_bot}\n"));
    let report = stdout(&simmerdown(&["replay", "--policy", "balanced", &log]));
    assert!(report.contains("1 of 2 (50.0 %"), "{report}");
}

#[test]
fn an_outcome_that_is_known_later_finds_its_conversation() {
    let folder = folder();
    let text = audit_log(&simmerdown_material::log(SEED, 20), false);
    let log = written(folder.path(), "log.jsonl", &text);
    let first: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    let verdict =
        |id: &Value, needed: bool| format!("{}\n", json!({ "id": id, "events": [], "outcome": { "needed": needed } }));
    let count = |files: &[&str]| {
        let output = simmerdown(&[&["replay", "--policy", "balanced"], files].concat());
        (stdout(&output), output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (before, ..) = count(&[&log]);
    let (one, other) = (verdict(&first["id"], true), verdict(&first["id"], false));
    for (verdicts, same) in [(format!("{other}{one}"), one.clone()), (format!("{one}{other}"), other.clone())] {
        let both = written(folder.path(), "both.jsonl", &verdicts);
        let last = written(folder.path(), "last.jsonl", &same);
        let (report, good, _) = count(&[&log, &both]);
        assert!(good && report.starts_with("20 conversations"), "{report}");
        assert_eq!(report, count(&[&last, &log]).0, "wherever it stands, the later one counts");
    }
    assert!(before.starts_with("20 conversations"));
    let [needed, not] =
        [&one, &other].map(|verdict| count(&[&log, &written(folder.path(), "verdict.jsonl", verdict)]).0);
    assert_ne!(needed, not, "a verdict is counted");
    let nobody = written(folder.path(), "nobody.jsonl", &verdict(&json!("nobody"), true));
    let (report, good, complaint) = count(&[&log, &nobody]);
    assert!(!good && report.starts_with("20 conversations"), "{report}");
    assert!(complaint.contains("conversation `nobody`: there is an outcome, and no part"), "{complaint}");
}

#[test]
fn a_mark_before_the_text_and_a_share_that_is_none() {
    let folder = folder();
    let text = simmerdown_material::log(SEED, 3);
    let plain = written(folder.path(), "plain.jsonl", &text);
    let marked = written(folder.path(), "marked.jsonl", &format!("\u{feff}{text}"));
    let policy =
        written(folder.path(), "policy.json", &format!("\u{feff}{}", Policy::preset_text("balanced").unwrap()));
    let want = stdout(&simmerdown(&["replay", "--policy", "balanced", &plain]));
    assert!(want.starts_with("3 conversations"), "{want}");
    assert_eq!(stdout(&simmerdown(&["replay", "--policy", &policy, &marked])), want);
    assert!(simmerdown(&["policy", "check", &policy]).status.success());
    let refused = simmerdown(&["replay", "--policy", "balanced", "--holdout", "10", &plain]);
    assert_eq!(String::from_utf8_lossy(&refused.stderr).lines().count(), 1, "once, not for every line");
    assert!(!refused.status.success());
    let torn = written(folder.path(), "torn.jsonl", "{\"id\": \"c1\", \"events\": [\n{\"id\": c1}\n{\"id\": \"c1\"}\n");
    let told = String::from_utf8_lossy(&simmerdown(&["replay", "--policy", "balanced", &torn]).stderr).into_owned();
    for (line, why) in [
        (1, "it is cut off"),
        (
            2,
            "it is no JSON from character 8 on: names and texts stand between quotes, `\"`; only true, false, null and numbers do not",
        ),
        (3, "missing field `events`"),
    ] {
        assert!(told.contains(&format!("torn.jsonl:{line}: {why}\n")), "{told}");
    }
}

/// What the page held out is told apart from what a replay draws, and offers of the old policy are not the new one's.
#[test]
fn a_hold_out_drawn_by_the_replay_is_told_as_such() {
    let folder = folder();
    let text = simmerdown_material::log(SEED, 60);
    let drawn = written(folder.path(), "plain.jsonl", &text);
    let report = stdout(&simmerdown(&["replay", "--policy", "balanced", "--holdout", "0.5", &drawn]));
    assert!(report.contains("of the hold-out drawn here, by --holdout"), "{report}");
    let (live, shadow) = (audit_log(&text, false), audit_log(&text, true));
    let live = written(folder.path(), "live.jsonl", &live);
    let report = stdout(&simmerdown(&["replay", "--policy", "balanced", "--holdout", "0.5", &live]));
    assert!(!report.contains("hold-out"), "each was live, as its decisions say: {report}");
    let renamed = shadow.replace("\"id\":\"c", "\"id\":\"s");
    let shadow = written(folder.path(), "shadow.jsonl", &renamed);
    let report = stdout(&simmerdown(&["replay", "--policy", "balanced", &live, &shadow]));
    assert!(report.contains("live against the hold-out (shadow):") && !report.contains("drawn here"), "{report}");
    let offered = report.lines().find(|line| line.contains("offered a person")).unwrap();
    assert!(offered.contains(" of 60 ("), "of those in which the rules acted: {offered}");
}

#[test]
fn offers_of_the_policy_that_was_there_are_not_those_of_the_one_that_is_tried() {
    let folder = folder();
    let events = json!([
        { "type": "customer-message", "id": "m1", "text": "a word", "at": 1000 },
        { "type": "score", "messageId": "m1", "source": "model", "at": 1100,
          "score": { "score": -0.7, "label": "negative", "frustration": 0.8, "urgency": 0.5 } },
        { "type": "offer-shown", "at": 1200 },
        { "type": "offer-declined", "at": 2000 },
    ]);
    let log = written(folder.path(), "log.jsonl", &format!("{}\n", json!({ "id": "c1", "events": events })));
    let mut quiet: Value = serde_json::from_str(Policy::preset_text("balanced").unwrap()).unwrap();
    quiet["rules"].as_array_mut().unwrap().retain(|rule| rule["id"] == "safety");
    let quiet = written(folder.path(), "quiet.json", &quiet.to_string());
    for (policy, count) in [("balanced", 1), (quiet.as_str(), 0)] {
        let report = stdout(&simmerdown(&["replay", "--policy", policy, &log]));
        for part in ["offered a person", "declined"] {
            let line = report.lines().find(|line| line.trim_start().starts_with(part)).unwrap();
            assert!(line.contains(&format!(" {count} of 1 ")), "{policy}: {line}");
        }
    }
}

/// The log with texts in the place of features and scores.
fn unscored(text: &str) -> String {
    let said = ["Where is my order?", "This is ridiculous, nothing works!", "Thanks, that helps", "I already told you"];
    let bare = |(number, line): (usize, &str)| {
        let mut line: Value = serde_json::from_str(line).unwrap();
        let events = line["events"].as_array_mut().unwrap();
        events.retain(|event| event["type"] != "score");
        for (place, event) in events.iter_mut().enumerate().filter(|(_, event)| event["type"] == "customer-message") {
            event.as_object_mut().unwrap().remove("features");
            event["text"] = said[(number * 7 + place * place) % said.len()].into();
        }
        format!("{line}\n")
    };
    text.lines().enumerate().map(bare).collect()
}

#[test]
fn tune_recommends_nothing_from_messages_without_scores() {
    let folder = folder();
    let log = written(folder.path(), "log.jsonl", &unscored(&simmerdown_material::log(SEED, 500)));
    let tuned = folder.path().join("tuned.json");
    let out = ["--out", tuned.to_str().unwrap(), &log];
    let refused = simmerdown(&[&["tune"], &out[..]].concat());
    assert_eq!(refused.status.code(), Some(3));
    let told = stdout(&refused);
    assert!(told.contains("nothing is recommended: most messages are without a score: "), "{told}");
    assert!(told.contains("--scorer on-device scores texts") && !tuned.exists(), "{told}");
    let scored = simmerdown(&[&["tune", "--scorer", "on-device"], &out[..]].concat());
    assert!(scored.status.success() && tuned.exists(), "{}", stdout(&scored));
    // As it is, it escalates what a replay with the same scores does.
    let replayed = stdout(&simmerdown(&["replay", "--policy", "balanced", "--scorer", "on-device", &log]));
    let sum: u64 = counts(&stdout(&scored), " escalated").iter().take(2).sum();
    assert_eq!([sum], counts(&replayed, " escalated by the rules")[..]);
}

/// The counts of the lines that hold that, in their order: `12` of `12 of 40 (…`.
fn counts(report: &str, what: &str) -> Vec<u64> {
    let count = |line: &str| {
        let words: Vec<_> = line.split(' ').collect();
        words.windows(2).find_map(|pair| pair[0].parse().ok().filter(|_| pair[1] == "of"))
    };
    report.lines().filter(|line| line.contains(what)).filter_map(count).collect()
}

#[test]
fn tune_tells_what_customers_would_see_before_and_after_in_words_and_as_json() {
    let folder = folder();
    let log = written(folder.path(), "log.jsonl", &simmerdown_material::log(SEED, 500));
    let tuned = folder.path().join("tuned.json");
    let arguments = ["tune", "--target-rate", "0.3", "--out", tuned.to_str().unwrap(), &log];
    let report = stdout(&simmerdown(&arguments));
    let replayed = stdout(&simmerdown(&["replay", "--policy", "balanced", &log]));
    for what in ["offered a person", "handed off by a rule"] {
        let told = counts(&report, what);
        assert_eq!(told.len(), 4, "{report}");
        assert_eq!([told[0] + told[1]], counts(&replayed, what)[..], "{what}: {report}\n{replayed}");
    }
    assert!(report.contains("\n  rate     handed off "), "{report}");
    let document: Value = serde_json::from_str(&stdout(&simmerdown(&[&arguments[..], &["--json"]].concat()))).unwrap();
    for (name, what) in
        [("offered", "offered a person"), ("asked", "of these asked"), ("handedOff", "handed off by a rule")]
    {
        let told = [("before", "chosenOn"), ("before", "heldOut"), ("after", "chosenOn"), ("after", "heldOut")]
            .map(|(when, part)| document[when][part][name]["count"].as_u64().unwrap());
        assert_eq!(told[..], counts(&report, what), "{name}");
    }
    assert_eq!(document["out"], tuned.to_str().unwrap());
    // The file differs from the preset's where it was changed, line by line.
    let (before, after) = (Policy::preset_text("balanced").unwrap(), fs::read_to_string(&tuned).unwrap());
    let same = before.lines().filter(|line| after.lines().any(|known| known == *line)).count();
    assert!(same * 10 > before.lines().count() * 8, "{after}");
}
