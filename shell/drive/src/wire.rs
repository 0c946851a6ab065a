//! Carries a call's bytes and says what became of them: a reply, lost on the way, or never left. What the address says is
//! a frame goes by [`crate::framed`], all else as HTTP.
//!
//! Only what is certain is called never left: no connection could be made, or a kept one closed before it took
//! the request (the client then tries a fresh one by itself; not a byte had gone). Everything after that is lost.

use crate::durable::Permit;
use crate::framed;
use crate::identity::ClientIdentity;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper::header::{HeaderName, HeaderValue, USER_AGENT};
use hyper::{Request, Response};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::{Client, Error};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use payment::Lost;
use provider_contract::{Call, HttpRequest, Reply};
use std::sync::OnceLock;
use std::time::Duration;

/// A connection that cannot be made in that time is given up; nothing was sent.
pub(crate) const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// Servers close idle connections after about a minute; ours go first.
const IDLE_MAX: Duration = Duration::from_secs(20);
const REPLY_BYTES_MAX: usize = 1 << 20;
/// Without its certificate the provider would turn the call away; it is not even asked.
const CERTIFICATE_NEEDED: &str = "the call must show the merchant's certificate, and there is none to show";

/// Why there is no reply.
#[derive(Debug, PartialEq, Eq)]
pub enum NoReply {
    /// It may have taken effect.
    Lost(Lost),
    /// It cannot have taken effect: how far it came and why no further, for people.
    NeverLeft {
        /// What could not be done.
        step: Step,
        /// Why.
        why: String,
    },
    /// There was a reply, longer than any that could be meant.
    TooLong,
}

/// What a request needs before it can leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// An address for the provider's name.
    Address,
    /// A connection, and a request that HTTP allows.
    Connection,
    /// Proof that the provider is at the other end.
    Trust,
}

type Bare = Client<HttpConnector, Full<Bytes>>;
type Tls = Client<HttpsConnector<HttpConnector>, Full<Bytes>>;

/// The HTTP clients: one for bare addresses, one with TLS that is made when first needed.
pub struct Wire {
    bare: Bare,
    tls: OnceLock<Result<Tls, String>>,
    /// Its TLS shows a client's certificate to whoever asks for one.
    shows_certificate: bool,
}

impl Default for Wire {
    fn default() -> Wire {
        Wire::new()
    }
}

impl Wire {
    /// Clients that have no connection yet.
    pub fn new() -> Wire {
        Wire { bare: builder().build(connector()), tls: OnceLock::new(), shows_certificate: false }
    }

    /// Clients that show this certificate and trust whom it says.
    pub(crate) fn showing(identity: &ClientIdentity) -> Wire {
        let https = HttpsConnectorBuilder::new().with_tls_config(identity.tls());
        let tls = builder().build(https.https_only().enable_http1().wrap_connector(connector()));
        Wire { tls: OnceLock::from(Ok(tls)), shows_certificate: true, ..Wire::new() }
    }

    /// Sends `call`, which its permit allows, and waits at most `patience` for the whole reply.
    pub(crate) async fn send(&self, _: Permit, call: Call, patience: Duration) -> Result<Reply, NoReply> {
        self.ask(call, patience).await
    }

    /// The same for a question that is about no payment, and needs no permit.
    pub async fn ask(&self, question: Call, patience: Duration) -> Result<Reply, NoReply> {
        match tokio::time::timeout(patience, self.exchange(question)).await {
            Ok(result) => result,
            // It cannot be told whether the connection was made by then.
            Err(_) => Err(NoReply::Lost(Lost::TimedOut)),
        }
    }

    async fn exchange(&self, call: Call) -> Result<Reply, NoReply> {
        if let Some(address) = call.frame_address() {
            return framed::exchange(address, &call.body).await;
        }
        read(self.begin(call).await?).await
    }

    /// A reply whose body is still to come.
    pub(crate) async fn open(&self, call: Call) -> Result<(u16, hyper::body::Incoming), NoReply> {
        let response = self.begin(call).await?;
        Ok((response.status().as_u16(), response.into_body()))
    }

    async fn begin(&self, call: Call) -> Result<Response<hyper::body::Incoming>, NoReply> {
        let secure = call.url.starts_with("https://");
        if call.client_certificate && !(secure && self.shows_certificate) {
            return Err(NoReply::NeverLeft { step: Step::Trust, why: CERTIFICATE_NEEDED.to_owned() });
        }
        let request = request(call).map_err(|why| NoReply::NeverLeft { step: Step::Connection, why })?;
        let response =
            if secure { self.tls()?.request(request).await } else { self.bare.request(request).await };
        response.map_err(|error| no_reply(&error))
    }

    /// Sends a request as it came to another server of ours.
    pub(crate) async fn hand_over(
        &self,
        address: &str,
        request: HttpRequest,
        patience: Duration,
    ) -> Result<Reply, NoReply> {
        let url = format!("{address}{}", request.target);
        let secure = url.starts_with("https://");
        let mut sent = Request::builder().method(request.method.as_str()).uri(url);
        for (name, value) in &request.headers {
            sent = sent.header(name, value);
        }
        let sent = sent.body(Full::from(request.body));
        let sent = sent.map_err(|why| NoReply::NeverLeft { step: Step::Connection, why: why.to_string() })?;
        let exchange = async {
            let client = if secure { self.tls()?.request(sent) } else { self.bare.request(sent) };
            read(client.await.map_err(|error| no_reply(&error))?).await
        };
        tokio::time::timeout(patience, exchange).await.unwrap_or(Err(NoReply::Lost(Lost::TimedOut)))
    }

    fn tls(&self) -> Result<&Tls, NoReply> {
        let client = self.tls.get_or_init(|| {
            let roots = HttpsConnectorBuilder::new()
                .with_native_roots()
                .map_err(|error| format!("this computer has no certificates to trust: {error}"))?;
            Ok(builder().build(roots.https_only().enable_http1().wrap_connector(connector())))
        });
        client.as_ref().map_err(|why| NoReply::NeverLeft { step: Step::Trust, why: why.clone() })
    }
}

fn connector() -> HttpConnector {
    let mut connector = HttpConnector::new();
    connector.enforce_http(false);
    connector.set_nodelay(true);
    connector.set_connect_timeout(Some(CONNECT_TIMEOUT));
    connector
}

fn builder() -> hyper_util::client::legacy::Builder {
    let mut builder = Client::builder(TokioExecutor::new());
    builder.pool_timer(TokioTimer::new()).pool_idle_timeout(IDLE_MAX);
    builder
}

fn request(call: Call) -> Result<Request<Full<Bytes>>, String> {
    let mut request = Request::builder().method(call.method.as_str()).uri(&call.url);
    if let Some(headers) = request.headers_mut() {
        headers.insert(USER_AGENT, HeaderValue::from_static(concat!("paydesk/", env!("CARGO_PKG_VERSION"))));
        for (name, value) in call.headers {
            let value = HeaderValue::try_from(value)
                .map_err(|_| format!("the header {name} has a character that HTTP does not allow"))?;
            headers.insert(HeaderName::try_from(name).map_err(|_| format!("{name} is no header"))?, value);
        }
    }
    request.body(Full::from(call.body)).map_err(|error| format!("the provider's address is wrong: {error}"))
}

async fn read(response: Response<hyper::body::Incoming>) -> Result<Reply, NoReply> {
    let status = response.status().as_u16();
    let headers = response
        .headers()
        .iter()
        .map(|(name, value)| {
            (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        })
        .collect();
    let body = Limited::new(response.into_body(), REPLY_BYTES_MAX).collect().await.map_err(|error| {
        let too_long = error.is::<http_body_util::LengthLimitError>();
        if too_long { NoReply::TooLong } else { NoReply::Lost(Lost::ConnectionBroke) }
    })?;
    Ok(Reply { status, headers, body: body.to_bytes().to_vec() })
}

fn no_reply(error: &Error) -> NoReply {
    if error.is_connect() {
        return NoReply::NeverLeft { step: failed_step(error), why: innermost(error) };
    }
    NoReply::Lost(Lost::ConnectionBroke)
}

/// Which step failed, by the causes of a connection error: resolving and connecting name themselves, and what comes
/// after them is the handshake.
fn failed_step(error: &dyn std::error::Error) -> Step {
    let mut cause = Some(error);
    while let Some(this) = cause {
        match this.to_string() {
            said if said.starts_with("dns error") => return Step::Address,
            said if said.starts_with("tcp connect error") => return Step::Connection,
            _ => cause = this.source(),
        }
    }
    Step::Trust
}

/// The cause that says most: `Connection refused (os error 111)`.
fn innermost(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use provider_contract::HttpMethod;
    use tokio::net::TcpListener;

    fn call(url: &str, headers: Vec<(&'static str, String)>) -> Call {
        let (url, body) = (url.to_owned(), b"?".to_vec());
        Call { method: HttpMethod::Post, url, headers, body, client_certificate: false }
    }

    async fn send(url: &str, headers: Vec<(&'static str, String)>) -> Result<Reply, NoReply> {
        Wire::new().ask(call(url, headers), Duration::from_secs(2)).await
    }

    #[tokio::test]
    async fn what_could_not_be_sent_never_left() {
        let nobody = TcpListener::bind("127.0.0.1:0").await.expect("a free port").local_addr().expect("one");
        let nobody = format!("http://{nobody}/pay");
        let line_break = vec![("x-note", "a\r\nb".to_owned())];
        for (url, headers, at, said) in [
            (nobody.as_str(), vec![], Step::Connection, "Connection refused"),
            ("http://no-such-host.invalid/pay", vec![], Step::Address, ""),
            ("not an address", vec![], Step::Connection, "the provider's address is wrong"),
            (nobody.as_str(), line_break, Step::Connection, "the header x-note has a character"),
        ] {
            let error = send(url, headers).await.expect_err(url);
            let fits =
                matches!(&error, NoReply::NeverLeft { step, why } if *step == at && why.contains(said));
            assert!(fits, "{url}: {error:?}");
        }
    }

    /// A server that speaks no TLS: the handshake fails, and of the request nothing has gone.
    #[tokio::test]
    async fn without_a_handshake_nothing_left() {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("https://{}/pay", listener.local_addr().expect("an address"));
        let server = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.expect("a connection");
            let mut first = vec![0; 4096];
            let read = stream.read(&mut first).await.expect("a greeting");
            stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.expect("it takes it");
            String::from_utf8_lossy(&first[..read]).contains("/pay")
        });
        let error = send(&url, vec![]).await.expect_err("no TLS there");
        assert!(matches!(error, NoReply::NeverLeft { step: Step::Trust, .. }), "{error:?}");
        assert!(!server.await.expect("it ends"), "the request was not in what arrived");
    }

    #[tokio::test]
    async fn without_a_certificate_a_call_that_needs_one_never_left() {
        for url in ["http://127.0.0.1:1/refund", "https://127.0.0.1:1/refund"] {
            let call = Call { client_certificate: true, ..call(url, vec![]) };
            let error = Wire::new().ask(call, Duration::from_secs(2)).await.expect_err(url);
            let fits =
                matches!(&error, NoReply::NeverLeft { step: Step::Trust, why } if why == CERTIFICATE_NEEDED);
            assert!(fits, "{url}: {error:?}");
        }
    }
}
