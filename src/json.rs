//! JSON as JavaScript writes it: a whole number has no `.0`.

use std::io;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::ser::{CompactFormatter, Formatter, Serializer};

struct Compact;

/// Up to here an `f64` holds every whole number (2^53).
const WHOLE: f64 = 9_007_199_254_740_992.0;

impl Formatter for Compact {
    fn write_f64<W: ?Sized + io::Write>(&mut self, writer: &mut W, value: f64) -> io::Result<()> {
        if value.abs() < WHOLE && value.fract().abs() <= 0.0 {
            write!(writer, "{}", value as i64)
        } else {
            CompactFormatter.write_f64(writer, value)
        }
    }
}

/// One line of compact JSON.
///
/// # Errors
/// None for the types of this crate, whose numbers are finite and whose keys are texts.
pub fn to_json(value: &impl Serialize) -> Result<String, serde_json::Error> {
    let mut bytes = Vec::with_capacity(512);
    value.serialize(&mut Serializer::with_formatter(&mut bytes, Compact))?;
    String::from_utf8(bytes).map_err(serde::ser::Error::custom)
}

/// Reads JSON by way of a tree of values. Every type of this crate is read from such a tree and from nothing
/// else, which keeps the page from carrying its reading code once for each way of reading.
///
/// # Errors
/// What is no JSON, or not of the type; the message names the field.
pub fn from_json<T: DeserializeOwned>(text: &str) -> Result<T, serde_json::Error> {
    serde_json::from_value(serde_json::from_str(text)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_javascript_does() {
        assert_eq!(to_json(&(1000.0, 0.1, -0.25, 1.0e15)).unwrap(), "[1000,0.1,-0.25,1000000000000000]");
    }
}
