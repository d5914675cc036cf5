pub fn r#impl(text: &str, pattern: &str) -> bool {
    text.contains(pattern)
}
