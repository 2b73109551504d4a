//! The tracker: the bounded history of scores, with current, trend and peak.

use crate::parts::parts_of_struct;
use crate::score::SentimentScore;
use crate::trend::{Trend, TrendMethod};

/// Scores kept; older ones count on in the peak only.
pub const MAX_HISTORY: usize = 200;

#[derive(Debug, Clone, Copy, PartialEq)]
struct Reading {
    score: SentimentScore,
    /// Place of the message in the conversation, from 1.
    turn: u32,
    /// Highest frustration up to here, so that taking readings back also takes their peak back.
    peak: f64,
}

/// The history of scores of one conversation, the last [`MAX_HISTORY`] of them.
///
/// ```
/// use simmerdown::{Label, SentimentScore, SentimentTracker, Trend};
///
/// let mut tracker = SentimentTracker::default();
/// assert_eq!(tracker.current(), 0.0);
/// tracker.push(1, SentimentScore::new(0.2, Label::Neutral, 0.1, 0.0)?);
/// tracker.push(2, SentimentScore::new(-0.4, Label::Negative, 0.5, 0.2)?);
/// assert_eq!(tracker.trend(&simmerdown::TrendMethod::LastMinusFirst { window: 3, delta: 0.3 }), Trend::Declining);
/// assert_eq!(tracker.peak_frustration(), 0.5);
/// # Ok::<(), simmerdown::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SentimentTracker {
    readings: Vec<Reading>,
    /// Readings that have left the history.
    evicted: usize,
}

impl SentimentTracker {
    /// Adds the score of a customer message, the `turn`th of the conversation (from 1).
    pub fn push(&mut self, turn: u32, score: SentimentScore) {
        let peak = self.peak_frustration().max(score.frustration());
        if self.readings.len() == MAX_HISTORY {
            self.readings.remove(0);
            self.evicted += 1;
        }
        self.readings.push(Reading { score, turn, peak });
    }

    /// All scores ever added.
    #[must_use]
    pub fn count(&self) -> usize {
        self.evicted + self.readings.len()
    }

    /// Takes back all but the first `count` scores ever added.
    pub(crate) fn truncate(&mut self, count: usize) {
        self.readings.truncate(count.saturating_sub(self.evicted));
    }

    /// The newest score, 0.0 when there is none.
    #[must_use]
    pub fn current(&self) -> f64 {
        self.newest().map_or(0.0, |(_, score)| score.score())
    }

    /// The newest score with the turn of its message.
    #[must_use]
    pub fn newest(&self) -> Option<(u32, SentimentScore)> {
        self.readings.last().map(|reading| (reading.turn, reading.score))
    }

    /// The highest frustration ever added, 0 to 1, 0.0 when there is none. It never decays.
    #[must_use]
    pub fn peak_frustration(&self) -> f64 {
        self.readings.last().map_or(0.0, |reading| reading.peak)
    }

    /// The trend by a method.
    #[must_use]
    pub fn trend(&self, method: &TrendMethod) -> Trend {
        self.with_window(method.window(), 0, |scores| method.trend(scores))
    }

    /// The scores of the history, oldest first, each -1 to 1; length up to [`MAX_HISTORY`].
    #[must_use]
    pub fn history(&self) -> impl DoubleEndedIterator<Item = f64> + ExactSizeIterator {
        self.readings.iter().map(|reading| reading.score.score())
    }

    /// Turns and scores of the newest `window` readings added after the first `skip` ones, newest first.
    pub(crate) fn latest(&self, window: usize, skip: usize) -> impl Iterator<Item = (u32, SentimentScore)> {
        let kept = self.count().saturating_sub(skip).min(window);
        self.readings.iter().rev().take(kept).map(|reading| (reading.turn, reading.score))
    }

    /// Calls `read` with the newest scores, oldest first, without allocating.
    pub(crate) fn with_window<T>(&self, window: usize, skip: usize, read: impl FnOnce(&[f64]) -> T) -> T {
        let mut buffer = [0.0; crate::trend::MAX_TREND_WINDOW];
        let kept = self.count().saturating_sub(skip).min(window).min(self.readings.len()).min(buffer.len());
        let newest = self.readings.get(self.readings.len() - kept..).unwrap_or_default();
        for (slot, reading) in buffer.iter_mut().zip(newest) {
            *slot = reading.score.score();
        }
        let scores = buffer.get(..kept).unwrap_or_default();
        read(scores)
    }
}

parts_of_struct!(Reading { score, turn, peak });
parts_of_struct!(SentimentTracker { readings, evicted });

#[cfg(test)]
mod tests {
    use super::*;
    use crate::score::Label;

    fn score(value: f64, frustration: f64) -> SentimentScore {
        SentimentScore::new(value, Label::Neutral, frustration, 0.0).unwrap()
    }

    #[test]
    fn an_empty_tracker_is_calm_and_stable() {
        let tracker = SentimentTracker::default();
        assert_eq!((tracker.current(), tracker.peak_frustration()), (0.0, 0.0));
        assert_eq!(tracker.trend(&TrendMethod::LastMinusFirst { window: 3, delta: 0.3 }), Trend::Stable);
    }

    #[test]
    fn the_history_is_bounded_and_the_peak_outlives_it() {
        let mut tracker = SentimentTracker::default();
        tracker.push(1, score(0.0, 0.9));
        for turn in 2..=300 {
            tracker.push(turn, score(0.1, 0.2));
        }
        assert_eq!((tracker.history().len(), tracker.count()), (MAX_HISTORY, 300));
        assert_eq!(tracker.peak_frustration(), 0.9);
    }

    #[test]
    fn taking_readings_back_takes_their_peak_back() {
        let mut tracker = SentimentTracker::default();
        tracker.push(1, score(0.0, 0.3));
        let before = tracker.clone();
        tracker.push(2, score(-0.9, 0.9));
        tracker.truncate(1);
        assert_eq!(tracker, before);
    }

    #[test]
    fn the_window_is_oldest_first_and_may_skip_what_is_past() {
        let mut tracker = SentimentTracker::default();
        for turn in 1..=4 {
            tracker.push(turn, score(f64::from(turn) / 10.0, 0.0));
        }
        assert_eq!(tracker.with_window(3, 0, <[f64]>::to_vec), [0.2, 0.3, 0.4]);
        assert_eq!(tracker.with_window(3, 3, <[f64]>::to_vec), [0.4]);
    }
}
