//! Attributes that may be macros, which can make anything of what they are put on.

use syn::Attribute;

use crate::input::attributes::is_of_tool;

/// Attributes that leave a function as it is.
const PLAIN_ATTRIBUTES: [&str; 16] = [
    "allow",
    "automatically_derived",
    "cfg",
    "cold",
    "coverage",
    "deny",
    "deprecated",
    "doc",
    "expect",
    "forbid",
    "inline",
    "must_use",
    "no_mangle",
    "track_caller",
    "unsafe",
    "warn",
];

/// Whether an attribute may be a macro, which may make something else of the function.
pub(crate) fn may_be_macro(attribute: &Attribute) -> bool {
    let path = attribute.path();
    !is_of_tool(attribute) && !PLAIN_ATTRIBUTES.iter().any(|name| path.is_ident(name))
}

/// Whether an external path is tokio's `main`, which other crates re-export.
pub(crate) fn is_tokio_main(path: &[String]) -> bool {
    matches!(path, [.., tokio, main] if tokio == "tokio" && main == "main")
}
