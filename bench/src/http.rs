//! As much of HTTP/1.1 as clients of the Runtime API speak.

use anyhow::{anyhow, bail, Context, Result};
use httparse::Status;

/// What a client asks for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// The next event.
    Next,
    /// To take a response.
    Response,
    /// To take an error, of an invocation, of the initialisation or of a restore.
    Error,
    /// To go on once the process was restored from a snapshot, which is taken now.
    Restore,
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
        let mut headers = [httparse::EMPTY_HEADER; 32];
        let mut head = httparse::Request::new(&mut headers);
        let parsed = head
            .parse(bytes)
            .context("the client sent what is no request of HTTP")?;
        let Status::Complete(end) = parsed else {
            return Ok(None);
        };
        let kind = kind(head.path.unwrap_or_default())?;
        let mut length = 0;
        let mut in_chunks = false;
        for header in head.headers {
            let value = String::from_utf8_lossy(header.value);
            if header.name.eq_ignore_ascii_case("content-length") {
                length = value
                    .trim()
                    .parse()
                    .with_context(|| format!("the client sent {value:?} as a length"))?;
            } else if header.name.eq_ignore_ascii_case("transfer-encoding") {
                in_chunks = value.trim().eq_ignore_ascii_case("chunked");
            }
        }
        let rest = &bytes[end..];
        let found = if in_chunks {
            unchunk(rest)?
        } else {
            rest.get(..length).map(|body| (body.to_vec(), length))
        };
        Ok(found.map(|(body, length)| Self {
            kind,
            body,
            consumed: end + length,
        }))
    }
}

fn kind(path: &str) -> Result<Kind> {
    match path {
        path if path.ends_with("/invocation/next") => Ok(Kind::Next),
        path if path.ends_with("/restore/next") => Ok(Kind::Restore),
        path if path.ends_with("/response") => Ok(Kind::Response),
        path if path.ends_with("/error") => Ok(Kind::Error),
        _ => bail!("the client asked for {path:?}, which the benchmark's Runtime API does not have"),
    }
}

/// A body that came in chunks, and how many bytes they took; nothing as long as the last is missing.
fn unchunk(bytes: &[u8]) -> Result<Option<(Vec<u8>, usize)>> {
    let mut body = Vec::new();
    let mut at = 0;
    loop {
        let size = httparse::parse_chunk_size(&bytes[at..]);
        let Status::Complete((line, length)) = size.map_err(|_| anyhow!("the client sent a chunk without a length"))?
        else {
            return Ok(None);
        };
        let start = at + line;
        let length = usize::try_from(length).context("the client sent a chunk that is too long")?;
        let Some(chunk) = bytes.get(start..start + length + 2) else {
            return Ok(None);
        };
        at = start + length + 2;
        if length == 0 {
            return Ok(Some((body, at)));
        }
        body.extend_from_slice(&chunk[..length]);
    }
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
    fn a_restore_is_told_from_an_event() {
        for (path, kind) in [("restore/next", Kind::Restore), ("invocation/next", Kind::Next)] {
            let request = parse(&format!("GET /2018-06-01/runtime/{path} HTTP/1.1\r\n\r\n")).unwrap();
            assert_eq!(request.kind, kind);
        }
    }

    #[test]
    fn what_is_not_of_the_runtime_api_is_named() {
        let error = Request::parse(b"GET /favicon.ico HTTP/1.1\r\n\r\n")
            .unwrap_err()
            .to_string();
        assert!(error.contains("/favicon.ico"), "{error}");
    }
}
