//! One request in, one signed reply out: who is asking, for what, and how the answer is signed.

use super::super::books::Face;
use super::super::checks::{Refusal, fingerprint, order_life, param, refusal};
use super::super::keys::names_public_key;
use super::super::orders::{Charge, Done, Giving, Show};
use super::super::{BODY_BYTES_MAX, Certificate, SigningKey, Simulator, Twist};
use super::bills;
use super::words::Outcome;
use crate::codes;
use crate::v3::resource;
use crate::v3::sign::{self, Authorization};
use crate::v3::wire::{
    Certificates, CloseRequest, CodepayRequest, EncryptedCertificate, NativeRequest, RefundRequest,
    ReverseRequest,
};
use base::{Timestamp, Zone};
use provider_contract::bills::BillSort;
use provider_contract::{Delivery, HttpReply, HttpRequest, Moment};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// What a path leads to.
#[derive(Debug, PartialEq, Eq)]
enum Route {
    Certificates,
    Codepay,
    Native,
    ByNumber(String),
    ByTransaction(String),
    Reverse(String),
    Close(String),
    Refund,
    RefundQuery(String),
    TradeBill,
    FundBill,
    BillFile,
}

impl Simulator {
    /// One request in API v3.
    pub(in crate::simulator) fn serve_v3(&mut self, request: &HttpRequest, moment: &Moment) -> Delivery {
        let outcome = self.outcome(request, moment).unwrap_or_else(Outcome::from);
        if outcome.twist == Twist::Lost {
            return Delivery::Nothing;
        }
        let delay = outcome.delay;
        Delivery::Reply { reply: self.signed(request, outcome, moment), delay }
    }

    fn outcome(&mut self, request: &HttpRequest, moment: &Moment) -> Result<Outcome, Refusal> {
        if request.body.len() > BODY_BYTES_MAX {
            return Err(refusal(413, "PARAM_ERROR", "请求体过大"));
        }
        let route = route(request)?;
        self.authenticate(request, moment.now)?;
        if self.key_named_by(request).is_none() {
            return Err(refusal(400, "PARAM_ERROR", "Wechatpay-Serial 不是有效的公钥 ID 或证书序列号"));
        }
        let (body, now) = (&request.body, moment.now);
        let done = match route {
            Route::Certificates => return self.certificates(moment),
            Route::TradeBill => return self.bill_address(BillSort::Trades, request, now),
            Route::FundBill => return self.bill_address(BillSort::Funds, request, now),
            Route::BillFile => return self.bill_file(request, now),
            Route::Codepay => self.codepay(&parsed(body)?, now),
            Route::Native => self.native(&parsed(body)?, now),
            Route::ByNumber(number) => {
                self.check_merchant(None, mchid(request))?;
                self.look(self.books.find(&number))
            }
            Route::ByTransaction(id) => {
                self.check_merchant(None, mchid(request))?;
                self.look(self.books.by_transaction_id(&id))
            }
            Route::Reverse(number) => {
                let asked: ReverseRequest = parsed(body)?;
                self.check_merchant(Some(&asked.appid), &asked.mchid)?;
                self.reverse(&number, now)
            }
            Route::Close(number) => {
                let asked: CloseRequest = parsed(body)?;
                self.check_merchant(None, &asked.mchid)?;
                self.close(&number, now)
            }
            Route::Refund => self.refunds(&parsed(body)?, now),
            Route::RefundQuery(number) => self.look_at_refund(&number),
        };
        done.map(|done| self.worded(done, now))
    }

    fn codepay(&mut self, asked: &CodepayRequest, now: Timestamp) -> Result<Done, Refusal> {
        self.check_merchant(Some(&asked.appid), &asked.mchid)?;
        let charge = Charge {
            face: Face::V3,
            number: &asked.out_trade_no,
            description: &asked.description,
            total: asked.amount.total,
            currency: asked.amount.currency.as_deref(),
            code: &asked.payer.auth_code,
            attach: asked.attach.as_deref(),
            device: asked.scene_info.device_id.as_deref(),
            content: content(asked),
        };
        self.charge(&charge, now)
    }

    fn native(&mut self, asked: &NativeRequest, now: Timestamp) -> Result<Done, Refusal> {
        self.check_merchant(Some(&asked.appid), &asked.mchid)?;
        let show = Show {
            face: Face::V3,
            number: &asked.out_trade_no,
            description: &asked.description,
            total: asked.amount.total,
            currency: asked.amount.currency.as_deref(),
            attach: asked.attach.as_deref(),
            notify_url: &asked.notify_url,
            expires_at: expiry(asked.time_expire.as_deref(), now)?,
            content: content(asked),
        };
        self.show(&show, now)
    }

    fn refunds(&mut self, asked: &RefundRequest, now: Timestamp) -> Result<Done, Refusal> {
        let giving = Giving {
            face: Face::V3,
            number: &asked.out_refund_no,
            transaction_id: asked.transaction_id.as_deref(),
            order_no: asked.out_trade_no.as_deref(),
            refund: asked.amount.refund,
            total: asked.amount.total,
            currency: Some(&asked.amount.currency),
            reason: asked.reason.as_deref(),
            notify_url: asked.notify_url.as_deref(),
            content: content(asked),
        };
        self.give_back(&giving, now)
    }

    fn authenticate(&self, request: &HttpRequest, now: Timestamp) -> Result<(), Refusal> {
        let unsigned = |message| refusal(401, "SIGN_ERROR", message);
        let header = request.header("authorization").ok_or(unsigned("缺少 Authorization 头"))?;
        let sent = Authorization::parse(header).map_err(|_| unsigned("Authorization 头的格式不正确"))?;
        if sent.mchid != self.identity.mchid {
            return Err(unsigned("商户号不存在"));
        }
        if !sent.serial_no.eq_ignore_ascii_case(&self.identity.merchant_serial) {
            return Err(unsigned("商户 API 证书序列号不正确"));
        }
        if !sign::fresh(sent.timestamp, now) {
            return Err(unsigned("签名时间戳与服务器时间相差超过 5 分钟"));
        }
        let text = sign::request_text(
            &request.method,
            &request.target,
            sent.timestamp,
            sent.nonce_str,
            &request.body,
        );
        if !self.identity.merchant.verify(&text, sent.signature) {
            return Err(unsigned("签名错误，请检查签名串与私钥"));
        }
        Ok(())
    }

    fn certificates(&mut self, moment: &Moment) -> Result<Outcome, Refusal> {
        let listed = &self.identity.certificates.listed;
        if listed.is_empty() {
            return Err(refusal(403, "NO_AUTH", "该商户只能使用微信支付公钥"));
        }
        let key = self.identity.apiv3_key.reveal().as_bytes();
        let sealed = |(no, certificate): (usize, &Certificate)| {
            // One nonce must not seal two texts.
            let nonce = format!("{}{no:04}", &moment.nonce_str()[8..16]);
            let sealed = resource::seal(key, None, "certificate", &nonce, certificate.pem.as_bytes());
            EncryptedCertificate {
                serial_no: certificate.key.id.clone(),
                effective_time: certificate.not_before.rfc3339(Zone::CHINA),
                expire_time: certificate.not_after.rfc3339(Zone::CHINA),
                encrypt_certificate: sealed.expect("the key has 32 bytes and the nonce 12"),
            }
        };
        Ok(Outcome::json(200, &Certificates { data: listed.iter().enumerate().map(sealed).collect() }))
    }

    /// The key that signs when a request names none.
    pub(super) fn default_key(&self) -> &SigningKey {
        match self.identity.certificates.signing() {
            Some(certificate) if self.certificates_by_default => &certificate.key,
            _ => &self.identity.platform,
        }
    }

    /// The key a request wants its answer signed with; none if it names one that does not exist.
    fn key_named_by(&self, request: &HttpRequest) -> Option<&SigningKey> {
        let certificates = &self.identity.certificates;
        match request.header(sign::SERIAL) {
            None if request.path() == "/v3/certificates" => {
                certificates.signing().map(|signing| &signing.key).or(Some(&self.identity.platform))
            }
            None => Some(self.default_key()),
            Some(id) if names_public_key(id) => Some(&self.identity.platform).filter(|key| key.id == id),
            Some(serial) => certificates.of_serial(serial).map(|certificate| &certificate.key),
        }
    }

    fn signed(&mut self, request: &HttpRequest, outcome: Outcome, moment: &Moment) -> HttpReply {
        if request.path() == bills::FILE_PATH && outcome.status == 200 {
            // The file itself is not signed; its hash was.
            return HttpReply::new(200, "application/octet-stream", outcome.body);
        }
        self.sequence += 1;
        let key = self.key_named_by(request).unwrap_or(self.default_key());
        let nonce = format!("{:032x}", moment.nonce);
        let mut headers = self.signature_headers(key, outcome.twist, &outcome.body, &nonce, moment.now);
        headers.push(("Request-Id", format!("08{:038X}-{}", self.sequence, outcome.number)));
        if !outcome.body.is_empty() {
            headers.push(("Content-Type", "application/json; charset=utf-8".to_owned()));
        }
        HttpReply { status: outcome.status, headers, body: outcome.body }
    }

    /// The five headers of a signature, spoiled as `twist` says.
    pub(super) fn signature_headers(
        &self,
        key: &SigningKey,
        twist: Twist,
        body: &[u8],
        nonce: &str,
        now: Timestamp,
    ) -> Vec<(&'static str, String)> {
        let timestamp = now.as_seconds().to_string();
        let text = sign::reply_text(&timestamp, nonce, body);
        let signature = match twist {
            Twist::WrongSignature => key.sign.sign(&[text.as_slice(), b"forged"].concat()),
            Twist::Probe => format!("{}{}", sign::PROBE, key.sign.sign(&text)),
            Twist::Honest | Twist::Lost => key.sign.sign(&text),
        };
        vec![
            ("Wechatpay-Timestamp", timestamp),
            ("Wechatpay-Nonce", nonce.to_owned()),
            ("Wechatpay-Serial", key.id.clone()),
            ("Wechatpay-Signature", signature),
            ("Wechatpay-Signature-Type", sign::SCHEME.to_owned()),
        ]
    }
}

fn content(request: &impl Serialize) -> u64 {
    fingerprint(&serde_json::to_vec(request).expect("wire types are plain JSON"))
}

fn expiry(time_expire: Option<&str>, now: Timestamp) -> Result<Timestamp, Refusal> {
    let Some(text) = time_expire else { return Ok(order_life(now)) };
    Timestamp::parse(text).filter(|at| *at > now).ok_or(param("time_expire 不是晚于现在的 RFC 3339 时间"))
}

/// A path that is not the API's is 404, a method that is not the path's is 405. Neither carries a code that
/// [`codes::TABLE`] could take for a missing order.
fn route(request: &HttpRequest) -> Result<Route, Refusal> {
    const NO_SUCH_PATH: Refusal = refusal(404, "NO_SUCH_API", "接口不存在");
    debug_assert!(!codes::TABLE.iter().any(|row| row.codes.contains(&"NOSUCHAPI")));
    let path = request.path();
    let (route, method) = match path {
        "/v3/certificates" => (Route::Certificates, "GET"),
        "/v3/pay/transactions/codepay" => (Route::Codepay, "POST"),
        "/v3/pay/transactions/native" => (Route::Native, "POST"),
        "/v3/refund/domestic/refunds" => (Route::Refund, "POST"),
        "/v3/bill/tradebill" => (Route::TradeBill, "GET"),
        "/v3/bill/fundflowbill" => (Route::FundBill, "GET"),
        bills::FILE_PATH => (Route::BillFile, "GET"),
        _ => below(path).ok_or(NO_SUCH_PATH)?,
    };
    if request.method != method {
        return Err(refusal(405, "METHOD_NOT_ALLOWED", "请求方法不正确"));
    }
    Ok(route)
}

/// Paths that carry a number.
fn below(path: &str) -> Option<(Route, &'static str)> {
    if let Some(number) = path.strip_prefix("/v3/refund/domestic/refunds/") {
        return Some((Route::RefundQuery(segment(number)?), "GET"));
    }
    if let Some(id) = path.strip_prefix("/v3/pay/transactions/id/") {
        return Some((Route::ByTransaction(segment(id)?), "GET"));
    }
    let rest = path.strip_prefix("/v3/pay/transactions/out-trade-no/")?;
    if let Some(number) = rest.strip_suffix("/reverse") {
        return Some((Route::Reverse(segment(number)?), "POST"));
    }
    if let Some(number) = rest.strip_suffix("/close") {
        return Some((Route::Close(segment(number)?), "POST"));
    }
    Some((Route::ByNumber(segment(rest)?), "GET"))
}

/// One path segment, percent-decoded.
fn segment(text: &str) -> Option<String> {
    if text.is_empty() || text.contains('/') {
        return None;
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let pair = [rest.next()?, rest.next()?];
        let hex = std::str::from_utf8(&pair).ok().filter(|_| pair.iter().all(u8::is_ascii_hexdigit))?;
        bytes.push(u8::from_str_radix(hex, 16).ok()?);
    }
    String::from_utf8(bytes).ok()
}

fn mchid(request: &HttpRequest) -> &str {
    parameter(request, "mchid").unwrap_or_default()
}

/// The value of a query parameter, as sent.
pub(super) fn parameter<'a>(request: &'a HttpRequest, wanted: &str) -> Option<&'a str> {
    let mut pairs = request.query().split('&').filter_map(|pair| pair.split_once('='));
    pairs.find(|(name, _)| *name == wanted).map(|(_, value)| value)
}

fn parsed<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body)
        .map_err(|_| refusal(400, "PARAM_ERROR", "请求体不是接口要求的 JSON：缺少字段、类型不符或有多余字段"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_where_they_should() {
        let check = |method: &str, target: &str, expected: Result<Route, u16>| {
            let request = HttpRequest {
                method: method.into(),
                target: target.into(),
                headers: Vec::new(),
                body: Vec::new(),
            };
            assert_eq!(route(&request).map_err(|refusal| refusal.status), expected, "{method} {target}");
        };
        check("GET", "/v3/certificates", Ok(Route::Certificates));
        check("POST", "/v3/certificates", Err(405));
        check("GET", "/v3/pay/transactions/out-trade-no/A%2A1?mchid=1", Ok(Route::ByNumber("A*1".into())));
        check("POST", "/v3/pay/transactions/out-trade-no/A1/reverse", Ok(Route::Reverse("A1".into())));
        check("GET", "/v3/pay/transactions/out-trade-no/A1/reverse", Err(405));
        check("POST", "/v3/pay/transactions/out-trade-no/A1/close", Ok(Route::Close("A1".into())));
        check("GET", "/v3/pay/transactions/out-trade-no/", Err(404));
        check("GET", "/v3/pay/transactions/out-trade-no/A/B", Err(404));
        check("GET", "/v3/pay/transactions/out-trade-no/%zz", Err(404));
        check("GET", "/v3/pay/transactions/out-trade-no/%E4", Err(404));
        check("GET", "/v3/pay/transactions/id/42", Ok(Route::ByTransaction("42".into())));
        check("GET", "/v3/refund/domestic/refunds/R1", Ok(Route::RefundQuery("R1".into())));
        check("POST", "/v3/pay/micropay", Err(404));
        check("", "", Err(404));
    }
}
