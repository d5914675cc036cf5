//! Paths that are called in a macro's tokens, which have no syntax tree.

use proc_macro2::{Delimiter, Group, Ident, Punct, Spacing, Span, TokenStream, TokenTree};

use super::mentions::is_await;
use crate::input::{cfg::Cfg, syntax::unraw};

/// A path with a parenthesis behind it.
pub(crate) struct CalledPath {
    /// Its names, after an empty one if it starts with `::`.
    pub(crate) segments: Vec<String>,
    pub(crate) first: Span,
    pub(crate) last: Span,
    /// Whether `.await` follows the parenthesis.
    pub(crate) is_awaited: bool,
}

/// Reads tokens for paths that are called, in the order in which they stand there.
pub(crate) fn called_paths(tokens: TokenStream, cfg: &Cfg) -> Vec<CalledPath> {
    let mut found = Vec::new();
    read(tokens, cfg, &mut found);
    found
}

fn read(tokens: TokenStream, cfg: &Cfg, found: &mut Vec<CalledPath>) {
    let mut reader = PathReader::default();
    let tokens = configured(tokens, cfg);
    for (index, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Ident(ident) => reader.ident(ident),
            TokenTree::Punct(punct) => reader.punct(punct),
            TokenTree::Group(group) => {
                if group.delimiter() == Delimiter::Parenthesis {
                    found.extend(reader.call(is_await(&tokens[index + 1..])));
                }
                reader.group();
                read(group.stream(), cfg, found);
            }
            TokenTree::Literal(_) => reader.other(),
        }
    }
}

/// Tokens without attributes, which call nothing, and without what a `#[cfg]` surely takes out: up to the next brace or
/// semicolon, or to a comma. Where more of them belong together, too little is taken out.
fn configured(tokens: TokenStream, cfg: &Cfg) -> Vec<TokenTree> {
    let mut kept = Vec::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let is_pound = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '#');
        let attribute = tokens.next_if(|token| {
            is_pound && matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Bracket)
        });
        let Some(TokenTree::Group(attribute)) = attribute else {
            kept.push(token);
            continue;
        };
        if predicate(&attribute).is_none_or(|predicate| cfg.holds(predicate) != Some(false)) {
            continue;
        }
        // The braces of an import, or of a variable's value, are no end of it.
        let mut ends_with_brace = None;
        for token in tokens.by_ref() {
            match &token {
                TokenTree::Ident(word) if ends_with_brace.is_none() && word != "pub" => {
                    ends_with_brace = Some(word != "use" && word != "let");
                }
                TokenTree::Group(group) if group.delimiter() == Delimiter::Brace && ends_with_brace != Some(false) => {
                    break;
                }
                TokenTree::Punct(punct) if matches!(punct.as_char(), ';' | ',') => break,
                _ => {}
            }
        }
    }
    kept
}

/// The predicate of a `cfg` in an attribute's brackets.
fn predicate(attribute: &Group) -> Option<TokenStream> {
    let mut tokens = attribute.stream().into_iter();
    match (tokens.next(), tokens.next(), tokens.next()) {
        (Some(TokenTree::Ident(name)), Some(TokenTree::Group(predicate)), None) if name == "cfg" => {
            Some(predicate.stream())
        }
        _ => None,
    }
}

/// What was read of a path so far.
#[derive(Default)]
struct PathReader {
    path: Vec<(String, Span)>,
    colons: usize,
    first_colon: Option<Span>,
    /// A name behind one dot is a field or a method; behind two, the end of a range.
    dots: usize,
    /// A name behind `fn` is declared, not called.
    declares: bool,
    /// How many `<` of a path's arguments are open.
    arguments: usize,
    /// Whether a `>` that follows is the end of an arrow.
    arrow: bool,
}

impl PathReader {
    fn ident(&mut self, ident: &Ident) {
        if self.arguments > 0 {
            return;
        }
        let named = !std::mem::replace(&mut self.declares, ident == "fn") && self.dots != 1;
        self.dots = 0;
        match (self.colons, self.path.is_empty(), self.first_colon) {
            (2, true, Some(colon)) => self.path.push((String::new(), colon)),
            (2, false, _) => {}
            _ => self.path.clear(),
        }
        self.colons = 0;
        if named {
            self.path.push((unraw(ident), ident.span()));
        }
    }

    fn punct(&mut self, punct: &Punct) {
        let arrow = std::mem::replace(
            &mut self.arrow,
            matches!(punct.as_char(), '-' | '=') && punct.spacing() == Spacing::Joint,
        );
        if self.arguments > 0 {
            match punct.as_char() {
                '<' => self.arguments += 1,
                '>' if !arrow => self.arguments -= 1,
                _ => {}
            }
            return;
        }
        match punct.as_char() {
            ':' => {
                if self.colons == 0 {
                    self.first_colon = Some(punct.span());
                }
                self.colons += 1;
                self.dots = 0;
            }
            '<' if self.colons == 2 && !self.path.is_empty() => {
                self.arguments = 1;
                self.colons = 0;
            }
            '.' => {
                let dots = self.dots + 1;
                self.other();
                self.dots = dots;
            }
            _ => self.other(),
        }
    }

    fn group(&mut self) {
        if self.arguments == 0 {
            self.other();
        }
    }

    /// Something that is no part of a path.
    fn other(&mut self) {
        self.path.clear();
        self.colons = 0;
        self.dots = 0;
        self.declares = false;
    }

    /// The path that a parenthesis behind it calls.
    fn call(&self, is_awaited: bool) -> Option<CalledPath> {
        if self.arguments > 0 || self.colons > 0 {
            return None;
        }
        Some(CalledPath {
            segments: self.path.iter().map(|(name, _)| name.clone()).collect(),
            first: self.path.first()?.1,
            last: self.path.last()?.1,
            is_awaited,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::cfg::UNKNOWN;

    #[track_caller]
    fn called(tokens: &str) -> Vec<String> {
        let paths = called_paths(tokens.parse().unwrap(), &UNKNOWN);
        paths.iter().map(|path| path.segments.join("::")).collect()
    }

    #[test]
    fn calls_are_found() {
        for (tokens, expected) in [
            ("run(handler())", &["run", "handler"][..]),
            ("lr::run(a), ext.run()", &["lr::run"]),
            ("::lr::run(a)", &["::lr::run"]),
            ("x = r#run(f) => x, _ = stop() => ()", &["run", "stop"]),
            ("lr::run::<_, Vec<fn() -> A<u8>>, _>(f)", &["lr::run"]),
            ("lr::Runtime::<A>::new(f)", &["lr::Runtime::new"]),
            ("0..run(f)", &["run"]),
            ("return async move { run(f).await }", &["run"]),
            ("a < b, run(f)", &["run"]),
            ("#[cfg(test)] { lr::run(a) } #[cfg(unix)] { lh::run(a) }", &["lh::run"]),
            ("#[cfg(test)] #[doc = \"x\"] use a::{b, c}; run(f)", &["run"]),
            ("#[cfg(test)] let x = if a { b() } else { c() }; run(f)", &["run"]),
            ("#[cfg(test)] if let Some(x) = a { b() } run(f)", &["run"]),
            ("#[cfg(custom)] { a() } #[cfg(windows)] b(f).await; c()", &["a", "c"]),
            ("#[cfg(test)] A => a(), B => b()", &["b"]),
            ("#[cfg_attr(test, c(d))] a(); [cfg(test)] b()", &["a", "cfg", "b"]),
        ] {
            assert_eq!(called(tokens), expected, "{tokens}");
        }
    }

    #[test]
    fn what_is_no_call_is_left() {
        for tokens in [
            "fn run(f: u8) {}",
            "pub async fn run() {}",
            "server.run()",
            "server.run::<A>()",
            "run",
            "run!(f)",
            "run [0]",
            "run: (u8)",
            "lr::run::<A, (B)",
        ] {
            assert_eq!(called(tokens), [""; 0], "{tokens}");
        }
    }
}
