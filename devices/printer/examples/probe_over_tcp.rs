//! Asks a printer on the network what it can do: `cargo run -p printer --example probe_over_tcp -- 127.0.0.1:9100`.

use base::Timestamp;
use printer::Probe;
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

fn main() -> std::io::Result<()> {
    let Some(address) = std::env::args().nth(1) else {
        eprintln!("usage: probe_over_tcp HOST:PORT");
        std::process::exit(2);
    };
    let mut port = TcpStream::connect(address)?;
    port.set_nodelay(true)?;
    port.set_read_timeout(Some(Duration::from_millis(10)))?;
    let start = Instant::now();
    let now = || Timestamp::from_micros(start.elapsed().as_micros() as i64);
    let mut probe = Probe::begin(now());
    while probe.findings().is_none() {
        if let Some(bytes) = probe.poll_transmit() {
            port.write_all(&bytes)?;
        }
        let mut buffer = [0; 256];
        match port.read(&mut buffer) {
            Ok(length) => probe.handle_received(&buffer[..length], now()),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
            Err(error) => return Err(error),
        }
        probe.handle_tick(now());
    }
    println!("{:?}", probe.findings());
    Ok(())
}
