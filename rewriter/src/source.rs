//! A source file, its syntax tree, and the way from a span to a place in its text.

use std::ops::Range;

use proc_macro2::Span;

use crate::Diagnostic;

/// One file of a program.
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

    /// The length of a byte-order mark and a shebang line, which stand before what Rust parses.
    fn preamble(&self) -> usize {
        let mark = if self.text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        let text = &self.text[mark..];
        // `#![attribute]` is not a shebang, even with blanks between.
        if text.starts_with("#!") && !text[2..].trim_start().starts_with('[') {
            mark + text.find('\n').unwrap_or(text.len())
        } else {
            mark
        }
    }

    /// Parses the file.
    pub(crate) fn parse(&self) -> Result<Parsed<'_>, Diagnostic> {
        let preamble = self.preamble();
        match syn::parse_file(&self.text[preamble..]) {
            Ok(tree) => Ok(Parsed {
                source: self,
                preamble,
                tree,
            }),
            Err(error) => {
                let range = error.span().byte_range();
                let place = (preamble + range.start).min(self.text.len())..(preamble + range.end).min(self.text.len());
                Err(Diagnostic::at(self, place, error.to_string()).label("here"))
            }
        }
    }
}

/// A parsed file.
pub(crate) struct Parsed<'a> {
    pub(crate) source: &'a Source,
    preamble: usize,
    pub(crate) tree: syn::File,
}

impl Parsed<'_> {
    /// Where a span of this file's tree lies in the file's text, in bytes.
    pub(crate) fn range(&self, span: Span) -> Range<usize> {
        let range = span.byte_range();
        self.preamble + range.start..self.preamble + range.end
    }

    /// The text from the start of one span to the end of another.
    pub(crate) fn between(&self, first: Span, last: Span) -> Range<usize> {
        self.range(first).start..self.range(last).end
    }
}
