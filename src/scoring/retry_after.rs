//! The header `Retry-After` in both its forms (RFC 9110, section 10.2.3).

use crate::strings::{place_of, split, trim};

const MONTHS: &str = "JanFebMarAprMayJunJulAugSepOctNovDec";

/// How long to wait by a `Retry-After` header, in milliseconds: a number of seconds, or a date read against `now`,
/// in milliseconds since the epoch. None for what is neither.
#[must_use]
pub fn retry_after(header: &str, now: f64) -> Option<f64> {
    let header = trim(header);
    if !header.is_empty() && header.bytes().all(|byte| byte.is_ascii_digit()) {
        // So many digits are longer than anybody waits.
        return Some(header.parse::<u32>().map_or(f64::from(u32::MAX), f64::from) * 1000.0);
    }
    date(header).map(|date| (date - now).max(0.0))
}

/// A date of HTTP in any of its three forms (section 5.6.7), in milliseconds since the epoch.
fn date(text: &str) -> Option<f64> {
    let mut numbers = [0_u32; 5];
    let (mut count, mut month, mut month_first) = (0, None, false);
    for part in split(text, b" ,-:").filter(|part| !part.is_empty()) {
        if let Ok(number) = part.parse() {
            *numbers.get_mut(count)? = number;
            count += 1;
        } else if month.is_none()
            && let Some(place) = part.get(..3).and_then(|name| place_of(MONTHS, name))
            && place % 3 == 0
            && count <= 1
            && part.len() == 3
        {
            (month, month_first) = (Some(place as u32 / 3 + 1), count == 0);
        }
    }
    // "06 Nov 1994 08:49:37", "06-Nov-94 08:49:37", "Nov  6 08:49:37 1994".
    let [day, hour, minute, second, year] = match numbers {
        [day, hour, minute, second, year] if month_first => [day, hour, minute, second, year],
        [day, year, hour, minute, second] => [day, hour, minute, second, year],
    };
    // Two digits are a year of this century; nobody asks to come back in the last one.
    let year = if year < 100 { 2000 + year } else { year };
    if count != 5 || !(1970..=9999).contains(&year) || day == 0 || day > 31 || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let days = days_since_epoch(year, month?, day);
    Some((f64::from(days) * 86_400.0 + f64::from(hour * 3600 + minute * 60 + second)) * 1000.0)
}

/// Days from 1970-01-01 to a date of the Gregorian calendar, counted in years that begin in March.
const fn days_since_epoch(year: u32, month: u32, day: u32) -> u32 {
    let year = if month < 3 { year - 1 } else { year };
    let month = (month + 9) % 12;
    let in_year = (153 * month + 2) / 5 + day - 1;
    365 * year + year / 4 - year / 100 + year / 400 + in_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 1994-11-06T08:49:37Z, the example of RFC 9110.
    const EXAMPLE: f64 = 784_111_777_000.0;

    #[test]
    fn both_forms_are_read() {
        assert_eq!(retry_after("120", EXAMPLE), Some(120_000.0));
        assert_eq!(retry_after(" 0 ", EXAMPLE), Some(0.0));
        assert_eq!(retry_after("99999999999", EXAMPLE), Some(4_294_967_295_000.0));
        for date in ["Sun, 06 Nov 1994 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"] {
            assert_eq!(retry_after(date, EXAMPLE - 1500.0), Some(1500.0), "{date}");
            assert_eq!(retry_after(date, EXAMPLE + 1.0), Some(0.0), "a date that has passed is now");
        }
        let obsolete = "Wednesday, 25-Nov-26 00:00:30 GMT";
        assert_eq!(retry_after(obsolete, 1_795_564_800_000.0), Some(30_000.0));
        assert_eq!(retry_after("Thu, 29 Feb 2024 00:00:00 GMT", 1_709_164_800_000.0), Some(0.0));
        assert_eq!(retry_after("Thu, 29 Feb 2024 00:00:01 GMT", 1_709_164_800_000.0), Some(1000.0));
    }

    #[test]
    fn what_is_neither_is_none() {
        for bad in [
            "",
            "-1",
            "1.5",
            "soon",
            "Sun, 06 Nov 1994",
            "06 Nov 1994 25:00:00",
            "0 Nov 1994 08:00:00",
            "1 2 3 4 5 6",
            "Sun, 06 Foo 1994 08:49:37 GMT",
        ] {
            assert_eq!(retry_after(bad, 0.0), None, "{bad}");
        }
    }
}
