//! National ids, tax and social security numbers, by their published formats and checksums.
//!
//! With a checksum or an unmistakable shape an id is found by itself; one that is only a few digits (the Dutch BSN,
//! an SSN without dashes) is found after words that say what it is.

use super::card::luhn;
use super::context::Context;
use super::folded::{Folded, OTHER_LETTER, is_word};
use super::run::{Run, are_years};
use crate::strings::has;

/// The check letters of the Spanish DNI and NIE, by the remainder of 23.
const DNI: &[u8; 23] = b"TRWAGMYFPDXBNJZSQVHLCKE";
/// The check characters of the Finnish henkilötunnus, by the remainder of 31.
const HETU: &[u8; 31] = b"0123456789ABCDEFHJKLMNPRSTUVWXY";
/// The signs of the centuries in a henkilötunnus, besides dash and plus.
const CENTURIES: &[u8] = b"YXWVUABCDEF";
/// What the odd places of an Italian codice fiscale count, by letter; a digit counts as the letter of its value.
const CODICE_ODD: [u32; 26] =
    [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
/// Dihedral multiplication and the permutation of Verhoeff's checksum (Aadhaar).
const VERHOEFF: [[u8; 10]; 10] = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    [1, 2, 3, 4, 0, 6, 7, 8, 9, 5],
    [2, 3, 4, 0, 1, 7, 8, 9, 5, 6],
    [3, 4, 0, 1, 2, 8, 9, 5, 6, 7],
    [4, 0, 1, 2, 3, 9, 5, 6, 7, 8],
    [5, 9, 8, 7, 6, 0, 4, 3, 2, 1],
    [6, 5, 9, 8, 7, 1, 0, 4, 3, 2],
    [7, 6, 5, 9, 8, 2, 1, 0, 4, 3],
    [8, 7, 6, 5, 9, 3, 2, 1, 0, 4],
    [9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
];
const VERHOEFF_STEP: [u8; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];

/// What may stand in a place, behind the letter that names it in a pattern.
const CLASSES: &[&[u8]] = &[
    b"90123456789",
    // The last is any letter that is none of the others.
    b"AABCDEFGHIJKLMNOPQRSTUVWXYZa",
    b"X0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZa",
    // Digits of the codice fiscale, and the letters that stand for them; its months.
    b"N0123456789LMNPQRSTUV",
    b"MABCDEHLMPRST",
    // Holders of a PAN, sexes of a CURP.
    b"HABCFGHJLPT",
    b"SHMX",
    // The first, second and last letter of a NINO.
    b"PABCEGHJKLMNOPRSTWXYZa",
    b"QABCEGHJKLMNPRSTWXYZa",
    b"DABCD",
    // The first of a DNI, and of a NIE.
    b"F0123456789XYZ",
    // Corsica.
    b"22",
    b"CAB",
];

fn fits(text: &[u8], pattern: &[u8]) -> bool {
    let allowed = |(character, name): (&u8, &u8)| {
        let class = CLASSES.iter().find(|class| class.first() == Some(name));
        class.and_then(|class| class.get(1..)).is_some_and(|class| has(class, *character))
    };
    text.len() == pattern.len() && text.iter().zip(pattern).all(allowed)
}

/// An id with letters in it: without what stood between them, as written, and whether the words before it say that it
/// is an id.
struct Token<'a> {
    text: &'a [u8],
    written: &'a [u8],
    named: bool,
}

/// How many letters and digits, what may stand between any two, and what they have to be.
type Lettered = (usize, &'static [u8], fn(&Token) -> bool);

const CODICE_FISCALE: &[Lettered] = &[(16, b" ", |id| is_codice_fiscale(id.text))];
/// Whatever the words before it say.
const UNMISTAKABLE: &[Lettered] =
    &[(18, b"", |id| is_chinese_token(id.text) || is_curp(id.text)), (15, b" ", |id| is_corsican_nir(id.text))];
/// Unless the words before it say that it names a thing.
const LETTERED: &[Lettered] = &[
    (9, b" -.", |id| is_nino(id.text) || is_dni(id)),
    // India, tax: five letters, the fourth the kind of holder, four digits, a letter.
    (10, b"", |id| fits(id.text, b"AAAHA9999A")),
    // "010203-123A", "010203A123B": the century's sign stands between, or counts as one of eleven.
    (10, b"-+", is_finnish),
    (11, b"", is_finnish),
];

/// Where the id of one of these formats ends that starts here.
fn end_of(folded: &Folded, start: usize, named: bool, formats: &[Lettered]) -> Option<usize> {
    for (count, between, is_id) in formats {
        if let Some((text, end)) = folded.compact(start, *count, between) {
            let closed = !is_word(folded.get(end)) && folded.get(end) != OTHER_LETTER;
            if closed && is_id(&Token { text: &text, written: folded.slice(start, end), named }) {
                return Some(end);
            }
        }
    }
    None
}

/// Where the codice fiscale that starts here ends.
pub(super) fn end_of_codice_fiscale(folded: &Folded, start: usize) -> Option<usize> {
    end_of(folded, start, false, CODICE_FISCALE)
}

/// Where the id with letters in it that starts here ends.
pub(super) fn end_of_token(folded: &Folded, start: usize, context: &Context) -> Option<usize> {
    let found = |formats| end_of(folded, start, context.id, formats);
    let known = found(CODICE_FISCALE).or_else(|| found(UNMISTAKABLE));
    if known.is_some() || context.thing {
        return known;
    }
    found(LETTERED).or_else(|| {
        // Whatever follows the words "passport number": a letter at least, the rest digits.
        let mut end = start;
        let mut digits = 0;
        while is_word(folded.get(end)) {
            digits += usize::from(folded.get(end).is_ascii_digit());
            end += 1;
        }
        let length = end - start;
        (context.id && (6..=18).contains(&length) && digits >= 4 && digits < length).then_some(end)
    })
}

/// How many of the first groups are an id of digits.
pub(super) fn groups(run: &Run, context: &Context) -> Option<usize> {
    if run.plus || ((context.thing || context.phone) && !context.id) {
        return None;
    }
    let known = run.longest(context, |run, _, groups| run.is_whole(groups) && is_known(run, groups));
    known.or_else(|| {
        run.longest(context, |run, context, groups| {
            context.id && (6..=18).contains(&run.digits(groups).len()) && run.is_whole(groups)
        })
    })
}

/// How many digits the groups have, none of them for any, and what stands between all of them, nothing for anything;
/// and what the digits have to be.
type Digits = (&'static [u8], fn(&[u8]) -> bool);

const DIGITS: &[Digits] = &[
    (&[3, 2, 4, b'-', b' '], is_ssn),
    (&[4, 2, 3], is_bsn),
    // Sweden, Denmark, Czechia and Slovakia.
    (&[6, 4, b'-'], |digits| is_date(digits, 4) && luhn(digits)),
    (&[6, 4, b'-'], |digits| is_date(digits, 0)),
    (&[6, 4, b'/'], |digits| remainder(digits, 11) == 0),
    (&[11], is_tax_id),
    (&[2, 3, 3, 3, b' '], is_tax_id),
    (&[11], is_pesel),
    (&[11], is_turkish),
    (&[11], is_cpf),
    (&[3, 3, 3, 2], is_cpf),
    (&[9, 2], is_cpf),
    (&[11], is_norwegian),
    (&[6, 5], is_norwegian),
    (&[11], is_belgian),
    (&[2, 2, 2, 3, 2], is_belgian),
    (&[6, 3, 2], is_belgian),
    (&[4, 4, 4, b' ', b'-'], |digits| !are_years(digits) && is_aadhaar(digits)),
    (&[8, 4, b'-'], |digits| digits.get(2..).is_some_and(|rest| is_date(rest, 4) && luhn(rest))),
    (&[], is_ahv),
    (&[6, 7, b'-'], |digits| is_date(digits, 4) && matches!(digits.get(6), Some(1..=8))),
    (&[13], is_south_african),
    (&[6, 4, 3], is_south_african),
    (&[], |digits| digits.len() == 15 && is_nir(digits)),
    (&[18], |digits| digits.split_last().is_some_and(|(check, body)| is_chinese(body, check + b'0'))),
];

fn is_known(run: &Run, groups: usize) -> bool {
    let by = run.separator(groups).unwrap_or_default();
    DIGITS.iter().any(|(shape, is_id)| {
        let widths = shape.iter().position(|part| *part >= b' ').unwrap_or(shape.len());
        let (widths, between) = shape.split_at_checked(widths).unwrap_or_default();
        (widths.is_empty() || run.has_shape(groups, widths))
            && (between.is_empty() || has(between, by))
            && is_id(run.digits(groups))
    })
}

/// A digit's value, whether it is one already or a character.
fn value(digit: u8) -> u32 {
    u32::from(digit & 15)
}

/// The number as a remainder.
fn remainder(digits: &[u8], modulus: u32) -> u32 {
    digits.iter().fold(0, |rest, digit| (rest * 10 + value(*digit)) % modulus)
}

/// The sum of the digits, each times its weight.
fn weighted(digits: &[u8], weights: &[u8]) -> u32 {
    digits.iter().zip(weights).map(|(digit, weight)| value(*digit) * u32::from(*weight)).sum()
}

/// Two digits as a number.
fn two(digits: &[u8], at: usize) -> u32 {
    digits.get(at..at + 2).map_or(0, |two| remainder(two, 100))
}

/// Whether it is a month and a day.
fn is_month_and_day(month: u32, day: u32) -> bool {
    (1..=12).contains(&month) && (1..=31).contains(&day)
}

/// Whether the number begins with a date of six digits: the month in the middle, the day at this place.
fn is_date(digits: &[u8], day: usize) -> bool {
    is_month_and_day(two(digits, 2), two(digits, day))
}

/// United States: area, group and serial are not zero, the area is not 666; from 900 on it is an ITIN, whose
/// groups begin at 50.
fn is_ssn(digits: &[u8]) -> bool {
    let area = digits.get(..3).map_or(0, |area| remainder(area, 1000));
    let (group, serial) = (two(digits, 3), two(digits, 5) + two(digits, 7));
    area != 0 && area != 666 && (area < 900 || group >= 50) && group != 0 && serial != 0
}

/// Netherlands: weights 9 to 2 and -1, a multiple of 11.
fn is_bsn(digits: &[u8]) -> bool {
    weighted(digits, &[9, 8, 7, 6, 5, 4, 3, 2, 10]).is_multiple_of(11)
}

/// Germany, tax id: of the first ten digits exactly one occurs twice or three times; ISO 7064 mod 11, 10.
fn is_tax_id(digits: &[u8]) -> bool {
    let Some((check, body)) = digits.split_last() else { return false };
    let (mut counts, mut product) = ([0_u8; 10], 10);
    for digit in body {
        if let Some(count) = counts.get_mut(usize::from(*digit)) {
            *count += 1;
        }
        let sum = (value(*digit) + product) % 10;
        product = (if sum == 0 { 10 } else { sum }) * 2 % 11;
    }
    let repeated = counts.iter().filter(|count| **count > 1).count();
    let most = counts.iter().any(|count| *count > 3);
    digits.first() != Some(&0) && repeated == 1 && !most && (11 - product) % 10 == value(*check)
}

/// Poland: weights 1 3 7 9, and a date whose month tells the century.
fn is_pesel(digits: &[u8]) -> bool {
    is_month_and_day(two(digits, 2) % 20, two(digits, 4))
        && weighted(digits, &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]).is_multiple_of(10)
}

/// Turkey: two check digits, of seven times one half less the other (which is nine times it, mod 10), and of all.
fn is_turkish(digits: &[u8]) -> bool {
    digits.first() != Some(&0)
        && weighted(digits, &[7, 9, 7, 9, 7, 9, 7, 9, 7, 9]).is_multiple_of(10)
        && weighted(digits, &[1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 9]).is_multiple_of(10)
}

/// Brazil: two check digits by mod 11, not all digits alike.
fn is_cpf(digits: &[u8]) -> bool {
    let check = |weights: &[u8]| (weighted(digits, weights) * 10 % 11 % 10) as u8;
    let (tenth, eleventh) = (check(&[10, 9, 8, 7, 6, 5, 4, 3, 2]), check(&[11, 10, 9, 8, 7, 6, 5, 4, 3, 2]));
    digits.windows(2).any(|pair| pair.first() != pair.last()) && digits.get(9..) == Some(&[tenth, eleventh])
}

/// Norway: a date and two check digits by mod 11.
fn is_norwegian(digits: &[u8]) -> bool {
    // A D-number has 40 more days.
    is_month_and_day(two(digits, 2) % 40, two(digits, 0) % 40)
        && weighted(digits, &[3, 7, 6, 1, 8, 9, 4, 5, 2, 1]).is_multiple_of(11)
        && weighted(digits, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]).is_multiple_of(11)
}

/// Belgium: a date, and 97 minus the number (since 2000 with a 2 before it) mod 97.
fn is_belgian(digits: &[u8]) -> bool {
    let Some((body, check)) = digits.split_at_checked(9) else { return false };
    let rest = remainder(body, 97);
    // 2,000,000,000 mod 97, for those born since 2000.
    let since_2000 = (rest + 2_000_000_000 % 97) % 97;
    is_date(digits, 4) && [rest, since_2000].iter().any(|rest| rest + two(check, 0) == 97)
}

/// India: Verhoeff's checksum; the first digit is 2 to 9.
fn is_aadhaar(digits: &[u8]) -> bool {
    let mut check = 0;
    for (place, digit) in digits.iter().rev().enumerate() {
        let mut moved = *digit;
        for _ in 0..place % 8 {
            moved = VERHOEFF_STEP.get(usize::from(moved)).copied().unwrap_or_default();
        }
        let row = VERHOEFF.get(usize::from(check));
        check = row.and_then(|row| row.get(usize::from(moved))).copied().unwrap_or_default();
    }
    digits.first().is_some_and(|first| *first >= 2) && check == 0
}

/// Switzerland: begins as the country's EAN-13, and has its checksum.
fn is_ahv(digits: &[u8]) -> bool {
    digits.len() == 13
        && digits.starts_with(&[7, 5, 6])
        && weighted(digits, &[1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]).is_multiple_of(10)
}

/// South Africa: a date; citizen, resident or refugee, and an 8 or a 9.
fn is_south_african(digits: &[u8]) -> bool {
    is_date(digits, 4) && luhn(digits) && matches!(digits.get(10..12), Some([0..=2, 8 | 9]))
}

/// France: sex, year, month, and a key of 97 minus the rest mod 97.
fn is_nir(digits: &[u8]) -> bool {
    let Some((body, key)) = digits.split_at_checked(13) else { return false };
    matches!(digits.first().map(|first| value(*first)), Some(1..=4 | 7 | 8))
        && matches!(two(digits, 3), 1..=12 | 20..=42 | 50..=99)
        && 97 - remainder(body, 97) == two(key, 0)
}

/// France, born on Corsica: 2A counts as 19 and 2B as 18.
fn is_corsican_nir(text: &[u8]) -> bool {
    let mut digits = text.to_vec();
    if let Some([tens, letter]) = digits.get_mut(5..7) {
        *tens = 1;
        *letter = if *letter == b'A' { 9 } else { 8 };
    }
    fits(text, b"999992C99999999") && is_nir(&digits)
}

/// United Kingdom: prefix letters without those never used, six digits, a suffix from A to D.
fn is_nino(text: &[u8]) -> bool {
    let never = b"BGGBNKKNTNNTZZ".chunks_exact(2).any(|prefix| text.starts_with(prefix));
    !never && fits(text, b"PQ999999D")
}

/// Spain: DNI of eight digits, NIE of X, Y or Z (0, 1, 2) and seven, each with a check letter, which no blank parts
/// from them unless it is said to be an id.
fn is_dni(id: &Token) -> bool {
    let [first, middle @ .., letter] = id.text else { return false };
    if !fits(id.text, b"F9999999A") || (matches!(id.written, [.., b' ', _]) && !id.named) {
        return false;
    }
    let first = if first.is_ascii_digit() { value(*first) } else { u32::from(first - b'X') };
    // Ten to the seventh is 14, mod 23.
    let rest = (first * 14 + remainder(middle, 23)) % 23;
    DNI.get(rest as usize) == Some(letter)
}

/// Italy: six letters, then digits or the letters that stand for them, and a check letter.
fn is_codice_fiscale(text: &[u8]) -> bool {
    let Some((check, body)) = text.split_last() else { return false };
    let mut sum = 0;
    for (place, character) in body.iter().enumerate() {
        let zero = if character.is_ascii_digit() { b'0' } else { b'A' };
        let value = character.wrapping_sub(zero);
        let odd = CODICE_ODD.get(usize::from(value)).copied().unwrap_or_default();
        sum += if place % 2 == 0 { odd } else { u32::from(value) };
    }
    fits(text, b"AAAAAANNMNNANNNX") && u32::from(check.wrapping_sub(b'A')) == sum % 26
}

/// Finland: a date, the century's sign, three digits and a check character by mod 31.
fn is_finnish(id: &Token) -> bool {
    let sign = id.written.get(6).copied().unwrap_or_default();
    let mut digits = id.text.to_vec();
    let mut signs: &[u8] = b"-+";
    if digits.len() > 10 {
        digits.remove(6);
        signs = CENTURIES;
    }
    let Some((check, body)) = digits.split_last() else { return false };
    has(signs, sign)
        && fits(body, b"999999999")
        && is_date(body, 0)
        && HETU.get(remainder(body, 31) as usize) == Some(check)
}

fn is_chinese_token(text: &[u8]) -> bool {
    let Some((check, body)) = text.split_last() else { return false };
    fits(text, b"99999999999999999X") && is_chinese(body, *check)
}

/// China: region, date, order, and a check character by ISO 7064 mod 11, 2.
fn is_chinese(body: &[u8], check: u8) -> bool {
    let rest = weighted(body, &[7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]) % 11;
    matches!(two(body, 6), 19 | 20)
        && body.get(8..).is_some_and(|date| is_date(date, 4))
        && b"10X98765432".get(rest as usize) == Some(&check)
}

/// Mexico: four letters, a date, sex, state, three consonants, one more, and a digit.
fn is_curp(text: &[u8]) -> bool {
    fits(text, b"AAAA999999SAAAAAX9") && text.get(4..).is_some_and(|date| is_date(date, 4))
}
