//! Lower case for the scripts that the language packs and their neighbours are written in.

/// The small letter of a capital one, of Latin, Greek and Cyrillic script; any other character as it is. Unicode
/// keeps these in regular rows, so that they need no table; the standard library's, for every script there is,
/// would be a twentieth of what the page loads.
pub(crate) fn small_letter(character: char) -> char {
    let code = u32::from(character);
    let shift = match code {
        // İ, whose small letter is the plain i.
        0x130 => return 'i',
        0xd7 | 0x3a2 => 0,
        0x41..=0x5a | 0xc0..=0xde | 0x391..=0x3ab | 0x410..=0x42f => 32,
        0x178 => return 'ÿ',
        // Capital and small letter in turn, the capital first.
        0x100..=0x137
        | 0x14a..=0x177
        | 0x1f8..=0x21f
        | 0x222..=0x233
        | 0x460..=0x481
        | 0x48a..=0x4bf
        | 0x4d0..=0x52f
        | 0x1e00..=0x1e95
        | 0x1ea0..=0x1eff => 1 - code % 2,
        0x139..=0x148 | 0x179..=0x17e | 0x1cd..=0x1dc | 0x4c1..=0x4ce => code % 2,
        0x1a0 | 0x1af => 1,
        0x386 => 38,
        0x388..=0x38a => 37,
        0x38c => 64,
        0x38e..=0x38f => 63,
        0x400..=0x40f => 80,
        _ => 0,
    };
    char::from_u32(code + shift).unwrap_or(character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_unicode_s_own_in_the_rows_it_knows() {
        let known = (0x00..=0x17f).chain(0x1cd..=0x1dc).chain(0x1f8..=0x233).chain(0x386..=0x3ab);
        for code in known.chain(0x400..=0x52f).chain(0x1e00..=0x1eff) {
            let Some(character) = char::from_u32(code) else { continue };
            // Without a table there are the few that Unicode takes out of their row.
            if matches!(code, 0x130 | 0x220 | 0x4c0 | 0x1e9e) {
                continue;
            }
            let wanted: Vec<_> = character.to_lowercase().collect();
            assert_eq!([small_letter(character)].as_slice(), wanted, "U+{code:04X}");
        }
        assert_eq!(("İƠƯ中א🙂").chars().map(small_letter).collect::<String>(), "iơư中א🙂");
    }
}
