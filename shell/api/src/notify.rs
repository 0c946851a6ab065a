//! Where providers tell us things: the bytes go to the drive as they came, and its answer goes back.

use crate::body::{BODY_MAX, id};
use crate::problem::{Code, Problem};
use crate::state::ApiState;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use base::ChannelId;
use provider_contract::HttpRequest;

/// A provider's notification. A reason to look, never a proof.
pub(crate) async fn take(
    State(state): State<ApiState>,
    path: Result<Path<(String, String)>, axum::extract::rejection::PathRejection>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Result<Bytes, axum::extract::rejection::BytesRejection>,
) -> Result<Response, Problem> {
    let Path((provider, channel)) = path.map_err(|_| Code::NoSuchChannel)?;
    let channel: ChannelId = id(&channel, "channel").map_err(|_| Code::NoSuchChannel)?;
    let setup = state.handle().channel(channel).ok_or(Code::NoSuchChannel)?;
    if setup.provider.capabilities().name != provider {
        return Err(Code::NoSuchChannel.into());
    }
    let body = body.map_err(|_| Code::BodyTooLarge)?;
    debug_assert!(body.len() <= BODY_MAX);
    let target = uri.path_and_query().map_or("/", |target| target.as_str()).to_owned();
    let request = HttpRequest {
        method: method.as_str().to_owned(),
        target,
        headers: texts(&headers),
        body: body.to_vec(),
    };
    let reply = state.handle().notice(channel, &request).await;
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, reply.body).into_response();
    for (name, value) in reply.headers {
        let name = axum::http::HeaderName::try_from(name);
        let value = axum::http::HeaderValue::try_from(value);
        if let (Ok(name), Ok(value)) = (name, value) {
            response.headers_mut().insert(name, value);
        }
    }
    Ok(response)
}

/// Names and values, as the drive takes them.
pub(crate) fn texts(headers: &HeaderMap) -> Vec<(String, String)> {
    let pairs = headers.iter();
    pairs
        .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect()
}
