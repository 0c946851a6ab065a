//! The gateway's honest fake: checks and signs as the real one does, keeps its own books, and treats each order as it is
//! told to. Its words to those it turns away are ours.

mod serve;

use super::sign::{self, SharedKey};
use super::wire::{CONTENT_TYPE, MCH_ID as MCH_ID_FIELD, MESSAGE, NONCE_STR, PATH, ROOT, STATUS, Service};
use super::{Config, Qra};
use base::Secret;
use provider_contract::books::{Desk, Letter, Outcome, Stamp, Teller, page};
use provider_contract::{Call, HttpReply, HttpRequest, Moment, Treatment};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use strict_xml::flat::{self, Fields};

/// The merchant that every simulator knows.
pub const MCH_ID: &str = "QRA000000000001";

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

/// What must be kept for a simulator to be the same one again.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    /// The key that both sides share.
    pub api_key: String,
}

impl Keys {
    /// Draws a fresh one.
    pub fn generate() -> Keys {
        let mut bytes = [0; 16];
        aws_lc_rs::rand::fill(&mut bytes).expect("the system gives random numbers");
        Keys { api_key: base::hex(&bytes) }
    }
}

/// All that an outside client needs to be this simulator's merchant.
#[derive(Clone, Serialize, Deserialize)]
pub struct Credentials {
    /// The gateway's address without a path.
    pub base_url: String,
    /// What the channel speaks.
    pub protocol: String,
    /// The merchant.
    pub mch_id: String,
    /// The key that both sides share.
    pub api_key: String,
}

/// The simulator.
pub struct Simulator {
    keys: Keys,
    key: SharedKey,
    desk: Desk,
}

impl Simulator {
    /// With kept keys.
    pub fn with_keys(keys: Keys) -> Simulator {
        let key = SharedKey::new(Secret::new(keys.api_key.clone()));
        Simulator { keys, key, desk: Desk::new(RETRIES) }
    }

    /// With a key made of a seed, for the simulated world.
    pub fn cheap(seed: u64) -> Simulator {
        Simulator::with_keys(Keys { api_key: format!("{seed:032x}") })
    }

    /// What a client needs, if this simulator answers at `origin`.
    pub fn credentials(&self, origin: &str) -> Credentials {
        Credentials {
            base_url: origin.to_owned(),
            protocol: "qra".to_owned(),
            mch_id: MCH_ID.to_owned(),
            api_key: self.keys.api_key.clone(),
        }
    }

    /// Our own client of this simulator at `origin`; without a `notify_url` it shows no QR.
    pub fn client(&self, origin: &str, notify_url: Option<&str>) -> Qra {
        let config = Config {
            gateway_url: origin.to_owned(),
            mch_id: MCH_ID.to_owned(),
            api_key: Secret::new(self.keys.api_key.clone()),
            terminal_ip: "127.0.0.1".to_owned(),
            notify_url: notify_url.map(str::to_owned),
        };
        Qra::new(config).expect("the simulator's own settings are good")
    }

    /// The request's service and fields; or what it is told instead, unsigned.
    fn admit(&self, request: &HttpRequest) -> Result<(Service, Fields), HttpReply> {
        if request.path() != PATH {
            return Err(page(404, "there is nothing at this address"));
        }
        if request.method != "POST" {
            return Err(page(405, "the gateway takes POST"));
        }
        if request.body.len() > BODY_MAX {
            return Err(page(413, "the body is larger than 64 KiB"));
        }
        let fields = flat::read(ROOT, &request.body).map_err(|_| turned_away("报文格式错误"))?;
        let asked = |name: &str| fields.get(name).map_or("", String::as_str);
        if asked(MCH_ID_FIELD) != MCH_ID {
            return Err(turned_away("商户号不存在"));
        }
        if !matches!(asked("sign_type"), "" | sign::MD5) || !self.key.signed(&fields) {
            return Err(turned_away("签名错误"));
        }
        if asked(NONCE_STR).is_empty() {
            return Err(turned_away("缺少参数nonce_str"));
        }
        let service = Service::named(asked("service")).ok_or_else(|| turned_away("service不支持"))?;
        Ok((service, fields))
    }

    fn written(&self, told: &Fields, stamp: Stamp, moment: &Moment) -> String {
        let mut fields = told.clone();
        for (name, value) in [
            ("version", "2.0"),
            ("charset", "UTF-8"),
            ("sign_type", sign::MD5),
            (STATUS, "0"),
            (MCH_ID_FIELD, MCH_ID),
            (NONCE_STR, &moment.nonce_str()),
        ] {
            fields.insert(name.to_owned(), value.to_owned());
        }
        sign::sign(&mut fields, &stamp.with(&self.key));
        flat::write(ROOT, fields.iter().map(|(name, value)| (name.as_str(), value.as_str())))
    }
}

fn turned_away(why: &str) -> HttpReply {
    HttpReply::new(200, CONTENT_TYPE, flat::write(ROOT, [(STATUS, "400"), (MESSAGE, why)]))
}

impl Teller for Simulator {
    type Told = Fields;

    fn desk(&self) -> &Desk {
        &self.desk
    }

    fn desk_mut(&mut self) -> &mut Desk {
        &mut self.desk
    }

    fn act(&mut self, request: &HttpRequest, moment: &Moment) -> Result<Outcome<Fields>, HttpReply> {
        let (service, fields) = self.admit(request)?;
        Ok(self.serve_admitted(service, &fields, moment.now))
    }

    fn answer(&self, told: &Fields, stamp: Stamp, moment: &Moment) -> HttpReply {
        HttpReply::new(200, CONTENT_TYPE, self.written(told, stamp, moment))
    }

    fn at_a_loss(&self, _: &Fields, moment: &Moment) -> HttpReply {
        self.answer(&serve::AT_A_LOSS.fields(), Stamp::Right, moment)
    }

    fn notice(&self, letter: &Letter, stamp: Stamp, moment: &Moment) -> Option<Call> {
        let trade = self.desk.books.trade(&letter.order_no).filter(|_| letter.refund_no.is_none())?;
        let to = trade.notify_url.as_ref()?.to_string();
        Some(Call::post(to, CONTENT_TYPE, self.written(&serve::paid_fields(trade), stamp, moment)))
    }

    fn is_taken(&self, reply: &HttpReply) -> bool {
        reply.status == 200 && reply.body == super::notify::TAKEN.as_bytes()
    }

    fn payers_code(&self, treatment: Treatment, salt: u64) -> String {
        format!("62{:011}{}", salt % 100_000_000_000, treatment.code_ending())
    }
}
