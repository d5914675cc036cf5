//! Hands what `invoke` has sent on to the page of a running server, so that it lists these events, too.

use std::{net::Ipv4Addr, path::Path, time::Duration};

use serde::{Deserialize, Serialize};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use super::{app::App, history::Record};

/// Where a server takes them.
pub(super) const PATH: &str = "/page/invocations";

/// How long a server may take: what `invoke` was asked for is done.
const LIMIT: Duration = Duration::from_millis(500);

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

/// Hands the last invocation on, if a server listens on the port that this process would listen on.
pub(super) async fn hand_on(app: &App) {
    let Some(record) = app.history.last() else { return };
    let zip = zip_of(&app.args.zip);
    let Ok(body) = serde_json::to_vec(&HandedOn { zip, record }) else {
        return;
    };
    // Whether there is a server, and whether it is one of the same zip, is no concern of who sends one event.
    timeout(LIMIT, post(app.args.port, &body)).await.ok();
}

async fn post(port: u16, body: &[u8]) -> std::io::Result<()> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await?;
    let head = format!(
        "POST {PATH} HTTP/1.0\r\nHost: localhost:{port}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(body).await?;
    stream.read_to_end(&mut Vec::new()).await?;
    Ok(())
}
