//! The client of the scoring proxy in virtual time: the rules of `simmerdown::scoring` against a network that does
//! everything networks do.

#![cfg(not(target_family = "wasm"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]

mod chaos;
mod faults;
mod order;
mod outage;
mod world;
