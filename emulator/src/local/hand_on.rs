//! Hands what `invoke` has sent on to the page of a running server, so that it lists these events, too.

use std::{fs, net::Ipv4Addr, path::Path, time::Duration};

use serde::{Deserialize, Serialize};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use super::{app::App, history::Record};

/// Where a server takes them.
pub(super) const PATH: &str = "/page/invocations";

/// Where a server says which zip it serves.
pub(super) const ZIP_PATH: &str = "/page/zip";

/// How long a server may take: what `invoke` was asked for is done.
const LIMIT: Duration = Duration::from_millis(500);

/// The most bytes of a reply that are read.
const MAX_REPLY_BYTES: u64 = 64 << 10;

/// What is handed on.
#[derive(Deserialize, Serialize)]
pub(super) struct HandedOn {
    /// The zip that was run, so that another program's server does not list it.
    pub zip: String,
    pub record: Record,
}

/// The name by which two processes know that they have the same zip.
pub(super) fn zip_of(path: &Path) -> String {
    path.canonicalize()
        .unwrap_or_else(|_| path.to_owned())
        .to_string_lossy()
        .into_owned()
}

/// Hands the last invocation on, if a server of the same zip listens on the port that this process would listen on.
pub(super) async fn hand_on(app: &App) {
    let Some(record) = app.history.last() else { return };
    // Whether there is such a server is no concern of who sends one event.
    timeout(LIMIT, offer(app.args.port, zip_of(&app.args.zip), record))
        .await
        .ok();
}

/// Events and answers are nobody else's: what listens may be another user's, or something else altogether, which is not sent them.
async fn offer(port: u16, zip: String, record: Record) -> std::io::Result<()> {
    if !is_listened_on_by_own(port) || request(port, "GET", ZIP_PATH, b"").await?.as_deref() != Some(&*zip) {
        return Ok(());
    }
    let body = serde_json::to_vec(&HandedOn { zip, record })?;
    request(port, "POST", PATH, &body).await?;
    Ok(())
}

/// Whether a process of this user listens on a port of 127.0.0.1, as far as the system tells.
fn is_listened_on_by_own(port: u16) -> bool {
    const LISTENS: &str = "0A";
    let user = rustix::process::geteuid().as_raw().to_string();
    let address = format!("{:08X}:{port:04X}", u32::from_ne_bytes(Ipv4Addr::LOCALHOST.octets()));
    let Ok(sockets) = fs::read_to_string("/proc/net/tcp") else {
        return false;
    };
    sockets.lines().any(|line| {
        let fields: Vec<_> = line.split_whitespace().collect();
        // The local address, the state and the user: see proc_net_tcp of Linux's documentation.
        matches!(fields[..], [_, local, _, state, _, _, _, owner, ..] if local == address && state == LISTENS && owner == user)
    })
}

/// Sends a request, and returns the body of a reply that says that all is well.
async fn request(port: u16, method: &str, path: &str, body: &[u8]) -> std::io::Result<Option<String>> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await?;
    let head = format!(
        "{method} {path} HTTP/1.0\r\nHost: localhost:{port}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(body).await?;
    let mut reply = String::new();
    stream.take(MAX_REPLY_BYTES).read_to_string(&mut reply).await?;
    let is_good = reply.starts_with("HTTP/1.0 2") || reply.starts_with("HTTP/1.1 2");
    let body = reply.split_once("\r\n\r\n").map(|(_, body)| body.to_owned());
    Ok(body.filter(|_| is_good))
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn a_port_of_this_user_is_told_from_others() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        assert!(is_listened_on_by_own(port));
        drop(listener);
        assert!(!is_listened_on_by_own(port));
    }
}
