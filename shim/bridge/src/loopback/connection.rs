//! HTTP/1.1 as a Runtime API's client speaks it.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::TcpStream,
};

/// A request, whose body has not been read yet.
pub(super) struct Request {
    pub(super) method: String,
    pub(super) path: String,
    headers: Vec<(String, String)>,
    /// The request's lines as they came, with the empty one that ends them.
    pub(super) head: Vec<u8>,
}

impl Request {
    /// A header's value, by its name in lower case.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name)?;
        Some(&found.1)
    }
}

/// One connection of the client.
pub(super) struct Connection {
    reader: BufReader<TcpStream>,
}

fn malformed(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("the client sent {what}"))
}

impl Connection {
    pub(super) fn new(stream: TcpStream) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        Ok(Self {
            reader: BufReader::new(stream),
        })
    }

    /// Reads the next request up to its body; `None` when the client has closed the connection.
    pub(super) fn request(&mut self) -> io::Result<Option<Request>> {
        let mut head = Vec::with_capacity(512);
        let line = self.line(&mut head)?;
        if line.is_empty() {
            return Ok(None);
        }
        let mut parts = line.split(' ');
        let (Some(method), Some(path)) = (parts.next(), parts.next()) else {
            return Err(malformed("a request line without a path"));
        };
        let mut headers = Vec::with_capacity(8);
        loop {
            let line = self.line(&mut head)?;
            if line.is_empty() {
                break;
            }
            let (name, value) = line
                .split_once(':')
                .ok_or_else(|| malformed("a header without a colon"))?;
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        Ok(Some(Request {
            method: method.to_owned(),
            path: path.to_owned(),
            headers,
            head,
        }))
    }

    /// Reads a request's body.
    pub(super) fn body(&mut self, request: &Request) -> io::Result<Vec<u8>> {
        let mut body = Vec::new();
        if request
            .header("transfer-encoding")
            .is_some_and(|coding| coding.eq_ignore_ascii_case("chunked"))
        {
            loop {
                let line = self.line(&mut Vec::new())?;
                let size = line.split(';').next().unwrap_or_default().trim();
                let size = u64::from_str_radix(size, 16).map_err(|_| malformed("a chunk without a size"))?;
                if size == 0 {
                    break;
                }
                self.take(size, &mut body)?;
                self.line(&mut Vec::new())?;
            }
            // What follows the last chunk, up to an empty line.
            while !self.line(&mut Vec::new())?.is_empty() {}
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
            false => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }

    /// Reads a line, and appends it to `raw` as it came. Empty at the end of the connection.
    fn line(&mut self, raw: &mut Vec<u8>) -> io::Result<String> {
        let start = raw.len();
        self.reader.read_until(b'\n', raw)?;
        let line = std::str::from_utf8(&raw[start..]).map_err(|_| malformed("a line that is not text"))?;
        Ok(line.trim_end_matches(['\r', '\n']).to_owned())
    }

    /// Sends a response.
    pub(super) fn respond(&mut self, status: &str, headers: &[(&str, &str)], body: &[u8]) -> io::Result<()> {
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
