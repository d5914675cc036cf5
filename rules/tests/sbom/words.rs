//! A crate that nothing but a tool beside a function is linked with.

/// What the tool says.
pub fn words() -> &'static str {
    "words"
}
