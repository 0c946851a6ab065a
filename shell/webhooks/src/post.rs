//! Posts a message and says what came back. Names are looked up at every connection, and only addresses that may be
//! told are connected to; where an answer leads elsewhere, nobody follows.

use crate::Networks;
use crate::address::{NotAnAddress, check_address, literal};
use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper::body::{Body, Bytes};
use hyper::header::{CONTENT_TYPE, USER_AGENT};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::Name;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tower::Service;

/// A system has so long to take a message. The specification recommends 15 to 30 seconds.
pub(crate) const PATIENCE: Duration = Duration::from_secs(15);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const IDLE_MAX: Duration = Duration::from_secs(20);
/// So much of an answer is kept for people, in characters.
const WORDS_MAX: usize = 200;
/// So much of an answer is read at all, in bytes.
const READ_MAX: usize = 4 * 1024;

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Posted {
    /// An answer, and how it begins.
    Answered {
        /// The HTTP status.
        status: u16,
        /// The beginning of its body.
        words: String,
    },
    /// None, and why not.
    Unanswered(String),
}

/// Posts messages; keeps connections for the next one.
pub(crate) struct Post {
    networks: Networks,
    plain: Client<HttpConnector<Guarded>, Full<Bytes>>,
    tls: Result<Client<HttpsConnector<HttpConnector<Guarded>>, Full<Bytes>>, String>,
}

impl Post {
    pub(crate) fn new(networks: Networks) -> Post {
        let tls = HttpsConnectorBuilder::new()
            .with_native_roots()
            .map(|roots| {
                let connector = connector(Guarded { networks, plain: false });
                builder().build(roots.https_only().enable_http1().wrap_connector(connector))
            })
            .map_err(|error| format!("this computer has no certificates to trust: {error}"));
        Post { networks, plain: builder().build(connector(Guarded { networks, plain: true })), tls }
    }

    /// Posts `body` with these headers.
    pub(crate) async fn send(&self, url: &str, headers: &[(&str, String)], body: Vec<u8>) -> Posted {
        match tokio::time::timeout(PATIENCE, self.exchange(url, headers, body)).await {
            Ok(Ok((status, words))) => Posted::Answered { status, words },
            Ok(Err(why)) => Posted::Unanswered(why),
            Err(_) => Posted::Unanswered(format!("no answer within {} seconds", PATIENCE.as_secs())),
        }
    }

    async fn exchange(
        &self,
        url: &str,
        headers: &[(&str, String)],
        body: Vec<u8>,
    ) -> Result<(u16, String), String> {
        // What was allowed when it was registered may be so no more.
        let uri = check_address(url, self.networks).map_err(|why: NotAnAddress| why.text().en)?;
        let secure = uri.scheme_str() == Some("https");
        let mut request = Request::post(uri)
            .header(USER_AGENT, concat!("paydesk/", env!("CARGO_PKG_VERSION")))
            .header(CONTENT_TYPE, "application/json");
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let request = request.body(Full::from(body)).map_err(|error| error.to_string())?;
        let answer = match (secure, &self.tls) {
            (true, Ok(client)) => client.request(request).await,
            (true, Err(why)) => return Err(why.clone()),
            (false, _) => self.plain.request(request).await,
        };
        let answer = answer.map_err(|error| innermost(&error))?;
        Ok((answer.status().as_u16(), words(answer.into_body()).await))
    }
}

/// How an answer begins, printable and short.
async fn words(mut body: impl Body<Data = Bytes> + Unpin) -> String {
    let mut read = Vec::new();
    while let Some(Ok(frame)) = body.frame().await {
        read.extend_from_slice(frame.data_ref().map_or(&[][..], |data| data));
        if read.len() >= READ_MAX {
            break;
        }
    }
    read.truncate(READ_MAX);
    let text = String::from_utf8_lossy(&read);
    let printable = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    printable.take(WORDS_MAX).collect::<String>().trim().to_owned()
}

fn builder() -> hyper_util::client::legacy::Builder {
    let mut builder = Client::builder(TokioExecutor::new());
    builder.pool_timer(TokioTimer::new()).pool_idle_timeout(IDLE_MAX);
    builder
}

fn connector(guarded: Guarded) -> HttpConnector<Guarded> {
    let mut connector = HttpConnector::new_with_resolver(guarded);
    connector.enforce_http(false);
    connector.set_nodelay(true);
    connector.set_connect_timeout(Some(CONNECT_TIMEOUT));
    connector
}

/// Looks names up and gives only addresses that may be told. (An address instead of a name is connected to without
/// being looked up; [`check_address`] has judged it by then.)
#[derive(Clone, Copy, Debug)]
struct Guarded {
    networks: Networks,
    plain: bool,
}

impl Service<Name> for Guarded {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let Guarded { networks, plain } = *self;
        Box::pin(async move {
            let host = name.as_str();
            let found: Vec<SocketAddr> = match literal(host) {
                Some(ip) => vec![SocketAddr::new(ip, 0)],
                None => tokio::net::lookup_host((host, 0)).await?.collect(),
            };
            let allowed: Vec<SocketAddr> =
                found.into_iter().filter(|address| networks.allow(address.ip(), plain)).collect();
            if allowed.is_empty() {
                let why = NotAnAddress::Private.text().en;
                return Err(io::Error::new(io::ErrorKind::PermissionDenied, why));
            }
            Ok(allowed.into_iter())
        })
    }
}

/// The cause that says most.
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
    use crate::why_not;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    /// A system that answers once with these bytes; gives where it is and what it is sent.
    async fn answering(answer: &'static str) -> (u16, tokio::task::JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let heard = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.expect("a connection");
            let mut heard = Vec::new();
            while !heard.ends_with(b"}") {
                let mut some = [0; 1024];
                let read = stream.read(&mut some).await.expect("a request");
                heard.extend_from_slice(&some[..read]);
            }
            stream.write_all(answer.as_bytes()).await.expect("it is taken");
            String::from_utf8(heard).expect("text")
        });
        (port, heard)
    }

    #[tokio::test]
    async fn an_answer_is_told_shortly_and_nobody_is_led_elsewhere() {
        let post = Post::new(Networks { private: true });
        let long =
            "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 9\r\n\r\nlook\tover";
        let (port, heard) = answering(long).await;
        let url = format!("http://localhost:{port}/hook?a=1");
        let posted = post.send(&url, &[("webhook-id", "msg_1".into())], b"{}".to_vec()).await;
        assert_eq!(posted, Posted::Answered { status: 302, words: "look over".into() });
        let heard = heard.await.expect("it heard").to_ascii_lowercase();
        for part in
            ["post /hook?a=1 http/1.1\r\n", "webhook-id: msg_1\r\n", "content-type: application/json\r\n"]
        {
            assert!(heard.contains(part), "{part} in {heard}");
        }
    }

    #[tokio::test]
    async fn a_name_that_leads_into_a_private_network_is_not_followed() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        // The name looks public to `check_address` if it is written like this, and resolves to this very computer.
        let mut guarded = Guarded { networks: Networks::default(), plain: false };
        let refused = guarded.call("localhost".parse().expect("a name")).await.expect_err("it is private");
        assert!(refused.to_string().contains("private network"), "{refused}");
        let post = Post::new(Networks::default());
        for url in [format!("https://127.0.0.1:{port}/"), format!("https://localhost:{port}/")] {
            let posted = post.send(&url, &[], Vec::new()).await;
            assert!(matches!(&posted, Posted::Unanswered(why) if why.contains("private")), "{posted:?}");
        }
        let nothing = tokio::time::timeout(Duration::from_millis(50), listener.accept()).await;
        assert!(nothing.is_err(), "nobody came");
    }

    #[tokio::test]
    async fn what_cannot_be_reached_says_why() {
        let nobody = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}/", nobody.local_addr().expect("an address"));
        drop(nobody);
        let posted = Post::new(Networks { private: true }).send(&url, &[], Vec::new()).await;
        assert!(matches!(&posted, Posted::Unanswered(why) if why.contains("refused")), "{posted:?}");
        // The reason's words follow from what the system calls it.
        let Posted::Unanswered(why) = posted else { return };
        assert!(why_not(None, &why).en.starts_with("Nobody is listening"), "{why}");
    }
}
