//! The virtual printer on a TCP port of this machine, for programs by others to talk to.
//!
//! `cargo run -p printer --example virtual_printer -- 0 80` prints the port it took. Lines on standard input act on
//! it: `paper-out on`, `paper-out off`, `near-end on`, `cover-open on`, ... and `papers` shows what came out, as text
//! between `<<<` and `>>>`. It ends with its standard input.

use printer::{Fault, Model, Paper, Profile, VirtualPrinter};
use std::io::{BufRead, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

type Shared = Arc<Mutex<VirtualPrinter>>;

fn main() -> std::io::Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let (Some(port), Some(profile)) = (words.first(), words.get(1).and_then(|mm| profile(mm))) else {
        eprintln!("usage: virtual_printer PORT 58|80");
        std::process::exit(2);
    };
    let listener = TcpListener::bind(format!("127.0.0.1:{port}"))?;
    println!("port {}", listener.local_addr()?.port());
    let printer: Shared = Arc::new(Mutex::new(VirtualPrinter::new(Model::of(&profile))));
    let served = Arc::clone(&printer);
    std::thread::spawn(move || {
        // Like most printers, one client at a time.
        for client in listener.incoming().flatten() {
            let _ = serve(client, &served);
        }
    });
    for line in std::io::stdin().lock().lines() {
        println!("{}", obey(&line?, &printer));
    }
    Ok(())
}

fn profile(mm: &str) -> Option<Profile> {
    match mm {
        "58" => Some(Profile::generic_58()),
        "80" => Some(Profile::epson_80()),
        _ => None,
    }
}

fn serve(mut client: TcpStream, printer: &Shared) -> std::io::Result<()> {
    client.set_nodelay(true)?;
    client.set_read_timeout(Some(Duration::from_millis(10)))?;
    let (mut buffer, mut waiting) = ([0; 4096], Vec::new());
    loop {
        match client.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(length) => waiting.extend(&buffer[..length]),
            Err(error)
                if matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) => {}
            Err(error) => return Err(error),
        }
        let answers = {
            let mut printer = printer.lock().expect("no thread panics with the printer in hand");
            let taken = printer.receive(&waiting);
            waiting.drain(..taken);
            printer.take_answers()
        };
        client.write_all(&answers)?;
    }
}

fn obey(line: &str, printer: &Shared) -> String {
    let mut printer = printer.lock().expect("no thread panics with the printer in hand");
    match line.split_whitespace().collect::<Vec<_>>()[..] {
        ["papers"] => format!("<<<\n{}>>>", printer.papers().map(Paper::to_text).collect::<String>()),
        [name, state @ ("on" | "off")] => match fault(name) {
            Some(fault) => {
                printer.set(fault, state == "on");
                format!("{name} {state}")
            }
            None => format!("no such fault: {name}"),
        },
        _ => format!("not understood: {line}"),
    }
}

fn fault(name: &str) -> Option<Fault> {
    match name {
        "near-end" => Some(Fault::NearEnd),
        "paper-out" => Some(Fault::PaperOut),
        "cover-open" => Some(Fault::CoverOpen),
        "cutter-stuck" => Some(Fault::CutterStuck),
        "hot" => Some(Fault::Hot),
        "off-line" => Some(Fault::OffLine),
        "mute" => Some(Fault::Mute),
        _ => None,
    }
}
