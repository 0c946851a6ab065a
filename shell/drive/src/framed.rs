//! Carries a frame to a host and one back: a connection for each exchange, so that nothing of another exchange can be
//! taken for its answer.
//!
//! What ends before the first byte was handed to the connection never left. From then on the host may have it.

use crate::wire::{CONNECT_TIMEOUT, NoReply, Step};
use payment::Lost;
use provider_contract::{FRAME_LENGTH_BYTES, Reply, frame_bytes, is_frame};
use std::io;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, lookup_host};

/// Sends a frame to `address` and waits for the frame that answers it.
pub(crate) async fn exchange(address: &str, frame: &[u8]) -> Result<Reply, NoReply> {
    if !is_frame(frame) {
        return Err(never_left(Step::Connection, "the message is no frame: its length is wrong".to_owned()));
    }
    let mut stream = connect(address).await?;
    stream.write_all(frame).await.map_err(broke)?;
    read(&mut stream).await
}

async fn connect(address: &str) -> Result<TcpStream, NoReply> {
    let found = tokio::time::timeout(CONNECT_TIMEOUT, lookup_host(address)).await;
    let mut found = found
        .map_err(|_| never_left(Step::Address, "the name service does not answer".to_owned()))?
        .map_err(|error| never_left(Step::Address, error.to_string()))?;
    let socket =
        found.next().ok_or_else(|| never_left(Step::Address, "the name has no address".to_owned()))?;
    let stream = tokio::time::timeout(CONNECT_TIMEOUT, TcpStream::connect(socket)).await;
    let stream = stream
        .map_err(|_| never_left(Step::Connection, "no connection in time".to_owned()))?
        .map_err(|error| never_left(Step::Connection, error.to_string()))?;
    stream.set_nodelay(true).map_err(|error| never_left(Step::Connection, error.to_string()))?;
    Ok(stream)
}

async fn read(stream: &mut TcpStream) -> Result<Reply, NoReply> {
    let mut length = [0; FRAME_LENGTH_BYTES];
    stream.read_exact(&mut length).await.map_err(broke)?;
    let bytes = frame_bytes(length).ok_or(NoReply::TooLong)?;
    let mut frame = vec![0; FRAME_LENGTH_BYTES + bytes];
    frame[..FRAME_LENGTH_BYTES].copy_from_slice(&length);
    stream.read_exact(&mut frame[FRAME_LENGTH_BYTES..]).await.map_err(broke)?;
    Ok(Reply::frame(frame))
}

fn broke(_: io::Error) -> NoReply {
    NoReply::Lost(Lost::ConnectionBroke)
}

fn never_left(step: Step, why: String) -> NoReply {
    NoReply::NeverLeft { step, why }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Wire;
    use provider_contract::Call;
    use std::time::Duration;
    use tokio::net::TcpListener;
    use tokio::task::JoinHandle;

    const LONG: Duration = Duration::from_secs(30);

    /// A host that reads `reads` bytes, answers with these and hangs up. Gives its address and what it read.
    async fn host(reads: usize, answer: &'static [u8]) -> (String, JoinHandle<Vec<u8>>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address").to_string();
        let served = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.expect("a connection");
            let mut read = vec![0; reads];
            stream.read_exact(&mut read).await.expect("so many bytes");
            stream.write_all(answer).await.expect("it takes them");
            read
        });
        (address, served)
    }

    async fn ask(address: &str, frame: &[u8]) -> Result<Reply, NoReply> {
        Wire::new().ask(Call::frame(address, frame.to_vec()), LONG).await
    }

    #[tokio::test]
    async fn a_frame_goes_there_and_one_comes_back() {
        let (address, served) = host(5, &[0, 2, 8, 9, 77]).await;
        let reply = ask(&address, &[0, 3, 1, 2, 3]).await.expect("it answers");
        assert_eq!(reply, Reply::frame(vec![0, 2, 8, 9]), "what follows the frame is none of it");
        assert_eq!(served.await.expect("it ends"), [0, 3, 1, 2, 3]);
    }

    #[tokio::test]
    async fn an_answer_that_is_no_whole_frame_is_none() {
        for (answer, expected) in [
            (&[][..], NoReply::Lost(Lost::ConnectionBroke)),
            (&[0], NoReply::Lost(Lost::ConnectionBroke)),
            (&[0, 3, 1], NoReply::Lost(Lost::ConnectionBroke)),
            (&[0, 0], NoReply::TooLong),
            (&[0xFF, 0xFF, 1], NoReply::TooLong),
        ] {
            let (address, served) = host(3, answer).await;
            assert_eq!(ask(&address, &[0, 1, 7]).await, Err(expected), "{answer:?}");
            served.await.expect("it ends");
        }
    }

    #[tokio::test]
    async fn what_could_not_be_sent_never_left() {
        let nobody = TcpListener::bind("127.0.0.1:0").await.expect("a free port").local_addr().expect("one");
        for (address, frame, at) in [
            (nobody.to_string(), &[0, 1, 7][..], Step::Connection),
            ("no-such-host.invalid:5000".to_owned(), &[0, 1, 7], Step::Address),
            ("no address".to_owned(), &[0, 1, 7], Step::Address),
            (nobody.to_string(), &[0, 9, 7], Step::Connection),
        ] {
            let error = ask(&address, frame).await.expect_err(&address);
            assert!(matches!(&error, NoReply::NeverLeft { step, .. } if *step == at), "{address}: {error:?}");
        }
    }

    #[tokio::test]
    async fn silence_is_lost() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address").to_string();
        // The system takes the connection and the frame; nobody ever reads it.
        let asked = Wire::new().ask(Call::frame(&address, vec![0, 1, 7]), Duration::from_millis(50)).await;
        assert_eq!(asked, Err(NoReply::Lost(Lost::TimedOut)));
    }
}
