//! Where the conversation is heading.

use crate::names::named;
use serde::Serialize;

/// The direction of the scores.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify), serde(rename_all = "kebab-case"))]
pub enum Trend {
    /// Scores are rising.
    Improving,
    /// Neither, or too few scores to tell.
    Stable,
    /// Scores are falling.
    Declining,
}

named!(Trend { Improving "improving", Stable "stable", Declining "declining" });

/// The longest window of a trend, in scores.
pub const MAX_TREND_WINDOW: usize = 20;

/// How the trend is told, over the newest `window` scores (fewer while there are fewer).
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "method", rename_all = "kebab-case", deny_unknown_fields)]
pub enum TrendMethod {
    /// The last score of the window minus its first: below `-delta` is declining, above `delta` improving.
    /// Fewer than two scores are stable. With window 3 and delta 0.3 this is the article's trend.
    LastMinusFirst {
        /// Scores looked at, from 2.
        window: usize,
        /// Difference that counts, above 0.
        delta: f64,
    },
    /// The median of the slopes between all pairs of scores (Theil 1950, Sen 1968), in score per message:
    /// at or below `-delta` is declining, at or above `delta` improving, provided that it stays so whichever
    /// single score is left out, so that one outlier cannot turn it. Fewer than three scores are stable.
    TheilSen {
        /// Scores looked at, from 3 to [`MAX_TREND_WINDOW`].
        window: usize,
        /// Slope per message that counts, above 0.
        delta: f64,
    },
}

impl TrendMethod {
    /// How many of the newest scores are looked at.
    #[must_use]
    pub const fn window(&self) -> usize {
        match self {
            TrendMethod::LastMinusFirst { window, .. } | TrendMethod::TheilSen { window, .. } => *window,
        }
    }

    /// The trend of `scores`, oldest first; only the newest [`TrendMethod::window`] are looked at.
    #[must_use]
    pub fn trend(&self, scores: &[f64]) -> Trend {
        self.course(scores).0
    }

    /// The slope in score per message over the window, or none with fewer than two scores.
    #[must_use]
    pub fn slope(&self, scores: &[f64]) -> Option<f64> {
        self.course(scores).1
    }

    /// The trend and the slope.
    pub(crate) fn course(&self, scores: &[f64]) -> (Trend, Option<f64>) {
        let scores = newest(scores, self.window());
        match *self {
            TrendMethod::LastMinusFirst { delta, .. } => match (scores, scores.first(), scores.last()) {
                ([_, _, ..], Some(first), Some(last)) => {
                    let difference = last - first;
                    let trend = if difference < -delta {
                        Trend::Declining
                    } else if difference > delta {
                        Trend::Improving
                    } else {
                        Trend::Stable
                    };
                    (trend, Some(difference / (scores.len() - 1) as f64))
                }
                _ => (Trend::Stable, None),
            },
            TrendMethod::TheilSen { delta, .. } => {
                let slopes = Slopes::between(scores);
                let told = |slope: Option<f64>, side: f64| slope.is_some_and(|slope| slope * side >= delta);
                let slope = slopes.median();
                let side = if told(slope, -1.0) { -1.0 } else { 1.0 };
                let holds = scores.len() >= 3
                    && told(slope, side)
                    && (0..slopes.scores).all(|left_out| told(slopes.median_without(left_out), side));
                let trend = match holds {
                    false => Trend::Stable,
                    true if side < 0.0 => Trend::Declining,
                    true => Trend::Improving,
                };
                (trend, slope)
            }
        }
    }
}

fn newest(scores: &[f64], window: usize) -> &[f64] {
    scores.get(scores.len().saturating_sub(window)..).unwrap_or(scores)
}

/// The slopes between all pairs of scores, the smallest first, each with the places of its pair. They stand in a fixed
/// room, since a trend is asked for with each score and nothing is to be allocated for it.
struct Slopes {
    sorted: [(f64, u8, u8); MAX_TREND_WINDOW * (MAX_TREND_WINDOW - 1) / 2],
    pairs: usize,
    scores: usize,
}

impl Slopes {
    fn between(scores: &[f64]) -> Slopes {
        let scores = newest(scores, MAX_TREND_WINDOW);
        let mut sorted = [(0.0_f64, 0, 0); MAX_TREND_WINDOW * (MAX_TREND_WINDOW - 1) / 2];
        let mut pairs = 0_usize;
        for (i, first) in scores.iter().enumerate() {
            for (j, last) in scores.iter().enumerate().skip(i + 1) {
                let slope = (last - first) / (j - i) as f64;
                // In its place at once: few enough that the code of a sort would cost the page more than it saves.
                let mut place = pairs;
                while let Some(before) = place.checked_sub(1)
                    && let Some([known, free]) = sorted.get_mut(before..=place)
                    && known.0.total_cmp(&slope).is_gt()
                {
                    *free = *known;
                    place = before;
                }
                if let Some(free) = sorted.get_mut(place) {
                    *free = (slope, i as u8, j as u8);
                    pairs += 1;
                }
            }
        }
        Slopes { sorted, pairs, scores: scores.len() }
    }

    fn known(&self) -> impl Iterator<Item = &(f64, u8, u8)> {
        self.sorted.iter().take(self.pairs)
    }

    /// The median, none without a pair.
    fn median(&self) -> Option<f64> {
        middle(self.known(), self.pairs)
    }

    /// The median as if that score had not been given.
    fn median_without(&self, left_out: usize) -> Option<f64> {
        let left_out = left_out as u8;
        let others = self.known().filter(|(_, i, j)| *i != left_out && *j != left_out);
        middle(others, self.pairs - (self.scores - 1))
    }
}

fn middle<'a>(mut slopes: impl Iterator<Item = &'a (f64, u8, u8)>, count: usize) -> Option<f64> {
    let lower = slopes.nth(count.checked_sub(1)? / 2)?.0;
    if count % 2 == 1 { Some(lower) } else { Some(f64::midpoint(lower, slopes.next()?.0)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARTICLE: TrendMethod = TrendMethod::LastMinusFirst { window: 3, delta: 0.3 };
    const ROBUST: TrendMethod = TrendMethod::TheilSen { window: 5, delta: 0.08 };

    #[test]
    fn the_article_looks_at_the_last_three() {
        assert_eq!(ARTICLE.trend(&[]), Trend::Stable);
        assert_eq!(ARTICLE.trend(&[-0.9]), Trend::Stable);
        assert_eq!(ARTICLE.trend(&[0.5, 0.0]), Trend::Declining);
        assert_eq!(ARTICLE.trend(&[1.0, 0.0, 0.1, 0.2]), Trend::Stable, "the first has left the window");
        assert_eq!(ARTICLE.trend(&[-0.2, 0.0, 0.2]), Trend::Improving);
    }

    /// 0.3 has no exact binary form, so "a difference of exactly 0.3" depends on the two scores: the
    /// subtraction is rounded once and then compared with the double nearest to 0.3, strictly.
    #[test]
    fn a_difference_of_exactly_the_delta_in_binary_is_stable() {
        assert_eq!(ARTICLE.trend(&[0.0, 0.3]), Trend::Stable, "0.3 - 0 is the double 0.3");
        assert_eq!(ARTICLE.trend(&[0.3, 0.0]), Trend::Stable);
        assert_eq!(ARTICLE.trend(&[0.1, 0.4]), Trend::Improving, "0.4 - 0.1 rounds to just above 0.3");
        assert_eq!(ARTICLE.trend(&[0.4, 0.1]), Trend::Declining);
        assert_eq!(ARTICLE.trend(&[0.6, 0.9]), Trend::Improving, "0.9 - 0.6 rounds to just above 0.3");
        assert_eq!(ARTICLE.trend(&[0.7, 1.0]), Trend::Improving, "1 - 0.7 rounds to just above 0.3");
        assert_eq!(ARTICLE.trend(&[0.5, 0.2]), Trend::Stable, "0.2 - 0.5 is the double -0.3");
    }

    #[test]
    fn one_outlier_turns_the_article_and_not_the_robust_trend() {
        for scores in [[0.1, 0.1, 0.1, 0.1, -0.9], [0.1, 0.1, -0.9, 0.1, 0.1], [-0.9, 0.1, 0.1, 0.1, 0.1]] {
            assert_eq!(ROBUST.trend(&scores), Trend::Stable);
        }
        assert_eq!(ROBUST.trend(&[0.0, 0.0, -0.9]), Trend::Stable);
        assert_eq!(ARTICLE.trend(&[0.1, 0.1, 0.1, 0.1, -0.9]), Trend::Declining);
    }

    #[test]
    fn a_slow_decline_is_seen_by_the_robust_trend_only() {
        let scores = [0.3, 0.2, 0.1, 0.0, -0.1];
        assert_eq!(ROBUST.trend(&scores), Trend::Declining);
        assert_eq!(ARTICLE.trend(&scores), Trend::Stable);
        assert_eq!(ROBUST.trend(&[0.0, -0.3, -0.7]), Trend::Declining);
        assert_eq!(ROBUST.trend(&[-0.8, -0.5, -0.2]), Trend::Improving);
    }

    #[test]
    fn the_slope_is_per_message() {
        assert_eq!(ARTICLE.slope(&[0.0, -0.5]), Some(-0.5));
        assert_eq!(ROBUST.slope(&[0.0, -0.5, -1.0]), Some(-0.5));
        assert_eq!(ROBUST.slope(&[0.4]), None);
    }

    /// Seeded histories of the three kinds in docs/policy.md, 1,000 of each: how often the trend says so.
    #[test]
    fn on_generated_histories_the_methods_differ_as_documented() {
        let mut seed = 0x5133_u64;
        let mut error = || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            ((seed >> 33) as f64 / f64::from(1_u32 << 31) - 0.5) * 0.08
        };
        let mut told = |method: &TrendMethod, want: Trend, history: &dyn Fn(usize) -> f64| {
            let tells = (0..1000).filter(|_| {
                let scores: Vec<f64> = (0..7).map(|turn| history(turn) + error()).collect();
                method.trend(&scores) == want
            });
            tells.count()
        };
        // One outlier at the end of a calm history: nobody is declining.
        let outlier = |turn: usize| if turn == 6 { -0.8 } else { 0.1 };
        assert_eq!(told(&ARTICLE, Trend::Declining, &outlier), 1000);
        assert_eq!(told(&ROBUST, Trend::Declining, &outlier), 0);
        // A slow decline of a tenth a message.
        let slow = |turn: usize| 0.3 - 0.1 * turn as f64;
        assert_eq!(told(&ARTICLE, Trend::Declining, &slow), 0);
        assert!(told(&ROBUST, Trend::Declining, &slow) > 750);
        // A recovery: both see it.
        let recovery = |turn: usize| -0.8 + 0.2 * turn as f64;
        assert!(told(&ARTICLE, Trend::Improving, &recovery) > 990);
        assert_eq!(told(&ROBUST, Trend::Improving, &recovery), 1000);
    }
}
