//! Handing a request to the server that drives its payment, where several share a database.
//!
//! The request goes on as it came, with the caller's own proof of who it is; the other server checks that as if it
//! had come there first. So servers need no keys among themselves, and a request that is handed over can do no more
//! than one that was not. It is handed over once: whoever gets it answers it or says that it cannot just now.

use crate::body::BODY_MAX;
use crate::notify::texts;
use crate::problem::{Code, Problem};
use crate::state::ApiState;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use provider_contract::{HttpRequest, Reply};

/// Marks an answer: nothing was done, and the server at this address drives the payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DrivenAt(pub(crate) String);

/// Headers that this server sets itself.
const OURS: [HeaderName; 4] =
    [header::CONNECTION, header::CONTENT_LENGTH, header::TRANSFER_ENCODING, header::DATE];

/// Answers here what can be answered here; the rest is handed over.
pub(crate) async fn to_holder(State(state): State<ApiState>, request: Request, next: Next) -> Response {
    if !state.store().is_shared() || request.method().is_safe() {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, BODY_MAX).await else {
        return Problem::from(Code::BodyTooLarge).into_response();
    };
    let copy = HttpRequest {
        method: parts.method.as_str().to_owned(),
        target: parts.uri.path_and_query().map_or("/", |target| target.as_str()).to_owned(),
        headers: texts(&parts.headers),
        body: body.to_vec(),
    };
    let response = next.run(Request::from_parts(parts, Body::from(body))).await;
    let Some(DrivenAt(address)) = response.extensions().get().cloned() else { return response };
    match state.handle().pass(&address, &copy).await {
        Some(reply) => answer(reply),
        None => response,
    }
}

fn answer(reply: Reply) -> Response {
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::BAD_GATEWAY);
    let mut response = (status, reply.body).into_response();
    response.headers_mut().clear();
    for (name, value) in reply.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value))
            && !OURS.contains(&name)
        {
            response.headers_mut().append(name, value);
        }
    }
    response
}
