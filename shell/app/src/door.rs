//! Where connections come in, and how that ends without turning anybody away who was let in already.
//!
//! A connection waits in the system's queue until it is accepted, and closing the listener breaks those that wait
//! there. So at the end everybody in the queue is let in first, then it closes, and whoever comes later is refused
//! cleanly and asks another server.

use axum::serve::Listener;
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// After a failed accept; the usual cause is that there are no file descriptors left.
const BREATHE: Duration = Duration::from_millis(50);

/// An open door.
#[derive(Debug)]
pub struct Door {
    address: SocketAddr,
    listener: Option<TcpListener>,
    last: VecDeque<(TcpStream, SocketAddr)>,
    close: watch::Receiver<bool>,
    empty: watch::Sender<bool>,
}

/// Closes a door.
#[derive(Clone, Debug)]
pub struct Latch {
    close: watch::Sender<bool>,
    empty: watch::Receiver<bool>,
}

impl Door {
    /// A door and its latch.
    pub fn new(listener: TcpListener) -> std::io::Result<(Door, Latch)> {
        let (close, closing) = watch::channel(false);
        let (tell, empty) = watch::channel(false);
        let address = listener.local_addr()?;
        let door =
            Door { address, listener: Some(listener), last: VecDeque::new(), close: closing, empty: tell };
        Ok((door, Latch { close, empty }))
    }

    fn shut(&mut self) {
        let Some(listener) = self.listener.take().and_then(|listener| listener.into_std().ok()) else {
            return;
        };
        while let Ok((stream, peer)) = listener.accept() {
            if stream.set_nonblocking(true).is_ok()
                && let Ok(stream) = TcpStream::from_std(stream)
            {
                self.last.push_back((stream, peer));
            }
        }
    }
}

impl Listener for Door {
    type Io = TcpStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (TcpStream, SocketAddr) {
        loop {
            if let Some(accepted) = self.last.pop_front() {
                return accepted;
            }
            let Some(listener) = &self.listener else {
                self.empty.send_replace(true);
                return std::future::pending().await;
            };
            let accepted = tokio::select! {
                biased;
                accepted = listener.accept() => Some(accepted),
                _ = self.close.wait_for(|close| *close) => None,
            };
            match accepted {
                Some(Ok(accepted)) => self.last.push_back(accepted),
                Some(Err(_)) => tokio::time::sleep(BREATHE).await,
                None => self.shut(),
            }
        }
    }

    fn local_addr(&self) -> std::io::Result<SocketAddr> {
        Ok(self.address)
    }
}

impl Latch {
    /// Closes the door; who is inside goes on.
    pub fn close(&self) {
        self.close.send_replace(true);
    }

    /// Resolves when the door is closed and everybody who waited at it is inside.
    pub async fn closed(mut self) {
        let _ = self.empty.wait_for(|empty| *empty).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn whoever_waited_at_the_door_is_let_in_and_whoever_comes_later_is_refused() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (mut door, latch) = Door::new(listener).unwrap();
        let mut waiting = Vec::new();
        for _ in 0..20 {
            waiting.push(TcpStream::connect(address).await.unwrap());
        }
        latch.close();
        for _ in 0..20 {
            door.accept().await;
        }
        let nobody = tokio::time::timeout(Duration::from_millis(50), door.accept()).await;
        assert!(nobody.is_err(), "nobody comes any more");
        tokio::time::timeout(Duration::from_secs(5), latch.closed()).await.unwrap();
        let refused = TcpStream::connect(address).await.unwrap_err();
        assert_eq!(refused.kind(), std::io::ErrorKind::ConnectionRefused);
    }
}
