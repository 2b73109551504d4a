//! OpenAI's API as its servers speak it: what each takes, refuses and answers, after their documentation and their
//! known faults. Each is asked twice, and what was learnt the first time holds the second.

use serde_json::{Value, json};

use crate::GOOD;
use crate::proxy::{KEY, Model, Proxy, answer};

/// A completion with everything around it that a server adds.
fn complete(message: Value, more: Value) -> axum::response::Response {
    let mut body = json!({
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1_764_000_000, "model": "m",
        "choices": [{ "index": 0, "message": message, "finish_reason": "stop", "logprobs": null }],
        "usage": { "prompt_tokens": 300, "completion_tokens": 40, "total_tokens": 340 },
    });
    let (fields, more) = (body.as_object_mut().unwrap(), more.as_object().unwrap().clone());
    fields.extend(more);
    answer(200, body.to_string())
}

fn says(content: &str) -> Value {
    json!({ "role": "assistant", "content": content })
}

/// What a server does with a body, and what the proxy makes of it: the codes of two calls, none where there is a
/// score, and how often the server was asked for each.
type Dialect =
    (&'static str, &'static str, fn(&Value) -> axum::response::Response, [Option<&'static str>; 2], [usize; 2]);

fn openai_refusal(param: &str, message: &str) -> axum::response::Response {
    let error =
        json!({ "message": message, "type": "invalid_request_error", "param": param, "code": "unsupported_parameter" });
    answer(400, json!({ "error": error }).to_string())
}

const DIALECTS: [Dialect; 9] = [
    (
        "OpenAI, behind a gateway's address",
        "compatible",
        |body| match body {
            _ if body.get("max_tokens").is_some() => openai_refusal(
                "max_tokens",
                "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
            ),
            _ if body.get("temperature").is_some() => openai_refusal(
                "temperature",
                "Unsupported value: 'temperature' does not support 0 with this model. Only the default (1) value is supported.",
            ),
            _ => complete(
                json!({ "role": "assistant", "content": GOOD, "refusal": null, "annotations": [] }),
                json!({ "service_tier": "default", "system_fingerprint": "fp_1" }),
            ),
        },
        [None, None],
        [3, 1],
    ),
    (
        "an older OpenAI model, which knows no effort",
        "openai",
        |body| match body.get("reasoning_effort") {
            Some(_) => openai_refusal(
                "reasoning_effort",
                "Unsupported parameter: 'reasoning_effort' is not supported with this model.",
            ),
            None => complete(says(GOOD), json!({})),
        },
        [None, None],
        [2, 1],
    ),
    (
        "a refusal of OpenAI's own",
        "openai",
        |_| complete(json!({ "role": "assistant", "content": null, "refusal": "I can't help with that." }), json!({})),
        [Some("upstream-malformed"), Some("upstream-malformed")],
        [1, 1],
    ),
    (
        "Ollama, which ignores what it does not know",
        "compatible",
        |body| {
            assert_eq!(body["max_tokens"], 100, "the limit it knows");
            complete(says(GOOD), json!({ "system_fingerprint": "fp_ollama" }))
        },
        [None, None],
        [1, 1],
    ),
    (
        "llama-server, whose grammar failed: unconstrained text with 200",
        "compatible",
        |_| complete(says("I would say the customer is rather unhappy, about -0.6."), json!({})),
        [Some("upstream-malformed"), Some("upstream-malformed")],
        [1, 1],
    ),
    (
        "llama-server with thinking on: the content stays empty",
        "compatible",
        |_| {
            complete(json!({ "role": "assistant", "content": "", "reasoning_content": GOOD }), json!({ "timings": {} }))
        },
        [Some("upstream-malformed"), Some("upstream-malformed")],
        [1, 1],
    ),
    (
        "vLLM, without a backend for schemas",
        "compatible",
        |body| match body["response_format"]["type"].as_str() {
            Some("json_schema") => {
                let message = "The provided JSON schema contains features not supported by the backend.";
                let error = json!({ "object": "error", "message": message, "type": "BadRequestError", "param": null, "code": 400 });
                answer(400, error.to_string())
            }
            _ => complete(
                json!({ "role": "assistant", "content": GOOD, "tool_calls": [], "reasoning_content": null }),
                json!({ "prompt_logprobs": null }),
            ),
        },
        [None, None],
        [2, 1],
    ),
    (
        "LM Studio, which knows a schema or nothing",
        "compatible",
        |body| match body["response_format"]["type"].as_str() {
            Some("json_schema") => complete(says(GOOD), json!({ "stats": {} })),
            _ => answer(400, json!({ "error": "'response_format.type' must be 'json_schema' or 'text'" }).to_string()),
        },
        [None, None],
        [1, 1],
    ),
    (
        "any of them, cut at the limit of tokens",
        "compatible",
        |_| complete(says("{\"score\": -0.4, \"label\": \"neg"), json!({})),
        [Some("upstream-malformed"), Some("upstream-malformed")],
        [1, 1],
    ),
];

#[test]
fn every_dialect_gives_a_score_or_says_that_there_is_none() {
    std::thread::scope(|scope| {
        for (name, profile, speaks, codes, asked) in DIALECTS {
            scope.spawn(move || {
                let model = Model::start(speaks);
                let proxy = Proxy::start(
                    &["--upstream-profile", profile],
                    &[("OPENAI_API_KEY", KEY), ("OPENAI_BASE_URL", &model.url)],
                );
                let mut before = 0;
                for (code, asked) in codes.into_iter().zip(asked) {
                    let (status, reply) = proxy.score("Where is my order?");
                    assert_eq!(reply["code"].as_str(), code, "{name}: {reply}");
                    assert_eq!(status, if code.is_none() { 200 } else { 502 }, "{name}");
                    assert_eq!(reply["score"], if code.is_none() { json!(-0.4) } else { Value::Null }, "{name}");
                    assert_eq!(model.calls() - before, asked, "{name}");
                    before = model.calls();
                }
            });
        }
    });
}
