//! The gateway's door: which requests are let in, and what the others are told.

use super::Face;
use crate::sign;
use crate::wire::{Api, Content, Params, Response, TIME_PATTERN};
use base::{Timestamp, Zone};
use provider_contract::HttpRequest;
use provider_contract::signing::Verify;
use std::time::Duration;

/// Longest request line's target.
pub(super) const TARGET_MAX: usize = 32 * 1024;
/// Longest body.
pub(super) const BODY_MAX: usize = 64 * 1024;
/// How far a client's clock may be off.
pub(super) const CLOCK_MAX: Duration = Duration::from_secs(300);

/// A request that was let in.
#[derive(Debug)]
pub(super) struct Admitted {
    /// What it asks for.
    pub api: Api,
    /// With what.
    pub content: Content,
    /// Where notifications shall go.
    pub notify_url: Option<String>,
    /// At which host and port the gateway was reached.
    pub host: String,
}

/// What a request that was not let in is told.
pub(super) enum Refused {
    /// By HTTP alone: it did not speak to the gateway at all.
    Http(u16, &'static str),
    /// By a reply that cannot be signed, because the application is not known.
    Unsigned(Face, Complaint),
    /// By a signed reply.
    Signed(Face, Complaint),
}

/// What the gateway itself finds wrong with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Complaint {
    code: &'static str,
    msg: &'static str,
    sub_code: &'static str,
    sub_msg: &'static str,
}

impl Complaint {
    /// The complaint as an answer.
    pub fn response(self) -> Response {
        Response {
            code: Some(self.code.to_owned()),
            msg: Some(self.msg.to_owned()),
            sub_code: Some(self.sub_code.to_owned()),
            sub_msg: Some(self.sub_msg.to_owned()),
            ..Response::default()
        }
    }
}

/// What the door knows.
pub(super) struct Gate<'a> {
    /// The gateway's path.
    pub path: &'a str,
    /// The one application.
    pub app_id: &'a str,
    /// Its key.
    pub key: &'a dyn Verify,
}

impl Gate<'_> {
    /// Lets a request in or says why not.
    pub fn admit(&self, request: &HttpRequest, now: Timestamp) -> Result<Admitted, Refused> {
        self.speaks_http(request)?;
        let Ok(params) = params_of(request) else {
            let complaint = wrong("isv.invalid-parameter", "参数无效：不是有效的表单编码，或同名参数重复");
            return Err(Refused::Unsigned(Face::Classic("error_response".to_owned()), complaint));
        };
        let api = params.get("method").and_then(|name| Api::named(name));
        let face = Face::Classic(api.map_or_else(|| "error_response".to_owned(), Api::response_key));
        if let Err(complaint) = self.application(params.get("app_id").map(String::as_str)) {
            return Err(Refused::Unsigned(face, complaint));
        }
        self.signed(&params, now)
            .and_then(|()| {
                let api = match (api, params.contains_key("method")) {
                    (Some(api), _) => api,
                    (None, true) => return Err(wrong("isv.invalid-method", "不存在的方法名")),
                    (None, false) => return Err(missing("isv.missing-method", "缺少方法名参数")),
                };
                Ok(Admitted {
                    api,
                    content: content_of(&params)?,
                    notify_url: notify_url_of(&params)?,
                    host: request.header("host").unwrap_or("127.0.0.1").to_owned(),
                })
            })
            .map_err(|complaint| Refused::Signed(face, complaint))
    }

    fn speaks_http(&self, request: &HttpRequest) -> Result<(), Refused> {
        if request.target.len() > TARGET_MAX {
            return Err(Refused::Http(414, "the address is too long"));
        }
        if request.path() != self.path {
            return Err(Refused::Http(
                404,
                "there is nothing at this address; the gateway is at /gateway.do",
            ));
        }
        if request.method != "GET" && request.method != "POST" {
            return Err(Refused::Http(405, "the gateway takes GET and POST"));
        }
        if request.body.len() > BODY_MAX {
            return Err(Refused::Http(413, "the body is larger than 64 KiB"));
        }
        Ok(())
    }

    pub(super) fn application(&self, app_id: Option<&str>) -> Result<(), Complaint> {
        match app_id {
            None | Some("") => Err(missing("isv.missing-app-id", "缺少AppID参数")),
            Some(app_id) if app_id != self.app_id => Err(wrong("isv.invalid-app-id", "无效的AppID参数")),
            Some(_) => Ok(()),
        }
    }

    fn signed(&self, params: &Params, now: Timestamp) -> Result<(), Complaint> {
        let value = |name: &str| params.get(name).map(String::as_str).filter(|value| !value.is_empty());
        match value("sign_type") {
            None => return Err(missing("isv.missing-signature-type", "缺少签名类型参数")),
            Some("RSA2") => {}
            Some(_) => return Err(wrong("isv.invalid-signature-type", "无效签名类型")),
        }
        if value("charset").is_some_and(|charset| !charset.eq_ignore_ascii_case("utf-8")) {
            return Err(wrong("isv.invalid-charset", "字符集错误"));
        }
        if value("format").is_some_and(|format| !format.eq_ignore_ascii_case("json")) {
            return Err(wrong("isv.invalid-format", "无效的数据格式"));
        }
        let signature = value("sign").ok_or_else(|| missing("isv.missing-signature", "缺少签名参数"))?;
        if !self.key.verify(sign::request_text(params).as_bytes(), signature) {
            return Err(wrong(
                "isv.invalid-signature",
                "验签出错，建议检查签名字符串或签名私钥与应用公钥是否匹配",
            ));
        }
        match value("version") {
            None => return Err(missing("isv.missing-version", "缺少版本参数")),
            Some("1.0") => {}
            Some(_) => return Err(wrong("isv.invalid-version", "无效的版本参数")),
        }
        let timestamp =
            value("timestamp").ok_or_else(|| missing("isv.missing-timestamp", "缺少时间戳参数"))?;
        if !near(timestamp, now) {
            return Err(wrong("isv.invalid-timestamp", "非法的时间戳参数"));
        }
        Ok(())
    }
}

/// Query and form together: clients put their parameters in either.
fn params_of(request: &HttpRequest) -> Result<Params, sign::BadForm> {
    let mut params = Params::new();
    sign::decode_form(request.query(), &mut params)?;
    if request.method == "POST" {
        let body = std::str::from_utf8(&request.body).map_err(|_| sign::BadForm::NotEncoded)?;
        sign::decode_form(body, &mut params)?;
    }
    Ok(params)
}

/// The timestamp is a wall clock without a zone. It ought to be Beijing's, yet widespread clients write
/// whatever zone their machine has, so any zone's clock passes (zones differ by half hours, but for two).
fn near(timestamp: &str, now: Timestamp) -> bool {
    const HALF_HOUR: i64 = 30 * 60;
    let Some(theirs) = Timestamp::parse_local(timestamp, TIME_PATTERN, Zone::CHINA) else { return false };
    let off = theirs.as_seconds() - now.as_seconds();
    let from_zone = (off + HALF_HOUR / 2).rem_euclid(HALF_HOUR) - HALF_HOUR / 2;
    // From UTC-12 to UTC+14, as seen from Beijing.
    let zones = (-20 * 3600 - HALF_HOUR / 2..=6 * 3600 + HALF_HOUR / 2).contains(&off);
    zones && from_zone.unsigned_abs() <= CLOCK_MAX.as_secs()
}

fn content_of(params: &Params) -> Result<Content, Complaint> {
    let text = params
        .get("biz_content")
        .filter(|text| !text.is_empty())
        .ok_or_else(|| missing("isv.missing-parameter", "缺少参数 biz_content"))?;
    let not_an_object = || wrong("isv.invalid-parameter", "biz_content 不是有效的 JSON 对象");
    if !text.trim_start().starts_with('{') {
        return Err(not_an_object());
    }
    serde_json::from_str(text).map_err(|_| not_an_object())
}

fn notify_url_of(params: &Params) -> Result<Option<String>, Complaint> {
    checked_notify_url(params.get("notify_url"))
}

/// Where notifications shall go; nowhere if nothing is said.
pub(super) fn checked_notify_url(url: Option<&String>) -> Result<Option<String>, Complaint> {
    let Some(url) = url.filter(|url| !url.is_empty()) else { return Ok(None) };
    if url.starts_with("http://") || url.starts_with("https://") {
        return Ok(Some(url.clone()));
    }
    Err(wrong("isv.invalid-parameter", "notify_url 不是有效的地址"))
}

pub(super) fn missing(sub_code: &'static str, sub_msg: &'static str) -> Complaint {
    Complaint { code: "40001", msg: "Missing Required Arguments", sub_code, sub_msg }
}

pub(super) fn wrong(sub_code: &'static str, sub_msg: &'static str) -> Complaint {
    Complaint { code: "40002", msg: "Invalid Arguments", sub_code, sub_msg }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_may_be_five_minutes_off_in_any_zone() {
        let now = Timestamp::parse("2026-11-23T12:00:00+08:00").unwrap();
        for good in ["12:00:00", "12:05:00", "11:55:00", "04:03:00", "17:30:00", "09:34:59"] {
            assert!(near(&format!("2026-11-23 {good}"), now), "{good}");
        }
        for bad in [
            "2026-11-23 12:05:01",
            "2026-11-23 11:50:00",
            "2026-11-23 12:20:00",
            "2026-11-22 12:00:00",
            "2026-11-23",
            "now",
            "",
        ] {
            assert!(!near(bad, now), "{bad}");
        }
    }
}
