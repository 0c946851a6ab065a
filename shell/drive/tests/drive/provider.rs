//! A provider that says what a script tells it to, over a real socket that breaks when it is told to.

use base::{Money, OrderNo, Text};
use payment::{Answer, Ask, Doubt, Notice, Paid, Policy, Reason, Said, Verdict};
use provider_contract::{
    BadNotice, Call, CannotAsk, Capabilities, HttpMethod, HttpReply, HttpRequest, Moment, Order, Provider,
    RenewsKeys, Reply, Trouble,
};
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// The translation: the question is the path, the answer the body.
pub struct Scripted {
    pub address: SocketAddr,
    /// Requests made ready, whether or not they left.
    pub prepared: Arc<AtomicU32>,
}

impl Provider for Scripted {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            name: "scripted",
            title: Text::new("剧本", "Scripted"),
            wallets: &[],
            qr_wallets: &[],
            payer_code: true,
            shown_qr: true,
            policy: Policy::default(),
        }
    }

    fn call(&self, ask: &Ask, order: &Order, _: &Moment) -> Result<Call, CannotAsk> {
        match (ask, order.description.as_str()) {
            (Ask::Charge, _) if order.payer_code.is_none() => return Err(CannotAsk::PayerCodeGone),
            (_, "unspeakable") => return Err(CannotAsk::OrderNotAcceptable("unspeakable".into())),
            (_, "panics") => panic!("a translation with a bug"),
            _ => {}
        }
        self.prepared.fetch_add(1, Ordering::SeqCst);
        let trace = order.trace.map(|trace| format!("/{}-{}", trace.batch, trace.number)).unwrap_or_default();
        let url = format!("http://{}/{}/{}{trace}", self.address, ask_name(ask), order.order_no);
        Ok(Call {
            method: HttpMethod::Post,
            url,
            headers: vec![("x-amount", order.amount.to_string())],
            body: b"?".to_vec(),
            client_certificate: false,
        })
    }

    fn answer(&self, _: &Ask, order: &Order, reply: &Reply, _: &Moment) -> Answer {
        let word = String::from_utf8_lossy(&reply.body).into_owned();
        let verdict = match word.as_str() {
            "paid" => Verdict::Paid(paid(order.amount, order.order_no)),
            "awaiting" => Verdict::AwaitingPayer,
            "unknown" => Verdict::NotFound,
            "closed" => Verdict::Closed,
            "says paid" => Verdict::Unclear(Doubt::SaysPaid),
            "declined" => Verdict::Declined(Reason::InsufficientBalance),
            "panic" => panic!("a translation with a bug"),
            _ => Verdict::Unclear(Doubt::Garbled),
        };
        Answer { verdict, said: Said::new(word, "") }
    }

    fn notice(&self, request: &HttpRequest, _: &Moment) -> Result<Notice, BadNotice> {
        if request.header("x-signature") != Some("right") {
            return Err(BadNotice::WrongSignature);
        }
        let order_no = String::from_utf8_lossy(&request.body).parse().map_err(|_| BadNotice::Garbled)?;
        Ok(Notice { order_no, refund_no: None, claim: "SUCCESS".into(), notice_id: request.target.clone() })
    }

    fn acknowledge(&self, verdict: Result<(), &BadNotice>) -> HttpReply {
        match verdict {
            Ok(()) => HttpReply::new(200, "text/plain", "taken"),
            Err(bad) => HttpReply::new(401, "text/plain", bad.to_string()),
        }
    }

    fn trouble(&self, _: &Ask, _: &Order, _: &Reply, _: &Moment) -> Option<Trouble> {
        None
    }

    fn renews_keys(&self) -> Option<&dyn RenewsKeys> {
        None
    }

    fn bills(&self) -> Option<&dyn provider_contract::bills::Bills> {
        None
    }

    fn installments(&self) -> Option<&dyn provider_contract::OffersInstallments> {
        None
    }
}

fn paid(amount: Money, order_no: OrderNo) -> Paid {
    let transaction = format!("T{order_no}");
    Paid { amount, transaction, at: None, payer: String::new(), funds: String::new() }
}

fn ask_name(ask: &Ask) -> &'static str {
    match ask {
        Ask::Charge => "charge",
        Ask::Present => "present",
        Ask::Inquire => "inquire",
        Ask::Reverse => "reverse",
        Ask::Close => "close",
        Ask::Refund { .. } => "refund",
        Ask::InquireRefund { .. } => "inquire_refund",
    }
}

/// The provider's end of the wire: does the next thing of its script, `paid` when there is none left.
#[derive(Clone)]
pub struct Server {
    pub address: SocketAddr,
    script: Arc<Mutex<VecDeque<&'static str>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub async fn start(script: &[&'static str]) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let server = Server {
            address: listener.local_addr().expect("an address"),
            script: Arc::new(Mutex::new(script.iter().copied().collect())),
            asked: Arc::default(),
        };
        let serving = server.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let serving = serving.clone();
                tokio::spawn(async move { serving.serve(stream).await });
            }
        });
        server
    }

    /// Every request that arrived whole: `charge 0000...0a`.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("no test panics with it").clone()
    }

    async fn serve(&self, mut stream: TcpStream) {
        while let Some(path) = read_request(&mut stream).await {
            self.asked.lock().expect("no test panics with it").push(path[1..].replace('/', " "));
            let word = self.script.lock().expect("no test panics with it").pop_front().unwrap_or("paid");
            match word {
                "reset" => return stream.set_zero_linger().expect("a socket"),
                "hang" => tokio::time::sleep(Duration::from_secs(60)).await,
                "half" => {
                    return drop(stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\npa").await);
                }
                "long" => reply(&mut stream, &"x".repeat(2 << 20)).await,
                "paid, then gone" => return reply(&mut stream, "paid").await,
                word => match word.strip_prefix("slowly ") {
                    Some(word) => {
                        tokio::time::sleep(Duration::from_millis(150)).await;
                        reply(&mut stream, word).await;
                    }
                    None => reply(&mut stream, word).await,
                },
            }
        }
    }
}

/// An address at which nobody listens.
pub async fn nobody() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    listener.local_addr().expect("an address")
}

async fn reply(stream: &mut TcpStream, body: &str) {
    let text = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    let _ = stream.write_all(text.as_bytes()).await;
}

/// The path of the next request, once all of it is there; its body is one byte.
async fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut text = Vec::new();
    while !text.windows(5).any(|end| end == b"\r\n\r\n?") {
        let mut some = [0; 2048];
        let read = stream.read(&mut some).await.ok().filter(|read| *read > 0)?;
        text.extend_from_slice(&some[..read]);
    }
    String::from_utf8_lossy(&text).split(' ').nth(1).map(str::to_owned)
}
