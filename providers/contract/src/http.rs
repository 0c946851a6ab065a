//! HTTP as values: what is sent and what came back, without anything that sends.
//!
//! Some calls of some providers need mutual TLS. The call says so and the shell, which owns the merchant's
//! certificate, shows it. Whoever ends the TLS at the other side tells those behind it with a header, the way
//! RFC 9440 has it; here that is the simulator's host.

use std::fmt;

/// Tells a simulator that its host has seen the client's certificate and checked it (RFC 9440: the certificate, DER in
/// base64 between colons). A host takes away whatever a client itself has written there.
pub const CLIENT_CERTIFICATE: &str = "client-cert";

/// The methods providers use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HttpMethod {
    /// Read.
    Get,
    /// Act.
    Post,
}

impl HttpMethod {
    /// `GET` or `POST`.
    pub fn as_str(self) -> &'static str {
        match self {
            HttpMethod::Get => "GET",
            HttpMethod::Post => "POST",
        }
    }
}

/// A request to a provider, ready to be sent as it is: the signature covers these very bytes. Prints neither query
/// nor body, since either may hold a payer's code.
#[derive(Clone, PartialEq, Eq)]
pub struct Call {
    /// Method.
    pub method: HttpMethod,
    /// Scheme, host, path and query: `https://api.example/v3/pay?x=1`. With the scheme `frame` it is no HTTP at all:
    /// [`Call::frame`].
    pub url: String,
    /// Header names and values. The shell adds Host, Content-Length and User-Agent.
    pub headers: Vec<(&'static str, String)>,
    /// Body; empty if there is none.
    pub body: Vec<u8>,
    /// The provider takes it only over a connection on which the merchant's own certificate was shown. Without one
    /// the shell does not send it.
    pub client_certificate: bool,
}

impl Call {
    /// A POST of a body of that type, for which no certificate is shown.
    pub fn post(url: String, content_type: &str, body: impl Into<Vec<u8>>) -> Call {
        let headers = vec![("content-type", content_type.to_owned())];
        Call { method: HttpMethod::Post, url, headers, body: body.into(), client_certificate: false }
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ({} bytes)", self.method.as_str(), before_query(&self.url), self.body.len())
    }
}

impl fmt::Debug for HttpRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ({} bytes)", self.method, self.path(), self.body.len())
    }
}

fn before_query(address: &str) -> &str {
    address.split_once('?').map_or(address, |(path, _)| path)
}

/// What a provider replied, byte for byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// Header names (lower case) and values.
    pub headers: Vec<(String, String)>,
    /// Body as received; signatures are verified over it, never over a re-serialization.
    pub body: Vec<u8>,
}

/// A request that reaches us (a notification) or a simulator. Prints neither query nor body.
#[derive(Clone, PartialEq, Eq)]
pub struct HttpRequest {
    /// `GET`, `POST` ...
    pub method: String,
    /// Path and query as on the request line, still percent-encoded.
    pub target: String,
    /// Header names (lower case) and values.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Vec<u8>,
}

/// What we, or a simulator, reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpReply {
    /// HTTP status.
    pub status: u16,
    /// Header names and values.
    pub headers: Vec<(&'static str, String)>,
    /// Body.
    pub body: Vec<u8>,
}

/// The first header of that name; `name` in lower case.
fn header<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

impl Reply {
    /// The first header of that name, whatever its case.
    pub fn header(&self, name: &str) -> Option<&str> {
        header(&self.headers, name)
    }
}

impl HttpRequest {
    /// The first header of that name, whatever its case.
    pub fn header(&self, name: &str) -> Option<&str> {
        header(&self.headers, name)
    }

    /// The path without the query, still percent-encoded.
    pub fn path(&self) -> &str {
        before_query(&self.target)
    }

    /// The query without its question mark; empty if there is none.
    pub fn query(&self) -> &str {
        self.target.split_once('?').map_or("", |(_, query)| query)
    }
}

impl HttpReply {
    /// A reply with a body of the given type.
    pub fn new(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> HttpReply {
        HttpReply { status, headers: vec![("content-type", content_type.to_owned())], body: body.into() }
    }
}

/// In memory, a simulator's reply is what the caller receives.
impl From<HttpReply> for Reply {
    fn from(reply: HttpReply) -> Reply {
        let headers =
            reply.headers.into_iter().map(|(name, value)| (name.to_ascii_lowercase(), value)).collect();
        Reply { status: reply.status, headers, body: reply.body }
    }
}

/// In memory, a call is what the simulator receives; a certificate that it needs counts as shown.
impl From<&Call> for HttpRequest {
    fn from(call: &Call) -> HttpRequest {
        let after_scheme = call.url.split_once("://").map_or(call.url.as_str(), |(_, rest)| rest);
        let (host, target) = match after_scheme.find('/') {
            Some(slash) => after_scheme.split_at(slash),
            None => (after_scheme, "/"),
        };
        let given = call.headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), value.clone()));
        let shown = call.client_certificate.then(|| (CLIENT_CERTIFICATE.to_owned(), "::".to_owned()));
        HttpRequest {
            method: call.method.as_str().to_owned(),
            target: target.to_owned(),
            headers: std::iter::once(("host".to_owned(), host.to_owned()))
                .chain(given)
                .chain(shown)
                .collect(),
            body: call.body.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_prints_nothing_of_what_it_carries() {
        let call = Call {
            method: HttpMethod::Post,
            url: "https://api.example/gateway.do?auth_code=134567890123456789".to_owned(),
            headers: vec![("Authorization", "secret".to_owned())],
            body: b"134567890123456789".to_vec(),
            client_certificate: false,
        };
        assert_eq!(format!("{call:?}"), "POST https://api.example/gateway.do (18 bytes)");
        assert_eq!(format!("{:?}", HttpRequest::from(&call)), "POST /gateway.do (18 bytes)");
    }
}
