//! Personal data out of a text, before the text goes anywhere: e-mail addresses, payment cards, IBANs, phone
//! numbers and national ids become placeholders.
//!
//! One pass by hand-written rules, each of them the published format and, where there is one, its checksum. What
//! stands before a number ("order", "call me on") settles what the digits alone leave open. The work is linear in
//! the text.

mod card;
mod context;
mod email;
mod folded;
mod iban;
mod national_id;
mod phone;
mod run;

use std::borrow::Cow;
use std::cell::OnceCell;

use serde::Serialize;

use crate::reading::{Fields, Read, Reading, deserialize_by_tree};
use crate::tree::Tree;
use crate::words::{MAX_TEXT_LENGTH, cut_text, cut_to};
use context::Context;
use folded::Folded;
use run::Run;

/// How far past the cap a text is read, in UTF-16 code units, so that a number which the cap would cut in two is
/// still seen whole. Longer than any number that is looked for.
pub(crate) const OVERHANG: usize = 64;

/// What becomes a placeholder. In JSON an object of flags, every one true unless told, or one flag for all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
#[allow(clippy::struct_excessive_bools, reason = "five independent switches")]
pub struct Redaction {
    /// E-mail addresses: `[email]`.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub email: bool,
    /// Payment cards: `[card]`.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub card: bool,
    /// Bank accounts: `[iban]`.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub iban: bool,
    /// Phone numbers: `[phone]`.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub phone: bool,
    /// National ids, tax and social security numbers: `[id]`.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub national_id: bool,
}

impl Redaction {
    /// Everything that is known: what may leave the page, and what is stored.
    pub const ALL: Redaction = Redaction { email: true, card: true, iban: true, phone: true, national_id: true };
    /// Nothing.
    pub const NONE: Redaction = Redaction { email: false, card: false, iban: false, phone: false, national_id: false };
    /// For the agent who takes over: no card, account or id, but the address and the number to answer to.
    pub const HANDOFF: Redaction = Redaction { email: false, phone: false, ..Redaction::ALL };
}

impl Default for Redaction {
    fn default() -> Self {
        Redaction::ALL
    }
}

impl Read for Redaction {
    fn read(tree: Tree, reading: &mut Reading) -> Self {
        if let Tree::Flag(all) = tree {
            return if all { Redaction::ALL } else { Redaction::NONE };
        }
        let names = ["email", "card", "iban", "phone", "nationalId"];
        let mut flags = Fields::only(tree, "`true`, `false` or an object of flags", &names, reading);
        let [email, card, iban, phone, national_id] = names.map(|name| flags.take(name, true));
        Redaction { email, card, iban, phone, national_id }
    }
}

deserialize_by_tree!(Redaction);

/// A kind of personal data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Email,
    Card,
    Iban,
    Phone,
    NationalId,
}

impl Kind {
    const fn placeholder(self) -> &'static str {
        match self {
            Kind::Email => "[email]",
            Kind::Card => "[card]",
            Kind::Iban => "[iban]",
            Kind::Phone => "[phone]",
            Kind::NationalId => "[id]",
        }
    }

    const fn among(self, what: Redaction) -> bool {
        match self {
            Kind::Email => what.email,
            Kind::Card => what.card,
            Kind::Iban => what.iban,
            Kind::Phone => what.phone,
            Kind::NationalId => what.national_id,
        }
    }
}

/// Personal data in a text, by place in its folded form.
#[derive(Debug, Clone, Copy)]
struct Found {
    kind: Kind,
    start: usize,
    end: usize,
}

/// The text with placeholders in the place of personal data. Redacting a redacted text changes nothing.
///
/// ```
/// use simmerdown::{Redaction, redact};
///
/// let text = "Card 4111 1111 1111 1111, order 4521-8834: write to ann@example.com";
/// assert_eq!(redact(text, Redaction::ALL), "Card [card], order 4521-8834: write to [email]");
/// assert_eq!(redact(text, Redaction::HANDOFF), "Card [card], order 4521-8834: write to ann@example.com");
/// ```
#[must_use]
pub fn redact(text: &str, what: Redaction) -> Cow<'_, str> {
    if what == Redaction::NONE { Cow::Borrowed(text) } else { replace(text, &personal(text), what, text.len()) }
}

/// The first [`MAX_TEXT_LENGTH`] UTF-16 code units of a text, redacted. A number that the cap would cut in two
/// is replaced whole, so that no half of it is left.
#[must_use]
pub fn redact_cut(text: &str, what: Redaction) -> Cow<'_, str> {
    if what == Redaction::NONE { Cow::Borrowed(cut_text(text)) } else { Looked::at(text).redacted(what) }
}

/// A text that is looked through for personal data once, to be redacted in more than one way.
#[derive(Debug)]
pub(crate) struct Looked<'a> {
    /// A little more than the cap: what is found may begin before it and end behind it.
    text: &'a str,
    found: OnceCell<Vec<Found>>,
}

impl<'a> Looked<'a> {
    pub fn at(text: &'a str) -> Looked<'a> {
        Looked { text: cut_to(text, MAX_TEXT_LENGTH + OVERHANG), found: OnceCell::new() }
    }

    /// As [`redact_cut`].
    pub fn redacted(&self, what: Redaction) -> Cow<'a, str> {
        let kept = cut_text(self.text);
        match replace(self.text, self.found.get_or_init(|| personal(self.text)), what, kept.len()) {
            // A placeholder can be longer than what it replaces.
            Cow::Owned(redacted) if kept.len() < self.text.len() => Cow::Owned(cut_text(&redacted).to_owned()),
            replaced => replaced,
        }
    }
}

/// The first `until` bytes of the text, with everything that starts in them replaced whole.
fn replace<'a>(text: &'a str, all: &[Found], what: Redaction, until: usize) -> Cow<'a, str> {
    let mut redacted = String::new();
    let mut copied = 0;
    for found in all.iter().filter(|found| found.kind.among(what)) {
        if found.start >= until {
            break;
        }
        redacted.push_str(text.get(copied..found.start).unwrap_or_default());
        redacted.push_str(found.kind.placeholder());
        copied = found.end;
    }
    if copied == 0 {
        return Cow::Borrowed(text.get(..until).unwrap_or(text));
    }
    redacted.push_str(text.get(copied..until).unwrap_or_default());
    Cow::Owned(redacted)
}

/// All personal data of a text, by place in the text.
fn personal(text: &str) -> Vec<Found> {
    if !folded::worth_a_look(text) {
        return Vec::new();
    }
    let folded = Folded::new(text);
    let mut found = find(&folded);
    for one in &mut found {
        (one.start, one.end) = (folded.place(one.start), folded.end_of(one.end));
    }
    found
}

/// All personal data of a text, in order, none overlapping.
fn find(folded: &Folded) -> Vec<Found> {
    let emails = email::find(folded);
    let mut found: Vec<Found> = Vec::new();
    let mut next_email = emails.iter().peekable();
    let (mut at, mut digit) = (0, 0);
    while at < folded.len() {
        if let Some(email) = next_email.next_if(|email| email.start <= at) {
            found.push(*email);
            at = email.end.max(at + 1);
            continue;
        }
        let end = next_email.peek().map_or(folded.len(), |email| email.start);
        digit = folded.digit_from(at.max(digit));
        match number_at(folded, at, end, digit - at) {
            Some(number) => {
                at = number.end;
                found.push(number);
            }
            None => at = folded.next_start(at).min(end),
        }
    }
    found
}

/// Personal data that starts exactly here and ends at `end` at the latest; the next digit is so far away.
fn number_at(folded: &Folded, at: usize, end: usize, digit: usize) -> Option<Found> {
    if !folded.starts_token(at) {
        return None;
    }
    let found = |kind, end| Some(Found { kind, start: at, end });
    if digit > MAX_BEFORE_DIGIT {
        let end = national_id::end_of_codice_fiscale(folded, at).filter(|stop| *stop <= end)?;
        return found(Kind::NationalId, end);
    }
    let first = folded.get(at);
    let context = Context::before(folded, at);
    if first.is_ascii_alphanumeric() {
        if let Some(end) = iban::end(folded, at).filter(|stop| *stop <= end) {
            return found(Kind::Iban, end);
        }
        if let Some(end) = national_id::end_of_token(folded, at, &context).filter(|stop| *stop <= end) {
            return found(Kind::NationalId, end);
        }
    }
    let run = Run::at(folded, at, end)?;
    if let Some(groups) = card::groups(&run, &context) {
        return found(Kind::Card, run.end_of(groups));
    }
    if let Some(groups) = national_id::groups(&run, &context) {
        return found(Kind::NationalId, run.end_of(groups));
    }
    phone::groups(&run, &context).and_then(|groups| found(Kind::Phone, run.end_of(groups)))
}

/// How many characters what is looked for may have before its first digit; only the codice fiscale, which can be
/// written without any, may have more.
const MAX_BEFORE_DIGIT: usize = 18;

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> String {
        redact(text, Redaction::ALL).into_owned()
    }

    #[test]
    fn every_kind_becomes_its_placeholder() {
        for (text, redacted) in [
            ("write to Ann.Lee+shop@mail.example.co.uk.", "write to [email]."),
            ("<ann@example.com>, bob@example.org", "<[email]>, [email]"),
            ("card 4111 1111 1111 1111 exp 12/27", "card [card] exp 12/27"),
            ("378282246310005", "[card]"),
            ("my IBAN is DE89 3704 0044 0532 0130 00 and I wait", "my IBAN is [iban] and I wait"),
            ("gb29nwbk60161331926819", "[iban]"),
            ("call me on +44 20 7946 0958 after 5", "call me on [phone] after 5"),
            ("(555) 123-4567 or 555.123.4567", "[phone] or [phone]"),
            ("06 12 34 56 78", "[phone]"),
            ("my SSN is 123-45-6789", "my SSN is [id]"),
            ("QQ 12 34 56 C is no number, AB 12 34 56 C is", "QQ 12 34 56 C is no number, [id] is"),
            ("DNI 12345678Z", "DNI [id]"),
            ("RSSMRA85T10A562S", "[id]"),
            ("CPF 529.982.247-25", "CPF [id]"),
        ] {
            assert_eq!(all(text), redacted);
        }
    }

    #[test]
    fn what_is_no_personal_data_survives() {
        for text in [
            "Where is order 4521-8834? I ordered on 2024-05-17 at 10:30.",
            "order #4155552671 for $1,299.00 or 1.299,00 \u{20ac}",
            "tracking 1Z999AA10123456784 and 9400 1000 0000 0000 0000 00",
            "version 10.0.19045.3693, build 20240517103000, 192.168.100.200",
            "Amazon 112-1234567-1234567, INV-2024-00123, sizes 38 40 42 44",
            "17.05.2024 12:30, 01.02.2024 12 Uhr, in 2019 2020 2021",
            "I paid 3 times @ 5.00 each, @support on 24/7",
            "order number is 123456789012, 1 299 000 kr",
        ] {
            assert_eq!(all(text), text);
        }
    }

    /// Its digits fit the checksum of a national id.
    #[test]
    fn a_phone_number_that_is_named_stays_for_the_agent() {
        for text in ["Call me on 07443146159", "call 070123-4567"] {
            assert_eq!(redact(text, Redaction::HANDOFF), text);
            assert!(all(text).ends_with("[phone]"), "{}", all(text));
        }
        for text in ["mi teléfono es 612345678", "Telefon 501234567", "mon téléphone 612345678", "tlf 612345678"] {
            assert!(all(text).ends_with("[phone]"), "{}", all(text));
        }
    }

    #[test]
    fn what_is_switched_off_stays_and_is_not_taken_for_something_else() {
        let text = "ann@example.com, +1 415 555 2671, 4111111111111111, DE89370400440532013000, 123-45-6789";
        assert_eq!(redact(text, Redaction::NONE), text);
        assert_eq!(redact(text, Redaction::HANDOFF), "ann@example.com, +1 415 555 2671, [card], [iban], [id]");
        let only_phones = Redaction { phone: true, ..Redaction::NONE };
        assert_eq!(
            redact(text, only_phones),
            "ann@example.com, [phone], 4111111111111111, DE89370400440532013000, 123-45-6789"
        );
    }

    #[test]
    fn disguises_do_not_help() {
        for (text, redacted) in [
            ("4111\u{a0}1111\u{2011}1111\u{2013}1111", "[card]"),
            ("41\u{200b}11111111\u{feff}111111", "[card]"),
            ("\u{ff14}\u{ff11}\u{ff11}\u{ff11}1111 1111 1111", "[card]"),
            ("\u{661}", "\u{661}"),
            ("+\u{664}\u{664} \u{662}\u{660} \u{667}\u{669}\u{664}\u{666} \u{660}\u{669}\u{665}\u{668}", "[phone]"),
            ("ann\u{ff20}example.com", "[email]"),
        ] {
            assert_eq!(all(text), redacted, "{text}");
        }
    }

    #[test]
    fn redacting_twice_is_redacting_once_and_a_clean_text_is_not_copied() {
        let once = all("call 555-123-4567 about ann@example.com [card] DE89370400440532013000");
        assert_eq!(all(&once), once);
        assert!(matches!(redact("nothing here, 24/7", Redaction::ALL), Cow::Borrowed(_)));
        assert!(matches!(redact("nothing here", Redaction::ALL), Cow::Borrowed(_)));
    }

    #[test]
    fn a_number_at_the_cap_is_replaced_whole() {
        for before in MAX_TEXT_LENGTH - 20..MAX_TEXT_LENGTH + 2 {
            let text = format!("{} 4111 1111 1111 1111 and more", "a".repeat(before - 1));
            let redacted = redact_cut(&text, Redaction::ALL);
            assert!(!redacted.contains("4111"), "{before}");
            assert!(redacted.encode_utf16().count() <= MAX_TEXT_LENGTH);
        }
        assert_eq!(redact_cut(&"\u{1f621}".repeat(9_000), Redaction::ALL).encode_utf16().count(), MAX_TEXT_LENGTH);
    }

    #[test]
    fn hostile_texts_take_linear_work() {
        for unit in ["1", "1 ", "@", "a@", "a.", "+", "(", "1-", "DE89 ", "12345678", "\u{661}", "order ", "[email]"] {
            let text = unit.repeat(200_000 / unit.len());
            let _ = redact(&text, Redaction::ALL);
        }
    }

    #[test]
    fn json_is_a_flag_or_an_object_of_flags() {
        let read = |json: &str| serde_json::from_str::<Redaction>(json);
        assert_eq!(read("true").unwrap(), Redaction::ALL);
        assert_eq!(read("false").unwrap(), Redaction::NONE);
        assert_eq!(read("{}").unwrap(), Redaction::ALL);
        assert_eq!(read(r#"{"email":false,"phone":false}"#).unwrap(), Redaction::HANDOFF);
        for bad in ["1", "null", "\"all\"", r#"{"mail":true}"#, r#"{"email":1}"#] {
            assert!(read(bad).is_err(), "{bad}");
        }
        let json = serde_json::to_string(&Redaction::HANDOFF).unwrap();
        assert_eq!(read(&json).unwrap(), Redaction::HANDOFF);
    }
}
