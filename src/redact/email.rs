//! E-mail addresses (RFC 5321, with letters of any script as RFC 6531 has them).

use super::folded::{Folded, OTHER_LETTER};
use super::{Found, Kind};

/// The longest quoted local part and address literal looked for.
const MAX_QUOTED: usize = 66;

/// Every address of the text, in order.
pub(super) fn find(folded: &Folded) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    for at in 0..folded.len() {
        if folded.get(at) != b'@' {
            continue;
        }
        let after_last = found.last().map_or(0, |last| last.end);
        if let (Some(start), Some(end)) = (local_part(folded, at, after_last), domain(folded, at + 1)) {
            found.push(Found { kind: Kind::Email, start, end });
        }
    }
    found
}

/// Where the part before the at sign starts.
fn local_part(folded: &Folded, at: usize, from: usize) -> Option<usize> {
    if folded.before(at) == b'"' {
        return (from.max(at.saturating_sub(MAX_QUOTED))..at - 1).rev().find(|start| folded.get(*start) == b'"');
    }
    let mut start = at;
    while start > from && is_local(folded.before(start)) {
        start -= 1;
    }
    // Punctuation before an address is the sentence's.
    while start < at && matches!(folded.get(start), b'.' | b'\'' | b'*' | b'=' | b'/' | b'?') {
        start += 1;
    }
    (start < at).then_some(start)
}

fn is_local(character: u8) -> bool {
    character.is_ascii_alphanumeric()
        || matches!(character, OTHER_LETTER | b'.' | b'!' | b'#' | b'$' | b'%' | b'&' | b'\'' | b'*' | b'+' | b'-')
        || matches!(character, b'/' | b'=' | b'^' | b'_' | b'`' | b'{' | b'|' | b'}' | b'~')
}

/// Where the part after the at sign ends: at least two labels, the last of letters.
fn domain(folded: &Folded, start: usize) -> Option<usize> {
    if folded.get(start) == b'[' {
        return (start + 1..start + MAX_QUOTED).find(|end| folded.get(*end) == b']').map(|end| end + 1);
    }
    let is_label = |character: u8| character.is_ascii_alphanumeric() || character == OTHER_LETTER || character == b'-';
    let mut end = None;
    let mut at = start;
    loop {
        let label = at;
        while is_label(folded.get(at)) {
            at += 1;
        }
        let text = folded.slice(label, at);
        let letters = text.iter().filter(|letter| letter.is_ascii_alphabetic() || **letter == OTHER_LETTER).count();
        if text.is_empty() {
            break;
        }
        if label > start && letters >= 2 && (letters == text.len() || text.starts_with(b"XN--")) {
            end = Some(at);
        }
        if folded.get(at) != b'.' {
            break;
        }
        at += 1;
    }
    end
}
