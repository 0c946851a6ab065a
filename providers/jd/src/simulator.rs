//! JD's honest fake: opens and verifies what the real one does, signs and enciphers what it does, keeps its own books, and
//! treats each order as it is told to. Its codes begin with `PD` and are ours.

mod keys;
mod serve;

pub use keys::{BadKeys, Credentials, Keys};

use crate::envelope::{DesKey, HEAD, NotOpened, open, seal, write};
use crate::wire::Service;
use crate::{Jd, Product, Settings};
use provider_contract::books::{Desk, Letter, Outcome, Stamp, Teller, page};
use provider_contract::signing::{Checksum, Sign, Verify};
use provider_contract::{Call, HttpReply, HttpRequest, Moment, Treatment};
use serve::{Code, Told};
use std::sync::Arc;
use std::time::Duration;
use strict_xml::{Element, parse};

/// The merchant that every simulator knows.
pub const MERCHANT: &str = "110000000001";
/// How a simulator says that it knows no such trade.
const NOT_FOUND: Code = Code("PD0404", "交易不存在");

/// What answers and notifications are.
const CONTENT_TYPE: &str = "application/xml;charset=UTF-8";

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
    jd_sign: Arc<dyn Sign>,
    jd_verify: Arc<dyn Verify>,
    des: DesKey,
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
        Ok(Simulator {
            merchant_sign: Arc::new(read.merchant),
            merchant_verify: Arc::new(read.merchant_public),
            jd_sign: Arc::new(read.jd),
            jd_verify: Arc::new(read.jd_public),
            des: read.des,
            keys: Some(keys),
            desk: Desk::new(RETRIES),
        })
    }

    /// With signatures that cost nothing, for the simulated world.
    pub fn cheap(seed: u64) -> Simulator {
        let merchant = Arc::new(Checksum { key: seed.wrapping_mul(2).wrapping_add(1) });
        let jd = Arc::new(Checksum { key: seed.wrapping_mul(2).wrapping_add(2) });
        Simulator {
            merchant_sign: merchant.clone(),
            merchant_verify: merchant,
            jd_sign: jd.clone(),
            jd_verify: jd,
            des: DesKey::from_base64("MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0").expect("24 bytes"),
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
    pub fn client(&self, origin: &str, notify_url: Option<&str>) -> Jd {
        let settings = Settings {
            product: Product::Both,
            gateway_url: origin.to_owned(),
            notify_url: notify_url.map(str::to_owned),
            not_found_codes: vec![NOT_FOUND.0.to_owned()],
            ..Settings::new(MERCHANT)
        };
        Jd::with_keys(settings, self.des.clone(), self.merchant_sign.clone(), self.jd_verify.clone())
    }

    /// The request's service and message; or what it is told instead.
    fn admit(&self, request: &HttpRequest) -> Result<(Service, Element), HttpReply> {
        let service =
            Service::at(request.path()).ok_or_else(|| page(404, "there is nothing at this address"))?;
        if request.method != "POST" {
            return Err(page(405, "the gateway takes POST"));
        }
        if request.body.len() > BODY_MAX {
            return Err(page(413, "the body is larger than 64 KiB"));
        }
        let outer = parse(&request.body).map_err(|_| unsigned(Code("PD0010", "报文格式错误")))?;
        if outer.text_of("merchant") != Some(MERCHANT) {
            return Err(unsigned(Code("PD0031", "商户号不存在")));
        }
        let encrypted = outer.text_of("encrypt").ok_or_else(|| unsigned(Code("PD0013", "缺少 encrypt")))?;
        let message = open(encrypted, self.merchant_verify.as_ref(), &self.des).map_err(|why| match why {
            NotOpened::CannotDecrypt => unsigned(Code("PD0012", "报文解密失败")),
            NotOpened::Garbled => unsigned(Code("PD0010", "报文格式错误")),
            NotOpened::WrongSignature => unsigned(Code("PD0011", "验证签名失败")),
        })?;
        if message.text_of("merchant") != Some(MERCHANT) || message.text_of("version") != Some("V2.0") {
            return Err(unsigned(Code("PD0031", "商户号或版本号不正确")));
        }
        Ok((service, message))
    }

    /// An answer's or a notification's document.
    fn envelope(&self, Told(code, body): &Told, key: &dyn Sign) -> String {
        let named = write(&[("version", "V2.0".to_owned()), ("merchant", MERCHANT.to_owned())]);
        let result = format!("<result>{}</result>", result(*code));
        let encrypted = seal(&format!("{named}{result}{body}"), key, &self.des);
        format!("{HEAD}<jdpay>{named}{result}<encrypt>{encrypted}</encrypt></jdpay>")
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
        let (service, message) = self.admit(request)?;
        Ok(self.carry_out(service, &message, moment.now))
    }

    fn answer(&self, told: &Told, stamp: Stamp, _: &Moment) -> HttpReply {
        let document = self.envelope(told, &stamp.with(self.jd_sign.as_ref()));
        HttpReply::new(200, CONTENT_TYPE, document)
    }

    fn at_a_loss(&self, _: &Told, _: &Moment) -> HttpReply {
        unsigned(Code("PD0099", "系统繁忙，请稍后查询"))
    }

    fn notice(&self, letter: &Letter, stamp: Stamp, _: &Moment) -> Option<Call> {
        let trade = self.desk.books.trade(&letter.order_no)?;
        let url = trade.notify_url.as_ref()?.to_string();
        let told = match &letter.refund_no {
            None => serve::paid_notice(trade),
            Some(refund_no) => {
                let (trade, back) = self.desk.books.refund(refund_no)?;
                serve::return_standing(trade, back)
            }
        };
        let document = self.envelope(&told, &stamp.with(self.jd_sign.as_ref()));
        Some(Call::post(url, CONTENT_TYPE, document))
    }

    fn is_taken(&self, reply: &HttpReply) -> bool {
        reply.status == 200 && reply.body == b"success"
    }

    fn payers_code(&self, treatment: Treatment, salt: u64) -> String {
        format!("18{:010}{}", salt % 10_000_000_000, treatment.code_ending())
    }
}

fn result(Code(code, description): Code) -> String {
    write(&[("code", code.to_owned()), ("desc", description.to_owned())])
}

/// How the gateway answers what it cannot read or verify.
fn unsigned(code: Code) -> HttpReply {
    let named = write(&[("version", "V2.0".to_owned()), ("merchant", MERCHANT.to_owned())]);
    let document = format!("{HEAD}<jdpay>{named}<result>{}</result></jdpay>", result(code));
    HttpReply::new(200, CONTENT_TYPE, document)
}
