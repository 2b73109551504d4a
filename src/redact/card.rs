//! Payment cards: the issuers' ranges (ISO/IEC 7812) with their lengths, and Luhn's checksum.

use super::context::Context;
use super::run::Run;

/// How many of the first groups are a card.
pub(super) fn groups(run: &Run, context: &Context) -> Option<usize> {
    if run.plus {
        return None;
    }
    run.longest(context, |run, context, groups| {
        let digits = run.digits(groups);
        let shaped = groups == 1 || (run.is_parted_by(groups, b" -.") && run.are_wide(groups, 3));
        let known = is_issued(digits) || (context.card && (13..=19).contains(&digits.len()));
        // Sixteen digits without gaps after "order" are the order's.
        shaped && known && luhn(digits) && !(groups == 1 && context.thing && !context.card)
    })
}

// How many digits a card may have, a bit each.
const TWELVE: u8 = 1;
const FOURTEEN: u8 = 1 << 2;
const FIFTEEN: u8 = 1 << 3;
const SIXTEEN: u8 = 1 << 4;
const NINETEEN: u8 = 1 << 7;
/// From seventeen on.
const LONG: u8 = NINETEEN | 1 << 6 | 1 << 5;
/// Maestro, which has them all but fourteen and fifteen.
const MAESTRO: u8 = TWELVE | 1 << 1 | SIXTEEN | LONG;

/// The first and the last four digits that cards of an issuer begin with, and how many digits they have.
const ISSUED: &[(u16, u16, u8)] = &[
    // Mir, Mastercard.
    (2200, 2204, SIXTEEN),
    (2221, 2720, SIXTEEN),
    // Diners, American Express, JCB.
    (3000, 3059, FOURTEEN),
    (3095, 3095, FOURTEEN),
    (3400, 3499, FIFTEEN),
    (3528, 3589, SIXTEEN),
    (3600, 3699, FOURTEEN | SIXTEEN),
    (3700, 3799, FIFTEEN),
    (3800, 3999, FOURTEEN | SIXTEEN),
    // Visa and Elo.
    (4000, 4999, SIXTEEN | NINETEEN),
    (5018, 5018, MAESTRO),
    (5020, 5020, MAESTRO),
    (5038, 5038, MAESTRO),
    // Maestro, Mastercard.
    (5060, 5599, SIXTEEN),
    (5893, 5893, MAESTRO),
    // RuPay, Discover and UnionPay.
    (6000, 6999, SIXTEEN),
    (6011, 6011, NINETEEN),
    (6200, 6299, LONG),
    (6304, 6304, MAESTRO),
    (6440, 6599, NINETEEN),
    (6759, 6759, MAESTRO),
    (6761, 6763, MAESTRO),
    (8100, 8299, SIXTEEN),
    // Troy.
    (9792, 9792, SIXTEEN),
];

/// Whether an issuer has cards that begin so and are as long.
fn is_issued(digits: &[u8]) -> bool {
    let prefix = digits.iter().take(4).fold(0, |value, digit| value * 10 + u16::from(*digit));
    let length = digits.len().checked_sub(12).map_or(0, |more| 1_u32 << more.min(31));
    ISSUED.iter().any(|(first, last, lengths)| (*first..=*last).contains(&prefix) && u32::from(*lengths) & length != 0)
}

/// Luhn's checksum (ISO/IEC 7812-1 annex B).
pub(super) fn luhn(digits: &[u8]) -> bool {
    let mut sum = 0;
    for (place, digit) in digits.iter().rev().enumerate() {
        let weighted = u32::from(*digit) * (1 + place as u32 % 2);
        sum += weighted / 10 + weighted % 10;
    }
    sum.is_multiple_of(10)
}
