//! The article's tracker and engine, written down from its rules with nothing of this crate in them, and the
//! comparison of preset `article` with them. The same file runs natively (`article_parity.rs`) and in the
//! browser (`web.rs`).

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use simmerdown::{
    Conversation, Event, Features, Label, Options, PolicyChoice, ScoreSource, SentimentScore, SentimentTracker,
    TrendMethod, to_json,
};

/// Histories compared.
pub const HISTORIES: u32 = 10_000;
/// Seed of the histories; printed by whoever runs them.
pub const SEED: u64 = 0x5133_ED0C_A1A5_0001;
/// FNV-1a over what was decided at the end of every history, as JSON. One constant for every platform: equal to the
/// bit natively and in the browser.
pub const DIGEST: u64 = 0x9714_bb22_6cab_1c5e;

/// A score as the article has it.
#[derive(Clone, Copy)]
struct Score {
    score: f64,
    frustration: f64,
}

/// What the article's engine answers.
#[derive(Debug, PartialEq)]
struct Expected {
    should_escalate: bool,
    action: &'static str,
    reason: &'static str,
    severity: &'static str,
}

fn expected_trend(scores: &[Score]) -> &'static str {
    if scores.len() < 2 {
        return "stable";
    }
    let recent = &scores[scores.len().saturating_sub(3)..];
    let difference = recent[recent.len() - 1].score - recent[0].score;
    if difference < -0.3 {
        "declining"
    } else if difference > 0.3 {
        "improving"
    } else {
        "stable"
    }
}

fn expected_peak(scores: &[Score]) -> f64 {
    let mut peak = 0.0;
    for score in scores {
        if score.frustration > peak {
            peak = score.frustration;
        }
    }
    peak
}

fn expected_decision(scores: &[Score]) -> Expected {
    let calm = Expected { should_escalate: false, action: "respond", reason: "", severity: "low" };
    let Some(latest) = scores.last() else { return calm };
    if latest.frustration >= 0.9 {
        return Expected {
            should_escalate: true,
            action: "handoff",
            reason: "Customer is extremely frustrated",
            severity: "critical",
        };
    }
    if latest.score <= -0.6 && expected_trend(scores) == "declining" {
        return Expected {
            should_escalate: true,
            action: "handoff",
            reason: "Sustained negative sentiment with declining trend",
            severity: "high",
        };
    }
    if latest.frustration >= 0.75 {
        return Expected {
            should_escalate: true,
            action: "handoff",
            reason: "Frustration level exceeds threshold",
            severity: "medium",
        };
    }
    if latest.score <= -0.6 {
        return Expected { action: "watch", ..calm };
    }
    calm
}

/// SplitMix64 (Steele, Lea and Flood 2014): seeded, the same everywhere.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Half of the values stand on or right beside a threshold.
    fn pick(&mut self, edges: &[f64], low: f64) -> f64 {
        match self.below(4) {
            0 => edges[self.below(edges.len() as u64) as usize],
            1 => {
                let edge = edges[self.below(edges.len() as u64) as usize];
                (if self.below(2) == 0 { edge.next_up() } else { edge.next_down() }).clamp(low, 1.0)
            }
            2 => (self.below(201) as f64 / 100.0 - 1.0).max(low),
            _ => low + self.unit() * (1.0 - low),
        }
    }
}

fn word(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value).unwrap().as_str().unwrap().to_owned()
}

/// Compares every history with the transliteration and gives the digest of the decisions.
pub fn check_parity(histories: u32) -> u64 {
    let mut random = Random(SEED);
    let mut digest = 0xcbf2_9ce4_8422_2325_u64;
    for history in 0..histories {
        // The first histories are of every length; later ones are often short, where most rules first fire.
        let length = if history <= 200 { u64::from(history) } else { [5, 20, 201][random.below(3) as usize].min(201) };
        let length = if history <= 200 { length } else { random.below(length) };
        let options = Options { policy: PolicyChoice::Preset("article".to_owned()), ..Options::default() };
        let mut conversation = Conversation::new(options).unwrap();
        let mut tracker = SentimentTracker::default();
        let mut scores = Vec::new();
        let mut decision = conversation.apply(Event::Tick { at: None }).unwrap();
        for turn in 0..length {
            let score = random.pick(&[-0.6, -0.3, 0.3, 0.0, -0.9, 0.6, 0.1, 0.4, -0.7, -0.4], -1.0);
            let frustration = random.pick(&[0.75, 0.9, 0.5, 1.0], 0.0);
            let label = [Label::Negative, Label::Neutral, Label::Positive][random.below(3) as usize];
            let checked = SentimentScore::new(score, label, frustration, random.unit()).unwrap();
            let id = format!("m{turn}");
            let features = Some(Features::default());
            let message =
                Event::CustomerMessage { id: id.clone(), text: None, features, awaits_model: false, at: None };
            conversation.apply(message).unwrap();
            let event = Event::Score { message_id: id, score: checked, source: ScoreSource::Model, at: None };
            decision = conversation.apply(event).unwrap();
            tracker.push(turn as u32 + 1, checked);
            scores.push(Score { score, frustration });
            if scores.len() < 25 || turn + 1 == length {
                compare(history, &scores, &decision, &tracker);
            }
        }
        compare(history, &scores, &decision, &tracker);
        let decided = (&decision.action, &decision.severity, &decision.reason, &decision.trend);
        let decided = (decided, &decision.sentiment_history, decision.peak_frustration);
        for byte in to_json(&decided).unwrap().bytes() {
            digest = (digest ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    digest
}

fn compare(history: u32, scores: &[Score], decision: &simmerdown::Decision, tracker: &SentimentTracker) {
    let got = Expected {
        should_escalate: decision.should_escalate,
        action: ["respond", "watch", "offer", "ask", "handoff"][decision.action as usize],
        reason: "",
        severity: ["low", "medium", "high", "critical"][decision.severity as usize],
    };
    let want = expected_decision(scores);
    let place = format!("seed {SEED:#x}, history {history}, {} messages", scores.len());
    assert_eq!((decision.reason.as_str(), Expected { reason: want.reason, ..got }), (want.reason, want), "{place}");
    assert_eq!(word(&decision.trend), expected_trend(scores), "{place}");
    assert_eq!(decision.peak_frustration.to_bits(), expected_peak(scores).to_bits(), "{place}");
    let kept: Vec<f64> = scores.iter().rev().take(200).rev().map(|score| score.score).collect();
    assert_eq!(decision.sentiment_history, kept, "{place}");
    let article = TrendMethod::LastMinusFirst { window: 3, delta: 0.3 };
    assert_eq!(word(&tracker.trend(&article)), expected_trend(scores), "{place}");
    assert_eq!(tracker.current().to_bits(), scores.last().map_or(0.0, |score| score.score).to_bits(), "{place}");
    assert_eq!(tracker.peak_frustration().to_bits(), expected_peak(scores).to_bits(), "{place}");
}
