//! Payment cards: the issuers' ranges (ISO/IEC 7812) with their lengths, and Luhn's checksum.

use super::context::Context;
use super::run::Run;

/// How many of the first groups are a card.
pub(super) fn groups(run: &Run, context: &Context) -> Option<usize> {
    if run.plus {
        return None;
    }
    (1..=run.len()).rev().find(|groups| {
        let digits = run.digits(*groups);
        let shaped =
            *groups == 1 || (run.is_parted_by(*groups, b" -.") && (0..*groups).all(|group| run.width(group) > 2));
        let known = is_issued(digits) || (context.card && (13..=19).contains(&digits.len()));
        // Sixteen digits without gaps after "order" are the order's.
        shaped && known && luhn(digits) && !(*groups == 1 && context.thing && !context.card)
    })
}

/// Whether an issuer has cards that begin so and are as long.
fn is_issued(digits: &[u8]) -> bool {
    let prefix = digits.iter().take(4).fold(0_u32, |value, digit| value * 10 + u32::from(*digit));
    match digits.len() {
        16 => matches!(
            prefix,
            // Mir, Mastercard, Diners, JCB, Visa and Elo, Maestro, Mastercard, RuPay, Discover and UnionPay, Troy.
            2200..=2204 | 2221..=2720 | 3600..=3699 | 3800..=3999 | 3528..=3589 | 4000..=4999 | 5018 | 5020 | 5038
                | 5060..=5099 | 5100..=5599 | 5893 | 6000..=6999 | 8100..=8299 | 9792
        ),
        // American Express.
        15 => matches!(prefix, 3400..=3499 | 3700..=3799),
        // Diners.
        14 => matches!(prefix, 3000..=3059 | 3095 | 3600..=3699 | 3800..=3999),
        // Visa, UnionPay, Discover.
        19 => matches!(prefix, 4000..=4999 | 6200..=6299 | 6011 | 6440..=6599) || maestro(prefix),
        17 | 18 => matches!(prefix, 6200..=6299) || maestro(prefix),
        12 | 13 => maestro(prefix),
        _ => false,
    }
}

const fn maestro(prefix: u32) -> bool {
    matches!(prefix, 5018 | 5020 | 5038 | 5893 | 6304 | 6759 | 6761..=6763)
}

/// Luhn's checksum (ISO/IEC 7812-1 annex B).
pub(super) fn luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let weighted = u32::from(*digit) * (1 + place as u32 % 2);
            weighted / 10 + weighted % 10
        })
        .sum();
    sum.is_multiple_of(10)
}
