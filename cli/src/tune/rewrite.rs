//! Writes a policy with other numbers into the text that it had, so that a comparison of the two files shows the numbers.

use serde_json::Value;
use simmerdown::Policy;

use crate::policy::spans::Node;

/// The text with the values of another policy in their places; comments that the other one does not have are left out.
/// None where more than values differ.
pub fn rewritten(text: &str, policy: &Policy) -> Option<String> {
    let wanted: Value = serde_json::from_str(&policy.to_document().ok()?).ok()?;
    let text = text.trim_end();
    let node = Node::of(text);
    let mut out = text.get(..node.span.start)?.to_owned();
    put(&mut out, text, &node, &wanted)?;
    // Whatever the way, what is written is what was judged.
    (Policy::from_json(&out).ok()? == *policy).then_some(out)
}

/// Writes a value: as it stands where it is the same.
fn put(out: &mut String, text: &str, node: &Node, wanted: &Value) -> Option<()> {
    let stands = text.get(node.span.clone())?;
    if node.inner.is_empty() {
        let same = serde_json::from_str::<Value>(stands).is_ok_and(|value| same(&value, wanted));
        out.push_str(if same { stands } else { "" });
        if !same {
            out.push_str(&wanted.to_string());
        }
        return Some(());
    }
    // From where what has not been written yet goes on.
    let mut from = node.span.start;
    for (place, member) in node.inner.iter().enumerate() {
        let there = match &member.key {
            Some(key) => wanted.get(key),
            None => Some(wanted.get(place)?),
        };
        match (there, member.key.as_deref()) {
            (Some(value), _) => {
                out.push_str(text.get(from..member.node.span.start)?);
                put(out, text, &member.node, value)?;
                from = member.node.span.end;
            }
            (None, Some("comment")) => match node.inner.get(place + 1) {
                Some(next) => {
                    out.push_str(text.get(from..member.start)?);
                    from = next.start;
                }
                None => from = member.node.span.end,
            },
            // What says what is so anyway stays.
            (None, _) => {
                out.push_str(text.get(from..member.node.span.end)?);
                from = member.node.span.end;
            }
        }
    }
    out.push_str(text.get(from..node.span.end)?);
    Some(())
}

fn same(one: &Value, other: &Value) -> bool {
    match (one.as_f64(), other.as_f64()) {
        (Some(one), Some(other)) => one == other,
        _ => one == other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_differs_in_the_text() {
        let text = Policy::preset_text("balanced").unwrap();
        let before = Policy::from_json(text).unwrap();
        let mut other: Value = serde_json::from_str(text).unwrap();
        other["rules"][7]["when"]["any"][0]["atLeast"] = 0.62.into();
        other["rules"][3]["confirm"] = 3.into();
        let other = Policy::from_json(&other.to_string()).unwrap().tuned_from(&before);
        let written = rewritten(text, &other).unwrap();
        assert_eq!(Policy::from_json(&written).unwrap(), other);
        let changed: Vec<_> = written.lines().filter(|line| !text.lines().any(|known| known == *line)).collect();
        assert_eq!(
            changed,
            [
                "  \"name\": \"balanced-tuned\",",
                "      \"confirm\": 3,",
                "      \"when\": { \"any\": [{ \"input\": \"frustration\", \"atLeast\": 0.62 }, { \"input\": \"score\", \"atMost\": -0.6 }] },",
            ]
        );
        // Another number of rules is no change of values.
        let mut fewer: Value = serde_json::from_str(text).unwrap();
        fewer["rules"].as_array_mut().unwrap().pop();
        assert_eq!(rewritten(text, &Policy::from_json(&fewer.to_string()).unwrap()), None);
    }

    #[test]
    fn a_comment_goes_with_its_comma_wherever_it_stands() {
        let text = |first: &str, last: &str| {
            format!(
                "{{ {first}\"version\": 1, \"name\": \"a\", \"trend\": {{ \"method\": \"theil-sen\", \"window\": 5, \"delta\": 0.10 }},\n \
                 \"negativeFrustration\": 0.750, \"rules\": []{last} }}\n"
            )
        };
        let bare = Policy::from_json(&text("", "")).unwrap();
        for (first, last) in [("\"comment\": \"why\", ", ""), ("", ", \"comment\": \"why\""), ("", "")] {
            let written = rewritten(&text(first, last), &bare).unwrap();
            assert!(!written.contains("why") && written.contains("0.750") && written.contains("0.10"), "{written}");
        }
    }
}
