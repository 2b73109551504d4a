//! Where each value of a JSON text stands in it.

use std::ops::Range;

/// A value with its place in the text.
#[derive(Debug, Default)]
pub struct Node {
    /// Its bytes.
    pub span: Range<usize>,
    /// The values in it, each with its key where it is an object.
    pub inner: Vec<Member>,
}

/// A value in another one.
#[derive(Debug)]
pub struct Member {
    /// Its key; none in a list.
    pub key: Option<String>,
    /// From the key, or from the value where there is none.
    pub start: usize,
    /// The value.
    pub node: Node,
}

impl Node {
    /// The value itself, of a text that a JSON parser has found good; of another one, some of it.
    pub fn of(text: &str) -> Node {
        Scan { bytes: text.as_bytes(), at: 0 }.value(text, 0)
    }

    /// The value at a path, such as `rules[2].when`; where there is none, the one that it would stand in.
    pub fn at(&self, path: &str) -> &Node {
        path.split(['.', '['])
            .filter(|step| !step.is_empty())
            .try_fold(self, |node, step| {
                let found = match step.strip_suffix(']').and_then(|place| place.parse::<usize>().ok()) {
                    Some(place) => node.inner.get(place),
                    None => node.inner.iter().rfind(|member| member.key.as_deref() == Some(step)),
                };
                found.map(|member| &member.node).ok_or(node)
            })
            .unwrap_or_else(|node| node)
    }
}

/// The line of a place, from 1.
pub fn line_of(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
}

/// Deeper than any parser reads.
const DEEPEST: usize = 200;

struct Scan<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Scan<'_> {
    fn peek(&mut self) -> Option<u8> {
        while self.bytes.get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
        self.bytes.get(self.at).copied()
    }

    /// Over a text in quotes, from its first one on.
    fn text(&mut self) -> Range<usize> {
        let start = self.at;
        self.at += 1;
        while let Some(byte) = self.bytes.get(self.at) {
            self.at += match byte {
                b'\\' => 2,
                b'"' => break,
                _ => 1,
            };
        }
        self.at = (self.at + 1).min(self.bytes.len());
        start..self.at
    }

    fn value(&mut self, text: &str, depth: usize) -> Node {
        let first = self.peek();
        let start = self.at;
        let mut inner = Vec::new();
        match first {
            Some(b'"') => drop(self.text()),
            Some(open @ (b'{' | b'[')) if depth < DEEPEST => {
                self.at += 1;
                while let Some(byte) = self.peek() {
                    let start = self.at;
                    let key = match byte {
                        b'}' | b']' => {
                            self.at += 1;
                            break;
                        }
                        b',' | b':' => {
                            self.at += 1;
                            continue;
                        }
                        b'"' if open == b'{' => {
                            let key = self.text();
                            self.peek();
                            self.at += 1;
                            Some(serde_json::from_str(text.get(key).unwrap_or_default()).unwrap_or_default())
                        }
                        _ => None,
                    };
                    let node = self.value(text, depth + 1);
                    // What cannot be read is passed over.
                    self.at = self.at.max(start + 1);
                    inner.push(Member { key, start, node });
                }
            }
            _ => {
                let ends = |byte: &u8| byte.is_ascii_whitespace() || b",:{}[]\"".contains(byte);
                while self.bytes.get(self.at).is_some_and(|byte| !ends(byte)) {
                    self.at += 1;
                }
            }
        }
        let end = self.at.min(self.bytes.len());
        Node { span: start.min(end)..end, inner }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_is_found_by_its_path() {
        let text = "{\n \"a\" : [1, {\"b\\\"\": \"x, ]\"}, []],\n \"c\": -2.50e1\n}";
        let root = Node::of(text);
        let shown = |path: &str| text.get(root.at(path).span.clone()).unwrap();
        for (path, value) in [("a[0]", "1"), ("a[1].b\"", "\"x, ]\""), ("a[2]", "[]"), ("c", "-2.50e1"), ("", text)] {
            assert_eq!(shown(path), value, "{path}");
        }
        assert_eq!(shown("a[1].none"), "{\"b\\\"\": \"x, ]\"}", "what is not there is where it would be");
        assert_eq!(line_of(text, root.at("c").span.start), 3);
        for broken in ["", "{", "[[[", "{\"a\"", "{]", "\"", "{\"a\" 1 2,,}", "\\"] {
            assert!(Node::of(broken).span.end <= broken.len());
        }
    }
}
