//! A bound to how deep a file's syntax goes. What reads a syntax tree calls itself for each level, and would end the process
//! where its stack does.

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};

/// How deep brackets may lie in each other. Nothing that people write comes near it.
const MAX_DEPTH: usize = 256;
/// How many tokens may follow each other with nothing between them that ends an expression or a type. Each may be a level
/// of its own, as in `!!!!x` or `&&&&T`.
const MAX_CHAIN: usize = 10_000;

/// What goes too deep.
pub(crate) struct TooDeep {
    pub(crate) span: Span,
    pub(crate) title: String,
}

/// Checks that tokens can be read.
pub(crate) fn check(tokens: &TokenStream) -> Result<(), TooDeep> {
    check_at(tokens.clone(), 0, 0)
}

/// `before` tokens of the chain around it lead to `tokens`.
fn check_at(tokens: TokenStream, depth: usize, before: usize) -> Result<(), TooDeep> {
    let mut chain = before;
    // The `<` that no `>` closed yet. A comma between them is one between the arguments of a type.
    let mut open: usize = 0;
    let mut last = ' ';
    for token in tokens {
        chain += 1;
        if chain > MAX_CHAIN {
            return Err(TooDeep {
                span: token.span(),
                title: format!("an expression, a type or a macro's argument has more than {MAX_CHAIN} tokens"),
            });
        }
        let previous = std::mem::replace(&mut last, ' ');
        match token {
            TokenTree::Group(group) => {
                if depth == MAX_DEPTH {
                    return Err(TooDeep {
                        span: group.span_open(),
                        title: format!("brackets lie more than {MAX_DEPTH} deep in each other"),
                    });
                }
                check_at(group.stream(), depth + 1, chain)?;
                if group.delimiter() == Delimiter::Brace {
                    last = '}';
                    if open == 0 {
                        chain = before;
                    }
                }
            }
            TokenTree::Punct(punct) => {
                last = punct.as_char();
                match (previous, last) {
                    (_, ';') | ('=', '>') => (chain, open) = (before, 0),
                    (_, ',') if open == 0 => chain = before,
                    (_, '<') => open += 1,
                    ('-', '>') => {}
                    (_, '>') => open = open.saturating_sub(1),
                    _ => {}
                }
            }
            // These are in no type: a `<` before them was a comparison.
            TokenTree::Ident(ident) if ["if", "let", "match", "while"].iter().any(|word| ident == word) => {
                open = 0;
                if previous == '}' {
                    chain = before;
                }
            }
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn fits(text: &str) -> bool {
        check(&text.parse().unwrap()).is_ok()
    }

    #[test]
    fn the_depth_of_brackets_is_bounded() {
        for (depth, expected) in [(MAX_DEPTH, true), (MAX_DEPTH + 1, false), (100_000, false)] {
            assert_eq!(
                fits(&format!("{}{}", "(".repeat(depth), ")".repeat(depth))),
                expected,
                "{depth}"
            );
        }
    }

    #[test]
    fn chains_are_bounded() {
        for link in ["!", "V<", "V<u8,", "*const ", "fn()->", "a=", "V<{},"] {
            assert!(fits(&link.repeat(1_000)), "{link}");
            assert!(!fits(&link.repeat(10_001)), "{link}");
        }
    }

    #[test]
    fn long_files_are_read() {
        for item in [
            "fn f() -> bool { a < b }",
            "const A: u8 = 1;",
            "1, ",
            "A if b < c => 1, ",
            "if a < b {}",
        ] {
            assert!(fits(&item.repeat(20_000)), "{item}");
        }
    }
}
