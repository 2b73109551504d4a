//! Bodies that are too large, too deep, packed or no text: refused early, without memory and without a call to the
//! model.

use std::io::{Read, Write};
use std::net::TcpStream;

use flate2::Compression;
use flate2::write::GzEncoder;
use reqwest::blocking::{Body, Client};
use serde_json::json;

use crate::GOOD;
use crate::proxy::{Model, Proxy, completion};

/// A refused call with a large body, again and again on one connection: each is answered, and the connection stays.
#[test]
fn who_is_refused_reads_why_and_keeps_the_connection() {
    let proxy = Proxy::start(&["--rate-limit", "1"], &[]);
    let call = |headers: &str| {
        let body = "x".repeat(1_000_000);
        format!("POST /v1/score HTTP/1.1\r\nhost: a\r\n{headers}content-length: {}\r\n\r\n{body}", body.len())
    };
    let json = "content-type: application/json\r\n";
    let mut stream = TcpStream::connect(proxy.url.replace("http://", "")).unwrap();
    for (headers, status) in [
        (String::new(), 415),
        (json.to_owned(), 429),
        (format!("{json}origin: https://evil.example\r\n"), 403),
        (json.to_owned(), 429),
    ] {
        stream.write_all(call(&headers).as_bytes()).unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte).unwrap();
            head.push(byte[0]);
        }
        let head = String::from_utf8(head).unwrap();
        assert!(head.starts_with(&format!("HTTP/1.1 {status} ")), "{head}");
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap().parse().unwrap();
        stream.read_exact(&mut vec![0; length]).unwrap();
    }
}

/// A million messages of context.
fn million() -> Vec<u8> {
    let context = "{\"role\":\"bot\",\"text\":\"x\"},".repeat(1_000_000);
    format!("{{\"message\":\"hi\",\"context\":[{}]}}", context.trim_end_matches(',')).into_bytes()
}

/// Ten megabytes of zeros in ten kilobytes.
fn bomb() -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&vec![0; 10_000_000]).unwrap();
    encoder.finish().unwrap()
}

/// The status and the code of what is answered to these bytes on a connection.
fn raw(proxy: &Proxy, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(proxy.url.replace("http://", "")).unwrap();
    drop(stream.write_all(bytes));
    let mut answer = String::new();
    drop(stream.read_to_string(&mut answer));
    answer
}

#[test]
fn odd_bodies_are_refused_early_without_memory_and_without_the_model() {
    let model = Model::start(|_| completion(GOOD));
    let arguments = ["--rate-limit", "1000000", "--rate-limit-ip", "1000000", "--rate-limit-total", "1000000"];
    let proxy = Proxy::with_model(&model, &arguments);
    let client = Client::new();
    let deep = |depth: usize| format!("{{\"message\":{}1{}}}", "[".repeat(depth), "]".repeat(depth)).into_bytes();
    let (million, bomb) = (million(), bomb());
    let large = json!({ "message": "x".repeat(65_536) }).to_string().into_bytes();
    // Name, body, content-encoding, status, code.
    let cases = [
        ("one byte too much", large, None, 413, "too-large"),
        ("a million messages", million, None, 413, "too-large"),
        ("a packed bomb", bomb.clone(), Some("gzip"), 415, "unsupported-media-type"),
        ("a bomb that says nothing of it", bomb, None, 400, "malformed"),
        ("33 levels", deep(32), None, 400, "too-deep"),
        ("30,000 levels", deep(30_000), None, 400, "too-deep"),
        ("32 levels, and no text", deep(31), None, 400, "malformed"),
        ("brackets without end", vec![b'['; 65_536], None, 400, "too-deep"),
        ("braces without end", b"{\"a\":".repeat(13_000), None, 400, "too-deep"),
        ("no UTF-8", b"{\"message\":\"\xff\xfe\"}".to_vec(), None, 400, "malformed"),
        ("half a surrogate", b"{\"message\":\"\\ud800\"}".to_vec(), None, 400, "malformed"),
        ("a byte order mark", b"\xef\xbb\xbf{\"message\":\"hi\"}".to_vec(), None, 400, "malformed"),
        ("the same key twice", b"{\"message\":\"a\",\"message\":\"b\"}".to_vec(), None, 400, "malformed"),
        ("two bodies", b"{\"message\":\"a\"}{\"message\":\"b\"}".to_vec(), None, 400, "malformed"),
        ("1e999", b"{\"message\":1e999}".to_vec(), None, 400, "malformed"),
        ("zeros", vec![0; 1000], None, 400, "malformed"),
    ];
    let send_all = || {
        for (name, body, encoding, status, code) in &cases {
            for chunked in [false, true] {
                let body = if chunked { Body::new(std::io::Cursor::new(body.clone())) } else { body.clone().into() };
                let call = client.post(format!("{}/v1/score", proxy.url)).header("content-type", "application/json");
                let call =
                    encoding.map_or(call.try_clone().unwrap(), |encoding| call.header("content-encoding", encoding));
                let sent = call.body(body).send();
                // Who goes on sending after four megabytes may find the connection closed before he reads the answer.
                if *name == "a million messages" && sent.is_err() {
                    continue;
                }
                let response = sent.unwrap_or_else(|error| panic!("{name}, chunked: {chunked}: {error:?}"));
                let got = response.status().as_u16();
                let problem: serde_json::Value = response.json().unwrap();
                assert_eq!((got, &problem["code"]), (*status, &json!(code)), "{name}, chunked: {chunked}");
            }
        }
    };
    // Threads and buffers are there after the first round; what comes on top is what calls leave behind.
    send_all();
    let before = proxy.resident();
    (0..5).for_each(|_| send_all());
    let head = "POST /v1/score HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\nconnection: close\r\n";
    for (rest, says) in [
        ("content-length: 99999999999\r\n\r\n{".to_owned() + &"x".repeat(100_000), ""),
        ("content-length: -1\r\n\r\n{}".to_owned(), "400 Bad Request"),
        ("content-length: 2\r\ncontent-length: 3\r\n\r\n{}".to_owned(), "400 Bad Request"),
        ("transfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n".to_owned(), "400 Bad Request"),
        (format!("x-long: {}\r\n\r\n", "x".repeat(100_000)), "431 Request Header Fields Too Large"),
        (format!("{}\r\n", "x-a: b\r\n".repeat(1000)), "431 Request Header Fields Too Large"),
    ] {
        let mut bytes = format!("{head}{rest}").into_bytes();
        if says.is_empty() {
            // It promises more than it sends and breaks off: there is nobody to answer.
            let mut stream = TcpStream::connect(proxy.url.replace("http://", "")).unwrap();
            drop(stream.write_all(&bytes));
            continue;
        }
        bytes.truncate(200_000);
        let said = raw(&proxy, &bytes);
        assert!(said.starts_with(&format!("HTTP/1.1 {says}")), "{rest:.60}: {said}");
    }
    let after = proxy.resident();
    // Less than one body of a million messages; the allocator keeps room for each thread.
    assert!(after < before + 20_000_000, "{before} bytes became {after}");
    assert_eq!(model.calls(), 0, "the model was not asked");
    assert_eq!(proxy.score("Where is my order?").0, 200, "and all is well");
    println!("resident: {before} bytes before, {after} after");
}
