//! The platform's honest fake: verifies what the real one verifies, signs what it signs, keeps its own books, and treats each
//! order as it is told to. It takes the codes of several wallets. Its codes of failure begin with `PD` and are ours.

mod keys;
mod serve;

pub use keys::{BadKeys, Credentials, Keys};

use crate::wire::Api;
use crate::{Lakala, sign};
use provider_contract::books::{Desk, Letter, Outcome, Stamp, Teller, page};
use provider_contract::signing::{Checksum, Sign, Verify};
use provider_contract::{Call, HttpReply, HttpRequest, Moment, Treatment};
use serde_json::{Value, json};
use serve::{Code, Told};
use std::sync::Arc;
use std::time::Duration;

/// The application that every simulator knows.
pub const APP_ID: &str = "OP00000003";
/// The number of its certificate.
pub const SERIAL_NO: &str = "00dfba8194c41b84cf";
/// Its merchant.
pub const MERCHANT_NO: &str = "82229007392000A";
/// Its terminal.
pub const TERM_NO: &str = "D9261076";

/// The number of the platform's own certificate.
const PLATFORM_SERIAL: &str = "017453815ca7";
/// How a simulator says that it knows no such trade.
const NOT_FOUND: Code = Code("PD0404", "交易不存在");
/// What answers and notifications are.
const CONTENT_TYPE: &str = "application/json;charset=UTF-8";
/// Longest body.
const BODY_MAX: usize = 64 * 1024;

/// From one try of a notification to the next. The real schedule is not published; this one is ours.
const RETRIES: &[Duration] = &[
    Duration::from_secs(60),
    Duration::from_secs(180),
    Duration::from_secs(600),
    Duration::from_secs(3600),
    Duration::from_secs(6 * 3600),
];

/// The simulator.
pub struct Simulator {
    merchant_sign: Arc<dyn Sign>,
    merchant_verify: Arc<dyn Verify>,
    platform_sign: Arc<dyn Sign>,
    platform_verify: Arc<dyn Verify>,
    keys: Option<Keys>,
    desk: Desk,
}

impl Simulator {
    /// With fresh RSA keys; takes about a second.
    pub fn fresh() -> Simulator {
        Simulator::with_keys(Keys::generate()).expect("fresh keys are good keys")
    }

    /// With kept keys.
    pub fn with_keys(keys: Keys) -> Result<Simulator, BadKeys> {
        let read = keys.read()?;
        let merchant_verify = read.merchant.verifier();
        Ok(Simulator {
            merchant_sign: Arc::new(read.merchant),
            merchant_verify: Arc::new(merchant_verify),
            platform_sign: Arc::new(read.platform),
            platform_verify: Arc::new(read.platform_public),
            keys: Some(keys),
            desk: Desk::new(RETRIES),
        })
    }

    /// With signatures that cost nothing, for the simulated world.
    pub fn cheap(seed: u64) -> Simulator {
        let merchant = Arc::new(Checksum { key: seed.wrapping_mul(2).wrapping_add(1) });
        let platform = Arc::new(Checksum { key: seed.wrapping_mul(2).wrapping_add(2) });
        Simulator {
            merchant_sign: merchant.clone(),
            merchant_verify: merchant,
            platform_sign: platform.clone(),
            platform_verify: platform,
            keys: None,
            desk: Desk::new(RETRIES),
        }
    }

    /// The keys, to be kept; none if signatures cost nothing.
    pub fn keys(&self) -> Option<&Keys> {
        self.keys.as_ref()
    }

    /// What a client needs, if this simulator answers at `origin`; none if signatures cost nothing.
    pub fn credentials(&self, origin: &str) -> Option<Credentials> {
        self.keys.as_ref().map(|keys| keys.credentials(origin))
    }

    /// Our own client of this simulator at `origin`; without a `notify_url` it asks for no notifications.
    pub fn client(&self, origin: &str, notify_url: Option<&str>) -> Lakala {
        let settings = keys::settings(origin, notify_url);
        Lakala::with_keys(settings, self.merchant_sign.clone(), self.platform_verify.clone())
    }

    /// The request's call and data; or what it is told instead.
    fn admit(&self, request: &HttpRequest) -> Result<(Api, Value), HttpReply> {
        let api = Api::at(request.path()).ok_or_else(|| page(404, "there is nothing at this address"))?;
        if request.method != "POST" {
            return Err(page(405, "the platform takes POST"));
        }
        if request.body.len() > BODY_MAX {
            return Err(page(413, "the body is larger than 64 KiB"));
        }
        let header = request.header("authorization").ok_or_else(|| unsigned(Code("PD0011", "缺少签名")))?;
        let values = sign::read_header(header).ok_or_else(|| unsigned(Code("PD0011", "签名格式错误")))?;
        let value = |name: &str| values.get(name).copied().unwrap_or_default();
        if value("appid") != APP_ID || value("serial_no") != SERIAL_NO {
            return Err(unsigned(Code("PD0031", "商户证书序列号或 appid 不存在")));
        }
        let text = sign::signed_text(
            value("appid"),
            value("serial_no"),
            value("timestamp"),
            value("nonce_str"),
            &request.body,
        );
        if !self.merchant_verify.verify(&text, value("signature")) {
            return Err(unsigned(Code("PD0011", "验证签名失败")));
        }
        let body: Value =
            serde_json::from_slice(&request.body).map_err(|_| unsigned(Code("PD0010", "报文格式错误")))?;
        let data = body.get("req_data").filter(|_| body.get("version") == Some(&json!("3.0")));
        let data = data.ok_or_else(|| unsigned(Code("PD0010", "version 应为 3.0，且有 req_data")))?;
        Ok((api, data.clone()))
    }

    fn signed(&self, body: String, stamp: Stamp, moment: &Moment) -> HttpReply {
        let (timestamp, nonce) = (moment.now.as_seconds().to_string(), moment.nonce_str());
        let text = sign::signed_text(APP_ID, PLATFORM_SERIAL, &timestamp, &nonce, body.as_bytes());
        let signature = stamp.with(self.platform_sign.as_ref()).sign(&text);
        let mut reply = HttpReply::new(200, CONTENT_TYPE, body);
        let values = [APP_ID.to_owned(), PLATFORM_SERIAL.to_owned(), timestamp, nonce, signature];
        reply.headers.extend(sign::ANSWER_HEADERS.into_iter().zip(values));
        reply
    }
}

impl Teller for Simulator {
    type Told = Told;

    fn desk(&self) -> &Desk {
        &self.desk
    }

    fn desk_mut(&mut self) -> &mut Desk {
        &mut self.desk
    }

    fn act(&mut self, request: &HttpRequest, moment: &Moment) -> Result<Outcome<Told>, HttpReply> {
        let (api, data) = self.admit(request)?;
        Ok(self.carry_out(api, &data, moment.now))
    }

    fn answer(&self, Told(Code(code, sentence), data): &Told, stamp: Stamp, moment: &Moment) -> HttpReply {
        let resp_time = provider_contract::fields::china_time(moment.now);
        let body = json!({ "code": code, "msg": sentence, "resp_time": resp_time, "resp_data": data });
        self.signed(body.to_string(), stamp, moment)
    }

    fn at_a_loss(&self, told: &Told, moment: &Moment) -> HttpReply {
        let number = json!({ "out_trade_no": told.1["out_trade_no"] });
        self.answer(&Told(Code("BBS10000", "系统繁忙，请查询"), number), Stamp::Right, moment)
    }

    /// Refunds are not told of.
    fn notice(&self, letter: &Letter, stamp: Stamp, moment: &Moment) -> Option<Call> {
        let trade = self.desk.books.trade(&letter.order_no).filter(|_| letter.refund_no.is_none())?;
        let url = trade.notify_url.as_ref()?.to_string();
        let body = serve::paid_notice(trade).to_string();
        let header =
            sign::notification_header(body.as_bytes(), moment, &stamp.with(self.platform_sign.as_ref()));
        let mut call = Call::post(url, CONTENT_TYPE, body);
        call.headers.push(("authorization", header));
        Some(call)
    }

    fn is_taken(&self, reply: &HttpReply) -> bool {
        let said = serde_json::from_slice::<Value>(&reply.body).unwrap_or_default();
        reply.status == 200 && said["code"] == "SUCCESS"
    }

    /// Of one wallet after another.
    fn payers_code(&self, treatment: Treatment, salt: u64) -> String {
        let ending = treatment.code_ending();
        match salt % 3 {
            0 => format!("13{:010}{ending}", salt % 10_000_000_000),
            1 => format!("28{:010}{ending}", salt % 10_000_000_000),
            _ => format!("62{:011}{ending}", salt % 100_000_000_000),
        }
    }
}

/// How the platform answers what it cannot read or verify.
fn unsigned(Code(code, sentence): Code) -> HttpReply {
    HttpReply::new(200, CONTENT_TYPE, json!({ "code": code, "msg": sentence }).to_string())
}
