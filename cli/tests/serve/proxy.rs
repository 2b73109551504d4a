//! The real binary as a proxy, and a model's server that a test plays.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use axum::Router;
use axum::extract::{Request, State};
use axum::response::Response;
use reqwest::blocking::Client;
use serde_json::{Value, json};
use tokio::sync::oneshot;

/// The key the tests give the proxy.
pub const KEY: &str = "sk-canary-5f2c9e";

/// `simmerdown serve` with this environment, and with nothing of this process's settings.
pub fn bare_command(environment: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_simmerdown"));
    command.arg("serve");
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(|name| name.starts_with("SIMMERDOWN_") || name.starts_with("OPENAI_")) {
            command.env_remove(name);
        }
    }
    command.env("RUST_LOG", "trace").envs(environment.iter().copied());
    command
}

/// The same on free ports, with these arguments.
pub fn command(arguments: &[&str], environment: &[(&str, &str)]) -> Command {
    let mut command = bare_command(environment);
    command.args(["--addr", "127.0.0.1:0", "--metrics-addr", "127.0.0.1:0"]).args(arguments);
    command
}

/// `simmerdown serve` on a free port.
pub struct Proxy {
    child: Child,
    pub url: String,
    /// Address of its metrics.
    pub metrics: String,
    logs: Option<JoinHandle<String>>,
}

impl Proxy {
    /// Starts it with these arguments and this environment; resolves once it says where it listens.
    pub fn start(arguments: &[&str], environment: &[(&str, &str)]) -> Proxy {
        Proxy::run(command(arguments, environment))
    }

    /// Starts this command, which is one of the above.
    pub fn run(mut command: Command) -> Proxy {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stderr = child.stderr.take().unwrap();
        let logs = std::thread::spawn(move || {
            let mut text = String::new();
            stderr.read_to_string(&mut text).unwrap();
            text
        });
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut address = || {
            let line = lines.next().and_then(Result::ok).unwrap_or_default();
            line.split_whitespace().last().unwrap_or_default().to_owned()
        };
        let (url, metrics) = (address(), address());
        if url.is_empty() {
            panic!("it did not start: {}", logs.join().unwrap());
        }
        Proxy { child, url, metrics, logs: Some(logs) }
    }

    /// One with a key, asking that server.
    pub fn with_model(model: &Model, arguments: &[&str]) -> Proxy {
        Proxy::start(arguments, &[("OPENAI_API_KEY", KEY), ("OPENAI_BASE_URL", &model.url)])
    }

    /// Asks for the score of a message.
    pub fn score(&self, message: &str) -> (u16, Value) {
        self.post(&json!({ "message": message, "messageId": "m1" }).to_string(), "application/json")
    }

    /// Sends a body.
    pub fn post(&self, body: &str, content_type: &str) -> (u16, Value) {
        let request = Client::new().post(format!("{}/v1/score", self.url)).header("content-type", content_type);
        let response = request.body(body.to_owned()).send().unwrap();
        let status = response.status().as_u16();
        if status != 200 {
            assert_eq!(response.headers()["content-type"], "application/problem+json");
        }
        (status, serde_json::from_str(&response.text().unwrap()).unwrap())
    }

    /// Whether the process has ended.
    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// The process's number.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends it a signal by name, such as `TERM`.
    pub fn signal(&self, name: &str) {
        signal(self.id(), name);
    }

    /// Whether it is ready, with the reasons where it is degraded.
    pub fn readiness(&self) -> Value {
        Client::new().get(format!("{}/readyz", self.url)).send().unwrap().json().unwrap()
    }

    /// Bytes of memory it holds.
    pub fn resident(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
    }

    /// Asks it to stop, waits until it has, and gives all it logged.
    pub fn end(mut self) -> String {
        self.signal("TERM");
        crate::until("it ends", || self.has_ended());
        self.logs.take().unwrap().join().unwrap()
    }

    /// What it counted so far.
    pub fn metrics(&self) -> String {
        Client::new().get(&self.metrics).send().unwrap().text().unwrap()
    }

    /// Stops it and gives all it logged.
    pub fn stop(mut self) -> String {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.logs.take().unwrap().join().unwrap()
    }
}

/// Sends a signal to a process, by name.
pub fn signal(process: u32, name: &str) {
    let done = Command::new("kill").args([&format!("-{name}"), &process.to_string()]).status().unwrap();
    assert!(done.success(), "kill -{name} {process}");
}

impl Drop for Proxy {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// What the model's server was asked: path, authorization, body.
pub type Asked = Vec<(String, String, Value)>;
type Answer = Box<dyn Fn(&Value) -> Response + Send + Sync>;

/// A model's server on a free port.
pub struct Model {
    pub url: String,
    asked: Arc<Mutex<Asked>>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    answer: Answer,
    models: String,
    asked: Arc<Mutex<Asked>>,
}

async fn handle(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    if path == "/v1/models" {
        return answer(200, shared.models.clone());
    }
    let authorization = request.headers()["authorization"].to_str().unwrap().to_owned();
    let body = axum::body::to_bytes(request.into_body(), 1 << 20).await.unwrap();
    let body: Value = serde_json::from_slice(&body).unwrap();
    let response = (shared.answer)(&body);
    shared.asked.lock().unwrap().push((path, authorization, body));
    response
}

impl Model {
    /// A server that answers every question like this.
    pub fn start(answer: impl Fn(&Value) -> Response + Send + Sync + 'static) -> Model {
        Model::with_list(r#"{"object":"list","data":[]}"#, answer)
    }

    /// One with that list of models.
    pub fn with_list(models: &str, answer: impl Fn(&Value) -> Response + Send + Sync + 'static) -> Model {
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (answer, models) = (Box::new(answer), models.to_owned());
        let shared = Arc::new(Shared { answer, models, asked: Arc::clone(&asked) });
        let (stop, stopped) = oneshot::channel::<()>();
        let (tell, told) = std::sync::mpsc::channel();
        let thread = std::thread::spawn(move || {
            tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
                let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
                tell.send(listener.local_addr().unwrap()).unwrap();
                let server = axum::serve(listener, Router::new().fallback(handle).with_state(shared));
                tokio::select! { _ = server => {}, _ = stopped => {} }
            });
        });
        let url = format!("http://{}/v1", told.recv().unwrap());
        Model { url, asked, stop: Some(stop), thread: Some(thread) }
    }

    /// How often it was asked so far.
    pub fn calls(&self) -> usize {
        self.asked.lock().unwrap().len()
    }

    /// Everything it was asked so far.
    pub fn asked(&self) -> Asked {
        self.asked.lock().unwrap().clone()
    }
}

impl Drop for Model {
    fn drop(&mut self) {
        let _ = self.stop.take().map(|stop| stop.send(()));
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

/// A completion with a good score that cost so many tokens.
pub fn costing(tokens: u64) -> Response {
    let choices = json!([{ "message": { "role": "assistant", "content": crate::GOOD } }]);
    answer(200, json!({ "choices": choices, "usage": { "total_tokens": tokens } }).to_string())
}

/// A completion with that content.
pub fn completion(content: &str) -> Response {
    let body = json!({ "choices": [{ "message": { "role": "assistant", "content": content } }] });
    answer(200, body.to_string())
}

/// An answer with that status and body.
pub fn answer(status: u16, body: impl Into<axum::body::Body>) -> Response {
    Response::builder().status(status).body(body.into()).unwrap()
}
