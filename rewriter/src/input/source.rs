//! A source file, its syntax tree, and the way from a span to a place in its text.

use std::ops::Range;

use proc_macro2::{LexError, Span, TokenStream};

use crate::{Diagnostic, nesting};

/// How syn begins what it says of text that ends too early.
const END_OF_INPUT: &str = "unexpected end of input";

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

    /// The length of a byte-order mark, which has no column of its own.
    pub(crate) fn byte_order_mark(&self) -> usize {
        match self.text.strip_prefix('\u{feff}') {
            Some(text) => self.text.len() - text.len(),
            None => 0,
        }
    }

    /// The line and the column, in characters, of a place in bytes; both from 1.
    pub(crate) fn position(&self, at: usize) -> (usize, usize) {
        let mark = self.byte_order_mark().min(at);
        let before = &self.text[mark..at];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        (
            before.matches('\n').count() + 1,
            before[line_start..].chars().count() + 1,
        )
    }

    /// The length of a byte-order mark and a shebang line, which stand before what Rust parses.
    fn preamble(&self) -> usize {
        let mark = self.byte_order_mark();
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
        let end = self.text.trim_end().len();
        let place = |span: Span| {
            let range = span.byte_range();
            (preamble + range.start).min(end)..(preamble + range.end).min(end)
        };
        let tokens: TokenStream = self.text[preamble..].parse().map_err(|error: LexError| {
            Diagnostic::at(
                self,
                place(error.span()),
                "this file is not Rust: its tokens can't be read",
            )
            .label("not understood from here on")
            .help("look for a string, a comment or a bracket that is not closed, or that closes what was not opened")
        })?;
        nesting::check(&tokens)
            .map_err(|deep| Diagnostic::at(self, place(deep.span), deep.title).label("not read from here on"))?;
        match syn::parse2(tokens) {
            Ok(tree) => Ok(Parsed {
                source: self,
                preamble,
                tree,
            }),
            Err(error) => {
                let message = error.to_string();
                let place = match message.starts_with(END_OF_INPUT) {
                    // Such an error has no place of its own.
                    true => end..end,
                    false => place(error.span()),
                };
                Err(Diagnostic::at(self, place, message))
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
