//! How two values differ, as a diff to be read.

use serde_json::Value;
use similar::TextDiff;

/// A text or a value, and whose it is.
#[derive(Clone, Copy)]
pub(crate) struct Labeled<'a, T: ?Sized>(pub &'a str, pub &'a T);

/// How two values differ as JSON, if they do.
pub(crate) fn json(left: Labeled<Value>, right: Labeled<Value>) -> Option<String> {
    if left.1 == right.1 {
        return None;
    }
    let (left_text, right_text) = (format!("{:#}\n", left.1), format!("{:#}\n", right.1));
    lines(Labeled(left.0, &left_text), Labeled(right.0, &right_text))
}

/// How two texts differ line by line, if they do.
pub(crate) fn lines(left: Labeled<str>, right: Labeled<str>) -> Option<String> {
    (left.1 != right.1).then(|| {
        TextDiff::from_lines(left.1, right.1)
            .unified_diff()
            .header(left.0, right.0)
            .to_string()
    })
}
