//! JSON as JavaScript writes it: a whole number has no `.0`.

use std::io;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter, Serializer};

struct Compact;

/// The same, a line for each value.
struct Indented(PrettyFormatter<'static>);

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

/// What only the layout differs in.
macro_rules! laid_out {
    ($($method:ident($($more:ident: $type:ty)?))*) => {$(
        fn $method<W: ?Sized + io::Write>(&mut self, writer: &mut W $(, $more: $type)?) -> io::Result<()> {
            self.0.$method(writer $(, $more)?)
        }
    )*};
}

impl Formatter for Indented {
    fn write_f64<W: ?Sized + io::Write>(&mut self, writer: &mut W, value: f64) -> io::Result<()> {
        Compact.write_f64(writer, value)
    }

    laid_out! {
        begin_array() end_array() begin_array_value(first: bool) end_array_value()
        begin_object() end_object() begin_object_key(first: bool) begin_object_value() end_object_value()
    }
}

/// JSON for a file that people read: indented by two.
///
/// # Errors
/// As [`to_json`].
pub(crate) fn to_indented_json(value: &impl Serialize) -> Result<String, serde_json::Error> {
    let mut bytes = Vec::with_capacity(4_096);
    value.serialize(&mut Serializer::with_formatter(&mut bytes, Indented(PrettyFormatter::new())))?;
    String::from_utf8(bytes).map_err(serde::ser::Error::custom)
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

/// Reads JSON. The page has no use for it: there the browser parses, and the binding reads the browser's values.
///
/// # Errors
/// What is no JSON, or not of the type; the message names the field.
pub fn from_json<T: DeserializeOwned>(text: &str) -> Result<T, serde_json::Error> {
    serde_json::from_str(text)
}

/// A number for a message, to six places: `0.75`, `-3`, `NaN`. Not by the formatter of the standard library,
/// whose tables for the shortest exact form would be an eighth of what the page loads.
pub(crate) fn decimal(number: f64) -> String {
    if number.is_nan() {
        return "NaN".to_owned();
    }
    let sign = if number < 0.0 { "-" } else { "" };
    let size = number.abs();
    if size >= WHOLE {
        return format!("{sign}{}", if size.is_finite() { "more than 2^53" } else { "Infinity" });
    }
    let (whole, millionths) = (size.trunc(), (size.fract() * 1e6).round());
    let (whole, millionths) = if millionths >= 1e6 { (whole + 1.0, 0.0) } else { (whole, millionths) };
    let (whole, millionths) = (whole as u64, millionths as u32);
    if millionths == 0 {
        return format!("{sign}{whole}");
    }
    let mut text = format!("{sign}{whole}.{millionths:06}");
    while text.ends_with('0') {
        text.pop();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_in_a_message_has_six_places_at_most() {
        for (number, shown) in [
            (0.75, "0.75"),
            (-0.1, "-0.1"),
            (3.0, "3"),
            (1.0 / 3.0, "0.333333"),
            (0.999_999_9, "1"),
            (0.000_001, "0.000001"),
            (1e15, "1000000000000000"),
            (1e300, "more than 2^53"),
            (f64::NEG_INFINITY, "-Infinity"),
            (f64::NAN, "NaN"),
        ] {
            assert_eq!(decimal(number), shown);
        }
    }

    #[test]
    fn numbers_are_written_as_javascript_does() {
        assert_eq!(to_json(&(1000.0, 0.1, -0.25, 1.0e15)).unwrap(), "[1000,0.1,-0.25,1000000000000000]");
    }
}
