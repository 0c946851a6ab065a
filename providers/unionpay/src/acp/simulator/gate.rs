//! The gateway's door: which requests are let in, and what the others are told.

use crate::acp::sign::digest_text;
use crate::acp::wire::{Kind, QUERY_PATH, TIME_PATTERN, TRANSACTION_PATH};
use base::{Timestamp, Zone};
use provider_contract::HttpRequest;
use provider_contract::form::{Fields, decode_form};
use provider_contract::signing::Verify;

/// Longest body.
const BODY_MAX: usize = 64 * 1024;
/// The most that `txnAmt` can say, in fen.
const AMOUNT_MAX: i64 = 999_999_999_999;

/// A code and its sentence, as an answer carries them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Code(pub &'static str, pub &'static str);

pub(super) const DONE: Code = Code("00", "成功[0000000]");
pub(super) const BAD_SIGNATURE: Code = Code("11", "验证签名失败[9100004]");
pub(super) const BAD_MERCHANT: Code = Code("31", "商户状态不正确[3100001]");

/// A request that was let in.
pub(super) struct Admitted {
    /// What it asks for.
    pub kind: Kind,
    /// With what.
    pub fields: Fields,
}

/// What a request that was not let in is told.
pub(super) enum Refused {
    /// By HTTP alone: it did not speak to the gateway at all.
    Http(u16, &'static str),
    /// By an answer, which repeats what of the request could be read.
    Code(Fields, Code),
}

/// What the door knows.
pub(super) struct Gate<'a> {
    /// The one merchant.
    pub mer_id: &'a str,
    /// The number of its certificate.
    pub cert_id: &'a str,
    /// Its key.
    pub key: &'a dyn Verify,
}

impl Gate<'_> {
    /// Lets a request in or says why not.
    pub fn admit(&self, request: &HttpRequest) -> Result<Admitted, Refused> {
        let fields = fields_of(request)?;
        match self.check(&fields, request.path()) {
            Ok(kind) => Ok(Admitted { kind, fields }),
            Err(code) => Err(Refused::Code(fields, code)),
        }
    }

    fn check(&self, fields: &Fields, path: &str) -> Result<Kind, Code> {
        let field = |name: &'static str| required(fields, name);
        if field("merId")? != self.mer_id {
            return Err(BAD_MERCHANT);
        }
        let signature = field("signature")?;
        let method = field("signMethod")?;
        if method != "01" || field("certId")? != self.cert_id {
            return Err(BAD_SIGNATURE);
        }
        if !self.key.verify(digest_text(fields).as_bytes(), signature) {
            return Err(BAD_SIGNATURE);
        }
        if field("version")? != "5.1.0" || !field("encoding")?.eq_ignore_ascii_case("UTF-8") {
            return Err(format_error("version 应为 5.1.0，encoding 应为 UTF-8"));
        }
        field("bizType")?;
        let kind = Kind::of(field("txnType")?, field("txnSubType")?);
        let kind = kind.filter(|kind| kind.path() == path).ok_or(format_error("交易类型不支持"))?;
        let order_id = field("orderId")?;
        if !(8..=40).contains(&order_id.len()) || !order_id.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return Err(format_error("orderId 应为 8 到 40 位字母或数字"));
        }
        moment(fields, "txnTime")?;
        if kind != Kind::Query {
            field("channelType")?;
            field("accessType")?;
        }
        Ok(kind)
    }
}

pub(super) const fn format_error(why: &'static str) -> Code {
    Code("10", why)
}

/// A field that must be there.
pub(super) fn required<'a>(fields: &'a Fields, name: &'static str) -> Result<&'a str, Code> {
    let missing = Code("13", "报文交易要素缺失");
    fields.get(name).map(String::as_str).filter(|value| !value.is_empty()).ok_or(missing)
}

/// A moment that must be there.
pub(super) fn moment(fields: &Fields, name: &'static str) -> Result<Timestamp, Code> {
    let text = required(fields, name)?;
    let digits = text.len() == 14 && text.bytes().all(|byte| byte.is_ascii_digit());
    let at = Timestamp::parse_local(text, TIME_PATTERN, Zone::CHINA).filter(|_| digits);
    at.ok_or(format_error("时间应为 yyyyMMddHHmmss"))
}

/// The amount, in fen.
pub(super) fn amount(fields: &Fields) -> Result<i64, Code> {
    if required(fields, "currencyCode")? != "156" {
        return Err(format_error("currencyCode 应为 156"));
    }
    let text = required(fields, "txnAmt")?;
    let fen = text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten();
    fen.filter(|fen| (1..=AMOUNT_MAX).contains(fen)).ok_or(format_error("txnAmt 应为以分为单位的正整数"))
}

fn fields_of(request: &HttpRequest) -> Result<Fields, Refused> {
    if request.path() != TRANSACTION_PATH && request.path() != QUERY_PATH {
        return Err(Refused::Http(404, "there is nothing at this address"));
    }
    if request.method != "POST" {
        return Err(Refused::Http(405, "the gateway takes POST"));
    }
    if request.body.len() > BODY_MAX {
        return Err(Refused::Http(413, "the body is larger than 64 KiB"));
    }
    let mut fields = Fields::new();
    let form = std::str::from_utf8(&request.body).ok();
    let read = form.is_some_and(|form| decode_form(form, &mut fields).is_ok());
    if read { Ok(fields) } else { Err(Refused::Code(Fields::new(), format_error("报文格式错误"))) }
}
