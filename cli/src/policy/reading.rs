//! Reads a policy file and says what is wrong with it, with the line and the rule that it is about.

use anyhow::{Context, Result, bail};
use serde::de::IgnoredAny;
use serde_json::Value;
use simmerdown::{ErrorCode, Policy};

use super::slips;
use super::spans::{Node, line_of};
use crate::input::text_of;

/// A text with the places of what stands in it.
pub struct Located<'a> {
    text: &'a str,
    root: Node,
    document: Value,
}

impl<'a> Located<'a> {
    /// A text that is JSON.
    pub fn new(text: &'a str) -> Located<'a> {
        Located { text, root: Node::of(text), document: serde_json::from_str(text).unwrap_or_default() }
    }

    /// The document as data.
    pub fn document(&self) -> &Value {
        &self.document
    }

    /// Where a path is, for people: line 56, the 4th rule, `strong-twice`.
    pub fn place(&self, path: &str) -> String {
        let mut place = format!("line {}", line_of(self.text, self.root.at(path).span.start));
        for (list, one) in [("rules", "rule"), ("limits", "limit")] {
            let index = path.strip_prefix(list).and_then(|rest| rest.strip_prefix('['));
            let index = index.and_then(|rest| rest.split(']').next()?.parse::<usize>().ok());
            let Some(index) = index else { continue };
            place.push_str(&format!(", the {} {one}", ordinal(index + 1)));
            if let Some(id) = self.document.pointer(&format!("/{list}/{index}/id")).and_then(Value::as_str) {
                place.push_str(&format!(", `{id}`"));
            }
        }
        place
    }
}

/// `1st`, `2nd`, `3rd`, `4th`.
fn ordinal(number: usize) -> String {
    let ending = match (number % 10, number % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{number}{ending}")
}

/// Reads a document, and says everything that is wrong with it.
pub fn read(text: &str) -> Result<Policy, Vec<String>> {
    if let Err(error) = serde_json::from_str::<IgnoredAny>(text) {
        return Err(vec![slips::told(text, &error)]);
    }
    Policy::read_json(text).map_err(|faults| {
        let located = Located::new(text);
        faults.iter().map(|fault| format!("{fault} ({})", located.place(&fault.path))).collect()
    })
}

/// The document of that name, or in that file, and the policy that it is.
pub fn document(name: &str) -> Result<(String, Policy)> {
    let text = match Policy::preset_text(name) {
        Ok(text) => text.to_owned(),
        Err(error)
            if error.code() == ErrorCode::UnknownPolicy && !std::path::Path::new(name).exists() && name != "-" =>
        {
            bail!("{error}; there is no file of that name")
        }
        Err(_) => text_of(name)?,
    };
    match read(&text) {
        Ok(policy) => Ok((text, policy)),
        Err(faults) => Err(anyhow::anyhow!(faults.join("\n"))).with_context(|| format!("`{name}` is no policy")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistake_is_told_with_its_line_and_rule() {
        let text = Policy::preset_text("balanced").unwrap();
        let wrong = text.replacen("\"confirm\": 2", "\"confirm\": 0", 1);
        let line = 1 + wrong.lines().position(|line| line.contains("\"confirm\": 0")).unwrap();
        let told = read(&wrong).unwrap_err();
        assert_eq!(
            told,
            [format!(
                "rules[3].confirm is `0`, give a whole number from 1 to 1000 (line {line}, the 4th rule, `strong-twice`)"
            )]
        );
        let told = read(&text.replacen("\"outcome\": \"ask\",", "", 1)).unwrap_err();
        assert!(
            told[0].contains("rules[2].outcome is missing") && told[0].contains("the 3rd rule, `asks-for"),
            "{told:?}"
        );
        assert_eq!(["1st", "2nd", "3rd", "4th", "11th", "12th", "21st"], [1, 2, 3, 4, 11, 12, 21].map(ordinal));
    }
}
