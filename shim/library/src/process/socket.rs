//! The sockets of this process.

use std::{net::SocketAddrV4, os::fd::RawFd};

/// Whether this process has an IPv4 socket of its own that is connected from `local` to `remote`; `None` where the system does not tell what the
/// process has open.
///
/// Each descriptor is asked, as the kernel's table of connections (`/proc/self/net/tcp`) takes milliseconds to read.
///
/// ```
/// use std::net::{SocketAddr, TcpListener, TcpStream};
///
/// use lambda_shim::has_connection;
///
/// let listener = TcpListener::bind("127.0.0.1:0")?;
/// let client = TcpStream::connect(listener.local_addr()?)?;
/// if let (SocketAddr::V4(local), SocketAddr::V4(remote)) = (client.local_addr()?, client.peer_addr()?) {
///     assert_ne!(has_connection(local, remote), Some(false));
///     drop(client);
///     assert_ne!(has_connection(local, remote), Some(true));
/// }
/// # std::io::Result::Ok(())
/// ```
pub fn has_connection(local: SocketAddrV4, remote: SocketAddrV4) -> Option<bool> {
    // Of the thread, as the process's own is empty once its first thread has ended.
    for entry in std::fs::read_dir("/proc/thread-self/fd").ok()? {
        let name = entry.ok()?.file_name();
        let Some(socket) = name.to_str().and_then(|name| name.parse::<RawFd>().ok()) else {
            continue;
        };
        if system::local(socket) == Some(local) && system::remote(socket) == Some(remote) {
            return Some(true);
        }
    }
    Some(false)
}

#[cfg(target_os = "linux")]
mod system {
    use std::{
        ffi::c_int,
        net::{Ipv4Addr, SocketAddrV4},
        os::fd::RawFd,
    };

    /// [`struct sockaddr_in`](https://man7.org/linux/man-pages/man3/sockaddr.3type.html), in the network's order of bytes.
    #[repr(C)]
    #[derive(Default)]
    struct Address {
        family: u16,
        port: [u8; 2],
        address: [u8; 4],
        unused: [u8; 8],
    }

    /// `AF_INET`.
    const IPV4: u16 = 2;

    /// `getsockname` or `getpeername`: which says how long the name is, of which as much is written as there is room for.
    type Ask = unsafe extern "C" fn(socket: c_int, name: *mut Address, length: *mut u32) -> c_int;

    unsafe extern "C" {
        /// [`getsockname`](https://pubs.opengroup.org/onlinepubs/9799919799/functions/getsockname.html)
        fn getsockname(socket: c_int, name: *mut Address, length: *mut u32) -> c_int;
        /// [`getpeername`](https://pubs.opengroup.org/onlinepubs/9799919799/functions/getpeername.html)
        fn getpeername(socket: c_int, name: *mut Address, length: *mut u32) -> c_int;
    }

    pub(super) fn local(socket: RawFd) -> Option<SocketAddrV4> {
        name(socket, getsockname)
    }

    pub(super) fn remote(socket: RawFd) -> Option<SocketAddrV4> {
        name(socket, getpeername)
    }

    fn name(socket: RawFd, ask: Ask) -> Option<SocketAddrV4> {
        let mut name = Address::default();
        let mut length = size_of::<Address>() as u32;
        // SAFETY: `name` has room for `length` bytes, any of which are a valid `Address`; a descriptor that is no socket, or none, is refused.
        let result = unsafe { ask(socket, &raw mut name, &raw mut length) };
        (result == 0 && name.family == IPV4)
            .then(|| SocketAddrV4::new(Ipv4Addr::from(name.address), u16::from_be_bytes(name.port)))
    }
}

/// Where `/proc` says what a process has open, it is Linux's.
#[cfg(not(target_os = "linux"))]
mod system {
    use std::{net::SocketAddrV4, os::fd::RawFd};

    pub(super) fn local(_socket: RawFd) -> Option<SocketAddrV4> {
        None
    }

    pub(super) fn remote(_socket: RawFd) -> Option<SocketAddrV4> {
        None
    }
}

#[cfg(test)]
mod tests {
    use std::net::{SocketAddr, TcpListener, TcpStream};

    use super::*;

    fn ipv4(address: SocketAddr) -> SocketAddrV4 {
        match address {
            SocketAddr::V4(address) => address,
            SocketAddr::V6(_) => unreachable!("both ends are on 127.0.0.1"),
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn both_ends_of_a_connection_are_found_and_no_other() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (local, remote) = (ipv4(client.local_addr().unwrap()), ipv4(client.peer_addr().unwrap()));
        assert_eq!(has_connection(local, remote), Some(true));
        let accepted = listener.accept().unwrap().0;
        drop(client);
        assert_eq!(has_connection(local, remote), Some(false));
        assert_eq!(has_connection(remote, local), Some(true));
        drop(accepted);
        assert_eq!(has_connection(remote, local), Some(false));
        // One that listens has a name, and no peer.
        assert_eq!(has_connection(remote, remote), Some(false));
    }
}
