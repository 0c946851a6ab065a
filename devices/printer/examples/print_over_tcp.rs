//! Prints a page from standard input on a printer on the network, through the same session the till uses.
//!
//! `... receipt_bytes -- 80 zh | cargo run -p printer --example print_over_tcp -- 127.0.0.1:9100 generic-80` says each
//! event on a line of its own and ends with 0 if the printer said that the page is on paper, with 1 if not.

use base::Timestamp;
use device_contract::{Event, JobEvent, JobId, Session};
use printer::{PrinterSession, Profile};
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;
use std::time::{Duration, Instant};

const JOB: JobId = JobId(1);
const GIVE_UP_AFTER: Duration = Duration::from_secs(60);

fn main() -> std::io::Result<ExitCode> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let (Some(address), Some(profile)) = (words.first(), words.get(1).and_then(|name| Profile::named(name)))
    else {
        eprintln!("usage: print_over_tcp HOST:PORT PROFILE < page");
        return Ok(ExitCode::from(2));
    };
    let mut page = Vec::new();
    std::io::stdin().read_to_end(&mut page)?;
    let mut port = TcpStream::connect(address)?;
    port.set_nodelay(true)?;
    port.set_read_timeout(Some(Duration::from_millis(10)))?;
    let mut session = PrinterSession::new(profile);
    let start = Instant::now();
    let now = || Timestamp::from_micros(start.elapsed().as_micros() as i64);
    session.handle_connected(now());
    session.submit(JOB, page, now());
    while start.elapsed() < GIVE_UP_AFTER {
        if let Some(exit) = carry(&mut session, &mut port, now())? {
            return Ok(exit);
        }
        listen(&mut session, &mut port, now())?;
        if session.poll_wake().is_some_and(|wake| wake.at <= now()) {
            session.handle_tick(now());
        }
    }
    println!("gave up");
    Ok(ExitCode::from(1))
}

/// Events first, then bytes; an exit code once the job has come to an end.
fn carry(
    session: &mut PrinterSession,
    port: &mut TcpStream,
    now: Timestamp,
) -> std::io::Result<Option<ExitCode>> {
    while let Some(event) = session.poll_event() {
        println!("{event:?}");
        match event {
            Event::MayPrint(job) => session.handle_recorded(job, now),
            Event::Job(_, JobEvent::Printed) => return Ok(Some(ExitCode::SUCCESS)),
            Event::Job(_, JobEvent::Doubted(_)) | Event::Reconnect => return Ok(Some(ExitCode::from(1))),
            Event::State(_) | Event::Job(..) => {}
        }
    }
    while let Some(bytes) = session.poll_transmit() {
        port.write_all(&bytes)?;
    }
    Ok(None)
}

fn listen(session: &mut PrinterSession, port: &mut TcpStream, now: Timestamp) -> std::io::Result<()> {
    let mut buffer = [0; 256];
    match port.read(&mut buffer) {
        Ok(0) => session.handle_disconnected(now),
        Ok(length) => session.handle_received(&buffer[..length], now),
        Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
        Err(error) => return Err(error),
    }
    Ok(())
}
