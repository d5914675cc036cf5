//! The server, asked by hand.

mod extensions;
mod invocations;

use std::{net::SocketAddr, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::Invocation;

/// How long a test waits for what should come at once.
const LIMIT: Duration = Duration::from_secs(20);

const NEXT: &str = "GET /2018-06-01/runtime/invocation/next";

/// Sends a request, and returns the reply's head and body.
async fn request(address: SocketAddr, line: &str, headers: &str, body: &[u8]) -> (String, Vec<u8>) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let length = body.len();
    let head = format!("{line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(body).await.unwrap();
    let mut reply = Vec::new();
    stream.read_to_end(&mut reply).await.unwrap();
    let end = reply.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
    let body = reply.split_off(end + 4);
    (String::from_utf8(reply).unwrap(), body)
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let mut pairs = head.lines().filter_map(|line| line.split_once(": "));
    pairs
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
}

async fn post(address: SocketAddr, path: &str, headers: &str, body: &[u8]) -> String {
    request(address, &format!("POST /2018-06-01/runtime/{path}"), headers, body)
        .await
        .0
}

fn invocation(event: &[u8]) -> Invocation {
    Invocation::new(event.to_vec(), Duration::from_secs(20))
}
