//! Base64, as the bodies of HTTP responses have it.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Decodes a text of the standard alphabet, with or without the padding.
pub(crate) fn decode(text: &str) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut count) = (0_u32, 0);
    for digit in text.trim_end_matches('=').bytes() {
        let value = ALPHABET
            .iter()
            .zip(0..)
            .find_map(|(known, value)| (*known == digit).then_some(value))
            .ok_or_else(|| format!("is not base64: it has {:?}", char::from(digit)))?;
        bits = bits << 6 | value;
        count += 6;
        if count >= 8 {
            count -= 8;
            // What is cut off belongs to bytes before.
            bytes.push((bits >> count) as u8);
        }
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_every_length_are_decoded() {
        for (text, bytes) in [
            ("", &b""[..]),
            ("Zg==", b"f"),
            ("Zm8=", b"fo"),
            ("Zm9v", b"foo"),
            ("Zm9vYg", b"foob"),
            ("+/8A", &[0xfb, 0xff, 0]),
        ] {
            assert_eq!(decode(text).unwrap(), bytes);
        }
        assert!(decode("a b").unwrap_err().contains("' '"));
    }
}
