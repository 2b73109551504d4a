//! Generated conversation logs for tests and benchmarks. **Test material**: the customers are made up, and rates
//! measured on them say nothing about anybody's support chat.
//!
//! The model. A customer is of one of five kinds, drawn by [`MIX`]. Every message has a latent mood, -1 to 1:
//!
//! | kind | share | mood at message `t` (from 0) | needs a person |
//! |---|---|---|---|
//! | calm | 78 % | 0.15, wandering by at most 0.1 | no |
//! | slowly declining | 7 % | 0.25 - 0.1 `t`, faster (0.16) for every second customer | from the message at which it falls below -0.5 |
//! | sarcastic once | 6 % | calm, but one message reads as -0.8 | no |
//! | recovering | 5 % | -0.75 + 0.22 `t`, up to 0.4 | no |
//! | furious | 4 % | -0.2, then -0.85 from the second or third message on | from that message |
//!
//! A scorer reads the mood with an error: the sum of three uniform errors, standard deviation 0.1. Its label is
//! negative below -0.3 and positive above 0.3; frustration is `0.5 - 0.5 * mood` read with an error of its own,
//! pulled towards 0 for moods above 0. 2 % of the messages have no score. The bot answers every message; of a
//! declining or furious customer's messages it fails at one in eight. 0.2 % of the messages ask for a person, 6 %
//! of a furious customer's. Of the customers who need a person 6 % get a wrong verdict, as of those who do not.
//!
//! Everything follows from the seed, by SplitMix64 (Steele, Lea and Flood 2014), and there is no transcendental
//! function in it, so it is the same on every machine.

use std::fmt::Write;

/// A kind of customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Customer {
    Calm,
    SlowlyDeclining,
    SarcasticOnce,
    Recovering,
    Furious,
}

/// How many of a hundred customers are of each kind.
pub const MIX: [(Customer, u64); 5] = [
    (Customer::Calm, 78),
    (Customer::SlowlyDeclining, 7),
    (Customer::SarcasticOnce, 6),
    (Customer::Recovering, 5),
    (Customer::Furious, 4),
];

/// SplitMix64.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// The same numbers for the same seed.
    #[must_use]
    pub fn new(seed: u64) -> Random {
        Random(seed)
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number from 0 to below `bound`.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.bits() % bound.max(1)
    }

    /// A number from 0 to below 1.
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// An error around 0 with this standard deviation: three uniform ones, so it stays within three of them.
    pub fn error(&mut self, deviation: f64) -> f64 {
        (self.unit() + self.unit() + self.unit() - 1.5) * 2.0 * deviation
    }
}

/// The mood of each message of a customer, and the message (from 1) from which on a person is needed.
#[must_use]
pub fn moods(customer: Customer, turns: usize, random: &mut Random) -> (Vec<f64>, Option<usize>) {
    let wander = |random: &mut Random| 0.15 + (random.unit() - 0.5) * 0.2;
    let mut moods: Vec<f64> = (0..turns).map(|_| wander(random)).collect();
    let mut needed = None;
    match customer {
        Customer::Calm => {}
        Customer::SlowlyDeclining => {
            let step = if random.below(2) == 0 { 0.1 } else { 0.16 };
            for (turn, mood) in moods.iter_mut().enumerate() {
                *mood = (0.25 - step * turn as f64).max(-0.95);
                if *mood < -0.5 {
                    needed.get_or_insert(turn + 1);
                }
            }
        }
        Customer::SarcasticOnce => {
            let place = random.below(turns as u64) as usize;
            if let Some(mood) = moods.get_mut(place) {
                *mood = -0.8;
            }
        }
        Customer::Recovering => {
            for (turn, mood) in moods.iter_mut().enumerate() {
                *mood = (-0.75 + 0.22 * turn as f64).min(0.4);
            }
        }
        Customer::Furious => {
            let from = 1 + random.below(2) as usize;
            for (turn, mood) in moods.iter_mut().enumerate() {
                *mood = if turn < from { -0.2 } else { -0.85 };
            }
            needed = (from < turns).then_some(from + 1);
        }
    }
    (moods, needed)
}

/// A score in thousandths, as a model writes it.
fn thousandths(value: f64, low: f64) -> f64 {
    (value.clamp(low, 1.0) * 1000.0).round() / 1000.0
}

/// Writes the `number`th conversation of a log as one line, and says of what kind the customer is. `turns` is
/// the number of customer messages.
pub fn conversation(seed: u64, number: u64, turns: usize, line: &mut String) -> Customer {
    let mut random = Random::new(seed ^ number.wrapping_mul(0xD605_BBB5_8C8A_BBFD));
    let drawn = random.below(100);
    let mut sum = 0;
    let customer = MIX.iter().find_map(|(customer, share)| {
        sum += share;
        (drawn < sum).then_some(*customer)
    });
    let customer = customer.unwrap_or(Customer::Calm);
    let (moods, needed) = moods(customer, turns, &mut random);
    let troubled = matches!(customer, Customer::SlowlyDeclining | Customer::Furious);
    let _ = write!(line, "{{\"id\":\"c{number}\",\"events\":[");
    let mut at = 0;
    for (turn, mood) in moods.iter().enumerate() {
        at += 4_000 + random.below(20_000);
        let message = turn + 1;
        let asks = random.below(1000) < if customer == Customer::Furious { 60 } else { 2 };
        let cues = if asks { "{\"cue\":\"asks-human\",\"strength\":1}" } else { "" };
        let length = 20 + random.below(180);
        let comma = if turn == 0 { "" } else { "," };
        let _ = write!(
            line,
            "{comma}{{\"type\":\"customer-message\",\"id\":\"m{message}\",\"features\":{{\"cues\":[{cues}],\"length\":{length}}},\"at\":{at}}}"
        );
        let score = thousandths(mood + random.error(0.1), -1.0);
        let pull = if *mood > 0.0 { 0.3 } else { 1.0 };
        let frustration = thousandths((0.5 - 0.5 * mood) * pull + random.error(0.07), 0.0);
        let urgency = thousandths(0.2 + random.error(0.1), 0.0);
        if random.below(50) != 0 {
            let label = if score < -0.3 {
                "negative"
            } else if score > 0.3 {
                "positive"
            } else {
                "neutral"
            };
            let answered = at + 300 + random.below(900);
            let _ = write!(
                line,
                ",{{\"type\":\"score\",\"messageId\":\"m{message}\",\"score\":{{\"score\":{score},\"label\":\"{label}\",\"frustration\":{frustration},\"urgency\":{urgency}}},\"source\":\"model\",\"at\":{answered}}}"
            );
        }
        if troubled && random.below(8) == 0 {
            let _ = write!(line, ",{{\"type\":\"bot-failed\",\"at\":{}}}", at + 1_500);
        }
    }
    let mistaken = random.below(100) < 6;
    let verdict = needed.is_some() != mistaken;
    let _ = write!(line, "],\"outcome\":{{\"needed\":{verdict},\"satisfied\":{}", !verdict || random.below(3) == 0);
    if let Some(turn) = needed.filter(|_| verdict) {
        let _ = write!(line, ",\"atTurn\":{turn}");
    }
    line.push_str("}}\n");
    customer
}

/// A log of conversations, 4 to 12 messages each.
#[must_use]
pub fn log(seed: u64, conversations: u64) -> String {
    let mut text = String::new();
    for number in 0..conversations {
        let turns = 4 + Random::new(seed ^ !number).below(9) as usize;
        conversation(seed, number, turns, &mut text);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_follows_from_its_seed() {
        assert_eq!(log(7, 50), log(7, 50));
        assert_ne!(log(7, 50), log(8, 50));
        assert_eq!(log(7, 50).lines().count(), 50);
    }

    #[test]
    fn the_kinds_come_in_their_shares() {
        let mut line = String::new();
        let furious = (0..10_000).filter(|number| conversation(1, *number, 8, &mut line) == Customer::Furious).count();
        assert!((320..480).contains(&furious), "{furious}");
        assert_eq!(MIX.iter().map(|(_, share)| share).sum::<u64>(), 100);
    }

    #[test]
    fn a_slow_decline_falls_by_a_tenth_a_message_and_needs_a_person_in_the_end() {
        let (moods, needed) = moods(Customer::SlowlyDeclining, 12, &mut Random::new(3));
        assert!(needed.is_some_and(|turn| turn > 4), "{needed:?}");
        assert!(moods.windows(2).all(|pair| pair[1] < pair[0] || pair[1] <= -0.94));
    }
}
