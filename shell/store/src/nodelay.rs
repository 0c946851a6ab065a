//! Connections to PostgreSQL over a network: small packets at once, and a dead peer noticed.
//!
//! sqlx 0.9.0 opens its TCP connections without `TCP_NODELAY` and shows nobody the socket. A message larger than one
//! segment then waits for the peer's delayed acknowledgement, about 40 ms. The kernel gives a process further
//! descriptors of its own sockets (`pidfd_getfd`), and options set on those hold for the socket itself.

use rustix::fd::{AsFd, OwnedFd};
use rustix::net::sockopt;
use rustix::process::{PidfdFlags, PidfdGetfdFlags, getpid, pidfd_getfd, pidfd_open};
use std::net::SocketAddr;
use std::time::Duration;

/// Unacknowledged for so long, and the connection counts as broken; otherwise it would be a quarter of an hour.
const DEAD_AFTER: Duration = Duration::from_secs(20);

/// Sets the options on every connection of this process to a peer with this port. Gives how many there were.
pub(crate) fn set_on_connections_to(port: u16) -> std::io::Result<usize> {
    let connections = connections_to(port)?;
    for connection in &connections {
        sockopt::set_tcp_nodelay(connection, true)?;
        sockopt::set_socket_keepalive(connection, true)?;
        sockopt::set_tcp_keepidle(connection, DEAD_AFTER / 2)?;
        sockopt::set_tcp_user_timeout(connection, DEAD_AFTER.as_millis() as u32)?;
    }
    Ok(connections.len())
}

/// Further descriptors of this process's TCP connections to a peer with this port.
pub(crate) fn connections_to(port: u16) -> std::io::Result<Vec<OwnedFd>> {
    let me = pidfd_open(getpid(), PidfdFlags::empty())?;
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc/self/fd")? {
        let entry = entry?;
        let socket =
            std::fs::read_link(entry.path()).is_ok_and(|link| link.to_string_lossy().starts_with("socket:"));
        let number = entry.file_name().to_str().and_then(|name| name.parse().ok());
        let Some(number) = number.filter(|_| socket) else { continue };
        // It may have been closed since it was listed.
        let Ok(descriptor) = pidfd_getfd(me.as_fd(), number, PidfdGetfdFlags::empty()) else { continue };
        if peer(&descriptor).is_some_and(|peer| peer.port() == port) {
            found.push(descriptor);
        }
    }
    Ok(found)
}

fn peer(descriptor: &OwnedFd) -> Option<SocketAddr> {
    let address = rustix::net::getpeername(descriptor).ok()??;
    SocketAddr::try_from(address).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_of_this_process_loses_its_delay() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let connection = std::net::TcpStream::connect(address).expect("somebody listens");
        assert!(!connection.nodelay().expect("an option"), "connections begin with the delay");
        assert_eq!(set_on_connections_to(address.port()).expect("its own sockets"), 1);
        assert!(
            connection.nodelay().expect("an option"),
            "the option holds for the socket, not for a descriptor"
        );
    }
}
