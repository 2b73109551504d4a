//! Replies in any order, twice, late or never: what was delivered decides, not when.

use simmerdown::scoring::CallLimits;
use simmerdown::{Action, Conversation, Decision, Event, Features, Handoff, Options};

use crate::world::{Random, Wire, World, answer};

const MESSAGES: usize = 5;
const TIMEOUT: f64 = 4_000.0;
/// Of each of the 120 orders; more than 100,000 cases together.
const CASES_OF_EACH: u64 = 840;

fn orders() -> Vec<[usize; MESSAGES]> {
    let mut orders = vec![vec![]];
    for _ in 0..MESSAGES {
        orders = orders
            .into_iter()
            .flat_map(|order: Vec<usize>| {
                (0..MESSAGES)
                    .filter(|next| !order.contains(next))
                    .map(|next| [order.clone(), vec![next]].concat())
                    .collect::<Vec<_>>()
            })
            .collect();
    }
    orders.into_iter().map(|order| order.try_into().unwrap()).collect()
}

fn features(text: &str) -> Features {
    let event = Event::CustomerMessage {
        id: "m1".into(),
        text: Some(text.into()),
        features: None,
        awaits_model: true,
        at: None,
    };
    match Conversation::new(Options::default()).unwrap().without_text(event) {
        Event::CustomerMessage { features: Some(features), .. } => features,
        other => panic!("{other:?}"),
    }
}

fn message(place: usize, features: &Features) -> Event {
    let features = Some(features.clone());
    Event::CustomerMessage {
        id: format!("m{place}"),
        text: None,
        features,
        awaits_model: true,
        at: Some(10.0 * place as f64),
    }
}

/// What the rules say, without what the lifecycle adds.
fn assessment(decision: &Decision) -> impl PartialEq + std::fmt::Debug + use<> {
    let Decision {
        should_escalate,
        severity,
        reason,
        rule,
        evidence,
        tone,
        sentiment,
        trend,
        sentiment_history,
        peak_frustration,
        route,
        ..
    } = decision.clone();
    (
        should_escalate,
        severity,
        reason,
        rule,
        evidence,
        tone.label,
        sentiment,
        (trend, sentiment_history, peak_frustration, route),
    )
}

fn rank(handoff: Handoff) -> u8 {
    match handoff {
        Handoff::Bot => 0,
        Handoff::Offered => 1,
        Handoff::Requested => 2,
        Handoff::Queued => 3,
        Handoff::Human => 4,
        Handoff::Returned => 5,
    }
}

#[test]
fn equal_sets_of_delivered_scores_give_an_equal_assessment_and_the_lifecycle_never_goes_back() {
    let texts = [
        "where is my order",
        "THIS IS A JOKE",
        "I want to talk to a human",
        "nothing works, useless!!",
        "thanks, that helped",
    ];
    let features: Vec<Features> = texts.iter().map(|text| features(text)).collect();
    let policies = ["balanced", "article"]
        .map(|name| Options { policy: simmerdown::PolicyChoice::Preset(name.to_owned()), ..Options::default() });
    let (mut cases, mut delivered_scores, mut escalated) = (0, 0, 0);
    for (place, order) in orders().into_iter().enumerate() {
        for seed in 0..CASES_OF_EACH {
            let seed = place as u64 * CASES_OF_EACH + seed;
            let mut random = Random(seed);
            let options = &policies[(seed % 2) as usize];
            let said: Vec<&Features> = (0..MESSAGES).map(|_| &features[random.below(features.len())]).collect();
            let values = [-1.0, -0.6, -0.3, 0.0, 0.8];
            let bodies: Vec<String> = (0..MESSAGES)
                .map(|_| {
                    let (score, frustration) = (values[random.below(5)], [0.0, 0.3, 0.75, 0.9, 1.0][random.below(5)]);
                    format!(r#"{{"score":{score},"label":"negative","frustration":{frustration},"urgency":0.1}}"#)
                })
                .collect();
            // Nothing, late, once or twice; those that come, come in this order.
            let fates: Vec<usize> = (0..MESSAGES).map(|_| random.below(6)).collect();
            let mut network = |random: &mut Random, now: f64, call: u32, _| {
                let message = call as usize;
                let turn = order.iter().position(|other| *other == message).unwrap() as f64;
                let after = 100.0 + 100.0 * turn - now;
                let reply = |after| answer(after, 200, &bodies[message]);
                match fates[message] {
                    0 => vec![Wire::Silence],
                    1 => vec![reply(TIMEOUT + 1.0 + random.between(0.0, 900.0))],
                    2 => vec![reply(after), reply(after + random.between(0.0, 500.0))],
                    _ => vec![reply(after)],
                }
            };

            let mut world = World::new(CallLimits { in_flight: MESSAGES, ..CallLimits::proxy(TIMEOUT) }, seed);
            let mut conversation = Conversation::new(options.clone()).unwrap();
            // Beside it the same with a page that shows what it is told to, and a desk that accepts.
            let mut page = conversation.clone();
            let mut reached = 0;
            for (place, features) in said.iter().enumerate() {
                world.now = 10.0 * place as f64;
                conversation.apply(message(place, features)).unwrap();
                reached = shown(&mut page, message(place, features), reached);
                world.ask(&mut network);
            }
            world.run(f64::INFINITY, &mut network);
            let mut endings: Vec<_> = world.ended.iter().collect();
            endings.sort_by(|one, other| one.1.at.total_cmp(&other.1.at));
            let mut last = None;
            for (call, ended) in endings {
                let id = format!("m{call}");
                let answer = ended.result.clone();
                last = Some(conversation.scorer_answered(&id, answer.clone(), Some(ended.at)).unwrap());
                let decision = page.scorer_answered(&id, answer, Some(ended.at)).unwrap();
                reached = react(&mut page, &decision, reached);
                delivered_scores += usize::from(ended.result.is_ok());
            }

            // The same set of scores, in the order of the messages.
            let mut in_order = Conversation::new(options.clone()).unwrap();
            for (place, features) in said.iter().enumerate() {
                in_order.apply(message(place, features)).unwrap();
            }
            let mut expected = None;
            for (call, ended) in &world.ended {
                expected =
                    Some(in_order.scorer_answered(&format!("m{call}"), ended.result.clone(), Some(5_000.0)).unwrap());
            }
            let (found, expected) = (last.unwrap(), expected.unwrap());
            assert_eq!(assessment(&found), assessment(&expected), "order {order:?}, seed {seed}");
            escalated += usize::from(found.should_escalate);
            cases += 1;
        }
    }
    println!("{cases} cases, {delivered_scores} scores delivered, {escalated} escalated");
    assert!(cases >= 100_000 && delivered_scores > 3 * cases && (cases / 5..cases).contains(&escalated));
}

fn shown(page: &mut Conversation, event: Event, reached: u8) -> u8 {
    let decision = page.apply(event).unwrap();
    react(page, &decision, reached)
}

/// The page does what the decision says; the lifecycle is never less far than it was.
fn react(page: &mut Conversation, decision: &Decision, reached: u8) -> u8 {
    let now = rank(decision.handoff);
    assert!(now >= reached, "{:?} after {reached}", decision.handoff);
    let next = match (decision.action, decision.handoff) {
        (Action::Offer | Action::Ask, Handoff::Bot) => Event::OfferShown { at: None },
        (_, Handoff::Requested) => Event::HandoffQueued { reference: None, wait_ms: None, position: None, at: None },
        _ => return now,
    };
    let after = rank(page.apply(next).unwrap().handoff);
    assert!(after >= now);
    after
}
