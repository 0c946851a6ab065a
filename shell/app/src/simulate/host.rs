//! Hosts a provider's simulator on a real port: requests in, replies out, notifications delivered.
//!
//! The simulator is pure and sits behind one mutex; delays, dropped connections and deliveries happen here.
//! Paths under `/_simulator/` steer it (see [`super::control`]); no real provider has such paths.

use super::control;
use super::script::Script;
use super::sleeper::Sleeper;
use base::{OrderNo, Timestamp};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use drive::Clock;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use provider_contract::{CLIENT_CERTIFICATE, Delivery, HttpReply, HttpRequest, Moment, Outgoing, Simulator};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// Larger bodies are refused unread. No provider's request comes near.
const BODY_MAX: usize = 256 * 1024;
/// Providers wait five seconds for an acknowledgement.
const NOTICE_PATIENCE: Duration = Duration::from_secs(5);

type Outbound = Client<HttpConnector, Full<Bytes>>;

/// Where a simulator is reached.
pub struct Door {
    /// The port.
    pub listener: TcpListener,
    /// How its callers are spoken to in secret; nothing if they are not.
    pub tls: Option<TlsAcceptor>,
}

impl From<TcpListener> for Door {
    fn from(listener: TcpListener) -> Door {
        Door { listener, tls: None }
    }
}

/// A simulator being hosted. Clones share it.
#[derive(Clone)]
pub struct Host {
    inner: Arc<Inner>,
}

struct Inner {
    clock: Arc<dyn Clock>,
    simulator: Mutex<Box<dyn Simulator>>,
    script: Mutex<Script>,
    sleeper: Sleeper,
}

/// The connection ends without a reply.
#[derive(Debug)]
struct Dropped;

impl std::fmt::Display for Dropped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the simulator drops this connection on purpose")
    }
}

impl std::error::Error for Dropped {}

impl Host {
    /// Serves `simulator` at `door` until the runtime ends.
    pub fn start(
        simulator: Box<dyn Simulator>,
        script: Script,
        door: impl Into<Door>,
        clock: Arc<dyn Clock>,
    ) -> Host {
        let host = Host {
            inner: Arc::new(Inner {
                clock,
                simulator: Mutex::new(simulator),
                script: Mutex::new(script),
                sleeper: Sleeper::default(),
            }),
        };
        tokio::spawn(host.clone().accept(door.into()));
        tokio::spawn(host.clone().tick());
        host
    }

    /// The simulator itself. Hold it shortly: requests wait.
    pub fn simulator(&self) -> MutexGuard<'_, Box<dyn Simulator>> {
        self.inner.simulator.lock().expect("no one panics while holding the simulator")
    }

    /// What time it is here.
    pub fn now(&self) -> Timestamp {
        self.inner.clock.now()
    }

    fn moment(&self) -> Moment {
        Moment { now: self.now(), nonce: rand::random() }
    }

    /// To be called after steering the simulator: something may be due earlier now.
    pub fn steered(&self) {
        let due = self.simulator().due();
        self.inner.sleeper.due(due.map(|at| at.since(self.now())));
    }

    /// The customer scans the QR of this order and pays; false if there is nothing to pay.
    pub fn scan(&self, order_no: OrderNo) -> bool {
        let now = self.now();
        let paid = self.simulator().scan(order_no, now);
        self.steered();
        paid
    }

    async fn accept(self, door: Door) {
        loop {
            match door.listener.accept().await {
                Ok((stream, _)) => {
                    tokio::spawn(self.clone().greet(stream, door.tls.clone()));
                }
                // Out of file descriptors: those in use come back.
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }

    async fn greet(self, stream: TcpStream, tls: Option<TlsAcceptor>) {
        let _ = stream.set_nodelay(true);
        let Some(tls) = tls else { return self.converse(stream, None).await };
        // Who does not trust us, or shows another's certificate, goes no further.
        let Ok(stream) = tls.accept(stream).await else { return };
        let shown = stream.get_ref().1.peer_certificates().and_then(|chain| chain.first());
        let shown = shown.map(|certificate| format!(":{}:", STANDARD.encode(certificate)));
        self.converse(stream, shown).await;
    }

    /// `shown` is the certificate that the client has shown, as its header has it.
    async fn converse(self, stream: impl AsyncRead + AsyncWrite + Unpin, shown: Option<String>) {
        let service = service_fn(move |request| {
            let (host, shown) = (self.clone(), shown.clone());
            async move { host.answer(request, shown).await }
        });
        // An error here is a client that went away, or a connection dropped on purpose.
        let _ = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(Duration::from_secs(60))
            .serve_connection(TokioIo::new(stream), service)
            .await;
    }

    async fn answer(
        &self,
        request: Request<Incoming>,
        shown: Option<String>,
    ) -> Result<Response<Full<Bytes>>, Dropped> {
        let request = match read(request, shown).await {
            Ok(request) => request,
            Err(status) => return Ok(empty(status)),
        };
        if request.path().starts_with(control::PREFIX) {
            return Ok(response(control::answer(self, &request)));
        }
        match self.serve(&request) {
            Delivery::Nothing => Err(Dropped),
            Delivery::Reply { reply, delay } => {
                if !delay.is_zero() {
                    tokio::time::sleep(delay).await;
                }
                Ok(response(reply))
            }
        }
    }

    fn serve(&self, request: &HttpRequest) -> Delivery {
        let moment = self.moment();
        let mut simulator = self.simulator();
        let treatment =
            self.inner.script.lock().expect("no one panics while holding a script").wanted(request);
        if let Some((order_no, treatment)) = treatment {
            simulator.treat(order_no, treatment);
        }
        let delivery = simulator.serve(request, &moment);
        drop(simulator);
        self.steered();
        delivery
    }

    /// Payers who finish typing, notifications to send: whenever something is due.
    async fn tick(self) {
        let outbound = Client::builder(TokioExecutor::new()).build_http();
        let began = std::time::Instant::now();
        loop {
            self.obey_script(began);
            self.inner.sleeper.sleep(|| self.due(began)).await;
            let outgoing = self.simulator().tick(&self.moment());
            for notice in outgoing {
                tokio::spawn(self.clone().deliver(outbound.clone(), notice));
            }
        }
    }

    /// How long until something is to be done.
    fn due(&self, began: std::time::Instant) -> Option<Duration> {
        let next = [self.simulator().due(), self.script_due(began)].into_iter().flatten().min();
        next.map(|at| at.since(self.now()))
    }

    fn obey_script(&self, began: std::time::Instant) {
        let down =
            self.inner.script.lock().expect("no one panics while holding a script").down(began.elapsed());
        if let Some(down) = down {
            self.simulator().set_down(down);
        }
    }

    fn script_due(&self, began: std::time::Instant) -> Option<Timestamp> {
        let script = self.inner.script.lock().expect("no one panics while holding a script");
        script.next_change(began.elapsed()).map(|wait| self.now() + wait)
    }

    async fn deliver(self, outbound: Outbound, notice: Outgoing) {
        let reply = tokio::time::timeout(NOTICE_PATIENCE, send(&outbound, &notice)).await.ok().flatten();
        self.simulator().notified(&notice.notice_id, reply.as_ref(), self.now());
        self.steered();
    }
}

async fn send(outbound: &Outbound, notice: &Outgoing) -> Option<HttpReply> {
    let mut request = Request::builder().method(notice.call.method.as_str()).uri(&notice.call.url);
    for (name, value) in &notice.call.headers {
        request = request.header(*name, value);
    }
    let request = request.body(Full::new(Bytes::from(notice.call.body.clone()))).ok()?;
    let reply = outbound.request(request).await.ok()?;
    let status = reply.status().as_u16();
    let body = Limited::new(reply.into_body(), BODY_MAX).collect().await.ok()?.to_bytes().to_vec();
    Some(HttpReply { status, headers: Vec::new(), body })
}

/// The request with the certificate that was shown, if one was; what a client itself says of that is taken away.
async fn read(request: Request<Incoming>, shown: Option<String>) -> Result<HttpRequest, StatusCode> {
    let (head, body) = request.into_parts();
    let body = Limited::new(body, BODY_MAX).collect().await.map_err(|error| {
        if error.is::<LengthLimitError>() { StatusCode::PAYLOAD_TOO_LARGE } else { StatusCode::BAD_REQUEST }
    })?;
    let text = |value: &hyper::header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    Ok(HttpRequest {
        method: head.method.as_str().to_owned(),
        target: head.uri.path_and_query().map_or("/", |target| target.as_str()).to_owned(),
        headers: head
            .headers
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), text(value)))
            .filter(|(name, _)| name != CLIENT_CERTIFICATE)
            .chain(shown.map(|certificate| (CLIENT_CERTIFICATE.to_owned(), certificate)))
            .collect(),
        body: body.to_bytes().to_vec(),
    })
}

fn response(reply: HttpReply) -> Response<Full<Bytes>> {
    let mut response = Response::builder().status(reply.status);
    for (name, value) in &reply.headers {
        response = response.header(*name, value);
    }
    response
        .body(Full::new(Bytes::from(reply.body)))
        .unwrap_or_else(|_| empty(StatusCode::INTERNAL_SERVER_ERROR))
}

fn empty(status: StatusCode) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = status;
    response
}
