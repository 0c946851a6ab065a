//! Seals replies to tills' devices: they ask over networks that nobody watches, and believe only what is sealed.

use crate::secrets::token_hash;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use provider_contract::seal::{ABOUT, HEADER, Seal};

/// A reply longer than this is not sealed; none that a till asks for is.
const SEALED_MAX: usize = 1 << 20;

/// Seals the reply to a request that says what it is about, with the hash of the key it came with.
pub(crate) async fn seal(request: Request, next: Next) -> Response {
    let Some((about, key)) = asked(request.headers()) else { return next.run(request).await };
    let (mut parts, body) = next.run(request).await.into_parts();
    // A body that cannot be read whole goes out empty and unsealed, and proves nothing.
    let Ok(bytes) = to_bytes(body, SEALED_MAX).await else {
        return Response::from_parts(parts, Body::empty());
    };
    let seal = Seal::of_key_hash(&key).make(&about, parts.status.as_u16(), &bytes);
    if let Ok(value) = HeaderValue::from_str(&seal) {
        parts.headers.insert(HEADER, value);
    }
    Response::from_parts(parts, Body::from(bytes))
}

/// What a till's request is about, and the hash of its key.
fn asked(headers: &HeaderMap) -> Option<(String, String)> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let key = text(header::AUTHORIZATION.as_str())?.strip_prefix("Bearer ")?;
    Some((text(ABOUT)?.to_owned(), token_hash(key)))
}
