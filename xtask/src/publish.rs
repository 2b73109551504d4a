//! Whether crate and package could be published: rehearsed, with warnings as errors.

use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::clone::Clone;
use crate::command::program;

/// What both say of a rehearsal itself.
const EXPECTED: [&str; 2] = ["aborting upload due to dry run", "requires you to be logged in"];

/// Rehearses both.
pub fn rehearse(clone: &Clone) -> Result<()> {
    // What is not committed is rehearsed as well.
    quiet(clone.cargo().args(["publish", "--dry-run", "--allow-dirty", "--package", "simmerdown"]), "warning:")?;
    let tarball = format!("./simmerdown-{}.tgz", clone.version);
    quiet(program("npm", &clone.dist()).args(["publish", "--dry-run", &tarball]), "npm warn")
}

/// Runs it; fails where it does, or where it warns.
fn quiet(command: &mut Command, warning: &str) -> Result<()> {
    println!("$ {command:?}");
    let output = command.output().with_context(|| format!("cannot start {command:?}"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        bail!("{command:?} ended with {}: {said}", output.status);
    }
    match unexpected(&said, warning) {
        Some(line) => bail!("{command:?} warns: {line}"),
        None => Ok(()),
    }
}

/// The first warning that is not of the rehearsal itself.
fn unexpected<'a>(said: &'a str, warning: &str) -> Option<&'a str> {
    said.lines().find(|line| line.contains(warning) && !EXPECTED.iter().any(|expected| line.contains(expected)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warnings_are_found_but_those_of_the_rehearsal() {
        let said = "warning: aborting upload due to dry run\nwarning: manifest has no description";
        assert_eq!(unexpected(said, "warning:"), Some("warning: manifest has no description"));
        assert_eq!(
            unexpected("npm warn publish This command requires you to be logged in (dry-run)", "npm warn"),
            None
        );
    }
}
