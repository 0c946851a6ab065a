//! The gateway's honest fake: checks what the real one checks, signs what it signs, keeps its own books, and treats each
//! order as it is told to.

mod gate;
mod keys;
mod transact;

pub use keys::{BadKeys, Credentials, Keys};

use super::certificate::Trust;
use super::wire::write_answer;
use super::{Acp, Settings, sign};
use base::{OrderNo, Timestamp};
use gate::{Code, DONE, Gate, Refused};
use provider_contract::bill_faults::BillFault;
use provider_contract::books::{Books, Letter, Nothing, SLOW_ANSWER, Spoilt, Trade};
use provider_contract::form::{Fields, encode_form};
use provider_contract::signing::{Checksum, Sign, Verify};
use provider_contract::{
    Book, Call, Delivery, HttpMethod, HttpReply, HttpRequest, Moment, Outgoing, Treatment,
};
use settlement::Day;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use transact::Outcome;

/// The merchant that every simulator knows.
pub const MER_ID: &str = "777290058110048";
/// The number of its certificate where there are no certificates.
pub const CERT_ID: &str = "68759663125";

/// Answers come as this, though they are neither.
const ANSWER_TYPE: &str = "text/html;charset=UTF-8";

/// From one try of a notification to the next. The real schedule is not published; this one is ours.
const RETRIES: &[Duration] = &[
    Duration::from_secs(60),
    Duration::from_secs(120),
    Duration::from_secs(240),
    Duration::from_secs(300),
    Duration::from_secs(3600),
    Duration::from_secs(2 * 3600),
];

/// What of a request an answer repeats.
const REPEATED: &[&str] = &[
    "version",
    "encoding",
    "signMethod",
    "txnType",
    "txnSubType",
    "bizType",
    "accessType",
    "merId",
    "orderId",
    "txnTime",
    "reqReserved",
];

/// The simulator.
pub struct Simulator {
    merchant_sign: Arc<dyn Sign>,
    merchant_verify: Arc<dyn Verify>,
    gateway_sign: Arc<dyn Sign>,
    trust: Arc<dyn Trust>,
    cert_id: String,
    /// The certificate that answers bring along.
    certificate: String,
    keys: Option<Keys>,
    books: Books,
    /// The moments that the merchant gave its refunds.
    refund_times: BTreeMap<String, String>,
    down: bool,
}

impl Simulator {
    /// With fresh RSA keys and certificates; takes about two seconds.
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
            gateway_sign: Arc::new(read.gateway),
            trust: Arc::new(read.chain),
            cert_id: read.cert_id,
            certificate: keys.gateway_certificate_pem.clone(),
            keys: Some(keys),
            books: Books::new(RETRIES),
            refund_times: BTreeMap::new(),
            down: false,
        })
    }

    /// With signatures that cost nothing and without certificates, for the simulated world.
    pub fn cheap(seed: u64) -> Simulator {
        let merchant = Arc::new(Checksum { key: seed.wrapping_mul(2).wrapping_add(1) });
        let gateway = Arc::new(Checksum { key: seed.wrapping_mul(2).wrapping_add(2) });
        Simulator {
            merchant_sign: merchant.clone(),
            merchant_verify: merchant,
            gateway_sign: gateway.clone(),
            trust: gateway,
            cert_id: CERT_ID.to_owned(),
            certificate: "none".to_owned(),
            keys: None,
            books: Books::new(RETRIES),
            refund_times: BTreeMap::new(),
            down: false,
        }
    }

    /// The keys, to be kept; none if signatures cost nothing.
    pub fn keys(&self) -> Option<&Keys> {
        self.keys.as_ref()
    }

    /// What a client needs, if this simulator answers at `origin` (`http://127.0.0.1:9003`); none if signatures cost
    /// nothing.
    pub fn credentials(&self, origin: &str) -> Option<Credentials> {
        self.keys.as_ref().map(|keys| keys.credentials(origin, &self.cert_id))
    }

    /// Our own client of this simulator at `origin`; without a `notify_url` it asks for no notifications.
    pub fn client(&self, origin: &str, notify_url: Option<&str>) -> Acp {
        let settings = Settings {
            gateway_url: origin.to_owned(),
            notify_url: notify_url.map(str::to_owned),
            ..Settings::new(MER_ID)
        };
        Acp::with_keys(settings, self.cert_id.clone(), self.merchant_sign.clone(), self.trust.clone())
    }

    fn deliver(&self, request: &Fields, outcome: Outcome) -> Delivery {
        match outcome {
            Outcome::Answer(code, told) => at_once(self.answer(request, code, told)),
            Outcome::Opened(spoilt, code, told) => self.spoil(request, spoilt, code, told),
            Outcome::Nothing(Nothing::Lost) => Delivery::Nothing,
            Outcome::Nothing(Nothing::Failed) => at_once(page(502, "Bad Gateway")),
            Outcome::Nothing(Nothing::Maintenance) => at_once(page(503, "系统维护中")),
        }
    }

    fn spoil(&self, request: &Fields, spoilt: Spoilt, code: Code, told: Fields) -> Delivery {
        let mut fields = self.fields(request, code, told);
        match spoilt {
            Spoilt::Lost => return Delivery::Nothing,
            Spoilt::Failed => return at_once(self.answer(request, transact::TIMED_OUT, Fields::new())),
            Spoilt::Not | Spoilt::Slow => sign::sign(&mut fields, self.gateway_sign.as_ref()),
            Spoilt::WrongSignature => {
                fields.insert("signature".to_owned(), "AAAA".to_owned());
            }
            Spoilt::SignatureOfAnotherText => {
                let another = self.gateway_sign.sign(b"another text");
                fields.insert("signature".to_owned(), another);
            }
        }
        let delay = if spoilt == Spoilt::Slow { SLOW_ANSWER } else { Duration::ZERO };
        Delivery::Reply { reply: HttpReply::new(200, ANSWER_TYPE, write_answer(&fields)), delay }
    }

    fn answer(&self, request: &Fields, code: Code, told: Fields) -> HttpReply {
        let mut fields = self.fields(request, code, told);
        sign::sign(&mut fields, self.gateway_sign.as_ref());
        HttpReply::new(200, ANSWER_TYPE, write_answer(&fields))
    }

    /// An answer before it is signed.
    fn fields(&self, request: &Fields, code: Code, told: Fields) -> Fields {
        let repeated = REPEATED.iter().filter_map(|name| request.get_key_value(*name));
        let mut fields: Fields = repeated.map(|(name, value)| (name.clone(), value.clone())).collect();
        fields.insert("signMethod".to_owned(), "01".to_owned());
        fields.insert("respCode".to_owned(), code.0.to_owned());
        fields.insert("respMsg".to_owned(), code.1.to_owned());
        fields.insert("signPubKeyCert".to_owned(), self.certificate.clone());
        fields.extend(told);
        fields
    }

    fn write(&self, number: u64, letter: &Letter) -> Option<Outgoing> {
        let trade = self.books.trade(&letter.order_no)?;
        let to = trade.notify_url.as_ref()?.to_string();
        let mut fields = self.notice_fields(trade, letter)?;
        if letter.forged {
            fields.insert("signature".to_owned(), self.gateway_sign.sign(b"another text"));
        } else {
            sign::sign(&mut fields, self.gateway_sign.as_ref());
        }
        let headers = vec![("content-type", "application/x-www-form-urlencoded;charset=UTF-8".to_owned())];
        let body = encode_form(&fields).into_bytes();
        let call = Call { method: HttpMethod::Post, url: to, headers, body, client_certificate: false };
        Some(Outgoing { call, notice_id: number.to_string() })
    }

    fn notice_fields(&self, trade: &Trade, letter: &Letter) -> Option<Fields> {
        let (number, time, txn_type, mut told) = match &letter.refund_no {
            None => {
                let sub_type = if trade.shown { "07" } else { "06" };
                let time = transact::time_of(trade).to_owned();
                (&letter.order_no, time, ("01", sub_type), transact::paid_fields(trade))
            }
            Some(number) => {
                let (_, back) = self.books.refund(number)?;
                let mut told = transact::return_fields(trade, back);
                told.insert("reqReserved".to_owned(), trade.order_no.to_string());
                (number, self.refund_times.get(&**number)?.clone(), ("04", "00"), told)
            }
        };
        told.extend(transact::owned([
            ("version", "5.1.0".to_owned()),
            ("encoding", "UTF-8".to_owned()),
            ("bizType", "000000".to_owned()),
            ("accessType", "0".to_owned()),
            ("merId", MER_ID.to_owned()),
            ("orderId", number.to_string()),
            ("txnTime", time),
            ("txnType", txn_type.0.to_owned()),
            ("txnSubType", txn_type.1.to_owned()),
        ]));
        Some(self.fields(&Fields::new(), DONE, told))
    }
}

impl provider_contract::Simulator for Simulator {
    fn serve(&mut self, request: &HttpRequest, moment: &Moment) -> Delivery {
        if self.down {
            return Delivery::Nothing;
        }
        self.books.settle(moment.now);
        let gate = Gate { mer_id: MER_ID, cert_id: &self.cert_id, key: self.merchant_verify.as_ref() };
        match gate.admit(request) {
            Ok(call) => {
                let outcome = self.transact(&call, moment.now);
                self.deliver(&call.fields, outcome)
            }
            Err(Refused::Http(status, why)) => at_once(page(status, why)),
            Err(Refused::Code(fields, code)) => at_once(self.answer(&fields, code, Fields::new())),
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
        if let (Some(200), Ok(number)) = (reply.map(|reply| reply.status), notice_id.parse()) {
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

    /// The gateway's certificate comes with every answer; there is none to publish.
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
        format!("62{:011}{}", salt % 100_000_000_000, treatment.code_ending())
    }
}

fn page(status: u16, why: &str) -> HttpReply {
    HttpReply::new(status, ANSWER_TYPE, format!("<html><body>{why}</body></html>"))
}

fn at_once(reply: HttpReply) -> Delivery {
    Delivery::Reply { reply, delay: Duration::ZERO }
}
