//! The browsers that tests run in.

use anyhow::Result;

use crate::tools::apt;

/// Where Debian puts Chromium.
pub const CHROMIUM: &str = "/usr/bin/chromium";
/// Where Debian puts its driver.
pub const CHROMEDRIVER: &str = "/usr/bin/chromedriver";
/// Where Debian puts Firefox; its driver is built by cargo.
pub const FIREFOX: &str = "/usr/bin/firefox-esr";
/// Where Debian puts the driver of WebKit, which brings the browser.
pub const WEBKITDRIVER: &str = "/usr/bin/WebKitWebDriver";

/// Chromium, Firefox and WebKit, and the display that WebKit needs.
pub fn browsers() -> Result<()> {
    apt(&[CHROMIUM, CHROMEDRIVER], &["chromium", "chromium-driver"], "the tests run in a real browser")?;
    apt(&[FIREFOX], &["firefox-esr"], "the elements are tested in it too")?;
    let webkit = [WEBKITDRIVER, "/usr/bin/xvfb-run", "/usr/bin/xauth"];
    apt(&webkit, &["webkit2gtk-driver", "xvfb", "xauth"], "the elements are tested in WebKit too")
}
