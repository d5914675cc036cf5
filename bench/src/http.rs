//! As much of HTTP/1.1 as clients of the Runtime API speak.

use anyhow::{bail, Context, Result};

/// What a client asks for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// The next event.
    Next,
    /// To take a response.
    Response,
    /// To take an error, of an invocation or of the initialisation.
    Error,
}

/// A request that has arrived as a whole.
#[derive(Debug)]
pub struct Request {
    /// What is asked for.
    pub kind: Kind,
    /// The body, freed from its chunks.
    pub body: Vec<u8>,
    /// How many bytes it took.
    pub consumed: usize,
}

impl Request {
    /// Takes the first request of what has arrived, if all of it is there.
    pub fn parse(bytes: &[u8]) -> Result<Option<Self>> {
        let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else {
            return Ok(None);
        };
        let head = std::str::from_utf8(&bytes[..end]).context("the client sent headers that are not text")?;
        let mut lines = head.split("\r\n");
        let kind = kind(lines.next().unwrap_or_default())?;
        let mut length = 0;
        let mut in_chunks = false;
        for (name, value) in lines.filter_map(|line| line.split_once(':')) {
            let value = value.trim();
            if name.eq_ignore_ascii_case("content-length") {
                length = value
                    .parse()
                    .with_context(|| format!("the client sent {value:?} as a length"))?;
            } else if name.eq_ignore_ascii_case("transfer-encoding") {
                in_chunks = value.eq_ignore_ascii_case("chunked");
            }
        }
        let rest = &bytes[end + 4..];
        let found = if in_chunks {
            unchunk(rest)?
        } else {
            rest.get(..length).map(|body| (body.to_vec(), length))
        };
        Ok(found.map(|(body, length)| Self {
            kind,
            body,
            consumed: end + 4 + length,
        }))
    }
}

fn kind(first_line: &str) -> Result<Kind> {
    match first_line.split(' ').nth(1) {
        Some(path) if path.ends_with("/invocation/next") => Ok(Kind::Next),
        Some(path) if path.ends_with("/response") => Ok(Kind::Response),
        Some(path) if path.ends_with("/error") => Ok(Kind::Error),
        _ => bail!("the client asked for {first_line:?}, which the benchmark's Runtime API does not have"),
    }
}

/// A body that came in chunks, and how many bytes they took; nothing as long as the last is missing.
fn unchunk(bytes: &[u8]) -> Result<Option<(Vec<u8>, usize)>> {
    let mut body = Vec::new();
    let mut at = 0;
    while let Some(line) = bytes[at..].windows(2).position(|window| window == b"\r\n") {
        let text = std::str::from_utf8(&bytes[at..at + line]).context("a chunk's length is not text")?;
        let digits = text.split(';').next().unwrap_or_default().trim();
        let length = usize::from_str_radix(digits, 16).with_context(|| format!("a chunk has the length {text:?}"))?;
        let start = at + line + 2;
        let Some(chunk) = bytes.get(start..start + length + 2) else {
            break;
        };
        at = start + length + 2;
        if length == 0 {
            return Ok(Some((body, at)));
        }
        body.extend_from_slice(&chunk[..length]);
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Option<Request> {
        Request::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn a_request_is_whole_with_its_body() {
        let text = "POST /2018-06-01/runtime/invocation/7/response HTTP/1.1\r\ncontent-length: 4\r\n\r\nbody";
        for end in 0..text.len() {
            assert!(parse(&text[..end]).is_none(), "{end}");
        }
        let request = parse(text).unwrap();
        assert_eq!(request.kind, Kind::Response);
        assert_eq!(request.body, b"body");
        assert_eq!(request.consumed, text.len());
    }

    #[test]
    fn a_body_in_chunks_is_put_together() {
        let text = "POST /x/response HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nbod\r\n1;x=y\r\ny\r\n0\r\n\r\n";
        for end in 0..text.len() {
            assert!(parse(&text[..end]).is_none(), "{end}");
        }
        let request = parse(&format!("{text}GET")).unwrap();
        assert_eq!(request.body, b"body");
        assert_eq!(request.consumed, text.len());
    }

    #[test]
    fn what_is_not_of_the_runtime_api_is_named() {
        let error = Request::parse(b"GET /favicon.ico HTTP/1.1\r\n\r\n")
            .unwrap_err()
            .to_string();
        assert!(error.contains("/favicon.ico"), "{error}");
    }
}
