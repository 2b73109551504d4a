//! `cargo xtask train DATA`: the on-device scorer and the cues trained anew, with the versions of `training/requirements.txt`.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::clone::Clone;
use crate::command::{program, run, succeeds};
use crate::tools;

/// Trains over the sets of a folder and writes the weights, those of the cues among them, the word list and what they reach.
pub fn run_training(clone: &Clone, data: &Path) -> Result<()> {
    let data = fs::canonicalize(data).with_context(|| format!("there is no folder {}", data.display()))?;
    let environment = clone.target.join("training");
    let python = environment.join("bin/python");
    let wanted = fs::read_to_string(clone.root.join("training/requirements.txt"))?;
    let stamp = environment.join("requirements");
    if !fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        println!("installing what training needs into {}", environment.display());
        if !succeeds(Command::new("python3").args(["-c", "import ensurepip, venv"])) {
            tools::apt(&["/usr/bin/python3"], &["python3", "python3-venv"], "training runs in Python")?;
        }
        run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&environment))?;
        run(program(&python, &clone.root).args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "-r",
            "training/requirements.txt",
        ]))?;
        fs::write(stamp, wanted)?;
    }
    // The ratings that come with the word list are in the package's sources alone.
    let package = environment.join("vaderSentiment-3.3.2.tar.gz");
    if !package.is_file() {
        run(program(&python, &clone.root)
            .args(["-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:", "--dest"])
            .arg(&environment)
            .arg("vaderSentiment==3.3.2"))?;
    }
    run(program(&python, &clone.root).arg("training/train.py").arg(&data).arg(package))?;
    run(program(python, &clone.root).arg("training/cues.py").arg(data))
}
