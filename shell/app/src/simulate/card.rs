//! The host of a card acquirer on a port of its own: frames in, frames out. It knows one terminal, whose master key is
//! fresh each time.

#[cfg(test)]
mod sales;

use crate::files::write_private;
use anyhow::{Context, Result};
use base::Secret;
use card::simulator::Host;
use card::{Acquirer, Algorithm, Tmk};
use drive::{Clock, SystemClock};
use provider_contract::{FRAME_LENGTH_BYTES, frame_bytes};
use serde_json::json;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const TERMINAL: &str = "10000001";
const MERCHANT: &str = "898110100000015";
/// A terminal that says nothing for so long is gone.
const IDLE_MAX: Duration = Duration::from_secs(120);

/// A host with one terminal, and that terminal's master key in hex digits.
fn host() -> (Host, Secret<String>) {
    let acquirer = Acquirer::up_pos();
    loop {
        let drawn: [u8; 16] = rand::random();
        // One in many millions is weak.
        let Ok(tmk) = Tmk::new(Algorithm::TripleDes, &drawn) else { continue };
        let mut host = Host::new(acquirer);
        host.enroll(TERMINAL, MERCHANT, tmk);
        return (host, Secret::new(drawn.iter().map(|byte| format!("{byte:02X}")).collect()));
    }
}

/// Serves `listener` until the runtime ends. Writes what a terminal needs to `credentials`.
pub fn start(listener: TcpListener, credentials: Option<&Path>) -> Result<SocketAddr> {
    let address = listener.local_addr().context("a listener has an address")?;
    let (host, master_key) = host();
    if let Some(path) = credentials {
        let needed = json!({
            "address": address.to_string(),
            "terminal": TERMINAL,
            "merchant": MERCHANT,
            "master_key": master_key.reveal(),
            "tpdu": "6000060000",
            "header": "603100311003",
        });
        write_private(path, &format!("{needed:#}"))?;
    }
    tokio::spawn(accept(listener, Arc::new(Mutex::new(host))));
    Ok(address)
}

async fn accept(listener: TcpListener, host: Arc<Mutex<Host>>) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                tokio::spawn(converse(stream, Arc::clone(&host)));
            }
            // Out of file descriptors: those in use come back.
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}

/// One frame after the other until the terminal goes, is silent for long, or a frame is answered by nothing.
async fn converse(mut stream: TcpStream, host: Arc<Mutex<Host>>) {
    let _ = stream.set_nodelay(true);
    while let Ok(Some(frame)) = tokio::time::timeout(IDLE_MAX, read(&mut stream)).await {
        let (now, nonce) = (SystemClock.now(), rand::random());
        let answer = host.lock().expect("no one panics while holding the host").serve(&frame, now, nonce);
        let Some(answer) = answer else { return };
        if stream.write_all(&answer).await.is_err() {
            return;
        }
    }
}

async fn read(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let mut length = [0; FRAME_LENGTH_BYTES];
    stream.read_exact(&mut length).await.ok()?;
    let mut frame = length.to_vec();
    frame.resize(FRAME_LENGTH_BYTES + frame_bytes(length)?, 0);
    stream.read_exact(&mut frame[FRAME_LENGTH_BYTES..]).await.ok()?;
    Some(frame)
}

#[cfg(test)]
mod tests {
    use super::*;
    use card::{NotSignedIn, Numbers, SignIn, Terminal, signed_in};
    use drive::Wire;
    use iso8583::{PosHeader, Tpdu};
    use provider_contract::Call;

    /// Over the shell's own client: a terminal signs in with what the host wrote down, and with another key it does not.
    #[tokio::test]
    async fn a_terminal_signs_in_over_a_real_port() {
        let folder = std::env::temp_dir().join(format!("paydesk-card-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("the temporary folder takes a folder");
        let file = folder.join("card.json");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = start(listener, Some(&file)).expect("it starts");
        let text = std::fs::read_to_string(&file).expect("it was written");
        std::fs::remove_dir_all(&folder).expect("it is ours");
        let needed: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let key = needed["master_key"].as_str().expect("a text").to_owned();
        let of = |key: &str| {
            let byte = |at: usize| u8::from_str_radix(&key[at..at + 2], 16).expect("hex digits");
            Tmk::new(Algorithm::TripleDes, &(0..32).step_by(2).map(byte).collect::<Vec<_>>()).expect("a key")
        };
        let acquirer = Acquirer::up_pos();
        let terminal = Terminal {
            number: needed["terminal"].as_str().expect("a text").to_owned(),
            merchant: needed["merchant"].as_str().expect("a text").to_owned(),
            tpdu: Tpdu { id: 0x60, destination: 6, source: 0 },
            header: PosHeader::of([0x60, 0x31, 0, 0x31, 0x10, 3]),
        };
        let sign_in = SignIn { numbers: Numbers { batch: 0, trace: 1 }, operator: "01", about: "" };
        let question = sign_in.request(&acquirer, &terminal).expect("it can be written");
        let call = Call::frame(&address.to_string(), question.clone());
        let reply = Wire::new().ask(call, Duration::from_secs(30)).await.expect("it answers");
        let signed = signed_in(&acquirer, &of(&key), &question, &reply.body).expect("right keys");
        assert_eq!(signed.batch, Some(1));
        let another = of("0123456789ABCDEFFEDCBA9876543210");
        let refused = signed_in(&acquirer, &another, &question, &reply.body).err();
        assert!(matches!(refused, Some(NotSignedIn::BadKeys(_))), "{refused:?}");
    }
}
