//! The virtual printer on a TCP port: bytes in, status out, and its paper to look at.

use crate::clock;
use base::Timestamp;
use printer::{Fault, Model, Profile, VirtualPrinter, picture};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

/// Older pieces of paper go into the bin.
const PAPERS_MAX: usize = 200;

/// A virtual printer being hosted. Clones share it.
#[derive(Clone)]
pub struct PrinterHost {
    inner: Arc<Inner>,
}

struct Inner {
    state: Mutex<State>,
    touched: Notify,
}

struct State {
    printer: VirtualPrinter,
    finished: VecDeque<Piece>,
    next_id: u64,
}

/// A piece of paper that has come out.
#[derive(Clone, Debug)]
pub struct Piece {
    /// Counts from 1.
    pub id: u64,
    /// When it was cut.
    pub at: Timestamp,
    /// Its picture.
    pub svg: String,
}

/// The faults a person may choose, with their short names.
const FAULTS: [(Fault, &str); 7] = [
    (Fault::NearEnd, "near_end"),
    (Fault::PaperOut, "paper_out"),
    (Fault::CoverOpen, "cover_open"),
    (Fault::CutterStuck, "cutter_stuck"),
    (Fault::Hot, "hot"),
    (Fault::OffLine, "off_line"),
    (Fault::Mute, "mute"),
];

/// Breaks and mends the printer as the lines of `orders` say, until they end.
pub async fn obey(host: PrinterHost, orders: impl AsyncRead + Unpin) {
    let mut lines = BufReader::new(orders).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        match order(&line) {
            Ok(Some((fault, present))) => host.set(fault, present),
            Ok(None) => {}
            Err(why) => eprintln!("paydesk: {why}"),
        }
    }
}

/// `paper_out on`, `paper_out off`; nothing on an empty line.
fn order(line: &str) -> Result<Option<(Fault, bool)>, String> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let known = |name: &str| FAULTS.iter().find(|(_, known)| *known == name).map(|(fault, _)| *fault);
    match words.as_slice() {
        [] => Ok(None),
        [name, switch @ ("on" | "off")] if known(name).is_some() => {
            Ok(known(name).map(|f| (f, *switch == "on")))
        }
        _ => {
            let names = FAULTS.map(|(_, name)| name).join(", ");
            Err(format!(
                "\"{line}\" is no order; write a fault and on or off, such as: paper_out on. Faults: {names}"
            ))
        }
    }
}

impl PrinterHost {
    /// Serves a printer of this model on `listener` until the runtime ends. Like the real thing it talks to
    /// whoever connects, and to several at once if they insist.
    pub fn start(profile: &Profile, listener: TcpListener) -> PrinterHost {
        let state =
            State { printer: VirtualPrinter::new(Model::of(profile)), finished: VecDeque::new(), next_id: 1 };
        let host =
            PrinterHost { inner: Arc::new(Inner { state: Mutex::new(state), touched: Notify::new() }) };
        tokio::spawn(host.clone().accept(listener));
        host
    }

    /// The pieces that have come out, oldest first.
    pub fn pieces(&self) -> Vec<Piece> {
        self.state().finished.iter().cloned().collect()
    }

    /// Breaks or mends something.
    pub fn set(&self, fault: Fault, present: bool) {
        self.state().printer.set(fault, present);
        self.collect();
        self.inner.touched.notify_waiters();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.inner.state.lock().expect("no one panics while holding the printer")
    }

    async fn accept(self, listener: TcpListener) {
        loop {
            match listener.accept().await {
                Ok((stream, _)) => {
                    tokio::spawn(self.clone().converse(stream));
                }
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }

    async fn converse(self, mut stream: TcpStream) {
        let mut buffer = vec![0; 4096];
        loop {
            let touched = self.inner.touched.notified();
            tokio::select! {
                read = stream.read(&mut buffer) => match read {
                    Ok(0) | Err(_) => return,
                    Ok(count) => {
                        if self.feed(&mut stream, &buffer[..count]).await.is_err() {
                            return;
                        }
                    }
                },
                () = touched => {}
            }
            let answers = self.state().printer.take_answers();
            if stream.write_all(&answers).await.is_err() {
                return;
            }
        }
    }

    /// Gives the printer bytes as fast as its buffer takes them.
    async fn feed(&self, stream: &mut TcpStream, bytes: &[u8]) -> std::io::Result<()> {
        let mut rest = bytes;
        loop {
            let taken = self.state().printer.receive(rest);
            rest = &rest[taken..];
            self.collect();
            if rest.is_empty() {
                return Ok(());
            }
            let answers = self.state().printer.take_answers();
            stream.write_all(&answers).await?;
            let _ = tokio::time::timeout(Duration::from_millis(200), self.inner.touched.notified()).await;
        }
    }

    /// Puts cut pieces aside. While one is still in the printer nothing is taken, so that it is not torn.
    fn collect(&self) {
        let mut state = self.state();
        if state.printer.papers().next().is_none() || !state.printer.papers().all(|paper| paper.cut) {
            return;
        }
        for paper in state.printer.take_papers() {
            let piece = Piece { id: state.next_id, at: clock::now(), svg: picture(&paper) };
            state.next_id += 1;
            state.finished.push_back(piece);
        }
        let surplus = state.finished.len().saturating_sub(PAPERS_MAX);
        state.finished.drain(..surplus);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_a_fault_and_a_switch() {
        assert_eq!(order("paper_out on"), Ok(Some((Fault::PaperOut, true))));
        assert_eq!(order(" mute  off "), Ok(Some((Fault::Mute, false))));
        assert_eq!(order(""), Ok(None));
        assert!(order("paper_out maybe").unwrap_err().contains("cover_open"));
        assert!(order("fire on").is_err());
    }

    #[tokio::test]
    async fn what_is_printed_is_cut_and_kept_as_a_picture() {
        let profile = Profile::named("epson-58").unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let host = PrinterHost::start(&profile, listener);
        let mut stream = TcpStream::connect(address).await.unwrap();
        // Initialize, a line, cut; then ask for the paper status in real time.
        stream.write_all(b"\x1b@hello\n\x1dV\x42\x00\x10\x04\x04").await.unwrap();
        let mut status = [0; 1];
        stream.read_exact(&mut status).await.unwrap();
        assert_eq!(status[0] & 0b1001_0011, 0b0001_0010, "the fixed bits of DLE EOT 4");
        assert_eq!(host.pieces().len(), 1);
        assert!(host.pieces()[0].svg.contains("hello"));
    }
}
