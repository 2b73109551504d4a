//! What happened before a message, as far as it tells how frustrated the customer is who writes it.
//!
//! A message alone does not show that the bot has just failed. Measured on dialogues whose turns people rated, and on
//! whole conversations (docs/scorer.md): that the bot apologised or failed, or said the same again, tells of
//! dissatisfaction, and so does how frustrated the customer sounded a message ago; that the customer said something
//! alike before does not once the message itself is read, so it is not counted here. The rules see it all the same.

use crate::score::{Label, SentimentScore};

/// The odds of frustration are so many times as high once the bot failed or apologised: e, one step in log-odds.
const BOT_FAILED: f64 = core::f64::consts::E;
/// Likewise once the bot said the same again: half a step.
const BOT_REPEATED: f64 = 1.65;
/// The odds of frustration a message ago up to which it says nothing of this one.
const USUAL_ODDS: f64 = 0.45;
/// The most that the message before can do to the odds.
const MOST_ROUSED: f64 = 4.5;

/// What happened just before a message.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Before {
    /// The bot apologised, or could not answer.
    pub bot_failed: bool,
    /// The bot said the same again.
    pub bot_repeated: bool,
    /// How frustrated the customer sounded a message ago, 0 to 1; none before the first, and once a person has dealt
    /// with it.
    pub frustration: Option<f64>,
}

impl Before {
    /// The score of the message in the light of that.
    pub fn tell(self, score: SentimentScore) -> SentimentScore {
        let failed = if self.bot_failed { BOT_FAILED } else { 1.0 };
        let repeated = if self.bot_repeated { BOT_REPEATED } else { 1.0 };
        // Who is glad now is no longer what they were.
        let felt = if score.label() == Label::Positive { 1.0 } else { self.mood() };
        let times = failed * repeated * felt;
        if times == 1.0 { score } else { score.with_frustration_odds(times) }
    }

    /// What the message before does to the odds, from once to [`MOST_ROUSED`]: as many times as its own were above
    /// the usual. What it was told already has its message before in it, so what was felt fades from turn to turn.
    fn mood(self) -> f64 {
        self.frustration.map_or(1.0, |was| (was / (1.0 - was) / USUAL_ODDS).clamp(1.0, MOST_ROUSED))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::{Conversation, CustomerSaid, Options};
    use crate::event::Event;
    use crate::policy::Policy;
    use crate::score::ScoreSource;

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

    #[test]
    fn what_was_felt_a_message_ago_raises_the_estimate_and_fades() {
        let (angry, plain) = ("I am so angry, this is the worst service ever", "I need the invoice of my last order");
        let alone = |text| super::super::score(text, None).unwrap().frustration();
        let mut conversation = Conversation::new(Options::default()).unwrap();
        assert_eq!(frustration(&mut conversation, plain), alone(plain), "nothing was before");
        assert_eq!(frustration(&mut conversation, plain), alone(plain), "a calm message says nothing of the next");
        assert!(frustration(&mut conversation, angry) >= 0.75);
        let after: Vec<f64> = (0..8).map(|_| frustration(&mut conversation, plain)).collect();
        assert!(after[0] > alone(plain) * 1.8 && after[0] < 0.75, "{after:?}");
        assert!(after.is_sorted_by(|a, b| a >= b) && after[7] == alone(plain), "{after:?}");
        assert!(frustration(&mut conversation, angry) >= 0.75);
        assert!(frustration(&mut conversation, "thanks, that solved it") < 0.25);
    }

    #[test]
    fn a_model_that_heard_anger_counts_and_not_after_a_person_was_there() {
        let plain = "I need the invoice of my last order";
        let alone = super::super::score(plain, None).unwrap().frustration();
        let mut conversation = Conversation::new(Options::default()).unwrap();
        let said = conversation.customer_said(CustomerSaid { text: plain.to_owned(), ..CustomerSaid::default() });
        let heard = SentimentScore::new(-0.9, Label::Negative, 0.95, 0.5).unwrap();
        let (message_id, source) = (said.unwrap().id, ScoreSource::Model);
        conversation.apply(Event::Score { message_id, score: heard, source, at: None }).unwrap();
        assert!(frustration(&mut conversation, plain) > alone);
        conversation.apply(Event::HumanJoined { at: None }).unwrap();
        conversation.apply(Event::HumanLeft { at: None }).unwrap();
        assert_eq!(frustration(&mut conversation, plain), alone);
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
        let all = Before { bot_failed: true, bot_repeated: true, frustration: Some(1.0) };
        for frustration in [0.0, 1e-300, 0.5, 1.0 - f64::EPSILON, 1.0] {
            let score = SentimentScore::new(0.0, Label::Neutral, frustration, 0.0).unwrap();
            let told = all.tell(score).frustration();
            assert!((frustration..=1.0).contains(&told), "{frustration} {told}");
        }
    }
}
