//! Groups of digits with separators between them: the shape of cards, ids and phone numbers.

use super::context::Context;
use super::folded::Folded;
use crate::strings::has;

/// The most groups and digits looked at together; no number that is looked for has more.
const MAX_GROUPS: usize = 8;
const MAX_DIGITS: usize = 24;

/// Digits from one place on.
pub(super) struct Run {
    /// Every digit, as a value from 0 to 9.
    digits: Vec<u8>,
    groups: Vec<Group>,
    /// It begins with a plus.
    pub plus: bool,
    /// A currency sign stands before it or after it, or a percent sign after it.
    pub price: bool,
}

/// Digits without anything between them.
struct Group {
    /// How many digits there are up to its end.
    count: usize,
    /// Where it ends in the text.
    end: usize,
    /// What stands before it and after it: a space, a dash, a dot, a slash, `(` for anything with a parenthesis; 0 where
    /// there is nothing, or no digit after that.
    before: u8,
    after: u8,
}

impl Run {
    /// The run that starts here, with a digit, or a plus or a parenthesis before one.
    pub fn at(folded: &Folded, start: usize, end: usize) -> Option<Run> {
        let mut at = start;
        while matches!(folded.get(at), b'+' | b'(') {
            at += 1;
        }
        let mut run = Run {
            digits: Vec::new(),
            groups: Vec::new(),
            plus: has(folded.slice(start, at), b'+'),
            price: folded.before(start) == b'$',
        };
        let mut before = 0;
        while run.groups.len() < MAX_GROUPS && at < end {
            let first = at;
            while folded.get(at).is_ascii_digit() && at < end {
                at += 1;
            }
            let group = folded.slice(first, at);
            // Digits with a letter after them are something else ("10am", "5x").
            let goes_on = folded.get(at).is_ascii_alphabetic() || folded.get(at) == b'_';
            if group.is_empty() || goes_on || run.digits.len() + group.len() > MAX_DIGITS {
                break;
            }
            for digit in group {
                run.digits.push(digit - b'0');
            }
            let (separator, next) = separator(folded, at);
            let after = if folded.get(next).is_ascii_digit() { separator } else { 0 };
            run.groups.push(Group { count: run.digits.len(), end: at, before, after });
            if separator == 0 {
                break;
            }
            (before, at) = (separator, next);
        }
        let last = run.groups.last()?.end;
        let following = folded.get(last + usize::from(folded.get(last) == b' '));
        run.price |= following == b'$' || folded.get(last) == b'%';
        Some(run)
    }

    /// The last of the first `groups` groups.
    fn last(&self, groups: usize) -> Option<&Group> {
        self.groups.get(groups.checked_sub(1)?)
    }

    /// The digits of the first `groups` groups.
    pub fn digits(&self, groups: usize) -> &[u8] {
        let count = self.last(groups).map_or(0, |group| group.count);
        self.digits.get(..count).unwrap_or_default()
    }

    /// Where the first `groups` groups end in the text.
    pub fn end_of(&self, groups: usize) -> usize {
        self.last(groups).map_or(0, |group| group.end)
    }

    /// The most groups from the first on that are what is looked for.
    pub fn longest(&self, context: &Context, is: fn(&Run, &Context, usize) -> bool) -> Option<usize> {
        let mut groups = self.groups.len();
        while groups > 0 && !is(self, context, groups) {
            groups -= 1;
        }
        (groups > 0).then_some(groups)
    }

    /// How many digits a group has, none past the last.
    pub fn width(&self, group: usize) -> usize {
        self.digits(group + 1).len().saturating_sub(self.digits(group).len())
    }

    /// Whether the first groups have exactly these widths.
    pub fn has_shape(&self, groups: usize, widths: &[u8]) -> bool {
        groups == widths.len()
            && widths.iter().enumerate().all(|(group, width)| self.width(group) == usize::from(*width))
    }

    /// The separator between all of the first groups; a space for a single group, none where they differ.
    pub fn separator(&self, groups: usize) -> Option<u8> {
        let first = if groups > 1 { self.groups.get(1)?.before } else { b' ' };
        self.is_parted_by(groups, &[first]).then_some(first)
    }

    /// Whether all of the first groups are parted by these.
    pub fn is_parted_by(&self, groups: usize, separators: &[u8]) -> bool {
        self.groups.iter().take(groups).skip(1).all(|group| has(separators, group.before))
    }

    /// Whether the first groups end for good: no digit is joined to them by a dash, a dot or a slash.
    pub fn is_whole(&self, groups: usize) -> bool {
        matches!(self.last(groups).map(|last| last.after), None | Some(0 | b' ' | b'('))
    }

    /// Whether each of the first groups has so many digits.
    pub fn are_wide(&self, groups: usize, least: usize) -> bool {
        (0..groups).all(|group| self.width(group) >= least)
    }

    /// Whether it begins with a date: two digits, two digits and a year, or the other way round, by one separator
    /// that is not a space and does not go on.
    pub fn begins_with_date(&self) -> bool {
        let between = self.separator(3).filter(|separator| matches!(separator, b'.' | b'-' | b'/'));
        let goes_on = self.groups.get(3).map(|fourth| fourth.before) == between;
        let part = |group: usize| self.width(group) <= 2 && self.width(group) > 0;
        let dated =
            (part(0) && part(1) && matches!(self.width(2), 2 | 4)) || (self.width(0) == 4 && part(1) && part(2));
        between.is_some() && !goes_on && dated
    }

    /// Whether every one of the first groups could be a year of this century or the last.
    pub fn is_years(&self, groups: usize) -> bool {
        (0..groups).all(|group| self.width(group) == 4) && are_years(self.digits(groups))
    }
}

/// Whether every four digits could be a year of this century or the last.
pub(super) fn are_years(digits: &[u8]) -> bool {
    digits.chunks_exact(4).all(|year| matches!(year, [1, 9, ..] | [2, 0, ..]))
}

/// The separator after a group and where the next group would start; 0 where there is none.
fn separator(folded: &Folded, at: usize) -> (u8, usize) {
    let mut end = at;
    // At most " - (" or ") - ".
    while end - at < 4 && matches!(folded.get(end), b' ' | b'-' | b'.' | b'/' | b'(' | b')') {
        end += 1;
    }
    let between = folded.slice(at, end);
    let kind = match between {
        [] => 0,
        [one] if matches!(one, b' ' | b'-' | b'.' | b'/') => *one,
        _ if between.iter().any(|one| matches!(one, b'(' | b')')) => b'(',
        b" - " => b'-',
        b"  " => b' ',
        _ => 0,
    };
    (kind, end)
}
