//! What the package weighs, its budget, and what takes the room.

use std::path::PathBuf;

use anyhow::{Result, bail};

use crate::clone::Clone;
use crate::command::{program, run, succeeds};
use crate::{package, tools};

/// The wasm as it is shipped, with the names of its functions.
pub fn named(clone: &Clone) -> PathBuf {
    clone.target.join("simmerdown-named.wasm")
}

fn weigh(clone: &Clone) -> std::process::Command {
    let mut weigh = program("node", &clone.www());
    weigh.arg("size.mjs").arg(package::folder(clone)).arg(&clone.root);
    weigh
}

/// Prints what the package weighs, whether that is within the budget or not.
pub fn print(clone: &Clone) -> Result<()> {
    // Over a limit it ends badly, which is for the test run to mind.
    weigh(clone).status()?;
    Ok(())
}

/// Fails over the budget, with what takes the most room.
pub fn budget(clone: &Clone) -> Result<()> {
    if succeeds(&mut weigh(clone)) {
        return Ok(());
    }
    weigh(clone).status()?;
    contributors(clone)?;
    bail!("the package is over its budget in www/budget.json; the parts that take the most room are above")
}

/// Prints the functions and data that take the most room.
pub fn contributors(clone: &Clone) -> Result<()> {
    run(program(tools::twiggy()?, &clone.root).args(["top", "-n", "25"]).arg(named(clone)))
}
