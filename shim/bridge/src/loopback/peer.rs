//! Who is at the other end of a connection.

use std::{
    fs,
    net::{IpAddr, SocketAddr, TcpStream},
};

/// Whether a connection on loopback comes from this process. Where the system does not tell, it is taken for granted.
pub(super) fn is_own_process(stream: &TcpStream) -> bool {
    let (Ok(peer), Ok(own)) = (stream.peer_addr(), stream.local_addr()) else {
        return false;
    };
    let Ok(table) = fs::read_to_string("/proc/self/net/tcp") else {
        return true;
    };
    match inode(&table, peer, own) {
        Some(inode) => has_socket(inode),
        // The other end is gone already.
        None => false,
    }
}

/// The inode of the socket that is connected from `local` to `remote`, by the kernel's table of sockets.
fn inode(table: &str, local: SocketAddr, remote: SocketAddr) -> Option<&str> {
    let (local, remote) = (kernel_form(local)?, kernel_form(remote)?);
    table.lines().find_map(|line| {
        let mut fields = line.split_ascii_whitespace().skip(1);
        let found = fields.next() == Some(&local) && fields.next() == Some(&remote);
        // Behind the addresses: state, queues, timer, retransmits, user, timeout, inode.
        found.then(|| fields.nth(6)).flatten()
    })
}

/// An address as the kernel's table writes it: the bytes of the address as a number of this machine, and the port.
fn kernel_form(address: SocketAddr) -> Option<String> {
    match address.ip() {
        IpAddr::V4(ip) => Some(format!(
            "{:08X}:{:04X}",
            u32::from_ne_bytes(ip.octets()),
            address.port()
        )),
        IpAddr::V6(_) => None,
    }
}

fn has_socket(inode: &str) -> bool {
    let wanted = format!("socket:[{inode}]");
    let Ok(files) = fs::read_dir("/proc/self/fd") else {
        return true;
    };
    files
        .flatten()
        .filter_map(|file| fs::read_link(file.path()).ok())
        .any(|target| target.as_os_str() == wanted.as_str())
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

    #[test]
    fn the_kernels_table_is_read() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n\
                       0: 0100007F:1F90 0100007F:C001 01 00000000:00000000 00:00000000 00000000     0        0 4242 1 0\n";
        let address = |port| SocketAddr::from(([127, 0, 0, 1], port));
        if cfg!(target_endian = "little") {
            assert_eq!(inode(table, address(0x1f90), address(0xc001)), Some("4242"));
            assert_eq!(inode(table, address(0xc001), address(0x1f90)), None);
        }
    }
}
