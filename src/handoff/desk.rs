//! What the host said of its desk, and of the customer's place with it.

use serde::Serialize;

use crate::event::Availability;
use crate::parts::parts_of_struct;

/// What the host said of its desk.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Desk {
    /// Unknown until the host says.
    pub state: Option<Availability>,
    /// Expected wait in milliseconds, when busy.
    pub wait_ms: Option<f64>,
    /// When it opens, in milliseconds, when closed.
    pub opens_at: Option<f64>,
}

impl Desk {
    /// The state at a time: a desk is not closed any more once it has opened, whatever was said last.
    pub(super) fn at(&self, now: f64) -> Option<Availability> {
        self.state.filter(|state| *state != Availability::Closed || self.opens_at.is_none_or(|opens| now < opens))
    }
}

/// The customer's place with the host's desk.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Queue {
    /// When the desk accepted, in milliseconds.
    pub since: f64,
    /// Expected wait in milliseconds, as the host said last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wait_ms: Option<f64>,
    /// Place in the queue, from 1, as the host said last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<u32>,
    /// The host's own reference number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

parts_of_struct!(Desk { state, wait_ms, opens_at });
parts_of_struct!(Queue { since, wait_ms, position, reference });
