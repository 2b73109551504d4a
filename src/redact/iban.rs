//! Bank accounts: IBAN (ISO 13616), by the length its country has and the checksum of ISO 7064 (mod 97).

use super::folded::{Folded, is_word};

/// Countries by the length of their IBANs, from the registry that SWIFT keeps: each length before its countries.
const COUNTRIES: &[u8] =
    b"15NO16BE18DKFIFKFOGLNLSD19MKSI20ATBAEEKZLTLUMNXK21CHHRLILV22BGBHCRDEGBGEIEMERSVA23AEGIILIQOMSOTL24ADCZESMDPKROSA\
    SESKTNVG25LYPTST26ISTR27BIDJFRGRITMCMRSM28ALAZBYCYDOGTHNHULBNIPLSV29BREGPSQAUA30JOKWMUYE31MTSC32LC33RU";

/// Where the IBAN that starts here ends.
pub(super) fn end(folded: &Folded, start: usize) -> Option<usize> {
    let [first, second, third, fourth] = *folded.slice(start, start + 4) else { return None };
    let starts = first.is_ascii_alphabetic() && second.is_ascii_alphabetic();
    if !(starts && (third.is_ascii_digit() || matches!(third, b' ' | b'-')) && (fourth.is_ascii_digit())) {
        return None;
    }
    let mut length = 0;
    COUNTRIES.chunks_exact(2).find(|pair| {
        if let [tens @ b'0'..=b'9', ones] = pair {
            length = usize::from(tens - b'0') * 10 + usize::from(ones - b'0');
        }
        *pair == [first, second]
    })?;
    let (account, end) = folded.compact(start, length, b" -.")?;
    let (country, number) = account.split_at_checked(4)?;
    // The first four to the end; a letter counts as two digits, A as 10.
    let mut rest = 0;
    for part in [number, country] {
        for character in part {
            rest = match character {
                b'0'..=b'9' => rest * 10 + u32::from(character - b'0'),
                letter => rest * 100 + u32::from(letter - b'A') + 10,
            } % 97;
        }
    }
    (rest == 1 && !is_word(folded.get(end))).then_some(end)
}
