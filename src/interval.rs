//! Shares with their uncertainty.

use serde::Serialize;

/// The 97.5 % point of the normal distribution: intervals of 95 %.
const Z: f64 = 1.959_963_984_540_054;

/// A share of a sample with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Share {
    /// How many.
    pub count: u64,
    /// Of how many.
    pub of: u64,
    /// `count / of`, 0 to 1; null for an empty sample.
    pub share: Option<f64>,
    /// Lower end of the interval, 0 to 1.
    pub low: f64,
    /// Upper end of the interval, 0 to 1.
    pub high: f64,
}

impl Share {
    /// The share with its Wilson score interval (Wilson 1927), which also holds for small samples and for shares
    /// near 0 and 1. Of an empty sample nothing is known: 0 to 1.
    #[must_use]
    pub fn of(count: u64, of: u64) -> Share {
        if of == 0 {
            return Share { count, of, share: None, low: 0.0, high: 1.0 };
        }
        let (n, p) = (of as f64, count as f64 / of as f64);
        let middle = p + Z * Z / (2.0 * n);
        let half = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
        let whole = 1.0 + Z * Z / n;
        Share {
            count,
            of,
            share: Some(p),
            low: ((middle - half) / whole).max(0.0),
            high: ((middle + half) / whole).min(1.0),
        }
    }

    /// Whether a value is inside the interval.
    #[must_use]
    pub fn holds(&self, value: f64) -> bool {
        (self.low..=self.high).contains(&value)
    }
}

/// The difference of two shares of independent samples with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Difference {
    /// The first share minus the second, -1 to 1.
    pub difference: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
    /// Whether the interval leaves zero out: the samples differ by more than chance would have it.
    pub clear: bool,
}

impl Difference {
    /// The difference by Newcombe's hybrid score method (Newcombe 1998, method 10); none where a sample is empty.
    #[must_use]
    pub fn between(one: Share, other: Share) -> Option<Difference> {
        let (p, q) = (one.share?, other.share?);
        let below = ((p - one.low) * (p - one.low) + (other.high - q) * (other.high - q)).sqrt();
        let above = ((one.high - p) * (one.high - p) + (q - other.low) * (q - other.low)).sqrt();
        let (low, high) = (p - q - below, p - q + above);
        Some(Difference { difference: p - q, low, high, clear: low > 0.0 || high < 0.0 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(a: f64, b: f64) -> bool {
        (a - b).abs() < 5e-4
    }

    /// The examples of Newcombe 1998, tables I and II.
    #[test]
    fn the_intervals_are_those_of_the_literature() {
        let share = Share::of(81, 263);
        assert!(near(share.low, 0.2553) && near(share.high, 0.3662), "{share:?}");
        let none = Share::of(0, 20);
        assert!(near(none.low, 0.0) && near(none.high, 0.1611), "{none:?}");
        let difference = Difference::between(Share::of(56, 70), Share::of(48, 80)).unwrap();
        assert!(near(difference.low, 0.0524) && near(difference.high, 0.3339), "{difference:?}");
        assert!(difference.clear);
        assert!(!Difference::between(Share::of(5, 10), Share::of(4, 10)).unwrap().clear);
    }

    #[test]
    fn of_an_empty_sample_nothing_is_known() {
        assert_eq!((Share::of(0, 0).share, Share::of(0, 0).low, Share::of(0, 0).high), (None, 0.0, 1.0));
        assert_eq!(Difference::between(Share::of(0, 0), Share::of(1, 2)), None);
    }
}
