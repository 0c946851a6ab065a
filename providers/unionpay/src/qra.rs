//! The gateway of the aggregating front platform (QRA), one merchant's side of it, and its honest fake.
//!
//! Flat XML to one address; `service` names the call. Both sides sign with a key that they share (MD5). The public sources
//! name the services and the fields of requests, and little of the answers; what is provisional in them is listed in
//! docs/providers/unionpay.md.

pub mod codes;
mod config;
mod notify;
pub mod sign;
mod simulator;
mod translate;
mod trouble;
pub mod wire;

pub use config::{BadConfig, Config, GATEWAY_URL};
pub use simulator::{Credentials, Keys, MCH_ID, Simulator};

use base::Text;
use payment::{Answer, Ask, Notice, Policy};
use provider_contract::{
    BadNotice, Call, CannotAsk, Capabilities, HttpReply, HttpRequest, Moment, Order, Provider, RenewsKeys,
    Reply, Trouble,
};
use sign::SharedKey;

/// One merchant at the gateway.
#[derive(Debug)]
pub struct Qra {
    config: Config,
    key: SharedKey,
}

impl Qra {
    /// From a merchant's credentials.
    pub fn new(config: Config) -> Result<Qra, BadConfig> {
        config.check()?;
        let key = SharedKey::new(config.api_key.clone());
        Ok(Qra { config, key })
    }
}

impl Provider for Qra {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            name: "unionpay",
            title: Text::new("银联云闪付", "UnionPay"),
            wallets: &["unionpay"],
            qr_wallets: &["unionpay"],
            payer_code: true,
            shown_qr: true,
            policy: Policy::default(),
        }
    }

    fn call(&self, ask: &Ask, order: &Order, moment: &Moment) -> Result<Call, CannotAsk> {
        translate::call(self, ask, order, moment)
    }

    fn answer(&self, ask: &Ask, order: &Order, reply: &Reply, _: &Moment) -> Answer {
        translate::answer(self, ask, order, reply)
    }

    fn notice(&self, request: &HttpRequest, _: &Moment) -> Result<Notice, BadNotice> {
        notify::notice(self, request)
    }

    fn acknowledge(&self, verdict: Result<(), &BadNotice>) -> HttpReply {
        notify::acknowledge(verdict)
    }

    fn trouble(&self, _: &Ask, _: &Order, reply: &Reply, _: &Moment) -> Option<Trouble> {
        trouble::of(self, reply)
    }

    /// The key is configured; there is none to fetch.
    fn renews_keys(&self) -> Option<&dyn RenewsKeys> {
        None
    }

    /// The names of its bills are known, their format is not.
    fn bills(&self) -> Option<&dyn provider_contract::bills::Bills> {
        None
    }

    fn installments(&self) -> Option<&dyn provider_contract::OffersInstallments> {
        None
    }
}
