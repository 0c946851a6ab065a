//! The gateway's honest fake: checks what the real one checks, signs what it signs, keeps its own books, and treats each
//! order as it is told to.

mod gate;
mod keys;
mod transact;

pub use keys::{BadKeys, Credentials, Keys};

use super::certificate::Trust;
use super::wire::write_answer;
use super::{Acp, Settings, sign};
use gate::{Code, DONE, Gate, Refused};
use provider_contract::books::{Desk, Letter, Outcome, Stamp, Teller, Trade, page};
use provider_contract::form::{Fields, encode_form};
use provider_contract::signing::{Checksum, Sign, Verify};
use provider_contract::{Call, HttpReply, HttpRequest, Moment, Treatment};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

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
    desk: Desk,
    /// The moments that the merchant gave its refunds.
    refund_times: BTreeMap<String, String>,
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
            desk: Desk::new(RETRIES),
            refund_times: BTreeMap::new(),
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
            desk: Desk::new(RETRIES),
            refund_times: BTreeMap::new(),
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

    fn notice_fields(&self, trade: &Trade, letter: &Letter) -> Option<Fields> {
        let (number, time, txn_type, mut told) = match &letter.refund_no {
            None => {
                let sub_type = if trade.shown { "07" } else { "06" };
                let time = transact::time_of(trade).to_owned();
                (&letter.order_no, time, ("01", sub_type), transact::paid_fields(trade))
            }
            Some(number) => {
                let (_, back) = self.desk.books.refund(number)?;
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

/// What an answer says: what of the request it repeats, its code, and more.
pub struct Told {
    request: Fields,
    code: Code,
    more: Fields,
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
        let gate = Gate { mer_id: MER_ID, cert_id: &self.cert_id, key: self.merchant_verify.as_ref() };
        match gate.admit(request) {
            Ok(call) => {
                let outcome = self.transact(&call, moment.now);
                let told = |(code, more)| Told { request: call.fields.clone(), code, more };
                Ok(match outcome {
                    Outcome::Answer(said) => Outcome::Answer(told(said)),
                    Outcome::Opened(spoilt, said) => Outcome::Opened(spoilt, told(said)),
                    Outcome::Nothing(how) => Outcome::Nothing(how),
                })
            }
            Err(Refused::Http(status, why)) => Err(page(status, why)),
            Err(Refused::Code(request, code)) => {
                Ok(Outcome::Answer(Told { request, code, more: Fields::new() }))
            }
        }
    }

    fn answer(&self, told: &Told, stamp: Stamp, _: &Moment) -> HttpReply {
        let mut fields = self.fields(&told.request, told.code, told.more.clone());
        sign::sign(&mut fields, &stamp.with(self.gateway_sign.as_ref()));
        HttpReply::new(200, ANSWER_TYPE, write_answer(&fields))
    }

    fn at_a_loss(&self, told: &Told, moment: &Moment) -> HttpReply {
        let request = told.request.clone();
        let told = Told { request, code: transact::TIMED_OUT, more: Fields::new() };
        self.answer(&told, Stamp::Right, moment)
    }

    fn notice(&self, letter: &Letter, stamp: Stamp, _: &Moment) -> Option<Call> {
        let trade = self.desk.books.trade(&letter.order_no)?;
        let to = trade.notify_url.as_ref()?.to_string();
        let mut fields = self.notice_fields(trade, letter)?;
        sign::sign(&mut fields, &stamp.with(self.gateway_sign.as_ref()));
        Some(Call::post(to, "application/x-www-form-urlencoded;charset=UTF-8", encode_form(&fields)))
    }

    fn is_taken(&self, reply: &HttpReply) -> bool {
        reply.status == 200
    }

    fn payers_code(&self, treatment: Treatment, salt: u64) -> String {
        format!("62{:011}{}", salt % 100_000_000_000, treatment.code_ending())
    }
}
