//! Where things are: the clone, its build folder, its version, the pinned wasm-bindgen.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::command::{output, program};

/// The clone this runs in.
#[derive(Debug)]
pub struct Clone {
    /// The folder of the workspace.
    pub root: PathBuf,
    /// Cargo's build folder.
    pub target: PathBuf,
    /// The version of the crate and the package.
    pub version: String,
    /// The version of wasm-bindgen, crate and CLI.
    pub wasm_bindgen: String,
}

impl Clone {
    /// Asks cargo.
    pub fn find() -> Result<Clone> {
        let metadata = output(Command::new("cargo").args(["metadata", "--format-version", "1", "--no-deps"]))?;
        let metadata: Value = serde_json::from_str(&metadata)?;
        let text = |pointer: &str| {
            let value = metadata.pointer(pointer).and_then(Value::as_str);
            value.map(str::to_owned).with_context(|| format!("cargo metadata has no {pointer}"))
        };
        let root = PathBuf::from(text("/workspace_root")?);
        let packages =
            metadata.pointer("/packages").and_then(Value::as_array).context("cargo metadata has no packages")?;
        let version = packages
            .iter()
            .find(|package| package.get("name").is_some_and(|name| name == "simmerdown"))
            .and_then(|package| package.get("version").and_then(Value::as_str))
            .context("the workspace has no package `simmerdown`")?
            .to_owned();
        let manifest = fs::read_to_string(root.join("Cargo.toml"))?;
        let wasm_bindgen =
            pinned(&manifest, "wasm-bindgen").context("Cargo.toml does not pin wasm-bindgen with `=`")?;
        Ok(Clone { target: PathBuf::from(text("/target_directory")?), root, version, wasm_bindgen })
    }

    /// Where build products for users are written.
    pub fn dist(&self) -> PathBuf {
        self.root.join("dist")
    }

    /// The npm sources.
    pub fn www(&self) -> PathBuf {
        self.root.join("www")
    }

    /// `cargo` in the clone.
    pub fn cargo(&self) -> Command {
        program("cargo", &self.root)
    }

    /// The native binary, as `cargo build` leaves it.
    pub fn binary(&self) -> PathBuf {
        self.target.join("debug").join(format!("simmerdown{}", std::env::consts::EXE_SUFFIX))
    }
}

/// The exact version a manifest pins a dependency to.
fn pinned(manifest: &str, name: &str) -> Option<String> {
    let start = format!("{name} = \"=");
    let line = manifest.lines().find_map(|line| line.trim().strip_prefix(&start))?;
    line.split('"').next().map(str::to_owned)
}

/// Copies a folder with everything in it.
pub fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from).with_context(|| format!("cannot read {}", from.display()))? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pin_is_read_from_the_manifest() {
        let manifest = "[x]\nwasm-bindgen-futures = \"=9\"\nwasm-bindgen = \"=0.2.130\"\n";
        assert_eq!(pinned(manifest, "wasm-bindgen").as_deref(), Some("0.2.130"));
        assert_eq!(pinned("wasm-bindgen = \"0.2\"", "wasm-bindgen"), None);
    }
}
