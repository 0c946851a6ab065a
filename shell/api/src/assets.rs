//! The pages: three entries, their files, and headers that let browsers run nothing else.

use crate::problem::{Code, Problem};
use crate::state::{ApiState, Asset};
use aws_lc_rs::digest;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};

/// Scripts only from here; styles also inline, because the console's components make theirs at run time.
const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
     img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self'; manifest-src 'self'; \
     object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Serves a file of the pages, or the page that an address belongs to.
pub(crate) async fn serve(
    State(state): State<ApiState>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let path = uri.path();
    let file = find(&state, path).ok_or(Code::NoSuchPage)?;
    if !matches!(method, Method::GET | Method::HEAD) {
        return Err(Code::MethodNotAllowed.into());
    }
    Ok(respond(file, path, &headers))
}

fn find(state: &ApiState, path: &str) -> Option<Asset> {
    let name = path.strip_prefix('/')?;
    let odd = name.contains("..") || name.contains("//") || name.contains(['\\', '%']);
    if odd || path.starts_with("/v1/") || path.starts_with("/notify/") {
        return None;
    }
    let exact = (!name.is_empty()).then(|| state.setup.assets.file(name)).flatten();
    exact.or_else(|| state.setup.assets.file(entry(path)?))
}

/// The page an address belongs to; the page itself reads the rest of the address.
fn entry(path: &str) -> Option<&'static str> {
    let mut parts = path.trim_start_matches('/').split('/');
    let first = parts.next().unwrap_or_default();
    let last_is_file = path.rsplit('/').next().is_some_and(|last| last.contains('.'));
    match first {
        _ if last_is_file => None,
        "" | "r" | "demo" | "status" => Some("public.html"),
        "till" => Some("till.html"),
        "console" => Some("console.html"),
        _ => None,
    }
}

fn respond(file: Asset, path: &str, headers: &HeaderMap) -> Response {
    // Names of built files carry a hash of their content, so they never change.
    let forever = path.starts_with("/assets/");
    let mark = (!forever).then(|| etag(&file.bytes));
    let unchanged = mark.as_ref().is_some_and(|mark| headers.get(header::IF_NONE_MATCH) == Some(mark));
    let mut response = match unchanged {
        true => StatusCode::NOT_MODIFIED.into_response(),
        false => Body::from(file.bytes.into_owned()).into_response(),
    };
    let set = response.headers_mut();
    if let Ok(content_type) = HeaderValue::try_from(file.content_type) {
        set.insert(header::CONTENT_TYPE, content_type);
    }
    let cache = if forever { "public, max-age=31536000, immutable" } else { "no-cache" };
    set.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    set.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CONTENT_SECURITY_POLICY));
    if let Some(mark) = mark {
        set.insert(header::ETAG, mark);
    }
    response
}

fn etag(bytes: &[u8]) -> HeaderValue {
    let hash = digest::digest(&digest::SHA256, bytes);
    let hex: String = hash.as_ref().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    // Weak, because the same page may travel compressed or not.
    HeaderValue::try_from(format!("W/\"{hex}\"")).expect("hex is a header value")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_belong_to_pages() {
        let table = [
            "/",
            "/till",
            "/till/",
            "/till/today",
            "/console/payments/1",
            "/r/abc",
            "/demo/codes",
            "/status",
        ];
        let seen: Vec<String> =
            table.iter().map(|path| format!("{path} {}", entry(path).unwrap_or("-"))).collect();
        expect_test::expect![[r#"
            / public.html
            /till till.html
            /till/ till.html
            /till/today till.html
            /console/payments/1 console.html
            /r/abc public.html
            /demo/codes public.html
            /status public.html"#]]
        .assert_eq(&seen.join("\n"));
        for nothing in ["/admin", "/till/old.js", "/assets/x.js", "/.git/config", "/v1"] {
            assert_eq!(entry(nothing), None, "{nothing}");
        }
    }
}
