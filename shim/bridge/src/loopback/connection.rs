//! [HTTP/1.1](https://www.rfc-editor.org/rfc/rfc9112) as a Runtime API's client speaks it.

use std::{
    borrow::Cow,
    io::{self, BufRead, BufReader, Read, Write},
    mem::MaybeUninit,
    net::TcpStream,
    ops::Range,
    os::fd::AsFd,
    sync::Arc,
};

use lambda_shim::{is_readable, Bell};

use super::turns::Turns;

/// A request, whose body has not been read yet.
pub(super) struct Request {
    /// The lines of the head as they came, with the empty one that ends them.
    pub(super) head: Vec<u8>,
    method: Range<usize>,
    path: Range<usize>,
    length: Option<Range<usize>>,
    content_type: Option<Range<usize>>,
    mode: Option<Range<usize>>,
    is_chunked: bool,
    /// Whether the client wants the connection closed behind the response.
    pub(super) is_last: bool,
}

impl Request {
    /// The request whose head `bytes` begin with, and how long that is; `None` where it goes on.
    fn parse(bytes: &[u8]) -> io::Result<Option<(Self, usize)>> {
        let mut headers = [const { MaybeUninit::uninit() }; MAX_HEADERS];
        let mut head = httparse::Request::new(&mut []);
        let length = match head.parse_with_uninit_headers(bytes, &mut headers) {
            Ok(httparse::Status::Complete(length)) => length,
            Ok(httparse::Status::Partial) => return Ok(None),
            Err(error) => return Err(malformed(&format!("a head that is not one of HTTP/1: {error}"))),
        };
        // Where a part of the head lies, which is copied once.
        let place = |part: &[u8]| {
            let start = part.as_ptr().addr() - bytes.as_ptr().addr();
            start..start + part.len()
        };
        let mut request = Self {
            head: bytes[..length].to_owned(),
            method: place(head.method.unwrap_or_default().as_bytes()),
            path: place(head.path.unwrap_or_default().as_bytes()),
            length: None,
            content_type: None,
            mode: None,
            is_chunked: false,
            is_last: false,
        };
        // Of several headers of a name, the first counts.
        for header in head.headers.iter().rev() {
            let is = |name| header.name.eq_ignore_ascii_case(name);
            if is("content-length") {
                request.length = Some(place(header.value));
            } else if is("content-type") {
                request.content_type = Some(place(header.value));
            } else if is("lambda-runtime-function-response-mode") {
                request.mode = Some(place(header.value));
            } else if is("transfer-encoding") {
                request.is_chunked = has_token(header.value, "chunked");
            } else if is("connection") {
                request.is_last = has_token(header.value, "close");
            }
        }
        Ok(Some((request, length)))
    }

    fn text(&self, place: &Range<usize>) -> &str {
        std::str::from_utf8(&self.head[place.clone()]).unwrap_or_default()
    }

    pub(super) fn method(&self) -> &str {
        self.text(&self.method)
    }

    pub(super) fn path(&self) -> &str {
        self.text(&self.path)
    }

    pub(super) fn content_type(&self) -> Option<&str> {
        self.content_type.as_ref().map(|place| self.text(place))
    }

    /// `Lambda-Runtime-Function-Response-Mode`.
    pub(super) fn response_mode(&self) -> Option<&str> {
        self.mode.as_ref().map(|place| self.text(place))
    }
}

/// Whether a list of tokens, as a header has it, names one.
fn has_token(list: &[u8], token: &str) -> bool {
    list.split(|byte| *byte == b',')
        .any(|listed| listed.trim_ascii().eq_ignore_ascii_case(token.as_bytes()))
}

/// One connection of the client.
pub(super) struct Connection {
    reader: BufReader<Stream>,
    /// Counts this one among those of its server.
    _open: Arc<()>,
}

/// What the thread that calls in has an ear for, which may not wait for the client alone.
pub(super) struct Ear {
    /// Ends its waits.
    pub(super) bell: Arc<Bell>,
    /// Say whether the event at hand may yet be answered.
    pub(super) turns: Arc<Turns>,
}

/// The client's socket, as whose thread it is reads from it.
struct Stream {
    socket: TcpStream,
    /// Of the thread that calls in, where that reads.
    ear: Option<Ear>,
    /// Whether what is waited for is a request, rather than the rest of one.
    is_between: bool,
    /// Whether the bell was rung in the midst of a request.
    is_rung: bool,
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Some(Ear { bell, turns }) = &self.ear {
            while !bell.wait_readable(self.socket.as_fd()) {
                if self.is_between {
                    return Err(io::ErrorKind::WouldBlock.into());
                }
                // `main` has ended, or its event loop went on on another connection: the rest may never come, and counts no more.
                if bell.is_over() || !turns.is_any_sent() {
                    return Err(io::ErrorKind::ConnectionAborted.into());
                }
                self.is_rung = true;
            }
        }
        loop {
            match self.socket.read(buffer) {
                // A signal's handler, such as Python's.
                Err(error) if error.kind() == io::ErrorKind::Interrupted => (),
                read => return read,
            }
        }
    }
}

/// How long a request's head may be; the lines that frame a chunked body as well. Clients of Lambda send some hundred bytes.
const HEAD_LIMIT: usize = 64 << 10;
/// How many headers a request may have: as many as hyper takes. Clients of Lambda send fewer than ten.
const MAX_HEADERS: usize = 100;
/// How many bytes are set aside for a body, at the most: as long a response as Lambda takes.
const RESPONSE_LIMIT: u64 = 6 << 20;
const LINE_END: &[u8] = b"\r\n";

fn malformed(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("the client sent {what}"))
}

fn truncated(what: &str) -> io::Error {
    let error = format!("the client closed the connection in the midst of {what}");
    io::Error::new(io::ErrorKind::UnexpectedEof, error)
}

impl Connection {
    pub(super) fn new(stream: TcpStream, open: Arc<()>) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        Ok(Self {
            reader: BufReader::new(Stream {
                socket: stream,
                ear: None,
                is_between: false,
                is_rung: false,
            }),
            _open: open,
        })
    }

    /// Has a bell end waits for the client, on the thread that made it; none, on another.
    pub(super) fn listen(&mut self, ear: Option<Ear>) {
        let stream = self.reader.get_mut();
        stream.ear = ear;
        stream.is_rung = false;
    }

    /// Whether the client has closed the connection, so that nothing that is sent arrives.
    pub(super) fn is_closed(&self) -> bool {
        let socket = &self.reader.get_ref().socket;
        // What can be read is the end, or what a client sends that does not wait for its answers.
        is_readable(socket.as_fd()) && !matches!(socket.peek(&mut [0]), Ok(1))
    }

    /// Reads the next request up to its body; `None` when the client has closed the connection behind the last one. The error is
    /// [`WouldBlock`](io::ErrorKind::WouldBlock) when the bell was rung before, and nothing was read.
    pub(super) fn request(&mut self) -> io::Result<Option<Request>> {
        if self.reader.buffer().is_empty() {
            let stream = self.reader.get_mut();
            if std::mem::take(&mut stream.is_rung) {
                return Err(io::ErrorKind::WouldBlock.into());
            }
            stream.is_between = true;
            let is_closed = self.reader.fill_buf().map(<[u8]>::is_empty);
            self.reader.get_mut().is_between = false;
            if is_closed? {
                return Ok(None);
            }
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
        if request.is_chunked {
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
        } else if let Some(length) = &request.length {
            let length: u64 = request
                .text(length)
                .parse()
                .map_err(|_| malformed("a content-length that is no number"))?;
            // What a response may have, whatever the client says.
            body.reserve_exact(length.min(RESPONSE_LIMIT) as usize);
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
        let mut message = Vec::with_capacity(1024 + body.len());
        for part in ["HTTP/1.1 ", status, "\r\n"] {
            message.extend_from_slice(part.as_bytes());
        }
        // A client has more to do for a body, even if nobody looks at it.
        if !body.is_empty() {
            message.extend_from_slice(b"content-type: application/json\r\n");
        }
        write!(message, "content-length: {}\r\n", body.len())?;
        for (name, value) in headers {
            for part in [name, ": ", value, "\r\n"] {
                message.extend_from_slice(part.as_bytes());
            }
        }
        message.extend_from_slice(b"\r\n");
        // In one piece, so that the client wakes once.
        message.extend_from_slice(body);
        self.reader.get_mut().socket.write_all(&message)
    }

    /// Passes the request that was read and all that follows it on to another server, and that one's answers back.
    pub(super) fn relay(self, request: &Request, server: TcpStream) -> io::Result<()> {
        let mut to_server = server.try_clone()?;
        to_server.write_all(&request.head)?;
        to_server.write_all(self.reader.buffer())?;
        let mut from_client = self.reader.into_inner().socket;
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
        let mut connection = Connection::new(listener.accept().unwrap().0, Arc::default()).unwrap();
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
    fn the_first_of_several_headers_of_a_name_counts() {
        let head = format!(
            "{POST}Content-Type: a/b; c=\u{e4}\r\nLambda-Runtime-Function-Response-Mode: streaming\r\ncontent-length: 4\r\n\
             content-length: 5\r\ncontent-type: c/d\r\nConnection: Keep-Alive , Close\r\n\r\ntext"
        );
        let (request, length) = Request::parse(head.as_bytes()).unwrap().unwrap();
        assert_eq!(length, head.len() - "text".len());
        assert_eq!(
            (request.method(), request.content_type()),
            ("POST", Some("a/b; c=\u{e4}"))
        );
        assert_eq!(request.response_mode(), Some("streaming"));
        assert_eq!(request.length.as_ref().map(|place| request.text(place)), Some("4"));
        assert!(request.is_last);
        let (request, _) = Request::parse(b"GET / HTTP/1.1\r\nconnection: x-close\r\n\r\n")
            .unwrap()
            .unwrap();
        assert_eq!(
            (request.path(), request.content_type(), request.is_last),
            ("/", None, false)
        );
    }

    #[test]
    fn a_client_that_has_gone_is_seen() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let connection = Connection::new(listener.accept().unwrap().0, Arc::default()).unwrap();
        assert!(!connection.is_closed());
        drop(client);
        while !connection.is_closed() {
            std::thread::yield_now();
        }
    }
}
