//! JD's honest fake: opens and verifies what the real one does, signs and enciphers what it does, keeps its own books, and
//! treats each order as it is told to. Its codes begin with `PD` and are ours.

mod keys;
mod serve;

pub use keys::{BadKeys, Credentials, Keys};

use crate::envelope::{DesKey, HEAD, NotOpened, open, seal, write};
use crate::wire::Service;
use crate::{Jd, Product, Settings};
use base::{OrderNo, Timestamp};
use provider_contract::bill_faults::BillFault;
use provider_contract::books::{Books, Letter, Nothing, SLOW_ANSWER, Spoilt, Trade};
use provider_contract::signing::{Checksum, Sign, Verify};
use provider_contract::{
    Book, Call, Delivery, HttpMethod, HttpReply, HttpRequest, Moment, Outgoing, Treatment,
};
use serve::{Code, Outcome, Told};
use settlement::Day;
use std::sync::Arc;
use std::time::Duration;
use strict_xml::{Element, parse};

/// The merchant that every simulator knows.
pub const MERCHANT: &str = "110000000001";
/// How a simulator says that it knows no such trade.
const NOT_FOUND: Code = Code("PD0404", "交易不存在");

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
    books: Books,
    down: bool,
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
            books: Books::new(RETRIES),
            down: false,
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
            books: Books::new(RETRIES),
            down: false,
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

    fn deliver(&self, outcome: Outcome) -> Delivery {
        match outcome {
            Outcome::Answer(told) => at_once(self.answer(&told, self.jd_sign.as_ref())),
            Outcome::Opened(spoilt, told) => self.spoil(spoilt, &told),
            Outcome::Nothing(Nothing::Lost) => Delivery::Nothing,
            Outcome::Nothing(Nothing::Failed) => at_once(page(502, "Bad Gateway")),
            Outcome::Nothing(Nothing::Maintenance) => at_once(page(503, "系统维护中")),
        }
    }

    fn spoil(&self, spoilt: Spoilt, told: &Told) -> Delivery {
        let right = self.jd_sign.as_ref();
        match spoilt {
            Spoilt::Not => at_once(self.answer(told, right)),
            Spoilt::Slow => Delivery::Reply { reply: self.answer(told, right), delay: SLOW_ANSWER },
            Spoilt::Lost => Delivery::Nothing,
            Spoilt::Failed => at_once(unsigned(Code("PD0099", "系统繁忙，请稍后查询"))),
            Spoilt::WrongSignature => at_once(self.answer(told, &NoSignature)),
            Spoilt::SignatureOfAnotherText => at_once(self.answer(told, &Another(right))),
        }
    }

    fn answer(&self, told: &Told, key: &dyn Sign) -> HttpReply {
        HttpReply::new(200, "application/xml;charset=UTF-8", self.envelope(told, key))
    }

    /// An answer's or a notification's document.
    fn envelope(&self, Told(code, body): &Told, key: &dyn Sign) -> String {
        let named = write(&[("version", "V2.0".to_owned()), ("merchant", MERCHANT.to_owned())]);
        let result = format!("<result>{}</result>", result(*code));
        let encrypted = seal(&format!("{named}{result}{body}"), key, &self.des);
        format!("{HEAD}<jdpay>{named}{result}<encrypt>{encrypted}</encrypt></jdpay>")
    }

    fn write(&self, number: u64, letter: &Letter) -> Option<Outgoing> {
        let trade = self.books.trade(&letter.order_no)?;
        let url = trade.notify_url.as_ref()?.to_string();
        let told = match &letter.refund_no {
            None => serve::paid_notice(trade),
            Some(refund_no) => {
                let (trade, back) = self.books.refund(refund_no)?;
                serve::return_standing(trade, back)
            }
        };
        let right = self.jd_sign.as_ref();
        let document =
            if letter.forged { self.envelope(&told, &Another(right)) } else { self.envelope(&told, right) };
        let headers = vec![("content-type", "application/xml;charset=UTF-8".to_owned())];
        let body = document.into_bytes();
        let call = Call { method: HttpMethod::Post, url, headers, body, client_certificate: false };
        Some(Outgoing { call, notice_id: number.to_string() })
    }
}

/// Signs with nothing.
struct NoSignature;

impl Sign for NoSignature {
    fn sign(&self, _: &[u8]) -> String {
        "AAAA".to_owned()
    }
}

/// Signs another text than it is given.
struct Another<'a>(&'a dyn Sign);

impl Sign for Another<'_> {
    fn sign(&self, _: &[u8]) -> String {
        self.0.sign(b"another text")
    }
}

impl provider_contract::Simulator for Simulator {
    fn serve(&mut self, request: &HttpRequest, moment: &Moment) -> Delivery {
        if self.down {
            return Delivery::Nothing;
        }
        self.books.settle(moment.now);
        match self.admit(request) {
            Ok((service, message)) => {
                let outcome = self.act(service, &message, moment.now);
                self.deliver(outcome)
            }
            Err(reply) => at_once(reply),
        }
    }

    fn due(&self) -> Option<Timestamp> {
        if self.down { None } else { self.books.due() }
    }

    fn tick(&mut self, moment: &Moment) -> Vec<Outgoing> {
        let mut outgoing = Vec::new();
        if self.down {
            return outgoing;
        }
        self.books.settle(moment.now);
        while let Some((number, letter)) = self.books.outbox.next_due(moment.now) {
            let Some(written) = self.write(number, &letter) else { continue };
            outgoing.extend(std::iter::repeat_n(written, letter.copies.into()));
        }
        outgoing
    }

    fn notified(&mut self, notice_id: &str, reply: Option<&HttpReply>, _: Timestamp) {
        let taken = reply.is_some_and(|reply| reply.status == 200 && reply.body == b"success");
        if let (true, Ok(number)) = (taken, notice_id.parse()) {
            self.books.outbox.taken(number);
        }
    }

    fn treat(&mut self, order_no: OrderNo, treatment: Treatment) {
        self.books.treat(&order_no.to_string(), treatment);
    }

    fn scan(&mut self, order_no: OrderNo, now: Timestamp) -> bool {
        !self.down && self.books.scan(&order_no.to_string(), now)
    }

    fn set_down(&mut self, down: bool) {
        self.down = down;
    }

    fn rotate_keys(&mut self, _: Timestamp) -> bool {
        false
    }

    fn books(&self) -> Vec<Book> {
        self.books.lines()
    }

    fn book(&self, order_no: OrderNo) -> Option<Book> {
        self.books.trade(&order_no.to_string()).map(Trade::line)
    }

    fn spoil_bill(&mut self, _: Day, _: BillFault) {}

    fn bills_at_once(&mut self) {}

    fn code_for(&self, treatment: Treatment, salt: u64) -> String {
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
    HttpReply::new(200, "application/xml;charset=UTF-8", document)
}

fn page(status: u16, why: &str) -> HttpReply {
    HttpReply::new(status, "text/html;charset=UTF-8", format!("<html><body>{why}</body></html>"))
}

fn at_once(reply: HttpReply) -> Delivery {
    Delivery::Reply { reply, delay: Duration::ZERO }
}
