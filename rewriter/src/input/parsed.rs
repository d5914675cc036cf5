//! A source file's syntax tree, and the way from a span to a place in the file's text.

use std::ops::Range;

use proc_macro2::{LexError, Span, TokenStream};
use syn::Attribute;

use super::{diagnostic::Diagnostic, nesting, source::Source};

/// How syn begins what it says of text that ends too early.
const END_OF_INPUT: &str = "unexpected end of input";

/// A parsed file.
pub(crate) struct Parsed<'a> {
    pub(crate) source: &'a Source,
    preamble: usize,
    pub(crate) tree: syn::File,
}

impl<'a> Parsed<'a> {
    /// Parses a file.
    ///
    /// # Errors
    ///
    /// When it is not Rust, or nests more deeply than can be read.
    pub(crate) fn new(source: &'a Source) -> Result<Self, Diagnostic> {
        let preamble = source.preamble();
        let end = source.text.trim_end().len();
        let place = |span: Span| {
            let range = span.byte_range();
            (preamble + range.start).min(end)..(preamble + range.end).min(end)
        };
        let tokens: TokenStream = source.text[preamble..].parse().map_err(|error: LexError| {
            let title = "this file is not Rust: its tokens can't be read";
            Diagnostic::at(source, place(error.span()), title)
                .label("not understood from here on")
                .help(
                    "look for a string, a comment or a bracket that is not closed, or that closes what was not opened",
                )
        })?;
        nesting::check(&tokens)
            .map_err(|deep| Diagnostic::at(source, place(deep.span), deep.title).label("not read from here on"))?;
        let tree = syn::parse2(tokens).map_err(|error| {
            let message = error.to_string();
            let place = match message.starts_with(END_OF_INPUT) {
                // Such an error has no place of its own.
                true => end..end,
                false => place(error.span()),
            };
            Diagnostic::at(source, place, message)
        })?;
        Ok(Self { source, preamble, tree })
    }

    /// Where a span of this file's tree lies in the file's text, in bytes.
    pub(crate) fn range(&self, span: Span) -> Range<usize> {
        let range = span.byte_range();
        self.preamble + range.start..self.preamble + range.end
    }

    /// The text from the start of one span to the end of another.
    pub(crate) fn between(&self, first: Span, last: Span) -> Range<usize> {
        self.range(first).start..self.range(last).end
    }

    /// Where an attribute stands, brackets and all.
    pub(crate) fn attribute(&self, attribute: &Attribute) -> Range<usize> {
        self.between(attribute.pound_token.span, attribute.bracket_token.span.close())
    }
}
