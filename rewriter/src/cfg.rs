//! What is known of a program's `#[cfg]`: it is built for Linux, and not as a test.

use syn::{Attribute, Expr, ExprLit, Lit, Meta, Token, punctuated::Punctuated};

/// Whether attributes surely take an item out of the program.
pub(crate) fn is_configured_away(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute
                .parse_args::<Meta>()
                .is_ok_and(|predicate| holds(&predicate) == Some(false))
    })
}

/// Whether a predicate holds, if that is known.
fn holds(predicate: &Meta) -> Option<bool> {
    let name = predicate.path().get_ident()?.to_string();
    match (name.as_str(), predicate) {
        ("unix", Meta::Path(_)) => Some(true),
        ("windows" | "test", Meta::Path(_)) => Some(false),
        ("target_os", Meta::NameValue(pair)) => Some(text(&pair.value)? == "linux"),
        ("target_family", Meta::NameValue(pair)) => Some(text(&pair.value)? == "unix"),
        (operator, Meta::List(list)) => {
            let operands = list
                .parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated)
                .ok()?;
            let operands: Vec<Option<bool>> = operands.iter().map(holds).collect();
            match operator {
                "not" => operands.first()?.map(|operand| !operand),
                "all" if operands.contains(&Some(false)) => Some(false),
                "all" => operands.iter().all(|operand| *operand == Some(true)).then_some(true),
                "any" if operands.contains(&Some(true)) => Some(true),
                "any" => operands.iter().all(|operand| *operand == Some(false)).then_some(false),
                _ => None,
            }
        }
        _ => None,
    }
}

/// The value of a string literal.
fn text(expression: &Expr) -> Option<String> {
    match expression {
        Expr::Lit(ExprLit {
            lit: Lit::Str(text), ..
        }) => Some(text.value()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_is_followed() {
        for (predicate, expected) in [
            ("unix", Some(true)),
            ("not(unix)", Some(false)),
            ("test", Some(false)),
            ("any(test, windows)", Some(false)),
            ("any(test, feature = \"a\")", None),
            ("any(unix, feature = \"a\")", Some(true)),
            ("all(test, feature = \"a\")", Some(false)),
            ("all(unix, not(test))", Some(true)),
            ("all(unix, feature = \"a\")", None),
            ("target_os = \"linux\"", Some(true)),
            ("target_os = \"macos\"", Some(false)),
            ("not(target_family = \"unix\")", Some(false)),
            ("not(feature = \"a\")", None),
            ("a::b", None),
            ("all()", Some(true)),
        ] {
            assert_eq!(holds(&syn::parse_str(predicate).unwrap()), expected, "{predicate}");
        }
    }
}
