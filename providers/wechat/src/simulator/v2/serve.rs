//! One request in API v2: who is asking, for what, and how the answer is signed.

use super::super::books::Face;
use super::super::checks::{Refusal, fingerprint, order_life, param, refusal};
use super::super::orders::{Charge, Done, Giving, Show, What};
use super::super::{BODY_BYTES_MAX, Simulator, Twist};
use super::words::put;
use crate::v2::sign::{SIGN, SignType, signed_text};
use crate::v2::wire::{
    APPID, Api, FEE_TYPE, MCH_ID, NONCE_STR, OUT_REFUND_NO, OUT_TRADE_NO, REFUND_FEE, RETURN_CODE,
    RETURN_MSG, ROOT, SIGN_TYPE, TIME_PATTERN, TOTAL_FEE, TRANSACTION_ID,
};
use base::{Timestamp, Zone};
use provider_contract::{CLIENT_CERTIFICATE, Delivery, HttpReply, HttpRequest, Moment};
use std::time::Duration;
use strict_xml::flat::{self, Fields};

const TYPE: &str = "text/xml; charset=utf-8";

/// A request that was let in.
struct Asked {
    fields: Fields,
    sign_type: SignType,
}

impl Simulator {
    /// One request in API v2. Always answered with HTTP 200; who is turned away at the door gets no signature.
    pub(in crate::simulator) fn serve_v2(
        &mut self,
        api: Api,
        request: &HttpRequest,
        moment: &Moment,
    ) -> Delivery {
        let asked = match self.admit(api, request) {
            Ok(asked) => asked,
            Err(why) => {
                let told = [(RETURN_CODE, "FAIL"), (RETURN_MSG, why)];
                let reply = HttpReply::new(200, TYPE, flat::write(ROOT, told));
                return Delivery::Reply { reply, delay: Duration::ZERO };
            }
        };
        let came = self.act(api, &asked, moment.now);
        let (twist, delay) =
            came.as_ref().map_or((Twist::Honest, Duration::ZERO), |done| (done.twist, done.delay));
        if twist == Twist::Lost {
            return Delivery::Nothing;
        }
        let fields = self.worded_v2(api, came.map(|done| done.what), moment.now);
        Delivery::Reply { reply: self.signed_v2(fields, asked.sign_type, twist, moment), delay }
    }

    /// What the door checks, in its order; the words of a refusal are what it says.
    fn admit(&self, api: Api, request: &HttpRequest) -> Result<Asked, &'static str> {
        if request.method != "POST" {
            return Err("require_post_method");
        }
        if request.body.is_empty() {
            return Err("post数据为空");
        }
        if request.body.len() > BODY_BYTES_MAX {
            return Err("请求体过大");
        }
        let fields = flat::read(ROOT, &request.body).map_err(|_| "XML格式错误")?;
        let asked = |name: &str| fields.get(name).map_or("", String::as_str);
        if asked(APPID) != self.identity.appid {
            return Err("appid不存在或与mch_id不匹配");
        }
        if asked(MCH_ID) != self.identity.mchid {
            return Err("商户号mch_id不存在");
        }
        if !(1..=32).contains(&asked(NONCE_STR).len()) {
            return Err("缺少参数nonce_str");
        }
        let sign_type = match asked(SIGN_TYPE) {
            "" => SignType::Md5,
            name => SignType::named(name).ok_or("签名类型sign_type不正确")?,
        };
        if !sign_type.verify(&fields, self.identity.api_key.reveal()) {
            return Err("签名错误");
        }
        if api.needs_certificate() && request.header(CLIENT_CERTIFICATE).is_none() {
            return Err("证书验证失败，该接口需要商户证书");
        }
        Ok(Asked { fields, sign_type })
    }

    fn act(&mut self, api: Api, asked: &Asked, now: Timestamp) -> Result<Done, Refusal> {
        match api {
            Api::Micropay => self.micropay(asked, now),
            Api::UnifiedOrder => self.unified_order(asked, now),
            Api::OrderQuery => self.look(self.order_of(asked)?),
            Api::Reverse => {
                let number = self.number_of(asked)?;
                self.reverse(&number, now)
            }
            Api::CloseOrder => self.close(asked.required(OUT_TRADE_NO)?, now),
            Api::Refund => self.refund_v2(asked, now),
            Api::RefundQuery => {
                let done = self.look_at_refund(asked.required(OUT_REFUND_NO)?)?;
                match done.what {
                    What::Refund(at) => Ok(What::Refunds(at).into()),
                    _ => Ok(done),
                }
            }
        }
    }

    fn micropay(&mut self, asked: &Asked, now: Timestamp) -> Result<Done, Refusal> {
        asked.required("spbill_create_ip")?;
        let charge = Charge {
            face: Face::V2(asked.sign_type),
            number: asked.required(OUT_TRADE_NO)?,
            description: asked.required("body")?,
            total: asked.fen(TOTAL_FEE)?,
            currency: asked.text(FEE_TYPE),
            code: asked.required("auth_code")?,
            attach: asked.text("attach"),
            device: asked.text("device_info"),
            content: asked.content(),
        };
        self.charge(&charge, now)
    }

    fn unified_order(&mut self, asked: &Asked, now: Timestamp) -> Result<Done, Refusal> {
        asked.required("spbill_create_ip")?;
        if asked.required("trade_type")? != "NATIVE" {
            return Err(param("trade_type 只支持 NATIVE"));
        }
        asked.required("product_id")?;
        let show = Show {
            face: Face::V2(asked.sign_type),
            number: asked.required(OUT_TRADE_NO)?,
            description: asked.required("body")?,
            total: asked.fen(TOTAL_FEE)?,
            currency: asked.text(FEE_TYPE),
            attach: asked.text("attach"),
            notify_url: asked.required("notify_url")?,
            expires_at: asked.expiry(now)?,
            content: asked.content(),
        };
        self.show(&show, now)
    }

    fn refund_v2(&mut self, asked: &Asked, now: Timestamp) -> Result<Done, Refusal> {
        let giving = Giving {
            face: Face::V2(asked.sign_type),
            number: asked.required(OUT_REFUND_NO)?,
            transaction_id: asked.text(TRANSACTION_ID),
            order_no: asked.text(OUT_TRADE_NO),
            refund: asked.fen(REFUND_FEE)?,
            total: asked.fen(TOTAL_FEE)?,
            currency: asked.text("refund_fee_type"),
            reason: asked.text("refund_desc"),
            notify_url: asked.text("notify_url"),
            content: asked.content(),
        };
        self.give_back(&giving, now)
    }

    /// The order a request means by either number.
    fn order_of(&self, asked: &Asked) -> Result<Option<u32>, Refusal> {
        self.named(asked.text(TRANSACTION_ID), asked.text(OUT_TRADE_NO))
    }

    /// The merchant's number of the order a request means; of one that is not there, the number it gave.
    fn number_of(&self, asked: &Asked) -> Result<String, Refusal> {
        let found = self.order_of(asked)?.map(|at| self.books.order(at).number.to_string());
        Ok(found.unwrap_or_else(|| asked.text(OUT_TRADE_NO).unwrap_or_default().to_owned()))
    }

    fn signed_v2(
        &mut self,
        mut fields: Fields,
        sign_type: SignType,
        twist: Twist,
        moment: &Moment,
    ) -> HttpReply {
        put(&mut fields, RETURN_CODE, "SUCCESS");
        put(&mut fields, RETURN_MSG, "OK");
        put(&mut fields, APPID, &self.identity.appid);
        put(&mut fields, MCH_ID, &self.identity.mchid);
        put(&mut fields, NONCE_STR, &format!("{:032X}", self.salt(moment)));
        let key = self.identity.api_key.reveal();
        let signature = match twist {
            Twist::Honest | Twist::Lost => sign_type.sign(&fields, key),
            Twist::WrongSignature | Twist::Probe => sign_type.sign(&Fields::new(), key),
        };
        put(&mut fields, SIGN, &signature);
        let body = flat::write(ROOT, fields.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        HttpReply::new(200, TYPE, body)
    }
}

impl Asked {
    fn text(&self, name: &str) -> Option<&str> {
        self.fields.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    fn required(&self, name: &'static str) -> Result<&str, Refusal> {
        self.text(name).ok_or(refusal(200, "LACK_PARAMS", "缺少参数"))
    }

    fn fen(&self, name: &'static str) -> Result<i64, Refusal> {
        let digits = self.required(name)?;
        let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
        digits.parse().ok().filter(|_| plain).ok_or(param("金额应为整数，单位为分"))
    }

    fn expiry(&self, now: Timestamp) -> Result<Timestamp, Refusal> {
        let Some(text) = self.text("time_expire") else { return Ok(order_life(now)) };
        let at = Timestamp::parse_local(text, TIME_PATTERN, Zone::CHINA);
        at.filter(|at| *at > now).ok_or(param("time_expire 不是晚于现在的 yyyyMMddHHmmss 时间"))
    }

    /// The request without what differs from try to try.
    fn content(&self) -> u64 {
        let mut same = self.fields.clone();
        same.remove(NONCE_STR);
        same.remove(SIGN);
        fingerprint(signed_text(&same).as_bytes())
    }
}
