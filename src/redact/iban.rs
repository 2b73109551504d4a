//! Bank accounts: IBAN (ISO 13616), by the length its country has and the checksum of ISO 7064 (mod 97).

use super::folded::{Folded, is_word};

/// Countries and the length of their IBANs, from the registry that SWIFT keeps.
const LENGTHS: &[u8] = b"AD24AE23AL28AT20AZ28BA20BE16BG22BH22BI27BR29BY28CH21CR22CY28CZ24DE22DJ27DK18DO28EE20EG29ES24FI18\
    FK18FO18FR27GB22GE22GI23GL18GR27GT28HN28HR21HU28IE22IL23IQ23IS26IT27JO30KW30KZ20LB28LC32LI21LT20LU20LV21LY25MC27MD24\
    ME22MK19MN20MR27MT31MU30NI28NL18NO15OM23PK24PL28PS29PT25QA29RO24RS22RU33SA24SC31SD18SE24SI19SK24SM27SO23ST25SV28TL23\
    TN24TR26UA29VA22VG24XK20YE30";

/// Where the IBAN that starts here ends.
pub(super) fn end(folded: &Folded, start: usize) -> Option<usize> {
    let [first, second, third, fourth] = *folded.slice(start, start + 4) else { return None };
    let starts = first.is_ascii_alphabetic() && second.is_ascii_alphabetic();
    if !(starts && (third.is_ascii_digit() || matches!(third, b' ' | b'-')) && (fourth.is_ascii_digit())) {
        return None;
    }
    let entry = LENGTHS.chunks_exact(4).find(|entry| entry.starts_with(&[first, second]))?;
    let length = entry.iter().skip(2).fold(0, |length, digit| length * 10 + usize::from(digit - b'0'));
    let (account, end) = folded.compact(start, length, b" -.")?;
    let country = account.iter().take(4);
    // The first four to the end; a letter counts as two digits, A as 10.
    let rest = account.iter().skip(4).chain(country).fold(0, |rest: u32, character| match character {
        b'0'..=b'9' => (rest * 10 + u32::from(character - b'0')) % 97,
        letter => (rest * 100 + u32::from(letter - b'A') + 10) % 97,
    });
    (rest == 1 && !is_word(folded.get(end))).then_some(end)
}
