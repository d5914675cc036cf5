//! A source file, and where in it something stands.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One file of a program.
///
/// ```
/// use rewriter::Source;
///
/// let source = Source::new("src/main.rs", "fn main() {}\n");
/// assert_eq!(source.path, "src/main.rs");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The path under which the author knows it, as messages show it.
    pub path: String,
    /// Its text.
    pub text: String,
}

impl Source {
    /// A file with a path and a text.
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            text: text.into(),
        }
    }

    /// The length of a byte-order mark, which has no column of its own.
    pub(crate) fn byte_order_mark(&self) -> usize {
        match self.text.strip_prefix('\u{feff}') {
            Some(text) => self.text.len() - text.len(),
            None => 0,
        }
    }

    /// Where a place in bytes is for people.
    pub(crate) fn location(&self, at: usize) -> Location {
        let mark = self.byte_order_mark().min(at);
        let before = &self.text[mark..at];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Location {
            file: self.path.clone(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }

    /// The length of a byte-order mark and a shebang line, which stand before what Rust parses.
    pub(crate) fn preamble(&self) -> usize {
        let mark = self.byte_order_mark();
        let text = &self.text[mark..];
        // `#![attribute]` is not a shebang, even with blanks between.
        if text.starts_with("#!") && !text[2..].trim_start().starts_with('[') {
            mark + text.find('\n').unwrap_or(text.len())
        } else {
            mark
        }
    }
}

/// Where something stands in a program, for people. `Display` writes it as `file:line:column`.
///
/// ```
/// use rewriter::Location;
///
/// let location = Location { file: "src/main.rs".into(), line: 4, column: 1 };
/// assert_eq!(location.to_string(), "src/main.rs:4:1");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Location {
    /// The file, as the author knows it.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
}

impl fmt::Display for Location {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}:{}", self.file, self.line, self.column)
    }
}
