//! A Runtime API server that takes as little time as it can: it blocks, and shares a thread with who asks it.

use std::{
    io::{Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    ops::Range,
    os::fd::AsFd,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use anyhow::{bail, Context, Result};
use rustix::{
    event::{poll, PollFd, PollFlags, Timespec},
    io::Errno,
};

use crate::http::{Kind, Request};

const ACCEPTED: &[u8] =
    b"HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\nContent-Length: 16\r\n\r\n{\"status\":\"OK\"}\n";

const RESTORED: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";

/// How far off the deadline of every invocation is.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// How long the client may be silent before the caller is asked whether it lives.
const SILENCE: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 500_000_000,
};

/// What a connection has room for at first: what clients send is small, as the functions' responses are.
const ROOM: usize = 64 * 1024;

/// The root of a trace id, whose last digits an event may have for its own.
const TRACE: &str = "1-00000000-000000000000000000000000";

/// An event as it is sent, in one piece with its headers.
pub struct Message {
    bytes: Vec<u8>,
    id: Range<usize>,
    trace: Range<usize>,
    count: u64,
}

/// What came of an event.
#[derive(Debug)]
pub struct Answer {
    /// Whether it is an error that the client reported.
    pub is_error: bool,
    /// The response, or the error.
    pub body: Vec<u8>,
}

impl Message {
    /// Puts headers before an event.
    pub fn new(event: &str) -> Self {
        let mut bytes = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\
            Lambda-Runtime-Aws-Request-Id: 00000000-0000-4000-8000-"
            .to_vec();
        let start = bytes.len();
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let deadline = (now + DAY).as_millis();
        let rest = format!(
            "000000000000\r\nLambda-Runtime-Deadline-Ms: {deadline}\r\n\
             Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:us-east-1:000000000000:function:bench\r\n\
             Lambda-Runtime-Trace-Id: Root={TRACE};Parent=0000000000000000;Sampled=0\r\n\
             Content-Length: {}\r\n\r\n{event}",
            event.len()
        );
        let trace = start + rest.find(TRACE).unwrap_or_default() + TRACE.len() - 16;
        bytes.extend_from_slice(rest.as_bytes());
        Self {
            bytes,
            id: start..start + 12,
            trace: trace..trace + 16,
            count: 0,
        }
    }

    /// Gives the next invocation a number, and a trace id of its own by it.
    pub fn trace(&mut self, number: u64) {
        self.count = number.saturating_sub(1);
        // The factor is odd, so each number has other digits, which are as mixed as those of real ones.
        let mut rest = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        for digit in self.bytes[self.trace.clone()].iter_mut().rev() {
            *digit = b"0123456789abcdef"[(rest % 16) as usize];
            rest /= 16;
        }
    }

    /// The bytes for the next invocation, under an identifier of its own.
    fn next(&mut self) -> &[u8] {
        self.count += 1;
        let mut rest = self.count;
        for digit in self.bytes[self.id.clone()].iter_mut().rev() {
            *digit = b'0' + (rest % 10) as u8;
            rest /= 10;
        }
        &self.bytes
    }
}

/// A connection, and what came in over it.
struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
    filled: usize,
}

impl Connection {
    fn new(stream: TcpStream) -> Result<Self> {
        stream.set_nodelay(true).context("cannot set TCP_NODELAY")?;
        Ok(Self {
            stream,
            buffer: vec![0; ROOM],
            filled: 0,
        })
    }

    /// Takes in what there is, and returns whether the client is still there.
    fn read(&mut self) -> bool {
        if self.filled == self.buffer.len() {
            self.buffer.resize(2 * self.filled, 0);
        }
        // A connection that broke off is as good as one that was closed.
        let read = self.stream.read(&mut self.buffer[self.filled..]).unwrap_or(0);
        self.filled += read;
        read > 0
    }

    fn request(&mut self) -> Result<Option<Request>> {
        let bytes = &self.buffer[..self.filled];
        let Some(request) = Request::parse(bytes)? else {
            return Ok(None);
        };
        self.buffer.copy_within(request.consumed..self.filled, 0);
        self.filled -= request.consumed;
        Ok(Some(request))
    }
}

/// The server, on a port of its own.
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    // A connection keeps its place for as long as it lives.
    connections: Vec<Option<Connection>>,
    // The connection that waits for an event.
    waiting: Option<usize>,
}

impl Server {
    /// Listens on a port of loopback that is free.
    ///
    /// # Errors
    ///
    /// If there is none.
    pub fn start() -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("cannot listen on 127.0.0.1")?;
        let address = listener.local_addr().context("cannot tell the port that was bound")?;
        Ok(Self {
            listener,
            address,
            connections: Vec::new(),
            waiting: None,
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits until the client asks for an event. `check` is called when it is silent for long, and ends the wait by an error.
    ///
    /// # Errors
    ///
    /// That of `check`; or if the client reports an error, or asks for something else.
    pub fn wait_for_client(&mut self, check: &mut dyn FnMut() -> Result<()>) -> Result<()> {
        self.wait_for(Kind::Next, check)
    }

    /// Waits until the client has a snapshot taken.
    ///
    /// # Errors
    ///
    /// That of `check`; or if the client reports an error, or asks for something else.
    pub fn wait_for_snapshot(&mut self, check: &mut dyn FnMut() -> Result<()>) -> Result<()> {
        self.wait_for(Kind::Restore, check)
    }

    /// Tells the client, which waits for it, that it was restored from the snapshot.
    ///
    /// # Errors
    ///
    /// If it does not wait for that.
    pub fn restore(&mut self) -> Result<()> {
        let place = self.waiting.take().context("no client waits to be restored")?;
        self.send(place, RESTORED)
    }

    fn wait_for(&mut self, wanted: Kind, check: &mut dyn FnMut() -> Result<()>) -> Result<()> {
        while self.waiting.is_none() {
            let (place, request) = self.receive(check)?;
            match request.kind {
                kind if kind == wanted => self.waiting = Some(place),
                Kind::Error => bail!("it reported {}", String::from_utf8_lossy(&request.body)),
                Kind::Response => bail!("it responded to no event"),
                Kind::Next => bail!("it asked for an event where a snapshot was to be taken"),
                Kind::Restore => bail!("it waits to be restored from a snapshot, which is not taken here"),
            }
        }
        Ok(())
    }

    /// Sends an event, and returns how long it took until the whole response was there, and the response.
    ///
    /// # Errors
    ///
    /// That of `check`; or if the client answers with an error, or asks for something else.
    pub fn invoke(
        &mut self,
        message: &mut Message,
        check: &mut dyn FnMut() -> Result<()>,
    ) -> Result<(Duration, Vec<u8>)> {
        let (elapsed, answer) = self.exchange(message, check)?;
        if answer.is_error {
            bail!("it answered with {}", String::from_utf8_lossy(&answer.body));
        }
        Ok((elapsed, answer.body))
    }

    /// Sends an event, and returns how long it took until the whole answer was there, and the answer, which may be an error.
    ///
    /// # Errors
    ///
    /// That of `check`; or if the client asks for something else.
    pub fn exchange(
        &mut self,
        message: &mut Message,
        check: &mut dyn FnMut() -> Result<()>,
    ) -> Result<(Duration, Answer)> {
        self.wait_for_client(check)?;
        let place = self.waiting.take().context("no client waits for an event")?;
        let bytes = message.next();
        let start = Instant::now();
        self.send(place, bytes)?;
        let (place, request) = self.receive(check)?;
        let elapsed = start.elapsed();
        let is_error = match request.kind {
            Kind::Response => false,
            Kind::Error => true,
            Kind::Next | Kind::Restore => bail!("it asked for an event before it answered the last"),
        };
        self.send(place, ACCEPTED)?;
        let body = request.body;
        Ok((elapsed, Answer { is_error, body }))
    }

    fn send(&mut self, place: usize, bytes: &[u8]) -> Result<()> {
        let connection = self.connections.get_mut(place).and_then(Option::as_mut);
        let stream = &mut connection.context("the client closed its connection")?.stream;
        stream.write_all(bytes).context("the client closed its connection")
    }

    /// Waits for a request on any connection.
    fn receive(&mut self, check: &mut dyn FnMut() -> Result<()>) -> Result<(usize, Request)> {
        loop {
            let ready = self.ready()?;
            if ready.is_empty() {
                check()?;
            }
            for place in ready {
                let Some(place) = place else {
                    let (stream, _) = self.listener.accept().context("cannot accept a connection")?;
                    self.connections.push(Some(Connection::new(stream)?));
                    continue;
                };
                let Some(connection) = &mut self.connections[place] else {
                    continue;
                };
                if !connection.read() {
                    self.connections[place] = None;
                } else if let Some(request) = connection.request()? {
                    return Ok((place, request));
                }
            }
        }
    }

    /// The connections that there is something to read from, and nothing for the listener.
    fn ready(&self) -> Result<Vec<Option<usize>>> {
        let places = self.connections.iter().enumerate();
        let open = places.filter_map(|(place, connection)| Some((Some(place), connection.as_ref()?.stream.as_fd())));
        let (names, mut polled): (Vec<_>, Vec<_>) = open
            .chain([(None, self.listener.as_fd())])
            .map(|(name, fd)| (name, PollFd::from_borrowed_fd(fd, PollFlags::IN)))
            .unzip();
        match poll(&mut polled, Some(&SILENCE)) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => bail!("cannot wait for the client: {error}"),
        }
        let named = names.into_iter().zip(polled);
        Ok(named
            .filter(|(_, polled)| !polled.revents().is_empty())
            .map(|(name, _)| name)
            .collect())
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    fn client(address: SocketAddr, requests: &'static [&'static str]) -> thread::JoinHandle<Vec<String>> {
        thread::spawn(move || {
            let mut stream = TcpStream::connect(address).unwrap();
            let mut answers = Vec::new();
            for request in requests {
                // In two pieces, as it may come.
                let (first, second) = request.split_at(20);
                stream.write_all(first.as_bytes()).unwrap();
                thread::sleep(Duration::from_millis(5));
                stream.write_all(second.as_bytes()).unwrap();
                let mut buffer = [0; 4096];
                let length = stream.read(&mut buffer).unwrap();
                answers.push(String::from_utf8_lossy(&buffer[..length]).into_owned());
            }
            answers
        })
    }

    #[test]
    fn an_event_goes_out_and_its_response_comes_back() {
        let mut server = Server::start().unwrap();
        let client = client(
            server.address(),
            &[
                "GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n\r\n",
                "POST /2018-06-01/runtime/invocation/1/response HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}",
            ],
        );
        let (elapsed, body) = server.invoke(&mut Message::new("[1]"), &mut || Ok(())).unwrap();
        assert_eq!(body, b"{}");
        assert!(elapsed >= Duration::from_millis(5));
        let answers = client.join().unwrap();
        assert!(answers[0].contains("Request-Id: 00000000-0000-4000-8000-000000000001\r\n"));
        assert!(answers[0].ends_with("Content-Length: 3\r\n\r\n[1]"), "{}", answers[0]);
        assert!(answers[1].starts_with("HTTP/1.1 202"), "{}", answers[1]);
    }

    #[test]
    fn an_event_has_the_trace_id_of_its_number() {
        let mut message = Message::new("[1]");
        let trace = |message: &mut Message, number| {
            message.trace(number);
            let text = String::from_utf8_lossy(message.next()).into_owned();
            assert!(text.contains(&format!("8000-{number:012}\r\n")), "{text}");
            let (_, rest) = text.split_once("Root=").unwrap();
            rest.split_once(';').unwrap().0.to_owned()
        };
        let (one, other) = (trace(&mut message, 7), trace(&mut message, 123_456));
        assert_eq!((one.len(), other.len()), (TRACE.len(), TRACE.len()));
        assert_ne!(one, other);
        assert_eq!(one, trace(&mut message, 7));
    }

    #[test]
    fn a_client_is_restored_before_it_is_sent_an_event() {
        let mut server = Server::start().unwrap();
        let client = client(
            server.address(),
            &[
                "GET /2018-06-01/runtime/restore/next HTTP/1.1\r\n\r\n",
                "GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n\r\n",
                "POST /2018-06-01/runtime/invocation/1/error HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}",
            ],
        );
        server.wait_for_snapshot(&mut || Ok(())).unwrap();
        server.restore().unwrap();
        let (_, answer) = server.exchange(&mut Message::new("[1]"), &mut || Ok(())).unwrap();
        assert!(answer.is_error);
        let answers = client.join().unwrap();
        assert!(answers[0].starts_with("HTTP/1.1 200") && answers[2].starts_with("HTTP/1.1 202"));
    }

    #[test]
    fn an_error_is_passed_on() {
        let mut server = Server::start().unwrap();
        let request = "POST /2018-06-01/runtime/init/error HTTP/1.1\r\nContent-Length: 4\r\n\r\noops";
        let error = {
            let _client = client(server.address(), Box::leak(Box::new([request])));
            server.wait_for_client(&mut || Ok(())).unwrap_err()
        };
        assert!(error.to_string().contains("oops"), "{error}");
    }

    #[test]
    fn a_client_that_stays_silent_ends_the_wait() {
        let mut server = Server::start().unwrap();
        let error = server.wait_for_client(&mut || bail!("it has ended")).unwrap_err();
        assert_eq!(error.to_string(), "it has ended");
    }
}
