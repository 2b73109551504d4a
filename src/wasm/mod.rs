//! The binding: what the npm package exports, converted and passed on. It decides nothing.
//!
//! Two rules hold everywhere here. Exported methods are synchronous, take `&self` and hold no `RefCell` borrow
//! when control leaves Rust, so a getter, a listener or a scorer may call back into the same conversation. And
//! whatever the page may have patched is called so that what it throws comes back as a value (`host`).

#![allow(
    clippy::missing_errors_doc,
    clippy::must_use_candidate,
    reason = "these docs become JSDoc, and what is exported is called from JavaScript"
)]

mod arguments;
mod attempt;
mod borrow;
mod caller;
mod conversation;
mod deliveries;
mod endpoint;
mod error;
mod host;
mod journal;
#[cfg(feature = "lab")]
mod lab;
mod layout;
mod policy_source;
mod proxy_scorer;
mod read;
mod scorer;
#[cfg(feature = "scoring-alone")]
mod scoring_alone;
mod write;
#[cfg(not(feature = "serde-wasm-bindgen"))]
mod writer;

pub use conversation::{Conversation, take_pack};
pub use journal::Journal;
#[cfg(feature = "lab")]
pub use lab::{Lab, edit_policy, preset_document};
pub use policy_source::load_policy;
pub use proxy_scorer::ProxyScorer;
#[cfg(feature = "scoring-alone")]
pub use scoring_alone::score_of;

/// A third of the size of the standard library's, and as fast: docs/size.md.
#[cfg(not(feature = "std-allocator"))]
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();
