//! Attributes that may be macros, which can make anything of what they are put on.

use syn::Attribute;

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

/// Tools whose attributes leave a function as it is.
const TOOLS: [&str; 5] = ["clippy", "diagnostic", "miri", "rust_analyzer", "rustfmt"];

/// Whether an attribute may be a macro, which may make something else of the function.
pub(crate) fn may_be_macro(attribute: &Attribute) -> bool {
    let path = attribute.path();
    let first = path.segments.first().map(|segment| segment.ident.to_string());
    let first = first.unwrap_or_default();
    match path.segments.len() {
        1 => !PLAIN_ATTRIBUTES.contains(&first.as_str()),
        _ => !TOOLS.contains(&first.as_str()),
    }
}

/// Whether an external path is tokio's `main`, which other crates re-export.
pub(crate) fn is_tokio_main(path: &[String]) -> bool {
    matches!(path, [.., tokio, main] if tokio == "tokio" && main == "main")
}
