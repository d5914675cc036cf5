//! Changes to a file's text that leave every line where it was.

use std::ops::Range;

use super::manifest::EditRecord;
use crate::input::source::Source;

/// A change: what stands at `place` becomes `text`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Edit {
    pub(crate) place: Range<usize>,
    pub(crate) text: String,
}

impl Edit {
    pub(crate) fn new(place: Range<usize>, text: impl Into<String>) -> Self {
        Self {
            place,
            text: text.into(),
        }
    }
}

/// Applies edits to a file. Line breaks in what is replaced are kept behind the replacement.
pub(super) fn apply(source: &Source, edits: &[Edit]) -> (Source, Vec<EditRecord>) {
    let mut edits = edits.to_vec();
    edits.sort_by_key(|edit| (edit.place.start, edit.place.end));
    // One import may be led elsewhere on behalf of several calls.
    edits.dedup();
    let mut text = String::with_capacity(source.text.len() + 64);
    let mut records = Vec::with_capacity(edits.len());
    let mut done = 0;
    for edit in &edits {
        let was = &source.text[edit.place.clone()];
        text.push_str(&source.text[done..edit.place.start]);
        text.push_str(&edit.text);
        text.extend(was.matches(['\r', '\n']));
        done = edit.place.end;
        records.push(EditRecord::new(source, edit.place.start, was, &edit.text));
    }
    text.push_str(&source.text[done..]);
    (Source::new(source.path.clone(), text), records)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_breaks_are_kept() {
        let source = Source::new("a.rs", "#[one(\n  two\r\n)]\nfn main() {}\n");
        let (edited, records) = apply(&source, &[Edit::new(0..16, "")]);
        assert_eq!(edited.text, "\n\r\n\nfn main() {}\n");
        assert_eq!(records[0].location.to_string(), "a.rs:1:1");
    }

    #[test]
    fn the_same_edit_is_made_once() {
        let source = Source::new("a.rs", "é x");
        let edit = Edit::new(3..4, "y");
        let (edited, records) = apply(&source, &[edit.clone(), edit]);
        assert_eq!(edited.text, "é y");
        assert_eq!(records.len(), 1);
        assert_eq!(records[0].location.to_string(), "a.rs:1:3");
    }
}
