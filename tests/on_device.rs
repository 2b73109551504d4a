//! The on-device scorer and the cues on whatever comes: no panic, no number out of range, bounded work.
#![cfg(not(target_family = "wasm"))]
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

use proptest::prelude::*;
use simmerdown::{Conversation, CustomerSaid, Label, MAX_TEXT_LENGTH, Options, cut_text, extract_cues, on_device};

/// Everything that is told of a text; fails on anything out of range.
fn told(text: &str) -> Option<(f64, Label, f64, f64)> {
    let cues = extract_cues(text);
    for hit in &cues {
        assert!(hit.strength > 0.0 && hit.strength <= 1.0, "{hit:?}");
    }
    let score = on_device::score(text, None).ok()?;
    assert!((-1.0..=1.0).contains(&score.score()), "{score:?}");
    assert!((0.0..=1.0).contains(&score.frustration()) && (0.0..=1.0).contains(&score.urgency()), "{score:?}");
    Some((score.score(), score.label(), score.frustration(), score.urgency()))
}

fn hostile() -> Vec<String> {
    vec![
        "the constructor failed".to_owned(),
        "__proto__ is bad".to_owned(),
        "prototype toString valueOf hasOwnProperty".to_owned(),
        String::new(),
        " \t\n\u{a0}\u{3000}".to_owned(),
        "!".repeat(50_000),
        "a".repeat(20_000),
        ('a'..='z').cycle().take(20_000).collect(),
        "Z̷̢̛a̶͝l̵̈́g̴͌o̷̕ ".repeat(2_000),
        format!("u{}seless", "\u{301}".repeat(30_000)),
        "\u{202e}desrever si siht\u{202c}".to_owned(),
        "שירות גרוע، أين طلبي؟".to_owned(),
        "😡😡😡".to_owned(),
        "👨\u{200d}👩\u{200d}👧\u{200d}👦".repeat(1_000),
        "\u{fffd}\u{fffd}".to_owned(),
        "\0\u{1}\u{7f}\u{85}".to_owned(),
        "'''''’’’’ʼʼʼʼ".to_owned(),
        ">:( :'( <3 </3 :-) ;) =D :@ :O".repeat(500),
        "not not not not never no ".repeat(1_000),
        "talk to a talk to the talk with one of your ".repeat(1_000),
        "useless ".repeat(1_000_000),
        "https://".repeat(5_000),
        "@@@@ @a @b".to_owned(),
        "ﬀ ǅ İ ẞ ſ K Å ϴ".to_owned(),
        "１２３ ٤٥٦ ⅷ ½".to_owned(),
    ]
}

#[test]
fn hostile_texts_are_told_of_within_range() {
    for text in hostile() {
        told(&text);
        let mut conversation = Conversation::new(Options::default()).unwrap();
        conversation.customer_said(CustomerSaid { text, ..CustomerSaid::default() }).unwrap();
    }
}

/// Nothing behind the cap is read, so a text of any length costs no more than one of the cap's.
#[test]
fn what_stands_behind_the_cap_changes_nothing() {
    for text in hostile() {
        let cut = cut_text(&text);
        assert!(cut.encode_utf16().count() <= MAX_TEXT_LENGTH);
        assert_eq!(told(&text), told(cut));
        assert_eq!(extract_cues(&text), extract_cues(cut));
    }
}

#[test]
fn anger_in_emoji_alone_is_not_neutral() {
    for text in ["😡😡😡", "😡", "🤬🤬", "😠😤", "🖕"] {
        assert_eq!(told(text).unwrap().1, Label::Negative, "{text}");
    }
    assert_eq!(told("❤️😍").unwrap().1, Label::Positive);
}

/// Words of anger that the customer turns on himself, or on nothing, are no frustration with the company. The phrasings are
/// not those of the training's grammar.
#[test]
fn blame_that_the_customer_takes_is_calm() {
    let frustration = |text: &str| told(text).unwrap().2;
    for text in [
        "my bad, I clicked the wrong thing",
        "crap, wrong chat",
        "I hate to bother you but can you help",
        "ugh I keep forgetting my pin, sorry about that",
        "dammit I entered last year's address by accident",
        "no it's on me, I should have read the instructions",
        "wrong number, apologies!",
        "I feel like an idiot, the plug wasn't in",
        "sorry to be such a pain, one more thing",
        "oh no I sent it to my old flat, how can I change that",
        "haha that was dumb of me, got it working now",
        "scratch that, I misclicked",
        "Shit, I pasted my notes here by accident",
        "I'm an idiot, forgot to attach the file",
        "sorry that's my mistake, ignore the last bit",
        "stupid question maybe, but what does pending mean?",
        "I'm hopeless with apps, which menu is that in?",
        "I must have messed something up in the settings",
        "damn autocorrect, I meant Leeds",
        "Sorry for being a nuisance, can I change the date?",
        "I accidentally deleted my booking",
        "argh typo, it's 4417",
        "I screwed up the form, can I start over?",
        "please ignore, wrong tab lol",
        "apologies if this has been asked a hundred times",
    ] {
        assert!(frustration(text) < 0.75, "{text}: {}", frustration(text));
    }
    for text in [
        "crap service, third wrong parcel",
        "damn it, your site crashed again",
        "you clicked the wrong thing again, not me",
        "I hate this company",
        "this is your mistake and you expect me to pay",
        "you idiots sent the wrong one again",
        "shit support, nobody answers",
        "wrong answer again, you're useless",
        "I hate having to bother you every single day about the same refund",
        "what a stupid system",
    ] {
        assert!(frustration(text) >= 0.7, "{text}: {}", frustration(text));
    }
}

/// Names of JavaScript's object prototype are words like any other.
#[test]
fn names_of_a_prototype_mean_nothing() {
    let plain = told("the gardener failed").unwrap();
    for word in ["constructor", "__proto__", "hasOwnProperty", "toString"] {
        let (score, label, frustration, _) = told(&format!("the {word} failed")).unwrap();
        assert_eq!(label, plain.1, "{word}");
        assert!(
            (score - plain.0).abs() < 0.35 && (frustration - plain.2).abs() < 0.35,
            "{word}: {score} {frustration}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_told_of_within_range(text in "\\PC{0,300}") {
        told(&text);
    }

    #[test]
    fn any_characters_at_all_are_told_of_within_range(text in proptest::collection::vec(any::<char>(), 0..300)) {
        told(&text.into_iter().collect::<String>());
    }

    /// Words the packs and the model look for, in any order, with marks between them.
    #[test]
    fn any_order_of_telling_words_is_told_of_within_range(
        words in proptest::collection::vec(
            prop::sample::select(vec![
                "talk", "to", "a", "human", "agent", "not", "never", "don't", "kill", "myself", "useless", "THIRD", "time", "!!!",
                "?", "...", "😡", ":(", "thanks", "great", "but", "please", "no", "@acme", "https://t.co/x", "3rd", "42", ",", "\n",
                "very", "sooooo", "WTF", "sue", "you", "with", "real", "person", "me", "get", "one", "of", "your",
            ]),
            0..120,
        ),
    ) {
        let text = words.join(" ");
        told(&text);
        // The same words with the same marks tell the same, whatever stood before: nothing is kept between texts.
        prop_assert_eq!(told(&text), told(&text));
    }
}
