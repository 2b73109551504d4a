//! Tools the build needs, installed where they are missing.
//!
//! What is built here goes to a cache outside the clone, keyed by version, so a second clone does not build it
//! again.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::clone::Clone;
use crate::command::{output, program, run, succeeds};

/// Version of twiggy that names what takes the room.
const TWIGGY: &str = "0.8.0";
/// Version of wasm-pack that the test run uses.
const WASM_PACK: &str = "0.15.1";
/// Version of Firefox's driver.
const GECKODRIVER: &str = "0.37.1";
/// Python that the gateway's requirements are locked for, as Debian has it.
const PYTHON: &str = "3.11";
const WASM_TARGET: &str = "wasm32-unknown-unknown";
/// Oldest Node.js that the development tools run on.
const NODE: (u32, u32) = (20, 19);

fn cache() -> Result<PathBuf> {
    let base = match env::var_os("XDG_CACHE_HOME").filter(|folder| !folder.is_empty()) {
        Some(folder) => PathBuf::from(folder),
        None => PathBuf::from(env::var_os("HOME").context("neither XDG_CACHE_HOME nor HOME is set")?).join(".cache"),
    };
    Ok(base.join("simmerdown-tools"))
}

/// The standard library for wasm32.
pub fn wasm_target() -> Result<()> {
    let sysroot = output(Command::new("rustc").args(["--print", "sysroot"]))?;
    if Path::new(sysroot.trim()).join("lib/rustlib").join(WASM_TARGET).join("lib").is_dir() {
        return Ok(());
    }
    println!("installing the Rust target {WASM_TARGET}: the wasm build needs its standard library");
    let add = || run(Command::new("rustup").args(["target", "add", WASM_TARGET]));
    // The download breaks off now and then; one more try costs minutes less than a failed run.
    add().or_else(|_| add()).with_context(|| format!("install it with `rustup target add {WASM_TARGET}`"))
}

/// The sources of the standard library.
pub fn rust_src() -> Result<()> {
    let sysroot = output(Command::new("rustc").args(["--print", "sysroot"]))?;
    if Path::new(sysroot.trim()).join("lib/rustlib/src/rust/library/std").is_dir() {
        return Ok(());
    }
    println!("installing the sources of Rust's standard library: the engine is compiled with it");
    let add = || run(Command::new("rustup").args(["component", "add", "rust-src"]));
    add().or_else(|_| add()).context("install them with `rustup component add rust-src`")
}

/// A program built by cargo into the cache; gives its `bin` folder.
fn cargo_installed(name: &str, binary: &str, version: &str, locked: bool, why: &str) -> Result<PathBuf> {
    let folder = cache()?.join(format!("{name}-{version}"));
    let bin = folder.join("bin");
    if bin.join(binary).is_file() {
        return Ok(bin);
    }
    println!("installing {name} {version} into {}: {why}; this takes a few minutes, once", folder.display());
    // Built beside its place and moved there when whole, so that an interrupted build is not taken for a tool.
    let building = folder.with_extension("building");
    let mut install = Command::new("cargo");
    install.args(["install", name, "--version", version, "--root"]).arg(&building);
    if locked {
        install.arg("--locked");
    }
    let by_hand = format!("install it with `cargo install {name} --version {version} --root {}`", folder.display());
    run(&mut install).with_context(|| by_hand)?;
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::rename(&building, &folder)?;
    Ok(bin)
}

/// The wasm-bindgen CLI of exactly the crate's version; gives its folder. Not `--locked`: its lock file names
/// versions that are not in every registry.
pub fn wasm_bindgen(clone: &Clone) -> Result<PathBuf> {
    let why = "it must equal the crate's version";
    cargo_installed("wasm-bindgen-cli", "wasm-bindgen", &clone.wasm_bindgen, false, why)
}

/// wasm-pack; gives its folder.
pub fn wasm_pack() -> Result<PathBuf> {
    cargo_installed("wasm-pack", "wasm-pack", WASM_PACK, true, "the test run shows that it works on the crate")
}

/// Firefox's driver; gives its path.
pub fn geckodriver() -> Result<PathBuf> {
    let bin = cargo_installed("geckodriver", "geckodriver", GECKODRIVER, true, "it drives Firefox in the tests")?;
    Ok(bin.join("geckodriver"))
}

/// The profiler of wasm sizes; gives its path.
pub fn twiggy() -> Result<PathBuf> {
    let bin = cargo_installed("twiggy", "twiggy", TWIGGY, true, "it says what takes the room in the wasm")?;
    Ok(bin.join("twiggy"))
}

/// Node.js, which cannot be installed from here, and the npm packages of `www/`.
pub fn npm(clone: &Clone) -> Result<()> {
    let version = output(Command::new("node").arg("--version"))
        .with_context(|| format!("install Node.js {}.{} or newer", NODE.0, NODE.1))?;
    if !new_enough(&version) {
        bail!("Node.js is {}; install {}.{} or newer", version.trim(), NODE.0, NODE.1);
    }
    npm_packages(&clone.www())
}

/// The chat frontends that the adapters are tested against, which the package itself does not need.
pub fn chat_frontends(clone: &Clone) -> Result<()> {
    npm_packages(&clone.www().join("test/adapters"))
}

/// The npm packages that the scorer is compared with.
pub fn peers(clone: &Clone) -> Result<()> {
    npm_packages(&clone.root.join("benches/page"))
}

/// The npm packages of one folder, as its lockfile has them.
fn npm_packages(folder: &Path) -> Result<()> {
    let lock = fs::read_to_string(folder.join("package-lock.json"))?;
    let stamp = folder.join("node_modules/.simmerdown-lock");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    println!("installing the npm packages of {}: they differ from its package-lock.json", folder.display());
    // Some packages ask for a newer Node.js, and only the browser runs them: no warning of that.
    let arguments = ["ci", "--no-audit", "--no-fund", "--loglevel=error"];
    run(program("npm", folder).args(arguments)).with_context(|| format!("run `npm ci` in {}", folder.display()))?;
    fs::write(stamp, lock)?;
    Ok(())
}

/// LiteLLM's proxy in a virtual environment of its own, as its requirements have it, each held to its hashes; gives its
/// path.
pub fn litellm(clone: &Clone) -> Result<PathBuf> {
    let requirements = clone.root.join("tests/gateway/requirements.txt");
    let lock = fs::read_to_string(&requirements)?;
    let version = lock.lines().find_map(|line| line.strip_prefix("litellm==")).context("no litellm== is required")?;
    let folder = cache()?.join(format!("litellm-{}", version.trim_end_matches([' ', '\\'])));
    let program = folder.join("bin/litellm");
    let stamp = folder.join(".simmerdown-lock");
    if program.is_file() && fs::read_to_string(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(program);
    }
    let python = format!("/usr/bin/python{PYTHON}");
    let ensurepip = format!("/usr/lib/python{PYTHON}/ensurepip/__init__.py");
    apt(&[&*python, &*ensurepip], &["python3", "python3-venv"], "the proxy is tested before LiteLLM's gateway")?;
    println!(
        "installing LiteLLM into {}: the proxy is tested before it; this takes a few minutes, once",
        folder.display()
    );
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    let by_hand = format!(
        "install it with `{python} -m venv {0} && {0}/bin/pip install --no-deps --require-hashes --only-binary :all: -r {1}`",
        folder.display(),
        requirements.display()
    );
    run(Command::new(&python).args(["-m", "venv"]).arg(&folder)).with_context(|| by_hand.clone())?;
    let install = || {
        let mut pip = Command::new(folder.join("bin/pip"));
        pip.args(["install", "--quiet", "--no-input", "--no-compile", "--no-deps", "--disable-pip-version-check"]);
        run(pip.args(["--require-hashes", "--only-binary", ":all:", "--requirement"]).arg(&requirements))
    };
    // A hundred downloads, of which one breaks off now and then; what came is kept.
    install().or_else(|_| install()).with_context(|| by_hand)?;
    fs::write(stamp, lock)?;
    Ok(program)
}

fn new_enough(version: &str) -> bool {
    let mut parts = version.trim().trim_start_matches('v').split('.').map_while(|part| part.parse::<u32>().ok());
    match (parts.next(), parts.next()) {
        (Some(major), Some(minor)) => (major, minor) >= NODE,
        _ => false,
    }
}

/// Debian packages that bring the given programs.
pub fn apt(programs: &[&str], packages: &[&str], why: &str) -> Result<()> {
    if programs.iter().all(|program| Path::new(program).is_file()) {
        return Ok(());
    }
    let list = packages.join(" ");
    println!("installing {list} through apt: {why}");
    let by_hand = format!("install them with `apt-get install {list}`");
    let root = output(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0");
    let apt = |arguments: &[&str]| {
        let mut command = Command::new(if root { "apt-get" } else { "sudo" });
        if !root {
            command.args(["-n", "apt-get"]);
        }
        run(command.env("DEBIAN_FRONTEND", "noninteractive").args(arguments))
    };
    if !root && !succeeds(Command::new("sudo").args(["-n", "true"])) {
        bail!("this needs root: {by_hand}");
    }
    apt(&["update"]).with_context(|| by_hand.clone())?;
    let mut install = vec!["install", "-y", "--no-install-recommends"];
    install.extend(packages);
    apt(&install).with_context(|| by_hand.clone())?;
    match programs.iter().find(|program| !Path::new(program).is_file()) {
        Some(missing) => bail!("apt installed {list}, yet there is no {missing}"),
        None => Ok(()),
    }
}

/// A Redis server, which tests start and stop themselves.
pub fn redis() -> Result<()> {
    let programs = ["/usr/bin/redis-server", "/usr/bin/redis-cli"];
    apt(&programs, &["redis-server"], "the proxy's shared state is tested against a real one")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn node_is_new_enough_from_20_19() {
        for (version, enough) in [
            ("v20.20.2\n", true),
            ("v20.19.0", true),
            ("v20.18.9", false),
            ("v18.20.1", false),
            ("v22.0.0", true),
            ("", false),
        ] {
            assert_eq!(new_enough(version), enough, "{version}");
        }
    }
}
