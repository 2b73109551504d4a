//! What the customer should be told now.

use serde::Serialize;

use crate::handoff::{Desk, Queue};
use crate::texts::{TextKey, Texts};

/// Something to tell the customer, once: show the text, or one of your own for the key.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Notice {
    /// What it is about.
    pub key: TextKey,
    /// How often it was told before; a text with variants comes in the next one.
    pub variant: u32,
    /// The text, filled in.
    pub text: String,
    /// When the desk opens, in milliseconds, where it is closed and the host has said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opens_at: Option<f64>,
}

impl Notice {
    /// The notice with its text filled in.
    pub(crate) fn new(
        texts: &Texts,
        (key, variant): (TextKey, u32),
        desk: &Desk,
        queue: Option<&Queue>,
        reference: &str,
    ) -> Notice {
        let mut text = texts.get(key, variant).to_owned();
        let mut add = |sentence: String| {
            text.push(' ');
            text.push_str(&sentence);
        };
        let (wait, position) = match key {
            TextKey::DeskBusy => (desk.wait_ms, None),
            TextKey::Queued => (queue.and_then(|queue| queue.wait_ms), queue.and_then(|queue| queue.position)),
            _ => (None, None),
        };
        if let Some(wait) = wait {
            // Up to the next minute: a wait that was said too short is a promise that was broken.
            let minutes = (wait / 60_000.0).ceil().max(1.0) as u64;
            add(texts.filled(TextKey::Wait, "{minutes}", &minutes.to_string()));
        }
        if let Some(position) = position {
            add(texts.filled(TextKey::Position, "{position}", &position.to_string()));
        }
        if key == TextKey::Queued {
            add(texts.filled(TextKey::Reference, "{reference}", reference));
        }
        let opens_at = desk.opens_at.filter(|_| key == TextKey::DeskClosed);
        Notice { key, variant, text, opens_at }
    }
}
