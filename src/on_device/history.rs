//! What happened before a message, as far as it tells how frustrated the customer is who writes it.
//!
//! A message alone does not show that the bot has just failed. Measured on dialogues whose turns people rated
//! (docs/scorer.md): that the bot apologised or failed, or said the same again, tells of dissatisfaction; that the
//! customer said something alike before, or sounded frustrated a moment ago, does not once the message itself is
//! read, so neither is counted here. The rules see both all the same.

use crate::score::SentimentScore;

/// The odds of frustration are so many times as high once the bot failed or apologised: e, one step in log-odds.
const BOT_FAILED: f64 = core::f64::consts::E;
/// Likewise once the bot said the same again: half a step.
const BOT_REPEATED: f64 = 1.65;

/// What the bot did just before a message.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Before {
    /// It apologised, or could not answer.
    pub bot_failed: bool,
    /// It said the same again.
    pub bot_repeated: bool,
}

impl Before {
    /// The score of the message in the light of that.
    pub fn tell(self, score: SentimentScore) -> SentimentScore {
        let failed = if self.bot_failed { BOT_FAILED } else { 1.0 };
        let repeated = if self.bot_repeated { BOT_REPEATED } else { 1.0 };
        if self == Before::default() { score } else { score.with_frustration_odds(failed * repeated) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::{Conversation, CustomerSaid, Options};
    use crate::event::Event;
    use crate::policy::Policy;

    fn frustration(conversation: &mut Conversation, text: &str) -> f64 {
        let said = CustomerSaid { text: text.to_owned(), ..CustomerSaid::default() };
        conversation.customer_said(said).unwrap().decision.sentiment.unwrap().score.frustration()
    }

    #[test]
    fn a_bot_that_fails_or_repeats_itself_raises_the_estimate_and_a_good_answer_does_not() {
        let text = "I need the invoice of my last order";
        let alone = super::super::score(text, None).unwrap().frustration();
        let after = |bot: &[&str]| {
            let mut conversation = Conversation::new(Options::default()).unwrap();
            for said in bot {
                conversation.bot_said(said, None, None).unwrap();
            }
            frustration(&mut conversation, text)
        };
        let close = |a: f64, b: f64| (a - b).abs() < 1e-12;
        assert!(close(after(&["Which order is it about?"]), alone));
        let sorry = after(&["Sorry, I cannot find that."]);
        assert!(sorry > alone * 1.8 && sorry < 0.5, "{alone} {sorry}");
        let again = after(&["Please give me the number of your order", "Please give me the number of your order"]);
        assert!(again > alone && again < sorry);
        assert!(close(after(&["Sorry, I cannot find that.", "I found your order now."]), alone));
    }

    #[test]
    fn a_failure_counts_until_the_bot_answers_and_not_after_a_person_was_there() {
        let text = "I need the invoice of my last order";
        let mut conversation = Conversation::new(Options::default()).unwrap();
        let alone = frustration(&mut conversation, text);
        conversation.apply(Event::BotFailed { at: None }).unwrap();
        assert!(frustration(&mut conversation, "The invoice of the order from May") > 0.0);
        let failed = frustration(&mut conversation, text);
        assert!(failed > alone);
        conversation.apply(Event::HumanJoined { at: None }).unwrap();
        conversation.apply(Event::HumanLeft { at: None }).unwrap();
        assert!((frustration(&mut conversation, text) - alone).abs() < 1e-12);
    }

    /// The article decides on scores; what it gets is the message's own.
    #[test]
    fn a_policy_of_scores_alone_gets_the_score_of_the_message() {
        let text = "I need the invoice of my last order";
        let mut conversation =
            Conversation::with_policy(Policy::preset("article").unwrap(), Options::default()).unwrap();
        conversation.apply(Event::BotFailed { at: None }).unwrap();
        conversation.bot_said("Sorry, sorry, I am so sorry", None, None).unwrap();
        assert_eq!(frustration(&mut conversation, text), super::super::score(text, None).unwrap().frustration());
    }

    #[test]
    fn the_estimate_stays_in_range() {
        let all = Before { bot_failed: true, bot_repeated: true };
        for frustration in [0.0, 1e-300, 0.5, 1.0 - f64::EPSILON, 1.0] {
            let score = SentimentScore::new(0.0, crate::score::Label::Neutral, frustration, 0.0).unwrap();
            let told = all.tell(score).frustration();
            assert!((frustration..=1.0).contains(&told), "{frustration} {told}");
        }
    }
}
