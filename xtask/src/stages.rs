//! The stages of `check` and `test`.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::browser::{CHROMEDRIVER, CHROMIUM, FIREFOX, WEBKITDRIVER, browsers};
use crate::clone::Clone;
use crate::command::{program, run, stage};
use crate::{package, publish, size, tools};

/// What the pure core must not name.
const IMPURE: [&str; 7] =
    ["wasm_bindgen", "web_sys", "js_sys", "time::Instant", "time::SystemTime", "spawn_local", "std::net"];

/// The fast subset.
pub fn check(clone: &Clone) -> Result<()> {
    lint(clone)?;
    stage("unit tests", || run(clone.cargo().args(["test", "--package", "simmerdown", "--lib"])))
}

fn lint(clone: &Clone) -> Result<()> {
    stage("formatting", || run(clone.cargo().args(["fmt", "--all", "--check"])))?;
    stage("purity of the core", || pure(&clone.root.join("src")))?;
    stage("lints", || {
        tools::wasm_target()?;
        let clippy = |more: &[&str]| run(clone.cargo().arg("clippy").args(more).args(["--", "--deny", "warnings"]));
        clippy(&["--workspace", "--all-targets"])?;
        let wasm = ["--package", "simmerdown", "--lib", "--target", "wasm32-unknown-unknown"];
        clippy(&[&wasm[..], &["--test", "web"]].concat())?;
        clippy(&[&wasm[..], &["--features", "lab,scoring-alone"]].concat())
    })?;
    stage("docs", || {
        let doc = |more: &[&str]| {
            run(clone.cargo().args(["doc", "--no-deps"]).args(more).env("RUSTDOCFLAGS", "--deny warnings"))
        };
        doc(&["--workspace"])?;
        // docs.rs builds the binding's too.
        doc(&["--package", "simmerdown", "--target", "wasm32-unknown-unknown"])
    })
}

/// Fails where the core names a platform.
fn pure(folder: &Path) -> Result<()> {
    for file in sources(folder)? {
        if file.starts_with(folder.join("wasm")) {
            continue;
        }
        let text = fs::read_to_string(&file)?;
        if let Some(word) = IMPURE.iter().find(|word| text.contains(**word)) {
            bail!("{} names `{word}`: the core has no clock, no network and no JavaScript", file.display());
        }
    }
    Ok(())
}

fn sources(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(sources(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    Ok(files)
}

/// Everything. The last stage is Node's test runner, whose summary ends the output.
pub fn test(clone: &Clone, full: bool) -> Result<()> {
    stage("browsers", || {
        browsers()?;
        tools::geckodriver().map(drop)
    })?;
    stage("Redis", tools::redis)?;
    lint(clone)?;
    stage("native tests", || run(full_run(clone.cargo().args(["test", "--workspace"]), full)))?;
    stage("wasm-pack", || wasm_pack(clone, full))?;
    package::package(clone, false)?;
    stage("the budget", || size::budget(clone))?;
    stage("rehearsal of a release", || publish::rehearse(clone))?;
    stage("chat frontends", || tools::chat_frontends(clone))?;
    stage("what stands before and behind the proxy", || {
        let why = "the proxy is tested behind it, as the document has it";
        tools::apt(&["/usr/sbin/nginx", "/usr/bin/openssl"], &["nginx-light", "openssl"], why)?;
        tools::apt(&["/usr/bin/curl"], &["curl"], "the document's call for a token is made")?;
        tools::litellm(clone).map(drop)
    })?;
    println!("\n== the package in its consumers, and tests in the browser");
    let mut tests = node_tests(&clone.root.join("tests/package"))?;
    tests.extend(node_tests(&clone.www().join("test"))?);
    let mut node = program("node", &clone.www());
    node.args(["--test", "--test-reporter=spec", "--test-concurrency=1"]).args(tests);
    node.env("SIMMERDOWN_BIN", clone.binary()).env("SIMMERDOWN_DIST", clone.dist()).env("CHROMIUM", CHROMIUM);
    node.env("FIREFOX", FIREFOX).env("GECKODRIVER", tools::geckodriver()?).env("WEBKITDRIVER", WEBKITDRIVER);
    node.env("LITELLM", tools::litellm(clone)?);
    run(full_run(&mut node, full))
}

fn full_run(command: &mut Command, full: bool) -> &mut Command {
    if full { command.env("SIMMERDOWN_FULL", "1") } else { command.env_remove("SIMMERDOWN_FULL") }
}

/// wasm-pack on the root crate as it is.
fn wasm_pack(clone: &Clone, full: bool) -> Result<()> {
    let wasm_bindgen = tools::wasm_bindgen(clone)?;
    let wasm_pack = tools::wasm_pack()?.join("wasm-pack");
    let path = env::var_os("PATH").unwrap_or_default();
    let path = env::join_paths(std::iter::once(wasm_bindgen).chain(env::split_paths(&path)))?;
    let call = |arguments: &[&str]| {
        let mut command = program(&wasm_pack, &clone.root);
        run(full_run(command.args(arguments).env("PATH", &path), full))
    };
    let out = clone.target.join("wasm-pack");
    let out = out.to_str().context("the build folder's path is not UTF-8")?;
    call(&["build", "--target", "web", "--mode", "no-install", "--out-dir", out])?;
    call(&["test", "--headless", "--chrome", "--chromedriver", CHROMEDRIVER, "--mode", "no-install"])?;
    let geckodriver = tools::geckodriver()?;
    let geckodriver = geckodriver.to_str().context("the path of geckodriver is not UTF-8")?;
    call(&["test", "--headless", "--firefox", "--geckodriver", geckodriver, "--mode", "no-install"])
}

fn node_tests(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut tests = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.to_str().is_some_and(|name| name.ends_with(".test.mjs")) {
            tests.push(path);
        }
    }
    tests.sort();
    if tests.is_empty() {
        bail!("there are no tests in {}", folder.display());
    }
    Ok(tests)
}
