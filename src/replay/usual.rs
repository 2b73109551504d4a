//! The usual line, as this project writes it: no spaces, the keys in the order of the types.
//!
//! Where the time of a replay goes is reading, and no JSON parser is fast enough: serde_json, sonic-rs and simd-json
//! read a log at the same 2 million messages a second (`cargo xtask bench replay`), and do not reach 5 even where
//! they skip everything. So what most lines consist of is compared with what is expected, a key with its quotes and
//! colons at once. Whatever is not exactly that, from a space to an escape or a long number, is left to serde, event
//! by event where possible: a line is read here as [`serde_json`] reads it, or not at all.

use serde::de::DeserializeOwned;

use super::Line;
use crate::cue::{Cue, CueHit, Features};
use crate::event::{Event, MAX_ID_LENGTH, MAX_TIME, Outcome};
use crate::names::{self, Named};
use crate::score::SentimentScore;

/// Powers of ten that a double holds exactly, as far as they are needed.
const POWERS: [f64; 16] = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];
/// The same, as far as digits are read at once.
const TENS: [u64; 9] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000];
/// Digits that every double holds exactly.
const DIGITS: usize = 15;

/// How many of eight bytes are digits before the first that is none, and what they come to: all eight at once, since
/// a loop would end each time elsewhere and be guessed wrongly (Lemire, Number parsing at a gigabyte per second, 2021).
#[inline]
fn leading(bytes: [u8; 8]) -> (usize, u64) {
    let word = u64::from_le_bytes(bytes) ^ 0x3030_3030_3030_3030;
    // The upper bit of every byte that is above 9; a carry reaches only bytes after one that is.
    let strays = (word.wrapping_add(0x7676_7676_7676_7676) | word) & 0x8080_8080_8080_8080;
    let count = strays.trailing_zeros() / 8;
    // Zeros before the digits fill up what is missing.
    let pairs = word.checked_shl(64 - 8 * count).unwrap_or_default().wrapping_mul(10 * 256 + 1) >> 8;
    let fours = (pairs & 0x00FF_00FF_00FF_00FF).wrapping_mul(100 * 65_536 + 1) >> 16;
    let eight = (fours & 0x0000_FFFF_0000_FFFF).wrapping_mul((10_000 << 32) + 1) >> 32;
    (count as usize, eight)
}

/// Reads a line, with events that can be applied; none where it is not a usual one.
pub(super) fn line(text: &str) -> Option<Line<Event, Outcome>> {
    let mut rest = Rest(text);
    rest.eat("{\"id\":\"")?;
    let id = rest.id()?;
    let mut line = Line { id, events: Vec::with_capacity(32), outcome: None, seq: None, decisions: Vec::new() };
    if rest.eat(",\"seq\":").is_some() {
        line.seq = Some(rest.whole()?);
    }
    rest.eat(",\"events\":[")?;
    if rest.eat("]").is_none() {
        loop {
            line.events.push(rest.event()?);
            if rest.eat(",").is_none() {
                break;
            }
        }
        rest.eat("]")?;
    }
    if rest.eat(",\"decisions\":").is_some() {
        line.decisions = rest.value()?;
    }
    if rest.eat(",\"outcome\":").is_some() {
        line.outcome = Some(rest.value()?);
    }
    rest.eat("}")?;
    rest.0.is_empty().then_some(line)
}

/// What is left of a line.
#[derive(Clone, Copy)]
struct Rest<'a>(&'a str);

impl<'a> Rest<'a> {
    /// Goes past what is expected, if it is there.
    fn eat(&mut self, expected: &str) -> Option<()> {
        self.0 = self.0.strip_prefix(expected)?;
        Some(())
    }

    fn pass(&mut self, bytes: usize) -> Option<&'a str> {
        let (passed, rest) = self.0.split_at_checked(bytes)?;
        self.0 = rest;
        Some(passed)
    }

    /// A string whose opening quote has been passed, with its closing one. None with an escape in it.
    #[inline]
    fn text(&mut self) -> Option<&'a str> {
        let end = self.0.bytes().position(|byte| byte == b'"' || byte == b'\\' || byte < b' ')?;
        let text = self.pass(end)?;
        self.eat("\"")?;
        Some(text)
    }

    /// One of the names of an enum, likewise.
    fn name<T: Named>(&mut self) -> Option<T> {
        let name = self.text()?;
        names::place(name, T::NAMES).map(names::variant)
    }

    /// The digits at the beginning, after so many that came to a number; how many there are now, and what they come
    /// to. None for none and for too many.
    #[inline]
    fn digits(&mut self, before: usize, number: u64) -> Option<(usize, u64)> {
        let (mut count, mut number) = match self.0.as_bytes().first_chunk() {
            Some(bytes) => {
                let (count, value) = leading(*bytes);
                (count, number.checked_mul(*TENS.get(count)?)?.checked_add(value)?)
            }
            None => (0, number),
        };
        if count % 8 == 0 {
            // A long one, or the end of the line.
            for byte in self.0.bytes().skip(count).take(DIGITS + 1) {
                let digit = byte.wrapping_sub(b'0');
                if digit > 9 {
                    break;
                }
                count += 1;
                // What is too long is refused below; until there it may be anything.
                number = number.wrapping_mul(10).wrapping_add(u64::from(digit));
            }
        }
        self.pass(count)?;
        (count > 0 && before + count <= DIGITS).then_some((before + count, number))
    }

    /// The digits before the point; a zero stands alone.
    fn integer(&mut self) -> Option<(usize, u64)> {
        let zero = self.0.starts_with('0');
        self.digits(0, 0).filter(|(count, _)| *count == 1 || !zero)
    }

    /// A whole number that is not negative.
    fn whole<T: TryFrom<u64>>(&mut self) -> Option<T> {
        let (_, number) = self.integer()?;
        number.try_into().ok()
    }

    /// A number without an exponent. Up to 15 digits and their power of ten are doubles without an error, and so
    /// the quotient is rounded once: it is the double nearest to what is written (Clinger 1990).
    #[inline]
    fn number(&mut self) -> Option<f64> {
        let negative = self.eat("-").is_some();
        let (whole, mut digits) = match self.0.as_bytes() {
            // Most are the share of something.
            [digit @ b'0'..=b'9', b'.', ..] => {
                self.pass(1)?;
                (1, u64::from(digit - b'0'))
            }
            _ => self.integer()?,
        };
        let mut number = digits as f64;
        if self.eat(".").is_some() {
            let all;
            (all, digits) = self.digits(whole, digits)?;
            number = digits as f64 / POWERS.get(all - whole)?;
        }
        if matches!(self.0.as_bytes(), [b'e' | b'E', ..]) || (negative && digits == 0) {
            return None;
        }
        Some(if negative { -number } else { number })
    }

    /// Any value at all, read by serde.
    fn value<T: DeserializeOwned>(&mut self) -> Option<T> {
        let mut values = serde_json::Deserializer::from_str(self.0).into_iter::<T>();
        let value = values.next()?.ok()?;
        self.pass(values.byte_offset())?;
        Some(value)
    }

    /// An event that can be applied.
    fn event(&mut self) -> Option<Event> {
        let start = *self;
        if let Some(event) = self.usual_event() {
            return Some(event);
        }
        *self = start;
        self.value().filter(|event: &Event| event.check().is_ok())
    }

    /// An id whose opening quote has been passed.
    fn id(&mut self) -> Option<String> {
        let id = self.text()?;
        (1..=MAX_ID_LENGTH).contains(&id.len()).then(|| id.to_owned())
    }

    fn usual_event(&mut self) -> Option<Event> {
        self.eat("{\"type\":\"")?;
        if self.eat("score\",\"messageId\":\"").is_some() {
            let message_id = self.id()?;
            self.eat(",\"score\":")?;
            let score = self.score()?;
            self.eat(",\"source\":\"")?;
            return Some(Event::Score { message_id, score, source: self.name()?, at: self.at()? });
        }
        let customer = self.eat("customer-message\",\"id\":\"").is_some();
        if !customer {
            self.eat("bot-message\",\"id\":\"")?;
        }
        let id = self.id()?;
        let (text, features) = if self.eat(",\"features\":").is_some() {
            (None, Some(self.features()?))
        } else {
            self.eat(",\"text\":\"")?;
            (Some(self.text()?.to_owned()), None)
        };
        if !customer {
            return Some(Event::BotMessage { id, text, features, at: self.at()? });
        }
        let awaits_model = self.eat(",\"awaitsModel\":true").is_some();
        Some(Event::CustomerMessage { id, text, features, awaits_model, at: self.at()? })
    }

    /// The time of an event, if it has one, and its end.
    #[allow(clippy::option_option, reason = "the outer one says whether it is usual")]
    fn at(&mut self) -> Option<Option<f64>> {
        let at = match self.eat(",\"at\":") {
            Some(()) => Some(self.number().filter(|at| (0.0..=MAX_TIME).contains(at))?),
            None => None,
        };
        self.eat("}")?;
        Some(at)
    }

    fn score(&mut self) -> Option<SentimentScore> {
        self.eat("{\"score\":")?;
        let score = self.number()?;
        self.eat(",\"label\":\"")?;
        let label = self.name()?;
        self.eat(",\"frustration\":")?;
        let frustration = self.number()?;
        self.eat(",\"urgency\":")?;
        let urgency = self.number()?;
        let sarcasm = match (self.eat(",\"sarcasm\":true"), self.eat(",\"sarcasm\":false")) {
            (None, None) => None,
            (sarcasm, _) => Some(sarcasm.is_some()),
        };
        self.eat("}")?;
        SentimentScore::new(score, label, frustration, urgency).ok().map(|score| score.with_sarcasm(sarcasm))
    }

    fn features(&mut self) -> Option<Features> {
        self.eat("{\"cues\":[")?;
        let mut cues = Vec::new();
        if self.eat("]").is_none() {
            loop {
                self.eat("{\"cue\":\"")?;
                let cue: Cue = self.name()?;
                self.eat(",\"strength\":")?;
                cues.push(CueHit { cue, strength: self.number()? });
                self.eat("}")?;
                if self.eat(",").is_none() {
                    break;
                }
            }
            self.eat("]")?;
        }
        self.eat(",\"length\":")?;
        let length = self.whole()?;
        let answer = match self.eat(",\"answer\":\"") {
            Some(()) => Some(self.name()?),
            None => None,
        };
        let apology = self.eat(",\"apology\":true").is_some();
        let asks = self.eat(",\"asks\":true").is_some();
        self.eat("}")?;
        let features = Features { cues, length, answer, apology, asks };
        features.check().is_ok().then_some(features)
    }
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::replay::Record;

    /// The line as serde reads it.
    fn by_serde(text: &str) -> Option<Record> {
        serde_json::from_str(text).ok().and_then(|line| Record::from_line(line).ok())
    }

    fn usual(text: &str) -> Option<Record> {
        line(text).and_then(|line| Record::placed(line).ok())
    }

    /// A line with everything that is usual, and an event that is not.
    fn example() -> String {
        let mut text = String::new();
        text.push_str(r#"{"id":"c1","seq":3,"events":[{"type":"started","channel":"chat","language":"de","at":0},"#);
        text.push_str(r#"{"type":"customer-message","id":"m1","text":"Schön, das \u00e4rgert mich","at":1000},"#);
        text.push_str(r#"{"type":"score","messageId":"m1","score":{"score":-0.125,"label":"neutral","#);
        text.push_str(r#""frustration":0.4,"urgency":0,"sarcasm":false},"source":"on-device","at":1000.5},"#);
        text.push_str(r#"{"type":"customer-message","id":"m2","features":{"cues":[{"cue":"asks-human","strength":1},"#);
        text.push_str(
            r#"{"cue":"shouting","strength":0.5}],"length":31,"answer":"yes"},"awaitsModel":true,"at":2000},"#,
        );
        text.push_str(
            r#"{"type":"bot-message","id":"b1","features":{"cues":[],"length":9,"apology":true,"asks":true}},"#,
        );
        text.push_str(r#"{"type":"score-failed","messageId":"m2","failure":"timeout","at":2.5e3},{"type":"tick"}],"#);
        text.push_str(r#""decisions":[{"id":"d1","action":"respond"},null],"outcome":{"needed":true,"atTurn":2}}"#);
        text
    }

    #[test]
    fn what_this_project_writes_is_usual() {
        let material = simmerdown_material::log(7, 200);
        let kept = std::fs::read_to_string("tests/data/conversations.jsonl").unwrap();
        let texts = kept.lines().map(|line| Record::parse(line).unwrap()).map(|record| {
            let Record { id, events, .. } = record.without_texts().unwrap();
            crate::to_json(&serde_json::json!({ "id": id, "events": events })).unwrap()
        });
        // An object of `json!` has its keys in the order of the alphabet.
        let texts: Vec<String> = texts.map(|line| line.replace(r#"{"events""#, r#"{"id":"c","events""#)).collect();
        let texts = texts.iter().map(|line| line.rsplit_once(r#","id":""#).unwrap().0.to_owned() + "}");
        let own: Vec<String> = texts.chain(material.lines().map(str::to_owned)).collect();
        for text in own.iter().chain([&example()]) {
            let read = usual(text);
            assert!(read.is_some(), "not usual: {text}");
            assert_eq!(read, by_serde(text), "{text}");
        }
    }

    #[test]
    fn a_line_with_an_event_that_cannot_be_applied_is_not_read() {
        let long = format!(r#"{{"type":"customer-message","id":"{}","text":"x"}}"#, "m".repeat(257));
        let cues = |cues: &str| {
            format!(r#"{{"type":"customer-message","id":"m1","features":{{"cues":[{cues}],"length":9}}}}"#)
        };
        let bad = [
            r#"{"type":"customer-message","id":"","text":"x"}"#.to_owned(),
            long,
            r#"{"type":"customer-message","id":"m1","at":1}"#.to_owned(),
            r#"{"type":"bot-message","id":"b1","text":"x","features":{"cues":[],"length":1}}"#.to_owned(),
            r#"{"type":"bot-message","id":"b1","text":"x","at":-5}"#.to_owned(),
            r#"{"type":"bot-message","id":"b1","features":{"cues":[],"length":900000}}"#.to_owned(),
            r#"{"type":"score","messageId":"","score":{"score":0,"label":"neutral","frustration":0,"urgency":0},"source":"model"}"#.to_owned(),
            r#"{"type":"tick","at":-1}"#.to_owned(),
            cues(r#"{"cue":"legal","strength":0}"#),
            cues(r#"{"cue":"legal","strength":1},{"cue":"legal","strength":0.5}"#),
        ];
        let lines = bad.iter().map(|event| format!(r#"{{"id":"c","events":[{event}]}}"#));
        for text in lines.chain([r#"{"id":"","events":[]}"#.to_owned()]) {
            assert!(by_serde(&text).is_none() && line(&text).is_none(), "{text}");
        }
        let good = cues(r#"{"cue":"legal","strength":1}"#);
        assert!(line(&format!(r#"{{"id":"c","events":[{good}]}}"#)).is_some());
    }

    proptest! {
        /// However a line is changed, it is read as serde reads it or left to it.
        #[test]
        fn a_changed_line_is_read_as_serde_reads_it_or_not_at_all(
            changes in prop::collection::vec((any::<prop::sample::Index>(), 0_u8..3, prop::sample::select(
                r#"{}[]":,.-+eE0123456789 \utnamesidx"#.chars().chain(['\u{1}', 'ä']).collect::<Vec<_>>()
            )), 1..4)
        ) {
            let mut text: Vec<char> = example().chars().collect();
            for (place, kind, with) in changes {
                let place = place.index(text.len());
                match kind {
                    0 => { text.remove(place); }
                    1 => text.insert(place, with),
                    _ => text[place] = with,
                }
            }
            let text: String = text.into_iter().collect();
            if let Some(read) = usual(&text) {
                prop_assert_eq!(Some(read), by_serde(&text), "{}", text);
            }
        }

        /// A number is the double that serde reads, bit for bit.
        #[test]
        fn a_number_is_the_double_that_serde_reads(text in "-?(0|[1-9][0-9]{0,17})(\\.[0-9]{1,18})?([eE]-?[0-9]{1,3})?") {
            let mut rest = Rest(&text);
            if let Some(number) = rest.number() && rest.0.is_empty() {
                let want: f64 = serde_json::from_str(&text).unwrap();
                prop_assert_eq!(number.to_bits(), want.to_bits(), "{}", text);
            }
        }

        #[test]
        fn a_written_double_of_a_score_is_read(thousandths in -1000_i32..=1000, at in 0_u64..1_800_000_000_000) {
            for want in [f64::from(thousandths) / 1000.0, at as f64 / 8.0, at as f64] {
                let text = serde_json::to_string(&want).unwrap();
                let read = Rest(&text).number();
                prop_assert!(read == Some(want) || text.starts_with("-0.0") || text.len() > 16, "{} {:?}", text, read);
            }
        }
    }
}
