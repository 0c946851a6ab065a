//! The load: connections that each take one payment after the other, as tills do.

use anyhow::{Context, Result, bail, ensure};
use base::Secret;
use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use std::time::{Duration, Instant};
use tokio::net::TcpStream;

/// One kept connection.
pub struct Connection {
    address: String,
    sender: SendRequest<Full<Bytes>>,
}

/// A reply, read whole.
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Body.
    pub body: Bytes,
}

/// What the load looks at in a payment.
#[derive(Deserialize)]
pub struct Seen {
    /// The payment's id.
    pub id: String,
    /// Its version.
    pub version: u64,
    /// `paid`, `waiting` ...
    pub money: String,
}

impl Connection {
    /// Connects.
    pub async fn open(address: &str) -> Result<Connection> {
        let stream =
            TcpStream::connect(address).await.with_context(|| format!("cannot connect to {address}"))?;
        stream.set_nodelay(true).context("cannot set TCP_NODELAY")?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await.context("cannot speak HTTP")?;
        tokio::spawn(connection);
        Ok(Connection { address: address.to_owned(), sender })
    }

    /// Sends one request and reads its answer.
    pub async fn ask(
        &mut self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: Vec<u8>,
    ) -> Result<Answer> {
        let mut request = Request::builder().method(method).uri(target).header("host", &self.address);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request =
            request.body(Full::new(Bytes::from(body))).context("a request of ours is well-formed")?;
        self.sender.ready().await.context("the connection was closed")?;
        let reply = self.sender.send_request(request).await.context("no answer")?;
        let status = reply.status().as_u16();
        let body = reply.into_body().collect().await.context("half an answer")?.to_bytes();
        Ok(Answer { status, body })
    }
}

/// Takes one payment by this payer's code and waits until it is paid. The time it took.
pub async fn pay(connection: &mut Connection, key: &Secret<String>, code: &str) -> Result<Duration> {
    let authorization = format!("Bearer {}", key.reveal());
    let idempotency = format!("{:032x}", rand::random::<u128>());
    let headers = [
        ("authorization", authorization.as_str()),
        ("content-type", "application/json"),
        ("idempotency-key", idempotency.as_str()),
    ];
    let body = format!(
        r#"{{"amount":{{"amount":1250,"currency":"CNY"}},"method":{{"payer_code":{{"code":"{code}"}}}}}}"#
    );
    let began = Instant::now();
    let answer = connection.ask("POST", "/v1/payments?wait=10", &headers, body.into_bytes()).await?;
    ensure!(
        answer.status == 201,
        "the payment was answered {}: {}",
        answer.status,
        String::from_utf8_lossy(&answer.body)
    );
    let mut seen: Seen = serde_json::from_slice(&answer.body).context("a payment is JSON")?;
    while seen.money != "paid" {
        if seen.money != "waiting" && seen.money != "verifying" {
            bail!("a payment that must be paid became {}", seen.money);
        }
        let target = format!("/v1/payments/{}?wait=10&after={}", seen.id, seen.version);
        let answer = connection.ask("GET", &target, &headers[..1], Vec::new()).await?;
        seen = serde_json::from_slice(&answer.body).context("a payment is JSON")?;
    }
    Ok(began.elapsed())
}
