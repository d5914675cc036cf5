//! A table as DynamoDB has them, as far as `GetItem` goes; what encrypts the connection is the caller's.

use std::io::{Read, Write};

use anyhow::{bail, Context, Result};
use httparse::Status;
use serde_json::{json, Value};

/// An attribute of each item.
pub const CITY: &str = "Zürich";
/// Another one, which DynamoDB writes as text.
pub const TOTAL_CENTS: u64 = 424_242;

/// Answers requests for items until the client closes the connection.
///
/// # Errors
///
/// If the connection breaks off, or the client asks for something else.
pub fn serve(stream: &mut (impl Read + Write)) -> Result<()> {
    let mut bytes = Vec::new();
    loop {
        while let Some((body, length)) = request(&bytes)? {
            let answer = item(body)?.to_string();
            bytes.drain(..length);
            let head = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.0\r\nContent-Length: {}\r\n\
                 x-amzn-RequestId: 000000000000000000000000000000000000000000000000VV4K\r\n\r\n",
                answer.len()
            );
            stream
                .write_all((head + &answer).as_bytes())
                .and_then(|()| stream.flush())
                .context("the answer cannot be sent")?;
        }
        let mut buffer = [0; 16 * 1024];
        // A connection that breaks off is as good as one that is closed.
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => return Ok(()),
            Ok(read) => bytes.extend_from_slice(&buffer[..read]),
        }
    }
}

/// The first request's body, and how many bytes the whole takes, if all of it is there.
fn request(bytes: &[u8]) -> Result<Option<(&[u8], usize)>> {
    let mut headers = [httparse::EMPTY_HEADER; 32];
    let mut head = httparse::Request::new(&mut headers);
    let Status::Complete(start) = head
        .parse(bytes)
        .context("the client sent what is no request of HTTP")?
    else {
        return Ok(None);
    };
    let header = |name: &str| {
        let found = head
            .headers
            .iter()
            .find(|header| header.name.eq_ignore_ascii_case(name));
        found.and_then(|header| std::str::from_utf8(header.value).ok())
    };
    let target = header("x-amz-target").unwrap_or_default();
    if !target.ends_with(".GetItem") {
        bail!("the client asked for {target:?}, and the table only has items to get");
    }
    let length: usize = header("content-length")
        .and_then(|text| text.trim().parse().ok())
        .context("the client sent a body without its length")?;
    let end = start + length;
    Ok(bytes.get(start..end).map(|body| (body, end)))
}

/// The item that a request names.
fn item(body: &[u8]) -> Result<Value> {
    let wanted: Value = serde_json::from_slice(body).context("the client's request is not JSON")?;
    let id = &wanted["Key"]["id"];
    if wanted["TableName"] != "orders" || !id["S"].is_string() {
        bail!("the client asked for {wanted}, which names no order");
    }
    Ok(json!({"Item": {
        "id": id,
        "city": {"S": CITY},
        "total_cents": {"N": TOTAL_CENTS.to_string()},
        "created": {"S": "2026-03-02T10:20:30Z"},
        "express": {"BOOL": true},
        "note": {"NULL": true},
        "tags": {"SS": ["new", "gift", "export"]},
        "lines": {"L": (0..6).map(|number| json!({"M": {
            "sku": {"S": format!("A-{number:05}")},
            "quantity": {"N": "3"},
            "price_cents": {"N": "1299"},
        }})).collect::<Vec<_>>()},
    }}))
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    /// A connection over which requests come in pieces.
    struct Pieces {
        pieces: Vec<Vec<u8>>,
        answers: Vec<u8>,
    }

    impl Read for Pieces {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            if self.pieces.is_empty() {
                return Ok(0);
            }
            let piece = self.pieces.remove(0);
            buffer[..piece.len()].copy_from_slice(&piece);
            Ok(piece.len())
        }
    }

    impl Write for Pieces {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.answers.extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn asked(target: &str, body: &str) -> Vec<u8> {
        let length = body.len();
        format!("POST / HTTP/1.1\r\nx-amz-target: {target}\r\ncontent-length: {length}\r\n\r\n{body}").into_bytes()
    }

    #[test]
    fn requests_over_one_connection_are_answered_in_turn() {
        let body = r#"{"TableName":"orders","Key":{"id":{"S":"order-7"}}}"#;
        let two = [asked("T.GetItem", body), asked("T.GetItem", body)].concat();
        let (first, second) = two.split_at(100);
        let mut stream = Pieces {
            pieces: vec![first.to_owned(), second.to_owned()],
            answers: Vec::new(),
        };
        serve(&mut stream).unwrap();
        let answers = String::from_utf8(stream.answers).unwrap();
        assert_eq!(answers.matches("HTTP/1.1 200 OK").count(), 2, "{answers}");
        let (_, json) = answers.rsplit_once("\r\n\r\n").unwrap();
        let answer: Value = serde_json::from_str(json).unwrap();
        assert_eq!(answer["Item"]["id"]["S"], "order-7");
        assert_eq!(answer["Item"]["total_cents"]["N"], "424242");
    }

    #[test]
    fn another_operation_or_table_is_refused() {
        for (target, body, part) in [
            ("T.PutItem", "{}", "T.PutItem"),
            ("T.GetItem", r#"{"TableName":"x"}"#, "names no order"),
        ] {
            let mut stream = Pieces {
                pieces: vec![asked(target, body)],
                answers: Vec::new(),
            };
            let error = serve(&mut stream).unwrap_err().to_string();
            assert!(error.contains(part), "{error}");
        }
    }
}
