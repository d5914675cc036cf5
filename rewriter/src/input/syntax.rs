//! What nodes of a syntax tree stand for.

use proc_macro2::Ident;
use syn::{Expr, ExprLit, Lit, ext::IdentExt};

/// An identifier's name without `r#`.
pub(crate) fn unraw(ident: &Ident) -> String {
    IdentExt::unraw(ident).to_string()
}

/// The names of a path's segments, without `r#` and arguments.
pub(crate) fn segments(path: &syn::Path) -> Vec<String> {
    path.segments.iter().map(|segment| unraw(&segment.ident)).collect()
}

/// The value of a string literal.
pub(crate) fn string_value(expression: &Expr) -> Option<String> {
    match expression {
        Expr::Lit(ExprLit {
            lit: Lit::Str(text), ..
        }) => Some(text.value()),
        _ => None,
    }
}
