//! The presets: each a document in its own file. The page carries them without their comments and white space.

/// What is left of a JSON text without its white space and its `comment` fields, and how much that is; as much of it
/// as there is room for.
#[cfg(any(test, target_arch = "wasm32"))]
#[allow(clippy::indexing_slicing, reason = "at compile time, where a wrong place stops the build")]
const fn bare<const ROOM: usize>(text: &[u8]) -> ([u8; ROOM], usize) {
    const COMMENT: &[u8] = b"\"comment\"";
    let (mut out, mut length, mut at) = ([0; ROOM], 0, 0);
    let (mut in_text, mut in_comment) = (false, false);
    while at < text.len() {
        let mut same = 0;
        while !in_text && same < COMMENT.len() && text[at + same] == COMMENT[same] {
            same += 1;
        }
        in_comment |= same == COMMENT.len();
        let end = at + if same == COMMENT.len() { same } else { 1 + (in_text && text[at] == b'\\') as usize };
        in_text ^= end == at + 1 && text[at] == b'"';
        let kept = !in_comment && (in_text || !text[at].is_ascii_whitespace());
        // The comma after a comment goes with it.
        in_comment &= in_text || text[at] != b',';
        while at < end {
            if kept && length < ROOM {
                out[length] = text[at];
            }
            length += kept as usize;
            at += 1;
        }
    }
    (out, length)
}

/// A document from a file, in the form that the page carries.
#[cfg(any(test, target_arch = "wasm32"))]
macro_rules! bare {
    ($file:literal) => {{
        const TEXT: &[u8] = include_bytes!($file);
        const BARE: &[u8] = &bare::<{ bare::<0>(TEXT).1 }>(TEXT).0;
        match str::from_utf8(BARE) {
            Ok(text) => text,
            Err(_) => "",
        }
    }};
}

/// The presets by their names, for a page.
#[cfg(any(test, target_arch = "wasm32"))]
const BARE: [&str; 2] = [const { bare!("article.json") }, const { bare!("balanced.json") }];
/// The presets by their names, for a reader.
#[cfg(not(target_arch = "wasm32"))]
const TOLD: [&str; 2] = [include_str!("article.json"), include_str!("balanced.json")];

/// The documents of the presets, in the order of [`Policy::PRESETS`](super::Policy::PRESETS).
#[cfg(target_arch = "wasm32")]
pub(super) const DOCUMENTS: [&str; 2] = BARE;
/// The documents of the presets, in the order of [`Policy::PRESETS`](super::Policy::PRESETS).
#[cfg(not(target_arch = "wasm32"))]
pub(super) const DOCUMENTS: [&str; 2] = TOLD;

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;

    fn without_comments(mut document: serde_json::Value) -> serde_json::Value {
        match &mut document {
            serde_json::Value::Object(fields) => {
                fields.remove("comment");
                for value in fields.values_mut() {
                    *value = without_comments(value.take());
                }
            }
            serde_json::Value::Array(items) => {
                for value in items {
                    *value = without_comments(value.take());
                }
            }
            _ => {}
        }
        document
    }

    #[test]
    fn the_page_has_the_same_documents_without_their_comments() {
        for (bare, told) in BARE.into_iter().zip(TOLD) {
            let (bare, told) = (serde_json::from_str::<serde_json::Value>(bare), serde_json::from_str(told));
            assert_eq!(bare.unwrap(), without_comments(told.unwrap()));
        }
        let (text, length) = bare::<64>(br#"{ "a\" b": [1, 2], "comment": "c, \"d", "e": "f g" }"#);
        assert_eq!(str::from_utf8(&text[..length]).unwrap(), r#"{"a\" b":[1,2],"e":"f g"}"#);
    }
}
