//! Words in a macro's tokens, which have no syntax tree, and what stands around them.

use proc_macro2::{Delimiter, Ident, Spacing, TokenStream, TokenTree};

/// How a word stands among a macro's tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mention {
    /// Whether one dot stands before it: it is a method or a field.
    pub(crate) is_member: bool,
    pub(crate) call: Call,
}

/// What follows a word among a macro's tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    /// Nothing that calls it.
    None,
    /// A parenthesis.
    Plain { has_arguments: bool },
    /// A parenthesis, and `.await`.
    Awaited,
    /// `!`, and a bracket of any form.
    Macro,
}

/// Reads tokens for words, in the order in which they stand there.
pub(crate) fn mentions(tokens: TokenStream) -> Vec<(Ident, Mention)> {
    let mut found = Vec::new();
    read_mentions(tokens, &mut found);
    found
}

fn read_mentions(tokens: TokenStream, found: &mut Vec<(Ident, Mention)>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (index, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Ident(ident) => {
                let is_member = is_punct(index.checked_sub(1).and_then(|at| tokens.get(at)), '.')
                    && !is_punct(index.checked_sub(2).and_then(|at| tokens.get(at)), '.');
                let call = call(&tokens[index + 1..]);
                found.push((ident.clone(), Mention { is_member, call }));
            }
            TokenTree::Group(group) => read_mentions(group.stream(), found),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

fn is_punct(token: Option<&TokenTree>, character: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == character)
}

/// What the tokens behind a word make of it.
fn call(tokens: &[TokenTree]) -> Call {
    match behind_arguments(tokens) {
        [TokenTree::Group(group), rest @ ..] if group.delimiter() == Delimiter::Parenthesis => match is_await(rest) {
            true => Call::Awaited,
            false => Call::Plain {
                has_arguments: !group.stream().is_empty(),
            },
        },
        [TokenTree::Punct(bang), TokenTree::Group(_), ..] if bang.as_char() == '!' => Call::Macro,
        _ => Call::None,
    }
}

/// What follows a path's generic arguments, if there are some.
fn behind_arguments(tokens: &[TokenTree]) -> &[TokenTree] {
    if !(is_punct(tokens.first(), ':') && is_punct(tokens.get(1), ':') && is_punct(tokens.get(2), '<')) {
        return tokens;
    }
    let mut open = 0_usize;
    let mut arrow = false;
    for (index, token) in tokens.iter().enumerate().skip(2) {
        let TokenTree::Punct(punct) = token else { continue };
        match punct.as_char() {
            '<' => open += 1,
            '>' if !arrow => open -= 1,
            _ => {}
        }
        if open == 0 {
            return &tokens[index + 1..];
        }
        arrow = matches!(punct.as_char(), '-' | '=') && punct.spacing() == Spacing::Joint;
    }
    &[]
}

/// Whether tokens start with `.await`.
pub(super) fn is_await(tokens: &[TokenTree]) -> bool {
    matches!(tokens, [TokenTree::Punct(dot), TokenTree::Ident(word), ..] if dot.as_char() == '.' && word == "await")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_in_the_way_they_are_called() {
        let plain = |has_arguments| Call::Plain { has_arguments };
        for (tokens, expected) in [
            ("serve().await", (false, Call::Awaited)),
            ("app.serve().await", (true, Call::Awaited)),
            ("join(app.serve(), other)", (true, plain(false))),
            ("{ serve::<A, fn() -> B<C>>(f) }", (false, plain(true))),
            ("serve::<A<B>>(f).await", (false, Call::Awaited)),
            ("0..serve(f)", (false, plain(true))),
            ("go => serve", (false, Call::None)),
            ("app::serve!{}", (false, Call::Macro)),
            ("serve != (1)", (false, Call::None)),
            ("serve::<A", (false, Call::None)),
        ] {
            let found = mentions(tokens.parse().unwrap());
            let (_, mention) = found.iter().find(|(ident, _)| ident == "serve").unwrap();
            assert_eq!((mention.is_member, mention.call), expected, "{tokens}");
        }
    }
}
