//! Parsing at the door: JSON bodies, queries, ids and keys become values or a problem that says where it lies.
//!
//! A body may hold a payer's code, so nothing of its values is ever repeated in a problem.

use crate::problem::{Code, Problem};
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use serde::de::DeserializeOwned;
use serde_json::error::Category;

/// The largest body, in bytes.
pub const BODY_MAX: usize = 64 * 1024;

/// A body that was read strictly.
pub(crate) struct Strict<T>(pub(crate) T);

/// A query that was read strictly.
pub(crate) struct Asked<T>(pub(crate) T);

/// The part of the address that differs: an id or a token, still to be read.
pub(crate) struct AtPath(pub(crate) String);

impl<S: Send + Sync> FromRequestParts<S> for AtPath {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<AtPath, Problem> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        path.map(|Path(text)| AtPath(text)).map_err(|_| Code::NoSuchPage.into())
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Strict<T> {
    type Rejection = Problem;
    async fn from_request(request: Request, state: &S) -> Result<Strict<T>, Problem> {
        if !is_json(request.headers()) {
            return Err(Code::ContentTypeNotJson.into());
        }
        let bytes = Bytes::from_request(request, state).await.map_err(|why| {
            let too_large = axum::response::IntoResponse::into_response(why).status();
            match too_large {
                StatusCode::PAYLOAD_TOO_LARGE => Problem::from(Code::BodyTooLarge),
                _ => Problem::with(Code::MalformedJson, "没有收完整", "it did not arrive whole"),
            }
        })?;
        read_json(&bytes).map(Strict)
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Asked<T>, Problem> {
        let query = Query::<T>::from_request_parts(parts, state).await;
        query.map(|Query(value)| Asked(value)).map_err(|why| {
            let detail = harmless(&why.body_text());
            Problem::with(Code::UnacceptableQuery, &detail, &detail)
        })
    }
}

/// Reads a body as JSON of exactly this shape.
pub(crate) fn read_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(bytes).map_err(|why| {
        let (line, column) = (why.line(), why.column());
        match why.classify() {
            Category::Data => {
                let detail = harmless(&why.to_string());
                Problem::with(Code::UnacceptableBody, &detail, &detail)
            }
            Category::Syntax | Category::Eof | Category::Io => Problem::with(
                Code::MalformedJson,
                format!("第 {line} 行第 {column} 个字符处读不下去"),
                format!("it cannot be read at line {line}, column {column}"),
            ),
        }
    })
}

/// Reads an id of the address or the body.
pub(crate) fn id<Id: std::str::FromStr>(text: &str, what: &'static str) -> Result<Id, Problem> {
    text.parse().map_err(|_| {
        Problem::with(
            Code::MalformedId,
            what,
            format!("{what} must look like 018f3c1e-5b7a-7c3d-9e2f-0123456789ab"),
        )
    })
}

/// The request's idempotency key.
pub(crate) fn idempotency_key(headers: &HeaderMap) -> Result<String, Problem> {
    let value = headers.get("idempotency-key").ok_or(Code::IdempotencyKeyMissing)?;
    visible_key(value.as_bytes())
}

/// A key, if these bytes are one.
pub(crate) fn visible_key(bytes: &[u8]) -> Result<String, Problem> {
    let visible = bytes.iter().all(|byte| byte.is_ascii_graphic());
    if !visible || !(1..=128).contains(&bytes.len()) {
        return Err(Code::IdempotencyKeyMalformed.into());
    }
    Ok(String::from_utf8_lossy(bytes).into_owned())
}

/// A text for slips and providers: at most so many characters, all of them printable.
pub(crate) fn line(text: &str, name: &'static str, chars_max: usize) -> Result<String, Problem> {
    let trimmed = text.trim();
    if trimmed.chars().count() > chars_max {
        let zh = format!("{name} 最多 {chars_max} 个字符");
        return Err(Problem::with(Code::TextTooLong, zh, format!("{name} takes {chars_max} characters")));
    }
    if trimmed.chars().any(char::is_control) {
        return Err(Problem::with(Code::TextNotPrintable, name, name));
    }
    Ok(trimmed.to_owned())
}

fn is_json(headers: &HeaderMap) -> bool {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    content_type.is_some_and(|value| {
        value.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json")
    })
}

/// The parser's words without the values it quotes: what was expected, and names of fields, may stay.
fn harmless(words: &str) -> String {
    let expected = words.split_once(", expected ").map(|(_, rest)| format!("expected {rest}"));
    let quotes_a_value = words.contains("invalid type:")
        || words.contains("invalid value:")
        || words.contains("invalid length:")
        || words.contains("unknown variant");
    let kept = match expected {
        Some(expected) if quotes_a_value => expected,
        _ if quotes_a_value => "a value of another type was expected".to_owned(),
        _ => words.to_owned(),
    };
    mask_digits(&kept)
}

/// Hides runs of six digits or more, which could be part of a code.
fn mask_digits(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut run = String::new();
    for c in text.chars().chain(std::iter::once('\0')) {
        if c.is_numeric() {
            run.push(c);
            continue;
        }
        masked.push_str(if run.chars().count() >= 6 { "••••••" } else { &run });
        run.clear();
        masked.push(c);
    }
    masked.pop();
    masked
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only its shape matters")]
    struct Shape {
        code: String,
        count: Option<u32>,
    }

    #[test]
    fn a_problem_says_where_and_repeats_no_value() {
        let check = |body: &str| format!("{:?}", read_json::<Shape>(body.as_bytes()).expect_err(body));
        let code = "134567890123456789";
        for body in [
            r#"{"code":134567890123456789}"#,
            r#"{"code":"134567890123456789","count":"134567890123456789"}"#,
            r#"{"134567890123456789":1}"#,
            r#"{"code":"134567890123456789""#,
            r#"["134567890123456789"]"#,
        ] {
            assert!(!check(body).contains(&code[..8]), "{}", check(body));
        }
        assert!(check(r#"{"code":"1","count":-1}"#).contains("expected u32 at line 1 column 22"));
        assert!(check(r#"{"code":"1","cod":1}"#).contains("unknown field `cod`"));
        assert!(check("{\n  \"code\": }").contains("line 2, column 11"));
    }

    #[test]
    fn keys_are_visible_ascii_of_a_sane_length() {
        let check = |key: &[u8]| {
            let value = HeaderValue::from_bytes(key).expect("a header value");
            let headers: HeaderMap =
                [(axum::http::HeaderName::from_static("idempotency-key"), value)].into_iter().collect();
            idempotency_key(&headers).map_err(|problem| problem.code())
        };
        assert_eq!(check(b"a-1"), Ok("a-1".to_owned()));
        for wrong in [b"".as_slice(), b"two words", "键".as_bytes(), &[b'a'; 129]] {
            assert_eq!(check(wrong), Err("idempotency_key_malformed"), "{wrong:?}");
        }
        let missing = idempotency_key(&HeaderMap::new()).map_err(|problem| problem.code());
        assert_eq!(missing, Err("idempotency_key_missing"));
    }
}
