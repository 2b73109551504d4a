//! Phone numbers: international ones (E.164), and the national ways to write them.

use super::context::Context;
use super::run::Run;
use crate::strings::has;

/// Ways to group a national number that starts with no zero, and which digits it may start with.
const NATIONAL: &[(&[u8], &[u8])] = &[
    // North America, Italian mobiles.
    (&[3, 3, 4], &[1, 2, 3, 4, 5, 6, 7, 8, 9]),
    (&[1, 3, 3, 4], &[1]),
    // Spain, Portugal, Poland.
    (&[3, 3, 3], &[5, 6, 7, 8, 9]),
    (&[3, 2, 2, 2], &[6, 7, 8, 9]),
    (&[2, 3, 2, 2], &[8, 9]),
    // Brazil, Mexico.
    (&[2, 5, 4], &[1, 2, 3, 4, 5, 6, 7, 8, 9]),
    (&[2, 4, 4], &[1, 2, 3, 4, 5, 6, 7, 8, 9]),
    // India, China.
    (&[5, 5], &[6, 7, 8, 9]),
    (&[3, 4, 4], &[1]),
    // Russia, Turkey.
    (&[1, 3, 3, 2, 2], &[8]),
    (&[3, 3, 2, 2], &[5, 9]),
    // Italian mobiles.
    (&[3, 7], &[3]),
];

/// How many of the first groups are a phone number.
pub(super) fn groups(run: &Run, context: &Context) -> Option<usize> {
    if run.plus {
        return international(run, context);
    }
    if run.price || context.thing || run.begins_with_date() {
        return None;
    }
    run.longest(context, |run, context, groups| {
        run.is_whole(groups)
            && (from_abroad(run, groups)
                || with_trunk_zero(run, groups)
                || is_national(run, groups)
                || is_north_american(run.digits(groups))
                || (context.phone && is_plausible(run, groups)))
    })
}

/// After a plus: 8 to 15 digits. What comes after twelve belongs to it in groups of three or more.
fn international(run: &Run, context: &Context) -> Option<usize> {
    let longest = run.longest(context, |run, _, groups| {
        (8..=15).contains(&run.digits(groups).len()) && run.digits(1).first() != Some(&0)
    })?;
    let enough = (1..longest).find(|groups| run.digits(*groups).len() >= 12 && run.width(*groups) < 3);
    Some(enough.unwrap_or(longest))
}

/// After the exit code 00, with a country code behind it.
fn from_abroad(run: &Run, groups: usize) -> bool {
    let digits = run.digits(groups);
    match digits {
        [0, 0, 1, ..] => digits.len() == 13,
        [0, 0, 2..=9, ..] => (11..=17).contains(&digits.len()),
        _ => false,
    }
}

/// With the trunk prefix 0 of most countries.
fn with_trunk_zero(run: &Run, groups: usize) -> bool {
    let digits = run.digits(groups);
    matches!(digits, [0, 1..=9, ..]) && (9..=12).contains(&digits.len()) && run.are_wide(groups, 2)
}

/// In one of the groupings that say what it is; by dots only North America writes them.
fn is_national(run: &Run, groups: usize) -> bool {
    NATIONAL.iter().any(|(widths, first)| {
        run.has_shape(groups, widths)
            && run.digits(groups).first().is_some_and(|digit| has(first, *digit))
            && (run.separator(groups) != Some(b'.') || widths.ends_with(&[3, 4]))
    })
}

/// Ten digits without a gap, by the rules of the North American Numbering Plan, or eleven with a 1 before.
fn is_north_american(digits: &[u8]) -> bool {
    matches!(digits, [2..=9, _, _, 2..=9, _, _, _, _, _, _] | [1, 2..=9, _, _, 2..=9, _, _, _, _, _, _])
}

/// Whatever else follows "call me on": 7 to 15 digits.
fn is_plausible(run: &Run, groups: usize) -> bool {
    (7..=15).contains(&run.digits(groups).len()) && run.are_wide(groups, 2) && !run.is_years(groups)
}
