//! What holds for every program that is rewritten.

use rewriter::{EditRecord, Location, Rewritten, Source};

/// The first lines of what is appended to the crate root, with the empty line before them.
pub const BRIDGE: &str = "\n#[doc(hidden)]\npub mod __lambda {";

/// Asserts that a program was changed as its manifest says and in no other way, that every line kept its number, and that
/// what came out is Rust. Gives the rewritten texts, without what was appended.
#[track_caller]
pub fn assert_faithful(original: &[Source], rewritten: &Rewritten) -> Vec<String> {
    let manifest = &rewritten.manifest;
    assert_eq!(original.len(), rewritten.sources.len());
    let files = original.iter().zip(&rewritten.sources);
    files
        .map(|(before, after)| {
            assert_eq!(before.path, after.path);
            if let Err(error) = syn::parse_file(&after.text) {
                panic!("{} does not parse: {error}\n{}", after.path, after.text);
            }
            let text = match before.path == manifest.crate_root {
                true => after.text.rsplit_once(BRIDGE).expect("the bridge is appended").0,
                false => &after.text,
            };
            let edits: Vec<&EditRecord> = manifest
                .edits
                .iter()
                .filter(|edit| edit.location.file == before.path)
                .collect();
            assert_eq!(edited(&before.text, &edits), text, "{} with {edits:?}", before.path);
            assert_lines_are_kept(&before.text, text, &edits);
            text.to_owned()
        })
        .collect()
}

/// A text with edits made, which stand in its order. Line breaks in what is replaced stay behind the replacement.
#[track_caller]
fn edited(original: &str, edits: &[&EditRecord]) -> String {
    let mut text = String::new();
    let mut done = 0;
    for edit in edits {
        let place = offset(original, &edit.location);
        assert!(original[place..].starts_with(&edit.was), "{edit:?}");
        text.push_str(&original[done..place]);
        text.push_str(&edit.becomes);
        text.extend(edit.was.matches(['\r', '\n']));
        done = place + edit.was.len();
    }
    text + &original[done..]
}

/// Where a location is, in bytes. A byte-order mark has no column.
#[track_caller]
fn offset(text: &str, location: &Location) -> usize {
    let mark = text.len() - text.trim_start_matches('\u{feff}').len();
    let above: usize = text[mark..]
        .split_inclusive('\n')
        .take(location.line - 1)
        .map(str::len)
        .sum();
    let start = mark + above;
    let before = text[start..].chars().take(location.column - 1);
    start + before.map(char::len_utf8).sum::<usize>()
}

/// Asserts that both texts have the same lines, those apart that an edit touches.
#[track_caller]
fn assert_lines_are_kept(before: &str, after: &str, edits: &[&EditRecord]) {
    assert_eq!(
        before.matches('\n').count(),
        after.matches('\n').count(),
        "lines of:\n{after}"
    );
    for (number, (before, after)) in (1..).zip(before.split('\n').zip(after.split('\n'))) {
        let edited = edits.iter().any(|edit| {
            let first = edit.location.line;
            (first..=first + edit.was.matches('\n').count()).contains(&number)
        });
        assert!(edited || before == after, "line {number}: {before:?} became {after:?}");
    }
}
