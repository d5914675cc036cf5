//! AWS's binary stream of events, which an answer to `InvokeWithResponseStream` is. See
//! [its encoding](https://smithy.io/2.0/aws/amazon-eventstream.html).

/// Encodes an event of a type.
pub(super) fn encode(event_type: &str, content_type: &str, payload: &[u8]) -> Vec<u8> {
    let mut headers = Vec::new();
    for (name, value) in [
        (":event-type", event_type),
        (":content-type", content_type),
        (":message-type", "event"),
    ] {
        headers.extend(u8::try_from(name.len()).unwrap_or_default().to_be_bytes());
        headers.extend(name.bytes());
        // The type of a string.
        headers.push(7);
        headers.extend(u16::try_from(value.len()).unwrap_or_default().to_be_bytes());
        headers.extend(value.bytes());
    }
    let length = |bytes: usize| u32::try_from(bytes).unwrap_or_default().to_be_bytes();
    let mut message = Vec::with_capacity(16 + headers.len() + payload.len());
    message.extend(length(16 + headers.len() + payload.len()));
    message.extend(length(headers.len()));
    message.extend(crc32fast::hash(&message).to_be_bytes());
    message.extend(headers);
    message.extend(payload);
    message.extend(crc32fast::hash(&message).to_be_bytes());
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_has_its_lengths_and_checksums() {
        let message = encode("PayloadChunk", "application/octet-stream", b"hi");
        let number = |at: usize| u32::from_be_bytes(message[at..at + 4].try_into().unwrap()) as usize;
        assert_eq!(number(0), message.len());
        assert_eq!(&message[12 + number(4)..message.len() - 4], b"hi");
        assert_eq!(number(8), crc32fast::hash(&message[..8]) as usize);
        assert_eq!(
            number(message.len() - 4),
            crc32fast::hash(&message[..message.len() - 4]) as usize
        );
    }
}
