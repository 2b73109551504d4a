//! The ways in which a model's server fails, as it does them on a connection: in memory and virtual time for the tests
//! beside this file, over real sockets for those of the program (`tests/serve/sockets.rs`, which takes it in by path).

use std::time::{Duration, SystemTime};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::sleep;

/// One way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    NoAccept,
    SlowHeaders,
    StallAfterHeaders,
    ByteASecond,
    HalfClose,
    Reset,
    Html,
    Truncated,
    TenMegabytes,
    WrongTypes,
    NotANumber,
    Overflow,
    ExtraKeys,
    Prose,
    NoContent,
    Unauthorized,
    NotFound,
    BusySeconds,
    BusyDate,
    BusyForLong,
    Error500,
    Error503,
}

pub use Fault::*;

/// Each, and the code of the answer; none where it is a score after all.
pub const EXPECTED: [(Fault, Option<&str>); 22] = [
    (NoAccept, Some("upstream-timeout")),
    (SlowHeaders, Some("upstream-timeout")),
    (StallAfterHeaders, Some("upstream-timeout")),
    (ByteASecond, Some("upstream-timeout")),
    (HalfClose, Some("upstream-unreachable")),
    (Reset, Some("upstream-unreachable")),
    (Html, Some("upstream-malformed")),
    (Truncated, Some("upstream-malformed")),
    (TenMegabytes, Some("upstream-malformed")),
    (WrongTypes, Some("upstream-malformed")),
    (NotANumber, Some("upstream-malformed")),
    (Overflow, Some("upstream-malformed")),
    (ExtraKeys, None),
    (Prose, Some("upstream-malformed")),
    (NoContent, Some("upstream-malformed")),
    (Unauthorized, Some("upstream-refused")),
    (NotFound, Some("upstream-refused")),
    (BusySeconds, Some("upstream-busy")),
    (BusyDate, Some("upstream-busy")),
    (BusyForLong, Some("upstream-busy")),
    (Error500, Some("upstream-unreachable")),
    (Error503, Some("upstream-unreachable")),
];

fn ok(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}

fn says(content: &str) -> String {
    ok(&serde_json::json!({ "choices": [{ "message": { "content": content } }] }).to_string())
}

fn status(line: &str) -> String {
    format!("HTTP/1.1 {line}\r\ncontent-length: 0\r\n\r\n")
}

/// Reads a request and fails; `now` is the time of day since 1970. What the connection is left in is the caller's to
/// close or, for a reset, to break.
pub async fn answer<S: AsyncRead + AsyncWrite + Unpin>(
    fault: Fault,
    now: Duration,
    stream: &mut S,
) -> std::io::Result<()> {
    read_request(stream).await?;
    let score = |fields: &str| says(&format!("{{\"label\":\"negative\",\"urgency\":0.2,{fields}}}"));
    let whole = match fault {
        NoAccept => return Ok(()),
        SlowHeaders => return drip(stream, &"HTTP/1.1 200 OK\r\nx-slow: slow\r\n".repeat(20)).await,
        ByteASecond => {
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n").await?;
            return drip(stream, &" ".repeat(900)).await;
        }
        StallAfterHeaders => {
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n{\"choices\":").await?;
            std::future::pending::<()>().await;
            return Ok(());
        }
        HalfClose => {
            stream.shutdown().await?;
            std::future::pending::<()>().await;
            return Ok(());
        }
        Reset => "HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n{\"choices\":".to_owned(),
        Html => ok("<!doctype html><title>Sign in</title>"),
        Truncated => ok(r#"{"choices":[{"message":{"content":"{\"score\":-0.4,\"#),
        TenMegabytes => {
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 10000000\r\n\r\n").await?;
            let block = [b' '; 10_000];
            for _ in 0..1000 {
                stream.write_all(&block).await?;
            }
            return Ok(());
        }
        WrongTypes => score(r#""score":"-0.4","frustration":0.6"#),
        NotANumber => score(r#""score":NaN,"frustration":0.6"#),
        Overflow => score(r#""score":-0.4,"frustration":1e999"#),
        ExtraKeys => score(r#""score":-0.4,"frustration":0.6,"mood":{"deep":[1,2,3]},"reply":"Hello""#),
        Prose => says("The customer seems upset, I would say -0.4."),
        NoContent => ok(r#"{"choices":[{"message":{"content":null,"refusal":"no"}}]}"#),
        Unauthorized => status("401 Unauthorized"),
        NotFound => status("404 Not Found"),
        BusySeconds => status("429 Too Many Requests\r\nretry-after: 1"),
        BusyDate => {
            let date = httpdate::fmt_http_date(SystemTime::UNIX_EPOCH + now + Duration::from_secs(1));
            status(&format!("429 Too Many Requests\r\nretry-after: {date}"))
        }
        BusyForLong => status("429 Too Many Requests\r\nretry-after: 60"),
        Error500 => status("500 Internal Server Error"),
        Error503 => status("503 Service Unavailable"),
    };
    stream.write_all(whole.as_bytes()).await
}

/// One byte a second.
async fn drip(stream: &mut (impl AsyncWrite + Unpin), text: &str) -> std::io::Result<()> {
    for byte in text.bytes() {
        stream.write_all(&[byte]).await?;
        sleep(Duration::from_secs(1)).await;
    }
    Ok(())
}

async fn read_request(stream: &mut (impl AsyncRead + Unpin)) -> std::io::Result<()> {
    let mut read = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&read);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length =
                head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length:")?.trim().parse().ok());
            if body.len() >= length.unwrap_or(0) {
                return Ok(());
            }
        }
        if stream.read_buf(&mut read).await? == 0 {
            return Ok(());
        }
    }
}
