//! Who is at the other end of a connection.

use std::net::{SocketAddr, TcpStream};

use lambda_shim::has_connection;

/// Whether a connection on loopback comes from this process. Where the system does not tell, it is taken for granted.
pub(super) fn is_own_process(stream: &TcpStream) -> bool {
    match (stream.peer_addr(), stream.local_addr()) {
        (Ok(SocketAddr::V4(peer)), Ok(SocketAddr::V4(own))) => has_connection(peer, own).unwrap_or(true),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn a_connection_of_this_process_is_known() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let _client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (accepted, _) = listener.accept().unwrap();
        assert!(is_own_process(&accepted));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_connection_of_another_process_is_refused() {
        use std::process::Command;

        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let mut other = Command::new("bash")
            .args([
                "-c",
                &format!("exec 3<>/dev/tcp/127.0.0.1/{}; sleep 60", address.port()),
            ])
            .spawn()
            .unwrap();
        let (accepted, _) = listener.accept().unwrap();
        let own = is_own_process(&accepted);
        other.kill().unwrap();
        other.wait().unwrap();
        assert!(!own);
    }
}
