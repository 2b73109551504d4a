//! National ids, tax and social security numbers, by their published formats and checksums.
//!
//! With a checksum or an unmistakable shape an id is found by itself; one that is only a few digits (the Dutch BSN,
//! an SSN without dashes) is found after words that say what it is.

use super::card::luhn;
use super::context::Context;
use super::folded::{Compact, Folded, is_word};
use super::run::Run;

/// The check letters of the Spanish DNI and NIE, by the remainder of 23.
const DNI: &[u8; 23] = b"TRWAGMYFPDXBNJZSQVHLCKE";
/// The check characters of the Finnish henkilötunnus, by the remainder of 31.
const HETU: &[u8; 31] = b"0123456789ABCDEFHJKLMNPRSTUVWXY";
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

/// Exactly so many letters and digits from here on, and where they end.
fn read(folded: &Folded, start: usize, count: usize, separators: &[u8]) -> Option<(Compact, usize)> {
    let (text, end) = folded.compact(start, count, separators)?;
    let closed = !is_word(folded.get(end)) && folded.get(end) != super::folded::OTHER_LETTER;
    closed.then_some((text, end))
}

/// Where the codice fiscale that starts here ends.
pub(super) fn end_of_codice_fiscale(folded: &Folded, start: usize) -> Option<usize> {
    read(folded, start, 16, b" ").and_then(|(text, end)| is_codice_fiscale(&text).then_some(end))
}

/// Where the id with letters in it that starts here ends.
pub(super) fn end_of_token(folded: &Folded, start: usize, context: &Context) -> Option<usize> {
    let read = |count, separators: &[u8]| read(folded, start, count, separators);
    if let Some(end) = end_of_codice_fiscale(folded, start) {
        return Some(end);
    }
    if let Some((text, end)) = read(18, b"")
        && (is_chinese(&text) || is_curp(&text))
    {
        return Some(end);
    }
    if let Some((text, end)) = read(15, b" ")
        && is_corsican_nir(&text)
    {
        return Some(end);
    }
    if context.thing {
        return None;
    }
    if let Some((text, end)) = read(9, b" -.")
        && (is_nino(&text) || (is_dni(&text) && (context.id || folded.before(end - 1) != b' ')))
    {
        return Some(end);
    }
    if let Some((text, end)) = read(10, b"")
        && (is_pan(&text) || is_finnish(&text, folded.slice(start, end)))
    {
        return Some(end);
    }
    // "010203-123A", "010203A123B": the century's sign counts as one of the ten or stands between.
    if let Some((text, end)) = read(10, b"-+")
        && is_finnish(&text, folded.slice(start, end))
    {
        return Some(end);
    }
    if let Some((text, end)) = read(11, b"")
        && is_finnish(&text, folded.slice(start, end))
    {
        return Some(end);
    }
    // Whatever follows the words "passport number": a letter at least, the rest digits.
    let mut end = start;
    while is_word(folded.get(end)) {
        end += 1;
    }
    let token = folded.slice(start, end);
    let digits = token.iter().filter(|character| character.is_ascii_digit()).count();
    (context.id && (6..=18).contains(&token.len()) && digits >= 4 && digits < token.len()).then_some(end)
}

/// How many of the first groups are an id of digits.
pub(super) fn groups(run: &Run, context: &Context) -> Option<usize> {
    if run.plus || (context.thing && !context.id) {
        return None;
    }
    let named = |groups: &usize| context.id && (6..=18).contains(&run.digits(*groups).len()) && run.is_whole(*groups);
    let known = (1..=run.len()).rev().find(|groups| run.is_whole(*groups) && is_known(run, *groups));
    known.or_else(|| (1..=run.len()).rev().find(named))
}

fn is_known(run: &Run, groups: usize) -> bool {
    let digits = run.digits(groups);
    let shape = |widths: &[u8]| run.has_shape(groups, widths);
    let by = run.separator(groups).unwrap_or_default();
    let alone = groups == 1;
    match digits.len() {
        9 => {
            (shape(&[3, 2, 4]) && matches!(by, b'-' | b' ') && is_ssn(digits)) || (shape(&[4, 2, 3]) && is_bsn(digits))
        }
        10 => {
            // Sweden, Denmark, Czechia and Slovakia.
            (shape(&[6, 4]) && by == b'-' && ((is_date(digits, "ymd") && luhn(digits)) || is_date(digits, "dmy")))
                || (shape(&[6, 4]) && by == b'/' && remainder(digits, 11) == 0)
        }
        11 => {
            (alone && (is_tax_id(digits) || is_pesel(digits) || is_turkish(digits)))
                || (shape(&[2, 3, 3, 3]) && by == b' ' && is_tax_id(digits))
                || ((alone || shape(&[3, 3, 3, 2]) || shape(&[9, 2])) && is_cpf(digits))
                || ((alone || shape(&[6, 5])) && is_norwegian(digits))
                || ((alone || shape(&[2, 2, 2, 3, 2]) || shape(&[6, 3, 2])) && is_belgian(digits))
        }
        12 => {
            (shape(&[4, 4, 4]) && matches!(by, b' ' | b'-') && !run.is_years(groups) && is_aadhaar(digits))
                || (shape(&[8, 4])
                    && by == b'-'
                    && digits.get(2..).is_some_and(|rest| is_date(rest, "ymd") && luhn(rest)))
        }
        13 => {
            (digits.starts_with(&[7, 5, 6]) && ean(digits))
                || (shape(&[6, 7]) && by == b'-' && is_date(digits, "ymd") && matches!(digits.get(6), Some(1..=8)))
                || ((alone || shape(&[6, 4, 3])) && is_date(digits, "ymd") && luhn(digits) && is_south_african(digits))
        }
        15 => is_nir(digits),
        18 => alone && is_chinese(&digits.iter().map(|digit| digit + b'0').collect::<Vec<_>>()),
        _ => false,
    }
}

/// The number as a remainder.
fn remainder(digits: &[u8], modulus: u64) -> u64 {
    digits.iter().fold(0, |rest, digit| (rest * 10 + u64::from(*digit)) % modulus)
}

/// The sum of the digits, each times its weight.
fn weighted(digits: &[u8], weights: &[u8]) -> u32 {
    digits.iter().zip(weights).map(|(digit, weight)| u32::from(*digit) * u32::from(*weight)).sum()
}

fn two(digits: &[u8], at: usize) -> u8 {
    match digits.get(at..at + 2) {
        Some([tens, ones]) => tens * 10 + ones,
        _ => 0,
    }
}

/// Whether the number begins with a date of six digits, in the order of `y`, `m` and `d`.
fn is_date(digits: &[u8], order: &str) -> bool {
    let part = |name: u8| order.bytes().position(|part| part == name).map_or(0, |place| two(digits, place * 2));
    (1..=12).contains(&part(b'm')) && (1..=31).contains(&part(b'd'))
}

/// United States: area, group and serial are not zero, the area is not 666; from 900 on it is an ITIN, whose
/// groups begin at 50.
fn is_ssn(digits: &[u8]) -> bool {
    let area = u32::from(two(digits, 0)) * 10 + u32::from(digits.get(2).copied().unwrap_or_default());
    let (group, serial) = (two(digits, 3), two(digits, 5) + two(digits, 7));
    area != 0 && area != 666 && (area < 900 || group >= 50) && group != 0 && serial != 0
}

/// Netherlands: weights 9 to 2 and -1, a multiple of 11.
fn is_bsn(digits: &[u8]) -> bool {
    let last = digits.last().copied().unwrap_or_default();
    (weighted(digits, &[9, 8, 7, 6, 5, 4, 3, 2]) + 10 * u32::from(last)).is_multiple_of(11)
}

/// Germany, tax id: of the first ten digits exactly one occurs twice or three times; ISO 7064 mod 11, 10.
fn is_tax_id(digits: &[u8]) -> bool {
    let Some((check, body)) = digits.split_last() else { return false };
    let counts = (0..10).map(|value| body.iter().map(|digit| u8::from(*digit == value)).sum::<u8>());
    let repeated = counts.clone().filter(|count| *count > 1).count();
    let most = counts.max().unwrap_or_default();
    let product = body.iter().fold(10, |product, digit| {
        let sum = (u32::from(*digit) + product) % 10;
        (if sum == 0 { 10 } else { sum }) * 2 % 11
    });
    digits.first() != Some(&0) && repeated == 1 && most <= 3 && (11 - product) % 10 == u32::from(*check)
}

/// Poland: weights 1 3 7 9, and a date whose month tells the century.
fn is_pesel(digits: &[u8]) -> bool {
    let (month, day) = (two(digits, 2) % 20, two(digits, 4));
    (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && weighted(digits, &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]).is_multiple_of(10)
}

/// Turkey: two check digits.
fn is_turkish(digits: &[u8]) -> bool {
    let sum = |from: usize, until: usize, step: usize| -> u32 {
        digits.iter().take(until).skip(from).step_by(step).map(|digit| u32::from(*digit)).sum()
    };
    let tenth = (sum(0, 9, 2) * 7 + 90 - sum(1, 8, 2)) % 10;
    let eleventh = sum(0, 10, 1) % 10;
    digits.first() != Some(&0) && digits.get(9..) == Some(&[tenth as u8, eleventh as u8])
}

/// Brazil: two check digits by mod 11, not all digits alike.
fn is_cpf(digits: &[u8]) -> bool {
    let check = |weights: &[u8]| {
        let rest = weighted(digits, weights) * 10 % 11;
        (if rest == 10 { 0 } else { rest }) as u8
    };
    let (tenth, eleventh) = (check(&[10, 9, 8, 7, 6, 5, 4, 3, 2]), check(&[11, 10, 9, 8, 7, 6, 5, 4, 3, 2]));
    digits.windows(2).any(|pair| pair.first() != pair.last()) && digits.get(9..) == Some(&[tenth, eleventh])
}

/// Norway: a date and two check digits by mod 11.
fn is_norwegian(digits: &[u8]) -> bool {
    let day_or_d_number = (1..=31).contains(&(two(digits, 0) % 40));
    day_or_d_number
        && (1..=12).contains(&(two(digits, 2) % 40))
        && weighted(digits, &[3, 7, 6, 1, 8, 9, 4, 5, 2, 1]).is_multiple_of(11)
        && weighted(digits, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]).is_multiple_of(11)
}

/// Belgium: a date, and 97 minus the number (since 2000 with a 2 before it) mod 97.
fn is_belgian(digits: &[u8]) -> bool {
    let Some((body, check)) = digits.split_at_checked(9) else { return false };
    let check = u64::from(two(check, 0));
    let rest = remainder(body, 97);
    // 2,000,000,000 mod 97, for those born since 2000.
    let since_2000 = (rest + 2_000_000_000 % 97) % 97;
    is_date(digits, "ymd") && [rest, since_2000].contains(&(97_u64.wrapping_sub(check)))
}

/// India: Verhoeff's checksum; the first digit is 2 to 9.
fn is_aadhaar(digits: &[u8]) -> bool {
    let check = digits.iter().rev().enumerate().fold(0_u8, |check, (place, digit)| {
        let moved =
            (0..place % 8).fold(*digit, |digit, _| VERHOEFF_STEP.get(usize::from(digit)).copied().unwrap_or_default());
        VERHOEFF.get(usize::from(check)).and_then(|row| row.get(usize::from(moved))).copied().unwrap_or_default()
    });
    digits.first().is_some_and(|first| *first >= 2) && check == 0
}

/// The checksum of EAN-13, which the Swiss AHV number has too.
fn ean(digits: &[u8]) -> bool {
    weighted(digits, &[1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]).is_multiple_of(10)
}

/// South Africa: citizen, resident or refugee, and an 8 or a 9.
fn is_south_african(digits: &[u8]) -> bool {
    matches!(digits.get(10..12), Some([0..=2, 8 | 9]))
}

/// France: sex, year, month, and a key of 97 minus the rest mod 97.
fn is_nir(digits: &[u8]) -> bool {
    let Some((body, key)) = digits.split_at_checked(13) else { return false };
    matches!(digits.first(), Some(1..=4 | 7 | 8))
        && matches!(two(digits, 3), 1..=12 | 20..=42 | 50..=99)
        && 97 - remainder(body, 97) == u64::from(two(key, 0))
}

/// France, born on Corsica: 2A counts as 19 and 2B as 18.
fn is_corsican_nir(text: &[u8]) -> bool {
    let as_digit = match text.get(5..7) {
        Some(b"2A") => 9,
        Some(b"2B") => 8,
        _ => return false,
    };
    let digit = |(place, character): (usize, &u8)| match place {
        5 => 1,
        6 => as_digit,
        _ => character.wrapping_sub(b'0'),
    };
    let digits: Vec<u8> = text.iter().enumerate().map(digit).collect();
    digits.iter().all(|digit| *digit < 10) && is_nir(&digits)
}

/// United Kingdom: prefix letters without those never used, six digits, a suffix from A to D.
fn is_nino(text: &[u8]) -> bool {
    let [first, second, digits @ .., suffix] = text else { return false };
    let never = [b"BG", b"GB", b"NK", b"KN", b"TN", b"NT", b"ZZ"];
    let letter = |letter: &u8| letter.is_ascii_alphabetic() && !b"DFIQUV".contains(letter);
    letter(first)
        && letter(second)
        && *second != b'O'
        && !never.contains(&&[*first, *second])
        && digits.iter().all(u8::is_ascii_digit)
        && (b'A'..=b'D').contains(suffix)
}

/// Spain: DNI of eight digits, NIE of X, Y or Z (0, 1, 2) and seven, each with a check letter.
fn is_dni(text: &[u8]) -> bool {
    let [first, middle @ .., letter] = text else { return false };
    let first = match first {
        b'X'..=b'Z' => first - b'X',
        digit if digit.is_ascii_digit() => digit - b'0',
        _ => return false,
    };
    let number = middle.iter().fold(u32::from(first), |number, digit| {
        number.wrapping_mul(10).wrapping_add(u32::from(digit.wrapping_sub(b'0')))
    });
    middle.iter().all(u8::is_ascii_digit) && DNI.get(number as usize % 23) == Some(letter)
}

/// Italy: six letters, then digits or the letters that stand for them, and a check letter.
fn is_codice_fiscale(text: &[u8]) -> bool {
    let Some((check, body)) = text.split_last() else { return false };
    let shaped = body.iter().enumerate().all(|(place, character)| match place {
        0..=5 | 11 => character.is_ascii_alphabetic(),
        8 => b"ABCDEHLMPRST".contains(character),
        _ => character.is_ascii_digit() || b"LMNPQRSTUV".contains(character),
    });
    let value = |character: u8| {
        usize::from(if character.is_ascii_digit() { character - b'0' } else { character.wrapping_sub(b'A') })
    };
    let sum: u32 = body
        .iter()
        .enumerate()
        .map(|(place, character)| {
            let value = value(*character);
            if place % 2 == 0 { CODICE_ODD.get(value).copied().unwrap_or_default() } else { value as u32 }
        })
        .sum();
    shaped && u32::from(check.wrapping_sub(b'A')) == sum % 26
}

/// India, tax: five letters, the fourth the kind of holder, four digits, a letter.
fn is_pan(text: &[u8]) -> bool {
    text.iter().enumerate().all(|(place, character)| match place {
        3 => b"ABCFGHJLPT".contains(character),
        5..=8 => character.is_ascii_digit(),
        _ => character.is_ascii_alphabetic(),
    })
}

/// Finland: a date, the century's sign, three digits and a check character by mod 31.
fn is_finnish(text: &[u8], as_written: &[u8]) -> bool {
    let Some((check, body)) = text.split_last() else { return false };
    let sign = as_written.get(6).copied().unwrap_or_default();
    let century = if text.len() == 10 { matches!(sign, b'-' | b'+') } else { b"YXWVUABCDEF".contains(&sign) };
    let digits: Vec<u8> = body
        .iter()
        .enumerate()
        .filter(|(place, _)| text.len() == 10 || *place != 6)
        .map(|(_, digit)| digit.wrapping_sub(b'0'))
        .collect();
    century
        && digits.len() == 9
        && digits.iter().all(|digit| *digit < 10)
        && is_date(&digits, "dmy")
        && HETU.get(remainder(&digits, 31) as usize) == Some(check)
}

/// China: region, date, order, and a check character by ISO 7064 mod 11, 2.
fn is_chinese(text: &[u8]) -> bool {
    let Some((check, body)) = text.split_last() else { return false };
    let digits: Vec<u8> = body.iter().map(|digit| digit.wrapping_sub(b'0')).collect();
    let rest = weighted(&digits, &[7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]) % 11;
    digits.len() == 17
        && digits.iter().all(|digit| *digit < 10)
        && matches!(two(&digits, 6), 19 | 20)
        && digits.get(8..).is_some_and(|date| is_date(date, "ymd"))
        && b"10X98765432".get(rest as usize) == Some(check)
}

/// Mexico: four letters, a date, sex, state, three consonants, one more, and a digit.
fn is_curp(text: &[u8]) -> bool {
    let digits: Vec<u8> = text.iter().skip(4).take(6).map(|digit| digit.wrapping_sub(b'0')).collect();
    text.iter().enumerate().all(|(place, character)| match place {
        0..=3 | 11..=15 => character.is_ascii_alphabetic(),
        10 => b"HMX".contains(character),
        16 => character.is_ascii_alphanumeric(),
        _ => character.is_ascii_digit(),
    }) && is_date(&digits, "ymd")
}
