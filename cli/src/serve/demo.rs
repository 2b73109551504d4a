//! The demo page and the package, as files.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use tower_http::services::ServeDir;

/// Where the demo is, below a clone.
const DEMO: &str = "dist/demo";

/// Serves `dist/demo` of the current folder, or of the clone this program was built in.
pub fn files() -> Result<ServeDir> {
    let here = env::current_dir()?;
    let program = env::current_exe()?;
    let candidates = std::iter::once(here.as_path()).chain(program.ancestors().skip(1));
    match find(candidates) {
        Some(folder) => Ok(ServeDir::new(folder)),
        None => bail!("there is no `{DEMO}/index.html` here: run `cargo xtask package` in the clone first"),
    }
}

fn find<'a>(candidates: impl Iterator<Item = &'a Path>) -> Option<PathBuf> {
    candidates.map(|folder| folder.join(DEMO)).find(|demo| demo.join("index.html").is_file())
}
