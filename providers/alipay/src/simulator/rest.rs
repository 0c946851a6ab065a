//! The simulator's face in REST: who is let in, and how answers are worded.

use super::Face;
use super::gate::{Admitted, BODY_MAX, CLOCK_MAX, Complaint, Gate, Refused, TARGET_MAX, checked_notify_url};
use super::gate::{missing, wrong};
use crate::rest::sign::{Authorization, NONCE, SIGNATURE, TIMESTAMP, TRACE_ID, answer_text};
use crate::rest::wire::{AWAITING_PAYER, Failure};
use crate::sign;
use crate::wire::{Api, Content, Params, Response};
use base::Timestamp;
use provider_contract::{HttpReply, HttpRequest, Moment};

/// What every path begins with.
pub(super) const PREFIX: &str = "/v3/";

impl Gate<'_> {
    /// Lets a request in or says why not.
    pub fn admit_rest(&self, request: &HttpRequest, now: Timestamp) -> Result<Admitted, Refused> {
        if request.target.len() > TARGET_MAX {
            return Err(Refused::Http(414, "the address is too long"));
        }
        if request.body.len() > BODY_MAX {
            return Err(Refused::Http(413, "the body is larger than 64 KiB"));
        }
        let api = Api::at(request.path()).ok_or(Refused::Http(404, "there is no such method"))?;
        let method = if api == Api::BillAddress { "GET" } else { "POST" };
        if request.method != method {
            return Err(Refused::Http(405, "this method is asked in another way"));
        }
        let header = request.header("authorization").unwrap_or_default();
        let sent = match Authorization::parse(header) {
            Ok(sent) => sent,
            Err("app_id") => return Err(unsigned(missing("isv.missing-app-id", "缺少AppID参数"))),
            Err(_) => return Err(unsigned(missing("isv.missing-signature", "缺少签名参数"))),
        };
        self.application(Some(sent.app_id)).map_err(unsigned)?;
        let body = std::str::from_utf8(&request.body).unwrap_or_default();
        if !sent.fits(&request.method, &request.target, body, self.key) {
            let said = "验签出错，建议检查签名字符串或签名私钥与应用公钥是否匹配";
            return Err(signed(wrong("isv.invalid-signature", said)));
        }
        if !is_near(sent.timestamp, now) {
            return Err(signed(wrong("isv.invalid-timestamp", "非法的时间戳参数")));
        }
        let mut content = content_of(api, request, body).map_err(signed)?;
        let notify_url = checked_notify_url(content.notify_url.take().as_ref()).map_err(signed)?;
        let host = request.header("host").unwrap_or("127.0.0.1").to_owned();
        Ok(Admitted { api, content, notify_url, host })
    }
}

fn unsigned(complaint: Complaint) -> Refused {
    Refused::Unsigned(Face::Rest, complaint)
}

fn signed(complaint: Complaint) -> Refused {
    Refused::Signed(Face::Rest, complaint)
}

/// Milliseconds since 1970, within the clocks' allowance.
fn is_near(timestamp: &str, now: Timestamp) -> bool {
    let all_digits = timestamp.bytes().all(|byte| byte.is_ascii_digit());
    let then = timestamp.parse::<i64>().ok().filter(|_| all_digits);
    then.is_some_and(|then| u128::from(then.abs_diff(now.as_micros() / 1000)) <= CLOCK_MAX.as_millis())
}

fn content_of(api: Api, request: &HttpRequest, body: &str) -> Result<Content, Complaint> {
    if api == Api::BillAddress {
        let mut params = Params::new();
        sign::decode_form(request.query(), &mut params)
            .map_err(|_| wrong("isv.invalid-parameter", "查询参数无效"))?;
        let (bill_type, bill_date) = (params.remove("bill_type"), params.remove("bill_date"));
        return Ok(Content { bill_type, bill_date, ..Content::default() });
    }
    let not_an_object = || wrong("isv.invalid-parameter", "请求体不是有效的 JSON 对象");
    if !body.trim_start().starts_with('{') {
        return Err(not_an_object());
    }
    serde_json::from_str(body).map_err(|_| not_an_object())
}

/// The answer as REST writes it: by its status what the classic gateway says by a code, and its signature in headers.
pub(super) fn reply(
    response: &Response,
    sign: impl Fn(&[u8]) -> Option<String>,
    moment: &Moment,
) -> HttpReply {
    let (status, body) = match response.code.as_deref() {
        Some("10000") => {
            let plain = Response { code: None, msg: None, ..response.clone() };
            (200, serde_json::to_vec(&plain))
        }
        Some("10003") => (400, serde_json::to_vec(&failure(AWAITING_PAYER, "等待用户付款"))),
        Some("20000") => (500, serde_json::to_vec(&failure("SYSTEM_ERROR", "系统异常"))),
        _ => {
            let code = response.sub_code.as_deref().unwrap_or_default();
            let said = response.sub_msg.as_deref().unwrap_or_default();
            // The gateway's own codes stand without the prefix that the classic one gives them.
            (400, serde_json::to_vec(&failure(code.strip_prefix("isv.").unwrap_or(code), said)))
        }
    };
    let body = body.expect("texts make JSON");
    let timestamp = (moment.now.as_micros() / 1000).to_string();
    let nonce = moment.nonce_str().to_ascii_lowercase();
    let mut reply = HttpReply::new(status, "application/json;charset=utf-8", body);
    if let Some(signature) = sign(&answer_text(&timestamp, &nonce, &reply.body)) {
        reply.headers.push((SIGNATURE, signature));
    }
    reply.headers.extend([(TIMESTAMP, timestamp), (NONCE, nonce.clone()), (TRACE_ID, nonce)]);
    reply
}

fn failure(code: &str, message: &str) -> Failure {
    Failure { code: code.to_owned(), message: message.to_owned(), links: Vec::new() }
}
