//! [HTTP/1.1](https://www.rfc-editor.org/rfc/rfc9112) as a Runtime API's client speaks it.

use std::{
    borrow::Cow,
    io::{self, BufRead, BufReader, Read, Write},
    net::TcpStream,
};

/// A request, whose body has not been read yet.
pub(super) struct Request {
    pub(super) method: String,
    pub(super) path: String,
    headers: Vec<(String, String)>,
    /// The lines of the head as they came, with the empty one that ends them.
    pub(super) head: Vec<u8>,
}

impl Request {
    /// The request whose head `bytes` begin with, and how long that is; `None` where it goes on.
    fn parse(bytes: &[u8]) -> io::Result<Option<(Self, usize)>> {
        let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
        let mut head = httparse::Request::new(&mut headers);
        let length = match head.parse(bytes) {
            Ok(httparse::Status::Complete(length)) => length,
            Ok(httparse::Status::Partial) => return Ok(None),
            Err(error) => return Err(malformed(&format!("a head that is not one of HTTP/1: {error}"))),
        };
        let request = Self {
            method: head.method.unwrap_or_default().to_owned(),
            path: head.path.unwrap_or_default().to_owned(),
            headers: head
                .headers
                .iter()
                .map(|header| {
                    let value = String::from_utf8_lossy(header.value).into_owned();
                    (header.name.to_ascii_lowercase(), value)
                })
                .collect(),
            head: bytes[..length].to_owned(),
        };
        Ok(Some((request, length)))
    }

    /// A header's value, by its name in lower case.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name)?;
        Some(&found.1)
    }

    /// Whether the client wants the connection closed behind the response.
    pub(super) fn is_last(&self) -> bool {
        self.header("connection")
            .is_some_and(|options| has_token(options, "close"))
    }

    fn is_chunked(&self) -> bool {
        self.header("transfer-encoding")
            .is_some_and(|codings| has_token(codings, "chunked"))
    }
}

/// Whether a list of tokens, as a header has it, names one.
fn has_token(list: &str, token: &str) -> bool {
    list.split(',').any(|listed| listed.trim().eq_ignore_ascii_case(token))
}

/// One connection of the client.
pub(super) struct Connection {
    reader: BufReader<TcpStream>,
}

/// How long a request's head may be; the lines that frame a chunked body as well. Clients of Lambda send some hundred bytes.
const HEAD_LIMIT: usize = 64 << 10;
/// How many headers a request may have: as many as hyper takes. Clients of Lambda send fewer than ten.
const MAX_HEADERS: usize = 100;
const LINE_END: &[u8] = b"\r\n";

fn malformed(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("the client sent {what}"))
}

fn truncated(what: &str) -> io::Error {
    let error = format!("the client closed the connection in the midst of {what}");
    io::Error::new(io::ErrorKind::UnexpectedEof, error)
}

impl Connection {
    pub(super) fn new(stream: TcpStream) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        Ok(Self {
            reader: BufReader::new(stream),
        })
    }

    /// Whether the client has closed the connection, so that nothing that is sent arrives.
    pub(super) fn is_closed(&self) -> bool {
        let stream = self.reader.get_ref();
        let mut next = [0];
        let peeked = stream.set_nonblocking(true).and_then(|()| stream.peek(&mut next));
        let blocking = stream.set_nonblocking(false);
        match peeked {
            Ok(0) => true,
            Ok(_) => blocking.is_err(),
            Err(error) => error.kind() != io::ErrorKind::WouldBlock || blocking.is_err(),
        }
    }

    /// Reads the next request up to its body; `None` when the client has closed the connection behind the last one.
    pub(super) fn request(&mut self) -> io::Result<Option<Request>> {
        if self.reader.fill_buf()?.is_empty() {
            return Ok(None);
        }
        // Of a head that does not come in one piece, as it does from Lambda's clients.
        let mut head = Vec::new();
        loop {
            let before = head.len();
            let received = self.reader.fill_buf()?;
            if before == 0 {
                if let Some((request, length)) = Request::parse(received)? {
                    self.reader.consume(length);
                    return Ok(Some(request));
                }
            }
            if received.is_empty() {
                return Err(truncated("a request's head"));
            }
            head.extend_from_slice(&received[..received.len().min(HEAD_LIMIT - before)]);
            if let Some((request, length)) = Request::parse(&head)? {
                self.reader.consume(length - before);
                return Ok(Some(request));
            }
            if head.len() == HEAD_LIMIT {
                return Err(malformed("a head that is too long"));
            }
            self.reader.consume(head.len() - before);
        }
    }

    /// Reads a request's body.
    pub(super) fn body(&mut self, request: &Request) -> io::Result<Vec<u8>> {
        let mut body = Vec::new();
        if request.is_chunked() {
            loop {
                let line = self.framing()?;
                let size = match httparse::parse_chunk_size(&line) {
                    // It takes a line without a digit for a size of zero.
                    Ok(httparse::Status::Complete((_, size))) if line[0].is_ascii_hexdigit() => size,
                    _ => return Err(malformed("a chunk without a size")),
                };
                if size == 0 {
                    break;
                }
                self.take(size, &mut body)?;
                if self.framing()? != LINE_END {
                    return Err(malformed("a chunk that is longer than its size"));
                }
            }
            // What follows the last chunk, up to an empty line.
            while self.framing()? != LINE_END {}
        } else if let Some(length) = request.header("content-length") {
            let length = length
                .parse()
                .map_err(|_| malformed("a content-length that is no number"))?;
            self.take(length, &mut body)?;
        }
        Ok(body)
    }

    fn take(&mut self, length: u64, body: &mut Vec<u8>) -> io::Result<()> {
        let read = self.reader.by_ref().take(length).read_to_end(body)?;
        match read as u64 == length {
            true => Ok(()),
            false => Err(truncated("a request's body")),
        }
    }

    /// Reads a line of those that frame a chunked body, with its end.
    fn framing(&mut self) -> io::Result<Vec<u8>> {
        let mut line = Vec::new();
        self.reader
            .by_ref()
            .take(HEAD_LIMIT as u64)
            .read_until(b'\n', &mut line)?;
        match line.last() {
            Some(b'\n') => Ok(line),
            _ if line.len() == HEAD_LIMIT => Err(malformed("a line that is too long")),
            _ => Err(truncated("a request's body")),
        }
    }

    /// Sends a response.
    pub(super) fn respond(&mut self, status: &str, headers: &[(&str, Cow<'_, str>)], body: &[u8]) -> io::Result<()> {
        let mut message = Vec::with_capacity(512 + body.len());
        write!(
            message,
            "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n",
            body.len()
        )?;
        for (name, value) in headers {
            write!(message, "{name}: {value}\r\n")?;
        }
        message.extend_from_slice(b"\r\n");
        // In one piece, so that the client wakes once.
        message.extend_from_slice(body);
        self.reader.get_mut().write_all(&message)
    }

    /// Passes the request that was read and all that follows it on to another server, and that one's answers back.
    pub(super) fn relay(self, request: &Request, server: TcpStream) -> io::Result<()> {
        let mut to_server = server.try_clone()?;
        to_server.write_all(&request.head)?;
        to_server.write_all(self.reader.buffer())?;
        let mut from_client = self.reader.into_inner();
        let mut to_client = from_client.try_clone()?;
        let back = std::thread::Builder::new()
            .name("lambda-loopback".to_owned())
            .spawn(move || {
                let mut from_server = server;
                let _ = io::copy(&mut from_server, &mut to_client);
                let _ = to_client.shutdown(std::net::Shutdown::Write);
            })?;
        io::copy(&mut from_client, &mut to_server)?;
        to_server.shutdown(std::net::Shutdown::Write)?;
        let _ = back.join();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    /// What is read of the only request that a client sends before it closes its connection.
    fn read(sent: &[u8]) -> io::Result<Option<Vec<u8>>> {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let mut connection = Connection::new(listener.accept().unwrap().0).unwrap();
        // The sender meets a reset when the reader gives up.
        let sender = std::thread::spawn({
            let sent = sent.to_owned();
            move || client.write_all(&sent)
        });
        let read = match connection.request() {
            Ok(Some(request)) => connection.body(&request).map(Some),
            Ok(None) => Ok(None),
            Err(error) => Err(error),
        };
        drop(connection);
        let _ = sender.join().unwrap();
        read
    }

    fn error(sent: &[u8]) -> io::ErrorKind {
        read(sent).expect_err(&String::from_utf8_lossy(sent)).kind()
    }

    const POST: &str = "POST /2018-06-01/runtime/invocation/id-1/response HTTP/1.1\r\n";

    #[test]
    fn whole_requests_are_read() {
        assert_eq!(read(b"").unwrap(), None);
        for (rest, body) in [
            ("\r\n", ""),
            ("Content-Length: 4\r\n\r\ntext", "text"),
            (
                "Transfer-Encoding: chunked\r\n\r\n2\r\nte\r\n2;a=b\r\nxt\r\n0\r\n\r\n",
                "text",
            ),
            (
                "transfer-encoding: Chunked\r\n\r\n4\r\ntext\r\n0\r\ntrailer: 1\r\n\r\n",
                "text",
            ),
        ] {
            let read = read(format!("{POST}{rest}").as_bytes()).unwrap();
            assert_eq!(read.as_deref(), Some(body.as_bytes()), "{rest}");
        }
    }

    #[test]
    fn a_request_that_is_cut_anywhere_is_an_error() {
        for whole in [
            format!("{POST}Content-Length: 4\r\n\r\ntext"),
            format!("{POST}Transfer-Encoding: chunked\r\n\r\n2\r\nte\r\n2\r\nxt\r\n0\r\n\r\n"),
        ] {
            for length in 1..whole.len() {
                assert_eq!(error(&whole.as_bytes()[..length]), io::ErrorKind::UnexpectedEof);
            }
        }
    }

    #[test]
    fn what_is_no_request_is_an_error() {
        for rest in [
            "Content-Length: many\r\n\r\n",
            "no colon\r\n\r\n",
            "Transfer-Encoding: chunked\r\n\r\n+2\r\nte\r\n0\r\n\r\n",
            "Transfer-Encoding: chunked\r\n\r\nmany\r\n",
            "Transfer-Encoding: chunked\r\n\r\n\r\n\r\n",
            "Transfer-Encoding: chunked\r\n\r\n;a=b\r\n\r\n",
            "Transfer-Encoding: chunked\r\n\r\n2\r\nte\r\n\r\n\r\n",
            "Transfer-Encoding: chunked\r\n\r\n2\r\ntext\r\n0\r\n\r\n",
        ] {
            assert_eq!(error(format!("{POST}{rest}").as_bytes()), io::ErrorKind::InvalidData);
        }
        assert_eq!(error(b"GET\r\n\r\n"), io::ErrorKind::InvalidData);
        let endless = "x".repeat(HEAD_LIMIT);
        let headers = |count| format!("{POST}{}\r\n", "a: b\r\n".repeat(count));
        for (head, what) in [
            (endless.clone(), "a head that is too long"),
            (format!("{POST}a: {endless}"), "a head that is too long"),
            (headers(MAX_HEADERS + 1), "too many headers"),
        ] {
            let error = read(head.as_bytes()).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::InvalidData);
            assert!(error.to_string().contains(what), "{error}");
        }
        assert!(read(headers(MAX_HEADERS).as_bytes()).is_ok());
    }

    #[test]
    fn a_client_that_has_gone_is_seen() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let connection = Connection::new(listener.accept().unwrap().0).unwrap();
        assert!(!connection.is_closed());
        drop(client);
        while !connection.is_closed() {
            std::thread::yield_now();
        }
    }
}
