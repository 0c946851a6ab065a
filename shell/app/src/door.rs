//! Where connections come in, and how that ends without turning anybody away who was let in already.
//!
//! A connection waits in the system's queue until it is accepted, and closing the listener breaks those that wait
//! there. So at the end the system is told to answer nobody new, everybody in the queue is let in, and then it closes:
//! whoever comes later is refused cleanly and asks another server. Whoever was let in and has not said a word yet is
//! heard before the server winds up, because a server that winds up hangs up on those.

use axum::serve::Listener;
use socket2::{SockFilter, SockRef};
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// After a failed accept; the usual cause is that there are no file descriptors left.
const BREATHE: Duration = Duration::from_millis(50);
/// Whoever has not said a word for so long after the door was closed is not waited for.
const FIRST_WORD: Duration = Duration::from_secs(2);

/// An open door.
#[derive(Debug)]
pub struct Door {
    address: SocketAddr,
    listener: Option<TcpListener>,
    last: VecDeque<(Visitor, SocketAddr)>,
    close: watch::Receiver<bool>,
    empty: watch::Sender<bool>,
    silent: Arc<watch::Sender<usize>>,
}

/// Closes a door.
#[derive(Clone, Debug)]
pub struct Latch {
    close: watch::Sender<bool>,
    empty: watch::Receiver<bool>,
    silent: watch::Receiver<usize>,
}

/// A connection that was let in.
#[derive(Debug)]
pub struct Visitor {
    stream: TcpStream,
    silence: Option<Silence>,
}

/// Counts as one who has not said a word, until it is dropped.
#[derive(Debug)]
struct Silence(Arc<watch::Sender<usize>>);

impl Door {
    /// A door and its latch.
    pub fn new(listener: TcpListener) -> std::io::Result<(Door, Latch)> {
        let (close, closing) = watch::channel(false);
        let (tell, empty) = watch::channel(false);
        let (count, silent) = watch::channel(0);
        let address = listener.local_addr()?;
        let door = Door {
            address,
            listener: Some(listener),
            last: VecDeque::new(),
            close: closing,
            empty: tell,
            silent: Arc::new(count),
        };
        Ok((door, Latch { close, empty, silent }))
    }

    fn shut(&mut self) {
        let Some(listener) = self.listener.take().and_then(|listener| listener.into_std().ok()) else {
            return;
        };
        answer_nobody_new(&listener);
        while let Ok((stream, peer)) = listener.accept() {
            if stream.set_nonblocking(true).is_ok()
                && let Ok(stream) = TcpStream::from_std(stream)
            {
                self.let_in(stream, peer);
            }
        }
    }

    fn let_in(&mut self, stream: TcpStream, peer: SocketAddr) {
        let silence = Some(Silence::begin(&self.silent));
        self.last.push_back((Visitor { stream, silence }, peer));
    }
}

/// From here on the system drops what reaches this listener, so that nobody joins the queue between the last look into
/// it and the close. Who knocks meanwhile knocks again after a second, as TCP does, and is refused. A system that
/// cannot do this leaves a moment in which a connection may break.
fn answer_nobody_new(listener: &std::net::TcpListener) {
    // One instruction of the classic packet filter: return 0, "keep nothing of this packet" (linux/filter.h: BPF_RET).
    const RETURN: u16 = 0x06;
    let _ = SockRef::from(listener).attach_filter(&[SockFilter::new(RETURN, 0, 0, 0)]);
}

impl Listener for Door {
    type Io = Visitor;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Visitor, SocketAddr) {
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
                Some(Ok((stream, peer))) => self.let_in(stream, peer),
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

    /// Resolves when the door is closed and everybody who waited at it is inside and has been heard.
    pub async fn closed(mut self) {
        let _ = self.empty.wait_for(|empty| *empty).await;
        let _ = tokio::time::timeout(FIRST_WORD, self.silent.wait_for(|silent| *silent == 0)).await;
    }
}

impl Visitor {
    /// Small answers leave at once (TCP_NODELAY); where that cannot be had they only leave later.
    pub fn answer_at_once(&mut self) {
        let _ = self.stream.set_nodelay(true);
    }
}

impl Silence {
    fn begin(count: &Arc<watch::Sender<usize>>) -> Silence {
        count.send_modify(|silent| *silent += 1);
        Silence(count.clone())
    }
}

impl Drop for Silence {
    fn drop(&mut self) {
        self.0.send_modify(|silent| *silent -= 1);
    }
}

impl AsyncRead for Visitor {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        let outcome = ready!(Pin::new(&mut self.stream).poll_read(context, buffer));
        self.silence = None;
        Poll::Ready(outcome)
    }
}

impl AsyncWrite for Visitor {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[std::io::IoSlice<'_>],
    ) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    async fn opened() -> (Door, Latch, SocketAddr) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (door, latch) = Door::new(listener).unwrap();
        (door, latch, address)
    }

    #[tokio::test]
    async fn whoever_waited_at_the_door_is_let_in_and_whoever_comes_later_is_refused() {
        let (mut door, latch, address) = opened().await;
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

    #[tokio::test]
    async fn whoever_was_let_in_is_heard_even_if_the_first_word_comes_after_the_door_is_closed() {
        let (door, latch, address) = opened().await;
        let pages = axum::Router::new().route("/", axum::routing::get(|| async { "heard" }));
        let serving = axum::serve(door, pages).with_graceful_shutdown(latch.clone().closed());
        let server = tokio::spawn(serving.into_future());
        let mut waiting = TcpStream::connect(address).await.unwrap();
        let mut silent = latch.silent.clone();
        silent.wait_for(|silent| *silent == 1).await.unwrap();
        latch.close();
        let mut empty = latch.empty.clone();
        empty.wait_for(|empty| *empty).await.unwrap();
        waiting.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
        let mut answer = String::new();
        waiting.read_to_string(&mut answer).await.unwrap();
        assert!(answer.ends_with("heard"), "{answer}");
        server.await.unwrap().unwrap();
    }
}
