//! The browser that tests run in.

use anyhow::Result;

use crate::tools::apt;

/// Where Debian puts Chromium.
pub const CHROMIUM: &str = "/usr/bin/chromium";
/// Where Debian puts its driver.
pub const CHROMEDRIVER: &str = "/usr/bin/chromedriver";

/// Chromium and its driver.
pub fn chromium() -> Result<()> {
    apt(&[CHROMIUM, CHROMEDRIVER], &["chromium", "chromium-driver"], "the tests run in a real browser")
}
