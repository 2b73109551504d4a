//! What is wrong with a text that is no JSON, for people who do not write it every day.

use serde_json::error::Category;

/// What is wrong, and where: the byte that it is about.
struct Slip {
    at: usize,
    what: String,
}

/// The place that a parser names.
fn place(text: &str, error: &serde_json::Error) -> usize {
    let before: usize = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
    let mut at = (before + error.column().saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The parser's own words without its count of lines.
fn plain(error: &serde_json::Error) -> String {
    let told = error.to_string();
    told.split(" at line ").next().unwrap_or_default().to_owned()
}

/// A text that stands in typographic or single quotes begins so.
const QUOTES: [char; 9] = ['“', '”', '„', '‟', '«', '»', '‘', '’', '\''];

/// What somebody who wrote this most likely did.
fn slip(text: &str, error: &serde_json::Error) -> Option<Slip> {
    let at = place(text, error);
    let (before, rest) = text.split_at_checked(at)?;
    // Of what stands before, the last that is no blank.
    let written = before.trim_end();
    let end = written.len().saturating_sub(1);
    let next = rest.chars().next().unwrap_or(' ');
    let slip = |at: usize, what: String| Some(Slip { at, what });
    let here = |what: &str| slip(at, what.to_owned());
    if error.classify() == Category::Eof {
        let (quoted, open) = unclosed(text);
        return match (quoted, open) {
            (true, _) => here("a text is not closed, its last `\"` is missing"),
            (_, 1) => here("the file ends too early: a `{` or `[` is not closed"),
            (_, open) => slip(at, format!("the file ends too early: {open} of its `{{` and `[` are not closed")),
        };
    }
    if next.is_ascii_digit()
        && let Some(whole) = written.strip_suffix(',')
        && whole.ends_with(|last: char| last.is_ascii_digit())
    {
        let first = whole.rfind(|letter: char| !letter.is_ascii_digit() && letter != '-').map_or(0, |last| last + 1);
        let whole = whole.get(first..).unwrap_or_default();
        let part: String = rest.chars().take_while(char::is_ascii_digit).collect();
        let what = format!("a number has a decimal point, not a comma: write {whole}.{part}");
        return slip(end, what);
    }
    if matches!(next, '}' | ']') && written.ends_with(',') {
        return slip(end, format!("there is a comma too many, before the `{next}` that follows it"));
    }
    if rest.starts_with("//") || rest.starts_with("/*") || next == '#' {
        return here("JSON has no comments of its own; what you want to note goes into `\"comment\": \"…\"`");
    }
    if QUOTES.contains(&next) {
        return slip(at, format!("a text stands between straight quotes, `\"`, not `{next}`"));
    }
    if next == '%' {
        return here("a share has no `%`: write 0.75 for 75 %");
    }
    let told = plain(error);
    if told.starts_with("expected `,`") && (matches!(next, '"' | '{' | '[' | '-') || next.is_ascii_digit()) {
        return slip(end, "a comma is missing behind this".to_owned());
    }
    if told.starts_with("expected `,`") && next == ',' {
        return here("there is a comma where none may be");
    }
    if told.starts_with("control character") {
        return slip(end, "a text goes on over the end of its line; is its last `\"` missing?".to_owned());
    }
    if told.starts_with("trailing characters") {
        return here("something stands behind the last `}`: one `}` too many, or two documents in one file");
    }
    if told.starts_with("expected `:`") {
        return here("between a name and its value stands a colon");
    }
    if matches!(next, '.' | '+') {
        return here("a number begins with a digit: write 0.9, not .9 or +0.9");
    }
    if next.is_alphabetic() || next == '_' {
        return here("names and texts stand between quotes, `\"`; only true, false, null and numbers do not");
    }
    None
}

/// Whether a text in quotes is open at the end, and how many braces and brackets are.
fn unclosed(text: &str) -> (bool, usize) {
    let (mut quoted, mut escaped, mut open) = (false, false, 0_usize);
    for letter in text.chars() {
        match letter {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '{' | '[' if !quoted => open += 1,
            '}' | ']' if !quoted => open = open.saturating_sub(1),
            _ => {}
        }
    }
    (quoted, open)
}

/// What somebody who wrote one line most likely did; none where that is not known.
pub fn hint(line: &str, error: &serde_json::Error) -> Option<String> {
    slip(line, error).filter(|_| error.classify() == Category::Syntax).map(|slip| slip.what)
}

/// What is wrong, with line and column and the line itself, the place marked.
pub fn told(text: &str, error: &serde_json::Error) -> String {
    if text.trim().is_empty() {
        return "the file is empty; `simmerdown policy show balanced` prints a policy to begin with".to_owned();
    }
    let Slip { at, what } = slip(text, error).unwrap_or_else(|| Slip { at: place(text, error), what: plain(error) });
    // The end of a text stands behind its last line.
    let at = if at >= text.len() { text.trim_end().len().saturating_sub(1) } else { at };
    let at = (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
    let (before, _) = text.split_at_checked(at).unwrap_or_default();
    let number = before.matches('\n').count() + 1;
    let start = before.rfind('\n').map_or(0, |end| end + 1);
    let line = text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
    let column = before.get(start..).unwrap_or_default().chars().count();
    // Of a long line what is near to the place.
    let skipped = column.saturating_sub(60);
    let shown: String = line.chars().skip(skipped).take(100).map(|one| if one == '\t' { ' ' } else { one }).collect();
    let (margin, blanks) = (number.to_string(), " ".repeat(column - skipped));
    format!(
        "no JSON at line {number}, column {}: {what}\n  {margin} | {shown}\n  {} | {blanks}^",
        column + 1,
        " ".repeat(margin.len())
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told_of(text: &str) -> String {
        told(text, &serde_json::from_str::<serde_json::Value>(text).unwrap_err())
    }

    #[test]
    fn usual_slips_are_told_in_words_where_they_are() {
        for (text, place, word) in [
            ("{\n  \"atLeast\": 0,9 }", "line 2, column 15", "write 0.9"),
            ("{ \"atMost\": -0,6, \"a\": 1 }", "line 1, column 15", "write -0.6"),
            ("{\n  \"a\": 1,\n}", "line 2, column 9", "comma too many"),
            ("[1,\n\n2, ]", "line 3, column 2", "comma too many"),
            ("{ \"a\": 1\n  \"b\": 2 }", "line 1, column 8", "comma is missing"),
            ("{ “a”: 1 }", "line 1, column 3", "straight quotes"),
            ("{ \"ä\": 'b' }", "line 1, column 8", "straight quotes"),
            ("{ // why\n}", "line 1, column 3", "no comments"),
            ("{ \"a\": 1 }\n}", "line 2, column 1", "one `}` too many"),
            ("{ a: 1 }", "line 1, column 3", "between quotes"),
            ("{ \"a\": True }", "line 1, column 8", "true, false, null"),
            ("{ \"a\": .9 }", "line 1, column 8", "begins with a digit"),
            ("{ \"a\": 75% }", "line 1, column 10", "0.75 for 75 %"),
            ("{ \"a\" 1 }", "line 1, column 7", "colon"),
            ("{ \"a\": \"b\n}", "line 1, column 9", "over the end of its line"),
            ("{\n  \"a\": [1\n", "line 2, column 9", "2 of its `{` and `[`"),
            ("{ \"a\": \"b", "line 1, column 9", "last `\"` is missing"),
        ] {
            let told = told_of(text);
            assert!(told.contains(place) && told.contains(word), "{text}\n{told}");
        }
        assert!(told_of(" \n").starts_with("the file is empty"));
        assert_eq!(
            told_of("{\n\t\"a\": 0,9\n}"),
            "no JSON at line 2, column 8: a number has a decimal point, not a comma: write 0.9\n  2 |  \"a\": 0,9\n    |        ^"
        );
        assert!(told_of(&format!("[{}x", "1, ".repeat(1_000))).len() < 400);
    }
}
