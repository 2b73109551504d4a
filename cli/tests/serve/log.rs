//! `POST /v1/log` over HTTP: what is answered 204 is in the files, once, and `replay` reads them as they are.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use reqwest::blocking::Client;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::proxy::{Proxy, command};
use crate::until;

/// A proxy that keeps its log there.
fn keeping(folder: &Path, more: &[&str]) -> Proxy {
    Proxy::start(&[&["--log", folder.to_str().unwrap()], more].concat(), &[])
}

/// The batch of that number: what a customer wrote, and what was decided.
fn batch(id: &str, seq: u64, text: &str) -> Value {
    let said = json!({ "type": "customer-message", "id": format!("m{seq}"), "text": text, "at": seq * 1000 });
    let score = json!({ "score": -0.7, "label": "negative", "frustration": 0.8, "urgency": 0.3 });
    let scored = json!({ "type": "score", "messageId": format!("m{seq}"), "score": score, "source": "model" });
    json!({ "id": id, "seq": seq, "entries": [
        { "event": said, "decision": { "id": format!("d{seq}"), "action": "respond" } },
        { "event": scored },
    ] })
}

/// Sends a batch: the status, and what was said where it was not kept.
fn send(client: &Client, proxy: &Proxy, body: String) -> (u16, Value) {
    let call = client.post(format!("{}/v1/log", proxy.url)).header("content-type", "application/json");
    let response = call.body(body).send().unwrap();
    let status = response.status().as_u16();
    let text = response.text().unwrap();
    (status, if status == 204 { json!(text) } else { serde_json::from_str(&text).unwrap() })
}

/// The files of a log, by age.
fn files(folder: &Path) -> Vec<PathBuf> {
    let all = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = all.filter(|path| path.to_str().unwrap().contains(".jsonl")).collect();
    files.sort();
    files
}

/// The lines of plain files.
fn lines(folder: &Path) -> Vec<String> {
    files(folder)
        .iter()
        .flat_map(|file| fs::read_to_string(file).unwrap().lines().map(str::to_owned).collect::<Vec<_>>())
        .collect()
}

/// What each line is a part of.
fn parts(lines: &[String]) -> Vec<(String, u64)> {
    let part = |line: &String| {
        let line: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("no whole line: {line}"));
        (line["id"].as_str().unwrap().to_owned(), line["seq"].as_u64().unwrap())
    };
    lines.iter().map(part).collect()
}

/// What `replay --json` makes of the files as they are, by conversation; nothing may be wrong with them.
fn replay(folder: &Path) -> BTreeMap<String, Value> {
    let mut replay = Command::new(env!("CARGO_BIN_EXE_simmerdown"));
    let output = replay.args(["replay", "--policy", "article", "--json"]).args(files(folder)).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.is_empty(), "{said}");
    let text = String::from_utf8(output.stdout).unwrap();
    let conversations: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let count = conversations.len();
    let by_id: BTreeMap<_, _> =
        conversations.into_iter().map(|said| (said["id"].as_str().unwrap().to_owned(), said)).collect();
    assert_eq!(by_id.len(), count, "a conversation is replayed once");
    by_id
}

fn decisions(replayed: &BTreeMap<String, Value>, id: &str) -> usize {
    replayed[id]["decisions"].as_array().unwrap().len()
}

#[test]
fn a_batch_is_kept_once_also_across_a_restart_and_the_files_replay() {
    let folder = TempDir::new().unwrap();
    let client = Client::new();
    let proxy = keeping(folder.path(), &[]);
    let send_to = |proxy: &Proxy, id: &str, seq: u64| send(&client, proxy, batch(id, seq, "useless").to_string());
    for (id, seq) in [("a", 0), ("b", 0), ("a", 1), ("a", 1), ("a", 0)] {
        assert_eq!(send_to(&proxy, id, seq), (204, json!("")));
    }
    // The same one from eight pages at once.
    std::thread::scope(|scope| {
        (0..8).for_each(|_| drop(scope.spawn(|| assert_eq!(send_to(&proxy, "a", 2).0, 204))));
    });
    let page = proxy.metrics();
    assert!(page.contains("simmerdown_log_batches_total{outcome=\"repeated\"}"), "{page}");
    proxy.end();
    let proxy = keeping(folder.path(), &[]);
    for (id, seq) in [("a", 1), ("b", 0), ("a", 3), ("b", 1)] {
        assert_eq!(send_to(&proxy, id, seq).0, 204);
    }
    proxy.end();
    let kept = parts(&lines(folder.path()));
    let want = [("a", 0), ("b", 0), ("a", 1), ("a", 2), ("a", 3), ("b", 1)].map(|(id, seq)| (id.to_owned(), seq));
    assert_eq!(kept, want, "each once, in the order in which they came");
    assert_eq!(files(folder.path()).len(), 2, "a process begins a file of its own");
    let replayed = replay(folder.path());
    assert_eq!((decisions(&replayed, "a"), decisions(&replayed, "b")), (8, 4));
    assert_eq!((&replayed["a"]["escalated"], &replayed["a"]["atTurn"]), (&json!(true), &json!(1)));
}

#[test]
fn what_cannot_be_kept_is_refused_with_its_place_and_nothing_of_it_is() {
    let folder = TempDir::new().unwrap();
    let client = Client::new();
    let proxy = keeping(folder.path(), &["--allow-origin", "https://shop.example"]);
    let from = |origin: Option<&str>, kind: &str, body: String| {
        let call = client.post(format!("{}/v1/log", proxy.url)).header("content-type", kind).body(body);
        let response = origin.map_or(call.try_clone().unwrap(), |origin| call.header("origin", origin)).send().unwrap();
        assert_eq!(response.headers()["content-type"], "application/problem+json");
        let (status, problem) = (response.status().as_u16(), response.json::<Value>().unwrap());
        let says = |name: &str| problem[name].as_str().unwrap().to_owned();
        (status, says("code"), says("detail"))
    };
    let good = json!({ "event": { "type": "tick" } });
    let entries = |entries: &[Value]| json!({ "id": "c", "seq": 0, "entries": entries }).to_string();
    let shop = "https://shop.example";
    let home = Some(shop);
    let message = |event: Value| json!({ "event": event });
    for (body, code, place) in [
        ("{".to_owned(), "malformed", "send {"),
        ("[]".to_owned(), "malformed", "send {"),
        (json!({ "id": "c", "entries": [good] }).to_string(), "malformed", "seq"),
        (json!({ "id": "c", "seq": -1, "entries": [good] }).to_string(), "malformed", "seq"),
        (json!({ "id": "c", "seq": 0, "entries": [good], "mood": 1 }).to_string(), "malformed", "send {"),
        (json!({ "id": "", "seq": 0, "entries": [good] }).to_string(), "bad-entry", "`id`"),
        (json!({ "id": "x".repeat(257), "seq": 0, "entries": [good] }).to_string(), "bad-entry", "`id`"),
        (entries(&[]), "bad-entry", "`entries` is empty"),
        (entries(&[good.clone(), message(json!({ "type": "mood" }))]), "bad-entry", "`entries[1].event`"),
        (entries(&[message(json!({ "type": "tick", "mood": 1 }))]), "bad-entry", "`entries[0].event`"),
        (
            entries(&[
                good.clone(),
                good.clone(),
                message(json!({ "type": "customer-message", "id": "", "text": "x" })),
            ]),
            "bad-entry",
            "`entries[2].event`",
        ),
        (
            entries(&[message(
                json!({ "type": "score", "messageId": "m", "score": { "score": 7 }, "source": "model" }),
            )]),
            "bad-entry",
            "`entries[0].event`",
        ),
        (format!("{}7{}", "[".repeat(40), "]".repeat(40)), "too-deep", "32"),
    ] {
        let (status, got, detail) = from(home, "application/json", body.clone());
        assert_eq!((status, &*got), (400, code), "{body}");
        assert!(detail.contains(place), "{body}: {detail}");
    }
    let whole = entries(std::slice::from_ref(&good));
    let large = entries(&[good, json!({ "event": { "type": "tick" }, "decision": { "x": "y".repeat(70_000) } })]);
    for (origin, kind, body, status, code) in [
        (home, "text/plain", whole.clone(), 415, "unsupported-media-type"),
        (home, "application/json", large, 413, "too-large"),
        (None, "application/json", whole.clone(), 403, "origin-not-allowed"),
        (Some("null"), "application/json", whole.clone(), 403, "origin-not-allowed"),
        (Some("https://shop.example.evil"), "application/json", whole.clone(), 403, "origin-not-allowed"),
    ] {
        let (got, why, _) = from(origin, kind, body);
        assert_eq!((got, &*why), (status, code), "{origin:?} {kind}");
    }
    assert_eq!(client.get(format!("{}/v1/log", proxy.url)).header("origin", shop).send().unwrap().status(), 405);
    assert_eq!(lines(folder.path()), [""; 0], "nothing of all that was kept");
    let call = client.post(format!("{}/v1/log", proxy.url)).header("content-type", "application/json").body(whole);
    let kept = call.header("origin", shop).send().unwrap();
    assert_eq!((kept.status().as_u16(), &kept.headers()["access-control-allow-origin"]), (204, &shop.parse().unwrap()));
    assert_eq!(lines(folder.path()).len(), 1);
    assert_eq!(send(&client, &Proxy::start(&[], &[]), batch("c", 0, "hi").to_string()).0, 404, "without --log");
}

/// About 60 kB of text.
fn long(seq: u64) -> String {
    format!("{seq} this is useless ").repeat(3000)
}

#[test]
fn files_rotate_by_name_and_replay_in_order_also_where_some_are_compressed() {
    let folder = TempDir::new().unwrap();
    let client = Client::new();
    let proxy = keeping(folder.path(), &["--log-rotate-mb", "1"]);
    for seq in 0..60 {
        assert_eq!(send(&client, &proxy, batch("c", seq, &long(seq)).to_string()).0, 204);
    }
    proxy.end();
    let written = files(folder.path());
    assert!(written.len() >= 3, "{written:?}");
    for file in &written {
        assert!(fs::metadata(file).unwrap().len() < 1_100_000, "{file:?}");
    }
    let order: Vec<u64> = parts(&lines(folder.path())).into_iter().map(|(_, seq)| seq).collect();
    assert_eq!(order, (0..60).collect::<Vec<_>>(), "names sort by age");
    let before = replay(folder.path());
    assert_eq!(decisions(&before, "c"), 120);

    // An operator compresses what is through, as `gzip` and `zstd --rm` do.
    for (file, kind) in written.iter().zip(["gz", "zst"]) {
        let bytes = fs::read(file).unwrap();
        let mut packed = File::create(format!("{}.{kind}", file.display())).unwrap();
        if kind == "gz" {
            let mut encoder = flate2::write::GzEncoder::new(packed, flate2::Compression::fast());
            encoder.write_all(&bytes).unwrap();
            encoder.finish().unwrap();
        } else {
            packed.write_all(&zstd::encode_all(&*bytes, 1).unwrap()).unwrap();
        }
        fs::remove_file(file).unwrap();
    }
    assert_eq!(replay(folder.path()), before);

    let count = files(folder.path()).len();
    let proxy = keeping(folder.path(), &["--log-rotate-mb", "1"]);
    for seq in 0..60 {
        assert_eq!(send(&client, &proxy, batch("c", seq, &long(seq)).to_string()).0, 204);
    }
    assert_eq!(files(folder.path()).len(), count, "what is in a compressed file is known, too");
    assert_eq!(send(&client, &proxy, batch("c", 60, "the last").to_string()).0, 204);
    proxy.end();
    let after = replay(folder.path());
    assert_eq!(decisions(&after, "c"), 122);
    let newest = files(folder.path()).pop().unwrap();
    assert_eq!(fs::read_to_string(newest).unwrap().lines().count(), 1, "the newest has the last name");
}

/// A disk of a megabyte, where the machine lets the test have one.
struct SmallDisk(TempDir);

impl SmallDisk {
    fn mount() -> Option<SmallDisk> {
        let folder = TempDir::new().unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=1m", "tmpfs"]).arg(folder.path());
        mount.output().is_ok_and(|mounted| mounted.status.success()).then(|| SmallDisk(folder))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        drop(Command::new("umount").arg("--lazy").arg(self.0.path()).status());
    }
}

/// Sends batches until one is refused, makes room, and goes on.
fn fills_up(proxy: Proxy, folder: &Path, make_room: impl FnOnce()) {
    let client = Client::new();
    let mut kept = Vec::new();
    let refused = (0..200).find_map(|seq| match send(&client, &proxy, batch("c", seq, &long(seq)).to_string()) {
        (204, _) => {
            kept.push(("c".to_owned(), seq));
            None
        }
        refused => Some(refused),
    });
    let (status, problem) = refused.expect("there is no end of room");
    assert_eq!((status, &problem["code"]), (507, &json!("log-full")), "{problem}");
    assert!(problem["detail"].as_str().unwrap().contains("nothing of this batch was kept"));
    assert_eq!(proxy.readiness()["reasons"], json!(["log-not-writable"]));
    let next = kept.len() as u64;
    assert_eq!(
        send(&client, &proxy, batch("c", 0, &long(0)).to_string()).0,
        204,
        "what is kept already is still known"
    );
    for _ in 0..20 {
        assert_eq!(send(&client, &proxy, batch("c", next, &long(next)).to_string()).0, 507);
    }
    let written: Vec<_> = parts(&lines(folder)).into_iter().filter(|(id, _)| id == "c").collect();
    assert_eq!(written, kept, "no half line stays behind");
    assert!(files(folder).len() <= 2, "nor a file for every try: {:?}", files(folder));
    make_room();
    until("there is room again", || send(&client, &proxy, batch("c", next, &long(next)).to_string()).0 == 204);
    assert_eq!(proxy.readiness()["status"], "ready");
    assert!(proxy.metrics().contains("simmerdown_log_batches_total{outcome=\"log-full\"}"));
    let logs = proxy.end();
    assert!(logs.contains("the conversation log") && !logs.contains("useless"), "{logs}");
    replay(folder);
}

#[test]
fn a_full_disk_is_said_so_and_room_is_found_again() {
    let Some(disk) = SmallDisk::mount() else {
        println!("no disk of its own: this machine lets nobody mount one; the other two limits are tested");
        return;
    };
    let folder = disk.0.path().join("log");
    let other = disk.0.path().join("other");
    fs::write(&other, vec![0; 300_000]).unwrap();
    fills_up(keeping(&folder, &[]), &folder, || fs::remove_file(other).unwrap());
}

#[test]
fn the_cap_of_the_log_is_said_so_and_room_is_found_again() {
    let folder = TempDir::new().unwrap();
    let old = folder.path().join("2020-01-01T00-00-00Z-000001.jsonl");
    let tick = r#"{"id":"old","seq":0,"events":[{"type":"tick"}]}"#;
    fs::write(&old, format!("{tick}{}\n", " ".repeat(300_000))).unwrap();
    let proxy = keeping(folder.path(), &["--log-cap-mb", "1"]);
    fills_up(proxy, folder.path(), || fs::remove_file(old).unwrap());
    let size: u64 = files(folder.path()).iter().map(|file| fs::metadata(file).unwrap().len()).sum();
    assert!(size <= 1_000_000, "{size}");
}

#[test]
fn a_file_that_may_not_grow_is_followed_by_another() {
    let folder = TempDir::new().unwrap();
    // The shell's limit counts 512 bytes; without the trap the kernel would end the process.
    let inner = command(&["--log", folder.path().to_str().unwrap()], &[]);
    let mut shell = Command::new("sh");
    shell
        .args(["-c", "trap '' XFSZ; ulimit -f 20; exec \"$0\" \"$@\""])
        .arg(inner.get_program())
        .args(inner.get_args());
    for (name, value) in inner.get_envs() {
        match value {
            Some(value) => drop(shell.env(name, value)),
            None => drop(shell.env_remove(name)),
        }
    }
    let proxy = Proxy::run(shell);
    let client = Client::new();
    let text = |seq: u64| format!("{seq} useless ").repeat(200);
    for seq in 0..20 {
        assert_eq!(send(&client, &proxy, batch("c", seq, &text(seq)).to_string()).0, 204);
    }
    let (status, problem) = send(&client, &proxy, batch("c", 20, &long(20)).to_string());
    assert_eq!((status, &problem["code"]), (507, &json!("log-full")), "larger than any file may be");
    assert_eq!(send(&client, &proxy, batch("c", 20, &text(20)).to_string()).0, 204);
    proxy.end();
    let written = files(folder.path());
    assert!(
        written.len() >= 4 && written.iter().all(|file| fs::metadata(file).unwrap().len() <= 20 * 512),
        "{written:?}"
    );
    assert_eq!(decisions(&replay(folder.path()), "c"), 42);
}

/// How many write at the same time.
const WRITERS: usize = 200;
/// How often the process is killed.
const KILLS: usize = 3;

/// Writes batch after batch until the proxy is gone; takes note of what was answered for.
async fn write(client: reqwest::Client, url: String, id: String, from: u64, kept: Arc<Mutex<BTreeSet<(String, u64)>>>) {
    for seq in from.. {
        let call = client.post(&url).json(&batch(&id, seq, "this is useless")).send();
        match call.await {
            Ok(answer) if answer.status() == 204 => drop(kept.lock().unwrap().insert((id.clone(), seq))),
            Ok(answer) => panic!("{id} {seq}: {}", answer.status()),
            Err(_) => return,
        }
    }
}

#[test]
fn killed_while_two_hundred_write_nothing_that_was_answered_for_is_lost() {
    let folder = TempDir::new().unwrap();
    let kept = Arc::new(Mutex::new(BTreeSet::new()));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let start = Instant::now();
    for kill in 1..=KILLS {
        let proxy = keeping(folder.path(), &["--log-rotate-mb", "1"]);
        let client = reqwest::Client::new();
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let id = format!("w{writer}");
                // What was not answered for is sent again, as a page does; it may be in the files all the same.
                let done = kept.lock().unwrap().iter().filter(|(name, _)| *name == id).count() as u64;
                let url = format!("{}/v1/log", proxy.url);
                runtime.spawn(write(client.clone(), url, id, done, Arc::clone(&kept)))
            })
            .collect();
        until("a thousand batches more are kept", || kept.lock().unwrap().len() >= kill * 1500);
        proxy.stop();
        runtime.block_on(async {
            for writer in writers {
                writer.await.unwrap();
            }
        });
        let mut all = lines(folder.path());
        // A line that the kernel had not got whole may be the last; nobody was told that it is kept.
        if all.last().is_some_and(|line| serde_json::from_str::<Value>(line).is_err()) {
            all.pop();
        }
        let written = parts(&all);
        let once: BTreeSet<_> = written.iter().cloned().collect();
        assert_eq!(once.len(), written.len(), "each batch is there once");
        let kept = kept.lock().unwrap();
        let lost: Vec<_> = kept.difference(&once).collect();
        assert!(lost.is_empty(), "kill {kill}: {} of {} are lost: {lost:?}", lost.len(), kept.len());
    }
    let took = start.elapsed();
    // The next start mends the files, if there is anything to mend; nobody edits them.
    keeping(folder.path(), &[]).end();
    let replayed = replay(folder.path());
    assert_eq!(replayed.len(), WRITERS);
    let mut batches = BTreeMap::<String, usize>::new();
    for (id, _) in parts(&lines(folder.path())) {
        *batches.entry(id).or_default() += 1;
    }
    for (id, count) in &batches {
        assert_eq!(decisions(&replayed, id), count * 2, "{id}");
    }
    let kept = kept.lock().unwrap().len();
    println!("{KILLS} kills, {WRITERS} writers: {kept} batches answered for in {took:?}, none lost");
}
