//! An invocation's deadline, from whatever the caller has for one.

/// Milliseconds since the Unix epoch. Lambda's own is a decimal number. A context that somebody made up for a test may have none, or
/// one before the epoch (0), or a fraction of a millisecond, which is cut, or one beyond the type's range, which becomes its last.
pub(crate) fn deadline_ms(text: &str) -> u64 {
    let text = text.trim();
    // The conversion from a float saturates, and makes 0 of what is no number.
    text.parse()
        .unwrap_or_else(|_| text.parse::<f64>().unwrap_or_default() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_text_is_a_deadline() {
        for (text, deadline) in [
            ("1700000000000", 1_700_000_000_000),
            ("1700000000000.75", 1_700_000_000_000),
            ("18446744073709551615", u64::MAX),
            ("18446744073709551616", u64::MAX),
            ("-1", 0),
            ("-99999999999999999999999", 0),
            ("", 0),
            ("None", 0),
            ("NaN", 0),
            ("inf", u64::MAX),
            ("-inf", 0),
        ] {
            assert_eq!(deadline_ms(text), deadline, "{text:?}");
        }
    }
}
